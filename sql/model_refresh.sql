-- What a refresh writes: runs, history, trend, changes, the current state.
-- Nobody disappears.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE regress_abc_model;
CREATE SCHEMA regress_abc_model AUTHORIZATION regress_abc_model;
SET ROLE regress_abc_model;
SET search_path = regress_abc_model, public;
CREATE TABLE facts (id int, name text, revenue numeric(12,2));
INSERT INTO facts VALUES (1, 'Ann', 800), (2, 'Bea', 150), (3, 'Cyd', 30), (4, 'Dan', 20), (5, 'Eve', 0), (6, 'Fay', -10), (7, 'Gil', NULL);
SELECT abc_create_model('m', 'facts', 'id', 'revenue', attributes => '{name}');

-- before the first refresh
SELECT * FROM m_run;
SELECT abc_explain('m', 1);
SELECT * FROM abc_report('m');

SELECT abc_refresh('m', '2024-01-31');
SELECT run, as_of, customers, rated, total, cutoffs, scheme, moved_up, moved_down, arrived, gone, set_to_zero, source_total, error FROM m_run;
SELECT id, name, tier, tier_rank, tier_name, computed_tier, decided_by, reason, value, round(value_share::numeric, 4) AS share, next_tier, gap_to_next, cushion, moved, lifecycle
FROM m_current ORDER BY id;
SELECT id, rank, of_customers, round(cumulative_share::numeric, 4) AS share FROM m_ranked ORDER BY rank, id;

-- one comes, one goes, one rises, one falls; a name changes, which opens no version
INSERT INTO facts VALUES (8, 'Hal', 900);
DELETE FROM facts WHERE id = 3;
UPDATE facts SET revenue = 1000 WHERE id = 4;
UPDATE facts SET name = 'Eva' WHERE id = 5;
SELECT abc_refresh('m', '2024-02-29');
SELECT run, as_of, customers, total, cutoffs, moved_up, moved_down, arrived, gone FROM m_run WHERE run = 2;
SELECT id, name, moved, from_tier, to_tier, lifecycle, decided_by, reason, cause, value FROM m_changes WHERE run = 2 ORDER BY id;
SELECT id, name, tier, tier_name, decided_by, value, value_change, tier_since::date, previous_tier, moved, lifecycle, best_tier, best_tier_until::date, best_value, as_of, run
FROM m_current ORDER BY id;
-- the trend: yesterday's customers plus those who came minus those who left
SELECT t.run, t.tier, t.customers, t.value, round(t.customers_share::numeric, 4) AS c, round(t.value_share::numeric, 4) AS v, t.moved_in, t.moved_out, t.lost,
	t.customers = coalesce(p.customers, 0) + t.moved_in - t.moved_out AS adds_up
FROM m_trend AS t LEFT JOIN m_trend AS p ON p.run = t.run - 1 AND p.tier = t.tier WHERE t.tier IS NOT NULL ORDER BY t.run, t.tier;

-- who left comes back, and is returned for three months
INSERT INTO facts VALUES (3, 'Cyd', 40);
SELECT abc_refresh('m', '2024-03-31');
SELECT id, moved, tier, lifecycle, best_tier, value, previous_tier FROM m_current WHERE id = 3;
SELECT abc_refresh('m', '2024-06-30');
SELECT id, moved, tier, lifecycle FROM m_current WHERE id = 3;
SELECT abc_refresh('m', '2024-07-31');
SELECT id, moved, tier, lifecycle FROM m_current WHERE id = 3;
SELECT version > lag(version) OVER (ORDER BY valid_from, version) AS rising, moved, from_tier, tier, lifecycle, valid_from::date, valid_to::date, run FROM m_history WHERE id = 3 ORDER BY version;

-- a refresh that changes nothing writes no history
SELECT count(*) AS before FROM m_history \gset
SELECT abc_refresh('m', '2024-07-31');
SELECT count(*) - :before AS new_versions FROM m_history;

-- point in time: one version each, and the tiers of that day
SELECT count(*), count(DISTINCT id) FROM m_history WHERE valid_from <= '2024-02-29' AND (valid_to IS NULL OR valid_to > '2024-02-29');
SELECT string_agg(concat(id, tier), ' ' ORDER BY id) FROM m_history WHERE valid_from <= '2024-02-15' AND (valid_to IS NULL OR valid_to > '2024-02-15');

-- history goes forward; a duplicate key or a value that is no number leaves nothing behind
SELECT abc_refresh('m', '2024-07-30');
INSERT INTO facts VALUES (1, 'Ann again', 5);
SELECT abc_refresh('m', '2024-08-31');
UPDATE facts SET revenue = 'NaN', id = 9 WHERE name = 'Ann again';
SELECT abc_refresh('m', '2024-08-31');
SELECT max(run) AS last_run, max(as_of) FROM m_run;
SELECT abc_as_of() = current_date AS outside;
DELETE FROM facts WHERE id = 9;

-- without as_of: now, and never a version of negative length
SELECT abc_refresh('m') AS run \gset
SELECT :run, as_of = current_date AS today, moment BETWEEN now() - interval '1 minute' AND clock_timestamp() AS now FROM m_run WHERE run = :run;
UPDATE facts SET revenue = revenue + 10000 WHERE id IN (2, 4);
BEGIN;
SELECT abc_refresh('m', current_date) - :run AS next;
UPDATE facts SET revenue = 1 WHERE id IN (2, 4);
SELECT abc_refresh('m') - :run AS next;
COMMIT;
SELECT count(*) AS negative FROM m_history WHERE valid_to < valid_from;
SELECT count(*) AS broken FROM m_history AS a JOIN m_history AS b USING (id) WHERE b.version > a.version AND a.valid_to IS NULL;
SELECT count(*) AS gaps FROM (SELECT valid_to, lead(valid_from) OVER (PARTITION BY id ORDER BY version) AS next FROM m_history) AS h WHERE next <> valid_to;

-- rows without a key: in no tier, but in the report
INSERT INTO facts VALUES (NULL, 'unknown', 77), (NULL, 'unknown', 3);
SELECT abc_refresh('m') - :run AS next;
SELECT line, tier, tier_name, customers, value, round(value_share::numeric, 4) AS share FROM abc_report('m');
SELECT sum(value) FILTER (WHERE line <> 'total of the source') = sum(value) FILTER (WHERE line = 'total of the source') AS reconciles,
	sum(value) FILTER (WHERE line = 'total of the source') = (SELECT sum(revenue) FROM facts) AS is_the_source FROM abc_report('m');

-- a person is deleted by the owner with plain DELETE
DELETE FROM m_history WHERE id = 8;
DELETE FROM facts WHERE id = 8;
SELECT abc_refresh('m') - :run AS next;
SELECT count(*) FROM m_current WHERE id = 8;

-- an empty source
DELETE FROM facts;
SELECT abc_refresh('m') - :run AS next;
SELECT customers, rated, total, cutoffs, gone FROM m_run WHERE run = (SELECT max(run) FROM m_run);
SELECT decided_by, lifecycle, count(*), count(value) FROM m_current GROUP BY 1, 2;
INSERT INTO facts VALUES (1, 'Ann', 1);
SELECT abc_refresh('m') - :run AS next;
SELECT id, tier, moved FROM m_current WHERE moved IS NOT NULL;
SELECT abc_drop_model('m');

CREATE TABLE secret (id text, v int);
INSERT INTO secret VALUES ('Rumpelstiltskin', 1);

-- progress is there for others to see, and gone afterwards
CREATE VIEW watching AS SELECT id, v, current_setting('application_name') AS app, abc_as_of() AS day FROM secret;
SELECT abc_create_model('watched', 'watching', 'id', 'v', attributes => '{app,day}');
SET application_name = 'mine';
SELECT abc_refresh('watched', '2024-05-05');
SELECT app, day FROM watched_current;
SHOW application_name;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_model CASCADE;
DROP ROLE regress_abc_model;
