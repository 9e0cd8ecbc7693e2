--
-- abc_subtract: what remains of a summary without some of its values is what the values that remain
-- would have given; what was not in it is refused. And summaries compared, sorted and hashed.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_subtract;
CREATE SCHEMA regress_abc_subtract AUTHORIZATION regress_abc_subtract;
RESET client_min_messages;
SET ROLE regress_abc_subtract;
SET search_path = regress_abc_subtract, public;

-- Few values: the bytes of the summary of what remains.
SELECT abc_subtract(abc_summarize(v), abc_summarize(v) FILTER (WHERE v > 2)) = abc_summarize(v) FILTER (WHERE v <= 2) AS float8,
       abc_subtract(abc_summarize(v::bigint), abc_summarize(v::bigint) FILTER (WHERE v > 2)) = abc_summarize(v::bigint) FILTER (WHERE v <= 2) AS bigint,
       abc_subtract(abc_summarize(v::numeric), abc_summarize(v::numeric) FILTER (WHERE v > 2)) = abc_summarize(v::numeric) FILTER (WHERE v <= 2) AS numeric
FROM unnest('{-7,-7,0,0,1,2,2,3,3,3,9007199254740992}'::float8[]) AS v;
-- nothing taken, all taken, nothing there
SELECT abc_subtract(s, NULL) = s AS nothing_taken, abc_subtract(s, s) IS NULL AS all_taken, abc_subtract(NULL, NULL) IS NULL AS nothing
FROM (SELECT abc_summarize(v) AS s FROM generate_series(1, 10) AS v) AS x;

-- Many values, in random parts: numbers and sums are exact, what was taken away can be added again, and with the
-- whole it merges to the same bytes as the summary of what remains. Rows remain in one bucket, in a few, in all.
CREATE TABLE fact AS
SELECT i, g, sign * exp(12 * sin(i * g))::float8 AS f, (sign * exp(20 * sin(i * g)))::bigint AS b, round((sign * exp(20 * sin(i * g)))::numeric, (i % 5)::int) AS n
FROM generate_series(1, 3000) AS i, generate_series(1, 4) AS g, LATERAL (SELECT CASE WHEN (i * g) % 9 = 0 THEN 0 WHEN (i + g) % 5 = 0 THEN -1 ELSE 1 END AS sign) AS s;
CREATE FUNCTION remains(kind text, condition text) RETURNS TABLE (groups bigint, counts boolean, totals boolean, added boolean, merged boolean, reads boolean, coarser boolean)
LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format($q$
		SELECT count(*), bool_and(coalesce(abc_count(d), 0) = n), bool_and(coalesce(abc_total(d), 0) = total OR %1$L = 'f'),
		       bool_and((SELECT abc_merge(x) FROM (VALUES (d), (part)) AS t (x)) = whole),
		       bool_and((SELECT abc_merge(x) FROM (VALUES (d), (whole)) AS t (x)) = (SELECT abc_merge(x) FROM (VALUES (rest), (whole)) AS t (x))),
		       bool_and(d IS NULL OR d::text::abc_summary = d), bool_or(d <> rest)
		FROM (SELECT abc_subtract(whole, part) AS d, * FROM (
			SELECT abc_summarize(%1$I) AS whole, abc_summarize(%1$I) FILTER (WHERE NOT (%2$s)) AS part, abc_summarize(%1$I) FILTER (WHERE %2$s) AS rest,
			       count(*) FILTER (WHERE %2$s) AS n, coalesce(sum(%1$I::numeric) FILTER (WHERE %2$s), 0) AS total
			FROM fact GROUP BY g) AS x) AS y$q$, kind, condition);
END $$;
SELECT kind, condition, r.* FROM unnest(ARRAY['f', 'b', 'n']) AS kind,
	unnest(ARRAY['i % 2 = 0', 'i <> 1', 'i = 7', 'abs(f) > 1000', 'f > 0', 'f = 0', 'false', 'true', 'i % 5 = 0']) AS condition, remains(kind, condition) AS r;

-- After many steps, rows taken away and added in turn, a second round is still exact.
SELECT abc_count(s) = count(*) AS counts, abc_total(s) = sum(n) AS totals,
       (SELECT abc_cutoffs(s, 'share 60/90', array_agg(value), array_agg(times)) FROM (
           SELECT n AS value, count(*) AS times FROM fact, (SELECT DISTINCT low, high FROM abc_bounds(s, 'share 60/90') WHERE low < high) AS w
           WHERE g = 1 AND n BETWEEN low AND high GROUP BY n) AS found) = abc_cutoffs(n, 'share 60/90') AS cutoffs
FROM fact, (
	WITH RECURSIVE day AS (
		SELECT 1 AS d, (SELECT abc_summarize(n) FROM fact WHERE g = 1 AND i <= 2000) AS s
		UNION ALL
		SELECT d + 1, (SELECT abc_merge(x) FROM (VALUES (abc_subtract(s, (SELECT abc_summarize(n) FROM fact WHERE g = 1 AND i <= 2000 AND i % 40 = d))),
		                                                ((SELECT abc_summarize(n) FROM fact WHERE g = 1 AND (i > 2000 AND i % 40 = d OR i <= 2000 AND i % 40 = d)))) AS t (x))
		FROM day WHERE d <= 39)
	SELECT (SELECT abc_merge(x) FROM (VALUES (s), ((SELECT abc_summarize(n) FROM fact WHERE g = 1 AND i > 2000 AND i % 40 = 0))) AS t (x)) AS s FROM day WHERE d = 40) AS last
WHERE g = 1 GROUP BY s;

-- Word borders: what was carried is borrowed again.
SELECT count(*) FILTER (WHERE abc_subtract(whole, a) <> b OR abc_subtract(whole, b) <> a OR abc_total(whole) <> sum) AS wrong
FROM (SELECT abc_summarize(v) AS whole, abc_summarize(v) FILTER (WHERE n = 1) AS a, abc_summarize(v) FILTER (WHERE n = 2) AS b, sum(v)
      FROM unnest(ARRAY[63, 64, 127, 128, 191, 192]) AS x, unnest(ARRAY[-1, 0, 1]) AS y, unnest(ARRAY[63, 64, 127, 128, 191, 192]) AS z,
           LATERAL (VALUES (1, 2::numeric ^ x + y), (2, 2::numeric ^ z - y)) AS t (n, v)
      GROUP BY x, y, z) AS s;

-- Not contained
\set VERBOSITY terse
CREATE FUNCTION refusal(whole abc_summary, part abc_summary) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	RETURN abc_subtract(whole, part);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || coalesce(nullif(detail, ''), SQLERRM);
END $$;
SELECT what, refusal(whole, part) FROM (
	SELECT 'another value' AS what, (SELECT abc_summarize(v) FROM (VALUES (1.5), (2)) AS x (v)) AS whole, (SELECT abc_summarize(3.0)) AS part
	UNION ALL SELECT 'more rows', (SELECT abc_summarize(v) FROM (VALUES (1.5), (2)) AS x (v)), (SELECT abc_summarize(v) FROM (VALUES (1.5), (1.5)) AS x (v))
	UNION ALL SELECT 'all that and more', (SELECT abc_summarize(v) FROM (VALUES (1.5), (2)) AS x (v)), (SELECT abc_summarize(v) FROM (VALUES (1.5), (2), (3)) AS x (v))
	UNION ALL SELECT 'a zero', (SELECT abc_summarize(v) FROM (VALUES (1.5), (2)) AS x (v)), (SELECT abc_summarize(0.0))
	UNION ALL SELECT 'other sign', (SELECT abc_summarize(v) FROM (VALUES (1.5), (2)) AS x (v)), (SELECT abc_summarize(-2.0))
	UNION ALL SELECT 'more decimals', (SELECT abc_summarize(v) FROM (VALUES (1.5), (2)) AS x (v)), (SELECT abc_summarize(1.50))
	UNION ALL SELECT 'another kind', (SELECT abc_summarize(v) FROM (VALUES (1.5), (2)) AS x (v)), (SELECT abc_summarize(2::float8))
	UNION ALL SELECT 'from nothing', NULL, (SELECT abc_summarize(2::float8))
	UNION ALL SELECT 'wider buckets', (SELECT abc_summarize(v) FROM (VALUES (1::bigint), (2)) AS x (v)), (SELECT abc_summarize(v) FROM generate_series(1::bigint, 5000) AS v)
	UNION ALL SELECT 'a sum too large for the rest', (SELECT abc_summarize(v) FROM generate_series(1::bigint, 5000) AS v), (SELECT abc_summarize(4111::bigint) FROM generate_series(1, 15))
) AS x;

-- Compared, sorted and hashed
CREATE TABLE kept AS SELECT i % 10 AS k, abc_summarize(v) AS s FROM (SELECT i, i % 10 / 4 + 0.5 AS v FROM generate_series(1, 1000) AS i) AS x GROUP BY i % 10;
INSERT INTO kept SELECT 10 + k, s FROM kept UNION ALL SELECT 99, NULL;
SELECT count(DISTINCT s) AS distinct_ones, (SELECT count(*) FROM (SELECT s FROM kept GROUP BY s) AS g) AS groups,
       (SELECT count(*) FROM (SELECT s FROM kept UNION SELECT s FROM kept) AS u) AS in_union,
       (SELECT count(*) FROM (SELECT s FROM kept EXCEPT SELECT s FROM kept WHERE k < 5) AS e) AS in_except FROM kept;
SELECT enable_hashagg, enable_sort, n FROM (VALUES ('on', 'off'), ('off', 'on')) AS x (enable_hashagg, enable_sort),
	LATERAL (SELECT set_config('enable_hashagg', enable_hashagg, true), set_config('enable_sort', enable_sort, true)) AS c,
	LATERAL (SELECT count(*) AS n FROM (SELECT DISTINCT s FROM kept) AS d) AS y;
SELECT bool_and((a.s < b.s) = (b.s > a.s) AND (a.s <= b.s) = (b.s >= a.s) AND (a.s < b.s OR a.s = b.s OR a.s > b.s) AND (a.s <> b.s) = (NOT a.s = b.s)) AS trichotomy,
       bool_and(a.s <> b.s OR abc_summary_hash(a.s) = abc_summary_hash(b.s) AND abc_summary_hash_extended(a.s, 7) = abc_summary_hash_extended(b.s, 7)) AS hashes
FROM kept AS a, kept AS b;
CREATE INDEX ON kept USING hash (s);
CREATE TABLE small AS SELECT k, abc_summarize(k::bigint) AS s FROM kept GROUP BY k;
CREATE UNIQUE INDEX ON small (s);
SET enable_seqscan = off;
SELECT k FROM small WHERE s = (SELECT abc_summarize(7::bigint));
SELECT count(*) FROM kept WHERE s = (SELECT s FROM kept WHERE k = 3);
RESET enable_seqscan;
SELECT count(*) AS joined FROM kept AS a FULL JOIN kept AS b USING (s);

RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_subtract CASCADE;
DROP ROLE regress_abc_subtract;
