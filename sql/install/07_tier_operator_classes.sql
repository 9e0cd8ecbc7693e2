--
-- Tiers in order: indexes, the better and the worse of two, numbers
--
-- btree: tiers among themselves, with text, and texts among themselves by the operators that compare
-- bytes, not by text's own =, <, ..., which follow a collation.  An index scan for tier = ANY (text[])
-- or tier < ANY (text[]) compares the elements of the array first.
--

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
	OPERATOR 1 @extschema@.<, OPERATOR 2 @extschema@.<=, OPERATOR 3 @extschema@.=, OPERATOR 4 @extschema@.>=,
		OPERATOR 5 @extschema@.>,
	FUNCTION 1 abc_tier_cmp(abc_tier, abc_tier),
	FUNCTION 2 abc_tier_sortsupport(internal),
	FUNCTION 4 btequalimage(oid);
COMMENT ON OPERATOR CLASS abc_tier_ops USING btree IS 'order of tiers, best first';

ALTER OPERATOR FAMILY abc_tier_ops USING btree ADD
	OPERATOR 1 @extschema@.< (abc_tier, text), OPERATOR 2 @extschema@.<= (abc_tier, text),
		OPERATOR 3 @extschema@.= (abc_tier, text),
	OPERATOR 4 @extschema@.>= (abc_tier, text), OPERATOR 5 @extschema@.> (abc_tier, text),
	FUNCTION 1 (abc_tier, text) abc_tier_cmp_text(abc_tier, text),
	OPERATOR 1 @extschema@.< (text, abc_tier), OPERATOR 2 @extschema@.<= (text, abc_tier),
	OPERATOR 3 @extschema@.= (text, abc_tier),
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
COMMENT ON FUNCTION abc_tier_hash_extended(abc_tier, bigint) IS
'hash support: seeded hash of a tier, that of its letter as text';

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
COMMENT ON FUNCTION abc_better(abc_tier, abc_tier) IS
'the better of two tiers, the earlier letter; NULL if either is NULL';

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

-- The number of a tier, and back.

CREATE FUNCTION abc_rank(tier abc_tier) RETURNS smallint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_rank';
COMMENT ON FUNCTION abc_rank(abc_tier) IS 'the rank of a tier: A is 1, B is 2, ...';

CREATE FUNCTION abc_tier_of_rank(rank integer) RETURNS abc_tier
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_tier_of_rank';
COMMENT ON FUNCTION abc_tier_of_rank(integer) IS
'the tier of a rank: 1 is A, 2 is B, ...; NULL for a number that no tier has';
