--
-- The views of a model: made, and brought to a new definition
--

-- What a view has beside its query, as the statements that give it back: options, privileges, comments, defaults,
-- triggers, rules.
CREATE FUNCTION _abc.view_dress(view regclass) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY(
		SELECT format('ALTER VIEW %s SET (%s)', view, array_to_string(c.reloptions, ', '))
		FROM pg_class AS c WHERE c.oid = view AND c.reloptions IS NOT NULL
		UNION ALL
		SELECT format('GRANT %s ON %s TO %s%s', a.privilege_type, view,
			CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
			CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
		FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a WHERE c.oid = view
		UNION ALL
		SELECT format('GRANT %s (%I) ON %s TO %s%s', a.privilege_type, t.attname, view,
			CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
			CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
		FROM pg_attribute AS t CROSS JOIN LATERAL aclexplode(t.attacl) AS a
		WHERE t.attrelid = view AND NOT t.attisdropped
		UNION ALL
		SELECT format('COMMENT ON VIEW %s IS %L', view, d.description) FROM pg_description AS d
		WHERE d.classoid = 'pg_class'::regclass AND d.objoid = view AND d.objsubid = 0
		UNION ALL
		SELECT format('COMMENT ON COLUMN %s.%I IS %L', view, t.attname, d.description) FROM pg_description AS d
		JOIN pg_attribute AS t ON t.attrelid = d.objoid AND t.attnum = d.objsubid
		WHERE d.classoid = 'pg_class'::regclass AND d.objoid = view AND d.objsubid > 0 AND NOT t.attisdropped
		UNION ALL
		SELECT format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', view, t.attname, pg_get_expr(f.adbin, f.adrelid))
		FROM pg_attrdef AS f JOIN pg_attribute AS t ON t.attrelid = f.adrelid AND t.attnum = f.adnum
		WHERE f.adrelid = view
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
	FOR statement IN
		SELECT DISTINCT format('REVOKE ALL ON %s FROM %s', view,
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
	of_his text[] := CASE suffix
		WHEN 'face' THEN m.key || m.carried
		WHEN 'ranked' THEN m.key || m.carried
		WHEN 'trend' THEN m.partition_by
		ELSE m.key || ARRAY(SELECT p FROM unnest(m.partition_by) AS p WHERE p <> ALL (m.key))
			|| ARRAY(SELECT c FROM unnest(m.carried) AS c WHERE c <> ALL (m.partition_by || m.treatment_columns)) END;
BEGIN
	RETURN CASE WHEN suffix = 'changes' THEN own[:1] ELSE '{}' END
		|| ARRAY(SELECT _abc.shown_name(c, own) FROM unnest(of_his) WITH ORDINALITY AS u (c, i) ORDER BY u.i)
		|| CASE suffix
			WHEN 'face' THEN faces[:cardinality(faces) - 3]
			WHEN 'ranked' THEN faces
			WHEN 'changes' THEN own[2:]
			ELSE own END;
END
$$;
COMMENT ON FUNCTION _abc.view_columns(@extschema@.abc_model, text, text[]) IS
'part of the views of a model: names of columns';

-- A column that a view goes on to have, because others depend on the view, though the model has it no more.
CREATE FUNCTION _abc.emptied_column(view regclass, number smallint) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT format('NULL::%s%s AS %I', format_type(a.atttypid, a.atttypmod), (
				SELECT format(' COLLATE %I.%I', n.nspname, c.collname)
				FROM pg_collation AS c JOIN pg_namespace AS n ON n.oid = c.collnamespace
				WHERE c.oid = nullif(a.attcollation, 100)), a.attname)
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
	options text := (
		SELECT format('WITH (%s) ', array_to_string(c.reloptions, ', '))
		FROM pg_class AS c WHERE c.oid = old AND c.reloptions IS NOT NULL);
	query text;
	names text;
BEGIN
	SELECT _abc.view_query(m, x.suffix, x.own, x.query, ''), (
			SELECT string_agg(
				CASE WHEN n.name IS NULL THEN _abc.emptied_column(old, a.attnum) ELSE format('v.%I', n.name) END,
				', ' ORDER BY a.attnum NULLS LAST, n.i)
			FROM unnest(_abc.view_columns(m, x.suffix, x.own)) WITH ORDINALITY AS n (name, i)
			FULL JOIN (
				SELECT a.attnum, a.attname FROM pg_attribute AS a
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
CREATE FUNCTION _abc.view_differs(
	old @extschema@.abc_model, m @extschema@.abc_model, suffix text, own text[], query text
) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN _abc.view_query(old, suffix, own, query, '') <> _abc.view_query(m, suffix, own, query, '')
		OR _abc.view_columns(old, suffix, own) <> _abc.view_columns(m, suffix, own)
		OR EXISTS (
			SELECT FROM pg_attribute AS a
			WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = _abc.view_of(m, suffix)
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
				MESSAGE = format('a column of "%s" changes its type, and others depend on the view', rel),
				DETAIL = says,
				HINT = 'Drop what depends on it, alter the model, and make it again; or cast the column in the source '
					'to the type it had.';
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
		rel := coalesce(rel,
			format('%I.%I', schema, m.name || CASE v.suffix WHEN 'face' THEN '' ELSE '_' || v.suffix END));
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
