-- Names full of quotes, semicolons, percent signs, reserved words, Chinese:
-- schemas, tables, columns, keys, tiers, reasons.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE "regress_abc_'; ""模型%s";
CREATE SCHEMA "s'; ""x 模型%I" AUTHORIZATION "regress_abc_'; ""模型%s";
SET ROLE "regress_abc_'; ""模型%s";
SET search_path = "s'; ""x 模型%I", public;
CREATE TABLE "客户;' ""t"(id text PRIMARY KEY, "行业%s" text, "收入" numeric(12,2), "select" text, "order" int);
INSERT INTO "客户;' ""t" SELECT 'k%s''"'||i, (ARRAY['电子','医药%I',NULL])[1+i%3], round((1000.0/i)::numeric,2), 'x'||i, i FROM generate_series(1,100) i;
SELECT abc_create_model('a "b'';c% %1$I','"客户;'' ""t"','id','收入', 'share 铂金 50 / 黄金 80 / "铁 质''%s" 95 / 铅', partition_by => '{"行业%s"}', attributes => '{select,order}', rules => ARRAY[abc_only_if('A',$$"order" > 2 -- x %s$$,'太新''%s')]);
SELECT abc_refresh('"a ""b'';c% %1$I"','2024-06-30');
SELECT abc_refresh('"a ""b'';c% %1$I_run"','2024-06-30');
SELECT "行业%s",tier,tier_name,count(*),sum(value) FROM "a ""b';c% %1$I_current" GROUP BY 1,2,3 ORDER BY 1,2,3;
SELECT abc_model_sql('"a ""b'';c% %1$I"');
SELECT abc_override('"a ""b'';c% %1$I"', 'k%s''"3', '铅', '手工;''');
SELECT * FROM abc_explain('"a ""b'';c% %1$I"', 'k%s''"3');
SELECT * FROM abc_simulate('"a ""b'';c% %1$I"', 'share 70/90') LIMIT 9;
SELECT * FROM abc_check('"a ""b'';c% %1$I"');
SELECT * FROM abc_report('"a ""b'';c% %1$I"','行业%s');
SELECT * FROM abc_transitions('"a ""b'';c% %1$I"');
SELECT * FROM abc_pareto('"a ""b'';c% %1$I"',5);
SELECT regexp_matches(svg, '<title>.*</title>|>铂金: .*</text>', 'g') FROM abc_pareto_svg('"a ""b'';c% %1$I"') AS svg;
SELECT abc_alter_model('"a ""b'';c% %1$I"', scheme => 'count 20/50', partition_by => '{}', attributes => '{select}', eligible => '"order" <> 7');
SELECT abc_refresh('"a ""b'';c% %1$I"', '2024-07-31');
SELECT tier,decided_by,reason,count(*) FROM "a ""b';c% %1$I_current" GROUP BY 1,2,3 ORDER BY 1,2,3;
SELECT * FROM abc_report('"a ""b'';c% %1$I"', as_of => '2024-07-01');
CALL abc_refresh_all();
SELECT run,error,customers,cutoffs FROM "a ""b';c% %1$I_run" ORDER BY run, cutoffs::text;
SELECT abc_drop_model('"a ""b'';c% %1$I"');
CREATE TABLE "table" ("user" int, "order" numeric, "select" text, "limit" date);
INSERT INTO "table" SELECT i, 100 - i, 'r' || i % 2, '2024-01-01'::date + i FROM generate_series(1, 10) AS i;
SELECT abc_create_model('select', '"table"', 'user', 'order', partition_by => '{select}', last_order => 'limit', eligible => '"user" > 1');
SELECT abc_refresh('"select"', '2024-02-01');
SELECT "user", "select", tier, last_order FROM select_current WHERE "user" < 4 ORDER BY "user";
SELECT count(*) FROM abc_explain('"select"', 3);
SELECT abc_drop_model('"select"');
-- a session in which every name is quoted
SET quote_all_identifiers = on;
SELECT abc_create_model('plain', '"table"', 'user', 'order', partition_by => '{select}', last_order => 'limit', eligible => '"user" > 1');
SELECT abc_refresh('plain', '2024-02-01'), abc_refresh('plain', '2024-02-02'), abc_refresh('plain', '2024-02-03');
SELECT abc_override('plain', 3, 'C', 'by hand') IS NOT NULL AS done, (SELECT count(*) FROM abc_explain('plain', 3)) AS explained, (SELECT count(*) FROM abc_check('plain')) AS checked,
	(SELECT count(*) FROM abc_report('plain', 'select')) AS reported, (SELECT count(*) FROM abc_simulate('plain', 'top 3')) AS simulated, length(abc_pareto_svg('plain')) > 1000 AS drawn;
SELECT abc_alter_model('plain', scheme => 'count 20/50');
SELECT abc_refresh('plain', '2024-02-04');
SELECT abc_drop_model('plain');
RESET quote_all_identifiers;
SELECT count(*) AS left_over FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 's''; "x 模型%I') AND relkind IN ('m', 'v', 'S');
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA "s'; ""x 模型%I" CASCADE;
DROP ROLE "regress_abc_'; ""模型%s";
