--
-- Simulate: what another scheme, other weights would change
--

-- The definition that is tried out.
CREATE FUNCTION _abc.tried(m @extschema@.abc_model, scheme @extschema@.abc_scheme, metrics @extschema@.abc_metric[],
	missing text) RETURNS @extschema@.abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	other @extschema@.abc_model := CASE WHEN metrics IS NULL THEN m ELSE _abc.with_metrics(m, metrics) END;
	t record;
BEGIN
	other.scheme := _abc.altered_scheme(m, scheme, other.metrics IS NOT NULL);
	other.missing := coalesce(missing, m.missing);
	other := _abc.check_scheme(other);
	IF NOT coalesce(other.metrics <@ coalesce(m.metrics, '{}'), true) THEN
		FOR t IN SELECT s.name, s.type FROM _abc.source_types(m, other.metrics) AS s LOOP
			PERFORM _abc.check_number(m, t.name, t.type, 'metric');
		END LOOP;
	END IF;
	RETURN other;
END
$$;
COMMENT ON FUNCTION _abc.tried(@extschema@.abc_model, @extschema@.abc_scheme, @extschema@.abc_metric[], text) IS
'part of abc_simulate: the other definition';

-- What is cut by the other definition: the value, or a score of metrics that the last run read (s) or the
-- source has as of its day (x).
CREATE FUNCTION _abc.tried_places(m @extschema@.abc_model, other @extschema@.abc_model) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1
AS $$
DECLARE
	keys record := _abc.raw_keys(m);
	metrics text := (
		SELECT string_agg(
			CASE WHEN array_position(m.metrics, u.name) IS NOT NULL
					THEN format('s.metrics[%s]', array_position(m.metrics, u.name))
				ELSE format('x.metrics[%s]', u.i) END,
			', ' ORDER BY u.i)
		FROM unnest(other.metrics) WITH ORDINALITY AS u (name, i));
BEGIN
	RETURN jsonb_build_object(
		'tried_cut', CASE WHEN other.metrics IS NULL THEN 's.value' ELSE
			format('(@extschema@.abc_score(CASE WHEN s.eligible THEN ARRAY[%s] END, %L::double precision[], '
				'%L::text[], %L) OVER (PARTITION BY s.partition))::text::numeric',
				metrics, other.weights, other.methods, other.missing) END,
		'last_tier', (
			SELECT format('%L::@extschema@.abc_tier', max(t.tier::text COLLATE "C"))
			FROM @extschema@.abc_tiers(other.scheme) AS t),
		'tried_scheme', format('%L::@extschema@.abc_scheme', other.scheme),
		'others', CASE WHEN coalesce(other.metrics <@ coalesce(m.metrics, '{}'), true) THEN '' ELSE
			format('LEFT JOIN _abc.read_raw($3, %L) AS x (%s, metrics double precision[]) ON ',
				concat_ws(', ', keys.items, (
					SELECT format('ARRAY[%s]::double precision[]',
						string_agg(format('s.%I::double precision', u.name), ', ' ORDER BY u.i))
					FROM unnest(other.metrics) WITH ORDINALITY AS u (name, i))),
				keys.definition) || _abc.same_key(m, 'x', 's') END);
END
$$;
COMMENT ON FUNCTION _abc.tried_places(@extschema@.abc_model, @extschema@.abc_model) IS
'part of abc_simulate: the places of its statement';

-- A row per customer of the last run, with the tier in force and the one that the other definition would put in
-- force: a changed standard takes effect whatever the hysteresis, as it does in a refresh; what is the same
-- standard changes nothing.
CREATE FUNCTION _abc.tried_tiers(m @extschema@.abc_model, other @extschema@.abc_model)
RETURNS TABLE (key text, before @extschema@.abc_tier, after @extschema@.abc_tier, name_before text, value numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
SET abc_tier.as_of = '' SET extra_float_digits = 1
AS $$
DECLARE
	statement text := _abc.fill($sql$
		WITH scored AS (
			SELECT {s.keys}, s.partition, s.value, s.eligible, s.conditions, s.settled, s.tier, s.tier_name,
				{tried_cut} AS cut
			FROM {state} AS s {others} WHERE s.present
		), classified AS (
			SELECT c.*, _abc.classify(CASE WHEN c.eligible THEN c.cut END, {tried_scheme})
				OVER (PARTITION BY c.partition) AS computed
			FROM scored AS c
		), overridden AS (
			SELECT DISTINCT ON ({v.keys}) {v.keys}, v.tier FROM {override} AS v
			WHERE v.begins <= $2 AND (v.ends IS NULL OR v.ends > $2) ORDER BY {v.keys}, v.override_id DESC
		)
		SELECT {key_text}, d.tier, coalesce(@extschema@.abc_better(v.tier, {last_tier}), {ruled}), d.tier_name, d.value
		FROM (
			SELECT {c.keys}, c.eligible, c.conditions, c.tier, c.tier_name, c.value,
				CASE WHEN $1 THEN c.computed ELSE c.settled END AS settled
			FROM classified AS c) AS d
		LEFT JOIN overridden AS v ON {same v d}$sql$, m, _abc.tried_places(m, other) || jsonb_build_object(
			'ruled', _abc.ruled(m, coalesce(cardinality(m.rule_kinds), 0)),
			'key_text', CASE WHEN cardinality(m.key) = 1 THEN 'd.k1::text' ELSE (
				SELECT format('ARRAY[%s]::text', string_agg(format('d.%I::text', k), ', ' ORDER BY i))
				FROM unnest(m.key_columns) WITH ORDINALITY AS u (k, i)) END));
BEGIN
	PERFORM set_config('abc_tier.as_of', to_char(m.last_as_of, 'YYYY-MM-DD'), true);
	RETURN QUERY EXECUTE statement USING _abc.standard_of(m) <> _abc.standard_of(other)
		OR m.standard <> _abc.standard_of_run(m), m.last_as_of, m;
END
$$;
COMMENT ON FUNCTION _abc.tried_tiers(@extschema@.abc_model, @extschema@.abc_model) IS
'part of abc_simulate: tiers before and after';

CREATE FUNCTION abc_simulate(model regclass, scheme abc_scheme DEFAULT NULL, metrics abc_metric[] DEFAULT NULL,
	missing text DEFAULT NULL)
RETURNS TABLE (line text, key text, tier_before text, name_before text, tier_after text, name_after text,
	customers_before bigint, customers_after bigint,
	value_before numeric, value_after numeric)
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_simulate(regclass, abc_scheme, abc_metric[], text) IS
'what another scheme or other weights would change, on the data of the last run: customers and value per tier before '
	'and after (line tier), then who would move (line mover). Rules and overrides apply. Metrics that the model does '
	'not have are read from the source as of the day of the last run: for its owner only. Writes nothing; '
	'abc_alter_model adopts it';

CREATE FUNCTION _abc.abc_simulate(model regclass, scheme @extschema@.abc_scheme,
	metrics @extschema@.abc_metric[], missing text)
RETURNS TABLE (line text, key text, tier_before text, name_before text, tier_after text, name_after text,
	customers_before bigint, customers_after bigint,
	value_before numeric, value_after numeric)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model := _abc.find(model);
	other @extschema@.abc_model;
	names text[];
	unrated text := _abc.text(m.language, 'unrated');
	code text;
	message text;
	detail text;
	hint text;
BEGIN
	PERFORM _abc.run_as_of(m, NULL::date);
	IF EXISTS (SELECT FROM unnest(metrics) AS x WHERE x.name <> ALL (coalesce(m.metrics, '{}'))) THEN
		m := _abc.find_own(model, 'read the source of');
	END IF;
	other := _abc.tried(m, scheme, metrics, missing);
	names := ARRAY(SELECT t.name FROM @extschema@.abc_tiers(other.scheme) AS t ORDER BY t.rank);
	RETURN QUERY
	WITH tried AS MATERIALIZED (
		SELECT t.* FROM _abc.tried_tiers(m, other) AS t
	), side AS (
		SELECT t.before::text AS tier, t.name_before AS name, NULL::text AS other_name, 1 AS b, 0 AS a,
			t.value AS vb, 0::numeric AS va
		FROM tried AS t
		UNION ALL
		SELECT t.after::text, NULL, coalesce(names[@extschema@.abc_rank(t.after)], unrated), 0, 1, 0, t.value
		FROM tried AS t
	), line AS (
		(
			SELECT 1 AS i, 'tier'::text, NULL::text, s.tier, min(s.name), s.tier, min(s.other_name),
				sum(s.b), sum(s.a), coalesce(sum(s.vb), 0), coalesce(sum(s.va), 0)
			FROM side AS s GROUP BY s.tier
		) UNION ALL (
			SELECT 2, 'mover', t.key, t.before::text, t.name_before, t.after::text,
				coalesce(names[@extschema@.abc_rank(t.after)], unrated), NULL, NULL, t.value, t.value
			FROM tried AS t WHERE t.before::text IS DISTINCT FROM t.after::text
		)
	)
	SELECT l.line, l.key, l.tier_before, l.name_before, l.tier_after, l.name_after, l.customers_before,
		l.customers_after, l.value_before, l.value_after
	FROM line AS l (i, line, key, tier_before, name_before, tier_after, name_after, customers_before, customers_after,
		value_before, value_after)
	ORDER BY l.i, CASE WHEN l.i = 1 THEN l.tier_before END COLLATE "C" NULLS LAST,
		l.value_after DESC NULLS LAST, l.key COLLATE "C";
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow_reading(m, code, message, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.abc_simulate(regclass, @extschema@.abc_scheme, @extschema@.abc_metric[], text) IS
'the work of abc_simulate';
