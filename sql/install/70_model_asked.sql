--
-- What all questions need: their places in SQL, the key that was asked for, the run of a day
--

-- Places that questions use beside those of _abc.fill: {given} is the key that was asked for, from an array of
-- texts in $1; {shown} the keys of NAME, f, by the names that its tables have for them; {texts} key, partitions
-- and attributes as texts; {versions} the history, whose last versions are those of the state.
CREATE FUNCTION _abc.asked(template text, m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN _abc.fill(template, m, jsonb_build_object(
		'given', (
			SELECT format('(SELECT %s)',
				string_agg(format('($1)[%s]::%s AS %I', u.i, u.type, u.stored), ', ' ORDER BY u.i))
			FROM unnest(m.key_types, m.key_columns) WITH ORDINALITY AS u (type, stored, i)),
		'shown', (
			SELECT string_agg(format('f.%I AS %I', u.name, u.stored), ', ' ORDER BY u.i)
			FROM unnest(m.key, m.key_columns) WITH ORDINALITY AS u (name, stored, i)),
		'texts', (
			SELECT format('ARRAY[%s]::text[]', string_agg(format('s.%I::text', u.stored), ', ' ORDER BY u.i))
			FROM unnest(m.key_columns || m.carried_columns) WITH ORDINALITY AS u (stored, i)),
		'versions', _abc.fill($sql$(
			SELECT {v.keys}, v.tier, v.tier_name, v.decided_by, v.reason, v.lifecycle, v.cause, v.valid_from, v.valid_to
			FROM {version} AS v
			UNION ALL
			SELECT {o.keys}, o.tier, o.tier_name, o.decided_by, o.reason, o.lifecycle, o.cause, o.version_from,
				NULL::date
			FROM {state} AS o)$sql$, m),
		'language', quote_literal(m.language), 'runs', m.runs));
END
$$;
COMMENT ON FUNCTION _abc.asked(text, @extschema@.abc_model) IS 'SQL of a question from a text with named places';

-- A key given as text, a key of several columns as an array, which the model must know.
CREATE FUNCTION _abc.given_key(m @extschema@.abc_model, key text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	columns text := (SELECT string_agg(format('%I %s', u.name, u.type), ', ' ORDER BY u.i)
		FROM unnest(m.key, m.key_types) WITH ORDINALITY AS u (name, type, i));
	given text[];
	known boolean;
BEGIN
	BEGIN
		given := CASE WHEN cardinality(m.key) = 1 THEN ARRAY[key] ELSE key::text[] END;
		IF cardinality(given) = cardinality(m.key) THEN
			EXECUTE _abc.asked('SELECT true FROM {state} AS s JOIN {given} AS g ON {same s g}', m) INTO known
				USING given;
		END IF;
	EXCEPTION WHEN data_exception THEN
		given := NULL;
	END;
	IF key IS NOT NULL AND cardinality(given) IS DISTINCT FROM cardinality(m.key) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('"%s" is not a key of model "%s"', key, m.name),
			HINT = CASE WHEN cardinality(m.key) = 1 THEN format('Its key is %s.', columns)
				ELSE format('Its key is %s: give the values of all as an array, in this order.', columns) END;
	ELSIF known IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'no_data_found',
			MESSAGE = format('there is no customer "%s" in model "%s"', coalesce(key, 'NULL'), m.name),
			HINT = CASE WHEN m.runs = 0 THEN 'The model was not refreshed yet.'
				ELSE 'A customer is known from the first refresh on that finds it in the source.' END;
	END IF;
	RETURN given;
END
$$;
COMMENT ON FUNCTION _abc.given_key(@extschema@.abc_model, text) IS
'the texts of the columns of a key that the model knows, or a clear error';

-- The standard by which the last run decided: after an alteration of it, what is in force is older than the definition.
CREATE FUNCTION _abc.standard_of_run(m @extschema@.abc_model) RETURNS integer
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result integer;
BEGIN
	EXECUTE _abc.asked('SELECT max(r.standard) FROM {run} AS r WHERE r.run = {runs} AND r.revision IS NOT NULL', m)
		INTO result;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.standard_of_run(@extschema@.abc_model) IS 'the standard of the last run';

-- The last run that a day can be asked of; without a day the last of all.
CREATE FUNCTION _abc.run_as_of(m @extschema@.abc_model, as_of date) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result bigint;
BEGIN
	EXECUTE _abc.fill($sql$
SELECT max(r.run) FROM {run} AS r WHERE r.revision IS NOT NULL AND ($1 IS NULL OR r.as_of <= $1)$sql$, m)
	INTO result USING as_of;
	IF result IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'no_data_found',
			MESSAGE = format('model "%s" has no run%s',
				m.name, ' as of ' || to_char(as_of, 'YYYY-MM-DD') || ' or before'),
			HINT = format('SELECT @extschema@.abc_refresh(%L) makes one.', m.face);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.run_as_of(@extschema@.abc_model, date) IS 'the number of the last run as of a day';

CREATE FUNCTION _abc.day_of_run(m @extschema@.abc_model, run bigint) RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result date;
BEGIN
	EXECUTE _abc.fill('SELECT min(r.as_of) FROM {run} AS r WHERE r.run = $1 AND r.revision IS NOT NULL', m) INTO result
		USING run;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.day_of_run(@extschema@.abc_model, bigint) IS
'the day as of which a run was made; NULL: there is none';

-- For what reads the source: its query and its functions run with the rights of who asks, so that must be the owner.
CREATE FUNCTION _abc.find_own(model regclass, purpose text) RETURNS @extschema@.abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT pg_has_role((SELECT c.relowner FROM pg_class AS c WHERE c.oid = model), 'USAGE') THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = format('must be owner of model "%s" to %s it', _abc.shown(model), purpose),
			HINT = 'Ask its owner, or become one of that role by SET ROLE.';
	END IF;
	RETURN _abc.find(model);
END
$$;
COMMENT ON FUNCTION _abc.find_own(regclass, text) IS 'the definition of a model, for its owner';

-- A share, rounded once; of what is so small that a float8 cannot say it, 0.
CREATE FUNCTION _abc.share(part numeric, whole numeric) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN whole OPERATOR(pg_catalog.>) 0::numeric THEN
	CASE WHEN (part OPERATOR(pg_catalog.*) 1e300::numeric) OPERATOR(pg_catalog.<) whole THEN 0
		ELSE (part OPERATOR(pg_catalog./) whole)::double precision END END;
COMMENT ON FUNCTION _abc.share(numeric, numeric) IS 'part of a whole; NULL where the whole is not above zero';
