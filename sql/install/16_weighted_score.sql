--
-- Weighted score
--
-- The state is a type of its own: exact sums, the same for any order and any split of the rows, so
-- that the aggregate can be computed in parts, by parallel workers or by the shards of a cluster.
--

CREATE TYPE abc_exact_sums;

CREATE FUNCTION abc_exact_sums_in(cstring) RETURNS abc_exact_sums
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_exact_sums_in';
COMMENT ON FUNCTION abc_exact_sums_in(cstring) IS 'text input of abc_exact_sums: only the canonical form';

CREATE FUNCTION abc_exact_sums_out(abc_exact_sums) RETURNS cstring
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_exact_sums_out';
COMMENT ON FUNCTION abc_exact_sums_out(abc_exact_sums) IS
	'text output of abc_exact_sums: what the sums are of, kind, rows, and each sum in hexadecimal with its unit';

CREATE FUNCTION abc_exact_sums_recv(internal) RETURNS abc_exact_sums
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_exact_sums_recv';
COMMENT ON FUNCTION abc_exact_sums_recv(internal) IS
'binary input of abc_exact_sums: every field checked, only the canonical form';

CREATE FUNCTION abc_exact_sums_send(abc_exact_sums) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_exact_sums_send';
COMMENT ON FUNCTION abc_exact_sums_send(abc_exact_sums) IS 'binary output of abc_exact_sums: the canonical form';

CREATE TYPE abc_exact_sums (
	INPUT = abc_exact_sums_in,
	OUTPUT = abc_exact_sums_out,
	RECEIVE = abc_exact_sums_recv,
	SEND = abc_exact_sums_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE abc_exact_sums IS
'exact sums over rows: the mergeable state of abc_weighted_score and of the aggregates of moments';

CREATE FUNCTION abc_exact_sums_combine(abc_exact_sums, abc_exact_sums) RETURNS abc_exact_sums
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_exact_sums_combine';
COMMENT ON FUNCTION abc_exact_sums_combine(abc_exact_sums, abc_exact_sums) IS
'combine function of aggregates whose state is abc_exact_sums';

CREATE FUNCTION abc_weighted_score_transfn(abc_exact_sums, float8, float8) RETURNS abc_exact_sums
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_weighted_score_float8_transfn';
COMMENT ON FUNCTION abc_weighted_score_transfn(abc_exact_sums, float8, float8) IS
'transition function of abc_weighted_score';

CREATE FUNCTION abc_weighted_score_float8_finalfn(abc_exact_sums) RETURNS float8
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_weighted_score_float8_finalfn';
COMMENT ON FUNCTION abc_weighted_score_float8_finalfn(abc_exact_sums) IS 'final function of abc_weighted_score';

CREATE AGGREGATE abc_weighted_score(value float8, weight float8) (
	SFUNC = abc_weighted_score_transfn, STYPE = abc_exact_sums, SSPACE = 128,
	FINALFUNC = abc_weighted_score_float8_finalfn, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_weighted_score(float8, float8) IS
	'sum(value * weight) / sum(weight): products and sums exact; a NULL in either skips the row; a negative weight is '
		'an error; weights summing to 0 give NULL';

CREATE FUNCTION abc_weighted_score_transfn(abc_exact_sums, numeric, numeric) RETURNS abc_exact_sums
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_weighted_score_numeric_transfn';
COMMENT ON FUNCTION abc_weighted_score_transfn(abc_exact_sums, numeric, numeric) IS
'transition function of abc_weighted_score';

CREATE FUNCTION abc_weighted_score_numeric_finalfn(abc_exact_sums) RETURNS numeric
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_weighted_score_numeric_finalfn';
COMMENT ON FUNCTION abc_weighted_score_numeric_finalfn(abc_exact_sums) IS 'final function of abc_weighted_score';

CREATE AGGREGATE abc_weighted_score(value numeric, weight numeric) (
	SFUNC = abc_weighted_score_transfn, STYPE = abc_exact_sums, SSPACE = 128,
	FINALFUNC = abc_weighted_score_numeric_finalfn, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = abc_exact_sums_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_weighted_score(numeric, numeric) IS
	'sum(value * weight) / sum(weight), exact and divided as numerics are; a NULL in either skips the row; a negative '
		'weight is an error; weights summing to 0 give NULL';
