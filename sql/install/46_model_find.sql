--
-- Finding a model, rights, names
--

-- An error of a statement that was put together is raised anew, without the statement in its context.
CREATE FUNCTION _abc.rethrow(code text, message text, detail text, hint text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF detail <> '' AND hint <> '' THEN
		RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail, HINT = hint;
	ELSIF detail <> '' THEN
		RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail;
	ELSIF hint <> '' THEN
		RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, HINT = hint;
	END IF;
	RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message;
END
$$;
COMMENT ON FUNCTION _abc.rethrow(text, text, text, text) IS 'raise an error that was caught, without its context';

-- All relations of a model, what readers see first; NULL where it has none.
CREATE FUNCTION _abc.relation_oids(m @extschema@.abc_model) RETURNS oid[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY[(m).face, (m).ranked, (m).changes, (m).history, (m).trend, (m).state, (m).before, (m).version,
	(m).change, (m).run, (m).override, (m).summary, (m).sums, (m).reading, (m).noted]::oid[];
COMMENT ON FUNCTION _abc.relation_oids(@extschema@.abc_model) IS
'the relations of a model, without its definition, whether they are there or not';

-- Those that there are.
CREATE FUNCTION _abc.relations(m @extschema@.abc_model) RETURNS regclass[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY(SELECT c.oid::regclass
		FROM unnest(_abc.relation_oids(m)) WITH ORDINALITY AS r (rel, i)
		JOIN pg_class AS c ON c.oid = r.rel ORDER BY r.i);
END
$$;
COMMENT ON FUNCTION _abc.relations(@extschema@.abc_model) IS 'the relations of a model, without its definition';

-- Whether the relations of a definition that was read are there now, and the columns it knows. Both are asked of what
-- is there now, while the snapshot of a reader shows the catalog as it was: of a relation that is gone
-- has_table_privilege says NULL.
CREATE FUNCTION _abc.is_as_defined(m @extschema@.abc_model) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('SELECT %s FROM %s LIMIT 0', array_to_string(m.key_columns || m.carried_columns, ', '), m.state);
	RETURN NOT EXISTS (SELECT FROM unnest(_abc.relation_oids(m)) AS r (oid)
		WHERE r.oid IS NOT NULL AND has_table_privilege(r.oid, 'SELECT') IS NULL);
EXCEPTION WHEN undefined_column OR undefined_table OR syntax_error THEN
	RETURN false;
END
$$;
COMMENT ON FUNCTION _abc.is_as_defined(@extschema@.abc_model) IS
'part of what reads a model: whether it is still what its definition said';

-- Who only reads a model takes no lock of it: what it was by its definition can be gone by the time it is asked for.
CREATE FUNCTION _abc.rethrow_reading(m @extschema@.abc_model, code text, message text, detail text, hint text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- undefined_column, undefined_table, and the syntax_error of a number in the place of a name
	IF code IN ('42703', '42P01', '42601') AND NOT _abc.is_as_defined(m) THEN
		RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
			MESSAGE = format('model "%s" was altered while it was read', m.name),
			HINT = 'Ask again.';
	END IF;
	PERFORM _abc.rethrow(code, message, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.rethrow_reading(@extschema@.abc_model, text, text, text, text) IS
'raise an error that was caught while a model was read';

-- Many functions of the interface are abc_as_owner in C: they do what the function of the same name and arguments in
-- this schema does, as the owner of the relation that is their first argument. It can ask who called.
CREATE FUNCTION _abc.caller() RETURNS text
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_caller';
COMMENT ON FUNCTION _abc.caller() IS
'the role that called a function that runs as the owner of a model; elsewhere the current user';

CREATE FUNCTION _abc.caller_path() RETURNS text
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_caller_path';
COMMENT ON FUNCTION _abc.caller_path() IS 'the schemas that the caller of such a function sees, as a search_path';

-- What is stored in a definition is not believed where it could do harm: all relations must have one owner,
-- so that nobody refreshes or drops a stranger's; and types go into SQL as they are, so they are names of types.
CREATE FUNCTION _abc.sound(m @extschema@.abc_model, definition regclass) RETURNS @extschema@.abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	foreign_one regclass;
	bad text;
BEGIN
	IF m.name IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('the definition of model "%s" is empty', definition),
			HINT = 'Restore its one row, or drop what is left of the model.';
	END IF;
	SELECT c.oid INTO foreign_one FROM pg_class AS c JOIN pg_class AS d ON d.oid = definition
	WHERE c.oid = ANY (_abc.relations(m)) AND c.relowner <> d.relowner;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('"%s" and "%s" are of one model, but have different owners', definition, foreign_one),
			HINT = 'Give all relations of a model to one owner with ALTER TABLE ... OWNER TO.';
	END IF;
	SELECT t INTO bad FROM unnest(m.key_types || m.carried_types) AS t
	WHERE CASE WHEN t ~ '[();]|--' THEN true
		ELSE to_regtype(regexp_replace(t,
			' COLLATE ("([^"]|"")+"|[a-z_][a-z0-9_$]*)\.("([^"]|"")+"|[a-z_][a-z0-9_$]*)$', '')) IS NULL END;
	IF NOT FOUND THEN
		SELECT c INTO bad FROM unnest(m.key_columns || m.carried_columns) AS c WHERE c !~ '^[kat][0-9]+$';
	END IF;
	IF FOUND OR coalesce(m.rule_kinds, '{}') <@ '{only_if,always_if}' IS NOT TRUE THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('the definition of model "%s" was changed by hand: "%s" cannot be in it', definition,
				coalesce(bad, m.rule_kinds::text)),
			HINT = 'Definitions are changed by abc_alter_model.';
	END IF;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc.sound(@extschema@.abc_model, regclass) IS 'a stored definition, checked against the catalog';

-- A relation in a message, between quotes: no second pair of them; its number if it is gone.  The table of overrides
-- stands for its model.
CREATE FUNCTION _abc.shown(relation regclass) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
	(SELECT concat(n.nspname, '.', regexp_replace(c.relname, '_override$', ''))
		FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = relation),
	relation::text);
COMMENT ON FUNCTION _abc.shown(regclass) IS 'a relation of a model in a message';

-- The table of the definition of the model that a relation belongs to.  Only definitions of the relation's
-- own owner are read: a stranger's table could run his row-level security functions with the caller's rights.
-- By its name the first one read is the right one, unless something was renamed: others may be dropped meanwhile.
CREATE FUNCTION _abc.definition_of(model regclass, OUT definition regclass, OUT m @extschema@.abc_model)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	candidate regclass;
	candidate_name text;
	unreadable regclass;
BEGIN
	FOR candidate, candidate_name IN
		SELECT d.oid, format('%I.%I', n.nspname, d.relname) FROM pg_class AS r
		JOIN pg_class AS d ON d.relowner = r.relowner JOIN pg_namespace AS n ON n.oid = d.relnamespace
		WHERE r.oid = model AND d.reloftype = '@extschema@.abc_model'::regtype AND d.relkind = 'r'
		ORDER BY d.oid = r.oid DESC, d.relnamespace = r.relnamespace DESC, d.relname = r.relname || '_model' DESC,
			d.relname = regexp_replace(r.relname, '_[a-z]+$', '_model') DESC, d.oid
	LOOP
		IF NOT has_table_privilege(candidate, 'SELECT') THEN
			unreadable := candidate;
			CONTINUE;
		END IF;
		EXECUTE format('SELECT d.* FROM %s AS d', candidate_name) INTO m;
		IF model = candidate OR model = ANY (_abc.relations(m)) THEN
			definition := candidate;
			m := _abc.sound(m, candidate);
			RETURN;
		END IF;
	END LOOP;
	IF unreadable IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = format('permission denied for the model of "%s"', _abc.shown(model)),
			HINT = format('Ask its owner for SELECT @extschema@.abc_grant(%L, %L).', model::text, current_user);
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'undefined_object',
		MESSAGE = CASE WHEN model IS NULL THEN 'no model is given'
			ELSE format('"%s" belongs to no model', _abc.shown(model)) END,
		HINT = 'Give the name of a model made by abc_create_model, or of any relation of it.';
END
$$;
COMMENT ON FUNCTION _abc.definition_of(regclass) IS
'the definition of the model that a relation belongs to, and the table it is in';

CREATE FUNCTION _abc.find(model regclass) RETURNS @extschema@.abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model;
BEGIN
	SELECT (d.m).* INTO m FROM _abc.definition_of(model) AS d;
	RETURN _abc.complete(m);
END
$$;
COMMENT ON FUNCTION _abc.find(regclass) IS 'the definition of a model that is all there, for those who read it';

-- All relations of the model must be there: dropping some of them by hand is possible, and ends in a clear message.
CREATE FUNCTION _abc.complete(m @extschema@.abc_model) RETURNS @extschema@.abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	part text;
BEGIN
	SELECT p.what INTO part FROM (VALUES (1, 'state', m.state), (2, 'before', m.before), (3, 'version', m.version),
		(4, 'change', m.change),
		(5, 'run', m.run), (6, 'override', m.override), (7, 'view', m.face), (8, 'history', m.history),
			(9, 'changes', m.changes),
		(10, 'trend', m.trend), (11, 'ranked', m.ranked), (12, 'summary', m.summary), (13, 'sum', m.sums),
		(14, 'read', m.reading), (15, 'noted', m.noted)) AS p (i, what, rel)
	WHERE (p.i <= 11 OR p.rel IS NOT NULL) AND NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = p.rel)
		ORDER BY p.i LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_table',
			MESSAGE = format('the relation "%s" of model "%s" was dropped', part, m.name),
			HINT = CASE WHEN part IN ('view', 'history', 'changes', 'trend', 'ranked', 'summary', 'sum', 'read')
				THEN format('SELECT @extschema@.abc_alter_model(%L) makes it again.', m.state)
				ELSE format('SELECT @extschema@.abc_drop_model(%L) removes the rest of the model.',
					coalesce((_abc.relations(m))[1]::text, m.name)) END;
	END IF;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc.complete(@extschema@.abc_model) IS
'raise a clear error if a relation of the model was dropped by hand';

-- For those who write: on a primary server, with the owner's rights.
CREATE FUNCTION _abc.check_may(model regclass, purpose text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF pg_is_in_recovery() THEN
		RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction',
			MESSAGE = format('cannot %s a model on a standby server', purpose),
			HINT = 'Do it on the primary server; the result arrives here by replication.';
	END IF;
	IF model IS NOT NULL AND NOT pg_has_role((SELECT c.relowner FROM pg_class AS c WHERE c.oid = model), 'USAGE') THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = format('must be owner of model "%s" to %s it', _abc.shown(model), purpose),
			HINT = 'Ask its owner, or become one of that role by SET ROLE.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.check_may(regclass, text) IS 'raise an error for who may not change a model';

-- The lock of a model is the row lock of its definition: whoever refreshes, overrides or alters takes it and
-- holds it to the end of the transaction.  Under REPEATABLE READ and above a model that was refreshed since
-- the snapshot was taken gives a serialization failure right here.
CREATE FUNCTION _abc.lock(model regclass, purpose text) RETURNS @extschema@.abc_model
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	definition regclass;
	m @extschema@.abc_model;
BEGIN
	PERFORM _abc.check_may(model, purpose);
	SELECT d.definition INTO definition FROM _abc.definition_of(model) AS d;
	EXECUTE format('SELECT d.* FROM %s AS d FOR UPDATE', definition) INTO m;
	RETURN _abc.sound(m, definition);
END
$$;
COMMENT ON FUNCTION _abc.lock(regclass, text) IS 'take the lock of a model and read its definition afresh';

-- The table in which a definition is.
CREATE FUNCTION _abc.home(m @extschema@.abc_model, OUT definition regclass, OUT schema name)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	SELECT d.definition, n.nspname INTO definition, schema FROM _abc.definition_of(m.state) AS d
	JOIN pg_class AS c ON c.oid = d.definition JOIN pg_namespace AS n ON n.oid = c.relnamespace;
END
$$;
COMMENT ON FUNCTION _abc.home(@extschema@.abc_model) IS 'the table of a definition and its schema';

-- Write a definition back: its one row.
CREATE FUNCTION _abc.save(m @extschema@.abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	columns text := (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
		JOIN pg_type AS t ON t.typrelid = a.attrelid
		WHERE t.oid = '@extschema@.abc_model'::regtype AND a.attnum > 0 AND NOT a.attisdropped);
BEGIN
	EXECUTE format('UPDATE %s AS d SET (%s) = (SELECT ($1).*)', (_abc.home(m)).definition, columns) USING m;
END
$$;
COMMENT ON FUNCTION _abc.save(@extschema@.abc_model) IS 'write a definition back';

-- A name as SQL takes it: folded unless quoted, with a schema or without.
CREATE FUNCTION _abc.identifier(given text, what text, OUT schema text, OUT name text)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parts text[];
BEGIN
	BEGIN
		parts := parse_ident(given);
	EXCEPTION WHEN invalid_parameter_value THEN
		parts := NULL;
	END;
	IF coalesce(cardinality(parts) NOT IN (1, 2), true) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_name',
			MESSAGE = format('"%s" is not a name for %s', coalesce(given, 'NULL'), what),
			HINT = 'Write a name as in SQL: folded to lower case unless in double quotes, with a schema or without, '
				'for example mart.book.';
	END IF;
	name := parts[cardinality(parts)];
	schema := CASE WHEN cardinality(parts) = 2 THEN parts[1] END;
END
$$;
COMMENT ON FUNCTION _abc.identifier(text, text) IS 'the parts of a name given as text';
