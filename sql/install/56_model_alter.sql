--
-- Altering a model
--

CREATE FUNCTION abc_alter_model(model regclass, source text DEFAULT NULL, value text DEFAULT NULL,
	scheme abc_scheme DEFAULT NULL, metrics abc_metric[] DEFAULT NULL,
	partition_by text[] DEFAULT NULL, attributes text[] DEFAULT NULL,
	missing text DEFAULT NULL, eligible text DEFAULT NULL, rules abc_rule[] DEFAULT NULL,
	promote_after integer DEFAULT NULL, demote_after integer DEFAULT NULL, max_step integer DEFAULT NULL,
	first_order text DEFAULT NULL, last_order text DEFAULT NULL, orders text DEFAULT NULL,
	at_risk interval DEFAULT NULL, lost interval DEFAULT NULL, treatments text DEFAULT NULL,
	max_gone double precision DEFAULT NULL, changed text DEFAULT NULL,
	promote_wait interval DEFAULT NULL, demote_wait interval DEFAULT NULL, language text DEFAULT NULL,
	key text DEFAULT NULL, refresh boolean DEFAULT false) RETURNS regclass
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_alter_model(regclass, text, text, abc_scheme, abc_metric[], text[],
	text[], text, text, abc_rule[],
	integer, integer, integer, text, text, text, interval, interval, text, double precision, text, interval,
		interval, text, text, boolean) IS
'change what is given of a model and keep the rest, its history too. Empty text, empty array, 0, interval ''0'' and '
	'max_gone -1 take something away. The views show the old decisions until the next refresh (refresh => true: at '
	'once), which marks what changes with cause definition. A scheme of as many tiers without names keeps the names';

CREATE FUNCTION _abc.abc_alter_model(model regclass, source text, value text,
	scheme @extschema@.abc_scheme, metrics @extschema@.abc_metric[], partition_by text[], attributes text[],
	missing text, eligible text, rules @extschema@.abc_rule[], promote_after integer,
	demote_after integer, max_step integer,
	first_order text, last_order text, orders text, at_risk interval, lost interval, treatments text,
	max_gone double precision, changed text, promote_wait interval, demote_wait interval, language text, key text,
	refresh boolean) RETURNS regclass
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
	SET abc_tier.as_of = ''
AS $$
DECLARE
	old @extschema@.abc_model := _abc.lock(model, 'alter');
	m @extschema@.abc_model := old;
	code text;
	says text;
	detail text;
	hint text;
BEGIN
	m.source := coalesce(source, old.source);
	m.source_path := CASE
		WHEN source IS NULL AND treatments IS NULL AND eligible IS NULL AND rules IS NULL AND changed IS NULL
			THEN old.source_path
		ELSE concat_ws(', ', nullif(_abc.caller_path(), ''), quote_ident('@extschema@')) END;
	m.key := CASE WHEN key LIKE '{%}' THEN key::text[] WHEN key IS NOT NULL THEN ARRAY[key] ELSE old.key END;
	m.value := coalesce(value, old.value);
	m.partition_by := coalesce(partition_by, old.partition_by);
	m.attributes := coalesce(attributes, old.attributes);
	m.missing := coalesce(missing, old.missing);
	m.eligible := nullif(coalesce(eligible, old.eligible), '');
	m.promote_after := coalesce(promote_after, old.promote_after);
	m.demote_after := coalesce(demote_after, old.demote_after);
	m.max_step := nullif(coalesce(max_step, old.max_step), 0);
	m.promote_wait := nullif(coalesce(promote_wait, old.promote_wait), '0');
	m.demote_wait := nullif(coalesce(demote_wait, old.demote_wait), '0');
	m.first_order := nullif(coalesce(first_order, old.first_order), '');
	m.last_order := nullif(coalesce(last_order, old.last_order), '');
	m.orders := nullif(coalesce(orders, old.orders), '');
	m.at_risk := nullif(coalesce(at_risk, old.at_risk), '0');
	m.lost := nullif(coalesce(lost, old.lost), '0');
	m.treatments := nullif(coalesce(treatments, old.treatments), '');
	m.max_gone := nullif(coalesce(max_gone, old.max_gone), -1);
	m.changed := nullif(coalesce(changed, old.changed), '');
	m.language := coalesce(language, old.language);
	IF metrics IS NOT NULL THEN
		m := _abc.with_metrics(m, metrics);
	END IF;
	m.scheme := _abc.altered_scheme(old, scheme, m.metrics IS NOT NULL);
	IF rules IS NOT NULL THEN
		m := _abc.with_rules(m, rules);
	END IF;
	m := _abc.checked(m);
	PERFORM _abc.tell_what_goes(old, m);
	m.revision := old.revision + (_abc.revision_of(m) IS DISTINCT FROM _abc.revision_of(old))::integer;
	m.standard := old.standard + (_abc.standard_of(m) IS DISTINCT FROM _abc.standard_of(old))::integer;
	m.altered := clock_timestamp();
	PERFORM _abc.change_relations(old, m);
	IF refresh THEN
		PERFORM @extschema@.abc_refresh(old.state, NULL::date, false, false);
	END IF;
	RETURN (SELECT d.m).face FROM _abc.definition_of(old.state) AS d;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, says = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow(code, says, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.abc_alter_model(regclass, text, text, @extschema@.abc_scheme, @extschema@.abc_metric[], text[],
	text[], text, text, @extschema@.abc_rule[],
	integer, integer, integer, text, text, text, interval, interval, text, double precision, text, interval,
		interval, text, text, boolean) IS
'part of abc_alter_model: as the owner';

-- A scheme of as many tiers that has no names keeps the names.  A scheme that was right for amounts is not for scores.
CREATE FUNCTION _abc.altered_scheme(old @extschema@.abc_model, given @extschema@.abc_scheme, by_score boolean)
	RETURNS @extschema@.abc_scheme
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	names text[] := ARRAY(SELECT t.name FROM @extschema@.abc_tiers(old.scheme) AS t ORDER BY t.rank);
	named boolean := (SELECT bool_or(t.name <> t.tier::text) FROM @extschema@.abc_tiers(old.scheme) AS t);
	parts text[];
	separator text;
BEGIN
	IF given IS NULL THEN
		RETURN CASE WHEN by_score AND old.metrics IS NULL AND left(old.scheme::text, 5) IN ('share', 'fill ') THEN NULL
			ELSE old.scheme END;
	END IF;
	IF NOT named OR (SELECT bool_or(t.name <> t.tier::text) FROM @extschema@.abc_tiers(given) AS t)
		OR (SELECT count(*) FROM @extschema@.abc_tiers(given)) <> cardinality(names)
	THEN
		RETURN given;
	END IF;
	parts := regexp_match(given::text, '^(\w+) ([^;]*)(.*)$');
	separator := CASE parts[1] WHEN 'fill' THEN ' + ' ELSE ' / ' END;
	RETURN (
		SELECT concat(parts[1], ' ',
			string_agg(concat('"', replace(names[u.i], '"', '""'), '" ', btrim(u.cut)), separator ORDER BY u.i),
			separator, '"', replace(names[cardinality(names)], '"', '""'), '"', parts[3])::@extschema@.abc_scheme
		FROM unnest(regexp_split_to_array(parts[2], '[/+]')) WITH ORDINALITY AS u (cut, i)
		WHERE u.i < cardinality(names));
END
$$;
COMMENT ON FUNCTION _abc.altered_scheme(@extschema@.abc_model, @extschema@.abc_scheme, boolean) IS
'part of abc_alter_model: the scheme';

-- What an alteration takes away is said.
CREATE FUNCTION _abc.tell_what_goes(old @extschema@.abc_model, m @extschema@.abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	names text;
	tiers text;
BEGIN
	SELECT string_agg(c, ', ') INTO names FROM unnest(old.carried) AS c WHERE c <> ALL (m.carried || m.key);
	IF names IS NOT NULL THEN
		RAISE NOTICE 'model "%" no longer shows: %', old.name, names;
	END IF;
	SELECT string_agg(t.name, ', ' ORDER BY t.rank) INTO tiers FROM @extschema@.abc_tiers(old.scheme) AS t
	WHERE t.name <> ALL (ARRAY(SELECT n.name FROM @extschema@.abc_tiers(m.scheme) AS n));
	IF tiers IS NOT NULL THEN
		RAISE NOTICE 'model "%" no longer has the tiers: %', old.name, tiers;
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.tell_what_goes(@extschema@.abc_model, @extschema@.abc_model) IS
'part of abc_alter_model: a notice of what goes';

-- How a scheme cuts, whatever its tiers are called: names are quoted, or stand before their cut.
CREATE FUNCTION _abc.cuts_of(scheme @extschema@.abc_scheme) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parts text[] := regexp_match(regexp_replace(scheme::text, '"([^"]|"")*"', 'x', 'g'), '^(\w+) ([^;]*)(.*)$');
BEGIN
	RETURN concat(parts[1], ' ', (
		SELECT string_agg((regexp_match(u.part, '(^|\s)(>?-?[0-9.]+)\s*$'))[2], '/' ORDER BY u.i)
		FROM unnest(regexp_split_to_array(parts[2], '[/+]')) WITH ORDINALITY AS u (part, i)), parts[3]);
END
$$;
COMMENT ON FUNCTION _abc.cuts_of(@extschema@.abc_scheme) IS 'part of abc_alter_model: a scheme without its names';

-- What decides tiers: where it changes, the next refresh does not wait for hysteresis.
CREATE FUNCTION _abc.standard_of(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ROW(m.value, _abc.cuts_of(m.scheme), m.metrics, m.weights, m.methods, m.missing,
		m.partition_by, m.eligible)::text;
END
$$;
COMMENT ON FUNCTION _abc.standard_of(@extschema@.abc_model) IS 'part of abc_alter_model: what computes tiers';

-- What makes a decision: where it changes, what changes with it has the cause definition.  The source is not part of
-- it.
CREATE FUNCTION _abc.revision_of(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ROW(_abc.standard_of(m), m.rule_kinds, m.rule_tiers, m.rule_conditions, m.rule_reasons,
		m.promote_after, m.demote_after, m.promote_wait, m.demote_wait, m.max_step,
		m.first_order, m.last_order, m.orders, m.at_risk, m.lost)::text;
END
$$;
COMMENT ON FUNCTION _abc.revision_of(@extschema@.abc_model) IS 'part of abc_alter_model: what decides';

-- Bring the relations of a model to a new definition.
CREATE FUNCTION _abc.change_relations(old @extschema@.abc_model, m @extschema@.abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	home text := (_abc.home(old)).schema;
	retyped boolean := old.key_types <> m.key_types OR cardinality(old.key) <> cardinality(m.key);
	dress jsonb := '[]';
	v record;
BEGIN
	IF retyped OR old.carried_columns <> m.carried_columns OR _abc.knows_changes(old) OR _abc.knows_changes(m)
		OR EXISTS (SELECT FROM _abc.view_texts() AS x WHERE _abc.view_differs(old, m, x.suffix, x.own, x.query))
	THEN
		PERFORM _abc.lock_alone(_abc.relations_to_lock(old));
	END IF;
	IF retyped THEN
		-- a column that a view shows cannot change its type: the views go and come back as they were
		FOR v IN
			SELECT r.name, r.rel
			FROM (VALUES (1, 'ranked', m.ranked), (2, 'face', m.face), (3, 'changes', m.changes),
				(4, 'history', m.history), (5, 'trend', m.trend)) AS r (i, name, rel)
			ORDER BY r.i
		LOOP
			dress := dress || jsonb_build_object('view', v.rel::text, 'dress', to_jsonb(_abc.view_dress(v.rel)));
			EXECUTE format('DROP VIEW %s', v.rel);
		END LOOP;
		PERFORM _abc.change_key(old, m);
	END IF;
	-- columns come before the views that show them, and go after
	PERFORM _abc.add_columns(old, m);
	PERFORM _abc.save(m);
	m := _abc.create_views(m, home, old);
	PERFORM _abc.drop_columns(old, m);
	m := _abc.put_changed_tables(m);
	PERFORM _abc.save(m);
	PERFORM _abc.put_tracking(m);
	FOR v IN
		SELECT d ->> 'view' AS name, ARRAY(SELECT jsonb_array_elements_text(d -> 'dress')) AS dress
		FROM jsonb_array_elements(dress) AS d
	LOOP
		PERFORM _abc.dress_view(v.name, v.dress);
	END LOOP;
	PERFORM _abc.save(m);
	PERFORM _abc.comment_relations(m, old.language);
END
$$;
COMMENT ON FUNCTION _abc.change_relations(@extschema@.abc_model, @extschema@.abc_model) IS
'part of abc_alter_model: tables and views';
