--
-- Every type of number, and domains over them: the functions over values are declared once, take
-- them all, and cut-offs keep the type. What is no number is an error that names the type.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
CREATE ROLE regress_abc_number_types;
CREATE SCHEMA regress_abc_number_types AUTHORIZATION regress_abc_number_types;
SET ROLE regress_abc_number_types;
SET search_path = regress_abc_number_types, public;
\pset format unaligned
\pset tuples_only on

CREATE DOMAIN parcels AS integer CHECK (VALUE >= 0);
CREATE DOMAIN amount AS numeric(12, 2);
CREATE DOMAIN big_amount AS amount CHECK (VALUE > 0);

-- each query of %s over each type: the same answers, in the type of the values
CREATE FUNCTION for_types(query text, types text[] DEFAULT '{smallint,integer,bigint,real,"double precision",numeric,parcels,amount,big_amount}')
	RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	type text;
	answer text;
	hint text;
BEGIN
	FOREACH type IN ARRAY types LOOP
		BEGIN
			EXECUTE format(replace(query, 'TYPE', '%1$s'), type) INTO answer;
			RETURN NEXT concat(type, ': ', answer);
		EXCEPTION WHEN others THEN
			GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
			RETURN NEXT concat(type, ': ', SQLSTATE, ' ', SQLERRM, ' | ', hint);
		END;
	END LOOP;
END
$$;

\echo -- the type of cut-offs is that of the values; without a scheme it is 80/95
SELECT for_types($$SELECT concat_ws(' ', pg_typeof(abc_cutoffs(v::TYPE)), abc_cutoffs(v::TYPE), abc_cutoffs(v::TYPE, '80/95'), abc_cutoffs(v::TYPE, 'value 50.4/>5'),
	abc_cutoffs(v::TYPE, 'count 15/50')) FROM unnest('{100,50,30,10,5,3,1,1,1}'::int[]) v$$);
SELECT for_types($$SELECT string_agg(concat(abc_classify, d), '') FROM (SELECT abc_classify(v::TYPE, '80/95') OVER (), abc_classify(v::TYPE) OVER () AS d
	FROM unnest('{100,50,30,10,5,3,1,1,1}'::int[]) v) t$$);
SELECT for_types($$SELECT concat(sum(s), ' ', sum(z)) FROM (SELECT abc_cumulative_share(v::TYPE) OVER () AS s, abc_normalize(v::TYPE, 'ratio') OVER () AS z
	FROM unnest('{8,4,2,2}'::int[]) v) t$$);
SELECT for_types($$SELECT concat_ws(' ', abc_gini(v::TYPE), abc_gini(v::TYPE, true), abc_top_share(v::TYPE, 0.5), abc_top_n_share(v::TYPE, 1), abc_top_count(v::TYPE, 0.5),
	abc_hhi(v::TYPE), round(abc_variation(v::TYPE)::numeric, 12), abc_weighted_score(v::TYPE, v::TYPE)) FROM unnest('{8,4,2,2}'::int[]) v$$);
\echo -- abc_assign takes them as they come, and agrees with abc_classify
SELECT for_types($$SELECT concat(count(*) FILTER (WHERE a IS DISTINCT FROM c), ' of ', count(*), ' differ')
	FROM (SELECT abc_assign(v::TYPE, (SELECT abc_cutoffs(i::TYPE, s) FROM generate_series(1, 500) i)) AS a, abc_classify(v::TYPE, s) OVER (PARTITION BY s) AS c
		FROM generate_series(1, 500) v, unnest('{80/95,count 15/50,value >250/100.5}'::abc_scheme[]) s) t$$);
\echo -- no row, only NULLs
SELECT for_types($$SELECT concat(abc_cutoffs(v::TYPE) IS NULL, ' ', abc_cutoffs(v::TYPE, 'value 5')) FROM unnest('{NULL}'::int[]) v$$);
SELECT for_types($$SELECT coalesce(abc_cutoffs(v::TYPE)::text, 'null') FROM unnest('{}'::int[]) v$$);

\echo -- rule value: a cut that no value of the type can reach, one that all reach, the ends
SELECT for_types($$SELECT concat_ws(' ', abc_cutoffs(v::TYPE, 'value 3000000000/40000/100/-40000/-3000000000'), abc_cutoffs(v::TYPE, 'value >32767/32767/-32768'),
	abc_cutoffs(v::TYPE, 'value >2147483647/2147483647/-2147483648')) FROM unnest('{1,2}'::int[]) v$$, '{smallint,integer,bigint}');
\echo -- a domain's constraint holds for what is no value of the rows, too
SELECT abc_cutoffs(v::parcels, 'value 5/-5') FROM unnest('{1,2}'::int[]) v;
\echo -- real: the nearest real, the next above it, out of its range, among the smallest
SELECT abc_cutoffs(v, 'value 0.7') = '{0.7}'::real[], abc_cutoffs(v, 'value >0.7') = '{0.70000005}'::real[], abc_cutoffs(v, 'value 1e-46') = '{0}'::real[],
	abc_cutoffs(v, 'value >0') = '{1e-45}'::real[], abc_cutoffs(v, 'value -1e300') = '{-3.4028235e+38}'::real[], abc_cutoffs(v, 'value 1e300/3.4028235e38/1') AS beyond,
	abc_cutoffs(v, 'value >3.4028235e38/3') AS above
FROM unnest('{0.7,3}'::real[]) v;
SELECT v, abc_classify(v, 'value 0.7') OVER () AS at_least, abc_classify(v, 'value >0.7') OVER () AS more FROM unnest('{0.7,0.70000005,0.6999999}'::real[]) v ORDER BY v;
\echo -- not finite: the type is named
SELECT for_types($$SELECT abc_cutoffs(v::TYPE) FROM unnest('{1,NaN}'::float8[]) v$$, '{real,"double precision",numeric}');
SELECT for_types($$SELECT abc_cutoffs(v::TYPE) FROM unnest('{1,-Infinity}'::float8[]) v$$, '{real,"double precision"}');

\echo -- what is no number
SELECT for_types($$SELECT abc_cutoffs(v::TYPE) FROM unnest('{1}'::text[]) v$$, '{text,money,interval,oid}');
SELECT for_types($$SELECT abc_classify(v::TYPE) OVER () FROM unnest('{1}'::text[]) v$$, '{text,money,interval,xid}');
SELECT for_types($$SELECT abc_gini(v::TYPE) FROM unnest('{1}'::text[]) v$$, '{text,interval}');
SELECT for_types($$SELECT abc_cumulative_share(v::TYPE) OVER () FROM unnest('{t}'::text[]) v$$, '{boolean}');
SELECT for_types($$SELECT abc_normalize(v::TYPE, 'rank') OVER () FROM unnest('{a}'::text[]) v$$, '{"char"}');
\echo -- a literal without a type has none
SELECT abc_classify('5') OVER ();
SELECT abc_cutoffs('5'::numeric), abc_classify(5) OVER () FROM (VALUES (1)) v GROUP BY 1 = 1;

RESET ROLE;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_number_types CASCADE;
DROP ROLE regress_abc_number_types;
