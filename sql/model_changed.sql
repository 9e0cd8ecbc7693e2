--
-- Models that know which keys have changed: what may go wrong, keys of every type, rows without a key, tracking.
-- That the result is that of a full refresh is tested by sql/t/model_changed.pl.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_changed;
CREATE ROLE regress_abc_loader;
CREATE SCHEMA regress_abc_changed AUTHORIZATION regress_abc_changed;
RESET client_min_messages;
\set SHOW_CONTEXT never
SET ROLE regress_abc_changed;
SET search_path = regress_abc_changed, public;

CREATE TABLE facts (id int, v numeric(12,2), p text);
INSERT INTO facts SELECT i, 1000.0 / i, 'p' || i % 2 FROM generate_series(1, 300) AS i;
CREATE TABLE changed_key (id int, comment text);

-- The query must be one, and give the key.
SELECT abc_create_model('bad', 'facts', 'id', 'v', changed => 'SELEC id FROM changed_key');
SELECT abc_create_model('bad', 'facts', 'id', 'v', changed => 'SELECT id FROM nowhere');
SELECT abc_create_model('bad', 'facts', '{id,p}', 'v', changed => 'SELECT id FROM facts');
SELECT abc_create_model('bad', 'facts', 'id', 'v', changed => 'SELECT ROW(id) FROM changed_key');

-- It may end with a comment, and give more columns.
SELECT abc_create_model('m', 'facts', 'id', 'v', partition_by => '{p}', changed => 'SELECT * FROM changed_key -- all', refresh => true);
CREATE VIEW how AS SELECT run - 1 AS run, bool_or(full_read) AS full_read, max(rows_read) AS rows_read, sum(source_rows) AS source_rows,
	sum(without_customer) AS without_customer, max(healed) AS healed FROM m_run WHERE run = (SELECT max(run) FROM m_run) GROUP BY run;
SELECT * FROM how;

-- The same day again, keys that are not there, come, change and go; NULL stands for rows without a key.
UPDATE facts SET v = 5000 WHERE id = 300; DELETE FROM facts WHERE id = 299;
INSERT INTO facts VALUES (301, 7.5, 'new'), (NULL, 3.25, 'p1'), (NULL, 2, 'none');
INSERT INTO changed_key VALUES (300), (299), (301), (777), (300);
SELECT abc_refresh('m');
SELECT * FROM how;
SELECT n FROM abc_check('m') WHERE code = 'missed';
INSERT INTO changed_key VALUES (NULL);
SELECT abc_refresh('m');
SELECT * FROM how;
SELECT id, tier, value, moved FROM m WHERE id IN (299, 300, 301) ORDER BY id;
SELECT partition, customers, cutoffs, source_rows, source_total, without_customer FROM m_run ORDER BY partition;

-- What "changed" does not know of is missed, and healed by a full refresh, which says how many.
DELETE FROM changed_key;
UPDATE facts SET v = 6000 WHERE id IN (298, 297);
SELECT abc_refresh('m');
SELECT value FROM m WHERE id = 298;
SELECT n, says FROM abc_check('m') WHERE code = 'missed';
SELECT abc_refresh('m', full => true);
SELECT * FROM how;
SELECT value FROM m WHERE id = 298;

-- Full: after an alteration, undo, abc_forget, new treatments; with too many keys; with scores by rank.
SELECT abc_alter_model('m', demote_after => 2, refresh => true);
SELECT full_read FROM how;
SELECT abc_refresh('m');
SELECT full_read FROM how;
SELECT abc_forget('m', '298') > 0 AS forgotten;
SELECT abc_refresh('m');
SELECT full_read, healed FROM how;
INSERT INTO changed_key SELECT id FROM facts WHERE id <= 150;
SELECT abc_refresh('m');
SELECT full_read, healed FROM how;
DELETE FROM changed_key;
SELECT abc_refresh('m', CURRENT_DATE + 1);
SELECT abc_undo('m') = CURRENT_DATE AS undone;
SELECT abc_refresh('m', CURRENT_DATE + 1);
SELECT full_read FROM how;
CREATE TABLE scores (id int PRIMARY KEY, v int, s int);
INSERT INTO scores SELECT i, i, i % 10 FROM generate_series(1, 50) AS i;
SELECT abc_create_model('s', 'scores', 'id', 'v', 'count 15/50', metrics => ARRAY[abc_metric('v', 1, 'rank'), abc_metric('s', 1, 'none')], changed => 'SELECT 1', refresh => true);
SELECT abc_refresh('s');
SELECT full_read, rows_read FROM s_run;
SELECT abc_alter_model('s', metrics => ARRAY[abc_metric('v', 1, 'none'), abc_metric('s', 1, 'lower none')], refresh => true);
SELECT abc_refresh('s');
SELECT full_read, rows_read FROM s_run;

-- A key that is there twice, a query that fails, and the guard.
INSERT INTO facts VALUES (1, 5, 'p1');
INSERT INTO changed_key VALUES (1);
SELECT abc_refresh('m', CURRENT_DATE + 1);
DELETE FROM facts WHERE id = 1;
DELETE FROM changed_key;
INSERT INTO changed_key VALUES (300), (1);
DELETE FROM facts WHERE id = 300;
UPDATE facts SET v = 1 WHERE id <> 300;
SELECT abc_alter_model('m', max_gone => 0.01, refresh => false);
SELECT abc_alter_model('m', changed => 'SELECT 1 / (SELECT 0 FROM changed_key LIMIT 1)');
SELECT abc_refresh('m', CURRENT_DATE + 1);

-- Taken away: no tables are left behind, and everything is read.
SELECT abc_alter_model('m', changed => '', max_gone => -1, refresh => true);
SELECT full_read FROM how;
SELECT relname FROM pg_class WHERE relnamespace = 'regress_abc_changed'::regnamespace AND relname ~ '^m_(summary|sum|read|noted|by)' ORDER BY relname;
DROP VIEW how;
SELECT abc_drop_model('m'), abc_drop_model('s');

-- Keys of every type are found by their index, and are the same keys.
CREATE TYPE colour AS ENUM ('red', 'green', 'blue');
CREATE DOMAIN code AS varchar(8);
CREATE FUNCTION key_of_type(type text, keys text[], collation_ text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	plan text;
	line text;
BEGIN
	EXECUTE format('CREATE TABLE typed (k %s %s PRIMARY KEY, v int); INSERT INTO typed SELECT k::%1$s, 10 FROM unnest($1) AS k', type, collation_) USING keys;
	CREATE TABLE typed_key (k text);
	PERFORM abc_create_model('typed_model', 'typed', 'k', 'v', changed => format('SELECT k::%s FROM typed_key', type));
	PERFORM abc_refresh('typed_model', CURRENT_DATE - 1);
	EXECUTE format('UPDATE typed SET v = 99 WHERE k = $1::%s', type) USING keys[1];
	INSERT INTO typed_key VALUES (keys[1]);
	PERFORM abc_refresh('typed_model', CURRENT_DATE);
	SELECT format('full %s, read %s, missed %s, %s', bool_or(r.full_read), max(r.rows_read), (SELECT n FROM abc_check('typed_model') WHERE code = 'missed'),
		(SELECT string_agg(value::text, ' ' ORDER BY value) FROM typed_model)) INTO answer FROM typed_model_run AS r WHERE r.run = 2;
	PERFORM abc_drop_model('typed_model');
	DROP TABLE typed, typed_key;
	RETURN answer;
END $$;
SELECT t AS type, key_of_type(t, k) FROM (VALUES ('smallint', '{-1,7}'::text[]), ('bigint', '{9007199254740993,7}'), ('numeric', '{1.50,7}'), ('double precision', '{0.1,7}'),
	('real', '{0.1,7}'), ('text', '{"it''s","a,{b}"}'), ('varchar(9)', '{NULL1,NULL2}'), ('char(5)', '{ab,abc}'), ('name', '{ab,abc}'), ('"char"', '{a,b}'), ('colour', '{blue,red}'),
	('code', '{x1,x2}'), ('uuid', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12}'), ('date', '{2024-02-29,2024-03-01}'),
	('timestamp', '{2024-02-29 10:00:00.5,2024-03-01}'), ('timestamptz', '{2024-02-29 10:00:00.5+01,2024-03-01}'), ('boolean', '{true,false}'), ('inet', '{10.0.0.1,10.0.0.0/8}'),
	('interval', '{1 day,2 months}'), ('int4range', '{"[1,5)","[7,9)"}')) AS x (t, k);
SELECT key_of_type('text', '{Ab,B}', 'COLLATE "C"');

-- The guard counts keys that vanish; what failed has taken no key.
CREATE TABLE small (id int PRIMARY KEY, v int);
INSERT INTO small SELECT i, 10 FROM generate_series(1, 50) AS i;
SELECT abc_create_model('g', 'small', 'id', 'v', refresh => true);
SELECT abc_track('g', 'small');
SELECT abc_refresh('g');
SELECT abc_refresh('g', CURRENT_DATE + 1);
DELETE FROM small WHERE id <= 40;
SELECT abc_refresh('g', CURRENT_DATE + 1);
SELECT count(*) FROM g WHERE tier IS NOT NULL;
SELECT count(*) FROM g_noted;
SELECT abc_refresh('g', CURRENT_DATE + 1, force => true);
SELECT full_read, rows_read, customers, gone FROM g_run WHERE run = 2;
SELECT abc_drop_model('g');

-- A name that is taken.
CREATE TABLE t_sum ();
SELECT abc_create_model('t', 'small', 'id', 'v', changed => 'SELECT 1');
SELECT abc_create_model('t', 'small', 'id', 'v');
SELECT abc_alter_model('t', changed => 'SELECT 1');
SELECT abc_drop_model('t');

-- Tracking: the loader may write to the facts, not to the model.
TRUNCATE facts;
INSERT INTO facts SELECT i, 1000.0 / i, 'p' || i % 2 FROM generate_series(1, 300) AS i;
SELECT abc_create_model('m', 'facts', 'id', 'v', refresh => true);
SELECT abc_track('m', 'facts', 'nothing');
SELECT abc_track('m', 'facts', 'p');
SELECT abc_track('m', 'facts', '{id,p}');
SELECT abc_track('m', 'facts');
SELECT abc_track('m', 'facts', 'id');
SELECT tgname FROM pg_trigger WHERE tgrelid = 'facts'::regclass ORDER BY tgname;
SELECT abc_refresh('m');
GRANT USAGE ON SCHEMA regress_abc_changed TO regress_abc_loader;
GRANT ALL ON facts TO regress_abc_loader;
RESET ROLE;
SET ROLE regress_abc_loader;
UPDATE facts SET v = 2000 WHERE id = 200;
UPDATE facts SET id = 1000 WHERE id = 100;
DELETE FROM facts WHERE id = 50;
INSERT INTO facts VALUES (400, 1, 'p0'), (NULL, 1, 'p0');
RESET ROLE;
SET ROLE regress_abc_changed;
SELECT k1, everything FROM m_noted ORDER BY note;
SELECT abc_refresh('m');
SELECT full_read, rows_read, without_customer FROM m_run;
SELECT count(*) FROM m_noted;
SELECT n FROM abc_check('m') WHERE code = 'missed';
RESET ROLE;
SET ROLE regress_abc_loader;
TRUNCATE facts;
INSERT INTO facts SELECT i, i, 'p' || i % 2 FROM generate_series(1, 290) AS i;
RESET ROLE;
SET ROLE regress_abc_changed;
SELECT abc_refresh('m');
SELECT full_read, rows_read FROM m_run;
SELECT abc_alter_model('m', attributes => '{p}', refresh => true);
UPDATE facts SET p = 'p9' WHERE id = 5;
SELECT abc_refresh('m');
SELECT full_read, rows_read FROM m_run;
SELECT p FROM m WHERE id = 5;
SELECT abc_drop_model('m');
SELECT tgname FROM pg_trigger WHERE tgrelid = 'facts'::regclass ORDER BY tgname;

-- What comes with an alteration is the owner's alone, whatever default privileges say: it holds keys.
ALTER DEFAULT PRIVILEGES IN SCHEMA regress_abc_changed GRANT SELECT ON TABLES TO regress_abc_loader;
SELECT abc_create_model('later', 'facts', 'id', 'v');
SELECT abc_alter_model('later', changed => 'SELECT id FROM changed_key');
SELECT relname, has_table_privilege('regress_abc_loader', oid, 'SELECT') AS readable FROM pg_class
WHERE relname IN ('later_state', 'later_summary', 'later_sum', 'later_read') ORDER BY relname;

RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_changed CASCADE;
DROP ROLE regress_abc_changed;
DROP ROLE regress_abc_loader;
