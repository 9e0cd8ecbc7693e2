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

-- renaming and moving: relations of the model and its source
ALTER TABLE facts RENAME TO "Facts of '24";
ALTER TABLE "Facts of '24" SET SCHEMA regress_abc_moved;
ALTER MATERIALIZED VIEW m RENAME TO "New ""name""";
ALTER TABLE m_history RENAME TO the_past;
ALTER TABLE the_past SET SCHEMA regress_abc_moved;
ALTER TABLE m_run RENAME TO runs;
ALTER VIEW m_current RENAME TO now;
ALTER TABLE m_model RENAME TO definition;
SELECT abc_refresh('"New ""name"""', '2024-02-29');
SELECT abc_refresh('regress_abc_moved.the_past', '2024-02-29');
SELECT count(*), max(run) FROM now;
SELECT abc_alter_model('definition', scheme => 'share 70/90');
SELECT abc_override('now', 'c3', 'A', 'still here');
SELECT count(*) FROM abc_explain('runs', 'c3');
SELECT replace(abc_model_sql('now'), E'\n', '');
CALL abc_refresh_all();
SELECT max(run) FROM runs;
SELECT c.relname FROM pg_class AS c WHERE c.relnamespace IN ('regress_abc_model'::regnamespace, 'regress_abc_moved'::regnamespace) AND c.relkind IN ('r', 'm', 'v') ORDER BY c.relname;
SELECT abc_drop_model('now');
SELECT c.relname FROM pg_class AS c WHERE c.relnamespace IN ('regress_abc_model'::regnamespace, 'regress_abc_moved'::regnamespace) AND c.relkind IN ('r', 'm', 'v') ORDER BY c.relname;
ALTER TABLE regress_abc_moved."Facts of '24" SET SCHEMA regress_abc_model;
ALTER TABLE "Facts of '24" RENAME TO facts;

-- dropping the materialized view by hand leaves no ghost that breaks anything
SELECT abc_create_model('m', 'facts', 'id', 'v');
SELECT abc_create_model('other', 'facts', 'id', 'v');
SELECT abc_refresh('m', '2024-01-31');
DROP MATERIALIZED VIEW m;
SET client_min_messages = warning;
DROP MATERIALIZED VIEW m CASCADE;
RESET client_min_messages;
CALL abc_refresh_all();
SELECT max(run) FROM other_run;
SELECT abc_refresh('m_model');
SELECT abc_explain('m_history', 'c1');
-- made again, with its history
SELECT abc_alter_model('m_model');
SELECT abc_refresh('m', '2024-02-29');
SELECT count(*), count(DISTINCT run) FROM m_history;
SELECT count(*) FROM m_ranked;
-- or without the history: what is left can be removed
DROP TABLE m_history CASCADE;
SELECT abc_refresh('m');
CALL abc_refresh_all();
SELECT error IS NOT NULL AS failed, error FROM m_run WHERE run = (SELECT max(run) FROM m_run);
SELECT abc_drop_model('m');
DROP TABLE other_model CASCADE;
SELECT abc_refresh('other');
DROP MATERIALIZED VIEW other CASCADE;
DROP TABLE other_run, other_history, other_override, other_trend;
-- an emptied definition
SELECT abc_create_model('m', 'facts', 'id', 'v');
DELETE FROM m_model;
SELECT abc_refresh('m_model');
CALL abc_refresh_all();
DROP TABLE m_model;
SET client_min_messages = warning;
DROP MATERIALIZED VIEW m CASCADE;
DROP TABLE m_run, m_history, m_override, m_trend CASCADE;
RESET client_min_messages;

-- a definition is one row
SELECT abc_create_model('m', 'facts', 'id', 'v');
INSERT INTO m_model SELECT * FROM m_model;

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
