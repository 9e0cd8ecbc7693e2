-- Row-level security on the source is honoured: a model holds what its owner may see, whoever refreshes it;
-- and a role without rights learns nothing, not even whether a key exists.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
\set SHOW_CONTEXT never
\set VERBOSITY terse
CREATE ROLE regress_abc_boss;
CREATE ROLE regress_abc_north;
CREATE ROLE regress_abc_everywhere BYPASSRLS IN ROLE regress_abc_north;
CREATE ROLE regress_abc_reader;
CREATE ROLE regress_abc_nobody;
CREATE SCHEMA regress_abc_security AUTHORIZATION regress_abc_north;
GRANT USAGE, CREATE ON SCHEMA regress_abc_security TO regress_abc_boss;
GRANT USAGE ON SCHEMA regress_abc_security TO regress_abc_reader, regress_abc_nobody;
SET ROLE regress_abc_boss;
SET search_path = regress_abc_security, public;
CREATE TABLE facts (id int PRIMARY KEY, region text, v numeric, w float8);
INSERT INTO facts SELECT i, CASE WHEN i % 2 = 0 THEN 'north' ELSE 'south' END, i, i FROM generate_series(1, 10) AS i;
ALTER TABLE facts ENABLE ROW LEVEL SECURITY;
CREATE POLICY north ON facts FOR SELECT TO regress_abc_north USING (region = 'north');
CREATE VIEW of_invoker WITH (security_invoker) AS SELECT * FROM facts;
CREATE VIEW of_boss AS SELECT * FROM facts;
GRANT SELECT ON facts, of_invoker, of_boss TO regress_abc_north;

-- the table, a view with the rights of who asks, a view with the rights of its owner
SET ROLE regress_abc_north;
SELECT abc_create_model('t', 'facts', 'id', 'v'), abc_create_model('i', 'of_invoker', 'id', 'v', 'top 3', ARRAY[abc_metric('v', 1)]),
	abc_create_model('b', 'of_boss', 'id', 'v');
SELECT abc_refresh('t', '2024-01-31'), abc_refresh('i', '2024-01-31'), abc_refresh('b', '2024-01-31');
SELECT (SELECT string_agg(id::text, ',' ORDER BY id) FROM t) AS of_table, (SELECT count(*) FROM i) AS of_invoker, (SELECT count(*) FROM b) AS of_boss;
SELECT n FROM abc_check('t') WHERE code = 'rows';
SELECT value FROM abc_report('t') WHERE line = 'total of the source';

-- one who sees all rows acts for the owner, and still the model holds what the owner may see
SET ROLE regress_abc_everywhere;
SELECT abc_refresh('t', '2024-02-29');
SELECT string_agg(id::text, ',' ORDER BY id) FROM t;
SELECT n FROM abc_check('t') WHERE code = 'rows';
SELECT abc_alter_model('t', scheme => 'share 50/80');
SELECT string_agg(id::text, ',' ORDER BY id) FROM t;

-- what security would leave out is an error if the caller wants to know of it; under FORCE the owner sees nothing, either
SET ROLE regress_abc_north;
SET row_security = off;
SELECT abc_refresh('t', '2024-03-31');
RESET row_security;
SET ROLE regress_abc_boss;
ALTER TABLE facts FORCE ROW LEVEL SECURITY;
SELECT abc_create_model('own', 'facts', 'id', 'v');
SELECT abc_refresh('own', '2024-01-31');
SELECT count(*) FROM own;

-- a reader of the model is no reader of the source, and of keys knows what the model holds
SET ROLE regress_abc_north;
SELECT abc_grant('i', 'regress_abc_reader');
SET ROLE regress_abc_reader;
SELECT count(*) FROM abc_simulate('i', 'top 2');
SELECT count(*) FROM abc_simulate('i', 'top 2', ARRAY[abc_metric('w', 1)]);
SELECT count(*) > 0 AS explained FROM abc_explain('i', 4);
SELECT abc_explain('i', 3);

-- who may read nothing gets the same answer for every key
SET ROLE regress_abc_nobody;
SELECT abc_explain('t', 3);
SELECT abc_explain('t', 4);
SELECT abc_override('t', 3, 'A', 'me');
SELECT abc_override('t', 4, 'A', 'me');
SELECT abc_report('t');
SELECT abc_simulate('t', '80/90');
SELECT abc_transitions('t');
SELECT abc_model_sql('t');
SELECT abc_check('t');
SELECT abc_refresh('t');
SET ROLE regress_abc_north;
GRANT SELECT ON t_model TO regress_abc_nobody;
SET ROLE regress_abc_nobody;
SELECT abc_explain('t', 3);
SELECT abc_explain('t', 4);

RESET ROLE;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_security CASCADE;
DROP ROLE regress_abc_boss, regress_abc_everywhere, regress_abc_north, regress_abc_reader, regress_abc_nobody;
