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

-- A model with days, names and amounts to look at, whose columns are not ASCII: for pandas, LibreOffice and R.
CREATE TABLE 客户指标 (编号 int PRIMARY KEY, 名称 text, 地区 text, 签约时间 timestamptz, 收入 numeric(12,2), 首单 date, 末单 date, 单数 int);
INSERT INTO 客户指标
SELECT i, '客户 ' || i, CASE i % 2 WHEN 0 THEN '华东' ELSE '华南' END, timestamptz '2024-05-01 23:30+00' + i * interval '1 day', round(90000.0 / i, 2),
	date '2024-06-30' + i, date '2025-12-31' - 20 * i, 10 + i
FROM generate_series(1, 20) AS i;
SELECT abc_create_model('客户分级', '客户指标', '编号', '收入', 'share 铂金 50 / 黄金 80 / 铅质', attributes => '{名称,地区,签约时间}', partition_by => '{地区}',
	first_order => '首单', last_order => '末单', orders => '单数', language => 'zh') \g /dev/null
SELECT abc_refresh('客户分级', date '2026-01-01') \g /dev/null
UPDATE 客户指标 SET 收入 = CASE 编号 WHEN 1 THEN NULL WHEN 20 THEN 99000.55 ELSE 收入 END, 地区 = CASE 编号 WHEN 3 THEN '华东' ELSE 地区 END;
DELETE FROM 客户指标 WHERE 编号 = 7;
SELECT abc_refresh('客户分级', date '2026-02-01') \g /dev/null
SELECT abc_create_matview('客户abc', '客户指标', '编号', '收入', partition_by => '{地区}', attributes => '{名称,首单}') \g /dev/null
