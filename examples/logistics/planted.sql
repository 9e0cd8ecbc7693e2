--
-- The logistics company: six customers whose story is known, so that an analysis can be held
-- against it.
--
--   1  Meridian Wholesale        second-largest sales of all in both years, and a loss
--   2  Five Thousand Books       exactly 5,000 parcels in 2025: not more than 5,000
--   3  One More Books            5,001 parcels in 2025: more than 5,000
--   4  Fading Lantern Textiles   A in March 2025, B in June, C in August, then silent
--   5  Slow Payer Machinery      owes an invoice that is 45 days overdue on 2026-01-01
--   6  Rising Harbour Foods      new in 2024 and tiny, a large customer by the end of 2025
--
SET search_path = logistics, public;

UPDATE customers c
SET name = p.name, industry = p.industry, region = p.region, service = 'parcel', credit = p.credit,
	joined = p.joined, parent_id = NULL, referred_by = NULL, remark = p.remark
FROM (VALUES
	(1, 'Meridian Wholesale', 'retail', 'domestic', 'B', date '2017-03-01', 'price agreement from 2019, never revised'),
	(2, 'Five Thousand Books', 'other', 'domestic', 'A', date '2018-05-14', NULL),
	(3, 'One More Books', 'other', 'domestic', 'A', date '2018-05-15', NULL),
	(4, 'Fading Lantern Textiles', 'textile', 'domestic', 'B', date '2019-09-01', NULL),
	(5, 'Slow Payer Machinery', 'machinery', 'domestic', 'C', date '2020-02-02', '付款慢，需催款'),
	(6, 'Rising Harbour Foods', 'food', 'domestic', 'B', date '2024-02-20', NULL)
) AS p (customer_id, name, industry, region, credit, joined, remark)
WHERE c.customer_id = p.customer_id;

INSERT INTO shipments
SELECT (SELECT max(shipment_id) FROM shipments) + row_number() OVER (ORDER BY shipped_on, customer_id),
	customer_id, shipped_on, parcels, revenue, cost
FROM (
	-- every working day a lorry, each at 4 % below cost
	SELECT 1 AS customer_id, day::date AS shipped_on, 800 + extract(isodow FROM day)::int * 40 AS parcels,
		CASE WHEN day < '2025-01-01' THEN 13000.00 ELSE 16000.00 END AS revenue,
		CASE WHEN day < '2025-01-01' THEN 13520.00 ELSE 16640.00 END AS cost
	FROM generate_series(date '2024-01-01', date '2025-12-31', interval '1 day') AS day
	WHERE extract(isodow FROM day) < 6
	UNION ALL
	-- 250 shipments of 20 parcels in each year
	SELECT customer_id, date '2024-01-08' + year * 366 + n, 20, 280.00, 230.00
	FROM (VALUES (2), (3)) AS c (customer_id), generate_series(0, 1) AS year, generate_series(1, 250) AS n
	UNION ALL
	-- and the one that makes the difference
	SELECT 3, date '2025-12-20', 1, 14.00, 11.50
	UNION ALL
	SELECT 4, day::date,
		CASE WHEN day < '2025-04-01' THEN 120 WHEN day < '2025-06-01' THEN 6 ELSE 2 END,
		CASE WHEN day < '2025-04-01' THEN 1700.00 WHEN day < '2025-06-01' THEN 90.00 WHEN day < '2025-07-01' THEN 50.00
			ELSE 5.00 END,
		CASE WHEN day < '2025-04-01' THEN 1400.00 WHEN day < '2025-06-01' THEN 75.00 WHEN day < '2025-07-01' THEN 42.00
			ELSE 4.50 END
	FROM generate_series(date '2024-01-02', date '2025-08-20', interval '2 days') AS day
	UNION ALL
	SELECT 5, day::date, 60, 1500.00, 1250.00
	FROM generate_series(date '2024-01-03', date '2025-12-24', interval '5 days') AS day
	UNION ALL
	-- a dozen parcels a month at first, then a quarter more month by month
	SELECT 6, day::date, p, p * 13.00, p * 10.50
	FROM generate_series(date '2024-02-20', date '2025-12-20', interval '1 month') AS day,
		LATERAL (SELECT ceil(12 * 1.25 ^ ((day::date - date '2024-02-20') / 30.4))::int AS p) AS parcels
) AS planted;
