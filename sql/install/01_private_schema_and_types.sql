--
-- A schema for what is not for users, out of the way of their functions; and what all of it asks of the catalog
--

CREATE SCHEMA _abc;
COMMENT ON SCHEMA _abc IS 'parts of abc_tier that its functions call; not an interface';
GRANT USAGE ON SCHEMA _abc TO PUBLIC;

CREATE FUNCTION _abc.base_type(type oid) RETURNS oid
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (WITH RECURSIVE t (oid, base) AS (
			SELECT y.oid, y.typbasetype FROM pg_type AS y WHERE y.oid = type
			UNION ALL SELECT y.oid, y.typbasetype FROM t JOIN pg_type AS y ON y.oid = t.base)
		SELECT t.oid FROM t WHERE t.base = 0);
END
$$;
COMMENT ON FUNCTION _abc.base_type(oid) IS 'the type that a domain stands for; of any other type itself';

-- An operator of a type's default btree operator class, schema-qualified; NULL without one. Strategy 1 is <, 3 is =.
CREATE FUNCTION _abc.btree_operator(type oid, strategy integer) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	base oid := _abc.base_type(type);
BEGIN
	RETURN (SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
		FROM pg_opclass AS c JOIN pg_am AS a ON a.oid = c.opcmethod AND a.amname = 'btree'
		JOIN pg_amop AS p ON p.amopfamily = c.opcfamily AND p.amopstrategy = strategy
			AND p.amoplefttype = c.opcintype AND p.amoprighttype = c.opcintype
		JOIN pg_operator AS o ON o.oid = p.amopopr JOIN pg_namespace AS n ON n.oid = o.oprnamespace
		WHERE c.opcdefault AND c.opcintype IN (base,
			CASE WHEN (SELECT t.typtype FROM pg_type AS t WHERE t.oid = base) = 'r' THEN 'anyrange'::regtype END));
END
$$;
COMMENT ON FUNCTION _abc.btree_operator(oid, integer) IS 'a qualified operator of a type''s order';

CREATE FUNCTION _abc.equality(type oid) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN _abc.btree_operator(type, 3);
END
$$;
COMMENT ON FUNCTION _abc.equality(oid) IS 'the qualified equality operator of a type';

CREATE FUNCTION _abc.has_citus() RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN EXISTS (SELECT FROM pg_extension WHERE extname = 'citus');
END
$$;
COMMENT ON FUNCTION _abc.has_citus() IS 'whether tables of this database may be on the workers of Citus';
