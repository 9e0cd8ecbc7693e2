--
-- The views of a model: their queries
--

-- The user's name of a column, made different from the view's own columns.
CREATE FUNCTION _abc.shown_name(given text, own text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	WHILE given = ANY (own) LOOP
		given := given || '_';
	END LOOP;
	RETURN given;
END
$$;
COMMENT ON FUNCTION _abc.shown_name(text, text[]) IS 'the name under which a view shows a column of the user''s';

-- "k1 AS customer_id, " and so on: the key of one table, and what is carried of another.
CREATE FUNCTION _abc.shown_keys(m @extschema@.abc_model, alias text, own text[]) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(format('%s.%s AS %I, ', alias, u.c, _abc.shown_name(u.name, own)), '' ORDER BY u.i)
		FROM unnest(m.key_columns, m.key) WITH ORDINALITY AS u (c, name, i));
END
$$;
COMMENT ON FUNCTION _abc.shown_keys(@extschema@.abc_model, text, text[]) IS 'part of the views of a model: the key';

CREATE FUNCTION _abc.shown_carried(m @extschema@.abc_model, alias text, own text[], without_partitions boolean)
	RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce((
		SELECT string_agg(format('%s.%s AS %I, ', alias, u.c, _abc.shown_name(u.name, own)), '' ORDER BY u.i)
		FROM unnest(m.carried_columns, m.carried) WITH ORDINALITY AS u (c, name, i)
		WHERE NOT (without_partitions AND (u.name = ANY (m.partition_by) OR u.name = ANY (m.treatment_columns)))), '');
END
$$;
COMMENT ON FUNCTION _abc.shown_carried(@extschema@.abc_model, text, text[], boolean) IS
'part of the views of a model: partitions, attributes and treatments';

-- Partitions of the past, as the texts they were recorded as.
CREATE FUNCTION _abc.shown_partitions(m @extschema@.abc_model, alias text, own text[], without_keys boolean)
	RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce((
		SELECT string_agg(
			format('%s.partition[%s] AS %I, ',
				alias, array_position(m.partitions, u.name), _abc.shown_name(u.name, own)),
			'' ORDER BY u.i)
		FROM unnest(m.partition_by) WITH ORDINALITY AS u (name, i)
		WHERE NOT (without_keys AND u.name = ANY (m.key))), '');
END
$$;
COMMENT ON FUNCTION _abc.shown_partitions(@extschema@.abc_model, text, text[], boolean) IS
'part of the views of a model: partitions of the past';

-- The queries of the views.  What a view computes from the run is joined by the primary key of NAME_run, so
-- that who does not ask for it does not pay for it.
CREATE FUNCTION _abc.view_texts() RETURNS TABLE (suffix text, own text[], query text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT v.column1, v.column2::text[], v.column3 FROM (VALUES
	('face'::text, '{}', $$
SELECT {shown_keys}{shown_carried}
	s.tier::text AS tier, @extschema@.abc_rank(s.tier) AS tier_rank, s.tier_name, s.computed::text AS computed_tier,
	s.decided_by, {decided_by_name} AS decided_by_name, s.reason, s.decided_until,
	s.value, CASE WHEN s.value_run = {last_run} THEN s.value_before
		ELSE s.value END AS value_before,
	CASE WHEN s.tier IS NULL OR NOT r.total > 0 THEN NULL WHEN NOT s.value > 0 OR s.value * 1e300 < r.total THEN 0
		ELSE (s.value / r.total)::double precision END AS value_share,
	s.score, @extschema@.abc_tier_of_rank(@extschema@.abc_rank(s.tier) - 1)::text AS next_tier,
	r.tier_names[@extschema@.abc_rank(s.tier) - 1] AS next_name,
	CASE WHEN s.cut - r.cutoffs[@extschema@.abc_rank(s.tier) - 1] IS NOT NULL
		THEN greatest(r.cutoffs[@extschema@.abc_rank(s.tier) - 1] - s.cut, 0) END AS gap_to_next,
	CASE WHEN s.cut >= r.cutoffs[@extschema@.abc_rank(s.tier)]
		THEN s.cut - r.cutoffs[@extschema@.abc_rank(s.tier)] END AS cushion,
	s.tier_since, s.previous_tier::text AS previous_tier, s.previous_name,
	CASE WHEN s.moved_run = {last_run} THEN s.moved END AS moved,
	CASE WHEN s.moved_run = {last_run} THEN {moved_name} END AS moved_name,
	s.lifecycle, {lifecycle_name} AS lifecycle_name, s.first_order, s.last_order,
	s.best_tier::text AS best_tier, s.best_name, s.best_tier_until, s.best_value,
	(SELECT x.as_of FROM {run} AS x WHERE x.customers IS NOT NULL ORDER BY x.run DESC LIMIT 1) AS as_of,
	{last_run} AS run,
	(SELECT x.scheme FROM {run} AS x WHERE x.run = {last_run} LIMIT 1) AS scheme{more}
FROM {state} AS s
LEFT JOIN {run} AS r ON r.run = {last_run} AND r.partition = s.partition$$::text),
	('ranked', '{}', $$
SELECT n.*,
	CASE WHEN n.tier IS NOT NULL THEN rank() OVER (w ORDER BY n.{last_cut} DESC NULLS LAST) END AS rank,
	CASE WHEN n.tier IS NOT NULL THEN count(*) OVER w END AS of_customers,
	CASE WHEN n.tier IS NOT NULL THEN _abc.cumulative_share(n.value) OVER w END AS cumulative_share
FROM ({face_query}) AS n
WINDOW w AS (PARTITION BY n.{last_partition})$$),
	('changes', '{number,moved,moved_name,from_tier,from_name,to_tier,to_name,previous_lifecycle,lifecycle,'
		'lifecycle_name,decided_by,decided_by_name,reason,cause,value_before,value,score,run,as_of,takes_back}', $$
SELECT s.number, {shown_keys}{shown_partitions}{shown_carried}
	s.moved, {moved_name} AS moved_name, s.from_tier::text AS from_tier, s.from_name,
		s.to_tier::text AS to_tier, s.to_name,
	s.previous_lifecycle, s.lifecycle, {lifecycle_name} AS lifecycle_name, s.decided_by,
	{decided_by_name} AS decided_by_name, s.reason, s.cause,
	s.value_before, s.value, s.score, s.run, s.as_of, s.takes_back
FROM {change} AS s LEFT JOIN {state} AS n ON {same s n}$$),
	('history', '{tier,tier_rank,tier_name,computed_tier,decided_by,decided_by_name,reason,decided_until,lifecycle,'
		'lifecycle_name,value,score,cause,valid_from,valid_to}', $$
SELECT {shown_keys}{shown_partitions}{shown_carried}
	s.tier::text AS tier, @extschema@.abc_rank(s.tier) AS tier_rank, s.tier_name, s.computed::text AS computed_tier,
	s.decided_by, {decided_by_name} AS decided_by_name, s.reason, s.decided_until,
	s.lifecycle, {lifecycle_name} AS lifecycle_name, s.value, s.score, s.cause, s.valid_from, s.valid_to
FROM (SELECT {v.keys}, v.partition, v.tier, v.tier_name, v.computed, v.decided_by, v.reason, v.decided_until,
	v.lifecycle, v.value, v.score,
		v.cause, v.valid_from, v.valid_to
	FROM {version} AS v
	UNION ALL
	SELECT {o.keys}, o.partition, o.tier, o.tier_name, o.computed, o.decided_by, o.reason, o.decided_until,
		o.lifecycle, o.value, o.score,
		o.cause, o.version_from, NULL::date
	FROM {state} AS o) AS s
LEFT JOIN {state} AS n ON {same s n}$$),
	('trend', '{run,as_of,tier,tier_rank,tier_name,customers,value,customers_share,value_share,'
		'moved_in,moved_out,lost}', $$
SELECT s.run, s.as_of, {shown_partitions}
	s.tiers[t.i]::text AS tier, @extschema@.abc_rank(s.tiers[t.i]) AS tier_rank, s.tier_names[t.i] AS tier_name,
	s.tier_customers[t.i] AS customers, s.tier_values[t.i] AS value,
	CASE WHEN s.tiers[t.i] IS NOT NULL AND s.rated > 0
		THEN s.tier_customers[t.i]::double precision / s.rated END AS customers_share,
	CASE WHEN s.tiers[t.i] IS NULL OR NOT s.total > 0 THEN NULL WHEN s.tier_weights[t.i] * 1e300 < s.total THEN 0
		ELSE (s.tier_weights[t.i] / s.total)::double precision END AS value_share,
	s.tier_in[t.i] AS moved_in, s.tier_out[t.i] AS moved_out, s.tier_lost[t.i] AS lost
FROM {run} AS s CROSS JOIN LATERAL generate_subscripts(s.tiers, 1) AS t (i)
WHERE s.tiers[t.i] IS NOT NULL OR s.tier_customers[t.i] > 0 OR s.tier_in[t.i] > 0 OR s.tier_out[t.i] > 0$$)) AS v;
END;
COMMENT ON FUNCTION _abc.view_texts() IS 'the views of a model, with named places';

-- The query of one view, its places filled; more is what the face is asked for beside its columns.
CREATE FUNCTION _abc.view_query(m @extschema@.abc_model, suffix text, own text[], query text, more text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	of_now text := CASE suffix WHEN 'face' THEN 's' ELSE 'n' END;
	-- what the last run ranked by, whatever the definition says since: a text, which sorts much faster than an array,
	-- and NULL for who has no tier
	last_partition text := quote_ident(_abc.shown_name('last_partition', m.key || m.carried));
	last_cut text := quote_ident(_abc.shown_name('last_cut', m.key || m.carried));
	face_query text;
BEGIN
	IF suffix = 'ranked' THEN
		face_query := (SELECT _abc.view_query(m, x.suffix, x.own, x.query,
				format(', CASE WHEN s.tier IS NOT NULL THEN s.partition::text COLLATE "C" END AS %s, s.cut AS %s',
					last_partition, last_cut))
			FROM _abc.view_texts() AS x WHERE x.suffix = 'face');
	END IF;
	RETURN _abc.fill(query, m, jsonb_build_object(
		-- not from the definition: who drops or alters the model holds it, and waits for readers; a run that only
		-- failed has no figures
		'last_run', _abc.fill(
			'(SELECT x.run FROM {run} AS x WHERE x.customers IS NOT NULL ORDER BY x.run DESC LIMIT 1)', m),
		'more', more, 'face_query', face_query, 'last_partition', last_partition, 'last_cut', last_cut,
		'shown_keys', _abc.shown_keys(m, 's', own),
		'shown_carried', _abc.shown_carried(m, of_now, own, suffix <> 'face'),
		'shown_partitions', _abc.shown_partitions(m, 's', own, suffix <> 'trend'),
		'decided_by_name', _abc.names_sql(m.language, 'decided_by', 's.decided_by'),
		'moved_name', _abc.names_sql(m.language, 'moved', 's.moved'),
		'lifecycle_name', _abc.names_sql(m.language, 'lifecycle', 's.lifecycle')));
END
$$;
COMMENT ON FUNCTION _abc.view_query(@extschema@.abc_model, text, text[], text, text) IS
'part of the views of a model: the query of one';
