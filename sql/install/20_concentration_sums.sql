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
	'Herfindahl-Hirschman index: sum of squared shares of the total, 1/n to 1; exact sums; NULLs count nowhere, a '
		'negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_variation(value float8) (
	SFUNC = abc_variation_transfn, STYPE = abc_exact_sums, SSPACE = 128,
	FINALFUNC = abc_variation_finalfn, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_variation(float8) IS
	'coefficient of variation: population deviation over the mean without its sign; exact sums; NULLs count nowhere, a '
		'mean of 0 gives NULL';

CREATE AGGREGATE abc_variation(value float8, periods bigint) (
	SFUNC = abc_variation_transfn, STYPE = abc_exact_sums, SSPACE = 128,
	FINALFUNC = abc_variation_finalfn, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_variation(float8, bigint) IS
	'coefficient of variation over so many periods, those without a row counting as zero; the same number for all rows '
		'of a group';

CREATE AGGREGATE abc_hhi(value bigint) (
	SFUNC = abc_hhi_transfn, STYPE = abc_exact_sums, SSPACE = 128,
	FINALFUNC = abc_hhi_finalfn, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_hhi(bigint) IS
	'Herfindahl-Hirschman index: sum of squared shares of the total, 1/n to 1; exact sums; NULLs count nowhere, a '
		'negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_variation(value bigint) (
	SFUNC = abc_variation_transfn, STYPE = abc_exact_sums, SSPACE = 128,
	FINALFUNC = abc_variation_finalfn, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_variation(bigint) IS
	'coefficient of variation: population deviation over the mean without its sign; exact sums; NULLs count nowhere, a '
		'mean of 0 gives NULL';

CREATE AGGREGATE abc_variation(value bigint, periods bigint) (
	SFUNC = abc_variation_transfn, STYPE = abc_exact_sums, SSPACE = 128,
	FINALFUNC = abc_variation_finalfn, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_variation(bigint, bigint) IS
	'coefficient of variation over so many periods, those without a row counting as zero; the same number for all rows '
		'of a group';

CREATE AGGREGATE abc_hhi(value numeric) (
	SFUNC = abc_hhi_transfn, STYPE = abc_exact_sums, SSPACE = 128,
	FINALFUNC = abc_hhi_finalfn, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_hhi(numeric) IS
	'Herfindahl-Hirschman index: sum of squared shares of the total, 1/n to 1; exact sums; NULLs count nowhere, a '
		'negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_variation(value numeric) (
	SFUNC = abc_variation_transfn, STYPE = abc_exact_sums, SSPACE = 128,
	FINALFUNC = abc_variation_finalfn, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_variation(numeric) IS
	'coefficient of variation: population deviation over the mean without its sign; exact sums; NULLs count nowhere, a '
		'mean of 0 gives NULL';

CREATE AGGREGATE abc_variation(value numeric, periods bigint) (
	SFUNC = abc_variation_transfn, STYPE = abc_exact_sums, SSPACE = 128,
	FINALFUNC = abc_variation_finalfn, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_variation(numeric, bigint) IS
	'coefficient of variation over so many periods, those without a row counting as zero; the same number for all rows '
		'of a group';
