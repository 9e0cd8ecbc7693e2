/* sql/abc_tier--0.1.0--0.2.0.sql */

-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION abc_tier UPDATE TO '0.2.0'" to load this file. \quit

--
-- Metrics made comparable, and weighted scores
--

CREATE FUNCTION abc_normalize(value float8, method text) RETURNS float8
    LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_normalize_float8';
COMMENT ON FUNCTION abc_normalize(float8, text) IS
    'the value made comparable within its partition: [lower] none, ratio, minmax, zscore, rank or ntile N; no ORDER BY needed; NULL gets NULL; where all values are equal minmax, zscore and rank give 0';

CREATE FUNCTION abc_normalize(value bigint, method text) RETURNS float8
    LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_normalize_int8';
COMMENT ON FUNCTION abc_normalize(bigint, text) IS
    'the value made comparable within its partition: [lower] none, ratio, minmax, zscore, rank or ntile N; no ORDER BY needed; NULL gets NULL; where all values are equal minmax, zscore and rank give 0';

CREATE FUNCTION abc_normalize(value numeric, method text) RETURNS float8
    LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_normalize_numeric';
COMMENT ON FUNCTION abc_normalize(numeric, text) IS
    'the value made comparable within its partition: [lower] none, ratio, minmax, zscore, rank or ntile N; no ORDER BY needed; NULL gets NULL; where all values are equal minmax, zscore and rank give 0';

CREATE FUNCTION abc_score(
    metrics float8[],
    weights float8[],
    methods text[] DEFAULT NULL,
    missing text DEFAULT 'renormalize'
) RETURNS float8
    LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_score';
COMMENT ON FUNCTION abc_score(float8[], float8[], text[], text) IS
    'weighted sum of the row''s metrics, each normalized within the partition (without methods: one as it is, several by rank); weights as given; missing: renormalize, zero or null for a NULL metric; no ORDER BY needed';

--
-- Points by a score map
--

CREATE FUNCTION abc_points(value float8, breaks float8[], points float8[], mode text DEFAULT 'step') RETURNS float8
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_points';
COMMENT ON FUNCTION abc_points(float8, float8[], float8[], text) IS
    'points of the last break that the value reaches, 0 below the first; linear: on the straight line between breaks, flat beyond both ends; NULL gives NULL';

CREATE FUNCTION abc_points(key text, keys text[], points float8[], otherwise float8 DEFAULT 0) RETURNS float8
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_points_text';
COMMENT ON FUNCTION abc_points(text, text[], float8[], float8) IS
    'points of a discrete attribute: those of its key, or otherwise; keys are compared by bytes; NULL gives NULL';

--
-- Concentration and variation
--
-- From sums alone, in a state that merges: abc_hhi, abc_variation.
--

CREATE FUNCTION abc_hhi_transfn(abc_exact_sums, float8) RETURNS abc_exact_sums
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_hhi_float8_transfn';
COMMENT ON FUNCTION abc_hhi_transfn(abc_exact_sums, float8) IS 'transition function of abc_hhi';

CREATE FUNCTION abc_variation_transfn(abc_exact_sums, float8) RETURNS abc_exact_sums
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_variation_float8_transfn';
COMMENT ON FUNCTION abc_variation_transfn(abc_exact_sums, float8) IS 'transition function of abc_variation';

CREATE FUNCTION abc_variation_transfn(abc_exact_sums, float8, bigint) RETURNS abc_exact_sums
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_variation_float8_transfn';
COMMENT ON FUNCTION abc_variation_transfn(abc_exact_sums, float8, bigint) IS 'transition function of abc_variation';

CREATE FUNCTION abc_hhi_transfn(abc_exact_sums, bigint) RETURNS abc_exact_sums
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_hhi_int8_transfn';
COMMENT ON FUNCTION abc_hhi_transfn(abc_exact_sums, bigint) IS 'transition function of abc_hhi';

CREATE FUNCTION abc_variation_transfn(abc_exact_sums, bigint) RETURNS abc_exact_sums
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_variation_int8_transfn';
COMMENT ON FUNCTION abc_variation_transfn(abc_exact_sums, bigint) IS 'transition function of abc_variation';

CREATE FUNCTION abc_variation_transfn(abc_exact_sums, bigint, bigint) RETURNS abc_exact_sums
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_variation_int8_transfn';
COMMENT ON FUNCTION abc_variation_transfn(abc_exact_sums, bigint, bigint) IS 'transition function of abc_variation';

CREATE FUNCTION abc_hhi_transfn(abc_exact_sums, numeric) RETURNS abc_exact_sums
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_hhi_numeric_transfn';
COMMENT ON FUNCTION abc_hhi_transfn(abc_exact_sums, numeric) IS 'transition function of abc_hhi';

CREATE FUNCTION abc_variation_transfn(abc_exact_sums, numeric) RETURNS abc_exact_sums
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_variation_numeric_transfn';
COMMENT ON FUNCTION abc_variation_transfn(abc_exact_sums, numeric) IS 'transition function of abc_variation';

CREATE FUNCTION abc_variation_transfn(abc_exact_sums, numeric, bigint) RETURNS abc_exact_sums
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_variation_numeric_transfn';
COMMENT ON FUNCTION abc_variation_transfn(abc_exact_sums, numeric, bigint) IS 'transition function of abc_variation';

CREATE FUNCTION abc_hhi_finalfn(abc_exact_sums) RETURNS float8
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_hhi_finalfn';
COMMENT ON FUNCTION abc_hhi_finalfn(abc_exact_sums) IS 'final function of abc_hhi';

CREATE FUNCTION abc_variation_finalfn(abc_exact_sums) RETURNS float8
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_variation_finalfn';
COMMENT ON FUNCTION abc_variation_finalfn(abc_exact_sums) IS 'final function of abc_variation';

CREATE AGGREGATE abc_hhi(value float8) (
    SFUNC = abc_hhi_transfn, STYPE = abc_exact_sums, SSPACE = 128,
    FINALFUNC = abc_hhi_finalfn, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_hhi(float8) IS
    'Herfindahl-Hirschman index: sum of squared shares of the total, 1/n to 1; exact sums; NULLs count nowhere, a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_variation(value float8) (
    SFUNC = abc_variation_transfn, STYPE = abc_exact_sums, SSPACE = 128,
    FINALFUNC = abc_variation_finalfn, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_variation(float8) IS
    'coefficient of variation: population deviation over the mean without its sign; exact sums; NULLs count nowhere, a mean of 0 gives NULL';

CREATE AGGREGATE abc_variation(value float8, periods bigint) (
    SFUNC = abc_variation_transfn, STYPE = abc_exact_sums, SSPACE = 128,
    FINALFUNC = abc_variation_finalfn, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_variation(float8, bigint) IS
    'coefficient of variation over so many periods, those without a row counting as zero; the same number for all rows of a group';

CREATE AGGREGATE abc_hhi(value bigint) (
    SFUNC = abc_hhi_transfn, STYPE = abc_exact_sums, SSPACE = 128,
    FINALFUNC = abc_hhi_finalfn, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_hhi(bigint) IS
    'Herfindahl-Hirschman index: sum of squared shares of the total, 1/n to 1; exact sums; NULLs count nowhere, a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_variation(value bigint) (
    SFUNC = abc_variation_transfn, STYPE = abc_exact_sums, SSPACE = 128,
    FINALFUNC = abc_variation_finalfn, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_variation(bigint) IS
    'coefficient of variation: population deviation over the mean without its sign; exact sums; NULLs count nowhere, a mean of 0 gives NULL';

CREATE AGGREGATE abc_variation(value bigint, periods bigint) (
    SFUNC = abc_variation_transfn, STYPE = abc_exact_sums, SSPACE = 128,
    FINALFUNC = abc_variation_finalfn, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_variation(bigint, bigint) IS
    'coefficient of variation over so many periods, those without a row counting as zero; the same number for all rows of a group';

CREATE AGGREGATE abc_hhi(value numeric) (
    SFUNC = abc_hhi_transfn, STYPE = abc_exact_sums, SSPACE = 128,
    FINALFUNC = abc_hhi_finalfn, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_hhi(numeric) IS
    'Herfindahl-Hirschman index: sum of squared shares of the total, 1/n to 1; exact sums; NULLs count nowhere, a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_variation(value numeric) (
    SFUNC = abc_variation_transfn, STYPE = abc_exact_sums, SSPACE = 128,
    FINALFUNC = abc_variation_finalfn, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_variation(numeric) IS
    'coefficient of variation: population deviation over the mean without its sign; exact sums; NULLs count nowhere, a mean of 0 gives NULL';

CREATE AGGREGATE abc_variation(value numeric, periods bigint) (
    SFUNC = abc_variation_transfn, STYPE = abc_exact_sums, SSPACE = 128,
    FINALFUNC = abc_variation_finalfn, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_variation(numeric, bigint) IS
    'coefficient of variation over so many periods, those without a row counting as zero; the same number for all rows of a group';

--
-- From ordered values: every value is kept, in one process, within work_mem and then in a temporary
-- file.  PARALLEL SAFE without a combine function, so that the scan below may be parallel.
--

CREATE TYPE abc_lorenz_point AS (customers bigint, customer_share float8, value_share float8);
COMMENT ON TYPE abc_lorenz_point IS 'a point of a Lorenz curve: so many of the smallest, their share of all, and the share of the total that they hold';

CREATE FUNCTION abc_concentration_transfn(internal, float8) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_concentration_float8_transfn';
COMMENT ON FUNCTION abc_concentration_transfn(internal, float8) IS 'transition function of the aggregates over ordered values';

CREATE FUNCTION abc_concentration_transfn(internal, float8, boolean) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_concentration_float8_transfn';
COMMENT ON FUNCTION abc_concentration_transfn(internal, float8, boolean) IS 'transition function of the aggregates over ordered values';

CREATE FUNCTION abc_concentration_transfn(internal, float8, integer) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_concentration_float8_transfn';
COMMENT ON FUNCTION abc_concentration_transfn(internal, float8, integer) IS 'transition function of the aggregates over ordered values';

CREATE FUNCTION abc_concentration_transfn(internal, float8, bigint) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_concentration_float8_transfn';
COMMENT ON FUNCTION abc_concentration_transfn(internal, float8, bigint) IS 'transition function of the aggregates over ordered values';

CREATE FUNCTION abc_concentration_transfn(internal, float8, float8) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_concentration_float8_transfn';
COMMENT ON FUNCTION abc_concentration_transfn(internal, float8, float8) IS 'transition function of the aggregates over ordered values';

CREATE FUNCTION abc_concentration_transfn(internal, bigint) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_concentration_int8_transfn';
COMMENT ON FUNCTION abc_concentration_transfn(internal, bigint) IS 'transition function of the aggregates over ordered values';

CREATE FUNCTION abc_concentration_transfn(internal, bigint, boolean) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_concentration_int8_transfn';
COMMENT ON FUNCTION abc_concentration_transfn(internal, bigint, boolean) IS 'transition function of the aggregates over ordered values';

CREATE FUNCTION abc_concentration_transfn(internal, bigint, integer) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_concentration_int8_transfn';
COMMENT ON FUNCTION abc_concentration_transfn(internal, bigint, integer) IS 'transition function of the aggregates over ordered values';

CREATE FUNCTION abc_concentration_transfn(internal, bigint, bigint) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_concentration_int8_transfn';
COMMENT ON FUNCTION abc_concentration_transfn(internal, bigint, bigint) IS 'transition function of the aggregates over ordered values';

CREATE FUNCTION abc_concentration_transfn(internal, bigint, float8) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_concentration_int8_transfn';
COMMENT ON FUNCTION abc_concentration_transfn(internal, bigint, float8) IS 'transition function of the aggregates over ordered values';

CREATE FUNCTION abc_concentration_transfn(internal, numeric) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_concentration_numeric_transfn';
COMMENT ON FUNCTION abc_concentration_transfn(internal, numeric) IS 'transition function of the aggregates over ordered values';

CREATE FUNCTION abc_concentration_transfn(internal, numeric, boolean) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_concentration_numeric_transfn';
COMMENT ON FUNCTION abc_concentration_transfn(internal, numeric, boolean) IS 'transition function of the aggregates over ordered values';

CREATE FUNCTION abc_concentration_transfn(internal, numeric, integer) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_concentration_numeric_transfn';
COMMENT ON FUNCTION abc_concentration_transfn(internal, numeric, integer) IS 'transition function of the aggregates over ordered values';

CREATE FUNCTION abc_concentration_transfn(internal, numeric, bigint) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_concentration_numeric_transfn';
COMMENT ON FUNCTION abc_concentration_transfn(internal, numeric, bigint) IS 'transition function of the aggregates over ordered values';

CREATE FUNCTION abc_concentration_transfn(internal, numeric, float8) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_concentration_numeric_transfn';
COMMENT ON FUNCTION abc_concentration_transfn(internal, numeric, float8) IS 'transition function of the aggregates over ordered values';

CREATE FUNCTION abc_gini_finalfn(internal) RETURNS float8
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_gini_finalfn';
COMMENT ON FUNCTION abc_gini_finalfn(internal) IS 'final function of abc_gini';

CREATE FUNCTION abc_top_share_finalfn(internal) RETURNS float8
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_top_share_finalfn';
COMMENT ON FUNCTION abc_top_share_finalfn(internal) IS 'final function of abc_top_share';

CREATE FUNCTION abc_top_n_share_finalfn(internal) RETURNS float8
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_top_n_share_finalfn';
COMMENT ON FUNCTION abc_top_n_share_finalfn(internal) IS 'final function of abc_top_n_share';

CREATE FUNCTION abc_top_count_finalfn(internal) RETURNS bigint
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_top_count_finalfn';
COMMENT ON FUNCTION abc_top_count_finalfn(internal) IS 'final function of abc_top_count';

CREATE FUNCTION abc_top_fraction_finalfn(internal) RETURNS float8
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_top_fraction_finalfn';
COMMENT ON FUNCTION abc_top_fraction_finalfn(internal) IS 'final function of abc_top_fraction';

CREATE FUNCTION abc_lorenz_finalfn(internal) RETURNS abc_lorenz_point[]
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_lorenz_finalfn';
COMMENT ON FUNCTION abc_lorenz_finalfn(internal) IS 'final function of abc_lorenz';

CREATE AGGREGATE abc_gini(value float8) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_gini_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_gini(float8) IS
    'Gini coefficient in its population form, 0 (all equal) to 1 - 1/n; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_gini(value float8, corrected boolean) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_gini_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_gini(float8, boolean) IS
    'Gini coefficient; corrected: times n/(n-1), so that it reaches 1, and NULL for one value; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_share(value float8, fraction float8) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_top_share_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_share(float8, float8) IS
    'share of the total held by this fraction of the values, the largest, their number rounded up; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_n_share(value float8, customers bigint) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_top_n_share_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_n_share(float8, bigint) IS
    'share of the total held by so many of the largest values; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_count(value float8, share float8) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_top_count_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_count(float8, float8) IS
    'least number of values, largest first, that hold at least this share of the total; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_fraction(value float8, share float8) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_top_fraction_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_fraction(float8, float8) IS
    'the number of values of abc_top_count as a share of all values; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_lorenz(value float8) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_lorenz_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_lorenz(float8) IS
    'Lorenz curve from the smallest value up, as an array of 101 points or one for each value, for SELECT * FROM unnest((SELECT abc_lorenz(value) FROM ...)); exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_lorenz(value float8, points integer) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_lorenz_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_lorenz(float8, integer) IS
    'Lorenz curve from the smallest value up, with so many steps, or one for each value if there are less; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_gini(value bigint) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_gini_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_gini(bigint) IS
    'Gini coefficient in its population form, 0 (all equal) to 1 - 1/n; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_gini(value bigint, corrected boolean) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_gini_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_gini(bigint, boolean) IS
    'Gini coefficient; corrected: times n/(n-1), so that it reaches 1, and NULL for one value; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_share(value bigint, fraction float8) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_top_share_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_share(bigint, float8) IS
    'share of the total held by this fraction of the values, the largest, their number rounded up; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_n_share(value bigint, customers bigint) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_top_n_share_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_n_share(bigint, bigint) IS
    'share of the total held by so many of the largest values; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_count(value bigint, share float8) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_top_count_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_count(bigint, float8) IS
    'least number of values, largest first, that hold at least this share of the total; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_fraction(value bigint, share float8) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_top_fraction_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_fraction(bigint, float8) IS
    'the number of values of abc_top_count as a share of all values; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_lorenz(value bigint) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_lorenz_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_lorenz(bigint) IS
    'Lorenz curve from the smallest value up, as an array of 101 points or one for each value, for SELECT * FROM unnest((SELECT abc_lorenz(value) FROM ...)); exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_lorenz(value bigint, points integer) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_lorenz_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_lorenz(bigint, integer) IS
    'Lorenz curve from the smallest value up, with so many steps, or one for each value if there are less; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_gini(value numeric) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_gini_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_gini(numeric) IS
    'Gini coefficient in its population form, 0 (all equal) to 1 - 1/n; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_gini(value numeric, corrected boolean) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_gini_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_gini(numeric, boolean) IS
    'Gini coefficient; corrected: times n/(n-1), so that it reaches 1, and NULL for one value; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_share(value numeric, fraction float8) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_top_share_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_share(numeric, float8) IS
    'share of the total held by this fraction of the values, the largest, their number rounded up; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_n_share(value numeric, customers bigint) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_top_n_share_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_n_share(numeric, bigint) IS
    'share of the total held by so many of the largest values; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_count(value numeric, share float8) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_top_count_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_count(numeric, float8) IS
    'least number of values, largest first, that hold at least this share of the total; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_fraction(value numeric, share float8) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_top_fraction_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_fraction(numeric, float8) IS
    'the number of values of abc_top_count as a share of all values; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_lorenz(value numeric) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_lorenz_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_lorenz(numeric) IS
    'Lorenz curve from the smallest value up, as an array of 101 points or one for each value, for SELECT * FROM unnest((SELECT abc_lorenz(value) FROM ...)); exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_lorenz(value numeric, points integer) (
    SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_lorenz_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_lorenz(numeric, integer) IS
    'Lorenz curve from the smallest value up, with so many steps, or one for each value if there are less; exact sums; a negative value is an error, a total of 0 gives NULL';

--
-- Sensitivity
--

CREATE FUNCTION abc_weight_variants(given float8[], step float8 DEFAULT 5)
    RETURNS TABLE (variant text, metric integer, change float8, weights float8[])
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'as given', 0, 0.0::float8, given
    UNION ALL
    SELECT format('weight %s %s%s', m.metric, CASE WHEN d.change > 0 THEN '+' ELSE '-' END, abs(d.change)),
        m.metric, d.change, v.weights
    FROM generate_series(1, cardinality(given)) m(metric)
    CROSS JOIN (VALUES (step), (-step)) d(change)
    CROSS JOIN LATERAL (
        SELECT array_agg(CASE WHEN u.metric = m.metric THEN GREATEST(u.weight + d.change, 0) ELSE u.weight END ORDER BY u.metric),
            sum(CASE WHEN u.metric = m.metric THEN GREATEST(u.weight + d.change, 0) ELSE u.weight END) > 0
        FROM unnest(given) WITH ORDINALITY u(weight, metric)
    ) v(weights, useful)
    WHERE v.useful AND v.weights <> given
$$;
COMMENT ON FUNCTION abc_weight_variants(float8[], float8) IS
    'the weights as given, and with each of them in turn moved up and down by step (not below 0): to join with, and see which customers would change tier';
