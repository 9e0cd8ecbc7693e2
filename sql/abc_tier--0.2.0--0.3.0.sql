/* sql/abc_tier--0.2.0--0.3.0.sql */

-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION abc_tier UPDATE TO '0.3.0'" to load this file. \quit

--
-- Managed models
--
-- A model is a handful of relations in the schema of the user who made it.
-- Its definition is one row in a typed table OF abc_model; models are result by
-- pg_class.reloftype, and every relation of a model is remembered there as
-- regclass, so that renames and moves are followed and dumps carry names.
--
-- What writes to a model, and what reads its source, runs as the model's owner
-- in a security-restricted operation, whoever of the owning role calls it: see
-- abc_as_owner.  Everything else runs with the rights of the caller.  Functions
-- called _abc_... are parts of the public ones: callers need to be able to
-- execute them.
-- Generated SQL is put together by format() from quoted names; a text that was
-- put together is only ever an argument of format(), never its template.
-- quote_all_identifiers is off, because types are told by their names, and
-- REFRESH MATERIALIZED VIEW CONCURRENTLY itself fails with it.
-- Calls of the extension's own functions give every argument, of exactly the
-- declared type (or a literal for text): who may create functions in this
-- schema cannot put one in their place that would fit better.
--

-- The name of this schema is part of format()'s templates.
DO $$
BEGIN
	IF pg_catalog.strpos('@extschema@', '%') OPERATOR(pg_catalog.<>) 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_schema_name',
			MESSAGE = 'abc_tier cannot be installed in schema @extschema@: its name contains "%"',
			HINT = 'Install it in a schema of another name.';
	END IF;
END
$$;

--
-- Types
--

CREATE TYPE abc_metric AS (
	name text,
	weight double precision,
	method text
);
COMMENT ON TYPE abc_metric IS 'one metric of a weighted score: a column of the source, its weight, its normalization';

CREATE TYPE abc_rule AS (
	kind text,
	tier text,
	condition text,
	because text
);
COMMENT ON TYPE abc_rule IS 'a rule of a model: made by abc_only_if and abc_always_if';

-- Only plain types inside: a composite type that is used in a column can
-- never again be given an attribute.
CREATE TYPE abc_model AS (
	definition regclass,
	mv regclass,
	run_table regclass,
	history_table regclass,
	override_table regclass,
	trend_table regclass,
	current_view regclass,
	ranked_view regclass,
	changes_view regclass,
	source regclass,
	key text,
	key_type text,
	value text,
	value_type text,
	scheme @extschema@.abc_scheme,
	metrics text[],
	weights double precision[],
	methods text[],
	partition_by text[],
	attributes text[],
	missing text,
	eligible text,
	rule_kinds text[],
	rule_tiers text[],
	rule_conditions text[],
	rule_reasons text[],
	promote_after integer,
	demote_after integer,
	max_step integer,
	first_order text,
	last_order text,
	orders text,
	at_risk interval,
	lost interval,
	treatments regclass,
	runs bigint,
	revision integer,
	standard integer,
	created timestamp with time zone,
	altered timestamp with time zone
);
COMMENT ON TYPE abc_model IS 'the definition of a managed model: one row of a table OF this type';

--
-- Pure functions
--

CREATE FUNCTION abc_metric(name text, weight double precision, method text DEFAULT NULL) RETURNS abc_metric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW(name, weight, method)::@extschema@.abc_metric;
COMMENT ON FUNCTION abc_metric(text, double precision, text) IS
'a metric for abc_create_model: column of the source, weight, and how it is made comparable, e.g. ''lower rank'' (NULL: as abc_score does by itself)';

CREATE FUNCTION abc_only_if(tier text, condition text, because text DEFAULT NULL) RETURNS abc_rule
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW('only_if', tier, condition, because)::@extschema@.abc_rule;
COMMENT ON FUNCTION abc_only_if(text, text, text) IS
'a gate: only who satisfies the condition may hold this tier or a better one; who does not, or of whom it is unknown, holds the next tier at best';

CREATE FUNCTION abc_always_if(tier text, condition text, because text DEFAULT NULL) RETURNS abc_rule
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW('always_if', tier, condition, because)::@extschema@.abc_rule;
COMMENT ON FUNCTION abc_always_if(text, text, text) IS
'who satisfies the condition holds exactly this tier, whatever was computed; unknown changes nothing';

-- The day a source should look from.  No SET clause, so that it is inlined.
CREATE FUNCTION abc_as_of() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN pg_catalog.current_setting('abc_tier.as_of', true) OPERATOR(pg_catalog.<>) ''::text
	THEN pg_catalog.to_date(pg_catalog.current_setting('abc_tier.as_of', true), 'YYYY-MM-DD')
	ELSE CURRENT_DATE END;
COMMENT ON FUNCTION abc_as_of() IS
'the day for which a model is being refreshed; the current date outside a refresh. The source of a model may call it, so that past months can be filled in';

-- The tier in force after hysteresis.
CREATE FUNCTION abc_next_tier(previous abc_tier, computed abc_tier, periods integer,
	promote_after integer DEFAULT 1, demote_after integer DEFAULT 1, max_step integer DEFAULT NULL) RETURNS abc_tier
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	was integer := ascii(previous::text);
	now_ integer := ascii(computed::text);
	needed integer;
BEGIN
	IF promote_after IS NULL OR promote_after < 1 OR demote_after IS NULL OR demote_after < 1 OR max_step < 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('hysteresis of promote_after %s, demote_after %s, max_step %s is not possible',
				coalesce(promote_after::text, 'NULL'), coalesce(demote_after::text, 'NULL'), coalesce(max_step::text, 'NULL')),
			HINT = 'Each is a number of at least 1; max_step may be NULL for any number of steps.';
	END IF;
	IF was IS NULL OR now_ IS NULL OR was = now_ THEN
		RETURN computed;
	END IF;
	IF periods IS NULL OR periods < 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('%s periods are not possible', coalesce(periods::text, 'NULL')),
			HINT = 'The period in which the new tier was computed first counts as 1.';
	END IF;
	needed := CASE WHEN now_ < was THEN promote_after ELSE demote_after END;
	IF periods < needed THEN
		RETURN previous;
	END IF;
	RETURN chr(CASE WHEN now_ < was THEN greatest(now_, was - max_step) ELSE least(now_, was + max_step) END);
END
$$;
COMMENT ON FUNCTION abc_next_tier(abc_tier, abc_tier, integer, integer, integer, integer) IS
'hysteresis: the tier that follows when a better (worse) tier than the previous one was computed for so many periods in a row; NULL computed gives NULL, NULL previous gives computed';

-- A dead band around the cuts.  cutoffs are as abc_cutoffs gives them, best first.
CREATE FUNCTION abc_dead_band(previous abc_tier, value double precision, cutoffs double precision[], band double precision) RETURNS abc_tier
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	up @extschema@.abc_tier;
	down @extschema@.abc_tier;
BEGIN
	PERFORM @extschema@._abc_check_band(band::numeric);
	up := @extschema@.abc_assign(value, (SELECT array_agg(c + abs(c) * band ORDER BY i) FROM unnest(cutoffs) WITH ORDINALITY AS u (c, i)));
	down := @extschema@.abc_assign(value, (SELECT array_agg(c - abs(c) * band ORDER BY i) FROM unnest(cutoffs) WITH ORDINALITY AS u (c, i)));
	RETURN CASE WHEN previous IS NULL THEN @extschema@.abc_assign(value, cutoffs)
		WHEN up::text < previous::text COLLATE "C" THEN up
		WHEN down::text > previous::text COLLATE "C" THEN down
		WHEN down IS NOT NULL THEN previous END;
END
$$;
COMMENT ON FUNCTION abc_dead_band(abc_tier, double precision, double precision[], double precision) IS
'the previous tier, unless the value lies beyond a cut by more than this fraction of the cut (0.05: five per cent); NULL previous gives abc_assign(value, cutoffs)';

CREATE FUNCTION abc_dead_band(previous abc_tier, value numeric, cutoffs numeric[], band numeric) RETURNS abc_tier
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	up @extschema@.abc_tier;
	down @extschema@.abc_tier;
BEGIN
	PERFORM @extschema@._abc_check_band(band);
	up := @extschema@.abc_assign(value, (SELECT array_agg(c + abs(c) * band ORDER BY i) FROM unnest(cutoffs) WITH ORDINALITY AS u (c, i)));
	down := @extschema@.abc_assign(value, (SELECT array_agg(c - abs(c) * band ORDER BY i) FROM unnest(cutoffs) WITH ORDINALITY AS u (c, i)));
	RETURN CASE WHEN previous IS NULL THEN @extschema@.abc_assign(value, cutoffs)
		WHEN up::text < previous::text COLLATE "C" THEN up
		WHEN down::text > previous::text COLLATE "C" THEN down
		WHEN down IS NOT NULL THEN previous END;
END
$$;
COMMENT ON FUNCTION abc_dead_band(abc_tier, numeric, numeric[], numeric) IS
'the previous tier, unless the value lies beyond a cut by more than this fraction of the cut (0.05: five per cent); NULL previous gives abc_assign(value, cutoffs)';

CREATE FUNCTION _abc_check_band(band numeric) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF band IS NULL OR band NOT BETWEEN 0 AND 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('a dead band of %s is not possible', coalesce(band::text, 'NULL')),
			HINT = 'Give a fraction of the cut from 0 to 1, for example 0.05 for five per cent.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_check_band(numeric) IS 'part of abc_dead_band';

-- Where a customer stands in time.  No SET clause, so that it is inlined:
-- every name and operator is bound when this script runs.
CREATE FUNCTION abc_lifecycle(first_order date, last_order date, orders bigint, as_of date,
	at_risk interval DEFAULT NULL, lost interval DEFAULT NULL, rhythm double precision DEFAULT 3,
	previous text DEFAULT NULL, previous_since date DEFAULT NULL,
	new_for interval DEFAULT '3 months', loyal_after interval DEFAULT '1 year', loyal_orders bigint DEFAULT 4) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN orders OPERATOR(pg_catalog.<=) 0::bigint
		OR (orders IS NULL AND first_order IS NULL AND last_order IS NULL) THEN 'potential'
	WHEN last_order OPERATOR(pg_catalog.<=) (as_of OPERATOR(pg_catalog.-) lost) THEN 'lost'
	WHEN last_order OPERATOR(pg_catalog.<=) (as_of OPERATOR(pg_catalog.-) at_risk) THEN 'at_risk'
	WHEN at_risk IS NULL AND orders OPERATOR(pg_catalog.>=) 3::bigint
		AND last_order OPERATOR(pg_catalog.>) first_order
		AND ((as_of OPERATOR(pg_catalog.-) last_order)::double precision OPERATOR(pg_catalog.*) (orders OPERATOR(pg_catalog.-) 1::bigint)::double precision)
			OPERATOR(pg_catalog.>) (rhythm OPERATOR(pg_catalog.*) (last_order OPERATOR(pg_catalog.-) first_order)::double precision) THEN 'at_risk'
	WHEN previous OPERATOR(pg_catalog.=) 'lost'::text
		OR (previous OPERATOR(pg_catalog.=) 'returned'::text
			AND previous_since OPERATOR(pg_catalog.>) (as_of OPERATOR(pg_catalog.-) new_for)) THEN 'returned'
	WHEN first_order OPERATOR(pg_catalog.>) (as_of OPERATOR(pg_catalog.-) new_for) THEN 'new'
	WHEN first_order OPERATOR(pg_catalog.<=) (as_of OPERATOR(pg_catalog.-) loyal_after)
		AND orders OPERATOR(pg_catalog.>=) loyal_orders THEN 'loyal'
	ELSE 'active'
END;
COMMENT ON FUNCTION abc_lifecycle(date, date, bigint, date, interval, interval, double precision, text, date, interval, interval, bigint) IS
'potential (no order), lost (silent for "lost"), at_risk (silent for "at_risk", or where that is NULL for more than "rhythm" of the customer''s own mean intervals, from the third order on), returned (was lost; for "new_for"), new (first order less than "new_for" ago), loyal (customer for "loyal_after" with "loyal_orders"), else active';

--
-- Finding, opening and locking a model
--

-- What is stored in a definition is not believed where it could do harm: names
-- of types go into SQL as they are, so they are read from the catalog; and all
-- relations must have one owner, so that nobody refreshes or drops a stranger's.
CREATE FUNCTION _abc_sound(m abc_model) RETURNS abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	foreign_one regclass;
BEGIN
	IF m.key IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('the definition of model "%s" is empty', m.definition),
			HINT = 'Restore its one row, or drop what is left of the model.';
	END IF;
	SELECT c.oid INTO foreign_one FROM pg_class AS c JOIN pg_class AS d ON d.oid = m.definition
	WHERE c.oid IN (m.mv, m.run_table, m.history_table, m.override_table, m.trend_table, m.current_view, m.ranked_view, m.changes_view)
		AND c.relowner <> d.relowner;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('"%s" and "%s" are of one model, but have different owners', m.definition, foreign_one),
			HINT = 'Give all relations of a model to one owner with ALTER TABLE ... OWNER TO.';
	END IF;
	SELECT format_type(a.atttypid, NULL) INTO m.key_type FROM pg_attribute AS a
	WHERE a.attrelid = m.history_table AND a.attname = m.key AND NOT a.attisdropped;
	SELECT format_type(a.atttypid, NULL) INTO m.value_type FROM pg_attribute AS a
	WHERE a.attrelid = m.history_table AND a.attname = 'value' AND NOT a.attisdropped;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_sound(abc_model) IS 'a stored definition, checked against the catalog';

-- A superuser who is not the owner is refused: triggers on a model's tables,
-- functions in its source and its views run with the caller's rights.
CREATE FUNCTION _abc_refuse_superuser(model regclass, purpose text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	owner oid := (SELECT c.relowner FROM pg_class AS c WHERE c.oid = model);
BEGIN
	IF EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = current_user AND r.rolsuper AND r.oid <> owner) THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = format('a superuser who does not own model "%s" must not %s it', model, purpose),
			DETAIL = 'Triggers and functions of its owner would run with the rights of the superuser.',
			HINT = format('SET ROLE %I; first.', pg_get_userbyid(owner));
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_refuse_superuser(regclass, text) IS 'refuse a superuser who does not own a model';

-- The definition of the model that a relation belongs to.  Only definitions of
-- the relation's own owner are read: reading a stranger's table could run his
-- row-level security functions with the caller's rights.
CREATE FUNCTION _abc_find(model regclass) RETURNS abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model;
	candidate regclass;
	unreadable regclass;
BEGIN
	PERFORM @extschema@._abc_refuse_superuser(model, 'read');
	FOR candidate IN
		SELECT d.oid FROM pg_class AS r JOIN pg_class AS d ON d.relowner = r.relowner
		WHERE r.oid = model AND d.reloftype = '@extschema@.abc_model'::regtype AND d.relkind = 'r'
		ORDER BY d.oid = r.oid DESC, d.relnamespace = r.relnamespace DESC, d.oid
	LOOP
		IF NOT has_table_privilege(candidate, 'SELECT') THEN
			unreadable := candidate;
			CONTINUE;
		END IF;
		EXECUTE format('SELECT d.* FROM %s AS d', candidate) INTO m;
		m.definition := candidate;
		IF model IN (candidate, m.mv, m.run_table, m.history_table, m.override_table, m.trend_table,
			m.current_view, m.ranked_view, m.changes_view)
		THEN
			RETURN @extschema@._abc_sound(m);
		END IF;
	END LOOP;
	IF unreadable IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = format('permission denied for the definition of the model of "%s"', model),
			HINT = format('Ask its owner for SELECT on the relations of the model, for example on %s.', unreadable);
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'undefined_object',
		MESSAGE = CASE WHEN model IS NULL THEN 'no model is given' ELSE format('"%s" belongs to no model', model) END,
		HINT = 'Give the name of a model made by abc_create_model, or of any relation of it.';
END
$$;
COMMENT ON FUNCTION _abc_find(regclass) IS 'the definition of the model that a relation belongs to';

CREATE FUNCTION _abc_refuse_standby(purpose text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF pg_is_in_recovery() AND purpose <> 'check' THEN
		RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction',
			MESSAGE = format('cannot %s a model on a standby server', purpose),
			HINT = 'Do it on the primary server; the result arrives here by replication.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_refuse_standby(text) IS 'refuse to write on a standby server';

-- Functions that are abc_as_owner in C do what the function of the same name and
-- arguments with "_" in front does, as the owner of the relation that is their
-- first argument.
CREATE FUNCTION _abc_caller() RETURNS text
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_caller';
COMMENT ON FUNCTION _abc_caller() IS 'the role that called a function that runs as the owner of a model; elsewhere the current user';

-- As _abc_find, for those who may change the model.
CREATE FUNCTION _abc_owned(model regclass, purpose text) RETURNS abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model;
BEGIN
	PERFORM @extschema@._abc_refuse_standby(purpose);
	PERFORM @extschema@._abc_refuse_superuser(model, purpose);
	IF NOT pg_has_role((SELECT c.relowner FROM pg_class AS c WHERE c.oid = model), 'USAGE') THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = format('must be owner of model "%s" to %s it', model, purpose);
	END IF;
	m := @extschema@._abc_find(model);
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_owned(regclass, text) IS 'the definition of a model that the caller may change';

-- The lock of a model is the row lock of its definition: whoever refreshes,
-- overrides or alters takes it and holds it to the end of the transaction.
-- Under REPEATABLE READ and above a model that was refreshed since the
-- snapshot was taken gives a serialization failure right here.
CREATE FUNCTION _abc_lock(m abc_model, new_runs integer) RETURNS abc_model
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	locked @extschema@.abc_model;
BEGIN
	EXECUTE format('UPDATE %s AS d SET runs = d.runs + $1 RETURNING d.*', m.definition) INTO locked USING new_runs;
	locked.definition := m.definition;
	RETURN @extschema@._abc_sound(locked);
END
$$;
COMMENT ON FUNCTION _abc_lock(abc_model, integer) IS 'take the lock of a model and read its definition afresh';

-- The name of a model is the name of its materialized view.
CREATE FUNCTION _abc_name(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result text := (SELECT c.relname FROM pg_class AS c WHERE c.oid = m.mv);
BEGIN
	RETURN coalesce(result, regexp_replace((SELECT c.relname FROM pg_class AS c WHERE c.oid = m.definition), '_model$', ''));
END
$$;
COMMENT ON FUNCTION _abc_name(abc_model) IS 'the name of a model: that of its materialized view';

-- All relations of the model must be there: dropping some of them by hand is
-- possible, and ends in a clear message.  So does an alteration that was
-- committed after this statement took its snapshot: what was exchanged has no
-- name any more, though the snapshot still has it.  Reading the view waits for
-- an alteration that is under way, and makes later ones wait.
CREATE FUNCTION _abc_complete(m abc_model) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	part record;
	face text := m.current_view::text;
BEGIN
	FOR part IN
		SELECT p.what, p.rel FROM (VALUES (1, 'materialized view', m.mv), (2, 'table of runs', m.run_table),
			(3, 'history', m.history_table), (4, 'table of overrides', m.override_table), (5, 'trend', m.trend_table),
			(6, 'view of the current state', m.current_view)) AS p (i, what, rel)
		WHERE NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = p.rel)
		ORDER BY p.i
	LOOP
		RAISE EXCEPTION USING ERRCODE = 'undefined_table',
			MESSAGE = format('the %s of model "%s" was dropped', part.what, m.definition),
			HINT = CASE WHEN part.what LIKE '%view%'
				THEN format('SELECT %s(%L) makes it again, SELECT %s(%L) removes the rest of the model.',
					'@extschema@.abc_alter_model', m.definition, '@extschema@.abc_drop_model', m.definition)
				ELSE format('SELECT %s(%L) removes the rest of the model.', '@extschema@.abc_drop_model', m.definition) END;
	END LOOP;
	IF face !~ '^[0-9]+$' AND has_table_privilege(m.current_view, 'SELECT')
		AND (SELECT c.relispopulated FROM pg_class AS c WHERE c.oid = m.mv)
	THEN
		EXECUTE format('SELECT FROM %s LIMIT 0', face);
	END IF;
	IF '' = ANY (ARRAY(SELECT regexp_replace(rel::text, '^[0-9]+$', '') FROM unnest(ARRAY[m.mv, m.current_view, m.history_table, m.run_table]) AS rel)) THEN
		RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
			MESSAGE = format('model "%s" was altered while it was being read', m.definition),
			HINT = 'Repeat the statement.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_complete(abc_model) IS 'raise a clear error if a relation of the model was dropped by hand';

--
-- Small builders of SQL
--

-- Each name put into a template as %1$I (with %2$I, a second name), joined.
CREATE FUNCTION _abc_each(names text[], template text, separator text, second text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce((SELECT string_agg(format(template, u.name, second), separator ORDER BY u.i)
		FROM unnest(names) WITH ORDINALITY AS u (name, i)), '');
END
$$;
COMMENT ON FUNCTION _abc_each(text[], text, text, text) IS 'part of the SQL builders of models';

CREATE FUNCTION _abc_each(names text[], template text, separator text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN @extschema@._abc_each(names, template, separator, NULL::text);
COMMENT ON FUNCTION _abc_each(text[], text, text) IS 'part of the SQL builders of models';

CREATE FUNCTION _abc_each(names text[], template text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN @extschema@._abc_each(names, template, ', '::text, NULL::text);
COMMENT ON FUNCTION _abc_each(text[], text) IS 'part of the SQL builders of models';

-- Key, partition columns and attributes: the columns named by the user.
CREATE FUNCTION _abc_carried(m abc_model) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.array_cat(pg_catalog.array_prepend((m).key, (m).partition_by), (m).attributes);
COMMENT ON FUNCTION _abc_carried(abc_model) IS 'key, partition columns and attributes of a model';

-- What is cut: the score where there are metrics, else the value.
CREATE FUNCTION _abc_cut(m abc_model) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (m).metrics IS NULL THEN 'value' ELSE 'score' END;
COMMENT ON FUNCTION _abc_cut(abc_model) IS 'the column of a model that is cut';

-- The equality of a type's default btree operator class, schema-qualified.
CREATE FUNCTION _abc_equals(type_name text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result text;
BEGIN
	SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname) INTO result
	FROM pg_opclass AS c JOIN pg_am AS a ON a.oid = c.opcmethod AND a.amname = 'btree'
	JOIN pg_amop AS p ON p.amopfamily = c.opcfamily AND p.amopstrategy = 3
		AND p.amoplefttype = c.opcintype AND p.amoprighttype = c.opcintype
	JOIN pg_operator AS o ON o.oid = p.amopopr JOIN pg_namespace AS n ON n.oid = o.oprnamespace
	WHERE c.opcdefault AND c.opcintype = (
		WITH RECURSIVE t (oid, base) AS (
			SELECT y.oid, y.typbasetype FROM pg_type AS y WHERE y.oid = type_name::regtype
			UNION ALL SELECT y.oid, y.typbasetype FROM t JOIN pg_type AS y ON y.oid = t.base)
		SELECT t.oid FROM t WHERE t.base = 0);
	RETURN coalesce(result, 'OPERATOR(pg_catalog.=)');
END
$$;
COMMENT ON FUNCTION _abc_equals(text) IS 'the qualified equality operator of a type';

-- NULL-safe and hashable: arrays compare NULL elements as equal.
CREATE FUNCTION _abc_same_partition(m abc_model, a text, b text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN m.partition_by = '{}' THEN 'true'
		ELSE @extschema@._abc_each(m.partition_by, 'ARRAY[' || a || '.%1$I] = ARRAY[' || b || '.%1$I]', ' AND ') END;
END
$$;
COMMENT ON FUNCTION _abc_same_partition(abc_model, text, text) IS 'part of the SQL builders of models';

-- a IS DISTINCT FROM b for tiers, by the tiers' own operator.
CREATE FUNCTION _abc_tiers_differ(a text, b text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.format('coalesce(NOT %1$s OPERATOR(@extschema@.=) %2$s, (%1$s IS NULL) <> (%2$s IS NULL))', a, b);
COMMENT ON FUNCTION _abc_tiers_differ(text, text) IS 'part of the SQL builders of models';

CREATE FUNCTION _abc_scheme_literal(scheme abc_scheme) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('%L::@extschema@.abc_scheme', scheme::text);
END
$$;
COMMENT ON FUNCTION _abc_scheme_literal(abc_scheme) IS 'part of the SQL builders of models';

-- How many tiers a scheme makes: one more than cut-offs of any total.
CREATE FUNCTION _abc_tier_count(scheme abc_scheme) RETURNS integer
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT cardinality(@extschema@.abc_cutoffs(v, scheme)) + 1 FROM (VALUES (1::double precision)) AS one (v));
END
$$;
COMMENT ON FUNCTION _abc_tier_count(abc_scheme) IS 'the number of tiers of a scheme';

-- A tier given as letter or as name.
CREATE FUNCTION _abc_tier_of(scheme abc_scheme, tier text) RETURNS abc_tier
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n integer := @extschema@._abc_tier_count(scheme);
	result @extschema@.abc_tier;
BEGIN
	SELECT chr(64 + i)::@extschema@.abc_tier INTO result FROM generate_series(1, n) AS i
	WHERE tier IN (chr(64 + i), @extschema@.abc_label(chr(64 + i)::@extschema@.abc_tier, scheme))
	ORDER BY tier = chr(64 + i) DESC LIMIT 1;
	IF result IS NULL AND tier IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('the scheme "%s" has no tier "%s"', scheme, tier),
			HINT = format('Its tiers are %s.', (SELECT string_agg(DISTINCT t, ', ') FROM generate_series(1, n) AS i
				CROSS JOIN LATERAL (VALUES (chr(64 + i)), (@extschema@.abc_label(chr(64 + i)::@extschema@.abc_tier, scheme))) AS v (t)));
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc_tier_of(abc_scheme, text) IS 'a tier given by letter or by name';

--
-- Checking a definition
--

-- The type of a column, or an error that lists the columns there are.
CREATE FUNCTION _abc_column_type(relation regclass, col text, purpose text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result text;
BEGIN
	SELECT format_type(a.atttypid, a.atttypmod) INTO result FROM pg_attribute AS a
	WHERE a.attrelid = relation AND a.attname = col AND a.attnum > 0 AND NOT a.attisdropped;
	IF result IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_column',
			MESSAGE = format('"%s" has no column "%s" to be the %s', relation, coalesce(col, 'NULL'), purpose),
			HINT = format('Its columns are %s.', (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
				FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped));
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc_column_type(regclass, text, text) IS 'part of the checks of a model: the type of a column';

-- The type in which a column of numbers is cut: numeric, bigint or float8.
CREATE FUNCTION _abc_number_type(relation regclass, col text, purpose text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	declared text := @extschema@._abc_column_type(relation, col, purpose);
	base oid;
BEGIN
	WITH RECURSIVE t (oid, base) AS (
		SELECT y.oid, y.typbasetype FROM pg_attribute AS a JOIN pg_type AS y ON y.oid = a.atttypid
		WHERE a.attrelid = relation AND a.attname = col AND NOT a.attisdropped
		UNION ALL SELECT y.oid, y.typbasetype FROM t JOIN pg_type AS y ON y.oid = t.base)
	SELECT t.oid INTO base FROM t WHERE t.base = 0;
	CASE
		WHEN base IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype) THEN RETURN 'bigint';
		WHEN base = 'numeric'::regtype THEN RETURN 'numeric';
		WHEN base IN ('real'::regtype, 'double precision'::regtype) THEN RETURN 'double precision';
		ELSE
			RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
				MESSAGE = format('column "%s" of "%s" is of type %s: the %s must be a number', col, relation, declared, purpose),
				HINT = 'Cast it to numeric in a view and make that the source.';
	END CASE;
END
$$;
COMMENT ON FUNCTION _abc_number_type(regclass, text, text) IS 'part of the checks of a model: the type in which a number is cut';

-- A column definition that can hold a column of the source.
CREATE FUNCTION _abc_column_def(relation regclass, col text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT format('%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
			CASE WHEN a.attcollation <> t.typcollation THEN format(' COLLATE %I.%I', n.nspname, c.collname) END)
		FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
		LEFT JOIN pg_collation AS c ON c.oid = a.attcollation LEFT JOIN pg_namespace AS n ON n.oid = c.collnamespace
		WHERE a.attrelid = relation AND a.attname = col AND NOT a.attisdropped);
END
$$;
COMMENT ON FUNCTION _abc_column_def(regclass, text) IS 'part of the making of a model: a column like one of the source';

-- A condition must be one boolean expression over the source.
CREATE FUNCTION _abc_check_condition(source regclass, condition text, purpose text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	says text;
	hint text;
	code text;
BEGIN
	EXECUTE format(E'SELECT FROM %s AS s WHERE (%s\n) LIMIT 0', source, condition);
EXCEPTION WHEN syntax_error_or_access_rule_violation OR data_exception THEN
	GET STACKED DIAGNOSTICS says = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT, code = RETURNED_SQLSTATE;
	RAISE EXCEPTION USING ERRCODE = code,
		MESSAGE = format('condition of %s: %s', purpose, says),
		DETAIL = format('The condition is: %s', condition),
		HINT = CASE WHEN code IN ('42883', '42704') THEN 'Write functions and types of your own with their schema.'
			ELSE coalesce(nullif(hint, ''), 'Write one boolean SQL expression over the columns of the source.') END;
END
$$;
COMMENT ON FUNCTION _abc_check_condition(regclass, text, text) IS 'part of the checks of a model: a condition';

-- Columns that the relations of a model have of their own, so that a column of
-- the user's cannot bear the name.  Attributes are in NAME, NAME_history and
-- the views; partition columns in NAME_run and NAME_trend too, the key in
-- NAME_override too.
CREATE FUNCTION _abc_own_columns(role text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.array_cat(ARRAY['version', 'tier', 'tier_rank', 'tier_name', 'computed', 'computed_tier', 'settled',
	'decided_by', 'reason', 'decided_until', 'value', 'value_share', 'score', 'metrics', 'eligible', 'conditions',
	'next_tier', 'gap_to_next', 'cushion', 'tier_since', 'previous_tier', 'from_tier', 'to_tier', 'previous_lifecycle',
	'moved', 'cause', 'value_change', 'lifecycle', 'lifecycle_since', 'first_order', 'last_order', 'orders', 'best_tier',
	'best_tier_until', 'best_value', 'as_of', 'run', 'scheme', 'valid_from', 'valid_to', 'rank', 'of_customers',
	'cumulative_share']::text[],
	CASE role WHEN 'partition' THEN ARRAY['moment', 'started', 'finished', 'customers', 'rated', 'total', 'cutoffs',
		'weights', 'moved_up', 'moved_down', 'arrived', 'gone', 'set_to_zero', 'not_eligible', 'unrated', 'without_customer',
		'source_total', 'revision', 'standard', 'error', 'customers_share', 'moved_in', 'moved_out', 'lost']::text[]
	WHEN 'key' THEN ARRAY['override_id', 'author', 'made', 'begins', 'ends']::text[] END);
COMMENT ON FUNCTION _abc_own_columns(text) IS 'part of the checks of a model: names that its relations use themselves';

CREATE FUNCTION _abc_check_names(m abc_model) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bad record;
BEGIN
	SELECT c.role, c.name INTO bad
	FROM (SELECT 'key', m.key UNION ALL SELECT 'partition', unnest(m.partition_by)
		UNION ALL SELECT 'attribute', unnest(m.attributes)) AS c (role, name)
	WHERE c.name = ANY (@extschema@._abc_own_columns(c.role)) LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'duplicate_column',
			MESSAGE = format('the %s column "%s" has the name of a column that models have themselves', bad.role, bad.name),
			HINT = 'Give it another name in a view, and make that the source.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_check_names(abc_model) IS 'part of the checks of a model: names of columns';

CREATE FUNCTION _abc_check_source(m abc_model) RETURNS abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	col text;
BEGIN
	IF coalesce((SELECT c.relkind NOT IN ('r', 'v', 'm', 'f', 'p') FROM pg_class AS c WHERE c.oid = m.source), true) THEN
		RAISE EXCEPTION USING ERRCODE = 'wrong_object_type',
			MESSAGE = format('"%s" is not a table or view', coalesce(m.source::text, 'NULL')),
			HINT = 'The source of a model is a table or view with one row per customer.';
	END IF;
	m.key_type := @extschema@._abc_column_type(m.source, m.key, 'key')::regtype::text;
	m.value_type := @extschema@._abc_number_type(m.source, m.value, 'value');
	FOREACH col IN ARRAY coalesce(m.metrics, '{}') LOOP
		PERFORM @extschema@._abc_number_type(m.source, col, 'metric');
	END LOOP;
	FOREACH col IN ARRAY m.partition_by LOOP
		PERFORM @extschema@._abc_column_type(m.source, col, 'partition');
	END LOOP;
	FOREACH col IN ARRAY m.attributes LOOP
		PERFORM @extschema@._abc_column_type(m.source, col, 'attribute');
	END LOOP;
	m.partition_by := ARRAY(SELECT u.c FROM unnest(m.partition_by) WITH ORDINALITY AS u (c, i)
		WHERE u.c <> m.key GROUP BY u.c ORDER BY min(u.i));
	m.attributes := ARRAY(SELECT u.c FROM unnest(m.attributes) WITH ORDINALITY AS u (c, i)
		WHERE u.c <> m.key AND u.c <> ALL (m.partition_by) GROUP BY u.c ORDER BY min(u.i));
	PERFORM @extschema@._abc_check_names(m);
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_check_source(abc_model) IS 'part of the checks of a model: source and columns';

CREATE FUNCTION _abc_check_scheme(m abc_model) RETURNS abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bad text;
BEGIN
	IF m.metrics IS NOT NULL AND m.scheme IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'a model with metrics needs a scheme',
			DETAIL = '80 % of a score means nothing: a score is not an amount that adds up.',
			HINT = 'Add, for example, scheme => ''count 15/50'' (best 15 % of the customers, next 35 %) or scheme => ''value 80/60'' (points).';
	END IF;
	m.scheme := coalesce(m.scheme, '80/95');
	SELECT u.name INTO bad FROM unnest(m.metrics, m.weights) AS u (name, weight)
	WHERE u.weight IS NULL OR NOT u.weight BETWEEN 0 AND 1e300;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('the weight of metric "%s" is not a number of 0 or more', bad),
			HINT = 'Where less is better, keep the weight and write a method that begins with lower: abc_metric(''pay_days'', 10, ''lower rank'').';
	END IF;
	IF m.missing IS NULL OR m.missing NOT IN ('renormalize', 'zero', 'null') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('unknown policy for missing metrics "%s"', coalesce(m.missing, 'NULL')),
			HINT = 'It is renormalize (the other weights share it), zero, or null (no score).';
	END IF;
	PERFORM @extschema@.abc_next_tier(NULL::@extschema@.abc_tier, NULL::@extschema@.abc_tier, 1, m.promote_after, m.demote_after, m.max_step);
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_check_scheme(abc_model) IS 'part of the checks of a model: scheme, weights, hysteresis';

CREATE FUNCTION _abc_check_rules(m abc_model) RETURNS abc_model
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	i integer;
	tier text;
	n integer := @extschema@._abc_tier_count(m.scheme);
BEGIN
	IF m.eligible IS NOT NULL THEN
		PERFORM @extschema@._abc_check_condition(m.source, m.eligible, 'eligible');
	END IF;
	FOR i IN 1 .. coalesce(cardinality(m.rule_kinds), 0) LOOP
		IF m.rule_kinds[i] IS NULL OR m.rule_kinds[i] NOT IN ('only_if', 'always_if')
			OR m.rule_conditions[i] IS NULL OR m.rule_tiers[i] IS NULL THEN
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('rule %s has no kind, tier or condition', i),
				HINT = 'Make rules with abc_only_if(tier, condition, because) and abc_always_if(tier, condition, because).';
		END IF;
		tier := @extschema@._abc_tier_of(m.scheme, m.rule_tiers[i]);
		IF m.rule_kinds[i] = 'only_if' AND ascii(tier) - 64 = n THEN
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('rule %s: "%s" is the last tier of the scheme "%s", there is no next tier for those it turns away', i, m.rule_tiers[i], m.scheme),
				HINT = 'Who must have no tier at all is not eligible: use the argument eligible.';
		END IF;
		PERFORM @extschema@._abc_check_condition(m.source, m.rule_conditions[i], format('rule %s', i));
		m.rule_tiers[i] := tier;
		m.rule_reasons[i] := coalesce(m.rule_reasons[i],
			replace(m.rule_kinds[i], '_', ' ') || ' ' || m.rule_conditions[i]);
	END LOOP;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_check_rules(abc_model) IS 'part of the checks of a model: eligible and rules';

CREATE FUNCTION _abc_check_lifecycle(m abc_model) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	col text;
	bad interval := CASE WHEN m.at_risk <= '0' THEN m.at_risk WHEN m.lost <= '0' THEN m.lost END;
BEGIN
	FOREACH col IN ARRAY ARRAY[m.first_order, m.last_order] LOOP
		IF col IS NOT NULL AND @extschema@._abc_column_type(m.source, col, 'date of an order') !~ '^(date|timestamp)' THEN
			RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
				MESSAGE = format('column "%s" of "%s" is not a date', col, m.source),
				HINT = 'first_order and last_order name columns of type date or timestamp.';
		END IF;
	END LOOP;
	IF m.orders IS NOT NULL THEN
		PERFORM @extschema@._abc_number_type(m.source, m.orders, 'number of orders');
	END IF;
	IF bad IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('a silence of %s is not possible', bad),
			HINT = 'Give at_risk and lost as positive intervals, for example lost => ''6 months''.';
	END IF;
	IF coalesce(m.at_risk, m.lost) IS NOT NULL AND m.last_order IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'at_risk and lost need to know the last order',
			HINT = 'Add last_order => the column of the source that holds its date.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_check_lifecycle(abc_model) IS 'part of the checks of a model: lifecycle';

-- The columns of the treatments that NAME_current shows: not the tier, not
-- those that it is matched by.
CREATE FUNCTION _abc_treatment_columns(m abc_model) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY(SELECT a.attname::text FROM pg_attribute AS a
		WHERE a.attrelid = m.treatments AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'tier'
			AND a.attname <> ALL (@extschema@._abc_carried(m))
		ORDER BY a.attnum);
END
$$;
COMMENT ON FUNCTION _abc_treatment_columns(abc_model) IS 'the columns of the treatments that NAME_current shows';

CREATE FUNCTION _abc_check_treatments(m abc_model) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bad text;
BEGIN
	IF m.treatments IS NULL THEN
		RETURN;
	END IF;
	PERFORM @extschema@._abc_column_type(m.treatments, 'tier', 'tier (letter or name) of the treatment');
	SELECT c INTO bad FROM unnest(@extschema@._abc_treatment_columns(m)) AS c
	WHERE c = ANY (@extschema@._abc_own_columns('treatment'));
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'duplicate_column',
			MESSAGE = format('column "%s" of the treatments "%s" has the name of a column that NAME_current has itself', bad, m.treatments),
			HINT = 'Rename it.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_check_treatments(abc_model) IS 'part of the checks of a model: treatments';

CREATE FUNCTION _abc_checked(m abc_model) RETURNS abc_model
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	m := @extschema@._abc_check_source(m);
	m := @extschema@._abc_check_scheme(m);
	m := @extschema@._abc_check_rules(m);
	PERFORM @extschema@._abc_check_lifecycle(m);
	PERFORM @extschema@._abc_check_treatments(m);
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_checked(abc_model) IS 'a definition checked and completed, or a clear error';

-- Metrics and rules are kept as arrays of plain types.
CREATE FUNCTION _abc_with_metrics(m abc_model, metrics abc_metric[]) RETURNS abc_model
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	m.metrics := NULL;
	m.weights := NULL;
	m.methods := NULL;
	IF cardinality(metrics) > 0 THEN
		SELECT array_agg(u.name ORDER BY u.i), array_agg(u.weight ORDER BY u.i),
			CASE WHEN count(u.method) > 0 THEN array_agg(coalesce(u.method, 'rank') ORDER BY u.i) END
		INTO m.metrics, m.weights, m.methods
		FROM unnest(metrics) WITH ORDINALITY AS u (name, weight, method, i);
	END IF;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_with_metrics(abc_model, abc_metric[]) IS 'a definition with other metrics';

CREATE FUNCTION _abc_with_rules(m abc_model, rules abc_rule[]) RETURNS abc_model
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	m.rule_kinds := NULL;
	m.rule_tiers := NULL;
	m.rule_conditions := NULL;
	m.rule_reasons := NULL;
	IF cardinality(rules) > 0 THEN
		SELECT array_agg(u.kind ORDER BY u.i), array_agg(u.tier ORDER BY u.i),
			array_agg(u.condition ORDER BY u.i), array_agg(u.because ORDER BY u.i)
		INTO m.rule_kinds, m.rule_tiers, m.rule_conditions, m.rule_reasons
		FROM unnest(rules) WITH ORDINALITY AS u (kind, tier, condition, because, i);
	END IF;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_with_rules(abc_model, abc_rule[]) IS 'a definition with other rules';

--
-- Making the relations of a model
--

-- The query behind NAME: plain SQL over the public functions.
CREATE FUNCTION _abc_rows_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET intervalstyle = 'postgres'
AS $$
DECLARE
	carried text[] := @extschema@._abc_carried(m);
	part text := CASE WHEN m.partition_by <> '{}' THEN 'PARTITION BY ' || @extschema@._abc_each(m.partition_by, 'r.%1$I') ELSE '' END;
	source_rows text;
	score text := 'NULL::double precision';
BEGIN
	source_rows := format(E'SELECT %s,\n\ts.%I::%s AS value,\n\ts.%I IS NOT NULL%s AS eligible,\n\t%s AS metrics,\n\t%s AS first_order, %s AS last_order, %s AS orders,\n\t%s AS conditions\nFROM %s AS s',
		@extschema@._abc_each(carried, 's.%1$I'), m.value, m.value_type, m.key,
		coalesce(CASE WHEN m.eligible IS NOT NULL THEN format(E' AND (%s\n) IS TRUE', m.eligible) END, '') || @extschema@._abc_ordered_sql(m),
		CASE WHEN m.metrics IS NULL THEN 'NULL::double precision[]'
			ELSE 'ARRAY[' || @extschema@._abc_each(m.metrics, 's.%1$I::double precision') || ']' END,
		@extschema@._abc_or_null(m.first_order, 'date'), @extschema@._abc_or_null(m.last_order, 'date'),
		@extschema@._abc_or_null(m.orders, 'bigint'),
		CASE WHEN m.rule_conditions IS NULL THEN 'NULL::boolean[]'
			ELSE (SELECT 'ARRAY[' || string_agg(format(E'(%s\n) IS TRUE', u.c), ', ' ORDER BY u.i) || ']'
				FROM unnest(m.rule_conditions) WITH ORDINALITY AS u (c, i)) END,
		m.source);
	IF m.metrics IS NOT NULL THEN
		score := format('@extschema@.abc_score(CASE WHEN r.eligible THEN r.metrics END, %L::double precision[], %s, %L) OVER (%s)',
			m.weights, coalesce(quote_literal(m.methods::text) || '::text[]', 'NULL::text[]'), m.missing, part);
	END IF;
	RETURN format(E'SELECT r.*,\n\t@extschema@.abc_classify(CASE WHEN r.eligible THEN r.%s END, %s) OVER (%s) AS computed\nFROM (SELECT r.*, %s AS score FROM (\n%s\n) AS r) AS r',
		@extschema@._abc_cut(m), @extschema@._abc_scheme_literal(m.scheme), part, score, source_rows);
END
$$;
COMMENT ON FUNCTION _abc_rows_sql(abc_model) IS 'the query of the materialized view of a model';

-- Prospects without an order are in no total: see potential in abc_lifecycle.
CREATE FUNCTION _abc_ordered_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	dates text := @extschema@._abc_each(array_remove(ARRAY[m.first_order, m.last_order], NULL), 's.%1$I IS NOT NULL', ' OR ');
BEGIN
	RETURN CASE WHEN m.orders IS NULL AND dates = '' THEN ''
		WHEN m.orders IS NULL THEN format(' AND (%s)', dates)
		ELSE format(' AND coalesce(s.%I > 0, %s)', m.orders, CASE WHEN dates = '' THEN 'false' ELSE dates END) END;
END
$$;
COMMENT ON FUNCTION _abc_ordered_sql(abc_model) IS 'part of the SQL builders of models: customers who have ordered';

CREATE FUNCTION _abc_or_null(col text, type_name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN col IS NULL THEN pg_catalog.format('NULL::%s', type_name) ELSE pg_catalog.format('s.%I::%s', col, type_name) END;
COMMENT ON FUNCTION _abc_or_null(text, text) IS 'part of the SQL builders of models';

CREATE FUNCTION _abc_create_mv(m abc_model, schema_name name, mv_name text, populate boolean) RETURNS regclass
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('CREATE MATERIALIZED VIEW %I.%I AS %s WITH %s', schema_name, mv_name, @extschema@._abc_rows_sql(m),
		CASE WHEN populate THEN 'DATA' ELSE 'NO DATA' END);
	RETURN format('%I.%I', schema_name, mv_name)::regclass;
END
$$;
COMMENT ON FUNCTION _abc_create_mv(abc_model, name, text, boolean) IS 'make the materialized view of a model';

-- REFRESH MATERIALIZED VIEW CONCURRENTLY needs it, and looking up a customer.
CREATE FUNCTION _abc_create_mv_index(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('CREATE UNIQUE INDEX ON %s (%I)', m.mv, m.key);
END
$$;
COMMENT ON FUNCTION _abc_create_mv_index(abc_model) IS 'make the unique index of the materialized view of a model';

CREATE FUNCTION _abc_create_history(m abc_model, schema_name name, model_name text) RETURNS regclass
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rel text := format('%I.%I', schema_name, model_name || '_history');
	cols text := (SELECT string_agg(@extschema@._abc_column_def(m.source, u.c), ', ' ORDER BY u.i)
		FROM unnest(@extschema@._abc_carried(m)) WITH ORDINALITY AS u (c, i));
BEGIN
	EXECUTE format('CREATE TABLE %s (version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, %s,
		tier @extschema@.abc_tier, computed @extschema@.abc_tier, settled @extschema@.abc_tier,
		decided_by text NOT NULL, reason text, decided_until timestamp with time zone, lifecycle text NOT NULL,
		value %s, score double precision, moved text, from_tier @extschema@.abc_tier, previous_tier @extschema@.abc_tier,
		previous_lifecycle text, cause text NOT NULL, tier_since timestamp with time zone NOT NULL, lifecycle_since date NOT NULL,
		best_tier @extschema@.abc_tier, best_tier_until timestamp with time zone, best_value %s,
		run bigint NOT NULL, valid_from timestamp with time zone NOT NULL, valid_to timestamp with time zone,
		CHECK (valid_to >= valid_from))', rel, cols, m.value_type, m.value_type);
	EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', rel, m.key);
	EXECUTE format('CREATE UNIQUE INDEX ON %s (%I) WHERE valid_to IS NULL', rel, m.key);
	EXECUTE format('CREATE INDEX ON %s (%I, version)', rel, m.key);
	EXECUTE format('CREATE INDEX ON %s (run)', rel);
	RETURN rel::regclass;
END
$$;
COMMENT ON FUNCTION _abc_create_history(abc_model, name, text) IS 'make the history of a model';

CREATE FUNCTION _abc_create_tables(m abc_model, schema_name name, model_name text) RETURNS abc_model
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parts text := coalesce((SELECT string_agg(@extschema@._abc_column_def(m.source, u.c) || ', ', '' ORDER BY u.i)
		FROM unnest(m.partition_by) WITH ORDINALITY AS u (c, i)), '');
	cut_type text := CASE WHEN m.metrics IS NULL THEN m.value_type ELSE 'double precision' END;
BEGIN
	EXECUTE format('CREATE TABLE %I.%I OF @extschema@.abc_model', schema_name, model_name || '_model');
	m.definition := format('%I.%I', schema_name, model_name || '_model')::regclass;
	EXECUTE format('CREATE UNIQUE INDEX ON %s ((true))', m.definition);
	EXECUTE format('CREATE TABLE %I.%I (run bigint NOT NULL, %s as_of date NOT NULL, moment timestamp with time zone NOT NULL,
		started timestamp with time zone NOT NULL, finished timestamp with time zone, customers bigint, rated bigint,
		total numeric, cutoffs %s[], scheme text, weights text, moved_up bigint, moved_down bigint, arrived bigint, gone bigint,
		set_to_zero numeric, not_eligible numeric, unrated numeric, without_customer numeric, source_total numeric,
		revision integer, standard integer, error text)',
		schema_name, model_name || '_run', parts, cut_type);
	m.run_table := format('%I.%I', schema_name, model_name || '_run')::regclass;
	EXECUTE format('CREATE INDEX ON %s (run)', m.run_table);
	EXECUTE format('CREATE TABLE %I.%I (override_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, %s NOT NULL,
		tier @extschema@.abc_tier NOT NULL, reason text NOT NULL, author text NOT NULL DEFAULT CURRENT_USER,
		made timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
		begins timestamp with time zone, ends timestamp with time zone)',
		schema_name, model_name || '_override', @extschema@._abc_column_def(m.source, m.key));
	m.override_table := format('%I.%I', schema_name, model_name || '_override')::regclass;
	EXECUTE format('CREATE INDEX ON %s (%I)', m.override_table, m.key);
	EXECUTE format('CREATE TABLE %I.%I (run bigint NOT NULL, as_of date NOT NULL, %s tier @extschema@.abc_tier, tier_name text NOT NULL,
		customers bigint NOT NULL, value numeric NOT NULL, customers_share double precision, value_share double precision,
		moved_in bigint NOT NULL, moved_out bigint NOT NULL, lost bigint NOT NULL)',
		schema_name, model_name || '_trend', parts);
	m.trend_table := format('%I.%I', schema_name, model_name || '_trend')::regclass;
	EXECUTE format('CREATE INDEX ON %s (run)', m.trend_table);
	m.history_table := @extschema@._abc_create_history(m, schema_name, model_name);
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_create_tables(abc_model, name, text) IS 'make the tables of a model';

-- The name of a tier.  A tier beyond the scheme's last (an override or a
-- history from another scheme) keeps its letter.
CREATE FUNCTION _abc_label_sql(m abc_model, tier text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('CASE WHEN %1$s IS NULL THEN ''unrated'' WHEN ascii(%1$s::text) <= %2$s THEN @extschema@.abc_label(%1$s, %3$s) ELSE %1$s::text END',
		tier, 64 + @extschema@._abc_tier_count(m.scheme), @extschema@._abc_scheme_literal(m.scheme));
END
$$;
COMMENT ON FUNCTION _abc_label_sql(abc_model, text) IS 'part of the SQL builders of models: the name of a tier';

-- One row for every key that was ever in the model, before treatments.
CREATE FUNCTION _abc_current_core_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cut text := @extschema@._abc_cut(m);
BEGIN
	RETURN format('SELECT h.%1$I, %2$s
	h.tier::text AS tier, (ascii(h.tier::text) - 64)::smallint AS tier_rank, %3$s AS tier_name,
	h.computed::text AS computed_tier, h.decided_by, h.reason, h.decided_until, m.value,
	CASE WHEN m.eligible AND m.value > 0 AND r.total > 0 THEN m.value::double precision / r.total::double precision
		WHEN m.eligible AND m.value IS NOT NULL THEN 0 END AS value_share,
	m.score, CASE WHEN h.computed::text > ''A'' COLLATE "C" THEN chr(ascii(h.computed::text) - 1) END AS next_tier,
	r.cutoffs[ascii(h.computed::text) - 65] - m.%4$I AS gap_to_next,
	m.%4$I - r.cutoffs[ascii(h.computed::text) - 64] AS cushion,
	h.tier_since, h.previous_tier::text AS previous_tier, CASE WHEN h.run >= l.run THEN h.moved END AS moved,
	m.value - h.value AS value_change, h.lifecycle, m.last_order,
	h.best_tier::text AS best_tier, h.best_tier_until, greatest(h.best_value, m.value) AS best_value,
	l.as_of, l.run, l.scheme
FROM %5$s AS h
LEFT JOIN %6$s AS m ON m.%1$I %7$s h.%1$I
LEFT JOIN (SELECT n.run, n.as_of, n.scheme FROM %8$s AS n WHERE n.error IS NULL ORDER BY n.run DESC LIMIT 1) AS l ON true
LEFT JOIN %8$s AS r ON r.run = l.run AND r.error IS NULL AND %9$s
WHERE h.valid_to IS NULL',
		m.key, @extschema@._abc_each(m.partition_by || m.attributes,
			'CASE WHEN m.%2$I IS NULL THEN h.%1$I ELSE m.%1$I END AS %1$I, ', '', m.key),
		@extschema@._abc_label_sql(m, 'h.tier'), cut, m.history_table, m.mv, @extschema@._abc_equals(m.key_type),
		m.run_table, @extschema@._abc_same_partition(m, 'r', 'm'));
END
$$;
COMMENT ON FUNCTION _abc_current_core_sql(abc_model) IS 'part of the SQL builders of models: NAME_current without treatments';

-- The treatment of a row: by tier (letter or name), and by the columns that
-- the treatments share with the model, where NULL stands for any; the row
-- with the fewest NULLs wins.
CREATE FUNCTION _abc_current_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	core text := @extschema@._abc_current_core_sql(m);
	shown text[];
	matched text[];
BEGIN
	IF m.treatments IS NULL THEN
		RETURN core;
	END IF;
	shown := @extschema@._abc_treatment_columns(m);
	matched := ARRAY(SELECT a.attname::text FROM pg_attribute AS a WHERE a.attrelid = m.treatments AND a.attnum > 0
		AND NOT a.attisdropped AND a.attname = ANY (@extschema@._abc_carried(m)) ORDER BY a.attnum);
	RETURN format(E'SELECT %s, c.tier, c.tier_rank, c.tier_name, c.computed_tier, c.decided_by, c.reason, c.decided_until, c.value,
	c.value_share, c.score, c.next_tier, c.gap_to_next, c.cushion, c.tier_since, c.previous_tier, c.moved, c.value_change,
	c.lifecycle, c.last_order, c.best_tier, c.best_tier_until, c.best_value, %s c.as_of, c.run, c.scheme
FROM (\n%s\n) AS c
LEFT JOIN LATERAL (SELECT t.* FROM %s AS t
	WHERE t.tier::text IN (c.tier, c.tier_name)%s
	ORDER BY %s t.tier::text = c.tier_name DESC, t::text LIMIT 1) AS t ON true',
		@extschema@._abc_each(@extschema@._abc_carried(m), 'c.%1$I'), @extschema@._abc_each(shown, 't.%1$I, ', ''),
		core, m.treatments,
		@extschema@._abc_each(matched, ' AND (t.%1$I IS NULL OR t.%1$I = c.%1$I)', ''),
		CASE WHEN matched = '{}' THEN '' ELSE @extschema@._abc_each(matched, '(t.%1$I IS NULL)::integer', ' + ') || ',' END);
END
$$;
COMMENT ON FUNCTION _abc_current_sql(abc_model) IS 'the query of NAME_current';

CREATE FUNCTION _abc_ranked_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('SELECT c.*,
	CASE WHEN c.computed_tier IS NOT NULL THEN rank() OVER (PARTITION BY %1$s c.computed_tier IS NULL ORDER BY c.%2$I DESC) END AS rank,
	CASE WHEN c.computed_tier IS NOT NULL THEN count(*) OVER (PARTITION BY %1$s c.computed_tier IS NULL) END AS of_customers,
	@extschema@.abc_cumulative_share(CASE WHEN c.computed_tier IS NOT NULL THEN c.value END) OVER (PARTITION BY %1$s c.computed_tier IS NULL) AS cumulative_share
FROM %3$s AS c',
		@extschema@._abc_each(m.partition_by, 'c.%1$I, ', ''), @extschema@._abc_cut(m), m.current_view);
END
$$;
COMMENT ON FUNCTION _abc_ranked_sql(abc_model) IS 'the query of NAME_ranked';

CREATE FUNCTION _abc_changes_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('SELECT h.version, %s, h.moved, h.from_tier::text AS from_tier, h.tier::text AS to_tier,
	h.previous_lifecycle, h.lifecycle, h.decided_by, h.reason, h.cause, h.value, h.score, h.run, h.valid_from
FROM %s AS h
WHERE h.moved IS NOT NULL OR h.lifecycle IS DISTINCT FROM h.previous_lifecycle',
		@extschema@._abc_each(@extschema@._abc_carried(m), 'h.%1$I'), m.history_table);
END
$$;
COMMENT ON FUNCTION _abc_changes_sql(abc_model) IS 'the query of NAME_changes';

-- Make the views anew, those that exist in their place (grants and what
-- depends on them stay).
CREATE FUNCTION _abc_create_views(m abc_model, schema_name name, model_name text) RETURNS abc_model
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	target text;
BEGIN
	target := @extschema@._abc_target(m.current_view, schema_name, model_name || '_current');
	EXECUTE format('CREATE OR REPLACE VIEW %s AS %s', target, @extschema@._abc_current_sql(m));
	m.current_view := target::regclass;
	target := @extschema@._abc_target(m.ranked_view, schema_name, model_name || '_ranked');
	EXECUTE format('CREATE OR REPLACE VIEW %s AS %s', target, @extschema@._abc_ranked_sql(m));
	m.ranked_view := target::regclass;
	target := @extschema@._abc_target(m.changes_view, schema_name, model_name || '_changes');
	EXECUTE format('CREATE OR REPLACE VIEW %s AS %s', target, @extschema@._abc_changes_sql(m));
	m.changes_view := target::regclass;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_create_views(abc_model, name, text) IS 'make the views of a model';

-- The qualified name under which a relation is, or is to be made.
CREATE FUNCTION _abc_target(rel regclass, schema_name name, rel_name text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN EXISTS (SELECT FROM pg_class AS c WHERE c.oid = rel) THEN rel::text
		ELSE format('%I.%I', schema_name, rel_name) END;
END
$$;
COMMENT ON FUNCTION _abc_target(regclass, name, text) IS 'part of the making of a model: the qualified name of a relation';

-- An update where there is a row: whoever waits for its lock must find it.
CREATE FUNCTION _abc_save(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cols text := (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
		WHERE a.attrelid = m.definition AND a.attnum > 0 AND NOT a.attisdropped);
	n bigint;
BEGIN
	EXECUTE format('UPDATE %s SET (%s) = (SELECT ($1).*)', m.definition, cols) USING m;
	GET DIAGNOSTICS n = ROW_COUNT;
	IF n = 0 THEN
		EXECUTE format('INSERT INTO %s SELECT ($1).*', m.definition) USING m;
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_save(abc_model) IS 'write the definition of a model';

--
-- Comments on what a model is made of
--

CREATE FUNCTION _abc_column_comments() RETURNS TABLE (col text, says text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT v.column1, v.column2 FROM (VALUES
	('version'::text, 'ever-increasing number of the version: poll for numbers above the last one seen'::text),
	('tier', 'tier in force, A is best; NULL: unrated'),
	('tier_rank', 'tier in force as a number to sort by, 1 is best; NULL: unrated'),
	('tier_name', 'name of the tier in force; unrated where there is none'),
	('computed', 'tier as computed from the value or score alone'),
	('computed_tier', 'tier as computed from the value or score alone'),
	('settled', 'tier after hysteresis, before rules and overrides'),
	('decided_by', 'who decided the tier in force: computed, held, rule, override, not eligible, no value, gone'),
	('reason', 'why the tier in force is what it is'),
	('decided_until', 'end of the override that is in force; NULL: none, or no end'),
	('value', 'the amount that reports speak in; in history: as it was when the version began'),
	('value_share', 'share of the value in the total of the partition, 0 to 1'),
	('score', 'weighted score; NULL where the value itself is cut'),
	('metrics', 'the metrics behind the score'),
	('eligible', 'false: has no tier and is in no total'),
	('conditions', 'which conditions of the rules are satisfied, in their order'),
	('next_tier', 'next better tier than the computed one'),
	('gap_to_next', 'how much the value (with metrics: the score) lacks to the next better tier, the others unchanged'),
	('cushion', 'how far the value (with metrics: the score) lies above the cut to the next worse tier'),
	('tier_since', 'since when the tier in force has been in force'),
	('previous_tier', 'the tier held before the last change'),
	('from_tier', 'tier before this version'),
	('to_tier', 'tier of this version'),
	('previous_lifecycle', 'lifecycle before this version'),
	('moved', 'how the tier changed: up, down, new, gone, back; in NAME_current: in the last run'),
	('cause', 'what made the version begin: data, definition, override'),
	('value_change', 'value now minus the value recorded when the open history version began'),
	('lifecycle', 'potential, new, active, loyal, at_risk, lost, returned'),
	('lifecycle_since', 'as_of of the run that found the lifecycle'),
	('first_order', 'date of the first order'), ('last_order', 'date of the last order'), ('orders', 'number of orders'),
	('best_tier', 'best tier ever held'), ('best_tier_until', 'until when the best tier was held; NULL: it is held now'),
	('best_value', 'highest value known: those recorded in history, and the value now'),
	('as_of', 'day for which the run was made'),
	('run', 'number of the run; in history: of the run that the version belongs to'), ('scheme', 'scheme of the run'),
	('valid_from', 'when the version began'), ('valid_to', 'when the version ended; NULL: open'),
	('moment', 'valid_from of the versions that the run opened'),
	('started', 'when the run started'), ('finished', 'when the run finished'),
	('customers', 'number of customers'), ('rated', 'number of customers with a computed tier'),
	('total', 'total that is cut: values above zero of all who are eligible'),
	('cutoffs', 'smallest value (with metrics: score) in each tier but the last'),
	('weights', 'metrics, weights and methods of the run'),
	('moved_up', 'number of customers who came up'), ('moved_down', 'number of customers who fell'),
	('arrived', 'number of customers who are new or back'), ('gone', 'number of customers who left the source'),
	('set_to_zero', 'sum of the values below zero that weigh nothing (returns, losses)'),
	('not_eligible', 'sum of the values of customers who are not eligible'),
	('unrated', 'sum of the values of eligible customers who have no computed tier'),
	('without_customer', 'sum of the values of source rows without a key'),
	('source_total', 'sum of all values of the source'),
	('revision', 'revision of the definition'), ('standard', 'revision of what computes tiers'),
	('error', 'why the run failed; NULL: it did not'),
	('customers_share', 'share of the customers of the partition, 0 to 1'),
	('moved_in', 'number of customers who came into the tier'), ('moved_out', 'number of customers who left the tier'),
	('lost', 'number of customers of the tier who were lost'),
	('override_id', 'number of the override: of several, the last one counts'),
	('author', 'who made the override'), ('made', 'when the override was made'),
	('begins', 'when it begins to count; NULL: at once'), ('ends', 'when it ends; NULL: never'),
	('rank', 'rank in the partition, 1 is best'), ('of_customers', 'number of ranked customers in the partition'),
	('cumulative_share', 'share of the total held by customers with this value or more, 0 to 1')) AS v;
END;
COMMENT ON FUNCTION _abc_column_comments() IS 'what the columns of a model''s relations mean';

CREATE FUNCTION _abc_comment(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	part record;
	col record;
BEGIN
	FOR part IN SELECT * FROM (VALUES
		(m.definition, 'TABLE', 'definition of the model, one row'),
		(m.mv, 'MATERIALIZED VIEW', 'computed tiers of the model, as of the last refresh'),
		(m.run_table, 'TABLE', 'runs of the model: a row per refresh and partition'),
		(m.history_table, 'TABLE', 'history of the model: a version per change of tier, computed tier, lifecycle or deciding cause'),
		(m.override_table, 'TABLE', 'manual tiers of the model'),
		(m.trend_table, 'TABLE', 'trend of the model: a row per run, partition and tier'),
		(m.current_view, 'VIEW', 'the model today, for BI tools: one row for everyone who was ever in it'),
		(m.ranked_view, 'VIEW', 'the model today with rank and cumulative share, computed on reading'),
		(m.changes_view, 'VIEW', 'movers of the model, by an ever-increasing number')) AS p (rel, kind, says)
	LOOP
		EXECUTE format('COMMENT ON %s %s IS %L', part.kind, part.rel, part.says);
		CONTINUE WHEN part.rel = m.definition;
		FOR col IN
			SELECT a.attname, coalesce(c.says, CASE WHEN a.attname = m.key THEN 'key of the customer'
				WHEN a.attname = ANY (m.partition_by) THEN 'tiers are cut within each of these'
				WHEN a.attname = ANY (m.attributes) THEN 'attribute of the customer, carried along'
				ELSE 'treatment of the tier' END) AS says
			FROM pg_attribute AS a LEFT JOIN @extschema@._abc_column_comments() AS c ON c.col = a.attname
			WHERE a.attrelid = part.rel AND a.attnum > 0 AND NOT a.attisdropped
		LOOP
			EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', part.rel, col.attname, col.says);
		END LOOP;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_comment(abc_model) IS 'comment the relations of a model';

--
-- Create, alter, print, drop
--

CREATE FUNCTION abc_create_model(name text, source regclass, key text, value text,
	scheme abc_scheme DEFAULT NULL, metrics abc_metric[] DEFAULT NULL,
	partition_by text[] DEFAULT '{}', attributes text[] DEFAULT '{}',
	missing text DEFAULT 'renormalize', eligible text DEFAULT NULL, rules abc_rule[] DEFAULT NULL,
	promote_after integer DEFAULT 1, demote_after integer DEFAULT 1, max_step integer DEFAULT NULL,
	first_order text DEFAULT NULL, last_order text DEFAULT NULL, orders text DEFAULT NULL,
	at_risk interval DEFAULT NULL, lost interval DEFAULT NULL,
	treatments regclass DEFAULT NULL, schema name DEFAULT pg_catalog.current_schema()) RETURNS regclass
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model;
BEGIN
	PERFORM @extschema@._abc_check_model_name(name, schema);
	m.source := source;
	m.key := key;
	m.value := value;
	m.scheme := scheme;
	m.partition_by := coalesce(partition_by, '{}');
	m.attributes := coalesce(attributes, '{}');
	m.missing := missing;
	m.eligible := nullif(eligible, '');
	m.promote_after := promote_after;
	m.demote_after := demote_after;
	m.max_step := max_step;
	m.first_order := first_order;
	m.last_order := last_order;
	m.orders := orders;
	m.at_risk := at_risk;
	m.lost := lost;
	m.treatments := treatments;
	m.runs := 0;
	m.revision := 1;
	m.standard := 1;
	m.created := clock_timestamp();
	m := @extschema@._abc_with_metrics(m, metrics);
	m := @extschema@._abc_with_rules(m, rules);
	m := @extschema@._abc_checked(m);
	m.mv := @extschema@._abc_create_mv(m, schema, name, false);
	PERFORM @extschema@._abc_create_mv_index(m);
	m := @extschema@._abc_create_tables(m, schema, name);
	m := @extschema@._abc_create_views(m, schema, name);
	PERFORM @extschema@._abc_save(m);
	PERFORM @extschema@._abc_comment(m);
	RETURN m.mv;
END
$$;
COMMENT ON FUNCTION abc_create_model(text, regclass, text, text, abc_scheme, abc_metric[], text[], text[], text, text, abc_rule[],
	integer, integer, integer, text, text, text, interval, interval, regclass, name) IS
'make a managed model over a source with one row per customer; abc_refresh fills it';

CREATE FUNCTION _abc_check_model_name(model_name text, schema_name name) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken text;
BEGIN
	IF coalesce(model_name, '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_name', MESSAGE = 'a model needs a name';
	END IF;
	IF octet_length(model_name) + octet_length('_override') > 63 THEN
		RAISE EXCEPTION USING ERRCODE = 'name_too_long',
			MESSAGE = format('the name "%s" is too long for a model: with "_override" it has %s bytes',
				model_name, octet_length(model_name) + octet_length('_override')),
			HINT = 'At most 63 bytes are possible, so 54 for the model itself.';
	END IF;
	IF schema_name IS NULL OR NOT EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = schema_name) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_schema_name',
			MESSAGE = format('there is no schema "%s" for the model', coalesce(schema_name, 'NULL')),
			HINT = 'Give schema => the name of a schema in which you may create tables.';
	END IF;
	SELECT c.relname INTO taken FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE n.nspname = schema_name AND c.relname IN (SELECT model_name || suffix FROM unnest(ARRAY['', '_model', '_run', '_history',
		'_override', '_trend', '_current', '_ranked', '_changes']) AS suffix)
	ORDER BY length(c.relname) LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'duplicate_table',
			MESSAGE = format('cannot make model "%s": there is a relation "%s" already', model_name, taken),
			HINT = 'abc_alter_model changes a model, abc_drop_model removes it.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_check_model_name(text, name) IS 'part of the checks of a model: its name';

-- Not what changes tiers, what merely goes with them.
CREATE FUNCTION _abc_standard_of(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ROW(m.source, m.value, m.scheme, m.metrics, m.weights, m.methods, m.partition_by, m.missing, m.eligible)::text;
END
$$;
COMMENT ON FUNCTION _abc_standard_of(abc_model) IS 'what computes the tiers of a model';

CREATE FUNCTION _abc_revision_of(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN @extschema@._abc_standard_of(m) || ROW(m.rule_kinds, m.rule_tiers, m.rule_conditions, m.rule_reasons,
		m.promote_after, m.demote_after, m.max_step, m.first_order, m.last_order, m.orders, m.at_risk, m.lost)::text;
END
$$;
COMMENT ON FUNCTION _abc_revision_of(abc_model) IS 'what decides the tiers and lifecycles of a model';

CREATE FUNCTION abc_alter_model(model regclass, source regclass DEFAULT NULL, value text DEFAULT NULL,
	scheme abc_scheme DEFAULT NULL, metrics abc_metric[] DEFAULT NULL,
	partition_by text[] DEFAULT NULL, attributes text[] DEFAULT NULL,
	missing text DEFAULT NULL, eligible text DEFAULT NULL, rules abc_rule[] DEFAULT NULL,
	promote_after integer DEFAULT NULL, demote_after integer DEFAULT NULL, max_step integer DEFAULT NULL,
	first_order text DEFAULT NULL, last_order text DEFAULT NULL, orders text DEFAULT NULL,
	at_risk interval DEFAULT NULL, lost interval DEFAULT NULL, treatments regclass DEFAULT NULL) RETURNS regclass
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_alter_model(regclass, regclass, text, abc_scheme, abc_metric[], text[], text[], text, text, abc_rule[],
	integer, integer, integer, text, text, text, interval, interval, regclass) IS
'change what is given of a model and keep its history; empty text, empty array, 0, interval ''0'' and ''-''::regclass take something away. The next refresh marks what changes with cause definition';

CREATE FUNCTION _abc_alter_model(model regclass, source regclass, value text,
	scheme abc_scheme, metrics abc_metric[],
	partition_by text[], attributes text[],
	missing text, eligible text, rules abc_rule[],
	promote_after integer, demote_after integer, max_step integer,
	first_order text, last_order text, orders text,
	at_risk interval, lost interval, treatments regclass) RETURNS regclass
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off SET abc_tier.as_of = ''
AS $$
DECLARE
	old @extschema@.abc_model := @extschema@._abc_lock(@extschema@._abc_owned(model, 'alter'), 0);
	m @extschema@.abc_model := old;
BEGIN
	m.source := coalesce(source, old.source);
	m.value := coalesce(value, old.value);
	m.scheme := coalesce(scheme, old.scheme);
	m.partition_by := coalesce(partition_by, old.partition_by);
	m.attributes := coalesce(attributes, old.attributes);
	m.missing := coalesce(missing, old.missing);
	m.eligible := nullif(coalesce(eligible, old.eligible), '');
	m.promote_after := coalesce(promote_after, old.promote_after);
	m.demote_after := coalesce(demote_after, old.demote_after);
	m.max_step := nullif(coalesce(max_step, old.max_step), 0);
	m.first_order := nullif(coalesce(first_order, old.first_order), '');
	m.last_order := nullif(coalesce(last_order, old.last_order), '');
	m.orders := nullif(coalesce(orders, old.orders), '');
	m.at_risk := nullif(coalesce(at_risk, old.at_risk), '0');
	m.lost := nullif(coalesce(lost, old.lost), '0');
	m.treatments := nullif(coalesce(treatments, old.treatments), 0::regclass);
	IF metrics IS NOT NULL THEN
		m := @extschema@._abc_with_metrics(m, metrics);
		IF old.metrics IS NULL AND m.metrics IS NOT NULL THEN
			m.scheme := scheme;
		END IF;
	END IF;
	IF rules IS NOT NULL THEN
		m := @extschema@._abc_with_rules(m, rules);
	END IF;
	m := @extschema@._abc_checked(m);
	IF m.key_type <> old.key_type THEN
		RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
			MESSAGE = format('the key "%s" is of type %s in the new source, but %s in the history', m.key, m.key_type, old.key_type),
			HINT = 'Cast it in a view and make that the source.';
	END IF;
	m.revision := old.revision + (@extschema@._abc_revision_of(m) <> @extschema@._abc_revision_of(old))::integer;
	m.standard := old.standard + (@extschema@._abc_standard_of(m) <> @extschema@._abc_standard_of(old))::integer;
	m.altered := clock_timestamp();
	m := @extschema@._abc_rebuild(old, m);
	PERFORM @extschema@._abc_save(m);
	PERFORM @extschema@._abc_comment(m);
	RETURN m.mv;
END
$$;
COMMENT ON FUNCTION _abc_alter_model(regclass, regclass, text, abc_scheme, abc_metric[], text[], text[], text, text, abc_rule[],
	integer, integer, integer, text, text, text, interval, interval, regclass) IS 'part of abc_alter_model: as the owner';

-- Bring the relations of a model to a new definition.  The new materialized
-- view is filled first, beside the old one: readers are shut out only while
-- the two are exchanged.
CREATE FUNCTION _abc_rebuild(old abc_model, m abc_model) RETURNS abc_model
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	model_name text := @extschema@._abc_name(old);
	home name := (SELECT n.nspname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE c.oid = (SELECT coalesce(max(x.oid), old.definition) FROM pg_class AS x WHERE x.oid = old.mv));
	grants text[];
	indexes text[];
	statement text;
BEGIN
	PERFORM @extschema@._abc_look_from_last_run(m);
	m.mv := @extschema@._abc_create_mv(m, home, '_abc_new_' || old.definition::oid, m.runs > 0);
	PERFORM @extschema@._abc_lock_views(m);
	grants := @extschema@._abc_grants(ARRAY[old.current_view, old.ranked_view, old.changes_view, old.mv]);
	indexes := ARRAY(SELECT pg_get_indexdef(i.indexrelid) FROM pg_index AS i WHERE i.indrelid = old.mv);
	IF m.value_type <> old.value_type OR (m.metrics IS NULL) <> (old.metrics IS NULL) OR @extschema@._abc_retyped_columns(m) <> '{}' THEN
		PERFORM @extschema@._abc_drop_views(m);
		PERFORM @extschema@._abc_retype(m);
	END IF;
	PERFORM @extschema@._abc_add_columns(m);
	BEGIN
		m := @extschema@._abc_create_views(m, home, model_name);
	EXCEPTION WHEN invalid_table_definition THEN
		PERFORM @extschema@._abc_drop_views(m);
		m := @extschema@._abc_create_views(m, home, model_name);
	END;
	IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = old.mv) THEN
		EXECUTE format('DROP MATERIALIZED VIEW %s', old.mv);
	END IF;
	EXECUTE format('ALTER MATERIALIZED VIEW %s RENAME TO %I', m.mv, model_name);
	PERFORM @extschema@._abc_create_mv_index(m);
	PERFORM @extschema@._abc_restore_indexes(m.mv, indexes);
	FOREACH statement IN ARRAY grants LOOP
		EXECUTE statement;
	END LOOP;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc_rebuild(abc_model, abc_model) IS 'part of abc_alter_model: make the relations anew';

-- Shut readers out, in the order in which they come: NAME_ranked, then what it
-- reads.  In another order an alteration and a reader could wait for each other.
CREATE FUNCTION _abc_lock_views(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rel regclass;
BEGIN
	FOREACH rel IN ARRAY ARRAY[m.ranked_view, m.current_view, m.changes_view] LOOP
		IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = rel) THEN
			EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', rel);
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_lock_views(abc_model) IS 'part of abc_alter_model: shut readers out while relations are exchanged';

-- What is read after an alteration is what the last run read.
CREATE FUNCTION _abc_look_from_last_run(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	last_as_of date;
BEGIN
	EXECUTE format('SELECT max(r.as_of) FROM %s AS r WHERE r.error IS NULL', m.run_table) INTO last_as_of;
	PERFORM set_config('abc_tier.as_of', coalesce(to_char(last_as_of, 'YYYY-MM-DD'), ''), true);
END
$$;
COMMENT ON FUNCTION _abc_look_from_last_run(abc_model) IS 'part of abc_alter_model: set abc_as_of()';

CREATE FUNCTION _abc_drop_views(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rel regclass;
BEGIN
	FOREACH rel IN ARRAY ARRAY[m.ranked_view, m.current_view, m.changes_view] LOOP
		IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = rel) THEN
			EXECUTE format('DROP VIEW %s', rel);
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_drop_views(abc_model) IS 'drop the views of a model';

-- The GRANTs that give relations the privileges they have now.
CREATE FUNCTION _abc_grants(relations regclass[]) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY(SELECT format('GRANT %s ON %s TO %s%s', a.privilege_type, c.oid::regclass,
			CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
			CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END)
		FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a
		WHERE c.oid = ANY (relations) AND a.grantee <> c.relowner);
END
$$;
COMMENT ON FUNCTION _abc_grants(regclass[]) IS 'part of abc_alter_model: privileges to be kept';

-- What a table needs to hold columns of the source that have another type now.
CREATE FUNCTION _abc_retyped_columns(m abc_model) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY(SELECT format('ALTER TABLE %s ALTER COLUMN %I TYPE %s USING %2$I::%3$s', h.attrelid::regclass, h.attname, format_type(s.atttypid, s.atttypmod))
		FROM pg_attribute AS h JOIN pg_attribute AS s ON s.attname = h.attname AND s.attrelid = m.source AND NOT s.attisdropped
		WHERE h.attrelid IN (m.history_table, m.run_table, m.trend_table) AND NOT h.attisdropped
			AND h.attname = ANY (m.partition_by || m.attributes) AND (h.atttypid <> s.atttypid OR h.atttypmod <> s.atttypmod));
END
$$;
COMMENT ON FUNCTION _abc_retyped_columns(abc_model) IS 'part of abc_alter_model: columns of another type';

-- A model that now speaks in another type of number, or carries columns of
-- another type.
CREATE FUNCTION _abc_retype(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	statement text;
BEGIN
	FOREACH statement IN ARRAY @extschema@._abc_retyped_columns(m) LOOP
		EXECUTE statement;
	END LOOP;
	EXECUTE format('ALTER TABLE %s ALTER COLUMN value TYPE %s USING value::%2$s, ALTER COLUMN best_value TYPE %2$s USING best_value::%2$s',
		m.history_table, m.value_type);
	EXECUTE format('ALTER TABLE %s ALTER COLUMN cutoffs TYPE %s[] USING cutoffs::%2$s[]',
		m.run_table, CASE WHEN m.metrics IS NULL THEN m.value_type ELSE 'double precision' END);
END
$$;
COMMENT ON FUNCTION _abc_retype(abc_model) IS 'part of abc_alter_model: another type of value';

-- Columns for new partitions and attributes; those no longer used stay.
CREATE FUNCTION _abc_add_columns(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	col record;
BEGIN
	FOR col IN
		SELECT t.rel, c.name FROM (VALUES (m.history_table, true), (m.run_table, false), (m.trend_table, false)) AS t (rel, all_)
		CROSS JOIN LATERAL unnest(CASE WHEN t.all_ THEN m.partition_by || m.attributes ELSE m.partition_by END) AS c (name)
		WHERE NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = t.rel AND a.attname = c.name AND NOT a.attisdropped)
	LOOP
		EXECUTE format('ALTER TABLE %s ADD COLUMN %s', col.rel, @extschema@._abc_column_def(m.source, col.name));
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_add_columns(abc_model) IS 'part of abc_alter_model: new columns';

-- The user's own indexes on the materialized view; its unique index is there.
CREATE FUNCTION _abc_restore_indexes(mv regclass, indexes text[]) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	definition text;
BEGIN
	FOREACH definition IN ARRAY indexes LOOP
		CONTINUE WHEN EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = mv
			AND regexp_replace(pg_get_indexdef(i.indexrelid), 'INDEX .* ON ', '') = regexp_replace(definition, 'INDEX .* ON ', ''));
		BEGIN
			EXECUTE definition;
		EXCEPTION WHEN undefined_column THEN
			RAISE NOTICE 'an index of "%" was not made again: %', mv, definition;
		END;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_restore_indexes(regclass, text[]) IS 'part of abc_alter_model: indexes to be kept';

-- One argument of a call as text, or nothing where it is the default.
CREATE FUNCTION _abc_argument(name text, value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value IS NOT NULL THEN pg_catalog.format(E',\n    %s => %L', name, value) END;
COMMENT ON FUNCTION _abc_argument(text, text) IS 'part of abc_model_sql';

CREATE FUNCTION abc_model_sql(model regclass) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
SET extra_float_digits = 1 SET intervalstyle = 'postgres'
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_find(model);
	metrics text;
	rules text;
BEGIN
	SELECT E',\n    metrics => ARRAY[' || string_agg(format('@extschema@.abc_metric(%L, %s%s)', u.name, u.weight,
		CASE WHEN u.method IS NOT NULL THEN ', ' || quote_literal(u.method) END), E',\n        ' ORDER BY u.i) || ']'
	INTO metrics FROM unnest(m.metrics, m.weights, m.methods) WITH ORDINALITY AS u (name, weight, method, i);
	SELECT E',\n    rules => ARRAY[' || string_agg(format('@extschema@.abc_%s(%L, %L, %L)', u.kind, u.tier, u.condition, u.because),
		E',\n        ' ORDER BY u.i) || ']'
	INTO rules FROM unnest(m.rule_kinds, m.rule_tiers, m.rule_conditions, m.rule_reasons) WITH ORDINALITY AS u (kind, tier, condition, because, i);
	RETURN concat(format(E'SELECT @extschema@.abc_create_model(%L, %L,\n    key => %L,\n    value => %L',
			@extschema@._abc_name(m), m.source, m.key, m.value),
		@extschema@._abc_argument('scheme', m.scheme::text), metrics,
		@extschema@._abc_argument('partition_by', nullif(m.partition_by, '{}')::text),
		@extschema@._abc_argument('attributes', nullif(m.attributes, '{}')::text),
		@extschema@._abc_argument('missing', nullif(m.missing, 'renormalize')),
		@extschema@._abc_argument('eligible', m.eligible), rules,
		CASE WHEN m.promote_after <> 1 THEN format(E',\n    promote_after => %s', m.promote_after) END,
		CASE WHEN m.demote_after <> 1 THEN format(E',\n    demote_after => %s', m.demote_after) END,
		CASE WHEN m.max_step IS NOT NULL THEN format(E',\n    max_step => %s', m.max_step) END,
		@extschema@._abc_argument('first_order', m.first_order), @extschema@._abc_argument('last_order', m.last_order),
		@extschema@._abc_argument('orders', m.orders),
		@extschema@._abc_argument('at_risk', m.at_risk::text), @extschema@._abc_argument('lost', m.lost::text),
		@extschema@._abc_argument('treatments', m.treatments::text),
		@extschema@._abc_argument('schema', (SELECT n.nspname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
			WHERE c.oid = (SELECT coalesce(max(x.oid), m.definition) FROM pg_class AS x WHERE x.oid = m.mv))),
		');');
END
$$;
COMMENT ON FUNCTION abc_model_sql(regclass) IS 'the call of abc_create_model that makes this model: for review, and for the next system';

CREATE FUNCTION abc_drop_model(model regclass) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_drop_model(regclass) IS 'drop all relations of a model, its history too; an error if something of yours depends on one of them';

CREATE FUNCTION _abc_drop_model(model regclass) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_owned(model, 'drop');
	rel regclass;
BEGIN
	-- the table before its row: who waits for the row has a lock on the table, that it could not be dropped
	EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', m.definition);
	m := @extschema@._abc_lock(m, 0);
	PERFORM @extschema@._abc_drop_views(m);
	IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = m.mv) THEN
		EXECUTE format('DROP MATERIALIZED VIEW %s', m.mv);
	END IF;
	FOREACH rel IN ARRAY ARRAY[m.run_table, m.history_table, m.override_table, m.trend_table, m.definition] LOOP
		IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = rel) THEN
			EXECUTE format('DROP TABLE %s', rel);
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_drop_model(regclass) IS 'part of abc_drop_model: as the owner';

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

--
-- Overrides
--

-- Now, in the time of the model: one that is filled in for past months lives there.
CREATE FUNCTION _abc_override_moment(m abc_model) RETURNS timestamp with time zone
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	last record := @extschema@._abc_last_run(m);
BEGIN
	RETURN CASE WHEN last.as_of < last.started::date THEN last.moment ELSE greatest(clock_timestamp(), last.moment) END;
END
$$;
COMMENT ON FUNCTION _abc_override_moment(abc_model) IS 'part of abc_override: now, in the time of the model';

CREATE FUNCTION abc_override(model regclass, key text, tier text, reason text DEFAULT NULL,
	ends timestamp with time zone DEFAULT NULL) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_override(regclass, text, text, text, timestamp with time zone) IS
'give a customer a tier by hand, at once and until it ends (NULL: for good), with a reason; replaces an earlier override. Tier NULL takes the override back. The author is the role that calls it';

CREATE FUNCTION _abc_override(model regclass, key text, tier text, reason text,
	ends timestamp with time zone) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_lock(@extschema@._abc_owned(model, 'override'), 0);
	letter @extschema@.abc_tier := @extschema@._abc_tier_of(m.scheme, tier);
	moment timestamp with time zone := @extschema@._abc_override_moment(m);
	number bigint;
BEGIN
	PERFORM @extschema@._abc_complete(m);
	PERFORM @extschema@._abc_check_key(m, key);
	EXECUTE format('UPDATE %1$s AS v SET ends = $2 WHERE v.%2$I %3$s $1::%4$s AND (v.ends IS NULL OR v.ends > $2)',
		m.override_table, m.key, @extschema@._abc_equals(m.key_type), m.key_type) USING key, moment;
	IF letter IS NOT NULL THEN
		IF coalesce(reason, '') = '' THEN
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'an override needs a reason',
				HINT = 'Say in a few words why this tier and not the computed one: others will read it.';
		END IF;
		IF ends <= moment THEN
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('the override ends at %s, before it begins', ends),
				HINT = 'To take an override back, call abc_override with the tier NULL.';
		END IF;
		EXECUTE format('INSERT INTO %s (%I, tier, reason, author, begins, ends) VALUES ($1::%s, $2, $3, $4, $5, $6) RETURNING override_id',
			m.override_table, m.key, m.key_type)
		INTO number USING key, letter, reason, @extschema@._abc_caller(), moment, ends;
	END IF;
	EXECUTE @extschema@._abc_history_sql(m, 'override', key) USING moment, moment::date, m.runs + 1, 'override'::text;
	RETURN number;
END
$$;
COMMENT ON FUNCTION _abc_override(regclass, text, text, text, timestamp with time zone) IS 'part of abc_override: as the owner';

CREATE FUNCTION abc_override(model regclass, key bigint, tier text, reason text DEFAULT NULL,
	ends timestamp with time zone DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN @extschema@.abc_override(model, key::text, tier, reason, ends);
END
$$;
COMMENT ON FUNCTION abc_override(regclass, bigint, text, text, timestamp with time zone) IS 'as abc_override(regclass, text, ...), for keys that are numbers';

-- The key must be known to the model.
CREATE FUNCTION _abc_check_key(m abc_model, key text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	known boolean;
BEGIN
	EXECUTE format('SELECT true FROM %s AS h WHERE h.valid_to IS NULL AND h.%I %s $1::%s',
		m.history_table, m.key, @extschema@._abc_equals(m.key_type), m.key_type) INTO known USING key;
	IF known IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'no_data_found',
			MESSAGE = format('there is no customer "%s" in model "%s"', coalesce(key, 'NULL'), m.mv),
			HINT = CASE WHEN m.runs = 0 THEN 'The model was not refreshed yet.' ELSE 'A customer is known from the first refresh on that finds it in the source.' END;
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_check_key(abc_model, text) IS 'raise a clear error for a key that the model does not know';

--
-- Explain
--

-- A number for people: at most two decimals, thousands by commas.
CREATE FUNCTION _abc_figure(x numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN x = trunc(x) THEN trim(to_char(trunc(x), 'FM999,999,999,999,999,999,990'))
		ELSE trim(to_char(round(x, CASE WHEN abs(x) < 1 THEN 4 ELSE 2 END), CASE WHEN abs(x) < 1 THEN 'FM0.0099' ELSE 'FM999,999,999,999,999,999,990.00' END)) END;
END
$$;
COMMENT ON FUNCTION _abc_figure(numeric) IS 'part of abc_explain: a number for people';

-- What each metric contributes to the score of one key.
CREATE FUNCTION _abc_explain_metrics(m abc_model, key text) RETURNS TABLE (topic text, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parts text := CASE WHEN m.partition_by <> '{}' THEN 'PARTITION BY ' || @extschema@._abc_each(m.partition_by, 'm.%1$I') ELSE '' END;
	i integer;
	method text;
BEGIN
	FOR i IN 1 .. coalesce(cardinality(m.metrics), 0) LOOP
		method := coalesce(m.methods[i], CASE WHEN cardinality(m.metrics) = 1 THEN 'none' ELSE 'rank' END);
		RETURN QUERY EXECUTE format('SELECT %1$L, CASE WHEN n.raw IS NULL THEN %2$L
				ELSE concat(@extschema@._abc_figure(n.raw::numeric), %3$L, @extschema@._abc_figure(n.x::numeric), %4$L, @extschema@._abc_figure((n.x * $1)::numeric)) END
			FROM (SELECT m.%5$I AS k, m.metrics[%6$s] AS raw,
				@extschema@.abc_normalize(CASE WHEN m.eligible THEN m.metrics[%6$s] END, %7$L) OVER (%8$s) AS x FROM %9$s AS m) AS n
			WHERE n.k %10$s %11$L::%12$s',
			'metric ' || m.metrics[i], 'missing: ' || m.missing, format(', by %s ', method),
			format(', times weight %s makes ', m.weights[i]), m.key, i, method, parts, m.mv,
			@extschema@._abc_equals(m.key_type), key, m.key_type) USING m.weights[i];
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_explain_metrics(abc_model, text) IS 'part of abc_explain: the metrics behind a score';

-- The cut-offs that a key was measured against.
CREATE FUNCTION _abc_explain_cutoffs(m abc_model, key text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	says text;
BEGIN
	EXECUTE format('SELECT string_agg(format(''%%s from %%s'', %s, coalesce(@extschema@._abc_figure(u.c::numeric), ''nowhere: it is empty'')), '', '' ORDER BY u.i)
		FROM %s AS m JOIN %s AS r ON r.run = $1 AND r.error IS NULL AND %s
		CROSS JOIN LATERAL unnest(r.cutoffs) WITH ORDINALITY AS u (c, i)
		WHERE m.%I %s $2::%s',
		@extschema@._abc_label_sql(m, 'chr(64 + u.i::integer)::@extschema@.abc_tier'), m.mv, m.run_table,
		@extschema@._abc_same_partition(m, 'r', 'm'), m.key, @extschema@._abc_equals(m.key_type), m.key_type)
	INTO says USING m.runs, key;
	RETURN says;
END
$$;
COMMENT ON FUNCTION _abc_explain_cutoffs(abc_model, text) IS 'part of abc_explain: cut-offs';

CREATE FUNCTION _abc_explain_history(m abc_model, key text) RETURNS TABLE (topic text, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT ''history '' || to_char(h.valid_from, ''YYYY-MM-DD''),
			concat_ws('', '', CASE WHEN h.moved IS NULL THEN ''tier '' || coalesce(h.tier::text, ''unrated'')
				ELSE concat(h.moved, '': '', coalesce(h.from_tier::text, ''none''), '' to '', coalesce(h.tier::text, ''unrated'')) END,
				h.lifecycle, concat_ws('': '', h.decided_by, nullif(h.reason, h.decided_by)), CASE WHEN h.cause <> ''data'' THEN ''cause: '' || h.cause END)
		FROM (SELECT x.* FROM %s AS x WHERE x.%I %s $1::%s ORDER BY x.version DESC LIMIT 12) AS h ORDER BY h.version DESC',
		m.history_table, m.key, @extschema@._abc_equals(m.key_type), m.key_type) USING key;
END
$$;
COMMENT ON FUNCTION _abc_explain_history(abc_model, text) IS 'part of abc_explain: the last versions';

CREATE FUNCTION abc_explain(model regclass, key text) RETURNS TABLE (topic text, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_find(model);
	cut text := @extschema@._abc_cut(m);
	carried text[] := m.partition_by || m.attributes || @extschema@._abc_treatment_columns(m);
	c jsonb;
BEGIN
	PERFORM @extschema@._abc_complete(m);
	PERFORM @extschema@._abc_check_key(m, key);
	EXECUTE format('SELECT to_jsonb(c) FROM %s AS c WHERE c.%I %s $1::%s', m.current_view, m.key,
		@extschema@._abc_equals(m.key_type), m.key_type) INTO c USING key;
	RETURN QUERY SELECT x.t, x.s FROM (VALUES
		('customer', c ->> m.key),
		('tier', concat(c ->> 'tier_name', ' (' || nullif(c ->> 'tier', c ->> 'tier_name') || ')', ' since ' || left(c ->> 'tier_since', 10),
			', before: ' || (c ->> 'previous_tier'))),
		('decided by', concat_ws(': ', c ->> 'decided_by', nullif(c ->> 'reason', c ->> 'decided_by')) || coalesce(', until ' || left(c ->> 'decided_until', 10), '')),
		('computed tier', c ->> 'computed_tier'),
		('value', @extschema@._abc_figure((c ->> 'value')::numeric) || coalesce(', ' || @extschema@._abc_figure(100 * (c ->> 'value_share')::numeric) || ' % of the total', '')),
		('score', @extschema@._abc_figure((c ->> 'score')::numeric))) AS x (t, s) WHERE x.s IS NOT NULL;
	RETURN QUERY SELECT e.topic, e.says FROM @extschema@._abc_explain_metrics(m, key) AS e;
	RETURN QUERY SELECT x.t, x.s FROM (VALUES
		('cut-offs', @extschema@._abc_explain_cutoffs(m, key)),
		('next tier', (c ->> 'next_tier') || coalesce(': the ' || cut || ' lacks ' || @extschema@._abc_figure((c ->> 'gap_to_next')::numeric) || ', the others unchanged', '')),
		('cushion', 'the ' || cut || ' is ' || @extschema@._abc_figure((c ->> 'cushion')::numeric) || ' above the next worse tier'),
		('lifecycle', concat_ws(', last order ', c ->> 'lifecycle', c ->> 'last_order')),
		('best tier', concat(c ->> 'best_tier', coalesce(' until ' || left(c ->> 'best_tier_until', 10), ', now'), ', best value ' || @extschema@._abc_figure((c ->> 'best_value')::numeric))),
		('run', format('%s as of %s, scheme %s', c ->> 'run', c ->> 'as_of', c ->> 'scheme'))) AS x (t, s)
	WHERE x.s IS NOT NULL AND (x.t <> 'best tier' OR c ->> 'best_tier' IS NOT NULL);
	RETURN QUERY SELECT e.key, e.value FROM jsonb_each_text(c) AS e
		WHERE e.value IS NOT NULL AND e.key = ANY (carried) ORDER BY array_position(carried, e.key);
	RETURN QUERY SELECT e.topic, e.says FROM @extschema@._abc_explain_history(m, key) AS e;
END
$$;
COMMENT ON FUNCTION abc_explain(regclass, text) IS
'why a customer has the tier he has: what was computed, who decided, what is missing to the next tier, metrics, history';

CREATE FUNCTION abc_explain(model regclass, key bigint) RETURNS TABLE (topic text, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY SELECT e.topic, e.says FROM @extschema@.abc_explain(model, key::text) AS e;
END
$$;
COMMENT ON FUNCTION abc_explain(regclass, bigint) IS 'as abc_explain(regclass, text), for keys that are numbers';

--
-- Report
--

-- The lines below the tiers, which make the report add up to the source.
-- Parameter: $1 run.
CREATE FUNCTION _abc_report_rest_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('SELECT v.line, NULL::text, NULL::text, NULL::text, NULL::bigint, NULL::double precision, v.amount, NULL::double precision, NULL::double precision
	FROM (SELECT sum(r.set_to_zero) AS z, sum(r.not_eligible) AS n, sum(r.unrated) AS u, sum(r.without_customer) AS w, sum(r.source_total) AS t
		FROM %s AS r WHERE r.run = $1 AND r.error IS NULL) AS r
	CROSS JOIN LATERAL (VALUES (1, ''set to zero'', r.z), (2, ''unrated'', r.u), (3, ''not eligible'', r.n),
		(4, ''without customer'', r.w), (5, ''total of the source'', r.t)) AS v (i, line, amount) ORDER BY v.i', m.run_table);
END
$$;
COMMENT ON FUNCTION _abc_report_rest_sql(abc_model) IS 'part of abc_report: the lines that reconcile it';

-- Tiers within groups, with lift: how much more frequent a tier is in the
-- group than overall.  rows_sql gives grp, tier, name, customers, value.
CREATE FUNCTION _abc_report_tiers_sql(rows_sql text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('SELECT ''tier'', g.grp, g.tier::text, g.name, g.customers::bigint,
		(g.customers / nullif(sum(g.customers) OVER w, 0))::double precision, g.value,
		(g.value / nullif(sum(g.value) OVER w, 0))::double precision,
		(g.customers * sum(g.customers) OVER () / nullif(sum(g.customers) OVER w * sum(g.customers) OVER (PARTITION BY g.tier), 0))::double precision
	FROM (%s) AS g WINDOW w AS (PARTITION BY ARRAY[g.grp]) ORDER BY g.grp NULLS LAST, g.tier NULLS LAST',
		rows_sql);
END
$$;
COMMENT ON FUNCTION _abc_report_tiers_sql(text) IS 'part of abc_report: the lines of the tiers';

-- The last run that a day can be asked of.
CREATE FUNCTION _abc_run_as_of(m abc_model, day date) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result bigint;
BEGIN
	EXECUTE format('SELECT max(r.run) FROM %s AS r WHERE r.error IS NULL AND ($1 IS NULL OR r.as_of <= $1)', m.run_table) INTO result USING day;
	IF result IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'no_data_found',
			MESSAGE = format('model "%s" has no run%s', m.mv, ' as of ' || to_char(day, 'YYYY-MM-DD') || ' or before'),
			HINT = format('SELECT @extschema@.abc_refresh(%L) makes one.', m.mv);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc_run_as_of(abc_model, date) IS 'the last run as of a day';

CREATE FUNCTION abc_report(model regclass, by text DEFAULT NULL, as_of date DEFAULT NULL)
RETURNS TABLE (line text, group_value text, tier text, tier_name text, customers bigint, customers_share double precision,
	value numeric, value_share double precision, lift double precision)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_find(model);
	run bigint;
	amount text;
	grp text := 'NULL::text';
BEGIN
	PERFORM @extschema@._abc_complete(m);
	run := @extschema@._abc_run_as_of(m, as_of);
	amount := CASE WHEN @extschema@._abc_zeroes(m) THEN 'greatest(m.value, 0)' ELSE 'm.value' END;
	IF by IS NOT NULL THEN
		IF by <> ALL (CASE WHEN as_of IS NULL THEN m.partition_by || m.attributes ELSE m.partition_by END) THEN
			RAISE EXCEPTION USING ERRCODE = 'undefined_column',
				MESSAGE = CASE WHEN by = ANY (m.attributes) THEN format('attribute "%s" is not recorded run by run', by)
					ELSE format('"%s" is neither a partition nor an attribute of model "%s"', by, m.mv) END,
				HINT = CASE WHEN by = ANY (m.attributes) THEN 'Leave out as_of, or make it a partition of the model.'
					ELSE format('Its partitions and attributes are %s.', coalesce(nullif(@extschema@._abc_each(m.partition_by || m.attributes, '%1$I'), ''), 'none')) END;
		END IF;
		grp := format('m.%I::text', by);
	END IF;
	IF as_of IS NULL THEN
		RETURN QUERY EXECUTE @extschema@._abc_report_tiers_sql(format('SELECT %1$s AS grp, h.tier, %7$s AS name, count(*) AS customers,
				coalesce(sum(%2$s::numeric) FILTER (WHERE m.computed IS NOT NULL), 0) AS value
			FROM %3$s AS m JOIN %4$s AS h ON m.%5$I %6$s h.%5$I AND h.valid_to IS NULL WHERE m.eligible OR h.tier IS NOT NULL GROUP BY 1, 2',
			grp, amount, m.mv, m.history_table, m.key, @extschema@._abc_equals(m.key_type), @extschema@._abc_label_sql(m, 'h.tier')));
	ELSE
		RETURN QUERY EXECUTE @extschema@._abc_report_tiers_sql(format('SELECT %s AS grp, m.tier, min(m.tier_name) AS name, sum(m.customers) AS customers, sum(m.value) AS value
			FROM %s AS m WHERE m.run = $1 AND m.customers > 0 GROUP BY 1, 2', grp, m.trend_table)) USING run;
	END IF;
	RETURN QUERY EXECUTE @extschema@._abc_report_rest_sql(m) USING run;
END
$$;
COMMENT ON FUNCTION abc_report(regclass, text, date) IS
'customers and value per tier, by a partition or attribute with lift, and what makes it add up to the total of the source: set to zero, unrated, not eligible, without customer; as of an earlier run by partitions only';

--
-- Transitions
--

CREATE FUNCTION abc_transitions(model regclass, since date DEFAULT NULL, until date DEFAULT NULL)
RETURNS TABLE (from_tier text, to_tier text, customers bigint, share double precision)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_find(model);
	run_to bigint := @extschema@._abc_run_as_of(m, until);
	run_from bigint;
	state text;
BEGIN
	IF since IS NOT NULL THEN
		run_from := @extschema@._abc_run_as_of(m, since);
	ELSE
		run_from := run_to - 1;
	END IF;
	-- the last version of a key that a run or one before it opened
	state := 'SELECT DISTINCT ON (h.%1$I) h.%1$I AS k, h.tier, h.decided_by FROM %2$s AS h WHERE h.run <= %3$s ORDER BY h.%1$I, h.version DESC';
	RETURN QUERY EXECUTE format('SELECT s.a, s.b, count(*), (count(*) / sum(count(*)) OVER (PARTITION BY s.a))::double precision
		FROM (SELECT CASE WHEN a.k IS NULL THEN ''not yet'' WHEN a.decided_by = ''gone'' THEN ''gone'' ELSE coalesce(a.tier::text, ''unrated'') END,
				CASE WHEN b.decided_by = ''gone'' THEN ''gone'' ELSE coalesce(b.tier::text, ''unrated'') END
			FROM (%2$s) AS b LEFT JOIN (%1$s) AS a ON a.k %3$s b.k) AS s (a, b)
		GROUP BY s.a, s.b ORDER BY length(s.a), s.a, length(s.b), s.b',
		format(state, m.key, m.history_table, '$1'), format(state, m.key, m.history_table, '$2'), @extschema@._abc_equals(m.key_type))
	USING run_from, run_to;
END
$$;
COMMENT ON FUNCTION abc_transitions(regclass, date, date) IS
'how many customers came from which tier to which between two runs (as of days; default: the last two runs), and their share of those who came from there; with unrated, gone, and not yet for those who were not in the model';

--
-- Simulate
--

-- The metrics of a simulated definition as an array: those the model has are
-- in its materialized view (m), others are read from the source (x).
CREATE FUNCTION _abc_simulated_metrics_sql(m abc_model, metrics text[]) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT 'ARRAY[' || string_agg(CASE WHEN array_position(m.metrics, u.name) IS NOT NULL
			THEN format('m.metrics[%s]', array_position(m.metrics, u.name))
			ELSE format('x.%I::double precision', u.name) END, ', ' ORDER BY u.i) || ']'
		FROM unnest(metrics) WITH ORDINALITY AS u (name, i));
END
$$;
COMMENT ON FUNCTION _abc_simulated_metrics_sql(abc_model, text[]) IS 'part of abc_simulate: metrics';

-- "decided": a row per customer in the source at the last refresh, with the
-- tier before and after.  Hysteresis is left out on both sides: it only delays.
CREATE FUNCTION _abc_simulate_sql(m abc_model, other abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET intervalstyle = 'postgres'
AS $$
DECLARE
	part text := CASE WHEN m.partition_by <> '{}' THEN 'PARTITION BY ' || @extschema@._abc_each(m.partition_by, 'm.%1$I') ELSE '' END;
	n integer := coalesce(cardinality(m.rule_kinds), 0);
	outside boolean := NOT coalesce(other.metrics <@ coalesce(m.metrics, '{}'), true);
	score text := 'NULL::double precision';
BEGIN
	IF other.metrics IS NOT NULL THEN
		score := format('@extschema@.abc_score(CASE WHEN m.eligible THEN %s END, %L::double precision[], %s, %L) OVER (%s)',
			@extschema@._abc_simulated_metrics_sql(m, other.metrics), other.weights,
			coalesce(quote_literal(other.methods::text) || '::text[]', 'NULL::text[]'), other.missing, part);
	END IF;
	RETURN format('scored AS (
	SELECT m.*, %1$s AS new_score FROM %2$s AS m%3$s WHERE m.%4$I IS NOT NULL
), classified AS (
	SELECT m.*, @extschema@.abc_classify(CASE WHEN m.eligible THEN m.%5$I END, %6$s) OVER (%7$s) AS new_computed FROM scored AS m
), overridden AS (
	SELECT DISTINCT ON (v.%4$I) v.%4$I, v.tier FROM %8$s AS v
	WHERE (v.begins IS NULL OR v.begins <= $1) AND (v.ends IS NULL OR v.ends > $1) ORDER BY v.%4$I, v.override_id DESC
), decided AS (
	SELECT m.%4$I AS k, m.value, coalesce(v.tier, %9$s) AS before, coalesce(v.tier, %10$s) AS after
	FROM classified AS m LEFT JOIN overridden AS v ON v.%4$I %11$s m.%4$I
)',
		score, m.mv, CASE WHEN outside THEN format(' LEFT JOIN %s AS x ON x.%I %s m.%2$I', m.source, m.key, @extschema@._abc_equals(m.key_type)) END,
		m.key, CASE WHEN other.metrics IS NULL THEN 'value' ELSE 'new_score' END, @extschema@._abc_scheme_literal(other.scheme), part,
		m.override_table, @extschema@._abc_ruled_sql(m, n, 'm.computed'), @extschema@._abc_ruled_sql(m, n, 'm.new_computed'),
		@extschema@._abc_equals(m.key_type));
END
$$;
COMMENT ON FUNCTION _abc_simulate_sql(abc_model, abc_model) IS 'part of abc_simulate: tiers before and after';

CREATE FUNCTION abc_simulate(model regclass, scheme abc_scheme DEFAULT NULL, metrics abc_metric[] DEFAULT NULL, missing text DEFAULT NULL)
RETURNS TABLE (line text, key text, tier_before text, tier_after text, customers_before bigint, customers_after bigint,
	value_before numeric, value_after numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_find(model);
	other @extschema@.abc_model := m;
	amount text := CASE WHEN @extschema@._abc_zeroes(m) THEN 'greatest(d.value, 0)::numeric' ELSE 'd.value::numeric' END;
	col text;
BEGIN
	PERFORM @extschema@._abc_complete(m);
	PERFORM @extschema@._abc_run_as_of(m, NULL::date);
	IF metrics IS NOT NULL THEN
		other := @extschema@._abc_with_metrics(other, metrics);
		IF m.metrics IS NULL AND scheme IS NULL THEN
			other.scheme := NULL;
		END IF;
	END IF;
	other.scheme := coalesce(scheme, other.scheme);
	other.missing := coalesce(missing, other.missing);
	other := @extschema@._abc_check_scheme(other);
	FOREACH col IN ARRAY coalesce(other.metrics, '{}') LOOP
		PERFORM @extschema@._abc_number_type(m.source, col, 'metric');
	END LOOP;
	RETURN QUERY EXECUTE format('WITH %s
		(SELECT ''tier'', NULL::text, t.tier, t.tier, sum(t.b)::bigint, sum(t.a)::bigint, coalesce(sum(t.vb), 0), coalesce(sum(t.va), 0)
		FROM (SELECT coalesce(d.before::text, ''unrated'') AS tier, 1 AS b, 0 AS a, %s AS vb, 0 AS va FROM decided AS d
			UNION ALL SELECT coalesce(d.after::text, ''unrated''), 0, 1, 0, %2$s FROM decided AS d) AS t
		GROUP BY t.tier ORDER BY length(t.tier), t.tier)
		UNION ALL
		(SELECT ''mover'', d.k::text, coalesce(d.before::text, ''unrated''), coalesce(d.after::text, ''unrated''),
			NULL::bigint, NULL::bigint, d.value::numeric, d.value::numeric
		FROM decided AS d WHERE %3$s ORDER BY d.value DESC NULLS LAST, d.k)',
		@extschema@._abc_simulate_sql(m, other), amount, @extschema@._abc_tiers_differ('d.before', 'd.after'))
	USING @extschema@._abc_override_moment(m);
END
$$;
COMMENT ON FUNCTION abc_simulate(regclass, abc_scheme, abc_metric[], text) IS
'what another scheme or other weights would change, on the data of the last refresh: totals per tier before and after (line tier), then who would move (line mover). Rules and overrides apply, hysteresis does not. Writes nothing; abc_alter_model adopts it';

--
-- Check
--

-- Rows, keys and values of the source.
CREATE FUNCTION _abc_check_rows(m abc_model) RETURNS TABLE (check_name text, ok boolean, n bigint, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT v.name, v.bad = 0 OR v.fine, v.bad, CASE WHEN v.bad > 0 THEN v.says END
		FROM (SELECT count(*) AS n, count(*) FILTER (WHERE s.%1$I IS NULL) AS no_key, count(s.%1$I) AS keyed,
				count(DISTINCT s.%1$I) AS keys, count(*) FILTER (WHERE s.%2$I IS NULL) AS no_value,
				count(*) FILTER (WHERE s.%2$I < 0) AS below, count(*) FILTER (WHERE s.%2$I = 0) AS zero,
				count(*) FILTER (WHERE s.%2$I::double precision::text IN (''NaN'', ''Infinity'', ''-Infinity'')) AS odd
			FROM %3$s AS s) AS c
		CROSS JOIN LATERAL (VALUES
			(1, ''rows in the source'', c.n, true, NULL),
			(2, ''rows without a key'', c.no_key, false, ''they are in no tier; the report shows their sum as without customer''),
			(3, ''rows too many for their key'', c.keyed - c.keys, false, ''a refresh fails: the source must have one row per key''),
			(4, ''values missing'', c.no_value, false, ''these customers have no tier''),
			(5, ''values below zero'', c.below, %4$L, ''returns or losses: see the option negative of the scheme''),
			(6, ''values of zero'', c.zero, true, ''they get the last tier under share and fill''),
			(7, ''values not finite'', c.odd, false, ''a refresh fails'')) AS v (i, name, bad, fine, says) ORDER BY v.i',
		m.key, m.value, m.source, NOT @extschema@._abc_zeroes(m));
END
$$;
COMMENT ON FUNCTION _abc_check_rows(abc_model) IS 'part of abc_check: rows, keys and values';

CREATE FUNCTION _abc_check_metrics(m abc_model) RETURNS TABLE (check_name text, ok boolean, n bigint, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	col text;
BEGIN
	FOREACH col IN ARRAY coalesce(m.metrics, '{}') LOOP
		RETURN QUERY EXECUTE format('SELECT v.name, v.bad = 0, v.bad, CASE WHEN v.bad > 0 THEN v.says END
			FROM (SELECT count(*) AS n, count(*) FILTER (WHERE s.x IS NULL) AS missing, count(*) FILTER (WHERE s.x < 0) AS below,
					count(*) FILTER (WHERE s.x::text IN (''NaN'', ''Infinity'', ''-Infinity'')) AS odd,
					(count(s.x) > 1 AND min(s.x) = max(s.x))::integer AS constant
				FROM (SELECT s.%1$I::double precision AS x FROM %2$s AS s) AS s) AS c
			CROSS JOIN LATERAL (VALUES (1, %3$L, c.missing, %4$L), (2, %5$L, c.below, ''is that meant?''),
				(3, %6$L, c.odd, ''a refresh fails''), (4, %7$L, c.constant, ''it tells nobody from anybody'')) AS v (i, name, bad, says) ORDER BY v.i',
			col, m.source, format('metric %s: missing', col), 'policy: ' || m.missing, format('metric %s: below zero', col),
			format('metric %s: not finite', col), format('metric %s: constant', col));
	END LOOP;
	IF m.last_order IS NOT NULL THEN
		RETURN QUERY EXECUTE format('SELECT ''days since the newest order'', c.days <= 31, c.days,
				concat(''newest order: '', to_char(c.newest, ''YYYY-MM-DD''))
			FROM (SELECT max(s.%1$I)::date AS newest, (@extschema@.abc_as_of() - max(s.%1$I)::date)::bigint AS days FROM %2$s AS s) AS c',
			m.last_order, m.source);
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_check_metrics(abc_model) IS 'part of abc_check: metrics and newest order';

-- Ties at the cuts, and tiers that are empty, in the last run.
CREATE FUNCTION _abc_check_ties(m abc_model) RETURNS TABLE (check_name text, ok boolean, n bigint, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT concat(''tie at the lower end of tier '', chr(64 + u.i::integer), %1$s),
			count(m.%2$I) <= greatest(1, max(r.rated) / 100), count(m.%2$I),
			CASE WHEN count(m.%2$I) > 1 THEN concat(count(m.%2$I), '' customers have exactly '', u.c, ''; see the option ties of the scheme'') END
		FROM %3$s AS r CROSS JOIN LATERAL unnest(r.cutoffs) WITH ORDINALITY AS u (c, i)
		LEFT JOIN %4$s AS m ON m.%5$I = u.c AND m.eligible AND %6$s
		WHERE r.run = $1 AND r.error IS NULL AND u.c IS NOT NULL GROUP BY %7$s u.i, u.c ORDER BY %7$s u.i',
		CASE WHEN m.partition_by = '{}' THEN '''''' ELSE format('concat('' of '', concat_ws('', '', %s))', @extschema@._abc_each(m.partition_by, 'coalesce(r.%1$I::text, ''NULL'')')) END,
		m.key, m.run_table, m.mv, @extschema@._abc_cut(m), @extschema@._abc_same_partition(m, 'r', 'm'),
		@extschema@._abc_each(m.partition_by, 'r.%1$I, ', '')) USING m.runs;
	RETURN QUERY EXECUTE format('SELECT concat(''customers computed into tier '', t.tier), count(m.%I) > 0, count(m.%1$I),
			CASE WHEN count(m.%1$I) = 0 THEN ''the tier is empty'' END
		FROM (SELECT chr(64 + i)::@extschema@.abc_tier AS tier FROM generate_series(1, %s) AS i) AS t
		LEFT JOIN %s AS m ON m.computed OPERATOR(@extschema@.=) t.tier GROUP BY t.tier ORDER BY t.tier',
		m.key, @extschema@._abc_tier_count(m.scheme), m.mv);
END
$$;
COMMENT ON FUNCTION _abc_check_ties(abc_model) IS 'part of abc_check: ties and empty tiers';

-- How much of the score's variance each metric makes, against its weight.
CREATE FUNCTION _abc_check_weights(m abc_model) RETURNS TABLE (check_name text, ok boolean, n bigint, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	part text := CASE WHEN m.partition_by <> '{}' THEN 'PARTITION BY ' || @extschema@._abc_each(m.partition_by, 'm.%1$I') ELSE '' END;
	total double precision := (SELECT sum(w) FROM unnest(m.weights) AS w);
	i integer;
BEGIN
	FOR i IN 1 .. coalesce(cardinality(m.metrics), 0) LOOP
		RETURN QUERY EXECUTE format('SELECT %L, abs(e.share - %s) <= 0.15, round(100 * e.share)::bigint,
				concat(''makes '', round((100 * e.share)::numeric, 1), '' %% of the differences in score; its weight is '', round(%2$s::numeric * 100, 1), '' %%'')
			FROM (SELECT covar_pop(n.x, n.score) * %3$s / nullif(var_pop(n.score), 0) AS share
				FROM (SELECT m.score, @extschema@.abc_normalize(CASE WHEN m.eligible THEN m.metrics[%4$s] END, %5$L) OVER (%6$s) AS x
					FROM %7$s AS m WHERE m.eligible) AS n) AS e',
			format('metric %s: effective weight in per cent', m.metrics[i]), coalesce(m.weights[i] / nullif(total, 0), 0), m.weights[i], i,
			coalesce(m.methods[i], CASE WHEN cardinality(m.metrics) = 1 THEN 'none' ELSE 'rank' END), part, m.mv);
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_check_weights(abc_model) IS 'part of abc_check: effective against nominal weights';

CREATE FUNCTION abc_check(model regclass) RETURNS TABLE (check_name text, ok boolean, n bigint, says text)
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_check(regclass) IS
'what may be wrong with a model: keys, values and metrics of its source as it is now; ties, empty tiers and effective weights as of the last refresh. ok is false where someone should look';

CREATE FUNCTION _abc_check(model regclass) RETURNS TABLE (check_name text, ok boolean, n bigint, says text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_owned(model, 'check');
BEGIN
	PERFORM @extschema@._abc_column_type(m.source, m.key, 'key');
	PERFORM @extschema@._abc_column_type(m.source, m.value, 'value');
	RETURN QUERY SELECT c.check_name, c.ok, c.n, c.says FROM @extschema@._abc_check_rows(m) AS c;
	RETURN QUERY SELECT c.check_name, c.ok, c.n, c.says FROM @extschema@._abc_check_metrics(m) AS c;
	IF m.runs > 0 THEN
		PERFORM @extschema@._abc_complete(m);
		RETURN QUERY SELECT c.check_name, c.ok, c.n, c.says FROM @extschema@._abc_check_ties(m) AS c;
		RETURN QUERY SELECT c.check_name, c.ok, c.n, c.says FROM @extschema@._abc_check_weights(m) AS c;
	END IF;
END
$$;
COMMENT ON FUNCTION _abc_check(regclass) IS 'part of abc_check: as the owner';

--
-- Charts
--

-- The values of a model, best first, in bins of equal numbers of customers.
CREATE FUNCTION abc_pareto(model regclass, points integer DEFAULT 100)
RETURNS TABLE (point integer, customers bigint, customers_share double precision, value numeric, cumulative_share double precision,
	mean_value numeric, tier text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_find(model);
BEGIN
	PERFORM @extschema@._abc_complete(m);
	PERFORM @extschema@._abc_run_as_of(m, NULL::date);
	IF points IS NULL OR points < 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('a chart of %s points is not possible', coalesce(points::text, 'NULL')), HINT = 'Give a number of 1 or more.';
	END IF;
	RETURN QUERY EXECUTE format('WITH ranked AS (
			SELECT m.value::numeric AS v, m.computed AS t, row_number() OVER (ORDER BY m.%1$I DESC, m.computed) AS i, count(*) OVER () AS n
			FROM %2$s AS m WHERE m.computed IS NOT NULL
		), binned AS (
			SELECT ((r.i - 1) * least($1, r.n) / r.n + 1)::integer AS bin, max(r.i) AS upto, max(r.n) AS n,
				sum(greatest(r.v, 0)) AS v, avg(r.v) AS mean, @extschema@.min(r.t) AS t
			FROM ranked AS r GROUP BY 1
		)
		SELECT b.bin, b.upto, b.upto::double precision / b.n, sum(b.v) OVER (ORDER BY b.bin),
			(sum(b.v) OVER (ORDER BY b.bin) / nullif(sum(b.v) OVER (), 0))::double precision, round(b.mean, 4), b.t::text
		FROM binned AS b ORDER BY b.bin', @extschema@._abc_cut(m), m.mv) USING points;
END
$$;
COMMENT ON FUNCTION abc_pareto(regclass, integer) IS
'rows for a Pareto chart, best customers first: number and share of customers up to the point, their value and its share of the total, mean value and best computed tier of the bin';

-- Colours that the colour-blind can tell apart (Okabe and Ito), best tier first.
CREATE FUNCTION _abc_colour(tier text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (ARRAY['#0072B2', '#E69F00', '#999999', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#F0E442']::text[])
	[(pg_catalog.ascii(tier) OPERATOR(pg_catalog.-) 65) OPERATOR(pg_catalog.%) 8 OPERATOR(pg_catalog.+) 1];
COMMENT ON FUNCTION _abc_colour(text) IS 'part of abc_pareto_svg: the colour of a tier';

-- XML text: escaped, without the control characters that XML does not know.
CREATE FUNCTION _abc_xml(x text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN replace(replace(replace(replace(regexp_replace(x, '[\x01-\x08\x0B\x0C\x0E-\x1F]', ' ', 'g'),
		'&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;');
END
$$;
COMMENT ON FUNCTION _abc_xml(text) IS 'part of abc_pareto_svg: text for XML';

-- The largest number of the form 1, 2 or 5 times a power of ten steps that
-- makes four to ten ticks.
CREATE FUNCTION _abc_tick(top numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	unit numeric := power(10::numeric, floor(log(top)) - 1);
BEGIN
	RETURN trim_scale((SELECT min(unit * f) FROM unnest(ARRAY[1, 2, 5, 10, 20, 50]) AS f WHERE top / (unit * f) <= 6));
END
$$;
COMMENT ON FUNCTION _abc_tick(numeric) IS 'part of abc_pareto_svg: distance of ticks';

-- Bars and cumulative line.  The plot is 640 wide and 300 high, from (90, 50).
CREATE FUNCTION _abc_svg_plot(model regclass, top numeric) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bars text;
	line text;
BEGIN
	WITH p AS (SELECT p.*, coalesce(lag(p.customers_share) OVER (ORDER BY p.point), 0) AS before
			FROM @extschema@.abc_pareto(model, 160) AS p)
	SELECT string_agg(format('<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>', round((90 + 640 * p.before)::numeric, 2),
			round(350 - 300 * greatest(p.mean_value, 0) / top, 2), round((640 * (p.customers_share - p.before))::numeric, 2),
			round(300 * greatest(p.mean_value, 0) / top, 2), @extschema@._abc_colour(p.tier)), E'\n' ORDER BY p.point),
		'<polyline fill="none" stroke="#222222" stroke-width="2" points="90,350 ' || string_agg(format('%s,%s', round((90 + 640 * p.customers_share)::numeric, 2),
			round((350 - 300 * p.cumulative_share)::numeric, 2)), ' ' ORDER BY p.point) || '"/>'
	INTO bars, line FROM p;
	RETURN concat_ws(E'\n', bars, line);
END
$$;
COMMENT ON FUNCTION _abc_svg_plot(regclass, numeric) IS 'part of abc_pareto_svg: bars and cumulative line';

-- Where one tier ends and the next begins, exactly, each said on a line of its
-- own beside its cut, where neither bars nor the cumulative line are.
CREATE FUNCTION _abc_svg_cuts(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	says text;
BEGIN
	EXECUTE format('SELECT concat_ws(E''\n'', string_agg(format(''<line x1="%%1$s" y1="50" x2="%%1$s" y2="350" stroke="#222222" stroke-dasharray="4 3"/>'', c.x), E''\n'' ORDER BY c.i),
		string_agg(format(''<text x="%%s" y="%%s" text-anchor="%%s" stroke="#ffffff" stroke-width="4" paint-order="stroke">%%s %%%% make %%s %%%%</text>'',
			CASE WHEN c.x < 600 THEN c.x + 5 ELSE c.x - 5 END, 150 + 18 * c.i, CASE WHEN c.x < 600 THEN ''start'' ELSE ''end'' END,
			round(100 * c.customers, 1), round(100 * c.share, 1)), E''\n'' ORDER BY c.i))
		FROM (SELECT t.*, round(90 + 640 * t.customers, 2) AS x FROM (
			SELECT row_number() OVER w AS i, count(*) OVER () AS n, sum(count(*)) OVER w / sum(count(*)) OVER () AS customers,
				sum(sum(greatest(m.%1$I, 0)::numeric)) OVER w / sum(sum(greatest(m.%1$I, 0)::numeric)) OVER () AS share
			FROM %2$s AS m WHERE m.computed IS NOT NULL GROUP BY m.computed WINDOW w AS (ORDER BY m.computed)) AS t
			WHERE t.i < t.n) AS c', @extschema@._abc_cut(m), m.mv) INTO says;
	RETURN says;
END
$$;
COMMENT ON FUNCTION _abc_svg_cuts(abc_model) IS 'part of abc_pareto_svg: cuts';

CREATE FUNCTION _abc_svg_axes(m abc_model, top numeric, customers bigint, total numeric) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	tick numeric := @extschema@._abc_tick(top);
BEGIN
	RETURN concat_ws(E'\n',
		'<path d="M90 50V350H730V50" fill="none" stroke="#222222"/>',
		(SELECT string_agg(format('<text x="84" y="%s" text-anchor="end">%s</text>', round(354 - 300 * tick * i / top, 2), @extschema@._abc_figure(tick * i)), E'\n' ORDER BY i)
			FROM generate_series(0, floor(top / tick)::integer) AS i),
		(SELECT string_agg(format('<text x="736" y="%s">%s %%</text>', 354 - 60 * i, 20 * i), E'\n' ORDER BY i) FROM generate_series(0, 5) AS i),
		(SELECT string_agg(format('<text x="%s" y="368" text-anchor="middle">%s %%</text>', 90 + 128 * i, 20 * i), E'\n' ORDER BY i) FROM generate_series(0, 5) AS i),
		format('<text x="410" y="390" text-anchor="middle">share of the customers, best first (100 %% = %s)</text>', @extschema@._abc_figure(customers::numeric)),
		format('<text transform="translate(16 200) rotate(-90)" text-anchor="middle">%s per customer</text>', @extschema@._abc_xml(CASE WHEN m.metrics IS NULL THEN m.value ELSE 'score' END)),
		format('<text transform="translate(790 200) rotate(-90)" text-anchor="middle">cumulative share (100 %% = %s)</text>', @extschema@._abc_figure(total)));
END
$$;
COMMENT ON FUNCTION _abc_svg_axes(abc_model, numeric, bigint, numeric) IS 'part of abc_pareto_svg: axes';

-- A line per tier: colour, name, customers, share of the customers and of the value.
CREATE FUNCTION _abc_svg_legend(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	says text;
BEGIN
	EXECUTE format('SELECT string_agg(format(''<rect x="90" y="%%s" width="12" height="12" fill="%%s"/><text x="110" y="%%s">%%s: %%s customers (%%s %%%%), %%s %%%% of %%s</text>'',
			395 + 18 * t.i, @extschema@._abc_colour(t.tier::text), 405 + 18 * t.i, @extschema@._abc_xml(%s), @extschema@._abc_figure(t.n::numeric),
			round(100.0 * t.n / t.all_n, 1), coalesce(round(100 * t.v / nullif(t.all_v, 0), 1), 0), @extschema@._abc_xml(%L)), E''\n'' ORDER BY t.i)
		FROM (SELECT m.computed AS tier, row_number() OVER (ORDER BY m.computed) AS i, count(*) AS n, sum(count(*)) OVER () AS all_n,
				coalesce(sum(greatest(m.value, 0)::numeric), 0) AS v, sum(sum(greatest(m.value, 0)::numeric)) OVER () AS all_v
			FROM %s AS m WHERE m.computed IS NOT NULL GROUP BY m.computed) AS t',
		@extschema@._abc_label_sql(m, 't.tier'), m.value, m.mv) INTO says;
	RETURN says;
END
$$;
COMMENT ON FUNCTION _abc_svg_legend(abc_model) IS 'part of abc_pareto_svg: legend';

CREATE FUNCTION abc_pareto_svg(model regclass) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_find(model);
	title text := @extschema@._abc_xml(format('%s: %s', @extschema@._abc_name(m), m.scheme));
	top numeric;
	customers bigint;
	total numeric;
	height integer;
BEGIN
	SELECT max(p.mean_value), max(p.customers), max(p.value) INTO top, customers, total FROM @extschema@.abc_pareto(model, 160) AS p;
	height := 410 + 18 * (1 + @extschema@._abc_tier_count(m.scheme));
	RETURN concat_ws(E'\n',
		format('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 810 %s" role="img" font-family="sans-serif" font-size="12" fill="#222222">', height),
		format('<title>%s</title>', title), format('<rect width="810" height="%s" fill="#ffffff"/>', height),
		format('<text x="90" y="22" font-size="15" font-weight="bold">%s</text>', title),
		CASE WHEN top > 0 THEN concat_ws(E'\n', @extschema@._abc_svg_plot(model, top), @extschema@._abc_svg_cuts(m),
			@extschema@._abc_svg_axes(m, top, customers, total), @extschema@._abc_svg_legend(m))
			ELSE '<text x="90" y="200">no values above zero</text>' END,
		'</svg>');
END
$$;
COMMENT ON FUNCTION abc_pareto_svg(regclass) IS
'the Pareto chart of a model as SVG: mean value per bin of customers in the colours of their tiers, cumulative share, cuts, legend';
