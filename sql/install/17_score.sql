--
-- Metrics made comparable, and weighted scores
--

CREATE FUNCTION abc_normalize(value anyelement, method text) RETURNS float8
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_normalize';
COMMENT ON FUNCTION abc_normalize(anyelement, text) IS
	'the value, of any number type, made comparable within its partition: [lower] none, ratio, minmax, zscore, rank or '
		'ntile N; no ORDER BY needed; NULL gets NULL; where all values are equal minmax, zscore and rank give 0';

CREATE FUNCTION abc_score(
	metrics float8[],
	weights float8[],
	methods text[] DEFAULT NULL,
	missing text DEFAULT 'renormalize'
) RETURNS float8
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_score';
COMMENT ON FUNCTION abc_score(float8[], float8[], text[], text) IS
	'weighted sum of the row''s metrics, each normalized within the partition (without methods: one as it is, several '
		'by rank); weights as given; missing: renormalize, zero or null for a NULL metric; no ORDER BY needed';

--
-- Points by a score map
--

CREATE FUNCTION abc_points(value float8, breaks float8[], points float8[], mode text DEFAULT 'step') RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_points';
COMMENT ON FUNCTION abc_points(float8, float8[], float8[], text) IS
	'points of the last break that the value reaches, 0 below the first; linear: on the straight line between breaks, '
		'flat beyond both ends; NULL gives NULL';
