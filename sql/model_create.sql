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
FROM pg_attribute AS a WHERE a.attrelid = 'm'::regclass AND a.attnum > 0 ORDER BY a.attnum;
SELECT string_agg(DISTINCT format_type(a.atttypid, a.atttypmod), ', ') AS types FROM pg_attribute AS a
WHERE a.attrelid IN ('m'::regclass, 'm_ranked'::regclass, 'm_history'::regclass, 'm_changes'::regclass, 'm_trend'::regclass) AND a.attnum > 0;
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
SELECT abc_drop_model('everything_history');
SELECT count(*) AS left_over FROM pg_class WHERE relnamespace IN ('regress_abc_model'::regnamespace, 'regress_abc_other'::regnamespace) AND relname ~ 'everything';

-- errors, before anything is there
SELECT abc_create_model('x', 'facts', 'id', 'revenue', metrics => ARRAY[abc_metric('revenue', 40), abc_metric('parcels', 10)]);
SELECT abc_create_model(repeat('n', 55), 'facts', 'id', 'revenue');
SELECT abc_create_model(repeat('n', 54), 'facts', 'id', 'revenue');
SELECT abc_refresh(repeat('n', 54)::regclass, '2024-01-01');
SELECT abc_drop_model(repeat('n', 54)::regclass);
SELECT abc_create_model(repeat('名', 19), 'facts', 'id', 'revenue');
SELECT abc_create_model('', 'facts', 'id', 'revenue');
SELECT abc_create_model(NULL, 'facts', 'id', 'revenue');
SELECT abc_create_model('two words', 'facts', 'id', 'revenue');
SELECT abc_create_model('a.b.c', 'facts', 'id', 'revenue');
SELECT abc_create_model('nowhere.x', 'facts', 'id', 'revenue');
SELECT abc_create_model('x', 'nothing', 'id', 'revenue');
SELECT abc_create_model('x', 'SELECT * FROM nothing', 'id', 'revenue');
SELECT abc_create_model('x', 'SELECT id, revenue FROM', 'id', 'revenue');
SELECT abc_create_model('x', NULL, 'id', 'revenue');
SELECT abc_create_model('x', 'facts', NULL, 'revenue');
SELECT abc_create_model('x', 'facts', '{}', 'revenue');
SELECT abc_create_model('x', 'facts', 'id', NULL);
SELECT abc_create_model('x', 'facts', 'ident', 'revenue');
SELECT abc_create_model('x', 'facts', 'id', 'credit');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', partition_by => '{region}');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', attributes => '{industry,nothing}');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', 'share 80/15/5');
-- 80 % of a score means nothing, written out or not
SELECT abc_create_model('x', 'facts', 'id', 'revenue', '80/95', metrics => ARRAY[abc_metric('revenue', 40), abc_metric('parcels', 10)]);
SELECT abc_create_model('x', 'facts', 'id', 'revenue', 'fill 70+20', metrics => ARRAY[abc_metric('revenue', 40)]);
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
SELECT abc_create_model('x', 'facts', 'id', 'revenue', max_gone => 2);
SELECT abc_create_model('x', 'facts', 'id', 'revenue', max_gone => 'NaN');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', language => 'fr');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', demote_wait => '-1 day');
SELECT abc_create_model('x', 'facts', 'id', 'revenue', treatments => 'nowhere');
SELECT abc_create_model('x', (SELECT 'SELECT id, revenue, ' || string_agg(format('%s AS c%1$s', i), ', ') || ' FROM facts' FROM generate_series(1, 1560) AS i), 'id', 'revenue',
	attributes => (SELECT array_agg('c' || i) FROM generate_series(1, 1560) AS i));
SELECT abc_create_model('x', 'facts_pkey', 'id', 'revenue');
CREATE VIEW clash AS SELECT id, revenue, credit AS tier FROM facts;
SELECT abc_create_model('x', 'clash', 'id', 'revenue', attributes => '{tier}');
CREATE TABLE no_tier (letter text);
SELECT abc_create_model('x', 'facts', 'id', 'revenue', treatments => 'no_tier');
SELECT abc_create_model('m', 'facts', 'id', 'revenue');
SELECT count(*) AS left_over FROM pg_class WHERE relnamespace = 'regress_abc_model'::regnamespace AND relname ~ '^x';
SELECT abc_refresh('facts');
SELECT abc_refresh(NULL);

-- names are identifiers: folded unless quoted, in create and in every other call; qualified or not
SELECT abc_create_model('客户ABC', 'facts', 'id', 'revenue', refresh => true);
SELECT run, customers FROM "客户abc_run";
SELECT abc_refresh('客户ABC') AS run, abc_drop_model('客户Abc');
SELECT abc_create_model('"Key Accounts"', 'facts', 'id', 'revenue');
SELECT abc_refresh('"Key Accounts"', '2024-01-31');
SELECT abc_drop_model('"Key Accounts_state"');
SELECT abc_create_model('regress_abc_other.Book', 'regress_abc_model.Facts', 'id', 'revenue');
SELECT name, source FROM regress_abc_other.book_model;
SELECT abc_drop_model('regress_abc_other.book');

-- only what is given changes; the history stays and the next changes say why
SELECT abc_refresh('m', '2024-06-30');
GRANT SELECT ON m, m_ranked TO PUBLIC;
CREATE INDEX m_by_tier ON m_state (computed);
CREATE VIEW mine AS SELECT id, tier FROM m;
SELECT abc_alter_model('m', scheme => 'share 50/95');
SELECT replace(abc_model_sql('m'), E'\n', '');
SELECT scheme, revision, standard FROM m_model;
SELECT abc_refresh('m', '2024-07-31');
SELECT cause, moved, count(*) FROM m_changes WHERE run = 2 GROUP BY 1, 2;
SELECT c.relname, has_table_privilege('public', c.oid, 'SELECT') AS readable FROM pg_class AS c
WHERE c.oid IN ('m'::regclass, 'm_history'::regclass, 'm_ranked'::regclass) ORDER BY 1;
SELECT indexdef FROM pg_indexes WHERE schemaname = 'regress_abc_model' AND tablename = 'm_state' ORDER BY 1;
SELECT count(*) FROM mine;

-- other columns; what a view of the user's shows is kept, what it needs is not taken from it
SELECT abc_alter_model('m', attributes => '{credit,parcels}');
SELECT abc_refresh('m', '2024-08-01');
SELECT count(*), count(parcels) FROM m;
SELECT count(*) FROM mine;
CREATE VIEW theirs AS SELECT id, credit FROM m;
SELECT abc_alter_model('m', attributes => '{parcels}');
SELECT count(*), count(credit) FROM theirs;
DROP VIEW theirs;
SELECT abc_alter_model('m', value => 'parcels', attributes => '{credit,margin}', partition_by => '{}', eligible => 'margin > 0');
DROP VIEW mine;
SELECT abc_alter_model('m', value => 'parcels', attributes => '{credit,margin}', partition_by => '{}', eligible => 'margin > 0');
SELECT abc_refresh('m', '2024-08-31');
SELECT tier, decided_by, count(*), sum(value) FROM m GROUP BY 1, 2 ORDER BY 1, 2;
SELECT valid_from, count(*) FROM m_history GROUP BY 1 ORDER BY 1;
SELECT abc_alter_model('m', eligible => '', attributes => '{}');
SELECT replace(abc_model_sql('m'), E'\n', '');
-- nothing given changes nothing
SELECT revision, standard FROM m_model;
SELECT abc_alter_model('m');
SELECT revision, standard FROM m_model;

-- between an alteration and the next refresh: the old decisions, consistently
SELECT abc_alter_model('m', partition_by => '{industry}', attributes => '{credit}');
SELECT abc_refresh('m', '2024-09-01');
CREATE FUNCTION added_up() RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', count(*), count(DISTINCT id), string_agg(DISTINCT scheme, '|'), sum(value) FILTER (WHERE tier IS NOT NULL), round(sum(value_share)::numeric, 9), min(gap_to_next) >= 0, min(cushion) >= 0,
		(SELECT sum(value) FROM abc_report('m') WHERE line = 'tier'), (SELECT sum(value) FROM m_trend WHERE run = (SELECT max(run) FROM m_run) AND tier IS NOT NULL),
		(SELECT count(*) FROM m_ranked)) FROM m $$;
SELECT added_up() AS before \gset
CREATE FUNCTION altered(how text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT abc_alter_model(''m'', %s)', how);
	RETURN true;
END $$;
SET client_min_messages = warning;
SELECT how, altered(how), nullif(added_up(), :'before') AS not_as_before
FROM unnest(ARRAY['partition_by => ''{}''', 'partition_by => ''{industry,credit}'', attributes => ''{}''', 'scheme => ''count 10/20/30/40''', 'metrics => ARRAY[abc_metric(''margin'', 1), abc_metric(''n'', 2)]',
	'value => ''revenue''', 'metrics => ''{}'', scheme => ''value 5''', 'eligible => ''false''', 'rules => ARRAY[abc_only_if(''A'', ''false'')]', 'demote_after => 3',
	'source => ''SELECT * FROM facts''', 'language => ''zh''', 'language => ''en''']) AS how;
RESET client_min_messages;
SELECT count(*) > 0 AS explained FROM abc_explain('m', 1);

-- a scheme of as many tiers without names keeps the names; fewer tiers: it is said what goes
SELECT abc_create_model('named', 'facts', 'id', 'revenue', 'share 铂金 50 / 黄金 80 / "铁 质" 95 / 铅');
SELECT abc_alter_model('named', scheme => 'share 40/70/90');
SELECT scheme FROM named_model;
SELECT abc_alter_model('named', scheme => 'count 15+35+20+30');
SELECT scheme FROM named_model;
SELECT abc_alter_model('named', scheme => 'share 70/90');
SELECT scheme FROM named_model;
SELECT abc_drop_model('named');

-- a metric without a scheme that suits it: the error; the scheme of a score stays with other metrics
SELECT abc_create_model('plain', 'facts', 'id', 'revenue');
SELECT abc_alter_model('plain', metrics => ARRAY[abc_metric('n', 1)]);
SELECT abc_alter_model('plain', metrics => ARRAY[abc_metric('n', 1)], scheme => 'count 20');
SELECT abc_alter_model('plain', metrics => ARRAY[abc_metric('parcels', 1)]);
SELECT scheme, metrics FROM plain_model;
SELECT abc_drop_model('plain');

-- another source, whose columns have other types, names and places: nothing of the past is narrowed
CREATE TABLE wide (id int, region varchar(20), v numeric(12,2));
INSERT INTO wide VALUES (1, 'north-east', 1234.56), (2, 'north-west', 0.49), (3, 'south', 77);
SELECT abc_create_model('w', 'wide', 'id', 'v', partition_by => '{region}', max_gone => NULL);
SELECT abc_refresh('w', '2024-01-31');
CREATE TABLE narrow (region varchar(5), v bigint, id bigint);
INSERT INTO narrow VALUES ('north', 1234, 1), ('north', 1, 2);
SELECT abc_alter_model('w', source => 'narrow');
SELECT id, region, value, tier FROM w ORDER BY id;
SELECT abc_refresh('w', '2024-02-29');
SELECT id, region, value, valid_from, valid_to FROM w_history ORDER BY id, valid_from;
SELECT run, partition, total FROM w_run ORDER BY run, partition;
-- keys: another name, a wider type, a type that can hold what is there
ALTER TABLE narrow RENAME id TO number;
SELECT abc_refresh('w', '2024-03-31');
SELECT abc_alter_model('w', key => 'number');
SELECT abc_refresh('w', '2024-03-31');
SELECT number, region, tier FROM w ORDER BY 1;
ALTER TABLE narrow ALTER number TYPE text;
SELECT abc_alter_model('w', source => 'narrow');
SELECT abc_refresh('w', '2024-04-30');
SELECT number, count(*) FROM w_history GROUP BY 1 ORDER BY 1;
SELECT count(*) > 0 AS checked FROM abc_check('w');
SELECT abc_alter_model('w', key => '{number,region}');
UPDATE w_state SET k1 = 'two' WHERE k1 = '2';
ALTER TABLE narrow ALTER number TYPE int USING number::int;
SELECT abc_alter_model('w', source => 'narrow');

-- a definition that was meddled with is not believed: what it prints is not run by who prints it
UPDATE w_model SET rule_kinds = '{"only_if(1); DROP TABLE wide; --"}', rule_tiers = '{A}', rule_conditions = '{true}', rule_reasons = '{x}';
SELECT abc_model_sql('w');
SELECT abc_refresh('w');

-- a table of the name that an alteration might want for itself; no right to make temporary tables
CREATE TABLE _abc_new_1 (x int);
DO $$ BEGIN EXECUTE format('CREATE TABLE %I (x int)', '_abc_new_' || 'm_model'::regclass::oid); END $$;
RESET ROLE;
DO $$ BEGIN EXECUTE format('REVOKE TEMP ON DATABASE %I FROM PUBLIC', current_database()); END $$;
SET ROLE regress_abc_model;
SELECT abc_alter_model('m', attributes => '{credit,margin}', scheme => 'count 20/50', metrics => '{}', value => 'parcels');
SELECT abc_refresh('m', '2024-10-01'), abc_refresh('m', '2024-10-02'), abc_refresh('m', '2024-10-03');
RESET ROLE;
DO $$ BEGIN EXECUTE format('GRANT TEMP ON DATABASE %I TO PUBLIC', current_database()); END $$;
SET ROLE regress_abc_model;

-- what a user made of a model stands in the way of dropping it
CREATE VIEW mine AS SELECT id, tier FROM m;
SELECT abc_drop_model('m');
DROP VIEW mine;
SELECT abc_drop_model('m');
SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'regress_abc_model'::regnamespace AND c.relkind IN ('r', 'm', 'v', 'S') AND c.relname !~ '^(w|_abc_new)' ORDER BY c.relname;

RESET ROLE;
-- what tells that a worker of Citus would be asked for the day of a refresh
SELECT line, _abc.sent_day(line) FROM unnest(ARRAY[
	'         Query: SELECT v FROM public.o_102008 o WHERE (day OPERATOR(pg_catalog.<) public.abc_as_of())',
	'         Query: SELECT v FROM o WHERE day > ext.abc_last_as_of() - 30',
	'         Query: SELECT v FROM o WHERE day > COALESCE(to_date(NULLIF(current_setting(''abc_tier.last_as_of''::text, true), ''''::text), ''YYYY-MM-DD''::text))',
	'         Query: SELECT v FROM o WHERE day < (SELECT intermediate_result.abc_as_of FROM read_intermediate_result(''1_1''))',
	'   Output: my_abc_as_of(), CASE WHEN current_setting(''abc_tier.as_of'') THEN 1 END']) AS line;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_model, regress_abc_other CASCADE;
DROP ROLE regress_abc_model;
