--
-- Transitions: from where to where customers went between two days
--

-- How many customers had which states on two days, from the history; who had none on the first day was not
-- there yet.
CREATE FUNCTION _abc.transition_states(m @extschema@.abc_model, since date, until date)
RETURNS TABLE (
	from_rank smallint, from_tier text, from_name text, from_lifecycle text, was_gone boolean, was_there boolean,
	to_rank smallint, to_tier text, to_name text, to_lifecycle text, is_gone boolean, customers bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY EXECUTE _abc.asked($sql$
		SELECT @extschema@.abc_rank(g.from_tier), g.from_tier::text, g.from_name, g.from_lifecycle,
			g.was_gone, g.was_there,
			@extschema@.abc_rank(g.to_tier), g.to_tier::text, g.to_name, g.to_lifecycle, g.is_gone, g.customers
		FROM (
			SELECT a.tier AS from_tier, a.tier_name AS from_name, a.lifecycle AS from_lifecycle,
				a.decided_by = 'gone' AS was_gone, a.valid_from IS NOT NULL AS was_there,
				b.tier AS to_tier, b.tier_name AS to_name, b.lifecycle AS to_lifecycle,
				b.decided_by = 'gone' AS is_gone, count(*) AS customers
			FROM {versions} AS b LEFT JOIN {versions} AS a
				ON {same a b} AND a.valid_from <= $1 AND (a.valid_to IS NULL OR a.valid_to > $1)
			WHERE b.valid_from <= $2 AND (b.valid_to IS NULL OR b.valid_to > $2)
			GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9) AS g$sql$, m) USING since, until;
END
$$;
COMMENT ON FUNCTION _abc.transition_states(@extschema@.abc_model, date, date) IS
'part of abc_transitions: the states on both days';

CREATE FUNCTION abc_transitions(model regclass, since date DEFAULT NULL, until date DEFAULT NULL,
	what text DEFAULT 'tier')
RETURNS TABLE (from_state text, from_name text, to_state text, to_name text, customers bigint, share double precision)
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_transitions(regclass, date, date, text) IS
'how many customers went from which tier (or lifecycle: what) to which between two days, by default those of the last '
	'two runs, and their share of those who came from there; with unrated, gone, and not yet for those who were not in '
	'the model';

CREATE FUNCTION _abc.abc_transitions(model regclass, since date, until date, what text)
RETURNS TABLE (from_state text, from_name text, to_state text, to_name text, customers bigint, share double precision)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model := _abc.find(model);
	run_to bigint := _abc.run_as_of(m, until);
	day_to date := _abc.day_of_run(m, run_to);
	day_from date := CASE WHEN since IS NULL THEN _abc.day_of_run(m, run_to - 1)
		ELSE _abc.day_of_run(m, _abc.run_as_of(m, since)) END;
	l text := m.language;
	code text;
	message text;
	detail text;
	hint text;
BEGIN
	IF what IS NULL OR what NOT IN ('tier', 'lifecycle') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('transitions of "%s" are not known', coalesce(what, 'NULL')),
			HINT = 'what is tier or lifecycle.';
	END IF;
	RETURN QUERY
	WITH state AS (
		SELECT s.*,
			CASE WHEN NOT s.was_there THEN 'not yet' WHEN what = 'lifecycle' THEN s.from_lifecycle
				WHEN s.was_gone THEN 'gone' ELSE coalesce(s.from_tier, 'unrated') END AS a,
			CASE WHEN what = 'lifecycle' THEN s.to_lifecycle
				WHEN s.is_gone THEN 'gone' ELSE coalesce(s.to_tier, 'unrated') END AS b
		FROM _abc.transition_states(m, day_from, day_to) AS s
	), pair AS (
		SELECT s.a, s.b, sum(s.customers)::bigint AS n, min(s.from_name) AS from_name, min(s.to_name) AS to_name,
			min(s.from_rank) AS from_rank, min(s.to_rank) AS to_rank
		FROM state AS s GROUP BY s.a, s.b
	)
	SELECT p.a, CASE WHEN p.a IN ('gone', 'not yet') THEN _abc.text(l, 'transition.' || p.a)
			WHEN what = 'lifecycle' THEN _abc.text(l, 'lifecycle.' || p.a) ELSE p.from_name END,
		p.b, CASE WHEN what = 'lifecycle' THEN _abc.text(l, 'lifecycle.' || p.b)
			WHEN p.b = 'gone' THEN _abc.text(l, 'transition.' || p.b) ELSE p.to_name END,
		p.n, (p.n / sum(p.n) OVER (PARTITION BY p.a))::double precision
	FROM pair AS p
	ORDER BY CASE WHEN what = 'tier' THEN p.from_rank END, _abc.state_order(p.a),
		CASE WHEN what = 'tier' THEN p.to_rank END, _abc.state_order(p.b);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow_reading(m, code, message, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.abc_transitions(regclass, date, date, text) IS 'the work of abc_transitions';

-- Where a state that is no tier stands in a list: the life of a customer from the first day to the last.
CREATE FUNCTION _abc.state_order(state text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.array_position(
	'{potential,new,active,loyal,returned,at_risk,lost,unrated,gone,not yet}'::text[], state);
COMMENT ON FUNCTION _abc.state_order(text) IS 'part of abc_transitions: the order of states that are no tiers';
