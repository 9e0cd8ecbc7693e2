--
-- abc_summary: what a summary knows, that merging never changes it, and that
-- nothing that is not a summary becomes one.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_summary;
CREATE SCHEMA regress_abc_summary AUTHORIZATION regress_abc_summary;
RESET client_min_messages;
SET ROLE regress_abc_summary;
SET search_path = regress_abc_summary, public;

-- The low ends of the intervals in which the cut-offs lie.
CREATE FUNCTION lows(s abc_summary, scheme abc_scheme DEFAULT '80/95') RETURNS numeric[] LANGUAGE sql IMMUTABLE
AS 'SELECT array_agg(low ORDER BY cut) FROM abc_bounds(s, scheme)';

-- The seven products of the published example: few values, so all is known.
CREATE TABLE product (name text, sales float8, units bigint, price numeric(10,2));
INSERT INTO product SELECT 'p' || v, v, v, v FROM unnest(ARRAY[27000, 24000, 18000, 16000, 6000, 5000, 4000]) AS v;
SELECT abc_count(s), abc_total(s), lows(s, '70/90'), lows(s, '70/90; crossing down'), lows(s)
FROM (SELECT abc_summarize(sales) AS s FROM product) AS x;
SELECT b.* FROM (SELECT abc_summarize(sales) AS s FROM product) AS x, abc_bounds(s, 'share 70/90') AS b;
SELECT b.* FROM (SELECT abc_summarize(units) AS s FROM product) AS x, abc_bounds(s, 'count 15/50') AS b;
SELECT b.* FROM (SELECT abc_summarize(price) AS s FROM product) AS x, abc_bounds(s, 'value 20000/5000.005/1') AS b;
SELECT lows(abc_summarize(sales), 'fill 70+20'), lows(abc_summarize(price), 'top 1/3'),
       lows(abc_summarize(units), 'value 20000.5/>5000/10')
FROM product;
-- nothing has to be asked for in a second round
SELECT abc_cutoffs(abc_summarize(sales), '70/90', NULL::float8[], NULL) = abc_cutoffs(sales, '70/90') AS float8,
       abc_cutoffs(abc_summarize(units), '70/90', NULL::bigint[], NULL) = abc_cutoffs(units, '70/90') AS bigint,
       abc_cutoffs(abc_summarize(price), '70/90', '{}'::numeric[], '{}')::text = abc_cutoffs(price, '70/90')::text AS numeric
FROM product;

-- Gini 0.78, HHI 0.44 of 3, 1, 1 and seven zeros; the upper 20 % are two values of 4/5
SELECT g.low <= 0.78::float8 AND g.high >= 0.78::float8 AND g.high - g.low < 3e-16 AS gini, h.low < h.high AND h.high = 0.44::float8 AS hhi, t.low < 0.8::float8 AND t.high = 0.8::float8 AS top
FROM (SELECT abc_summarize(v) AS s FROM unnest('{3,1,1,0,0,0,0,0,0,0}'::float8[]) AS v) AS x,
     abc_gini(s) AS g, abc_hhi(s) AS h, abc_top_share(s, 0.2) AS t;
-- the intervals hold what the aggregates say of the values themselves
SELECT (gini).low <= abc_gini AND abc_gini <= (gini).high AS gini, (hhi).low <= abc_hhi AND abc_hhi <= (hhi).high AS hhi,
       (top).low <= abc_top_share AND abc_top_share <= (top).high AS top, (gini).high - (gini).low < 1e-5 AS narrow
FROM (SELECT abc_gini(abc_summarize(v)) AS gini, abc_hhi(abc_summarize(v)) AS hhi, abc_top_share(abc_summarize(v), 0.2) AS top,
             abc_gini(v), abc_hhi(v), abc_top_share(v, 0.2)
      FROM (SELECT exp(8 * sin(i)) AS v FROM generate_series(1, 10000) AS i) AS x) AS y;
-- where the number is known the exact one lies between two neighbours, or is the float8
SELECT (h).low, (h).high, (h).low < 0.68::float8 AS neighbours FROM (SELECT abc_hhi(abc_summarize(v)) AS h FROM (VALUES (4), (1)) AS x (v)) AS y;
SELECT abc_hhi(abc_summarize(v)) AS hhi, abc_gini(abc_summarize(v)) AS gini, abc_top_share(abc_summarize(v), 0.5) AS top FROM (VALUES (3::bigint), (1)) AS x (v);
SELECT l.customers, round(l.customer_share::numeric, 6) AS share, round(l.value_share::numeric, 6) AS value
FROM (SELECT abc_summarize(v) AS s FROM unnest('{3,1,1,0,0,0,0,0,0,0}'::bigint[]) AS v) AS x, abc_lorenz(s) AS l;

-- No rows, only NULLs: nothing, and nothing changes a summary.  Zeros are values without weight.
SELECT abc_summarize(v) IS NULL AS none FROM (SELECT 1::float8 AS v WHERE false) AS x;
SELECT abc_summarize(v) IS NULL AS nulls, abc_merge(NULL::abc_summary) IS NULL AS merged FROM (VALUES (NULL::numeric), (NULL)) AS x (v);
SELECT abc_merge(s) = (SELECT abc_summarize(sales) FROM product) AS same
FROM (SELECT abc_summarize(sales) AS s FROM product UNION ALL SELECT NULL) AS x;
SELECT abc_count(s), abc_total(s), lows(s) IS NULL AS share, lows(s, 'count 50'), abc_gini(s), abc_hhi(s), abc_top_share(s, 0.5),
       (SELECT count(*) FROM abc_bounds(s)) AS bounds, (SELECT count(*) FROM abc_lorenz(s)) AS points
FROM (SELECT abc_summarize(v) AS s FROM (VALUES (0::float8), ('-0'), (NULL)) AS x (v)) AS y;
-- negative values weigh nothing, but count
SELECT abc_count(s), abc_total(s), lows(s), lows(s, 'count 50'), lows(s, 'top 1/4')
FROM (SELECT abc_summarize(v) AS s FROM (VALUES (-5.5), (3), (-1), (0.25)) AS x (v)) AS y;

-- The numeric scale is the largest displayed; sums beyond 128 bits and beyond float8 are exact.
SELECT abc_total(abc_summarize(v)) AS scale FROM (VALUES (1.5), (2.25000), (3)) AS x (v);
SELECT abc_total(s) = sum AS exact, 10::numeric ^ 60 + 2 BETWEEN low AND high AS contains, count_within
FROM (SELECT abc_summarize(v) AS s, sum(v) FROM (SELECT 10::numeric ^ 60 + i AS v FROM generate_series(1, 3) AS i UNION ALL SELECT 1e-40) AS x) AS y,
     abc_bounds(s, 'count 50');
SELECT (abc_total(abc_summarize(v)) / 3)::float8 = 1e308 AS beyond_float8 FROM (VALUES (1e308::float8), (1e308), (1e308), (1), (-1)) AS x (v);
SELECT abc_total(abc_summarize(v)) AS cancelled FROM (VALUES (1e300::float8), (1), (-1e300)) AS x (v);
SELECT abc_total(abc_summarize(v)) = sum(v) AS exact FROM (VALUES (9223372036854775807), (9223372036854775807), (-9223372036854775808)) AS x (v);

--
-- Bounded: at most 2,000 buckets and 64 kB, whatever the values; as fine as that allows
--
SELECT setseed(0.5);
CREATE TABLE spread AS
SELECT i, exp(10 * random()) AS v, round(exp(10 * random())::numeric, 2) AS n, (exp(10 * random()))::bigint AS b,
       power(10::float8, 600 * random() - 300) AS wild, round((random() * 1e19)::numeric * 1e19 + i / 3.0) AS digits38
FROM generate_series(1, 20000) AS i;
SELECT bool_and(pg_column_size(s) <= 65536 AND length(s::text) / 2 <= 65536) AS within_64kb, bool_and(points <= 2001) AS buckets
FROM (SELECT abc_summarize(v) AS s FROM spread UNION ALL SELECT abc_summarize(n) FROM spread UNION ALL SELECT abc_summarize(b) FROM spread
      UNION ALL SELECT abc_summarize(wild) FROM spread UNION ALL SELECT abc_summarize(digits38) FROM spread) AS x,
     LATERAL (SELECT count(*) AS points FROM abc_lorenz(s)) AS l;
-- 2,000 values are known one by one, however large; of 2,001 some two share a bucket
SELECT n, count(*) FILTER (WHERE low < high) AS wide
FROM (VALUES (2000), (2001)) AS x (n), LATERAL (SELECT abc_summarize((1000000000000 + i)::bigint) AS s FROM generate_series(1, n) AS i) AS y,
     LATERAL (SELECT string_agg((0.05 * j)::text, '/' ORDER BY j) AS cuts FROM generate_series(1, 25) AS j) AS z,
     LATERAL abc_bounds(s, ('count ' || cuts)::abc_scheme) AS b
GROUP BY n ORDER BY n;
-- the interval of a cut-off is narrow: a hundredth of its value at most
SELECT max((high - low) / low) < 0.01 AS narrow FROM (SELECT abc_summarize(v) AS s FROM spread) AS x, abc_bounds(s);

--
-- The last round: all values in the intervals, or an error
--
CREATE TABLE found AS
SELECT n AS value, count(*) AS n
FROM spread WHERE EXISTS (SELECT FROM abc_bounds((SELECT abc_summarize(n) FROM spread)) WHERE n BETWEEN low AND high) GROUP BY spread.n;
SELECT abc_cutoffs((SELECT abc_summarize(n) FROM spread), '80/95', array_agg(value), array_agg(n)) = (SELECT abc_cutoffs(n) FROM spread) AS exact
FROM found;
CREATE TABLE summary AS SELECT abc_summarize(v) AS s FROM spread;
SELECT abc_cutoffs(s, '80/95', '{}'::float8[], '{}') FROM summary;
SELECT abc_cutoffs(s, '80/95', '{1e9}'::float8[], '{1}') FROM summary;
SELECT abc_cutoffs(s, '80/95', '{1,2}'::float8[], '{1}') FROM summary;
SELECT abc_cutoffs(s, '80/95', '{1,NULL}'::float8[], '{1,1}') FROM summary;
SELECT abc_cutoffs(s, '80/95', '{2.5}'::float8[], '{0}') FROM summary;
SELECT abc_cutoffs(s, '80/95', '{{1,2}}'::float8[], '{1,2}') FROM summary;
SELECT abc_cutoffs(s, '80/95', '{NaN}'::float8[], '{1}') FROM summary;
SELECT abc_cutoffs(s, '80/95', '{1}'::float8[], NULL) FROM summary;
SELECT abc_cutoffs(s, '80/95', '{1}'::bigint[], '{1}') FROM summary;
SELECT abc_cutoffs(s, '80/95', '{1}'::numeric[], '{1}') FROM summary;

--
-- What must not be: other errors
--
SELECT abc_summarize(v) FROM (VALUES (1::float8), ('NaN')) AS x (v);
SELECT abc_summarize(v) FROM (VALUES (1::float8), ('-Infinity')) AS x (v);
SELECT abc_summarize(v) FROM (VALUES (1::numeric), ('NaN')) AS x (v);
SELECT abc_merge(s) FROM (SELECT abc_summarize(1::float8) AS s UNION ALL SELECT abc_summarize(1::bigint)) AS x;
SELECT abc_merge(s) FROM (SELECT abc_summarize(1::numeric) AS s UNION ALL SELECT abc_summarize(1::bigint)) AS x;
SELECT lows(abc_summarize(v), 'share 80/95; negative error') FROM (VALUES (1), (-1)) AS x (v);
SELECT abc_gini(abc_summarize(v)) FROM (VALUES (1), (-1)) AS x (v);
SELECT abc_top_share(s, 1.5) FROM summary;
SELECT abc_top_share(s, 'NaN') FROM summary;
SELECT lows(s, 'share 95/80') FROM summary;
SELECT ''::abc_summary;
SELECT 'no summary at all, but a text of some length'::abc_summary;
SELECT '\x01'::abc_summary;
SELECT '\x0100000000000000000000010000000000000001000000000000000000ff'::abc_summary;
-- of one value: another version, flags, kind, shift; a scale; more rows; a sum not of the bucket; bytes behind
SELECT abc_summarize(1.5::float8) FROM product WHERE name = 'p4000';
SELECT t::abc_summary FROM (VALUES ('\x02000000000000000000000100000000000000010000000000000000008080808080808080' || '3f0107000000000018')) AS x (t);
CREATE FUNCTION refusal(t text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	message text;
BEGIN
	PERFORM t::abc_summary;
	RETURN 'accepted';
EXCEPTION WHEN invalid_text_representation OR invalid_parameter_value THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, message = MESSAGE_TEXT;
	RETURN coalesce(nullif(detail, ''), message);
END $$;
WITH one AS (SELECT abc_summarize(1.5::float8)::text AS t)
SELECT what, refusal(overlay(t PLACING new FROM 3 + 2 * at FOR length(new))) AS refusal
FROM one, (VALUES ('nothing', 0, ''), ('version', 0, '02'), ('flags', 1, '01'), ('kind', 2, '03'), ('shift', 3, '37'), ('coarser', 3, '05'),
           ('scale', 4, '00000001'), ('buckets', 8, '000007d1'), ('no bucket', 8, '00000000'), ('rows', 12, '0000000000000002'),
           ('zeros', 20, '0000000000000001'), ('negative', 28, '02')) AS x (what, at, new);
WITH one AS (SELECT abc_summarize(1.5::float8)::text AS t)
SELECT refusal(t || '00') AS behind, refusal(left(t, -2)) AS short, refusal(left(t, -2) || '19') AS sum, refusal(left(t, -1)) AS odd, refusal(left(t, -1) || 'g') AS digit,
       refusal(upper(t)) AS upper, refusal('\x' || upper(substr(t, 3))) AS upper_digits
FROM one;

--
-- A state is a value of the type at any time: an aggregate without the final
-- function shows it as it is.
--
RESET ROLE;
SET search_path = regress_abc_summary, public;
DO $$
BEGIN
	EXECUTE format('CREATE AGGREGATE unfinished(float8) (SFUNC = %1$s.abc_summarize_transfn, STYPE = %1$s.abc_summary)',
		(SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'abc_tier'));
END $$;
SET ROLE regress_abc_summary;
SELECT unfinished(v)::text = abc_summarize(v)::text AS text, unfinished(v) = abc_summarize(v) AS equal,
       abc_summary_send(unfinished(v)) = abc_summary_send(abc_summarize(v)) AS bytes,
       abc_count(unfinished(v)) = 20000 AS count, lows(unfinished(v)) = lows(abc_summarize(v)) AS cutoffs
FROM spread;
CREATE TABLE kept AS SELECT i % 3 AS part, unfinished(v) AS s FROM spread GROUP BY i % 3;
SELECT abc_merge(s) = (SELECT s FROM summary) AS merged FROM kept;
SELECT bool_and(s::text::abc_summary = s AND s::text::abc_summary::text = s::text) AS back FROM kept;
-- called by hand the support functions leave their arguments alone
SELECT abc_summarize_transfn(s, 1.0::float8) <> s AS another, abc_count(s) AS still, abc_count(abc_summarize_transfn(s, 1.0::float8)) AS one_more,
       abc_summarize_transfn(s, NULL::float8) = s AS unchanged, abc_summarize_transfn(NULL, 2.0::float8) = (SELECT abc_summarize(2.0::float8)) AS first
FROM summary;
SELECT abc_count(abc_summary_combine(a.s, b.s)), abc_count(a.s) AS still, abc_count(b.s) AS still_too
FROM kept AS a, kept AS b WHERE (a.part, b.part) = (0, 1);

--
-- In every kind of query the same bytes: groups, windows, cursors, settings
--
SELECT bool_and(r.s = (SELECT abc_summarize(v) FROM spread AS x WHERE x.i <= r.i)) AS running
FROM (SELECT i, abc_summarize(v) OVER (ORDER BY i) AS s FROM spread WHERE i <= 100) AS r;
SELECT bool_and(r.s = (SELECT abc_summarize(b) FROM spread AS x WHERE x.i BETWEEN r.i - 5 AND r.i + 5 AND x.i <= 3000)) AS framed
FROM (SELECT i, abc_summarize(b) OVER (ORDER BY i ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING) AS s FROM spread WHERE i <= 3000) AS r
WHERE i % 97 = 0;
SELECT count(*) AS groups, bool_and(s = (SELECT abc_summarize(n) FROM spread AS x WHERE x.i % 7 = g OR g IS NULL)) AS grouped
FROM (SELECT i % 7 AS g, abc_summarize(n) AS s FROM spread GROUP BY ROLLUP (i % 7)) AS r;
SELECT abc_summarize(v) = abc_summarize(v ORDER BY v) AS ordered, abc_summarize(v) FILTER (WHERE i % 2 = 0) = (SELECT abc_summarize(v) FROM spread WHERE i % 2 = 0) AS filtered,
       abc_summarize(DISTINCT v) = abc_summarize(v) AS is_distinct
FROM spread;
BEGIN;
DECLARE c CURSOR FOR SELECT abc_count(abc_summarize(n) OVER (ORDER BY i)) FROM spread;
MOVE 2500 IN c;
SAVEPOINT p;
FETCH 1 FROM c;
ROLLBACK TO p;
FETCH 1 FROM c;
COMMIT;
SELECT md5(s::text) AS before, (SELECT md5(string_agg(b::text, ' ')) FROM abc_bounds(s) AS b) AS bounds_before FROM summary \gset
SET extra_float_digits = -15;
SET bytea_output = escape;
SET DateStyle = German;
SELECT md5(s::text) = :'before' AS text, (SELECT md5(string_agg(b::text, ' ')) FROM abc_bounds(s) AS b) = :'bounds_before' AS bounds, (SELECT abc_summarize(v) FROM spread) = s AS made FROM summary;
RESET extra_float_digits;
RESET bytea_output;
RESET DateStyle;

--
-- Merging is for customers of whom each is in one part only: by day it is wrong
--
CREATE TABLE sale (customer int, day int, amount numeric(10,2));
INSERT INTO sale SELECT c, d, 100.00 / c FROM generate_series(1, 20) AS c, generate_series(1, 10) AS d WHERE d <= 11 - (c + 1) / 2;
SELECT (SELECT lows(abc_merge(s)) FROM (SELECT abc_summarize(revenue) AS s
                                               FROM (SELECT customer, sum(amount) AS revenue FROM sale GROUP BY customer) AS x
                                               GROUP BY customer % 4) AS x) AS by_customer,
       (SELECT abc_cutoffs(sum) FROM (SELECT sum(amount) FROM sale GROUP BY customer) AS x) AS without_summaries,
       (SELECT lows(abc_merge(s)) FROM (SELECT abc_summarize(amount) AS s FROM sale GROUP BY day) AS x) AS by_day_is_wrong;

--
-- What Citus asks of an aggregate before it computes it on the workers
--
SELECT a.aggfnoid::regprocedure AS aggregate, t.typname AS state, t.typtype <> 'p' AND t.typreceive <> 0 AND t.typsend <> 0 AS travels,
       a.aggcombinefn <> 0 AS combines, NOT a.aggfinalextra AS plain_final, a.agginitval IS NULL AS starts_null, p.proparallel AS parallel,
       has_function_privilege('regress_abc_summary', a.aggfnoid, 'EXECUTE') AND has_function_privilege('regress_abc_summary', a.aggcombinefn, 'EXECUTE') AS executable
FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = a.aggfnoid JOIN pg_type AS t ON t.oid = a.aggtranstype
WHERE p.proname IN ('abc_summarize', 'abc_merge') ORDER BY 1;

RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_summary CASCADE;
DROP ROLE regress_abc_summary;
