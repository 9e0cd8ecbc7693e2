--
-- Deciding: the statement of a refresh
--
-- Parameters: $1 the definition, $2 the day, $3 the number of the run, $4 the cause that changes have (data or
-- definition), $5 whether the standard changed, so that hysteresis does not hold, $6 when reading began.
--
--	read		the rows of the source
--	cut			the cut-offs of each partition, and the sums that the report needs
--	was			what was in force when the day began: a day that is run again starts from there, too
--	today		what an earlier run of this day has written
--	overridden	who has a tier by hand on this day
--	computed	who is or was there and may come out otherwise than he is, and the tier by the cut-offs
--	settled		the tier after hysteresis
--	ruled		the tier after the rules
--	decided		the tier in force and why, lifecycle
--	named		the same in words, and the treatment
--	complete	the row as it will be, beside the row as it was
--	changed		the rows that differ from what is there
--
-- and then what is written: before, version, state, change, run; of a day that is run again, what its earlier run
-- wrote and no longer holds is taken away (vanished, taken_back).
--
-- OFFSET 0 keeps steps apart: the planner would write the expressions of one into every place of the next,
-- and so on, which grows with a power of the steps.  A step that only hands on what it gets is not kept apart:
-- each time that a hundred columns are handed on shows.
--

CREATE FUNCTION _abc.decide_text() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $decide$
WITH read AS MATERIALIZED (
	{facts}
), cut AS MATERIALIZED (
	{cut}
), was AS (
	SELECT {s.state_columns}, false AS rewritten FROM {state} AS s WHERE true{only_s}{was_rewritten}
), today AS (
	SELECT {s.state_columns} FROM {state} AS s WHERE {again} AND s.written_run = $3{only_s}
), overridden AS (
	SELECT DISTINCT ON ({v.keys}) {v.keys}, v.tier, v.reason, v.ends FROM {override} AS v
	WHERE v.begins <= $2 AND (v.ends IS NULL OR v.ends > $2) ORDER BY {v.keys}, v.override_id DESC
), computed AS (
	SELECT {coalesced_keys}, r.present IS TRUE AS present, w.first_run IS NOT NULL AS known,
		CASE WHEN r.present THEN r.partition ELSE w.partition END AS partition, {carried_now}
		r.value, r.metrics, r.score, r.cut, r.eligible IS TRUE AS eligible, r.conditions,
		CASE WHEN r.present THEN r.first_order ELSE w.first_order END AS first_order,
		CASE WHEN r.present THEN r.last_order ELSE w.last_order END AS last_order,
		CASE WHEN r.present THEN r.orders ELSE w.orders END AS orders,
		a.computed,
		v.tier IS NOT NULL AS overridden, v.tier AS override_tier, v.reason AS override_reason, v.ends AS override_ends,
		{was_columns}
	FROM (SELECT x.*, true AS present FROM read AS x WHERE {x.keyed}) AS r
	FULL JOIN was AS w ON {same r w}
	{join_cut}
	LEFT JOIN overridden AS v ON {same v r}
	CROSS JOIN LATERAL (
		SELECT CASE WHEN r.eligible{and_not_dropped} THEN @extschema@.abc_assign(r.cut, {cutoffs}) END AS computed
	) AS a
	WHERE {may_differ}
), settled AS (
	SELECT c.*, h.dissents, h.since_run, h.since_day, h.waits,
		CASE WHEN NOT h.dissents THEN c.computed WHEN h.waits THEN c.was_settled
			ELSE @extschema@.abc_next_tier(c.was_settled, c.computed, 1, 1, 1, {max_step}) END AS settled
	FROM computed AS c CROSS JOIN LATERAL ({hysteresis}) AS h OFFSET 0
), ruled AS (
	SELECT d.*, {ruled} AS ruled FROM settled AS d{ruled_apart}
), decided AS (
	SELECT d.*,
		CASE WHEN NOT d.present THEN NULL WHEN d.overridden THEN {last_tier_or}d.override_tier) ELSE d.ruled END
			AS tier,
		CASE WHEN NOT d.present THEN 'gone' WHEN d.overridden THEN 'override' WHEN NOT d.eligible THEN 'not eligible'
			WHEN {rank}(d.ruled) IS DISTINCT FROM {rank}(d.settled) THEN 'rule'
			WHEN {rank}(d.settled) IS DISTINCT FROM {rank}(d.computed) THEN 'held'
			WHEN d.computed IS NULL THEN 'no value' ELSE 'computed' END AS decided_by,
		CASE WHEN NOT d.present THEN 'lost' ELSE {lifecycle} END AS lifecycle
	FROM ruled AS d OFFSET 0
), named AS (
	SELECT d.*, {rank}(d.tier) IS DISTINCT FROM {rank}(d.was_tier) AS tier_differs,
		coalesce(({tier_names})[{rank}(d.tier)], {unrated}) AS tier_name,
		CASE d.decided_by {reasons} END AS reason,
		CASE WHEN d.decided_by = 'override' THEN d.override_ends END AS decided_until{treated}
	FROM decided AS d{treatments}{treated_apart}
), complete AS (
	SELECT {d.keys}, d.known, n.opens, m.moved AS moved_now, d.partition, {carried_then} d.present,
		d.value, d.metrics, d.score, d.cut, d.eligible, d.conditions, d.first_order, d.last_order, d.orders,
		d.computed, d.settled, d.tier, d.tier_name, d.decided_by, d.reason, d.decided_until,
		n.dissent_run,
		CASE WHEN d.dissents AND d.waits THEN d.since_day
			WHEN d.dissents AND {rank}(d.settled) <> {rank}(d.computed) THEN $2 END AS dissent_since,
		d.lifecycle, CASE WHEN d.lifecycle = d.was_lifecycle THEN d.was_lifecycle_since ELSE $2 END AS lifecycle_since,
		CASE WHEN NOT d.known OR d.tier_differs OR d.present <> d.was_present THEN $2 ELSE d.was_tier_since END
			AS tier_since,
		CASE WHEN d.tier_differs AND d.was_tier IS NOT NULL THEN d.was_tier ELSE d.was_previous_tier END
			AS previous_tier,
		CASE WHEN d.tier_differs AND d.was_tier IS NOT NULL THEN d.was_tier_name ELSE d.was_previous_name END
			AS previous_name,
		CASE WHEN m.moved IS NOT NULL THEN m.moved ELSE d.was_moved END AS moved,
		CASE WHEN m.moved IS NOT NULL THEN $3 ELSE d.was_moved_run END AS moved_run,
		CASE WHEN d.value IS DISTINCT FROM d.was_value THEN d.was_value ELSE d.was_value_before END AS value_before,
		CASE WHEN d.value IS DISTINCT FROM d.was_value OR NOT d.known THEN $3 ELSE d.was_value_run END AS value_run,
		b.best AS best_tier,
		CASE WHEN {rank}(d.tier) = {rank}(b.best) THEN d.tier_name ELSE d.was_best_name END AS best_name,
		CASE WHEN b.best IS NULL OR {rank}(d.tier) = {rank}(b.best) THEN NULL
			ELSE coalesce(d.was_best_tier_until, $2) END AS best_tier_until,
		greatest(d.was_best_value, d.value) AS best_value,
		CASE WHEN n.opens THEN $2 ELSE d.was_version_from END AS version_from,
		CASE WHEN NOT n.opens THEN d.was_cause WHEN NOT d.known THEN 'data'
			WHEN (d.decided_by = 'override') <> (d.was_decided_by = 'override') THEN 'override' ELSE $4 END AS cause,
		coalesce(d.was_first_run, $3) AS first_run,
		n.dissent_run IS DISTINCT FROM d.was_dissent_run OR {differs} AS differs,
		d.was_partition, d.was_present, d.was_computed, d.was_settled, d.was_tier, d.was_tier_name,
		d.was_decided_by, d.was_reason, d.was_decided_until, d.was_lifecycle, d.was_value, d.was_score,
		d.was_cause, d.was_version_from
	FROM named AS d
	CROSS JOIN LATERAL (SELECT CASE WHEN NOT d.known THEN 'new'
		WHEN d.present <> d.was_present THEN CASE WHEN d.present THEN 'back' ELSE 'gone' END
		WHEN NOT d.tier_differs THEN NULL
		WHEN d.was_tier IS NULL OR {rank}(d.tier) < {rank}(d.was_tier) THEN 'up' ELSE 'down' END AS moved) AS m
	CROSS JOIN LATERAL (SELECT CASE WHEN {rank}(d.tier) < {rank}(d.was_best_tier) OR d.was_best_tier IS NULL THEN d.tier
		ELSE d.was_best_tier END AS best) AS b
	CROSS JOIN LATERAL (SELECT
		CASE WHEN d.dissents AND d.waits THEN d.since_run
			WHEN d.dissents AND {rank}(d.settled) <> {rank}(d.computed) THEN $3 + 1 END AS dissent_run,
		NOT d.known OR d.tier_differs OR {rank}(d.computed) IS DISTINCT FROM {rank}(d.was_computed)
			OR d.lifecycle <> d.was_lifecycle OR d.partition <> d.was_partition OR d.decided_by <> d.was_decided_by
			OR (d.decided_by IN ('rule', 'override') AND d.reason IS DISTINCT FROM d.was_reason)
			OR d.decided_until IS DISTINCT FROM d.was_decided_until AS opens) AS n OFFSET 0
), changed AS MATERIALIZED (
	SELECT c.*, c.known AND coalesce(t.present, c.was_present) AND NOT c.present AS goes
	FROM complete AS c LEFT JOIN today AS t ON {same t c}
	WHERE CASE WHEN t.first_run IS NOT NULL THEN {differs_from_today} ELSE NOT c.known OR c.differs END
), before AS (
	INSERT INTO {before} ({state_columns})
	SELECT {s.state_columns} FROM changed AS c
	CROSS JOIN LATERAL (SELECT s.* FROM {state} AS s WHERE {same s c} OFFSET 0) AS s
	WHERE c.known AND s.written_run <> $3
), version AS (
	INSERT INTO {version} AS v ({keys}, partition, computed, settled, tier, tier_name,
		decided_by, reason, decided_until, lifecycle, value, score, cause, valid_from, valid_to, closed_run)
	SELECT {c.keys}, c.was_partition, c.was_computed, c.was_settled, c.was_tier, c.was_tier_name,
		c.was_decided_by, c.was_reason, c.was_decided_until, c.was_lifecycle, c.was_value, c.was_score, c.was_cause,
		c.was_version_from, $2, $3
	FROM changed AS c WHERE c.known AND c.opens
	ON CONFLICT ({keys}, valid_from) DO NOTHING
), state AS (
	INSERT INTO {state} ({state_columns})
	SELECT {c.keys}, {c.carried_and_own}, $3 FROM changed AS c{or_replace}
), vanished AS (
	-- who came on this day, and is not in what was read when the day was run again, never came
	DELETE FROM {state} AS s
	WHERE {again} AND s.first_run = $3 AND NOT EXISTS (SELECT FROM read AS r WHERE {same r s}){only_s}
	RETURNING s.*
){sums_of}, told AS (
	-- what an earlier run of this day told of those who are decided anew
	SELECT o.*, coalesce(c.moved_now IS NOT DISTINCT FROM o.moved
			AND {rank}(c.tier) IS NOT DISTINCT FROM {rank}(o.to_tier) AND c.tier_name = o.to_name
			AND c.lifecycle = o.lifecycle AND c.decided_by = o.decided_by
			AND c.reason IS NOT DISTINCT FROM o.reason AND c.cause = o.cause
			AND c.value IS NOT DISTINCT FROM o.value AND c.score IS NOT DISTINCT FROM o.score
			AND c.partition = o.partition
			AND (c.moved_now IS NOT NULL OR c.lifecycle <> c.was_lifecycle), false) AS stands
	FROM {change} AS o
	LEFT JOIN changed AS c ON {same c o}
	LEFT JOIN vanished AS g ON {same g o}
	WHERE {again} AND o.run = $3 AND o.in_force AND (c.first_run IS NOT NULL OR g.k1 IS NOT NULL)
), taken_back AS (
	UPDATE {change} AS o SET in_force = false FROM told AS t WHERE o.number = t.number AND NOT t.stands
), change AS (
	INSERT INTO {change} (run, as_of, {keys}, partition, moved, from_tier, from_name, to_tier, to_name,
		previous_lifecycle, lifecycle, decided_by, reason, cause, value_before, value, score, takes_back, in_force)
	SELECT * FROM (
		SELECT $3, $2, {t.keys}, t.partition, 'taken back', t.to_tier, t.to_name, t.from_tier, t.from_name,
			t.lifecycle, coalesce(t.previous_lifecycle, t.lifecycle), t.decided_by, t.reason, t.cause,
			t.value, t.value_before, t.score, t.number, false
		FROM told AS t WHERE NOT t.stands
		UNION ALL
		SELECT $3, $2, {c.keys}, c.partition, c.moved_now, c.was_tier, c.was_tier_name, c.tier, c.tier_name,
			c.was_lifecycle, c.lifecycle, c.decided_by, c.reason, c.cause,
			c.was_value, c.value, c.score, NULL, true
		FROM changed AS c
		WHERE $3 > 1 AND (c.moved_now IS NOT NULL OR c.lifecycle <> c.was_lifecycle)
			AND NOT EXISTS (SELECT FROM told AS t WHERE t.stands AND {same t c})
	) AS n (run, as_of, {keys}, partition, moved, from_tier, from_name, to_tier, to_name,
		previous_lifecycle, lifecycle, decided_by, reason, cause, value_before, value, score, takes_back, in_force)
	ORDER BY n.takes_back NULLS LAST, {n.keys}
), run AS (
	INSERT INTO {run} (run, as_of, partition, partition_by, scheme, began, cutoffs,
		source_rows, source_total, without_customer)
	SELECT $3, $2, c.partition, ($1).partitions, ($1).scheme::text, $6, c.cutoffs,
		c.source_rows, c.source_total, c.without_customer
	FROM cut AS c
	ON CONFLICT (run, partition) DO NOTHING
)
SELECT (SELECT sum(c.source_rows) FROM cut AS c) AS rows_read, (SELECT sum(c.customers) FROM cut AS c) AS customers,
	count(*) FILTER (WHERE c.goes) AS gone,
	{healed} AS healed
FROM changed AS c
$decide$::text;
COMMENT ON FUNCTION _abc.decide_text() IS 'the statement of a refresh, with named places';

-- The facts and the cut-offs: of the source, read now; of the rows that a refresh by changed keys decides, in
-- NAME_read; or, to decide one customer anew, of the last run.
CREATE FUNCTION _abc.facts_text(facts text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE facts
	WHEN 'source' THEN 'SELECT r.* FROM _abc.read($1) AS r ({read_definition})'
	WHEN 'read' THEN 'SELECT {s_facts} FROM {reading} AS s WHERE s.present'
	ELSE 'SELECT {s.keys}, s.partition, {s.carried}s.value, s.metrics, s.score, s.cut, s.eligible, s.conditions,
		s.first_order, s.last_order, s.orders
	FROM {state} AS s WHERE s.present{only_s}' END;
COMMENT ON FUNCTION _abc.facts_text(text) IS 'part of abc_refresh: the facts';

CREATE FUNCTION _abc.cut_text(facts text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE facts
	WHEN 'source' THEN
	'SELECT {the_partition} AS partition, _abc.cutoffs(r.cut, {scheme}) FILTER (WHERE r.eligible) AS cutoffs,
		count(*) AS source_rows, count(*) FILTER (WHERE {r.keyed}) AS customers,
		sum(r.value) AS source_total, sum(r.value) FILTER (WHERE NOT ({r.keyed})) AS without_customer
	FROM read AS r{group_by_partition}'
	WHEN 'read' THEN
	'SELECT t.partition, t.cutoffs, NULL::bigint AS source_rows, NULL::bigint AS customers,
		NULL::numeric AS source_total, NULL::numeric AS without_customer
	FROM {summary} AS t'
	ELSE
	'SELECT r.partition, r.cutoffs, r.source_rows, r.customers, r.source_total, r.without_customer
	FROM {run} AS r WHERE r.run = $3' END;
COMMENT ON FUNCTION _abc.cut_text(text) IS 'part of abc_refresh: the cut-offs';

-- What a full refresh finds changed though its key was not among those that may have.
CREATE FUNCTION _abc.healed_text() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '(SELECT count(*) FROM changed AS c LEFT JOIN {state} AS s ON {same s c}
		WHERE (s.present IS DISTINCT FROM c.present OR {facts_differ})
			AND NOT EXISTS (SELECT FROM {reading} AS k WHERE {same k c}))';
COMMENT ON FUNCTION _abc.healed_text() IS 'part of abc_refresh: rows that were not as the source has them';

-- Over which facts: source, read or state; and whether the sums of the model are kept.
CREATE FUNCTION _abc.decide_sql(facts text, keeps_sums boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
	_abc.decide_text(),
	'{facts}', _abc.facts_text(facts)),
	'{cut}', _abc.cut_text(facts)),
	'{sums_of}', CASE WHEN keeps_sums THEN _abc.sums_of(facts) ELSE '' END),
	'{healed}', CASE WHEN keeps_sums AND facts = 'source' THEN _abc.healed_text() ELSE 'NULL::bigint' END);
COMMENT ON FUNCTION _abc.decide_sql(text, boolean) IS
	'the statement that decides: over the source, over the rows of NAME_read, or over what the last run read';
