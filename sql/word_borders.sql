--
-- Exact sums where their words end: values around 2^63, 2^64, 2^127, 2^128 and 2^192, those times and
-- divided by powers of ten, which is how sums move when decimals are added; in both orders, in every
-- state that holds a sum, against sums of numeric.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_borders;
CREATE SCHEMA regress_abc_borders AUTHORIZATION regress_abc_borders;
RESET client_min_messages;
SET ROLE regress_abc_borders;
SET search_path = regress_abc_borders, public;

-- What a power of ten moves to a border, or just beyond it.
CREATE TABLE border AS
SELECT DISTINCT trunc(2::numeric ^ bits / 10::numeric ^ power) + step AS v
FROM unnest(ARRAY[63, 64, 127, 128, 192]) AS bits, unnest(ARRAY[0, 18, 19, 20, 37, 38]) AS power, unnest(ARRAY[0, 1]) AS step
WHERE 2::numeric ^ bits >= 10::numeric ^ power;
-- What moves them: the next value has so many decimals more; and values that are at a border as they are.
CREATE TABLE mover AS SELECT power, ('1e-' || power)::numeric AS v FROM unnest(ARRAY[0, 1, 18, 19, 20, 21, 37, 38, 39]) AS power;
CREATE TABLE moved AS
SELECT v FROM border UNION SELECT trim_scale(b.v * m.v) FROM border AS b, mover AS m UNION SELECT trim_scale(b.v * ('1e' || m.power)::numeric) FROM border AS b, mover AS m;

-- Groups of three: a border, what moves it, another border.
CREATE TABLE triple AS
SELECT row_number() OVER () AS id, ARRAY[a.v, m.v, b.v] AS vs
FROM border AS a, mover AS m, border AS b WHERE a.v >= b.v;
SELECT count(*) > 5000 AS many FROM triple;

-- One state: both orders, and one-row states merged in both orders.
SELECT count(*) FILTER (WHERE up <> total) AS up, count(*) FILTER (WHERE down <> total) AS down,
       count(*) FILTER (WHERE merged <> total) AS merged
FROM (SELECT id, sum(v) AS total, abc_total(abc_summarize(v ORDER BY n)) AS up, abc_total(abc_summarize(v ORDER BY n DESC)) AS down
      FROM triple, unnest(vs) WITH ORDINALITY AS x (v, n) GROUP BY id) AS one
JOIN (SELECT id, abc_total(abc_merge(s ORDER BY n DESC)) AS merged
      FROM (SELECT id, n, abc_summarize(v) AS s FROM triple, unnest(vs) WITH ORDINALITY AS x (v, n) GROUP BY id, n) AS part GROUP BY id) AS parts USING (id);

-- Negative values beside positive ones, each sign with its sums.
SELECT count(*) FILTER (WHERE abc_total(up) <> total OR abc_total(down) <> total) AS totals, count(*) FILTER (WHERE up <> down) AS bytes
FROM (SELECT id, sum(v * s) AS total, abc_summarize(v * s ORDER BY n, s) AS up, abc_summarize(v * s ORDER BY n DESC, s) AS down
      FROM triple, unnest(vs) WITH ORDINALITY AS x (v, n), (VALUES (-1), (1), (1)) AS y (s) WHERE id % 7 = 0 GROUP BY id) AS t;

-- The bug as it was found.
SELECT abc_total(abc_summarize(v ORDER BY n)) AS up, abc_total(abc_summarize(v ORDER BY n DESC)) AS down
FROM (VALUES (1, 17014118346046923174::numeric), (2, 0.0000000000000000001), (3, 17014118346046923173)) AS x (n, v);

-- Weighted scores: the quotient of exact sums, digit by digit.
SELECT count(*) FILTER (WHERE up::text <> score::text) AS up, count(*) FILTER (WHERE down::text <> score::text) AS down,
       count(*) FILTER (WHERE weighing::text <> inverse::text) AS weights
FROM (SELECT sum(v * w) / sum(w) AS score, abc_weighted_score(v, w ORDER BY n) AS up, abc_weighted_score(v, w ORDER BY n DESC) AS down,
             sum(v * w) / sum(v) AS inverse, abc_weighted_score(w, v ORDER BY n) AS weighing
      FROM triple, unnest(vs) WITH ORDINALITY AS x (v, n), LATERAL (VALUES (1 + id % 3)) AS y (w) GROUP BY id) AS t;
SELECT count(*) FILTER (WHERE up::text <> score::text OR down::text <> score::text) AS wrong
FROM (SELECT sum(v * v * s) / sum(v) AS score, abc_weighted_score(v * s, v ORDER BY n) AS up, abc_weighted_score(v * s, v ORDER BY n DESC) AS down
      FROM triple, unnest(vs) WITH ORDINALITY AS x (v, n), LATERAL (VALUES (1 - 2 * (n + id) % 2)) AS y (s) GROUP BY id) AS t;

-- Moments: the nearest float8 of the exact quotient. Sixty digits more than the quotient has are as good as all.
SELECT count(*) FILTER (WHERE up <> hhi) AS up, count(*) FILTER (WHERE down <> hhi) AS down
FROM (SELECT (trunc(sum(v * v) * 1e60 / (sum(v) * sum(v))) * 1e-60)::float8 AS hhi, abc_hhi(v ORDER BY n) AS up, abc_hhi(v ORDER BY n DESC) AS down
      FROM triple, unnest(vs) WITH ORDINALITY AS x (v, n) GROUP BY id) AS t;
SELECT count(*) FILTER (WHERE up <> down) AS orders, max(abs(up / variation - 1)) < 1e-15 AS near
FROM (SELECT sqrt((count(*) * sum(v * v) - (sum(v) * sum(v))) * 1e80 / (sum(v) * sum(v)))::numeric * 1e-40 AS variation,
             abc_variation(v ORDER BY n) AS up, abc_variation(v ORDER BY n DESC) AS down
      FROM triple, unnest(vs) WITH ORDINALITY AS x (v, n) WHERE id % 3 = 0 GROUP BY id) AS t;

-- Values at a border as they are, two by two, in every state.
CREATE TABLE pair AS SELECT row_number() OVER () AS id, ARRAY[a.v, b.v] AS vs
FROM (SELECT v, row_number() OVER (ORDER BY v) AS n FROM moved) AS a JOIN (SELECT v, row_number() OVER (ORDER BY v) AS n FROM moved) AS b
ON b.n <= a.n AND (a.n + b.n) % 37 = 0;
SELECT count(*) > 3000 AS many,
       count(*) FILTER (WHERE abc_total(up) <> total OR up <> down) AS totals,
       count(*) FILTER (WHERE abc_gini <> gini) AS gini, count(*) FILTER (WHERE abc_hhi <> hhi) AS hhi,
       count(*) FILTER (WHERE top_share <> share) AS share, count(*) FILTER (WHERE cutoff <> largest) AS cutoffs
FROM (SELECT sum(v) AS total, abc_summarize(v ORDER BY n) AS up, abc_summarize(v ORDER BY n DESC) AS down,
             (trunc((max(v) - min(v)) * 1e120 / (2 * sum(v))) * 1e-120)::float8 AS gini, abc_gini(v),
             (trunc(sum(v * v) * 1e60 / (sum(v) * sum(v))) * 1e-60)::float8 AS hhi, abc_hhi(v),
             (trunc(max(v) * 1e60 / sum(v)) * 1e-60)::float8 AS share, abc_top_share(v, 0.5) AS top_share,
             abc_cutoffs(v, 'share 50') AS cutoff, ARRAY[max(v)] AS largest
      FROM pair, unnest(vs) WITH ORDINALITY AS x (v, n) GROUP BY id) AS t;

-- bigint and float8, too, at their ends: every sum as numeric has it.
SELECT count(*) FILTER (WHERE abc_total(up) <> total OR up <> down) AS totals, count(*) FILTER (WHERE score::text <> mean::text) AS scores
FROM (SELECT sum(v) AS total, abc_summarize(v ORDER BY n) AS up, abc_summarize(v ORDER BY n DESC) AS down,
             sum(v::numeric * w) / sum(w) AS mean, abc_weighted_score(v::numeric, w) AS score
      FROM (SELECT a, b, c FROM generate_series(1, 6) AS a, generate_series(1, 6) AS b, generate_series(1, 6) AS c) AS g,
           LATERAL unnest(ARRAY[a, b, c]) WITH ORDINALITY AS x (which, n),
           LATERAL (SELECT (ARRAY[9223372036854775807, -9223372036854775808, 4611686018427387904, 1, -1, 4294967296])[which]::bigint AS v,
                           (ARRAY[1, 2, 9223372036854775807])[n]::bigint AS w) AS y
      GROUP BY a, b, c) AS t;
SELECT count(*) FILTER (WHERE up <> down) AS bytes, count(*) FILTER (WHERE first <> last) AS scores, count(*) FILTER (WHERE abc_total(up)::float8 <> total) AS totals
FROM (SELECT sum(e)::float8 AS total, abc_summarize(v ORDER BY n) AS up, abc_summarize(v ORDER BY n DESC) AS down,
             abc_weighted_score(v, v ORDER BY n) AS first, abc_weighted_score(v, v ORDER BY n DESC) AS last
      FROM generate_series(1, 400) AS id,
           LATERAL (SELECT n, 2::float8 ^ p AS v, 2::numeric ^ p AS e
                    FROM (SELECT n, (ARRAY[0, 11, 12, 52, 53, 63, 64, 115, 116, 127, 128, 179, 180, 191, 192, 255, 256])[1 + (id * n * n + n) % 17] AS p
                          FROM generate_series(1, 5) AS n) AS x) AS y
      GROUP BY id) AS t;

RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_borders CASCADE;
DROP ROLE regress_abc_borders;
