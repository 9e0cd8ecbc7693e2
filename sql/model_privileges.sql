-- Privileges are those of PostgreSQL, and nobody runs another's code with more rights.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE regress_abc_model;
CREATE SCHEMA regress_abc_model AUTHORIZATION regress_abc_model;
SET ROLE regress_abc_model;
SET search_path = regress_abc_model, public;
RESET ROLE;
CREATE ROLE regress_abc_reader;
CREATE ROLE regress_abc_member IN ROLE regress_abc_model;
CREATE ROLE regress_abc_super SUPERUSER;
SET ROLE regress_abc_model;
CREATE TABLE facts (id int PRIMARY KEY, v int);
INSERT INTO facts SELECT i, i * i FROM generate_series(1, 20) AS i;
SELECT abc_create_model('m', 'facts', 'id', 'v');
SELECT abc_refresh('m', '2024-01-31');
GRANT USAGE ON SCHEMA regress_abc_model TO regress_abc_reader, regress_abc_member;

-- who may read the view needs nothing else
GRANT SELECT ON m, m_changes TO regress_abc_reader;
SET ROLE regress_abc_reader;
SELECT count(*) FROM m;
SELECT count(*) FROM m_changes;
SELECT count(*) FROM m_history;
SELECT count(*) FROM facts;
SELECT * FROM abc_explain('m', 1);
SELECT * FROM abc_explain('m_changes', 1);
SELECT abc_report('m');
SELECT abc_transitions('m');
SELECT abc_simulate('m', 'share 50/95');
SELECT abc_model_sql('m');
SELECT abc_check('m');
SELECT abc_refresh('m');
SELECT abc_undo('m');
SELECT abc_alter_model('m', scheme => '50');
SELECT abc_override('m', 1, 'A', 'me');
SELECT abc_forget('m', 1);
SELECT abc_prune('m', '2024-01-01');
SELECT abc_grant('m', 'public');
SELECT abc_drop_model('m');
SELECT abc_create_model('x', 'facts', 'id', 'v', schema => 'regress_abc_model');
SELECT count(*) FROM abc_models();
SET client_min_messages = warning;	-- it says how long each took
CALL abc_refresh_all();
RESET client_min_messages;

-- abc_grant gives what a reader needs, and nothing more
SET ROLE regress_abc_model;
SELECT abc_grant('m_trend', 'regress_abc_reader');
SELECT abc_grant('m', 'regress_abc_nobody_there');
SET ROLE regress_abc_reader;
SELECT count(*) FROM m_ranked;
SELECT count(*) > 5 AS explained FROM abc_explain('m', 1);
SELECT line, customers, value FROM abc_report('m');
SELECT count(*) FROM abc_report('m', as_of => '2024-01-31');
SELECT count(*) FROM abc_transitions('m');
SELECT line, tier_before, customers_before, customers_after FROM abc_simulate('m', 'share 50/95') WHERE line = 'tier';
SELECT abc_model_sql('m') IS NOT NULL AS printed;
SELECT length(abc_report_html('m')) > 1000 AS page;
SELECT model, owner, run, customers FROM abc_models();
SELECT count(*) FROM facts;
SELECT abc_simulate('m', 'count 50', ARRAY[abc_metric('v', 1)]);
SELECT abc_check('m');
SELECT abc_refresh('m');
SELECT abc_override('m', 1, 'A', 'me');
DELETE FROM m_history;
INSERT INTO m_override SELECT * FROM m_override;

-- who may insert into NAME_override may give tiers by hand, in his own name, and nothing else
SET ROLE regress_abc_model;
GRANT INSERT ON m_override TO regress_abc_reader;
SET ROLE regress_abc_reader;
SELECT abc_override('m', 2, 'A', 'promised by sales', begins => '2024-01-31') IS NOT NULL AS done;
SELECT k1, tier, reason, author FROM m_override;
SELECT id, tier, decided_by, reason FROM m WHERE id = 2;
SELECT abc_refresh('m');
SELECT abc_alter_model('m', scheme => '50');

-- a member of the owning role may do all that; what it makes anew stays the owner's
SET ROLE regress_abc_member;
SELECT abc_refresh('m', '2024-02-29');
SELECT abc_override('m', 1, 'A', 'by a member', begins => '2024-02-29') IS NOT NULL AS done;
SELECT author FROM m_override ORDER BY override_id;
SELECT abc_alter_model('m', scheme => 'share 50/90', attributes => '{v}');
SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE relnamespace = 'regress_abc_model'::regnamespace;
SET client_min_messages = warning;	-- it says how long each took
CALL abc_refresh_all();
RESET client_min_messages;
SELECT max(run) FROM m_run;
SELECT abc_create_model('members', 'facts', 'id', 'v', schema => 'regress_abc_model');

-- a superuser who is not the owner acts as the owner, whatever waits for him; for who is a superuser by SET ROLE, likewise
SET ROLE regress_abc_model;
CREATE TABLE ran_as (what text, who text, DEFAULT_ text DEFAULT current_user);
CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO regress_abc_model.ran_as VALUES (TG_TABLE_NAME, current_user); RETURN NEW; END $$;
CREATE TRIGGER trap BEFORE INSERT OR UPDATE ON m_model FOR EACH ROW EXECUTE FUNCTION trap();
CREATE TRIGGER trap BEFORE INSERT OR UPDATE ON m_state FOR EACH ROW EXECUTE FUNCTION trap();
CREATE TRIGGER trap BEFORE INSERT OR UPDATE ON m_override FOR EACH ROW EXECUTE FUNCTION trap();
CREATE FUNCTION look() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO regress_abc_model.ran_as VALUES ('source', current_user); RETURN true; END $$;
SELECT abc_alter_model('m', source => 'SELECT id, v FROM facts WHERE regress_abc_model.look()', attributes => '{}');
SET ROLE regress_abc_super;
SET search_path = regress_abc_model, public;
SELECT abc_refresh('m', current_date) > 0 AS refreshed;
SELECT abc_override('m', 3, 'A', 'me', begins => current_date) IS NOT NULL AS done;
SELECT abc_alter_model('m', scheme => 'share 40/90');
SELECT count(*) > 5 AS checked FROM abc_check('m');
SELECT count(*) > 5 AS explained FROM abc_explain('m', 1);
SELECT count(*) > 3 AS reported FROM abc_report('m');
SELECT count(*) > 1 AS simulated FROM abc_simulate('m', 'count 50', ARRAY[abc_metric('v', 1)]);
SELECT author FROM m_override ORDER BY override_id;
UPDATE facts SET v = v + 1;
SET client_min_messages = warning;	-- it says how long each took
CALL abc_refresh_all();
RESET client_min_messages;
SHOW search_path;
SELECT what, who, count(*) > 0 AS ran FROM ran_as GROUP BY 1, 2 ORDER BY 1, 2;
SET ROLE regress_abc_model;
DROP TRIGGER trap ON m_model;
DROP TRIGGER trap ON m_state;
DROP TRIGGER trap ON m_override;
SELECT abc_alter_model('m', source => 'facts');

-- row-level security that a stranger put on a table of his is never run by looking for a model
RESET ROLE;
CREATE SCHEMA regress_abc_evil AUTHORIZATION regress_abc_reader;
SET ROLE regress_abc_reader;
CREATE FUNCTION regress_abc_evil.boo() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'boo ran as %', current_user; END $$;
SELECT format('CREATE TABLE regress_abc_evil.a_model OF %s', reloftype::regtype) FROM pg_class WHERE oid = 'm_model'::regclass \gexec
ALTER TABLE regress_abc_evil.a_model ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON regress_abc_evil.a_model USING (regress_abc_evil.boo());
GRANT USAGE ON SCHEMA regress_abc_evil TO PUBLIC;
GRANT SELECT ON regress_abc_evil.a_model TO PUBLIC;
SET ROLE regress_abc_model;
SELECT abc_refresh('m') > 0 AS refreshed;
SELECT count(*) > 5 AS explained FROM abc_explain('m', 1);
RESET ROLE;
SELECT model FROM abc_models() WHERE model::text ~ 'evil';
SET ROLE regress_abc_model;
SELECT model FROM abc_models();

-- what a definition says is not believed where it goes into SQL, and all its relations have one owner
UPDATE m_model SET key_types = '{"integer); SELECT boo("}';
SELECT count(*) FROM abc_explain('m', 1);
UPDATE m_model SET key_types = '{bigint}', carried_columns = '{"a1; DROP TABLE facts"}', carried = '{x}', carried_types = '{text}';
SELECT abc_refresh('m');
UPDATE m_model SET carried_columns = '{}', carried = '{}', carried_types = '{}';
RESET ROLE;
CREATE TABLE regress_abc_model.precious AS SELECT 1 AS gold;
ALTER TABLE regress_abc_model.precious OWNER TO regress_abc_member;
SET ROLE regress_abc_model;
UPDATE m_model SET before = 'precious';
SET ROLE regress_abc_member;
SELECT abc_drop_model('m');
SELECT gold FROM precious;
SET ROLE regress_abc_model;
UPDATE m_model SET before = 'm_before';

-- whoever acts for the owner, a member of the role or a superuser by SET ROLE, is not at the mercy of the
-- owner's code: it runs as the owner, cannot change the role, and leaves nothing behind in the session
CREATE TABLE goods AS SELECT i AS id, i * i AS v FROM generate_series(1, 20) AS i;
SELECT abc_create_model('t', 'goods', 'id', 'v');
SELECT abc_refresh('t', '2024-03-01');
CREATE TABLE loot (n int GENERATED ALWAYS AS IDENTITY, place text, ran_as text, got text);
CREATE FUNCTION steal(place text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	got text := 'nothing';
BEGIN
	BEGIN
		RESET ROLE;
		got := 'the role ' || CASE WHEN current_user = 'regress_abc_model' THEN 'of the owner' ELSE 'of the caller' END;
	EXCEPTION WHEN OTHERS THEN NULL;
	END;
	BEGIN
		RESET SESSION AUTHORIZATION;
		got := got || ', the session';
	EXCEPTION WHEN OTHERS THEN NULL;
	END;
	BEGIN
		CREATE TEMP TABLE goods (id int);
		got := got || ', a temporary table';
	EXCEPTION WHEN OTHERS THEN NULL;
	END;
	SET search_path = regress_abc_hidden;
	INSERT INTO regress_abc_model.loot (place, ran_as, got) VALUES (place, current_user, got);
	RETURN true;
END $$;
CREATE FUNCTION thief() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM regress_abc_model.steal(TG_TABLE_NAME); RETURN NEW; END $$;
CREATE TRIGGER thief AFTER INSERT OR UPDATE ON t_model FOR EACH STATEMENT EXECUTE FUNCTION thief();
CREATE TRIGGER thief AFTER INSERT OR UPDATE ON t_state FOR EACH STATEMENT EXECUTE FUNCTION thief();
CREATE TRIGGER thief AFTER INSERT OR UPDATE ON t_run FOR EACH STATEMENT EXECUTE FUNCTION thief();
CREATE TRIGGER thief AFTER INSERT OR UPDATE ON t_change FOR EACH STATEMENT EXECUTE FUNCTION thief();
CREATE TRIGGER thief AFTER INSERT OR UPDATE ON t_override FOR EACH STATEMENT EXECUTE FUNCTION thief();
ALTER TABLE t_model ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON t_model USING (runs IS NULL OR steal('policy'));
CREATE VIEW stolen AS SELECT id, v FROM goods WHERE v >= 0 OR steal('source');
SELECT abc_alter_model('t', source => 'stolen');
SELECT abc_refresh('t', '2024-03-10');
SELECT abc_override('t', 2, 'A', 'by the owner', begins => '2024-03-10') IS NOT NULL AS done;
SELECT count(*) > 0 AS checked FROM abc_check('t');
UPDATE goods SET v = -1 WHERE id = 1;
SET client_min_messages = warning;	-- it says how long each took
CALL abc_refresh_all();
RESET client_min_messages;
SHOW search_path;
SELECT current_user;
SET ROLE regress_abc_member;
SELECT abc_refresh('t') > 0 AS refreshed;
SELECT abc_override('t', 3, 'A', 'by a member again', begins => current_date) IS NOT NULL AS done;
SELECT author FROM t_override ORDER BY override_id;
SELECT count(*) > 0 AS checked FROM abc_check('t');
SELECT abc_alter_model('t', scheme => 'share 55/90');
SHOW search_path;
SELECT current_user;
SELECT place, ran_as, got, count(*) > 0 AS ran FROM loot GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT to_regclass('pg_temp.goods') IS NULL AS no_temporary_table;
-- what would run at the end of the transaction, as whoever the user is then, is refused
SET ROLE regress_abc_model;
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON t_run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION thief();
SET ROLE regress_abc_member;
SELECT abc_refresh('t');
SET ROLE regress_abc_model;
DROP TRIGGER later ON t_run;
SELECT abc_drop_model('t');
DROP VIEW stolen;

-- a hostile search_path: operators and functions of the same names change nothing
RESET ROLE;
CREATE SCHEMA regress_abc_hostile AUTHORIZATION regress_abc_model;
SET ROLE regress_abc_model;
CREATE FUNCTION regress_abc_hostile.boo(anyelement, anyelement) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hostile operator'; END $$;
CREATE FUNCTION regress_abc_hostile.boo(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hostile operator'; END $$;
CREATE FUNCTION regress_abc_hostile.boo(int, int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hostile operator'; END $$;
CREATE OPERATOR regress_abc_hostile.= (FUNCTION = regress_abc_hostile.boo, LEFTARG = anyelement, RIGHTARG = anyelement);
CREATE OPERATOR regress_abc_hostile.= (FUNCTION = regress_abc_hostile.boo, LEFTARG = text, RIGHTARG = text);
CREATE OPERATOR regress_abc_hostile.= (FUNCTION = regress_abc_hostile.boo, LEFTARG = int, RIGHTARG = int);
CREATE OPERATOR regress_abc_hostile.<> (FUNCTION = regress_abc_hostile.boo, LEFTARG = text, RIGHTARG = text);
CREATE OPERATOR regress_abc_hostile.> (FUNCTION = regress_abc_hostile.boo, LEFTARG = int, RIGHTARG = int);
CREATE FUNCTION regress_abc_hostile.set_config(text, text, boolean) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hostile function'; END $$;
CREATE FUNCTION regress_abc_hostile.concat_ws(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hostile function'; END $$;
CREATE FUNCTION regress_abc_hostile.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hostile function'; END $$;
CREATE FUNCTION regress_abc_hostile.current_setting(text, boolean) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hostile function'; END $$;
CREATE FUNCTION regress_abc_hostile.abc_refresh(regclass, date, boolean, boolean) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hostile function'; END $$;
CREATE TABLE regress_abc_hostile.pg_class (oid oid, relname name);
SET search_path = regress_abc_hostile, regress_abc_model, pg_catalog, public;
SELECT 'a'::text = 'a'::text;	-- the path is hostile indeed
SELECT abc_create_model('regress_abc_model.h', 'regress_abc_model.facts', 'id', 'v', 'share x 80 / y 95 / z', rules => ARRAY[abc_only_if('x', 'v OPERATOR(pg_catalog.>) 3')]);
SELECT abc_refresh('h', '2024-01-31');
SET client_min_messages = warning;	-- it says how long each took
CALL abc_refresh_all();
RESET client_min_messages;
SELECT count(*) FROM abc_explain('h', 20);
SELECT count(*) FROM abc_report('h');
SELECT count(*) FROM abc_simulate('h', 'share 50/95');
SELECT count(*) FROM abc_transitions('h');
SELECT count(*) FROM abc_check('h');
SELECT count(*) FROM abc_models();
SELECT abc_grant('h', 'regress_abc_reader');
SELECT pg_catalog.length(abc_report_html('h')) OPERATOR(pg_catalog.>) 1000 AS page;
SELECT abc_override('h', 1, 'y', 'because', begins => current_date) IS NOT NULL AS done;
SELECT abc_alter_model('h', scheme => 'share x 70 / y 95 / z');
SELECT abc_undo('h'), abc_forget('h', 5) OPERATOR(pg_catalog.>) 0 AS forgotten, abc_prune('h', '2024-01-01');
SELECT abc_as_of() OPERATOR(pg_catalog.=) current_date, abc_next_tier('A', 'B', 1), abc_lifecycle('2024-01-01', '2024-02-01', 3, '2024-02-02');
SHOW search_path;
SELECT abc_drop_model('h');

RESET ROLE;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_evil, regress_abc_hostile CASCADE;
DROP OWNED BY regress_abc_reader, regress_abc_member;
DROP ROLE regress_abc_reader, regress_abc_member, regress_abc_super;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_model CASCADE;
DROP ROLE regress_abc_model;
