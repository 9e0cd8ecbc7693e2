--
-- abc_variation: the coefficient of variation, missing periods as zero, and the
-- ABC x XYZ matrix in one query.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_xyz;
CREATE SCHEMA regress_abc_xyz AUTHORIZATION regress_abc_xyz;
RESET client_min_messages;
SET ROLE regress_abc_xyz;
SET search_path = regress_abc_xyz, public;

-- by hand: 2, 4, 4, 4, 5, 5, 7, 9: mean 5, deviation 2
SELECT abc_variation(v) AS float8, abc_variation(v::bigint) AS bigint, abc_variation(v::numeric) AS numeric FROM unnest('{2,4,4,4,5,5,7,9}'::float8[]) v;
-- 3 and 3 in four months: mean 1.5, deviation 1.5; one sale in twelve months: sqrt(11)
SELECT abc_variation(v, 4) AS two_of_four, abc_variation(v) AS two_of_two FROM unnest('{3,3}'::numeric[]) v;
SELECT round(abc_variation(v, 12)::numeric ^ 2, 10) AS eleven FROM unnest('{7.35}'::numeric[]) v;
-- zeros given or periods missing: the same
SELECT abc_variation(v) = (SELECT abc_variation(w, 9) FROM unnest('{1,2,4}'::float8[]) w) AS same FROM unnest('{1,0,2,0,4,0,0,0,0}'::float8[]) v;
-- constant columns vary exactly not at all; one row; NULLs; no rows; a mean of 0; negative values
SELECT abc_variation(v) AS constant FROM unnest(array_fill(0.1::float8, ARRAY[7])) v;
SELECT abc_variation(v) AS one, abc_variation(v, 1) AS one_of_one FROM unnest('{5,NULL}'::float8[]) v;
SELECT abc_variation(v) AS none, abc_variation(v, 3) AS none_of_three FROM unnest('{NULL,NULL}'::numeric[]) v;
SELECT abc_variation(v) AS zero, abc_variation(v, 5) AS zero_of_five FROM unnest('{0,0}'::bigint[]) v;
SELECT abc_variation(v) AS mean_zero FROM unnest('{3,-3}'::float8[]) v;
SELECT abc_variation(v) AS returns, abc_variation(-v) AS turned FROM unnest('{-2,-4,-4,-4,-5,-5,-7,-9}'::float8[]) v;
-- the largest and the least float8, numerics beyond them
SELECT abc_variation(v) AS huge FROM unnest('{1.7976931348623157e308,0}'::float8[]) v;
SELECT abc_variation(v) AS tiny FROM unnest('{5e-324,0}'::float8[]) v;
SELECT abc_variation(v) = sqrt(2::float8) AS far_apart FROM unnest('{1e-300,1e300,0}'::float8[]) v;
SELECT abc_variation(v) AS numerics FROM unnest('{3e500,1e500}'::numeric[]) v;
SELECT abc_variation(v) AS nearly_constant FROM unnest('{100000000000000000000000000000.5,100000000000000000000000000001.5}'::numeric[]) v;
SELECT abc_variation(v) AS bigints FROM unnest('{9223372036854775807,-9223372036854775808}'::bigint[]) v;

-- against numeric arithmetic in SQL
CREATE TABLE demand AS
SELECT i % 211 AS article, 1 + (i / 211) % 24 AS month, CASE WHEN i % 211 < 60 THEN 500 + (i::bigint * 7919) % 41 WHEN i % 211 < 140 THEN (i::bigint * 104729) % 97 ELSE CASE WHEN (i::bigint * 31) % 7 = 0 THEN (i::bigint * 13) % 1009 END END::numeric(12,2) / 4 AS pieces
FROM generate_series(0, 211 * 24 - 1) i;
SELECT count(*) AS articles, bool_and(abs(cv - (deviation / mean)::float8) <= 1e-14 * cv) AS as_in_sql, bool_and(abs(cv - cf) <= 1e-15 * cv) AS float8
FROM (SELECT article, abc_variation(pieces) AS cv, abc_variation(pieces::float8) AS cf, stddev_pop(pieces) AS deviation, avg(pieces) AS mean FROM demand GROUP BY article) s;
SELECT bool_and(missing = zero) AS missing_is_zero
FROM (SELECT article, abc_variation(pieces, 24) AS missing, abc_variation(coalesce(pieces, 0)) AS zero FROM demand GROUP BY article) s;

-- ABC x XYZ: how much is sold, and how steadily
SELECT abc, count(*) FILTER (WHERE xyz = 'X') AS x, count(*) FILTER (WHERE xyz = 'Y') AS y, count(*) FILTER (WHERE xyz = 'Z') AS z
FROM (SELECT abc_classify(sum(pieces)) OVER () AS abc,
             CASE WHEN abc_variation(pieces, 24) <= 0.5 THEN 'X' WHEN abc_variation(pieces, 24) <= 1 THEN 'Y' ELSE 'Z' END AS xyz
      FROM demand GROUP BY article) s
GROUP BY abc ORDER BY abc;

-- over a window, by sets of groups, twice, no rows, a cursor, in parallel: the same
SELECT v, abc_variation(v) OVER (ORDER BY v ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS moving FROM unnest('{1,3,3,9}'::float8[]) v;
SELECT article, round(abc_variation(pieces)::numeric, 8) AS cv FROM demand WHERE article < 2 GROUP BY ROLLUP (article) ORDER BY article;
SELECT abc_variation(pieces) = abc_variation(pieces) FILTER (WHERE month > 0) AS twice FROM demand;
SELECT abc_variation(pieces), abc_variation(pieces, 3) FROM demand WHERE false;
BEGIN;
DECLARE c CURSOR FOR SELECT article, round(abc_variation(pieces, 24)::numeric, 8) AS cv FROM demand GROUP BY article ORDER BY article;
FETCH 1 FROM c;
SAVEPOINT s;
FETCH 1 FROM c;
SELECT abc_variation(1.0, 0);
ROLLBACK TO s;
FETCH 1 FROM c;
COMMIT;
CREATE TABLE answer AS SELECT article, abc_variation(pieces, 24) AS cv, abc_variation(pieces::float8) AS cf FROM demand GROUP BY article;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE demand SET (parallel_workers = 2);
SELECT count(*) AS articles, bool_and(a.cv IS NOT DISTINCT FROM p.cv AND a.cf IS NOT DISTINCT FROM p.cf) AS same
FROM answer a JOIN (SELECT article, abc_variation(pieces, 24) AS cv, abc_variation(pieces::float8) AS cf FROM demand GROUP BY article) p USING (article);
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

-- errors
SELECT abc_variation('NaN'::float8);
SELECT abc_variation('Infinity'::numeric);
SELECT abc_variation(1.0, 0);
SELECT abc_variation(1.0, NULL);
SELECT abc_variation(v, 2) FROM unnest('{1,2,3}'::float8[]) v;
SELECT abc_variation(v, v::bigint) FROM unnest('{2,3}'::float8[]) v;

RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_xyz CASCADE;
DROP ROLE regress_abc_xyz;
