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
