-- Models are made, printed, altered and dropped; what cannot work is refused
-- before anything is created.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE regress_abc_model;
CREATE SCHEMA regress_abc_model AUTHORIZATION regress_abc_model;
CREATE SCHEMA regress_abc_other AUTHORIZATION regress_abc_model;
SET ROLE regress_abc_model;
SET search_path = regress_abc_model, public;
CREATE TABLE facts (id int PRIMARY KEY, industry text, credit text, revenue numeric(12,2), margin float8, parcels bigint, first_day date, last_day date, n int);
INSERT INTO facts SELECT i, CASE i % 3 WHEN 0 THEN 'medicine' ELSE 'electronics' END, CASE i % 4 WHEN 0 THEN 'bad' ELSE 'good' END,
	(1000 / i)::numeric(12,2), i % 10, 10 * i, '2024-01-01', '2024-05-01'::date + i, i FROM generate_series(1, 40) AS i;

-- a model and what it is made of
SELECT abc_create_model('m', 'facts', 'id', 'revenue', partition_by => '{industry}', attributes => '{credit}');
SELECT c.relname, c.relkind, pg_get_userbyid(c.relowner) AS owner, obj_description(c.oid, 'pg_class') AS comment
FROM pg_class AS c WHERE c.relnamespace = 'regress_abc_model'::regnamespace AND c.relkind IN ('r', 'm', 'v') ORDER BY c.relname;

-- the face for BI tools: plain types, a comment on every column
SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, col_description(a.attrelid, a.attnum) AS comment
FROM pg_attribute AS a WHERE a.attrelid = 'm_current'::regclass AND a.attnum > 0 ORDER BY a.attnum;
SELECT c.relname, a.attname AS without_comment FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relname ~ '^m(_|$)' AND c.relname <> 'm_model' AND c.relkind IN ('r', 'm', 'v') AND c.relnamespace = 'regress_abc_model'::regnamespace
	AND col_description(a.attrelid, a.attnum) IS NULL;

-- printed, the call makes the same model elsewhere
SELECT abc_create_model('everything', 'facts', 'id', 'revenue', 'count gold 15 / silver 50 / iron; ties up',
	partition_by => '{industry}', attributes => '{credit}', eligible => 'parcels > 0',
	rules => ARRAY[abc_only_if('gold', $$credit = 'good'$$, 'bad credit'), abc_always_if('B', 'id = 7')],
	promote_after => 2, demote_after => 3, max_step => 1, first_order => 'first_day', last_order => 'last_day', orders => 'n',
	at_risk => '2 months', lost => '1 year');
SELECT abc_model_sql('everything') AS printed \gset
\echo :printed
SELECT replace(:'printed', '''regress_abc_model'');', '''regress_abc_other'');') AS elsewhere \gset
:elsewhere
SELECT replace(abc_model_sql('regress_abc_other.everything'), 'regress_abc_other', 'regress_abc_model') = :'printed' AS same;
SELECT abc_drop_model('regress_abc_other.everything');
SELECT abc_drop_model('everything_current');
SELECT count(*) AS left_over FROM pg_class WHERE relnamespace IN ('regress_abc_model'::regnamespace, 'regress_abc_other'::regnamespace) AND relname ~ 'everything';

-- errors, before anything is there
SELECT abc_create_model('x', 'facts', 'id', 'revenue', metrics => ARRAY[abc_metric('revenue', 40), abc_metric('parcels', 10)]);
SELECT abc_create_model(repeat('n', 55), 'facts', 'id', 'revenue');
SELECT abc_create_model(repeat('n', 54), 'facts', 'id', 'revenue');
SELECT abc_refresh(repeat('n', 54)::regclass, '2024-01-01');
SELECT abc_drop_model(repeat('n', 54)::regclass);
SELECT abc_create_model(repeat('名', 19), 'facts', 'id', 'revenue');
SELECT abc_create_model('', 'facts', 'id', 'revenue');
SELECT abc_create_model('x', 'facts', 'ident', 'revenue');
SELECT abc_create_model('x', 'facts', 'id', 'credit');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', partition_by => '{region}');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', attributes => '{industry,nothing}');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', 'share 80/15/5');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', 'count 15/50', metrics => ARRAY[abc_metric('revenue', -1)]);
SELECT abc_create_model('x', 'facts', 'id', 'revenue', 'count 15/50', metrics => ARRAY[abc_metric('credit', 1)]);
SELECT abc_create_model('x', 'facts', 'id', 'revenue', missing => 'guess');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', eligible => 'parcels >');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', eligible => 'no_such_function(id)');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', eligible => 'id');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', rules => ARRAY[abc_only_if('gold', 'true')]);
SELECT abc_create_model('x', 'facts', 'id', 'revenue', rules => ARRAY[abc_only_if('C', 'true')]);
SELECT abc_create_model('x', 'facts', 'id', 'revenue', rules => ARRAY[abc_only_if('A', NULL)]);
SELECT abc_create_model('x', 'facts', 'id', 'revenue', promote_after => 0);
SELECT abc_create_model('x', 'facts', 'id', 'revenue', lost => '6 months');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', last_order => 'credit');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', last_order => 'last_day', lost => '-6 months');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', schema => 'nowhere');
SELECT abc_create_model('x', 'facts_pkey', 'id', 'revenue');
CREATE VIEW clash AS SELECT id, revenue, credit AS tier FROM facts;
SELECT abc_create_model('x', 'clash', 'id', 'revenue', attributes => '{tier}');
CREATE TABLE no_tier (letter text);
SELECT abc_create_model('x', 'facts', 'id', 'revenue', treatments => 'no_tier');
SELECT abc_create_model('m', 'facts', 'id', 'revenue');
SELECT count(*) AS left_over FROM pg_class WHERE relnamespace = 'regress_abc_model'::regnamespace AND relname ~ '^x';
SELECT abc_refresh('facts');
SELECT abc_refresh(NULL);

-- only what is given changes; the history stays and the next changes say why
SELECT abc_refresh('m', '2024-06-30');
GRANT SELECT ON m, m_current TO PUBLIC;
CREATE INDEX m_by_tier ON m (computed);
CREATE VIEW mine AS SELECT id, tier FROM m_current;
SELECT abc_alter_model('m', scheme => 'share 50/95');
SELECT replace(abc_model_sql('m'), E'\n', '');
SELECT scheme, revision, standard FROM m_model;
SELECT abc_refresh('m', '2024-07-31');
SELECT cause, moved, count(*) FROM m_changes WHERE run = 2 GROUP BY 1, 2;
SELECT c.relname, has_table_privilege('public', c.oid, 'SELECT') AS readable FROM pg_class AS c
WHERE c.oid IN ('m'::regclass, 'm_current'::regclass, 'm_ranked'::regclass) ORDER BY 1;
SELECT indexdef FROM pg_indexes WHERE schemaname = 'regress_abc_model' AND tablename = 'm' ORDER BY 1;
SELECT count(*) FROM mine;

-- a change that needs other columns; a view of the user's that stands in the way says so
SELECT abc_alter_model('m', attributes => '{credit,parcels}');
SELECT abc_alter_model('m', value => 'parcels', partition_by => '{}');
DROP VIEW mine;
SELECT abc_alter_model('m', value => 'parcels', attributes => '{credit,margin}', partition_by => '{}', eligible => 'margin > 0');
SELECT abc_refresh('m', '2024-08-31');
SELECT tier, decided_by, count(*), sum(value) FROM m_current GROUP BY 1, 2 ORDER BY 1, 2;
SELECT run, count(*) FROM m_history GROUP BY 1 ORDER BY 1;
SELECT abc_alter_model('m', eligible => '', attributes => '{}');
SELECT replace(abc_model_sql('m'), E'\n', '');
-- nothing given changes nothing
SELECT revision, standard FROM m_model;
SELECT abc_alter_model('m');
SELECT revision, standard FROM m_model;

-- another source, whose columns have other types
CREATE VIEW facts2 AS SELECT id, credit::varchar(10) AS credit, industry::char(12) AS industry, parcels::float8 AS parcels FROM facts;
SELECT abc_alter_model('m', attributes => '{credit}', partition_by => '{industry}');
SELECT abc_refresh('m', '2024-09-01');
SELECT abc_alter_model('m', source => 'facts2');
SELECT abc_refresh('m', '2024-09-30');
SELECT a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute AS a
WHERE a.attrelid IN ('m_history'::regclass, 'm_run'::regclass, 'm_current'::regclass) AND a.attname IN ('credit', 'industry', 'value', 'cutoffs') ORDER BY a.attrelid::regclass::text COLLATE "C", a.attname;
SELECT industry, tier, count(*) FROM m_current GROUP BY 1, 2 ORDER BY 1, 2;
CREATE VIEW facts3 AS SELECT id::text AS id, parcels FROM facts;
SELECT abc_alter_model('m', source => 'facts3', attributes => '{}', partition_by => '{}');

-- what a user made of a model stands in the way of dropping it
CREATE VIEW mine AS SELECT id, tier FROM m_current;
SELECT abc_drop_model('m');
DROP VIEW mine;
SELECT abc_drop_model('m');
SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'regress_abc_model'::regnamespace AND c.relkind IN ('r', 'm', 'v', 'S') ORDER BY c.relname;

RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_model, regress_abc_other CASCADE;
DROP ROLE regress_abc_model;
