--
-- Comparisons of a tier with a tier, of a tier with a text and of a text with a tier: by bytes, collations ignored
--

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
COMMENT ON OPERATOR ~=~ (text, text) IS
'the same bytes, whatever the collation (used where texts are hashed to be compared with tiers)';
