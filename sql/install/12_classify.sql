--
-- Tiers over a partition: window functions
--
-- Declared once for all types of numbers (smallint, integer, bigint, real, double precision, numeric,
-- and domains over them); a value of any other type is an error when the first row is read.
--

CREATE FUNCTION abc_classify(value anyelement, scheme abc_scheme DEFAULT 'share 80/95') RETURNS abc_tier
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_classify';
COMMENT ON FUNCTION abc_classify(anyelement, abc_scheme) IS
	'tier of the row in its partition under a scheme, the same for all rows of the partition; no ORDER BY needed; NULL '
		'gets NULL, NaN and infinity are errors, negative as the scheme says';

CREATE FUNCTION abc_cumulative_share(value anyelement) RETURNS float8
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_cumulative_share';
COMMENT ON FUNCTION abc_cumulative_share(anyelement) IS
	'share of the partition''s total held by rows with this value or more, 0 to 1; no ORDER BY needed; NULL gets NULL, '
		'negative values weigh nothing, NaN and infinity are errors, NULL without a positive value';
