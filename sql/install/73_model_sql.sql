--
-- Small builders of SQL
--

-- Each name put into a template as %1$I (with %2$I, a second name), joined.
CREATE FUNCTION _abc_each(names text[], template text, separator text, second text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce((SELECT string_agg(format(template, u.name, second), separator ORDER BY u.i)
		FROM unnest(names) WITH ORDINALITY AS u (name, i)), '');
END
$$;
COMMENT ON FUNCTION _abc_each(text[], text, text, text) IS 'part of the SQL builders of models';

CREATE FUNCTION _abc_each(names text[], template text, separator text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN @extschema@._abc_each(names, template, separator, NULL::text);
COMMENT ON FUNCTION _abc_each(text[], text, text) IS 'part of the SQL builders of models';

CREATE FUNCTION _abc_each(names text[], template text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN @extschema@._abc_each(names, template, ', '::text, NULL::text);
COMMENT ON FUNCTION _abc_each(text[], text) IS 'part of the SQL builders of models';

-- Key, partition columns and attributes: the columns named by the user.
CREATE FUNCTION _abc_carried(m abc_model) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.array_cat(pg_catalog.array_prepend((m).key, (m).partition_by), (m).attributes);
COMMENT ON FUNCTION _abc_carried(abc_model) IS 'key, partition columns and attributes of a model';

-- What is cut: the score where there are metrics, else the value.
CREATE FUNCTION _abc_cut(m abc_model) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (m).metrics IS NULL THEN 'value' ELSE 'score' END;
COMMENT ON FUNCTION _abc_cut(abc_model) IS 'the column of a model that is cut';

-- The equality of a type's default btree operator class, schema-qualified.
CREATE FUNCTION _abc_equals(type_name text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result text;
BEGIN
	SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname) INTO result
	FROM pg_opclass AS c JOIN pg_am AS a ON a.oid = c.opcmethod AND a.amname = 'btree'
	JOIN pg_amop AS p ON p.amopfamily = c.opcfamily AND p.amopstrategy = 3
		AND p.amoplefttype = c.opcintype AND p.amoprighttype = c.opcintype
	JOIN pg_operator AS o ON o.oid = p.amopopr JOIN pg_namespace AS n ON n.oid = o.oprnamespace
	WHERE c.opcdefault AND c.opcintype = (
		WITH RECURSIVE t (oid, base) AS (
			SELECT y.oid, y.typbasetype FROM pg_type AS y WHERE y.oid = type_name::regtype
			UNION ALL SELECT y.oid, y.typbasetype FROM t JOIN pg_type AS y ON y.oid = t.base)
		SELECT t.oid FROM t WHERE t.base = 0);
	RETURN coalesce(result, 'OPERATOR(pg_catalog.=)');
END
$$;
COMMENT ON FUNCTION _abc_equals(text) IS 'the qualified equality operator of a type';

-- NULL-safe and hashable: arrays compare NULL elements as equal.
CREATE FUNCTION _abc_same_partition(m abc_model, a text, b text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN m.partition_by = '{}' THEN 'true'
		ELSE @extschema@._abc_each(m.partition_by, 'ARRAY[' || a || '.%1$I] = ARRAY[' || b || '.%1$I]', ' AND ') END;
END
$$;
COMMENT ON FUNCTION _abc_same_partition(abc_model, text, text) IS 'part of the SQL builders of models';

-- a IS DISTINCT FROM b for tiers, by the tiers' own operator.
CREATE FUNCTION _abc_tiers_differ(a text, b text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.format('coalesce(NOT %1$s OPERATOR(@extschema@.=) %2$s, (%1$s IS NULL) <> (%2$s IS NULL))', a, b);
COMMENT ON FUNCTION _abc_tiers_differ(text, text) IS 'part of the SQL builders of models';

CREATE FUNCTION _abc_scheme_literal(scheme abc_scheme) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('%L::@extschema@.abc_scheme', scheme::text);
END
$$;
COMMENT ON FUNCTION _abc_scheme_literal(abc_scheme) IS 'part of the SQL builders of models';

-- How many tiers a scheme makes: one more than cut-offs of any total.
CREATE FUNCTION _abc_tier_count(scheme abc_scheme) RETURNS integer
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT cardinality(@extschema@.abc_cutoffs(v, scheme)) + 1 FROM (VALUES (1::double precision)) AS one (v));
END
$$;
COMMENT ON FUNCTION _abc_tier_count(abc_scheme) IS 'the number of tiers of a scheme';

-- A tier given as letter or as name.
CREATE FUNCTION _abc_tier_of(scheme abc_scheme, tier text) RETURNS abc_tier
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n integer := @extschema@._abc_tier_count(scheme);
	result @extschema@.abc_tier;
BEGIN
	SELECT chr(64 + i)::@extschema@.abc_tier INTO result FROM generate_series(1, n) AS i
	WHERE tier IN (chr(64 + i), @extschema@.abc_label(chr(64 + i)::@extschema@.abc_tier, scheme))
	ORDER BY tier = chr(64 + i) DESC LIMIT 1;
	IF result IS NULL AND tier IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('the scheme "%s" has no tier "%s"', scheme, tier),
			HINT = format('Its tiers are %s.', (SELECT string_agg(DISTINCT t, ', ') FROM generate_series(1, n) AS i
				CROSS JOIN LATERAL (VALUES (chr(64 + i)), (@extschema@.abc_label(chr(64 + i)::@extschema@.abc_tier, scheme))) AS v (t)));
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc_tier_of(abc_scheme, text) IS 'a tier given by letter or by name';
