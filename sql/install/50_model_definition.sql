--
-- Checking a definition
--

-- The columns that NAME shows itself: no column of the user's can bear such a name.
CREATE FUNCTION _abc.face_columns() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{tier,tier_rank,tier_name,computed_tier,decided_by,decided_by_name,reason,decided_until,value,value_before,'
	'value_share,score,next_tier,next_name,gap_to_next,cushion,tier_since,previous_tier,previous_name,moved,'
	'moved_name,lifecycle,lifecycle_name,first_order,last_order,best_tier,best_name,best_tier_until,best_value,as_of,'
	'run,scheme,rank,of_customers,cumulative_share}'::text[];
COMMENT ON FUNCTION _abc.face_columns() IS 'the columns of NAME and NAME_ranked that the user does not name';

CREATE FUNCTION _abc.check_names(m @extschema@.abc_model) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bad record;
BEGIN
	SELECT c.role, c.name INTO bad
	FROM (
		SELECT 'key', unnest(m.key)
		UNION ALL SELECT 'partition', unnest(m.partition_by)
		UNION ALL SELECT 'attribute', unnest(m.attributes)
		UNION ALL SELECT 'treatment', unnest(m.treatment_columns)) AS c (role, name)
	WHERE c.name = ANY (_abc.face_columns()) LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'duplicate_column',
			MESSAGE = format('the %s column "%s" has the name of a column that the model shows itself',
				bad.role, bad.name),
			HINT = 'Give it another name: SELECT ... AS other_name in the query that is the source, or in a view.';
	END IF;
	IF cardinality(m.carried) > 200 THEN
		RAISE EXCEPTION USING ERRCODE = 'too_many_columns',
			MESSAGE = format('a model carries at most 200 columns, not %s', cardinality(m.carried)),
			HINT = 'Attributes are what reports group by; join the others by the key.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.check_names(@extschema@.abc_model) IS 'part of the checks of a model: names of columns';

CREATE FUNCTION _abc.check_number(m @extschema@.abc_model, col text, type oid, purpose text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF col IS NOT NULL AND _abc.type_group(type) NOT IN ('whole', 'numeric', 'float') THEN
		RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
			MESSAGE = format('column "%s" of the source is of type %s: the %s must be a number',
				col, format_type(type, NULL), purpose),
			HINT = format('Cast it: SELECT ..., %I::numeric AS %1$I FROM ... as the source.', col);
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.check_number(@extschema@.abc_model, text, oid, text) IS
'part of the checks of a model: numbers';

-- The columns of the source, each once, and how they are stored.
CREATE FUNCTION _abc.check_columns(m @extschema@.abc_model) RETURNS @extschema@.abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c record;
	types jsonb;
BEGIN
	IF coalesce(cardinality(m.key), 0) = 0 OR array_position(m.key, NULL) IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a model needs a key',
			HINT = 'Name the column that tells customers apart, for example key => ''customer_id'', or several: '
				'key => ''{company,customer}''.';
	END IF;
	IF m.value IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a model needs a value',
			HINT = 'Name the column of the amount, for example value => ''revenue''.';
	END IF;
	m.partition_by := ARRAY(
		SELECT u.c FROM unnest(m.partition_by) WITH ORDINALITY AS u (c, i) GROUP BY u.c ORDER BY min(u.i));
	m.partitions := coalesce(m.partitions, '{}') || ARRAY(
		SELECT u.c FROM unnest(m.partition_by) WITH ORDINALITY AS u (c, i)
		WHERE u.c <> ALL (coalesce(m.partitions, '{}')) ORDER BY u.i);
	m.attributes := ARRAY(
		SELECT u.c FROM unnest(m.attributes) WITH ORDINALITY AS u (c, i)
		WHERE u.c <> ALL (m.partition_by) AND u.c <> ALL (m.key) GROUP BY u.c ORDER BY min(u.i));
	SELECT jsonb_object_agg(t.name, jsonb_build_object('type', t.type::bigint, 'collation', t.sorts::bigint)) INTO types
	FROM _abc.source_types(m, m.key || m.partition_by || m.attributes || m.metrics || m.value || m.first_order
		|| m.last_order || m.orders) AS t;
	m.key_types := ARRAY(
		SELECT _abc.stored_type((types -> u.c ->> 'type')::oid, (types -> u.c ->> 'collation')::oid, true)
		FROM unnest(m.key) WITH ORDINALITY AS u (c, i) ORDER BY u.i);
	m.key_columns := ARRAY(SELECT 'k' || i FROM generate_subscripts(m.key, 1) AS i ORDER BY i);
	-- a partition column that is part of the key is shown once, as key
	m.carried := ARRAY(
		SELECT u.c FROM unnest(m.partition_by || m.attributes) WITH ORDINALITY AS u (c, i)
		WHERE u.c <> ALL (m.key) ORDER BY u.i);
	m.carried_types := ARRAY(
		SELECT _abc.stored_type((types -> u.c ->> 'type')::oid, (types -> u.c ->> 'collation')::oid, false)
		FROM unnest(m.carried) WITH ORDINALITY AS u (c, i) ORDER BY u.i);
	PERFORM _abc.check_number(m, m.value, (types -> m.value ->> 'type')::oid, 'value');
	FOR c IN SELECT u.name FROM unnest(m.metrics) AS u (name) LOOP
		PERFORM _abc.check_number(m, c.name, (types -> c.name ->> 'type')::oid, 'metric');
	END LOOP;
	PERFORM _abc.check_number(m, m.orders, (types -> m.orders ->> 'type')::oid, 'number of orders');
	FOR c IN SELECT u.name FROM unnest(ARRAY[m.first_order, m.last_order]) AS u (name) WHERE u.name IS NOT NULL LOOP
		IF _abc.type_group((types -> c.name ->> 'type')::oid) NOT IN ('date', 'moment') THEN
			RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
				MESSAGE = format('column "%s" of the source is of type %s, not a date',
					c.name, format_type((types -> c.name ->> 'type')::oid, NULL)),
				HINT = 'first_order and last_order name columns of type date or timestamp.';
		END IF;
	END LOOP;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc.check_columns(@extschema@.abc_model) IS 'part of the checks of a model: columns of the source';

CREATE FUNCTION _abc.check_scheme(m @extschema@.abc_model) RETURNS @extschema@.abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bad text;
BEGIN
	IF m.metrics IS NOT NULL AND (m.scheme IS NULL OR left(m.scheme::text, 5) IN ('share', 'fill ')) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = CASE WHEN m.scheme IS NULL THEN 'a model with metrics needs a scheme'
				ELSE format('a score cannot be cut by "%s"', m.scheme) END,
			DETAIL = '80 % of a score means nothing: a score is not an amount that adds up.',
			HINT = 'Write, for example, scheme => ''count 15/50'' (best 15 % of the customers, next 35 %) '
				'or scheme => ''value 80/60'' (points).';
	END IF;
	m.scheme := coalesce(m.scheme, '80/95');
	SELECT u.name INTO bad FROM unnest(m.metrics, m.weights) AS u (name, weight)
	WHERE u.weight IS NULL OR NOT u.weight BETWEEN 0 AND 1e300;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('the weight of metric "%s" is not a number of 0 or more', bad),
			HINT = 'Where less is better, keep the weight and write a method that begins with lower: '
				'abc_metric(''pay_days'', 10, ''lower rank'').';
	END IF;
	IF m.missing IS NULL OR m.missing NOT IN ('renormalize', 'zero', 'null') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('unknown policy for missing metrics "%s"', coalesce(m.missing, 'NULL')),
			HINT = 'It is renormalize (the other weights share it), zero, or null (no score).';
	END IF;
	PERFORM @extschema@.abc_next_tier(NULL::@extschema@.abc_tier, NULL::@extschema@.abc_tier, 1, m.promote_after,
		m.demote_after, m.max_step);
	m.language := _abc.known_language(m.language);
	IF NOT m.max_gone BETWEEN 0 AND 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('max_gone cannot be %s', m.max_gone),
			HINT = 'It is the share of the customers, or of their value, that a refresh may lose: 0 to 1, '
				'NULL for no guard.';
	END IF;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc.check_scheme(@extschema@.abc_model) IS
'part of the checks of a model: scheme, weights, hysteresis';

-- A condition must be one boolean expression over the source.
CREATE FUNCTION _abc.check_condition(m @extschema@.abc_model, condition text, purpose text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	says text;
	hint text;
	code text;
BEGIN
	PERFORM _abc.ask_source(m, format(E'SELECT to_jsonb(count(*)) FROM (SELECT 1 FROM %s WHERE (%s\n) LIMIT 0) AS none',
		_abc.from_source(m), condition));
EXCEPTION WHEN syntax_error_or_access_rule_violation OR data_exception THEN
	GET STACKED DIAGNOSTICS says = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT, code = RETURNED_SQLSTATE;
	PERFORM _abc.rethrow(code, format('condition of %s: %s', purpose, says), format('The condition is: %s', condition),
		CASE WHEN code IN ('42883', '42704') THEN 'Write functions and types of your own with their schema.'
			ELSE 'Write one boolean SQL expression over the columns of the source.' END);
END
$$;
COMMENT ON FUNCTION _abc.check_condition(@extschema@.abc_model, text, text) IS
'part of the checks of a model: a condition';

-- A tier given as letter or as name.
CREATE FUNCTION _abc.tier_of(scheme @extschema@.abc_scheme, given text) RETURNS @extschema@.abc_tier
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result @extschema@.abc_tier;
BEGIN
	SELECT t.tier INTO result FROM @extschema@.abc_tiers(scheme) AS t WHERE given IN (t.tier::text, t.name)
	ORDER BY t.tier::text = given DESC, t.rank LIMIT 1;
	IF result IS NULL AND given IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('the scheme "%s" has no tier "%s"', scheme, given),
			HINT = format('Its tiers are %s.',
				(SELECT string_agg(concat_ws(' or ', t.tier::text, nullif(t.name, t.tier::text)), ', ' ORDER BY t.rank)
				FROM @extschema@.abc_tiers(scheme) AS t));
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.tier_of(@extschema@.abc_scheme, text) IS 'a tier given by letter or by name';

CREATE FUNCTION _abc.check_rules(m @extschema@.abc_model) RETURNS @extschema@.abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	i integer;
	tier @extschema@.abc_tier;
	n integer := (SELECT count(*) FROM @extschema@.abc_tiers(m.scheme));
BEGIN
	IF m.eligible IS NOT NULL THEN
		PERFORM _abc.check_condition(m, m.eligible, 'eligible');
	END IF;
	FOR i IN 1 .. coalesce(cardinality(m.rule_kinds), 0) LOOP
		IF m.rule_kinds[i] IS NULL OR m.rule_kinds[i] NOT IN ('only_if', 'always_if')
			OR m.rule_conditions[i] IS NULL OR m.rule_tiers[i] IS NULL
		THEN
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('rule %s has no kind, tier or condition', i),
				HINT = 'Make rules with abc_only_if(tier, condition, because) and '
					'abc_always_if(tier, condition, because).';
		END IF;
		tier := _abc.tier_of(m.scheme, m.rule_tiers[i]);
		IF m.rule_kinds[i] = 'only_if' AND @extschema@.abc_rank(tier) = n THEN
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('rule %s: "%s" is the last tier of the scheme "%s", '
					'there is no next tier for those it turns away', i, m.rule_tiers[i], m.scheme),
				HINT = 'Who must have no tier at all is not eligible: use the argument eligible.';
		END IF;
		PERFORM _abc.check_condition(m, m.rule_conditions[i], format('rule %s', i));
		m.rule_tiers[i] := tier::text;
		m.rule_reasons[i] := coalesce(m.rule_reasons[i],
			_abc.text(m.language, 'reason.' || replace(m.rule_kinds[i], '_', ' '), m.rule_conditions[i]));
	END LOOP;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc.check_rules(@extschema@.abc_model) IS 'part of the checks of a model: eligible and rules';

CREATE FUNCTION _abc.check_times(m @extschema@.abc_model) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bad record;
BEGIN
	SELECT v.name, v.x INTO bad
	FROM (VALUES ('at_risk', m.at_risk), ('lost', m.lost),
		('promote_wait', m.promote_wait), ('demote_wait', m.demote_wait)) AS v (name, x)
	WHERE v.x <= '0' LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('%s cannot be %s', bad.name, bad.x),
			HINT = format('Give a positive interval, for example %s => ''6 months''.', bad.name);
	END IF;
	IF coalesce(m.at_risk, m.lost) IS NOT NULL AND m.last_order IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'at_risk and lost need to know the last order',
			HINT = 'Add last_order => the column of the source that holds its date.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.check_times(@extschema@.abc_model) IS 'part of the checks of a model: intervals';

-- The table of treatments, and its columns that NAME shows: not the tier, not those that it is matched by.
CREATE FUNCTION _abc.check_treatments(m @extschema@.abc_model) RETURNS @extschema@.abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	treatments regclass := to_regclass(m.treatments);
BEGIN
	m.treatment_columns := '{}';
	IF m.treatments IS NULL THEN
		RETURN m;
	END IF;
	IF NOT EXISTS (
		SELECT FROM pg_attribute AS a WHERE a.attrelid = treatments AND a.attname = 'tier' AND NOT a.attisdropped)
	THEN
		RAISE EXCEPTION USING ERRCODE = CASE WHEN treatments IS NULL THEN 'undefined_table' ELSE 'undefined_column' END,
			MESSAGE = CASE WHEN treatments IS NULL THEN format('the treatments "%s" are not there', m.treatments)
				ELSE format('the treatments "%s" have no column "tier"', m.treatments) END,
			HINT = 'Treatments are a table with a column tier (letter or name); its other columns appear in the model.';
	END IF;
	m.treatment_columns := ARRAY(
		SELECT a.attname::text FROM pg_attribute AS a
		WHERE a.attrelid = treatments AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'tier'
			AND a.attname <> ALL (m.key || m.carried)
		ORDER BY a.attnum);
	m.carried_types := m.carried_types || ARRAY(
		SELECT _abc.stored_type(_abc.base_type(a.atttypid), a.attcollation, false)
		FROM unnest(m.treatment_columns) WITH ORDINALITY AS u (c, i)
		JOIN pg_attribute AS a ON a.attrelid = treatments AND a.attname = u.c ORDER BY u.i);
	m.carried := m.carried || m.treatment_columns;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc.check_treatments(@extschema@.abc_model) IS 'part of the checks of a model: treatments';
