--
-- Overrides
--

-- A key as text, or as an array of texts where there are several columns, is a key of the model: a condition on
-- alias s.
CREATE FUNCTION _abc.key_is(m @extschema@.abc_model, key text, alias text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	given text[] := CASE WHEN cardinality(m.key) = 1 THEN ARRAY[key] ELSE _abc.key_parts(m, key) END;
BEGIN
	RETURN (
		SELECT string_agg(
			format('%s.%s %s %L::%s', alias, u.c, _abc.equality(x.t::regtype), given[u.i], x.t), ' AND ')
		FROM unnest(m.key_columns, m.key_types) WITH ORDINALITY AS u (c, t, i)
		CROSS JOIN LATERAL (SELECT regexp_replace(u.t, ' COLLATE .*', '')) AS x (t));
END
$$;
COMMENT ON FUNCTION _abc.key_is(@extschema@.abc_model, text, text) IS 'a condition that a row has a key';

CREATE FUNCTION _abc.key_parts(m @extschema@.abc_model, key text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result text[];
BEGIN
	BEGIN
		result := key::text[];
	EXCEPTION WHEN data_exception THEN
		result := NULL;
	END;
	IF coalesce(cardinality(result), 0) <> cardinality(m.key) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('"%s" is not a key of model "%s"', coalesce(key, 'NULL'), m.name),
			HINT = format('Its key has %s columns: write ARRAY[...] or ''{...}'' with %s.',
				cardinality(m.key), array_to_string(m.key, ', '));
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.key_parts(@extschema@.abc_model, text) IS 'the parts of a key of several columns';

-- The key must be known to the model.  Gives the condition that a row of alias s has it.
CREATE FUNCTION _abc.known_key(m @extschema@.abc_model, key text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	condition text := _abc.key_is(m, key, 's');
	known boolean;
BEGIN
	BEGIN
		EXECUTE format('SELECT true FROM %s AS s WHERE %s', m.face, _abc.face_key_is(m, key)) INTO known;
	EXCEPTION WHEN data_exception THEN
		known := NULL;		-- no key of its type at all
	END;
	IF known IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'no_data_found',
			MESSAGE = format('there is no customer "%s" in model "%s"', coalesce(key, 'NULL'), m.name),
			HINT = CASE WHEN m.runs = 0 THEN 'The model was not refreshed yet.'
				ELSE 'A customer is known from the first refresh on that finds it in the source.' END;
	END IF;
	RETURN condition;
END
$$;
COMMENT ON FUNCTION _abc.known_key(@extschema@.abc_model, text) IS
	'raise a clear error for a key that the model does not know';

-- The same condition on NAME, which readers may read.
CREATE FUNCTION _abc.face_key_is(m @extschema@.abc_model, key text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	given text[] := CASE WHEN cardinality(m.key) = 1 THEN ARRAY[key] ELSE _abc.key_parts(m, key) END;
BEGIN
	RETURN (SELECT string_agg(format('s.%I %s %L::%s', u.name, _abc.equality(x.t::regtype), given[u.i], x.t), ' AND ')
		FROM unnest(m.key, m.key_types) WITH ORDINALITY AS u (name, t, i)
		CROSS JOIN LATERAL (SELECT regexp_replace(u.t, ' COLLATE .*', '')) AS x (t));
END
$$;
COMMENT ON FUNCTION _abc.face_key_is(@extschema@.abc_model, text) IS 'a condition that a row of NAME has a key';

CREATE FUNCTION abc_override(
	model regclass, key text, tier text, reason text DEFAULT NULL, ends date DEFAULT NULL, begins date DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN _abc.override(_abc.override_table(model), key, tier, reason, ends, begins);
END
$$;
COMMENT ON FUNCTION abc_override(regclass, text, text, text, date, date) IS
	'give a customer a tier by hand (letter or name), with a reason, from today on (or from "begins") until the day it '
	'ends (NULL: for good); replaces an earlier override. At once, where the last run is of that day or a later one, '
	'else with the first refresh that is. Tier NULL takes the override back. Who may INSERT into NAME_override may '
	'call it; the author is the role that calls it. A key of several columns is an array';

CREATE FUNCTION abc_override(
	model regclass, key anyelement, tier text, reason text DEFAULT NULL, ends date DEFAULT NULL,
	begins date DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN @extschema@.abc_override(model, key::text, tier, reason, ends, begins);
END
$$;
COMMENT ON FUNCTION abc_override(regclass, anyelement, text, text, date, date) IS
	'as abc_override(regclass, text, ...), for keys of any other type';

-- The table of overrides of a model.  Whoever may insert into it need not be able to read the definition.
CREATE FUNCTION _abc.override_table(model regclass) RETURNS regclass
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	guess regclass;
BEGIN
	SELECT o.oid INTO guess FROM pg_class AS c
	JOIN pg_class AS o ON o.relnamespace = c.relnamespace AND o.relowner = c.relowner AND o.relkind = 'r'
	WHERE c.oid = model AND o.relname = c.relname || '_override' AND has_table_privilege(o.oid, 'INSERT');
	RETURN coalesce(guess, (SELECT (d.m).override FROM _abc.definition_of(model) AS d));
END
$$;
COMMENT ON FUNCTION _abc.override_table(regclass) IS 'part of abc_override: the table of overrides';

CREATE FUNCTION _abc.override(overrides regclass, key text, tier text, reason text, ends date, begins date)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_writer';
COMMENT ON FUNCTION _abc.override(regclass, text, text, text, date, date) IS
	'part of abc_override: as the owner, for who may insert';

CREATE FUNCTION _abc._override(overrides regclass, key text, tier text, reason text, ends date, begins date)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := _abc.complete(_abc.lock(overrides, 'override a tier of'));
	letter @extschema@.abc_tier := _abc.tier_of(m.scheme, tier);
	first_day date := coalesce(begins, greatest(CURRENT_DATE, m.last_as_of));
	is_it jsonb := jsonb_build_object('is_it', _abc.known_key(m, key));
	number bigint;
BEGIN
	IF m.override <> overrides THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object',
			MESSAGE = format('"%s" is not the table of overrides of model "%s"', overrides, m.name);
	END IF;
	PERFORM _abc.check_override(m, letter, reason, ends, first_day);
	EXECUTE _abc.fill($sql$
UPDATE {override} AS s SET ends = greatest($1, s.begins)
WHERE {is_it} AND (s.ends IS NULL OR s.ends > $1)$sql$, m, is_it) USING first_day;
	IF letter IS NOT NULL THEN
		EXECUTE _abc.fill($sql$
INSERT INTO {override} ({keys}, tier, tier_name, reason, author, made, begins, ends)
SELECT {s.keys}, $1, $2, $3, $4, clock_timestamp(), $5, $6 FROM {state} AS s
WHERE {is_it} RETURNING override_id$sql$, m, is_it)
		INTO number
		USING letter,
			(SELECT t.name FROM @extschema@.abc_tiers(m.scheme) AS t WHERE t.tier OPERATOR(@extschema@.=) letter),
			reason, _abc.caller(), first_day, ends;
	END IF;
	PERFORM _abc.apply_override(m, key, first_day);
	RETURN number;
END
$$;
COMMENT ON FUNCTION _abc._override(regclass, text, text, text, date, date) IS 'part of abc_override: as the owner';

CREATE FUNCTION _abc.check_override(
	m @extschema@.abc_model, letter @extschema@.abc_tier, reason text, ends date, first_day date
) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF letter IS NOT NULL AND btrim(coalesce(reason, '')) = '' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'an override needs a reason',
			HINT = 'Say in a few words why this tier and not the computed one: others will read it.';
	END IF;
	IF letter IS NOT NULL AND ends <= first_day THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('the override ends on %s, before it begins on %s',
				to_char(ends, 'YYYY-MM-DD'), to_char(first_day, 'YYYY-MM-DD')),
			HINT = 'To take an override back, call abc_override with the tier NULL.';
	END IF;
	IF first_day < m.last_as_of OR NOT isfinite(first_day) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('an override cannot begin on %s: the last run was as of %s',
				first_day, to_char(m.last_as_of, 'YYYY-MM-DD')),
			HINT = 'Nothing of the past is changed: let it begin on the day of the last run or later.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.check_override(@extschema@.abc_model, @extschema@.abc_tier, text, date, date) IS
	'part of abc_override: what must hold';

-- Decide one customer anew, on the day of the last run, from what that run has read.
CREATE FUNCTION _abc.apply_override(m @extschema@.abc_model, key text, first_day date) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	last record;
BEGIN
	IF first_day > m.last_as_of THEN
		RAISE NOTICE 'takes effect with the first refresh as of % or later: the last one was as of %',
			to_char(first_day, 'YYYY-MM-DD'), to_char(m.last_as_of, 'YYYY-MM-DD');
		RETURN;
	END IF;
	EXECUTE _abc.fill($sql$
SELECT max(r.began) AS began, bool_or(r.full_read) AS full_read, max(r.rows_read) AS rows_read,
	bool_or(r.forced) AS forced, max(r.revision) AS revision, max(r.scheme) AS scheme
FROM {run} AS r WHERE r.run = $1$sql$, m) INTO last USING m.runs;
	IF last.revision <> m.revision OR last.scheme <> m.scheme::text OR NOT m.can_undo THEN
		RAISE NOTICE 'takes effect with the next refresh: model "%" was altered, or its last run taken back, since '
			'the last one', m.name;
		RETURN;
	END IF;
	PERFORM _abc.decide_one(m, key);
	PERFORM _abc.reopen_versions(m, m.runs, m.last_as_of);
	PERFORM _abc.record(m, m.last_as_of, m.runs, last.began, last.full_read, last.rows_read, last.forced);
END
$$;
COMMENT ON FUNCTION _abc.apply_override(@extschema@.abc_model, text, date) IS 'part of abc_override: decide anew';

-- The statement of a refresh, over one customer: the facts are those in the state, the cut-offs those of the run.
CREATE FUNCTION _abc.decide_one(m @extschema@.abc_model, key text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
DECLARE
	places jsonb := _abc.decide_places(m, true,
		' AND ' || _abc.key_is(m, key, 's'), ' AND ' || _abc.key_is(m, key, 'b'));
	previous record;
	ignored record;
BEGIN
	EXECUTE _abc.fill($sql$
SELECT max(r.revision) AS revision, max(r.standard) AS standard FROM {run} AS r
WHERE r.run = $1 AND r.revision IS NOT NULL$sql$, m) INTO previous USING m.runs - 1;
	EXECUTE _abc.fill(_abc.decide_sql('state', _abc.has_sums(m)), m, places) INTO ignored
	USING m, m.last_as_of, m.runs, CASE WHEN m.revision <> previous.revision THEN 'definition' ELSE 'data' END,
		coalesce(m.standard <> previous.standard, false), now();
END
$$;
COMMENT ON FUNCTION _abc.decide_one(@extschema@.abc_model, text) IS 'part of abc_override: the decision';
