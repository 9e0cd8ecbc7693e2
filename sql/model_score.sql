-- Models over weighted scores.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE regress_abc_model;
CREATE SCHEMA regress_abc_model AUTHORIZATION regress_abc_model;
SET ROLE regress_abc_model;
SET search_path = regress_abc_model, public;
CREATE TABLE facts (id int, region text, revenue numeric(12,2), orders int, pay_days real, loyalty float8, flat int);
INSERT INTO facts SELECT i, CASE WHEN i <= 20 THEN 'north' WHEN i <= 38 THEN 'south' END, (i * 7919) % 1000, (i * 31) % 17, CASE WHEN i % 6 = 0 THEN NULL ELSE (i * 13) % 60 END, i % 5, 1
FROM generate_series(1, 40) AS i;
INSERT INTO facts VALUES (99, 'north', 5000, 50, 1, 5, 1);
SELECT abc_create_model('m', 'facts', 'id', 'revenue', 'count 15/50', partition_by => '{region}', eligible => 'id < 99',
	metrics => ARRAY[abc_metric('revenue', 40), abc_metric('orders', 30), abc_metric('pay_days', 20, 'lower rank'), abc_metric('loyalty', 10, 'minmax')]);
SELECT abc_model_sql('m');
SELECT abc_refresh('m', '2024-01-31');

-- the score is the public function's, and so are the tiers
WITH f AS (SELECT *, abc_score(ARRAY[revenue, orders, pay_days, loyalty]::float8[], '{40,30,20,10}', '{rank,rank,lower rank,minmax}') OVER (PARTITION BY region) AS score FROM facts WHERE id < 99)
SELECT count(*) AS customers, count(*) FILTER (WHERE f.score IS DISTINCT FROM m.score) AS other_score, count(*) FILTER (WHERE f.tier IS DISTINCT FROM m.computed) AS other_tier
FROM (SELECT f.*, abc_classify(score, 'count 15/50') OVER (PARTITION BY region) AS tier FROM f) AS f JOIN (SELECT k1 AS id, score, computed FROM m_state) AS m USING (id);
SELECT id, tier, score, value, decided_by, reason FROM m WHERE id = 99;
SELECT partition, customers, rated, total, array_length(cutoffs, 1), weights FROM m_run ORDER BY partition;
-- gap and cushion are in points of the score
SELECT count(*) AS b_customers, bool_and(round((score + gap_to_next)::numeric, 9) = round(cutoff::numeric, 9)) AS gap_is_to_the_cut, bool_and(cushion >= 0) AS above
FROM m JOIN (SELECT partition[1] AS region, cutoffs[1] AS cutoff FROM m_run) AS r USING (region) WHERE tier = 'B';
SELECT topic, says FROM abc_explain('m', 12) WHERE topic ~ '^(value|score|metric|cut|next)';
SELECT line, tier, customers, value FROM abc_report('m');
SELECT bool_and(rank BETWEEN 1 AND of_customers) FROM m_ranked WHERE tier IS NOT NULL;

-- other weights: the movers that the next refresh finds; a metric the model does not have; writes nothing
CREATE TABLE predicted AS SELECT * FROM abc_simulate('m', metrics => ARRAY[abc_metric('revenue', 10), abc_metric('flat', 20), abc_metric('loyalty', 70)]);
SELECT line, tier_before, customers_before, customers_after FROM predicted WHERE line = 'tier';
SELECT abc_alter_model('m', metrics => ARRAY[abc_metric('revenue', 10), abc_metric('flat', 20), abc_metric('loyalty', 70)]);
SELECT abc_refresh('m', '2024-02-29');
SELECT count(*) > 5 AS movers, count(*) FILTER (WHERE p.key IS NULL OR c.id IS NULL OR p.tier_after <> c.to_tier OR p.tier_before <> c.from_tier) AS wrong
FROM (SELECT * FROM predicted WHERE line = 'mover') AS p FULL JOIN (SELECT * FROM m_changes WHERE run = 2 AND moved IS NOT NULL) AS c ON c.id::text = p.key;
SELECT DISTINCT cause FROM m_changes WHERE run = 2;
SELECT code, check_name, ok, n FROM abc_check('m') WHERE check_name ~ 'metric';
SELECT * FROM abc_simulate('m', metrics => ARRAY[abc_metric('nothing', 10)]);
SELECT * FROM abc_simulate('m', missing => 'maybe');

-- from the value to a score and back
SELECT abc_create_model('v', 'facts', 'id', 'revenue');
SELECT abc_refresh('v', '2024-01-31');
SELECT abc_alter_model('v', metrics => ARRAY[abc_metric('revenue', 1)]);
SELECT abc_simulate('v', metrics => ARRAY[abc_metric('orders', 1)]);
SELECT line, customers_before, customers_after FROM abc_simulate('v', 'count 20', ARRAY[abc_metric('orders', 1)]) WHERE line = 'tier';
SELECT abc_alter_model('v', metrics => ARRAY[abc_metric('orders', 1)], scheme => 'count 20');
SELECT abc_refresh('v', '2024-02-29');
SELECT count(*) FILTER (WHERE m.score <> f.orders) AS one_metric_is_taken_as_it_is, count(m.score) FROM v AS m JOIN facts AS f USING (id);
SELECT scheme, weights, round(cutoffs[1]::numeric) FROM v_run ORDER BY run;
SELECT abc_alter_model('v', metrics => '{}', scheme => 'share 80/95');
SELECT abc_refresh('v', '2024-03-31');
SELECT count(score), count(tier) FROM v;
-- missing metrics
SELECT abc_create_model('gaps', 'facts', 'id', 'revenue', 'count 50', metrics => ARRAY[abc_metric('pay_days', 60, 'lower minmax'), abc_metric('loyalty', 40)], missing => 'null');
SELECT abc_refresh('gaps', '2024-01-31');
SELECT decided_by, reason, count(*) FROM gaps GROUP BY 1, 2 ORDER BY 1;
SELECT topic, says FROM abc_explain('gaps', 6) WHERE topic ~ 'metric|decided';
SELECT line, tier_before, customers_before, customers_after FROM abc_simulate('gaps', missing => 'zero') WHERE line = 'tier';
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_model CASCADE;
DROP ROLE regress_abc_model;
