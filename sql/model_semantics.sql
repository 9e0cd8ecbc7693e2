-- What the words mean, each in a table of cases: lifecycle, versions, hysteresis,
-- who decided, value and shares with negatives, prospects, who leaves and comes
-- back, a change of partition.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE regress_abc_model;
CREATE SCHEMA regress_abc_model AUTHORIZATION regress_abc_model;
SET ROLE regress_abc_model;
SET search_path = regress_abc_model, public;

-- lifecycle: the first that fits, in this order; each case fits two neighbours
SELECT both_fit, abc_lifecycle(first, last, n, '2024-07-01', '2 months', '6 months', 3, was, '2024-06-01', new_for, '1 year', 4) AS is
FROM (VALUES
	('potential, lost', '2022-01-01'::date, '2022-01-01'::date, 0::bigint, NULL, '3 months'::interval),
	('lost, at_risk', '2022-01-01', '2023-12-01', 9, NULL, '3 months'),
	('at_risk, returned', '2022-01-01', '2024-04-01', 9, 'lost', '3 months'),
	('returned, new', '2024-06-01', '2024-06-20', 9, 'lost', '3 months'),
	('returned still, new', '2024-06-01', '2024-06-20', 9, 'returned', '3 months'),
	('new, loyal', '2023-05-01', '2024-06-20', 9, NULL, '2 years'),
	('loyal, active', '2022-01-01', '2024-06-20', 4, NULL, '3 months'),
	('active', '2022-01-01', '2024-06-20', 3, NULL, '3 months')) AS v (both_fit, first, last, n, was, new_for);

-- one word each for who decided
CREATE TABLE facts (id text PRIMARY KEY, v numeric, region text DEFAULT 'n', attr text, ok boolean DEFAULT true, gate boolean DEFAULT true,
	first_day date DEFAULT '2020-01-01', last_day date DEFAULT '2024-01-01', n int DEFAULT 3);
INSERT INTO facts (id, v) VALUES ('computed', 100), ('held', 100), ('rule', 100), ('override', 10), ('not eligible', 100), ('no value', NULL), ('gone', 100), ('prospect', 0);
UPDATE facts SET ok = NULL WHERE id = 'not eligible';
UPDATE facts SET gate = NULL WHERE id = 'rule';
UPDATE facts SET n = 0, first_day = NULL, last_day = NULL WHERE id = 'prospect';
SELECT abc_create_model('w', 'facts', 'id', 'v', 'value 50/20', eligible => 'ok', rules => ARRAY[abc_only_if('A', 'gate', 'the gate is closed')],
	demote_after => 2, first_order => 'first_day', last_order => 'last_day', orders => 'n');
SELECT abc_refresh('w', '2024-01-31');
UPDATE facts SET v = 5 WHERE id = 'held';
DELETE FROM facts WHERE id = 'gone';
SELECT abc_override('w', 'override', 'A', 'promised', '2024-12-31', '2024-02-29') IS NOT NULL AS done;
SELECT abc_refresh('w', '2024-02-29');
SELECT id, tier, tier_name, computed_tier, decided_by, reason, decided_until, value, lifecycle, moved FROM w ORDER BY id;

-- what opens a version: one version for each line that says so
CREATE TABLE happens (n int PRIMARY KEY, what text, opens boolean, sql text);
INSERT INTO happens VALUES
	(1, 'the first run', true, ''),
	(2, 'nothing', false, ''),
	(3, 'another value', false, $$UPDATE facts SET v = 101 WHERE id = 'x'$$),
	(4, 'another attribute', false, $$UPDATE facts SET attr = 'new' WHERE id = 'x'$$),
	(5, 'another computed tier, held', true, $$UPDATE facts SET v = 30 WHERE id = 'x'$$),
	(6, 'held no longer: another tier', true, ''),
	(7, 'another tier at once', true, $$UPDATE facts SET v = 60 WHERE id = 'x'$$),
	(8, 'another lifecycle', true, $$UPDATE facts SET last_day = '2024-08-01', first_day = '2024-08-01', n = 1 WHERE id = 'x'$$),
	(9, 'another partition', true, $$UPDATE facts SET region = 's' WHERE id = 'x'$$),
	(10, 'a rule decides', true, $$UPDATE facts SET v = 100, gate = false WHERE id = 'x'$$),
	(11, 'another rule decides the same', true, $$UPDATE facts SET gate = true, ok = false WHERE id = 'x'$$),
	(12, 'an override', true, $$SELECT abc_override('o', 'x', 'C', 'dispute', begins => DAY)$$),
	(13, 'an override with another reason', true, $$SELECT abc_override('o', 'x', 'C', 'settled', begins => DAY)$$),
	(14, 'an override with another end', true, $$SELECT abc_override('o', 'x', 'C', 'settled', '2030-01-01', DAY)$$),
	(15, 'the same override again', false, ''),
	(16, 'gone', true, $$DELETE FROM facts WHERE id = 'x'$$),
	(17, 'still gone', false, ''),
	(18, 'back', true, $$INSERT INTO facts (id, v, ok) VALUES ('x', 101, false)$$),
	(19, 'another name of the tier', false, $$SELECT abc_alter_model('o', scheme => 'value gold 50 / silver 20 / rest')$$);
INSERT INTO facts (id, v, gate, ok) VALUES ('x', 100, true, true);
SELECT abc_create_model('o', $$SELECT * FROM facts WHERE id = 'x'$$, 'id', 'v', 'value 50/20', partition_by => '{region}', attributes => '{attr}', max_gone => NULL,
	rules => ARRAY[abc_only_if('A', 'gate', 'the gate is closed'), abc_only_if('A', 'ok', 'the second gate is closed')],
	demote_after => 2, first_order => 'first_day', last_order => 'last_day', orders => 'n', lost => '10 years', at_risk => '9 years');
CREATE FUNCTION versions() RETURNS TABLE (n int, what text, opens boolean, opened bigint, now text) LANGUAGE plpgsql AS $$
DECLARE
	h record;
	day date;
	before bigint;
BEGIN
	FOR h IN SELECT * FROM happens AS x ORDER BY x.n LOOP
		day := '2024-02-01'::date + h.n * 20;
		before := (SELECT count(*) FROM o_history);
		IF h.sql LIKE 'SELECT abc_override%' THEN
			PERFORM abc_refresh('o', day);
			before := (SELECT count(*) FROM o_history);
			day := day + 1;
			EXECUTE replace(h.sql, 'DAY', quote_literal(day));
		ELSIF h.sql <> '' THEN
			EXECUTE h.sql;
		END IF;
		PERFORM abc_refresh('o', day);
		RETURN QUERY SELECT h.n, h.what, h.opens, (SELECT count(*) FROM o_history) - before,
			(SELECT concat_ws(', ', concat(o.tier_name, '/', o.computed_tier), o.decided_by, o.reason, o.lifecycle, o.region) FROM o);
	END LOOP;
END
$$;
SELECT n, what, opens, opened = opens::int AS as_said, now FROM versions();
SELECT count(*) FILTER (WHERE valid_to <= valid_from) AS empty, count(*) FILTER (WHERE next IS DISTINCT FROM valid_to) AS gaps, count(*) FILTER (WHERE valid_to IS NULL) AS open
FROM (SELECT valid_from, valid_to, lead(valid_from) OVER (ORDER BY valid_from) AS next FROM o_history) AS h;

-- hysteresis counts days with a run, not refreshes; a wait counts time, whatever the rhythm
CREATE TABLE at (id text, v int);
INSERT INTO at VALUES ('a', 100);
SELECT abc_create_model('days', 'at', 'id', 'v', 'value 50/20', demote_after => 3), abc_create_model('waits', 'at', 'id', 'v', 'value 50/20', demote_wait => '2 months');
SELECT abc_refresh(m, '2024-01-01') FROM unnest('{days,waits}'::regclass[]) AS m;
UPDATE at SET v = 1;
CREATE FUNCTION after(day date, times int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM abc_refresh(m, day) FROM unnest('{days,waits}'::regclass[]) AS m, generate_series(1, times);
	RETURN concat_ws(' ', (SELECT concat(tier, ' ', decided_by, ':') FROM days), (SELECT reason FROM days), '|', (SELECT concat(tier, ' ', decided_by, ':') FROM waits), (SELECT reason FROM waits));
END
$$;
SELECT day, times, after(day, times) FROM (VALUES ('2024-01-02'::date, 1), ('2024-01-02', 5), ('2024-01-03', 1), ('2024-01-03', 9), ('2024-02-28', 2), ('2024-03-01', 1), ('2024-03-02', 1)) AS v (day, times);
-- a day on which it was not so begins the count anew
UPDATE at SET v = 100; SELECT after('2024-04-01', 1);
UPDATE at SET v = 1; SELECT after('2024-04-02', 1), after('2024-04-03', 1);
UPDATE at SET v = 60; SELECT after('2024-04-04', 1);
UPDATE at SET v = 1; SELECT after('2024-04-05', 1), after('2024-04-06', 1), after('2024-04-07', 1);

-- value is what the ledger has, whatever the rule does with negatives; shares add up to 1
CREATE TABLE ledger (id int, v numeric(12,2));
INSERT INTO ledger VALUES (1, 800), (2, 150), (3, 50), (4, 0), (5, -120.55), (6, -0.01), (7, NULL);
CREATE FUNCTION sums(scheme abc_scheme) RETURNS TABLE (name_value numeric, report_value numeric, trend_value numeric, of_the_ledger boolean, shares numeric, below_zero numeric, of_5 text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM abc_create_model('l', 'ledger', 'id', 'v', scheme);
	PERFORM abc_refresh('l', '2024-01-31');
	RETURN QUERY SELECT (SELECT sum(value) FROM l WHERE l.tier IS NOT NULL), (SELECT sum(value) FROM abc_report('l') WHERE line = 'tier'),
		(SELECT sum(value) FROM l_trend WHERE tier IS NOT NULL),
		(SELECT sum(value) FILTER (WHERE line <> 'total of the source') = sum(value) FILTER (WHERE line = 'total of the source') AND max(value) FILTER (WHERE line = 'total of the source') = (SELECT sum(v) FROM ledger) FROM abc_report('l')),
		(SELECT round(sum(value_share)::numeric, 12) FROM l), (SELECT r.below_zero FROM l_run AS r),
		(SELECT concat_ws(' ', tier_name, decided_by, value, value_share) FROM l WHERE id = 5);
	PERFORM abc_drop_model('l');
END
$$;
SELECT scheme, s.* FROM unnest('{share 80/95,share 80/95; negative drop,fill 80+15,count 20/50,top 1/3,value 100/0}'::text[]) AS scheme, sums(scheme::abc_scheme) AS s;
SELECT * FROM sums('share 80/95; negative error');

-- prospects have no tier and are in no total; with the first order they are new
CREATE TABLE client (id text, v int, n int, first_day date, last_day date);
INSERT INTO client VALUES ('buys', 100, 5, '2023-01-01', '2024-01-15'), ('prospect', 500, 0, NULL, NULL);
SELECT abc_create_model('p', 'client', 'id', 'v', first_order => 'first_day', last_order => 'last_day', orders => 'n', lost => '6 months', at_risk => '3 months', max_gone => NULL);
SELECT abc_refresh('p', '2024-01-31');
SELECT id, tier_name, decided_by, reason, lifecycle, value, value_share FROM p ORDER BY id;
SELECT customers, rated, total, not_eligible_customers, not_eligible FROM p_run;
SELECT line, customers, value FROM abc_report('p');
UPDATE client SET n = 1, first_day = '2024-02-10', last_day = '2024-02-10' WHERE id = 'prospect';
SELECT abc_refresh('p', '2024-02-29');
SELECT id, tier, decided_by, lifecycle, moved, value_share FROM p ORDER BY id;

-- who leaves keeps what was, and is lost; who comes back gets what is computed, at once, and is returned
CREATE TABLE guest (id text, v int, last_day date);
INSERT INTO guest VALUES ('stays', 100, '2024-01-15'), ('leaves', 90, '2024-01-10');
CREATE TABLE care (tier text, manager text);
INSERT INTO care VALUES ('A', 'Ann'), ('B', 'Bea'), ('C', 'Cyd');
SELECT abc_create_model('g', 'guest', 'id', 'v', 'value 50/20', last_order => 'last_day', lost => '10 years', demote_after => 9, treatments => 'care', max_gone => NULL);
SELECT abc_refresh('g', '2024-01-31');
DELETE FROM guest WHERE id = 'leaves';
SELECT abc_refresh('g', '2024-02-29');
SELECT id, tier, tier_name, decided_by, lifecycle, moved, value, value_before, last_order, best_tier, best_tier_until, best_value, previous_tier, manager FROM g ORDER BY id;
INSERT INTO guest VALUES ('leaves', 5, '2024-03-10');
SELECT abc_refresh('g', '2024-03-31');
SELECT id, tier, tier_name, decided_by, lifecycle, moved, value, value_before, last_order, best_tier, best_tier_until, best_value, previous_tier, manager FROM g ORDER BY id;
SELECT number, id, moved, from_tier, to_tier, previous_lifecycle, lifecycle, decided_by, value_before, value, as_of FROM g_changes ORDER BY number;

-- a change of partition opens a version, keeps hysteresis, and balances in both partitions
CREATE TABLE branch (id text, region text, v int);
INSERT INTO branch VALUES ('moves', 'n', 100), ('n1', 'n', 100), ('n2', 'n', 30), ('s1', 's', 100);
SELECT abc_create_model('b', 'branch', 'id', 'v', 'value 50/20', partition_by => '{region}', demote_after => 3);
SELECT abc_refresh('b', '2024-01-31');
UPDATE branch SET v = 1 WHERE id = 'moves';
SELECT abc_refresh('b', '2024-02-29');
UPDATE branch SET region = 's' WHERE id = 'moves';
INSERT INTO branch VALUES ('s2', 's', 25);
DELETE FROM branch WHERE id = 'n2';
SELECT abc_refresh('b', '2024-03-31');
SELECT id, region, tier, decided_by, reason, moved FROM b ORDER BY id;
SELECT valid_from, valid_to, region, tier, computed_tier, decided_by FROM b_history WHERE id = 'moves' ORDER BY valid_from;
SELECT abc_refresh('b', '2024-04-30');
SELECT id, region, tier, decided_by, moved FROM b WHERE id = 'moves';
SELECT t.run, t.region, t.tier_name, p.customers AS before, t.moved_in, t.moved_out, t.customers, coalesce(p.customers, 0) + t.moved_in - t.moved_out = t.customers AS balances
FROM b_trend AS t LEFT JOIN b_trend AS p ON p.run = t.run - 1 AND p.region = t.region AND p.tier_name = t.tier_name WHERE t.run > 2 ORDER BY t.run, t.region, t.tier_rank;
SELECT r.run, r.partition, p.customers AS before, r.arrived, r.gone, r.customers, coalesce(p.customers, 0) + r.arrived - r.gone = r.customers AS balances
FROM b_run AS r LEFT JOIN b_run AS p ON p.run = r.run - 1 AND p.partition = r.partition ORDER BY r.run, r.partition;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_model CASCADE;
DROP ROLE regress_abc_model;
