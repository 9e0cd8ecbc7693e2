--
-- Type abc_summary: a mergeable summary of a distribution
--

CREATE TYPE abc_summary;

CREATE FUNCTION abc_summary_in(cstring) RETURNS abc_summary
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_in';
COMMENT ON FUNCTION abc_summary_in(cstring) IS
'text input of abc_summary: the canonical form in hexadecimal, every byte checked';

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
	'mergeable summary of a distribution: number of rows and exact sum in at most 2,000 buckets, the finest powers of '
		'two that allow it; the same bytes for the same values, however they were divided and merged';

--
-- Comparison and hashing, for DISTINCT, GROUP BY, UNION and sorting.  The order is that of the bytes of the
-- external form and means nothing; what is equal is the same summary.
--

CREATE FUNCTION abc_summary_eq(abc_summary, abc_summary) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_eq';
COMMENT ON FUNCTION abc_summary_eq(abc_summary, abc_summary) IS
'implementation of the operator = (abc_summary, abc_summary)';

CREATE FUNCTION abc_summary_ne(abc_summary, abc_summary) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_ne';
COMMENT ON FUNCTION abc_summary_ne(abc_summary, abc_summary) IS
'implementation of the operator <> (abc_summary, abc_summary)';

CREATE FUNCTION abc_summary_lt(abc_summary, abc_summary) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_lt';
COMMENT ON FUNCTION abc_summary_lt(abc_summary, abc_summary) IS
'implementation of the operator < (abc_summary, abc_summary)';

CREATE FUNCTION abc_summary_le(abc_summary, abc_summary) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_le';
COMMENT ON FUNCTION abc_summary_le(abc_summary, abc_summary) IS
'implementation of the operator <= (abc_summary, abc_summary)';

CREATE FUNCTION abc_summary_gt(abc_summary, abc_summary) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_gt';
COMMENT ON FUNCTION abc_summary_gt(abc_summary, abc_summary) IS
'implementation of the operator > (abc_summary, abc_summary)';

CREATE FUNCTION abc_summary_ge(abc_summary, abc_summary) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_ge';
COMMENT ON FUNCTION abc_summary_ge(abc_summary, abc_summary) IS
'implementation of the operator >= (abc_summary, abc_summary)';

CREATE OPERATOR = (
	LEFTARG = abc_summary, RIGHTARG = abc_summary, FUNCTION = abc_summary_eq,
	COMMUTATOR = OPERATOR(@extschema@.=), NEGATOR = OPERATOR(@extschema@.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR = (abc_summary, abc_summary) IS 'the same summary: equal number of rows and sum in every bucket';

CREATE OPERATOR <> (
	LEFTARG = abc_summary, RIGHTARG = abc_summary, FUNCTION = abc_summary_ne,
	COMMUTATOR = OPERATOR(@extschema@.<>), NEGATOR = OPERATOR(@extschema@.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (abc_summary, abc_summary) IS 'another summary';

CREATE OPERATOR < (
	LEFTARG = abc_summary, RIGHTARG = abc_summary, FUNCTION = abc_summary_lt,
	COMMUTATOR = OPERATOR(@extschema@.>), NEGATOR = OPERATOR(@extschema@.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (abc_summary, abc_summary) IS 'before, by the bytes';

CREATE OPERATOR <= (
	LEFTARG = abc_summary, RIGHTARG = abc_summary, FUNCTION = abc_summary_le,
	COMMUTATOR = OPERATOR(@extschema@.>=), NEGATOR = OPERATOR(@extschema@.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (abc_summary, abc_summary) IS 'before or the same, by the bytes';

CREATE OPERATOR > (
	LEFTARG = abc_summary, RIGHTARG = abc_summary, FUNCTION = abc_summary_gt,
	COMMUTATOR = OPERATOR(@extschema@.<), NEGATOR = OPERATOR(@extschema@.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (abc_summary, abc_summary) IS 'behind, by the bytes';

CREATE OPERATOR >= (
	LEFTARG = abc_summary, RIGHTARG = abc_summary, FUNCTION = abc_summary_ge,
	COMMUTATOR = OPERATOR(@extschema@.<=), NEGATOR = OPERATOR(@extschema@.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (abc_summary, abc_summary) IS 'behind or the same, by the bytes';

CREATE FUNCTION abc_summary_cmp(abc_summary, abc_summary) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_cmp';
COMMENT ON FUNCTION abc_summary_cmp(abc_summary, abc_summary) IS
'order of two summaries, by their bytes: -1, 0 or 1; btree support';

CREATE FUNCTION abc_summary_hash(abc_summary) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_hash';
COMMENT ON FUNCTION abc_summary_hash(abc_summary) IS 'hash of a summary''s bytes; hash support';

CREATE FUNCTION abc_summary_hash_extended(abc_summary, bigint) RETURNS bigint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summary_hash_extended';
COMMENT ON FUNCTION abc_summary_hash_extended(abc_summary, bigint) IS
'hash of a summary''s bytes with a seed; hash support';

CREATE OPERATOR FAMILY abc_summary_ops USING btree;
COMMENT ON OPERATOR FAMILY abc_summary_ops USING btree IS 'order of summaries, by their bytes';

CREATE OPERATOR CLASS abc_summary_ops DEFAULT FOR TYPE abc_summary USING btree FAMILY abc_summary_ops AS
	OPERATOR 1 @extschema@.<, OPERATOR 2 @extschema@.<=, OPERATOR 3 @extschema@.=, OPERATOR 4 @extschema@.>=,
		OPERATOR 5 @extschema@.>,
	FUNCTION 1 @extschema@.abc_summary_cmp(abc_summary, abc_summary);
COMMENT ON OPERATOR CLASS abc_summary_ops USING btree IS 'order of summaries, by their bytes';

CREATE OPERATOR FAMILY abc_summary_ops USING hash;
COMMENT ON OPERATOR FAMILY abc_summary_ops USING hash IS 'equality of summaries';

CREATE OPERATOR CLASS abc_summary_ops DEFAULT FOR TYPE abc_summary USING hash FAMILY abc_summary_ops AS
	OPERATOR 1 @extschema@.=,
	FUNCTION 1 @extschema@.abc_summary_hash(abc_summary),
	FUNCTION 2 @extschema@.abc_summary_hash_extended(abc_summary, bigint);
COMMENT ON OPERATOR CLASS abc_summary_ops USING hash IS 'equality of summaries';
