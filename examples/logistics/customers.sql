--
-- The logistics company: 12,040 customers, and the hidden plan of each one's business.
--
-- Everything is drawn from a hash of the customer's number, so every run on every machine
-- gives the same company.  Customers 1 to 6 are planted: see planted.sql.
--
SET search_path = logistics, public;

-- A uniform draw from [0, 1): number "salt" of row "id".
CREATE FUNCTION draw(id bigint, salt int) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(id, salt) & 9007199254740991)::float8 / 9007199254740992;

-- A draw from the standard normal distribution (Box and Muller).
CREATE FUNCTION draw_normal(id bigint, salt int) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sqrt(-2 * ln(1 - draw(id, salt))) * cos(2 * pi() * draw(id, salt + 1));

-- One of the given words.
CREATE FUNCTION pick(id bigint, salt int, VARIADIC words text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN words[1 + floor(draw(id, salt) * cardinality(words))::int];

INSERT INTO customers (customer_id, name, kind, region, industry, service, credit, joined, remark)
SELECT id,
	CASE WHEN kind = 'enterprise' THEN
		format('%s %s %s',
			pick(id, 11, 'Amber', 'Blue', 'Bright', 'Cedar', 'Coastal', 'Crane', 'Delta', 'Eastern', 'Evergreen', 'First',
				'Golden', 'Grand', 'Green', 'Harbour', 'Jade', 'Lotus', 'Lucky', 'New', 'Northern', 'Orient', 'Pacific',
				'Pearl', 'Pine', 'Red', 'River', 'Royal', 'Silver', 'Southern', 'Spring', 'Star', 'Summit', 'Swift'),
			pick(id, 12, 'Bay', 'Bridge', 'Cloud', 'Dragon', 'Field', 'Forest', 'Garden', 'Gate', 'Hill', 'Horizon',
				'Island', 'Lake', 'Lantern', 'Mountain', 'Ocean', 'Peak', 'Phoenix', 'Plain', 'Road', 'Sky', 'Sun',
				'Tiger', 'Valley', 'Wave', 'Willow', 'Wind'),
			CASE industry
				WHEN 'electronics' THEN pick(id, 13, 'Electronics', 'Semiconductor', 'Devices')
				WHEN 'medicine' THEN pick(id, 13, 'Pharma', 'Medical', 'Biotech')
				WHEN 'retail' THEN pick(id, 13, 'Stores', 'Online', 'Mall')
				WHEN 'textile' THEN pick(id, 13, 'Textiles', 'Garments', 'Fashion')
				WHEN 'food' THEN pick(id, 13, 'Foods', 'Fresh', 'Tea')
				WHEN 'machinery' THEN pick(id, 13, 'Machinery', 'Tools', 'Parts')
				ELSE pick(id, 13, 'Trading', 'Publishing', 'Services')
			END)
	ELSE
		format('%s %s',
			pick(id, 11, 'Bai', 'Chen', 'Deng', 'Fan', 'Gao', 'Guo', 'He', 'Huang', 'Jiang', 'Li', 'Lin', 'Liu', 'Luo', 'Ma',
				'Peng', 'Song', 'Sun', 'Tang', 'Wang', 'Wu', 'Xu', 'Yang', 'Zhang', 'Zhao', 'Zheng', 'Zhou', 'Zhu'),
			pick(id, 12, 'Bo', 'Chao', 'Fang', 'Gang', 'Hao', 'Hui', 'Jie', 'Jing', 'Juan', 'Jun', 'Lan', 'Lei', 'Li', 'Min',
				'Na', 'Ning', 'Ping', 'Qiang', 'Tao', 'Ting', 'Wei', 'Xia', 'Yan', 'Yong', 'Yu', 'Zhi'))
	END,
	kind,
	CASE WHEN r < 0.50 THEN 'local' WHEN r < 0.88 THEN 'domestic' ELSE 'international' END,
	industry,
	CASE
		WHEN industry IN ('medicine', 'food') AND draw(id, 14) < 0.5 THEN 'cold chain'
		WHEN industry = 'machinery' AND draw(id, 14) < 0.6 THEN 'freight'
		WHEN draw(id, 14) < 0.35 THEN 'express'
		ELSE 'parcel'
	END,
	CASE WHEN kind = 'enterprise' AND draw(id, 15) < 0.9 THEN
		CASE WHEN draw(id, 16) < 0.30 THEN 'A' WHEN draw(id, 16) < 0.75 THEN 'B'
			WHEN draw(id, 16) < 0.95 THEN 'C' ELSE 'D' END
	END,
	-- one in eight came during the two years, the others in the eight years before
	CASE WHEN draw(id, 17) < 0.125 THEN date '2024-01-01' + floor(draw(id, 18) * 731)::int
		ELSE date '2016-01-01' + floor(draw(id, 18) * 2922)::int END,
	CASE WHEN draw(id, 19) < 0.01 THEN pick(id, 20, 'call before delivery', 'invoice by e-mail only', '送货前请致电', '仅限工作日送货') END
FROM (
	SELECT id, kind, draw(id, 2) AS r,
		CASE WHEN kind = 'enterprise' THEN
			pick(id, 3, 'retail', 'retail', 'retail', 'textile', 'textile', 'food', 'food', 'machinery', 'machinery',
				'electronics', 'electronics', 'medicine', 'other', 'other')
			ELSE 'private' END AS industry
	FROM (
		SELECT id, CASE WHEN id <= 6 OR draw(id, 1) < 0.2 THEN 'enterprise' ELSE 'individual' END AS kind
		FROM generate_series(1, 12040) AS id
	) AS kinds
) AS drawn;

-- Groups of companies: one enterprise in fifteen belongs to one of forty heads.
UPDATE customers c
SET parent_id = head.customer_id
FROM (
	SELECT customer_id, row_number() OVER (ORDER BY customer_id) AS n
	FROM customers
	WHERE kind = 'enterprise' AND customer_id > 6 AND draw(customer_id, 21) < 0.05
	ORDER BY customer_id
	LIMIT 40
) AS head
WHERE c.kind = 'enterprise' AND c.customer_id > 6 AND draw(c.customer_id, 21) >= 0.95 - 0.02
	AND head.n = 1 + floor(draw(c.customer_id, 22) * 40);

-- One customer in twelve was brought by an older one.
UPDATE customers c
SET referred_by = friend.customer_id
FROM customers friend
WHERE draw(c.customer_id, 23) < 0.083
	AND friend.customer_id = 1 + floor(draw(c.customer_id, 24) * 12040)::int
	AND friend.joined < c.joined;

--
-- The plan.  Yearly parcels are lognormal: many small, few giant; electronics and medicine ship more.
--
CREATE TEMPORARY TABLE plan ON COMMIT DROP AS
SELECT customer_id, kind, yearly_parcels,
	exp(0.45 * draw_normal(customer_id, 30)) AS growth,		-- of the second year against the first
	CASE region WHEN 'local' THEN 9 WHEN 'domestic' THEN 14 ELSE 85 END
		* CASE service WHEN 'express' THEN 1.5 WHEN 'cold chain' THEN 1.9 WHEN 'freight' THEN 2.4 ELSE 1 END
		* CASE WHEN yearly_parcels > 5000 THEN 0.75 WHEN yearly_parcels > 500 THEN 0.9 ELSE 1 END
		* exp(0.2 * draw_normal(customer_id, 32)) AS price,		-- yuan a parcel
	0.16 + 0.09 * draw_normal(customer_id, 34) AS margin,
	greatest(joined, date '2024-01-01') AS first_day,
	-- one in eight is lost somewhere in the two years
	CASE WHEN draw(customer_id, 36) < 0.125 THEN date '2024-01-01' + floor(draw(customer_id, 37) * 731)::int
		ELSE date '2025-12-31' END AS last_day,
	-- one in fifty stays away for most of a year, and comes back
	CASE WHEN draw(customer_id, 38) < 0.02 THEN date '2024-03-01' + floor(draw(customer_id, 39) * 300)::int END AS away
FROM (
	SELECT *,
		CASE kind WHEN 'individual' THEN exp(2.1 + 1.0 * draw_normal(customer_id, 40))
			ELSE exp(5.2 + 1.8 * draw_normal(customer_id, 40))
				* CASE industry WHEN 'electronics' THEN 3.0 WHEN 'medicine' THEN 2.5 ELSE 1 END END AS yearly_parcels
	FROM customers
) AS sized
WHERE customer_id > 6
	AND draw(customer_id, 42) >= 0.03;		-- the others are prospects: known, and never shipped
