-- Lifecycle: a state beside the tier, one for everyone at every time.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE regress_abc_model;
CREATE SCHEMA regress_abc_model AUTHORIZATION regress_abc_model;
SET ROLE regress_abc_model;
SET search_path = regress_abc_model, public;
-- as a pure function; everything seen from 2024-07-01
SELECT v.what, abc_lifecycle(v.first, v.last, v.n, '2024-07-01', '2 months', '6 months', 3, v.was, v.since) AS by_silence,
	abc_lifecycle(v.first, v.last, v.n, '2024-07-01', NULL, '6 months', 3, v.was, v.since) AS by_own_rhythm
FROM (VALUES
	('never ordered', NULL::date, NULL::date, 0::bigint, NULL, NULL::date),
	('nothing known', NULL, NULL, NULL, NULL, NULL),
	('first order last week', '2024-06-24', '2024-06-24', 1, NULL, NULL),
	('first order just not three months ago', '2024-04-02', '2024-06-24', 9, NULL, NULL),
	('first order three months ago', '2024-04-01', '2024-06-24', 9, NULL, NULL),
	('two years, many orders', '2022-06-01', '2024-06-20', 40, NULL, NULL),
	('two years, three orders', '2022-06-01', '2024-06-20', 3, NULL, NULL),
	('silent for two months less a day', '2022-06-01', '2024-05-02', 40, NULL, NULL),
	('silent for two months', '2022-06-01', '2024-05-01', 40, NULL, NULL),
	('silent for two months, usually for nine', '2022-06-01', '2024-05-01', 4, NULL, NULL),
	('weekly, silent for three weeks and a day', '2024-01-01', '2024-06-09', 24, NULL, NULL),
	('silent for six months less a day', '2022-06-01', '2024-01-02', 40, NULL, NULL),
	('silent for six months', '2022-06-01', '2024-01-01', 40, NULL, NULL),
	('was lost, ordered again', '2022-06-01', '2024-06-24', 41, 'lost', '2024-03-01'),
	('returned two months ago', '2022-06-01', '2024-06-24', 41, 'returned', '2024-05-01'),
	('returned three months ago', '2022-06-01', '2024-06-24', 41, 'returned', '2024-04-01'),
	('returned and silent again', '2022-06-01', '2024-05-01', 41, 'returned', '2024-05-01'),
	('a date but no number', '2024-06-24', '2024-06-24', NULL, NULL, NULL),
	('orders yet to come', '2024-08-01', '2024-08-01', 1, NULL, NULL)) AS v (what, first, last, n, was, since);
-- lost and at_risk need not be given; other limits can be
SELECT abc_lifecycle('2020-01-01', '2020-01-01', 1, '2024-07-01') AS no_limit,
	abc_lifecycle('2024-01-01', '2024-06-30', 7, '2024-07-01', new_for => '1 year') AS still_new,
	abc_lifecycle('2024-01-01', '2024-06-30', 7, '2024-07-01', loyal_after => '3 months', loyal_orders => 7) AS loyal_early,
	abc_lifecycle(NULL, NULL, 5, '2024-07-01') AS only_a_number;

-- in a model: prospects are unrated and in no share
CREATE TABLE sale (id int, day date, amount int);
CREATE TABLE client (id int PRIMARY KEY, name text);
INSERT INTO client SELECT i, 'client ' || i FROM generate_series(1, 8) AS i;
INSERT INTO sale SELECT 1, d::date, 100 FROM generate_series('2023-01-10'::date, '2024-12-31', '1 month') AS d;	-- monthly
INSERT INTO sale SELECT 2, d::date, 200 FROM generate_series('2023-01-10'::date, '2024-03-31', '1 month') AS d;	-- silent from March
INSERT INTO sale VALUES (3, '2024-05-05', 50), (3, '2024-06-05', 50);						-- new in May
INSERT INTO sale VALUES (4, '2023-02-01', 900), (4, '2024-11-20', 900);						-- long away
INSERT INTO sale SELECT 5, d::date, 10 FROM generate_series('2024-01-01'::date, '2024-12-31', '1 week') AS d;	-- weekly
INSERT INTO sale VALUES (7, '2024-02-02', 0);									-- bought nothing of worth
CREATE VIEW facts AS
SELECT c.id, c.name, coalesce(sum(s.amount), 0) AS revenue, min(s.day) AS first_day, max(s.day) AS last_day, count(s.day) AS n
FROM client AS c LEFT JOIN sale AS s ON s.id = c.id AND s.day <= abc_as_of() GROUP BY c.id;
SELECT abc_create_model('m', 'facts', 'id', 'revenue', 'count 25/50', attributes => '{name}',
	first_order => 'first_day', last_order => 'last_day', orders => 'n', at_risk => '2 months', lost => '6 months');
SELECT count(abc_refresh('m', d::date)) FROM generate_series('2024-01-31'::date, '2024-12-31', '1 month') AS d;
SELECT h.id, string_agg(h.lifecycle || ' ' || coalesce(h.tier::text, '-'), ', ' ORDER BY r.run) AS by_month FROM m_run AS r JOIN m_history AS h
	ON h.valid_from <= r.as_of AND (h.valid_to IS NULL OR h.valid_to > r.as_of) WHERE r.run IN (1, 2, 4, 6, 9, 11, 12) GROUP BY h.id ORDER BY h.id;
SELECT id, tier, tier_name, decided_by, reason, lifecycle, last_order FROM m ORDER BY id;
SELECT rated, customers FROM m_run WHERE run = 12;
-- every customer has exactly one lifecycle each month
SELECT r.run, count(*) = 8 AND count(DISTINCT h.id) = 8 AS all_of_them, count(*) FILTER (WHERE h.lifecycle IS NULL) AS without
FROM m_run AS r JOIN m_history AS h ON h.valid_from <= r.as_of AND (h.valid_to IS NULL OR h.valid_to > r.as_of) GROUP BY r.run HAVING count(*) <> 8;
-- the win-back list
SELECT id, name, best_tier, best_tier_until, best_value FROM m WHERE lifecycle = 'lost' AND best_tier = 'A';
SELECT run, tier, lost FROM m_trend WHERE lost > 0;

-- by the customer's own rhythm
SELECT abc_alter_model('m', at_risk => '0');
DELETE FROM sale WHERE id = 5 AND day > '2024-12-08';
SELECT abc_refresh('m', '2025-01-05');
SELECT id, lifecycle FROM m WHERE id IN (1, 5) ORDER BY id;
SELECT id, previous_lifecycle, lifecycle, cause FROM m_changes WHERE run = 13 ORDER BY id;

-- who stays unrated while the lifecycle goes on has not moved
CREATE TABLE quiet (id int, revenue int, first_day date, last_day date, n bigint);
INSERT INTO quiet VALUES (1, 100, '2024-01-01', '2024-06-30', 9), (2, NULL, '2024-01-01', '2024-06-30', 9);
SELECT abc_create_model('q', 'quiet', 'id', 'revenue', '80/95', first_order => 'first_day', last_order => 'last_day',
	orders => 'n', at_risk => '2 months', lost => '6 months');
SELECT count(abc_refresh('q', d)) FROM unnest('{2024-07-01, 2024-10-01, 2025-02-01}'::date[]) AS d;
SELECT valid_from, tier, lifecycle FROM q_history WHERE id = 2 ORDER BY valid_from;
SELECT run, previous_lifecycle, lifecycle, moved FROM q_changes WHERE id = 2 ORDER BY number;
SELECT run, moved_down FROM q_run ORDER BY run;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_model CASCADE;
DROP ROLE regress_abc_model;
