--
-- Explain: why a customer has the tier he has
--

-- A number for people: thousands by commas; two decimals from 1 on, four digits that count below; what is
-- very large or very small by its power of ten.
CREATE FUNCTION _abc.figure(x numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE
		WHEN x IS NULL OR x = 0 THEN x::bigint::text
		WHEN x::text IN ('NaN', 'Infinity', '-Infinity') THEN x::text
		WHEN abs(round(x, 2)) >= 1e15 OR abs(x) < 1e-6
			THEN regexp_replace(trim(to_char(x, '9.999999EEEE')), '\.?0*e\+?(-?)0*', 'e\1')
		WHEN abs(x) < 1
			THEN rtrim(to_char(round(x, 3 - floor(log(abs(x)))::integer), 'FM0.9999999999'), '.')
		ELSE rtrim(to_char(round(x, 2),
			CASE WHEN x = trunc(x) THEN 'FM999,999,999,999,990' ELSE 'FM999,999,999,999,990.00' END), '.')
	END;
END
$$;
COMMENT ON FUNCTION _abc.figure(numeric) IS 'a number for people to read; NULL stays NULL';

CREATE FUNCTION _abc.percent(share double precision) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN _abc.figure((100 * share)::numeric) || ' %';
COMMENT ON FUNCTION _abc.percent(double precision) IS 'a share for people to read, as per cent; NULL stays NULL';

-- What each metric contributes to the score of one customer.  The metrics are those of the last run: of a
-- definition that was altered since, nothing is known yet.
CREATE FUNCTION _abc.explain_metrics(m @extschema@.abc_model, given text[]) RETURNS TABLE (topic text, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	i integer;
	method text;
	raw double precision;
	made double precision;
BEGIN
	FOR i IN 1 .. coalesce(cardinality(m.metrics), 0) LOOP
		method := coalesce(m.methods[i], CASE WHEN cardinality(m.metrics) = 1 THEN 'none' ELSE 'rank' END);
		EXECUTE _abc.asked($sql$
			SELECT n.raw, n.made
			FROM (
				SELECT {s.keys}, s.metrics[$2] AS raw,
					_abc.normalize(CASE WHEN s.eligible THEN s.metrics[$2] END, $3) OVER () AS made
				FROM {state} AS s
				WHERE s.present
					AND s.partition = (SELECT s.partition FROM {state} AS s JOIN {given} AS g ON {same s g})) AS n
			JOIN {given} AS g ON {same n g}$sql$, m)
		INTO raw, made USING given, i, method;
		topic := _abc.text(m.language, 'explain.metric', m.metrics[i]);
		says := CASE WHEN raw IS NULL
			THEN _abc.text(m.language, 'explain.metric.missing', _abc.text(m.language, 'missing.' || m.missing))
			ELSE _abc.text(m.language, 'explain.metric.says', _abc.figure(raw::numeric), method,
				_abc.figure(made::numeric), m.weights[i]::text, _abc.figure((made * m.weights[i])::numeric)) END;
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc.explain_metrics(@extschema@.abc_model, text[]) IS
'part of abc_explain: the metrics behind a score';

-- The cut-offs that a customer was measured against.
CREATE FUNCTION _abc.explain_cutoffs(m @extschema@.abc_model, given text[]) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	says text;
BEGIN
	EXECUTE _abc.asked($sql$
		SELECT string_agg(
			CASE WHEN u.cutoff IS NULL THEN _abc.text({language}, 'explain.cut-offs.empty', r.tier_names[u.i])
				ELSE _abc.text({language}, 'explain.cut-offs.says', r.tier_names[u.i], _abc.figure(u.cutoff)) END,
			_abc.text({language}, 'explain.and') ORDER BY u.i)
		FROM {state} AS s JOIN {given} AS g ON {same s g}
		JOIN {run} AS r ON r.run = {runs} AND r.partition = s.partition
		CROSS JOIN LATERAL unnest(r.cutoffs) WITH ORDINALITY AS u (cutoff, i)$sql$, m)
	INTO says USING given;
	RETURN says;
END
$$;
COMMENT ON FUNCTION _abc.explain_cutoffs(@extschema@.abc_model, text[]) IS 'part of abc_explain: cut-offs';

CREATE FUNCTION _abc.explain_history(m @extschema@.abc_model, given text[]) RETURNS TABLE (topic text, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY EXECUTE _abc.asked($sql$
		WITH version AS (
			SELECT h.*, lag(h.tier_name) OVER w AS tier_before,
				CASE WHEN lag(h.valid_from) OVER w IS NULL THEN 'new'
					WHEN h.decided_by = 'gone' THEN nullif('gone', lag(h.decided_by) OVER w)
					WHEN lag(h.decided_by) OVER w = 'gone' THEN 'back'
					WHEN coalesce(@extschema@.abc_rank(h.tier), 99)
						< coalesce(@extschema@.abc_rank(lag(h.tier) OVER w), 99) THEN 'up'
					WHEN coalesce(@extschema@.abc_rank(h.tier), 99)
						> coalesce(@extschema@.abc_rank(lag(h.tier) OVER w), 99) THEN 'down' END AS moved
			FROM {versions} AS h JOIN {given} AS g ON {same h g} WINDOW w AS (ORDER BY h.valid_from)
		)
		SELECT _abc.text({language}, 'explain.history', to_char(v.valid_from, 'YYYY-MM-DD')),
			concat_ws(_abc.text({language}, 'explain.and'),
				CASE WHEN v.moved IS NULL THEN _abc.text({language}, 'explain.history.tier', v.tier_name)
					ELSE _abc.text({language}, 'explain.history.moved', _abc.text({language}, 'moved.' || v.moved),
						coalesce(v.tier_before, _abc.text({language}, 'none')), v.tier_name) END,
				_abc.text({language}, 'lifecycle.' || v.lifecycle),
				CASE WHEN v.reason IS NULL THEN _abc.text({language}, 'decided_by.' || v.decided_by)
					ELSE _abc.text({language}, 'explain.decided by.says',
						_abc.text({language}, 'decided_by.' || v.decided_by), v.reason) END,
				CASE WHEN v.cause <> 'data' THEN
					_abc.text({language}, 'explain.history.cause', _abc.text({language}, 'cause.' || v.cause)) END)
		FROM version AS v ORDER BY v.valid_from DESC LIMIT 12$sql$, m) USING given;
END
$$;
COMMENT ON FUNCTION _abc.explain_history(@extschema@.abc_model, text[]) IS
'part of abc_explain: the last twelve versions';

-- What NAME shows of a customer, in words.
CREATE FUNCTION _abc.explain_now(m @extschema@.abc_model, c jsonb) RETURNS TABLE (topic text, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l text := m.language;
	tier text := concat(c ->> 'tier_name', ' (' || nullif(c ->> 'tier', c ->> 'tier_name') || ')');
	decided text := c ->> 'decided_by_name';
BEGIN
	tier := _abc.text(l, 'explain.tier.says', tier, c ->> 'tier_since');
	IF c ->> 'previous_name' IS NOT NULL THEN
		tier := _abc.text(l, 'explain.tier.before', tier, c ->> 'previous_name');
	END IF;
	IF c ->> 'reason' IS NOT NULL THEN
		decided := _abc.text(l, 'explain.decided by.says', decided, c ->> 'reason');
	END IF;
	IF c ->> 'decided_until' IS NOT NULL THEN
		decided := _abc.text(l, 'explain.decided by.until', decided, c ->> 'decided_until');
	END IF;
	RETURN QUERY VALUES
		(_abc.text(l, 'explain.customer'), (
			SELECT string_agg(c ->> u.k, ', ' ORDER BY u.i) FROM unnest(m.key) WITH ORDINALITY AS u (k, i))),
		(_abc.text(l, 'explain.tier'), tier),
		(_abc.text(l, 'explain.decided by'), decided),
		(_abc.text(l, 'explain.computed tier'), c ->> 'computed_tier'),
		(_abc.text(l, 'explain.value'), CASE WHEN c ->> 'value_share' IS NULL THEN _abc.figure((c ->> 'value')::numeric)
			ELSE _abc.text(l, 'explain.value.says', _abc.figure((c ->> 'value')::numeric),
				_abc.percent((c ->> 'value_share')::double precision)) END),
		(_abc.text(l, 'explain.value before'),
			_abc.figure(nullif((c ->> 'value_before')::numeric, (c ->> 'value')::numeric))),
		(_abc.text(l, 'explain.score'), _abc.figure((c ->> 'score')::numeric));
END
$$;
COMMENT ON FUNCTION _abc.explain_now(@extschema@.abc_model, jsonb) IS
'part of abc_explain: the tier and what decided it';

-- How far it is to the next tier and from the one below, the lifecycle, the best times.
CREATE FUNCTION _abc.explain_around(m @extschema@.abc_model, c jsonb) RETURNS TABLE (topic text, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l text := m.language;
	cut text := CASE WHEN c ->> 'score' IS NULL THEN 'value' ELSE 'score' END;
	best text := _abc.figure((c ->> 'best_value')::numeric);
BEGIN
	RETURN QUERY VALUES
		(_abc.text(l, 'explain.next tier'), CASE
			WHEN NOT (c ->> 'gap_to_next')::numeric > 0 OR c ->> 'gap_to_next' IS NULL THEN c ->> 'next_name'
			ELSE _abc.text(l, 'explain.next tier.' || cut, c ->> 'next_name',
				_abc.figure((c ->> 'gap_to_next')::numeric)) END),
		(_abc.text(l, 'explain.cushion'), CASE WHEN c ->> 'cushion' IS NOT NULL THEN
			_abc.text(l, 'explain.cushion.' || cut, _abc.figure((c ->> 'cushion')::numeric)) END),
		(_abc.text(l, 'explain.lifecycle'), CASE WHEN c ->> 'last_order' IS NULL THEN c ->> 'lifecycle_name'
			ELSE _abc.text(l, 'explain.lifecycle.says', c ->> 'lifecycle_name', c ->> 'last_order') END),
		(_abc.text(l, 'explain.best tier'), CASE WHEN c ->> 'best_tier' IS NULL THEN NULL
			WHEN c ->> 'best_tier_until' IS NULL THEN _abc.text(l, 'explain.best tier.now', c ->> 'best_name', best)
			ELSE _abc.text(l, 'explain.best tier.until', c ->> 'best_name', c ->> 'best_tier_until', best) END),
		(_abc.text(l, 'explain.run'), _abc.text(l, 'explain.run.says', c ->> 'run', c ->> 'as_of', c ->> 'scheme'));
END
$$;
COMMENT ON FUNCTION _abc.explain_around(@extschema@.abc_model, jsonb) IS
'part of abc_explain: distances, lifecycle, best times';

CREATE FUNCTION abc_explain(model regclass, key text) RETURNS TABLE (topic text, says text)
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_explain(regclass, text) IS
'why a customer has the tier he has: what was computed, who decided, what is missing to the next tier, metrics, '
	'history. A key of several columns is given as an array, in the order of the model''s key';

CREATE FUNCTION _abc.abc_explain(model regclass, key text) RETURNS TABLE (topic text, says text)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model := _abc.find(model);
	given text[] := _abc.given_key(m, key);
	c jsonb;
	code text;
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE _abc.asked($sql$
		SELECT c.shown FROM (SELECT to_jsonb(f) AS shown, {shown} FROM {face} AS f) AS c
		JOIN {given} AS g ON {same c g}$sql$, m) INTO c USING given;
	-- the key as text, not as JSON has it
	c := c || (SELECT jsonb_object_agg(u.name, given[u.i]) FROM unnest(m.key) WITH ORDINALITY AS u (name, i));
	RETURN QUERY SELECT e.topic, e.says FROM _abc.explain_now(m, c) AS e WHERE e.says IS NOT NULL;
	IF m.standard = _abc.standard_of_run(m) AND c ->> 'decided_by' <> 'gone' THEN
		RETURN QUERY SELECT e.topic, e.says FROM _abc.explain_metrics(m, given) AS e;
	END IF;
	RETURN QUERY SELECT _abc.text(m.language, 'explain.cut-offs'), e.says
		FROM _abc.explain_cutoffs(m, given) AS e (says) WHERE e.says IS NOT NULL;
	RETURN QUERY SELECT e.topic, e.says FROM _abc.explain_around(m, c) AS e WHERE e.says IS NOT NULL;
	RETURN QUERY SELECT u.name, c ->> u.name FROM unnest(m.carried) WITH ORDINALITY AS u (name, i)
		WHERE c ->> u.name IS NOT NULL ORDER BY u.i;
	RETURN QUERY SELECT e.topic, e.says FROM _abc.explain_history(m, given) AS e;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow_reading(m, code, message, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.abc_explain(regclass, text) IS 'the work of abc_explain';

-- A key of any type is its own text, so that no call needs a cast.
CREATE FUNCTION abc_explain(model regclass, key anyelement) RETURNS TABLE (topic text, says text)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1
AS $$
BEGIN
	RETURN QUERY SELECT e.topic, e.says FROM @extschema@.abc_explain(model, format('%s', key)) AS e;
END
$$;
COMMENT ON FUNCTION abc_explain(regclass, anyelement) IS 'as abc_explain(regclass, text), for keys of any other type';
