-- What people ask a model: explain, report, simulate, transitions, check,
-- treatments.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE regress_abc_model;
CREATE SCHEMA regress_abc_model AUTHORIZATION regress_abc_model;
SET ROLE regress_abc_model;
SET search_path = regress_abc_model, public;
CREATE TABLE facts (id text, industry text, region text, revenue numeric(12,2), active boolean, newest date);
INSERT INTO facts SELECT 'c' || i, (ARRAY['electronics', 'medicine', 'paper'])[1 + i % 3], CASE WHEN i % 2 = 0 THEN 'north' ELSE 'south' END,
	(12000.0 / i)::numeric(12,2), i <> 5, '2024-06-30'::date - i FROM generate_series(1, 60) AS i;
INSERT INTO facts VALUES ('returns', 'paper', 'south', -333.33, true, '2024-01-01'), ('nothing', 'paper', NULL, NULL, true, NULL), (NULL, NULL, NULL, 1234.56, true, NULL);
CREATE TABLE service (tier text, industry text, manager text, discount numeric);
INSERT INTO service VALUES ('gold', NULL, 'personal', 10), ('gold', 'medicine', 'personal, with a nurse', 12), ('B', NULL, 'team', 5), ('iron', NULL, 'call centre', 0), ('unrated', NULL, 'nobody', NULL);
SELECT abc_create_model('m', 'facts', 'id', 'revenue', 'share gold 80 / silver 95 / iron', attributes => '{industry,region}',
	eligible => 'active', rules => ARRAY[abc_only_if('A', $$region = 'north' OR revenue > 5000$$, 'no warehouse in the south')], treatments => 'service');
SELECT abc_refresh('m', '2024-06-30');

-- treatments: by letter or name, the row that fits best
SELECT id, tier, tier_name, industry, manager, discount FROM m WHERE id IN ('c1', 'c2', 'c4', 'c9', 'c59', 'nothing') ORDER BY id;
SELECT count(*) = count(DISTINCT id) AS one_row_each FROM m;

-- explain
SELECT * FROM abc_explain('m', 'c7');
SELECT abc_override('m', 'c7', 'gold', 'strategic', '2024-12-31', '2024-06-30');
SELECT * FROM abc_explain('m', 'c7');
SELECT * FROM abc_explain('m', 'returns');
SELECT * FROM abc_explain('m', 'c5');
SELECT * FROM abc_explain('m', 'nobody');
SELECT * FROM abc_explain('m', NULL::text);
SELECT topic, says FROM abc_explain('m', 'nothing') WHERE topic ~ '^(decided|history)';

-- a key of any type, without casts: as it is, or as text; the customer who is named, and nobody else
CREATE VIEW by_number AS SELECT row_number() OVER (ORDER BY revenue DESC NULLS LAST) AS id, revenue FROM facts WHERE id IS NOT NULL;
SELECT abc_create_model('n', 'by_number', 'id', 'revenue', 'top 2/4');
SELECT abc_refresh('n', '2024-06-30');
SELECT * FROM abc_explain('n', 3);
SELECT * FROM abc_explain('n', '3') EXCEPT SELECT * FROM abc_explain('n', 3::smallint);
SELECT * FROM abc_explain('n', 'three');
CREATE TABLE keys (c char(5) PRIMARY KEY, u uuid, d date, n numeric, t timestamptz, r int4range, bits bit(5), v int);
INSERT INTO keys SELECT CASE i WHEN 1 THEN 'A' WHEN 2 THEN 'ALFKI' ELSE 'k' || i END, ('00000000-0000-0000-0000-00000000000' || i)::uuid, '2024-01-01'::date + i,
	i + 0.5, '2024-01-01 12:00+00'::timestamptz + i * '1 day'::interval, int4range(i, i + 10), i::bit(5), 10 - i FROM generate_series(1, 5) AS i;
CREATE FUNCTION explained(key text, typed text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	by_itself text;
	by_text text;
	overridden text;
BEGIN
	PERFORM abc_create_model('k', 'keys', key, 'v');
	PERFORM abc_refresh('k', '2024-06-30');
	EXECUTE format('SELECT e.says FROM abc_explain(''k'', %s) AS e WHERE e.topic = ''value''', typed) INTO by_itself;
	EXECUTE format('SELECT e.says FROM abc_explain(''k'', %s::text) AS e WHERE e.topic = ''value''', typed) INTO by_text;
	EXECUTE format('SELECT abc_override(''k'', %s, ''A'', ''by hand'', begins => ''2024-06-30'')', typed);
	overridden := (SELECT string_agg(concat(value, tier), ',') FROM k WHERE decided_by = 'override');
	PERFORM abc_drop_model('k');
	RETURN concat_ws(' ', by_itself, by_itself = by_text, overridden);
END
$$;
SELECT k, explained(k, v) FROM (VALUES ('c', '''ALFKI'''), ('c', '''ALFKI''::char(5)'), ('u', '''00000000-0000-0000-0000-000000000002''::uuid'), ('d', '''2024-01-03''::date'),
	('n', '2.5'), ('n', '2.50'), ('t', '''2024-01-03 12:00+00''::timestamptz'), ('r', 'int4range(2, 12)'), ('bits', 'B''00010''')) AS x (k, v);
-- a key of several columns: an array, in the order of the key
CREATE TABLE ours (company int, customer text, v int);
INSERT INTO ours VALUES (1, 'a', 10), (1, 'b, c', 20), (2, 'a', 30);
SELECT abc_create_model('several', 'ours', '{company,customer}', 'v', 'top 1');
SELECT abc_refresh('several', '2024-06-30');
SELECT topic, says FROM abc_explain('several', ARRAY['1', 'b, c']) WHERE topic IN ('customer', 'tier', 'value');
SELECT topic, says FROM abc_explain('several', '{2,a}') WHERE topic IN ('customer', 'tier', 'value');
SELECT * FROM abc_explain('several', ARRAY[1, 2, 3]);
SELECT * FROM abc_explain('several', '2');
SELECT * FROM abc_explain('several', '{x,a}');
SELECT abc_override('several', ARRAY['1', 'a'], 'A', 'by hand', begins => '2024-06-30') IS NOT NULL AS done;
SELECT company, customer, tier, decided_by FROM several ORDER BY 1, 2;

-- figures that are very large or very small can be read; a share of almost nothing is no error
CREATE TABLE sizes (id text, v numeric);
INSERT INTO sizes VALUES ('huge', 1e21), ('beyond', 1e400), ('tiny', 0.000001), ('dust', 1e-30), ('cents', 1234.5), ('many', 123456789012.345), ('part', 0.123456), ('none', 0);
SELECT abc_create_model('s', 'sizes', 'id', 'v', 'value 1e30/1/0.00000000001');
SELECT abc_refresh('s', '2024-06-30');
SELECT x.id, e.says FROM sizes AS x, abc_explain('s', x.id) AS e WHERE e.topic = 'value' ORDER BY x.v DESC;
SELECT tier, count(*), sum(value_share) FROM s GROUP BY 1 ORDER BY 1;
SELECT count(*) > 5 AS checked FROM abc_check('s');
SELECT line, tier, customers, round(log(nullif(value, 0))) AS log_of_value, value_share FROM abc_report('s');
SELECT line, tier_after, customers_before, customers_after FROM abc_simulate('s', 'share 80/95');
SELECT count(*) FROM s_ranked WHERE cumulative_share <= 1;

-- report: adds up to the cent, with and without groups; customers on every line
SELECT line, tier, tier_name, customers, round(customers_share::numeric, 4) AS c, value, round(value_share::numeric, 4) AS v FROM abc_report('m');
SELECT groups, tier_name, customers, value, round(lift::numeric, 2) AS lift FROM abc_report('m', '{region}') WHERE line = 'tier';
SELECT groups, tier_name, customers, value FROM abc_report('m', '{region,industry}') WHERE line = 'tier';
SELECT by, sum(value) FILTER (WHERE line <> 'total of the source') - sum(value) FILTER (WHERE line = 'total of the source') AS difference,
	sum(customers) FILTER (WHERE line <> 'total of the source') - sum(customers) FILTER (WHERE line = 'total of the source') AS of_customers,
	sum(value) FILTER (WHERE line = 'total of the source') = (SELECT sum(revenue) FROM facts) AS is_the_source, count(*) FILTER (WHERE customers IS NULL) AS without_customers
FROM (VALUES (NULL::text[]), ('{}'), ('{industry}'), ('{region}'), ('{industry,region}'), ('{id}'), ('{manager}')) AS b (by) CROSS JOIN LATERAL abc_report('m', b.by) GROUP BY by ORDER BY by;
SELECT abc_report('m', '{colour}');
SELECT abc_report('m', '{region}', '2024-06-30');
SELECT abc_report('m', as_of => '2024-06-29');

-- one number: NAME added up by hand, report, trend, simulation of what there is
CREATE VIEW four AS
SELECT tier_name, count(*) AS customers, sum(value) AS value, round(sum(value_share)::numeric, 9) AS share, 'name' AS says FROM m WHERE tier IS NOT NULL GROUP BY 1
UNION ALL SELECT tier_name, customers, value, round(value_share::numeric, 9), 'report' FROM abc_report('m') WHERE line = 'tier'
UNION ALL SELECT tier_name, customers, value, round(value_share::numeric, 9), 'report of the day' FROM abc_report('m', as_of => (SELECT max(as_of) FROM m)) WHERE line = 'tier'
UNION ALL SELECT tier_name, customers, value, round(value_share::numeric, 9), 'trend' FROM m_trend WHERE run = (SELECT max(run) FROM m) AND tier IS NOT NULL
UNION ALL SELECT name_before, customers_before, value_before, NULL, 'simulated' FROM abc_simulate('m', 'count 7/19') WHERE line = 'tier' AND tier_before IS NOT NULL AND customers_before > 0;
SELECT tier_name, count(*), count(DISTINCT (customers, value)) AS numbers, count(DISTINCT share) AS shares, min(customers) AS customers, min(value) AS value FROM four GROUP BY 1 ORDER BY 1;

-- simulate: totals before and after, then the movers; writes nothing; altering adopts it
SELECT count(*) AS before FROM m_history \gset
SELECT * FROM abc_simulate('m', 'share 70/90');
SELECT count(*) = :before AS nothing_written FROM m_history;
-- what is in force already moves nobody
SELECT count(*) FILTER (WHERE line = 'mover') AS movers, sum(customers_before) = sum(customers_after) AS same_customers, sum(value_before) FILTER (WHERE line = 'tier') AS value
FROM abc_simulate('m', 'share gold 80 / silver 95 / iron');
CREATE TABLE predicted AS SELECT key, tier_after FROM abc_simulate('m', 'count 5/20') WHERE line = 'mover';
SELECT abc_alter_model('m', scheme => 'count 5/20');
SELECT abc_simulate('m', 'count 5/20');
SELECT abc_refresh('m', '2024-07-31');
SELECT count(*) AS movers, count(*) FILTER (WHERE p.key IS NULL OR c.id IS NULL OR p.tier_after <> c.to_tier) AS wrong
FROM predicted AS p FULL JOIN (SELECT * FROM m_changes WHERE run = 2 AND moved IS NOT NULL AND cause = 'definition') AS c ON c.id = p.key;
SELECT * FROM abc_transitions('m');
SELECT * FROM abc_transitions('m', '2024-06-30', '2024-06-30');
SELECT * FROM abc_transitions('m', '2024-06-30', '2024-12-31', 'lifecycle');
SELECT * FROM abc_transitions('m', '2024-01-01');
SELECT * FROM abc_transitions('m', what => 'colour');
SELECT abc_simulate('m', 'share 80/15/5');

-- a metric that the model does not have is read as of the last run
CREATE TABLE sale (id int, day date, amount int);
INSERT INTO sale SELECT i % 10, '2024-01-01'::date + i * 3, i * 7919 % 101 FROM generate_series(0, 199) AS i;
CREATE VIEW sold AS SELECT id, sum(amount) AS revenue, count(*) AS n, (max(day) - '2024-01-01'::date) AS recency FROM sale WHERE day <= abc_as_of() GROUP BY id;
SELECT abc_create_model('x', 'sold', 'id', 'revenue', 'count 20/50', metrics => ARRAY[abc_metric('revenue', 60), abc_metric('n', 40)]);
SELECT abc_refresh('x', '2024-03-31');
CREATE TABLE expected AS SELECT s.id::text AS key, (abc_classify(s.score, 'count 20/50') OVER ())::text AS tier FROM (
	SELECT id, abc_score(ARRAY[n, recency]::float8[], '{1,2}') OVER () AS score FROM (
		SELECT id, count(*) AS n, (max(day) - '2024-01-01'::date) AS recency FROM sale WHERE day <= '2024-03-31' GROUP BY id) AS s) AS s;
SELECT count(*) AS customers, count(*) FILTER (WHERE e.tier IS DISTINCT FROM coalesce(s.tier_after, m.tier)) AS wrong, count(s.key) > 0 AS some_move
FROM expected AS e JOIN x AS m ON m.id::text = e.key
LEFT JOIN abc_simulate('x', metrics => ARRAY[abc_metric('n', 1), abc_metric('recency', 2)]) AS s ON s.line = 'mover' AND s.key = e.key;
SELECT abc_simulate('x', metrics => ARRAY[abc_metric('colour', 1)]);
SELECT abc_simulate('x', 'share 80/95');
SELECT says FROM abc_explain('x', 1) WHERE topic LIKE 'metric%';

-- check: as of the last run, against which it is compared
SELECT * FROM abc_check('x');
SELECT code, n FROM abc_check('x', '2024-12-31') WHERE code IN ('rows', 'newest order', 'metric missing');
SELECT * FROM abc_check('m');
-- what is wrong with the source is named, and no value or date can break the check
ALTER TABLE facts ALTER newest TYPE date;
INSERT INTO facts VALUES ('c1', 'paper', 'south', 1, true, NULL), ('c1', 'paper', 'south', 1, true, NULL), ('odd', 'paper', 'north', 'NaN', true, NULL),
	('C 2', 'paper', 'north', 5, true, 'infinity'), ('  ', 'paper', 'north', 5, true, '2024-01-01'), ('c3 ', 'paper', 'north', 5, true, '2024-01-01');
SELECT abc_create_model('bad', 'facts', 'id', 'revenue', last_order => 'newest');
SELECT code, n, says FROM abc_check('bad') WHERE NOT ok AND code <> 'newest order';
SELECT abc_refresh('bad', '2024-06-30');
UPDATE facts SET revenue = 0 WHERE revenue = 'NaN';
DELETE FROM facts WHERE revenue = 1;
SELECT abc_refresh('bad', '2024-06-30');
UPDATE facts SET newest = '2024-01-01' WHERE newest = 'infinity';
SELECT abc_refresh('bad', '2024-06-30');
DELETE FROM facts WHERE revenue > 500;
SELECT code, ok, n, says FROM abc_check('bad') WHERE code IN ('rows', 'total');
-- ties at the cuts, tiers that are empty
CREATE VIEW ties AS SELECT i AS id, i / 100 AS v, '2024-05-01'::date AS newest FROM generate_series(1, 1000) AS i;
SELECT abc_create_model('t', 'ties', 'id', 'v', 'count 15/50', last_order => 'newest');
SELECT abc_refresh('t', '2024-07-01');
SELECT code, check_name, n, says FROM abc_check('t') WHERE NOT ok;
SELECT abc_alter_model('t', scheme => 'value 50/20/3');
SELECT abc_refresh('t', '2024-07-02');
SELECT check_name, n, says FROM abc_check('t') WHERE code = 'in tier';

-- in Chinese
SELECT abc_create_model('z', 'facts', 'id', 'revenue', 'share 铂金 50 / 黄金 80 / 铅', attributes => '{region}', language => 'zh', last_order => 'newest');
SELECT abc_refresh('z', '2024-06-30');
SELECT * FROM abc_explain('z', 'c40');
SELECT line, line_name, tier_name, customers FROM abc_report('z');
SELECT * FROM abc_transitions('z');
SELECT code, check_name, says FROM abc_check('z');
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_model CASCADE;
DROP ROLE regress_abc_model;
