--
-- Exact cut-offs from one call: the rounds
--

-- The intervals in which cut-offs lie that are not known yet; none under rule "value", which gives them.
CREATE FUNCTION _abc.intervals(
	summary @extschema@.abc_summary, inside @extschema@.abc_summary[], scheme @extschema@.abc_scheme, kind text,
	OUT lows numeric[], OUT highs numeric[], OUT within numeric
)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	units numeric := CASE WHEN kind <> 'pg_catalog.float8' THEN 10::numeric ^ scale(@extschema@.abc_total(summary)) END;
BEGIN
	SELECT array_agg(b.low ORDER BY b.low), array_agg(b.high ORDER BY b.low),
			sum(least(b.count_within, (b.high - b.low) * units + 1))
		INTO lows, highs, within
		FROM (
			SELECT DISTINCT c.low, c.high, c.count_within
			FROM @extschema@.abc_bounds(summary, scheme, inside) AS c WHERE c.low < c.high) AS b
		WHERE scheme::text !~ '^value';
END
$$;
COMMENT ON FUNCTION _abc.intervals(@extschema@.abc_summary, @extschema@.abc_summary[], @extschema@.abc_scheme, text) IS
	'part of abc_cutoffs_of: where cut-offs lie';

-- The cut-offs of a group as numerics that read back to the same values; its values in the intervals, and their rows,
-- are known.
CREATE FUNCTION _abc.group_cutoffs(
	g _abc.cut_group, scheme @extschema@.abc_scheme, kind text, "values" numeric[], "rows" bigint[]
) RETURNS numeric[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1
AS $$
BEGIN
	IF g.summary IS NULL AND g.has_rows THEN	-- all of them NULL
		RETURN CASE kind WHEN 'pg_catalog.float8' THEN (SELECT _abc.cutoffs(NULL::float8, scheme))::text::numeric[]
			WHEN 'pg_catalog.int8' THEN (SELECT _abc.cutoffs(NULL::bigint, scheme))::text::numeric[]
			ELSE (SELECT _abc.cutoffs(NULL::numeric, scheme)) END;
	END IF;
	RETURN CASE kind
		WHEN 'pg_catalog.float8' THEN
			@extschema@.abc_cutoffs(g.summary, scheme, "values"::float8[], "rows", g.inside)::text::numeric[]
		WHEN 'pg_catalog.int8' THEN
			@extschema@.abc_cutoffs(g.summary, scheme, "values"::bigint[], "rows", g.inside)::numeric[]
		ELSE
			@extschema@.abc_cutoffs(g.summary, scheme, "values", "rows", g.inside)
		END;
END
$$;
COMMENT ON FUNCTION _abc.group_cutoffs(_abc.cut_group, @extschema@.abc_scheme, text, numeric[], bigint[]) IS
	'part of abc_cutoffs_of: the cut-offs of a group';

-- Under rule "value" the cuts are the next values of the type: of real they are others than of float8.
CREATE FUNCTION _abc.of_type(scan _abc.scan, scheme @extschema@.abc_scheme, cutoffs numeric[]) RETURNS numeric[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1
AS $$
BEGIN
	IF scan.single AND scheme::text ~ '^value' AND cutoffs IS NOT NULL THEN
		RETURN (SELECT _abc.cutoffs(NULL::real, scheme))::float8[]::text::numeric[];
	END IF;
	RETURN cutoffs;
END
$$;
COMMENT ON FUNCTION _abc.of_type(_abc.scan, @extschema@.abc_scheme, numeric[]) IS
	'part of abc_cutoffs_of: cut-offs as values of the type';

-- The groups that need a further round, with what its statement asks of them.
CREATE FUNCTION _abc.open(groups _abc.cut_group[]) RETURNS _abc.cut_group[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT array_agg(ROW(g.id, g.keys, g.has_rows, NULL, NULL, g.lows, g.highs, g.within, NULL)::_abc.cut_group)
		FROM unnest(groups) AS g WHERE g.lows IS NOT NULL);
END
$$;
COMMENT ON FUNCTION _abc.open(_abc.cut_group[]) IS 'part of abc_cutoffs_of: the groups that need a further round';

-- Whether a group without a value has a row: one of several has.
CREATE FUNCTION _abc.has_rows(scan _abc.scan) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN scan.group_by <> '{}' OR (SELECT sum(r.n) > 0
		FROM _abc.run(scan.path, _abc.counting(scan), NULL::_abc.cut_group[]) AS r);
END
$$;
COMMENT ON FUNCTION _abc.has_rows(_abc.scan) IS 'part of abc_cutoffs_of: whether a group without a value has a row';

-- Whether most rows are in groups that a summary would hardly make smaller: it keeps up to 2,000 buckets of a group.
-- Of n rows of a group a share p is in a sample, and on average p * p * n * n of its pairs are.
CREATE FUNCTION _abc.has_small_groups(scan _abc.scan, few bigint) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	share numeric := 1;
BEGIN
	IF scan.sample_share IS NOT NULL THEN
		share := 0.01;
		scan.items := ARRAY[format('%s TABLESAMPLE pg_catalog.system (%s) REPEATABLE (1)', scan.items[1], 100 * share)];
	END IF;
	RETURN (SELECT coalesce(sum(r.n::numeric * (r.n - 1)) <= few * share * sum(r.n), true)
		FROM _abc.run(scan.path, _abc.counting(scan), NULL::_abc.cut_group[]) AS r);
END
$$;
COMMENT ON FUNCTION _abc.has_small_groups(_abc.scan, bigint) IS
	'part of abc_cutoffs_of: whether groups are better cut in one pass';

-- All rounds; most: so many values may be fetched in the last one; few: groups of no more rows are cut in one pass.
CREATE FUNCTION _abc.rounds(scan _abc.scan, scheme @extschema@.abc_scheme, most bigint, few bigint)
RETURNS SETOF _abc.cut_group
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	known record;
	groups _abc.cut_group[];
	waiting _abc.cut_group[];
	within numeric;
	before numeric := 'infinity';
	last_round text;
BEGIN
	IF scan.together AND scan.group_by <> '{}' AND _abc.has_small_groups(scan, few) THEN
		RETURN QUERY SELECT NULL::int, r.keys, true, NULL::@extschema@.abc_summary, NULL::@extschema@.abc_summary[],
				NULL::numeric[], NULL::numeric[], NULL::numeric, _abc.of_type(scan, scheme, r.values)
			FROM _abc.run(scan.path, _abc.one_pass(scan, scheme), NULL::_abc.cut_group[]) AS r;
		RETURN;
	END IF;
	known := _abc.read_once(scan, scheme);
	IF known.cutoffs_known THEN
		RETURN NEXT known.of_all;
		RETURN;
	END IF;
	SELECT array_agg(ROW(r.i::int, r.keys, r.summary IS NULL AND _abc.has_rows(scan), r.summary, '{}',
				b.lows, b.highs, b.within, NULL)::_abc.cut_group)
		INTO groups
		FROM (
			SELECT row_number() OVER () AS i, *
			FROM _abc.run(scan.path, coalesce(known.first_round, _abc.first_round(scan)), NULL::_abc.cut_group[])) AS r,
			LATERAL _abc.intervals(r.summary, '{}'::@extschema@.abc_summary[], scheme, scan.kind) AS b;
	LOOP
		waiting := _abc.open(groups);
		within := (SELECT sum(g.within) FROM unnest(waiting) AS g);
		EXIT WHEN waiting IS NULL OR within <= most OR within > before / 2;
		before := within;
		SELECT array_agg(ROW(g.id, g.keys, g.has_rows, g.summary, g.inside || r.summary,
					b.lows, b.highs, b.within, NULL)::_abc.cut_group)
			INTO groups
			FROM unnest(groups) AS g
			LEFT JOIN _abc.run(scan.path, _abc.round_between(scan, _abc.filter(scan, waiting)), waiting) AS r
				ON r.id = g.id,
			LATERAL _abc.intervals(g.summary, g.inside || r.summary, scheme, scan.kind) AS b;
	END LOOP;
	IF waiting IS NOT NULL THEN
		last_round := _abc.last_round(scan, _abc.filter(scan, waiting));
	END IF;
	RETURN QUERY SELECT g.id, g.keys, g.has_rows, g.summary, g.inside, g.lows, g.highs, g.within,
			_abc.of_type(scan, scheme, _abc.group_cutoffs(g, scheme, scan.kind, r.values, r.rows))
		FROM unnest(groups) AS g
		LEFT JOIN _abc.run(scan.path, last_round, waiting) AS r ON r.id = g.id;
END
$$;
COMMENT ON FUNCTION _abc.rounds(_abc.scan, @extschema@.abc_scheme, bigint, bigint) IS
	'part of abc_cutoffs_of: the rounds';

/*
 * On one machine a call sees one snapshot, and so do the rounds on a server behind postgres_fdw. Elsewhere, as
 * on Citus, rows may change between the rounds: the values found are then not those summarized, and all is
 * done again.
 */
CREATE FUNCTION _abc.cut_source(
	path text, source text, value text, scheme @extschema@.abc_scheme, condition text, group_by text[],
	most bigint, few bigint, attempts integer
) RETURNS SETOF _abc.cut_group
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	scan _abc.scan := _abc.scan(path, source, value, condition, group_by);
BEGIN
	IF scheme IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'scheme must not be NULL';
	END IF;
	FOR attempt IN 1 .. attempts LOOP
		BEGIN
			RETURN QUERY SELECT * FROM _abc.rounds(scan, scheme, most, few);
			RETURN;
		EXCEPTION WHEN serialization_failure THEN
			IF attempt = attempts THEN
				RAISE;
			END IF;
		END;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc.cut_source(text, text, text, @extschema@.abc_scheme, text, text[], bigint, bigint, integer) IS
	'part of abc_cutoffs_of: the rounds, repeated where rows changed between them';

CREATE FUNCTION _abc.cutoffs_of(
	path text, source text, value text, scheme @extschema@.abc_scheme, condition text, group_by text[]
) RETURNS SETOF _abc.cut_group
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	most constant bigint := 100000;		-- values that the last round may fetch
	few constant bigint := 20000;		-- rows of a group that is cut in one pass
	attempts constant integer := 5;
BEGIN
	RETURN QUERY SELECT * FROM _abc.cut_source(path, source, value, scheme, condition, group_by, most, few, attempts);
END
$$;
COMMENT ON FUNCTION _abc.cutoffs_of(text, text, text, @extschema@.abc_scheme, text, text[]) IS
	'part of abc_cutoffs_of: every group with its cut-offs';

CREATE FUNCTION abc_cutoffs_of(
	source text, value text, scheme @extschema@.abc_scheme DEFAULT '80/95', condition text DEFAULT NULL
) RETURNS numeric[]
LANGUAGE sql STABLE PARALLEL UNSAFE
RETURN (SELECT g.cutoffs FROM _abc.cutoffs_of(pg_catalog.current_setting('search_path'),
	source, value, scheme, condition, NULL::text[]) AS g);
COMMENT ON FUNCTION abc_cutoffs_of(text, text, @extschema@.abc_scheme, text) IS
	'the exact cut-offs of a table, partitioned table, foreign table, view or query: what abc_cutoffs gives, computed '
	'in rounds of small states where the rows are (parallel workers, foreign servers, shards); value and condition are '
	'SQL expressions';

CREATE FUNCTION abc_cutoffs_of(
	source text, value text, scheme @extschema@.abc_scheme, "by" text[], condition text DEFAULT NULL,
	OUT keys text[], OUT cutoffs numeric[]
) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
	SELECT g.keys, g.cutoffs FROM _abc.cutoffs_of(pg_catalog.current_setting('search_path'),
		source, value, scheme, condition, "by") AS g;
END;
COMMENT ON FUNCTION abc_cutoffs_of(text, text, @extschema@.abc_scheme, text[], text) IS
	'the exact cut-offs of every group: a row per group, keys are the values of the expressions "by"; else as without '
	'groups';
