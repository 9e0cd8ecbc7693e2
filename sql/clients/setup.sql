--
-- What the clients of .ci/check-clients read and write.
--
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION abc_tier;
CREATE ROLE client LOGIN PASSWORD :'password';
CREATE SCHEMA shop AUTHORIZATION client;
ALTER ROLE client SET search_path = shop, public;
SET ROLE client;
SET search_path = shop, public;

CREATE TABLE customers
(
	id			int PRIMARY KEY,
	name		text NOT NULL,
	industry	text,
	revenue		numeric(12,2),
	tier		abc_tier
);
INSERT INTO customers
SELECT i, 'customer ' || i, CASE i % 2 WHEN 0 THEN 'medicine' ELSE '电子' END, round(1000.0 / i, 2)
FROM generate_series(1, 20) AS i;
UPDATE customers c SET tier = t.tier
FROM (SELECT id, abc_classify(revenue, 'share 80/95') OVER () AS tier FROM customers) AS t
WHERE t.id = c.id;
CREATE INDEX ON customers (tier);

SELECT abc_create_model('model', 'customers', 'id', 'revenue', 'share 铂金 50 / gold 80 / 铅质', attributes => '{name,industry}') \g /dev/null
SELECT abc_refresh('model', date '2026-01-01') \g /dev/null
