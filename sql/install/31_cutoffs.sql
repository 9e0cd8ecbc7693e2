CREATE FUNCTION abc_cutoffs_transfn(internal, float8) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cutoffs_float8_transfn';
COMMENT ON FUNCTION abc_cutoffs_transfn(internal, float8) IS 'transition function of abc_cutoffs';

CREATE FUNCTION abc_cutoffs_transfn(internal, float8, abc_scheme) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cutoffs_float8_transfn';
COMMENT ON FUNCTION abc_cutoffs_transfn(internal, float8, abc_scheme) IS 'transition function of abc_cutoffs';

CREATE FUNCTION abc_cutoffs_float8_finalfn(internal) RETURNS float8[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cutoffs_finalfn';
COMMENT ON FUNCTION abc_cutoffs_float8_finalfn(internal) IS 'final function of abc_cutoffs';

CREATE AGGREGATE abc_cutoffs(float8) (
	SFUNC = abc_cutoffs_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_cutoffs_float8_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_cutoffs(float8) IS
	'smallest value of each tier but the last under the scheme share 80/95; an empty tier repeats the cut-off above it; NULL without a positive value; exact, in one process';

CREATE AGGREGATE abc_cutoffs(float8, abc_scheme) (
	SFUNC = abc_cutoffs_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_cutoffs_float8_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_cutoffs(float8, abc_scheme) IS
	'smallest value of each tier but the last under a scheme, the same for all rows of the group; an empty tier repeats the cut-off above it and is NULL where no tier above holds a row; exact, in one process';

CREATE FUNCTION abc_cutoffs_transfn(internal, bigint) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cutoffs_int8_transfn';
COMMENT ON FUNCTION abc_cutoffs_transfn(internal, bigint) IS 'transition function of abc_cutoffs';

CREATE FUNCTION abc_cutoffs_transfn(internal, bigint, abc_scheme) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cutoffs_int8_transfn';
COMMENT ON FUNCTION abc_cutoffs_transfn(internal, bigint, abc_scheme) IS 'transition function of abc_cutoffs';

CREATE FUNCTION abc_cutoffs_int8_finalfn(internal) RETURNS bigint[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cutoffs_finalfn';
COMMENT ON FUNCTION abc_cutoffs_int8_finalfn(internal) IS 'final function of abc_cutoffs';

CREATE AGGREGATE abc_cutoffs(bigint) (
	SFUNC = abc_cutoffs_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_cutoffs_int8_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_cutoffs(bigint) IS
	'smallest value of each tier but the last under the scheme share 80/95; an empty tier repeats the cut-off above it; NULL without a positive value; exact, in one process';

CREATE AGGREGATE abc_cutoffs(bigint, abc_scheme) (
	SFUNC = abc_cutoffs_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_cutoffs_int8_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_cutoffs(bigint, abc_scheme) IS
	'smallest value of each tier but the last under a scheme, the same for all rows of the group; an empty tier repeats the cut-off above it and is NULL where no tier above holds a row; exact, in one process';

CREATE FUNCTION abc_cutoffs_transfn(internal, numeric) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cutoffs_numeric_transfn';
COMMENT ON FUNCTION abc_cutoffs_transfn(internal, numeric) IS 'transition function of abc_cutoffs';

CREATE FUNCTION abc_cutoffs_transfn(internal, numeric, abc_scheme) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cutoffs_numeric_transfn';
COMMENT ON FUNCTION abc_cutoffs_transfn(internal, numeric, abc_scheme) IS 'transition function of abc_cutoffs';

CREATE FUNCTION abc_cutoffs_numeric_finalfn(internal) RETURNS numeric[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cutoffs_finalfn';
COMMENT ON FUNCTION abc_cutoffs_numeric_finalfn(internal) IS 'final function of abc_cutoffs';

CREATE AGGREGATE abc_cutoffs(numeric) (
	SFUNC = abc_cutoffs_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_cutoffs_numeric_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_cutoffs(numeric) IS
	'smallest value of each tier but the last under the scheme share 80/95; an empty tier repeats the cut-off above it; NULL without a positive value; exact, in one process';

CREATE AGGREGATE abc_cutoffs(numeric, abc_scheme) (
	SFUNC = abc_cutoffs_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_cutoffs_numeric_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_cutoffs(numeric, abc_scheme) IS
	'smallest value of each tier but the last under a scheme, the same for all rows of the group; an empty tier repeats the cut-off above it and is NULL where no tier above holds a row; exact, in one process';
