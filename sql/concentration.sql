--
-- abc_gini, abc_hhi, abc_top_share, abc_top_n_share, abc_top_count: published examples and exact
-- arithmetic in SQL.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_concentration;
CREATE SCHEMA regress_abc_concentration AUTHORIZATION regress_abc_concentration;
RESET client_min_messages;
SET ROLE regress_abc_concentration;
SET search_path = regress_abc_concentration, public;

-- published: 3, 1, 1 and seven zeros; 22 ... 1, of which the four largest hold 0.69
SELECT abc_gini(v) AS gini, round(abc_gini(v, true)::numeric, 6) AS corrected, abc_hhi(v) AS hhi
FROM unnest('{3,1,1,0,0,0,0,0,0,0}'::numeric[]) v;
SELECT abc_gini(v) AS gini, abc_hhi(v) AS hhi, abc_top_n_share(v, 4) AS four_largest
FROM unnest('{22,18,17,12,11,8,6,3,2,1}'::numeric[]) v;
-- all equal; one has all; one value
SELECT abc_gini(v) AS gini, abc_gini(v, true) AS corrected, abc_hhi(v) AS hhi, abc_top_share(v, 0.25) AS top_quarter, abc_top_count(v, 0.5) AS half FROM unnest('{7,7,7,7}'::float8[]) v;
SELECT abc_gini(v) AS gini, abc_gini(v, true) AS corrected, abc_hhi(v) AS hhi, abc_top_share(v, 0.25) AS top_quarter, abc_top_count(v, 1) AS whole FROM unnest('{0,0,7,0}'::bigint[]) v;
SELECT abc_gini(v) AS gini, abc_gini(v, true) AS corrected, abc_hhi(v) AS hhi, abc_top_share(v, 0.01) AS top, abc_top_count(v, 0.01) AS reach FROM unnest('{5}'::float8[]) v;
-- no value, or a total of 0: NULL
SELECT abc_gini(v), abc_hhi(v), abc_top_share(v, 0.2), abc_top_n_share(v, 2), abc_top_count(v, 0.8) FROM unnest('{}'::float8[]) v;
SELECT abc_gini(v), abc_hhi(v), abc_top_share(v, 0.2), abc_top_n_share(v, 2), abc_top_count(v, 0.8) FROM unnest('{NULL,0,0,-0}'::float8[]) v;
SELECT abc_gini(v), abc_hhi(v), abc_top_share(v, 0.2), abc_top_n_share(v, 2), abc_top_count(v, 0.8) FROM unnest('{NULL,NULL}'::numeric[]) v;
-- NULLs count nowhere, zeros count
SELECT abc_gini(v) AS gini, abc_top_share(v, 0.5) AS half FROM unnest('{1,NULL,3,NULL}'::float8[]) v;
SELECT abc_gini(v) AS gini, abc_top_share(v, 0.5) AS half FROM unnest('{1,0,3,0}'::float8[]) v;

-- the number of values is rounded up; a fraction is the decimal that it prints as
SELECT f, abc_top_share(v::bigint, f) * 55 AS sum_of_top FROM generate_series(1, 10) v, unnest('{1e-300,0.1,0.2,0.20000001,0.3,0.7,0.70000001,1}'::float8[]) f GROUP BY f ORDER BY f;
SELECT n, abc_top_n_share(v::bigint, n) * 55 AS sum_of_top FROM generate_series(1, 10) v, unnest('{1,2,5,10,11,9223372036854775807}'::bigint[]) n GROUP BY n ORDER BY n;
-- a share reached exactly is reached: ten times 0.1
SELECT abc_top_count(v, 0.8) AS numeric, abc_top_count(v::float8, 0.8) AS float8, abc_top_count(v, 0.80001) AS more FROM unnest(array_fill(0.1, ARRAY[10])) v;
-- sums too long for any other way: the largest and the least float8
SELECT round(abc_gini(v)::numeric, 12) AS gini, abc_hhi(v) AS hhi, abc_top_n_share(v, 1) AS first, abc_top_count(v, 0.5) AS half
FROM unnest('{1.7976931348623157e308,1.7976931348623157e308,1e-300,5e-324}'::float8[]) v;
SELECT round(abc_gini(v)::numeric, 12) AS gini, abc_hhi(v) AS hhi, abc_top_n_share(v, 1) AS first, abc_top_count(v, 0.6) AS more_than_half
FROM unnest('{1e400,1e400,1e-400,3}'::numeric[]) v;
SELECT abc_gini(v) AS gini, abc_hhi(v) AS hhi FROM unnest('{9223372036854775807,9223372036854775807}'::bigint[]) v;

-- against exact arithmetic in SQL: random groups with ties, zeros and NULLs
CREATE TABLE fact AS
SELECT i % 97 AS g, CASE WHEN i % 11 = 0 THEN NULL WHEN i % 7 = 0 THEN 0 WHEN i % 97 < 40 THEN (i::bigint * 7919) % 9 ELSE round((i::bigint * 104729 % 100003) ^ 1.5 / 7, 2) END::numeric(20,2) AS v
FROM generate_series(1, 9000) i;
CREATE TABLE exact AS
SELECT g, n, total, sum((2 * place - n - 1) * v) / (n * total) AS gini, sum(v * v) / (total * total) AS hhi,
       sum(v) FILTER (WHERE n - place < ceil(n * 0.2)) / total AS top20, sum(v) FILTER (WHERE n - place < 5) / total AS top5,
       count(*) FILTER (WHERE below_in_order < 0.8 * total) AS reach
FROM (SELECT g, v, count(*) OVER (PARTITION BY g) AS n, sum(v) OVER (PARTITION BY g) AS total, row_number() OVER (PARTITION BY g ORDER BY v) AS place,
             sum(v) OVER (PARTITION BY g ORDER BY v DESC ROWS UNBOUNDED PRECEDING) - v AS below_in_order
      FROM fact WHERE v IS NOT NULL) s
GROUP BY g, n, total;
SELECT count(*) AS groups, bool_and(abs(a.gini - e.gini::float8) < 1e-15) AS gini, bool_and(abs(a.corrected - (e.gini * n / (n - 1))::float8) < 1e-15) AS corrected,
       bool_and(abs(a.hhi - e.hhi::float8) < 1e-15) AS hhi, bool_and(abs(a.top20 - e.top20::float8) < 1e-15) AS top20, bool_and(abs(a.top5 - e.top5::float8) < 1e-15) AS top5,
       bool_and(a.reach = e.reach) AS reach
FROM exact e JOIN (SELECT g, abc_gini(v) AS gini, abc_gini(v, true) AS corrected, abc_hhi(v) AS hhi, abc_top_share(v, 0.2) AS top20, abc_top_n_share(v, 5) AS top5,
                          abc_top_count(v, 0.8) AS reach FROM fact GROUP BY g) a USING (g);
-- float8 and bigint of whole numbers give the same
SELECT count(*) AS groups, bool_and(abc_gini = gf AND abc_gini = gb) AS gini, bool_and(abc_hhi = hf AND abc_hhi = hb) AS hhi, bool_and(top = tf AND top = tb) AS top
FROM (SELECT abc_gini(v), abc_gini(v::float8) AS gf, abc_gini(v::bigint) AS gb, abc_hhi(v), abc_hhi(v::float8) AS hf, abc_hhi(v::bigint) AS hb,
             abc_top_share(v, 0.33) AS top, abc_top_share(v::float8, 0.33) AS tf, abc_top_share(v::bigint, 0.33) AS tb
      FROM (SELECT g, trunc(v) AS v FROM fact) t GROUP BY g) s;

-- the Lorenz curve is that of the summary: here every value has a point of its own
SELECT l.* FROM (SELECT abc_summarize(v) AS s FROM unnest('{22,18,17,12,11,8,6,3,2,1}'::numeric[]) v) t, abc_lorenz(s) l;

-- beyond work_mem: the same, for narrow and wide keys, and for values mostly alike
CREATE TABLE long AS
SELECT (i::bigint * 7919 % 60013) / 8.0::float8 AS f, (i::bigint * 7919 % 60013) * 1000000000000000000000.0001 AS n, CASE WHEN i % 9 = 0 THEN i ELSE 5 END::bigint AS b FROM generate_series(1, 60000) i;
CREATE TABLE answer AS SELECT abc_gini(f) AS gf, abc_gini(n) AS gn, abc_gini(b) AS gb, abc_top_share(n, 0.2) AS tn, abc_top_count(b, 0.8) AS cb FROM long;
SET work_mem = '64kB';
SELECT s.gf = a.gf AS gini, s.gn = a.gn AS gini_wide, s.gb = a.gb AS gini_alike, s.tn = a.tn AS top, s.cb = a.cb AS reach
FROM answer a, (SELECT abc_gini(f) AS gf, abc_gini(n) AS gn, abc_gini(b) AS gb, abc_top_share(n, 0.2) AS tn, abc_top_count(b, 0.8) AS cb FROM long) s;
RESET work_mem;
SELECT round(gf::numeric, 10) AS gf, round(gn::numeric, 10) AS gn, round(gb::numeric, 10) AS gb, cb FROM answer;

-- over a window, by groups and sets of groups, with FILTER, twice, in parallel
SELECT g, abc_top_n_share(v, 1) OVER (ORDER BY g) AS running, abc_hhi(v) OVER (ORDER BY g) AS hhi FROM (VALUES (1, 2::float8), (2, 2), (3, 4)) t(g, v);
SELECT g, round(abc_gini(v)::numeric, 6) AS gini, round(abc_gini(v) FILTER (WHERE v > 0)::numeric, 6) AS of_positive FROM fact WHERE g < 2 GROUP BY ROLLUP (g) ORDER BY g;
SELECT abc_gini(v) = abc_gini(v) FILTER (WHERE g >= 0) AS twice FROM fact;
BEGIN;
DECLARE c CURSOR FOR SELECT g, round(abc_gini(v)::numeric, 6) AS gini, round(abc_hhi(v)::numeric, 6) AS hhi FROM fact GROUP BY g ORDER BY g;
FETCH 1 FROM c;
SAVEPOINT s;
FETCH 1 FROM c;
SELECT abc_gini(-1.0);
ROLLBACK TO s;
FETCH 1 FROM c;
COMMIT;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE long SET (parallel_workers = 2);
SELECT gf = abc_gini(f) AS gini, tn = abc_top_share(n, 0.2) AS top FROM long, answer GROUP BY gf, tn;
CREATE TABLE hhi AS SELECT abc_hhi(f) AS f, abc_hhi(n) AS n, abc_hhi(b) AS b FROM long;
SET max_parallel_workers_per_gather = 0;
SELECT hhi.f = abc_hhi(long.f) AS float8, hhi.n = abc_hhi(long.n) AS numeric, hhi.b = abc_hhi(long.b) AS bigint FROM long, hhi GROUP BY hhi.f, hhi.n, hhi.b;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

-- errors
SELECT abc_gini(v) FROM unnest('{3,-0.5,-2,1}'::float8[]) v;
SELECT abc_hhi(v) FROM unnest('{3,-0.5,-2,1}'::numeric[]) v;
SELECT abc_top_share(v, 0.2) FROM unnest('{3,-2,1}'::bigint[]) v;
SELECT abc_gini(v) FROM unnest('{3,-0.50,1}'::numeric[]) v;
SELECT abc_top_count(v, 0.8) FROM unnest('{3,-1e-10,1e50}'::numeric[]) v;
SELECT abc_gini('NaN'::float8);
SELECT abc_hhi('Infinity'::numeric);
SELECT abc_top_share(1.0, 20);
SELECT abc_top_share(1.0, 0);
SELECT abc_top_share(1.0, 'NaN');
SELECT abc_top_share(1.0, NULL);
SELECT abc_top_count(1.0, 80);
SELECT abc_top_n_share(1.0, 0);
SELECT abc_top_n_share(1.0, NULL);
SELECT abc_top_count(1.0, NULL);
SELECT abc_gini(1.0, NULL);
SELECT abc_top_share(v, v / 10) FROM unnest('{1,2}'::float8[]) v;
SELECT abc_gini(v, v > 1) FROM unnest('{1,2}'::float8[]) v;
SELECT abc_top_n_share(v, v) FROM unnest('{9007199254740993,2}'::bigint[]) v;
SELECT abc_top_count(v, v / 10) FROM unnest('{1,2}'::float8[]) v;

RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_concentration CASCADE;
DROP ROLE regress_abc_concentration;
