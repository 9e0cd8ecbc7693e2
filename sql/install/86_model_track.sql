--
-- Tracking: triggers that note keys
--
-- NAME_noted has a row for every key that a statement on a tracked relation touched.  The trigger function is the
-- model's own, belongs to its owner and runs with his rights: whoever may write to the relation need not be able to
-- write to the model.  Rows are only added, so that writers never wait for one another, nor for a refresh.
--

CREATE FUNCTION abc_track(model regclass, relation regclass, key text DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_track(regclass, regclass, text) IS
'note the keys that statements on a table touch, by triggers, so that a refresh of the model reads only those (and '
	'those that its query "changed" gives). key: the columns of the table that hold the key, one or several as '
	'''{company,customer}''; default the names of the model''s key. TRUNCATE makes the next refresh read everything. '
	'DROP TRIGGER ends it';

CREATE FUNCTION _abc.abc_track(model regclass, relation regclass, key text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := _abc.complete(_abc.lock(model, 'track changes for'));
	columns text[] := CASE WHEN key IS NULL THEN m.key WHEN key LIKE '{%}' THEN key::text[] ELSE ARRAY[key] END;
	code text;
	says text;
	detail text;
	hint text;
BEGIN
	PERFORM _abc.check_tracked(m, relation, columns);
	IF m.noted IS NULL THEN
		m := _abc.create_noted(m);
	END IF;
	PERFORM _abc.create_triggers(m, relation, columns);
	PERFORM _abc.comment_relations(m, m.language);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, says = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow(code, says, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.abc_track(regclass, regclass, text) IS 'part of abc_track: as the owner';

-- The columns must be there, and of the types of the key: a cast that fails would fail the statement that is tracked.
CREATE FUNCTION _abc.check_tracked(m @extschema@.abc_model, relation regclass, columns text[]) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bad record;
BEGIN
	IF cardinality(columns) <> cardinality(m.key) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('the key of model "%s" has %s column(s), not %s',
				m.name, cardinality(m.key), cardinality(columns)),
			HINT = format('Name the columns of "%s" that hold %s.', relation, array_to_string(m.key, ', '));
	END IF;
	SELECT u.name, a.attname, _abc.stored_type(a.atttypid, a.attcollation, true) AS type, u.type AS wanted INTO bad
	FROM unnest(columns, m.key_types) AS u (name, type)
	LEFT JOIN pg_attribute AS a ON a.attrelid = relation AND a.attname = u.name AND a.attnum > 0 AND NOT a.attisdropped
	WHERE a.attname IS NULL
		OR regexp_replace(_abc.stored_type(_abc.base_type(a.atttypid), a.attcollation, true), ' COLLATE .*', '')
			<> regexp_replace(u.type, ' COLLATE .*', '')
	LIMIT 1;
	IF bad.attname IS NULL AND FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_column',
			MESSAGE = format('column "%s" of "%s" does not exist', bad.name, relation),
			HINT = 'Name the columns that hold the key of the model: abc_track(model, relation, ''customer_id'').';
	ELSIF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
			MESSAGE = format('column "%s" of "%s" is kept as %s, the key of model "%s" as %s',
				bad.name, relation, bad.type, m.name, bad.wanted),
			HINT = 'Note such keys by a query: abc_alter_model(..., changed => ''SELECT ...'').';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.check_tracked(@extschema@.abc_model, regclass, text[]) IS
'part of abc_track: columns of the key';

CREATE FUNCTION _abc.create_noted(m @extschema@.abc_model) RETURNS @extschema@.abc_model
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rel text := format('%I.%I', (_abc.home(m)).schema, m.name || '_noted');
BEGIN
	EXECUTE format('CREATE TABLE %s (note bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, %s, '
		'everything boolean NOT NULL DEFAULT false)', rel, (
			SELECT string_agg(format('%s %s', u.c, u.t), ', ' ORDER BY u.i)
			FROM unnest(m.key_columns, m.key_types) WITH ORDINALITY AS u (c, t, i)));
	m.noted := rel::regclass;
	IF m.summary IS NULL THEN
		m := _abc.put_changed_tables(m);
	END IF;
	PERFORM _abc.save(m);
	PERFORM _abc.put_tracking(m);
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc.create_noted(@extschema@.abc_model) IS 'part of abc_track: the table of keys';

-- The trigger function.  Its arguments are the columns of the tracked relation that hold the key.
CREATE FUNCTION _abc.track_text() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $$
DECLARE
	rows_of text;
BEGIN
	IF TG_OP = 'TRUNCATE' THEN
		INSERT INTO {noted} (everything) VALUES (true);
	ELSE
		FOREACH rows_of IN ARRAY CASE TG_OP
			WHEN 'INSERT' THEN '{new_rows}'::text[]
			WHEN 'DELETE' THEN '{old_rows}'
			ELSE '{old_rows,new_rows}' END
		LOOP
			EXECUTE format('INSERT INTO {noted} ({keys}) SELECT DISTINCT %s FROM %I AS s',
				(SELECT string_agg(format('s.%I::%s', u.name, u.type), ', ' ORDER BY u.i)
					FROM unnest(TG_ARGV::text[], {key_types}::text[]) WITH ORDINALITY AS u (name, type, i)), rows_of);
		END LOOP;
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION _abc.track_text() IS 'part of abc_track: the trigger function, with named places';

CREATE FUNCTION _abc.track_function(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('%I.%I', (_abc.home(m)).schema, m.name || '_note');
END
$$;
COMMENT ON FUNCTION _abc.track_function(@extschema@.abc_model) IS 'part of abc_track: the name of the trigger function';

-- Make the trigger function, or bring it and its table to another key.
CREATE FUNCTION _abc.put_tracking(m @extschema@.abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF m.noted IS NOT NULL THEN
		EXECUTE format('CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
			'SET search_path = pg_catalog, pg_temp AS %L',
			_abc.track_function(m), replace(replace(replace(_abc.track_text(),
				'{noted}', m.noted::text),
				'{keys}', _abc.listed(m.key_columns, NULL::text)),
				'{key_types}', quote_literal(ARRAY(
					SELECT regexp_replace(t, ' COLLATE .*', '')
					FROM unnest(m.key_types) WITH ORDINALITY AS u (t, i) ORDER BY i)::text)));
		EXECUTE format('REVOKE ALL ON FUNCTION %s() FROM PUBLIC', _abc.track_function(m));
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.put_tracking(@extschema@.abc_model) IS 'part of abc_track: the trigger function';

CREATE FUNCTION _abc.create_triggers(m @extschema@.abc_model, relation regclass, columns text[]) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	t record;
BEGIN
	FOR t IN
		SELECT v.column1 AS event, v.column2 AS tables
		FROM (VALUES
			('insert', 'REFERENCING NEW TABLE AS new_rows'),
			('delete', 'REFERENCING OLD TABLE AS old_rows'),
			('update', 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'),
			('truncate', '')) AS v
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION %s(%s)',
			m.name || '_' || t.event, t.event, relation, t.tables, _abc.track_function(m), (
				SELECT string_agg(quote_literal(c), ', ' ORDER BY i)
				FROM unnest(columns) WITH ORDINALITY AS u (c, i)));
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc.create_triggers(@extschema@.abc_model, regclass, text[]) IS 'part of abc_track: the triggers';

CREATE FUNCTION _abc.drop_tracking(m @extschema@.abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
BEGIN
	IF m.noted IS NOT NULL AND to_regprocedure(concat(_abc.track_function(m), '()')) IS NOT NULL THEN
		EXECUTE format('DROP FUNCTION %s() CASCADE', _abc.track_function(m));
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.drop_tracking(@extschema@.abc_model) IS
'part of abc_drop_model: the trigger function and its triggers';
