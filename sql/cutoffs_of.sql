--
-- abc_cutoffs_of, abc_retier, abc_within: one call for every kind of source,
-- the caller's names, rights and path, and nothing but clear errors.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_cutoffs_of;
CREATE SCHEMA regress_abc_cutoffs_of AUTHORIZATION regress_abc_cutoffs_of;
CREATE COLLATION regress_abc_cutoffs_of.nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
RESET client_min_messages;
SET ROLE regress_abc_cutoffs_of;
SET search_path = regress_abc_cutoffs_of, public;
\set VERBOSITY terse

CREATE TABLE customer AS
SELECT i AS id, i % 3 AS region, round(exp(8 + 2 * sin(i) + cos(i * 7))::numeric, 2) AS revenue, exp(4 * sin(i)) AS weight,
       (1000 * (1 + sin(i * 3)))::bigint AS parcels, NULL::abc_tier AS tier, NULL::varchar(1) AS letter
FROM generate_series(1, 5000) AS i;

-- every number type
SELECT abc_cutoffs_of('customer', 'revenue') = abc_cutoffs(revenue) AS numeric,
       abc_cutoffs_of('customer', 'weight')::float8[] = abc_cutoffs(weight)::float8[] AS float8,
       abc_cutoffs_of('customer', 'parcels')::bigint[] = abc_cutoffs(parcels) AS bigint,
       abc_cutoffs_of('customer', 'id')::integer[] = abc_cutoffs(id) AS integer,
       abc_cutoffs_of('customer', 'weight::real')::real[] = abc_cutoffs(weight::real) AS real,
       abc_cutoffs_of('customer', '(id % 100)::smallint')::smallint[] = abc_cutoffs((id % 100)::smallint) AS smallint
FROM customer;
SELECT abc_cutoffs_of('customer', 'id', 'value >10/2.1')::integer[] = abc_cutoffs(id, 'value >10/2.1') AS integer,
       abc_cutoffs_of('customer', 'weight::real', 'value >10/2.1')::real[] = abc_cutoffs(weight::real, 'value >10/2.1') AS real
FROM customer;
CREATE DOMAIN money_amount AS numeric(12,2) CHECK (VALUE > 0);
SELECT abc_cutoffs_of('customer', 'revenue::money_amount') = abc_cutoffs_of('customer', 'revenue') AS domain;
-- as it is, whatever the settings
SET extra_float_digits = -15;
SELECT abc_cutoffs_of('customer', 'weight')::float8[] = (SELECT abc_cutoffs(weight) FROM customer) AS exact;
RESET extra_float_digits;
-- the cut-offs are what abc_assign takes, without a cast
SELECT count(*) FILTER (WHERE a IS DISTINCT FROM c) AS differing
FROM (SELECT abc_assign(weight, (SELECT abc_cutoffs_of('customer', 'weight'))) AS a, abc_classify(weight) OVER () AS c FROM customer
      UNION ALL SELECT abc_assign(parcels, (SELECT abc_cutoffs_of('customer', 'parcels'))), abc_classify(parcels) OVER () FROM customer) AS x;

-- Sources: views, partitions, queries, names that need quotes, temporary tables; conditions and comments
CREATE VIEW paying AS SELECT * FROM customer WHERE revenue > 1000;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM paying;
CREATE TABLE parted (LIKE customer) PARTITION BY LIST (region);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES IN (0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1, 2);
INSERT INTO parted SELECT * FROM customer;
CREATE TABLE "Ünusual; name" AS SELECT revenue AS "select", region AS k1 FROM customer;
CREATE TEMPORARY TABLE passing AS SELECT * FROM customer;
SELECT source, abc_cutoffs_of(source, value, condition => condition) = (SELECT abc_cutoffs(revenue) FROM customer WHERE revenue > 1000) AS same
FROM (VALUES ('paying', 'revenue', NULL), ('kept', 'kept.revenue', NULL), ('parted', 'parted.revenue', 'revenue > 1000'),
             ('regress_abc_cutoffs_of.customer', 'customer.revenue -- of the year', 'revenue > 1000 -- who pays'),
             ('"Ünusual; name"', '"select"', '"select" > 1000'), ('PAYING', 'REVENUE', NULL), ('passing', 'revenue', 'revenue > 1000'),
             ('SELECT revenue AS r FROM customer', 'r', 'r > 1000'), (E'  select * from paying -- all\n;', 'revenue', NULL),
             ('TABLE paying', 'revenue', NULL), ('((SELECT revenue FROM paying))', 'revenue', NULL), ('/* of */ WITH p AS (TABLE paying) SELECT * FROM p', 'revenue', NULL),
             ('VALUES (1.0)', '(SELECT revenue)', 'false')) AS x (source, value, condition)
WHERE condition IS DISTINCT FROM 'false';
SELECT abc_cutoffs_of('VALUES (3.0), (1.0), (1.0)', 'column1', '60/100');

-- No rows, no values: what abc_cutoffs gives
SELECT scheme, abc_cutoffs_of('customer', 'revenue', scheme, 'false') AS no_rows, abc_cutoffs_of('customer', 'NULL::float8', scheme) AS no_values,
       (SELECT abc_cutoffs(nullif(weight, weight), x.scheme) FROM customer) AS one_pass
FROM unnest('{80/95,count 15/50,top 3,value >10/2.5}'::abc_scheme[]) AS x (scheme);
SELECT * FROM abc_cutoffs_of('customer', 'revenue', '80/95', by => '{region}', condition => 'false');

-- Groups: a row each, whatever the type of the key, equal keys together
SELECT bool_and(c.cutoffs = o.cutoffs) AS same, count(*)
FROM abc_cutoffs_of('customer', 'revenue', '80/95', by => '{region}') AS c
JOIN (SELECT region, abc_cutoffs(revenue) AS cutoffs FROM customer GROUP BY region) AS o ON c.keys = ARRAY[o.region::text];
CREATE TABLE keyed AS
SELECT i, (CASE WHEN i % 4 < 2 THEN '1.0' ELSE '1.00' END)::numeric + i % 2 AS n, CASE WHEN i % 3 > 0 THEN CASE WHEN i % 2 = 0 THEN 'nORTH' ELSE 'North' END END COLLATE nocase AS t,
       ('ab' || i % 2)::char(5) AS c, CASE WHEN i % 2 = 0 THEN 0.0 ELSE '-0' END::float8 AS z, ('2026-01-01'::date + i % 2) AS d, exp(5 * sin(i)) AS v
FROM generate_series(1, 30000) AS i;
CREATE FUNCTION differing_groups(key text, most bigint) RETURNS TABLE (groups bigint, differing bigint) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT count(*), count(*) FILTER (WHERE c.cutoffs IS DISTINCT FROM o.cutoffs)
		FROM (SELECT cutoffs, row_number() OVER (ORDER BY cutoffs) AS i FROM (SELECT cutoffs::float8[] FROM _abc.cut_source(current_setting(''search_path''), ''keyed'', ''v'', ''80/95'', NULL, ARRAY[%1$L], %2$s, 0, 1)) AS c) AS c
		FULL JOIN (SELECT cutoffs, row_number() OVER (ORDER BY cutoffs) AS i FROM (SELECT abc_cutoffs(v) AS cutoffs FROM keyed GROUP BY %1$s) AS o) AS o USING (i)', key, most);
END $$;
-- in rounds, as for groups of many rows
SELECT key, few.*, many.* FROM unnest('{n,t,c,z,d,v > 1,keyed.n,i % 20}'::text[]) AS key, differing_groups(key, 100000) AS few, differing_groups(key, 10) AS many;
SELECT keys FROM abc_cutoffs_of('keyed', 'v', '80/95', ARRAY['t', 'd', 'v IS NULL']) ORDER BY upper(keys[1]), keys[2];
SET DateStyle = German;
SELECT count(*) FROM abc_cutoffs_of('keyed', 'v', '80/95', by => '{d}') WHERE cutoffs IS NOT NULL;
RESET DateStyle;
-- columns of any name
SELECT count(*), count(cutoffs) FROM abc_cutoffs_of('SELECT revenue AS k1, region AS id, revenue AS v, region AS n, region AS g FROM customer', 'v', '80/95', '{id,n,g}', 'k1 > 0');

-- Tiers, written
SELECT abc_retier('customer', 'revenue', 'tier') AS first, abc_retier('customer', 'revenue', 'tier') AS again;
SELECT count(*) FILTER (WHERE tier IS DISTINCT FROM t) AS differing FROM (SELECT tier, abc_classify(revenue) OVER () AS t FROM customer) AS x;
UPDATE customer SET tier = NULL WHERE id <= 3;
SELECT abc_retier('customer', 'revenue', 'tier') AS only_these;
SELECT abc_retier('customer', 'customer.revenue', 'LETTER', 'count 15/50', ARRAY['region', 'id % 2']) AS text_column;
SELECT count(*) FILTER (WHERE letter IS DISTINCT FROM t) AS differing FROM (SELECT letter, abc_classify(revenue, 'count 15/50') OVER (PARTITION BY region, id % 2) AS t FROM customer) AS x;
SELECT abc_retier('parted', 'revenue - 3000', 'tier', 'share 80/95; negative drop') AS dropped, abc_retier('paying', 'revenue', 'tier', 'top 5') AS through_a_view;
SELECT count(*) FILTER (WHERE tier IS DISTINCT FROM t) AS differing FROM (SELECT tier, abc_classify(revenue - 3000, 'share 80/95; negative drop') OVER () AS t FROM parted) AS x;
-- a table of many rows is read once where samples tell about where the cut-offs lie, else twice
CREATE TABLE sampled AS SELECT i AS id, exp((i * 7919 % 200000 / 20000.0)::float8) AS f, (i * 7919 % 200000)::bigint AS b, round(exp((i * 7919 % 200000 / 20000.0)::float8)::numeric, 2) AS n,
	CASE WHEN i % 10 > 0 THEN 7::float8 END AS same FROM generate_series(1, 200000) AS i;
CREATE TABLE climbing AS SELECT b FROM sampled ORDER BY b;
ANALYZE sampled, climbing;
CREATE FUNCTION read_once(source text, value text, scheme abc_scheme DEFAULT '80/95', condition text DEFAULT NULL) RETURNS boolean LANGUAGE sql AS
	$$SELECT r.cutoffs_known FROM _abc.read_once(_abc.scan(current_schema(), source, value, condition, NULL::text[]), scheme) AS r$$;
SELECT bool_or(read_once('sampled', v, scheme)) AS some_read_once, bool_and(abc_cutoffs_of('sampled', v, scheme) IS NOT DISTINCT FROM CASE v
		WHEN 'f' THEN (SELECT abc_cutoffs(f, scheme)::text::numeric[] FROM sampled) WHEN 'b' THEN (SELECT abc_cutoffs(b, scheme)::numeric[] FROM sampled)
		WHEN 'n' THEN (SELECT abc_cutoffs(n, scheme) FROM sampled) WHEN 'same' THEN (SELECT abc_cutoffs(same, scheme)::text::numeric[] FROM sampled) END) AS equal
FROM unnest('{f,b,n,same}'::text[]) AS v, unnest('{80/95,count 15/50,fill 70+20}'::abc_scheme[]) AS scheme;
SELECT abc_cutoffs_of('climbing', 'b') = (SELECT abc_cutoffs(b)::numeric[] FROM climbing) AS equal;
SELECT read_once('sampled', 'f', '80/95', 'id <= 100'), abc_cutoffs_of('sampled', 'f', '80/95', 'id <= 100') = (SELECT abc_cutoffs(f)::text::numeric[] FROM sampled WHERE id <= 100) AS few_rows,
	read_once('sampled', '0 * b'), abc_cutoffs_of('sampled', '0 * b') AS no_positive, abc_cutoffs_of('sampled', 'nullif(b, b)') AS no_value, abc_cutoffs_of('sampled', 'b', '80/95', 'false') AS no_row;
SET work_mem = '64kB';
SELECT read_once('sampled', 'same'), abc_cutoffs_of('sampled', 'same') AS more_than_work_mem_holds;
RESET work_mem;
SELECT (_abc.summarize_keeping(v, '{3,8}', '{5,9}'))."values" AS some, (_abc.summarize_keeping(v, '{}', '{}'))."values" AS none,
	(_abc.summarize_keeping(v, '{1,3,5,7,9}', '{1,3,5,7,9}'))."values" AS odd, _abc.summarize_keeping(NULL::bigint, '{3}', '{5}') AS nothing,
	(_abc.summarize_keeping(v + 0.5, '{3}', '{5.25}'))."values" AS numerics, (_abc.summarize_keeping(v::float8, '{3,9.5}', '{5.25,9.75}'))."values" AS floats,
	(SELECT _abc.summarize_keeping(1.5::float8, '{1}', '{2}') WHERE false) AS no_rows,
	(_abc.summarize_keeping(v, '{}', '{}')).summary::text = abc_summarize(v)::text AND (_abc.summarize_keeping(v + 0.5, '{}', '{}')).summary::text = abc_summarize(v + 0.5)::text
		AND (_abc.summarize_keeping(v::float8, '{}', '{}')).summary::text = abc_summarize(v::float8)::text AS summarizes
FROM generate_series(1, 10::bigint) AS v;
DROP TABLE sampled, climbing;
DROP FUNCTION read_once;
-- many groups, found by binary search: keys of several types, NULL among them, and a value with a per cent sign
CREATE TABLE grouped AS SELECT i AS id, (i * 7919 % 1000)::numeric % 977 AS v, nullif(i % 40, 3) AS a, CASE WHEN i % 5 > 0 THEN chr(97 + i % 13) END::varchar(9) AS b,
	NULL::abc_tier AS tier FROM generate_series(1, 20000) AS i;
SELECT abc_retier('grouped', 'v % 501', 'tier', '80/95', '{a,b}') AS first, abc_retier('grouped', 'v % 501', 'tier', '80/95', '{a,b}') AS again;
SELECT count(*) AS groups_of_one, count(*) FILTER (WHERE tier IS DISTINCT FROM t) AS differ
FROM (SELECT tier, abc_classify(v % 501) OVER (PARTITION BY a, b) AS t FROM grouped) AS x;
SELECT abc_retier('grouped', 'v', 'tier', 'count 15/50', '{b,"a % 9"}') > 0 AS others;
SELECT count(*) FILTER (WHERE tier IS DISTINCT FROM t) AS differ
FROM (SELECT tier, abc_classify(v, 'count 15/50') OVER (PARTITION BY b, a % 9) AS t FROM grouped) AS x;
DROP TABLE grouped;
SELECT abc_retier('customer', '0 * revenue', 'tier') AS no_total, (SELECT count(tier) FROM customer WHERE tier IS NOT NULL) AS tiers_before;
SELECT count(tier) AS tiers FROM customer;
UPDATE customer SET region = NULL WHERE region = 0;
SELECT abc_retier('customer', 'revenue', 'tier', '80/95', '{region}') AS with_a_null_key, (SELECT count(*) FROM customer WHERE tier IS NULL) AS without_before;
SELECT count(*) FILTER (WHERE tier IS DISTINCT FROM t) AS differing FROM (SELECT tier, abc_classify(revenue) OVER (PARTITION BY region) AS t FROM customer) AS x;

-- Values in intervals
SELECT v, abc_within(v::float8, lows, highs) AS f, abc_within(v::bigint, lows::bigint[], highs::bigint[]) AS b, abc_within(v, lows::numeric[], highs::numeric[]) AS n
FROM (VALUES ('{5,1,20,3}'::float8[], '{7,2,30,6}'::float8[])) AS i (lows, highs), unnest('{0,1,2,2.5,3,7,8,20,30,31,-1,1e15}'::numeric[]) AS v;
SELECT abc_within(1.0, '{}'::numeric[], '{}') AS none, abc_within(NULL::numeric, '{1}', '{2}') AS "null", abc_within(1.05, '{1}', '{1.1}') AS decimals,
       abc_within(1e50, '{1e49}', '{1e51}') AS wide, abc_within(1e50, '{1}', '{2}') AS beyond, abc_within('-0'::float8, '{0}', '{0}') AS zero;
SELECT bool_and(abc_within(v, lows, highs) = EXISTS (SELECT FROM unnest(lows, highs) AS i (low, high) WHERE v BETWEEN low AND high)) AS as_one_by_one, count(DISTINCT lows) AS sets
FROM (SELECT array_agg(low) AS lows, array_agg(low + width) AS highs FROM (SELECT i % 7 AS set, i * 7919 % 1000 AS low, i % 5 AS width FROM generate_series(1, 300) AS i) AS x GROUP BY set) AS i,
     generate_series(0, 1000) AS g, LATERAL (SELECT g / 2.0 AS v) AS y;

-- Rights, policies and names are the caller's
CREATE TABLE guarded AS SELECT id, revenue, region FROM customer;
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY even ON guarded USING (id % 2 = 0);
SELECT abc_cutoffs_of('guarded', 'revenue') = (SELECT abc_cutoffs(revenue) FROM customer WHERE id % 2 = 0) AS policy_holds;
CREATE FUNCTION doubled(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT 2 * $1';
SELECT abc_cutoffs_of('customer', 'doubled(revenue)') = (SELECT abc_cutoffs(2 * revenue) FROM customer) AS own_function;
REVOKE ALL ON customer FROM regress_abc_cutoffs_of;
SELECT abc_cutoffs_of('customer', 'revenue');
GRANT ALL ON customer TO regress_abc_cutoffs_of;
-- whatever is in the path in front, the statements are what they are; the path is back afterwards
CREATE FUNCTION lie(numeric, numeric) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR >= (FUNCTION = lie, LEFTARG = numeric, RIGHTARG = numeric);
CREATE OPERATOR <> (FUNCTION = lie, LEFTARG = numeric, RIGHTARG = numeric);
CREATE FUNCTION lie(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR = (FUNCTION = lie, LEFTARG = integer, RIGHTARG = integer);
CREATE FUNCTION count() RETURNS bigint LANGUAGE sql AS 'SELECT 7::bigint';
CREATE FUNCTION max(integer) RETURNS integer LANGUAGE sql AS 'SELECT 7';
CREATE AGGREGATE array_agg(numeric) (SFUNC = numeric_add, STYPE = numeric);
CREATE DOMAIN text AS pg_catalog.text CHECK (VALUE <> VALUE);
SET search_path = regress_abc_cutoffs_of, pg_catalog, public;
SELECT abc_cutoffs_of('customer', 'revenue', 'share 80/95'::public.abc_scheme) OPERATOR(pg_catalog.=) (SELECT abc_cutoffs(revenue) FROM customer) AS same;
SELECT pg_catalog.count(*) FROM abc_cutoffs_of('keyed', 'v', '80/95', '{i % 2}'::pg_catalog.text[]) WHERE cutoffs IS NOT NULL;
SELECT abc_retier('customer', 'revenue', 'tier', '80/95', '{region}'::pg_catalog.text[]);
SHOW search_path;
DROP OPERATOR >= (numeric, numeric); DROP OPERATOR <> (numeric, numeric); DROP OPERATOR = (integer, integer);
DROP AGGREGATE array_agg(numeric); DROP FUNCTION count(), max(integer), lie(integer, integer), lie(numeric, numeric); DROP DOMAIN text;
SET search_path = regress_abc_cutoffs_of, public;

-- In functions, read-only transactions, cursors; never in parallel workers
BEGIN READ ONLY;
SELECT abc_cutoffs_of('keyed', 'v') IS NOT NULL AS read_only;
COMMIT;
SELECT provolatile, proparallel FROM pg_proc WHERE proname = 'abc_cutoffs_of';

-- What must not be: clear errors
CREATE FUNCTION refusal(call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE call;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT call, refusal(call) FROM unnest(ARRAY[
	$call$SELECT abc_cutoffs_of('nowhere', 'revenue')$call$,
	$call$SELECT abc_cutoffs_of('customer; DROP TABLE customer', 'revenue')$call$,
	$call$SELECT abc_cutoffs_of('customer', 'income')$call$,
	$call$SELECT abc_cutoffs_of('customer', 'letter')$call$,
	$call$SELECT abc_cutoffs_of('customer', 'NULL')$call$,
	$call$SELECT abc_cutoffs_of('customer', 'revenue', 'share 95/80')$call$,
	$call$SELECT abc_cutoffs_of('customer', 'revenue', NULL::abc_scheme)$call$,
	$call$SELECT abc_cutoffs_of('customer', 'revenue', '80/95', 'revenue')$call$,
	$call$SELECT abc_cutoffs_of('customer', 'revenue) FROM customer; DELETE FROM customer; SELECT (1')$call$,
	$call$SELECT abc_cutoffs_of('customer', 'revenue', '80/95', 'true); DELETE FROM customer; SELECT (1')$call$,
	$call$SELECT abc_cutoffs_of(NULL, 'revenue')$call$,
	$call$SELECT abc_cutoffs_of('customer', NULL)$call$,
	$call$SELECT * FROM abc_cutoffs_of('customer', 'revenue', '80/95', by => '{region,NULL}')$call$,
	$call$SELECT * FROM abc_cutoffs_of('customer', 'revenue', '80/95', by => '{nothing}')$call$,
	$call$SELECT abc_cutoffs_of('customer', $$CASE WHEN id = 7 THEN 'NaN' ELSE weight END$$)$call$,
	$call$SELECT abc_cutoffs_of('customer', '-revenue', '80/95; negative error')$call$,
	$call$SELECT abc_retier('SELECT * FROM customer', 'revenue', 'tier')$call$,
	$call$SELECT abc_retier('customer', 'revenue', 'no_such')$call$,
	$call$SELECT abc_retier('customer', 'revenue', 'a.b')$call$,
	$call$SELECT abc_retier('customer', 'revenue', NULL)$call$,
	$call$SELECT abc_within(1.0, '{1,2}'::numeric[], '{3}')$call$,
	$call$SELECT abc_within(1.0, '{3}'::numeric[], '{1}')$call$,
	$call$SELECT abc_within(1.0, '{1,NULL}'::numeric[], '{3,4}')$call$,
	$call$SELECT abc_within(1.0, '{NaN}'::numeric[], '{3}')$call$,
	$call$SELECT abc_within('NaN'::float8, '{1}', '{3}')$call$,
	$call$SELECT abc_within('NaN'::numeric, '{1}', '{3}')$call$,
	$call$SELECT abc_within(1::bigint, '{{1,2}}', '{{3,4}}')$call$
]) AS call;
SELECT count(*) AS still_there FROM customer;

-- Rounds in between, by hand: what they say is checked, too
CREATE TABLE rounds AS SELECT abc_summarize(v) AS whole, abc_summarize(v) FILTER (WHERE v BETWEEN 1 AND 20) AS part, abc_summarize(v * 2) FILTER (WHERE v BETWEEN 20 AND 100) AS other,
	abc_summarize((i % 5)::numeric) AS kind FROM keyed;
SELECT w.cut, n.low >= w.low AND n.high <= w.high AS inside, n.count_within <= w.count_within AS fewer
FROM rounds, abc_bounds(whole) AS w, abc_bounds(whole, '80/95', ARRAY[part, NULL]) AS n WHERE w.cut = n.cut;
SELECT refusal('SELECT abc_bounds(whole, ''80/95'', ARRAY[kind]) FROM rounds'),
       refusal('SELECT abc_cutoffs(whole, ''80/95'', ''{}''::float8[], ''{}'', ARRAY[other]) FROM rounds');
SELECT abc_bounds(whole, '80/95', '{}') = abc_bounds(whole) AS nothing_more FROM rounds LIMIT 1;

-- and helpers that anybody may call give errors
SELECT refusal('SELECT _abc.summarize_keeping(1::float8, NULL, ''{1}'')'), refusal('SELECT _abc.summarize_keeping(1::bigint, ''{1}'', NULL)'),
	refusal('SELECT _abc.values_between(''{a}''::text[], ''{a}'', ''{b}'')'), refusal('SELECT _abc.values_between(''{1}''::integer[], ''{1}'', ''{2}'')');
SELECT _abc.values_between('{1,2,3,NULL}'::numeric[], '{2}', '{3}');

RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_cutoffs_of CASCADE;
DROP TABLE passing;
DROP ROLE regress_abc_cutoffs_of;
