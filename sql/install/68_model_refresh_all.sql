--
-- Refreshing every model
--

-- The models that the caller may refresh, the one refreshed longest ago first: a call that is cut off leaves
-- out those that the next one begins with.
CREATE FUNCTION _abc.refreshable() RETURNS SETOF regclass
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM _abc.check_may(NULL::regclass, 'refresh');
	RETURN QUERY SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE c.reloftype = '@extschema@.abc_model'::regtype AND c.relkind = 'r' AND pg_has_role(c.relowner, 'USAGE')
	ORDER BY _abc.last_began(c.oid) NULLS FIRST, n.nspname, c.relname;
END
$$;
COMMENT ON FUNCTION _abc.refreshable() IS 'part of abc_refresh_all: the models of the caller';

CREATE FUNCTION _abc.last_began(definition regclass) RETURNS timestamp with time zone
LANGUAGE C STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION _abc.last_began(regclass) IS 'part of abc_refresh_all: when a model was last refreshed';

CREATE FUNCTION _abc._last_began(definition regclass) RETURNS timestamp with time zone
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result timestamp with time zone;
BEGIN
	EXECUTE format('SELECT d.last_began FROM %s AS d', definition) INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN NULL;	-- the refresh will say what is wrong
END
$$;
COMMENT ON FUNCTION _abc._last_began(regclass) IS 'part of abc_refresh_all: as the owner';

-- Refresh one model; the message if that failed, else NULL.
CREATE FUNCTION _abc.try_refresh(model regclass) RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	began timestamp with time zone := clock_timestamp();
	name text := regexp_replace(model::text, '_model("?)$', '\1');
	message text;
	run bigint;
BEGIN
	run := @extschema@.abc_refresh(model, NULL::date, false, false);
	RAISE NOTICE 'model %: run %, % seconds', name, run,
		round(extract(epoch FROM clock_timestamp() - began)::numeric, 1);
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	message := SQLERRM;
	IF has_table_privilege(model, 'SELECT') IS NULL THEN	-- dropped meanwhile
		RETURN NULL;
	END IF;
	BEGIN
		PERFORM _abc.record_failure(model, began, message);
	EXCEPTION WHEN OTHERS THEN
		RAISE WARNING 'model %: the failure could not be recorded: %', name, SQLERRM;
	END;
	RETURN format('%s: %s', name, message);
END
$$;
COMMENT ON FUNCTION _abc.try_refresh(regclass) IS 'part of abc_refresh_all: refresh one model, or record why not';

-- A failed run leaves a row that says why, until that day has succeeded.  It does not use up a number.
CREATE FUNCTION _abc.record_failure(model regclass, began timestamp with time zone, message text) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION _abc.record_failure(regclass, timestamp with time zone, text) IS
	'part of abc_refresh_all: record a failed run';

CREATE FUNCTION _abc._record_failure(model regclass, began timestamp with time zone, message text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model := _abc.lock(model, 'refresh');
	again boolean := coalesce(m.last_as_of >= CURRENT_DATE, false);
BEGIN
	IF again THEN
		EXECUTE _abc.fill('UPDATE {run} AS r SET error = $2 WHERE r.run = $1', m) USING m.runs, message;
	ELSE
		EXECUTE _abc.fill($sql$
INSERT INTO {run} (run, as_of, partition, partition_by, scheme, began, finished, error)
VALUES ($1, CURRENT_DATE, '{}', '{}', $2, $3, clock_timestamp(), $4)
ON CONFLICT (run, partition) DO UPDATE SET (as_of, began, finished, error)
	= ROW (excluded.as_of, excluded.began, excluded.finished, excluded.error)$sql$, m)
		USING m.runs + 1, m.scheme::text, began, message;
	END IF;
END
$$;
COMMENT ON FUNCTION _abc._record_failure(regclass, timestamp with time zone, text) IS
	'part of abc_refresh_all: as the owner';

CREATE PROCEDURE abc_refresh_all()
LANGUAGE C
AS 'MODULE_PATHNAME', 'abc_refresh_all';
COMMENT ON PROCEDURE abc_refresh_all() IS
	'refresh every model that the caller may refresh (as owner, member of the owning role, or superuser), always as '
	'its owner, the one refreshed longest ago first, each in a transaction of its own. Says each one; failures are '
	'recorded in NAME_run, the other models go on, and the call ends with an error. Not inside a transaction';
