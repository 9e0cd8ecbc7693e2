--
-- The logistics company: complaints, and a survey that few customers answer.
--
SET search_path = logistics, public;

INSERT INTO complaints
SELECT row_number() OVER (ORDER BY shipment_id), shipment_id, customer_id,
	least(shipped_on + 1 + floor(draw(shipment_id, 101) * 6)::int, date '2025-12-31'),
	CASE WHEN parcels < 0 THEN 'refused' ELSE pick(shipment_id, 102, 'late', 'late', 'damaged', 'lost', 'rude', 'invoice') END
FROM shipments
WHERE draw(shipment_id, 100) < CASE WHEN parcels < 0 THEN 0.20 ELSE 0.008 END;

INSERT INTO satisfaction
SELECT customer_id, asked_on, least(5, greatest(1, round(3.9 + 0.9 * draw_normal(k, 110) - 0.4 * least(complaints, 4))))::int
FROM (
	SELECT s.customer_id, asked_on, kind, s.customer_id * 10000::bigint + extract(year FROM asked_on)::int AS k,
		(SELECT count(*) FROM complaints c WHERE c.customer_id = s.customer_id AND c.raised_on BETWEEN asked_on - 365 AND asked_on)
			AS complaints
	FROM (
		SELECT customer_id, (extract(year FROM shipped_on)::int || '-12-01')::date AS asked_on
		FROM shipments
		GROUP BY 1, 2
	) AS s
	JOIN customers USING (customer_id)
) AS asked
WHERE draw(k, 112) < CASE kind WHEN 'enterprise' THEN 0.35 ELSE 0.08 END;
