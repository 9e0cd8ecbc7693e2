--
-- Making the relations of a model
--

-- The query behind NAME: plain SQL over the public functions.
CREATE FUNCTION _abc_rows_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET intervalstyle = 'postgres'
AS $$
DECLARE
	carried text[] := @extschema@._abc_carried(m);
	part text := CASE WHEN m.partition_by <> '{}' THEN 'PARTITION BY ' || @extschema@._abc_each(m.partition_by, 'r.%1$I') ELSE '' END;
	source_rows text;
	score text := 'NULL::double precision';
BEGIN
	source_rows := format(E'SELECT %s,\n\ts.%I::%s AS value,\n\ts.%I IS NOT NULL%s AS eligible,\n\t%s AS metrics,\n\t%s AS first_order, %s AS last_order, %s AS orders,\n\t%s AS conditions\nFROM %s AS s',
		@extschema@._abc_each(carried, 's.%1$I'), m.value, m.value_type, m.key,
		coalesce(CASE WHEN m.eligible IS NOT NULL THEN format(E' AND (%s\n) IS TRUE', m.eligible) END, '') || @extschema@._abc_ordered_sql(m),
		CASE WHEN m.metrics IS NULL THEN 'NULL::double precision[]'
			ELSE 'ARRAY[' || @extschema@._abc_each(m.metrics, 's.%1$I::double precision') || ']' END,
		@extschema@._abc_or_null(m.first_order, 'date'), @extschema@._abc_or_null(m.last_order, 'date'),
		@extschema@._abc_or_null(m.orders, 'bigint'),
		CASE WHEN m.rule_conditions IS NULL THEN 'NULL::boolean[]'
			ELSE (SELECT 'ARRAY[' || string_agg(format(E'(%s\n) IS TRUE', u.c), ', ' ORDER BY u.i) || ']'
				FROM unnest(m.rule_conditions) WITH ORDINALITY AS u (c, i)) END,
		m.source);
	IF m.metrics IS NOT NULL THEN
		score := format('@extschema@.abc_score(CASE WHEN r.eligible THEN r.metrics END, %L::double precision[], %s, %L) OVER (%s)',
			m.weights, coalesce(quote_literal(m.methods::text) || '::text[]', 'NULL::text[]'), m.missing, part);
	END IF;
	RETURN format(E'SELECT r.*,\n\t@extschema@.abc_classify(CASE WHEN r.eligible THEN r.%s END, %s) OVER (%s) AS computed\nFROM (SELECT r.*, %s AS score FROM (\n%s\n) AS r) AS r',
		@extschema@._abc_cut(m), @extschema@._abc_scheme_literal(m.scheme), part, score, source_rows);
END
$$;
COMMENT ON FUNCTION _abc_rows_sql(abc_model) IS 'the query of the materialized view of a model';

-- Prospects without an order are in no total: see potential in abc_lifecycle.
CREATE FUNCTION _abc_ordered_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	dates text := @extschema@._abc_each(array_remove(ARRAY[m.first_order, m.last_order], NULL), 's.%1$I IS NOT NULL', ' OR ');
BEGIN
	RETURN CASE WHEN m.orders IS NULL AND dates = '' THEN ''
		WHEN m.orders IS NULL THEN format(' AND (%s)', dates)
		ELSE format(' AND coalesce(s.%I > 0, %s)', m.orders, CASE WHEN dates = '' THEN 'false' ELSE dates END) END;
END
$$;
COMMENT ON FUNCTION _abc_ordered_sql(abc_model) IS 'part of the SQL builders of models: customers who have ordered';

CREATE FUNCTION _abc_or_null(col text, type_name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN col IS NULL THEN pg_catalog.format('NULL::%s', type_name) ELSE pg_catalog.format('s.%I::%s', col, type_name) END;
COMMENT ON FUNCTION _abc_or_null(text, text) IS 'part of the SQL builders of models';

CREATE FUNCTION _abc_create_mv(m abc_model, schema_name name, mv_name text, populate boolean) RETURNS regclass
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('CREATE MATERIALIZED VIEW %I.%I AS %s WITH %s', schema_name, mv_name, @extschema@._abc_rows_sql(m),
		CASE WHEN populate THEN 'DATA' ELSE 'NO DATA' END);
	RETURN format('%I.%I', schema_name, mv_name)::regclass;
END
$$;
COMMENT ON FUNCTION _abc_create_mv(abc_model, name, text, boolean) IS 'make the materialized view of a model';

-- REFRESH MATERIALIZED VIEW CONCURRENTLY needs it, and looking up a customer.
CREATE FUNCTION _abc_create_mv_index(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('CREATE UNIQUE INDEX ON %s (%I)', m.mv, m.key);
END
$$;
COMMENT ON FUNCTION _abc_create_mv_index(abc_model) IS 'make the unique index of the materialized view of a model';

CREATE FUNCTION _abc_create_history(m abc_model, schema_name name, model_name text) RETURNS regclass
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rel text := format('%I.%I', schema_name, model_name || '_history');
	cols text := (SELECT string_agg(@extschema@._abc_column_def(m.source, u.c), ', ' ORDER BY u.i)
		FROM unnest(@extschema@._abc_carried(m)) WITH ORDINALITY AS u (c, i));
BEGIN
	EXECUTE format('CREATE TABLE %s (version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, %s,
		tier @extschema@.abc_tier, computed @extschema@.abc_tier, settled @extschema@.abc_tier,
		decided_by text NOT NULL, reason text, decided_until timestamp with time zone, lifecycle text NOT NULL,
		value %s, score double precision, moved text, from_tier @extschema@.abc_tier, previous_tier @extschema@.abc_tier,
		previous_lifecycle text, cause text NOT NULL, tier_since timestamp with time zone NOT NULL, lifecycle_since date NOT NULL,
		best_tier @extschema@.abc_tier, best_tier_until timestamp with time zone, best_value %s,
		run bigint NOT NULL, valid_from timestamp with time zone NOT NULL, valid_to timestamp with time zone,
		CHECK (valid_to >= valid_from))', rel, cols, m.value_type, m.value_type);
	EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', rel, m.key);
	EXECUTE format('CREATE UNIQUE INDEX ON %s (%I) WHERE valid_to IS NULL', rel, m.key);
	EXECUTE format('CREATE INDEX ON %s (%I, version)', rel, m.key);
	EXECUTE format('CREATE INDEX ON %s (run)', rel);
	RETURN rel::regclass;
END
$$;
COMMENT ON FUNCTION _abc_create_history(abc_model, name, text) IS 'make the history of a model';

CREATE FUNCTION _abc_create_tables(m abc_model, schema_name name, model_name text) RETURNS abc_model
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parts text := coalesce((SELECT string_agg(@extschema@._abc_column_def(m.source, u.c) || ', ', '' ORDER BY u.i)
		FROM unnest(m.partition_by) WITH ORDINALITY AS u (c, i)), '');
	cut_type text := CASE WHEN m.metrics IS NULL THEN m.value_type ELSE 'double precision' END;
BEGIN
	EXECUTE format('CREATE TABLE %I.%I OF @extschema@.abc_model', schema_name, model_name || '_model');
	m.definition := format('%I.%I', schema_name, model_name || '_model')::regclass;
	EXECUTE format('CREATE UNIQUE INDEX ON %s ((true))', m.definition);
	EXECUTE format('CREATE TABLE %I.%I (run bigint NOT NULL, %s as_of date NOT NULL, moment timestamp with time zone NOT NULL,
		started timestamp with time zone NOT NULL, finished timestamp with time zone, customers bigint, rated bigint,
		total numeric, cutoffs %s[], scheme text, weights text, moved_up bigint, moved_down bigint, arrived bigint, gone bigint,
		set_to_zero numeric, not_eligible numeric, unrated numeric, without_customer numeric, source_total numeric,
		revision integer, standard integer, error text)',
		schema_name, model_name || '_run', parts, cut_type);
	m.run_table := format('%I.%I', schema_name, model_name || '_run')::regclass;
	EXECUTE format('CREATE INDEX ON %s (run)', m.run_table);
	EXECUTE format('CREATE TABLE %I.%I (override_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, %s NOT NULL,
		tier @extschema@.abc_tier NOT NULL, reason text NOT NULL, author text NOT NULL DEFAULT CURRENT_USER,
		made timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
		begins timestamp with time zone, ends timestamp with time zone)',
		schema_name, model_name || '_override', @extschema@._abc_column_def(m.source, m.key));
	m.override_table := format('%I.%I', schema_name, model_name || '_override')::regclass;
	EXECUTE format('CREATE INDEX ON %s (%I)', m.override_table, m.key);
	EXECUTE format('CREATE TABLE %I.%I (run bigint NOT NULL, as_of date NOT NULL, %s tier @extschema@.abc_tier, tier_name text NOT NULL,
		customers bigint NOT NULL, value numeric NOT NULL, customers_share double precision, value_share double precision,
		moved_in bigint NOT NULL, moved_out bigint NOT NULL, lost bigint NOT NULL)',
		schema_name, model_name || '_trend', parts);
	m.trend_table := format('%I.%I', schema_name, model_name || '_trend')::regclass;
	EXECUTE format('CREATE INDEX ON %s (run)', m.trend_table);
	m.history_table := @extschema@._abc_create_history(m, schema_name, model_name);
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_create_tables(abc_model, name, text) IS 'make the tables of a model';

-- The name of a tier.  A tier beyond the scheme's last (an override or a
-- history from another scheme) keeps its letter.
CREATE FUNCTION _abc_label_sql(m abc_model, tier text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('CASE WHEN %1$s IS NULL THEN ''unrated'' WHEN ascii(%1$s::text) <= %2$s THEN @extschema@.abc_label(%1$s, %3$s) ELSE %1$s::text END',
		tier, 64 + @extschema@._abc_tier_count(m.scheme), @extschema@._abc_scheme_literal(m.scheme));
END
$$;
COMMENT ON FUNCTION _abc_label_sql(abc_model, text) IS 'part of the SQL builders of models: the name of a tier';

-- One row for every key that was ever in the model, before treatments.
CREATE FUNCTION _abc_current_core_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cut text := @extschema@._abc_cut(m);
BEGIN
	RETURN format('SELECT h.%1$I, %2$s
	h.tier::text AS tier, (ascii(h.tier::text) - 64)::smallint AS tier_rank, %3$s AS tier_name,
	h.computed::text AS computed_tier, h.decided_by, h.reason, h.decided_until, m.value,
	CASE WHEN m.eligible AND m.value > 0 AND r.total > 0 THEN m.value::double precision / r.total::double precision
		WHEN m.eligible AND m.value IS NOT NULL THEN 0 END AS value_share,
	m.score, CASE WHEN h.computed::text > ''A'' COLLATE "C" THEN chr(ascii(h.computed::text) - 1) END AS next_tier,
	r.cutoffs[ascii(h.computed::text) - 65] - m.%4$I AS gap_to_next,
	m.%4$I - r.cutoffs[ascii(h.computed::text) - 64] AS cushion,
	h.tier_since, h.previous_tier::text AS previous_tier, CASE WHEN h.run >= l.run THEN h.moved END AS moved,
	m.value - h.value AS value_change, h.lifecycle, m.last_order,
	h.best_tier::text AS best_tier, h.best_tier_until, greatest(h.best_value, m.value) AS best_value,
	l.as_of, l.run, l.scheme
FROM %5$s AS h
LEFT JOIN %6$s AS m ON m.%1$I %7$s h.%1$I
LEFT JOIN (SELECT n.run, n.as_of, n.scheme FROM %8$s AS n WHERE n.error IS NULL ORDER BY n.run DESC LIMIT 1) AS l ON true
LEFT JOIN %8$s AS r ON r.run = l.run AND r.error IS NULL AND %9$s
WHERE h.valid_to IS NULL',
		m.key, @extschema@._abc_each(m.partition_by || m.attributes,
			'CASE WHEN m.%2$I IS NULL THEN h.%1$I ELSE m.%1$I END AS %1$I, ', '', m.key),
		@extschema@._abc_label_sql(m, 'h.tier'), cut, m.history_table, m.mv, @extschema@._abc_equals(m.key_type),
		m.run_table, @extschema@._abc_same_partition(m, 'r', 'm'));
END
$$;
COMMENT ON FUNCTION _abc_current_core_sql(abc_model) IS 'part of the SQL builders of models: NAME_current without treatments';

-- The treatment of a row: by tier (letter or name), and by the columns that
-- the treatments share with the model, where NULL stands for any; the row
-- with the fewest NULLs wins.
CREATE FUNCTION _abc_current_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	core text := @extschema@._abc_current_core_sql(m);
	shown text[];
	matched text[];
BEGIN
	IF m.treatments IS NULL THEN
		RETURN core;
	END IF;
	shown := @extschema@._abc_treatment_columns(m);
	matched := ARRAY(SELECT a.attname::text FROM pg_attribute AS a WHERE a.attrelid = m.treatments AND a.attnum > 0
		AND NOT a.attisdropped AND a.attname = ANY (@extschema@._abc_carried(m)) ORDER BY a.attnum);
	RETURN format(E'SELECT %s, c.tier, c.tier_rank, c.tier_name, c.computed_tier, c.decided_by, c.reason, c.decided_until, c.value,
	c.value_share, c.score, c.next_tier, c.gap_to_next, c.cushion, c.tier_since, c.previous_tier, c.moved, c.value_change,
	c.lifecycle, c.last_order, c.best_tier, c.best_tier_until, c.best_value, %s c.as_of, c.run, c.scheme
FROM (\n%s\n) AS c
LEFT JOIN LATERAL (SELECT t.* FROM %s AS t
	WHERE t.tier::text IN (c.tier, c.tier_name)%s
	ORDER BY %s t.tier::text = c.tier_name DESC, t::text LIMIT 1) AS t ON true',
		@extschema@._abc_each(@extschema@._abc_carried(m), 'c.%1$I'), @extschema@._abc_each(shown, 't.%1$I, ', ''),
		core, m.treatments,
		@extschema@._abc_each(matched, ' AND (t.%1$I IS NULL OR t.%1$I = c.%1$I)', ''),
		CASE WHEN matched = '{}' THEN '' ELSE @extschema@._abc_each(matched, '(t.%1$I IS NULL)::integer', ' + ') || ',' END);
END
$$;
COMMENT ON FUNCTION _abc_current_sql(abc_model) IS 'the query of NAME_current';

CREATE FUNCTION _abc_ranked_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('SELECT c.*,
	CASE WHEN c.computed_tier IS NOT NULL THEN rank() OVER (PARTITION BY %1$s c.computed_tier IS NULL ORDER BY c.%2$I DESC) END AS rank,
	CASE WHEN c.computed_tier IS NOT NULL THEN count(*) OVER (PARTITION BY %1$s c.computed_tier IS NULL) END AS of_customers,
	@extschema@.abc_cumulative_share(CASE WHEN c.computed_tier IS NOT NULL THEN c.value END) OVER (PARTITION BY %1$s c.computed_tier IS NULL) AS cumulative_share
FROM %3$s AS c',
		@extschema@._abc_each(m.partition_by, 'c.%1$I, ', ''), @extschema@._abc_cut(m), m.current_view);
END
$$;
COMMENT ON FUNCTION _abc_ranked_sql(abc_model) IS 'the query of NAME_ranked';

CREATE FUNCTION _abc_changes_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('SELECT h.version, %s, h.moved, h.from_tier::text AS from_tier, h.tier::text AS to_tier,
	h.previous_lifecycle, h.lifecycle, h.decided_by, h.reason, h.cause, h.value, h.score, h.run, h.valid_from
FROM %s AS h
WHERE h.moved IS NOT NULL OR h.lifecycle IS DISTINCT FROM h.previous_lifecycle',
		@extschema@._abc_each(@extschema@._abc_carried(m), 'h.%1$I'), m.history_table);
END
$$;
COMMENT ON FUNCTION _abc_changes_sql(abc_model) IS 'the query of NAME_changes';

-- Make the views anew, those that exist in their place (grants and what
-- depends on them stay).
CREATE FUNCTION _abc_create_views(m abc_model, schema_name name, model_name text) RETURNS abc_model
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	target text;
BEGIN
	target := @extschema@._abc_target(m.current_view, schema_name, model_name || '_current');
	EXECUTE format('CREATE OR REPLACE VIEW %s AS %s', target, @extschema@._abc_current_sql(m));
	m.current_view := target::regclass;
	target := @extschema@._abc_target(m.ranked_view, schema_name, model_name || '_ranked');
	EXECUTE format('CREATE OR REPLACE VIEW %s AS %s', target, @extschema@._abc_ranked_sql(m));
	m.ranked_view := target::regclass;
	target := @extschema@._abc_target(m.changes_view, schema_name, model_name || '_changes');
	EXECUTE format('CREATE OR REPLACE VIEW %s AS %s', target, @extschema@._abc_changes_sql(m));
	m.changes_view := target::regclass;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_create_views(abc_model, name, text) IS 'make the views of a model';

-- The qualified name under which a relation is, or is to be made.
CREATE FUNCTION _abc_target(rel regclass, schema_name name, rel_name text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN EXISTS (SELECT FROM pg_class AS c WHERE c.oid = rel) THEN rel::text
		ELSE format('%I.%I', schema_name, rel_name) END;
END
$$;
COMMENT ON FUNCTION _abc_target(regclass, name, text) IS 'part of the making of a model: the qualified name of a relation';

-- An update where there is a row: whoever waits for its lock must find it.
CREATE FUNCTION _abc_save(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cols text := (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
		WHERE a.attrelid = m.definition AND a.attnum > 0 AND NOT a.attisdropped);
	n bigint;
BEGIN
	EXECUTE format('UPDATE %s SET (%s) = (SELECT ($1).*)', m.definition, cols) USING m;
	GET DIAGNOSTICS n = ROW_COUNT;
	IF n = 0 THEN
		EXECUTE format('INSERT INTO %s SELECT ($1).*', m.definition) USING m;
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_save(abc_model) IS 'write the definition of a model';
