--
-- Exact cut-offs from one call: a table that is read once
--
-- Of a table on this machine a sample tells about where the cut-offs lie. The scan of the first round then
-- keeps the values there, too, and if they were the right ones, no other round is needed. Whether they were
-- is known for certain: the summary has the number and sum of what it takes.
--

CREATE TYPE _abc.kept_float8 AS (summary @extschema@.abc_summary, "values" float8[]);
COMMENT ON TYPE _abc.kept_float8 IS 'part of abc_cutoffs_of: the summary of a scan, and values that it kept';

CREATE TYPE _abc.kept_bigint AS (summary @extschema@.abc_summary, "values" bigint[]);
COMMENT ON TYPE _abc.kept_bigint IS 'part of abc_cutoffs_of: the summary of a scan, and values that it kept';

CREATE TYPE _abc.kept_numeric AS (summary @extschema@.abc_summary, "values" numeric[]);
COMMENT ON TYPE _abc.kept_numeric IS 'part of abc_cutoffs_of: the summary of a scan, and values that it kept';

CREATE FUNCTION _abc.summarize_keeping_transfn(internal, float8, float8[], float8[]) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summarize_keeping_transfn';
COMMENT ON FUNCTION _abc.summarize_keeping_transfn(internal, float8, float8[], float8[]) IS
'transition function of _abc.summarize_keeping';

CREATE FUNCTION _abc.summarize_keeping_transfn(internal, bigint, bigint[], bigint[]) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summarize_keeping_transfn';
COMMENT ON FUNCTION _abc.summarize_keeping_transfn(internal, bigint, bigint[], bigint[]) IS
'transition function of _abc.summarize_keeping';

CREATE FUNCTION _abc.summarize_keeping_transfn(internal, numeric, numeric[], numeric[]) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summarize_keeping_transfn';
COMMENT ON FUNCTION _abc.summarize_keeping_transfn(internal, numeric, numeric[], numeric[]) IS
'transition function of _abc.summarize_keeping';

CREATE FUNCTION _abc.summarize_keeping_combine(internal, internal) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summarize_keeping_combine';
COMMENT ON FUNCTION _abc.summarize_keeping_combine(internal, internal) IS 'combine function of _abc.summarize_keeping';

CREATE FUNCTION _abc.summarize_keeping_serialize(internal) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summarize_keeping_serialize';
COMMENT ON FUNCTION _abc.summarize_keeping_serialize(internal) IS 'serialization of _abc.summarize_keeping';

CREATE FUNCTION _abc.summarize_keeping_deserialize(bytea, internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summarize_keeping_deserialize';
COMMENT ON FUNCTION _abc.summarize_keeping_deserialize(bytea, internal) IS 'deserialization of _abc.summarize_keeping';

CREATE FUNCTION _abc.summarize_keeping_finalfn(internal, float8, float8[], float8[]) RETURNS _abc.kept_float8
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summarize_keeping_finalfn';
COMMENT ON FUNCTION _abc.summarize_keeping_finalfn(internal, float8, float8[], float8[]) IS
'final function of _abc.summarize_keeping';

CREATE FUNCTION _abc.summarize_keeping_finalfn(internal, bigint, bigint[], bigint[]) RETURNS _abc.kept_bigint
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summarize_keeping_finalfn';
COMMENT ON FUNCTION _abc.summarize_keeping_finalfn(internal, bigint, bigint[], bigint[]) IS
'final function of _abc.summarize_keeping';

CREATE FUNCTION _abc.summarize_keeping_finalfn(internal, numeric, numeric[], numeric[]) RETURNS _abc.kept_numeric
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_summarize_keeping_finalfn';
COMMENT ON FUNCTION _abc.summarize_keeping_finalfn(internal, numeric, numeric[], numeric[]) IS
'final function of _abc.summarize_keeping';

CREATE AGGREGATE _abc.summarize_keeping(value float8, lows float8[], highs float8[]) (
	SFUNC = _abc.summarize_keeping_transfn, STYPE = internal, SSPACE = 16384,
	FINALFUNC = _abc.summarize_keeping_finalfn, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = _abc.summarize_keeping_combine, SERIALFUNC = _abc.summarize_keeping_serialize,
	DESERIALFUNC = _abc.summarize_keeping_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE _abc.summarize_keeping(float8, float8[], float8[]) IS
'what abc_summarize gives, and the values in some intervals, in any order; no values if work_mem has no room for them';

CREATE AGGREGATE _abc.summarize_keeping(value bigint, lows bigint[], highs bigint[]) (
	SFUNC = _abc.summarize_keeping_transfn, STYPE = internal, SSPACE = 16384,
	FINALFUNC = _abc.summarize_keeping_finalfn, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = _abc.summarize_keeping_combine, SERIALFUNC = _abc.summarize_keeping_serialize,
	DESERIALFUNC = _abc.summarize_keeping_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE _abc.summarize_keeping(bigint, bigint[], bigint[]) IS
'what abc_summarize gives, and the values in some intervals, in any order; no values if work_mem has no room for them';

CREATE AGGREGATE _abc.summarize_keeping(value numeric, lows numeric[], highs numeric[]) (
	SFUNC = _abc.summarize_keeping_transfn, STYPE = internal, SSPACE = 16384,
	FINALFUNC = _abc.summarize_keeping_finalfn, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = _abc.summarize_keeping_combine, SERIALFUNC = _abc.summarize_keeping_serialize,
	DESERIALFUNC = _abc.summarize_keeping_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE _abc.summarize_keeping(numeric, numeric[], numeric[]) IS
'what abc_summarize gives, and the values in some intervals, in any order; no values if work_mem has no room for them';

CREATE FUNCTION _abc.values_between("values" anyarray, lows anyarray, highs anyarray) RETURNS anyarray
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'abc_values_between';
COMMENT ON FUNCTION _abc.values_between(anyarray, anyarray, anyarray) IS
'part of abc_cutoffs_of: those of the values that are in the intervals';

-- How a table, or a partitioned one, is sampled: a share of its pages, in per cent, eight times. NULL: better not, or
-- perhaps it cannot be.
CREATE FUNCTION _abc.sample_share(relation regclass) RETURNS numeric
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	few constant integer := 200000;		-- rows that are as well read twice
	share constant numeric := 0.4;
	leaves regclass[] := ARRAY(SELECT t.relid FROM pg_partition_tree(relation) AS t WHERE t.isleaf);
BEGIN
	RETURN (
		SELECT share FROM pg_class AS c LEFT JOIN pg_am AS a ON a.oid = c.relam
		WHERE c.oid = ANY (CASE leaves WHEN '{}' THEN ARRAY[relation] ELSE leaves END)
		HAVING sum(c.reltuples) >= few
			AND bool_and(c.relkind IN ('r', 'm') AND a.amname = 'heap' AND NOT c.relhassubclass));
END
$$;
COMMENT ON FUNCTION _abc.sample_share(regclass) IS 'part of abc_cutoffs_of: how a table is sampled';

-- The statement that cuts eight samples.
CREATE FUNCTION _abc.sampling(scan _abc.scan, scheme @extschema@.abc_scheme) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	one _abc.scan := scan;
BEGIN
	one.items := ARRAY(
		SELECT format('%s TABLESAMPLE pg_catalog.system (%s) REPEATABLE (%s)', scan.items[1], scan.sample_share, i)
		FROM generate_series(1, 8) AS i);
	RETURN _abc.answer(format('(%s) AS sample', _abc.read(one, NULL::text,
			format('_abc.cutoffs(%s, CAST(%L AS @extschema@.abc_scheme)) AS c', scan.value, scheme::text), NULL::text)),
		NULL::text, NULL::text, NULL::text, NULL::text, _abc.exact_numeric(scan, 'c'::text, '[]'::text), NULL::text);
END
$$;
COMMENT ON FUNCTION _abc.sampling(_abc.scan, @extschema@.abc_scheme) IS
'part of abc_cutoffs_of: the statement that cuts samples';

/*
 * About where the cut-offs lie: between the least and the largest of those of the samples, and a bucket of a
 * summary farther. That all eight are on the same side of the true one happens to about one in a hundred. NULL
 * where a sample has none, and near the ends of the type.
 */
CREATE FUNCTION _abc.guess(scan _abc.scan, scheme @extschema@.abc_scheme, OUT lows numeric[], OUT highs numeric[])
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET max_parallel_workers_per_gather = 0
AS $$
DECLARE
	most constant numeric := CASE scan.kind WHEN 'pg_catalog.int8' THEN 1e18 ELSE 1e300 END;
	bucket constant numeric := 0.02;
BEGIN
	IF scan.sample_share IS NULL OR scan.group_by <> '{}' OR scheme::text ~ '^value' THEN
		RETURN;
	END IF;
	SELECT array_agg(c.low ORDER BY c.i), array_agg(c.high ORDER BY c.i) INTO lows, highs
		FROM (
			SELECT u.i, count(u.v) AS samples, max(abs(u.v)) AS largest,
				round(min(u.v) - abs(min(u.v)) * bucket, max(scale(u.v))) AS low,
				round(max(u.v) + abs(max(u.v)) * bucket, max(scale(u.v))) AS high
			FROM _abc.run(scan.path, _abc.sampling(scan, scheme), NULL::_abc.cut_group[]) AS r,
				unnest(r.values) WITH ORDINALITY AS u (v, i)
			GROUP BY u.i) AS c
		HAVING min(c.samples) = 8 AND max(c.largest) < most;
END
$$;
COMMENT ON FUNCTION _abc.guess(_abc.scan, @extschema@.abc_scheme) IS
'part of abc_cutoffs_of: about where cut-offs lie';

-- The cut-offs, if all values of the last round were kept.
CREATE FUNCTION _abc.cutoffs_of_kept(
	kept anyarray, guessed_lows anyarray, guessed_highs anyarray, summary @extschema@.abc_summary,
	scheme @extschema@.abc_scheme, kind text, OUT known boolean, OUT cutoffs numeric[]
)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1
AS $$
DECLARE
	wanted record := _abc.intervals(summary, '{}'::@extschema@.abc_summary[], scheme, kind);
	lows guessed_lows%TYPE := coalesce(wanted.lows, '{}');
	highs guessed_highs%TYPE := coalesce(wanted.highs, '{}');
	"values" kept%TYPE;
	"rows" bigint[];
BEGIN
	known := kept IS NOT NULL AND summary IS NOT NULL AND NOT EXISTS (
		SELECT FROM unnest(lows, highs) AS w (low, high)
		WHERE NOT EXISTS (
			SELECT FROM unnest(guessed_lows, guessed_highs) AS g (low, high)
			WHERE g.low <= w.low AND w.high <= g.high));
	IF known THEN
		SELECT coalesce(array_agg(v.v), '{}'), coalesce(array_agg(v.n), '{}') INTO "values", "rows"
			FROM (
				SELECT u.v, count(*) AS n FROM unnest(_abc.values_between(kept, lows, highs)) AS u (v)
				GROUP BY u.v) AS v;
		cutoffs := @extschema@.abc_cutoffs(summary, scheme, "values", "rows", '{}'::@extschema@.abc_summary[])
			::text::numeric[];
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.cutoffs_of_kept(
	anyarray, anyarray, anyarray, @extschema@.abc_summary, @extschema@.abc_scheme, text) IS
'part of abc_cutoffs_of: the cut-offs, if the values of the last round were kept';

-- The statement that summarizes, and keeps values where cut-offs are guessed: id 1 where it knows the cut-offs.
CREATE FUNCTION _abc.guessing_round(scan _abc.scan, scheme @extschema@.abc_scheme, lows numeric[], highs numeric[])
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	guessed text := format('CAST(%2$L AS %1$s[]), CAST(%3$L AS %1$s[])', scan.kind, lows, highs);
BEGIN
	RETURN _abc.answer(
		format($sql$
			(%s OFFSET 0) AS reading,
			LATERAL _abc.cutoffs_of_kept(
				(reading.k)."values", %s, (reading.k).summary,
				CAST(%L AS @extschema@.abc_scheme), CAST(%L AS pg_catalog.text)) AS last
			$sql$,
			_abc.read(scan, NULL::text, format('_abc.summarize_keeping(%s, %s) AS k', scan.value, guessed), NULL::text),
			guessed, scheme::text, scan.kind),
		'ARRAY[]'::text, 'CASE WHEN last.known THEN 1 END'::text, NULL::text, '(reading.k).summary'::text,
		'last.cutoffs'::text, NULL::text);
END
$$;
COMMENT ON FUNCTION _abc.guessing_round(_abc.scan, @extschema@.abc_scheme, numeric[], numeric[]) IS
'part of abc_cutoffs_of: the statement of a first round that may be the last';

/*
 * A table that is read once: its cut-offs, if the guess was right. If it was wrong the summary is known all the same,
 * as a statement that stands for the first round; without a guess nothing is.
 */
CREATE FUNCTION _abc.read_once(
	scan _abc.scan, scheme @extschema@.abc_scheme,
	OUT cutoffs_known boolean, OUT of_all _abc.cut_group, OUT first_round text
)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	guess record := _abc.guess(scan, scheme);
	found record;
BEGIN
	cutoffs_known := false;
	IF guess.lows IS NULL THEN
		RETURN;
	END IF;
	SELECT * INTO found
		FROM _abc.run(scan.path, _abc.guessing_round(scan, scheme, guess.lows, guess.highs), NULL::_abc.cut_group[]);
	cutoffs_known := found.id IS NOT NULL;
	IF cutoffs_known THEN
		of_all := ROW(1, '{}', true, found.summary, '{}', NULL, NULL, NULL, _abc.of_type(scan, scheme, found.values));
	ELSIF found.summary IS NOT NULL THEN
		first_round := _abc.answer('(SELECT) AS one'::text, 'ARRAY[]'::text, NULL::text, NULL::text,
			format('%L', found.summary), NULL::text, NULL::text);
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.read_once(_abc.scan, @extschema@.abc_scheme) IS
'part of abc_cutoffs_of: the cut-offs of a table, if one scan is enough';
