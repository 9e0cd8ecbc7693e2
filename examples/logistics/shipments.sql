--
-- The logistics company: what was shipped, and what came back.
--
-- The number of shipments grows slower than the number of parcels: large customers send full vans.
-- The year has its seasons: slack around the Spring Festival, busiest in November.
--
SET search_path = logistics, public;

CREATE TEMPORARY TABLE season ON COMMIT DROP AS
SELECT month, weight
FROM unnest(ARRAY[1.00, 0.62, 0.90, 0.95, 1.00, 1.15, 0.90, 0.92, 1.00, 1.05, 1.50, 1.25]::float8[])
	WITH ORDINALITY AS year(weight, month);

INSERT INTO shipments
SELECT row_number() OVER (ORDER BY shipped_on, customer_id, draw) AS shipment_id,
	customer_id, shipped_on, parcels,
	round((parcels * price * exp(0.08 * z))::numeric, 2),
	round((parcels * price * (1 - margin))::numeric, 2)
FROM (
	SELECT customer_id, shipped_on, draw, price, margin, draw_normal(draw, 57) AS z,
		greatest(1, round(yearly_parcels / per_year * CASE WHEN in_second_year THEN growth ELSE 1 END
			* exp(0.4 * draw_normal(draw, 51) - 0.08)))::int AS parcels
	FROM (
		SELECT *,
			shipped_on >= date '2025-01-01' AS in_second_year
		FROM (
			SELECT *, date '2024-01-01' + floor(draw(draw, 53) * 731)::int AS shipped_on
			FROM (
				-- half as many again as wanted: the seasons below keep about two in three
				SELECT *, customer_id * 10000::bigint + n AS draw
				FROM (
					SELECT *, least(300, greatest(1, round(1.3 * yearly_parcels ^ 0.6))) AS per_year
					FROM plan
				) AS paced, LATERAL generate_series(1, (2 * 1.5 * per_year)::int) AS n
			) AS planned
		) AS dated
		WHERE shipped_on BETWEEN first_day AND last_day
			AND (away IS NULL OR shipped_on NOT BETWEEN away AND away + 270)
	) AS open
	JOIN season ON month = extract(month FROM shipped_on)
	WHERE draw(draw, 54) * 1.5 < weight
) AS sent;

-- One shipment in forty comes back, whole or in part, some days later.
INSERT INTO shipments
SELECT (SELECT max(shipment_id) FROM shipments) + row_number() OVER (ORDER BY shipment_id),
	customer_id,
	least(shipped_on + 3 + floor(draw(shipment_id, 61) * 18)::int, date '2025-12-31'),
	-back, -round(revenue * back / parcels, 2), round(revenue * back / parcels * 0.3, 2)
FROM (
	SELECT *, ceil(parcels * draw(shipment_id, 62))::int AS back
	FROM shipments
	WHERE draw(shipment_id, 60) < 0.025
) AS returned
WHERE back > 0;
