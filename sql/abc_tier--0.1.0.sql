/* sql/abc_tier--0.1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION abc_tier" to load this file. \quit

--
-- Type abc_tier
--

CREATE TYPE abc_tier;

CREATE FUNCTION abc_tier_in(cstring) RETURNS abc_tier
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_in';
COMMENT ON FUNCTION abc_tier_in(cstring) IS 'text input of abc_tier: one letter A to Z';

CREATE FUNCTION abc_tier_out(abc_tier) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_out';
COMMENT ON FUNCTION abc_tier_out(abc_tier) IS 'text output of abc_tier';

CREATE FUNCTION abc_tier_recv(internal) RETURNS abc_tier
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_recv';
COMMENT ON FUNCTION abc_tier_recv(internal) IS 'binary input of abc_tier: one byte, a letter A to Z';

CREATE FUNCTION abc_tier_send(abc_tier) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_send';
COMMENT ON FUNCTION abc_tier_send(abc_tier) IS 'binary output of abc_tier: the letter';

CREATE TYPE abc_tier (
    INPUT = abc_tier_in,
    OUTPUT = abc_tier_out,
    RECEIVE = abc_tier_recv,
    SEND = abc_tier_send,
    INTERNALLENGTH = 1,
    PASSEDBYVALUE,
    ALIGNMENT = char,
    STORAGE = plain,
    CATEGORY = 'S',
    PREFERRED = false
);
COMMENT ON TYPE abc_tier IS 'a tier: one letter, A (best) to Z; sorts best first, behaves like text outwards';

-- Casts: to text and varchar wherever a string is wanted, back on assignment only.

CREATE FUNCTION abc_tier_to_text(abc_tier) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_to_text';
COMMENT ON FUNCTION abc_tier_to_text(abc_tier) IS 'the letter of a tier as text';

CREATE FUNCTION abc_tier_from_text(text) RETURNS abc_tier
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_from_text';
COMMENT ON FUNCTION abc_tier_from_text(text) IS 'the tier of a text that is one letter A to Z; anything else is an error';

CREATE CAST (abc_tier AS text) WITH FUNCTION abc_tier_to_text(abc_tier) AS IMPLICIT;
COMMENT ON CAST (abc_tier AS text) IS 'a tier is its letter';
CREATE CAST (abc_tier AS varchar) WITH FUNCTION abc_tier_to_text(abc_tier) AS IMPLICIT;
COMMENT ON CAST (abc_tier AS varchar) IS 'a tier is its letter';
CREATE CAST (text AS abc_tier) WITH FUNCTION abc_tier_from_text(text) AS ASSIGNMENT;
COMMENT ON CAST (text AS abc_tier) IS 'one letter A to Z; anything else is an error';
CREATE CAST (varchar AS abc_tier) WITH FUNCTION abc_tier_from_text(text) AS ASSIGNMENT;
COMMENT ON CAST (varchar AS abc_tier) IS 'one letter A to Z; anything else is an error';

-- Comparisons of a tier with a tier, of a tier with a text and of a text with a tier: by bytes,
-- collations ignored.

CREATE FUNCTION abc_tier_eq(abc_tier, abc_tier) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_eq';
COMMENT ON FUNCTION abc_tier_eq(abc_tier, abc_tier) IS 'implementation of the operator = (abc_tier, abc_tier)';

CREATE FUNCTION abc_tier_ne(abc_tier, abc_tier) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_ne';
COMMENT ON FUNCTION abc_tier_ne(abc_tier, abc_tier) IS 'implementation of the operator <> (abc_tier, abc_tier)';

CREATE FUNCTION abc_tier_lt(abc_tier, abc_tier) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_lt';
COMMENT ON FUNCTION abc_tier_lt(abc_tier, abc_tier) IS 'implementation of the operator < (abc_tier, abc_tier)';

CREATE FUNCTION abc_tier_le(abc_tier, abc_tier) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_le';
COMMENT ON FUNCTION abc_tier_le(abc_tier, abc_tier) IS 'implementation of the operator <= (abc_tier, abc_tier)';

CREATE FUNCTION abc_tier_ge(abc_tier, abc_tier) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_ge';
COMMENT ON FUNCTION abc_tier_ge(abc_tier, abc_tier) IS 'implementation of the operator >= (abc_tier, abc_tier)';

CREATE FUNCTION abc_tier_gt(abc_tier, abc_tier) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_gt';
COMMENT ON FUNCTION abc_tier_gt(abc_tier, abc_tier) IS 'implementation of the operator > (abc_tier, abc_tier)';

CREATE FUNCTION abc_tier_eq_text(abc_tier, text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_eq_text';
COMMENT ON FUNCTION abc_tier_eq_text(abc_tier, text) IS 'implementation of the operator = (abc_tier, text)';

CREATE FUNCTION abc_tier_ne_text(abc_tier, text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_ne_text';
COMMENT ON FUNCTION abc_tier_ne_text(abc_tier, text) IS 'implementation of the operator <> (abc_tier, text)';

CREATE FUNCTION abc_tier_lt_text(abc_tier, text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_lt_text';
COMMENT ON FUNCTION abc_tier_lt_text(abc_tier, text) IS 'implementation of the operator < (abc_tier, text)';

CREATE FUNCTION abc_tier_le_text(abc_tier, text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_le_text';
COMMENT ON FUNCTION abc_tier_le_text(abc_tier, text) IS 'implementation of the operator <= (abc_tier, text)';

CREATE FUNCTION abc_tier_ge_text(abc_tier, text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_ge_text';
COMMENT ON FUNCTION abc_tier_ge_text(abc_tier, text) IS 'implementation of the operator >= (abc_tier, text)';

CREATE FUNCTION abc_tier_gt_text(abc_tier, text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_gt_text';
COMMENT ON FUNCTION abc_tier_gt_text(abc_tier, text) IS 'implementation of the operator > (abc_tier, text)';

CREATE FUNCTION abc_tier_text_eq_tier(text, abc_tier) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_text_eq_tier';
COMMENT ON FUNCTION abc_tier_text_eq_tier(text, abc_tier) IS 'implementation of the operator = (text, abc_tier)';

CREATE FUNCTION abc_tier_text_ne_tier(text, abc_tier) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_text_ne_tier';
COMMENT ON FUNCTION abc_tier_text_ne_tier(text, abc_tier) IS 'implementation of the operator <> (text, abc_tier)';

CREATE FUNCTION abc_tier_text_lt_tier(text, abc_tier) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_text_lt_tier';
COMMENT ON FUNCTION abc_tier_text_lt_tier(text, abc_tier) IS 'implementation of the operator < (text, abc_tier)';

CREATE FUNCTION abc_tier_text_le_tier(text, abc_tier) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_text_le_tier';
COMMENT ON FUNCTION abc_tier_text_le_tier(text, abc_tier) IS 'implementation of the operator <= (text, abc_tier)';

CREATE FUNCTION abc_tier_text_ge_tier(text, abc_tier) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_text_ge_tier';
COMMENT ON FUNCTION abc_tier_text_ge_tier(text, abc_tier) IS 'implementation of the operator >= (text, abc_tier)';

CREATE FUNCTION abc_tier_text_gt_tier(text, abc_tier) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_text_gt_tier';
COMMENT ON FUNCTION abc_tier_text_gt_tier(text, abc_tier) IS 'implementation of the operator > (text, abc_tier)';

CREATE OPERATOR = (
    LEFTARG = abc_tier, RIGHTARG = abc_tier, FUNCTION = abc_tier_eq,
    COMMUTATOR = OPERATOR(@extschema@.=), NEGATOR = OPERATOR(@extschema@.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES, MERGES
);
COMMENT ON OPERATOR = (abc_tier, abc_tier) IS 'equal';

CREATE OPERATOR <> (
    LEFTARG = abc_tier, RIGHTARG = abc_tier, FUNCTION = abc_tier_ne,
    COMMUTATOR = OPERATOR(@extschema@.<>), NEGATOR = OPERATOR(@extschema@.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (abc_tier, abc_tier) IS 'not equal';

CREATE OPERATOR < (
    LEFTARG = abc_tier, RIGHTARG = abc_tier, FUNCTION = abc_tier_lt,
    COMMUTATOR = OPERATOR(@extschema@.>), NEGATOR = OPERATOR(@extschema@.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (abc_tier, abc_tier) IS 'less than (a better tier)';

CREATE OPERATOR <= (
    LEFTARG = abc_tier, RIGHTARG = abc_tier, FUNCTION = abc_tier_le,
    COMMUTATOR = OPERATOR(@extschema@.>=), NEGATOR = OPERATOR(@extschema@.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (abc_tier, abc_tier) IS 'less than or equal (at least as good a tier)';

CREATE OPERATOR >= (
    LEFTARG = abc_tier, RIGHTARG = abc_tier, FUNCTION = abc_tier_ge,
    COMMUTATOR = OPERATOR(@extschema@.<=), NEGATOR = OPERATOR(@extschema@.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (abc_tier, abc_tier) IS 'greater than or equal (no better a tier)';

CREATE OPERATOR > (
    LEFTARG = abc_tier, RIGHTARG = abc_tier, FUNCTION = abc_tier_gt,
    COMMUTATOR = OPERATOR(@extschema@.<), NEGATOR = OPERATOR(@extschema@.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (abc_tier, abc_tier) IS 'greater than (a worse tier)';

CREATE OPERATOR = (
    LEFTARG = abc_tier, RIGHTARG = text, FUNCTION = abc_tier_eq_text,
    COMMUTATOR = OPERATOR(@extschema@.=), NEGATOR = OPERATOR(@extschema@.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES
);
COMMENT ON OPERATOR = (abc_tier, text) IS 'equal, by bytes';

CREATE OPERATOR <> (
    LEFTARG = abc_tier, RIGHTARG = text, FUNCTION = abc_tier_ne_text,
    COMMUTATOR = OPERATOR(@extschema@.<>), NEGATOR = OPERATOR(@extschema@.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (abc_tier, text) IS 'not equal, by bytes';

CREATE OPERATOR < (
    LEFTARG = abc_tier, RIGHTARG = text, FUNCTION = abc_tier_lt_text,
    COMMUTATOR = OPERATOR(@extschema@.>), NEGATOR = OPERATOR(@extschema@.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (abc_tier, text) IS 'less than, by bytes';

CREATE OPERATOR <= (
    LEFTARG = abc_tier, RIGHTARG = text, FUNCTION = abc_tier_le_text,
    COMMUTATOR = OPERATOR(@extschema@.>=), NEGATOR = OPERATOR(@extschema@.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (abc_tier, text) IS 'less than or equal, by bytes';

CREATE OPERATOR >= (
    LEFTARG = abc_tier, RIGHTARG = text, FUNCTION = abc_tier_ge_text,
    COMMUTATOR = OPERATOR(@extschema@.<=), NEGATOR = OPERATOR(@extschema@.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (abc_tier, text) IS 'greater than or equal, by bytes';

CREATE OPERATOR > (
    LEFTARG = abc_tier, RIGHTARG = text, FUNCTION = abc_tier_gt_text,
    COMMUTATOR = OPERATOR(@extschema@.<), NEGATOR = OPERATOR(@extschema@.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (abc_tier, text) IS 'greater than, by bytes';

CREATE OPERATOR = (
    LEFTARG = text, RIGHTARG = abc_tier, FUNCTION = abc_tier_text_eq_tier,
    COMMUTATOR = OPERATOR(@extschema@.=), NEGATOR = OPERATOR(@extschema@.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES
);
COMMENT ON OPERATOR = (text, abc_tier) IS 'equal, by bytes';

CREATE OPERATOR <> (
    LEFTARG = text, RIGHTARG = abc_tier, FUNCTION = abc_tier_text_ne_tier,
    COMMUTATOR = OPERATOR(@extschema@.<>), NEGATOR = OPERATOR(@extschema@.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (text, abc_tier) IS 'not equal, by bytes';

CREATE OPERATOR < (
    LEFTARG = text, RIGHTARG = abc_tier, FUNCTION = abc_tier_text_lt_tier,
    COMMUTATOR = OPERATOR(@extschema@.>), NEGATOR = OPERATOR(@extschema@.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (text, abc_tier) IS 'less than, by bytes';

CREATE OPERATOR <= (
    LEFTARG = text, RIGHTARG = abc_tier, FUNCTION = abc_tier_text_le_tier,
    COMMUTATOR = OPERATOR(@extschema@.>=), NEGATOR = OPERATOR(@extschema@.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (text, abc_tier) IS 'less than or equal, by bytes';

CREATE OPERATOR >= (
    LEFTARG = text, RIGHTARG = abc_tier, FUNCTION = abc_tier_text_ge_tier,
    COMMUTATOR = OPERATOR(@extschema@.<=), NEGATOR = OPERATOR(@extschema@.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (text, abc_tier) IS 'greater than or equal, by bytes';

CREATE OPERATOR > (
    LEFTARG = text, RIGHTARG = abc_tier, FUNCTION = abc_tier_text_gt_tier,
    COMMUTATOR = OPERATOR(@extschema@.<), NEGATOR = OPERATOR(@extschema@.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (text, abc_tier) IS 'greater than, by bytes';

-- The hash family's own equality of two texts: under a nondeterministic collation text's = takes
-- different bytes for the same value, and only one of them can be the letter of a tier.

CREATE FUNCTION abc_tier_text_eq_text(text, text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_text_eq_text';
COMMENT ON FUNCTION abc_tier_text_eq_text(text, text) IS 'implementation of the operator ~=~ (text, text)';

CREATE OPERATOR ~=~ (
    LEFTARG = text, RIGHTARG = text, FUNCTION = abc_tier_text_eq_text,
    COMMUTATOR = OPERATOR(@extschema@.~=~),
    RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES
);
COMMENT ON OPERATOR ~=~ (text, text) IS 'the same bytes, whatever the collation (used where texts are hashed to be compared with tiers)';

-- btree: tiers among themselves, with text, and texts among themselves by the operators that compare
-- bytes, not by text's own =, <, ..., which follow a collation.  An index scan for tier = ANY (text[])
-- or tier < ANY (text[]) compares the elements of the array first.

CREATE FUNCTION abc_tier_cmp(abc_tier, abc_tier) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_cmp';
COMMENT ON FUNCTION abc_tier_cmp(abc_tier, abc_tier) IS 'btree support: compares tiers';

CREATE FUNCTION abc_tier_cmp_text(abc_tier, text) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_cmp_text';
COMMENT ON FUNCTION abc_tier_cmp_text(abc_tier, text) IS 'btree support: compares a tier with a text, by bytes';

CREATE FUNCTION abc_tier_text_cmp_tier(text, abc_tier) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_text_cmp_tier';
COMMENT ON FUNCTION abc_tier_text_cmp_tier(text, abc_tier) IS 'btree support: compares a text with a tier, by bytes';

CREATE FUNCTION abc_tier_text_cmp_text(text, text) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_text_cmp_text';
COMMENT ON FUNCTION abc_tier_text_cmp_text(text, text) IS 'btree support: compares texts by bytes';

CREATE FUNCTION abc_tier_sortsupport(internal) RETURNS void
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_sortsupport';
COMMENT ON FUNCTION abc_tier_sortsupport(internal) IS 'btree support: fast sort of tiers';

CREATE OPERATOR FAMILY abc_tier_ops USING btree;
COMMENT ON OPERATOR FAMILY abc_tier_ops USING btree IS 'order of tiers, best first, and of tiers with text, by bytes';

CREATE OPERATOR CLASS abc_tier_ops DEFAULT FOR TYPE abc_tier USING btree FAMILY abc_tier_ops AS
    OPERATOR 1 @extschema@.<, OPERATOR 2 @extschema@.<=, OPERATOR 3 @extschema@.=, OPERATOR 4 @extschema@.>=, OPERATOR 5 @extschema@.>,
    FUNCTION 1 abc_tier_cmp(abc_tier, abc_tier),
    FUNCTION 2 abc_tier_sortsupport(internal),
    FUNCTION 4 btequalimage(oid);
COMMENT ON OPERATOR CLASS abc_tier_ops USING btree IS 'order of tiers, best first';

ALTER OPERATOR FAMILY abc_tier_ops USING btree ADD
    OPERATOR 1 @extschema@.< (abc_tier, text), OPERATOR 2 @extschema@.<= (abc_tier, text), OPERATOR 3 @extschema@.= (abc_tier, text),
    OPERATOR 4 @extschema@.>= (abc_tier, text), OPERATOR 5 @extschema@.> (abc_tier, text),
    FUNCTION 1 (abc_tier, text) abc_tier_cmp_text(abc_tier, text),
    OPERATOR 1 @extschema@.< (text, abc_tier), OPERATOR 2 @extschema@.<= (text, abc_tier), OPERATOR 3 @extschema@.= (text, abc_tier),
    OPERATOR 4 @extschema@.>= (text, abc_tier), OPERATOR 5 @extschema@.> (text, abc_tier),
    FUNCTION 1 (text, abc_tier) abc_tier_text_cmp_tier(text, abc_tier),
    OPERATOR 1 pg_catalog.~<~ (text, text), OPERATOR 2 pg_catalog.~<=~ (text, text),
    OPERATOR 3 @extschema@.~=~ (text, text),
    OPERATOR 4 pg_catalog.~>=~ (text, text), OPERATOR 5 pg_catalog.~>~ (text, text),
    FUNCTION 1 (text, text) abc_tier_text_cmp_text(text, text);

-- hash: the hash of a tier is that of its letter as text, by bytes.

CREATE FUNCTION abc_tier_hash(abc_tier) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_hash';
COMMENT ON FUNCTION abc_tier_hash(abc_tier) IS 'hash support: hash of a tier, that of its letter as text';

CREATE FUNCTION abc_tier_hash_extended(abc_tier, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_hash_extended';
COMMENT ON FUNCTION abc_tier_hash_extended(abc_tier, bigint) IS 'hash support: seeded hash of a tier, that of its letter as text';

CREATE FUNCTION abc_tier_hash_text(text) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_hash_text';
COMMENT ON FUNCTION abc_tier_hash_text(text) IS 'hash support: hash of the bytes of a text';

CREATE FUNCTION abc_tier_hash_text_extended(text, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_tier_hash_text_extended';
COMMENT ON FUNCTION abc_tier_hash_text_extended(text, bigint) IS 'hash support: seeded hash of the bytes of a text';

CREATE OPERATOR FAMILY abc_tier_ops USING hash;
COMMENT ON OPERATOR FAMILY abc_tier_ops USING hash IS 'equality of tiers, and of tiers with text, by bytes';

CREATE OPERATOR CLASS abc_tier_ops DEFAULT FOR TYPE abc_tier USING hash FAMILY abc_tier_ops AS
    OPERATOR 1 @extschema@.=,
    FUNCTION 1 abc_tier_hash(abc_tier),
    FUNCTION 2 abc_tier_hash_extended(abc_tier, bigint);
COMMENT ON OPERATOR CLASS abc_tier_ops USING hash IS 'equality of tiers';

ALTER OPERATOR FAMILY abc_tier_ops USING hash ADD
    OPERATOR 1 @extschema@.= (abc_tier, text),
    OPERATOR 1 @extschema@.= (text, abc_tier),
    OPERATOR 1 @extschema@.~=~ (text, text),
    FUNCTION 1 (text, text) abc_tier_hash_text(text),
    FUNCTION 2 (text, text) abc_tier_hash_text_extended(text, bigint);

-- The better and the worse of two tiers; min() and max().

CREATE FUNCTION abc_better(abc_tier, abc_tier) RETURNS abc_tier
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_better';
COMMENT ON FUNCTION abc_better(abc_tier, abc_tier) IS 'the better of two tiers, the earlier letter; NULL if either is NULL';

CREATE FUNCTION abc_worse(abc_tier, abc_tier) RETURNS abc_tier
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_worse';
COMMENT ON FUNCTION abc_worse(abc_tier, abc_tier) IS 'the worse of two tiers, the later letter; NULL if either is NULL';

CREATE AGGREGATE min(abc_tier) (
    SFUNC = abc_better, STYPE = abc_tier, COMBINEFUNC = abc_better,
    SORTOP = OPERATOR(@extschema@.<), PARALLEL = SAFE
);
COMMENT ON AGGREGATE min(abc_tier) IS 'the best of the tiers, the earliest letter; NULL without any';

CREATE AGGREGATE max(abc_tier) (
    SFUNC = abc_worse, STYPE = abc_tier, COMBINEFUNC = abc_worse,
    SORTOP = OPERATOR(@extschema@.>), PARALLEL = SAFE
);
COMMENT ON AGGREGATE max(abc_tier) IS 'the worst of the tiers, the latest letter; NULL without any';

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
COMMENT ON TYPE abc_scheme IS 'how to cut customers into tiers, such as 80/95, count 15/50, top 50/200, value >5000, fill 70+20';

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
COMMENT ON FUNCTION abc_scheme_eq(abc_scheme, abc_scheme) IS 'implementation of the operator = (abc_scheme, abc_scheme)';

CREATE FUNCTION abc_scheme_ne(abc_scheme, abc_scheme) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'byteane';
COMMENT ON FUNCTION abc_scheme_ne(abc_scheme, abc_scheme) IS 'implementation of the operator <> (abc_scheme, abc_scheme)';

CREATE FUNCTION abc_scheme_lt(abc_scheme, abc_scheme) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'bytealt';
COMMENT ON FUNCTION abc_scheme_lt(abc_scheme, abc_scheme) IS 'implementation of the operator < (abc_scheme, abc_scheme)';

CREATE FUNCTION abc_scheme_le(abc_scheme, abc_scheme) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'byteale';
COMMENT ON FUNCTION abc_scheme_le(abc_scheme, abc_scheme) IS 'implementation of the operator <= (abc_scheme, abc_scheme)';

CREATE FUNCTION abc_scheme_ge(abc_scheme, abc_scheme) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'byteage';
COMMENT ON FUNCTION abc_scheme_ge(abc_scheme, abc_scheme) IS 'implementation of the operator >= (abc_scheme, abc_scheme)';

CREATE FUNCTION abc_scheme_gt(abc_scheme, abc_scheme) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
    AS 'byteagt';
COMMENT ON FUNCTION abc_scheme_gt(abc_scheme, abc_scheme) IS 'implementation of the operator > (abc_scheme, abc_scheme)';

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
COMMENT ON FUNCTION abc_scheme_cmp(abc_scheme, abc_scheme) IS 'btree support: compares schemes by the bytes of the canonical text';

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
    OPERATOR 1 @extschema@.<, OPERATOR 2 @extschema@.<=, OPERATOR 3 @extschema@.=, OPERATOR 4 @extschema@.>=, OPERATOR 5 @extschema@.>,
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
    'a scheme from its parts: cumulative cuts (under fill each tier''s width), rule, names (one more than cuts), options';

CREATE FUNCTION abc_label(tier abc_tier, scheme abc_scheme) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_label';
COMMENT ON FUNCTION abc_label(abc_tier, abc_scheme) IS
    'the name of a tier in a scheme, the letter where the scheme has no names';

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

CREATE FUNCTION abc_cutoffs_transfn(internal, float8) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_cutoffs_float8_transfn';
COMMENT ON FUNCTION abc_cutoffs_transfn(internal, float8) IS 'transition function of abc_cutoffs';

CREATE FUNCTION abc_cutoffs_transfn(internal, float8, abc_scheme) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_cutoffs_float8_transfn';
COMMENT ON FUNCTION abc_cutoffs_transfn(internal, float8, abc_scheme) IS 'transition function of abc_cutoffs';

CREATE FUNCTION abc_cutoffs_float8_finalfn(internal) RETURNS float8[]
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_cutoffs_finalfn';
COMMENT ON FUNCTION abc_cutoffs_float8_finalfn(internal) IS 'final function of abc_cutoffs';

CREATE AGGREGATE abc_cutoffs(float8) (
    SFUNC = abc_cutoffs_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_cutoffs_float8_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_cutoffs(float8) IS
    'smallest value of each tier but the last under the scheme share 80/95; an empty tier repeats the cut-off above it; NULL without a positive value; exact, in one process';

CREATE AGGREGATE abc_cutoffs(float8, abc_scheme) (
    SFUNC = abc_cutoffs_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_cutoffs_float8_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_cutoffs(float8, abc_scheme) IS
    'smallest value of each tier but the last under a scheme, the same for all rows of the group; an empty tier repeats the cut-off above it and is NULL where no tier above holds a row; exact, in one process';

CREATE FUNCTION abc_cutoffs_transfn(internal, bigint) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_cutoffs_int8_transfn';
COMMENT ON FUNCTION abc_cutoffs_transfn(internal, bigint) IS 'transition function of abc_cutoffs';

CREATE FUNCTION abc_cutoffs_transfn(internal, bigint, abc_scheme) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_cutoffs_int8_transfn';
COMMENT ON FUNCTION abc_cutoffs_transfn(internal, bigint, abc_scheme) IS 'transition function of abc_cutoffs';

CREATE FUNCTION abc_cutoffs_int8_finalfn(internal) RETURNS bigint[]
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_cutoffs_finalfn';
COMMENT ON FUNCTION abc_cutoffs_int8_finalfn(internal) IS 'final function of abc_cutoffs';

CREATE AGGREGATE abc_cutoffs(bigint) (
    SFUNC = abc_cutoffs_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_cutoffs_int8_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_cutoffs(bigint) IS
    'smallest value of each tier but the last under the scheme share 80/95; an empty tier repeats the cut-off above it; NULL without a positive value; exact, in one process';

CREATE AGGREGATE abc_cutoffs(bigint, abc_scheme) (
    SFUNC = abc_cutoffs_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_cutoffs_int8_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_cutoffs(bigint, abc_scheme) IS
    'smallest value of each tier but the last under a scheme, the same for all rows of the group; an empty tier repeats the cut-off above it and is NULL where no tier above holds a row; exact, in one process';

CREATE FUNCTION abc_cutoffs_transfn(internal, numeric) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_cutoffs_numeric_transfn';
COMMENT ON FUNCTION abc_cutoffs_transfn(internal, numeric) IS 'transition function of abc_cutoffs';

CREATE FUNCTION abc_cutoffs_transfn(internal, numeric, abc_scheme) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_cutoffs_numeric_transfn';
COMMENT ON FUNCTION abc_cutoffs_transfn(internal, numeric, abc_scheme) IS 'transition function of abc_cutoffs';

CREATE FUNCTION abc_cutoffs_numeric_finalfn(internal) RETURNS numeric[]
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_cutoffs_finalfn';
COMMENT ON FUNCTION abc_cutoffs_numeric_finalfn(internal) IS 'final function of abc_cutoffs';

CREATE AGGREGATE abc_cutoffs(numeric) (
    SFUNC = abc_cutoffs_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_cutoffs_numeric_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_cutoffs(numeric) IS
    'smallest value of each tier but the last under the scheme share 80/95; an empty tier repeats the cut-off above it; NULL without a positive value; exact, in one process';

CREATE AGGREGATE abc_cutoffs(numeric, abc_scheme) (
    SFUNC = abc_cutoffs_transfn, STYPE = internal, SSPACE = 1024,
    FINALFUNC = abc_cutoffs_numeric_finalfn, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_cutoffs(numeric, abc_scheme) IS
    'smallest value of each tier but the last under a scheme, the same for all rows of the group; an empty tier repeats the cut-off above it and is NULL where no tier above holds a row; exact, in one process';

CREATE FUNCTION abc_assign(value float8, cutoffs float8[]) RETURNS abc_tier
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_assign_float8';
COMMENT ON FUNCTION abc_assign(float8, float8[]) IS
    'tier of a value given the cut-offs of abc_cutoffs: the first whose cut-off it reaches, else the last; NULL gives NULL';

CREATE FUNCTION abc_assign(value bigint, cutoffs bigint[]) RETURNS abc_tier
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_assign_int8';
COMMENT ON FUNCTION abc_assign(bigint, bigint[]) IS
    'tier of a value given the cut-offs of abc_cutoffs: the first whose cut-off it reaches, else the last; NULL gives NULL';

CREATE FUNCTION abc_assign(value numeric, cutoffs numeric[]) RETURNS abc_tier
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_assign_numeric';
COMMENT ON FUNCTION abc_assign(numeric, numeric[]) IS
    'tier of a value given the cut-offs of abc_cutoffs: the first whose cut-off it reaches, else the last; NULL gives NULL';

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
COMMENT ON FUNCTION abc_exact_sums_recv(internal) IS 'binary input of abc_exact_sums: every field checked, only the canonical form';

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
COMMENT ON TYPE abc_exact_sums IS 'exact sums over rows: the mergeable state of abc_weighted_score and of the aggregates of moments';

CREATE FUNCTION abc_exact_sums_combine(abc_exact_sums, abc_exact_sums) RETURNS abc_exact_sums
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_exact_sums_combine';
COMMENT ON FUNCTION abc_exact_sums_combine(abc_exact_sums, abc_exact_sums) IS 'combine function of aggregates whose state is abc_exact_sums';

CREATE FUNCTION abc_weighted_score_transfn(abc_exact_sums, float8, float8) RETURNS abc_exact_sums
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_weighted_score_float8_transfn';
COMMENT ON FUNCTION abc_weighted_score_transfn(abc_exact_sums, float8, float8) IS 'transition function of abc_weighted_score';

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
    'sum(value * weight) / sum(weight): products rounded once, summed exactly; a NULL in either skips the row; a negative weight is an error; weights summing to 0 give NULL';

CREATE FUNCTION abc_weighted_score_transfn(abc_exact_sums, numeric, numeric) RETURNS abc_exact_sums
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_weighted_score_numeric_transfn';
COMMENT ON FUNCTION abc_weighted_score_transfn(abc_exact_sums, numeric, numeric) IS 'transition function of abc_weighted_score';

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
    'sum(value * weight) / sum(weight), exact and divided as numerics are; a NULL in either skips the row; a negative weight is an error; weights summing to 0 give NULL';
