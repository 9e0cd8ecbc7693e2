--
-- Step 1: who makes the revenue?  A, B, C at 80 + 15 + 5 per cent, overall and per industry.
--
\ir settings.sql

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
SELECT *, abc_classify(revenue, '80+15+5') OVER (PARTITION BY year) AS tier
FROM yearly;

\qecho
\qecho '1. WHO MAKES THE REVENUE?                      abc_classify(revenue, ''80+15+5'')'
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

\qecho 'CUT-OFFS                                       abc_cutoffs(revenue, ''80+15+5'')'
\qecho 'The same tiers as numbers: to keep, to index, to apply to new customers.'
\qecho

SELECT year::text,
	cutoffs[1] AS "A from, yuan",
	cutoffs[2] AS "B from, yuan",
	count(tier) AS "customers",
	count(*) FILTER (WHERE abc_assign(revenue, cutoffs) = tier) AS "same by abc_assign"
FROM rated
JOIN (SELECT year, abc_cutoffs(revenue, '80+15+5') AS cutoffs FROM yearly GROUP BY year) AS cut USING (year)
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

\qecho 'WHERE THE A CUSTOMERS SIT             abc_classify() OVER (PARTITION BY industry)'
\qecho 'Lift 2.0: twice as many A customers as in the whole company. The last two'
\qecho 'columns cut each industry by itself: who is large there, and from where on.'
\qecho

SELECT industry,
	count(tier) AS customers,
	count(*) FILTER (WHERE tier = 'A') AS "A",
	count(*) FILTER (WHERE tier = 'B') AS "B",
	count(*) FILTER (WHERE tier = 'C') AS "C",
	round(count(*) FILTER (WHERE tier = 'A') * sum(count(tier)) OVER ()
		/ (count(tier) * sum(count(*) FILTER (WHERE tier = 'A')) OVER ()), 1) AS "lift",
	round(100 * sum(revenue) / sum(sum(revenue)) OVER (), 1) AS "% revenue",
	count(*) FILTER (WHERE own_tier = 'A') AS "own A",
	round(min(revenue) FILTER (WHERE own_tier = 'A')) AS "own A from, yuan"
FROM (
	SELECT *, abc_classify(revenue, '80+15+5') OVER (PARTITION BY industry) AS own_tier
	FROM rated
	WHERE year = 2025
) AS within
GROUP BY industry
ORDER BY lift DESC;
