--
-- Exact cut-offs from one call, whatever is below: what is read
--
-- The first round summarizes, the last asks for the few values in the intervals where cut-offs
-- lie, and where these would be many, rounds in between summarize what lies in the intervals.
-- Every round is one statement of plain aggregates with constants: parallel workers, foreign
-- servers and shards compute it where the rows are.
--
-- The statements of a round run under the search_path of the caller, as the user's own texts are
-- in them; all that is not the user's is qualified. Everything else runs under a pinned one.
--

-- What is read: the user's texts, and what is known of them.
CREATE TYPE _abc.scan AS (
	path text,			-- the caller's search_path
	items text[],		-- what to read in turn, each as it stands behind FROM
	value text,			-- the value as an expression of its kind
	kind text,			-- pg_catalog.float8, int8 or numeric
	single boolean,		-- the value is of type real
	together boolean,	-- all rows are on this machine
	sample_share numeric,	-- per cent of the pages that a sample is of; NULL: no samples
	condition text,
	group_by text[],	-- expressions
	key_casts text[]	-- of each, from text to its type and collation
);
COMMENT ON TYPE _abc.scan IS 'part of abc_cutoffs_of: what is read';

CREATE TYPE _abc.cut_group AS (
	id integer,
	keys text[],			-- values of the expressions of group_by
	has_rows boolean,		-- where there is no value: whether there is a row
	summary @extschema@.abc_summary,
	inside @extschema@.abc_summary[],	-- of the rounds in between
	lows numeric[],			-- the intervals in which cut-offs lie that are not known yet
	highs numeric[],
	within numeric,			-- at most so many different values are in them
	cutoffs numeric[]
);
COMMENT ON TYPE _abc.cut_group IS 'part of abc_cutoffs_of: a group between the rounds';

-- A text of the user's in parentheses, even if it ends with a comment.
CREATE FUNCTION _abc.user_text(text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN E'(' || $1 || E'\n)';
END
$$;
COMMENT ON FUNCTION _abc.user_text(text) IS 'part of abc_cutoffs_of: an expression or query as part of a statement';

-- Run a statement of ours, if there is one, under the search_path of the caller; $1 in it are the groups.
CREATE FUNCTION _abc.run(path text, statement text, groups _abc.cut_group[])
RETURNS TABLE (keys text[], id integer, n bigint, summary @extschema@.abc_summary, "values" numeric[], "rows" bigint[])
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1
AS $$
BEGIN
	IF statement IS NOT NULL THEN
		PERFORM set_config('search_path', path, true);
		RETURN QUERY EXECUTE statement USING groups;
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.run(text, text, _abc.cut_group[]) IS 'part of abc_cutoffs_of: runs the statement of a round';

-- The SELECT of such a statement; what is NULL here is NULL there.
CREATE FUNCTION _abc.answer(source text, keys text, id text, n text, summary text, "values" text, "rows" text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format($sql$
		SELECT CAST(%s AS pg_catalog.text[]), CAST(%s AS pg_catalog.int4), CAST(%s AS pg_catalog.int8),
			CAST(%s AS @extschema@.abc_summary), CAST(%s AS pg_catalog.numeric[]), CAST(%s AS pg_catalog.int8[])
		FROM %s
		$sql$,
		coalesce(keys, 'NULL'), coalesce(id, 'NULL'), coalesce(n, 'NULL'),
		coalesce(summary, 'NULL'), coalesce("values", 'NULL'), coalesce("rows", 'NULL'),
		source);
END
$$;
COMMENT ON FUNCTION _abc.answer(text, text, text, text, text, text, text) IS
	'part of abc_cutoffs_of: the SELECT of a round';

-- The relation of a name as the caller would find it.
CREATE FUNCTION _abc.relation(path text, name text) RETURNS regclass
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result regclass;
BEGIN
	PERFORM set_config('search_path', path, true);
	BEGIN
		result := pg_catalog.to_regclass(name);
	EXCEPTION WHEN syntax_error OR invalid_name THEN
		NULL;	-- what cannot be a name; from 16 on, to_regclass() gives NULL for it
	END;
	IF result IS NULL THEN
		RAISE undefined_table USING MESSAGE = pg_catalog.format('relation "%s" does not exist', name),
			HINT = 'The source is the name of a table, view or foreign table, '
				'or a query that begins with SELECT, WITH, VALUES or TABLE.';
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.relation(text, text) IS 'part of abc_cutoffs_of: the relation of a name';

/*
 * The parts of a partitioned table that has foreign ones: postgres_fdw computes aggregates of one
 * foreign table, not parts of an aggregate over several. NULL where the table is better read as a
 * whole, and where it must be, because rights or policies of the parts differ from its own.
 */
CREATE FUNCTION _abc.leaves(source regclass) RETURNS regclass[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT array_agg(t.relid ORDER BY t.relid)
		FROM pg_partition_tree(source) AS t JOIN pg_class AS c ON c.oid = t.relid
		WHERE t.isleaf AND (SELECT relkind FROM pg_class WHERE oid = source) = 'p'
		HAVING bool_or(c.relkind = 'f') AND bool_and(has_table_privilege(t.relid, 'SELECT'))
			AND NOT row_security_active(source));
END
$$;
COMMENT ON FUNCTION _abc.leaves(regclass) IS 'part of abc_cutoffs_of: the partitions of a table with foreign ones';

CREATE FUNCTION _abc.is_query(source text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN source ~* '^(\s|\(|--[^\n]*\n|/\*.*?\*/)*(select|with|values|table)(\s+[^\s.]|\s*[(''"*$/-])';
END
$$;
COMMENT ON FUNCTION _abc.is_query(text) IS 'part of abc_cutoffs_of: whether a source is a query, not a name';

-- What stands behind FROM. Parts of a table bear its name, as the user's texts may use it.
CREATE FUNCTION _abc.items(path text, source text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	relation regclass;
BEGIN
	IF _abc.is_query(source) THEN
		RETURN ARRAY[_abc.user_text(rtrim(source, E'; \t\r\n')) || ' AS source'];
	END IF;
	relation := _abc.relation(path, source);
	RETURN (
		SELECT array_agg(format('%I.%I AS %I', n.nspname, c.relname, named.relname) ORDER BY c.oid)
		FROM unnest(coalesce(_abc.leaves(relation), ARRAY[relation])) AS leaf (oid)
		JOIN pg_class AS c ON c.oid = leaf.oid JOIN pg_namespace AS n ON n.oid = c.relnamespace
		JOIN pg_class AS named ON named.oid = relation);
END
$$;
COMMENT ON FUNCTION _abc.items(text, text) IS 'part of abc_cutoffs_of: what is read, as it stands behind FROM';

-- Whether all rows are on this machine, for certain: there are neither foreign tables nor shards.
CREATE FUNCTION _abc.together(relation regclass) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF _abc.has_citus() THEN
		RETURN false;
	END IF;
	RETURN NOT EXISTS (SELECT FROM pg_foreign_table)
		OR EXISTS (SELECT FROM pg_class WHERE oid = relation AND relkind IN ('r', 'm'));
END
$$;
COMMENT ON FUNCTION _abc.together(regclass) IS 'part of abc_cutoffs_of: whether all rows are on this machine';

-- What the SELECTs that answer with a type of each expression share: a row even without reading anything.
CREATE FUNCTION _abc.look(scan _abc.scan, expressions text[], template text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	statement text;
BEGIN
	IF expressions = '{}' THEN
		RETURN '{}';
	END IF;
	SELECT _abc.answer(
			format('(SELECT) AS one LEFT JOIN (SELECT %s FROM %s WHERE false) AS source ON true',
				string_agg(format('%s AS e%s', _abc.user_text(e), i), ', ' ORDER BY i), scan.items[1]),
			format('ARRAY[%s]', string_agg(
				format('CAST(' || template || ' AS pg_catalog.text)', 'source.e' || i), ', ' ORDER BY i)),
			NULL::text, NULL::text, NULL::text, NULL::text, NULL::text)
		INTO statement
		FROM unnest(expressions) WITH ORDINALITY AS u (e, i);
	RETURN (SELECT r.keys FROM _abc.run(scan.path, statement, NULL::_abc.cut_group[]) AS r);
END
$$;
COMMENT ON FUNCTION _abc.look(_abc.scan, text[], text) IS
	'part of abc_cutoffs_of: what PostgreSQL says of expressions over the source';

-- The type that values are cut as, which holds all of theirs.
CREATE FUNCTION _abc.kind(type oid, value text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	base regtype := _abc.base_type(type);
BEGIN
	IF base <> ALL ('{numeric,bigint,double precision,real,integer,smallint}'::regtype[]) THEN
		RAISE datatype_mismatch USING
			MESSAGE = format('value "%s" is of type %s, not a number', value, format_type(type, NULL)),
			HINT = 'Cut-offs are those of numeric, bigint, double precision, real, integer or smallint values.';
	END IF;
	RETURN CASE WHEN base = 'numeric'::regtype THEN 'pg_catalog.numeric'
		WHEN base = ANY ('{bigint,integer,smallint}'::regtype[]) THEN 'pg_catalog.int8'
		ELSE 'pg_catalog.float8' END;
END
$$;
COMMENT ON FUNCTION _abc.kind(oid, text) IS 'part of abc_cutoffs_of: the type that values are cut as';

-- Casts from text to the types of the expressions to group by, with the collation in force where there is one.
CREATE FUNCTION _abc.key_casts(scan _abc.scan, types text[]) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result text[] := '{}';
	collation_name text;
	t record;
BEGIN
	FOR t IN SELECT u.i, format('%I.%I', n.nspname, y.typname) AS name, y.typcollation <> 0 AS collates
		FROM unnest(types::oid[]) WITH ORDINALITY AS u (oid, i)
		JOIN pg_type AS y ON y.oid = u.oid JOIN pg_namespace AS n ON n.oid = y.typnamespace ORDER BY u.i
	LOOP
		collation_name := NULL;
		IF t.collates THEN
			collation_name := (_abc.look(scan, scan.group_by[t.i : t.i], 'pg_catalog.pg_collation_for(%s)'::text))[1];
		END IF;
		result := result || format('CAST(%%s AS %s)%s',
			replace(t.name, '%', '%%'), replace(' COLLATE ' || collation_name, '%', '%%'));
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.key_casts(_abc.scan, text[]) IS 'part of abc_cutoffs_of: the casts of keys';

CREATE FUNCTION _abc.scan(path text, source text, value text, condition text, group_by text[]) RETURNS _abc.scan
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	scan _abc.scan;
	relation regclass;
	types text[];
BEGIN
	IF source IS NULL OR value IS NULL OR array_position(group_by, NULL) IS NOT NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'source, value and the expressions of "by" must not be NULL';
	END IF;
	scan.path := path;
	scan.group_by := coalesce(group_by, '{}');
	scan.condition := _abc.user_text(condition);
	scan.items := _abc.items(path, source);
	relation := CASE WHEN NOT _abc.is_query(source) THEN _abc.relation(path, source) END;
	scan.together := _abc.together(relation);
	scan.sample_share := CASE WHEN scan.together THEN _abc.sample_share(relation) END;
	types := _abc.look(scan, value || scan.group_by, 'CAST(pg_catalog.pg_typeof(%s) AS pg_catalog.oid)'::text);
	scan.kind := _abc.kind(types[1]::oid, value);
	scan.single := _abc.base_type(types[1]::oid) = 'real'::regtype;
	scan.value := format('CAST(%s AS %s)', _abc.user_text(value), scan.kind);
	scan.key_casts := _abc.key_casts(scan, types[2:]);
	RETURN scan;
END
$$;
COMMENT ON FUNCTION _abc.scan(text, text, text, text, text[]) IS 'part of abc_cutoffs_of: what is read, checked';
