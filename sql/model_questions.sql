-- What people ask a model: explain, report, simulate, transitions, check,
-- treatments, the chart.
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
SELECT id, tier, tier_name, industry, manager, discount FROM m_current WHERE id IN ('c1', 'c2', 'c4', 'c9', 'c59', 'nothing') ORDER BY id;
SELECT count(*) = count(DISTINCT id) AS one_row_each FROM m_current;

-- explain
SELECT * FROM abc_explain('m', 'c7');
SELECT abc_override('m', 'c7', 'gold', 'strategic', '2024-12-31');
SELECT * FROM abc_explain('m', 'c7');
SELECT * FROM abc_explain('m', 'returns');
SELECT * FROM abc_explain('m', 'c5');
SELECT * FROM abc_explain('m', 'nobody');
SELECT topic, says FROM abc_explain('m', 'nothing') WHERE topic ~ '^(decided|history)';
CREATE VIEW by_number AS SELECT row_number() OVER (ORDER BY revenue DESC NULLS LAST) AS id, revenue FROM facts WHERE id IS NOT NULL;
SELECT abc_create_model('n', 'by_number', 'id', 'revenue', 'top 2/4');
SELECT abc_refresh('n', '2024-06-30');
SELECT * FROM abc_explain('n', 3);
SELECT * FROM abc_explain('n', '3');

-- report: adds up to the cent, with and without groups
SELECT line, tier, tier_name, customers, round(customers_share::numeric, 4) AS c, value, round(value_share::numeric, 4) AS v FROM abc_report('m');
SELECT group_value, tier_name, customers, value, round(lift::numeric, 2) AS lift FROM abc_report('m', 'region') WHERE line = 'tier';
SELECT by, (SELECT sum(value) FILTER (WHERE line <> 'total of the source') - sum(value) FILTER (WHERE line = 'total of the source') FROM abc_report('m', by)) AS difference,
	(SELECT value FROM abc_report('m', by) WHERE line = 'total of the source') = (SELECT sum(revenue) FROM facts) AS is_the_source
FROM unnest(ARRAY[NULL, 'industry', 'region']) AS by;
SELECT abc_report('m', 'colour');
SELECT abc_report('m', 'region', '2024-06-30');
SELECT abc_report('m', as_of => '2024-06-29');

-- simulate: totals before and after, then the movers; writes nothing; altering adopts it
SELECT count(*) AS before FROM m_history \gset
SELECT * FROM abc_simulate('m', 'share gold 70 / silver 90 / iron');
SELECT count(*) = :before AS nothing_written FROM m_history;
SELECT count(*) FILTER (WHERE line = 'mover') AS movers, sum(customers_before) = sum(customers_after) AS same_customers, sum(value_before) FILTER (WHERE line = 'tier') AS value
FROM abc_simulate('m', 'share gold 80 / silver 95 / iron');
CREATE TABLE predicted AS SELECT key, tier_after FROM abc_simulate('m', 'count 5/20') WHERE line = 'mover';
SELECT abc_alter_model('m', scheme => 'count 5/20');
SELECT abc_refresh('m', '2024-07-31');
SELECT count(*) AS movers, count(*) FILTER (WHERE p.key IS NULL OR c.id IS NULL OR p.tier_after <> c.to_tier) AS wrong
FROM predicted AS p FULL JOIN (SELECT * FROM m_changes WHERE run = 2 AND cause = 'definition') AS c ON c.id = p.key;
SELECT * FROM abc_transitions('m');
SELECT * FROM abc_transitions('m', '2024-06-30', '2024-06-30');
SELECT * FROM abc_transitions('m', '2024-01-01');
SELECT abc_simulate('m', 'share 80/15/5');

-- check: what is wrong with the source now, and with the tiers of the last run
SELECT * FROM abc_check('m');
INSERT INTO facts VALUES ('c1', 'paper', 'south', 1, true, NULL), ('c1', 'paper', 'south', 1, true, NULL), ('odd', 'paper', 'north', 'NaN', true, NULL);
SELECT check_name, n, says FROM abc_check('m') WHERE NOT ok;
CREATE VIEW ties AS SELECT i AS id, i / 100 AS v, current_date - 40 AS newest FROM generate_series(1, 1000) AS i;
SELECT abc_create_model('t', 'ties', 'id', 'v', 'count 15/50', last_order => 'newest');
SELECT abc_refresh('t', '2024-01-01');
SELECT check_name, n, says FROM abc_check('t') WHERE NOT ok AND check_name <> 'days since the newest order';
SELECT check_name, ok, n FROM abc_check('t') WHERE check_name = 'days since the newest order';

-- the chart
CREATE FUNCTION well_formed(svg text) RETURNS boolean LANGUAGE sql AS $$
	SELECT svg !~ '&(?!(amp|lt|gt|quot);)' AND regexp_replace(regexp_replace(svg, '<[a-z]+( [a-zA-Z0-9-]+="[^"<]*")*/>', '', 'g'),
		'<(text|title)( [a-zA-Z0-9-]+="[^"<]*")*>[^<]*</\1>', '', 'g') ~ '^<svg( [a-zA-Z-]+="[^"<]*")*>\s*</svg>$'
$$;
SELECT point, customers, round(customers_share::numeric, 3) AS c, value, round(cumulative_share::numeric, 4) AS v, tier FROM abc_pareto('m', 6);
SELECT count(*), max(customers), max(cumulative_share) FROM abc_pareto('m');
SELECT abc_pareto('m', 0);
SELECT svg ~ '^<svg ' AS is_svg, well_formed(svg), (SELECT count(*) FROM regexp_matches(svg, '<rect ', 'g')) AS rects FROM abc_pareto_svg('m') AS svg;
CREATE VIEW "<&>" AS SELECT id AS "钥匙", v AS "收入 & <b>" FROM ties;
SELECT abc_create_model('客户 <&"''>', '"<&>"', '钥匙', '收入 & <b>', 'share "A&B<" 80 / "]]>" 95 / 铅');
SELECT abc_refresh('"客户 <&""''>"', '2024-01-01');
SELECT well_formed(svg), substring(svg FROM '<title>(.*)</title>') AS title,
	(SELECT count(*) FROM regexp_matches(svg, '<rect ', 'g')) AS rects FROM abc_pareto_svg('"客户 <&""''>"') AS svg;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_model CASCADE;
DROP ROLE regress_abc_model;
