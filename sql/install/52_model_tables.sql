--
-- Making the tables of a model
--

CREATE FUNCTION _abc.key_definitions(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(format('%s %s NOT NULL', u.c, u.t), ', ' ORDER BY u.i)
		FROM unnest(m.key_columns, m.key_types) WITH ORDINALITY AS u (c, t, i));
END
$$;
COMMENT ON FUNCTION _abc.key_definitions(@extschema@.abc_model) IS 'part of the making of a model: columns of the key';

CREATE FUNCTION _abc.carried_definitions(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce((SELECT string_agg(format('%s %s, ', u.c, u.t), '' ORDER BY u.i)
		FROM unnest(m.carried_columns, m.carried_types) WITH ORDINALITY AS u (c, t, i)), '');
END
$$;
COMMENT ON FUNCTION _abc.carried_definitions(@extschema@.abc_model) IS
'part of the making of a model: columns of partitions, attributes and treatments';

-- The columns of the tables, with named places.
--
-- NAME_before holds the rows of NAME_state as they were before the last run wrote them.  What every refresh asks of all
-- rows of the state stands first in them, where it is found without a walk over the columns before it. Primary
-- keys of tables with customers contain their keys, so that such a table could be distributed by them.
CREATE FUNCTION _abc.table_texts() RETURNS TABLE (suffix text, columns text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT v.column1, v.column2 FROM (VALUES
	('state'::text, $$
	{key_definitions}, written_run bigint NOT NULL, first_run bigint NOT NULL, present boolean NOT NULL,
	partition text[] NOT NULL, {carried_definitions}
	value numeric, metrics double precision[], score double precision, cut numeric,
	eligible boolean NOT NULL, conditions boolean[], first_order date, last_order date, orders bigint,
	computed @extschema@.abc_tier, decided_by text NOT NULL, dissent_run bigint,
	lifecycle text NOT NULL, lifecycle_since date NOT NULL,
	settled @extschema@.abc_tier, tier @extschema@.abc_tier, tier_name text NOT NULL,
	reason text, decided_until date, dissent_since date,
	tier_since date NOT NULL, previous_tier @extschema@.abc_tier, previous_name text, moved text, moved_run bigint,
	value_before numeric, value_run bigint, best_tier @extschema@.abc_tier, best_name text,
	best_tier_until date, best_value numeric,
	version_from date NOT NULL, cause text NOT NULL,
	PRIMARY KEY ({keys})$$::text),
	('before', $$LIKE {state}, PRIMARY KEY ({keys})$$),
	('version', $$
	{key_definitions}, partition text[] NOT NULL,
	computed @extschema@.abc_tier, settled @extschema@.abc_tier, tier @extschema@.abc_tier, tier_name text NOT NULL,
	decided_by text NOT NULL, reason text, decided_until date, lifecycle text NOT NULL,
	value numeric, score double precision,
	cause text NOT NULL, valid_from date NOT NULL, valid_to date NOT NULL, closed_run bigint NOT NULL,
	PRIMARY KEY ({keys}, valid_from), CHECK (valid_to > valid_from)$$),
	('change', $$
	number bigint GENERATED ALWAYS AS IDENTITY, run bigint NOT NULL, as_of date NOT NULL,
	{key_definitions}, partition text[] NOT NULL, moved text,
	from_tier @extschema@.abc_tier, from_name text, to_tier @extschema@.abc_tier, to_name text,
	previous_lifecycle text, lifecycle text NOT NULL, decided_by text NOT NULL, reason text, cause text NOT NULL,
	value_before numeric, value numeric, score double precision, takes_back bigint, in_force boolean NOT NULL,
	PRIMARY KEY (number, {keys})$$),
	('run', $$
	run bigint NOT NULL, as_of date NOT NULL, partition text[] NOT NULL, partition_by text[] NOT NULL,
	scheme text NOT NULL, weights text,
	began timestamp with time zone NOT NULL, finished timestamp with time zone, full_read boolean, forced boolean,
	rows_read bigint, healed bigint,
	customers bigint, rated bigint, total numeric, value numeric, cutoffs numeric[],
	moved_up bigint, moved_down bigint, arrived bigint, gone bigint, gone_value numeric,
	below_zero numeric, not_eligible_customers bigint, not_eligible numeric, unrated_customers bigint, unrated numeric,
	without_customer numeric, source_rows bigint, source_total numeric,
	tiers @extschema@.abc_tier[], tier_names text[], tier_customers bigint[],
	tier_values numeric[], tier_weights numeric[],
	tier_in bigint[], tier_out bigint[], tier_lost bigint[], revision integer, standard integer, error text,
	PRIMARY KEY (run, partition)$$),
	('override', $$
	override_id bigint GENERATED ALWAYS AS IDENTITY, {key_definitions},
	tier @extschema@.abc_tier NOT NULL, tier_name text NOT NULL,
	reason text NOT NULL, author text NOT NULL, made timestamp with time zone NOT NULL, begins date NOT NULL,
	ends date, PRIMARY KEY (override_id, {keys})$$)) AS v;
END;
COMMENT ON FUNCTION _abc.table_texts() IS 'the tables of a model, with named places';

-- The indexes beside the primary keys.
CREATE FUNCTION _abc.index_texts() RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT v.column1 FROM (VALUES
	('CREATE INDEX ON {version} (closed_run)'::text),
	('CREATE INDEX ON {change} ({keys})'),
	('CREATE INDEX ON {change} (run) WHERE in_force'),
	('CREATE INDEX ON {override} ({keys})')) AS v;
END;
COMMENT ON FUNCTION _abc.index_texts() IS 'the indexes of a model, with named places';

-- A template before there is a definition to find: only the user's columns and names of relations are known.
CREATE FUNCTION _abc.fill_columns(template text, m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN replace(replace(replace(replace(template,
		'{keys}', _abc.listed(m.key_columns, NULL::text)),
		'{key_definitions}', _abc.key_definitions(m)),
		'{carried_definitions}', _abc.carried_definitions(m)),
		'{state}', coalesce(m.state::text, ''));
END
$$;
COMMENT ON FUNCTION _abc.fill_columns(text, @extschema@.abc_model) IS 'part of the making of a model';

CREATE FUNCTION _abc.create_tables(m @extschema@.abc_model, schema text) RETURNS @extschema@.abc_model
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	t record;
	rel text;
	definition text := format('%I.%I', schema, m.name || '_model');
BEGIN
	EXECUTE format('CREATE TABLE %s OF @extschema@.abc_model (PRIMARY KEY (name))', definition);
	FOR t IN SELECT x.suffix, x.columns FROM _abc.table_texts() AS x LOOP
		rel := format('%I.%I', schema, m.name || '_' || t.suffix);
		EXECUTE format('CREATE TABLE %s (%s)', rel, _abc.fill_columns(t.columns, m));
		CASE t.suffix
			WHEN 'state' THEN m.state := rel::regclass;
			WHEN 'before' THEN m.before := rel::regclass;
			WHEN 'version' THEN m.version := rel::regclass;
			WHEN 'change' THEN m.change := rel::regclass;
			WHEN 'run' THEN m.run := rel::regclass;
			WHEN 'override' THEN m.override := rel::regclass;
		END CASE;
	END LOOP;
	EXECUTE format('INSERT INTO %s SELECT ($1).*', definition) USING m;
	FOR t IN SELECT x.text FROM _abc.index_texts() AS x (text) LOOP
		EXECUTE _abc.fill(t.text, m);
	END LOOP;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc.create_tables(@extschema@.abc_model, text) IS 'make the tables of a model';

-- Columns for what is carried now.  Only the state has them, and its rows before the last run.
CREATE FUNCTION _abc.add_columns(old @extschema@.abc_model, m @extschema@.abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rel regclass;
	c record;
BEGIN
	FOREACH rel IN ARRAY ARRAY[m.state, m.before] LOOP
		FOR c IN SELECT u.name, u.type FROM unnest(m.carried_columns, m.carried_types) AS u (name, type)
			WHERE u.name <> ALL (old.carried_columns) LOOP
			EXECUTE format('ALTER TABLE %s ADD COLUMN %s %s', rel, c.name, c.type);
		END LOOP;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc.add_columns(@extschema@.abc_model, @extschema@.abc_model) IS
'part of abc_alter_model: columns that are new';

CREATE FUNCTION _abc.drop_columns(old @extschema@.abc_model, m @extschema@.abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rel regclass;
	c record;
BEGIN
	FOREACH rel IN ARRAY ARRAY[m.state, m.before] LOOP
		FOR c IN SELECT u.name FROM unnest(old.carried_columns) AS u (name) WHERE u.name <> ALL (m.carried_columns) LOOP
			EXECUTE format('ALTER TABLE %s DROP COLUMN %s', rel, c.name);
		END LOOP;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc.drop_columns(@extschema@.abc_model, @extschema@.abc_model) IS
'part of abc_alter_model: columns that are no longer used';

-- Keys of another type, where every key there is stays what it was.
CREATE FUNCTION _abc.change_key(old @extschema@.abc_model, m @extschema@.abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rel regclass;
	lossless boolean;
	i integer;
BEGIN
	IF cardinality(old.key) <> cardinality(m.key) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('the key of model "%s" has %s column(s), it cannot have %s',
				old.name, cardinality(old.key), cardinality(m.key)),
			HINT = 'Its history speaks of other customers then: make another model.';
	END IF;
	FOR i IN 1 .. cardinality(m.key) LOOP
		CONTINUE WHEN old.key_types[i] = m.key_types[i];
		BEGIN
			EXECUTE format('SELECT coalesce(bool_and(s.k%1$s::%2$s::text = s.k%1$s::text), true) FROM %3$s AS s',
				i, regexp_replace(m.key_types[i], ' COLLATE .*', ''), old.state)
			INTO lossless;
		EXCEPTION WHEN data_exception THEN
			lossless := false;
		END;
		IF NOT lossless THEN
			RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
				MESSAGE = format('keys of model "%s" cannot be kept as %s', old.name, m.key_types[i]),
				HINT = 'Cast the key in the source to the type it had.';
		END IF;
		FOREACH rel IN ARRAY array_remove(ARRAY[m.state, m.before, m.version, m.change, m.override, m.noted], NULL) LOOP
			EXECUTE format('ALTER TABLE %s ALTER COLUMN k%s TYPE %s USING k%2$s::%4$s',
				rel, i, m.key_types[i], regexp_replace(m.key_types[i], ' COLLATE .*', ''));
		END LOOP;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc.change_key(@extschema@.abc_model, @extschema@.abc_model) IS
'bring the keys of the tables to a new definition';
