-- bench/data.sql: the values that bench/run compares on. psql variables: name, rows, distribution.
--
-- v is the value as float8 and n the same as numeric(12,2); g1000 and g100000 spread the rows evenly over
-- that many partitions. Distributions: lognormal (sigma 1.5), pareto (the famous 80 : 20, alpha 1.16), ties
-- (1,000 distinct values). The seed is fixed: every run has the same rows.

SELECT setseed(0.42);

CREATE TABLE :"name" AS
SELECT round(CASE :'distribution'
                 WHEN 'lognormal' THEN exp(5 + 1.5 * sqrt(-2 * ln(1 - a)) * cos(2 * pi() * b))
                 WHEN 'pareto' THEN least(10 * (1 - a) ^ (-1 / 1.16), 1e9)
                 ELSE 1 + floor(1000 * a * b)
             END::numeric, 2)::numeric(12,2) AS n,
       CASE :'distribution'
           WHEN 'lognormal' THEN exp(5 + 1.5 * sqrt(-2 * ln(1 - a)) * cos(2 * pi() * b))
           WHEN 'pareto' THEN least(10 * (1 - a) ^ (-1 / 1.16), 1e9)
           ELSE 1 + floor(1000 * a * b)
       END AS v,
       i % 1000 AS g1000,
       i % 100000 AS g100000
FROM (SELECT random() AS a, random() AS b, i FROM generate_series(1, :rows) AS i) AS r;

VACUUM ANALYZE :"name";
