--
-- Refresh
--

-- How many runs in a row, this one included, computed a tier on the same side
-- of the settled one.  Counted back through the history: run numbers rise by
-- one with every run that succeeded.  A version in which the settled tier
-- changed starts the count after itself.
CREATE FUNCTION _abc_streak_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	eq text := @extschema@._abc_equals(m.key_type);
BEGIN
	RETURN format('dissent AS (
	SELECT o.%1$I, o.settled, m.computed OPERATOR(@extschema@.<) o.settled AS better
	FROM present AS m JOIN open AS o ON m.%1$I %2$s o.%1$I
	WHERE m.computed OPERATOR(@extschema@.<>) o.settled
), walk AS (
	SELECT h.%1$I, h.run,
		bool_and(coalesce(h.settled OPERATOR(@extschema@.=) d.settled
			AND CASE WHEN d.better THEN h.computed OPERATOR(@extschema@.<) d.settled ELSE h.computed OPERATOR(@extschema@.>) d.settled END, false))
			OVER (PARTITION BY h.%1$I ORDER BY h.version DESC) AS in_streak,
		lag(h.settled) OVER (PARTITION BY h.%1$I ORDER BY h.version) IS DISTINCT FROM h.settled AS settled_here
	FROM %3$s AS h JOIN dissent AS d ON d.%1$I %2$s h.%1$I
), streak AS (
	SELECT w.%1$I, ($3 - min(w.run + w.settled_here::integer) + 1)::integer AS periods
	FROM walk AS w WHERE w.in_streak GROUP BY w.%1$I
)', m.key, eq, m.history_table);
END
$$;
COMMENT ON FUNCTION _abc_streak_sql(abc_model) IS 'part of abc_refresh: consecutive periods for hysteresis';

-- The tier after the first n rules, as an expression over m (the row) and a
-- tier to start from (after hysteresis).  Each step mentions the one before once.
CREATE FUNCTION _abc_ruled_sql(m abc_model, n integer, start text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	tier text := start;
	i integer;
BEGIN
	FOR i IN 1 .. least(n, coalesce(cardinality(m.rule_kinds), 0)) LOOP
		IF m.rule_kinds[i] = 'only_if' THEN
			tier := format('@extschema@.abc_worse(%s, CASE WHEN m.conditions[%s] THEN ''A'' ELSE %L END::@extschema@.abc_tier)',
				tier, i, chr(ascii(m.rule_tiers[i]) + 1));
		ELSE
			tier := format('CASE WHEN m.conditions[%s] AND m.eligible THEN %L::@extschema@.abc_tier ELSE %s END', i, m.rule_tiers[i], tier);
		END IF;
	END LOOP;
	RETURN tier;
END
$$;
COMMENT ON FUNCTION _abc_ruled_sql(abc_model, integer, text) IS 'part of abc_refresh: the tier after the first rules';

-- The reason given by the last rule that changed the tier.
CREATE FUNCTION _abc_rule_reason_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	reason text := 'CASE';
	i integer;
BEGIN
	FOR i IN REVERSE coalesce(cardinality(m.rule_kinds), 0) .. 1 LOOP
		reason := concat(reason, format(' WHEN %s THEN %L', @extschema@._abc_tiers_differ(
			@extschema@._abc_ruled_sql(m, i, 's.tier'), @extschema@._abc_ruled_sql(m, i - 1, 's.tier')), m.rule_reasons[i]));
	END LOOP;
	RETURN CASE WHEN reason = 'CASE' THEN 'NULL::text' ELSE reason || ' END' END;
END
$$;
COMMENT ON FUNCTION _abc_rule_reason_sql(abc_model) IS 'part of abc_refresh: the reason of the deciding rule';

-- The lifecycle of a row m, given the open version o.  Without columns of
-- orders whoever is in the source is taken to be active.
CREATE FUNCTION _abc_lifecycle_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET intervalstyle = 'postgres'
AS $$
BEGIN
	RETURN format('@extschema@.abc_lifecycle(m.first_order, m.last_order, %s, $2::date, %s, %s, 3::double precision, o.lifecycle, o.lifecycle_since,
		''3 months''::interval, ''1 year''::interval, 4::bigint)',
		CASE WHEN coalesce(m.first_order, m.last_order, m.orders) IS NULL THEN '1::bigint' ELSE 'm.orders' END,
		coalesce(quote_literal(m.at_risk::text), 'NULL') || '::interval', coalesce(quote_literal(m.lost::text), 'NULL') || '::interval');
END
$$;
COMMENT ON FUNCTION _abc_lifecycle_sql(abc_model) IS 'part of abc_refresh: the lifecycle';

-- The common table expressions that decide: "decided" has a row per customer,
-- with the tier after each step.  Parameters: $1 moment, $2 as_of, $3 run.
-- mode: refresh; standard (a refresh after the standard changed: hysteresis
-- starts afresh); override (between runs: what was computed stands).
-- This is the one step to replace for an incremental refresh.
CREATE FUNCTION _abc_decide_sql(m abc_model, mode text, only_key text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	eq text := @extschema@._abc_equals(m.key_type);
	hysteresis boolean := mode = 'refresh' AND (m.promote_after > 1 OR m.demote_after > 1 OR m.max_step IS NOT NULL);
	one text := CASE WHEN only_key IS NOT NULL THEN format(' AND x.%I %s %L::%s', m.key, eq, only_key, m.key_type) ELSE '' END;
	settled text := CASE WHEN mode = 'override' THEN 'o.settled'
		WHEN hysteresis THEN format('CASE WHEN m.computed OPERATOR(@extschema@.<>) o.settled
			THEN @extschema@.abc_next_tier(o.settled, m.computed, coalesce(t.periods, 1), %s, %s, %s) ELSE m.computed END',
			m.promote_after, m.demote_after, coalesce(m.max_step::text, 'NULL::integer'))
		ELSE 'm.computed' END;
	computed text := CASE WHEN mode = 'override' THEN 'o.computed' ELSE 'm.computed' END;
	ruled text := @extschema@._abc_ruled_sql(m, coalesce(cardinality(m.rule_kinds), 0), 's.tier');
BEGIN
	RETURN format('present AS (
	SELECT x.* FROM %1$s AS x WHERE x.%2$I IS NOT NULL%3$s
), open AS (
	SELECT x.* FROM %4$s AS x WHERE x.valid_to IS NULL%3$s
), overridden AS (
	SELECT DISTINCT ON (x.%2$I) x.%2$I, x.tier, x.reason, x.ends FROM %5$s AS x
	WHERE (x.begins IS NULL OR x.begins <= $1) AND (x.ends IS NULL OR x.ends > $1)%3$s
	ORDER BY x.%2$I, x.override_id DESC
), %6$s decided AS (
	SELECT coalesce(m.%2$I, o.%2$I) AS %2$I, m.%2$I IS NOT NULL AS present, o.version AS open_version,
		%7$s AS computed, s.tier AS settled, %8$s AS ruled,
		CASE WHEN m.%2$I IS NULL THEN NULL WHEN v.%2$I IS NOT NULL THEN v.tier ELSE %8$s END AS tier,
		CASE WHEN m.%2$I IS NULL THEN ''gone'' WHEN v.%2$I IS NOT NULL THEN ''override''
			WHEN NOT m.eligible THEN ''not eligible'' WHEN %9$s THEN ''rule'' WHEN %10$s THEN ''held''
			WHEN %7$s IS NULL THEN ''no value'' ELSE ''computed'' END AS decided_by,
		v.reason AS override_reason, v.ends AS decided_until, %11$s AS rule_reason,
		CASE WHEN m.%2$I IS NULL THEN ''lost'' ELSE %12$s END AS lifecycle,
		m.value, m.score',
		m.mv, m.key, one, m.history_table, m.override_table,
		CASE WHEN hysteresis THEN @extschema@._abc_streak_sql(m) || ',' END, computed, ruled,
		@extschema@._abc_tiers_differ(ruled, 's.tier'), @extschema@._abc_tiers_differ('s.tier', computed),
		@extschema@._abc_rule_reason_sql(m),
		CASE WHEN mode = 'override' THEN 'o.lifecycle' ELSE @extschema@._abc_lifecycle_sql(m) END)
	|| format(', %1$s
	FROM present AS m %2$s JOIN open AS o ON m.%3$I %4$s o.%3$I
	LEFT JOIN overridden AS v ON v.%3$I %4$s m.%3$I%5$s
	CROSS JOIN LATERAL (SELECT %6$s AS tier) AS s
)',
		@extschema@._abc_decide_carried_sql(m), CASE WHEN mode = 'override' THEN 'INNER' ELSE 'FULL' END, m.key, eq,
		CASE WHEN hysteresis THEN format(' LEFT JOIN streak AS t ON t.%1$I %2$s m.%1$I', m.key, eq) END, settled);
END
$$;
COMMENT ON FUNCTION _abc_decide_sql(abc_model, text, text) IS 'part of abc_refresh: the decisions';

-- What a version takes along from the row, or from the version before, and
-- the state before (was_...).
CREATE FUNCTION _abc_decide_carried_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN @extschema@._abc_each(m.partition_by || m.attributes,
			'CASE WHEN m.%2$I IS NULL THEN o.%1$I ELSE m.%1$I END AS %1$I, ', '', m.key)
		|| 'o.tier AS was_tier, o.computed AS was_computed, o.settled AS was_settled, o.decided_by AS was_decided_by,
		o.reason AS was_reason, o.decided_until AS was_decided_until, o.lifecycle AS was_lifecycle, o.tier_since AS was_tier_since,
		o.lifecycle_since AS was_lifecycle_since, o.previous_tier AS was_previous_tier,
		o.best_tier AS was_best_tier, o.best_tier_until AS was_best_tier_until, o.best_value AS was_best_value';
END
$$;
COMMENT ON FUNCTION _abc_decide_carried_sql(abc_model) IS 'part of abc_refresh: what a version takes along';

-- The reason that goes with decided_by.  It must not change from run to run.
CREATE FUNCTION _abc_reason_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('CASE d.decided_by WHEN ''gone'' THEN ''left the source'' WHEN ''override'' THEN d.override_reason
		WHEN ''not eligible'' THEN CASE WHEN d.lifecycle = ''potential'' THEN ''no order yet'' ELSE %L END WHEN ''rule'' THEN d.rule_reason
		WHEN ''held'' THEN CASE WHEN d.settled OPERATOR(@extschema@.>) d.computed
			THEN %L ELSE %L END
		WHEN ''no value'' THEN CASE WHEN d.%I IS NULL THEN %L ELSE %L END
		ELSE %L END',
		'does not meet: ' || m.eligible,
		concat('promotion takes effect after ', m.promote_after, ' refreshes in a row, ', coalesce('at most ' || m.max_step || ' step(s) at a time', 'any number of steps at a time')),
		concat('demotion takes effect after ', m.demote_after, ' refreshes in a row, ', coalesce('at most ' || m.max_step || ' step(s) at a time', 'any number of steps at a time')),
		@extschema@._abc_cut(m), 'no ' || @extschema@._abc_cut(m), 'the scheme gives this ' || @extschema@._abc_cut(m) || ' no tier',
		'cut by the ' || @extschema@._abc_cut(m));
END
$$;
COMMENT ON FUNCTION _abc_reason_sql(abc_model) IS 'part of abc_refresh: the reason of a decision';

-- Close the versions of those who changed and open new ones, in one statement.
-- The row is inserted only when all are closed: the count needs them all.
-- Parameters: $1 moment, $2 as_of, $3 run, $4 cause.
CREATE FUNCTION _abc_history_sql(m abc_model, mode text, only_key text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	carried text := @extschema@._abc_each(@extschema@._abc_carried(m), '%1$I');
BEGIN
	RETURN format('WITH %1$s, changed AS MATERIALIZED (
	SELECT d.*, %2$s AS reason, %3$s AS tier_changed,
		CASE WHEN d.tier IS NULL THEN d.was_best_tier WHEN d.was_best_tier IS NULL THEN d.tier
			ELSE @extschema@.abc_better(d.tier, d.was_best_tier) END AS best_tier
	FROM decided AS d
	WHERE d.open_version IS NULL OR %3$s OR %4$s OR %5$s OR d.lifecycle <> d.was_lifecycle OR d.decided_by <> d.was_decided_by
		OR (d.decided_by = ''rule'' AND d.rule_reason <> d.was_reason)
		OR (d.decided_by = ''override'' AND (d.override_reason <> d.was_reason OR d.decided_until IS DISTINCT FROM d.was_decided_until))
), closed AS (
	UPDATE %6$s AS h SET valid_to = $1 FROM changed AS c WHERE h.version = c.open_version RETURNING 1
)
INSERT INTO %6$s (%7$s, tier, computed, settled, decided_by, reason, decided_until, lifecycle, value, score,
	moved, from_tier, previous_tier, previous_lifecycle, cause, tier_since, lifecycle_since,
	best_tier, best_tier_until, best_value, run, valid_from)
SELECT %8$s, c.tier, c.computed, c.settled, c.decided_by, c.reason, c.decided_until, c.lifecycle, c.value, c.score,
	CASE WHEN c.open_version IS NULL THEN ''new''
		WHEN NOT c.present THEN CASE WHEN c.was_decided_by <> ''gone'' THEN ''gone'' END
		WHEN c.was_decided_by = ''gone'' THEN ''back'' WHEN NOT c.tier_changed THEN NULL
		WHEN c.tier IS NULL THEN ''down'' WHEN c.was_tier IS NULL OR c.tier OPERATOR(@extschema@.<) c.was_tier THEN ''up''
		ELSE ''down'' END,
	c.was_tier, CASE WHEN c.tier_changed THEN coalesce(c.was_tier, c.was_previous_tier) ELSE c.was_previous_tier END, c.was_lifecycle,
	CASE WHEN (c.decided_by = ''override'') <> (c.was_decided_by = ''override'') THEN ''override''
		WHEN c.open_version IS NULL THEN ''data'' ELSE $4 END,
	CASE WHEN c.open_version IS NULL OR c.tier_changed OR (c.was_decided_by = ''gone'') = c.present THEN $1 ELSE c.was_tier_since END,
	CASE WHEN c.lifecycle = c.was_lifecycle THEN c.was_lifecycle_since ELSE $2 END,
	c.best_tier, CASE WHEN c.best_tier IS NULL OR c.tier OPERATOR(@extschema@.=) c.best_tier THEN NULL
		ELSE coalesce(c.was_best_tier_until, $1) END,
	greatest(c.was_best_value, c.value), $3, $1
FROM changed AS c CROSS JOIN (SELECT count(*) FROM closed) AS all_closed',
		@extschema@._abc_decide_sql(m, mode, only_key), @extschema@._abc_reason_sql(m),
		@extschema@._abc_tiers_differ('d.tier', 'd.was_tier'), @extschema@._abc_tiers_differ('d.computed', 'd.was_computed'),
		@extschema@._abc_tiers_differ('d.settled', 'd.was_settled'), m.history_table, carried,
		@extschema@._abc_each(@extschema@._abc_carried(m), 'c.%1$I'));
END
$$;
COMMENT ON FUNCTION _abc_history_sql(abc_model, text, text) IS 'part of abc_refresh: the statement that writes history';

-- The row of a run, one per partition.  Parameters: $1 moment, $2 as_of,
-- $3 run, $4 started, $5 weights.
CREATE FUNCTION _abc_run_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parts text := @extschema@._abc_each(m.partition_by, '%1$I, ', '');
	grouped text := CASE WHEN m.partition_by <> '{}' THEN ' GROUP BY ' || @extschema@._abc_each(m.partition_by, 'x.%1$I') ELSE '' END;
	zeroed text := CASE WHEN @extschema@._abc_zeroes(m) THEN 'm.value < 0' ELSE 'false' END;
BEGIN
	RETURN format('INSERT INTO %1$s (run, %2$s as_of, moment, started, finished, customers, rated, total, cutoffs, scheme, weights,
	moved_up, moved_down, arrived, gone, set_to_zero, not_eligible, unrated, without_customer, source_total, revision, standard)
SELECT $3, %3$s $2, $1, $4, clock_timestamp(), coalesce(a.customers, 0), coalesce(a.rated, 0), coalesce(a.total, 0), a.cutoffs, %4$L, $5,
	coalesce(c.up, 0), coalesce(c.down, 0), coalesce(c.arrived, 0), coalesce(c.gone, 0),
	coalesce(a.set_to_zero, 0), coalesce(a.not_eligible, 0), coalesce(a.unrated, 0), coalesce(a.without_customer, 0),
	coalesce(a.source_total, 0), %5$s, %6$s
FROM (SELECT %7$s count(m.%8$I) AS customers, count(m.computed) AS rated,
		sum(m.value::numeric) FILTER (WHERE m.eligible AND m.value > 0) AS total,
		@extschema@.abc_cutoffs(m.%9$I, %10$s) FILTER (WHERE m.eligible) AS cutoffs,
		sum(m.value::numeric) FILTER (WHERE m.eligible AND m.computed IS NOT NULL AND %11$s) AS set_to_zero,
		sum(m.value::numeric) FILTER (WHERE NOT m.eligible AND m.%8$I IS NOT NULL) AS not_eligible,
		sum(m.value::numeric) FILTER (WHERE m.eligible AND m.computed IS NULL) AS unrated,
		sum(m.value::numeric) FILTER (WHERE m.%8$I IS NULL) AS without_customer,
		sum(m.value::numeric) AS source_total
	FROM %12$s AS m%13$s) AS a
FULL JOIN (SELECT %14$s count(*) FILTER (WHERE x.moved = ''up'') AS up, count(*) FILTER (WHERE x.moved = ''down'') AS down,
		count(*) FILTER (WHERE x.moved IN (''new'', ''back'')) AS arrived, count(*) FILTER (WHERE x.moved = ''gone'') AS gone
	FROM %15$s AS x WHERE x.run = $3%16$s) AS c ON %17$s',
		m.run_table, parts,
		@extschema@._abc_each(m.partition_by, 'CASE WHEN a.customers IS NULL THEN c.%1$I ELSE a.%1$I END, ', ''),
		m.scheme::text, m.revision, m.standard, @extschema@._abc_each(m.partition_by, 'm.%1$I, ', ''), m.key,
		@extschema@._abc_cut(m), @extschema@._abc_scheme_literal(m.scheme), zeroed, m.mv,
		CASE WHEN m.partition_by <> '{}' THEN ' GROUP BY ' || @extschema@._abc_each(m.partition_by, 'm.%1$I') ELSE '' END,
		@extschema@._abc_each(m.partition_by, 'x.%1$I, ', ''), m.history_table, grouped,
		@extschema@._abc_same_partition(m, 'a', 'c'));
END
$$;
COMMENT ON FUNCTION _abc_run_sql(abc_model) IS 'part of abc_refresh: the statement that writes the rows of the run';

-- Do values below zero weigh nothing?  Where the value itself is cut, under
-- share and fill.
CREATE FUNCTION _abc_zeroes(m abc_model) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN m.metrics IS NULL AND m.scheme::text ~ '^(share|fill)';
END
$$;
COMMENT ON FUNCTION _abc_zeroes(abc_model) IS 'whether negative values of a model are set to zero';

-- The trend: a row per partition and tier of the scheme (and for those without
-- a tier), in force after the run.  Counted by computed tier, which needs no
-- join, and corrected for the few whose tier in force is another.  The value is
-- that of customers with a computed tier: what others are worth is in NAME_run.
-- Parameters: $2 as_of, $3 run.
CREATE FUNCTION _abc_trend_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	amount text := CASE WHEN @extschema@._abc_zeroes(m) THEN 'greatest(m.value, 0)' ELSE 'm.value' END;
	same text := @extschema@._abc_same_partition(m, 'g', 'k');
BEGIN
	RETURN format('WITH held AS (
	SELECT %1$s m.tier, sum(m.customers)::bigint AS customers, coalesce(sum(m.value), 0) AS value FROM (
		SELECT %1$s m.computed AS tier, count(*) AS customers, sum(%2$s::numeric) FILTER (WHERE m.computed IS NOT NULL) AS value
		FROM %3$s AS m WHERE m.eligible GROUP BY %1$s m.computed
		UNION ALL
		SELECT %1$s s.tier, s.n, CASE WHEN m.computed IS NOT NULL THEN s.n * %2$s::numeric END
		FROM %4$s AS h JOIN %3$s AS m ON m.%5$I %6$s h.%5$I
		CROSS JOIN LATERAL (VALUES (h.tier, 1), (h.computed, CASE WHEN m.eligible THEN -1 ELSE 0 END)) AS s (tier, n)
		WHERE h.valid_to IS NULL AND %16$s) AS m
	GROUP BY %1$s m.tier
), moves AS (
	SELECT %7$s h.tier AS into_tier, h.from_tier AS out_tier, h.moved, count(*) AS n,
		count(*) FILTER (WHERE h.lifecycle = ''lost'' AND h.previous_lifecycle <> ''lost'') AS lost
	FROM %4$s AS h WHERE h.run = $3 AND (h.moved IS NOT NULL OR h.lifecycle = ''lost'') GROUP BY %7$s h.tier, h.from_tier, h.moved
), grid AS (
	SELECT DISTINCT %8$s r.run, t.tier FROM %9$s AS r
	CROSS JOIN (SELECT chr(64 + i)::@extschema@.abc_tier FROM generate_series(1, %10$s) AS i
		UNION SELECT k.tier FROM held AS k UNION SELECT k.into_tier FROM moves AS k UNION SELECT k.out_tier FROM moves AS k) AS t (tier)
	WHERE r.run = $3 AND r.error IS NULL
), counted AS (
	SELECT g.*, coalesce(k.customers, 0) AS customers, coalesce(k.value, 0) AS value,
		(SELECT coalesce(sum(k.n), 0) FROM moves AS k WHERE k.moved IS NOT NULL AND k.moved <> ''gone'' AND %11$s
			AND ARRAY[k.into_tier] = ARRAY[g.tier]) AS moved_in,
		(SELECT coalesce(sum(k.n), 0) FROM moves AS k WHERE k.moved IN (''up'', ''down'', ''gone'') AND %11$s
			AND ARRAY[k.out_tier] = ARRAY[g.tier]) AS moved_out,
		(SELECT coalesce(sum(k.lost), 0) FROM moves AS k WHERE %11$s AND ARRAY[k.out_tier] = ARRAY[g.tier]) AS lost
	FROM grid AS g LEFT JOIN held AS k ON ARRAY[k.tier] = ARRAY[g.tier] AND %11$s
)
INSERT INTO %12$s (run, as_of, %13$s tier, tier_name, customers, value, customers_share, value_share, moved_in, moved_out, lost)
SELECT $3, $2, %14$s c.tier, %15$s, c.customers, c.value,
	(c.customers / nullif(sum(c.customers) OVER w, 0))::double precision,
	(c.value / nullif(sum(c.value) OVER w, 0))::double precision,
	c.moved_in, c.moved_out, c.lost
FROM counted AS c
WHERE c.tier IS NOT NULL OR c.customers > 0 OR c.moved_in > 0 OR c.moved_out > 0 OR c.lost > 0
WINDOW w AS (PARTITION BY %14$s c.run)',
		@extschema@._abc_each(m.partition_by, 'm.%1$I, ', ''), amount, m.mv, m.history_table, m.key,
		@extschema@._abc_equals(m.key_type), @extschema@._abc_each(m.partition_by, 'h.%1$I, ', ''),
		@extschema@._abc_each(m.partition_by, 'r.%1$I, ', ''), m.run_table, @extschema@._abc_tier_count(m.scheme), same, m.trend_table,
		@extschema@._abc_each(m.partition_by, '%1$I, ', ''), @extschema@._abc_each(m.partition_by, 'c.%1$I, ', ''),
		@extschema@._abc_label_sql(m, 'c.tier'), @extschema@._abc_tiers_differ('h.tier', 'h.computed'));
END
$$;
COMMENT ON FUNCTION _abc_trend_sql(abc_model) IS 'part of abc_refresh: the statement that writes the trend';

-- What a run was made with, for NAME_run.
CREATE FUNCTION _abc_weights_text(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(concat_ws(' ', quote_ident(u.name), u.weight, u.method), ', ' ORDER BY u.i)
		FROM unnest(m.metrics, m.weights, m.methods) WITH ORDINALITY AS u (name, weight, method, i));
END
$$;
COMMENT ON FUNCTION _abc_weights_text(abc_model) IS 'part of abc_refresh: metrics, weights and methods as text';

-- The last run that succeeded; NULLs if there was none.
CREATE FUNCTION _abc_last_run(m abc_model, OUT run bigint, OUT as_of date, OUT moment timestamp with time zone,
	OUT started timestamp with time zone, OUT revision integer, OUT standard integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('SELECT r.run, r.as_of, r.moment, r.started, r.revision, r.standard FROM %s AS r WHERE r.error IS NULL ORDER BY r.run DESC LIMIT 1', m.run_table)
	INTO run, as_of, moment, started, revision, standard;
END
$$;
COMMENT ON FUNCTION _abc_last_run(abc_model) IS 'the last run of a model that succeeded';

-- Progress, for others to see in pg_stat_activity, where 63 bytes have room.
-- Ends with the transaction.
CREATE FUNCTION _abc_progress(m abc_model, step text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	says text := format('abc_refresh %s: %s', step, @extschema@._abc_name(m));
BEGIN
	PERFORM set_config('application_name', (SELECT left(says, max(i)) FROM generate_series(0, 63) AS i WHERE octet_length(left(says, i)) <= 63), true);
END
$$;
COMMENT ON FUNCTION _abc_progress(abc_model, text) IS 'part of abc_refresh: progress in application_name';

CREATE FUNCTION _abc_refresh_mv(mv regclass, concurrently boolean) RETURNS void
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_refresh_mv';
COMMENT ON FUNCTION _abc_refresh_mv(regclass, boolean) IS 'part of abc_refresh: REFRESH MATERIALIZED VIEW';

-- Read the source into the materialized view: readers go on reading.
CREATE FUNCTION _abc_read_source(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	says text;
	more text;
BEGIN
	PERFORM @extschema@._abc_refresh_mv(m.mv, (SELECT c.relispopulated FROM pg_class AS c WHERE c.oid = m.mv));
EXCEPTION WHEN unique_violation OR cardinality_violation THEN
	GET STACKED DIAGNOSTICS says = MESSAGE_TEXT, more = PG_EXCEPTION_DETAIL;
	RAISE EXCEPTION USING ERRCODE = 'unique_violation',
		MESSAGE = format('the source "%s" of model "%s" does not have one row per key', m.source, m.mv),
		DETAIL = concat_ws(E'\n', says, nullif(more, '')),
		HINT = format('SELECT * FROM @extschema@.abc_check(%L) counts the duplicates.', m.mv);
END
$$;
COMMENT ON FUNCTION _abc_read_source(abc_model) IS 'part of abc_refresh: read the source';

-- The moment from which the versions of a new run count, never before those
-- that are there: as_of where it was given, else now, after the lock.
CREATE FUNCTION _abc_run_moment(m abc_model, as_of date) RETURNS timestamp with time zone
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	last record := @extschema@._abc_last_run(m);
	since_last timestamp with time zone;
BEGIN
	IF as_of < last.as_of THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('cannot refresh model "%s" as of %s: its last run was as of %s', m.mv, to_char(as_of, 'YYYY-MM-DD'), to_char(last.as_of, 'YYYY-MM-DD')),
			HINT = 'History goes forward only. To fill in earlier months, make another model and refresh it from the first month on.';
	END IF;
	EXECUTE format('SELECT max(h.valid_from) FROM %s AS h WHERE h.run = $1', m.history_table) INTO since_last USING m.runs;
	RETURN greatest(coalesce(as_of::timestamp with time zone, clock_timestamp()), last.moment, since_last);
END
$$;
COMMENT ON FUNCTION _abc_run_moment(abc_model, date) IS 'part of abc_refresh: valid_from of the versions of a new run';

CREATE FUNCTION abc_refresh(model regclass, as_of date DEFAULT NULL) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_refresh(regclass, date) IS
'tier anew: reads the source, writes history, run and trend, and gives the number of the run. Readers are not blocked; on failure nothing is left. With as_of the source is asked as of that day (abc_as_of()), so that past months can be filled in, one after the other';

CREATE FUNCTION _abc_refresh(model regclass, as_of date) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off SET abc_tier.as_of = ''
AS $$
DECLARE
	application text := current_setting('application_name');
	m @extschema@.abc_model := @extschema@._abc_owned(model, 'refresh');
	last record;
	moment timestamp with time zone;
	started timestamp with time zone;
	day date;
	mode text;
	n bigint;
BEGIN
	m := @extschema@._abc_lock(m, 1);
	PERFORM @extschema@._abc_complete(m);
	started := clock_timestamp();
	last := @extschema@._abc_last_run(m);
	moment := @extschema@._abc_run_moment(m, as_of);
	day := coalesce(as_of, moment::date);
	mode := CASE WHEN m.standard <> last.standard THEN 'standard' ELSE 'refresh' END;
	PERFORM set_config('abc_tier.as_of', to_char(day, 'YYYY-MM-DD'), true);
	PERFORM @extschema@._abc_progress(m, '1/3 reading');
	PERFORM @extschema@._abc_read_source(m);
	PERFORM @extschema@._abc_progress(m, '2/3 comparing');
	EXECUTE @extschema@._abc_history_sql(m, mode, NULL)
	USING moment, day, m.runs, CASE WHEN m.revision <> last.revision THEN 'definition' ELSE 'data' END;
	PERFORM @extschema@._abc_progress(m, '3/3 recording');
	EXECUTE @extschema@._abc_run_sql(m) USING moment, day, m.runs, started, @extschema@._abc_weights_text(m);
	GET DIAGNOSTICS n = ROW_COUNT;
	IF n = 0 THEN
		EXECUTE format('INSERT INTO %s (run, as_of, moment, started, finished, customers, rated, total, scheme, weights, moved_up, moved_down,
			arrived, gone, set_to_zero, not_eligible, unrated, without_customer, source_total, revision, standard)
			VALUES ($3, $2, $1, $4, clock_timestamp(), 0, 0, 0, $6, $5, 0, 0, 0, 0, 0, 0, 0, 0, 0, $7, $8)', m.run_table)
		USING moment, day, m.runs, started, @extschema@._abc_weights_text(m), m.scheme::text, m.revision, m.standard;
	END IF;
	EXECUTE @extschema@._abc_trend_sql(m) USING moment, day, m.runs;
	PERFORM @extschema@._abc_notify(m);
	PERFORM set_config('application_name', application, true);
	RETURN m.runs;
END
$$;
COMMENT ON FUNCTION _abc_refresh(regclass, date) IS 'part of abc_refresh: as the owner';

-- Counts for listeners.  Any role may LISTEN: no keys, no names of customers.
CREATE FUNCTION _abc_notify(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	payload text;
BEGIN
	EXECUTE format('SELECT json_build_object(''model'', %L, ''run'', r.run, ''as_of'', min(r.as_of), ''customers'', sum(r.customers),
		''moved_up'', sum(r.moved_up), ''moved_down'', sum(r.moved_down), ''arrived'', sum(r.arrived), ''gone'', sum(r.gone))::text
		FROM %s AS r WHERE r.run = $1 AND r.error IS NULL GROUP BY r.run', m.mv, m.run_table)
	INTO payload USING m.runs;
	PERFORM pg_notify('abc_tier', payload);
END
$$;
COMMENT ON FUNCTION _abc_notify(abc_model) IS 'part of abc_refresh: NOTIFY abc_tier';

-- A failed run leaves a row that says why.  It does not use up a number.
CREATE FUNCTION _abc_record_failure(model regclass, started timestamp with time zone, message text) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION _abc_record_failure(regclass, timestamp with time zone, text) IS 'part of abc_refresh_all: record a failed run';

CREATE FUNCTION __abc_record_failure(model regclass, started timestamp with time zone, message text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_find(model);
BEGIN
	EXECUTE format('INSERT INTO %s (run, as_of, moment, started, finished, scheme, weights, revision, standard, error)
		VALUES ($1, CURRENT_DATE, $2, $2, clock_timestamp(), $3, $4, $5, $6, $7)', m.run_table)
	USING m.runs + 1, started, m.scheme::text, @extschema@._abc_weights_text(m), m.revision, m.standard, message;
END
$$;
COMMENT ON FUNCTION __abc_record_failure(regclass, timestamp with time zone, text) IS 'part of abc_record_failure: as the owner';

CREATE FUNCTION _abc_has_mv(definition regclass) RETURNS boolean
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION _abc_has_mv(regclass) IS 'part of abc_refresh_all: whether the materialized view of a model is there';

CREATE FUNCTION __abc_has_mv(definition regclass) RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	mv regclass;
BEGIN
	EXECUTE format('SELECT d.mv FROM %s AS d', definition) INTO mv;
	RETURN EXISTS (SELECT FROM pg_class AS c WHERE c.oid = mv);
END
$$;
COMMENT ON FUNCTION __abc_has_mv(regclass) IS 'part of abc_refresh_all: as the owner';

-- The models that the current user itself owns and whose materialized view is
-- still there.
CREATE FUNCTION _abc_own_models() RETURNS regclass[]
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	candidate regclass;
	result regclass[] := '{}';
BEGIN
	PERFORM @extschema@._abc_refuse_standby('refresh');
	FOR candidate IN
		SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE c.reloftype = '@extschema@.abc_model'::regtype AND c.relkind = 'r'
			AND c.relowner = (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = current_user)
		ORDER BY n.nspname, c.relname
	LOOP
		IF @extschema@._abc_has_mv(candidate) THEN
			result := result || candidate;
		ELSE
			RAISE WARNING USING MESSAGE = format('the materialized view of model "%s" was dropped: it is left out', candidate),
				HINT = format('SELECT @extschema@.abc_alter_model(%L) makes it again, SELECT @extschema@.abc_drop_model(%1$L) removes the rest.', candidate);
		END IF;
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc_own_models() IS 'part of abc_refresh_all: the models of the current user';

-- Refresh one model; the message if that failed, else NULL.
CREATE FUNCTION _abc_try_refresh(model regclass) RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	started timestamp with time zone := clock_timestamp();
	message text;
BEGIN
	PERFORM @extschema@.abc_refresh(model, NULL::date);
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	message := SQLERRM;
	BEGIN
		PERFORM @extschema@._abc_record_failure(model, started, message);
	EXCEPTION WHEN OTHERS THEN
		RAISE WARNING 'model "%": the failure could not be recorded: %', model, SQLERRM;
	END;
	RETURN message;
END
$$;
COMMENT ON FUNCTION _abc_try_refresh(regclass) IS 'part of abc_refresh_all: refresh one model, or record why not';

-- A procedure that commits cannot have a SET clause: search_path is set at the
-- start of every transaction, and until then every name is qualified.
CREATE PROCEDURE abc_refresh_all()
LANGUAGE plpgsql
AS $$
DECLARE
	models pg_catalog.regclass[];
	model pg_catalog.regclass;
	message pg_catalog.text;
	failed pg_catalog.text;
BEGIN
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	models := @extschema@._abc_own_models();
	COMMIT;
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	FOREACH model IN ARRAY models LOOP
		message := @extschema@._abc_try_refresh(model);
		IF message IS NOT NULL THEN
			failed := pg_catalog.concat_ws(E'\n', failed, pg_catalog.format('%s: %s', model, message));
		END IF;
		COMMIT;
		PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	END LOOP;
	IF failed IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'triggered_action_exception',
			MESSAGE = 'some models could not be refreshed', DETAIL = failed,
			HINT = 'The others are refreshed. The column error of NAME_run keeps the messages.';
	END IF;
END
$$;
COMMENT ON PROCEDURE abc_refresh_all() IS
'refresh every model that the current user owns itself, each in a transaction of its own; failures are recorded in NAME_run, and raised at the end. For pg_cron and cron: one statement, no superuser';
