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
