--
-- Explain
--

-- A number for people: at most two decimals, thousands by commas.
CREATE FUNCTION _abc_figure(x numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN x = trunc(x) THEN trim(to_char(trunc(x), 'FM999,999,999,999,999,999,990'))
		ELSE trim(to_char(round(x, CASE WHEN abs(x) < 1 THEN 4 ELSE 2 END), CASE WHEN abs(x) < 1 THEN 'FM0.0099' ELSE 'FM999,999,999,999,999,999,990.00' END)) END;
END
$$;
COMMENT ON FUNCTION _abc_figure(numeric) IS 'part of abc_explain: a number for people';

-- What each metric contributes to the score of one key.
CREATE FUNCTION _abc_explain_metrics(m abc_model, key text) RETURNS TABLE (topic text, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parts text := CASE WHEN m.partition_by <> '{}' THEN 'PARTITION BY ' || @extschema@._abc_each(m.partition_by, 'm.%1$I') ELSE '' END;
	i integer;
	method text;
BEGIN
	FOR i IN 1 .. coalesce(cardinality(m.metrics), 0) LOOP
		method := coalesce(m.methods[i], CASE WHEN cardinality(m.metrics) = 1 THEN 'none' ELSE 'rank' END);
		RETURN QUERY EXECUTE format('SELECT %1$L, CASE WHEN n.raw IS NULL THEN %2$L
				ELSE concat(@extschema@._abc_figure(n.raw::numeric), %3$L, @extschema@._abc_figure(n.x::numeric), %4$L, @extschema@._abc_figure((n.x * $1)::numeric)) END
			FROM (SELECT m.%5$I AS k, m.metrics[%6$s] AS raw,
				@extschema@.abc_normalize(CASE WHEN m.eligible THEN m.metrics[%6$s] END, %7$L) OVER (%8$s) AS x FROM %9$s AS m) AS n
			WHERE n.k %10$s %11$L::%12$s',
			'metric ' || m.metrics[i], 'missing: ' || m.missing, format(', by %s ', method),
			format(', times weight %s makes ', m.weights[i]), m.key, i, method, parts, m.mv,
			@extschema@._abc_equals(m.key_type), key, m.key_type) USING m.weights[i];
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_explain_metrics(abc_model, text) IS 'part of abc_explain: the metrics behind a score';

-- The cut-offs that a key was measured against.
CREATE FUNCTION _abc_explain_cutoffs(m abc_model, key text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	says text;
BEGIN
	EXECUTE format('SELECT string_agg(format(''%%s from %%s'', %s, coalesce(@extschema@._abc_figure(u.c::numeric), ''nowhere: it is empty'')), '', '' ORDER BY u.i)
		FROM %s AS m JOIN %s AS r ON r.run = $1 AND r.error IS NULL AND %s
		CROSS JOIN LATERAL unnest(r.cutoffs) WITH ORDINALITY AS u (c, i)
		WHERE m.%I %s $2::%s',
		@extschema@._abc_label_sql(m, 'chr(64 + u.i::integer)::@extschema@.abc_tier'), m.mv, m.run_table,
		@extschema@._abc_same_partition(m, 'r', 'm'), m.key, @extschema@._abc_equals(m.key_type), m.key_type)
	INTO says USING m.runs, key;
	RETURN says;
END
$$;
COMMENT ON FUNCTION _abc_explain_cutoffs(abc_model, text) IS 'part of abc_explain: cut-offs';

CREATE FUNCTION _abc_explain_history(m abc_model, key text) RETURNS TABLE (topic text, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT ''history '' || to_char(h.valid_from, ''YYYY-MM-DD''),
			concat_ws('', '', CASE WHEN h.moved IS NULL THEN ''tier '' || coalesce(h.tier::text, ''unrated'')
				ELSE concat(h.moved, '': '', coalesce(h.from_tier::text, ''none''), '' to '', coalesce(h.tier::text, ''unrated'')) END,
				h.lifecycle, concat_ws('': '', h.decided_by, nullif(h.reason, h.decided_by)), CASE WHEN h.cause <> ''data'' THEN ''cause: '' || h.cause END)
		FROM (SELECT x.* FROM %s AS x WHERE x.%I %s $1::%s ORDER BY x.version DESC LIMIT 12) AS h ORDER BY h.version DESC',
		m.history_table, m.key, @extschema@._abc_equals(m.key_type), m.key_type) USING key;
END
$$;
COMMENT ON FUNCTION _abc_explain_history(abc_model, text) IS 'part of abc_explain: the last versions';

CREATE FUNCTION abc_explain(model regclass, key text) RETURNS TABLE (topic text, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_find(model);
	cut text := @extschema@._abc_cut(m);
	carried text[] := m.partition_by || m.attributes || @extschema@._abc_treatment_columns(m);
	c jsonb;
BEGIN
	PERFORM @extschema@._abc_complete(m);
	PERFORM @extschema@._abc_check_key(m, key);
	EXECUTE format('SELECT to_jsonb(c) FROM %s AS c WHERE c.%I %s $1::%s', m.current_view, m.key,
		@extschema@._abc_equals(m.key_type), m.key_type) INTO c USING key;
	RETURN QUERY SELECT x.t, x.s FROM (VALUES
		('customer', c ->> m.key),
		('tier', concat(c ->> 'tier_name', ' (' || nullif(c ->> 'tier', c ->> 'tier_name') || ')', ' since ' || left(c ->> 'tier_since', 10),
			', before: ' || (c ->> 'previous_tier'))),
		('decided by', concat_ws(': ', c ->> 'decided_by', nullif(c ->> 'reason', c ->> 'decided_by')) || coalesce(', until ' || left(c ->> 'decided_until', 10), '')),
		('computed tier', c ->> 'computed_tier'),
		('value', @extschema@._abc_figure((c ->> 'value')::numeric) || coalesce(', ' || @extschema@._abc_figure(100 * (c ->> 'value_share')::numeric) || ' % of the total', '')),
		('score', @extschema@._abc_figure((c ->> 'score')::numeric))) AS x (t, s) WHERE x.s IS NOT NULL;
	RETURN QUERY SELECT e.topic, e.says FROM @extschema@._abc_explain_metrics(m, key) AS e;
	RETURN QUERY SELECT x.t, x.s FROM (VALUES
		('cut-offs', @extschema@._abc_explain_cutoffs(m, key)),
		('next tier', (c ->> 'next_tier') || coalesce(': the ' || cut || ' lacks ' || @extschema@._abc_figure((c ->> 'gap_to_next')::numeric) || ', the others unchanged', '')),
		('cushion', 'the ' || cut || ' is ' || @extschema@._abc_figure((c ->> 'cushion')::numeric) || ' above the next worse tier'),
		('lifecycle', concat_ws(', last order ', c ->> 'lifecycle', c ->> 'last_order')),
		('best tier', concat(c ->> 'best_tier', coalesce(' until ' || left(c ->> 'best_tier_until', 10), ', now'), ', best value ' || @extschema@._abc_figure((c ->> 'best_value')::numeric))),
		('run', format('%s as of %s, scheme %s', c ->> 'run', c ->> 'as_of', c ->> 'scheme'))) AS x (t, s)
	WHERE x.s IS NOT NULL AND (x.t <> 'best tier' OR c ->> 'best_tier' IS NOT NULL);
	RETURN QUERY SELECT e.key, e.value FROM jsonb_each_text(c) AS e
		WHERE e.value IS NOT NULL AND e.key = ANY (carried) ORDER BY array_position(carried, e.key);
	RETURN QUERY SELECT e.topic, e.says FROM @extschema@._abc_explain_history(m, key) AS e;
END
$$;
COMMENT ON FUNCTION abc_explain(regclass, text) IS
'why a customer has the tier he has: what was computed, who decided, what is missing to the next tier, metrics, history';

CREATE FUNCTION abc_explain(model regclass, key bigint) RETURNS TABLE (topic text, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY SELECT e.topic, e.says FROM @extschema@.abc_explain(model, key::text) AS e;
END
$$;
COMMENT ON FUNCTION abc_explain(regclass, bigint) IS 'as abc_explain(regclass, text), for keys that are numbers';
