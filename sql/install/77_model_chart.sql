--
-- Charts
--
-- Customers stand in the order of the tiers in force and, within a tier, of their value: so every tier is one
-- stretch of the chart, and its customers and its share are those of NAME_trend and abc_report.
--

CREATE FUNCTION abc_pareto(model regclass, points integer DEFAULT 100)
RETURNS TABLE (point integer, tier text, tier_name text, customers bigint, customers_share double precision,
	value numeric, cumulative_share double precision, mean_value numeric)
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_pareto(regclass, integer) IS
'rows for a Pareto chart, best tier first and in it the largest customer first, about so many and at least one per '
	'tier: number and share of the customers with a tier up to the point, their value (below zero counts as zero) and '
	'its share of the total, mean value of the point';

CREATE FUNCTION _abc.abc_pareto(model regclass, points integer)
RETURNS TABLE (point integer, tier text, tier_name text, customers bigint, customers_share double precision,
	value numeric, cumulative_share double precision, mean_value numeric)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model := _abc.ran(_abc.find(model));
	code text;
	message text;
	detail text;
	hint text;
BEGIN
	IF points IS NULL OR points < 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('a chart of %s points is not possible', coalesce(points::text, 'NULL')),
			HINT = 'Give a number of 1 or more.';
	END IF;
	-- a small tier at the top gets eight points, so that the curve is one
	RETURN QUERY EXECUTE _abc.fill($q$
		WITH counted AS (
			SELECT f.tier_rank, min(f.tier) AS tier, min(f.tier_name) AS tier_name, count(*) AS n,
				(sum(count(*)) OVER ())::bigint AS of_all
			FROM {face} AS f WHERE f.tier_rank IS NOT NULL GROUP BY f.tier_rank
		), ranked AS (
			SELECT f.tier_rank, f.value,
				row_number() OVER (PARTITION BY f.tier_rank ORDER BY f.value DESC NULLS LAST) AS i
			FROM {face} AS f WHERE f.tier_rank IS NOT NULL
		), points AS (
			SELECT c.tier_rank, c.tier, c.tier_name,
				(r.i - 1) * least(c.n, greatest(c.n * $1 / c.of_all, least($1, 8))) / c.n AS part,
				count(*) AS customers, sum(r.value) FILTER (WHERE r.value > 0) AS weight, avg(r.value) AS mean
			FROM ranked AS r JOIN counted AS c ON c.tier_rank = r.tier_rank
			GROUP BY c.tier_rank, c.tier, c.tier_name, part
		), summed AS (
			SELECT p.*, row_number() OVER w AS point, sum(p.customers) OVER w AS upto,
				coalesce(sum(p.weight) OVER w, 0) AS reached,
				sum(p.customers) OVER () AS of_all, sum(p.weight) OVER () AS total
			FROM points AS p WINDOW w AS (ORDER BY p.tier_rank, p.part)
		)
		SELECT s.point::integer, s.tier, s.tier_name, s.upto::bigint, (s.upto / s.of_all)::double precision, s.reached,
			(s.reached / nullif(s.total, 0))::double precision, round(s.mean, 4)
		FROM summed AS s ORDER BY s.point$q$, m) USING points;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow_reading(m, code, message, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.abc_pareto(regclass, integer) IS 'part of abc_pareto: as the owner';

-- The model, if it has a run to speak of.
CREATE FUNCTION _abc.ran(m @extschema@.abc_model) RETURNS @extschema@.abc_model
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF m.runs = 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'no_data_found',
			MESSAGE = format('model "%s" has no run', m.name),
			HINT = format('SELECT @extschema@.abc_refresh(%L) makes one.', m.face);
	END IF;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc.ran(@extschema@.abc_model) IS 'raise a clear error for a model that was not refreshed yet';

-- The tiers of one run over all partitions, best first; weight: sum of the values above zero.
CREATE FUNCTION _abc.tiers_of(m @extschema@.abc_model, run bigint)
RETURNS TABLE (tier_rank integer, name text, customers bigint, value numeric, weight numeric,
	customers_share numeric, value_share numeric, customers_upto numeric, value_upto numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY EXECUTE _abc.fill($q$
		SELECT t.i, t.name, t.customers::bigint, t.value, t.weight,
			t.customers / nullif(sum(t.customers) OVER (), 0), t.weight / nullif(sum(t.weight) OVER (), 0),
			sum(t.customers) OVER w / nullif(sum(t.customers) OVER (), 0),
			sum(t.weight) OVER w / nullif(sum(t.weight) OVER (), 0)
		FROM (
			SELECT u.i, min(r.tier_names[u.i]) AS name, sum(r.tier_customers[u.i]) AS customers,
				coalesce(sum(r.tier_values[u.i]), 0) AS value, coalesce(sum(r.tier_weights[u.i]), 0) AS weight
			FROM {run} AS r CROSS JOIN LATERAL generate_subscripts(r.tiers, 1) AS u (i)
			WHERE r.run = $1 AND r.revision IS NOT NULL AND r.tiers[u.i] IS NOT NULL
			GROUP BY u.i
			-- of the tiers that a scheme has no longer a run records only who left them
			HAVING sum(r.tier_customers[u.i]) > 0 OR max(r.scheme) IS NULL
				OR u.i <= (SELECT count(*) FROM @extschema@.abc_tiers(max(r.scheme)::@extschema@.abc_scheme))) AS t
		WINDOW w AS (ORDER BY t.i) ORDER BY t.i$q$, m) USING run;
END
$$;
COMMENT ON FUNCTION _abc.tiers_of(@extschema@.abc_model, bigint) IS 'customers and values of the tiers of a run';
