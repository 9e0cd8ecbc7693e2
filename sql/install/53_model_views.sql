--
-- The views of a model
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
	RETURN coalesce((SELECT string_agg(format('%s.%s AS %I, ', alias, u.c, _abc.shown_name(u.name, own)), ''
		ORDER BY u.i)
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
	RETURN coalesce((SELECT string_agg(format('%s.partition[%s] AS %I, ', alias, array_position(m.partitions, u.name),
		_abc.shown_name(u.name, own)), '' ORDER BY u.i)
		FROM unnest(m.partition_by) WITH ORDINALITY AS u (name, i) WHERE NOT (without_keys AND u.name = ANY (m.key))),
			'');
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
	(SELECT x.as_of FROM {run} AS x WHERE x.customers IS NOT NULL ORDER BY x.run DESC LIMIT 1) AS as_of, {last_run} AS run,
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
	s.moved, {moved_name} AS moved_name, s.from_tier::text AS from_tier, s.from_name, s.to_tier::text AS to_tier,
		s.to_name,
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
	SELECT {o.keys}, o.partition, o.tier, o.tier_name, o.computed, o.decided_by, o.reason, o.decided_until, o.lifecycle,
		o.value, o.score,
		o.cause, o.version_from, NULL::date
	FROM {state} AS o) AS s
LEFT JOIN {state} AS n ON {same s n}$$),
	('trend', '{run,as_of,tier,tier_rank,tier_name,customers,value,customers_share,value_share,moved_in,moved_out,'
		'lost}', $$
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
	-- what the last run ranked by, whatever the definition says since: a text, which sorts much faster than an array, and
	-- NULL for who has no tier
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
		-- not from the definition: who drops or alters the model holds it, and waits for readers; a run that only failed
		-- has no figures
		'last_run', _abc.fill('(SELECT x.run FROM {run} AS x WHERE x.customers IS NOT NULL ORDER BY x.run DESC LIMIT 1)', m),
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

-- What a view has beside its query, as the statements that give it back: options, privileges, comments, defaults,
-- triggers, rules.
CREATE FUNCTION _abc.view_dress(view regclass) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY(
		SELECT format('ALTER VIEW %s SET (%s)', view, array_to_string(c.reloptions, ', ')) FROM pg_class AS c
			WHERE c.oid = view AND c.reloptions IS NOT NULL
		UNION ALL
		SELECT format('GRANT %s ON %s TO %s%s', a.privilege_type, view,
			CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
				CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
		FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a WHERE c.oid = view
		UNION ALL
		SELECT format('GRANT %s (%I) ON %s TO %s%s', a.privilege_type, t.attname, view,
			CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
				CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
		FROM pg_attribute AS t CROSS JOIN LATERAL aclexplode(t.attacl) AS a WHERE t.attrelid = view
			AND NOT t.attisdropped
		UNION ALL
		SELECT format('COMMENT ON VIEW %s IS %L', view, d.description) FROM pg_description AS d
		WHERE d.classoid = 'pg_class'::regclass AND d.objoid = view AND d.objsubid = 0
		UNION ALL
		SELECT format('COMMENT ON COLUMN %s.%I IS %L', view, t.attname, d.description) FROM pg_description AS d
		JOIN pg_attribute AS t ON t.attrelid = d.objoid AND t.attnum = d.objsubid
		WHERE d.classoid = 'pg_class'::regclass AND d.objoid = view AND d.objsubid > 0 AND NOT t.attisdropped
		UNION ALL
		SELECT format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', view, t.attname, pg_get_expr(f.adbin, f.adrelid))
			FROM pg_attrdef AS f
		JOIN pg_attribute AS t ON t.attrelid = f.adrelid AND t.attnum = f.adnum WHERE f.adrelid = view
		UNION ALL
		SELECT pg_get_triggerdef(t.oid) FROM pg_trigger AS t WHERE t.tgrelid = view AND NOT t.tgisinternal
		UNION ALL
		SELECT pg_get_ruledef(r.oid) FROM pg_rewrite AS r WHERE r.ev_class = view AND r.rulename <> '_RETURN');
END
$$;
COMMENT ON FUNCTION _abc.view_dress(regclass) IS 'part of abc_alter_model: what a view keeps when it is made again';

-- Give a view that was made again what it had, and nothing else: default privileges would add to it.
CREATE FUNCTION _abc.dress_view(view text, dress text[]) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	statement text;
BEGIN
	FOR statement IN SELECT DISTINCT format('REVOKE ALL ON %s FROM %s', view,
			CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
		FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a WHERE c.oid = view::regclass
	LOOP
		EXECUTE statement;
	END LOOP;
	FOREACH statement IN ARRAY dress LOOP
		BEGIN
			EXECUTE statement;
		EXCEPTION WHEN undefined_column THEN	-- it had it, and is gone
			NULL;
		END;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc.dress_view(text, text[]) IS 'part of abc_alter_model: give a view back what it had';

-- The names of a view's columns.
CREATE FUNCTION _abc.view_columns(m @extschema@.abc_model, suffix text, own text[]) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	faces text[] := _abc.face_columns();
	of_his text[] := CASE suffix WHEN 'face' THEN m.key || m.carried WHEN 'ranked' THEN m.key || m.carried WHEN 'trend'
		THEN m.partition_by
		ELSE m.key || ARRAY(SELECT p FROM unnest(m.partition_by) AS p WHERE p <> ALL (m.key))
			|| ARRAY(SELECT c FROM unnest(m.carried) AS c WHERE c <> ALL (m.partition_by || m.treatment_columns)) END;
BEGIN
	RETURN CASE WHEN suffix = 'changes' THEN own[:1] ELSE '{}' END || ARRAY(SELECT _abc.shown_name(c, own)
		FROM unnest(of_his) WITH ORDINALITY AS u (c, i) ORDER BY u.i)
		|| CASE suffix WHEN 'face' THEN faces[:cardinality(faces) - 3] WHEN 'ranked' THEN faces WHEN 'changes'
			THEN own[2:] ELSE own END;
END
$$;
COMMENT ON FUNCTION _abc.view_columns(@extschema@.abc_model, text, text[]) IS
'part of the views of a model: names of columns';

-- A column that a view goes on to have, because others depend on the view, though the model has it no more.
CREATE FUNCTION _abc.emptied_column(view regclass, number smallint) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT format('NULL::%s%s AS %I', format_type(a.atttypid, a.atttypmod),
			(SELECT format(' COLLATE %I.%I', n.nspname, c.collname) FROM pg_collation AS c
				JOIN pg_namespace AS n ON n.oid = c.collnamespace WHERE c.oid = nullif(a.attcollation, 100)), a.attname)
		FROM pg_attribute AS a WHERE a.attrelid = view AND a.attnum = number);
END
$$;
COMMENT ON FUNCTION _abc.emptied_column(regclass, smallint) IS
	'part of the making of a view: a column that is left empty';

-- A view in its old order of columns, new ones at the end: then CREATE OR REPLACE VIEW keeps all that hangs on it.
CREATE FUNCTION _abc.put_view(m @extschema@.abc_model, view text, suffix text, keeps_columns boolean) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	old regclass := to_regclass(view);
	options text := (SELECT format('WITH (%s) ', array_to_string(c.reloptions, ', ')) FROM pg_class AS c
		WHERE c.oid = old AND c.reloptions IS NOT NULL);
	query text;
	names text;
BEGIN
	SELECT _abc.view_query(m, x.suffix, x.own, x.query, ''),
		(SELECT string_agg(CASE WHEN n.name IS NULL THEN _abc.emptied_column(old, a.attnum) ELSE format('v.%I', n.name) END,
				', ' ORDER BY a.attnum NULLS LAST, n.i)
			FROM unnest(_abc.view_columns(m, x.suffix, x.own)) WITH ORDINALITY AS n (name, i)
			FULL JOIN (SELECT a.attnum, a.attname FROM pg_attribute AS a
				WHERE a.attrelid = old AND a.attnum > 0 AND NOT a.attisdropped) AS a ON a.attname = n.name
			WHERE n.name IS NOT NULL OR keeps_columns)
	INTO query, names FROM _abc.view_texts() AS x WHERE x.suffix = put_view.suffix;
	EXECUTE format('CREATE OR REPLACE VIEW %s %sAS SELECT %s FROM (%s) AS v', view, options, names, query);
END
$$;
COMMENT ON FUNCTION _abc.put_view(@extschema@.abc_model, text, text, boolean) IS
'make a view, or replace it in its place; if told so, with the columns that it has beyond its own, empty';

CREATE FUNCTION _abc.view_of(m @extschema@.abc_model, suffix text) RETURNS regclass
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE suffix WHEN 'face' THEN (m).face WHEN 'ranked' THEN (m).ranked WHEN 'changes' THEN (m).changes
	WHEN 'history' THEN (m).history ELSE (m).trend END;
COMMENT ON FUNCTION _abc.view_of(@extschema@.abc_model, text) IS
	'the view of a model that has this suffix; face has none';

-- Whether a view has to be replaced where its definition changes from old to m.
CREATE FUNCTION _abc.view_differs(old @extschema@.abc_model, m @extschema@.abc_model, suffix text, own text[], query text)
	RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN _abc.view_query(old, suffix, own, query, '') <> _abc.view_query(m, suffix, own, query, '')
		OR _abc.view_columns(old, suffix, own) <> _abc.view_columns(m, suffix, own)
		OR EXISTS (SELECT FROM pg_attribute AS a WHERE a.attnum > 0 AND NOT a.attisdropped
			AND a.attrelid = _abc.view_of(m, suffix)
			AND a.attname <> ALL (_abc.view_columns(m, suffix, own)));	-- kept for somebody
END
$$;
COMMENT ON FUNCTION _abc.view_differs(@extschema@.abc_model, @extschema@.abc_model, text, text[], text) IS
'part of abc_alter_model: whether a view is another';

CREATE FUNCTION _abc.lock_alone(relations oid[]) RETURNS void
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_lock_alone';
COMMENT ON FUNCTION _abc.lock_alone(oid[]) IS
	'an ACCESS EXCLUSIVE lock on each relation by itself, none while another is waited for, until the transaction '
	'ends; for their owner';

-- What readers of a model lock: see src/sql/scalars/models.c.
CREATE FUNCTION _abc.relations_to_lock(m @extschema@.abc_model) RETURNS oid[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY[(m).face, (m).ranked, (m).changes, (m).history, (m).trend, (m).state]::oid[];
COMMENT ON FUNCTION _abc.relations_to_lock(@extschema@.abc_model) IS
'what readers of a model lock';

-- A view in its new form: in its place; where it loses a column, dropped and made again, with all that it had; where
-- others depend on it, in its place with the columns that it would lose, empty.
CREATE FUNCTION _abc.put_view_anyhow(m @extschema@.abc_model, rel text, suffix text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	dress text[];
	says text;
BEGIN
	PERFORM _abc.put_view(m, rel, suffix, false);
EXCEPTION WHEN invalid_table_definition THEN
	dress := _abc.view_dress(rel::regclass);
	BEGIN
		EXECUTE format('DROP VIEW %s', rel);
		PERFORM _abc.put_view(m, rel, suffix, false);
		PERFORM _abc.dress_view(rel, dress);
	EXCEPTION WHEN dependent_objects_still_exist THEN
		GET STACKED DIAGNOSTICS says = PG_EXCEPTION_DETAIL;
		BEGIN
			PERFORM _abc.put_view(m, rel, suffix, true);
		EXCEPTION WHEN invalid_table_definition THEN
			RAISE EXCEPTION USING ERRCODE = 'dependent_objects_still_exist',
				MESSAGE = format('a column of "%s" changes its type, and others depend on the view', rel), DETAIL = says,
				HINT = 'Drop what depends on it, alter the model, and make it again; or cast the column in the source to the type it had.';
		END;
		RAISE NOTICE 'view "%" keeps columns that the model has no more, without values: others depend on it', rel
			USING DETAIL = says;
	END;
END
$$;
COMMENT ON FUNCTION _abc.put_view_anyhow(@extschema@.abc_model, text, text) IS
'part of the making of a model, and of its alterations: a view in its new form, whoever depends on it';

-- Make the views, or bring them to a new definition.  One that reads as before (old: the definition before, NULL at
-- creation) is left alone, so that its readers do not wait.
CREATE FUNCTION _abc.create_views(m @extschema@.abc_model, schema text, old @extschema@.abc_model)
	RETURNS @extschema@.abc_model
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v record;
	rel text;
BEGIN
	FOR v IN SELECT x.suffix, x.own, x.query FROM _abc.view_texts() AS x LOOP
		rel := (SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.oid = _abc.view_of(m, v.suffix));
		IF rel IS NOT NULL AND old.name IS NOT NULL THEN
			CONTINUE WHEN NOT _abc.view_differs(old, m, v.suffix, v.own, v.query);
		END IF;
		rel := coalesce(rel, format('%I.%I', schema, m.name || CASE v.suffix WHEN 'face' THEN '' ELSE '_'
			|| v.suffix END));
		PERFORM _abc.put_view_anyhow(m, rel, v.suffix);
		CASE v.suffix
			WHEN 'face' THEN m.face := rel::regclass;
			WHEN 'ranked' THEN m.ranked := rel::regclass;
			WHEN 'changes' THEN m.changes := rel::regclass;
			WHEN 'history' THEN m.history := rel::regclass;
			ELSE m.trend := rel::regclass;
		END CASE;
	END LOOP;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc.create_views(@extschema@.abc_model, text, @extschema@.abc_model) IS
'make the views of a model, or bring them to a new definition';
