--
-- Tiers of the logistics company's customers: psql -f examples/tiers.sql
-- (after examples/logistics/load.sql)
--
\set ON_ERROR_STOP on
\pset footer off
\pset null '-'
\pset numericlocale on
SET client_min_messages = warning;
SET search_path = logistics, public;
SET jit = off;

-- One row per customer and year with what the tiers are made of: plain SQL over the facts.
DROP MATERIALIZED VIEW IF EXISTS yearly CASCADE;
CREATE MATERIALIZED VIEW yearly AS
SELECT year, c.customer_id, c.name, c.industry, c.region,
	sum(s.revenue) AS revenue,				-- yuan a year, returns taken off; NULL: no shipment
	sum(s.parcels) AS parcels,				-- parcels a year, returns taken off
	sum(s.revenue - s.cost) AS profit		-- yuan a year
FROM customers c
CROSS JOIN (VALUES (2024), (2025)) AS years (year)
LEFT JOIN shipments s ON s.customer_id = c.customer_id AND extract(year FROM s.shipped_on) = year
GROUP BY year, c.customer_id, c.name, c.industry, c.region;

-- The main job is one expression.  NULL revenue has a NULL tier and is in no total.
CREATE VIEW rated AS
SELECT *, abc_classify(revenue, '80/95') OVER (PARTITION BY year) AS tier
FROM yearly;

\qecho
\qecho 'WHO MAKES THE REVENUE?                         abc_classify(revenue, ''80/95'')'
\qecho 'A: the best customers until 80 % of the revenue is reached, B: until 95 %,'
\qecho 'C: the rest. Year 2025, returns taken off; no tier: no shipment in the year.'
\qecho

SELECT coalesce(tier::text, 'none') AS tier,
	count(*) AS customers,
	round(100.0 * nullif(count(tier), 0) / sum(count(tier)) OVER (), 1) AS "% of all",
	round(sum(revenue)) AS "revenue, yuan",
	round(100 * sum(revenue) / sum(sum(revenue)) OVER (), 1) AS "% of it",
	round(avg(revenue)) AS "average, yuan"
FROM rated
WHERE year = 2025
GROUP BY tier
ORDER BY tier;

SELECT sum(revenue) AS "A + B + C, yuan",
	(SELECT sum(revenue) FROM shipments WHERE shipped_on >= '2025-01-01') AS "all shipments of 2025, yuan"
FROM rated
WHERE year = 2025 AND tier IS NOT NULL;

\qecho 'CUT-OFFS                                       abc_cutoffs(revenue, ''80/95'')'
\qecho 'The same tiers as numbers: to keep, to index, to apply to new customers.'
\qecho

SELECT year::text,
	cutoffs[1] AS "A from, yuan",
	cutoffs[2] AS "B from, yuan",
	count(tier) AS "customers",
	count(*) FILTER (WHERE abc_assign(revenue, cutoffs) = tier) AS "same by abc_assign"
FROM rated
JOIN (SELECT year, abc_cutoffs(revenue, '80/95') AS cutoffs FROM yearly GROUP BY year) AS cut USING (year)
GROUP BY year, cutoffs
ORDER BY year;

\qecho 'THE PARETO CHART                               abc_cumulative_share(revenue)'
\qecho 'How much of the revenue of 2025 the best customers make. # is 3 %.'
\qecho

SELECT best AS "best n",
	round(100.0 * best / customers, 1) AS "% of all",
	max(tier::text) AS tier,
	round(100 * max(share)::numeric, 1) AS "% of revenue",
	rpad(repeat('#', round(max(share) * 100 / 3)::int), 33, '.') AS "share of the revenue"
FROM (
	SELECT tier, share, row_number() OVER (ORDER BY revenue DESC) AS n, count(*) OVER () AS customers
	FROM (
		SELECT tier, revenue, abc_cumulative_share(revenue) OVER () AS share
		FROM rated
		WHERE year = 2025 AND revenue IS NOT NULL
	) AS shares
) AS ranked
JOIN (VALUES (1), (3), (10), (30), (100), (200), (400), (800), (1600), (3200), (100000)) AS step (at) ON n <= at
CROSS JOIN LATERAL (SELECT least(at, customers)) AS l (best)
GROUP BY best, customers
ORDER BY best;

\qecho 'WHERE THE A CUSTOMERS SIT                    abc_cutoffs() ... GROUP BY industry'
\qecho 'Lift 2.0: twice as many A customers as in the whole company. The last column'
\qecho 'cuts each industry by itself: what it takes to be an A customer there.'
\qecho

SELECT industry,
	count(tier) AS customers,
	count(*) FILTER (WHERE tier = 'A') AS "A",
	count(*) FILTER (WHERE tier = 'B') AS "B",
	count(*) FILTER (WHERE tier = 'C') AS "C",
	round(count(*) FILTER (WHERE tier = 'A') * sum(count(tier)) OVER ()
		/ (count(tier) * sum(count(*) FILTER (WHERE tier = 'A')) OVER ()), 1) AS "lift",
	round(100 * sum(revenue) / sum(sum(revenue)) OVER (), 1) AS "% revenue",
	round((abc_cutoffs(revenue, '80/95'))[1]) AS "A from, yuan"
FROM rated
WHERE year = 2025
GROUP BY industry
ORDER BY sum(revenue) DESC;

\qecho 'KEY ACCOUNTS BY VOLUME                     abc_classify(parcels, ''value >5000'')'
\qecho 'More than 5,000 parcels a year, returns taken off: a fixed bar, not a share.'
\qecho

SELECT CASE tier WHEN 'A' THEN 'key account' ELSE 'other' END AS "2025",
	count(*) AS customers,
	sum(parcels) AS parcels,
	round(sum(revenue)) AS "revenue, yuan",
	round(sum(profit)) AS "profit, yuan",
	count(*) FILTER (WHERE profit < 0) AS "at a loss"
FROM (
	SELECT *, abc_classify(parcels, 'value >5000') OVER () AS tier
	FROM yearly
	WHERE year = 2025 AND parcels IS NOT NULL
) AS volume
GROUP BY tier
ORDER BY tier;

\qecho 'The bar is exact:'
\qecho

SELECT name, parcels, abc_assign(parcels, abc_cutoffs) AS tier, profit AS "profit, yuan"
FROM yearly
CROSS JOIN (SELECT abc_cutoffs(parcels, 'value >5000') FROM yearly) AS bar
WHERE year = 2025 AND parcels BETWEEN 5000 AND 5001
ORDER BY parcels, name;

\qecho 'WHO MOVED'
\qecho 'Customers of each tier of 2024 by their tier of 2025, and how revenue changed.'
\qecho

CREATE VIEW moved AS
SELECT customer_id, now.name, before.tier AS was, now.tier AS became,
	before.revenue AS revenue_before, now.revenue AS revenue_now,
	coalesce(now.revenue, 0) - coalesce(before.revenue, 0) AS change
FROM rated before
JOIN rated now USING (customer_id)
WHERE before.year = 2024 AND now.year = 2025;

SELECT coalesce(was::text, 'none') AS "2024",
	count(*) FILTER (WHERE became = 'A') AS "A in 2025",
	count(*) FILTER (WHERE became = 'B') AS "B in 2025",
	count(*) FILTER (WHERE became = 'C') AS "C in 2025",
	count(*) FILTER (WHERE became IS NULL) AS "none in 2025",
	round(sum(change)) AS "revenue change, yuan"
FROM moved
GROUP BY was
ORDER BY was;

\qecho 'The largest of those that came up to A, and of those that fell from it:'
\qecho

(SELECT 'up' AS move, name, coalesce(was::text, 'none') || ' to ' || became AS tier,
	round(revenue_before) AS "2024, yuan", round(revenue_now) AS "2025, yuan"
FROM moved
WHERE became = 'A' AND was IS DISTINCT FROM 'A'
ORDER BY change DESC, customer_id
LIMIT 5)
UNION ALL
(SELECT 'down', name, was || ' to ' || coalesce(became::text, 'none'),
	round(revenue_before), round(revenue_now)
FROM moved
WHERE was = 'A' AND became IS DISTINCT FROM 'A'
ORDER BY change, customer_id
LIMIT 5);

\qecho 'IN ONE SENTENCE'
\qecho

\pset tuples_only on
\pset format unaligned
SELECT format(E'%s of the %s customers of 2025 make 80 %% of %s million yuan;\n'
	'%s came up to A, %s fell from it, %s of them without any business left.\n',
	count(*) FILTER (WHERE became = 'A'), to_char(count(became), 'FM99,999'), round(sum(revenue_now) / 1e6, 1),
	count(*) FILTER (WHERE became = 'A' AND was IS DISTINCT FROM 'A'),
	count(*) FILTER (WHERE was = 'A' AND became IS DISTINCT FROM 'A'),
	count(*) FILTER (WHERE was = 'A' AND became IS NULL))
FROM moved;
