--
-- Simulate
--

-- The metrics of a simulated definition as an array: those the model has are
-- in its materialized view (m), others are read from the source (x).
CREATE FUNCTION _abc_simulated_metrics_sql(m abc_model, metrics text[]) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT 'ARRAY[' || string_agg(CASE WHEN array_position(m.metrics, u.name) IS NOT NULL
			THEN format('m.metrics[%s]', array_position(m.metrics, u.name))
			ELSE format('x.%I::double precision', u.name) END, ', ' ORDER BY u.i) || ']'
		FROM unnest(metrics) WITH ORDINALITY AS u (name, i));
END
$$;
COMMENT ON FUNCTION _abc_simulated_metrics_sql(abc_model, text[]) IS 'part of abc_simulate: metrics';

-- "decided": a row per customer in the source at the last refresh, with the
-- tier before and after.  Hysteresis is left out on both sides: it only delays.
CREATE FUNCTION _abc_simulate_sql(m abc_model, other abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET intervalstyle = 'postgres'
AS $$
DECLARE
	part text := CASE WHEN m.partition_by <> '{}' THEN 'PARTITION BY ' || @extschema@._abc_each(m.partition_by, 'm.%1$I') ELSE '' END;
	n integer := coalesce(cardinality(m.rule_kinds), 0);
	outside boolean := NOT coalesce(other.metrics <@ coalesce(m.metrics, '{}'), true);
	score text := 'NULL::double precision';
BEGIN
	IF other.metrics IS NOT NULL THEN
		score := format('@extschema@.abc_score(CASE WHEN m.eligible THEN %s END, %L::double precision[], %s, %L) OVER (%s)',
			@extschema@._abc_simulated_metrics_sql(m, other.metrics), other.weights,
			coalesce(quote_literal(other.methods::text) || '::text[]', 'NULL::text[]'), other.missing, part);
	END IF;
	RETURN format('scored AS (
	SELECT m.*, %1$s AS new_score FROM %2$s AS m%3$s WHERE m.%4$I IS NOT NULL
), classified AS (
	SELECT m.*, @extschema@.abc_classify(CASE WHEN m.eligible THEN m.%5$I END, %6$s) OVER (%7$s) AS new_computed FROM scored AS m
), overridden AS (
	SELECT DISTINCT ON (v.%4$I) v.%4$I, v.tier FROM %8$s AS v
	WHERE (v.begins IS NULL OR v.begins <= $1) AND (v.ends IS NULL OR v.ends > $1) ORDER BY v.%4$I, v.override_id DESC
), decided AS (
	SELECT m.%4$I AS k, m.value, coalesce(v.tier, %9$s) AS before, coalesce(v.tier, %10$s) AS after
	FROM classified AS m LEFT JOIN overridden AS v ON v.%4$I %11$s m.%4$I
)',
		score, m.mv, CASE WHEN outside THEN format(' LEFT JOIN %s AS x ON x.%I %s m.%2$I', m.source, m.key, @extschema@._abc_equals(m.key_type)) END,
		m.key, CASE WHEN other.metrics IS NULL THEN 'value' ELSE 'new_score' END, @extschema@._abc_scheme_literal(other.scheme), part,
		m.override_table, @extschema@._abc_ruled_sql(m, n, 'm.computed'), @extschema@._abc_ruled_sql(m, n, 'm.new_computed'),
		@extschema@._abc_equals(m.key_type));
END
$$;
COMMENT ON FUNCTION _abc_simulate_sql(abc_model, abc_model) IS 'part of abc_simulate: tiers before and after';

CREATE FUNCTION abc_simulate(model regclass, scheme abc_scheme DEFAULT NULL, metrics abc_metric[] DEFAULT NULL, missing text DEFAULT NULL)
RETURNS TABLE (line text, key text, tier_before text, tier_after text, customers_before bigint, customers_after bigint,
	value_before numeric, value_after numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_find(model);
	other @extschema@.abc_model := m;
	amount text := CASE WHEN @extschema@._abc_zeroes(m) THEN 'greatest(d.value, 0)::numeric' ELSE 'd.value::numeric' END;
	col text;
BEGIN
	PERFORM @extschema@._abc_complete(m);
	PERFORM @extschema@._abc_run_as_of(m, NULL::date);
	IF metrics IS NOT NULL THEN
		other := @extschema@._abc_with_metrics(other, metrics);
		IF m.metrics IS NULL AND scheme IS NULL THEN
			other.scheme := NULL;
		END IF;
	END IF;
	other.scheme := coalesce(scheme, other.scheme);
	other.missing := coalesce(missing, other.missing);
	other := @extschema@._abc_check_scheme(other);
	FOREACH col IN ARRAY coalesce(other.metrics, '{}') LOOP
		PERFORM @extschema@._abc_number_type(m.source, col, 'metric');
	END LOOP;
	RETURN QUERY EXECUTE format('WITH %s
		(SELECT ''tier'', NULL::text, t.tier, t.tier, sum(t.b)::bigint, sum(t.a)::bigint, coalesce(sum(t.vb), 0), coalesce(sum(t.va), 0)
		FROM (SELECT coalesce(d.before::text, ''unrated'') AS tier, 1 AS b, 0 AS a, %s AS vb, 0 AS va FROM decided AS d
			UNION ALL SELECT coalesce(d.after::text, ''unrated''), 0, 1, 0, %2$s FROM decided AS d) AS t
		GROUP BY t.tier ORDER BY length(t.tier), t.tier)
		UNION ALL
		(SELECT ''mover'', d.k::text, coalesce(d.before::text, ''unrated''), coalesce(d.after::text, ''unrated''),
			NULL::bigint, NULL::bigint, d.value::numeric, d.value::numeric
		FROM decided AS d WHERE %3$s ORDER BY d.value DESC NULLS LAST, d.k)',
		@extschema@._abc_simulate_sql(m, other), amount, @extschema@._abc_tiers_differ('d.before', 'd.after'))
	USING @extschema@._abc_override_moment(m);
END
$$;
COMMENT ON FUNCTION abc_simulate(regclass, abc_scheme, abc_metric[], text) IS
'what another scheme or other weights would change, on the data of the last refresh: totals per tier before and after (line tier), then who would move (line mover). Rules and overrides apply, hysteresis does not. Writes nothing; abc_alter_model adopts it';
