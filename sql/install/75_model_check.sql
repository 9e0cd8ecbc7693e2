--
-- Check: what may be wrong with a model
--

-- Columns of the source as they are, read through the schemas that the model was made with: nothing but that is
-- done there, what is counted is counted outside.
CREATE FUNCTION _abc.read_raw(m @extschema@.abc_model, items text) RETURNS SETOF record
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET datestyle = 'ISO'
AS $$
DECLARE
	query text := format('SELECT %s FROM %s', items, _abc.from_source(m));
BEGIN
	PERFORM set_config('search_path', m.source_path, true);
	RETURN QUERY EXECUTE query;
END
$$;
COMMENT ON FUNCTION _abc.read_raw(@extschema@.abc_model, text) IS 'columns of the source of a model';

-- Keys as they are stored, with their types for FROM; keys as an array of texts; any column as text, NULL for none.
CREATE FUNCTION _abc.raw_keys(m @extschema@.abc_model, OUT items text, OUT definition text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	SELECT string_agg(format('s.%I::%s', u.name, u.type), ', ' ORDER BY u.i),
		string_agg(format('%I %s', u.stored, u.type), ', ' ORDER BY u.i)
	INTO items, definition FROM unnest(m.key, m.key_types, m.key_columns) WITH ORDINALITY AS u (name, type, stored, i);
END
$$;
COMMENT ON FUNCTION _abc.raw_keys(@extschema@.abc_model) IS 'part of abc_check and abc_simulate: the key of the source';

CREATE FUNCTION _abc.raw_texts(columns text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT format('ARRAY[%s]::text[]',
		string_agg(CASE WHEN c IS NULL THEN 'NULL' ELSE format('s.%I::text', c) END, ', ' ORDER BY i))
		FROM unnest(columns) WITH ORDINALITY AS u (c, i));
END
$$;
COMMENT ON FUNCTION _abc.raw_texts(text[]) IS 'part of abc_check: columns of the source as an array of texts';

-- What is counted in the source as of a day: one object.  Examples are the first keys, in their order as text.
-- Values and dates come as texts, so that nothing in them can raise an error.
CREATE FUNCTION _abc.count_source(m @extschema@.abc_model, day date) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET abc_tier.as_of = ''
AS $$
DECLARE
	keys record := _abc.raw_keys(m);
	result jsonb;
BEGIN
	PERFORM set_config('abc_tier.as_of', to_char(day, 'YYYY-MM-DD'), true);
	-- a clear error where the source is not there
	PERFORM count(*) FROM _abc.source_types(m, m.key || m.value || m.metrics);
	EXECUTE _abc.fill($sql$
		WITH seen AS (
			SELECT g.*, array_to_string(g.texts, ', ') AS name, array_position(g.texts, NULL) IS NULL AS keyed,
				(SELECT bool_or(t !~ '\S') FROM unnest(g.texts) AS t) AS blank,
				(SELECT string_agg(regexp_replace(lower(t), '\s+', '', 'g'), E'\n' ORDER BY i)
					FROM unnest(g.texts) WITH ORDINALITY AS u (t, i)) AS folded,
				g.given[1] IN ('NaN', 'Infinity', '-Infinity') AS odd,
				CASE WHEN g.given[1] NOT IN ('NaN', 'Infinity', '-Infinity') THEN g.given[1]::numeric END AS amount,
				g.given[2] IN ('infinity', '-infinity') OR g.given[3] IN ('infinity', '-infinity') AS endless
			FROM _abc.read_raw($1, $2) AS g ({definition}, texts text[], given text[])
		), keys AS (
			SELECT {keys}, min(s.name) AS name, min(s.folded) AS folded, count(*) AS n
			FROM seen AS s WHERE s.keyed GROUP BY {keys}
		), alike AS (
			SELECT k.folded, count(*) AS n, min(k.name) || ' = ' || max(k.name) AS name
			FROM keys AS k GROUP BY k.folded HAVING count(*) > 1
		)
		SELECT jsonb_build_object(
			'rows', count(*), 'total', sum(s.amount),
			'no key', count(*) FILTER (WHERE NOT s.keyed),
			'blank keys', count(*) FILTER (WHERE s.blank),
			'duplicates', (SELECT sum(k.n - 1) FROM keys AS k),
			'duplicates like', (SELECT min(k.name) FROM keys AS k WHERE k.n > 1),
			'similar keys', (SELECT sum(a.n - 1) FROM alike AS a),
			'similar keys like', (SELECT min(a.name) FROM alike AS a),
			'no value', count(*) FILTER (WHERE s.given[1] IS NULL),
			'below zero', count(*) FILTER (WHERE s.amount < 0),
			'zero', count(*) FILTER (WHERE s.amount = 0),
			'not finite', count(*) FILTER (WHERE s.odd),
			'not finite like', (array_agg(DISTINCT s.name) FILTER (WHERE s.odd))[:5],
			'dates not finite', count(*) FILTER (WHERE s.endless),
			'dates not finite like', (array_agg(DISTINCT s.name) FILTER (WHERE s.endless))[:5],
			'newest order', max(s.given[3]) FILTER (WHERE s.given[3] NOT IN ('infinity', '-infinity')))
		FROM seen AS s$sql$, m, jsonb_build_object('definition', keys.definition))
	INTO result USING m, concat_ws(', ', keys.items, _abc.raw_texts(m.key),
		_abc.raw_texts(ARRAY[m.value, m.first_order, m.last_order]));
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.count_source(@extschema@.abc_model, date) IS
'part of abc_check: rows, keys, values and dates of the source';

-- The same for one metric.
CREATE FUNCTION _abc.count_metric(m @extschema@.abc_model, day date, metric text) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET abc_tier.as_of = ''
AS $$
BEGIN
	PERFORM set_config('abc_tier.as_of', to_char(day, 'YYYY-MM-DD'), true);
	RETURN (
		SELECT jsonb_build_object(
			'metric missing', count(*) FILTER (WHERE s.x IS NULL),
			'metric below zero', count(*) FILTER (WHERE s.amount < 0),
			'metric not finite', count(*) FILTER (WHERE s.odd),
			'metric not finite like', (array_agg(DISTINCT s.name) FILTER (WHERE s.odd))[:5],
			'metric constant', (count(s.amount) > 1 AND min(s.amount) = max(s.amount))::integer)
		FROM (
			SELECT array_to_string(g.texts, ', ') AS name, g.given[1] AS x,
				g.given[1] IN ('NaN', 'Infinity', '-Infinity') AS odd,
				CASE WHEN g.given[1] NOT IN ('NaN', 'Infinity', '-Infinity') THEN g.given[1]::numeric END AS amount
			FROM _abc.read_raw(m, concat_ws(', ', _abc.raw_texts(m.key), _abc.raw_texts(ARRAY[metric])))
				AS g (texts text[], given text[])) AS s);
END
$$;
COMMENT ON FUNCTION _abc.count_metric(@extschema@.abc_model, date, text) IS 'part of abc_check: a metric of the source';

-- Examples as text: a list in JSON, or one.
CREATE FUNCTION _abc.examples(found jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE pg_catalog.jsonb_typeof(found)
	WHEN 'array' THEN (SELECT pg_catalog.string_agg(e, ', ') FROM pg_catalog.jsonb_array_elements_text(found) AS e)
	ELSE found #>> '{}' END;
COMMENT ON FUNCTION _abc.examples(jsonb) IS 'part of abc_check: keys as examples';

-- The last run, as far as a source is compared with it.
CREATE FUNCTION _abc.compare_run(m @extschema@.abc_model, OUT source_rows bigint, OUT source_total numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE _abc.asked($sql$
		SELECT sum(r.source_rows), sum(r.source_total) FROM {run} AS r
		WHERE r.run = {runs} AND r.revision IS NOT NULL$sql$, m)
	INTO source_rows, source_total;
END
$$;
COMMENT ON FUNCTION _abc.compare_run(@extschema@.abc_model) IS 'part of abc_check: rows and total of the last run';

CREATE FUNCTION _abc.check_source(m @extschema@.abc_model, day date)
	RETURNS TABLE (code text, check_name text, ok boolean, n bigint, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l text := m.language;
	c jsonb := _abc.count_source(m, day);
	last record := _abc.compare_run(m);
	zeroes boolean := m.metrics IS NULL AND m.scheme::text ~ '^(share|fill) ' AND m.scheme::text !~ 'negative';
BEGIN
	RETURN QUERY
	SELECT v.code, _abc.text(l, 'check.' || v.code),
		CASE WHEN v.code = 'total' THEN v.fine ELSE coalesce(v.fine OR v.n = 0, true) END,
		CASE WHEN v.code <> 'total' THEN coalesce(v.n, 0) END,
		CASE WHEN v.n > 0 OR v.code = 'total' THEN v.says END
	FROM (SELECT x.i, x.code, x.fine, x.says, CASE WHEN x.code <> 'total' THEN (c ->> x.code)::bigint END AS n
		FROM (VALUES
		(1, 'rows', coalesce((c ->> 'rows')::bigint >= last.source_rows * (1 - coalesce(m.max_gone, 1))::numeric, true),
			_abc.text(l, 'check.rows.last', last.source_rows::text, _abc.figure(last.source_total))),
		(2, 'total',
			coalesce((c ->> 'total')::numeric >= last.source_total * (1 - coalesce(m.max_gone, 1))::numeric, true),
			_abc.figure((c ->> 'total')::numeric)),
		(3, 'no key', false, _abc.text(l, 'check.no key.says')),
		(4, 'blank keys', false, _abc.text(l, 'check.blank keys.says')),
		(5, 'similar keys', false, _abc.text(l, 'check.similar keys.says', _abc.examples(c -> 'similar keys like'))),
		(6, 'duplicates', false, concat_ws('; ', _abc.text(l, 'check.duplicates.says'),
			_abc.text(l, 'check.example', _abc.examples(c -> 'duplicates like')))),
		(7, 'no value', false, _abc.text(l, 'check.no value.says')),
		(8, 'below zero', NOT zeroes, _abc.text(l, 'check.below zero.says')),
		(9, 'zero', true, _abc.text(l, 'check.zero.says')),
		(10, 'not finite', false, _abc.text(l, 'check.not finite.says', _abc.examples(c -> 'not finite like'))),
		(11, 'dates not finite', false, _abc.text(l, 'check.not finite.says',
			_abc.examples(c -> 'dates not finite like')))) AS x (i, code, fine, says)) AS v
	ORDER BY v.i;
	RETURN QUERY
	SELECT 'newest order', _abc.text(l, 'check.newest order'), day - v.newest <= 31, (day - v.newest)::bigint,
		_abc.text(l, 'check.newest order.says', to_char(v.newest, 'YYYY-MM-DD'))
	FROM (SELECT left(c ->> 'newest order', 10)::date) AS v (newest) WHERE v.newest IS NOT NULL;
END
$$;
COMMENT ON FUNCTION _abc.check_source(@extschema@.abc_model, date) IS 'part of abc_check: the source, in words';

CREATE FUNCTION _abc.check_metrics(m @extschema@.abc_model, day date)
	RETURNS TABLE (code text, check_name text, ok boolean, n bigint, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l text := m.language;
	c jsonb;
	i integer;
BEGIN
	FOR i IN 1 .. coalesce(cardinality(m.metrics), 0) LOOP
		c := _abc.count_metric(m, day, m.metrics[i]);
		RETURN QUERY
		SELECT v.code, _abc.text(l, 'check.' || v.code, m.metrics[i]),
			(c ->> v.code)::bigint = 0, (c ->> v.code)::bigint,
			CASE WHEN (c ->> v.code)::bigint > 0 THEN v.says END
		FROM (VALUES
			(1, 'metric missing', _abc.text(l, 'check.metric missing.says', _abc.text(l, 'missing.' || m.missing))),
			(2, 'metric below zero', _abc.text(l, 'check.metric below zero.says')),
			(3, 'metric not finite', _abc.text(l, 'check.not finite.says',
				_abc.examples(c -> 'metric not finite like'))),
			(4, 'metric constant', _abc.text(l, 'check.metric constant.says'))) AS v (n, code, says)
		ORDER BY v.n;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc.check_metrics(@extschema@.abc_model, date) IS
'part of abc_check: the metrics of the source, in words';

-- Ties at the cuts of the last run, and tiers that are empty. Of a partition only what someone should look at.
CREATE FUNCTION _abc.check_ties(m @extschema@.abc_model)
RETURNS TABLE (code text, check_name text, ok boolean, n bigint, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY EXECUTE _abc.asked($sql$
		SELECT 'tie', CASE WHEN t.partition = '{}' THEN _abc.text({language}, 'check.tie', t.name)
				ELSE _abc.text({language}, 'check.tie.of', t.name, array_to_string(t.partition, ', ', 'NULL')) END,
			t.ok, t.n,
			CASE WHEN t.n > 1 THEN _abc.text({language}, 'check.tie.says', t.n::text, _abc.figure(t.cutoff)) END
		FROM (
			SELECT r.partition, u.i, u.cutoff, min(r.tier_names[u.i]) AS name, count(s.cut) AS n,
				count(s.cut) <= greatest(1, max(r.rated) / 100) AS ok
			FROM {run} AS r CROSS JOIN LATERAL unnest(r.cutoffs) WITH ORDINALITY AS u (cutoff, i)
			LEFT JOIN {state} AS s ON s.cut = u.cutoff AND s.partition = r.partition AND s.present AND s.eligible
			WHERE r.run = {runs} AND r.revision IS NOT NULL AND u.cutoff IS NOT NULL
			GROUP BY r.partition, u.i, u.cutoff) AS t
		WHERE t.partition = '{}' OR NOT t.ok ORDER BY t.partition, t.i$sql$, m);
	RETURN QUERY EXECUTE _abc.asked($sql$
		SELECT 'in tier', _abc.text({language}, 'check.in tier', t.name), count(s.computed) > 0, count(s.computed),
			CASE WHEN count(s.computed) = 0 THEN _abc.text({language}, 'check.in tier.empty') END
		FROM _abc.tiers_of($1, {runs}) AS t
		LEFT JOIN {state} AS s ON s.present AND @extschema@.abc_rank(s.computed) = t.tier_rank
		GROUP BY t.tier_rank, t.name ORDER BY t.tier_rank$sql$, m) USING m;
END
$$;
COMMENT ON FUNCTION _abc.check_ties(@extschema@.abc_model) IS 'part of abc_check: ties and empty tiers';

-- How much of the differences in score each metric makes, against its weight: shares of the variance, taken of
-- scores of at most 1, so that no square is too large.
CREATE FUNCTION _abc.check_weights(m @extschema@.abc_model)
RETURNS TABLE (code text, check_name text, ok boolean, n bigint, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	total double precision := (SELECT sum(w) FROM unnest(m.weights) AS w);
	part double precision;
	nominal double precision;
	i integer;
BEGIN
	FOR i IN 1 .. coalesce(cardinality(m.metrics), 0) LOOP
		nominal := coalesce(m.weights[i] / nullif(total, 0), 0);
		EXECUTE _abc.asked($sql$
			SELECT covar_pop(n.x * ($3 / n.most), n.score / n.most) / nullif(var_pop(n.score / n.most), 0)
			FROM (
				SELECT s.score, nullif(max(abs(s.score)) OVER (), 0) AS most,
					_abc.normalize(CASE WHEN s.eligible THEN s.metrics[$1] END, $2) OVER (PARTITION BY s.partition) AS x
				FROM {state} AS s WHERE s.present AND s.eligible) AS n$sql$, m)
		INTO part USING i, coalesce(m.methods[i], CASE WHEN cardinality(m.metrics) = 1 THEN 'none' ELSE 'rank' END),
			m.weights[i];
		code := 'weight';
		check_name := _abc.text(m.language, 'check.weight', m.metrics[i]);
		ok := abs(part - nominal) <= 0.15;
		n := round(100 * part);
		says := _abc.text(m.language, 'check.weight.says', _abc.percent(part), _abc.percent(nominal));
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc.check_weights(@extschema@.abc_model) IS 'part of abc_check: effective against nominal weights';

-- What a full refresh would bring up to date, and one that reads the changed keys would not.
CREATE FUNCTION _abc.check_changed_keys(m @extschema@.abc_model)
RETURNS TABLE (code text, check_name text, ok boolean, n bigint, says text)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	missed bigint := _abc.full_read_changes(m);
BEGIN
	RETURN QUERY SELECT 'missed', _abc.text(m.language, 'check.missed'), missed = 0, missed,
		CASE WHEN missed > 0 THEN _abc.text(m.language, 'check.missed.says') END;
END
$$;
COMMENT ON FUNCTION _abc.check_changed_keys(@extschema@.abc_model) IS
'part of abc_check: rows that "changed" does not know of';

CREATE FUNCTION abc_check(model regclass, as_of date DEFAULT NULL)
	RETURNS TABLE (code text, check_name text, ok boolean, n bigint, says text)
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_check(regclass, date) IS
'what may be wrong with a model: keys, values, dates and metrics of its source as of a day, by default that of the '
	'last run, whose rows and total they are compared with; ties, empty tiers and effective weights of the last run; '
	'with "changed" also how many customers only a full refresh would bring up to date. ok is false where someone '
	'should look';

CREATE FUNCTION _abc.abc_check(model regclass, as_of date)
RETURNS TABLE (code text, check_name text, ok boolean, n bigint, says text)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model := _abc.find_own(model, 'check');
	day date := coalesce(as_of, m.last_as_of, CURRENT_DATE);
	code_ text;
	message text;
	detail text;
	hint text;
BEGIN
	RETURN QUERY SELECT c.* FROM _abc.check_source(m, day) AS c;
	RETURN QUERY SELECT c.* FROM _abc.check_metrics(m, day) AS c;
	IF m.runs > 0 THEN
		RETURN QUERY SELECT c.* FROM _abc.check_ties(m) AS c;
	END IF;
	IF _abc.knows_changes(m) AND m.runs > 0 AND day = m.last_as_of THEN
		RETURN QUERY SELECT c.* FROM _abc.check_changed_keys(m) AS c;
	END IF;
	IF m.standard = _abc.standard_of_run(m) THEN
		RETURN QUERY SELECT c.* FROM _abc.check_weights(m) AS c;
	END IF;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code_ = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow_reading(m, code_, message, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.abc_check(regclass, date) IS 'the work of abc_check';
