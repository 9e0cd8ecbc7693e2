--
-- abc_normalize: every method against SQL's own means or values worked out by
-- hand, and the columns in which there is nothing to divide by.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_normalize;
CREATE SCHEMA regress_abc_normalize AUTHORIZATION regress_abc_normalize;
RESET client_min_messages;
SET ROLE regress_abc_normalize;
SET search_path = regress_abc_normalize, public;

-- by hand: 8, 4, 4, 2, NULL; mean 4.5, squares 12.25 + 0.25 + 0.25 + 6.25 = 19, deviation sqrt(4.75)
CREATE TABLE hand (id int, x float8);
INSERT INTO hand VALUES (1, 8), (2, 4), (3, 4), (4, 2), (5, NULL);
SELECT id, x, abc_normalize(x, 'none') OVER w AS "none", abc_normalize(x, 'lower none') OVER w AS lower_none,
       abc_normalize(x, 'ratio') OVER w AS ratio, abc_normalize(x, 'lower ratio') OVER w AS lower_ratio,
       round((abc_normalize(x, 'minmax') OVER w)::numeric, 12) AS minmax, round((abc_normalize(x, 'lower minmax') OVER w)::numeric, 12) AS lower_minmax
FROM hand WINDOW w AS () ORDER BY id;
SELECT id, x, round((abc_normalize(x, 'zscore') OVER w)::numeric, 12) AS zscore, round((abc_normalize(x, 'lower zscore') OVER w)::numeric, 12) AS lower_zscore,
       abc_normalize(x, 'zscore') OVER w = (x - 4.5) / sqrt(4.75::float8) AS as_defined,
       round((abc_normalize(x, 'rank') OVER w)::numeric, 12) AS rank, round((abc_normalize(x, 'lower rank') OVER w)::numeric, 12) AS lower_rank,
       abc_normalize(x, 'ntile 2') OVER w AS ntile, abc_normalize(x, 'lower ntile 2') OVER w AS lower_ntile
FROM hand WINDOW w AS () ORDER BY id;

-- any case, any space
SELECT bool_and(a = b) AS same FROM (
    SELECT abc_normalize(x, 'lower ntile 3') OVER () AS a, abc_normalize(x, E'  LOWER\tNtile  3 ') OVER () AS b FROM hand) s WHERE a IS NOT NULL;

-- nothing to compare: all equal, one row, one value among NULLs
SELECT title, abc_normalize(x, 'none') OVER w AS "none", abc_normalize(x, 'ratio') OVER w AS ratio, abc_normalize(x, 'lower ratio') OVER w AS l_ratio,
       abc_normalize(x, 'minmax') OVER w AS minmax, abc_normalize(x, 'lower minmax') OVER w AS l_minmax,
       abc_normalize(x, 'zscore') OVER w AS zscore, abc_normalize(x, 'lower zscore') OVER w AS l_zscore,
       abc_normalize(x, 'rank') OVER w AS rank, abc_normalize(x, 'lower rank') OVER w AS l_rank,
       abc_normalize(x, 'ntile 5') OVER w AS ntile, abc_normalize(x, 'lower ntile 5') OVER w AS l_ntile
FROM (VALUES ('all 0.1', 0.1::float8), ('all 0.1', 0.1), ('all 0.1', 0.1), ('all zero', 0), ('all zero', '-0'), ('all negative', -3), ('all negative', -3),
             ('one row', 7), ('one negative', -7), ('one zero', 0), ('one of three', 5), ('one of three', NULL), ('one of three', NULL), ('all NULL', NULL), ('all NULL', NULL)) t(title, x)
WINDOW w AS (PARTITION BY title) ORDER BY title COLLATE "C", x;

-- no positive value: nothing has a share of the best; zero and negative values under "lower ratio"
-- are no worse than the least positive one
SELECT x, abc_normalize(x, 'ratio') OVER w AS ratio, abc_normalize(x, 'lower ratio') OVER w AS lower_ratio, abc_normalize(x, 'minmax') OVER w AS minmax
FROM (VALUES (-4::float8), (-2), (0)) t(x) WINDOW w AS () ORDER BY x;
SELECT x, abc_normalize(x, 'ratio') OVER w AS ratio, abc_normalize(x, 'lower ratio') OVER w AS lower_ratio, abc_normalize(x, 'minmax') OVER w AS minmax
FROM (VALUES (-4::float8), (0), (2), (4), (16)) t(x) WINDOW w AS () ORDER BY x;

-- never NaN, never a division by zero, always within bounds, whatever the column
SELECT method, count(*) AS rows, bool_and(y - y = 0) AS finite,
       bool_and(CASE WHEN method LIKE '%zscore' THEN abs(y) <= sqrt(n) * 1.000001 WHEN method LIKE '%ntile%' THEN y BETWEEN 1 AND 4
                     WHEN method IN ('ratio') THEN y <= 1 ELSE y BETWEEN 0 AND 1 END) AS bounded
FROM (SELECT method, abc_normalize(x, method) OVER (PARTITION BY method, g) AS y, count(*) OVER (PARTITION BY method, g) AS n
      FROM (VALUES (1, '1.7976931348623157e308'::float8), (1, '-1.7976931348623157e308'), (1, 0), (1, 1e-300),
                   (2, '5e-324'), (2, 0), (2, '1e-323'), (3, 1e-170), (3, 2e-170), (3, 3e-170),
                   (4, 1), (4, 1.0000000000000002), (5, -1e300), (5, -2e300), (6, 0), (6, '-0'), (6, '5e-324'),
                   (7, '1.7976931348623157e308'), (7, '1.7976931348623157e308'), (7, '1.7976931348623155e308')) t(g, x),
           unnest('{ratio,lower ratio,minmax,lower minmax,zscore,lower zscore,rank,lower rank,ntile 4,lower ntile 4}'::text[]) method) s
GROUP BY method ORDER BY method COLLATE "C";
SELECT g, round((abc_normalize(x, 'zscore') OVER w)::numeric, 10) AS zscore, round((abc_normalize(x, 'minmax') OVER w)::numeric, 10) AS minmax
FROM (VALUES ('huge', 1e308::float8), ('huge', -1e308), ('tiny', 1e-310), ('tiny', 3e-310), ('plain', 1), ('plain', 3)) t(g, x)
WINDOW w AS (PARTITION BY g) ORDER BY g, x;

-- random columns with ties, NULLs, negatives: rank is percent_rank, ntile the bin of a group's first row
CREATE TABLE fact AS
SELECT i AS id, i % 40 AS g,
       CASE WHEN i % 11 = 0 THEN NULL
            WHEN i % 40 < 10 THEN ((i * 7919) % 13)::float8 - 4
            ELSE ((i * 104729) % 100003) / 64.0 - 300 END AS x
FROM generate_series(1, 6000) i;
SELECT count(*) AS rows, bool_and(rank = sql_rank) AS rank, bool_and(lower_rank = sql_lower_rank) AS lower_rank,
       bool_and(ntile = first_bin) AS ntile, bool_and(lower_ntile = lower_first_bin) AS lower_ntile
FROM (SELECT rank, sql_rank, lower_rank, sql_lower_rank, ntile, lower_ntile,
             min(sql_ntile) OVER (PARTITION BY g, x) AS first_bin, min(sql_lower_ntile) OVER (PARTITION BY g, x) AS lower_first_bin
      FROM (SELECT g, x, abc_normalize(x, 'rank') OVER p AS rank, percent_rank() OVER (PARTITION BY g ORDER BY x) AS sql_rank,
                   abc_normalize(x, 'lower rank') OVER p AS lower_rank, percent_rank() OVER (PARTITION BY g ORDER BY x DESC) AS sql_lower_rank,
                   abc_normalize(x, 'ntile 7') OVER p AS ntile, ntile(7) OVER (PARTITION BY g ORDER BY x) AS sql_ntile,
                   abc_normalize(x, 'lower ntile 7') OVER p AS lower_ntile, ntile(7) OVER (PARTITION BY g ORDER BY x DESC) AS sql_lower_ntile
            FROM fact WHERE x IS NOT NULL WINDOW p AS (PARTITION BY g)) a) b;
-- more bins than rows
SELECT x, abc_normalize(x, 'ntile 100') OVER () AS ntile, ntile(100) OVER (ORDER BY x) AS sql
FROM (VALUES (1::float8), (2), (3)) t(x) ORDER BY x;
-- the arithmetic of SQL where it is the same: ratio and minmax to the bit, zscore as defined from exact sums
SELECT count(*) AS rows, bool_and(ratio = x / high) AS ratio, bool_and(minmax = (x - low) / (high - low)) AS minmax,
       bool_and(lower_minmax = (high - x) / (high - low)) AS lower_minmax, bool_and(abs(z - (x - mean) / dev) < 1e-12) AS zscore
FROM (SELECT x, abc_normalize(x, 'ratio') OVER p AS ratio, abc_normalize(x, 'minmax') OVER p AS minmax,
             abc_normalize(x, 'lower minmax') OVER p AS lower_minmax, abc_normalize(x, 'zscore') OVER p AS z,
             max(x) OVER p AS high, min(x) OVER p AS low, avg(x::numeric) OVER p AS mean, stddev_pop(x::numeric) OVER p AS dev
      FROM fact WINDOW p AS (PARTITION BY g)) s
WHERE x IS NOT NULL;
-- NULLs change nothing for the others and get NULL
SELECT bool_and((x IS NULL) = (a IS NULL)) AS null_for_null, bool_and(x IS NULL OR a = b) AS others_the_same
FROM (SELECT id, x, abc_normalize(x, 'rank') OVER () AS a FROM fact) s
LEFT JOIN (SELECT id, abc_normalize(x, 'rank') OVER () AS b FROM fact WHERE x IS NOT NULL) t USING (id);

-- types: numeric and bigint as their nearest float8, but for rank and ntile, which look at the values
SELECT method, bool_and(f = n) AS numeric, bool_and(f = b) AS bigint
FROM (SELECT method, abc_normalize(i::float8, method) OVER p AS f, abc_normalize(i::numeric, method) OVER p AS n, abc_normalize(i::bigint, method) OVER p AS b
      FROM (SELECT (i * 7919) % 1009 - 200 AS i FROM generate_series(1, 300) i) t,
           unnest('{none,ratio,lower ratio,minmax,zscore,rank,lower rank,ntile 4}'::text[]) method
      WINDOW p AS (PARTITION BY method)) s
GROUP BY method ORDER BY method COLLATE "C";
SELECT x, abc_normalize(x, 'rank') OVER () AS exact, abc_normalize(x::float8, 'rank') OVER () AS rounded, abc_normalize(x, 'minmax') OVER () AS minmax
FROM (VALUES (9007199254740993), (9007199254740992), (9007199254740992)) t(x) ORDER BY x;
SELECT x, abc_normalize(x, 'rank') OVER () AS rank, abc_normalize(x, 'none') OVER () = x::float8 AS nearest
FROM (VALUES (0.1), (0.10000000000000000000000001), (123456789012345678901234567890.5), (1.10), (-7.25)) t(x) ORDER BY x;
SELECT abc_normalize(x, 'rank') OVER () AS rank, abc_normalize(x, 'ntile 3') OVER () AS ntile
FROM (VALUES (1e400), (2e400), (1e-400)) t(x) ORDER BY x;
SELECT abc_normalize(x, 'ratio') OVER () FROM (VALUES (1e309), (1)) t(x) ORDER BY x;

-- ORDER BY, frames and the order of rows have no influence
SELECT count(DISTINCT answers) AS answers FROM (
    SELECT md5(string_agg(s::text, ',' ORDER BY id)) FROM (SELECT id, abc_normalize(x, 'zscore') OVER () AS s FROM fact) a
    UNION ALL SELECT md5(string_agg(s::text, ',' ORDER BY id)) FROM (SELECT id, abc_normalize(x, 'zscore') OVER (ORDER BY x) AS s FROM fact) a
    UNION ALL SELECT md5(string_agg(s::text, ',' ORDER BY id)) FROM (SELECT id, abc_normalize(x, 'zscore') OVER (ORDER BY id DESC ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM fact) a
    UNION ALL SELECT md5(string_agg(s::text, ',' ORDER BY id)) FROM (SELECT id, abc_normalize(x, 'zscore') OVER () AS s FROM (SELECT * FROM fact ORDER BY md5(id::text)) r) a) t(answers);

-- RFM in one query: recency, frequency, money
SELECT customer, abc_normalize(days, 'lower ntile 5') OVER w AS r, abc_normalize(orders, 'ntile 5') OVER w AS f, abc_normalize(money, 'ntile 5') OVER w AS m
FROM (VALUES ('a', 3, 12, 900.00), ('b', 10, 7, 1500), ('c', 30, 1, 20), ('d', 90, 1, 35), ('e', 400, 1, 20)) t(customer, days, orders, money)
WINDOW w AS () ORDER BY customer;

-- errors
SELECT abc_normalize(x, 'best') OVER () FROM hand;
SELECT abc_normalize(x, '') OVER () FROM hand;
SELECT abc_normalize(x, 'lower') OVER () FROM hand;
SELECT abc_normalize(x, 'higher rank') OVER () FROM hand;
SELECT abc_normalize(x, 'rank 5') OVER () FROM hand;
SELECT abc_normalize(x, 'ntile') OVER () FROM hand;
SELECT abc_normalize(x, 'ntile 0') OVER () FROM hand;
SELECT abc_normalize(x, 'ntile -1') OVER () FROM hand;
SELECT abc_normalize(x, 'ntile 99999999999999999999') OVER () FROM hand;
SELECT abc_normalize(x, NULL) OVER () FROM hand;
SELECT abc_normalize(x, CASE WHEN id < 3 THEN 'rank' ELSE 'ratio' END) OVER () FROM hand;
SELECT abc_normalize('NaN'::float8, 'rank') OVER () FROM hand;
SELECT abc_normalize('-Infinity'::float8, 'ratio') OVER () FROM hand;
SELECT abc_normalize('NaN'::numeric, 'rank') OVER () FROM hand;
SELECT abc_normalize(x, 'ratio') OVER () FROM (VALUES (-1e308::float8), ('5e-324')) t(x);
SELECT abc_normalize(1::float8, 'rank');
-- a method may differ from partition to partition
SELECT id, abc_normalize(x, CASE WHEN id < 3 THEN 'rank' ELSE 'ratio' END) OVER (PARTITION BY id < 3) AS y FROM hand ORDER BY id;

-- beyond work_mem
SET work_mem = '64kB';
CREATE TEMPORARY TABLE spilled AS
SELECT id, method, abc_normalize(x, method) OVER (PARTITION BY method) AS y
FROM (SELECT i AS id, CASE WHEN i % 10 = 0 THEN NULL ELSE (i * 7919 % 20011) / 8.0::float8 - 500 END AS x FROM generate_series(1, 30000) i) t,
     unnest('{lower ratio,minmax,zscore,rank,ntile 9}'::text[]) method;
RESET work_mem;
SELECT method, count(*) AS rows, count(spilled.y) AS known, bool_and(spilled.y IS NOT DISTINCT FROM memory.y) AS same
FROM spilled JOIN (
    SELECT id, method, abc_normalize(x, method) OVER (PARTITION BY method) AS y
    FROM (SELECT i AS id, CASE WHEN i % 10 = 0 THEN NULL ELSE (i * 7919 % 20011) / 8.0::float8 - 500 END AS x FROM generate_series(1, 30000) i) t,
         unnest('{lower ratio,minmax,zscore,rank,ntile 9}'::text[]) method) memory USING (id, method)
GROUP BY method ORDER BY method COLLATE "C";
DROP TABLE spilled;
-- many rows of few values, narrow and wide: as percent_rank
SET work_mem = '64kB';
SELECT count(*) AS rows, bool_and(a = sql_a) AS float8, bool_and(b = sql_b) AS numeric
FROM (SELECT abc_normalize(a, 'rank') OVER () AS a, percent_rank() OVER (ORDER BY a) AS sql_a, abc_normalize(b, 'lower rank') OVER () AS b, percent_rank() OVER (ORDER BY b DESC) AS sql_b
      FROM (SELECT CASE WHEN i % 3 = 0 THEN i % 5 WHEN i % 3 = 1 THEN 7 ELSE 7.0000001 + i % 2 * 1e-12 END::float8 AS a, (i % 4) * 10000000000000000000000.5 AS b FROM generate_series(1, 40000) i) t) s;
RESET work_mem;

RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_normalize CASCADE;
DROP ROLE regress_abc_normalize;
