-- Names full of quotes, semicolons, percent signs, braces, reserved words, Chinese:
-- schemas, tables, columns, keys, tiers, reasons.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE "regress_abc_'; ""模型%s";
CREATE SCHEMA "s'; ""x 模型%I {state}" AUTHORIZATION "regress_abc_'; ""模型%s";
SET ROLE "regress_abc_'; ""模型%s";
SET search_path = "s'; ""x 模型%I {state}", public;
CREATE TABLE "客户;' ""t {keys}"(id text PRIMARY KEY, "行业%s {run}" text, "收入" numeric(12,2), "select" text, "order" int);
INSERT INTO "客户;' ""t {keys}" SELECT 'k%s''"{}\'||i, (ARRAY['电子','医药%I',NULL])[1+i%3], round((1000.0/i)::numeric,2), 'x'||i, i FROM generate_series(1,100) i;
SELECT abc_create_model('"a ""b""''{c}% %1$I"','"客户;'' ""t {keys}"','id','收入', 'share 铂金 50 / 黄金 80 / "铁 质''%s {x}" 95 / 铅', partition_by => ARRAY['行业%s {run}'], attributes => '{select,order}',
	rules => ARRAY[abc_only_if('A',$$"order" > 2 -- x %s {keys}$$,'太新''%s {name}')]);
\set m '''"a ""b""''''{c}% %1$I"'''
SELECT abc_refresh(:m, '2024-06-30');
SELECT abc_refresh('"a ""b""''{c}% %1$I_run"','2024-06-30');
SELECT "行业%s {run}",tier,tier_name,count(*),sum(value) FROM "a ""b""'{c}% %1$I" GROUP BY 1,2,3 ORDER BY 1,2,3;
SELECT abc_model_sql(:m);
SELECT abc_override(:m, 'k%s''"{}\3', '铅', '手工;''{keys}', begins => '2024-06-30');
SELECT * FROM abc_explain(:m, 'k%s''"{}\3');
SELECT * FROM abc_simulate(:m, 'share 40/70/90') LIMIT 9;
SELECT code, check_name, ok, n FROM abc_check(:m);
SELECT line, groups, tier, tier_name, customers, value FROM abc_report(:m, ARRAY['行业%s {run}']);
SELECT * FROM abc_transitions(:m);
SELECT abc_alter_model(:m, scheme => 'count 20/50', partition_by => '{}', attributes => '{select}', eligible => '"order" <> 7');
SELECT abc_refresh(:m, '2024-07-31');
SELECT tier,decided_by,reason,count(*) FROM "a ""b""'{c}% %1$I" GROUP BY 1,2,3 ORDER BY 1,2,3;
SELECT line, groups, tier, tier_name, customers, value FROM abc_report(:m, ARRAY['行业%s {run}'], '2024-07-01');
SET client_min_messages = warning;	-- it says how long each took
CALL abc_refresh_all();
RESET client_min_messages;
SELECT run,error,customers,cutoffs FROM "a ""b""'{c}% %1$I_run" ORDER BY run, cutoffs::text;
SELECT abc_grant(:m, '"regress_abc_''; ""模型%s"');
SELECT abc_forget(:m, 'k%s''"{}\3') > 0 AS forgotten;
SELECT model, source, run, customers FROM abc_models();
SELECT abc_undo(:m);
SELECT abc_drop_model(:m);
CREATE TABLE "table" ("user" int, "order" numeric, "select" text, "limit" date);
INSERT INTO "table" SELECT i, 100 - i, 'r' || i % 2, '2024-01-01'::date + i FROM generate_series(1, 10) AS i;
SELECT abc_create_model('"select"', '"table"', 'user', 'order', partition_by => '{select}', last_order => 'limit', eligible => '"user" > 1');
SELECT abc_refresh('"select"', '2024-02-01');
SELECT "user", "select", tier, last_order FROM "select" WHERE "user" < 4 ORDER BY "user";
SELECT count(*) > 5 AS explained FROM abc_explain('"select"', 3);
SELECT abc_drop_model('"select"');
-- a session in which every name is quoted
SET quote_all_identifiers = on;
SELECT abc_create_model('plain', '"table"', 'user', 'order', partition_by => '{select}', last_order => 'limit', eligible => '"user" > 1');
SELECT abc_refresh('plain', '2024-02-01'), abc_refresh('plain', '2024-02-02'), abc_refresh('plain', '2024-02-03');
SELECT abc_override('plain', 3, 'C', 'by hand', begins => '2024-02-03') IS NOT NULL AS done, (SELECT count(*) > 5 FROM abc_explain('plain', 3)) AS explained, (SELECT count(*) > 5 FROM abc_check('plain')) AS checked,
	(SELECT count(*) > 5 FROM abc_report('plain', '{select}')) AS reported, (SELECT count(*) > 2 FROM abc_simulate('plain', 'top 3')) AS simulated;
SELECT abc_alter_model('plain', scheme => 'count 20/50');
SELECT abc_refresh('plain', '2024-02-04');
SELECT abc_drop_model('plain');
RESET quote_all_identifiers;

-- names that the tables and statements of a model use themselves, as key, partition and attribute
CREATE TABLE own (present int, partition text, "cause" text, n numeric, c text, up text, started text, total text, lost date, k1 text, a1 text, s text, valid_from text, settled text, customers text, dissent_run text);
INSERT INTO own SELECT i, 'p' || i % 2, 'x', i, 'c' || i % 3, 'u', 's', 't', '2024-01-01', 'k', 'a', 's' || i, 'v', 'z', 'cu', 'd' FROM generate_series(1, 20) AS i;
SELECT abc_create_model('o', 'own', '{present,valid_from}', 'n', partition_by => '{partition,customers}', attributes => '{cause,c,up,started,total,lost,k1,a1,s,settled,dissent_run}', last_order => 'lost');
SELECT abc_refresh('o', '2024-02-01'), abc_refresh('o', '2024-02-02');
UPDATE own SET n = 30 - n, partition = 'p1', c = 'moved' WHERE present < 5;
SELECT abc_refresh('o', '2024-02-02'), abc_undo('o'), abc_refresh('o', '2024-02-03');
SELECT abc_alter_model('o', demote_after => 2, attributes => '{lost,cause,up}', partition_by => '{partition,settled}');
SELECT abc_refresh('o', '2024-02-04'), abc_override('o', '{3,v}', 'A', 'by hand', begins => '2024-02-04') IS NOT NULL AS done;
SELECT count(*) > 10 AS explained FROM abc_explain('o', '{3,v}');
SELECT count(*) > 2 AS simulated FROM abc_simulate('o', 'count 10/20');
SELECT sum(value) FILTER (WHERE line = 'tier') FROM abc_report('o', '{cause,partition}');
SELECT count(*) > 2 AS pairs FROM abc_transitions('o', '2024-02-01');
SELECT count(*) > 9 AS checked FROM abc_check('o');
SELECT array_agg(attname ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'o_history'::regclass AND attnum > 0;
-- one that NAME shows itself is refused, under every role
SELECT abc_create_model('x', 'SELECT present, n, c AS tier FROM own', 'tier', 'n');
SELECT abc_create_model('x', 'SELECT present, n, c AS value_share FROM own', 'present', 'n', partition_by => '{value_share}');
SELECT abc_create_model('x', 'SELECT present, n, c AS rank FROM own', 'present', 'n', attributes => '{rank}');
SELECT count(*) AS left_over FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 's''; "x 模型%I {state}') AND relkind IN ('m', 'v', 'S') AND relname !~ '^o_?';
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA "s'; ""x 模型%I {state}" CASCADE;
DROP ROLE "regress_abc_'; ""模型%s";
