--
-- Tiers: window functions, cut-offs, assignment
--
-- Each for float8, bigint and numeric; smaller types resolve to float8, which
-- holds every one of their values exactly.
--

CREATE FUNCTION abc_classify(value float8) RETURNS abc_tier
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_classify_float8';
COMMENT ON FUNCTION abc_classify(float8) IS
	'tier of the row in its partition under the scheme share 80/95; no ORDER BY needed; NULL gets NULL, negative and zero the last tier, NaN and infinity are errors, all is NULL without a positive value';

CREATE FUNCTION abc_classify(value float8, scheme abc_scheme) RETURNS abc_tier
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_classify_float8';
COMMENT ON FUNCTION abc_classify(float8, abc_scheme) IS
	'tier of the row in its partition under a scheme, the same for all rows of the partition; no ORDER BY needed; NULL gets NULL, NaN and infinity are errors, negative as the scheme says';

CREATE FUNCTION abc_classify(value bigint) RETURNS abc_tier
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_classify_int8';
COMMENT ON FUNCTION abc_classify(bigint) IS
	'tier of the row in its partition under the scheme share 80/95; no ORDER BY needed; NULL gets NULL, negative and zero the last tier, NaN and infinity are errors, all is NULL without a positive value';

CREATE FUNCTION abc_classify(value bigint, scheme abc_scheme) RETURNS abc_tier
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_classify_int8';
COMMENT ON FUNCTION abc_classify(bigint, abc_scheme) IS
	'tier of the row in its partition under a scheme, the same for all rows of the partition; no ORDER BY needed; NULL gets NULL, NaN and infinity are errors, negative as the scheme says';

CREATE FUNCTION abc_classify(value numeric) RETURNS abc_tier
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_classify_numeric';
COMMENT ON FUNCTION abc_classify(numeric) IS
	'tier of the row in its partition under the scheme share 80/95; no ORDER BY needed; NULL gets NULL, negative and zero the last tier, NaN and infinity are errors, all is NULL without a positive value';

CREATE FUNCTION abc_classify(value numeric, scheme abc_scheme) RETURNS abc_tier
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_classify_numeric';
COMMENT ON FUNCTION abc_classify(numeric, abc_scheme) IS
	'tier of the row in its partition under a scheme, the same for all rows of the partition; no ORDER BY needed; NULL gets NULL, NaN and infinity are errors, negative as the scheme says';

CREATE FUNCTION abc_cumulative_share(value float8) RETURNS float8
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cumulative_share_float8';
COMMENT ON FUNCTION abc_cumulative_share(float8) IS
	'share of the partition''s total held by rows with this value or more, 0 to 1; no ORDER BY needed; NULL gets NULL, negative values weigh nothing, NaN and infinity are errors, NULL without a positive value';

CREATE FUNCTION abc_cumulative_share(value bigint) RETURNS float8
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cumulative_share_int8';
COMMENT ON FUNCTION abc_cumulative_share(bigint) IS
	'share of the partition''s total held by rows with this value or more, 0 to 1; no ORDER BY needed; NULL gets NULL, negative values weigh nothing, NaN and infinity are errors, NULL without a positive value';

CREATE FUNCTION abc_cumulative_share(value numeric) RETURNS float8
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cumulative_share_numeric';
COMMENT ON FUNCTION abc_cumulative_share(numeric) IS
	'share of the partition''s total held by rows with this value or more, 0 to 1; no ORDER BY needed; NULL gets NULL, negative values weigh nothing, NaN and infinity are errors, NULL without a positive value';
