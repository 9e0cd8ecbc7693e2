-- An alteration keeps what it did not mean to change: privileges of relations
-- and columns, options, comments, statistics, indexes, triggers, views of the
-- user's. Compared in the catalogs, before and after every kind of alteration.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE regress_abc_model;
CREATE ROLE regress_abc_reader;
CREATE SCHEMA regress_abc_model AUTHORIZATION regress_abc_model;
SET ROLE regress_abc_model;
SET search_path = regress_abc_model, public;
-- what the owner gives away by default is taken back on the model's relations
ALTER DEFAULT PRIVILEGES IN SCHEMA regress_abc_model GRANT SELECT ON TABLES TO regress_abc_reader;
CREATE TABLE facts (id int, a text, b int, c text, v numeric, w float8, day date);
INSERT INTO facts SELECT i, 'a' || i % 3, i % 4, 'c', 1000.0 / i, i, '2024-01-01' FROM generate_series(1, 30) AS i;
CREATE TABLE care (tier text, manager text);
INSERT INTO care VALUES ('A', 'Ann');
SELECT abc_create_model('m', 'facts', 'id', 'v', attributes => '{a,b}', refresh => true);
REVOKE SELECT ON m, m_state, m_history, m_changes, m_trend, m_ranked, m_run, m_override, m_model, m_before, m_version, m_change FROM regress_abc_reader;
GRANT SELECT (id, tier, a) ON m TO regress_abc_reader;
GRANT SELECT ON m_trend TO regress_abc_reader WITH GRANT OPTION;
ALTER VIEW m SET (security_invoker = true);
ALTER VIEW m_ranked SET (security_barrier = true);
ALTER TABLE m_state SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE m_state ALTER value SET STATISTICS 900;
ALTER TABLE m_state REPLICA IDENTITY FULL;
COMMENT ON VIEW m IS 'the book, read it';
COMMENT ON COLUMN m.tier IS 'our letter';
COMMENT ON TABLE m_state IS 'do not touch';
CREATE INDEX by_tier ON m_state (tier, value);
CREATE STATISTICS together ON tier, value FROM m_state;
CREATE TABLE log (n bigint GENERATED ALWAYS AS IDENTITY, what text);
CREATE FUNCTION logged() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO regress_abc_model.log (what) VALUES (TG_OP); RETURN NULL; END $$;
CREATE TRIGGER logged AFTER INSERT ON m_change FOR EACH STATEMENT EXECUTE FUNCTION logged();
ALTER TABLE m_run ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON m_run USING (true);
CREATE VIEW mine AS SELECT id, tier, a, value_share FROM m;
CREATE FUNCTION catalog() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s: %s %s %s %s %s', c.relname, c.relkind, c.relowner::regrole, (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(c.relacl) AS x), (SELECT array_agg(x ORDER BY x) FROM unnest(c.reloptions) AS x), c.relreplident)
	FROM pg_class AS c WHERE c.relnamespace = 'regress_abc_model'::regnamespace AND c.relkind IN ('r', 'v', 'i', 'S')
	UNION ALL SELECT format('%s.%s: %s %s %s', c.relname, a.attname, a.attacl, a.attstattarget, a.attnotnull)
	FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relnamespace = 'regress_abc_model'::regnamespace AND c.relkind IN ('r', 'v') AND a.attname !~ '^([at][0-9]+|a|b|c|v|manager)$'
	UNION ALL SELECT format('%s: %s', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description) FROM pg_description AS d JOIN pg_class AS c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass
	LEFT JOIN pg_attribute AS a ON a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0
	WHERE c.relnamespace = 'regress_abc_model'::regnamespace AND coalesce(a.attname !~ '^([at][0-9]+|a|b|c|v|manager)$', true)
	UNION ALL SELECT pg_get_triggerdef(t.oid) FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid WHERE c.relnamespace = 'regress_abc_model'::regnamespace
	UNION ALL SELECT pg_get_indexdef(i.indexrelid) FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid WHERE c.relnamespace = 'regress_abc_model'::regnamespace
	UNION ALL SELECT pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext AS s WHERE s.stxnamespace = 'regress_abc_model'::regnamespace
	UNION ALL SELECT format('%s %s', p.polrelid::regclass, p.polname) FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid WHERE c.relnamespace = 'regress_abc_model'::regnamespace
	UNION ALL SELECT pg_get_viewdef(to_regclass('mine'))
$$;
CREATE FUNCTION altered(how text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	before text[] := ARRAY(SELECT c FROM catalog() AS c);
	after text[];
BEGIN
	EXECUTE format('SELECT abc_alter_model(''m'', %s)', how);
	PERFORM abc_refresh('m');
	after := ARRAY(SELECT c FROM catalog() AS c);
	RETURN QUERY SELECT 'gone: ' || b FROM unnest(before) AS b WHERE b <> ALL (after) UNION ALL SELECT 'new: ' || a FROM unnest(after) AS a WHERE a <> ALL (before);
END
$$;
SELECT count(*) > 100 AS much_to_compare FROM catalog();
SET client_min_messages = warning;
SELECT how, altered(how) AS differs FROM unnest(ARRAY[
	'scheme => ''count 10/20''', 'scheme => ''share x 50 / y 80 / z''', 'value => ''w''', 'value => ''v''',
	'metrics => ARRAY[abc_metric(''w'', 1), abc_metric(''b'', 2)], scheme => ''count 20/50''', 'missing => ''zero''', 'metrics => ''{}'', scheme => ''80/95''',
	'attributes => ''{a,b,c}''', 'attributes => ''{c,a,b}''', 'partition_by => ''{b}''', 'partition_by => ''{}'', attributes => ''{a,b,c}''',
	'eligible => ''id <> 3''', 'eligible => ''''', 'rules => ARRAY[abc_only_if(''A'', ''id > 2'')]', 'rules => ''{}''',
	'promote_after => 2', 'demote_after => 3, max_step => 1', 'promote_wait => ''1 month''', 'max_step => 0',
	'last_order => ''day'', lost => ''6 months''', 'first_order => ''day''', 'lost => ''0'', last_order => '''', first_order => ''''',
	'treatments => ''care''', 'max_gone => 0.9', 'max_gone => -1', 
	'source => ''SELECT * FROM facts''', 'source => ''facts''', 'refresh => true']) AS how;
-- a view that loses a column is made again, with all that it had; where others depend on it, it keeps the column, empty,
-- until they are gone
CREATE VIEW theirs AS SELECT id, b, c FROM m;
SELECT abc_alter_model('m', attributes => '{a}', refresh => true);
SELECT count(*), count(b), count(c) FROM theirs;
SELECT abc_alter_model('m', attributes => '{a,b}', refresh => true);
SELECT count(*), count(b), count(c) FROM theirs;
DROP VIEW mine, theirs;
SELECT abc_alter_model('m', attributes => '{a}');
SELECT attname FROM pg_attribute WHERE attrelid = 'm'::regclass AND attnum BETWEEN 1 AND 3 ORDER BY attnum;
SELECT how, altered(how) AS differs FROM unnest('{"attributes => ''{a}''","treatments => ''''","attributes => ''{b,a}''","partition_by => ''{a}'', attributes => ''{}''","partition_by => ''{}''"}'::text[]) AS how;
-- what is asked: another type of the key, another language
ALTER TABLE facts ALTER id TYPE text;
SELECT 'another key' AS how, altered('key => ''id''') AS differs;
SELECT DISTINCT 'another language' AS how, left(altered('language => ''zh'''), 4) AS differs;
SELECT obj_description('m'::regclass), col_description('m'::regclass, (SELECT attnum FROM pg_attribute WHERE attrelid = 'm'::regclass AND attname = 'tier')) AS of_tier,
	col_description('m'::regclass, (SELECT attnum FROM pg_attribute WHERE attrelid = 'm'::regclass AND attname = 'tier_name')) AS of_tier_name;
SELECT has_table_privilege('regress_abc_reader', 'm_state', 'SELECT') AS state, has_table_privilege('regress_abc_reader', 'm', 'SELECT') AS name, has_column_privilege('regress_abc_reader', 'm', 'tier', 'SELECT') AS tier;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_model CASCADE;
DROP OWNED BY regress_abc_reader, regress_abc_model;
DROP ROLE regress_abc_reader;
DROP ROLE regress_abc_model;
