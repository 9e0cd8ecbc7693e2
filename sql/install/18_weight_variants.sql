--
-- Sensitivity
--

CREATE FUNCTION abc_weight_variants(given float8[], step float8 DEFAULT 5)
	RETURNS TABLE (variant text, metric integer, change float8, weights float8[])
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'as given', 0, 0.0::float8, given
	UNION ALL
	SELECT format('weight %s %s%s', m.metric, CASE WHEN d.change > 0 THEN '+' ELSE '-' END, abs(d.change)),
		m.metric, d.change, v.weights
	FROM generate_series(1, cardinality(given)) m(metric)
	CROSS JOIN (VALUES (step), (-step)) d(change)
	CROSS JOIN LATERAL (
		SELECT array_agg(CASE WHEN u.metric = m.metric THEN GREATEST(u.weight + d.change, 0) ELSE u.weight END
			ORDER BY u.metric),
			sum(CASE WHEN u.metric = m.metric THEN GREATEST(u.weight + d.change, 0) ELSE u.weight END) > 0
		FROM unnest(given) WITH ORDINALITY u(weight, metric)
	) v(weights, useful)
	WHERE v.useful AND v.weights <> given
$$;
COMMENT ON FUNCTION abc_weight_variants(float8[], float8) IS
	'the weights as given, and with each of them in turn moved up and down by step (not below 0): to join with, and '
		'see which customers would change tier';
