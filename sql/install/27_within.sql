--
-- A value in one of many intervals
--

CREATE FUNCTION abc_within(value float8, lows float8[], highs float8[]) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_within_float8';
COMMENT ON FUNCTION abc_within(float8, float8[], float8[]) IS
	'whether the value is in an interval from lows[i] to highs[i], both included; in any number of them by binary '
		'search';

CREATE FUNCTION abc_within(value bigint, lows bigint[], highs bigint[]) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_within_int8';
COMMENT ON FUNCTION abc_within(bigint, bigint[], bigint[]) IS
	'whether the value is in an interval from lows[i] to highs[i], both included; in any number of them by binary '
		'search';

CREATE FUNCTION abc_within(value numeric, lows numeric[], highs numeric[]) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_within_numeric';
COMMENT ON FUNCTION abc_within(numeric, numeric[], numeric[]) IS
	'whether the value is in an interval from lows[i] to highs[i], both included; in any number of them by binary '
		'search';
