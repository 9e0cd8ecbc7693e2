--
-- Recording: the figures of a run
--
-- Parameters: $1 the number of the run, $2 the day, $3 the definition, $4 when it began, $5 whether the whole source
-- was read, $6 how many rows, $7 whether it was forced, $8 weights as text.
--
--	moved		how many were written by the run, by where they were and are: see _abc.moved_text
--	lines		customers and sums by partition and tier; 0 stands for no tier: see _abc.lines_text
--	entered		who came into a partition and tier; left_: who left it
--	arrivals	who came into a partition; departures: who left it
--	grid		every partition with every tier
--	summed		a row per partition, by its number: arrays of text are slow to sort
--	figures		a row per partition
--

CREATE FUNCTION _abc.record_text() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $record$
WITH lines AS ({lines}
), moved AS MATERIALIZED ({moved}
), entered AS (
	SELECT m.partition, m.tier, sum(m.n)::bigint AS n FROM moved AS m
	WHERE m.present AND NOT (m.was_present AND m.was_partition = m.partition AND m.was_tier = m.tier) GROUP BY 1, 2
), left_ AS (
	SELECT m.was_partition AS partition, m.was_tier AS tier,
		sum(m.n) FILTER (WHERE NOT (m.present AND m.was_partition = m.partition AND m.was_tier = m.tier))::bigint AS n,
		sum(m.n) FILTER (WHERE m.lost)::bigint AS lost, max(m.was_name) AS name
	FROM moved AS m WHERE m.was_present GROUP BY 1, 2
), arrivals AS (
	SELECT m.partition,
		sum(m.n) FILTER (WHERE m.present AND NOT (m.was_present AND m.was_partition = m.partition))::bigint AS arrived,
		sum(m.n) FILTER (WHERE m.moved = 'up')::bigint AS up, sum(m.n) FILTER (WHERE m.moved = 'down')::bigint AS down
	FROM moved AS m GROUP BY 1
), departures AS (
	SELECT m.was_partition AS partition, sum(m.n)::bigint AS gone, sum(m.was_value) AS value FROM moved AS m
	WHERE m.was_present AND NOT (m.present AND m.was_partition = m.partition) GROUP BY 1
), found AS (
	SELECT r.partition FROM {run} AS r WHERE r.run = $1 UNION SELECT l.partition FROM lines AS l
	UNION SELECT l.partition FROM left_ AS l
), partitions AS (
	SELECT row_number() OVER () AS number, f.partition FROM (
		SELECT f.partition FROM found AS f
		UNION ALL SELECT '{}'::text[] WHERE NOT EXISTS (SELECT FROM found AS f)
	) AS f
), tiers AS (
	SELECT t.i AS tier, {rank_to_tier}(t.i::integer) AS letter, coalesce(({tier_names})[t.i], o.name) AS name
	FROM generate_series(1, greatest({tier_count},
		(SELECT max(l.tier) FROM left_ AS l), (SELECT max(l.tier) FROM lines AS l))) AS t (i)
	LEFT JOIN (SELECT l.tier, max(l.name) AS name FROM left_ AS l GROUP BY 1) AS o ON o.tier = t.i
	UNION ALL SELECT 0, NULL, {unrated}
), grid AS (
	-- in the order of the arrays: who has no tier stands last
	SELECT p.number, t.tier, t.letter, coalesce(t.name, t.letter::text) AS name,
		l.value, l.below_zero, l.not_eligible_customers, l.not_eligible, l.unrated_customers, l.unrated,
		coalesce(l.customers, 0) AS customers, coalesce(l.value, 0) AS tier_value, coalesce(l.weight, 0) AS weight,
		coalesce(e.n, 0) AS entered, coalesce(x.n, 0) AS gone_out, coalesce(x.lost, 0) AS lost
	FROM partitions AS p CROSS JOIN tiers AS t
	LEFT JOIN lines AS l ON l.partition = p.partition AND l.tier = t.tier
	LEFT JOIN entered AS e ON e.partition = p.partition AND e.tier = t.tier
	LEFT JOIN left_ AS x ON x.partition = p.partition AND x.tier = t.tier
	ORDER BY p.number, t.tier = 0, t.tier
), summed AS (
	SELECT g.number, sum(g.customers)::bigint AS customers,
		coalesce(sum(g.customers) FILTER (WHERE g.tier > 0), 0)::bigint AS rated,
		coalesce(sum(g.weight) FILTER (WHERE g.tier > 0), 0) AS total,
		coalesce(sum(g.value) FILTER (WHERE g.tier > 0), 0) AS value,
		coalesce(sum(g.below_zero) FILTER (WHERE g.tier > 0), 0) AS below_zero,
		coalesce(sum(g.not_eligible_customers), 0)::bigint AS not_eligible_customers,
		coalesce(sum(g.not_eligible), 0) AS not_eligible,
		coalesce(sum(g.unrated_customers), 0)::bigint AS unrated_customers, coalesce(sum(g.unrated), 0) AS unrated,
		array_agg(g.letter) AS tiers, array_agg(g.name) AS tier_names, array_agg(g.customers) AS tier_customers,
		array_agg(g.tier_value) AS tier_values, array_agg(g.weight) AS tier_weights,
		array_agg(g.entered) AS tier_in, array_agg(g.gone_out) AS tier_out, array_agg(g.lost) AS tier_lost
	FROM grid AS g GROUP BY g.number
), figures AS (
	SELECT p.partition, s.* FROM summed AS s JOIN partitions AS p ON p.number = s.number
)
INSERT INTO {run} AS r (run, as_of, partition, partition_by, scheme, weights,
	began, finished, full_read, forced, rows_read, customers, rated, total, value,
	moved_up, moved_down, arrived, gone, gone_value,
	below_zero, not_eligible_customers, not_eligible, unrated_customers, unrated,
	without_customer, source_rows, source_total,
	tiers, tier_names, tier_customers, tier_values, tier_weights, tier_in, tier_out, tier_lost,
	revision, standard)
SELECT $1, $2, f.partition, ($3).partitions, ($3).scheme::text, $8,
	$4, clock_timestamp(), $5, $7, $6, f.customers, f.rated, f.total, f.value,
	coalesce(a.up, 0), coalesce(a.down, 0), coalesce(a.arrived, 0), coalesce(d.gone, 0), coalesce(d.value, 0),
	f.below_zero, f.not_eligible_customers, f.not_eligible, f.unrated_customers, f.unrated,
	0, 0, 0,
	f.tiers, f.tier_names, f.tier_customers, f.tier_values, f.tier_weights, f.tier_in, f.tier_out, f.tier_lost,
	($3).revision, ($3).standard
FROM figures AS f
LEFT JOIN arrivals AS a ON a.partition = f.partition
LEFT JOIN departures AS d ON d.partition = f.partition
ON CONFLICT (run, partition) DO UPDATE SET (weights,
		finished, full_read, forced, rows_read, customers, rated, total, value,
		moved_up, moved_down, arrived, gone, gone_value,
		below_zero, not_eligible_customers, not_eligible, unrated_customers, unrated,
		without_customer, source_total,
		tiers, tier_names, tier_customers, tier_values, tier_weights, tier_in, tier_out, tier_lost,
		revision, standard, error)
	= ROW (excluded.weights,
		excluded.finished, excluded.full_read, excluded.forced, excluded.rows_read,
		excluded.customers, excluded.rated, excluded.total, excluded.value,
		excluded.moved_up, excluded.moved_down, excluded.arrived, excluded.gone, excluded.gone_value,
		excluded.below_zero, excluded.not_eligible_customers, excluded.not_eligible,
		excluded.unrated_customers, excluded.unrated,
		coalesce(r.without_customer, 0), coalesce(r.source_total, 0),
		excluded.tiers, excluded.tier_names, excluded.tier_customers, excluded.tier_values, excluded.tier_weights,
		excluded.tier_in, excluded.tier_out, excluded.tier_lost,
		excluded.revision, excluded.standard, NULL)
$record$::text;
COMMENT ON FUNCTION _abc.record_text() IS 'the statement that writes the figures of a run, with named places';

-- How many rows the run has written, by where they were and are.  In a first run everybody is new.
CREATE FUNCTION _abc.moved_text(is_first boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN is_first THEN $$
	SELECT true AS present, l.partition, l.tier, 'new'::text AS moved,
		false AS was_present, NULL::text[] AS was_partition, 0 AS was_tier, NULL::text AS was_name,
		false AS lost, l.customers AS n, NULL::numeric AS was_value
	FROM lines AS l$$
ELSE $$
	SELECT s.present, s.partition, coalesce({rank}(s.tier), 0) AS tier,
		CASE WHEN s.moved_run = $1 THEN s.moved END AS moved,
		coalesce(b.present, false) AS was_present, b.partition AS was_partition,
		coalesce({rank}(b.tier), 0) AS was_tier, b.tier_name AS was_name,
		s.lifecycle = 'lost' AND b.lifecycle <> 'lost' AS lost, count(*) AS n, sum(b.value) AS was_value
	FROM {state} AS s LEFT JOIN {before} AS b ON {same b s}
	WHERE s.written_run = $1 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9$$ END;
COMMENT ON FUNCTION _abc.moved_text(boolean) IS 'part of abc_refresh: who was written by a run';

-- What a run was made with, for NAME_run.
CREATE FUNCTION _abc.weights_text(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(concat_ws(' ', quote_ident(u.name), u.weight, u.method), ', ' ORDER BY u.i)
		FROM unnest(m.metrics, m.weights, m.methods) WITH ORDINALITY AS u (name, weight, method, i));
END
$$;
COMMENT ON FUNCTION _abc.weights_text(@extschema@.abc_model) IS
	'part of abc_refresh: metrics, weights and methods as text';

-- Write the figures of the last run anew, whatever made them change.
CREATE FUNCTION _abc.record(
	m @extschema@.abc_model, day date, run bigint, began timestamp with time zone, full_read boolean,
	rows_read bigint, forced boolean
) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
SET jit = off SET enable_mergejoin = off SET enable_sort = off
AS $$
BEGIN
	EXECUTE _abc.fill(replace(replace(_abc.record_text(),
			'{moved}', _abc.moved_text(run = 1 AND m.runs = 0)),
			'{lines}', _abc.lines_text(_abc.has_sums(m), m.partition_by <> '{}')),
		m, jsonb_build_object('rank', '@extschema@.abc_rank', 'rank_to_tier', '@extschema@.abc_tier_of_rank'))
	USING run, day, m, began, full_read, rows_read, forced, _abc.weights_text(m);
END
$$;
COMMENT ON FUNCTION _abc.record(@extschema@.abc_model, date, bigint, timestamp with time zone, boolean, bigint,
	boolean) IS
	'part of abc_refresh: the figures of a run';
