--
-- Step 2: who are the best customers, all things weighed?  Sales 40, profit 30, frequency 20, loyalty 10;
-- the best 15 % are A, the next 35 % B.
--
\ir settings.sql

-- The whole book: everybody with business in 2025, and what is weighed.
DROP MATERIALIZED VIEW IF EXISTS weighed CASCADE;
CREATE MATERIALIZED VIEW weighed AS
SELECT c.customer_id, c.name, c.industry, c.region,
	sum(s.revenue) AS sales,									-- yuan in 2025
	sum(s.revenue - s.cost) AS profit,							-- yuan in 2025
	count(*) FILTER (WHERE s.parcels > 0) AS frequency,			-- shipments in 2025
	date '2026-01-01' - c.joined AS loyalty						-- days since the first contact
FROM customers c
JOIN shipments s USING (customer_id)
WHERE s.shipped_on >= '2025-01-01'
GROUP BY c.customer_id;

-- Each metric counts by its rank: under plain shares one giant would make all others nothing.
CREATE VIEW scored AS
SELECT *, abc_classify(score, 'count 15+35+50') OVER () AS tier
FROM (
	SELECT *, abc_score(ARRAY[sales, profit, frequency, loyalty]::float8[], '{40,30,20,10}') OVER () AS score
	FROM weighed
) AS w;

\qecho
\qecho '2. WHO IS BEST, ALL THINGS WEIGHED?         abc_score(metrics, ''{40,30,20,10}'')'
\qecho 'Sales 40, profit 30, frequency 20, loyalty 10 points, by rank among all;'
\qecho 'the best 15 % of the customers are A, the next 35 % B (count 15+35+50).'
\qecho

SELECT tier,
	count(*) AS customers,
	round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS "% of all",
	round(min(score)::numeric, 1) AS "points from",
	round(sum(sales)) AS "sales, yuan",
	round(sum(profit)) AS "profit, yuan",
	round(avg(frequency), 1) AS "shipments each"
FROM scored
GROUP BY tier
ORDER BY tier;

\qecho 'The five best, and the second-largest by sales, whose loss costs it the profit''s points:'
\qecho

SELECT rank, name, round(score::numeric, 2) AS points, tier, round(sales) AS "sales, yuan", round(profit) AS "profit, yuan",
	frequency AS shipments, round(loyalty / 365.25, 1) AS years
FROM (SELECT *, rank() OVER (ORDER BY score DESC) AS rank FROM scored) AS ranked
WHERE rank <= 5 OR name = 'Meridian Wholesale'
ORDER BY rank;

\qecho 'Do the weights matter? Who would be A if one weight were 5 points more or less'
\qecho '(1 sales, 2 profit, 3 frequency, 4 loyalty):'
\qecho

SELECT variant, count(*) FILTER (WHERE tier = 'A') AS "A",
	count(*) FILTER (WHERE tier = 'A' AND base <> 'A') AS "come up to A",
	count(*) FILTER (WHERE tier <> 'A' AND base = 'A') AS "fall from A"
FROM (
	SELECT variant, metric, change, base, abc_classify(score, 'count 15+35+50') OVER (PARTITION BY variant) AS tier
	FROM (
		SELECT v.variant, v.metric, v.change, s.tier AS base,
			abc_score(ARRAY[s.sales, s.profit, s.frequency, s.loyalty]::float8[], v.weights) OVER (PARTITION BY v.variant) AS score
		FROM scored s
		CROSS JOIN abc_weight_variants('{40,30,20,10}') AS v
	) AS again
) AS classified
GROUP BY variant, metric, change
ORDER BY metric, change DESC;
