--
-- abc_weighted_score: products and sums exact, the same state for any
-- order and any split of the rows.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_weighted;
CREATE SCHEMA regress_abc_weighted AUTHORIZATION regress_abc_weighted;
RESET client_min_messages;
SET ROLE regress_abc_weighted;
SET search_path = regress_abc_weighted, public;

-- sales 90 x 40 %, profit 70 x 30 %, frequency 50 x 20 %, loyalty 20 x 10 %
SELECT abc_weighted_score(value, weight) AS float8,
       abc_weighted_score(value::numeric, weight::numeric) AS numeric,
       abc_weighted_score(value::int, weight::int) AS int
FROM (VALUES (90::float8, 40::float8), (70, 30), (50, 20), (20, 10)) metric(value, weight);

-- a float8 sum would lose the 1; three times the largest float8 is no overflow
SELECT abc_weighted_score(v, 1::float8) = 1.0 / 3 AS exact
FROM (VALUES (1e300::float8), (1), (-1e300)) t(v);
SELECT abc_weighted_score(v, 1::float8) AS largest
FROM (VALUES ('1.7976931348623157e308'::float8), ('1.7976931348623157e308'), ('1.7976931348623157e308')) t(v);
SELECT abc_weighted_score(v, 1::float8) AS least
FROM (VALUES ('5e-324'::float8), ('5e-324')) t(v);
SELECT abc_weighted_score('-0'::float8, 1::float8) AS positive_zero;
-- no product is rounded, none is out of range: a mean is between its values
SELECT abc_weighted_score(1e200::float8, 1e200::float8) AS large, abc_weighted_score(1e-200::float8, 1e-200::float8) AS small,
       abc_weighted_score('1.7976931348623157e308'::float8, w) AS largest, abc_weighted_score(0.1::float8, w) AS same
FROM (VALUES (0.76::float8), (0.45)) t(w);

-- numeric: as sum(value * weight) / sum(weight), digit by digit
SELECT abc_weighted_score(v, w) AS score, abc_weighted_score(v, w)::text = (sum(v * w) / sum(w))::text AS same
FROM (VALUES (1.10, 3), (2.2222, 0.5), (-7, 0.25), (12345678901234567890.123456789, 1.000)) t(v, w);
SELECT abc_weighted_score(v, w)::text = (sum(v * w) / sum(w))::text AS wide_same
FROM (VALUES (1e200, 3e100), (1e-200, 1e-100), (-7.5, 0.25), (123456789012345678901234567890123456789012, 98765432109876543210987654321)) t(v, w);
SELECT count(*) AS groups, bool_and(abc = sql) AS same
FROM (SELECT abc_weighted_score(v, w)::text AS abc, (sum(v * w) / sum(w))::text AS sql
      FROM (SELECT i % 97 AS g, round(((i * 7919 % 100003) - 50000) * power(10::numeric, i % 13 - 6), i % 9) AS v,
                   round((i * 104729 % 1009) / 7.0 * power(10::numeric, i % 25), i % 6) AS w
            FROM generate_series(1, 10000) i) r
      GROUP BY g) s;

-- float8 against exact numeric arithmetic, on values that both hold exactly
SELECT count(*) AS groups, bool_and(abc = n::float8 / d::float8) AS same
FROM (SELECT abc_weighted_score(v, w) AS abc, sum(v::numeric * w::numeric) AS n, sum(w::numeric) AS d
      FROM (SELECT i % 97 AS g, ((i * 7919 % 100003) - 50000) / 64.0::float8 AS v, (i * 104729 % 1009) / 8.0::float8 AS w
            FROM generate_series(1, 10000) i) r
      GROUP BY g) s;

-- NULL in either argument skips the row; nothing left, or no weight, gives NULL
SELECT abc_weighted_score(v, w) AS skipped FROM (VALUES (1::float8, 2::float8), (NULL, 5), (100, NULL), (4, 1)) t(v, w);
SELECT abc_weighted_score(v, w) IS NULL AS nothing, abc_weighted_score(v::numeric, w::numeric) IS NULL AS nothing_numeric
FROM (VALUES (NULL::float8, 5::float8), (100, NULL)) t(v, w);
SELECT abc_weighted_score(1::float8, 1) IS NULL AS no_rows WHERE false;
SELECT abc_weighted_score(5::float8, 0) IS NULL AS no_weight, abc_weighted_score(5::numeric, 0) IS NULL AS no_weight_numeric;

-- errors
SELECT abc_weighted_score(1::float8, -0.5::float8);
SELECT abc_weighted_score(1::numeric, -0.5);
SELECT abc_weighted_score('NaN'::float8, 1::float8);
SELECT abc_weighted_score(1::float8, 'Infinity'::float8);
SELECT abc_weighted_score('NaN'::numeric, 1);
SELECT abc_weighted_score(1, 'NaN'::numeric);
SELECT abc_weighted_score_transfn(NULL, 1::float8, 1);
SELECT abc_exact_sums_combine(NULL, NULL);

-- FILTER, GROUPING SETS, OVER with a moving frame
SELECT g, abc_weighted_score(v, 1::float8) FILTER (WHERE v < 9) AS score
FROM (VALUES ('a', 1::float8), ('a', 2), ('b', 4), ('b', 9)) t(g, v)
GROUP BY ROLLUP (g) ORDER BY g;
SELECT v, abc_weighted_score(v, v) OVER (ORDER BY v ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS moving,
       abc_weighted_score(v::numeric, 1) OVER () AS whole
FROM (VALUES (1::float8), (2), (3), (4)) t(v);

-- the state itself: any order, any split, the same bytes
CREATE AGGREGATE exact_sums(float8, float8) (
    SFUNC = abc_weighted_score_transfn, STYPE = abc_exact_sums, COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE);
CREATE AGGREGATE exact_sums(numeric, numeric) (
    SFUNC = abc_weighted_score_transfn, STYPE = abc_exact_sums, COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE);
CREATE AGGREGATE merge_sums(abc_exact_sums) (
    SFUNC = abc_exact_sums_combine, STYPE = abc_exact_sums, COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE);
CREATE TABLE fact AS
SELECT i, (CASE WHEN i % 3 = 0 THEN -1 ELSE 1 END) * sqrt(i::float8) * power(10::float8, (i * 7919) % 400 - 200) AS v,
       (i * 104729 % 1009) * power(2::float8, i % 200 - 100) AS w,
       (CASE WHEN i % 3 = 0 THEN -1 ELSE 1 END) * round(sqrt(i::numeric) * power(10::numeric, i % 21 - 5), i % 11) AS nv,
       round((i * 104729 % 1009) / 7.0, i % 5) AS nw
FROM generate_series(1, 5000) i;
SELECT count(DISTINCT s) AS states, count(DISTINCT n) AS numeric_states
FROM (SELECT exact_sums(v, w ORDER BY i)::text AS s, exact_sums(nv, nw ORDER BY i)::text AS n FROM fact
      UNION ALL SELECT exact_sums(v, w ORDER BY v)::text, exact_sums(nv, nw ORDER BY nv DESC)::text FROM fact
      UNION ALL SELECT exact_sums(v, w ORDER BY abs(v) DESC)::text, exact_sums(nv, nw ORDER BY scale(nv))::text FROM fact
      UNION ALL SELECT merge_sums(s)::text, merge_sums(n)::text FROM (SELECT exact_sums(v, w) AS s, exact_sums(nv, nw) AS n FROM fact GROUP BY i % 7) p
      UNION ALL SELECT merge_sums(s ORDER BY g DESC)::text, merge_sums(n ORDER BY g DESC)::text
                FROM (SELECT i / 100 AS g, exact_sums(v, w) AS s, exact_sums(nv, nw) AS n FROM fact GROUP BY i / 100) p) all_ways;
-- what a value adds, its opposite takes away again
SELECT exact_sums(v, 1)::text AS nothing_left FROM (SELECT v FROM fact UNION ALL SELECT -v FROM fact) t;
SELECT exact_sums(v, 1)::text AS nothing_left FROM (SELECT nv FROM fact UNION ALL SELECT -nv FROM fact) t(v);

-- parallel: partial states in the workers, the same answer
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE fact SET (parallel_workers = 2);
CREATE FUNCTION plan_has(query text, what text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
        IF line LIKE '%' || what || '%' THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END $$;
SELECT plan_has('SELECT abc_weighted_score(v, w) FROM fact', 'Partial Aggregate') AS partial;
CREATE TABLE answer AS SELECT exact_sums(v, w)::text AS s, exact_sums(nv, nw)::text AS n,
    abc_weighted_score(v, w) AS f, abc_weighted_score(nv, nw) AS d FROM fact;
SET max_parallel_workers_per_gather = 0;
SELECT s = exact_sums(v, w)::text AS same, n = exact_sums(nv, nw)::text AS same_numeric,
       f = abc_weighted_score(v, w) AS same_score, d = abc_weighted_score(nv, nw) AS same_numeric_score
FROM fact, answer GROUP BY s, n, f, d;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

-- twice in one query; a cursor and ROLLBACK TO
SELECT abc_weighted_score(v, w) = abc_weighted_score(v, w) FILTER (WHERE i > 0) AS twice FROM fact;
BEGIN;
DECLARE c CURSOR FOR SELECT i % 10, abc_weighted_score(nv, 1) IS NULL FROM fact GROUP BY i % 10 ORDER BY 1;
FETCH 1 FROM c;
SAVEPOINT s;
FETCH 1 FROM c;
SELECT abc_weighted_score(1::float8, -1::float8);
ROLLBACK TO s;
FETCH 1 FROM c;
COMMIT;

-- text in and out
SELECT exact_sums(v, w) FROM (VALUES (0.5::float8, 2::float8), (-3, 1)) t(v, w);
SELECT exact_sums(v, w) FROM (VALUES (0.5, 2.00), (-3, 1)) t(v, w);
SELECT exact_sums(v, w)::text::abc_exact_sums::text = exact_sums(v, w)::text AS float8_back,
       exact_sums(nv, nw)::text::abc_exact_sums::text = exact_sums(nv, nw)::text AS numeric_back FROM fact;
SELECT merge_sums(s::abc_exact_sums) FROM (VALUES ('weighted decimal 1: 5@1, 2@0'), ('weighted decimal 2: -19@2, 1@0')) t(s);
SELECT ''::abc_exact_sums;
SELECT 'weighted float8'::abc_exact_sums;
SELECT 'weighted float8 0: 0@0, 0@0'::abc_exact_sums;
SELECT 'weighted float8 1: 0@0'::abc_exact_sums;
SELECT 'weighted float8 1: g@0, 1@0'::abc_exact_sums;
SELECT 'weighted float8 1: 1, 1@0'::abc_exact_sums;
SELECT 'weighted float8 1: 1@1, 1@0'::abc_exact_sums;
SELECT 'weighted float8 1: 01@0, 1@0'::abc_exact_sums;
SELECT 'weighted float8 1: 10000000000000000@0, 1@0'::abc_exact_sums;
SELECT 'weighted float8 1: 1@0, -1@0'::abc_exact_sums;
SELECT 'weighted float8 1: 1@0, 0@0'::abc_exact_sums;
SELECT 'weighted float8 1: 1@6400, 1@0'::abc_exact_sums;
SELECT 'weighted decimal 1: 1@99999, 1@0'::abc_exact_sums;
SELECT 'weighted decimal 1: 1@-1, 1@0'::abc_exact_sums;
SELECT 'moments decimal 1: 1@1, 1@1'::abc_exact_sums;
SELECT 'weighted decimal 1/2: 1@1, 1@1'::abc_exact_sums;
SELECT 'moments decimal 1/-2: 1@1, 1@2'::abc_exact_sums;
SELECT 'moments decimal 1/0: 1@1, 1@2'::abc_exact_sums;
SELECT 'moments decimal 1/12: 1@1, 1@2'::abc_exact_sums;
SELECT 'weighted decimal 99999999999999999999: 1@1, 1@1'::abc_exact_sums;
SELECT 'weighted decimal 1: 1@1, 1@1 '::abc_exact_sums;
SELECT merge_sums(s::abc_exact_sums) FROM (VALUES ('weighted float8 1: 1@0, 2@0'), ('weighted decimal 1: 1@2, 1@0')) t(s);
SELECT merge_sums(s::abc_exact_sums) FROM (VALUES ('weighted float8 9223372036854775807: 1@0, 2@0'), ('weighted float8 1: 1@0, 1@0')) t(s);

-- binary in and out: what was sent comes back; anything else is refused
\set directory `mktemp -d`
\cd :directory
CREATE TABLE received (s abc_exact_sums);
\copy (SELECT exact_sums(v, w) FROM fact UNION ALL SELECT exact_sums(nv, nw) FROM fact) TO 'good' WITH (FORMAT binary)
\copy (SELECT ''::bytea) TO 'empty' WITH (FORMAT binary)
\copy (SELECT '\x0201010000000000000001000000000000000000000000000000000000000000000000000000000000000000'::bytea) TO 'version' WITH (FORMAT binary)
\copy (SELECT '\x01010100000000000000010000000000000000000000000000000000000001000000000000000100000000000000000000000200'::bytea) TO 'short' WITH (FORMAT binary)
\copy (SELECT '\x0101010000000000000001000000000000000000000000000000007fffffff000000000000000000000000'::bytea) TO 'limbs' WITH (FORMAT binary)
\copy (SELECT '\x01010100000000000000010000000000000000000000000000000000000002000000000000000100000000000000000000000000000000000000010000000000000001'::bytea) TO 'loose' WITH (FORMAT binary)
\copy (SELECT '\x010101000000000000000100000000000000000000000000000000000000010000000000000001000000000000000000000001000000000000000100'::bytea) TO 'tail' WITH (FORMAT binary)
\copy (SELECT '\x0101010000000000000001000000000000000000000000000000000000000100000000000000010000000000000000000000010000000000000001'::bytea) TO 'one' WITH (FORMAT binary)
\copy received FROM 'good' WITH (FORMAT binary)
\copy received FROM 'one' WITH (FORMAT binary)
\copy received FROM 'empty' WITH (FORMAT binary)
\copy received FROM 'version' WITH (FORMAT binary)
\copy received FROM 'short' WITH (FORMAT binary)
\copy received FROM 'limbs' WITH (FORMAT binary)
\copy received FROM 'loose' WITH (FORMAT binary)
\copy received FROM 'tail' WITH (FORMAT binary)
\! rm good empty version short limbs loose tail one && rmdir "$PWD"
\cd /
SELECT count(*) AS received, count(*) FILTER (WHERE s::text IN (SELECT exact_sums(v, w)::text FROM fact UNION ALL SELECT exact_sums(nv, nw)::text FROM fact)) AS same,
       min(s::text) FILTER (WHERE length(s::text) < 50) AS one
FROM received;

-- whatever is made of a state's text: a clean error, or a value that reads back
DO $$
DECLARE
    source text[] := ARRAY['weighted float8 3: -1f40000000000000000@-64, 28@0', 'moments decimal 12: 3039@2, 1b2c@4'];
    alphabet text := ' -0123456789abcdefg@:,wmn';
    t text;
    accepted int := 0;
BEGIN
    PERFORM setseed(0.5);
    FOR i IN 1 .. 5000 LOOP
        t := source[1 + i % 2];
        FOR k IN 1 .. 1 + i % 3 LOOP
            t := overlay(t PLACING substr(alphabet, 1 + floor(random() * 25)::int, floor(random() * 3)::int)
                         FROM 1 + floor(random() * length(t))::int FOR floor(random() * 3)::int);
        END LOOP;
        BEGIN
            IF t::abc_exact_sums::text <> t THEN
                RAISE 'read "%", wrote "%"', t, t::abc_exact_sums::text;
            END IF;
            accepted := accepted + 1;
        EXCEPTION WHEN invalid_text_representation THEN NULL;
        END;
    END LOOP;
    RAISE NOTICE 'some accepted: %', accepted > 100;
END $$;

RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_weighted CASCADE;
DROP ROLE regress_abc_weighted;
