--
-- Create, alter, print, drop
--

CREATE FUNCTION abc_create_model(name text, source regclass, key text, value text,
	scheme abc_scheme DEFAULT NULL, metrics abc_metric[] DEFAULT NULL,
	partition_by text[] DEFAULT '{}', attributes text[] DEFAULT '{}',
	missing text DEFAULT 'renormalize', eligible text DEFAULT NULL, rules abc_rule[] DEFAULT NULL,
	promote_after integer DEFAULT 1, demote_after integer DEFAULT 1, max_step integer DEFAULT NULL,
	first_order text DEFAULT NULL, last_order text DEFAULT NULL, orders text DEFAULT NULL,
	at_risk interval DEFAULT NULL, lost interval DEFAULT NULL,
	treatments regclass DEFAULT NULL, schema name DEFAULT pg_catalog.current_schema()) RETURNS regclass
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model;
BEGIN
	PERFORM @extschema@._abc_check_model_name(name, schema);
	m.source := source;
	m.key := key;
	m.value := value;
	m.scheme := scheme;
	m.partition_by := coalesce(partition_by, '{}');
	m.attributes := coalesce(attributes, '{}');
	m.missing := missing;
	m.eligible := nullif(eligible, '');
	m.promote_after := promote_after;
	m.demote_after := demote_after;
	m.max_step := max_step;
	m.first_order := first_order;
	m.last_order := last_order;
	m.orders := orders;
	m.at_risk := at_risk;
	m.lost := lost;
	m.treatments := treatments;
	m.runs := 0;
	m.revision := 1;
	m.standard := 1;
	m.created := clock_timestamp();
	m := @extschema@._abc_with_metrics(m, metrics);
	m := @extschema@._abc_with_rules(m, rules);
	m := @extschema@._abc_checked(m);
	m.mv := @extschema@._abc_create_mv(m, schema, name, false);
	PERFORM @extschema@._abc_create_mv_index(m);
	m := @extschema@._abc_create_tables(m, schema, name);
	m := @extschema@._abc_create_views(m, schema, name);
	PERFORM @extschema@._abc_save(m);
	PERFORM @extschema@._abc_comment(m);
	RETURN m.mv;
END
$$;
COMMENT ON FUNCTION abc_create_model(text, regclass, text, text, abc_scheme, abc_metric[], text[], text[], text, text, abc_rule[],
	integer, integer, integer, text, text, text, interval, interval, regclass, name) IS
'make a managed model over a source with one row per customer; abc_refresh fills it';

CREATE FUNCTION _abc_check_model_name(model_name text, schema_name name) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken text;
BEGIN
	IF coalesce(model_name, '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_name', MESSAGE = 'a model needs a name';
	END IF;
	IF octet_length(model_name) + octet_length('_override') > 63 THEN
		RAISE EXCEPTION USING ERRCODE = 'name_too_long',
			MESSAGE = format('the name "%s" is too long for a model: with "_override" it has %s bytes',
				model_name, octet_length(model_name) + octet_length('_override')),
			HINT = 'At most 63 bytes are possible, so 54 for the model itself.';
	END IF;
	IF schema_name IS NULL OR NOT EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = schema_name) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_schema_name',
			MESSAGE = format('there is no schema "%s" for the model', coalesce(schema_name, 'NULL')),
			HINT = 'Give schema => the name of a schema in which you may create tables.';
	END IF;
	SELECT c.relname INTO taken FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE n.nspname = schema_name AND c.relname IN (SELECT model_name || suffix FROM unnest(ARRAY['', '_model', '_run', '_history',
		'_override', '_trend', '_current', '_ranked', '_changes']) AS suffix)
	ORDER BY length(c.relname) LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'duplicate_table',
			MESSAGE = format('cannot make model "%s": there is a relation "%s" already', model_name, taken),
			HINT = 'abc_alter_model changes a model, abc_drop_model removes it.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_check_model_name(text, name) IS 'part of the checks of a model: its name';

-- Not what changes tiers, what merely goes with them.
CREATE FUNCTION _abc_standard_of(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ROW(m.source, m.value, m.scheme, m.metrics, m.weights, m.methods, m.partition_by, m.missing, m.eligible)::text;
END
$$;
COMMENT ON FUNCTION _abc_standard_of(abc_model) IS 'what computes the tiers of a model';

CREATE FUNCTION _abc_revision_of(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN @extschema@._abc_standard_of(m) || ROW(m.rule_kinds, m.rule_tiers, m.rule_conditions, m.rule_reasons,
		m.promote_after, m.demote_after, m.max_step, m.first_order, m.last_order, m.orders, m.at_risk, m.lost)::text;
END
$$;
COMMENT ON FUNCTION _abc_revision_of(abc_model) IS 'what decides the tiers and lifecycles of a model';

CREATE FUNCTION abc_alter_model(model regclass, source regclass DEFAULT NULL, value text DEFAULT NULL,
	scheme abc_scheme DEFAULT NULL, metrics abc_metric[] DEFAULT NULL,
	partition_by text[] DEFAULT NULL, attributes text[] DEFAULT NULL,
	missing text DEFAULT NULL, eligible text DEFAULT NULL, rules abc_rule[] DEFAULT NULL,
	promote_after integer DEFAULT NULL, demote_after integer DEFAULT NULL, max_step integer DEFAULT NULL,
	first_order text DEFAULT NULL, last_order text DEFAULT NULL, orders text DEFAULT NULL,
	at_risk interval DEFAULT NULL, lost interval DEFAULT NULL, treatments regclass DEFAULT NULL) RETURNS regclass
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_alter_model(regclass, regclass, text, abc_scheme, abc_metric[], text[], text[], text, text, abc_rule[],
	integer, integer, integer, text, text, text, interval, interval, regclass) IS
'change what is given of a model and keep its history; empty text, empty array, 0, interval ''0'' and ''-''::regclass take something away. The next refresh marks what changes with cause definition';

CREATE FUNCTION _abc_alter_model(model regclass, source regclass, value text,
	scheme abc_scheme, metrics abc_metric[],
	partition_by text[], attributes text[],
	missing text, eligible text, rules abc_rule[],
	promote_after integer, demote_after integer, max_step integer,
	first_order text, last_order text, orders text,
	at_risk interval, lost interval, treatments regclass) RETURNS regclass
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off SET abc_tier.as_of = ''
AS $$
DECLARE
	old @extschema@.abc_model := @extschema@._abc_lock(@extschema@._abc_owned(model, 'alter'), 0);
	m @extschema@.abc_model := old;
BEGIN
	m.source := coalesce(source, old.source);
	m.value := coalesce(value, old.value);
	m.scheme := coalesce(scheme, old.scheme);
	m.partition_by := coalesce(partition_by, old.partition_by);
	m.attributes := coalesce(attributes, old.attributes);
	m.missing := coalesce(missing, old.missing);
	m.eligible := nullif(coalesce(eligible, old.eligible), '');
	m.promote_after := coalesce(promote_after, old.promote_after);
	m.demote_after := coalesce(demote_after, old.demote_after);
	m.max_step := nullif(coalesce(max_step, old.max_step), 0);
	m.first_order := nullif(coalesce(first_order, old.first_order), '');
	m.last_order := nullif(coalesce(last_order, old.last_order), '');
	m.orders := nullif(coalesce(orders, old.orders), '');
	m.at_risk := nullif(coalesce(at_risk, old.at_risk), '0');
	m.lost := nullif(coalesce(lost, old.lost), '0');
	m.treatments := nullif(coalesce(treatments, old.treatments), 0::regclass);
	IF metrics IS NOT NULL THEN
		m := @extschema@._abc_with_metrics(m, metrics);
		IF old.metrics IS NULL AND m.metrics IS NOT NULL THEN
			m.scheme := scheme;
		END IF;
	END IF;
	IF rules IS NOT NULL THEN
		m := @extschema@._abc_with_rules(m, rules);
	END IF;
	m := @extschema@._abc_checked(m);
	IF m.key_type <> old.key_type THEN
		RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
			MESSAGE = format('the key "%s" is of type %s in the new source, but %s in the history', m.key, m.key_type, old.key_type),
			HINT = 'Cast it in a view and make that the source.';
	END IF;
	m.revision := old.revision + (@extschema@._abc_revision_of(m) <> @extschema@._abc_revision_of(old))::integer;
	m.standard := old.standard + (@extschema@._abc_standard_of(m) <> @extschema@._abc_standard_of(old))::integer;
	m.altered := clock_timestamp();
	m := @extschema@._abc_rebuild(old, m);
	PERFORM @extschema@._abc_save(m);
	PERFORM @extschema@._abc_comment(m);
	RETURN m.mv;
END
$$;
COMMENT ON FUNCTION _abc_alter_model(regclass, regclass, text, abc_scheme, abc_metric[], text[], text[], text, text, abc_rule[],
	integer, integer, integer, text, text, text, interval, interval, regclass) IS 'part of abc_alter_model: as the owner';

-- Bring the relations of a model to a new definition.  The new materialized
-- view is filled first, beside the old one: readers are shut out only while
-- the two are exchanged.
CREATE FUNCTION _abc_rebuild(old abc_model, m abc_model) RETURNS abc_model
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	model_name text := @extschema@._abc_name(old);
	home name := (SELECT n.nspname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE c.oid = (SELECT coalesce(max(x.oid), old.definition) FROM pg_class AS x WHERE x.oid = old.mv));
	grants text[];
	indexes text[];
	statement text;
BEGIN
	PERFORM @extschema@._abc_look_from_last_run(m);
	m.mv := @extschema@._abc_create_mv(m, home, '_abc_new_' || old.definition::oid, m.runs > 0);
	PERFORM @extschema@._abc_lock_views(m);
	grants := @extschema@._abc_grants(ARRAY[old.current_view, old.ranked_view, old.changes_view, old.mv]);
	indexes := ARRAY(SELECT pg_get_indexdef(i.indexrelid) FROM pg_index AS i WHERE i.indrelid = old.mv);
	IF m.value_type <> old.value_type OR (m.metrics IS NULL) <> (old.metrics IS NULL) OR @extschema@._abc_retyped_columns(m) <> '{}' THEN
		PERFORM @extschema@._abc_drop_views(m);
		PERFORM @extschema@._abc_retype(m);
	END IF;
	PERFORM @extschema@._abc_add_columns(m);
	BEGIN
		m := @extschema@._abc_create_views(m, home, model_name);
	EXCEPTION WHEN invalid_table_definition THEN
		PERFORM @extschema@._abc_drop_views(m);
		m := @extschema@._abc_create_views(m, home, model_name);
	END;
	IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = old.mv) THEN
		EXECUTE format('DROP MATERIALIZED VIEW %s', old.mv);
	END IF;
	EXECUTE format('ALTER MATERIALIZED VIEW %s RENAME TO %I', m.mv, model_name);
	PERFORM @extschema@._abc_create_mv_index(m);
	PERFORM @extschema@._abc_restore_indexes(m.mv, indexes);
	FOREACH statement IN ARRAY grants LOOP
		EXECUTE statement;
	END LOOP;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_rebuild(abc_model, abc_model) IS 'part of abc_alter_model: make the relations anew';

-- Shut readers out, in the order in which they come: NAME_ranked, then what it
-- reads.  In another order an alteration and a reader could wait for each other.
CREATE FUNCTION _abc_lock_views(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rel regclass;
BEGIN
	FOREACH rel IN ARRAY ARRAY[m.ranked_view, m.current_view, m.changes_view] LOOP
		IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = rel) THEN
			EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', rel);
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_lock_views(abc_model) IS 'part of abc_alter_model: shut readers out while relations are exchanged';

-- What is read after an alteration is what the last run read.
CREATE FUNCTION _abc_look_from_last_run(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	last_as_of date;
BEGIN
	EXECUTE format('SELECT max(r.as_of) FROM %s AS r WHERE r.error IS NULL', m.run_table) INTO last_as_of;
	PERFORM set_config('abc_tier.as_of', coalesce(to_char(last_as_of, 'YYYY-MM-DD'), ''), true);
END
$$;
COMMENT ON FUNCTION _abc_look_from_last_run(abc_model) IS 'part of abc_alter_model: set abc_as_of()';

CREATE FUNCTION _abc_drop_views(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rel regclass;
BEGIN
	FOREACH rel IN ARRAY ARRAY[m.ranked_view, m.current_view, m.changes_view] LOOP
		IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = rel) THEN
			EXECUTE format('DROP VIEW %s', rel);
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_drop_views(abc_model) IS 'drop the views of a model';

-- The GRANTs that give relations the privileges they have now.
CREATE FUNCTION _abc_grants(relations regclass[]) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY(SELECT format('GRANT %s ON %s TO %s%s', a.privilege_type, c.oid::regclass,
			CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
			CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END)
		FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a
		WHERE c.oid = ANY (relations) AND a.grantee <> c.relowner);
END
$$;
COMMENT ON FUNCTION _abc_grants(regclass[]) IS 'part of abc_alter_model: privileges to be kept';

-- What a table needs to hold columns of the source that have another type now.
CREATE FUNCTION _abc_retyped_columns(m abc_model) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY(SELECT format('ALTER TABLE %s ALTER COLUMN %I TYPE %s USING %2$I::%3$s', h.attrelid::regclass, h.attname, format_type(s.atttypid, s.atttypmod))
		FROM pg_attribute AS h JOIN pg_attribute AS s ON s.attname = h.attname AND s.attrelid = m.source AND NOT s.attisdropped
		WHERE h.attrelid IN (m.history_table, m.run_table, m.trend_table) AND NOT h.attisdropped
			AND h.attname = ANY (m.partition_by || m.attributes) AND (h.atttypid <> s.atttypid OR h.atttypmod <> s.atttypmod));
END
$$;
COMMENT ON FUNCTION _abc_retyped_columns(abc_model) IS 'part of abc_alter_model: columns of another type';

-- A model that now speaks in another type of number, or carries columns of
-- another type.
CREATE FUNCTION _abc_retype(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	statement text;
BEGIN
	FOREACH statement IN ARRAY @extschema@._abc_retyped_columns(m) LOOP
		EXECUTE statement;
	END LOOP;
	EXECUTE format('ALTER TABLE %s ALTER COLUMN value TYPE %s USING value::%2$s, ALTER COLUMN best_value TYPE %2$s USING best_value::%2$s',
		m.history_table, m.value_type);
	EXECUTE format('ALTER TABLE %s ALTER COLUMN cutoffs TYPE %s[] USING cutoffs::%2$s[]',
		m.run_table, CASE WHEN m.metrics IS NULL THEN m.value_type ELSE 'double precision' END);
END
$$;
COMMENT ON FUNCTION _abc_retype(abc_model) IS 'part of abc_alter_model: another type of value';

-- Columns for new partitions and attributes; those no longer used stay.
CREATE FUNCTION _abc_add_columns(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	col record;
BEGIN
	FOR col IN
		SELECT t.rel, c.name FROM (VALUES (m.history_table, true), (m.run_table, false), (m.trend_table, false)) AS t (rel, all_)
		CROSS JOIN LATERAL unnest(CASE WHEN t.all_ THEN m.partition_by || m.attributes ELSE m.partition_by END) AS c (name)
		WHERE NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = t.rel AND a.attname = c.name AND NOT a.attisdropped)
	LOOP
		EXECUTE format('ALTER TABLE %s ADD COLUMN %s', col.rel, @extschema@._abc_column_def(m.source, col.name));
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_add_columns(abc_model) IS 'part of abc_alter_model: new columns';

-- The user's own indexes on the materialized view; its unique index is there.
CREATE FUNCTION _abc_restore_indexes(mv regclass, indexes text[]) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	definition text;
BEGIN
	FOREACH definition IN ARRAY indexes LOOP
		CONTINUE WHEN EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = mv
			AND regexp_replace(pg_get_indexdef(i.indexrelid), 'INDEX .* ON ', '') = regexp_replace(definition, 'INDEX .* ON ', ''));
		BEGIN
			EXECUTE definition;
		EXCEPTION WHEN undefined_column THEN
			RAISE NOTICE 'an index of "%" was not made again: %', mv, definition;
		END;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_restore_indexes(regclass, text[]) IS 'part of abc_alter_model: indexes to be kept';

-- One argument of a call as text, or nothing where it is the default.
CREATE FUNCTION _abc_argument(name text, value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value IS NOT NULL THEN pg_catalog.format(E',\n    %s => %L', name, value) END;
COMMENT ON FUNCTION _abc_argument(text, text) IS 'part of abc_model_sql';

CREATE FUNCTION abc_model_sql(model regclass) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
SET extra_float_digits = 1 SET intervalstyle = 'postgres'
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_find(model);
	metrics text;
	rules text;
BEGIN
	SELECT E',\n    metrics => ARRAY[' || string_agg(format('@extschema@.abc_metric(%L, %s%s)', u.name, u.weight,
		CASE WHEN u.method IS NOT NULL THEN ', ' || quote_literal(u.method) END), E',\n        ' ORDER BY u.i) || ']'
	INTO metrics FROM unnest(m.metrics, m.weights, m.methods) WITH ORDINALITY AS u (name, weight, method, i);
	SELECT E',\n    rules => ARRAY[' || string_agg(format('@extschema@.abc_%s(%L, %L, %L)', u.kind, u.tier, u.condition, u.because),
		E',\n        ' ORDER BY u.i) || ']'
	INTO rules FROM unnest(m.rule_kinds, m.rule_tiers, m.rule_conditions, m.rule_reasons) WITH ORDINALITY AS u (kind, tier, condition, because, i);
	RETURN concat(format(E'SELECT @extschema@.abc_create_model(%L, %L,\n    key => %L,\n    value => %L',
			@extschema@._abc_name(m), m.source, m.key, m.value),
		@extschema@._abc_argument('scheme', m.scheme::text), metrics,
		@extschema@._abc_argument('partition_by', nullif(m.partition_by, '{}')::text),
		@extschema@._abc_argument('attributes', nullif(m.attributes, '{}')::text),
		@extschema@._abc_argument('missing', nullif(m.missing, 'renormalize')),
		@extschema@._abc_argument('eligible', m.eligible), rules,
		CASE WHEN m.promote_after <> 1 THEN format(E',\n    promote_after => %s', m.promote_after) END,
		CASE WHEN m.demote_after <> 1 THEN format(E',\n    demote_after => %s', m.demote_after) END,
		CASE WHEN m.max_step IS NOT NULL THEN format(E',\n    max_step => %s', m.max_step) END,
		@extschema@._abc_argument('first_order', m.first_order), @extschema@._abc_argument('last_order', m.last_order),
		@extschema@._abc_argument('orders', m.orders),
		@extschema@._abc_argument('at_risk', m.at_risk::text), @extschema@._abc_argument('lost', m.lost::text),
		@extschema@._abc_argument('treatments', m.treatments::text),
		@extschema@._abc_argument('schema', (SELECT n.nspname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
			WHERE c.oid = (SELECT coalesce(max(x.oid), m.definition) FROM pg_class AS x WHERE x.oid = m.mv))),
		');');
END
$$;
COMMENT ON FUNCTION abc_model_sql(regclass) IS 'the call of abc_create_model that makes this model: for review, and for the next system';

CREATE FUNCTION abc_drop_model(model regclass) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_drop_model(regclass) IS 'drop all relations of a model, its history too; an error if something of yours depends on one of them';

CREATE FUNCTION _abc_drop_model(model regclass) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_owned(model, 'drop');
	rel regclass;
BEGIN
	-- the table before its row: who waits for the row has a lock on the table, that it could not be dropped
	EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', m.definition);
	m := @extschema@._abc_lock(m, 0);
	PERFORM @extschema@._abc_drop_views(m);
	IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = m.mv) THEN
		EXECUTE format('DROP MATERIALIZED VIEW %s', m.mv);
	END IF;
	FOREACH rel IN ARRAY ARRAY[m.run_table, m.history_table, m.override_table, m.trend_table, m.definition] LOOP
		IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = rel) THEN
			EXECUTE format('DROP TABLE %s', rel);
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_drop_model(regclass) IS 'part of abc_drop_model: as the owner';
