--
-- Reading the source
--

-- A column of the source, as it is stored.
CREATE FUNCTION _abc.read_column(name text, type oid, stored text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN name IS NULL THEN NULL
		WHEN stored IN ('timestamp without time zone', 'date') AND _abc.type_group(type) = 'moment'
			THEN format('pg_catalog.timezone(''UTC'', s.%I)::%s', name, stored)
		WHEN stored = 'numeric' AND _abc.type_group(type) = 'float' THEN format('s.%I::text::numeric', name)
		ELSE format('s.%I::%s', name, regexp_replace(stored, ' COLLATE .*', '')) END;
END
$$;
COMMENT ON FUNCTION _abc.read_column(text, oid, text) IS 'part of the reading of a source: one column';

-- Prospects without an order are in no total: see potential in abc_lifecycle.
CREATE FUNCTION _abc.read_ordered(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	dates text := (
		SELECT string_agg(format('s.%I IS NOT NULL', c), ' OR ')
		FROM unnest(ARRAY[m.first_order, m.last_order]) AS c WHERE c IS NOT NULL);
BEGIN
	RETURN CASE WHEN m.orders IS NULL THEN coalesce(' AND (' || dates || ')', '')
		ELSE format(' AND coalesce(s.%I::bigint OPERATOR(pg_catalog.>) 0::bigint, %s)',
			m.orders, coalesce(dates, 'false')) END;
END
$$;
COMMENT ON FUNCTION _abc.read_ordered(@extschema@.abc_model) IS
	'part of the reading of a source: customers who have ordered';

-- What is read of one row: an item of the SELECT list a line.
CREATE FUNCTION _abc.read_items(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	types jsonb := (
		SELECT jsonb_object_agg(t.name, t.type::bigint)
		FROM _abc.source_types(m, m.key || m.carried[:cardinality(m.carried) - cardinality(m.treatment_columns)]
			|| m.partition_by || m.metrics || m.value || m.first_order || m.last_order || m.orders) AS t);
	keys text := (
		SELECT string_agg(concat(_abc.read_column(u.name, (types ->> u.name)::oid, u.type), ' AS ', u.col),
			E',\n\t' ORDER BY u.i)
		FROM unnest(m.key, m.key_types, m.key_columns) WITH ORDINALITY AS u (name, type, col, i));
	partition text := (
		SELECT string_agg(
			concat(
				CASE WHEN u.name <> ALL (m.partition_by) THEN 'NULL'
					WHEN _abc.type_group((types ->> u.name)::oid) = 'moment'
						THEN _abc.read_column(u.name, (types ->> u.name)::oid, 'timestamp without time zone')
					ELSE format('s.%I', u.name) END,
				'::text'),
			', ' ORDER BY u.i)
		FROM unnest(m.partitions) WITH ORDINALITY AS u (name, i)
		WHERE u.i <= (SELECT max(array_position(m.partitions, p)) FROM unnest(m.partition_by) AS p));
	attributes text := (
		SELECT string_agg(concat(_abc.read_column(u.name, (types ->> u.name)::oid, u.type), ' AS ', u.col),
			E',\n\t' ORDER BY u.i)
		FROM unnest(m.carried, m.carried_types, m.carried_columns) WITH ORDINALITY AS u (name, type, col, i)
		WHERE u.col LIKE 'a%');
	metrics text := (
		SELECT string_agg(format('s.%I::double precision', u.name), ', ' ORDER BY u.i)
		FROM unnest(m.metrics) WITH ORDINALITY AS u (name, i));
	has_key text := (SELECT string_agg(format('s.%I IS NOT NULL', k), ' AND ') FROM unnest(m.key) AS k);
	conditions text := (
		SELECT string_agg(format(E'(%s\n\t) IS TRUE', u.condition), ', ' ORDER BY u.i)
		FROM unnest(m.rule_conditions) WITH ORDINALITY AS u (condition, i));
BEGIN
	RETURN concat_ws(E',\n\t',
		keys,
		concat('ARRAY[', partition, ']::text[] AS partition'),
		attributes,
		concat(_abc.read_column(m.value, (types ->> m.value)::oid, 'numeric'), ' AS value'),
		concat(CASE WHEN m.metrics IS NULL THEN 'NULL' ELSE 'ARRAY[' || metrics || ']' END,
			'::double precision[] AS metrics'),
		concat(has_key, ' AND (' || m.eligible || E'\n\t) IS TRUE', _abc.read_ordered(m), ' AS eligible'),
		concat(coalesce('ARRAY[' || conditions || ']', 'NULL'), '::boolean[] AS conditions'),
		concat(coalesce(_abc.read_column(m.first_order, (types ->> m.first_order)::oid, 'date'), 'NULL::date'),
			' AS first_order'),
		concat(coalesce(_abc.read_column(m.last_order, (types ->> m.last_order)::oid, 'date'), 'NULL::date'),
			' AS last_order'),
		concat(coalesce(_abc.read_column(m.orders, (types ->> m.orders)::oid, 'bigint'), 'NULL::bigint'),
			' AS orders'));
END
$$;
COMMENT ON FUNCTION _abc.read_items(@extschema@.abc_model) IS 'part of the reading of a source: the SELECT list';

-- The query over the source: here the user's names and conditions stand.
CREATE FUNCTION _abc.read_query(m @extschema@.abc_model, condition text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1
AS $$
DECLARE
	attributes text[] := ARRAY(
		SELECT c FROM unnest(m.carried_columns) WITH ORDINALITY AS u (c, i) WHERE c LIKE 'a%' ORDER BY i);
	cut text := CASE WHEN m.metrics IS NULL THEN 'r.value' ELSE 'r.score::text::numeric' END;
	score text := 'NULL::double precision';
BEGIN
	IF m.metrics IS NOT NULL THEN
		score := format($sql$CASE WHEN r.eligible THEN
	@extschema@.abc_score(CASE WHEN r.eligible THEN r.metrics END, %L::double precision[], %s, %L)
	OVER (PARTITION BY r.partition) END$sql$,
			m.weights, coalesce(quote_literal(m.methods::text) || '::text[]', 'NULL::text[]'), m.missing);
	END IF;
	RETURN format($sql$
SELECT %1$s, r.value, r.metrics, r.score, %2$s AS cut,
	r.eligible, r.conditions, r.first_order, r.last_order, r.orders
FROM (SELECT r.*, %3$s AS score
FROM (SELECT %4$s
FROM %5$s%6$s
) AS r) AS r$sql$,
		_abc.listed(m.key_columns || 'partition'::text || attributes, 'r'), cut, score,
		_abc.read_items(m), _abc.from_source(m), E'\nWHERE ' || condition);
END
$$;
COMMENT ON FUNCTION _abc.read_query(@extschema@.abc_model, text) IS
	'the query that reads a source, or the rows of it that satisfy a condition';

-- The columns that _abc.read gives, for FROM.
CREATE FUNCTION _abc.read_definition(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT string_agg(format('%s %s, ', u.c, u.t), '' ORDER BY u.i)
		FROM unnest(m.key_columns || '{partition}'::text[], m.key_types || '{text[]}'::text[])
			WITH ORDINALITY AS u (c, t, i))
		|| coalesce((
			SELECT string_agg(format('%s %s, ', u.c, u.t), '' ORDER BY u.i)
			FROM unnest(m.carried_columns, m.carried_types) WITH ORDINALITY AS u (c, t, i)
			WHERE u.c LIKE 'a%'), '')
		|| 'value numeric, metrics double precision[], score double precision, cut numeric, eligible boolean, '
		|| 'conditions boolean[], first_order date, last_order date, orders bigint';
END
$$;
COMMENT ON FUNCTION _abc.read_definition(@extschema@.abc_model) IS 'part of the reading of a source: types of columns';

-- The rows of the source, found through the schemas that the model was made with.
CREATE FUNCTION _abc.read(m @extschema@.abc_model, condition text DEFAULT NULL) RETURNS SETOF record
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET datestyle = 'ISO' SET timezone = 'UTC'
AS $$
DECLARE
	query text := _abc.read_query(m, condition);
BEGIN
	PERFORM _abc.check_day_stays(m, query), set_config('search_path', m.source_path, true);
	RETURN QUERY EXECUTE query;
END
$$;
COMMENT ON FUNCTION _abc.read(@extschema@.abc_model, text) IS
	'the rows of the source of a model, or those that satisfy a condition';

-- Which row made a refresh fail: values that are not finite, dates that are none, a key that is there twice.
CREATE FUNCTION _abc.find_bad_row(m @extschema@.abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	key text := (
		SELECT 'concat_ws('', '', ' || string_agg(format('s.%I::text', k), ', ') || ')' FROM unnest(m.key) AS k);
	one_of constant text := 'SELECT to_jsonb(ARRAY[%1$s, s.%2$I::text]) FROM %3$s WHERE s.%2$I::text IN (%4$s) LIMIT 1';
	found jsonb;
	col text;
BEGIN
	FOREACH col IN ARRAY m.value || m.metrics LOOP
		found := _abc.ask_source(m,
			format(one_of, key, col, _abc.from_source(m), $sql$'NaN', 'Infinity', '-Infinity'$sql$));
		IF found IS NOT NULL THEN
			RETURN format('customer "%s" has "%s" in column "%s", which is not a finite number',
				found ->> 0, found ->> 1, col);
		END IF;
	END LOOP;
	FOREACH col IN ARRAY array_remove(ARRAY[m.first_order, m.last_order], NULL) LOOP
		found := _abc.ask_source(m,
			format(one_of, key, col, _abc.from_source(m), $sql$'infinity', '-infinity'$sql$));
		IF found IS NOT NULL THEN
			RETURN format('customer "%s" has "%s" in column "%s", which is not a day', found ->> 0, found ->> 1, col);
		END IF;
	END LOOP;
	found := _abc.ask_source(m, format($sql$
SELECT to_jsonb(ARRAY[%s, count(*)::text]) FROM %s
WHERE %s GROUP BY %s HAVING count(*) OPERATOR(pg_catalog.>) 1 LIMIT 1$sql$,
		key, _abc.from_source(m),
		(SELECT string_agg(format('s.%I IS NOT NULL', k), ' AND ') FROM unnest(m.key) AS k),
		(SELECT string_agg(format('s.%I', k), ', ') FROM unnest(m.key) AS k)));
	RETURN CASE WHEN found IS NOT NULL THEN
		format('customer "%s" has %s rows, the source must have one row per key', found ->> 0, found ->> 1) END;
EXCEPTION WHEN OTHERS THEN
	RETURN NULL;	-- the error that was there first says more
END
$$;
COMMENT ON FUNCTION _abc.find_bad_row(@extschema@.abc_model) IS
	'part of abc_refresh: the row that made it fail, in words; NULL if none is found';
