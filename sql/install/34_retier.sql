--
-- Tiers written where the rows are
--

-- Run a statement that writes under the search_path of the caller; the number of rows. The tiers of a thousand groups
-- are an expression that LLVM would compile for minutes.
CREATE FUNCTION _abc.write(path text, statement text) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET jit = off
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

-- How the keys of groups compare: by the expressions of "by", what is equal, and what comes first.
CREATE TYPE _abc.key_order AS (
	equal text[],
	before text[]		-- NULL: not known to be ordered
);
COMMENT ON TYPE _abc.key_order IS 'part of abc_retier: the operators of keys';

CREATE FUNCTION _abc.key_order(scan _abc.scan) RETURNS _abc.key_order
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	types text[] := _abc.look(scan, scan.group_by, 'CAST(pg_catalog.pg_typeof(%s) AS pg_catalog.oid)'::text);
	result _abc.key_order;
BEGIN
	SELECT coalesce(array_agg(o.equal ORDER BY o.i), '{}'), coalesce(array_agg(o.before ORDER BY o.i), '{}')
		INTO result.equal, result.before
		FROM (
			SELECT u.i, coalesce(_abc.btree_operator(u.type, 3), 'OPERATOR(pg_catalog.=)') AS equal,
				coalesce(_abc.btree_operator(u.type, 1),
					CASE WHEN _abc.base_type(u.type) = 'varchar'::regtype THEN 'OPERATOR(pg_catalog.<)' END) AS before
			FROM unnest(types::oid[]) WITH ORDINALITY AS u (type, i)) AS o;
	IF array_position(result.before, NULL) IS NOT NULL THEN
		result.before := NULL;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.key_order(_abc.scan) IS 'part of abc_retier: how keys compare';

-- A key of a row compared with that of a group.
CREATE FUNCTION _abc.compared_key(scan _abc.scan, i integer, operator text, key text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('%s %s %s',
		_abc.user_text(scan.group_by[i]), operator, format(scan.key_casts[i], quote_literal(key)));
END
$$;
COMMENT ON FUNCTION _abc.compared_key(_abc.scan, integer, text, text) IS 'part of abc_retier: a comparison of keys';

-- The condition that a row is of a group, by the keys from one of them on.
CREATE FUNCTION _abc.is_of_group(scan _abc.scan, key_order _abc.key_order, keys text[], first integer, last integer)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(CASE WHEN keys[i] IS NULL THEN format('%s IS NULL', _abc.user_text(scan.group_by[i]))
			ELSE _abc.compared_key(scan, i, key_order.equal[i], keys[i]) END, ' AND ' ORDER BY i)
		FROM generate_subscripts(keys, 1) AS i WHERE i BETWEEN first AND last);
END
$$;
COMMENT ON FUNCTION _abc.is_of_group(_abc.scan, _abc.key_order, text[], integer, integer) IS
	'part of abc_retier: the condition that a row is of a group';

-- The condition that a row's group comes before another one, NULL last; not true where it is that one, or behind.
CREATE FUNCTION _abc.is_before_group(scan _abc.scan, key_order _abc.key_order, keys text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result text;
	before text;
BEGIN
	FOR i IN REVERSE cardinality(keys) .. 1 LOOP
		before := CASE WHEN keys[i] IS NULL THEN format('%s IS NOT NULL', _abc.user_text(scan.group_by[i]))
			ELSE _abc.compared_key(scan, i, key_order.before[i], keys[i]) END;
		result := concat(before, ' OR ' || _abc.is_of_group(scan, key_order, keys, i, i) || ' AND (' || result || ')');
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.is_before_group(_abc.scan, _abc.key_order, text[]) IS
	'part of abc_retier: the condition that a row comes before a group';

-- Groups in the order of their keys, if there are many and they have one: with their keys and cut-offs alone.
CREATE FUNCTION _abc.ordered_groups(scan _abc.scan, key_order _abc.key_order, groups _abc.cut_group[])
RETURNS _abc.cut_group[]
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bare _abc.cut_group[] := ARRAY(
		SELECT ROW(g.i, g.keys, NULL, NULL, NULL, NULL, NULL, NULL, g.cutoffs)::_abc.cut_group
		FROM (SELECT row_number() OVER () AS i, u.keys, u.cutoffs FROM unnest(groups) AS u) AS g ORDER BY g.i);
	statement text := _abc.answer(
		format('pg_catalog.unnest($1) AS g ORDER BY %s', rtrim(_abc.key_columns(scan, '%3$s'::text), ', ')),
		NULL::text, 'g.id'::text, NULL::text, NULL::text, NULL::text, NULL::text);
BEGIN
	IF key_order.before IS NULL OR cardinality(key_order.before) = 0 THEN
		RETURN bare;
	END IF;
	RETURN ARRAY(
		SELECT bare[r.id] FROM _abc.run(scan.path, statement, bare) WITH ORDINALITY AS r ORDER BY r.ordinality);
END
$$;
COMMENT ON FUNCTION _abc.ordered_groups(_abc.scan, _abc.key_order, _abc.cut_group[]) IS
	'part of abc_retier: groups in the order of their keys';

-- The tier by group: a few comparisons in turn, for many groups in order a binary search.
CREATE FUNCTION _abc.tier_by_group(scan _abc.scan, key_order _abc.key_order, tier text, groups _abc.cut_group[])
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	few constant integer := 4;
	middle constant integer := cardinality(groups) / 2 + 1;
BEGIN
	IF key_order.before IS NOT NULL AND cardinality(groups) > few THEN
		RETURN format('CASE WHEN %s THEN %s ELSE %s END', _abc.is_before_group(scan, key_order, groups[middle].keys),
			_abc.tier_by_group(scan, key_order, tier, groups[: middle - 1]),
			_abc.tier_by_group(scan, key_order, tier, groups[middle :]));
	END IF;
	RETURN (
		SELECT 'CASE ' || string_agg(
			format('WHEN %s THEN %s',
				_abc.is_of_group(scan, key_order, g.keys, 1, cardinality(g.keys)), format(tier, g.cutoffs)),
			' ' ORDER BY g.id) || ' END'
		FROM unnest(groups) AS g);
END
$$;
COMMENT ON FUNCTION _abc.tier_by_group(_abc.scan, _abc.key_order, text, _abc.cut_group[]) IS
	'part of abc_retier: the tier by group';

-- The tier of a row: what abc_classify gives, given the cut-offs of its group as constants.
CREATE FUNCTION _abc.tier_of_row(scan _abc.scan, scheme @extschema@.abc_scheme, groups _abc.cut_group[]) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	tier text := format('@extschema@.abc_assign(%s, CAST(%%L AS %s[]))', replace(scan.value, '%', '%%'), scan.kind);
	key_order _abc.key_order;
BEGIN
	IF scheme::text ~ 'negative drop' THEN
		tier := format('CASE WHEN %s OPERATOR(pg_catalog.>=) CAST(''0'' AS %s) THEN %s END',
			replace(scan.value, '%', '%%'), scan.kind, tier);
	END IF;
	IF scan.group_by = '{}' THEN
		RETURN format(tier, groups[1].cutoffs);
	END IF;
	key_order := _abc.key_order(scan);
	RETURN _abc.tier_by_group(scan, key_order, tier, _abc.ordered_groups(scan, key_order, groups));
END
$$;
COMMENT ON FUNCTION _abc.tier_of_row(_abc.scan, @extschema@.abc_scheme, _abc.cut_group[]) IS
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
		WHERE a.attrelid = relation AND a.attname = parts[1] AND cardinality(parts) = 1
			AND a.attnum > 0 AND NOT a.attisdropped;
	IF qualified IS NULL THEN
		RAISE undefined_column USING MESSAGE = format('column "%s" of %s does not exist', name, relation);
	END IF;
	compared := CASE WHEN type = '@extschema@.abc_tier'::regtype THEN qualified
		ELSE format('CAST(%s AS pg_catalog.text)', qualified) END;
END
$$;
COMMENT ON FUNCTION _abc.tier_column(regclass, text) IS 'part of abc_retier: the tier column';

/*
 * One UPDATE of plain expressions and constants, so that postgres_fdw and Citus run all of it where the rows are.
 * Operators are qualified, and there is no IS DISTINCT FROM, which would look for one in the caller's path.
 */
CREATE FUNCTION _abc.retier(
	path text, source text, value text, tier_column text, scheme @extschema@.abc_scheme, group_by text[]
) RETURNS bigint
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
	tier := _abc.tier_of_row(scan, scheme, groups);
	RETURN _abc.write(path, (
		SELECT format($sql$
			UPDATE %1$I.%2$I AS %2$I SET %3$s = %6$s
			WHERE %5$s OPERATOR(@extschema@.<>) %6$s OR (%4$s IS NULL) OPERATOR(pg_catalog.<>) ((%6$s) IS NULL)
			$sql$,
			n.nspname, c.relname, tier_of.bare, tier_of.qualified, tier_of.compared, tier)
		FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = relation));
END
$$;
COMMENT ON FUNCTION _abc.retier(text, text, text, text, @extschema@.abc_scheme, text[]) IS
	'part of abc_retier: cut-offs, and the statement that writes';

CREATE FUNCTION abc_retier(
	source text, value text, tier_column text, scheme @extschema@.abc_scheme DEFAULT '80/95',
	"by" text[] DEFAULT NULL
) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN _abc.retier(pg_catalog.current_setting('search_path'), source, value, tier_column, scheme, "by");
COMMENT ON FUNCTION abc_retier(text, text, text, @extschema@.abc_scheme, text[]) IS
	'writes the tier of every row of a table, as abc_classify gives it, into a column, where the rows are (foreign '
	'servers, shards); touches only rows whose tier changes and returns their number';
