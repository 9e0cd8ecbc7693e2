--
-- Step 12: the whole in a few lines.  report.sql makes a page of it.
--
\ir settings.sql

\qecho
\qecho '12. HOW DO WE STAND, IN SHORT?                           abc_report(''standard'')'
\qecho

SELECT CASE line WHEN 'tier' THEN tier_name ELSE line END AS line, customers, value AS "revenue of 3 months, yuan", round(100 * value_share::numeric, 1) AS "% of it"
FROM abc_report('standard')
WHERE customers > 0 OR value <> 0;

SELECT sum(revenue) AS "all shipments of the 3 months, yuan, by plain SQL"
FROM shipments
WHERE shipped_on >= '2025-10-01' AND shipped_on < '2026-01-01';

\qecho 'Why does one customer have the tier it has?     abc_explain(''standard'', 6)'
\qecho

SELECT topic, says
FROM abc_explain('standard', 6)
WHERE topic IN ('customer', 'name', 'tier', 'decided by', 'value', 'cut-offs', 'cushion', 'lifecycle', 'account_manager') OR topic LIKE 'history%';

\qecho 'What if A ended at 70 % and B at 90 %?          abc_simulate(''standard'', ''share 70/90'')'
\qecho

SELECT tier_before AS tier, customers_before AS "customers now", customers_after AS "would be", round(value_before) AS "yuan now", round(value_after) AS "would be, yuan"
FROM abc_simulate('standard', 'share 70/90')
WHERE line = 'tier';

\pset tuples_only on
\pset format unaligned
SELECT format(E'%s of %s customers make 80 %% of %s million yuan in the last quarter of 2025;\n%s came up to A in the last month, %s fell from A; %s million yuan of A revenue is at risk.',
	count(*) FILTER (WHERE tier = 'A'), to_char(count(*), 'FM99,999'), round(sum(value) / 1e6, 1),
	count(*) FILTER (WHERE tier = 'A' AND tier_since >= as_of),
	count(*) FILTER (WHERE previous_tier = 'A' AND tier IS DISTINCT FROM 'A' AND tier_since >= as_of),
	round(sum(value) FILTER (WHERE tier = 'A' AND lifecycle = 'at_risk') / 1e6, 2))
FROM standard;
