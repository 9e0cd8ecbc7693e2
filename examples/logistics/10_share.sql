--
-- Step 10: how much of the business do key accounts make, month by month, and who moved?
--
\ir settings.sql

\qecho
\qecho '10. HOW MUCH OF THE BUSINESS DO KEY ACCOUNTS MAKE, AND WHO MOVED?'
\qecho '                                                              key_account_trend'
\qecho 'More than 5,000 parcels in the twelve months to the end of the month, not at a'
\qecho 'loss; and what part of that month''s revenue they made. # is 2 %.'
\qecho

-- The model keeps these figures; the same from plain SQL is in the test of this example.
DROP VIEW IF EXISTS key_account_share;
CREATE VIEW key_account_share AS
SELECT DISTINCT ON (as_of, tier) to_char(as_of - 1, 'YYYY-MM') AS month, as_of, customers, value AS revenue, value_share
FROM key_account_trend
WHERE tier = 'A' AND as_of > '2025-01-01'
ORDER BY as_of, tier, run DESC;

SELECT month, customers AS "key accounts", round(revenue) AS "revenue, yuan", round(100 * value_share::numeric, 1) AS "% of all",
	repeat('#', round(value_share * 50)::int) AS share
FROM key_account_share
ORDER BY month;

\qecho 'WHO MOVED                                          abc_transitions(''standard'', ...)'
\qecho 'Customers of each tier on 2025-01-01 by their tier on 2026-01-01.'
\qecho

SELECT from_state AS "2025-01-01",
	sum(customers) FILTER (WHERE to_state = 'A') AS "A in 2026",
	sum(customers) FILTER (WHERE to_state = 'B') AS "B in 2026",
	sum(customers) FILTER (WHERE to_state = 'C') AS "C in 2026",
	sum(customers) FILTER (WHERE to_state = 'unrated') AS "unrated in 2026",
	sum(customers) AS "all"
FROM abc_transitions('standard', '2025-01-01', '2026-01-01')
GROUP BY from_state
ORDER BY length(from_state), from_state;
