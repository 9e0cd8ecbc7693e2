--
-- Tiers written where the rows are
--

-- Run a statement that writes under the search_path of the caller; the number of rows.
CREATE FUNCTION _abc.write(path text, statement text) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result bigint;
BEGIN
	PERFORM set_config('search_path', path, true);
	EXECUTE statement;
	GET DIAGNOSTICS result = ROW_COUNT;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.write(text, text) IS 'part of abc_retier: runs the statement';

-- The condition that a row is of a group.
CREATE FUNCTION _abc.is_of_group(scan _abc.scan, equality text[], keys text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(CASE WHEN k IS NULL THEN format('%s IS NULL', _abc.user_text(e))
			ELSE format('%s %s %s', _abc.user_text(e), o, format(t, quote_literal(k))) END, ' AND ' ORDER BY i)
		FROM unnest(scan.group_by, equality, keys, scan.key_casts) WITH ORDINALITY AS u (e, o, k, t, i));
END
$$;
COMMENT ON FUNCTION _abc.is_of_group(_abc.scan, text[], text[]) IS
	'part of abc_retier: the condition that a row is of a group';

-- The tier of a row: what abc_classify gives, given the cut-offs of its group as constants.
CREATE FUNCTION _abc.tier_of_row(scan _abc.scan, scheme @extschema@.abc_scheme, groups _abc.cut_group[], equality text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	tier text := format('@extschema@.abc_assign(%s, CAST(%%L AS %s[]))', scan.value, scan.kind);
BEGIN
	IF scheme::text ~ 'negative drop' THEN
		tier := format('CASE WHEN %s OPERATOR(pg_catalog.>=) CAST(''0'' AS %s) THEN %s END', scan.value, scan.kind, tier);
	END IF;
	IF scan.group_by = '{}' THEN
		RETURN format(tier, groups[1].cutoffs);
	END IF;
	RETURN (SELECT 'CASE ' || string_agg(format('WHEN %s THEN %s', _abc.is_of_group(scan, equality, g.keys),
			format(tier, g.cutoffs)), ' ' ORDER BY g.id) || ' END'
		FROM unnest(groups) AS g);
END
$$;
COMMENT ON FUNCTION _abc.tier_of_row(_abc.scan, @extschema@.abc_scheme, _abc.cut_group[], text[]) IS
	'part of abc_retier: the tier of a row as an expression';

-- The tier column of a relation: as what is set, what is read, and what is compared with a tier: a tier, or a text.
CREATE FUNCTION _abc.tier_column(relation regclass, name text, OUT bare text, OUT qualified text, OUT compared text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parts text[];
	type oid;
BEGIN
	IF name IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'the tier column must not be NULL';
	END IF;
	parts := parse_ident(name);
	SELECT _abc.base_type(a.atttypid), quote_ident(a.attname), format('%I.%I', c.relname, a.attname)
		INTO type, bare, qualified
		FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
		WHERE a.attrelid = relation AND a.attname = parts[1] AND cardinality(parts) = 1 AND a.attnum > 0 AND NOT a.attisdropped;
	IF qualified IS NULL THEN
		RAISE undefined_column USING MESSAGE = format('column "%s" of %s does not exist', name, relation);
	END IF;
	compared := CASE WHEN type = '@extschema@.abc_tier'::regtype THEN qualified ELSE format('CAST(%s AS pg_catalog.text)', qualified) END;
END
$$;
COMMENT ON FUNCTION _abc.tier_column(regclass, text) IS 'part of abc_retier: the tier column';

/*
 * One UPDATE of plain expressions and constants, so that postgres_fdw and Citus run all of it where the rows are.
 * Operators are qualified, and there is no IS DISTINCT FROM, which would look for one in the caller's path.
 */
CREATE FUNCTION _abc.retier(path text, source text, value text, tier_column text, scheme @extschema@.abc_scheme, group_by text[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	scan _abc.scan;
	relation regclass;
	groups _abc.cut_group[];
	tier_of record;
	tier text;
BEGIN
	IF _abc.is_query(source) THEN
		RAISE wrong_object_type USING MESSAGE = 'tiers are written to a table, not to a query',
			HINT = 'Pass the name of a table, partitioned table, foreign table or updatable view.';
	END IF;
	scan := _abc.scan(path, source, value, NULL::text, group_by);
	relation := _abc.relation(path, source);
	tier_of := _abc.tier_column(relation, tier_column);
	groups := ARRAY(SELECT g FROM _abc.cutoffs_of(path, source, value, scheme, NULL::text, group_by) AS g);
	IF groups = '{}' THEN
		RETURN 0;
	END IF;
	tier := _abc.tier_of_row(scan, scheme, groups,
		ARRAY(SELECT coalesce(_abc.equality(type::oid), 'OPERATOR(pg_catalog.=)')
			FROM unnest(_abc.look(scan, scan.group_by, 'CAST(pg_catalog.pg_typeof(%s) AS pg_catalog.oid)'::text))
				WITH ORDINALITY AS u (type, i) ORDER BY i));
	RETURN _abc.write(path, (
		SELECT format('UPDATE %1$I.%2$I AS %2$I SET %3$s = %6$s WHERE %5$s OPERATOR(@extschema@.<>) %6$s '
				'OR (%4$s IS NULL) OPERATOR(pg_catalog.<>) ((%6$s) IS NULL)',
				n.nspname, c.relname, tier_of.bare, tier_of.qualified, tier_of.compared, tier)
			FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = relation));
END
$$;
COMMENT ON FUNCTION _abc.retier(text, text, text, text, @extschema@.abc_scheme, text[]) IS
	'part of abc_retier: cut-offs, and the statement that writes';

CREATE FUNCTION abc_retier(source text, value text, tier_column text, scheme @extschema@.abc_scheme DEFAULT '80/95', "by" text[] DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN _abc.retier(pg_catalog.current_setting('search_path'), source, value, tier_column, scheme, "by");
COMMENT ON FUNCTION abc_retier(text, text, text, @extschema@.abc_scheme, text[]) IS
	'writes the tier of every row of a table, as abc_classify gives it, into a column, where the rows are (foreign servers, shards); touches only rows whose tier changes and returns their number';
