--
-- Concentration from ordered values: every value is kept, in one process, within work_mem and then in a temporary
-- file.  PARALLEL SAFE without a combine function, so that the scan below may be parallel.  Declared
-- once for all types of numbers.
--

CREATE FUNCTION abc_gini_transfn(internal, anyelement) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_gini_transfn';
COMMENT ON FUNCTION abc_gini_transfn(internal, anyelement) IS 'transition function of abc_gini';

CREATE FUNCTION abc_gini_transfn(internal, anyelement, boolean) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_gini_transfn';
COMMENT ON FUNCTION abc_gini_transfn(internal, anyelement, boolean) IS 'transition function of abc_gini';

CREATE FUNCTION abc_top_share_transfn(internal, anyelement, float8) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_top_share_transfn';
COMMENT ON FUNCTION abc_top_share_transfn(internal, anyelement, float8) IS 'transition function of abc_top_share';

CREATE FUNCTION abc_top_n_share_transfn(internal, anyelement, bigint) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_top_n_share_transfn';
COMMENT ON FUNCTION abc_top_n_share_transfn(internal, anyelement, bigint) IS 'transition function of abc_top_n_share';

CREATE FUNCTION abc_top_count_transfn(internal, anyelement, float8) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_top_count_transfn';
COMMENT ON FUNCTION abc_top_count_transfn(internal, anyelement, float8) IS 'transition function of abc_top_count';
