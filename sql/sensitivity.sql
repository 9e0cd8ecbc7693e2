--
-- abc_weight_variants: which customers would change tier if each weight moved;
-- and the recipes with the better and the worse of two tiers.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_sensitivity;
CREATE SCHEMA regress_abc_sensitivity AUTHORIZATION regress_abc_sensitivity;
RESET client_min_messages;
SET ROLE regress_abc_sensitivity;
SET search_path = regress_abc_sensitivity, public;

SELECT * FROM abc_weight_variants(ARRAY[40, 30, 20, 10]);
-- never below 0, and no variant that changes nothing or leaves no weight
SELECT * FROM abc_weight_variants(ARRAY[3, 0], 5);
SELECT * FROM abc_weight_variants(ARRAY[1], 1);
SELECT count(*) FROM abc_weight_variants(NULL);
SELECT * FROM abc_weight_variants(ARRAY[0.4, 0.6], 0.05);

CREATE TABLE customer AS
SELECT i AS customer, exp((i * 7919 % 1009) / 200.0::float8) AS sales, ((i * 104729) % 997)::float8 AS profit, ((i * 31) % 53)::float8 AS orders, ((i * 17) % 12)::float8 AS years
FROM generate_series(1, 1000) i;
-- who would change tier if a weight moved by 5 points, and where to: metrics made comparable once
CREATE TABLE moved AS
WITH normalized AS (
    SELECT customer, abc_normalize(sales, 'rank') OVER w AS a, abc_normalize(profit, 'rank') OVER w AS b,
           abc_normalize(orders, 'rank') OVER w AS c, abc_normalize(years, 'rank') OVER w AS d
    FROM customer WINDOW w AS ()
), given AS MATERIALIZED (
    SELECT *, abc_classify(40 * a + 30 * b + 20 * c + 10 * d, 'count 20/60') OVER () AS tier FROM normalized
)
SELECT variant, customer, tier, would_be
FROM abc_weight_variants(ARRAY[40, 30, 20, 10]) v CROSS JOIN LATERAL (
    SELECT customer, tier, abc_classify(v.weights[1] * a + v.weights[2] * b + v.weights[3] * c + v.weights[4] * d, 'count 20/60') OVER () AS would_be
    FROM given) t
WHERE tier <> would_be;
SELECT variant, count(*) FILTER (WHERE would_be < tier) AS up, count(*) FILTER (WHERE would_be > tier) AS down
FROM moved GROUP BY variant ORDER BY variant;
-- the same with a score for each variant
WITH tiered AS (
    SELECT customer, variant, abc_classify(score, 'count 20/60') OVER (PARTITION BY variant) AS tier
    FROM (SELECT customer, v.variant, abc_score(ARRAY[sales, profit, orders, years], v.weights) OVER (PARTITION BY v.variant) AS score
          FROM customer CROSS JOIN abc_weight_variants(ARRAY[40, 30, 20, 10], 5) v) s
)
SELECT count(*) AS moved, count(m.customer) AS the_same
FROM tiered t JOIN tiered g ON g.customer = t.customer AND g.variant = 'as given' AND g.tier <> t.tier
FULL JOIN moved m ON m.customer = t.customer AND m.variant = t.variant AND m.tier = g.tier AND m.would_be = t.tier;
-- one variant, weights as constants
SELECT count(*) AS moved
FROM (SELECT customer, abc_classify(a, 'count 20/60') OVER () AS given, abc_classify(b, 'count 20/60') OVER () AS varied
      FROM (SELECT customer, abc_score(ARRAY[sales, profit, orders, years], ARRAY[40, 30, 20, 10]) OVER () AS a,
                   abc_score(ARRAY[sales, profit, orders, years], ARRAY[45, 30, 20, 10]) OVER () AS b FROM customer) s) t
WHERE given <> varied;

-- 80 % of revenue, but at most 20 % of customers
SELECT tier, count(*) AS customers, round((sum(sales) / sum(sum(sales)) OVER ())::numeric, 3) AS share
FROM (SELECT sales, abc_worse(abc_classify(sales, 'share 80/95') OVER (), abc_classify(sales, 'count 20/100') OVER ()) AS tier FROM customer) t
GROUP BY tier ORDER BY tier;
-- at most 200 key accounts, of those above 100
SELECT tier, count(*) AS customers, round(min(sales)::numeric, 2) AS from_sales
FROM (SELECT sales, abc_worse(abc_classify(sales, 'value 100/10') OVER (), abc_classify(sales, 'top 200/1000') OVER ()) AS tier FROM customer) t
GROUP BY tier ORDER BY tier;
-- a floor in tiny partitions: who is A in the whole company is A in its region
SELECT region, customer, own, abc_better(own, company) AS tier
FROM (SELECT region, customer, abc_classify(sales) OVER (PARTITION BY region) AS own, CASE WHEN abc_classify(sales) OVER () = 'A' THEN 'A' ELSE 'C' END::abc_tier AS company
      FROM (VALUES ('north', 'n1', 900.0), ('north', 'n2', 890), ('north', 'n3', 5), ('south', 's1', 9000), ('south', 's2', 2000), ('south', 's3', 10)) t(region, customer, sales)) s
ORDER BY region, customer;

RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_sensitivity CASCADE;
DROP ROLE regress_abc_sensitivity;
