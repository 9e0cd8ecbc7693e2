--
-- Exact cut-offs from one call, whatever is below
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
CREATE TYPE _abc_scan AS (
	path text,			-- the caller's search_path
	items text[],		-- what to read in turn, each as it stands behind FROM
	value text,			-- the value as an expression of its kind
	kind text,			-- pg_catalog.float8, int8 or numeric
	together boolean,	-- all rows are on this machine
	condition text,
	group_by text[],	-- expressions
	key_casts text[]	-- of each, from text to its type and collation
);
COMMENT ON TYPE _abc_scan IS 'part of abc_cutoffs_of: what is read';

CREATE TYPE _abc_group AS (
	id integer,
	keys text[],			-- values of the expressions of group_by
	has_rows boolean,		-- where there is no value: whether there is a row
	summary abc_summary,
	inside abc_summary[],	-- of the rounds in between
	lows numeric[],			-- the intervals in which cut-offs lie that are not known yet
	highs numeric[],
	within numeric,			-- at most so many different values are in them
	cutoffs numeric[]
);
COMMENT ON TYPE _abc_group IS 'part of abc_cutoffs_of: a group between the rounds';

-- A text of the user's in parentheses, even if it ends with a comment.
CREATE FUNCTION _abc_user_text(text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN E'(' || $1 || E'\n)';
END
$$;
COMMENT ON FUNCTION _abc_user_text(text) IS 'part of abc_cutoffs_of: an expression or query as part of a statement';

-- Run a statement of ours, if there is one, under the search_path of the caller; $1 in it are the groups.
CREATE FUNCTION _abc_run(path text, statement text, groups _abc_group[])
RETURNS TABLE (keys text[], id integer, n bigint, summary abc_summary, "values" numeric[], "rows" bigint[])
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1
AS $$
BEGIN
	IF statement IS NOT NULL THEN
		PERFORM set_config('search_path', path, true);
		RETURN QUERY EXECUTE statement USING groups;
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_run(text, text, _abc_group[]) IS 'part of abc_cutoffs_of: runs the statement of a round';

-- The SELECT of such a statement; what is NULL here is NULL there.
CREATE FUNCTION _abc_answer(source text, keys text, id text, n text, summary text, "values" text, "rows" text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('SELECT CAST(%s AS pg_catalog.text[]), CAST(%s AS pg_catalog.int4), CAST(%s AS pg_catalog.int8), '
		'CAST(%s AS @extschema@.abc_summary), CAST(%s AS pg_catalog.numeric[]), CAST(%s AS pg_catalog.int8[]) FROM %s',
		coalesce(keys, 'NULL'), coalesce(id, 'NULL'), coalesce(n, 'NULL'), coalesce(summary, 'NULL'), coalesce("values", 'NULL'),
		coalesce("rows", 'NULL'), source);
END
$$;
COMMENT ON FUNCTION _abc_answer(text, text, text, text, text, text, text) IS 'part of abc_cutoffs_of: the SELECT of a round';

-- The relation of a name as the caller would find it.
CREATE FUNCTION _abc_relation(path text, name text) RETURNS regclass
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result regclass;
BEGIN
	PERFORM set_config('search_path', path, true);
	result := pg_catalog.to_regclass(name);
	IF result IS NULL THEN
		RAISE undefined_table USING MESSAGE = pg_catalog.format('relation "%s" does not exist', name),
			HINT = 'The source is the name of a table, view or foreign table, or a query that begins with SELECT, WITH, VALUES or TABLE.';
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc_relation(text, text) IS 'part of abc_cutoffs_of: the relation of a name';

/*
 * The parts of a partitioned table that has foreign ones: postgres_fdw computes aggregates of one
 * foreign table, not parts of an aggregate over several. NULL where the table is better read as a
 * whole, and where it must be, because rights or policies of the parts differ from its own.
 */
CREATE FUNCTION _abc_leaves(source regclass) RETURNS regclass[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT array_agg(t.relid ORDER BY t.relid) FROM pg_partition_tree(source) AS t JOIN pg_class AS c ON c.oid = t.relid
		WHERE t.isleaf AND (SELECT relkind FROM pg_class WHERE oid = source) = 'p'
		HAVING bool_or(c.relkind = 'f') AND bool_and(has_table_privilege(t.relid, 'SELECT')) AND NOT row_security_active(source));
END
$$;
COMMENT ON FUNCTION _abc_leaves(regclass) IS 'part of abc_cutoffs_of: the partitions of a table with foreign ones';

CREATE FUNCTION _abc_is_query(source text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN source ~* '^(\s|\(|--[^\n]*\n|/\*.*?\*/)*(select|with|values|table)(\s+[^\s.]|\s*[(''"*$/-])';
END
$$;
COMMENT ON FUNCTION _abc_is_query(text) IS 'part of abc_cutoffs_of: whether a source is a query, not a name';

-- What stands behind FROM. Parts of a table bear its name, as the user's texts may use it.
CREATE FUNCTION _abc_items(path text, source text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	relation regclass;
BEGIN
	IF @extschema@._abc_is_query(source) THEN
		RETURN ARRAY[@extschema@._abc_user_text(rtrim(source, E'; \t\r\n')) || ' AS source'];
	END IF;
	relation := @extschema@._abc_relation(path, source);
	RETURN (SELECT array_agg(format('%I.%I AS %I', n.nspname, c.relname, (SELECT relname FROM pg_class WHERE oid = relation)) ORDER BY c.oid)
		FROM unnest(coalesce(@extschema@._abc_leaves(relation), ARRAY[relation])) AS leaf (oid)
		JOIN pg_class AS c ON c.oid = leaf.oid JOIN pg_namespace AS n ON n.oid = c.relnamespace);
END
$$;
COMMENT ON FUNCTION _abc_items(text, text) IS 'part of abc_cutoffs_of: what is read, as it stands behind FROM';

-- Whether all rows are on this machine, for certain: there are neither foreign tables nor shards.
CREATE FUNCTION _abc_together(relation regclass) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
		RETURN false;
	END IF;
	RETURN NOT EXISTS (SELECT FROM pg_foreign_table)
		OR EXISTS (SELECT FROM pg_class WHERE oid = relation AND relkind IN ('r', 'm'));
END
$$;
COMMENT ON FUNCTION _abc_together(regclass) IS 'part of abc_cutoffs_of: whether all rows are on this machine';

-- What the SELECTs that answer with a type of each expression share: a row even without reading anything.
CREATE FUNCTION _abc_look(scan _abc_scan, expressions text[], template text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	statement text;
BEGIN
	IF expressions = '{}' THEN
		RETURN '{}';
	END IF;
	SELECT @extschema@._abc_answer(
			format('(SELECT) AS one LEFT JOIN (SELECT %s FROM %s WHERE false) AS source ON true',
				string_agg(format('%s AS e%s', @extschema@._abc_user_text(e), i), ', ' ORDER BY i), scan.items[1]),
			format('ARRAY[%s]', string_agg(format('CAST(' || template || ' AS pg_catalog.text)', 'source.e' || i), ', ' ORDER BY i)),
			NULL::text, NULL::text, NULL::text, NULL::text, NULL::text)
		INTO statement
		FROM unnest(expressions) WITH ORDINALITY AS u (e, i);
	RETURN (SELECT r.keys FROM @extschema@._abc_run(scan.path, statement, NULL::@extschema@._abc_group[]) AS r);
END
$$;
COMMENT ON FUNCTION _abc_look(_abc_scan, text[], text) IS 'part of abc_cutoffs_of: what PostgreSQL says of expressions over the source';

-- The base type of a domain, any other type itself.
CREATE FUNCTION _abc_base_type(type oid) RETURNS oid
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (WITH RECURSIVE t (oid, base) AS (
			SELECT y.oid, y.typbasetype FROM pg_type AS y WHERE y.oid = type
			UNION ALL SELECT y.oid, y.typbasetype FROM t JOIN pg_type AS y ON y.oid = t.base)
		SELECT t.oid FROM t WHERE t.base = 0);
END
$$;
COMMENT ON FUNCTION _abc_base_type(oid) IS 'part of abc_cutoffs_of: the base type of a domain';

-- The type that values are cut as: the one of their own that abc_cutoffs takes.
CREATE FUNCTION _abc_kind(type oid, value text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	base regtype := @extschema@._abc_base_type(type);
BEGIN
	IF base <> ALL ('{numeric,bigint,double precision,real,integer,smallint}'::regtype[]) THEN
		RAISE datatype_mismatch USING MESSAGE = format('value "%s" is of type %s, not a number', value, format_type(type, NULL)),
			HINT = 'Cut-offs are those of numeric, bigint, double precision, real, integer or smallint values.';
	END IF;
	RETURN CASE WHEN base = 'numeric'::regtype THEN 'pg_catalog.numeric' WHEN base = 'bigint'::regtype THEN 'pg_catalog.int8'
		ELSE 'pg_catalog.float8' END;
END
$$;
COMMENT ON FUNCTION _abc_kind(oid, text) IS 'part of abc_cutoffs_of: the type that values are cut as';

-- Casts from text to the types of the expressions to group by, with the collation in force where there is one.
CREATE FUNCTION _abc_key_casts(scan _abc_scan, types text[]) RETURNS text[]
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
			collation_name := (@extschema@._abc_look(scan, scan.group_by[t.i : t.i], 'pg_catalog.pg_collation_for(%s)'::text))[1];
		END IF;
		result := result || format('CAST(%%s AS %s)%s', replace(t.name, '%', '%%'), replace(' COLLATE ' || collation_name, '%', '%%'));
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc_key_casts(_abc_scan, text[]) IS 'part of abc_cutoffs_of: the casts of keys';

CREATE FUNCTION _abc_scan(path text, source text, value text, condition text, group_by text[]) RETURNS _abc_scan
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	scan @extschema@._abc_scan;
	types text[];
BEGIN
	IF source IS NULL OR value IS NULL OR array_position(group_by, NULL) IS NOT NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'source, value and the expressions of "by" must not be NULL';
	END IF;
	scan.path := path;
	scan.group_by := coalesce(group_by, '{}');
	scan.condition := @extschema@._abc_user_text(condition);
	scan.items := @extschema@._abc_items(path, source);
	scan.together := @extschema@._abc_together(CASE WHEN NOT @extschema@._abc_is_query(source) THEN @extschema@._abc_relation(path, source) END);
	types := @extschema@._abc_look(scan, value || scan.group_by, 'CAST(pg_catalog.pg_typeof(%s) AS pg_catalog.oid)'::text);
	scan.kind := @extschema@._abc_kind(types[1]::oid, value);
	scan.value := format('CAST(%s AS %s)', @extschema@._abc_user_text(value), scan.kind);
	scan.key_casts := @extschema@._abc_key_casts(scan, types[2:]);
	RETURN scan;
END
$$;
COMMENT ON FUNCTION _abc_scan(text, text, text, text, text[]) IS 'part of abc_cutoffs_of: what is read, checked';

/*
 * The statements
 */

-- k1, k2 and so on, each in a template, with a comma behind the last.
CREATE FUNCTION _abc_key_columns(scan _abc_scan, template text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce((SELECT string_agg(format(template, i, @extschema@._abc_user_text(scan.group_by[i]), format(scan.key_casts[i], format('g.keys[%s]', i))), ', ' ORDER BY i) || ', '
		FROM generate_series(1, cardinality(scan.group_by)) AS i), '');
END
$$;
COMMENT ON FUNCTION _abc_key_columns(_abc_scan, text) IS 'part of abc_cutoffs_of: the columns of the keys in a statement';

-- GROUP BY the first columns, as many as there are expressions.
CREATE FUNCTION _abc_group_by(expressions text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce(' GROUP BY ' || (SELECT string_agg(i::text, ', ' ORDER BY i) FROM generate_series(1, cardinality(expressions)) AS i), '');
END
$$;
COMMENT ON FUNCTION _abc_group_by(text[]) IS 'part of abc_cutoffs_of: GROUP BY the first columns';

-- The keys and a value of every item, if one is asked for, and an aggregate over the rows that have them in common.
CREATE FUNCTION _abc_read(scan _abc_scan, value text, aggregate text, filter text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	conditions text := array_to_string(ARRAY[scan.condition, '(' || filter || ')'], ' AND ');
BEGIN
	RETURN (SELECT string_agg(format('SELECT %s%s FROM %s%s%s', @extschema@._abc_key_columns(scan, '%2$s AS k%1$s'::text),
			coalesce(value || ' AS v, ', '') || aggregate, item,
			CASE WHEN conditions <> '' THEN ' WHERE ' || conditions ELSE '' END,
			@extschema@._abc_group_by(CASE WHEN value IS NULL THEN scan.group_by ELSE scan.group_by || value END)), ' UNION ALL ' ORDER BY i)
		FROM unnest(scan.items) WITH ORDINALITY AS u (item, i));
END
$$;
COMMENT ON FUNCTION _abc_read(_abc_scan, text, text, text) IS 'part of abc_cutoffs_of: the SELECT that reads';

-- Summary s by group: of each item where it is, merged here.
CREATE FUNCTION _abc_summarizing(scan _abc_scan, filter text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parts text := @extschema@._abc_read(scan, NULL::text, format('@extschema@.abc_summarize(%s) AS s', scan.value), filter);
BEGIN
	IF cardinality(scan.items) = 1 THEN
		RETURN parts;
	END IF;
	RETURN format('SELECT %s@extschema@.abc_merge(s) AS s FROM (%s) AS part%s',
		@extschema@._abc_key_columns(scan, 'k%1$s'::text), parts, @extschema@._abc_group_by(scan.group_by));
END
$$;
COMMENT ON FUNCTION _abc_summarizing(_abc_scan, text) IS 'part of abc_cutoffs_of: the SELECT of a round that summarizes';

-- What was read, columns of it, with the number of the group in $1 that has the same keys.
CREATE FUNCTION _abc_of_groups(scan _abc_scan, reading text, columns text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('SELECT id, %2$s FROM (SELECT pg_catalog.max(id) OVER (%3$s) AS id, %2$s FROM ('
		'SELECT %4$sCAST(NULL AS pg_catalog.int4) AS id, %2$s FROM (%1$s) AS reading '
		'UNION ALL SELECT %5$sg.id, %6$s FROM pg_catalog.unnest($1) AS g) AS numbers) AS numbered '
		'WHERE id IS NOT NULL AND (%2$s) IS NOT NULL',
		reading, columns, rtrim('PARTITION BY ' || nullif(@extschema@._abc_key_columns(scan, 'k%1$s'::text), ''), ', '),
		@extschema@._abc_key_columns(scan, 'k%1$s'::text), @extschema@._abc_key_columns(scan, '%3$s AS k%1$s'::text),
		regexp_replace(columns, '\w+', 'NULL', 'g'));
END
$$;
COMMENT ON FUNCTION _abc_of_groups(_abc_scan, text, text) IS 'part of abc_cutoffs_of: the groups of what was read';

-- The keys of a group as texts.
CREATE FUNCTION _abc_keys(scan _abc_scan) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('ARRAY[%s]', rtrim(@extschema@._abc_key_columns(scan, 'CAST(k%1$s AS pg_catalog.text)'::text), ', '));
END
$$;
COMMENT ON FUNCTION _abc_keys(_abc_scan) IS 'part of abc_cutoffs_of: the keys of a group as texts';

-- Values, or an array of them, as numerics that read back to the same: float8 by way of its shortest text.
CREATE FUNCTION _abc_exact_numeric(scan _abc_scan, expression text, suffix text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format(CASE scan.kind WHEN 'pg_catalog.float8' THEN 'CAST(CAST(%s AS pg_catalog.text) AS pg_catalog.numeric%s)'
		ELSE 'CAST(%s AS pg_catalog.numeric%s)' END, expression, suffix);
END
$$;
COMMENT ON FUNCTION _abc_exact_numeric(_abc_scan, text, text) IS 'part of abc_cutoffs_of: values as numerics that read back to the same';

CREATE FUNCTION _abc_counting(scan _abc_scan) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN @extschema@._abc_answer(format('(%s) AS reading', @extschema@._abc_read(scan, NULL::text, 'pg_catalog.count(*) AS n'::text, NULL::text)),
		NULL::text, NULL::text, 'n'::text, NULL::text, NULL::text, NULL::text);
END
$$;
COMMENT ON FUNCTION _abc_counting(_abc_scan) IS 'part of abc_cutoffs_of: the statement that counts the rows of groups';

CREATE FUNCTION _abc_one_pass(scan _abc_scan, scheme abc_scheme) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN @extschema@._abc_answer(
		format('(%s) AS reading', @extschema@._abc_read(scan, NULL::text, format('@extschema@.abc_cutoffs(%s, CAST(%L AS @extschema@.abc_scheme)) AS c',
			scan.value, scheme::text), NULL::text)),
		@extschema@._abc_keys(scan), NULL::text, NULL::text, NULL::text, @extschema@._abc_exact_numeric(scan, 'c'::text, '[]'::text), NULL::text);
END
$$;
COMMENT ON FUNCTION _abc_one_pass(_abc_scan, abc_scheme) IS 'part of abc_cutoffs_of: the statement that cuts groups of few rows';

CREATE FUNCTION _abc_first_round(scan _abc_scan) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN @extschema@._abc_answer(format('(%s) AS reading', @extschema@._abc_summarizing(scan, NULL::text)),
		@extschema@._abc_keys(scan), NULL::text, NULL::text, 's'::text, NULL::text, NULL::text);
END
$$;
COMMENT ON FUNCTION _abc_first_round(_abc_scan) IS 'part of abc_cutoffs_of: the statement of the first round';

CREATE FUNCTION _abc_round_between(scan _abc_scan, filter text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN @extschema@._abc_answer(
		format('(%s) AS found', @extschema@._abc_of_groups(scan, @extschema@._abc_summarizing(scan, filter), 's'::text)),
		NULL::text, 'id'::text, NULL::text, 's'::text, NULL::text, NULL::text);
END
$$;
COMMENT ON FUNCTION _abc_round_between(_abc_scan, text) IS 'part of abc_cutoffs_of: the statement of a round in between';

-- One filter is common to all groups: of what it lets through each takes what is in its own intervals.
CREATE FUNCTION _abc_last_round(scan _abc_scan, filter text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN @extschema@._abc_answer(
		format('(SELECT id, %s AS v, n FROM (%s) AS found OFFSET 0) AS found '
				'JOIN pg_catalog.unnest($1) AS g ON g.id OPERATOR(pg_catalog.=) found.id '
				'WHERE @extschema@.abc_within(found.v, g.lows, g.highs) GROUP BY g.id', @extschema@._abc_exact_numeric(scan, 'v'::text, ''::text),
			@extschema@._abc_of_groups(scan, @extschema@._abc_read(scan, scan.value, 'pg_catalog.count(*) AS n'::text, filter), 'v, n'::text)),
		NULL::text, 'g.id'::text, NULL::text, NULL::text, 'pg_catalog.array_agg(found.v)'::text, 'pg_catalog.array_agg(found.n)'::text);
END
$$;
COMMENT ON FUNCTION _abc_last_round(_abc_scan, text) IS 'part of abc_cutoffs_of: the statement of the last round';

/*
 * The value is in an interval of a group: a few comparisons, for which an index serves, or a search in many. Most values
 * are below all intervals, as large ones are rare: they are gone after one comparison.
 */
CREATE FUNCTION _abc_filter(scan _abc_scan, groups _abc_group[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	few constant integer := 8;
BEGIN
	RETURN (SELECT format('%1$s OPERATOR(pg_catalog.>=) CAST(%2$L AS %3$s) AND (', scan.value, min(i.low), scan.kind)
			|| CASE WHEN count(*) <= few
			THEN string_agg(format('%1$s OPERATOR(pg_catalog.>=) CAST(%2$L AS %4$s) AND %1$s OPERATOR(pg_catalog.<=) CAST(%3$L AS %4$s)',
				scan.value, i.low, i.high, scan.kind), ' OR ' ORDER BY i.low)
			ELSE format('@extschema@.abc_within(%1$s, CAST(%2$L AS %4$s[]), CAST(%3$L AS %4$s[]))',
				scan.value, array_agg(i.low ORDER BY i.low, i.high), array_agg(i.high ORDER BY i.low, i.high), scan.kind) END || ')'
		FROM (SELECT DISTINCT u.low, u.high FROM unnest(groups) AS g, unnest(g.lows, g.highs) AS u (low, high)) AS i);
END
$$;
COMMENT ON FUNCTION _abc_filter(_abc_scan, _abc_group[]) IS 'part of abc_cutoffs_of: the condition that lets the values of the intervals through';

/*
 * The rounds
 */

-- The intervals in which cut-offs lie that are not known yet; none under rule "value", which gives them.
CREATE FUNCTION _abc_intervals(
	summary abc_summary, inside abc_summary[], scheme abc_scheme, kind text,
	OUT lows numeric[], OUT highs numeric[], OUT within numeric
)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	units numeric := CASE WHEN kind <> 'pg_catalog.float8' THEN 10::numeric ^ scale(@extschema@.abc_total(summary)) END;
BEGIN
	SELECT array_agg(b.low ORDER BY b.low), array_agg(b.high ORDER BY b.low), sum(least(b.count_within, (b.high - b.low) * units + 1))
		INTO lows, highs, within
		FROM (SELECT DISTINCT c.low, c.high, c.count_within FROM @extschema@.abc_bounds(summary, scheme, inside) AS c WHERE c.low < c.high) AS b
		WHERE scheme::text !~ '^value';
END
$$;
COMMENT ON FUNCTION _abc_intervals(abc_summary, abc_summary[], abc_scheme, text) IS 'part of abc_cutoffs_of: where cut-offs lie';

-- The cut-offs of a group as numerics that read back to the same values; its values in the intervals, and their rows, are known.
CREATE FUNCTION _abc_group_cutoffs(g _abc_group, scheme abc_scheme, kind text, "values" numeric[], "rows" bigint[]) RETURNS numeric[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1
AS $$
BEGIN
	IF g.summary IS NULL AND g.has_rows THEN	-- all of them NULL
		RETURN CASE kind WHEN 'pg_catalog.float8' THEN (SELECT @extschema@.abc_cutoffs(NULL::float8, scheme))::text::numeric[]
			WHEN 'pg_catalog.int8' THEN (SELECT @extschema@.abc_cutoffs(NULL::bigint, scheme))::text::numeric[]
			ELSE (SELECT @extschema@.abc_cutoffs(NULL::numeric, scheme)) END;
	END IF;
	RETURN CASE kind WHEN 'pg_catalog.float8' THEN @extschema@.abc_cutoffs(g.summary, scheme, "values"::float8[], "rows", g.inside)::text::numeric[]
		WHEN 'pg_catalog.int8' THEN @extschema@.abc_cutoffs(g.summary, scheme, "values"::bigint[], "rows", g.inside)::numeric[]
		ELSE @extschema@.abc_cutoffs(g.summary, scheme, "values", "rows", g.inside) END;
END
$$;
COMMENT ON FUNCTION _abc_group_cutoffs(_abc_group, abc_scheme, text, numeric[], bigint[]) IS 'part of abc_cutoffs_of: the cut-offs of a group';

-- The groups that need a further round, with what its statement asks of them.
CREATE FUNCTION _abc_open(groups _abc_group[]) RETURNS _abc_group[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT array_agg(ROW(g.id, g.keys, g.has_rows, NULL, NULL, g.lows, g.highs, g.within, NULL)::@extschema@._abc_group)
		FROM unnest(groups) AS g WHERE g.lows IS NOT NULL);
END
$$;
COMMENT ON FUNCTION _abc_open(_abc_group[]) IS 'part of abc_cutoffs_of: the groups that need a further round';

-- Whether a group without a value has a row: one of several has.
CREATE FUNCTION _abc_has_rows(scan _abc_scan) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN scan.group_by <> '{}' OR (SELECT sum(r.n) > 0 FROM @extschema@._abc_run(scan.path, @extschema@._abc_counting(scan), NULL::@extschema@._abc_group[]) AS r);
END
$$;
COMMENT ON FUNCTION _abc_has_rows(_abc_scan) IS 'part of abc_cutoffs_of: whether a group without a value has a row';

-- Whether most rows are in groups that a summary would hardly make smaller: it keeps up to 2,000 buckets of a group.
CREATE FUNCTION _abc_has_small_groups(scan _abc_scan, few bigint) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT sum(r.n::numeric * r.n) <= few * sum(r.n) FROM @extschema@._abc_run(scan.path, @extschema@._abc_counting(scan), NULL::@extschema@._abc_group[]) AS r);
END
$$;
COMMENT ON FUNCTION _abc_has_small_groups(_abc_scan, bigint) IS 'part of abc_cutoffs_of: whether groups are better cut in one pass';

-- All rounds; most: so many values may be fetched in the last one; few: groups of no more rows are cut in one pass.
CREATE FUNCTION _abc_rounds(scan _abc_scan, scheme abc_scheme, most bigint, few bigint) RETURNS SETOF _abc_group
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	groups @extschema@._abc_group[];
	waiting @extschema@._abc_group[];
	within numeric;
	before numeric := 'infinity';
	last_round text;
BEGIN
	IF scan.together AND scan.group_by <> '{}' AND @extschema@._abc_has_small_groups(scan, few) THEN
		RETURN QUERY SELECT NULL::int, r.keys, true, NULL::@extschema@.abc_summary, NULL::@extschema@.abc_summary[], NULL::numeric[], NULL::numeric[],
				NULL::numeric, r.values FROM @extschema@._abc_run(scan.path, @extschema@._abc_one_pass(scan, scheme), NULL::@extschema@._abc_group[]) AS r;
		RETURN;
	END IF;
	SELECT array_agg(ROW(r.i::int, r.keys, r.summary IS NULL AND @extschema@._abc_has_rows(scan), r.summary, '{}', b.lows, b.highs, b.within, NULL)::@extschema@._abc_group) INTO groups
		FROM (SELECT row_number() OVER () AS i, * FROM @extschema@._abc_run(scan.path, @extschema@._abc_first_round(scan), NULL)) AS r,
			LATERAL @extschema@._abc_intervals(r.summary, '{}'::@extschema@.abc_summary[], scheme, scan.kind) AS b;
	LOOP
		waiting := @extschema@._abc_open(groups);
		within := (SELECT sum(g.within) FROM unnest(waiting) AS g);
		EXIT WHEN waiting IS NULL OR within <= most OR within > before / 2;
		before := within;
		SELECT array_agg(ROW(g.id, g.keys, g.has_rows, g.summary, g.inside || r.summary, b.lows, b.highs, b.within, NULL)::@extschema@._abc_group) INTO groups
			FROM unnest(groups) AS g
			LEFT JOIN @extschema@._abc_run(scan.path, @extschema@._abc_round_between(scan, @extschema@._abc_filter(scan, waiting)), waiting) AS r
				ON r.id = g.id,
			LATERAL @extschema@._abc_intervals(g.summary, g.inside || r.summary, scheme, scan.kind) AS b;
	END LOOP;
	IF waiting IS NOT NULL THEN
		last_round := @extschema@._abc_last_round(scan, @extschema@._abc_filter(scan, waiting));
	END IF;
	RETURN QUERY SELECT g.id, g.keys, g.has_rows, g.summary, g.inside, g.lows, g.highs, g.within,
			@extschema@._abc_group_cutoffs(g, scheme, scan.kind, r.values, r.rows)
		FROM unnest(groups) AS g
		LEFT JOIN @extschema@._abc_run(scan.path, last_round, waiting) AS r ON r.id = g.id;
END
$$;
COMMENT ON FUNCTION _abc_rounds(_abc_scan, abc_scheme, bigint, bigint) IS 'part of abc_cutoffs_of: the rounds';

/*
 * On one machine a call sees one snapshot, and so do the rounds on a server behind postgres_fdw. Elsewhere, as
 * on Citus, rows may change between the rounds: the values found are then not those summarized, and all is
 * done again.
 */
CREATE FUNCTION _abc_cut_source(
	path text, source text, value text, scheme abc_scheme, condition text, group_by text[], most bigint, few bigint, attempts integer
) RETURNS SETOF _abc_group
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	scan @extschema@._abc_scan := @extschema@._abc_scan(path, source, value, condition, group_by);
BEGIN
	IF scheme IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'scheme must not be NULL';
	END IF;
	FOR attempt IN 1 .. attempts LOOP
		BEGIN
			RETURN QUERY SELECT * FROM @extschema@._abc_rounds(scan, scheme, most, few);
			RETURN;
		EXCEPTION WHEN serialization_failure THEN
			IF attempt = attempts THEN
				RAISE;
			END IF;
		END;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_cut_source(text, text, text, abc_scheme, text, text[], bigint, bigint, integer) IS
	'part of abc_cutoffs_of: the rounds, repeated where rows changed between them';

CREATE FUNCTION _abc_cutoffs_of(path text, source text, value text, scheme abc_scheme, condition text, group_by text[]) RETURNS SETOF _abc_group
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	most constant bigint := 100000;		-- values that the last round may fetch
	few constant bigint := 20000;		-- rows of a group that is cut in one pass
	attempts constant integer := 5;
BEGIN
	RETURN QUERY SELECT * FROM @extschema@._abc_cut_source(path, source, value, scheme, condition, group_by, most, few, attempts);
END
$$;
COMMENT ON FUNCTION _abc_cutoffs_of(text, text, text, abc_scheme, text, text[]) IS 'part of abc_cutoffs_of: every group with its cut-offs';

CREATE FUNCTION abc_cutoffs_of(source text, value text, scheme abc_scheme DEFAULT '80/95', condition text DEFAULT NULL) RETURNS numeric[]
LANGUAGE sql STABLE PARALLEL UNSAFE
RETURN (SELECT g.cutoffs FROM @extschema@._abc_cutoffs_of(pg_catalog.current_setting('search_path'), source, value, scheme, condition, NULL::text[]) AS g);
COMMENT ON FUNCTION abc_cutoffs_of(text, text, abc_scheme, text) IS
	'the exact cut-offs of a table, partitioned table, foreign table, view or query: what abc_cutoffs gives, computed in rounds of small states where the rows are (parallel workers, foreign servers, shards); value and condition are SQL expressions';

CREATE FUNCTION abc_cutoffs_of(
	source text, value text, scheme abc_scheme, "by" text[], condition text DEFAULT NULL,
	OUT keys text[], OUT cutoffs numeric[]
) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
	SELECT g.keys, g.cutoffs FROM @extschema@._abc_cutoffs_of(pg_catalog.current_setting('search_path'), source, value, scheme, condition, "by") AS g;
END;
COMMENT ON FUNCTION abc_cutoffs_of(text, text, abc_scheme, text[], text) IS
	'the exact cut-offs of every group: a row per group, keys are the values of the expressions "by"; else as without groups';
