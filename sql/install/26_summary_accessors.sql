--
-- Summaries: what can be asked of one
--

CREATE FUNCTION abc_count(summary abc_summary) RETURNS bigint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_count';
COMMENT ON FUNCTION abc_count(abc_summary) IS 'number of values summarized, exactly';

CREATE FUNCTION abc_total(summary abc_summary) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_total';
COMMENT ON FUNCTION abc_total(abc_summary) IS
	'sum of the values summarized, exactly; of float8 the exact sum rounded once to float8, in its shortest form';

CREATE FUNCTION abc_subtract(whole abc_summary, part abc_summary) RETURNS abc_summary
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_subtract';
COMMENT ON FUNCTION abc_subtract(abc_summary, abc_summary) IS
	'summary of the values of whole without those of part: exact numbers and sums, in buckets no finer than those of '
		'whole; a part of NULL changes nothing; NULL if nothing is left; a part that cannot be contained in whole is '
		'an error';

CREATE FUNCTION abc_bounds(
	summary abc_summary, scheme abc_scheme DEFAULT '80/95', inside abc_summary[] DEFAULT '{}',
	OUT cut integer, OUT low numeric, OUT high numeric,
	OUT count_above bigint, OUT sum_above numeric,
	OUT count_within bigint, OUT sum_within numeric
) RETURNS SETOF record
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 3
	AS 'MODULE_PATHNAME', 'abc_summary_bounds';
COMMENT ON FUNCTION abc_bounds(abc_summary, abc_scheme, abc_summary[]) IS
	'a row per cut: the interval, both ends included, in which its cut-off surely lies (NULL: it is NULL), and exactly '
		'the number and sum of values above it and within it; intervals are the same or disjoint; inside: summaries of '
		'the values in the intervals, each of a further round, make them narrower';

CREATE FUNCTION abc_cutoffs(
	summary abc_summary, scheme abc_scheme, "values" float8[], "rows" bigint[], inside abc_summary[] DEFAULT '{}'
) RETURNS float8[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_cutoffs_float8';
COMMENT ON FUNCTION abc_cutoffs(abc_summary, abc_scheme, float8[], bigint[], abc_summary[]) IS
	'exact cut-offs in the last round: given every value within the intervals of abc_bounds (of the same summary, '
		'scheme and inside) and how many rows have it (a value may come more than once); what the aggregate '
		'abc_cutoffs gives over all rows; an error if number and sum are not those that the summary has';

CREATE FUNCTION abc_cutoffs(
	summary abc_summary, scheme abc_scheme, "values" bigint[], "rows" bigint[], inside abc_summary[] DEFAULT '{}'
) RETURNS bigint[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_cutoffs_int8';
COMMENT ON FUNCTION abc_cutoffs(abc_summary, abc_scheme, bigint[], bigint[], abc_summary[]) IS
	'exact cut-offs in the last round: given every value within the intervals of abc_bounds (of the same summary, '
		'scheme and inside) and how many rows have it (a value may come more than once); what the aggregate '
		'abc_cutoffs gives over all rows; an error if number and sum are not those that the summary has';

CREATE FUNCTION abc_cutoffs(
	summary abc_summary, scheme abc_scheme, "values" numeric[], "rows" bigint[], inside abc_summary[] DEFAULT '{}'
) RETURNS numeric[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_cutoffs_numeric';
COMMENT ON FUNCTION abc_cutoffs(abc_summary, abc_scheme, numeric[], bigint[], abc_summary[]) IS
	'exact cut-offs in the last round: given every value within the intervals of abc_bounds (of the same summary, '
		'scheme and inside) and how many rows have it (a value may come more than once); what the aggregate '
		'abc_cutoffs gives over all rows; an error if number and sum are not those that the summary has';

CREATE FUNCTION abc_gini(summary abc_summary, OUT low float8, OUT high float8) RETURNS record
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_gini';
COMMENT ON FUNCTION abc_gini(abc_summary) IS
	'interval in which the Gini coefficient (population form) of the values surely lies; negative values are an error, '
		'NULL without a positive one';

CREATE FUNCTION abc_hhi(summary abc_summary, OUT low float8, OUT high float8) RETURNS record
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_hhi';
COMMENT ON FUNCTION abc_hhi(abc_summary) IS
	'interval in which the Herfindahl-Hirschman index (sum of squared shares) of the values surely lies; negative '
		'values are an error, NULL without a positive one';

CREATE FUNCTION abc_top_share(summary abc_summary, fraction float8, OUT low float8, OUT high float8) RETURNS record
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_top_share';
COMMENT ON FUNCTION abc_top_share(abc_summary, float8) IS
	'interval in which the share of the total that the best fraction of the rows holds (0.2: the best 20 %, rounded up '
		'to whole rows) surely lies; negative values are an error, NULL without a positive one';

CREATE FUNCTION abc_lorenz(summary abc_summary)
	RETURNS TABLE (customers bigint, customer_share float8, value_share float8)
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 2000
	AS 'MODULE_PATHNAME', 'abc_summary_lorenz';
COMMENT ON FUNCTION abc_lorenz(abc_summary) IS
	'points of the Lorenz curve from (0, 0) to (1, 1), exact at the ends of the buckets; between two points the curve '
		'runs below their chord; negative values are an error, no rows without a positive one';
