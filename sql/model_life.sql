-- A model lives like any other relations: renamed, moved, half dropped, given away.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE regress_abc_model;
CREATE SCHEMA regress_abc_model AUTHORIZATION regress_abc_model;
CREATE SCHEMA regress_abc_moved AUTHORIZATION regress_abc_model;
SET ROLE regress_abc_model;
SET search_path = regress_abc_model, public;
CREATE TABLE facts (id varchar(20) PRIMARY KEY, v real, region text);
INSERT INTO facts SELECT 'c' || i, i * i, 'r' || i % 2 FROM generate_series(1, 20) AS i;
SELECT abc_create_model('m', 'facts', 'id', 'v', partition_by => '{region}');
SELECT abc_refresh('m', '2024-01-31');

-- renaming and moving the relations of the model: they are followed
ALTER VIEW m RENAME TO "New ""name""";
ALTER VIEW m_history RENAME TO the_past;
ALTER VIEW the_past SET SCHEMA regress_abc_moved;
ALTER TABLE m_run RENAME TO runs;
ALTER TABLE m_state SET SCHEMA regress_abc_moved;
ALTER VIEW m_trend RENAME TO now;
ALTER TABLE m_model RENAME TO definition;
SELECT abc_refresh('"New ""name"""', '2024-02-29');
SELECT abc_refresh('regress_abc_moved.the_past', '2024-02-29');
SELECT sum(customers), max(run) FROM now WHERE run = 2;
SELECT abc_alter_model('definition', scheme => 'share 70/90');
SELECT abc_override('now', 'c3', 'A', 'still here', begins => '2024-02-29');
SELECT count(*) > 5 AS explained FROM abc_explain('runs', 'c3');
SELECT replace(abc_model_sql('now'), E'\n', '');
SET client_min_messages = warning;	-- it says how long each took
CALL abc_refresh_all();
RESET client_min_messages;
SELECT max(run) FROM runs;
SELECT c.relname FROM pg_class AS c WHERE c.relnamespace IN ('regress_abc_model'::regnamespace, 'regress_abc_moved'::regnamespace) AND c.relkind IN ('r', 'm', 'v') ORDER BY c.relname;
SELECT abc_drop_model('now');
SELECT c.relname FROM pg_class AS c WHERE c.relnamespace IN ('regress_abc_model'::regnamespace, 'regress_abc_moved'::regnamespace) AND c.relkind IN ('r', 'm', 'v') ORDER BY c.relname;

-- the source is named, not bound: dropped, renamed, swapped, made anew with other types; the table of that name is read
SELECT abc_create_model('s', 'facts', 'id', 'v', partition_by => '{region}', demote_after => 2, max_gone => NULL);
SELECT abc_refresh('s', '2024-01-31');
ALTER TABLE facts RENAME TO facts_old;
SELECT abc_refresh('s', '2024-02-29');
SELECT count(*) FROM s;
SELECT abc_check('s');
SELECT count(*) > 5 AS explained FROM abc_explain('s', 'c1');
CREATE TABLE facts (region varchar(30), v numeric, id text);
INSERT INTO facts SELECT region, v, id FROM facts_old;
UPDATE facts SET v = 10000 WHERE id = 'c1';
SELECT abc_refresh('s', '2024-02-29');
SELECT tier, value, decided_by FROM s WHERE id = 'c1';
-- the nightly swap, three nights: blue and green, drop cascade, a query as the source; hysteresis goes on, the cause is data
CREATE TABLE facts_new AS SELECT region, CASE WHEN id = 'c20' THEN 1 ELSE v END AS v, id FROM facts;
BEGIN;
ALTER TABLE facts RENAME TO facts_older;
ALTER TABLE facts_new RENAME TO facts;
COMMIT;
SELECT abc_refresh('s', '2024-03-01');
SELECT tier, computed_tier, decided_by, reason FROM s WHERE id = 'c20';
CREATE TABLE facts_new AS SELECT * FROM facts;
DROP TABLE facts CASCADE;
ALTER TABLE facts_new RENAME TO facts;
SELECT abc_refresh('s', '2024-03-02');
SELECT tier, computed_tier, decided_by FROM s WHERE id = 'c20';
SELECT DISTINCT cause FROM s_changes;
SELECT abc_alter_model('s', source => $$SELECT id, v, upper(region) AS region FROM facts WHERE v > 5$$);
SELECT abc_refresh('s', '2024-03-03');
SELECT region, count(*), sum(customers) FROM s_trend WHERE run = (SELECT max(run) FROM s_run) AND tier IS NOT NULL GROUP BY 1 ORDER BY 1;
SELECT count(*) AS definitions FROM s_changes WHERE cause = 'definition';
SELECT abc_drop_model('s');
DROP TABLE facts;
ALTER TABLE facts_old RENAME TO facts;

-- dropping a view of the model by hand leaves no ghost that breaks anything; it is made again, with its history
SELECT abc_create_model('m', 'facts', 'id', 'v');
SELECT abc_create_model('other', 'facts', 'id', 'v');
SELECT abc_refresh('m', '2024-01-31');
DROP VIEW m;
SET client_min_messages = warning;	-- it says how long each took
CALL abc_refresh_all();
RESET client_min_messages;
SELECT max(run) FROM other_run;
SELECT abc_refresh('m_model');
SELECT abc_explain('m_history', 'c1');
SELECT model, run, customers, error FROM abc_models() WHERE model::text ~ '^(m|other)(_|$)' ORDER BY 1;
SELECT abc_alter_model('m_model');
SELECT abc_refresh('m', '2024-02-29');
SELECT count(*), count(DISTINCT id) FROM m_history;
SELECT count(*) FROM m_ranked;
-- or a table of it: what is left can be removed
DROP TABLE m_version CASCADE;
SELECT abc_refresh('m');
SET client_min_messages = warning;	-- it says how long each took
CALL abc_refresh_all();
RESET client_min_messages;
SELECT error IS NOT NULL AS failed, error FROM m_run WHERE run = (SELECT max(run) FROM m_run);
SELECT abc_drop_model('m');
DROP TABLE other_model CASCADE;
SELECT abc_refresh('other_state');
SET client_min_messages = warning;
DROP TABLE other_run, other_state, other_before, other_version, other_change, other_override CASCADE;
RESET client_min_messages;
-- an emptied definition
SELECT abc_create_model('m', 'facts', 'id', 'v');
DELETE FROM m_model;
SELECT abc_refresh('m_model');
SET client_min_messages = warning;	-- it says how long each took
CALL abc_refresh_all();
RESET client_min_messages;
SET client_min_messages = warning;
DROP TABLE m_model CASCADE;
DROP TABLE m_run, m_state, m_before, m_version, m_change, m_override CASCADE;
RESET client_min_messages;

-- a definition is one row
SELECT abc_create_model('m', 'facts', 'id', 'v');
INSERT INTO m_model SELECT * FROM m_model;

-- published tables need a replica identity: all have one
RESET ROLE;
SET client_min_messages = error;	-- wal_level
CREATE PUBLICATION regress_abc_all FOR ALL TABLES;
CREATE PUBLICATION regress_abc_schema FOR TABLES IN SCHEMA regress_abc_model;
RESET client_min_messages;
SET ROLE regress_abc_model;
SELECT abc_create_model('published', 'facts', 'id', 'v', partition_by => '{region}');
SELECT abc_refresh('published', '2024-01-31');
UPDATE facts SET v = v + 500 WHERE id = 'c3';
SELECT abc_refresh('published', '2024-02-29'), abc_refresh('published', '2024-02-29');
SELECT abc_override('published', 'c3', 'A', 'friend', begins => '2024-02-29') IS NOT NULL AS done;
SELECT abc_alter_model('published', scheme => 'count 20/50', partition_by => '{}');
SELECT abc_refresh('published', '2024-03-31');
SELECT abc_override('published', 'c3', NULL, begins => '2024-03-31'), abc_undo('published'), abc_forget('published', 'c4') > 0 AS forgotten, abc_prune('published', '2024-02-01') IS NOT NULL AS pruned;
SELECT abc_drop_model('published');
RESET ROLE;
DROP PUBLICATION regress_abc_all, regress_abc_schema;
SET ROLE regress_abc_model;

-- given to another owner as a whole, or not at all
RESET ROLE;
CREATE ROLE regress_abc_heir;
ALTER TABLE regress_abc_model.m_run OWNER TO regress_abc_heir;
SET ROLE regress_abc_model;
SELECT abc_refresh('m');
RESET ROLE;
GRANT ALL ON SCHEMA regress_abc_model TO regress_abc_heir;
REASSIGN OWNED BY regress_abc_model TO regress_abc_heir;
SET ROLE regress_abc_heir;
SELECT abc_refresh('m', '2024-01-31');
SELECT abc_explain('m', 'c1') LIMIT 1;
RESET ROLE;

-- dropping the extension says what depends on it
DO $$
BEGIN
	DROP EXTENSION abc_tier;
EXCEPTION WHEN dependent_objects_still_exist THEN
	RAISE NOTICE '%', SQLERRM;
END
$$;
SET client_min_messages = warning;
DROP OWNED BY regress_abc_heir CASCADE;
SELECT count(*) AS left_over FROM pg_class WHERE relname ~ '^m_' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'regress_abc_model');
DROP SCHEMA IF EXISTS regress_abc_model, regress_abc_moved CASCADE;
DROP ROLE regress_abc_model, regress_abc_heir;
