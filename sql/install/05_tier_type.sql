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
COMMENT ON FUNCTION abc_tier_from_text(text) IS
'the tier of a text that is one letter A to Z; anything else is an error';

CREATE CAST (abc_tier AS text) WITH FUNCTION abc_tier_to_text(abc_tier) AS IMPLICIT;
COMMENT ON CAST (abc_tier AS text) IS 'a tier is its letter';
CREATE CAST (abc_tier AS varchar) WITH FUNCTION abc_tier_to_text(abc_tier) AS IMPLICIT;
COMMENT ON CAST (abc_tier AS varchar) IS 'a tier is its letter';
CREATE CAST (text AS abc_tier) WITH FUNCTION abc_tier_from_text(text) AS ASSIGNMENT;
COMMENT ON CAST (text AS abc_tier) IS 'one letter A to Z; anything else is an error';
CREATE CAST (varchar AS abc_tier) WITH FUNCTION abc_tier_from_text(text) AS ASSIGNMENT;
COMMENT ON CAST (varchar AS abc_tier) IS 'one letter A to Z; anything else is an error';
