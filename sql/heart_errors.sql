-- What a user sees for input that cannot be right: each error names what is wrong
-- and how to mend it.  And the smallest inputs: no row, one row, only NULLs.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
CREATE ROLE regress_abc_heart_errors;
SET ROLE regress_abc_heart_errors;
\pset format unaligned
\pset tuples_only on

-- The statement, its SQLSTATE and message, and the hint.
CREATE FUNCTION pg_temp.refused(VARIADIC statements text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	statement text;
	message text;
	detail text;
	hint text;
BEGIN
	FOREACH statement IN ARRAY statements LOOP
		RETURN NEXT statement;
		BEGIN
			EXECUTE statement;
			RETURN NEXT '    no error';
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
			RETURN NEXT format('    %s: %s', SQLSTATE, message);
			IF detail <> '' THEN
				RETURN NEXT format('    detail: %s', detail);
			END IF;
			RETURN NEXT format('    hint: %s', hint);
		END;
	END LOOP;
END $$;

-- NaN and infinity have no place in any order or sum.
SELECT pg_temp.refused(
	$$SELECT abc_classify(v) OVER () FROM (VALUES (1::float8), ('NaN')) AS t (v)$$,
	$$SELECT abc_classify(v) OVER () FROM (VALUES (1::float8), ('Infinity')) AS t (v)$$,
	$$SELECT abc_classify(v) OVER () FROM (VALUES (1::float8), ('-Infinity')) AS t (v)$$,
	$$SELECT abc_classify(v) OVER () FROM (VALUES (1::numeric), ('NaN')) AS t (v)$$,
	$$SELECT abc_classify(v) OVER () FROM (VALUES (1::numeric), ('Infinity')) AS t (v)$$,
	$$SELECT abc_classify(v) OVER () FROM (VALUES (1::numeric), ('-Infinity')) AS t (v)$$,
	$$SELECT abc_classify(v, 'count 80') OVER () FROM (VALUES ('NaN'::float8)) AS t (v)$$,
	$$SELECT abc_classify(v, 'top 3') OVER () FROM (VALUES ('-Infinity'::float8)) AS t (v)$$,
	$$SELECT abc_classify(v, 'value 5') OVER () FROM (VALUES ('Infinity'::numeric)) AS t (v)$$,
	$$SELECT abc_classify(v, 'fill 80; negative drop') OVER () FROM (VALUES ('-Infinity'::numeric)) AS t (v)$$,
	$$SELECT abc_cumulative_share(v) OVER () FROM (VALUES ('NaN'::float8)) AS t (v)$$,
	$$SELECT abc_cumulative_share(v) OVER () FROM (VALUES ('-Infinity'::numeric)) AS t (v)$$,
	$$SELECT abc_cutoffs(v) FROM (VALUES ('NaN'::float8)) AS t (v)$$,
	$$SELECT abc_cutoffs(v) FROM (VALUES ('Infinity'::float8)) AS t (v)$$,
	$$SELECT abc_cutoffs(v) FROM (VALUES ('NaN'::numeric)) AS t (v)$$,
	$$SELECT abc_cutoffs(v, 'value 5') FROM (VALUES ('-Infinity'::numeric)) AS t (v)$$,
	$$SELECT abc_assign('NaN'::float8, ARRAY[5::float8])$$,
	$$SELECT abc_assign('Infinity'::numeric, ARRAY[5::numeric])$$,
	$$SELECT abc_assign(5::float8, ARRAY['NaN'::float8])$$,
	$$SELECT abc_assign(5::float8, ARRAY['Infinity'::float8, 4])$$,
	$$SELECT abc_assign(5::numeric, ARRAY['NaN'::numeric])$$,
	$$SELECT abc_weighted_score('NaN'::float8, 1::float8)$$,
	$$SELECT abc_weighted_score(1::float8, 'Infinity'::float8)$$);

-- Negative values where they are forbidden, and only there.
SELECT pg_temp.refused(
	$$SELECT abc_classify(v, 'share 80/95; negative error') OVER () FROM (VALUES (5::float8), (-2.5)) AS t (v)$$,
	$$SELECT abc_classify(v, 'fill 70+20; negative error') OVER () FROM (VALUES (5::numeric), (-2.50)) AS t (v)$$,
	$$SELECT abc_classify(v, 'share 80/95; negative error') OVER () FROM (VALUES (5::bigint), (-2)) AS t (v)$$,
	$$SELECT abc_cutoffs(v, 'share 80/95; negative error') FROM (VALUES (5::float8), (-2.5)) AS t (v)$$,
	$$SELECT abc_cutoffs(v, 'fill 70+20; negative error') FROM (VALUES (5::numeric), (-2.50)) AS t (v)$$,
	$$SELECT abc_cutoffs(v, 'share 80/95; negative error') FROM (VALUES (5::bigint), (-2)) AS t (v)$$,
	$$SELECT abc_weighted_score(1::float8, -0.5::float8)$$);
SELECT abc_classify(v, 'share 80/95; negative error') OVER () FROM (VALUES (5::float8), ('-0'), (NULL)) AS t (v);

-- Schemes that cannot be meant.
SELECT pg_temp.refused(
	$$SELECT 'share 95/80'::abc_scheme$$,
	$$SELECT 'share 80/80'::abc_scheme$$,
	$$SELECT 'share 80/105'::abc_scheme$$,
	$$SELECT 'share 0/80'::abc_scheme$$,
	$$SELECT 'count 15/120'::abc_scheme$$,
	$$SELECT 'share 80/15/5'::abc_scheme$$,
	$$SELECT 'share 80+15+10'::abc_scheme$$,
	$$SELECT 'count 15+35'::abc_scheme$$,
	$$SELECT 'fill 70+40'::abc_scheme$$,
	$$SELECT 'fill 70+0'::abc_scheme$$,
	$$SELECT 'top 200/50'::abc_scheme$$,
	$$SELECT 'top 2.5'::abc_scheme$$,
	$$SELECT 'value 500/5000'::abc_scheme$$,
	$$SELECT 'share 1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21/22/23/24/25/26'::abc_scheme$$,
	$$SELECT 'value 5000; crossing down'::abc_scheme$$,
	$$SELECT 'top 50; negative drop'::abc_scheme$$,
	$$SELECT 'count 15/50; negative zero'::abc_scheme$$,
	$$SELECT 'share 80/95; rounding down'::abc_scheme$$,
	$$SELECT 'share 80/95; ties left'::abc_scheme$$);

-- A scheme is one and the same for a whole partition or group.
SELECT pg_temp.refused(
	$$SELECT abc_classify(v, NULL) OVER () FROM (VALUES (1::float8), (2)) AS t (v)$$,
	$$SELECT abc_classify(v, s::abc_scheme) OVER () FROM (VALUES (1::float8, '80'), (2, NULL)) AS t (v, s)$$,
	$$SELECT abc_classify(v, s::abc_scheme) OVER () FROM (VALUES (1::float8, 'share 80/95'), (2, 'share 80/90')) AS t (v, s)$$,
	$$SELECT abc_classify(v, s::abc_scheme) OVER () FROM (VALUES (1::numeric, 'share 80/95'), (NULL, 'share 80/90')) AS t (v, s)$$,
	$$SELECT abc_cutoffs(v, NULL) FROM (VALUES (1::float8), (2)) AS t (v)$$,
	$$SELECT abc_cutoffs(v, s::abc_scheme) FROM (VALUES (1::bigint, '80'), (2, NULL)) AS t (v, s)$$,
	$$SELECT abc_cutoffs(v, s::abc_scheme) FROM (VALUES (1::bigint, 'share 80/95'), (2, 'count 80/95')) AS t (v, s)$$,
	$$SELECT abc_cutoffs(v, s::abc_scheme) FROM (VALUES (1::numeric, 'share 80/95'), (NULL, 'share 80/90')) AS t (v, s)$$);
-- Another spelling is the same scheme, another partition or group may have another,
-- and rows that a FILTER leaves out do not count.
SELECT v, abc_classify(v, s::abc_scheme) OVER ()
FROM (VALUES (80::float8, 'share 80/95'), (15, '80+15+5'), (5, ' Share 80 / 95 ; ties up')) AS t (v, s) ORDER BY v DESC;
SELECT v, s, abc_classify(v, s::abc_scheme) OVER (PARTITION BY s)
FROM (VALUES (80::float8, 'share 80/95'), (15, 'count 50'), (5, 'count 50')) AS t (v, s) ORDER BY v DESC;
SELECT s, abc_cutoffs(v, s::abc_scheme)
FROM (VALUES (80::float8, 'share 80/95'), (15, 'count 50'), (5, 'count 50')) AS t (v, s) GROUP BY s ORDER BY s;
SELECT abc_cutoffs(v, s::abc_scheme) FILTER (WHERE v > 10)
FROM (VALUES (80::float8, 'share 80/95'), (15, 'share 80/95'), (5, 'count 50')) AS t (v, s);

-- Cut-offs: falling, NULLs at the head only, one dimension.
SELECT pg_temp.refused(
	$$SELECT abc_assign(5::float8, ARRAY[9, NULL, 3]::float8[])$$,
	$$SELECT abc_assign(5::float8, ARRAY[9, NULL]::float8[])$$,
	$$SELECT abc_assign(5::float8, ARRAY[3, 9]::float8[])$$,
	$$SELECT abc_assign(99::float8, ARRAY[50, 3, 9]::float8[])$$,
	$$SELECT abc_assign(5::numeric, ARRAY[9, NULL, 3]::numeric[])$$,
	$$SELECT abc_assign(5::numeric, ARRAY[3.00, 9]::numeric[])$$,
	$$SELECT abc_assign(5::bigint, ARRAY[9, NULL, 3]::bigint[])$$,
	$$SELECT abc_assign(5::bigint, ARRAY[3, 9]::bigint[])$$,
	$$SELECT abc_assign(5::float8, ARRAY[[9, 3], [2, 1]]::float8[])$$,
	$$SELECT abc_assign(5::numeric, ARRAY[[9, 3], [2, 1]]::numeric[])$$,
	$$SELECT abc_assign(5::bigint, ARRAY[[9, 3], [2, 1]]::bigint[])$$,
	$$SELECT abc_assign(5::float8, '{}'::float8[])$$,
	$$SELECT abc_assign(5::numeric, '{}'::numeric[])$$,
	$$SELECT abc_assign(5::bigint, '{}'::bigint[])$$,
	$$SELECT abc_assign(5::float8, (SELECT array_agg(-n::float8) FROM generate_series(1, 26) AS n))$$,
	$$SELECT abc_assign(5::numeric, (SELECT array_agg(-n::numeric) FROM generate_series(1, 26) AS n))$$,
	$$SELECT abc_assign(5::bigint, (SELECT array_agg(-n::bigint) FROM generate_series(1, 26) AS n))$$);
-- The ends of what is allowed.
SELECT abc_assign(5::float8, ARRAY[9, 3]::float8[]), abc_assign(9::float8, ARRAY[9, 3]::float8[]),
	abc_assign(2::float8, ARRAY[9, 3]::float8[]), abc_assign(9::float8, ARRAY[NULL, 9, 9, 3]::float8[]),
	abc_assign(9::float8, ARRAY[9, 9, 3]::float8[]), abc_assign(9::float8, ARRAY[NULL, NULL]::float8[]);
SELECT abc_assign(NULL::float8, ARRAY[9]::float8[]) IS NULL, abc_assign(9::float8, NULL) IS NULL,
	abc_assign(NULL::numeric, ARRAY[9]::numeric[]) IS NULL, abc_assign(9::numeric, NULL) IS NULL,
	abc_assign(NULL::bigint, ARRAY[9]::bigint[]) IS NULL, abc_assign(9::bigint, NULL) IS NULL;
SELECT abc_assign('-0'::float8, ARRAY[0]::float8[]), abc_assign(0::float8, ARRAY['-0']::float8[]),
	abc_assign(1.000, ARRAY[1]::numeric[]), abc_assign(9223372036854775807, ARRAY[9223372036854775807]),
	abc_assign(5::float8, (SELECT array_agg(-n::float8) FROM generate_series(-30, -6) AS n));
SELECT abc_assign(5::float8, '[0:1]={9,3}'::float8[]), abc_assign(5::float8, '[5:6]={9,3}'::float8[]);

-- No row, only NULLs, one row, only zeros.
CREATE TEMP TABLE scheme (n int, scheme text);
INSERT INTO scheme VALUES (1, 'share 80/95'), (2, 'fill 70+20'), (3, 'count 15/50'), (4, 'top 1/3'), (5, 'value >5/2.5');
\pset null null
SELECT abc_classify(v) OVER () FROM (VALUES (1::float8)) AS t (v) WHERE false;
SELECT abc_cumulative_share(v) OVER () FROM (VALUES (1::float8)) AS t (v) WHERE false;
SELECT s.scheme, (SELECT abc_cutoffs(v::numeric, s.scheme::abc_scheme) FROM (VALUES (1)) AS t (v) WHERE v > 1),
	(SELECT abc_cutoffs(v::float8, s.scheme::abc_scheme) FROM (VALUES (1)) AS t (v) WHERE v > 1),
	(SELECT abc_cutoffs(v::bigint, s.scheme::abc_scheme) FROM (VALUES (1)) AS t (v) WHERE v > 1)
FROM scheme AS s ORDER BY n;
SELECT s.scheme, x.v, string_agg(concat_ws('', coalesce(x.num::text, '-'), coalesce(x.flt::text, '-'), coalesce(x.int::text, '-')), ' '),
	min(x.cut_num), min(x.cut_flt), min(x.cut_int)
FROM scheme AS s, LATERAL (
		SELECT t.n, t.v, abc_classify(t.v::numeric, s.scheme::abc_scheme) OVER (PARTITION BY t.n) AS num,
			abc_classify(t.v::float8, s.scheme::abc_scheme) OVER (PARTITION BY t.n) AS flt,
			abc_classify(t.v::bigint, s.scheme::abc_scheme) OVER (PARTITION BY t.n) AS int,
			abc_cutoffs(t.v::numeric, s.scheme::abc_scheme) OVER (PARTITION BY t.n) AS cut_num,
			abc_cutoffs(t.v::float8, s.scheme::abc_scheme) OVER (PARTITION BY t.n) AS cut_flt,
			abc_cutoffs(t.v::bigint, s.scheme::abc_scheme) OVER (PARTITION BY t.n) AS cut_int
		FROM (VALUES (1, NULL), (1, NULL), (2, '7'), (3, '0'), (3, '0'), (4, '-3'), (5, '4'), (5, '4'), (5, '4'), (5, '4')) AS t (n, v)) AS x
GROUP BY s.n, s.scheme, x.n, x.v ORDER BY s.n, x.n;
SELECT v, abc_cumulative_share(v) OVER (PARTITION BY n)
FROM (VALUES (1, NULL::float8), (2, 7), (3, 0), (3, 0), (4, -3), (5, 3), (5, 1), (5, 0), (5, -9), (5, NULL)) AS t (n, v) ORDER BY n, v DESC NULLS LAST;
SELECT abc_weighted_score(v, w) FROM (VALUES (1::float8, 1::float8)) AS t (v, w) WHERE false;
SELECT abc_weighted_score(v, w) FROM (VALUES (7::float8, 0::float8), (8, 0)) AS t (v, w);
SELECT abc_weighted_score(v, w) FROM (VALUES (7::float8, NULL::float8), (NULL, 1), (10, 3), (2, 1)) AS t (v, w);

DROP FUNCTION pg_temp.refused(text[]);
DROP TABLE scheme;
RESET ROLE;
DROP ROLE regress_abc_heart_errors;
