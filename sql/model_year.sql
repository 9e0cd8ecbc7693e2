-- Twelve months: filled in afterwards they are what they were month by month;
-- matrices and counts add up, and history knows every tier of every day.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE regress_abc_model;
CREATE SCHEMA regress_abc_model AUTHORIZATION regress_abc_model;
SET ROLE regress_abc_model;
SET search_path = regress_abc_model, public;
-- 300 customers, seasons, some who stop, some who begin, without random numbers
CREATE TABLE line (id int, day date, amount numeric(10,2));
INSERT INTO line SELECT i, d::date + (i * 7 + extract(month FROM d)::int * 5) % 27,
	(10 + (i * 7919) % 400 * (1 + (i + extract(month FROM d)::int) % 5)) / CASE WHEN i % 50 = 0 THEN -10.0 ELSE 1.0 END
FROM generate_series(1, 300) AS i, generate_series('2023-06-01'::date, '2024-12-01', '1 month') AS d
WHERE (i % 11 <> 0 OR d < '2024-04-01') AND (i % 13 <> 0 OR d > '2024-05-01') AND (i % 17 <> 0 OR d < '2023-10-01' OR d > '2024-08-01')
	AND (i + extract(month FROM d)::int) % 7 <> 0;
CREATE VIEW facts AS
SELECT id, 'region ' || id % 3 AS region, sum(amount) AS revenue, count(*) AS n FROM line
WHERE day > abc_as_of() - 183 AND day <= abc_as_of() GROUP BY id;
SELECT abc_create_model('at_once', 'facts', 'id', 'revenue', partition_by => '{region}', promote_after => 2, demote_after => 2, max_step => 1, max_gone => NULL);
SELECT count(abc_refresh('at_once', d::date)) FROM generate_series('2024-01-31'::date, '2024-12-31', '1 month') AS d;

-- the same month by month, each in its own transaction, the future not yet known
CREATE TABLE future AS SELECT * FROM line;
SELECT abc_create_model('monthly', 'facts', 'id', 'revenue', partition_by => '{region}', promote_after => 2, demote_after => 2, max_step => 1, max_gone => NULL);
TRUNCATE line;
SELECT format('INSERT INTO line SELECT * FROM future WHERE day <= %L AND day > coalesce((SELECT max(day) FROM line), ''-infinity'');
	SELECT abc_refresh(''monthly'', %1$L)', d::date) FROM generate_series('2024-01-31'::date, '2024-12-31', '1 month') AS d \gexec
CREATE FUNCTION differences(relation text, cols text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	EXECUTE format('SELECT count(*) FROM ((SELECT %1$s FROM at_once%2$s EXCEPT ALL SELECT %1$s FROM monthly%2$s)
		UNION ALL (SELECT %1$s FROM monthly%2$s EXCEPT ALL SELECT %1$s FROM at_once%2$s)) AS d', cols, relation) INTO n;
	RETURN n;
END
$$;
SELECT differences('_history', (SELECT string_agg(attname, ', ') FROM pg_attribute WHERE attrelid = 'monthly_history'::regclass AND attnum > 0)) AS history,
	differences('_trend', (SELECT string_agg(attname, ', ') FROM pg_attribute WHERE attrelid = 'monthly_trend'::regclass AND attnum > 0)) AS trend,
	differences('_run', (SELECT string_agg(attname, ', ') FROM pg_attribute WHERE attrelid = 'monthly_run'::regclass AND attnum > 0 AND attname NOT IN ('began', 'finished'))) AS run,
	differences('', (SELECT string_agg(attname, ', ') FROM pg_attribute WHERE attrelid = 'monthly'::regclass AND attnum > 0)) AS tiers;
SELECT count(*) > 500 AS enough_history, count(*) FILTER (WHERE decided_by = 'held') > 50 AS enough_held, (SELECT count(*) FROM monthly_changes WHERE moved = 'gone') > 20 AS gone,
	(SELECT count(*) FROM monthly_changes WHERE moved = 'back') > 5 AS back FROM monthly_history;

-- the tiers computed equal a computation from scratch
SELECT count(*) AS differences FROM (
	SELECT id, computed_tier FROM monthly WHERE decided_by <> 'gone' EXCEPT ALL SELECT id, (abc_classify(revenue) OVER (PARTITION BY region))::text
	FROM (SELECT id, 'region ' || id % 3 AS region, sum(amount) AS revenue FROM line WHERE day > (SELECT max(as_of) FROM monthly_run) - 183 GROUP BY id) AS f) AS d;

-- each matrix adds up: to the customers of both runs
SELECT r.run, sum(t.customers) FILTER (WHERE t.from_state ~ '^[A-Z]$') = max(b.n) AND sum(t.customers) FILTER (WHERE t.to_state ~ '^[A-Z]$') = max(a.n)
	AND sum(t.customers) = (SELECT count(DISTINCT id) FROM monthly_history WHERE valid_from <= max(r.as_of)) AS adds_up
FROM (SELECT DISTINCT run, as_of FROM monthly_run WHERE run > 1) AS r
CROSS JOIN LATERAL abc_transitions('monthly', (SELECT min(as_of) FROM monthly_run WHERE run = r.run - 1), r.as_of) AS t
JOIN (SELECT run, sum(customers) AS n FROM monthly_trend WHERE tier IS NOT NULL GROUP BY 1) AS b ON b.run = r.run - 1
JOIN (SELECT run, sum(customers) AS n FROM monthly_trend WHERE tier IS NOT NULL GROUP BY 1) AS a ON a.run = r.run
GROUP BY r.run ORDER BY r.run;
-- every partition and tier balances, and every partition: also for who moves from one to another
SELECT count(*) > 100 AS enough, count(*) FILTER (WHERE t.customers <> coalesce(p.customers, 0) + t.moved_in - t.moved_out) AS wrong
FROM monthly_trend AS t LEFT JOIN monthly_trend AS p ON p.run = t.run - 1 AND p.tier_name = t.tier_name AND p.region = t.region;
SELECT count(*) > 30 AS enough, count(*) FILTER (WHERE r.customers <> coalesce(p.customers, 0) + r.arrived - r.gone) AS wrong
FROM monthly_run AS r LEFT JOIN monthly_run AS p ON p.run = r.run - 1 AND p.partition = r.partition;
-- the trend: who was there, came and left
SELECT count(*) AS rows, bool_and(t.customers = coalesce(p.customers, 0) + t.moved_in - t.moved_out) AS adds_up
FROM (SELECT run, tier, sum(customers) AS customers, sum(moved_in) AS moved_in, sum(moved_out) AS moved_out FROM monthly_trend WHERE tier IS NOT NULL GROUP BY 1, 2) AS t
LEFT JOIN (SELECT run, tier, sum(customers) AS customers FROM monthly_trend GROUP BY 1, 2) AS p ON p.run = t.run - 1 AND p.tier = t.tier;
-- the stored trend is what the tiers in force add up to
SELECT count(*) AS differences FROM (SELECT region, tier, customers, value FROM monthly_trend WHERE run = 12 AND tier IS NOT NULL AND customers > 0
	EXCEPT ALL SELECT region, tier, count(*), sum(value) FROM monthly WHERE tier IS NOT NULL GROUP BY 1, 2) AS d;
-- one lifecycle for everyone, every month
SELECT bool_and(n = keys AND n = known) AS one_each FROM (
	SELECT r.run, count(*) AS n, count(DISTINCT h.id) AS keys, (SELECT count(DISTINCT id) FROM monthly_history WHERE valid_from <= r.as_of) AS known
	FROM (SELECT DISTINCT run, as_of FROM monthly_run) AS r JOIN monthly_history AS h ON h.valid_from <= r.as_of AND (h.valid_to IS NULL OR h.valid_to > r.as_of)
	WHERE h.lifecycle IN ('potential', 'new', 'active', 'loyal', 'at_risk', 'lost', 'returned') GROUP BY r.run, r.as_of) AS x;
-- a point in time gives exactly the tiers computed then: by plain SQL over the facts
SELECT r.as_of, count(*) AS customers, count(*) FILTER (WHERE h.computed_tier IS DISTINCT FROM f.tier::text) AS wrong
FROM (SELECT DISTINCT as_of FROM monthly_run) AS r
CROSS JOIN LATERAL (SELECT id, abc_classify(revenue) OVER (PARTITION BY id % 3) AS tier FROM (
	SELECT id, sum(amount) AS revenue FROM future WHERE day > r.as_of - 183 AND day <= r.as_of GROUP BY id) AS s) AS f
LEFT JOIN monthly_history AS h ON h.id = f.id AND h.valid_from <= r.as_of AND (h.valid_to IS NULL OR h.valid_to > r.as_of)
GROUP BY 1 ORDER BY 1;
-- hysteresis, checked against a walk through the months with abc_next_tier
WITH RECURSIVE month AS (
	SELECT DISTINCT run, as_of FROM monthly_run
), computed AS (
	SELECT m.run, h.id, h.computed, h.settled FROM month AS m JOIN (SELECT k1 AS id, computed, settled, valid_from, valid_to FROM monthly_version
		UNION ALL SELECT k1, computed, settled, version_from, NULL FROM monthly_state) AS h ON h.valid_from <= m.as_of AND (h.valid_to IS NULL OR h.valid_to > m.as_of)
), walk AS (
	SELECT c.run, c.id, c.computed AS tier, 0 AS up, 0 AS down FROM computed AS c WHERE c.run = 1
	UNION ALL
	SELECT c.run, c.id, n.tier, CASE WHEN n.tier = w.tier AND c.computed < w.tier THEN w.up + 1 ELSE 0 END, CASE WHEN n.tier = w.tier AND c.computed > w.tier THEN w.down + 1 ELSE 0 END
	FROM walk AS w JOIN computed AS c ON c.run = w.run + 1 AND c.id = w.id
	CROSS JOIN LATERAL (SELECT abc_next_tier(w.tier, c.computed, CASE WHEN c.computed < w.tier THEN w.up ELSE w.down END + 1, 2, 2, 1) AS tier) AS n
)
SELECT count(*) AS steps, count(*) FILTER (WHERE w.tier IS DISTINCT FROM c.settled) AS wrong FROM walk AS w JOIN computed AS c USING (run, id);
-- the report as of a month is what was recorded then, and adds up
SELECT r.as_of, (SELECT sum(value) FILTER (WHERE line <> 'total of the source') = sum(value) FILTER (WHERE line = 'total of the source') FROM abc_report('monthly', '{region}', r.as_of)) AS adds_up,
	(SELECT value FROM abc_report('monthly', as_of => r.as_of) WHERE line = 'total of the source') = (SELECT sum(amount) FROM future WHERE day > r.as_of - 183 AND day <= r.as_of) AS is_the_source
FROM (SELECT DISTINCT as_of FROM monthly_run) AS r ORDER BY 1;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_model CASCADE;
DROP ROLE regress_abc_model;
