--
-- The user's columns, and named places in SQL
--
-- In the tables of a model the user's columns have names of our own, k1, k2, ... (the key), a1, ... (partition
-- columns and attributes) and t1, ... (the treatment), so that no name of his can meet one of ours.  They get
-- their own names in the views.
--

-- Where the rows come from, as an item of FROM that is called s.
CREATE FUNCTION _abc.from_source(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN m.source_is_query THEN format(E'(%s\n) AS s', m.source) ELSE format('%s AS s', m.source) END;
END
$$;
COMMENT ON FUNCTION _abc.from_source(@extschema@.abc_model) IS 'the source of a model as an item of FROM';

-- One answer to a query over the source, found through the schemas that the model was made with.
CREATE FUNCTION _abc.ask_source(m @extschema@.abc_model, query text) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer jsonb;
	says text;
	detail text;
	hint text;
	code text;
BEGIN
	PERFORM set_config('search_path', m.source_path, true);
	EXECUTE query INTO answer;
	RETURN answer;
EXCEPTION WHEN undefined_table OR invalid_schema_name THEN
	GET STACKED DIAGNOSTICS says = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
	PERFORM _abc.rethrow(code, format('the source of model "%s" is not there: %s', m.name, says),
		format('The source is: %s', m.source),
		'A source is looked up by its name at every refresh: make it again, or name another one with '
			'abc_alter_model(..., source => ...).');
WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS says = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
		code = RETURNED_SQLSTATE;
	PERFORM _abc.rethrow(code, format('the source of model "%s": %s', m.name, says), detail,
		coalesce(nullif(hint, ''), format('The source is: %s', m.source)));
END
$$;
COMMENT ON FUNCTION _abc.ask_source(@extschema@.abc_model, text) IS 'the answer to a query over the source of a model';

/*
 * Citus sends a bare abc_as_of() to the workers, where the day of the refresh is not set: every month filled in would
 * be as of today. The plan tells. A sub-select is evaluated where the refresh is.
 */
CREATE FUNCTION _abc.check_day_stays(m @extschema@.abc_model, query text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	line text;
	name text;
BEGIN
	IF NOT _abc.has_citus() THEN
		RETURN;
	END IF;
	PERFORM set_config('search_path', m.source_path, true);
	FOR line IN EXECUTE pg_catalog.concat('EXPLAIN (VERBOSE, COSTS OFF) ', query) LOOP
		name := _abc.sent_day(line);
		IF name IS NOT NULL THEN
			RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
				MESSAGE = pg_catalog.format('%s() of model "%s" would be evaluated on the workers of Citus, '
					'where the day of the refresh is not known', name, m.name),
				HINT = pg_catalog.format('Write (SELECT %s()) in the source and in conditions: a sub-select is '
					'evaluated where the refresh is.', name);
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc.check_day_stays(@extschema@.abc_model, text) IS
'part of the reading of a source: an error if workers of Citus would be asked for the day of the refresh';

CREATE FUNCTION _abc.sent_day(line text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- a call, or its body in place of it
	RETURN 'abc_' || substring(line FROM '^ *Query: .*\mabc_(?:tier\.)?(as_of|last_as_of|last_refresh)(?:\(\)|'')');
END
$$;
COMMENT ON FUNCTION _abc.sent_day(text) IS
'part of the reading of a source: the function of the day in a query to a worker, given a line of EXPLAIN';

/*
 * Citus moves tables to its workers, but does not join them with what a refresh has read. Better said before
 * anything is read than by an error about sub-selects.
 */
CREATE FUNCTION _abc.check_tables_stay(m @extschema@.abc_model) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	moved regclass;
BEGIN
	IF _abc.has_citus() THEN
		-- its own catalog, which is not there elsewhere
		EXECUTE 'SELECT p.logicalrelid FROM pg_dist_partition AS p WHERE p.logicalrelid = ANY ($1) LIMIT 1'
		INTO moved USING _abc.relations(m);
		IF moved IS NOT NULL THEN
			RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
				MESSAGE = format('table "%s" of model "%s" was distributed by Citus', moved, m.name),
				HINT = 'The tables of a model stay on the coordinator. undistribute_table() would put another table in '
					'its place, which is not the model''s: drop the model, and make it again.';
		END IF;
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.check_tables_stay(@extschema@.abc_model) IS
'part of abc_refresh: an error where Citus has moved a table of the model to its workers';

-- The types of columns of the source, domains taken for what they stand for.
CREATE FUNCTION _abc.source_types(m @extschema@.abc_model, names text[]) RETURNS TABLE (name text, type oid, sorts oid)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	from_source text := _abc.from_source(m);
	wanted text[] := ARRAY(SELECT DISTINCT n FROM unnest(names) AS n WHERE n IS NOT NULL);
	types jsonb;
	collations jsonb;
BEGIN
	IF wanted = '{}' THEN
		RETURN;
	END IF;
	types := _abc.ask_source(m,
		format('SELECT to_jsonb(ARRAY[%s]) FROM (SELECT) AS one LEFT JOIN (SELECT %s FROM %s LIMIT 0) AS c ON true',
		(SELECT string_agg(format('pg_typeof(c.c%s)::oid::bigint', i), ', ' ORDER BY i)
			FROM generate_subscripts(wanted, 1) AS i),
		(SELECT string_agg(format('s.%I AS c%s', wanted[i], i), ', ' ORDER BY i)
			FROM generate_subscripts(wanted, 1) AS i), from_source));
	RETURN QUERY
	SELECT wanted[b.i], b.oid, CASE WHEN t.typcollation <> 0 THEN
		(_abc.ask_source(m, format('SELECT to_jsonb((pg_collation_for(c.x)::regcollation)::oid::bigint) FROM (SELECT) '
			'AS one LEFT JOIN (SELECT s.%I AS x FROM %s LIMIT 0) AS c ON true',
			wanted[b.i], from_source)) #>> '{}')::oid END
	FROM (SELECT i, _abc.base_type((types ->> (i - 1))::oid) FROM generate_subscripts(wanted, 1) AS i) AS b (i, oid)
	JOIN pg_type AS t ON t.oid = b.oid ORDER BY b.i;
END
$$;
COMMENT ON FUNCTION _abc.source_types(@extschema@.abc_model, text[]) IS 'the types of columns of the source';

CREATE FUNCTION _abc.type_group(type oid) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN type IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype) THEN 'whole'
	WHEN type = 'numeric'::regtype THEN 'numeric'
	WHEN type IN ('real'::regtype, 'double precision'::regtype) THEN 'float'
	WHEN type IN ('text'::regtype, 'varchar'::regtype, 'character'::regtype, '"char"'::regtype, 'name'::regtype)
		THEN 'text'
	WHEN type IN ('date'::regtype, 'timestamp'::regtype) THEN 'date'
	WHEN type = 'timestamptz'::regtype THEN 'moment'
	WHEN type = 'boolean'::regtype THEN 'boolean' ELSE 'other' END;
COMMENT ON FUNCTION _abc.type_group(oid) IS 'kinds of types that are stored alike';

-- How a column is stored: wide enough that a source whose columns are widened later needs no change, and what
-- is shown in plain types.  A key of another type stays as it is, so that its own equality counts.
CREATE FUNCTION _abc.stored_type(type oid, sorts oid, is_key boolean) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	grp text := _abc.type_group(type);
BEGIN
	RETURN CASE grp
		WHEN 'whole' THEN 'bigint' WHEN 'numeric' THEN 'numeric' WHEN 'boolean' THEN 'boolean'
		WHEN 'text' THEN 'text' || CASE WHEN is_key AND sorts <> 100
			THEN (SELECT format(' COLLATE %I.%I', n.nspname, c.collname)
			FROM pg_collation AS c JOIN pg_namespace AS n ON n.oid = c.collnamespace WHERE c.oid = sorts) ELSE '' END
		WHEN 'moment' THEN CASE WHEN is_key THEN 'timestamp with time zone' ELSE 'timestamp without time zone' END
		WHEN 'float' THEN format_type(type, NULL) WHEN 'date' THEN format_type(type, NULL)
		ELSE CASE WHEN is_key AND type = 'bit'::regtype THEN 'bit varying'	-- bit alone is one bit
			WHEN is_key AND _abc.equality(type) IS NOT NULL THEN format_type(type, NULL) ELSE 'text' END END;
END
$$;
COMMENT ON FUNCTION _abc.stored_type(oid, oid, boolean) IS 'the type in which a column of the source is stored';

-- The columns of NAME_state that are not the user's.
CREATE FUNCTION _abc.own_columns() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{partition,present,value,metrics,score,cut,eligible,conditions,first_order,last_order,orders,computed,settled,'
	'tier,tier_name,decided_by,reason,decided_until,dissent_run,dissent_since,lifecycle,lifecycle_since,tier_since,'
	'previous_tier,previous_name,moved,moved_run,value_before,value_run,best_tier,best_name,best_tier_until,'
	'best_value,version_from,cause,first_run,written_run}'::text[];
COMMENT ON FUNCTION _abc.own_columns() IS 'the columns of NAME_state beside those that the user named';

-- The place "{same a b}": the key of a is the key of b, by the operators of the stored types.
CREATE FUNCTION _abc.same_key(m @extschema@.abc_model, a text, b text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(format('%s.%s %s %s.%2$s', a, u.c,
			_abc.equality(regexp_replace(u.t, ' COLLATE .*', '')::regtype), b), ' AND ' ORDER BY u.i)
		FROM unnest(m.key_columns, m.key_types) WITH ORDINALITY AS u (c, t, i));
END
$$;
COMMENT ON FUNCTION _abc.same_key(@extschema@.abc_model, text, text) IS 'part of _abc.fill';

-- Names of columns, with an alias or without, joined.
CREATE FUNCTION _abc.listed(columns text[], alias text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(concat(alias || '.', u.c), ', ' ORDER BY u.i)
		FROM unnest(columns) WITH ORDINALITY AS u (c, i));
END
$$;
COMMENT ON FUNCTION _abc.listed(text[], text) IS 'part of _abc.fill';

-- The text of one named place: {keys}, {s.keys}, {same a b}, {state}, ...
CREATE FUNCTION _abc.place(m @extschema@.abc_model, words text[], places jsonb) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	what text := words[cardinality(words)];
	alias text := CASE WHEN cardinality(words) = 2 THEN words[1] END;
	result text;
BEGIN
	IF words[1] = 'same' THEN
		RETURN _abc.same_key(m, words[2], words[3]);
	END IF;
	result := CASE what
		WHEN 'keys' THEN _abc.listed(m.key_columns, alias)
		WHEN 'carried' THEN coalesce(_abc.listed(m.carried_columns, alias) || ', ', '')
		WHEN 'state_columns' THEN _abc.listed(m.key_columns || m.carried_columns || _abc.own_columns(), alias)
		WHEN 'other_columns' THEN _abc.listed(m.carried_columns || _abc.own_columns(), alias)
		WHEN 'model' THEN (SELECT d.definition::text FROM _abc.definition_of(m.state) AS d)
		WHEN 'keyed' THEN (SELECT string_agg(format('%s.%s IS NOT NULL', alias, c), ' AND ')
			FROM unnest(m.key_columns) AS c)
		ELSE places ->> what END;
	IF result IS NULL THEN
		RAISE EXCEPTION 'abc_tier knows no place "%"', array_to_string(words, ' ');
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.place(@extschema@.abc_model, text[], jsonb) IS 'part of _abc.fill';

-- What stands at the places that are the same for all statements of a model.
CREATE FUNCTION _abc.places(m @extschema@.abc_model) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET intervalstyle = 'postgres' SET datestyle = 'ISO'
AS $$
BEGIN
	RETURN jsonb_build_object(
		'name', quote_literal(m.name),
		'state', m.state::text, 'before', m.before::text, 'version', m.version::text, 'change', m.change::text,
		'run', m.run::text, 'override', m.override::text, 'face', m.face::text, 'history', m.history::text,
		'changes', m.changes::text, 'trend', m.trend::text, 'ranked', m.ranked::text, 'summary', m.summary::text,
		'sums', m.sums::text, 'reading', m.reading::text, 'noted', m.noted::text,
		'scheme', format('%L::@extschema@.abc_scheme', m.scheme),
		'tier_names', format('%L::text[]',
			ARRAY(SELECT t.name FROM @extschema@.abc_tiers(m.scheme) AS t ORDER BY t.rank)),
		'tier_count', (SELECT count(*) FROM @extschema@.abc_tiers(m.scheme)),
		'unrated', quote_literal(_abc.text(m.language, 'unrated')));
END
$$;
COMMENT ON FUNCTION _abc.places(@extschema@.abc_model) IS
'part of _abc.fill: what stands at the named places of a statement';

-- A constant text of SQL with its named places replaced, in one pass; more places can be given.
CREATE FUNCTION _abc.fill(template text, m @extschema@.abc_model, more jsonb) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	place CONSTANT text := '\{([a-z_]+(?:[. ][a-z_]+)*)\}';
	places jsonb := _abc.places(m) || more;
	between text[];
	names text[];
	result text;
	i integer;
BEGIN
	between := regexp_split_to_array(template, place);
	names := ARRAY(SELECT r[1] FROM regexp_matches(template, place, 'g') AS r);
	result := between[1];
	FOR i IN 1 .. cardinality(names) LOOP
		result := concat(result, _abc.place(m, regexp_split_to_array(names[i], '[. ]'), places), between[i + 1]);
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.fill(text, @extschema@.abc_model, jsonb) IS
'SQL from a text with named places, and places of its own';

CREATE FUNCTION _abc.fill(template text, m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN _abc.fill(template, m, '{}'::jsonb);
END
$$;
COMMENT ON FUNCTION _abc.fill(text, @extschema@.abc_model) IS 'SQL from a text with named places';
