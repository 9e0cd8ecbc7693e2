--
-- A refresh at the cost of the change: which rows are read
--
-- NAME_read has a row for every key that may have changed (present is false), and a row for everyone who is decided
-- (present is true): read from the source now, or, where was_read is false, as the state has it.
--

-- Scores that need nobody else's row.
CREATE FUNCTION _abc.scores_stand_alone(m @extschema@.abc_model) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN m.metrics IS NULL OR (m.methods IS NULL AND cardinality(m.metrics) = 1) OR (
		SELECT coalesce(bool_and(btrim(u.method) IN ('none', 'lower none')), false)
		FROM unnest(m.methods) AS u (method));
END
$$;
COMMENT ON FUNCTION _abc.scores_stand_alone(@extschema@.abc_model) IS
	'part of abc_refresh: whether a score depends on its own row only';

-- What the treatments are: where it is another than at the last run, everybody gets his treatment anew.
CREATE FUNCTION _abc.treatments_digest(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rel regclass := to_regclass(m.treatments);
	result text;
BEGIN
	IF rel IS NOT NULL THEN
		EXECUTE format($sql$SELECT md5(string_agg(t::text, E'\n' ORDER BY t::text)) FROM %s AS t$sql$, rel) INTO result;
	END IF;
	RETURN coalesce(result, '');
END
$$;
COMMENT ON FUNCTION _abc.treatments_digest(@extschema@.abc_model) IS
	'part of abc_refresh: whether treatments have changed';

-- Whether the last run has decided by the same definition and treatments as the one that is being made.
CREATE FUNCTION _abc.decides_alike(m @extschema@.abc_model) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce(m.runs > 0 AND m.can_undo AND coalesce(m.altered < m.last_began, true)
		AND m.treatments_read = _abc.treatments_digest(m), false);
END
$$;
COMMENT ON FUNCTION _abc.decides_alike(@extschema@.abc_model) IS
	'part of abc_refresh: whether the same facts give the same decision as in the last run';

-- Whether what the last run left is what a refresh by changed keys can start from.
CREATE FUNCTION _abc.can_continue(m @extschema@.abc_model) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN _abc.decides_alike(m) AND _abc.scores_stand_alone(m) AND _abc.has_sums(m);
END
$$;
COMMENT ON FUNCTION _abc.can_continue(@extschema@.abc_model) IS
	'part of abc_refresh: whether reading what changed is enough';

-- The keys that the query "changed" gives.  STABLE: it sees what the calling statement sees.
CREATE FUNCTION _abc.changed_keys(m @extschema@.abc_model) RETURNS SETOF record
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET timezone = 'UTC'
AS $$
DECLARE
	query text := _abc.changed_query(m);
	code text;
	says text;
	detail text;
	hint text;
BEGIN
	PERFORM _abc.check_day_stays(m, query), set_config('search_path', m.source_path, true);
	RETURN QUERY EXECUTE query;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, says = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow(code, format('the query "changed" of model "%s": %s', m.name, says), detail,
		coalesce(nullif(hint, ''), format('The query is: %s', m.changed)));
END
$$;
COMMENT ON FUNCTION _abc.changed_keys(@extschema@.abc_model) IS 'the keys whose rows may differ since the last run';

CREATE FUNCTION _abc.changed_query(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	none text := format('SELECT %s LIMIT 0', (SELECT string_agg('NULL', ', ') FROM unnest(m.key_columns)));
BEGIN
	RETURN (
		SELECT format(E'SELECT %s FROM (%s\n) AS c (%s)',
			string_agg(format('c.%s::%s', u.c, regexp_replace(u.t, ' COLLATE .*', '')), ', ' ORDER BY u.i),
			coalesce(m.changed, none),
			string_agg(u.c, ', ' ORDER BY u.i))
		FROM unnest(m.key_columns, m.key_types) WITH ORDINALITY AS u (c, t, i));
END
$$;
COMMENT ON FUNCTION _abc.changed_query(@extschema@.abc_model) IS 'the query for the changed keys, as they are stored';

-- The query must be one, and give the columns of the key.
CREATE FUNCTION _abc.check_changed(m @extschema@.abc_model) RETURNS @extschema@.abc_model
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	code text;
	says text;
BEGIN
	m.changed := btrim(m.changed, E' \t\r\n;');
	IF m.changed IS NULL THEN
		RETURN m;
	END IF;
	PERFORM _abc.ask_source(m,
		format('SELECT to_jsonb(count(*)) FROM (SELECT 1 FROM (%s) AS x LIMIT 0) AS none', _abc.changed_query(m)));
	RETURN m;
EXCEPTION WHEN syntax_error_or_access_rule_violation OR data_exception THEN
	GET STACKED DIAGNOSTICS says = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
	says := regexp_replace(says, '^the source of model "([^"]|"")*"( is not there)?: ', '');
	PERFORM _abc.rethrow(code, format('changed: %s', says), format('The query is: %s', m.changed),
		format('It is a query that gives the columns of the key, in their order: %s.', array_to_string(m.key, ', ')));
END
$$;
COMMENT ON FUNCTION _abc.check_changed(@extschema@.abc_model) IS
	'part of the checks of a model: the query for the keys';

-- The keys that may have changed, into NAME_read.  Those that were noted are taken by the statement that reads the
-- query's: what is noted from then on is for the next refresh.  Gives whether nothing can be said about the keys.
CREATE FUNCTION _abc.take_keys(m @extschema@.abc_model) RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result boolean;
BEGIN
	EXECUTE _abc.fill('DELETE FROM {reading}', m);
	EXECUTE _abc.fill(replace($sql$
WITH noted AS (
	{taken}
), given AS (
	INSERT INTO {reading} ({keys}, present, was_read)
	SELECT {k.keys}, false, true FROM _abc.changed_keys($1) AS k ({key_list})
	UNION SELECT {n.keys}, false, true FROM noted AS n WHERE NOT n.everything
)
SELECT coalesce(bool_or(n.everything), false) FROM noted AS n$sql$,
		'{taken}', CASE WHEN m.noted IS NULL THEN 'SELECT {no_keys}, false AS everything LIMIT 0'
			ELSE 'DELETE FROM {noted} AS s RETURNING {s.keys}, s.everything' END), m,
		(SELECT jsonb_build_object('key_list', string_agg(format('%s %s', u.c, u.t), ', ' ORDER BY u.i),
				'no_keys', string_agg(format('NULL::%s AS %s', u.t, u.c), ', ' ORDER BY u.i))
			FROM unnest(m.key_columns, m.key_types) WITH ORDINALITY AS u (c, t, i)))
	INTO result USING m;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.take_keys(@extschema@.abc_model) IS 'part of abc_refresh: the keys that may have changed';

-- How one column of the source is compared with the keys, so that an index on it can be used, in a view, too.
CREATE FUNCTION _abc.key_is_any(name text, type oid, stored text, "values" text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept text := regexp_replace(stored, ' COLLATE .*', '');
BEGIN
	RETURN CASE
		WHEN _abc.stored_type(type, 100, true) <> kept OR type = '"char"'::regtype
				OR (kept = 'text' AND _abc.type_group(type) <> 'text')
			THEN format('%s %s ANY (%L::%s[])',
				_abc.read_column(name, type, stored), _abc.equality(kept::regtype), "values", kept)
		WHEN type = 'character'::regtype
			THEN format('s.%I OPERATOR(pg_catalog.=) ANY (%L::pg_catalog.bpchar[])', name, "values")
		WHEN _abc.type_group(type) IN ('whole', 'text')
			THEN format('s.%I OPERATOR(pg_catalog.=) ANY (%L::%s[])', name, "values", kept)
		ELSE format('s.%I %s ANY (%L::%s[])', name, _abc.equality(kept::regtype), "values", kept) END;
END
$$;
COMMENT ON FUNCTION _abc.key_is_any(text, oid, text, text) IS
	'part of abc_refresh: a column of the source is among some values';

-- A condition on rows of the source that holds for all rows that must be read, and for few others.
CREATE FUNCTION _abc.keys_condition(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET datestyle = 'ISO' SET timezone = 'UTC'
AS $$
DECLARE
	types jsonb := (SELECT jsonb_object_agg(t.name, t.type::bigint) FROM _abc.source_types(m, m.key) AS t);
	given text;
	unkeyed boolean;
	any_unkeyed boolean := false;
	parts text[] := '{}';
	i integer;
BEGIN
	FOR i IN 1 .. cardinality(m.key) LOOP
		EXECUTE format($sql$
SELECT coalesce(array_agg(DISTINCT x.k%1$s) FILTER (WHERE x.k%1$s IS NOT NULL)::text, '{}'),
	coalesce(bool_or(x.k%1$s IS NULL), false)
FROM %2$s AS x$sql$, i, m.reading) INTO given, unkeyed;
		parts := parts || _abc.key_is_any(m.key[i], (types ->> m.key[i])::oid, m.key_types[i], given);
		any_unkeyed := any_unkeyed OR unkeyed;
	END LOOP;
	RETURN concat(array_to_string(parts, ' AND '), CASE WHEN any_unkeyed THEN
		(SELECT string_agg(format(' OR s.%I IS NULL', k), '') FROM unnest(m.key) AS k) END);
END
$$;
COMMENT ON FUNCTION _abc.keys_condition(@extschema@.abc_model) IS
	'part of abc_refresh: the condition for the rows that are read';

-- Begin a refresh of a model that knows which keys have changed.  Gives whether their rows, which then are in
-- NAME_read, are enough; else everything has to be read.
CREATE FUNCTION _abc.read_changed(m @extschema@.abc_model, "full" boolean) RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	unknown boolean;
	keys bigint;
	customers bigint;
BEGIN
	IF NOT _abc.knows_changes(m) THEN
		RETURN false;
	END IF;
	unknown := _abc.take_keys(m);
	IF "full" OR unknown OR NOT _abc.can_continue(m) THEN
		RETURN false;
	END IF;
	EXECUTE _abc.fill('SELECT count(*) FROM {reading}', m) INTO keys;
	EXECUTE _abc.fill('SELECT sum(r.customers) FROM {run} AS r WHERE r.run = $1', m) INTO customers USING m.runs;
	IF keys > greatest(100, customers / 10) THEN
		RETURN false;
	END IF;
	EXECUTE _abc.fill($sql$
INSERT INTO {reading}
SELECT r.*, true, true FROM _abc.read($1, $2) AS r ({read_definition})
WHERE EXISTS (SELECT FROM {reading} AS k WHERE {same k r}) OR NOT ({r.keyed})$sql$,
		m, jsonb_build_object('read_definition', _abc.read_definition(m)))
	USING m, _abc.keys_condition(m);
	RETURN true;
END
$$;
COMMENT ON FUNCTION _abc.read_changed(@extschema@.abc_model, boolean) IS
	'part of abc_refresh: read the rows that may have changed';

-- What is read of a row, for comparison.
CREATE FUNCTION _abc.fact_columns(m @extschema@.abc_model) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY(SELECT u.c FROM unnest(m.carried_columns) WITH ORDINALITY AS u (c, i) WHERE u.c LIKE 'a%' ORDER BY u.i)
		|| '{partition,value,metrics,score,cut,eligible,conditions,first_order,last_order,orders}'::text[];
END
$$;
COMMENT ON FUNCTION _abc.fact_columns(@extschema@.abc_model) IS 'part of abc_refresh: columns that are read';

-- How many customers the state does not have as they are in the source now, though their keys are not among those
-- that the next refresh as of the same day would read: what only a full refresh would change.
CREATE FUNCTION _abc.full_read_changes(m @extschema@.abc_model) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp SET jit = off
SET abc_tier.as_of = '' SET abc_tier.last_as_of = '' SET abc_tier.last_refresh = ''
AS $$
DECLARE
	result bigint;
BEGIN
	IF NOT _abc.knows_changes(m) OR m.runs = 0 THEN
		RETURN NULL;
	END IF;
	PERFORM _abc.tell_days(m, m.last_as_of);
	EXECUTE _abc.fill(replace($sql$
WITH read AS (
	SELECT r.*, true AS present FROM _abc.read($1) AS r ({read_definition}) WHERE {r.keyed}
), keys AS (
	SELECT {k.keys} FROM _abc.changed_keys($1) AS k ({key_list}){and_noted}
), other AS (
	SELECT {coalesced_keys} FROM read AS r
	FULL JOIN (SELECT w.* FROM {state} AS w WHERE w.present) AS w ON {same r w}
	WHERE r.present IS NULL OR w.present IS NULL OR {facts_differ}
)
SELECT count(*) FROM other AS o WHERE NOT EXISTS (SELECT FROM keys AS k WHERE {same k o})$sql$,
		'{and_noted}', CASE WHEN m.noted IS NOT NULL
			THEN ' UNION SELECT {n.keys} FROM {noted} AS n WHERE NOT n.everything' ELSE '' END),
		m, _abc.decide_places(m, true) || jsonb_build_object(
			'key_list', (
				SELECT string_agg(format('%s %s', u.c, u.t), ', ' ORDER BY u.i)
				FROM unnest(m.key_columns, m.key_types) WITH ORDINALITY AS u (c, t, i)),
			'facts_differ', _abc.differs(_abc.fact_columns(m), 'r.', 'w.')))
	INTO result USING m;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.full_read_changes(@extschema@.abc_model) IS
	'part of abc_check: how many customers only a full refresh would bring up to date';
