--
-- Step 6: tiers that stay current, remember, and explain themselves.
--
-- Three managed models over the facts, and thirteen months of refreshes, each seen from the first day
-- of a month.  On a company's own machine one abc_refresh a night does the same.
--
\ir settings.sql

-- What an earlier run of the steps has made makes room.
DROP VIEW IF EXISTS export, key_account_share;
SELECT abc_drop_model(m) FROM unnest(ARRAY['standard', 'metal', 'key_account']) AS name, to_regclass(name) AS m
WHERE m IS NOT NULL \g /dev/null
DROP VIEW IF EXISTS customer_quarter, customer_year;

-- One row for each customer known on the day of the refresh, with the business of the three months before.
CREATE VIEW customer_quarter AS
SELECT c.customer_id, c.name, c.kind, c.industry, c.region, c.service, c.credit, c.remark,
	q.revenue, q.parcels, q.profit, q.orders,						-- of the last three months; NULL: none
	a.first_order, a.last_order, a.all_orders						-- of all time
FROM customers c
LEFT JOIN (
	SELECT customer_id, min(shipped_on) AS first_order, max(shipped_on) AS last_order, count(*) AS all_orders
	FROM shipments
	WHERE shipped_on < (SELECT abc_as_of()) AND parcels > 0
	GROUP BY customer_id
) AS a USING (customer_id)
LEFT JOIN (
	SELECT customer_id, sum(revenue) AS revenue, sum(parcels) AS parcels, sum(revenue - cost) AS profit,
		count(*) FILTER (WHERE parcels > 0) AS orders
	FROM shipments
	WHERE shipped_on >= (SELECT abc_as_of()) - interval '3 months' AND shipped_on < (SELECT abc_as_of())
	GROUP BY customer_id
) AS q USING (customer_id)
WHERE c.joined < (SELECT abc_as_of());

-- The same with the business of twelve months, and the revenue of the last of them.
CREATE VIEW customer_year AS
SELECT c.customer_id, c.name, c.kind, c.industry, c.region, c.credit, y.parcels, y.profit, y.last_month
FROM customers c
LEFT JOIN (
	SELECT customer_id, sum(parcels) AS parcels, sum(revenue - cost) AS profit,
		sum(revenue) FILTER (WHERE shipped_on >= (SELECT abc_as_of()) - interval '1 month') AS last_month
	FROM shipments
	WHERE shipped_on >= (SELECT abc_as_of()) - interval '12 months' AND shipped_on < (SELECT abc_as_of())
	GROUP BY customer_id
) AS y USING (customer_id)
WHERE c.joined < (SELECT abc_as_of());

-- What each tier gets: a table of the company's own; its columns appear in standard.
CREATE TABLE IF NOT EXISTS treatment
(
	tier			text NOT NULL,
	service			text,					-- NULL: any service
	account_manager	text NOT NULL,
	priority		int NOT NULL,			-- 1 is dispatched first
	discount		numeric(4,1) NOT NULL,	-- per cent off the list price
	payment_days	int NOT NULL
);
TRUNCATE treatment;
INSERT INTO treatment VALUES
	('A', NULL, 'personal', 1, 12.0, 60),
	('A', 'cold chain', 'personal, with a pharmacist', 1, 8.0, 60),
	('B', NULL, 'team', 2, 6.0, 30),
	('C', NULL, 'service desk', 3, 0.0, 14),
	('unrated', NULL, 'service desk', 3, 0.0, 0);

-- The standard: A, B, C by the revenue of the last three months.
SELECT abc_create_model('standard', 'customer_quarter', 'customer_id', 'revenue', 'share 80/95',
	attributes => '{name,kind,industry,region,service,credit,remark}',
	first_order => 'first_order', last_order => 'last_order', orders => 'all_orders',
	lost => '4 months', treatments => 'treatment') \g /dev/null

-- Metal tiers for companies by the profit of twelve months.  A tier changes after two months in a row, and platinum is
-- for good credit only: who has none, or of whom nothing is known, is gold at best.
SELECT abc_create_model('metal', 'customer_year', 'customer_id', 'profit', 'share 铂金 50 / 黄金 80 / 铁质 95 / 铅质',
	attributes => '{name,industry,credit}',
	eligible => $$kind = 'enterprise'$$,
	rules => ARRAY[abc_only_if('铂金', $$credit IN ('A', 'B')$$, 'platinum needs credit A or B')],
	promote_after => 2, demote_after => 2) \g /dev/null

-- Key accounts: more than 5,000 parcels in twelve months, and not at a loss.  What reports speak in is
-- the revenue of the last month.
SELECT abc_create_model('key_account', 'customer_year', 'customer_id', 'last_month',
	'value "key account" >5000 / other', metrics => ARRAY[abc_metric('parcels', 1)],
	attributes => '{name,parcels,profit}',
	rules => ARRAY[abc_only_if('A', 'profit > 0', 'at a loss')]) \g /dev/null

\qecho
\qecho '6. HOW DO TIERS STAY CURRENT, AND REMEMBER?          abc_create_model, abc_refresh'
\qecho 'Three models: by revenue, by profit, by parcels; one refresh a month for a year.'
\qecho
\qecho '  refreshing three models as of 13 first days of months, 2025-01-01 to 2026-01-01 ...'
SELECT format('DO $$BEGIN PERFORM abc_refresh(%L, %L); END$$', model, day::date)
FROM generate_series(timestamp '2025-01-01', '2026-01-01', '1 month') AS day,
	unnest(ARRAY['standard', 'metal', 'key_account']) AS model
ORDER BY day, model \gexec
