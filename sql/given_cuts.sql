-- Under the rule value the cut-offs are the scheme's cuts, whatever the rows: the
-- nearest float8, the next bigint, the decimal itself. And abc_assign over them
-- gives every value the tier of abc_classify.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
CREATE ROLE regress_abc_given_cuts;
SET ROLE regress_abc_given_cuts;
\pset null null

SELECT scheme, abc_cutoffs(v::float8, scheme::abc_scheme) AS float8, abc_cutoffs(v::bigint, scheme::abc_scheme) AS bigint,
	abc_cutoffs(v::numeric(9, 2), scheme::abc_scheme) AS numeric
FROM (VALUES (NULL), (7)) AS t (v), unnest(ARRAY['value 5000/500', 'value >5000/>500', 'value 2.5/-2.5', 'value >2.5/>-2.5', 'value 0.125']) AS scheme
GROUP BY scheme ORDER BY scheme COLLATE "C";
-- A float8 meets the cut as a float8: 0.1 is 0.1, and 0.1 is not more than 0.1.
SELECT abc_classify(0.1::float8, 'value 0.1') OVER (), abc_classify(0.1::float8, 'value >0.1') OVER (),
	abc_classify(0.3::float8, 'value 0.3') OVER (), abc_classify(0.1::float8 + 0.2::float8, 'value >0.3') OVER ();
-- A cut beyond the type is NULL, one below it is met by all.
SELECT abc_cutoffs(0::bigint, 'value 9223372036854775808/9223372036854775807') AS bigint,
	abc_cutoffs(0::bigint, 'value >9223372036854775807/9223372036854775806.5') AS bigint,
	abc_cutoffs(0::bigint, 'value >-9223372036854775809/-9999999999999999999') AS bigint;
SELECT abc_cutoffs(0::float8, ('value 1' || repeat('0', 309) || '/5')::abc_scheme) AS above,
	abc_cutoffs(0::float8, ('value 5/-1' || repeat('0', 309))::abc_scheme) = ARRAY[5, -1.7976931348623157e308]::float8[] AS below,
	abc_cutoffs(0::float8, ('value 5/>-1' || repeat('0', 309))::abc_scheme) = ARRAY[5, -1.7976931348623157e308]::float8[] AS more_than_below,
	abc_classify(-1.7976931348623157e308::float8, ('value >-1' || repeat('0', 309))::abc_scheme) OVER () AS least
FROM (VALUES (1)) AS t (n) GROUP BY n;
-- Two cuts that no value of the type can tell apart: the tier between is empty and
-- repeats the cut-off above it.
SELECT abc_cutoffs(1::float8, 'value 1.00000000000000000001/>1') AS float8, abc_cutoffs(5::numeric, 'value 5/>2.25/>2') AS numeric,
	abc_cutoffs(5::bigint, 'value 5.5/>5/5') AS bigint;
-- As many decimals as the rows or the cut have, in every form that numerics take.
SELECT abc_cutoffs(v, 'value 5/>3') AS few, abc_cutoffs(v * 1e30, 'value 5/>3') AS many, abc_cutoffs(v) AS share, abc_cutoffs(v * 1e30) AS share_of_many
FROM (VALUES (9.5), (1.25), (7)) AS t (v);

-- Every value gets the tier of abc_classify.
SELECT scheme, count(*), count(*) FILTER (WHERE f IS DISTINCT FROM assign_f OR b IS DISTINCT FROM assign_b OR n IS DISTINCT FROM assign_n) AS unequal
FROM (SELECT scheme, abc_classify(v, scheme::abc_scheme) OVER w AS f, abc_classify(v::bigint, scheme::abc_scheme) OVER w AS b,
		abc_classify(v::numeric, scheme::abc_scheme) OVER w AS n,
		abc_assign(v, abc_cutoffs(v, scheme::abc_scheme) OVER w) AS assign_f,
		abc_assign(v::bigint, abc_cutoffs(v::bigint, scheme::abc_scheme) OVER w) AS assign_b,
		abc_assign(v::numeric, abc_cutoffs(v::numeric, scheme::abc_scheme) OVER w) AS assign_n
	FROM (SELECT n / 8.0::float8 AS v FROM generate_series(-80, 80) AS n) AS t,
		unnest(ARRAY['value 5/2.5/>2.4/0/-3', 'value >9.875/9.875/>9.75', 'value 99/>10', 'value -10/-99']) AS scheme
	WINDOW w AS (PARTITION BY scheme)) AS x
GROUP BY scheme ORDER BY scheme COLLATE "C";

RESET ROLE;
DROP ROLE regress_abc_given_cuts;
