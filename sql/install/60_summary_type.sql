--
-- Type abc_summary: a mergeable summary of a distribution
--

CREATE TYPE abc_summary;

CREATE FUNCTION abc_summary_in(cstring) RETURNS abc_summary
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_in';
COMMENT ON FUNCTION abc_summary_in(cstring) IS 'text input of abc_summary: the canonical form in hexadecimal, every byte checked';

CREATE FUNCTION abc_summary_out(abc_summary) RETURNS cstring
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_out';
COMMENT ON FUNCTION abc_summary_out(abc_summary) IS 'text output of abc_summary: the canonical form in hexadecimal';

CREATE FUNCTION abc_summary_recv(internal) RETURNS abc_summary
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_recv';
COMMENT ON FUNCTION abc_summary_recv(internal) IS 'binary input of abc_summary: the canonical form, every byte checked';

CREATE FUNCTION abc_summary_send(abc_summary) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_send';
COMMENT ON FUNCTION abc_summary_send(abc_summary) IS 'binary output of abc_summary: the canonical form';

CREATE TYPE abc_summary (
	INPUT = abc_summary_in,
	OUTPUT = abc_summary_out,
	RECEIVE = abc_summary_recv,
	SEND = abc_summary_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE abc_summary IS
	'mergeable summary of a distribution: number of rows and exact sum in at most 2,000 buckets, the finest powers of two that allow it; the same bytes for the same values, however they were divided and merged';

CREATE FUNCTION abc_summary_eq(abc_summary, abc_summary) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_eq';
COMMENT ON FUNCTION abc_summary_eq(abc_summary, abc_summary) IS 'implementation of the operator = (abc_summary, abc_summary)';

CREATE FUNCTION abc_summary_ne(abc_summary, abc_summary) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_ne';
COMMENT ON FUNCTION abc_summary_ne(abc_summary, abc_summary) IS 'implementation of the operator <> (abc_summary, abc_summary)';

CREATE OPERATOR = (
	LEFTARG = abc_summary, RIGHTARG = abc_summary, FUNCTION = abc_summary_eq,
	COMMUTATOR = OPERATOR(@extschema@.=), NEGATOR = OPERATOR(@extschema@.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR = (abc_summary, abc_summary) IS 'the same summary: equal number of rows and sum in every bucket';

CREATE OPERATOR <> (
	LEFTARG = abc_summary, RIGHTARG = abc_summary, FUNCTION = abc_summary_ne,
	COMMUTATOR = OPERATOR(@extschema@.<>), NEGATOR = OPERATOR(@extschema@.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (abc_summary, abc_summary) IS 'another summary';
