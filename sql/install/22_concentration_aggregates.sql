--
-- Concentration from ordered values: the aggregates
--

CREATE FUNCTION abc_gini_finalfn(internal) RETURNS float8
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_gini_finalfn';
COMMENT ON FUNCTION abc_gini_finalfn(internal) IS 'final function of abc_gini';

CREATE FUNCTION abc_top_share_finalfn(internal) RETURNS float8
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_top_share_finalfn';
COMMENT ON FUNCTION abc_top_share_finalfn(internal) IS 'final function of abc_top_share';

CREATE FUNCTION abc_top_n_share_finalfn(internal) RETURNS float8
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_top_n_share_finalfn';
COMMENT ON FUNCTION abc_top_n_share_finalfn(internal) IS 'final function of abc_top_n_share';

CREATE FUNCTION abc_top_count_finalfn(internal) RETURNS bigint
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_top_count_finalfn';
COMMENT ON FUNCTION abc_top_count_finalfn(internal) IS 'final function of abc_top_count';

CREATE AGGREGATE abc_gini(value anyelement) (
	SFUNC = abc_gini_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_gini_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_gini(anyelement) IS
	'Gini coefficient in its population form, 0 (all equal) to 1 - 1/n; exact sums; a negative value is an error, a '
		'total of 0 gives NULL';

CREATE AGGREGATE abc_gini(value anyelement, corrected boolean) (
	SFUNC = abc_gini_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_gini_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_gini(anyelement, boolean) IS
	'Gini coefficient; corrected: times n/(n-1), so that it reaches 1, and NULL for one value; exact sums; a negative '
		'value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_share(value anyelement, fraction float8) (
	SFUNC = abc_top_share_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_top_share_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_share(anyelement, float8) IS
	'share of the total held by this fraction of the values, the largest, their number rounded up; exact sums; a '
		'negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_n_share(value anyelement, customers bigint) (
	SFUNC = abc_top_n_share_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_top_n_share_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_n_share(anyelement, bigint) IS
	'share of the total held by so many of the largest values; exact sums; a negative value is an error, a total of 0 '
		'gives NULL';

CREATE AGGREGATE abc_top_count(value anyelement, share float8) (
	SFUNC = abc_top_count_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_top_count_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_count(anyelement, float8) IS
	'least number of values, largest first, that hold at least this share of the total; exact sums; a negative value '
		'is an error, a total of 0 gives NULL';
