--
-- Finding, opening and locking a model
--

-- What is stored in a definition is not believed where it could do harm: names
-- of types go into SQL as they are, so they are read from the catalog; and all
-- relations must have one owner, so that nobody refreshes or drops a stranger's.
CREATE FUNCTION _abc_sound(m abc_model) RETURNS abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	foreign_one regclass;
BEGIN
	IF m.key IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('the definition of model "%s" is empty', m.definition),
			HINT = 'Restore its one row, or drop what is left of the model.';
	END IF;
	SELECT c.oid INTO foreign_one FROM pg_class AS c JOIN pg_class AS d ON d.oid = m.definition
	WHERE c.oid IN (m.mv, m.run_table, m.history_table, m.override_table, m.trend_table, m.current_view, m.ranked_view, m.changes_view)
		AND c.relowner <> d.relowner;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('"%s" and "%s" are of one model, but have different owners', m.definition, foreign_one),
			HINT = 'Give all relations of a model to one owner with ALTER TABLE ... OWNER TO.';
	END IF;
	SELECT format_type(a.atttypid, NULL) INTO m.key_type FROM pg_attribute AS a
	WHERE a.attrelid = m.history_table AND a.attname = m.key AND NOT a.attisdropped;
	SELECT format_type(a.atttypid, NULL) INTO m.value_type FROM pg_attribute AS a
	WHERE a.attrelid = m.history_table AND a.attname = 'value' AND NOT a.attisdropped;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_sound(abc_model) IS 'a stored definition, checked against the catalog';

-- A superuser who is not the owner is refused: triggers on a model's tables,
-- functions in its source and its views run with the caller's rights.
CREATE FUNCTION _abc_refuse_superuser(model regclass, purpose text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	owner oid := (SELECT c.relowner FROM pg_class AS c WHERE c.oid = model);
BEGIN
	IF EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = current_user AND r.rolsuper AND r.oid <> owner) THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = format('a superuser who does not own model "%s" must not %s it', model, purpose),
			DETAIL = 'Triggers and functions of its owner would run with the rights of the superuser.',
			HINT = format('SET ROLE %I; first.', pg_get_userbyid(owner));
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_refuse_superuser(regclass, text) IS 'refuse a superuser who does not own a model';

-- The definition of the model that a relation belongs to.  Only definitions of
-- the relation's own owner are read: reading a stranger's table could run his
-- row-level security functions with the caller's rights.
CREATE FUNCTION _abc_find(model regclass) RETURNS abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model;
	candidate regclass;
	unreadable regclass;
BEGIN
	PERFORM @extschema@._abc_refuse_superuser(model, 'read');
	FOR candidate IN
		SELECT d.oid FROM pg_class AS r JOIN pg_class AS d ON d.relowner = r.relowner
		WHERE r.oid = model AND d.reloftype = '@extschema@.abc_model'::regtype AND d.relkind = 'r'
		ORDER BY d.oid = r.oid DESC, d.relnamespace = r.relnamespace DESC, d.oid
	LOOP
		IF NOT has_table_privilege(candidate, 'SELECT') THEN
			unreadable := candidate;
			CONTINUE;
		END IF;
		EXECUTE format('SELECT d.* FROM %s AS d', candidate) INTO m;
		m.definition := candidate;
		IF model IN (candidate, m.mv, m.run_table, m.history_table, m.override_table, m.trend_table,
			m.current_view, m.ranked_view, m.changes_view)
		THEN
			RETURN @extschema@._abc_sound(m);
		END IF;
	END LOOP;
	IF unreadable IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = format('permission denied for the definition of the model of "%s"', model),
			HINT = format('Ask its owner for SELECT on the relations of the model, for example on %s.', unreadable);
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'undefined_object',
		MESSAGE = CASE WHEN model IS NULL THEN 'no model is given' ELSE format('"%s" belongs to no model', model) END,
		HINT = 'Give the name of a model made by abc_create_model, or of any relation of it.';
END
$$;
COMMENT ON FUNCTION _abc_find(regclass) IS 'the definition of the model that a relation belongs to';

CREATE FUNCTION _abc_refuse_standby(purpose text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF pg_is_in_recovery() AND purpose <> 'check' THEN
		RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction',
			MESSAGE = format('cannot %s a model on a standby server', purpose),
			HINT = 'Do it on the primary server; the result arrives here by replication.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_refuse_standby(text) IS 'refuse to write on a standby server';

-- Functions that are abc_as_owner in C do what the function of the same name and
-- arguments with "_" in front does, as the owner of the relation that is their
-- first argument.
CREATE FUNCTION _abc_caller() RETURNS text
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_caller';
COMMENT ON FUNCTION _abc_caller() IS 'the role that called a function that runs as the owner of a model; elsewhere the current user';

-- As _abc_find, for those who may change the model.
CREATE FUNCTION _abc_owned(model regclass, purpose text) RETURNS abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model;
BEGIN
	PERFORM @extschema@._abc_refuse_standby(purpose);
	PERFORM @extschema@._abc_refuse_superuser(model, purpose);
	IF NOT pg_has_role((SELECT c.relowner FROM pg_class AS c WHERE c.oid = model), 'USAGE') THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = format('must be owner of model "%s" to %s it', model, purpose);
	END IF;
	m := @extschema@._abc_find(model);
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_owned(regclass, text) IS 'the definition of a model that the caller may change';

-- The lock of a model is the row lock of its definition: whoever refreshes,
-- overrides or alters takes it and holds it to the end of the transaction.
-- Under REPEATABLE READ and above a model that was refreshed since the
-- snapshot was taken gives a serialization failure right here.
CREATE FUNCTION _abc_lock(m abc_model, new_runs integer) RETURNS abc_model
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	locked @extschema@.abc_model;
BEGIN
	EXECUTE format('UPDATE %s AS d SET runs = d.runs + $1 RETURNING d.*', m.definition) INTO locked USING new_runs;
	locked.definition := m.definition;
	RETURN @extschema@._abc_sound(locked);
END
$$;
COMMENT ON FUNCTION _abc_lock(abc_model, integer) IS 'take the lock of a model and read its definition afresh';

-- The name of a model is the name of its materialized view.
CREATE FUNCTION _abc_name(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result text := (SELECT c.relname FROM pg_class AS c WHERE c.oid = m.mv);
BEGIN
	RETURN coalesce(result, regexp_replace((SELECT c.relname FROM pg_class AS c WHERE c.oid = m.definition), '_model$', ''));
END
$$;
COMMENT ON FUNCTION _abc_name(abc_model) IS 'the name of a model: that of its materialized view';

-- All relations of the model must be there: dropping some of them by hand is
-- possible, and ends in a clear message.  So does an alteration that was
-- committed after this statement took its snapshot: what was exchanged has no
-- name any more, though the snapshot still has it.  Reading the view waits for
-- an alteration that is under way, and makes later ones wait.
CREATE FUNCTION _abc_complete(m abc_model) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	part record;
	face text := m.current_view::text;
BEGIN
	FOR part IN
		SELECT p.what, p.rel FROM (VALUES (1, 'materialized view', m.mv), (2, 'table of runs', m.run_table),
			(3, 'history', m.history_table), (4, 'table of overrides', m.override_table), (5, 'trend', m.trend_table),
			(6, 'view of the current state', m.current_view)) AS p (i, what, rel)
		WHERE NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = p.rel)
		ORDER BY p.i
	LOOP
		RAISE EXCEPTION USING ERRCODE = 'undefined_table',
			MESSAGE = format('the %s of model "%s" was dropped', part.what, m.definition),
			HINT = CASE WHEN part.what LIKE '%view%'
				THEN format('SELECT %s(%L) makes it again, SELECT %s(%L) removes the rest of the model.',
					'@extschema@.abc_alter_model', m.definition, '@extschema@.abc_drop_model', m.definition)
				ELSE format('SELECT %s(%L) removes the rest of the model.', '@extschema@.abc_drop_model', m.definition) END;
	END LOOP;
	IF face !~ '^[0-9]+$' AND has_table_privilege(m.current_view, 'SELECT')
		AND (SELECT c.relispopulated FROM pg_class AS c WHERE c.oid = m.mv)
	THEN
		EXECUTE format('SELECT FROM %s LIMIT 0', face);
	END IF;
	IF '' = ANY (ARRAY(SELECT regexp_replace(rel::text, '^[0-9]+$', '') FROM unnest(ARRAY[m.mv, m.current_view, m.history_table, m.run_table]) AS rel)) THEN
		RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
			MESSAGE = format('model "%s" was altered while it was being read', m.definition),
			HINT = 'Repeat the statement.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_complete(abc_model) IS 'raise a clear error if a relation of the model was dropped by hand';
