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

CREATE FUNCTION abc_top_fraction_finalfn(internal) RETURNS float8
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_top_fraction_finalfn';
COMMENT ON FUNCTION abc_top_fraction_finalfn(internal) IS 'final function of abc_top_fraction';

CREATE FUNCTION abc_lorenz_finalfn(internal) RETURNS abc_lorenz_point[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_lorenz_finalfn';
COMMENT ON FUNCTION abc_lorenz_finalfn(internal) IS 'final function of abc_lorenz';

CREATE AGGREGATE abc_gini(value float8) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_gini_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_gini(float8) IS
	'Gini coefficient in its population form, 0 (all equal) to 1 - 1/n; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_gini(value float8, corrected boolean) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_gini_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_gini(float8, boolean) IS
	'Gini coefficient; corrected: times n/(n-1), so that it reaches 1, and NULL for one value; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_share(value float8, fraction float8) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_top_share_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_share(float8, float8) IS
	'share of the total held by this fraction of the values, the largest, their number rounded up; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_n_share(value float8, customers bigint) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_top_n_share_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_n_share(float8, bigint) IS
	'share of the total held by so many of the largest values; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_count(value float8, share float8) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_top_count_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_count(float8, float8) IS
	'least number of values, largest first, that hold at least this share of the total; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_fraction(value float8, share float8) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_top_fraction_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_fraction(float8, float8) IS
	'the number of values of abc_top_count as a share of all values; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_lorenz(value float8) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_lorenz_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_lorenz(float8) IS
	'Lorenz curve from the smallest value up, as an array of 101 points or one for each value, for SELECT * FROM unnest((SELECT abc_lorenz(value) FROM ...)); exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_lorenz(value float8, points integer) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_lorenz_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_lorenz(float8, integer) IS
	'Lorenz curve from the smallest value up, with so many steps, or one for each value if there are less; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_gini(value bigint) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_gini_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_gini(bigint) IS
	'Gini coefficient in its population form, 0 (all equal) to 1 - 1/n; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_gini(value bigint, corrected boolean) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_gini_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_gini(bigint, boolean) IS
	'Gini coefficient; corrected: times n/(n-1), so that it reaches 1, and NULL for one value; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_share(value bigint, fraction float8) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_top_share_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_share(bigint, float8) IS
	'share of the total held by this fraction of the values, the largest, their number rounded up; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_n_share(value bigint, customers bigint) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_top_n_share_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_n_share(bigint, bigint) IS
	'share of the total held by so many of the largest values; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_count(value bigint, share float8) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_top_count_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_count(bigint, float8) IS
	'least number of values, largest first, that hold at least this share of the total; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_fraction(value bigint, share float8) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_top_fraction_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_fraction(bigint, float8) IS
	'the number of values of abc_top_count as a share of all values; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_lorenz(value bigint) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_lorenz_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_lorenz(bigint) IS
	'Lorenz curve from the smallest value up, as an array of 101 points or one for each value, for SELECT * FROM unnest((SELECT abc_lorenz(value) FROM ...)); exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_lorenz(value bigint, points integer) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_lorenz_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_lorenz(bigint, integer) IS
	'Lorenz curve from the smallest value up, with so many steps, or one for each value if there are less; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_gini(value numeric) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_gini_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_gini(numeric) IS
	'Gini coefficient in its population form, 0 (all equal) to 1 - 1/n; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_gini(value numeric, corrected boolean) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_gini_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_gini(numeric, boolean) IS
	'Gini coefficient; corrected: times n/(n-1), so that it reaches 1, and NULL for one value; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_share(value numeric, fraction float8) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_top_share_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_share(numeric, float8) IS
	'share of the total held by this fraction of the values, the largest, their number rounded up; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_n_share(value numeric, customers bigint) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_top_n_share_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_n_share(numeric, bigint) IS
	'share of the total held by so many of the largest values; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_count(value numeric, share float8) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_top_count_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_count(numeric, float8) IS
	'least number of values, largest first, that hold at least this share of the total; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_top_fraction(value numeric, share float8) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_top_fraction_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_top_fraction(numeric, float8) IS
	'the number of values of abc_top_count as a share of all values; exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_lorenz(value numeric) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_lorenz_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_lorenz(numeric) IS
	'Lorenz curve from the smallest value up, as an array of 101 points or one for each value, for SELECT * FROM unnest((SELECT abc_lorenz(value) FROM ...)); exact sums; a negative value is an error, a total of 0 gives NULL';

CREATE AGGREGATE abc_lorenz(value numeric, points integer) (
	SFUNC = abc_concentration_transfn, STYPE = internal, SSPACE = 1024,
	FINALFUNC = abc_lorenz_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_lorenz(numeric, integer) IS
	'Lorenz curve from the smallest value up, with so many steps, or one for each value if there are less; exact sums; a negative value is an error, a total of 0 gives NULL';
