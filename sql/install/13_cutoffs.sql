--
-- Cut-offs, in the type of the values.  Aggregates have no default arguments: one without a scheme.
--

CREATE FUNCTION abc_cutoffs_transfn(internal, anyelement) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cutoffs_transfn';
COMMENT ON FUNCTION abc_cutoffs_transfn(internal, anyelement) IS 'transition function of abc_cutoffs';

CREATE FUNCTION abc_cutoffs_transfn(internal, anyelement, abc_scheme) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cutoffs_transfn';
COMMENT ON FUNCTION abc_cutoffs_transfn(internal, anyelement, abc_scheme) IS 'transition function of abc_cutoffs';

-- The further arguments are there for their types only: NULLs.

CREATE FUNCTION abc_cutoffs_finalfn(internal, anyelement) RETURNS anyarray
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cutoffs_finalfn';
COMMENT ON FUNCTION abc_cutoffs_finalfn(internal, anyelement) IS 'final function of abc_cutoffs';

CREATE FUNCTION abc_cutoffs_finalfn(internal, anyelement, abc_scheme) RETURNS anyarray
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cutoffs_finalfn';
COMMENT ON FUNCTION abc_cutoffs_finalfn(internal, anyelement, abc_scheme) IS 'final function of abc_cutoffs';

CREATE AGGREGATE abc_cutoffs(value anyelement) (
	SFUNC = abc_cutoffs_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_cutoffs_finalfn, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_cutoffs(anyelement) IS
	'smallest value of each tier but the last under the scheme share 80/95; an empty tier repeats the cut-off above '
		'it; NULL without a positive value; exact, in one process';

CREATE AGGREGATE abc_cutoffs(value anyelement, scheme abc_scheme) (
	SFUNC = abc_cutoffs_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_cutoffs_finalfn, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_cutoffs(anyelement, abc_scheme) IS
	'smallest value of each tier but the last under a scheme, the same for all rows of the group; an empty tier '
		'repeats the cut-off above it and is NULL where no tier above holds a row; exact, in one process';
