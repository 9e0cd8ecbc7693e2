--
-- What stands at the places of the statement that decides
--

-- The tier after the first n rules.  Each step mentions the one before once.
CREATE FUNCTION _abc.ruled(m @extschema@.abc_model, n integer) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	tier text := 'd.settled';
	i integer;
BEGIN
	FOR i IN 1 .. least(n, coalesce(cardinality(m.rule_kinds), 0)) LOOP
		IF m.rule_kinds[i] = 'only_if' THEN
			tier := format(
				'@extschema@.abc_worse(%s, CASE WHEN d.conditions[%s] THEN ''A'' ELSE %L END::@extschema@.abc_tier)',
				tier, i, @extschema@.abc_tier_of_rank(@extschema@.abc_rank(m.rule_tiers[i]::@extschema@.abc_tier) + 1));
		ELSE
			tier := format('CASE WHEN d.conditions[%s] AND d.eligible THEN %L::@extschema@.abc_tier ELSE %s END',
				i, m.rule_tiers[i], tier);
		END IF;
	END LOOP;
	RETURN tier;
END
$$;
COMMENT ON FUNCTION _abc.ruled(@extschema@.abc_model, integer) IS 'part of abc_refresh: the tier after the first rules';

-- The reason given by the last rule that changed the tier.
CREATE FUNCTION _abc.rule_reason(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result text := '';
	i integer;
BEGIN
	FOR i IN REVERSE coalesce(cardinality(m.rule_kinds), 0) .. 1 LOOP
		result := concat(result, format(
			' WHEN @extschema@.abc_rank(%s) IS DISTINCT FROM @extschema@.abc_rank(%s) THEN %L',
			_abc.ruled(m, i), _abc.ruled(m, i - 1), m.rule_reasons[i]));
	END LOOP;
	RETURN CASE WHEN result = '' THEN 'NULL' ELSE concat('CASE', result, ' END') END;
END
$$;
COMMENT ON FUNCTION _abc.rule_reason(@extschema@.abc_model) IS 'part of abc_refresh: the reason of the deciding rule';

-- Why a tier is held: not long enough on its new side yet, or not more than so many steps at a time.
CREATE FUNCTION _abc.held_reason(m @extschema@.abc_model, side text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET intervalstyle = 'postgres'
AS $$
DECLARE
	runs integer := CASE side WHEN 'promotion' THEN m.promote_after ELSE m.demote_after END;
	wait interval := CASE side WHEN 'promotion' THEN m.promote_wait ELSE m.demote_wait END;
BEGIN
	IF wait IS NOT NULL AND runs = 1 THEN
		RETURN format('format(%L, to_char(d.since_day + %L::interval, ''YYYY-MM-DD''))',
			_abc.text(m.language, format('reason.%s takes effect on', side), '%1$s'), wait);
	END IF;
	RETURN format('format(%L, %s, $3 - d.since_run + 1)',
		_abc.text(m.language, format('reason.%s takes effect after', side), '%1$s', '%2$s'), runs);
END
$$;
COMMENT ON FUNCTION _abc.held_reason(@extschema@.abc_model, text) IS
	'part of abc_refresh: the reason of a tier that is held';

-- The reason that goes with decided_by.
CREATE FUNCTION _abc.reasons(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cut text := CASE WHEN m.metrics IS NULL THEN 'value' ELSE 'score' END;
BEGIN
	RETURN format($sql$WHEN 'gone' THEN %1$L
			WHEN 'override' THEN d.override_reason
			WHEN 'not eligible' THEN CASE WHEN d.lifecycle = 'potential' THEN %2$L ELSE %3$L END
			WHEN 'rule' THEN %4$s
			WHEN 'held' THEN CASE WHEN NOT d.waits THEN %5$L
				WHEN @extschema@.abc_rank(d.settled) > @extschema@.abc_rank(d.computed) THEN %6$s ELSE %7$s END
			WHEN 'no value' THEN CASE WHEN d.cut IS NULL THEN %8$L ELSE %9$L END
			ELSE %10$L$sql$,
		_abc.text(m.language, 'reason.left the source'),
		_abc.text(m.language, 'reason.no order yet'),
		_abc.text(m.language, 'reason.not eligible', coalesce(m.eligible, '')),
		_abc.rule_reason(m),
		_abc.text(m.language, 'reason.one step at a time', coalesce(m.max_step, 0)::text),
		_abc.held_reason(m, 'promotion'), _abc.held_reason(m, 'demotion'),
		_abc.text(m.language, 'reason.no ' || cut),
		_abc.text(m.language, 'reason.no tier by the scheme'),
		_abc.text(m.language, 'reason.cut by the ' || cut));
END
$$;
COMMENT ON FUNCTION _abc.reasons(@extschema@.abc_model) IS 'part of abc_refresh: the reason of a decision';

-- Hysteresis: since which run and day the computed tier lies on this side of the settled one, and whether that
-- is not yet long enough.
CREATE FUNCTION _abc.hysteresis(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET intervalstyle = 'postgres'
AS $$
DECLARE
	not_yet constant text := ' OR $2 < x.since_day + %L::interval';
BEGIN
	IF m.promote_after = 1 AND m.demote_after = 1 AND m.max_step IS NULL
		AND m.promote_wait IS NULL AND m.demote_wait IS NULL
	THEN
		RETURN 'SELECT false AS dissents, NULL::bigint AS since_run, NULL::date AS since_day, false AS waits';
	END IF;
	RETURN replace(format($lateral$
		SELECT x.dissents, x.since_run, x.since_day,
			CASE WHEN {rank}(c.computed) < {rank}(c.was_settled) THEN $3 - x.since_run + 1 < %s%s
				ELSE $3 - x.since_run + 1 < %s%s END AS waits
		FROM (
			SELECT y.dissents, CASE WHEN y.same_side THEN c.was_dissent_run ELSE $3 END AS since_run,
				CASE WHEN y.same_side THEN c.was_dissent_since ELSE $2 END AS since_day
			FROM (
				SELECT coalesce(c.present AND c.was_present AND NOT $5
						AND {rank}(c.computed) <> {rank}(c.was_settled), false) AS dissents,
					c.was_dissent_run IS NOT NULL
						AND ({rank}(c.computed) < {rank}(c.was_settled))
						= ({rank}(c.was_computed) < {rank}(c.was_settled)) AS same_side) AS y) AS x$lateral$,
		m.promote_after, CASE WHEN m.promote_wait IS NOT NULL THEN format(not_yet, m.promote_wait) ELSE '' END,
		m.demote_after, CASE WHEN m.demote_wait IS NOT NULL THEN format(not_yet, m.demote_wait) ELSE '' END),
		'{rank}', '@extschema@.abc_rank');
END
$$;
COMMENT ON FUNCTION _abc.hysteresis(@extschema@.abc_model) IS 'part of abc_refresh: hysteresis';

-- The lifecycle of a row: by what is read, and by what was.  Without columns of orders whoever is in the source is
-- taken to be active.
CREATE FUNCTION _abc.lifecycle(m @extschema@.abc_model, read text, was text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET intervalstyle = 'postgres'
AS $$
BEGIN
	RETURN format($sql$@extschema@.abc_lifecycle(%1$sfirst_order, %1$slast_order, %2$s, $2,
			%4$L::interval, %5$L::interval, 3::double precision, %3$slifecycle, %3$slifecycle_since,
			'3 months'::interval, '1 year'::interval, 4::bigint)$sql$,
		read,
		CASE WHEN coalesce(m.first_order, m.last_order, m.orders) IS NULL THEN '1::bigint' ELSE read || 'orders' END,
		was, m.at_risk, m.lost);
END
$$;
COMMENT ON FUNCTION _abc.lifecycle(@extschema@.abc_model, text, text) IS 'part of abc_refresh: the lifecycle';

-- The treatment of a row: by tier (letter or name; who has none: unrated), and by the columns that the treatments share
-- with the model, where NULL stands for any; the row with the fewest NULLs wins.
CREATE FUNCTION _abc.treatments(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rel regclass := to_regclass(m.treatments);
	tier_names text[] := ARRAY(SELECT t.name FROM @extschema@.abc_tiers(m.scheme) AS t ORDER BY t.rank);
	shared_hold text;
	shared_null text;
	shown text;
BEGIN
	IF m.treatments IS NULL OR m.treatment_columns = '{}' THEN
		RETURN '';
	END IF;
	IF rel IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_table',
			MESSAGE = format('the treatments "%s" of model "%s" are not there', m.treatments, m.name),
			HINT = 'Make them again, or name others with abc_alter_model(..., treatments => ...).';
	END IF;
	SELECT string_agg(format(' AND (t.%1$I IS NULL OR t.%1$I::text = d.%2$s::text)', u.name, u.col), ''),
		string_agg(format('(t.%I IS NULL)::integer', u.name), ' + ')
	INTO shared_hold, shared_null
	FROM unnest(m.carried || m.key, m.carried_columns || m.key_columns) AS u (name, col)
	JOIN pg_attribute AS a ON a.attrelid = rel AND a.attname = u.name AND NOT a.attisdropped
	WHERE u.name <> ALL (m.treatment_columns);
	SELECT string_agg(format('t.%I::%s AS new_%s', u.name, u.type, u.col), ', ') INTO shown
	FROM unnest(m.carried, m.carried_types, m.carried_columns) AS u (name, type, col)
	WHERE u.name = ANY (m.treatment_columns);
	RETURN format($sql$
	LEFT JOIN LATERAL (
		SELECT %s FROM %s AS t
		WHERE t.tier::text IN (
			coalesce(d.tier::text, 'unrated'), coalesce((%L::text[])[@extschema@.abc_rank(d.tier)], %L))%s
		ORDER BY %s t.tier::text = d.tier::text, t::text LIMIT 1
	) AS g ON true$sql$,
		shown, rel, tier_names, _abc.text(m.language, 'unrated'), shared_hold, shared_null || ',');
END
$$;
COMMENT ON FUNCTION _abc.treatments(@extschema@.abc_model) IS 'part of abc_refresh: the treatment';

-- "(a, b) differs": columns of two rows compared, NULLs too; tiers by their ranks.  Amounts that are equal but
-- have another number of decimals differ: sums have as many as the amounts that were read.
CREATE FUNCTION _abc.differs(columns text[], a text, b text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN concat('(', (
		SELECT string_agg(
			format(
				CASE WHEN u.c IN ('computed', 'settled', 'tier', 'previous_tier', 'best_tier')
						THEN '@extschema@.abc_rank(%1$s%3$s) IS DISTINCT FROM @extschema@.abc_rank(%2$s%3$s)'
					WHEN u.c IN ('value', 'cut')
						THEN '%1$s%3$s IS DISTINCT FROM %2$s%3$s OR scale(%1$s%3$s) <> scale(%2$s%3$s)'
					ELSE '%1$s%3$s IS DISTINCT FROM %2$s%3$s' END,
				a, b, u.c),
			E'\n\t\tOR ' ORDER BY u.i)
		FROM unnest(columns) WITH ORDINALITY AS u (c, i)), ')');
END
$$;
COMMENT ON FUNCTION _abc.differs(text[], text, text) IS 'part of abc_refresh: whether a row has changed';

-- What decides and what is read: the columns that follow from them need not be compared.
CREATE FUNCTION _abc.compared_columns() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['value', 'cut', 'tier', 'computed', 'settled', 'partition', 'present', 'metrics', 'score', 'eligible',
	'conditions', 'first_order', 'last_order', 'orders', 'tier_name', 'decided_by', 'reason', 'decided_until',
	'lifecycle']::text[];
COMMENT ON FUNCTION _abc.compared_columns() IS 'part of abc_refresh: columns that make a row a changed one';

-- The columns that are read and are not the same in all rows by the definition.
CREATE FUNCTION _abc.varying_facts(m @extschema@.abc_model) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	constant text[] := array_remove(ARRAY[
		CASE WHEN m.partition_by = '{}' THEN 'partition' END,
		CASE WHEN m.metrics IS NULL THEN 'metrics' END,
		CASE WHEN m.metrics IS NULL THEN 'score' END,
		CASE WHEN m.metrics IS NULL THEN 'cut' END,
		CASE WHEN m.rule_kinds IS NULL THEN 'conditions' END,
		CASE WHEN m.first_order IS NULL THEN 'first_order' END,
		CASE WHEN m.last_order IS NULL THEN 'last_order' END,
		CASE WHEN m.orders IS NULL THEN 'orders' END], NULL);
BEGIN
	RETURN ARRAY(
		SELECT u.c FROM unnest(_abc.fact_columns(m)) WITH ORDINALITY AS u (c, i)
		WHERE u.c <> ALL (constant) ORDER BY u.i);
END
$$;
COMMENT ON FUNCTION _abc.varying_facts(@extschema@.abc_model) IS
	'part of abc_refresh: columns that are read, without those that the definition leaves empty';

-- Whether a row, r as read and w as it was, may come out otherwise than it was, where neither definition nor
-- treatments have changed.  What follows from the same facts by the same rules is the same.
CREATE FUNCTION _abc.may_differ(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format($sql$(r.present IS TRUE) <> (w.present IS TRUE) OR w.rewritten OR (r.present AND (%s
		OR @extschema@.abc_rank(a.computed) IS DISTINCT FROM @extschema@.abc_rank(w.computed)
		OR w.dissent_run IS NOT NULL OR w.decided_by = 'override' OR v.tier IS NOT NULL
		OR w.lifecycle <> %s))$sql$,
		_abc.differs(_abc.varying_facts(m), 'r.', 'w.'), _abc.lifecycle(m, 'r.', 'w.'));
END
$$;
COMMENT ON FUNCTION _abc.may_differ(@extschema@.abc_model) IS 'part of abc_refresh: who has to be decided anew';

-- again: whether the run is that of a day that is decided once more; only_s, only_b: conditions on the rows of
-- NAME_state and NAME_before that are decided, where not all are.
CREATE FUNCTION _abc.decide_places(
	m @extschema@.abc_model, again boolean, only_s text DEFAULT '', only_b text DEFAULT ''
) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own text[] := _abc.own_columns();
	kept text[] := array_remove(own, 'written_run');
	-- columns of attributes come from the source, those of treatments (t...) stay as they were, and are looked up
	attributes text[] := ARRAY(SELECT c FROM unnest(m.carried_columns) AS c WHERE c NOT LIKE 't%');
	treatments text := _abc.treatments(m);
	carried_now text;
	carried_then text;
	treated_differently text;
BEGIN
	SELECT string_agg(format(CASE WHEN c LIKE 't%' THEN 'w.%1$s AS %1$s, '
				ELSE 'CASE WHEN r.present THEN r.%1$s ELSE w.%1$s END AS %1$s, ' END, c), '' ORDER BY i),
		string_agg(format(CASE WHEN c LIKE 't%' THEN 'CASE WHEN d.present THEN d.new_%1$s ELSE d.%1$s END AS %1$s, '
				ELSE 'd.%s, ' END, c), '' ORDER BY i),
		string_agg(format(' OR (d.present AND d.new_%1$s IS DISTINCT FROM d.was_%1$s)', c), '')
			FILTER (WHERE c LIKE 't%')
	INTO carried_now, carried_then, treated_differently
	FROM unnest(m.carried_columns) WITH ORDINALITY AS u (c, i);
	RETURN jsonb_build_object(
		'only_s', only_s,
		'read_definition', _abc.read_definition(m),
		's_facts', _abc.listed(m.key_columns || _abc.fact_columns(m), 's'),
		'facts_differ', _abc.differs(_abc.fact_columns(m), 'c.', 's.'),
		'rank', '@extschema@.abc_rank', 'again', again::text, 'may_differ', 'true',
		'was_rewritten', CASE WHEN again THEN concat(_abc.fill(' AND s.written_run <> $3
	UNION ALL SELECT {b.state_columns}, true FROM {before} AS b WHERE true', m), only_b) ELSE '' END,
		'join_cut', 'LEFT JOIN cut AS c ON c.partition = r.partition', 'cutoffs', 'c.cutoffs',
		'the_partition', 'r.partition', 'group_by_partition', ' GROUP BY r.partition',
		'or_replace', _abc.fill('
	ON CONFLICT ({keys}) DO UPDATE SET ({other_columns}) = ROW ({excluded.other_columns})', m),
		'coalesced_keys', (
			SELECT string_agg(format('coalesce(r.%1$s, w.%1$s) AS %1$s', c), ', ') FROM unnest(m.key_columns) AS c),
		'carried_now', coalesce(carried_now, ''),
		'carried_then', coalesce(carried_then, ''),
		'was_columns', (
			SELECT string_agg(format('w.%1$s AS was_%1$s', c), ', ' ORDER BY i)
			FROM unnest(m.carried_columns || own) WITH ORDINALITY AS u (c, i)),
		'carried_and_own', _abc.listed(m.carried_columns || kept, 'c'),
		'and_not_dropped', CASE WHEN right(m.scheme::text, 15) = '; negative drop' THEN ' AND r.cut >= 0' ELSE '' END,
		'max_step', coalesce(m.max_step::text, 'NULL::integer'),
		'hysteresis', _abc.hysteresis(m),
		'ruled', _abc.ruled(m, coalesce(cardinality(m.rule_kinds), 0)),
		'last_tier_or', format('@extschema@.abc_better(%L::@extschema@.abc_tier, ',
			(SELECT max(t.tier) FROM @extschema@.abc_tiers(m.scheme) AS t)),
		'ruled_apart', CASE WHEN m.rule_kinds IS NULL THEN '' ELSE ' OFFSET 0' END,
		'lifecycle', _abc.lifecycle(m, 'd.', 'd.was_'),
		'reasons', _abc.reasons(m),
		'treatments', treatments,
		'treated', CASE WHEN treatments = '' THEN '' ELSE ', g.*' END,
		'treated_apart', CASE WHEN treatments = '' THEN '' ELSE ' OFFSET 0' END,
		'differs', concat(_abc.differs(attributes || _abc.compared_columns(), 'd.', 'd.was_'),
			treated_differently),
		'differs_from_today', _abc.differs(m.carried_columns || kept, 'c.', 't.'));
END
$$;
COMMENT ON FUNCTION _abc.decide_places(@extschema@.abc_model, boolean, text, text) IS
	'part of abc_refresh: what stands at the places of the statement that decides';
