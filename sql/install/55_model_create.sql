--
-- Making a model, dropping it, printing it as the call that makes it
--

CREATE FUNCTION abc_create_model(name text, source text, key text, value text,
	scheme abc_scheme DEFAULT NULL, metrics abc_metric[] DEFAULT NULL,
	partition_by text[] DEFAULT '{}', attributes text[] DEFAULT '{}',
	missing text DEFAULT 'renormalize', eligible text DEFAULT NULL, rules abc_rule[] DEFAULT NULL,
	promote_after integer DEFAULT 1, demote_after integer DEFAULT 1, max_step integer DEFAULT NULL,
	first_order text DEFAULT NULL, last_order text DEFAULT NULL, orders text DEFAULT NULL,
	at_risk interval DEFAULT NULL, lost interval DEFAULT NULL, treatments text DEFAULT NULL, schema text DEFAULT NULL,
	max_gone double precision DEFAULT 0.5, changed text DEFAULT NULL,
	promote_wait interval DEFAULT NULL, demote_wait interval DEFAULT NULL,
	language text DEFAULT 'en', refresh boolean DEFAULT false) RETURNS regclass
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_caller';
COMMENT ON FUNCTION abc_create_model(text, text, text, text, abc_scheme, abc_metric[], text[], text[], text, text,
	abc_rule[], integer, integer, integer,
	text, text, text, interval, interval, text, text, double precision, text, interval, interval, text, boolean) IS
'make a model. name: as in SQL, may be qualified. source: a table, view or foreign table, or a query, with one row per '
	'customer; it is looked up by name at each refresh. key: one column, or several as ''{company,customer}''. value: '
	'the amount. scheme: how to cut (default 80/95). metrics: cut by a weighted score instead. partition_by: cut '
	'within each. attributes: columns to carry along. eligible and rules: conditions over the source. promote_after, '
	'demote_after: so many runs of different days in a row; promote_wait, demote_wait: so long; max_step: so many '
	'tiers at a time. first_order, last_order, orders: columns for the lifecycle; at_risk, lost: silence. treatments: '
	'a table with a column tier. max_gone: a refresh that would lose a larger share of the customers or of their value '
	'raises. changed: a query for the keys whose rows may differ since the last run. language: en or zh. refresh: the '
	'first refresh in the same call. Gives the name of the model';

CREATE FUNCTION _abc.abc_create_model(name text, source text, key text, value text,
	scheme @extschema@.abc_scheme, metrics @extschema@.abc_metric[], partition_by text[], attributes text[],
	missing text, eligible text, rules @extschema@.abc_rule[], promote_after integer,
	demote_after integer, max_step integer,
	first_order text, last_order text, orders text, at_risk interval, lost interval, treatments text, schema text,
	max_gone double precision, changed text, promote_wait interval, demote_wait interval, language text,
	refresh boolean) RETURNS regclass
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model;
	path text := _abc.caller_path();
	home text;
	code text;
	says text;
	detail text;
	hint text;
BEGIN
	PERFORM _abc.check_may(NULL::regclass, 'make');
	SELECT i.name, i.schema INTO m.name, home FROM _abc.identifier(name, 'a model') AS i;
	IF schema IS NOT NULL THEN
		home := (_abc.identifier(schema, 'a schema')).name;
	END IF;
	home := coalesce(home, (parse_ident(nullif(split_part(path, ', ', 1), '')))[1]);
	-- who makes one of the same name meanwhile waits, and is then told that it is there
	PERFORM pg_advisory_xact_lock('pg_class'::regclass::oid::integer, hashtext(concat_ws('.', home, m.name)));
	PERFORM _abc.check_room(home, m.name);
	m.source := source;
	m.source_path := concat_ws(', ', nullif(path, ''), quote_ident('@extschema@'));
	m.key := CASE WHEN key LIKE '{%}' THEN key::text[] ELSE ARRAY[key] END;
	m.value := value;
	m.scheme := scheme;
	m.partition_by := coalesce(partition_by, '{}');
	m.attributes := coalesce(attributes, '{}');
	m.missing := missing;
	m.eligible := eligible;
	m.promote_after := promote_after;
	m.demote_after := demote_after;
	m.max_step := max_step;
	m.promote_wait := promote_wait;
	m.demote_wait := demote_wait;
	m.first_order := first_order;
	m.last_order := last_order;
	m.orders := orders;
	m.at_risk := at_risk;
	m.lost := lost;
	m.treatments := treatments;
	m.max_gone := max_gone;
	m.changed := changed;
	m.language := language;
	m.runs := 0;
	m.can_undo := true;
	m.revision := 1;
	m.standard := 1;
	m.created := clock_timestamp();
	m := _abc.checked(_abc.with_rules(_abc.with_metrics(m, metrics), rules));
	m := _abc.create_tables(m, home);
	m := _abc.create_views(m, home, NULL::@extschema@.abc_model);
	m := _abc.put_changed_tables(m);
	PERFORM _abc.save(m);
	PERFORM _abc.comment_relations(m, NULL::text);
	IF refresh THEN
		PERFORM @extschema@.abc_refresh(m.face, NULL::date, false, false);
	END IF;
	RETURN m.face;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, says = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow(code, says, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.abc_create_model(text, text, text, text, @extschema@.abc_scheme, @extschema@.abc_metric[],
	text[], text[], text, text, @extschema@.abc_rule[],
	integer, integer, integer, text, text, text, interval, interval, text, text, double precision, text, interval,
		interval, text, boolean) IS
'part of abc_create_model';

-- A schema to make it in, names that are short enough, and none of them taken.
CREATE FUNCTION _abc.check_room(home text, model_name text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken text;
BEGIN
	IF home IS NULL OR NOT EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = home) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_schema_name',
			MESSAGE = CASE WHEN home IS NULL THEN 'no schema has been selected to make the model in'
				ELSE format('schema "%s" does not exist', home) END,
			HINT = 'Name it: mart.book, or schema => ''mart''.';
	END IF;
	IF octet_length(model_name) > 54 THEN
		RAISE EXCEPTION USING ERRCODE = 'name_too_long',
			MESSAGE = format('the name "%s" is too long for a model', model_name),
			HINT = 'Its relations are called NAME_override and so on: 54 bytes have room (a Chinese letter is three).';
	END IF;
	SELECT c.relname INTO taken FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE n.nspname = home AND c.relname IN (
		SELECT model_name || s FROM unnest(
			'{"",_state,_before,_version,_history,_change,_changes,_run,_trend,_ranked,_override,_model}'::text[]) AS s)
	ORDER BY length(c.relname) LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'duplicate_table',
			MESSAGE = format('relation "%s" exists already in schema "%s"', taken, home),
			HINT = 'A model makes NAME, NAME_state, NAME_history and others. Choose another name, '
				'or abc_drop_model the old model.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.check_room(text, text) IS 'part of abc_create_model: names';

-- Comments on relations and their columns.  A comment of the user's own stays.
CREATE FUNCTION _abc.comment_relations(m @extschema@.abc_model, language_before text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c record;
	wanted_text text;
BEGIN
	FOR c IN
		WITH relations (suffix, rel) AS (VALUES
			('face', m.face), ('ranked', m.ranked), ('changes', m.changes), ('history', m.history), ('trend', m.trend),
			('state', m.state), ('before', m.before), ('version', m.version), ('change', m.change), ('run', m.run),
			('override', m.override), ('model', (_abc.home(m)).definition), ('summary', m.summary), ('sum', m.sums),
			('read', m.reading), ('noted', m.noted)),
		wanted (statement, code, old) AS (
			SELECT format('COMMENT ON %s %s IS ', CASE WHEN k.relkind = 'v' THEN 'VIEW' ELSE 'TABLE' END, r.rel),
				'relation.' || r.suffix, obj_description(r.rel, 'pg_class')
			FROM relations AS r JOIN pg_class AS k ON k.oid = r.rel
			UNION ALL
			SELECT format('COMMENT ON COLUMN %s.%I IS ', r.rel, a.attname),
				CASE WHEN u.name IS NOT NULL THEN 'column_kind.' || u.kind ELSE 'column.' || a.attname END,
				col_description(r.rel, a.attnum)
			FROM relations AS r JOIN pg_attribute AS a ON a.attrelid = r.rel AND a.attnum > 0 AND NOT a.attisdropped
			LEFT JOIN (
				SELECT n.name, min(n.kind) FROM (
					SELECT unnest(m.key || m.key_columns), 'key'
					UNION ALL SELECT unnest(m.partition_by), 'partition'
					UNION ALL SELECT unnest(m.treatment_columns), 'treatment'
					UNION ALL SELECT unnest(m.attributes), 'attribute') AS n (name, kind)
				GROUP BY n.name) AS u (name, kind)
				ON u.name = regexp_replace(a.attname, '_+$', '')
				AND (r.suffix IN ('face', 'ranked', 'changes', 'history', 'trend') OR a.attname = ANY (m.key_columns))
			WHERE r.suffix <> 'model')
		SELECT w.statement, w.old, t.code FROM wanted AS w JOIN _abc.texts() AS t ON t.code = w.code
	LOOP
		wanted_text := _abc.text(m.language, c.code);
		-- one that is neither of ours, in the language before or now, is the user's
		CONTINUE WHEN c.old = wanted_text OR (c.old IS NOT NULL AND c.old <> _abc.text('en', c.code)
			AND c.old <> _abc.text(coalesce(language_before, 'en'), c.code));
		EXECUTE c.statement || quote_literal(wanted_text);
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc.comment_relations(@extschema@.abc_model, text) IS 'comments on what a model is made of';

-- One argument of a call as text, or nothing where it is the default.
CREATE FUNCTION _abc.argument(name text, value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value IS NOT NULL THEN pg_catalog.format(E',\n    %s => %L', name, value) END;
COMMENT ON FUNCTION _abc.argument(text, text) IS 'part of abc_model_sql';

CREATE FUNCTION abc_model_sql(model regclass) RETURNS text
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_model_sql(regclass) IS
'the call of abc_create_model that makes this model: for review, and for the next system';

CREATE FUNCTION _abc.abc_model_sql(model regclass) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
SET extra_float_digits = 1 SET intervalstyle = 'postgres'
AS $$
DECLARE
	m @extschema@.abc_model := (SELECT d.m FROM _abc.definition_of(model) AS d);
	metrics text;
	rules text;
BEGIN
	SELECT E',\n    metrics => ARRAY[' || string_agg(
			format('@extschema@.abc_metric(%L, %s%s)',
				u.name, u.weight, CASE WHEN u.method IS NOT NULL THEN ', ' || quote_literal(u.method) END),
			E',\n        ' ORDER BY u.i) || ']'
	INTO metrics FROM unnest(m.metrics, m.weights, m.methods) WITH ORDINALITY AS u (name, weight, method, i);
	SELECT E',\n    rules => ARRAY[' || string_agg(
			format('@extschema@.%s(%L, %L, %L)',
				CASE u.kind WHEN 'only_if' THEN 'abc_only_if' ELSE 'abc_always_if' END, u.tier, u.condition, u.because),
			E',\n        ' ORDER BY u.i) || ']'
	INTO rules FROM unnest(m.rule_kinds, m.rule_tiers, m.rule_conditions, m.rule_reasons)
		WITH ORDINALITY AS u (kind, tier, condition, because, i);
	RETURN concat(format(E'SELECT @extschema@.abc_create_model(%L, %L,\n    key => %L,\n    value => %L',
			quote_ident(m.name), m.source, CASE WHEN cardinality(m.key) = 1 THEN m.key[1] ELSE m.key::text END,
			m.value),
		_abc.argument('scheme', m.scheme::text), metrics,
		_abc.argument('partition_by', nullif(m.partition_by, '{}')::text),
		_abc.argument('attributes', nullif(m.attributes, '{}')::text),
		_abc.argument('missing', nullif(m.missing, 'renormalize')), _abc.argument('eligible', m.eligible), rules,
		_abc.argument('promote_after', nullif(m.promote_after, 1)::text),
		_abc.argument('demote_after', nullif(m.demote_after, 1)::text),
		_abc.argument('max_step', m.max_step::text),
		_abc.argument('promote_wait', m.promote_wait::text), _abc.argument('demote_wait', m.demote_wait::text),
		_abc.argument('first_order', m.first_order), _abc.argument('last_order', m.last_order),
		_abc.argument('orders', m.orders), _abc.argument('at_risk', m.at_risk::text),
		_abc.argument('lost', m.lost::text), _abc.argument('treatments', m.treatments),
		CASE WHEN m.max_gone IS NULL THEN E',\n    max_gone => NULL'
			ELSE _abc.argument('max_gone', nullif(m.max_gone, 0.5)::text) END,
		_abc.argument('changed', m.changed), _abc.argument('language', nullif(m.language, 'en')),
		_abc.argument('schema', quote_ident((_abc.home(m)).schema)), ');');
END
$$;
COMMENT ON FUNCTION _abc.abc_model_sql(regclass) IS 'part of abc_model_sql';

CREATE FUNCTION abc_drop_model(model regclass) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_drop_model(regclass) IS
'drop all relations of a model, its history too; an error if something of yours depends on one of them';

-- The table of a definition, of which no lock is left: the error takes back those of the block. Two who drop a model
-- would each hold one, and wait for that of the other.
CREATE FUNCTION _abc.definition_unlocked(model regclass) RETURNS regclass
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found regclass;
BEGIN
	BEGIN
		SELECT d.definition INTO found FROM _abc.definition_of(model) AS d;
		RAISE SQLSTATE 'ABC01';
	EXCEPTION WHEN SQLSTATE 'ABC01' THEN
		RETURN found;
	END;
END
$$;
COMMENT ON FUNCTION _abc.definition_unlocked(regclass) IS 'part of abc_drop_model: the table of a definition';

CREATE FUNCTION _abc.abc_drop_model(model regclass) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	name text := _abc.shown(model);
	definition regclass;
	m @extschema@.abc_model;
	rel record;
BEGIN
	PERFORM _abc.check_may(model, 'drop');
	definition := _abc.definition_unlocked(model);
	-- the table before its row: who waits for the row has a lock on the table, that it could not be dropped; and before
	-- the views, whose readers do not look at it
	PERFORM _abc.lock_alone(ARRAY[definition]::oid[]);
	IF NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = definition) THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object',
			MESSAGE = format('model "%s" was dropped by another session', name);
	END IF;
	m := _abc.lock(definition, 'drop');
	PERFORM _abc.lock_alone(_abc.relations_to_lock(m));
	PERFORM _abc.drop_tracking(m);
	FOR rel IN
		SELECT c.oid::regclass AS name, c.relkind
		FROM unnest(_abc.relations(m) || definition) WITH ORDINALITY AS r (oid, i)
		JOIN pg_class AS c ON c.oid = r.oid ORDER BY r.i
	LOOP
		EXECUTE format('DROP %s %s', CASE rel.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, rel.name);
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc.abc_drop_model(regclass) IS 'part of abc_drop_model: as the owner';
