--
-- Step 4: which companies stand on solid ground?  Financial ratios from their annual reports.
--
\ir settings.sql

DROP VIEW IF EXISTS ratio CASCADE;
CREATE VIEW ratio AS
SELECT f.customer_id, c.name, c.industry, c.credit,
	(current_assets / current_liabilities)::float8 AS current_ratio,	-- times
	(100 * net_income / sales)::float8 AS net_margin,					-- % of sales
	(100 * net_income / total_assets)::float8 AS return_on_assets,		-- % of assets
	(365 * receivables / sales)::float8 AS collection_days,				-- less is better
	(365 * inventory / cost_of_sales)::float8 AS inventory_days			-- less is better
FROM financials f
JOIN customers c USING (customer_id)
WHERE f.year = 2025;

-- A current ratio is not better the higher it is: below 1 is dangerous, 2 is sound, far more is idle
-- money.  So it gets points from a map, on straight lines between its corners; the others count by rank.
CREATE VIEW solid AS
SELECT *, abc_classify(score, 'count solid 25 / fair 75 / weak') OVER () AS tier
FROM (
	SELECT *, abc_score(ARRAY[current_points, net_margin, return_on_assets, collection_days, inventory_days], '{30,25,20,15,10}',
		'{none,rank,rank,lower rank,lower rank}') OVER () AS score
	FROM (SELECT *, abc_points(current_ratio, '{0.8,1,2,4,8}', '{0,0.3,1,1,0.5}', 'linear') AS current_points FROM ratio) AS mapped
) AS weighed;

\qecho
\qecho '4. WHO STANDS ON SOLID GROUND?'
\qecho '                              abc_points(), abc_score(..., ''{..., lower rank}'')'
\qecho 'Current ratio by points (30), net margin (25), return on assets (20),'
\qecho 'collection days (15) and inventory days (10), less of which is better.'
\qecho

SELECT abc_label(tier, 'count solid 25 / fair 75 / weak') AS class,
	count(*) AS companies,
	round(min(score)::numeric, 1) AS "points from",
	round(percentile_cont(0.5) WITHIN GROUP (ORDER BY current_ratio)::numeric, 2) AS "current ratio",
	round(percentile_cont(0.5) WITHIN GROUP (ORDER BY net_margin)::numeric, 1) AS "net margin, %",
	round(percentile_cont(0.5) WITHIN GROUP (ORDER BY return_on_assets)::numeric, 1) AS "ROA, %",
	round(percentile_cont(0.5) WITHIN GROUP (ORDER BY collection_days)::numeric) AS "collection, days",
	round(percentile_cont(0.5) WITHIN GROUP (ORDER BY inventory_days)::numeric) AS "inventory, days"
FROM solid
GROUP BY tier
ORDER BY tier;

\qecho '(medians of the class)'
\qecho
\qecho 'A customers by revenue whose own books are weak: watch the credit.'
\qecho

SELECT s.name, s.credit, round(r.revenue) AS "revenue, yuan", round(s.score::numeric, 1) AS points,
	round(s.current_ratio::numeric, 2) AS "current ratio", round(s.net_margin::numeric, 1) AS "net margin, %"
FROM solid s
JOIN rated r USING (customer_id)
WHERE r.year = 2025 AND r.tier = 'A' AND s.tier = 'C'
ORDER BY r.revenue DESC
LIMIT 5;
