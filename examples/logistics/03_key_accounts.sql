--
-- Step 3: who ships more than 5,000 parcels a year, and do we earn from it?
--
\ir settings.sql

\qecho
\qecho '3. WHO SHIPS MOST, AND DO WE EARN FROM IT?'
\qecho '                                           abc_classify(parcels, ''value >5000'')'
\qecho 'More than 5,000 parcels in 2025, returns taken off: a fixed bar, not a share.'
\qecho 'Only who also leaves a margin is a key account.'
\qecho

DROP VIEW IF EXISTS volume;
CREATE VIEW volume AS
SELECT *, abc_classify(parcels, 'value >5000') OVER () AS tier
FROM yearly
WHERE year = 2025 AND parcels IS NOT NULL;

SELECT CASE WHEN tier = 'A' AND profit > 0 THEN '1 key account' WHEN tier = 'A' THEN '2 large, at a loss' ELSE '3 other' END AS "2025",
	count(*) AS customers,
	sum(parcels) AS parcels,
	round(sum(revenue)) AS "revenue, yuan",
	round(sum(profit)) AS "profit, yuan"
FROM volume
GROUP BY 1
ORDER BY 1;

\qecho 'Large, and at a loss: a price to talk about, not a treatment to give.'
\qecho

SELECT name, industry, parcels, round(revenue) AS "revenue, yuan", round(profit) AS "profit, yuan",
	round(100 * profit / revenue, 1) AS "margin, %"
FROM volume
WHERE tier = 'A' AND profit <= 0
ORDER BY revenue DESC
LIMIT 5;

\qecho 'The bar is exact: 5,000 is not more than 5,000.'
\qecho

SELECT name, parcels, abc_assign(parcels, bar) AS tier, profit AS "profit, yuan"
FROM yearly
CROSS JOIN (SELECT abc_cutoffs(parcels, 'value >5000') AS bar FROM yearly) AS cut
WHERE year = 2025 AND parcels BETWEEN 5000 AND 5001
ORDER BY parcels, name;

\qecho 'Whose invoice is 45 days overdue on the first of January 2026?'
\qecho

SELECT c.name, c.remark, i.amount AS "open, yuan", date '2026-01-01' - i.due_on AS "days overdue"
FROM invoices i
JOIN customers c USING (customer_id)
WHERE date '2026-01-01' - i.due_on = 45
	AND NOT EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.invoice_id)
ORDER BY i.amount DESC;
