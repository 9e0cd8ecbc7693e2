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
