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
