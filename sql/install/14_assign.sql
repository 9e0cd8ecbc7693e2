--
-- Tiers by cut-offs that are given
--

CREATE FUNCTION abc_assign(value float8, cutoffs float8[]) RETURNS abc_tier
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_assign_float8';
COMMENT ON FUNCTION abc_assign(float8, float8[]) IS
	'tier of a value given the cut-offs of abc_cutoffs: the first whose cut-off it reaches, else the last; NULL gives '
		'NULL';

CREATE FUNCTION abc_assign(value bigint, cutoffs bigint[]) RETURNS abc_tier
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_assign_int8';
COMMENT ON FUNCTION abc_assign(bigint, bigint[]) IS
	'tier of a value given the cut-offs of abc_cutoffs: the first whose cut-off it reaches, else the last; NULL gives '
		'NULL';

CREATE FUNCTION abc_assign(value numeric, cutoffs numeric[]) RETURNS abc_tier
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_assign_numeric';
COMMENT ON FUNCTION abc_assign(numeric, numeric[]) IS
	'tier of a value given the cut-offs of abc_cutoffs: the first whose cut-off it reaches, else the last; NULL gives '
		'NULL';
