-- Who decides: computed, hysteresis, rules, override, in this order.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE regress_abc_model;
CREATE SCHEMA regress_abc_model AUTHORIZATION regress_abc_model;
SET ROLE regress_abc_model;
SET search_path = regress_abc_model, public;
-- hysteresis as a pure function
SELECT p AS previous, c AS computed, n AS periods, abc_next_tier(p, c, n, 2, 3, NULL) AS "2 up 3 down", abc_next_tier(p, c, n, 2, 3, 1) AS "by one step"
FROM (VALUES ('B'::abc_tier, 'A'::abc_tier), ('B', 'D'), ('C', 'A')) AS v (p, c), generate_series(1, 3) AS n ORDER BY 1, 2, 3;
SELECT abc_next_tier(NULL, 'C', 1) AS newcomer, abc_next_tier('A', NULL, 1) AS unrated, abc_next_tier('B', 'B', NULL, 2, 2) AS same, abc_next_tier('A', 'C', 1) AS at_once,
	abc_next_tier('A', 'Z', 1, max_step => 2147483647) AS any_step, abc_next_tier('Z', 'A', 1, max_step => 2147483647) AS any_step_up;
SELECT abc_next_tier('A', 'B', 0);
SELECT abc_next_tier('A', 'B', 1, 0);
SELECT abc_next_tier('A', 'B', 1, 1, 1, 0);

-- hysteresis in a model: months of one customer, by absolute cuts
CREATE TABLE months (month date, id text, parcels int);
CREATE VIEW facts AS SELECT id, parcels FROM months WHERE month = abc_as_of();
INSERT INTO months SELECT ('2024-01-01'::date + interval '1 month' * (n - 1))::date, id, p
FROM (VALUES ('dips once', '{100,100,5,100,100,100,100,100}'::int[]), ('dips twice', '{100,100,5,5,100,100,100,100}'), ('falls for good', '{100,100,5,5,5,5,5,5}'),
	('rises once', '{5,100,5,5,5,5,5,5}'), ('rises for good', '{5,100,100,100,100,100,100,100}'), ('wavers', '{100,30,5,30,100,30,30,30}'), ('steady', '{30,30,30,30,30,30,30,30}')) AS v (id, ps)
CROSS JOIN LATERAL unnest(ps) WITH ORDINALITY AS u (p, n);
SELECT abc_create_model('m', 'facts', 'id', 'parcels', 'value 100/30', max_gone => NULL, promote_after => 2, demote_after => 2, max_step => 1);
SELECT count(abc_refresh('m', m::date)) FROM generate_series('2024-01-01'::date, '2024-08-01', '1 month') AS m;
SELECT h.id, string_agg(abc_assign(x.parcels::bigint, '{100,30}'::bigint[])::text, '' ORDER BY x.month) AS computed, string_agg(h.tier::text, '' ORDER BY x.month) AS in_force
FROM months AS x JOIN m_history AS h ON h.id = x.id AND h.valid_from <= x.month AND (h.valid_to IS NULL OR h.valid_to > x.month) GROUP BY h.id ORDER BY h.id;
SELECT id, tier, computed_tier, decided_by, reason FROM m WHERE decided_by <> 'computed' ORDER BY id;
SELECT valid_from, tier, computed_tier, decided_by, reason FROM m_history WHERE id = 'dips twice' ORDER BY valid_from;

-- rules, in their order; a gate fails closed
CREATE TABLE clients (id int, v int, credit text, vip boolean, bankrupt boolean);
INSERT INTO clients VALUES (1, 500, 'good', false, false), (2, 400, 'bad', false, false), (3, 300, NULL, false, false), (4, 200, NULL, true, false), (5, 100, 'good', NULL, true),
	(6, 50, 'bad', false, false), (7, 5, 'good', true, false), (8, NULL, 'good', true, false), (9, 999, 'good', true, false);
SELECT abc_create_model('r', 'clients', 'id', 'v', 'value 100/50', eligible => 'id < 9', rules => ARRAY[
	abc_only_if('A', $$credit = 'good'$$, 'credit unknown or bad'), abc_only_if('B', $$credit <> 'bad' OR v > 300$$),
	abc_always_if('A', 'vip', 'friend of the house'), abc_always_if('C', 'bankrupt', 'bankrupt')]);
SELECT abc_refresh('r', '2024-01-31');
SELECT id, tier, computed_tier, decided_by, reason FROM r ORDER BY id;

-- an override wins over all, at once, and ends by itself
SELECT abc_override('r', 6, 'A', 'promised by the sales director', '2024-03-15', '2024-01-31');
SELECT abc_override('r', '1', 'C', 'dispute', begins => '2024-01-31');
SELECT id, tier, computed_tier, decided_by, reason, decided_until FROM r WHERE id IN (1, 6) ORDER BY id;
SELECT abc_override('r', 6, 'A', 'promised by the sales director', '2024-04-15', '2024-01-31');
SELECT abc_refresh('r', '2024-02-29');
SELECT id, moved, from_tier, to_tier, cause, run FROM r_changes WHERE run = 2 ORDER BY number;
SELECT abc_refresh('r', '2024-04-15');
SELECT id, tier, decided_by, reason, decided_until FROM r WHERE id IN (1, 6) ORDER BY id;
SELECT abc_override('r', 1, NULL, begins => '2024-04-15');
SELECT id, tier, decided_by, reason, moved FROM r WHERE id = 1;
SELECT k1, tier, tier_name, reason, author, begins, ends FROM r_override ORDER BY override_id;
SELECT abc_refresh('r', '2024-05-31');
SELECT run, moved_up, moved_down FROM r_run ORDER BY run;
-- of one who is not eligible, and of one who has gone
SELECT abc_override('r', 9, 'B', 'wanted', begins => '2024-05-31');
DELETE FROM clients WHERE id = 6;
SELECT abc_override('r', 6, 'B', 'wanted', begins => '2024-05-31');
SELECT abc_refresh('r', '2024-06-30');
SELECT id, tier, decided_by, reason FROM r WHERE id IN (6, 9) ORDER BY id;
SELECT t.tier, t.customers, t.value, t.customers = count(m.id) AND t.value = coalesce(sum(m.value), 0) AS adds_up
FROM r_trend AS t LEFT JOIN r AS m ON m.tier = t.tier WHERE t.run = 5 AND t.tier IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1;
SELECT day, sum(value) FILTER (WHERE line <> 'total of the source') AS added_up, sum(value) FILTER (WHERE line = 'total of the source') AS total
FROM unnest(ARRAY[NULL, '2024-06-30']::date[]) AS day, abc_report('r', as_of => day) GROUP BY day ORDER BY day;
-- errors
SELECT abc_override('r', 12345, 'A', 'who?');
SELECT abc_override('r', 'x', 'A', 'who?');
SELECT abc_override('r', 1, 'D', 'no such tier');
SELECT abc_override('r', 1, 'A');
SELECT abc_override('r', 1, 'A', 'too late', '2024-01-01', '2024-06-30');
SELECT abc_override('r', 1, 'A', 'of the past', begins => '2024-06-29');

-- a new standard takes effect at once, whatever the hysteresis; another rhythm does not
SELECT abc_alter_model('m', scheme => 'value 6/5');
INSERT INTO months SELECT '2024-09-01', id, parcels FROM months WHERE month = '2024-08-01';
SELECT abc_refresh('m', '2024-09-01');
SELECT id, tier, computed_tier, decided_by FROM m ORDER BY id;
SELECT DISTINCT cause FROM m_changes WHERE run = 9;
SELECT abc_alter_model('m', demote_after => 3);
UPDATE months SET month = '2024-10-01', parcels = 1 WHERE month = '2024-09-01';
SELECT abc_refresh('m', '2024-10-01');
SELECT id, tier, computed_tier, decided_by, reason FROM m ORDER BY id;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_model CASCADE;
DROP ROLE regress_abc_model;
