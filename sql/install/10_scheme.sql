--
-- Type abc_scheme
--

CREATE TYPE abc_scheme;

CREATE FUNCTION abc_scheme_in(cstring) RETURNS abc_scheme
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_scheme_in';
COMMENT ON FUNCTION abc_scheme_in(cstring) IS 'text input of abc_scheme: checked, kept in its canonical form';

CREATE FUNCTION abc_scheme_out(abc_scheme) RETURNS cstring
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
	AS 'textout';
COMMENT ON FUNCTION abc_scheme_out(abc_scheme) IS 'text output of abc_scheme: the canonical form';

CREATE FUNCTION abc_scheme_recv(internal) RETURNS abc_scheme
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_scheme_recv';
COMMENT ON FUNCTION abc_scheme_recv(internal) IS 'binary input of abc_scheme: its text, checked';

CREATE FUNCTION abc_scheme_send(abc_scheme) RETURNS bytea
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
	AS 'textsend';
COMMENT ON FUNCTION abc_scheme_send(abc_scheme) IS 'binary output of abc_scheme: its canonical text';

CREATE TYPE abc_scheme (
	INPUT = abc_scheme_in,
	OUTPUT = abc_scheme_out,
	RECEIVE = abc_scheme_recv,
	SEND = abc_scheme_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE abc_scheme IS
'how to cut customers into tiers, such as 80/95, count 15/50, top 50/200, value >5000, fill 70+20';

CREATE FUNCTION abc_scheme_from_text(text) RETURNS abc_scheme
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_scheme_from_text';
COMMENT ON FUNCTION abc_scheme_from_text(text) IS 'the scheme that a text describes';

CREATE CAST (text AS abc_scheme) WITH FUNCTION abc_scheme_from_text(text) AS IMPLICIT;
COMMENT ON CAST (text AS abc_scheme) IS 'the scheme that the text describes';
CREATE CAST (varchar AS abc_scheme) WITH FUNCTION abc_scheme_from_text(text) AS IMPLICIT;
COMMENT ON CAST (varchar AS abc_scheme) IS 'the scheme that the text describes';
CREATE CAST (abc_scheme AS text) WITHOUT FUNCTION AS ASSIGNMENT;
COMMENT ON CAST (abc_scheme AS text) IS 'the canonical text of the scheme';
CREATE CAST (abc_scheme AS varchar) WITHOUT FUNCTION AS ASSIGNMENT;
COMMENT ON CAST (abc_scheme AS varchar) IS 'the canonical text of the scheme';

-- Equality and order of schemes, by the bytes of the canonical text: for DISTINCT, GROUP BY, UNION.

CREATE FUNCTION abc_scheme_eq(abc_scheme, abc_scheme) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
	AS 'byteaeq';
COMMENT ON FUNCTION abc_scheme_eq(abc_scheme, abc_scheme) IS
'implementation of the operator = (abc_scheme, abc_scheme)';

CREATE FUNCTION abc_scheme_ne(abc_scheme, abc_scheme) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
	AS 'byteane';
COMMENT ON FUNCTION abc_scheme_ne(abc_scheme, abc_scheme) IS
'implementation of the operator <> (abc_scheme, abc_scheme)';

CREATE FUNCTION abc_scheme_lt(abc_scheme, abc_scheme) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
	AS 'bytealt';
COMMENT ON FUNCTION abc_scheme_lt(abc_scheme, abc_scheme) IS
'implementation of the operator < (abc_scheme, abc_scheme)';

CREATE FUNCTION abc_scheme_le(abc_scheme, abc_scheme) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
	AS 'byteale';
COMMENT ON FUNCTION abc_scheme_le(abc_scheme, abc_scheme) IS
'implementation of the operator <= (abc_scheme, abc_scheme)';

CREATE FUNCTION abc_scheme_ge(abc_scheme, abc_scheme) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
	AS 'byteage';
COMMENT ON FUNCTION abc_scheme_ge(abc_scheme, abc_scheme) IS
'implementation of the operator >= (abc_scheme, abc_scheme)';

CREATE FUNCTION abc_scheme_gt(abc_scheme, abc_scheme) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
	AS 'byteagt';
COMMENT ON FUNCTION abc_scheme_gt(abc_scheme, abc_scheme) IS
'implementation of the operator > (abc_scheme, abc_scheme)';

CREATE OPERATOR = (
	LEFTARG = abc_scheme, RIGHTARG = abc_scheme, FUNCTION = abc_scheme_eq,
	COMMUTATOR = OPERATOR(@extschema@.=), NEGATOR = OPERATOR(@extschema@.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel,
	HASHES, MERGES
);
COMMENT ON OPERATOR = (abc_scheme, abc_scheme) IS 'the same scheme';

CREATE OPERATOR <> (
	LEFTARG = abc_scheme, RIGHTARG = abc_scheme, FUNCTION = abc_scheme_ne,
	COMMUTATOR = OPERATOR(@extschema@.<>), NEGATOR = OPERATOR(@extschema@.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (abc_scheme, abc_scheme) IS 'another scheme';

CREATE OPERATOR < (
	LEFTARG = abc_scheme, RIGHTARG = abc_scheme, FUNCTION = abc_scheme_lt,
	COMMUTATOR = OPERATOR(@extschema@.>), NEGATOR = OPERATOR(@extschema@.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (abc_scheme, abc_scheme) IS 'less than, by the bytes of the canonical text';

CREATE OPERATOR <= (
	LEFTARG = abc_scheme, RIGHTARG = abc_scheme, FUNCTION = abc_scheme_le,
	COMMUTATOR = OPERATOR(@extschema@.>=), NEGATOR = OPERATOR(@extschema@.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (abc_scheme, abc_scheme) IS 'less than or equal, by the bytes of the canonical text';

CREATE OPERATOR >= (
	LEFTARG = abc_scheme, RIGHTARG = abc_scheme, FUNCTION = abc_scheme_ge,
	COMMUTATOR = OPERATOR(@extschema@.<=), NEGATOR = OPERATOR(@extschema@.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (abc_scheme, abc_scheme) IS 'greater than or equal, by the bytes of the canonical text';

CREATE OPERATOR > (
	LEFTARG = abc_scheme, RIGHTARG = abc_scheme, FUNCTION = abc_scheme_gt,
	COMMUTATOR = OPERATOR(@extschema@.<), NEGATOR = OPERATOR(@extschema@.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (abc_scheme, abc_scheme) IS 'greater than, by the bytes of the canonical text';

CREATE FUNCTION abc_scheme_cmp(abc_scheme, abc_scheme) RETURNS integer
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
	AS 'byteacmp';
COMMENT ON FUNCTION abc_scheme_cmp(abc_scheme, abc_scheme) IS
'btree support: compares schemes by the bytes of the canonical text';

CREATE FUNCTION abc_scheme_hash(abc_scheme) RETURNS integer
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
	AS 'hashvarlena';
COMMENT ON FUNCTION abc_scheme_hash(abc_scheme) IS 'hash support: hash of the canonical text';

CREATE FUNCTION abc_scheme_hash_extended(abc_scheme, bigint) RETURNS bigint
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
	AS 'hashvarlenaextended';
COMMENT ON FUNCTION abc_scheme_hash_extended(abc_scheme, bigint) IS 'hash support: seeded hash of the canonical text';

CREATE OPERATOR FAMILY abc_scheme_ops USING btree;
COMMENT ON OPERATOR FAMILY abc_scheme_ops USING btree IS 'order of schemes, by the bytes of the canonical text';
CREATE OPERATOR CLASS abc_scheme_ops DEFAULT FOR TYPE abc_scheme USING btree FAMILY abc_scheme_ops AS
	OPERATOR 1 @extschema@.<, OPERATOR 2 @extschema@.<=, OPERATOR 3 @extschema@.=, OPERATOR 4 @extschema@.>=,
		OPERATOR 5 @extschema@.>,
	FUNCTION 1 abc_scheme_cmp(abc_scheme, abc_scheme),
	FUNCTION 4 btequalimage(oid);
COMMENT ON OPERATOR CLASS abc_scheme_ops USING btree IS 'order of schemes, by the bytes of the canonical text';

CREATE OPERATOR FAMILY abc_scheme_ops USING hash;
COMMENT ON OPERATOR FAMILY abc_scheme_ops USING hash IS 'equality of schemes';
CREATE OPERATOR CLASS abc_scheme_ops DEFAULT FOR TYPE abc_scheme USING hash FAMILY abc_scheme_ops AS
	OPERATOR 1 @extschema@.=,
	FUNCTION 1 abc_scheme_hash(abc_scheme),
	FUNCTION 2 abc_scheme_hash_extended(abc_scheme, bigint);
COMMENT ON OPERATOR CLASS abc_scheme_ops USING hash IS 'equality of schemes';

CREATE FUNCTION abc_make_scheme(
	cuts numeric[],
	rule text DEFAULT 'share',
	names text[] DEFAULT NULL,
	crossing text DEFAULT NULL,
	ties text DEFAULT NULL,
	negative text DEFAULT NULL
) RETURNS abc_scheme
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_make_scheme';
COMMENT ON FUNCTION abc_make_scheme(numeric[], text, text[], text, text, text) IS
	'a scheme from its parts: cumulative cuts (under fill each tier''s width), rule, names (one more than cuts), '
		'options';

CREATE FUNCTION abc_label(tier abc_tier, scheme abc_scheme) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_label';
COMMENT ON FUNCTION abc_label(abc_tier, abc_scheme) IS
	'the name of a tier in a scheme, the letter where the scheme has no names';

CREATE FUNCTION abc_tiers(scheme abc_scheme)
	RETURNS TABLE (rank smallint, tier abc_tier, name text, cut numeric)
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 4
	AS 'MODULE_PATHNAME', 'abc_tiers';
COMMENT ON FUNCTION abc_tiers(abc_scheme) IS
	'the tiers of a scheme, best first: rank from 1, tier, name (the letter where the scheme has no names) and cut: '
		'per cent (under fill the tier''s own width), rows or value; NULL for the last tier';
