--
-- What an administrator asks of models: which there are, who may read them, what is to be forgotten
--

-- Reading a stranger's table must not run a stranger's code: plain tables only, none with row-level security
-- that binds the caller, and without what inherits from them.
CREATE FUNCTION _abc.readable(relation regclass, owner oid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce((
		SELECT c.relkind = 'r' AND c.relowner = owner AND has_table_privilege(c.oid, 'SELECT')
			AND NOT row_security_active(c.oid) AND has_schema_privilege(c.relnamespace, 'USAGE')
		FROM pg_class AS c WHERE c.oid = relation), false);
END
$$;
COMMENT ON FUNCTION _abc.readable(regclass, oid) IS
'whether a table of this owner can be read by the caller, and without running code of the owner';

-- What the runs of a model say of the last one, and the last failure that was not made good since.
CREATE FUNCTION _abc.last_run(m @extschema@.abc_model, OUT finished timestamp with time zone,
	OUT customers bigint, OUT error text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format($sql$
		SELECT max(r.finished) FILTER (WHERE r.run = $1), sum(r.customers) FILTER (WHERE r.run = $1),
			(array_agg(r.error ORDER BY r.began DESC) FILTER (WHERE r.error IS NOT NULL))[1]
		FROM ONLY %s AS r$sql$, m.run) INTO finished, customers, error USING m.runs;
END
$$;
COMMENT ON FUNCTION _abc.last_run(@extschema@.abc_model) IS
'part of abc_models: when the last run ended, with how many customers, and what failed since';

CREATE FUNCTION abc_models()
RETURNS TABLE (model regclass, owner text, source text, scheme text, run bigint, as_of date,
	finished timestamp with time zone, customers bigint, error text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	definition record;
	m @extschema@.abc_model;
	last record;
BEGIN
	FOR definition IN
		SELECT c.oid::regclass AS table_name, c.relowner
		FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE c.reloftype = '@extschema@.abc_model'::regtype AND _abc.readable(c.oid, c.relowner)
		ORDER BY n.nspname, c.relname
	LOOP
		FOR m IN EXECUTE format('SELECT d.* FROM ONLY %s AS d', definition.table_name) LOOP
			model := coalesce((SELECT c.oid FROM pg_class AS c WHERE c.oid = m.face), definition.table_name);
			owner := pg_get_userbyid(definition.relowner);
			source := m.source;
			scheme := m.scheme;
			run := m.runs;
			as_of := m.last_as_of;
			finished := NULL;
			customers := NULL;
			error := NULL;
			IF _abc.readable(m.run, definition.relowner) THEN
				last := _abc.last_run(m);
				finished := last.finished;
				customers := last.customers;
				error := last.error;
			END IF;
			RETURN NEXT;
		END LOOP;
	END LOOP;
END
$$;
COMMENT ON FUNCTION abc_models() IS
'all models whose definition the caller may read: owner, source, scheme, the last run and its day, customers, and the '
	'last failure that no later run made good';

-- What a reader needs for the views, abc_explain, abc_report, abc_transitions, abc_simulate and the page.
CREATE FUNCTION abc_grant(model regclass, role text) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_grant(regclass, text) IS
'let a role (public: every role) read a model: its views, and the tables that abc_explain, abc_report, '
	'abc_transitions, abc_simulate and abc_report_html read. The source is not among them';

CREATE FUNCTION _abc.abc_grant(model regclass, role text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model := _abc.complete(_abc.lock(model, 'grant'));
	grantee text := CASE WHEN lower(role) = 'public' THEN 'PUBLIC' ELSE role::regrole::text END;
	home record;
	usable boolean;
BEGIN
	-- two GRANTs at once do not wait for each other, but fail
	EXECUTE _abc.fill('LOCK TABLE {model} IN SHARE UPDATE EXCLUSIVE MODE', m);
	SELECT n.oid, quote_ident(n.nspname) AS name INTO home
	FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = m.face;
	EXECUTE _abc.fill('GRANT SELECT ON {face}, {ranked}, {history}, {changes}, {trend}, {state}, {run}, {version}, '
		'{override}, {model} TO ', m) || grantee;
	usable := CASE grantee WHEN 'PUBLIC' THEN has_schema_privilege('public', home.oid, 'USAGE')
		ELSE has_schema_privilege(role::regrole, home.oid, 'USAGE') END;
	IF NOT usable AND has_schema_privilege(home.oid, 'USAGE WITH GRANT OPTION') THEN
		EXECUTE format('GRANT USAGE ON SCHEMA %s TO %s', home.name, grantee);
	ELSIF NOT usable THEN
		RAISE NOTICE USING
			MESSAGE = format('schema %s is not yours to grant: its owner must let %s use it', home.name, grantee),
			HINT = format('GRANT USAGE ON SCHEMA %s TO %s;', home.name, grantee);
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.abc_grant(regclass, text) IS 'the work of abc_grant';

-- A person is forgotten: whatever has the key goes. Sums of past runs stay, they name nobody.
CREATE FUNCTION abc_forget(model regclass, key text) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_forget(regclass, text) IS
'remove a customer from a model: state, history, changes, overrides; gives the number of rows removed. Sums of past '
	'runs stay. Who is still in the source comes back, as new, with the next refresh';

CREATE FUNCTION _abc.abc_forget(model regclass, key text) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model := _abc.complete(_abc.lock(model, 'forget a customer of'));
	given text[] := _abc.given_key(m, key);
	removed bigint;
	code text;
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE _abc.asked($sql$
		WITH state AS (DELETE FROM {state} AS x USING {given} AS g WHERE {same x g} RETURNING 1),
			before AS (DELETE FROM {before} AS x USING {given} AS g WHERE {same x g} RETURNING 1),
			version AS (DELETE FROM {version} AS x USING {given} AS g WHERE {same x g} RETURNING 1),
			change AS (DELETE FROM {change} AS x USING {given} AS g WHERE {same x g} RETURNING 1),
			override AS (DELETE FROM {override} AS x USING {given} AS g WHERE {same x g} RETURNING 1)
		SELECT (SELECT count(*) FROM state) + (SELECT count(*) FROM before) + (SELECT count(*) FROM version)
			+ (SELECT count(*) FROM change) + (SELECT count(*) FROM override)$sql$, m) INTO removed USING given;
	PERFORM _abc.forget_sums(m);
	-- what a refresh by changed keys has read, and the keys it was told of
	IF m.reading IS NOT NULL THEN
		EXECUTE _abc.fill('DELETE FROM {reading}', m);
	END IF;
	IF m.noted IS NOT NULL THEN
		EXECUTE _abc.asked('DELETE FROM {noted} AS x USING {given} AS g WHERE {same x g}', m) USING given;
	END IF;
	RETURN removed;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow(code, message, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.abc_forget(regclass, text) IS 'the work of abc_forget';

CREATE FUNCTION abc_forget(model regclass, key anyelement) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1
AS $$
BEGIN
	RETURN @extschema@.abc_forget(model, format('%s', key));
END
$$;
COMMENT ON FUNCTION abc_forget(regclass, anyelement) IS 'as abc_forget(regclass, text), for keys of any other type';

-- What the last run wrote, and the run before it, stay: abc_undo needs them.
CREATE FUNCTION abc_prune(model regclass, before date) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_prune(regclass, date) IS
'remove what a model remembers from before a day: versions that ended by then, changes, runs and with them the trend; '
	'gives the number of rows removed. The last two runs always stay, and whatever is in force';

CREATE FUNCTION _abc.abc_prune(model regclass, before date) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model := _abc.complete(_abc.lock(model, 'prune'));
	removed bigint;
	code text;
	message text;
	detail text;
	hint text;
BEGIN
	IF before IS NULL OR NOT isfinite(before) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('cannot prune model "%s" before %s', m.name, coalesce(before::text, 'NULL')),
			HINT = 'Give a day: what ended by then is removed.';
	END IF;
	EXECUTE _abc.asked($sql$
		WITH version AS (DELETE FROM {version} AS v WHERE v.valid_to <= $1 AND v.closed_run < {runs} RETURNING 1),
			change AS (DELETE FROM {change} AS c WHERE c.as_of < $1 AND c.run < {runs} RETURNING 1),
			run AS (DELETE FROM {run} AS r WHERE r.as_of < $1 AND r.run < {runs} - 1 RETURNING 1)
		SELECT (SELECT count(*) FROM version) + (SELECT count(*) FROM change) + (SELECT count(*) FROM run)$sql$, m)
	INTO removed USING before;
	RETURN removed;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow(code, message, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.abc_prune(regclass, date) IS 'the work of abc_prune';
