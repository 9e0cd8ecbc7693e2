--
-- The rare ways through the heart: keys of 128 bits in a file, with ties; values beyond them; a store whose
-- scale grows while it is in the file; second rounds with zeros and negative values; states that do not match.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_edges;
CREATE SCHEMA regress_abc_edges AUTHORIZATION regress_abc_edges;
RESET client_min_messages;
SET ROLE regress_abc_edges;
SET search_path = regress_abc_edges, public;
SET work_mem = '64kB';
SET max_parallel_workers_per_gather = 0;

-- Values of 128-bit keys, of which many are equal, more than work_mem holds; the same with a scale that grows, which
-- makes a segment of the file for each; the same once more, too wide for any key.
CREATE TABLE wide AS
SELECT i, s, v FROM (
	SELECT i, s, CASE s WHEN 'key' THEN x * 1e20 + 0.25 WHEN 'scale' THEN round(x * 1e15, i / 500) + ('1e-' || i / 500)::numeric ELSE x * 1e60 + 1e-30 END AS v
	FROM generate_series(1, 8000) AS i, unnest(ARRAY['key', 'scale', 'wide']) AS s, LATERAL (SELECT i * 7919 % 251 - 25 AS x) AS y) AS z;
SELECT s, count(DISTINCT v) < 5000 AS ties FROM wide GROUP BY s ORDER BY s;

-- ranks
SELECT s, count(*) FILTER (WHERE abs(rank - plain) > 1e-15) AS wrong
FROM (SELECT s, abc_normalize(v, 'rank') OVER w AS rank, percent_rank() OVER (PARTITION BY s ORDER BY v) AS plain FROM wide WINDOW w AS (PARTITION BY s)) AS x
GROUP BY s ORDER BY s;
-- shares, cut-offs and tiers against plain SQL; negative values weigh nothing, are dropped, are ordinary
SELECT s, bool_and(abs(share - plain) < 1e-14) AS shares
FROM (SELECT s, abc_cumulative_share(v) OVER (PARTITION BY s) AS share,
             (sum(greatest(v, 0)) OVER (PARTITION BY s ORDER BY v DESC) / sum(greatest(v, 0)) OVER (PARTITION BY s))::float8 AS plain FROM wide) AS x
GROUP BY s ORDER BY s;
CREATE FUNCTION plain_cutoff(source text, share numeric) RETURNS numeric LANGUAGE sql AS $$
	SELECT max(v) FROM (SELECT v, sum(v) OVER (ORDER BY v DESC) AS through, sum(v) OVER () AS total FROM wide WHERE s = source AND v > 0) AS x
	WHERE through >= share * total
$$;
SELECT s, c[1] = plain_cutoff(s, 0.6) AS first, c[2] = plain_cutoff(s, 0.9) AS second, c = d AS dropped, c = e AS positive
FROM (SELECT s, abc_cutoffs(v, 'share 60/90') AS c, abc_cutoffs(v, 'share 60/90; negative drop') AS d,
             abc_cutoffs(v, 'share 60/90') FILTER (WHERE v > 0) AS e FROM wide GROUP BY s) AS x ORDER BY s;
SELECT s, t, count(*), min(v) >= coalesce(max(CASE t WHEN 'A' THEN c[1] WHEN 'B' THEN c[2] END), min(v)) AS within, bool_and((t IS NULL) = (v < 0)) AS dropped
FROM (SELECT s, v, abc_classify(v, 'share 60/90; negative drop') OVER (PARTITION BY s) AS t FROM wide) AS x
JOIN (SELECT s, abc_cutoffs(v, 'share 60/90') AS c FROM wide GROUP BY s) AS y USING (s)
GROUP BY s, t ORDER BY s, t;
SELECT s, g = abc_gini AS gini, abs(abc_top_share / top - 1) < 1e-15 AS top
FROM (SELECT s, abc_gini(v), abc_top_share(v, 0.1), (trunc((2 * sum(v * r) - (count(*) + 1) * sum(v)) * 1e60 / (count(*) * sum(v))) * 1e-60)::float8 AS g,
             (sum(v) FILTER (WHERE r > count - ceil(0.1 * count)) / sum(v))::float8 AS top
      FROM (SELECT s, v, row_number() OVER (PARTITION BY s ORDER BY v) AS r, count(*) OVER (PARTITION BY s) FROM wide WHERE v >= 0) AS x GROUP BY s) AS y ORDER BY s;
SELECT s, abc_count(a) = n AS rows, abc_total(a) = total AS total FROM (SELECT s, abc_summarize(v) AS a, count(*) AS n, sum(v) AS total FROM wide GROUP BY s) AS x ORDER BY s;

-- A second round with zeros and negative values: each kind, by rows and by value.
CREATE TABLE mixed AS SELECT i, CASE WHEN i % 10 < 2 THEN 0 WHEN i % 10 < 5 THEN -1 ELSE 1 END * round(exp(9 * sin(i))::numeric, 3) AS v FROM generate_series(1, 9000) AS i;
CREATE FUNCTION two_rounds(scheme abc_scheme, OUT n boolean, OUT n_all boolean, OUT f_all boolean, OUT b_all boolean) LANGUAGE sql AS $$
	WITH summary AS MATERIALIZED (
		SELECT abc_summarize(v) AS s, abc_summarize(v::float8) AS f, abc_summarize(v::bigint) AS b,
		       abc_cutoffs(v, scheme) AS c, abc_cutoffs(v::float8, scheme) AS cf, abc_cutoffs(v::bigint, scheme) AS cb FROM mixed
	), every AS (
		SELECT v, count(*) AS n FROM mixed GROUP BY v
	), inside AS (
		SELECT v, n FROM every, (SELECT DISTINCT low, high FROM summary, abc_bounds(s, scheme) WHERE low < high) AS w WHERE v BETWEEN low AND high
	)
	SELECT abc_cutoffs(s, scheme, (SELECT array_agg(v) FROM inside), (SELECT array_agg(n) FROM inside)) = c,
	       abc_cutoffs(s, scheme, (SELECT array_agg(v) FROM every), (SELECT array_agg(n) FROM every)) = c,
	       abc_cutoffs(f, scheme, (SELECT array_agg(v::float8) FROM every), (SELECT array_agg(n) FROM every)) = cf,
	       abc_cutoffs(b, scheme, (SELECT array_agg(v::bigint) FROM every), (SELECT array_agg(n) FROM every)) = cb
	FROM summary
$$;
SELECT scheme, r.* FROM unnest(ARRAY['count 30/60', 'count 40/90; ties up', 'top 10/8000', 'share 60/90', 'fill 50+30', 'share 60/90; negative drop']::text[]) AS scheme,
	two_rounds(scheme::abc_scheme) AS r;
-- a zero where the summary has none, one too many, and a zero of a second round alone
SELECT abc_cutoffs(abc_summarize(v), 'count 50', '{0}'::numeric[], '{1}') FROM (VALUES (1.5), (2)) AS x (v);
SELECT abc_cutoffs(abc_summarize(v), 'count 50', '{0}'::numeric[], '{2}') FROM (VALUES (1.5), (0)) AS x (v);
SELECT abc_cutoffs(abc_summarize(v), 'count 50/90', '{0,-1.50}'::numeric[], '{2,1}') FROM (VALUES (2.25), (0), (0), (-1.5)) AS x (v);

-- Concentration refuses negative values of every type; a NaN is no fraction.
SELECT abc_hhi(v) FROM (VALUES (1::float8), (-1)) AS x (v);
SELECT abc_hhi(v) FROM (VALUES (1::bigint), (-1)) AS x (v);
SELECT abc_hhi(v) FROM (VALUES (1::numeric), (-1e40)) AS x (v);
SELECT abc_top_share(v, 'NaN') FROM (VALUES (1), (2)) AS x (v);
SELECT abc_top_share(abc_summarize(v), 'NaN') FROM (VALUES (1.0), (2)) AS x (v);
-- a fraction is the decimal that one means, of values and of their summary
SELECT f, abc_top_share(v, f), (abc_top_share(abc_summarize(v), f)).low <= abc_top_share(v, f) AND (abc_top_share(abc_summarize(v), f)).high >= abc_top_share(v, f) AS same
FROM generate_series(1::bigint, 10) AS v, (VALUES (0.1::float8 + 0.2::float8), (0.3), (0.7 - 0.4), (0.30000001)) AS x (f) GROUP BY f ORDER BY f;

-- States of different numbers of periods do not match.
DO $$
BEGIN
	EXECUTE format('CREATE AGGREGATE merge_sums(%1$s.abc_exact_sums) (SFUNC = %1$s.abc_exact_sums_combine, STYPE = %1$s.abc_exact_sums)',
		(SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'abc_tier'));
END $$;
SELECT merge_sums(s::abc_exact_sums) FROM (VALUES ('moments decimal 2/12: 5@1, d@2'), ('moments decimal 1/12: 1@0, 1@0')) AS x (s);
SELECT merge_sums(s::abc_exact_sums) FROM (VALUES ('moments decimal 2/12: 5@1, d@2'), ('moments decimal 1/6: 1@0, 1@0')) AS x (s);
-- a deviation beyond float8
SELECT abc_variation(v) FROM (VALUES (1e308::float8), (-1e308), ('5e-324')) AS x (v);

RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_edges CASCADE;
DROP ROLE regress_abc_edges;
