--
-- The type abc_tier: input and output, casts, text-like behaviour, min and max.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
CREATE ROLE regress_abc_tier;
CREATE SCHEMA regress_abc_tier AUTHORIZATION regress_abc_tier;
SET ROLE regress_abc_tier;
SET search_path = regress_abc_tier, public;

-- one letter in, one letter out: all 26, one byte by value
SELECT string_agg(chr(c)::abc_tier::text, '' ORDER BY c) AS letters,
       bool_and(pg_column_size(chr(c)::abc_tier) = 1) AS one_byte
FROM generate_series(65, 90) c;
SELECT typlen, typbyval, typalign, typcategory, typispreferred, typstorage
FROM pg_type WHERE oid = 'abc_tier'::regtype;

-- nothing else is a tier
SELECT ''::abc_tier;
SELECT 'a'::abc_tier;
SELECT 'AA'::abc_tier;
SELECT ' A'::abc_tier;
SELECT '1'::abc_tier;
SELECT 'É'::abc_tier;
SELECT 'gold'::text::abc_tier;
SELECT ''::varchar::abc_tier;
DO $$
DECLARE
    accepted text := '';
BEGIN
    FOR c IN 1 .. 127 LOOP
        BEGIN
            accepted := accepted || chr(c)::abc_tier;
        EXCEPTION WHEN invalid_text_representation THEN
            NULL;
        END;
    END LOOP;
    IF accepted <> 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' THEN
        RAISE EXCEPTION 'accepted %', accepted;
    END IF;
END
$$;

-- from PostgreSQL 16 on a caller can ask without an error
DO $$
DECLARE
    answers text := 't f f';
BEGIN
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE $q$SELECT concat_ws(' ', pg_input_is_valid('A', 'abc_tier'),
            pg_input_is_valid('a', 'abc_tier'), pg_input_is_valid('', 'abc_tier'))$q$ INTO answers;
    END IF;
    IF answers <> 't f f' THEN
        RAISE EXCEPTION 'soft errors: %', answers;
    END IF;
END
$$;

-- casts: to text and varchar anywhere, back by assignment only
SELECT castsource::regtype AS source, casttarget::regtype AS target, castcontext
FROM pg_cast
WHERE 'abc_tier'::regtype IN (castsource, casttarget)
ORDER BY castsource::regtype::text, casttarget::regtype::text;
CREATE FUNCTION takes_text(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION takes_varchar(varchar) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION takes_tier(abc_tier) RETURNS text LANGUAGE sql AS 'SELECT $1';
SELECT takes_text('B'::abc_tier), takes_varchar('B'::abc_tier), takes_tier('B');
\set VERBOSITY terse
SELECT takes_tier('B'::text);
\set VERBOSITY default
CREATE TABLE customers (id int, tier abc_tier, old_tier text, code varchar(1));
INSERT INTO customers VALUES (1, 'A'::text, 'B'::abc_tier, 'C'::abc_tier), (2, 'C'::varchar, NULL, NULL);
UPDATE customers SET tier = old_tier, old_tier = tier, code = tier WHERE id = 1;
INSERT INTO customers VALUES (3, 'gold'::text, NULL, NULL);
TABLE customers ORDER BY id;

-- like text
SELECT tier || '-customer' AS concat, 'tier ' || tier AS prefix, lower(tier), length(tier),
       tier LIKE 'B%' AS "like", tier ~ '[AB]' AS regexp, tier IN ('A', 'B') AS "in",
       position(tier IN 'ABC'), ascii(tier), to_json(tier), format('%s', tier),
       coalesce(tier, '?'::text), CASE WHEN tier = 'B' THEN tier ELSE 'none'::text END
FROM customers WHERE id = 1;
SELECT string_agg(tier, ',' ORDER BY tier), array_agg(tier ORDER BY tier DESC) FROM customers;
SELECT tier FROM customers UNION SELECT 'other'::text ORDER BY 1;
SELECT ARRAY['A', 'C']::abc_tier[]::text[], ARRAY['A', 'C']::text[]::abc_tier[];

-- binary: the letter, as text sends it; every received byte is checked
SELECT set_byte('\x00', 0, c) = textsend(chr(c)) AS text_sends_the_letter,
       abc_tier_send(chr(c)::abc_tier) = textsend(chr(c)) AS tier_too
FROM generate_series(65, 90) c GROUP BY 1, 2;
\set directory `mktemp -d`
\cd :directory
\copy (SELECT t FROM unnest('{A,M,Z}'::abc_tier[]) t) TO 'tiers' WITH (FORMAT binary)
CREATE TABLE received (tier abc_tier);
\copy received FROM 'tiers' WITH (FORMAT binary)
TABLE received ORDER BY tier;
CREATE TABLE received_text (tier text);
\copy received_text FROM 'tiers' WITH (FORMAT binary)
TABLE received_text ORDER BY tier;
\copy (SELECT 'a'::text) TO 'lower' WITH (FORMAT binary)
\copy (SELECT ''::text) TO 'empty' WITH (FORMAT binary)
\copy (SELECT 'AB'::text) TO 'two' WITH (FORMAT binary)
\copy (SELECT '\x00'::bytea) TO 'zero' WITH (FORMAT binary)
\copy (SELECT '\xc1'::bytea) TO 'high' WITH (FORMAT binary)
\copy received FROM 'lower' WITH (FORMAT binary)
\copy received FROM 'empty' WITH (FORMAT binary)
\copy received FROM 'two' WITH (FORMAT binary)
\copy received FROM 'zero' WITH (FORMAT binary)
\copy received FROM 'high' WITH (FORMAT binary)
\! rm tiers lower empty two zero high && rmdir "$PWD"
\cd /

-- better and worse; an unknown tier stays unknown
SELECT a, b, abc_better(a, b), abc_worse(a, b)
FROM (VALUES ('A'::abc_tier, 'C'::abc_tier), ('C', 'A'), ('B', 'B'), ('A', NULL), (NULL, 'A'), (NULL, NULL)) v(a, b);

-- min and max: best and worst, from an index too, partial states combined
SELECT min(tier), max(tier), pg_typeof(min(tier)), count(*) FROM customers;
SELECT min(tier), max(tier) FROM customers WHERE false;
SELECT min(t) OVER (ORDER BY n), max(t) OVER (ORDER BY n)
FROM (VALUES (1, NULL::abc_tier), (2, 'C'), (3, 'A'), (4, 'D')) v(n, t);
SELECT aggfnoid::regprocedure, aggcombinefn, aggsortop::regoperator, proparallel
FROM pg_aggregate JOIN pg_proc ON pg_proc.oid = aggfnoid
WHERE aggtranstype = 'abc_tier'::regtype AND proname IN ('min', 'max') ORDER BY proname DESC;
CREATE TABLE many AS SELECT chr(66 + i % 24)::abc_tier AS tier FROM generate_series(1, 10000) i;
CREATE INDEX ON many (tier);
ANALYZE many;
CREATE FUNCTION plan_has(query text, node text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
        IF line ~ node THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$;
SELECT plan_has('SELECT min(tier) FROM many', 'Index Only Scan') AS by_index, min(tier), max(tier) FROM many;
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL enable_indexscan = off;
SET LOCAL enable_indexonlyscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT plan_has('SELECT min(tier), max(tier) FROM many', 'Partial Aggregate') AS partial, min(tier), max(tier) FROM many;
COMMIT;

-- the rank of a tier, and back: every letter; no tier has another number
SELECT bool_and(abc_rank(t) = r AND abc_tier_of_rank(r) = t) AND count(*) = 26 AS every_letter
FROM generate_series(1, 26) r, LATERAL (SELECT chr(64 + r)::abc_tier) v(t);
SELECT abc_tier_of_rank(0) IS NULL AND abc_tier_of_rank(27) IS NULL AND abc_tier_of_rank(-2147483648) IS NULL
	AND abc_tier_of_rank(NULL) IS NULL AND abc_rank(NULL) IS NULL AS "null";
SELECT abc_rank('C'), abc_tier_of_rank(abc_rank('C') - 1) AS better, pg_typeof(abc_rank('C'));

-- no function bears the name of the type
SELECT count(*) FROM pg_proc WHERE proname IN ('abc_tier', 'abc_scheme');

RESET ROLE;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_tier CASCADE;
DROP ROLE regress_abc_tier;
