--
-- The source of a definition, and the definition as a whole
--

-- A relation by its full name, so that it is the same whoever looks it up and from where.
CREATE FUNCTION _abc.full_name(given text, path text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found regclass;
BEGIN
	PERFORM set_config('search_path', path, true);
	found := pg_catalog.to_regclass(given);
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	RETURN (
		SELECT format('%I.%I', n.nspname, c.relname)
		FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE c.oid = found AND c.relkind IN ('r', 'v', 'm', 'f', 'p'));
EXCEPTION WHEN syntax_error OR invalid_name THEN
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION _abc.full_name(text, text) IS
'the qualified name of a table or view given by name; NULL if there is none';

-- A source is a name or a query; a name is kept with its schema.
CREATE FUNCTION _abc.check_source(m @extschema@.abc_model) RETURNS @extschema@.abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	full_name text;
BEGIN
	m.source := btrim(m.source, E' \t\r\n;');
	IF coalesce(m.source, '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a model needs a source',
			HINT = 'Name a table, view or foreign table with one row per customer, or write a query: ''SELECT ...''.';
	END IF;
	m.source_is_query := m.source ~* '^(\(*\s*)(select|with|values|table)\M[\s("*]' OR m.source ~ '^(--|/\*)';
	IF NOT m.source_is_query THEN
		full_name := _abc.full_name(m.source, m.source_path);
		IF full_name IS NULL THEN
			RAISE EXCEPTION USING ERRCODE = 'undefined_table',
				MESSAGE = format('"%s" is not a table or view', coalesce(m.source, 'NULL')),
				HINT = 'The source of a model has one row per customer: the name of a table, view or foreign table, '
					'or a query: ''SELECT ...''.';
		END IF;
		m.source := full_name;
	END IF;
	IF m.treatments IS NOT NULL THEN
		m.treatments := coalesce(_abc.full_name(m.treatments, m.source_path), m.treatments);
	END IF;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc.check_source(@extschema@.abc_model) IS 'part of the checks of a model: the source';

-- A column that was stored before keeps its place as long as its stored type is the same.
CREATE FUNCTION _abc.place_columns(m @extschema@.abc_model, old @extschema@.abc_model) RETURNS @extschema@.abc_model
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kind text;
	i integer;
BEGIN
	m.carried_columns := '{}';
	m.columns_made := coalesce(old.columns_made, 0);
	FOR i IN 1 .. cardinality(m.carried) LOOP
		kind := CASE WHEN m.carried[i] = ANY (m.treatment_columns) THEN 't' ELSE 'a' END;
		m.carried_columns[i] := (SELECT o.col
			FROM unnest(old.carried, old.carried_columns, old.carried_types) AS o (name, col, type)
			WHERE o.name = m.carried[i] AND o.type = m.carried_types[i] AND left(o.col, 1) = kind);
		IF m.carried_columns[i] IS NULL THEN
			m.columns_made := m.columns_made + 1;
			m.carried_columns[i] := kind || m.columns_made;
		END IF;
	END LOOP;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc.place_columns(@extschema@.abc_model, @extschema@.abc_model) IS
'part of the checks of a model: where columns are stored';

CREATE FUNCTION _abc.checked(m @extschema@.abc_model) RETURNS @extschema@.abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	old @extschema@.abc_model := m;
BEGIN
	m := _abc.check_source(m);
	m := _abc.check_columns(m);
	m := _abc.check_scheme(m);
	m := _abc.check_rules(m);
	PERFORM _abc.check_times(m);
	m := _abc.check_treatments(m);
	PERFORM _abc.check_names(m);
	RETURN _abc.check_changed(_abc.place_columns(m, old));
END
$$;
COMMENT ON FUNCTION _abc.checked(@extschema@.abc_model) IS 'a definition checked and completed, or a clear error';

-- Metrics and rules are kept as arrays of plain types.
CREATE FUNCTION _abc.with_metrics(m @extschema@.abc_model, metrics @extschema@.abc_metric[])
	RETURNS @extschema@.abc_model
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	m.metrics := NULL;
	m.weights := NULL;
	m.methods := NULL;
	IF cardinality(metrics) > 0 THEN
		SELECT array_agg(u.name ORDER BY u.i), array_agg(u.weight ORDER BY u.i),
			CASE WHEN count(u.method) > 0 THEN array_agg(coalesce(u.method, 'rank') ORDER BY u.i) END
		INTO m.metrics, m.weights, m.methods
		FROM unnest(metrics) WITH ORDINALITY AS u (name, weight, method, i);
	END IF;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc.with_metrics(@extschema@.abc_model, @extschema@.abc_metric[]) IS
'a definition with other metrics';

CREATE FUNCTION _abc.with_rules(m @extschema@.abc_model, rules @extschema@.abc_rule[]) RETURNS @extschema@.abc_model
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	m.rule_kinds := NULL;
	m.rule_tiers := NULL;
	m.rule_conditions := NULL;
	m.rule_reasons := NULL;
	IF cardinality(rules) > 0 THEN
		SELECT array_agg(u.kind ORDER BY u.i), array_agg(u.tier ORDER BY u.i),
			array_agg(u.condition ORDER BY u.i), array_agg(u.because ORDER BY u.i)
		INTO m.rule_kinds, m.rule_tiers, m.rule_conditions, m.rule_reasons
		FROM unnest(rules) WITH ORDINALITY AS u (kind, tier, condition, because, i);
	END IF;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc.with_rules(@extschema@.abc_model, @extschema@.abc_rule[]) IS 'a definition with other rules';
