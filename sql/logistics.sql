--
-- The logistics company of examples/: what was planted in it comes out, to the cent and to the parcel.
--
\getenv srcdir PG_ABS_SRCDIR
\set load :srcdir '/examples/logistics/load.sql'
\set tiers :srcdir '/examples/tiers.sql'

SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_logistics;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_abc_logistics', current_database()); END $$;
SET SESSION AUTHORIZATION regress_abc_logistics;

-- the loader and every statement of the example run, as a user without privileges
\set ECHO none
\o /dev/null
\i :load
\i :tiers
\o
\set ON_ERROR_STOP off
\pset format aligned
\pset tuples_only off
\pset footer on
\pset numericlocale off
\pset null ''
\set ECHO all

-- a total is the sum of its parts: tiers against the facts
SELECT year, (SELECT sum(revenue) FROM rated r WHERE r.year = y.year)
	= (SELECT sum(revenue) FROM shipments WHERE extract(year FROM shipped_on) = y.year) AS revenue_adds_up
FROM (VALUES (2024), (2025)) AS y (year);

-- invoices carry what was shipped until November, and one special invoice
SELECT (SELECT sum(amount) FROM invoices) - (SELECT sum(revenue) FROM shipments WHERE shipped_on < '2025-12-01') AS special;

-- second-largest sales of all, and a loss
SELECT year, name, tier, revenue, profit
FROM (SELECT *, row_number() OVER (PARTITION BY year ORDER BY revenue DESC NULLS LAST) AS place FROM rated) AS placed
WHERE place = 2
ORDER BY year;

-- 5,000 parcels are not more than 5,000
SELECT name, parcels, tier
FROM (SELECT *, abc_classify(parcels, 'value >5000') OVER () AS tier FROM yearly WHERE year = 2025) AS volume
WHERE customer_id IN (2, 3)
ORDER BY customer_id;

-- A in March, B in June, C in August, then silent; and one that rises from C to A
SELECT to_char(month, 'YYYY-MM') AS month,
	max(tier::text) FILTER (WHERE customer_id = 4) AS fading,
	max(tier::text) FILTER (WHERE customer_id = 6) AS rising
FROM (
	SELECT customer_id, month, abc_classify(revenue, '80/95') OVER (PARTITION BY month) AS tier
	FROM (SELECT customer_id, date_trunc('month', shipped_on)::date AS month, sum(revenue) AS revenue
		FROM shipments GROUP BY 1, 2) AS monthly
) AS classified
WHERE month IN ('2024-03-01', '2025-03-01', '2025-06-01', '2025-08-01', '2025-09-01', '2025-12-01')
GROUP BY classified.month
ORDER BY classified.month;

-- 45 days overdue, on the first of January 2026
SELECT name, amount, date '2026-01-01' - due_on AS days_overdue
FROM invoices
JOIN customers USING (customer_id)
WHERE date '2026-01-01' - due_on = 45 AND NOT EXISTS (SELECT FROM payments p WHERE p.invoice_id = invoices.invoice_id);

-- electronics and medicine have the most A customers for their number
SELECT industry
FROM rated
WHERE year = 2025
GROUP BY industry
ORDER BY avg((tier = 'A')::int) DESC
LIMIT 2;

-- there are prospects, returns, new, lost and returning customers, groups, referrals, surveys nobody answers
SELECT count(*) FILTER (WHERE s.customer_id IS NULL) > 200 AS prospects,
	count(*) FILTER (WHERE back) > 3000 AS with_returns,
	count(*) FILTER (WHERE first >= '2025-01-01') > 500 AS new,
	count(*) FILTER (WHERE last < '2025-07-01') > 500 AS lost,
	count(parent_id) BETWEEN 50 AND 500 AS in_groups,
	count(referred_by) > 300 AS referred,
	(SELECT count(DISTINCT customer_id) FROM satisfaction) BETWEEN 1000 AND 6000 AS answered,
	(SELECT count(*) FROM complaints) > 2000 AS complaints
FROM customers c
LEFT JOIN (SELECT customer_id, min(shipped_on) AS first, max(shipped_on) AS last, bool_or(parcels < 0) AS back
	FROM shipments GROUP BY 1) AS s USING (customer_id);

DROP SCHEMA logistics CASCADE;
RESET SESSION AUTHORIZATION;
DO $$ BEGIN EXECUTE format('REVOKE CREATE ON DATABASE %I FROM regress_abc_logistics', current_database()); END $$;
DROP ROLE regress_abc_logistics;
