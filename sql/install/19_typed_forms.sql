--
-- Typed forms of functions over any number
--
-- The public ones are declared over anyelement: who may create functions in their schema can put one of exactly
-- the type of a call beside them, which would be chosen.  What our own functions call is declared here, where nobody
-- can.
--

CREATE FUNCTION _abc.classify(value numeric, scheme @extschema@.abc_scheme) RETURNS @extschema@.abc_tier
LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_classify';
COMMENT ON FUNCTION _abc.classify(numeric, @extschema@.abc_scheme) IS 'abc_classify of numeric';

CREATE FUNCTION _abc.cumulative_share(value numeric) RETURNS double precision
LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_cumulative_share';
COMMENT ON FUNCTION _abc.cumulative_share(numeric) IS 'abc_cumulative_share of numeric';

CREATE FUNCTION _abc.normalize(value double precision, method text) RETURNS double precision
LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_normalize';
COMMENT ON FUNCTION _abc.normalize(double precision, text) IS 'abc_normalize of double precision';

CREATE FUNCTION _abc.cutoffs_transfn(internal, numeric, @extschema@.abc_scheme) RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_cutoffs_transfn';
COMMENT ON FUNCTION _abc.cutoffs_transfn(internal, numeric, @extschema@.abc_scheme) IS
'transition function of _abc.cutoffs';
CREATE FUNCTION _abc.cutoffs_finalfn(internal, numeric, @extschema@.abc_scheme) RETURNS numeric[]
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_cutoffs_finalfn';
COMMENT ON FUNCTION _abc.cutoffs_finalfn(internal, numeric, @extschema@.abc_scheme) IS 'final function of _abc.cutoffs';
CREATE AGGREGATE _abc.cutoffs(value numeric, scheme @extschema@.abc_scheme) (
	SFUNC = _abc.cutoffs_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = _abc.cutoffs_finalfn, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE _abc.cutoffs(numeric, @extschema@.abc_scheme) IS 'abc_cutoffs of numeric';

CREATE FUNCTION _abc.cutoffs_transfn(internal, double precision, @extschema@.abc_scheme) RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_cutoffs_transfn';
COMMENT ON FUNCTION _abc.cutoffs_transfn(internal, double precision, @extschema@.abc_scheme) IS
'transition function of _abc.cutoffs';
CREATE FUNCTION _abc.cutoffs_finalfn(internal, double precision, @extschema@.abc_scheme) RETURNS double precision[]
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_cutoffs_finalfn';
COMMENT ON FUNCTION _abc.cutoffs_finalfn(internal, double precision, @extschema@.abc_scheme) IS
'final function of _abc.cutoffs';
CREATE AGGREGATE _abc.cutoffs(value double precision, scheme @extschema@.abc_scheme) (
	SFUNC = _abc.cutoffs_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = _abc.cutoffs_finalfn, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE _abc.cutoffs(double precision, @extschema@.abc_scheme) IS 'abc_cutoffs of double precision';

CREATE FUNCTION _abc.cutoffs_transfn(internal, bigint, @extschema@.abc_scheme) RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_cutoffs_transfn';
COMMENT ON FUNCTION _abc.cutoffs_transfn(internal, bigint, @extschema@.abc_scheme) IS
'transition function of _abc.cutoffs';
CREATE FUNCTION _abc.cutoffs_finalfn(internal, bigint, @extschema@.abc_scheme) RETURNS bigint[]
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_cutoffs_finalfn';
COMMENT ON FUNCTION _abc.cutoffs_finalfn(internal, bigint, @extschema@.abc_scheme) IS 'final function of _abc.cutoffs';
CREATE AGGREGATE _abc.cutoffs(value bigint, scheme @extschema@.abc_scheme) (
	SFUNC = _abc.cutoffs_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = _abc.cutoffs_finalfn, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE _abc.cutoffs(bigint, @extschema@.abc_scheme) IS 'abc_cutoffs of bigint';

CREATE FUNCTION _abc.cutoffs_transfn(internal, real, @extschema@.abc_scheme) RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_cutoffs_transfn';
COMMENT ON FUNCTION _abc.cutoffs_transfn(internal, real, @extschema@.abc_scheme) IS
'transition function of _abc.cutoffs';
CREATE FUNCTION _abc.cutoffs_finalfn(internal, real, @extschema@.abc_scheme) RETURNS real[]
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_cutoffs_finalfn';
COMMENT ON FUNCTION _abc.cutoffs_finalfn(internal, real, @extschema@.abc_scheme) IS 'final function of _abc.cutoffs';
CREATE AGGREGATE _abc.cutoffs(value real, scheme @extschema@.abc_scheme) (
	SFUNC = _abc.cutoffs_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = _abc.cutoffs_finalfn, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE _abc.cutoffs(real, @extschema@.abc_scheme) IS 'abc_cutoffs of real';

CREATE FUNCTION _abc.cutoffs_transfn(internal, integer, @extschema@.abc_scheme) RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_cutoffs_transfn';
COMMENT ON FUNCTION _abc.cutoffs_transfn(internal, integer, @extschema@.abc_scheme) IS
'transition function of _abc.cutoffs';
CREATE FUNCTION _abc.cutoffs_finalfn(internal, integer, @extschema@.abc_scheme) RETURNS integer[]
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_cutoffs_finalfn';
COMMENT ON FUNCTION _abc.cutoffs_finalfn(internal, integer, @extschema@.abc_scheme) IS 'final function of _abc.cutoffs';
CREATE AGGREGATE _abc.cutoffs(value integer, scheme @extschema@.abc_scheme) (
	SFUNC = _abc.cutoffs_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = _abc.cutoffs_finalfn, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE _abc.cutoffs(integer, @extschema@.abc_scheme) IS 'abc_cutoffs of integer';

CREATE FUNCTION _abc.cutoffs_transfn(internal, smallint, @extschema@.abc_scheme) RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_cutoffs_transfn';
COMMENT ON FUNCTION _abc.cutoffs_transfn(internal, smallint, @extschema@.abc_scheme) IS
'transition function of _abc.cutoffs';
CREATE FUNCTION _abc.cutoffs_finalfn(internal, smallint, @extschema@.abc_scheme) RETURNS smallint[]
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_cutoffs_finalfn';
COMMENT ON FUNCTION _abc.cutoffs_finalfn(internal, smallint, @extschema@.abc_scheme) IS
'final function of _abc.cutoffs';
CREATE AGGREGATE _abc.cutoffs(value smallint, scheme @extschema@.abc_scheme) (
	SFUNC = _abc.cutoffs_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = _abc.cutoffs_finalfn, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE _abc.cutoffs(smallint, @extschema@.abc_scheme) IS 'abc_cutoffs of smallint';
