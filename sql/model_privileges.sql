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
GRANT SELECT ON m_current, m_changes TO regress_abc_reader;
SET ROLE regress_abc_reader;
SELECT count(*) FROM m_current;
SELECT count(*) FROM m_changes;
SELECT count(*) FROM m_history;
SELECT count(*) FROM facts;
SELECT * FROM abc_explain('m_current', 1);
SELECT abc_refresh('m_current');
SELECT abc_alter_model('m_current', scheme => '50');
SELECT abc_override('m_current', 1, 'A', 'me');
SELECT abc_drop_model('m_current');
SELECT abc_create_model('x', 'facts', 'id', 'v', schema => 'regress_abc_model');
CALL abc_refresh_all();
RESET ROLE;
GRANT SELECT ON ALL TABLES IN SCHEMA regress_abc_model TO regress_abc_reader;
SET ROLE regress_abc_reader;
SELECT count(*) FROM abc_explain('m', 1);
SELECT line, customers, value FROM abc_report('m');
SELECT count(*) FROM abc_simulate('m', 'share 50/95');
SELECT abc_model_sql('m') IS NOT NULL AS printed;
SELECT abc_check('m');

-- a member of the owning role may do all that; what it makes anew stays the owner's
SET ROLE regress_abc_member;
SELECT abc_refresh('m', '2024-02-29');
SELECT abc_override('m', 1, 'A', 'by a member');
SELECT author FROM m_override;
SELECT abc_alter_model('m', scheme => 'share 50/90');
SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE relnamespace = 'regress_abc_model'::regnamespace;
CALL abc_refresh_all();
SELECT max(run) FROM m_run;

-- a superuser who is not the owner is refused, whatever waits for him
SET ROLE regress_abc_model;
CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the trap ran as %', current_user; END $$;
CREATE TRIGGER trap BEFORE INSERT OR UPDATE OR DELETE ON m_model FOR EACH ROW EXECUTE FUNCTION trap();
CREATE TRIGGER trap BEFORE INSERT OR UPDATE OR DELETE ON m_history FOR EACH ROW EXECUTE FUNCTION trap();
SET ROLE regress_abc_super;
SET search_path = regress_abc_model, public;
SELECT abc_refresh('m');
SELECT abc_override('m', 1, 'A', 'me');
SELECT abc_alter_model('m', scheme => '50');
SELECT abc_drop_model('m');
SELECT abc_check('m');
SELECT abc_explain('m', 1);
SELECT abc_report('m');
CALL abc_refresh_all();
SET ROLE regress_abc_model;
DROP TRIGGER trap ON m_model;
DROP TRIGGER trap ON m_history;

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
SELECT abc_refresh('m', '2024-03-31');
SELECT count(*) FROM abc_explain('m', 1);

-- what a definition says of types is not believed, and all its relations have one owner
UPDATE m_model SET key_type = 'integer); SELECT boo(', value_type = 'boo';
SELECT count(*) FROM abc_explain('m', 1);
SELECT abc_override('m', 1, 'B', 'types are read from the catalog');
RESET ROLE;
CREATE TABLE regress_abc_model.precious AS SELECT 1 AS gold;
ALTER TABLE regress_abc_model.precious OWNER TO regress_abc_member;
SET ROLE regress_abc_model;
UPDATE m_model SET trend_table = 'precious';
SET ROLE regress_abc_member;
SELECT abc_drop_model('m');
SELECT gold FROM precious;
SET ROLE regress_abc_model;
UPDATE m_model SET trend_table = 'm_trend';

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
CREATE TRIGGER thief AFTER INSERT OR UPDATE ON t_history FOR EACH STATEMENT EXECUTE FUNCTION thief();
CREATE TRIGGER thief AFTER INSERT OR UPDATE ON t_run FOR EACH STATEMENT EXECUTE FUNCTION thief();
CREATE TRIGGER thief AFTER INSERT OR UPDATE ON t_trend FOR EACH STATEMENT EXECUTE FUNCTION thief();
CREATE TRIGGER thief AFTER INSERT OR UPDATE ON t_override FOR EACH STATEMENT EXECUTE FUNCTION thief();
ALTER TABLE t_model ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON t_model USING (runs IS NULL OR steal('policy'));
CREATE VIEW stolen AS SELECT id, v FROM goods WHERE v >= 0 OR steal('source');
SELECT abc_alter_model('t', source => 'stolen');
SELECT abc_refresh('t', '2024-03-10');
SELECT abc_override('t', 2, 'A', 'by the owner');
SELECT count(*) > 0 AS checked FROM abc_check('t');
UPDATE goods SET v = -1 WHERE id = 1;
CALL abc_refresh_all();
SHOW search_path;
SELECT current_user;
SET ROLE regress_abc_member;
SELECT abc_refresh('t');
SELECT abc_override('t', 3, 'A', 'by a member again');
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
CREATE FUNCTION regress_abc_hostile._abc_own_models() RETURNS regclass[] LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hostile function'; END $$;
CREATE TABLE regress_abc_hostile.pg_class (oid oid, relname name);
SET search_path = regress_abc_hostile, regress_abc_model, pg_catalog, public;
SELECT 'a'::text = 'a'::text;	-- the path is hostile indeed
SELECT abc_create_model('h', 'facts', 'id', 'v', 'share x 80 / y 95 / z', rules => ARRAY[abc_only_if('x', 'v OPERATOR(pg_catalog.>) 3')], first_order => NULL, schema => 'regress_abc_model');
SELECT abc_refresh('h', '2024-01-31');
CALL abc_refresh_all();
SELECT count(*) FROM abc_explain('h', 20);
SELECT count(*) FROM abc_report('h');
SELECT count(*) FROM abc_simulate('h', 'share 50/95');
SELECT count(*) FROM abc_transitions('h');
SELECT count(*) FROM abc_check('h');
SELECT count(*) FROM abc_pareto('h');
SELECT length(abc_pareto_svg('h')) OPERATOR(pg_catalog.>) 1000;
SELECT abc_override('h', 1, 'y', 'because');
SELECT abc_alter_model('h', scheme => 'share x 70 / y 95 / z');
SELECT abc_as_of() OPERATOR(pg_catalog.=) current_date, abc_next_tier('A', 'B', 1), abc_lifecycle('2024-01-01', '2024-02-01', 3, '2024-02-02'), abc_dead_band('B', 3, ARRAY[2], 0.1);
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
