--
-- A refresh at the cost of the change: cut-offs, and who is decided
--
-- These functions look for few rows in a large table, whatever the planner thinks of tables that are filled and emptied
-- with every refresh: hence their settings.
--

-- Summaries of the partitions in which something was read: what left is taken away, what came is added.
CREATE FUNCTION _abc.sum_changed(m @extschema@.abc_model, began timestamp with time zone) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET jit = off
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
	EXECUTE _abc.fill($sql$
WITH gone AS (
	SELECT s.partition, @extschema@.abc_summarize(s.cut) AS summary FROM {reading} AS k JOIN {state} AS s ON {same s k}
	WHERE NOT k.present AND s.present AND s.eligible GROUP BY s.partition
), come AS (
	SELECT r.partition, @extschema@.abc_summarize(r.cut) FILTER (WHERE r.eligible) AS summary
	FROM {reading} AS r WHERE r.present GROUP BY r.partition
)
INSERT INTO {summary} AS t (partition, summary, summed)
SELECT partition, (
		SELECT @extschema@.abc_merge(x.s)
		FROM (VALUES (@extschema@.abc_subtract(o.summary, g.summary)), (c.summary)) AS x (s)
	), $1
FROM gone AS g FULL JOIN come AS c USING (partition) LEFT JOIN {summary} AS o USING (partition)
ON CONFLICT (partition) DO UPDATE SET (summary, summed) = ROW (excluded.summary, excluded.summed)$sql$, m) USING began;
	EXECUTE _abc.fill($sql$
INSERT INTO {sums} AS x (partition, tier_rank, ineligible, negative, scale, customers)
SELECT d.partition, -2, false, false, d.scale, sum(d.n) FROM (
	SELECT s.partition, coalesce(scale(s.cut), -1), -1 FROM {reading} AS k JOIN {state} AS s ON {same s k}
	WHERE NOT k.present AND s.present AND s.eligible
	UNION ALL
	SELECT r.partition, coalesce(scale(r.cut), -1), 1 FROM {reading} AS r WHERE r.present AND r.eligible
) AS d (partition, scale, n)
GROUP BY 1, 5
ON CONFLICT (partition, tier_rank, ineligible, negative, scale)
	DO UPDATE SET customers = x.customers + excluded.customers$sql$, m);
END
$$;
COMMENT ON FUNCTION _abc.sum_changed(@extschema@.abc_model, timestamp with time zone) IS
	'part of abc_refresh: summaries after a change';

-- Rows without a key are read all or not at all: when a key of NULL is among the keys.
CREATE FUNCTION _abc.sum_unkeyed(m @extschema@.abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	were_read boolean;
BEGIN
	EXECUTE _abc.fill('SELECT EXISTS (SELECT FROM {reading} AS k WHERE NOT k.present AND NOT ({k.keyed}))', m)
	INTO were_read;
	IF were_read THEN
		EXECUTE _abc.fill('DELETE FROM {sums} AS c WHERE c.tier_rank = -1', m);
		EXECUTE _abc.fill($sql$
INSERT INTO {sums} (partition, tier_rank, ineligible, negative, scale, customers, value)
SELECT r.partition, -1, false, false, coalesce(scale(r.value), -1), count(*), sum(r.value) FROM {reading} AS r
WHERE r.present AND NOT ({r.keyed}) GROUP BY 1, 5$sql$, m);
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.sum_unkeyed(@extschema@.abc_model) IS 'part of abc_refresh: rows without a key';

-- How many rows lie where a cut-off can be, values that are all the same not counted: they need not be read.
CREATE FUNCTION _abc.rows_within(m @extschema@.abc_model, began timestamp with time zone) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
DECLARE
	result bigint;
BEGIN
	EXECUTE _abc.fill($sql$
SELECT coalesce(sum(b.count_within), 0) FROM (
	SELECT DISTINCT t.partition, b.low, b.high, b.count_within
	FROM {summary} AS t CROSS JOIN LATERAL @extschema@.abc_bounds(t.summary, {scheme}) AS b
	WHERE t.summed = $1 AND b.low < b.high
) AS b$sql$, m)
	INTO result USING began;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.rows_within(@extschema@.abc_model, timestamp with time zone) IS
	'part of abc_refresh: how many values cut-offs lie among';

-- The cut-offs of the partitions in which something was read, with the scale that the values have.
CREATE FUNCTION _abc.cut_changed(m @extschema@.abc_model, began timestamp with time zone) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET jit = off
SET enable_seqscan = off SET enable_bitmapscan = off SET random_page_cost = 1
AS $$
BEGIN
	EXECUTE _abc.fill($sql$
WITH bound AS MATERIALIZED (
	SELECT DISTINCT t.partition, b.low, b.high, b.count_within
	FROM {summary} AS t CROSS JOIN LATERAL @extschema@.abc_bounds(t.summary, {scheme}) AS b
	WHERE t.summed = $1 AND b.low IS NOT NULL AND NOT {by_value}
), within AS (
	SELECT b.partition, b.low AS value, b.count_within AS n FROM bound AS b WHERE b.low = b.high
	UNION ALL
	-- from the index alone: who was read counts as he was, and is taken away again
	SELECT b.partition, s.cut, 1 FROM bound AS b CROSS JOIN LATERAL (
		SELECT s.cut FROM {state} AS s
		WHERE s.partition = b.partition AND s.cut BETWEEN b.low AND b.high AND s.present AND s.eligible OFFSET 0) AS s
	WHERE b.low < b.high
	UNION ALL
	SELECT b.partition, s.cut, -1 FROM {reading} AS k JOIN {state} AS s ON {same s k}
	JOIN bound AS b ON s.partition = b.partition AND s.cut BETWEEN b.low AND b.high
	WHERE NOT k.present AND s.present AND s.eligible AND b.low < b.high
	UNION ALL
	SELECT b.partition, r.cut, 1 FROM bound AS b
	JOIN {reading} AS r ON r.partition = b.partition AND r.cut BETWEEN b.low AND b.high
	WHERE b.low < b.high AND r.present AND r.eligible
), found AS (
	SELECT w.partition, array_agg(w.value) AS "values", array_agg(w.n) AS "rows"
	FROM (
		SELECT w.partition, w.value, sum(w.n)::bigint AS n FROM within AS w GROUP BY 1, 2 HAVING sum(w.n) > 0
	) AS w
	GROUP BY 1
), cut AS (
	SELECT t.partition, (
			SELECT max(c.scale) FROM {sums} AS c
			WHERE c.partition = t.partition AND c.tier_rank = -2 AND c.customers > 0
		) AS scale,
		CASE WHEN t.summary IS NOT NULL AND NOT {by_value} THEN
			@extschema@.abc_cutoffs(t.summary, {scheme}, coalesce(f."values", '{}'), coalesce(f."rows", '{}'))
		END AS cutoffs
	FROM {summary} AS t LEFT JOIN found AS f ON f.partition = t.partition WHERE t.summed = $1
)
UPDATE {summary} AS t SET cutoffs_before = t.cutoffs, cutoffs = CASE
	WHEN c.scale IS NULL THEN NULL
	WHEN c.scale = -1 OR {by_value} THEN (
		SELECT _abc.cutoffs(n.value, {scheme})
		FROM (SELECT CASE WHEN c.scale >= 0 THEN round(0, c.scale) END) AS n (value))
	ELSE (
		SELECT array_agg(round(x.cutoff, c.scale) ORDER BY x.i)
		FROM unnest(c.cutoffs) WITH ORDINALITY AS x (cutoff, i)) END
FROM cut AS c WHERE c.partition = t.partition AND t.summed = $1$sql$, m, jsonb_build_object(
		-- cuts by value are those of the scheme, whatever the values, but for their scale
		'by_value', CASE WHEN left(m.scheme::text, 6) = 'value ' THEN 'true' ELSE 'false' END)) USING began;
END
$$;
COMMENT ON FUNCTION _abc.cut_changed(@extschema@.abc_model, timestamp with time zone) IS
	'part of abc_refresh: cut-offs after a change';

-- The conditions, each of which an index answers, for rows s whose lifecycle may change with time alone, from the day
-- $2 of the last run to the day $3 of this one.  The terms are those of abc_lifecycle.
CREATE FUNCTION _abc.due_texts(m @extschema@.abc_model) RETURNS SETOF text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET intervalstyle = 'postgres'
AS $$
BEGIN
	RETURN QUERY
	SELECT format('s.present AND s.%s > $2 - %L::interval AND s.%1$s <= $3 - %2$L::interval', v.col, v.wait)
	FROM (VALUES ('last_order', m.lost), ('last_order', m.at_risk),
		('first_order', CASE WHEN m.first_order IS NOT NULL THEN interval '3 months' END),
		('first_order', CASE WHEN m.first_order IS NOT NULL THEN interval '1 year' END)) AS v (col, wait)
	WHERE v.wait IS NOT NULL
	UNION ALL
	SELECT $sql$s.present AND s.lifecycle = 'returned' AND s.lifecycle_since <= $3 - interval '3 months'$sql$
	UNION ALL
	SELECT format($sql$s.present AND s.orders >= 3 AND s.last_order > s.first_order
		AND %s BETWEEN ($2 - '2000-01-01'::date) - 1 AND $3 - '2000-01-01'::date$sql$, _abc.silent_since('s.'))
	WHERE _abc.has_rhythm(m);
END
$$;
COMMENT ON FUNCTION _abc.due_texts(@extschema@.abc_model) IS 'part of abc_refresh: who is due by time';

-- Whoever lies between an old cut-off and the new one, is held by hysteresis, is due by time, or has or had an
-- override, as the state has him.  NULL as a cut-off that nobody reaches is above all values; where there are no
-- cut-offs, nobody has a tier.
CREATE FUNCTION _abc.add_moved(m @extschema@.abc_model, began timestamp with time zone, day date) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET jit = off
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
	columns text[] := m.key_columns || _abc.fact_columns(m);
	due text := '';
BEGIN
	IF day > m.last_as_of THEN
		due := (SELECT string_agg(E'\n\tUNION SELECT {s.keys} FROM {state} AS s WHERE ' || d, '')
			FROM _abc.due_texts(m) AS d);
	END IF;
	EXECUTE _abc.fill(replace($sql$
WITH span AS MATERIALIZED (
	SELECT t.partition, least(x.old, x.new) AS low, greatest(x.old, x.new) AS high FROM {summary} AS t
	CROSS JOIN LATERAL (
		SELECT coalesce(t.cutoffs_before[i], 'Infinity'), coalesce(t.cutoffs[i], 'Infinity')
		FROM generate_series(1, {tier_count} - 1) AS i
		UNION
		SELECT '-Infinity', 'Infinity' WHERE (t.cutoffs IS NULL) <> (t.cutoffs_before IS NULL)
	) AS x (old, new)
	WHERE t.summed = $1 AND t.cutoffs IS DISTINCT FROM t.cutoffs_before AND x.old <> x.new
), candidate AS (
	SELECT {s.keys} FROM span AS b CROSS JOIN LATERAL (
		SELECT {s.keys} FROM {state} AS s
		WHERE s.partition = b.partition AND s.cut >= b.low AND s.cut < b.high AND s.present AND s.eligible OFFSET 0
	) AS s
	UNION SELECT {s.keys} FROM {state} AS s WHERE s.dissent_run IS NOT NULL
	UNION SELECT {s.keys} FROM {state} AS s WHERE s.decided_by = 'override'
	UNION SELECT {v.keys} FROM {override} AS v WHERE v.begins <= $3{due}
)
INSERT INTO {reading} ({facts}, present, was_read)
SELECT {s_facts}, true, false FROM candidate AS c
CROSS JOIN LATERAL (SELECT s.* FROM {state} AS s WHERE {same s c} AND s.present OFFSET 0) AS s
WHERE NOT EXISTS (SELECT FROM {reading} AS k WHERE {same k c})$sql$, '{due}', due), m, jsonb_build_object(
		'facts', _abc.listed(columns, NULL::text), 's_facts', _abc.listed(columns, 's')))
	USING began, m.last_as_of, day;
	EXECUTE _abc.fill('ANALYZE {reading} ({keys})', m);
END
$$;
COMMENT ON FUNCTION _abc.add_moved(@extschema@.abc_model, timestamp with time zone, date) IS
	'part of abc_refresh: who is decided beside those who were read';

-- From the rows that were read to all that must be decided.  False if that would be too many: cut-offs in intervals of
-- a summary that has become too coarse, of what was taken away from it.
CREATE FUNCTION _abc.move_cuts(m @extschema@.abc_model, began timestamp with time zone, day date) RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	customers bigint;
BEGIN
	-- values that the scheme refuses are named, as the aggregate does
	EXECUTE _abc.fill($sql$
SELECT @extschema@.abc_cutoffs(r.cut, {scheme}) FROM {reading} AS r
WHERE r.present AND r.eligible AND r.cut < 0$sql$, m);
	PERFORM _abc.sum_changed(m, began);
	PERFORM _abc.sum_unkeyed(m);
	EXECUTE _abc.fill('SELECT sum(c.customers) FROM {sums} AS c WHERE c.tier_rank >= 0', m) INTO customers;
	IF _abc.rows_within(m, began) > greatest(1000, customers / 10) THEN
		RETURN false;
	END IF;
	PERFORM _abc.cut_changed(m, began);
	PERFORM _abc.add_moved(m, began, day);
	RETURN true;
END
$$;
COMMENT ON FUNCTION _abc.move_cuts(@extschema@.abc_model, timestamp with time zone, date) IS
	'part of abc_refresh: cut-offs after a change, and who is decided';

-- What is empty now goes, and partitions without a row in the source have no figures but of those who left.
CREATE FUNCTION _abc.drop_empty(m @extschema@.abc_model, run bigint) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE _abc.fill('DELETE FROM {sums} AS c WHERE c.customers = 0', m);
	EXECUTE _abc.fill($sql$
DELETE FROM {summary} AS t
WHERE NOT EXISTS (SELECT FROM {sums} AS c WHERE c.partition = t.partition AND c.tier_rank >= -1)$sql$, m);
	EXECUTE _abc.fill($sql$
DELETE FROM {run} AS r
WHERE r.run = $1 AND NOT EXISTS (SELECT FROM {sums} AS c WHERE c.partition = r.partition AND c.tier_rank >= -1)$sql$, m)
	USING run;
END
$$;
COMMENT ON FUNCTION _abc.drop_empty(@extschema@.abc_model, bigint) IS
	'part of abc_refresh: sums and summaries of nobody';

-- What NAME_run says of the source, from NAME_sum; and how many rows were wrong that only a full refresh has found.
CREATE FUNCTION _abc.record_source(m @extschema@.abc_model, run bigint, healed bigint) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE _abc.fill($sql$
UPDATE {run} AS r SET (source_rows, source_total, without_customer, healed) = (
	SELECT coalesce(sum(c.customers), 0), coalesce(sum(c.value), 0),
		coalesce(sum(c.value) FILTER (WHERE c.tier_rank = -1), 0), $2
	FROM {sums} AS c WHERE c.partition = r.partition AND c.tier_rank >= -1)
WHERE r.run = $1$sql$, m) USING run, healed;
END
$$;
COMMENT ON FUNCTION _abc.record_source(@extschema@.abc_model, bigint, bigint) IS
	'part of abc_refresh: the source in the figures of a run';
