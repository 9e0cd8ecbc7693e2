--
-- Exact cut-offs from one call: the statements of the rounds
--

-- k1, k2 and so on, each in a template, with a comma behind the last.
CREATE FUNCTION _abc.key_columns(scan _abc.scan, template text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce((SELECT string_agg(format(template, i, _abc.user_text(scan.group_by[i]),
			format(scan.key_casts[i], format('g.keys[%s]', i))), ', ' ORDER BY i) || ', '
		FROM generate_series(1, cardinality(scan.group_by)) AS i), '');
END
$$;
COMMENT ON FUNCTION _abc.key_columns(_abc.scan, text) IS
	'part of abc_cutoffs_of: the columns of the keys in a statement';

-- GROUP BY the first columns, as many as there are expressions.
CREATE FUNCTION _abc.group_by(expressions text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce(' GROUP BY ' || (
		SELECT string_agg(i::text, ', ' ORDER BY i) FROM generate_series(1, cardinality(expressions)) AS i), '');
END
$$;
COMMENT ON FUNCTION _abc.group_by(text[]) IS 'part of abc_cutoffs_of: GROUP BY the first columns';

-- The keys and a value of every item, if one is asked for, and an aggregate over the rows that have them in common.
CREATE FUNCTION _abc.read(scan _abc.scan, value text, aggregate text, filter text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	conditions text := array_to_string(ARRAY[scan.condition, '(' || filter || ')'], ' AND ');
BEGIN
	RETURN (
		SELECT string_agg(
			format('SELECT %s%s FROM %s%s%s',
				_abc.key_columns(scan, '%2$s AS k%1$s'::text),
				coalesce(value || ' AS v, ', '') || aggregate,
				item,
				CASE WHEN conditions <> '' THEN ' WHERE ' || conditions ELSE '' END,
				_abc.group_by(CASE WHEN value IS NULL THEN scan.group_by ELSE scan.group_by || value END)),
			' UNION ALL ' ORDER BY i)
		FROM unnest(scan.items) WITH ORDINALITY AS u (item, i));
END
$$;
COMMENT ON FUNCTION _abc.read(_abc.scan, text, text, text) IS 'part of abc_cutoffs_of: the SELECT that reads';

-- Summary s by group: of each item where it is, merged here.
CREATE FUNCTION _abc.summarizing(scan _abc.scan, filter text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parts text := _abc.read(scan, NULL::text, format('@extschema@.abc_summarize(%s) AS s', scan.value), filter);
BEGIN
	IF cardinality(scan.items) = 1 THEN
		RETURN parts;
	END IF;
	RETURN format('SELECT %s@extschema@.abc_merge(s) AS s FROM (%s) AS part%s',
		_abc.key_columns(scan, 'k%1$s'::text), parts, _abc.group_by(scan.group_by));
END
$$;
COMMENT ON FUNCTION _abc.summarizing(_abc.scan, text) IS
	'part of abc_cutoffs_of: the SELECT of a round that summarizes';

-- What was read, columns of it, with the number of the group in $1 that has the same keys.
CREATE FUNCTION _abc.of_groups(scan _abc.scan, reading text, columns text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format($sql$
		SELECT id, %2$s
		FROM (
			SELECT pg_catalog.max(id) OVER (%3$s) AS id, %2$s
			FROM (
				SELECT %4$sCAST(NULL AS pg_catalog.int4) AS id, %2$s FROM (%1$s) AS reading
				UNION ALL
				SELECT %5$sg.id, %6$s FROM pg_catalog.unnest($1) AS g) AS numbers) AS numbered
		WHERE id IS NOT NULL AND (%2$s) IS NOT NULL
		$sql$,
		reading, columns, rtrim('PARTITION BY ' || nullif(_abc.key_columns(scan, 'k%1$s'::text), ''), ', '),
		_abc.key_columns(scan, 'k%1$s'::text), _abc.key_columns(scan, '%3$s AS k%1$s'::text),
		regexp_replace(columns, '\w+', 'NULL', 'g'));
END
$$;
COMMENT ON FUNCTION _abc.of_groups(_abc.scan, text, text) IS 'part of abc_cutoffs_of: the groups of what was read';

-- The keys of a group as texts.
CREATE FUNCTION _abc.keys(scan _abc.scan) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('ARRAY[%s]', rtrim(_abc.key_columns(scan, 'CAST(k%1$s AS pg_catalog.text)'::text), ', '));
END
$$;
COMMENT ON FUNCTION _abc.keys(_abc.scan) IS 'part of abc_cutoffs_of: the keys of a group as texts';

-- Values, or an array of them, as numerics that read back to the same: float8 by way of its shortest text.
CREATE FUNCTION _abc.exact_numeric(scan _abc.scan, expression text, suffix text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format(
		CASE scan.kind
			WHEN 'pg_catalog.float8' THEN 'CAST(CAST(%s AS pg_catalog.text) AS pg_catalog.numeric%s)'
			ELSE 'CAST(%s AS pg_catalog.numeric%s)'
		END, expression, suffix);
END
$$;
COMMENT ON FUNCTION _abc.exact_numeric(_abc.scan, text, text) IS
	'part of abc_cutoffs_of: values as numerics that read back to the same';

CREATE FUNCTION _abc.counting(scan _abc.scan) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN _abc.answer(
		format('(%s) AS reading', _abc.read(scan, NULL::text, 'pg_catalog.count(*) AS n'::text, NULL::text)),
		NULL::text, NULL::text, 'n'::text, NULL::text, NULL::text, NULL::text);
END
$$;
COMMENT ON FUNCTION _abc.counting(_abc.scan) IS 'part of abc_cutoffs_of: the statement that counts the rows of groups';

CREATE FUNCTION _abc.one_pass(scan _abc.scan, scheme @extschema@.abc_scheme) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN _abc.answer(
		format('(%s) AS reading', _abc.read(scan, NULL::text,
			format('_abc.cutoffs(%s, CAST(%L AS @extschema@.abc_scheme)) AS c', scan.value, scheme::text), NULL::text)),
		_abc.keys(scan), NULL::text, NULL::text,
		NULL::text, _abc.exact_numeric(scan, 'c'::text, '[]'::text), NULL::text);
END
$$;
COMMENT ON FUNCTION _abc.one_pass(_abc.scan, @extschema@.abc_scheme) IS
	'part of abc_cutoffs_of: the statement that cuts groups of few rows';

CREATE FUNCTION _abc.first_round(scan _abc.scan) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN _abc.answer(format('(%s) AS reading', _abc.summarizing(scan, NULL::text)),
		_abc.keys(scan), NULL::text, NULL::text, 's'::text, NULL::text, NULL::text);
END
$$;
COMMENT ON FUNCTION _abc.first_round(_abc.scan) IS 'part of abc_cutoffs_of: the statement of the first round';

CREATE FUNCTION _abc.round_between(scan _abc.scan, filter text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN _abc.answer(
		format('(%s) AS found', _abc.of_groups(scan, _abc.summarizing(scan, filter), 's'::text)),
		NULL::text, 'id'::text, NULL::text, 's'::text, NULL::text, NULL::text);
END
$$;
COMMENT ON FUNCTION _abc.round_between(_abc.scan, text) IS
	'part of abc_cutoffs_of: the statement of a round in between';

-- One filter is common to all groups: of what it lets through each takes what is in its own intervals.
CREATE FUNCTION _abc.last_round(scan _abc.scan, filter text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN _abc.answer(
		format($sql$
			(SELECT id, %s AS v, n FROM (%s) AS found OFFSET 0) AS found
			JOIN pg_catalog.unnest($1) AS g ON g.id OPERATOR(pg_catalog.=) found.id
			WHERE @extschema@.abc_within(found.v, g.lows, g.highs)
			GROUP BY g.id
			$sql$,
			_abc.exact_numeric(scan, 'v'::text, ''::text),
			_abc.of_groups(scan, _abc.read(scan, scan.value, 'pg_catalog.count(*) AS n'::text, filter), 'v, n'::text)),
		NULL::text, 'g.id'::text, NULL::text,
		NULL::text, 'pg_catalog.array_agg(found.v)'::text, 'pg_catalog.array_agg(found.n)'::text);
END
$$;
COMMENT ON FUNCTION _abc.last_round(_abc.scan, text) IS 'part of abc_cutoffs_of: the statement of the last round';

/*
 * The value is in an interval of a group: a few comparisons, for which an index serves, or a search in many. Most
 * values are below all intervals, as large ones are rare: they are gone after one comparison.
 */
CREATE FUNCTION _abc.filter(scan _abc.scan, groups _abc.cut_group[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	few constant integer := 8;
	at_least constant text := '%1$s OPERATOR(pg_catalog.>=) CAST(%2$L AS %3$s)';
	one constant text := '%1$s OPERATOR(pg_catalog.>=) CAST(%2$L AS %4$s) '
		'AND %1$s OPERATOR(pg_catalog.<=) CAST(%3$L AS %4$s)';
	many constant text := '@extschema@.abc_within(%1$s, CAST(%2$L AS %4$s[]), CAST(%3$L AS %4$s[]))';
BEGIN
	RETURN (
		SELECT format(at_least || ' AND (', scan.value, min(i.low), scan.kind)
			|| CASE WHEN count(*) <= few
				THEN string_agg(format(one, scan.value, i.low, i.high, scan.kind), ' OR ' ORDER BY i.low)
				ELSE format(many, scan.value, array_agg(i.low ORDER BY i.low, i.high),
					array_agg(i.high ORDER BY i.low, i.high), scan.kind)
			END || ')'
		FROM (SELECT DISTINCT u.low, u.high FROM unnest(groups) AS g, unnest(g.lows, g.highs) AS u (low, high)) AS i);
END
$$;
COMMENT ON FUNCTION _abc.filter(_abc.scan, _abc.cut_group[]) IS
	'part of abc_cutoffs_of: the condition that lets the values of the intervals through';
