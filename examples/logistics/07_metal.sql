--
-- Step 7: platinum, gold, iron, lead: who holds which metal, and who decided it?
--
\ir settings.sql

\qecho
\qecho '7. WHO HOLDS WHICH METAL, AND WHO DECIDED IT?'
\qecho '                                                   metal: tier_name, decided_by'
\qecho 'Companies by the profit of twelve months, cut at 50, 80, 95 % of the total;'
\qecho 'a tier changes after two months in a row; platinum (铂金) needs credit A or B.'
\qecho

SELECT line, tier_name, customers, round(value) AS "profit, yuan", round(100 * value_share::numeric, 1) AS "% of it"
FROM abc_report('metal');

\qecho 'Who decided: the value alone, hysteresis (held), or the credit gate (rule)?'
\qecho

SELECT tier_name, decided_by, reason, count(*) AS customers
FROM metal
WHERE tier IS NOT NULL AND decided_by <> 'computed'
GROUP BY tier_rank, tier_name, decided_by, reason
ORDER BY tier_rank, decided_by, reason;

\qecho 'Held back by the credit gate, though the profit would do:'
\qecho

SELECT name, credit, round(value) AS "profit, yuan", tier_name, reason
FROM metal
WHERE decided_by = 'rule'
ORDER BY value DESC
LIMIT 5;

\qecho 'The second-largest by sales is lead (铅质): it makes a loss.'
\qecho

SELECT name, tier_name, value AS "profit, yuan"
FROM metal
WHERE name = 'Meridian Wholesale';
