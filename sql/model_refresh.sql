-- What a refresh writes: runs, history, trend, changes, the current state.
-- Nobody disappears. A day that is run again is as if it had been run once.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
\set SHOW_CONTEXT never
CREATE ROLE regress_abc_model;
CREATE SCHEMA regress_abc_model AUTHORIZATION regress_abc_model;
SET ROLE regress_abc_model;
SET search_path = regress_abc_model, public;
CREATE TABLE facts (id int, name text, revenue numeric(12,2));
INSERT INTO facts VALUES (1, 'Ann', 800), (2, 'Bea', 150), (3, 'Cyd', 30), (4, 'Dan', 20), (5, 'Eve', 0), (6, 'Fay', -10), (7, 'Gil', NULL);
SELECT abc_create_model('m', 'facts', 'id', 'revenue', attributes => '{name}');

-- before the first refresh
SELECT * FROM m_run;
SELECT abc_explain('m', 1);
SELECT * FROM abc_report('m');
SELECT abc_undo('m');

SELECT abc_refresh('m', '2024-01-31');
SELECT run, as_of, customers, rated, total, value, cutoffs, scheme, moved_up, moved_down, arrived, gone, below_zero, source_total, error FROM m_run;
SELECT id, name, tier, tier_rank, tier_name, computed_tier, decided_by, reason, value, round(value_share::numeric, 4) AS share, next_tier, gap_to_next, cushion, moved, lifecycle
FROM m ORDER BY id;
SELECT id, rank, of_customers, round(cumulative_share::numeric, 4) AS share FROM m_ranked ORDER BY rank, id;

-- one comes, one goes, one rises, one falls; a name changes, which opens no version
INSERT INTO facts VALUES (8, 'Hal', 900);
DELETE FROM facts WHERE id = 3;
UPDATE facts SET revenue = 1000 WHERE id = 4;
UPDATE facts SET name = 'Eva' WHERE id = 5;
SELECT abc_refresh('m', '2024-02-29');
SELECT run, as_of, customers, total, cutoffs, moved_up, moved_down, arrived, gone, gone_value FROM m_run WHERE run = 2;
SELECT number, id, name, moved, from_tier, from_name, to_tier, to_name, lifecycle, decided_by, reason, cause, value_before, value FROM m_changes WHERE run = 2 ORDER BY id;
SELECT id, name, tier, tier_name, decided_by, value, value_before, tier_since, previous_tier, moved, lifecycle, best_tier, best_tier_until, best_value, as_of, run
FROM m ORDER BY id;
-- the trend: yesterday's customers plus those who came minus those who left
SELECT t.run, t.tier, t.tier_rank, t.customers, t.value, round(t.customers_share::numeric, 4) AS c, round(t.value_share::numeric, 4) AS v, t.moved_in, t.moved_out, t.lost,
	t.customers = coalesce(p.customers, 0) + t.moved_in - t.moved_out AS adds_up
FROM m_trend AS t LEFT JOIN m_trend AS p ON p.run = t.run - 1 AND p.tier = t.tier WHERE t.tier IS NOT NULL ORDER BY t.run, t.tier;
-- who is nearly in the next tier: of those who hold the one below, whoever decided
SELECT abc_override('m', 1, 'A', 'friend', begins => '2024-02-29') IS NOT NULL AS done;
SELECT id, tier, computed_tier, decided_by, next_tier, gap_to_next, cushion FROM m ORDER BY id;
SELECT abc_override('m', 1, NULL, begins => '2024-02-29');

-- who left comes back, and is returned for three months
INSERT INTO facts VALUES (3, 'Cyd', 40);
SELECT abc_refresh('m', '2024-03-31');
SELECT id, moved, tier, lifecycle, best_tier, value, previous_tier FROM m WHERE id = 3;
SELECT abc_refresh('m', '2024-06-30');
SELECT id, moved, tier, lifecycle FROM m WHERE id = 3;
SELECT abc_refresh('m', '2024-07-31');
SELECT id, moved, tier, lifecycle FROM m WHERE id = 3;
SELECT tier, lifecycle, decided_by, valid_from, valid_to FROM m_history WHERE id = 3 ORDER BY valid_from;

-- a refresh that changes nothing writes no history
SELECT count(*) AS before FROM m_history \gset
SELECT abc_refresh('m', '2024-07-31'), abc_refresh('m', '2024-08-01');
SELECT count(*) - :before AS new_versions FROM m_history;

-- point in time: one version each, and the tiers of that day
SELECT count(*), count(DISTINCT id) FROM m_history WHERE valid_from <= '2024-02-29' AND (valid_to IS NULL OR valid_to > '2024-02-29');
SELECT string_agg(concat(id, tier), ' ' ORDER BY id) FROM m_history WHERE valid_from <= '2024-02-15' AND (valid_to IS NULL OR valid_to > '2024-02-15');

-- history goes forward, and not beyond tomorrow, for somebody is east of the server
SELECT abc_refresh('m', '2024-07-30');
SELECT abc_refresh('m', '2462-01-01');
SELECT abc_refresh('m', 'infinity');
SELECT abc_refresh('m', '-infinity');
BEGIN;
SELECT abc_refresh('m', current_date + 1) > 0 AS tomorrow;
SELECT abc_refresh('m', current_date + 400, force => true) > 0 AS forced;
ROLLBACK;

-- a duplicate key, a value that is no number, a date that is no day: the customer is named, nothing is left behind
INSERT INTO facts VALUES (1, 'Ann again', 5);
SELECT abc_refresh('m', '2024-08-31');
UPDATE facts SET revenue = 'NaN', id = 9 WHERE name = 'Ann again';
SELECT abc_refresh('m', '2024-08-31');
SELECT max(run) AS last_run, max(as_of) FROM m_run;
-- and the context of an error does not carry the statements of a model
CREATE FUNCTION context_of(call text) RETURNS TABLE (says text, lines bigint, statements boolean) LANGUAGE plpgsql AS $$
DECLARE
	context text;
	state text;
BEGIN
	EXECUTE call;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS context = PG_EXCEPTION_CONTEXT, state = RETURNED_SQLSTATE;
	RETURN QUERY SELECT state, count(*), bool_or(l ~ 'm_state|m_run|WITH|FROM facts') FROM regexp_split_to_table(context, E'\n') AS l;
END
$$;
SELECT call, c.says, c.lines < 12 AS few_lines, c.statements
FROM unnest(ARRAY[$$SELECT abc_refresh('m', '2024-08-31')$$, $$SELECT abc_refresh('m', '2024-01-01')$$, $$SELECT * FROM abc_explain('m', 'x')$$, $$SELECT * FROM abc_report('m', '{x}')$$,
	$$SELECT * FROM abc_simulate('m', metrics => ARRAY[abc_metric('x', 1)], scheme => 'count 5')$$, $$SELECT abc_alter_model('m', source => 'SELECT 1 AS id')$$, $$SELECT abc_alter_model('m', eligible => 'x >')$$,
	$$SELECT abc_create_model('x', 'facts', 'id', 'x')$$, $$SELECT abc_override('m', 1, 'X', 'x')$$, $$SELECT abc_forget('m', 77)$$]) AS call, context_of(call) AS c;
SELECT abc_as_of() = current_date AS outside, abc_last_as_of(), abc_last_refresh();
DELETE FROM facts WHERE id = 9;
CREATE TABLE dated (id int, v float8, day timestamptz);
INSERT INTO dated VALUES (1, 1, '2024-01-01'), (2, 'Infinity', '2024-01-01'), (3, 3, '2024-01-01');
SELECT abc_create_model('d', 'dated', 'id', 'v', last_order => 'day');
SELECT abc_refresh('d', '2024-08-31');
UPDATE dated SET v = 2, day = '-infinity' WHERE id = 2;
SELECT abc_refresh('d', '2024-08-31');
SELECT count(*) FROM d_run;

-- without as_of: today, in one run however often
SELECT abc_refresh('m') AS run \gset
SELECT run = :run AS last, as_of = current_date AS today, began BETWEEN now() - interval '1 minute' AND clock_timestamp() AS now FROM m_run WHERE run = :run;
UPDATE facts SET revenue = revenue + 10000 WHERE id IN (2, 4);
SELECT abc_refresh('m') - :run AS the_same;
SELECT count(*) AS negative FROM m_history WHERE valid_to <= valid_from;
SELECT count(*) AS gaps FROM (SELECT valid_to, lead(valid_from) OVER (PARTITION BY id ORDER BY valid_from) AS next FROM m_history) AS h WHERE next IS DISTINCT FROM valid_to;
SELECT abc_drop_model('m');

-- the same day again gives what one run would have given: a wrong load, then the right one
CREATE TABLE load (id int, v numeric, day date, region text);
CREATE TABLE ok AS SELECT i AS id, (i * 7919 % 1000)::numeric AS v, '2024-01-01'::date + i % 28 AS day, 'r' || i % 2 AS region FROM generate_series(1, 60) AS i;
CREATE VIEW called AS SELECT 'SELECT abc_create_model(%L, ''load'', ''id'', ''v'', ''share 50/80'', partition_by => ''{region}'', demote_after => 3, promote_after => 2, last_order => ''day'', lost => ''2 months'', max_gone => NULL)' AS create_it;
SELECT format(create_it, m) FROM called, unnest('{never,mistaken}'::text[]) AS m \gexec
INSERT INTO load SELECT * FROM ok;
SELECT abc_refresh('never', '2024-01-31'), abc_refresh('mistaken', '2024-01-31');
UPDATE ok SET v = v * 3 WHERE id % 5 = 0;
INSERT INTO ok VALUES (100, 500, '2024-02-10', 'r0');
DELETE FROM ok WHERE id = 7;
SELECT abc_override(m::regclass, 9, 'A', 'friend', begins => '2024-02-29') IS NOT NULL AS done FROM unnest('{never,mistaken}'::text[]) AS m;
-- half of the rows, others twice as large, some who were never there
TRUNCATE load;
INSERT INTO load SELECT id, v * 2, day, region FROM ok WHERE id % 2 = 0 UNION ALL SELECT 900 + i, i, '2024-02-01', 'r9' FROM generate_series(1, 5) AS i;
SELECT abc_refresh('mistaken', '2024-02-29');
SELECT count(*) FILTER (WHERE moved = 'gone') AS gone, count(*) FILTER (WHERE moved = 'new') AS new FROM mistaken_changes WHERE run = 2;
TRUNCATE load;
INSERT INTO load SELECT * FROM ok;
SELECT abc_refresh('mistaken', '2024-02-29'), abc_refresh('mistaken', '2024-02-29'), abc_refresh('never', '2024-02-29');
CREATE FUNCTION differences(a text, b text) RETURNS TABLE (relation text, n bigint) LANGUAGE plpgsql AS $$
DECLARE
	cols text;
BEGIN
	FOREACH relation IN ARRAY '{"",_state,_history,_run,_trend,_ranked}'::text[] LOOP
		cols := (SELECT string_agg(quote_ident(t.attname), ', ') FROM pg_attribute AS t WHERE t.attrelid = (a || relation)::regclass AND t.attnum > 0 AND NOT t.attisdropped
			AND t.attname NOT IN ('began', 'finished', 'written_run'));
		EXECUTE format('SELECT count(*) FROM ((SELECT %1$s FROM %2$s%4$s EXCEPT ALL SELECT %1$s FROM %3$s%4$s) UNION ALL (SELECT %1$s FROM %3$s%4$s EXCEPT ALL SELECT %1$s FROM %2$s%4$s)) AS d', cols, a, b, relation) INTO n;
		RETURN NEXT;
	END LOOP;
	relation := 'changes in force';
	EXECUTE format('SELECT count(*) FROM (SELECT id, moved, from_tier, to_tier, previous_lifecycle, lifecycle, decided_by, value_before, value, run FROM %s_changes WHERE number NOT IN (SELECT takes_back FROM %1$s_changes WHERE takes_back IS NOT NULL) AND takes_back IS NULL
		EXCEPT ALL SELECT id, moved, from_tier, to_tier, previous_lifecycle, lifecycle, decided_by, value_before, value, run FROM %s_changes) AS d', b, a) INTO n;
	RETURN NEXT;
END
$$;
SELECT * FROM differences('never', 'mistaken');
-- and the next days go on alike: hysteresis has counted days
UPDATE load SET v = v / 9 WHERE id % 3 = 0;
SELECT abc_refresh('never', d), abc_refresh('mistaken', d), abc_refresh('mistaken', d) FROM unnest('{2024-03-31,2024-04-30,2024-05-31}'::date[]) AS d;
SELECT * FROM differences('never', 'mistaken');
SELECT count(*) FILTER (WHERE decided_by = 'held') > 3 AS some_held FROM never_history;
-- who polls by number ends with the truth
CREATE FUNCTION polled(m text) RETURNS TABLE (id int, tier text) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT DISTINCT ON (c.id) c.id::int, c.to_tier FROM %s_changes AS c WHERE c.moved IS NOT NULL ORDER BY c.id, c.number DESC', m);
END $$;
SELECT count(*) AS wrong FROM polled('mistaken') AS p LEFT JOIN mistaken AS m ON m.id = p.id WHERE m.tier IS DISTINCT FROM p.tier AND m.id IS NOT NULL;

-- undo takes the last day back, once; what is undone can be run again
SELECT abc_create_model('before', 'load', 'id', 'v', 'share 50/80', partition_by => '{region}', demote_after => 3, promote_after => 2, last_order => 'day', lost => '2 months', max_gone => NULL);
SELECT abc_create_model('undone', 'load', 'id', 'v', 'share 50/80', partition_by => '{region}', demote_after => 3, promote_after => 2, last_order => 'day', lost => '2 months', max_gone => NULL);
SELECT abc_refresh('before', d), abc_refresh('undone', d) FROM unnest('{2024-01-31,2024-02-29}'::date[]) AS d;
UPDATE load SET v = v * 7, region = 'r1' WHERE id % 4 = 0;
DELETE FROM load WHERE id % 10 = 3;
INSERT INTO load VALUES (500, 5, '2024-03-01', 'r0');
SELECT abc_refresh('undone', '2024-03-31');
SELECT abc_undo('undone');
SELECT * FROM differences('before', 'undone');
SELECT abc_undo('undone');
SELECT abc_refresh('before', '2024-03-31'), abc_refresh('undone', '2024-03-31');
SELECT * FROM differences('before', 'undone');
SELECT count(*) AS wrong FROM polled('undone') AS p LEFT JOIN undone AS m ON m.id = p.id WHERE m.tier IS DISTINCT FROM p.tier AND m.id IS NOT NULL;

-- a refresh that would lose more than max_gone of the customers, or of their value, raises
CREATE TABLE guarded (id int, v int);
INSERT INTO guarded SELECT i, CASE WHEN i = 1 THEN 1000 ELSE 1 END FROM generate_series(1, 10) AS i;
SELECT abc_create_model('gd', 'guarded', 'id', 'v');
SELECT abc_refresh('gd', '2024-01-31');
DELETE FROM guarded WHERE id = 1;
SELECT abc_refresh('gd', '2024-02-29');
INSERT INTO guarded VALUES (1, 1000);
DELETE FROM guarded WHERE id > 4;
SELECT abc_refresh('gd', '2024-02-29');
SELECT abc_refresh('gd', '2024-02-29', force => true);
DELETE FROM guarded WHERE id > 2;
SELECT abc_refresh('gd', '2024-03-31');
SELECT max(run), max(as_of) FROM gd;
SELECT abc_alter_model('gd', max_gone => -1);
DELETE FROM guarded;
SELECT abc_refresh('gd', '2024-03-31');
-- an empty source
SELECT customers, rated, total, cutoffs, gone FROM gd_run WHERE run = (SELECT max(run) FROM gd_run);
SELECT decided_by, lifecycle, count(*), count(value) FROM gd GROUP BY 1, 2;
SELECT line, customers, value FROM abc_report('gd');
INSERT INTO guarded VALUES (1, 1);
SELECT abc_refresh('gd', '2024-04-30');
SELECT id, tier, moved FROM gd WHERE moved IS NOT NULL;

-- days are dates, the same for everybody: refreshed in one zone, read in another
CREATE TABLE zoned (id int, v int, first timestamptz, seen timestamptz, at timestamptz);
INSERT INTO zoned SELECT i, i, '2024-01-15 23:30+00', '2024-01-31 23:30+00', '2024-01-31 23:30+00' FROM generate_series(1, 5) AS i;
CREATE FUNCTION zoned(zone text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	seen text[] := '{}';
	reader text;
BEGIN
	PERFORM set_config('timezone', zone, false);
	PERFORM abc_create_model('z', 'zoned', 'id', 'v', attributes => '{at}', first_order => 'first', last_order => 'seen', lost => '1 month');
	PERFORM abc_refresh('z', '2024-02-01');
	UPDATE zoned SET v = v * 2 WHERE id = 1;
	PERFORM abc_refresh('z', '2024-02-29');
	FOREACH reader IN ARRAY '{Pacific/Kiritimati,UTC,Pacific/Pago_Pago}'::text[] LOOP
		PERFORM set_config('timezone', reader, false);
		seen := seen || (SELECT md5(concat((SELECT string_agg(x::text, ',' ORDER BY id) FROM z AS x), (SELECT string_agg(x::text, ',' ORDER BY id, valid_from) FROM z_history AS x),
			(SELECT string_agg(x::text, ',' ORDER BY number) FROM z_changes AS x), (SELECT string_agg(x::text, ',' ORDER BY run, tier_rank) FROM z_trend AS x), (SELECT string_agg(x::text, ',') FROM abc_report('z') AS x))));
	END LOOP;
	PERFORM abc_drop_model('z');
	UPDATE zoned SET v = id;
	RETURN (SELECT string_agg(DISTINCT s, ' ') FROM unnest(seen) AS s);
END
$$;
SELECT count(DISTINCT zoned(z)) AS answers FROM unnest('{Pacific/Kiritimati,Asia/Shanghai,UTC,Pacific/Pago_Pago}'::text[]) AS z;
RESET timezone;

-- rows without a key: in no tier, but in the report
CREATE TABLE keyless (id int, v numeric);
INSERT INTO keyless VALUES (1, 100), (2, 50), (NULL, 77), (NULL, 3);
SELECT abc_create_model('k', 'keyless', 'id', 'v', refresh => true);
SELECT line, tier, tier_name, customers, value, round(value_share::numeric, 4) AS share FROM abc_report('k');

-- a person is forgotten: nothing is left but in the sums of past runs
SELECT abc_create_model('f', 'load', 'id', 'v', attributes => '{region}', max_gone => NULL);
SELECT abc_refresh('f', '2024-01-31');
UPDATE load SET v = 999999 WHERE id = 2;
SELECT abc_refresh('f', '2024-02-29');
SELECT abc_override('f', 2, 'C', 'dispute', begins => '2024-02-29') IS NOT NULL AS done;
SELECT value AS total FROM f_run WHERE run = 1 \gset
SELECT abc_forget('f', 2);
SELECT (SELECT count(*) FROM f WHERE id = 2) AS name, (SELECT count(*) FROM f_history WHERE id = 2) AS history, (SELECT count(*) FROM f_changes WHERE id = 2) AS changes,
	(SELECT count(*) FROM f_override WHERE k1 = 2) AS overrides, (SELECT count(*) FROM f_before WHERE k1 = 2) AS before, (SELECT value - :total FROM f_run WHERE run = 1) AS of_the_sum;
SELECT abc_forget('f', 2);
SELECT abc_explain('f', 2);
SELECT abc_undo('f');
SELECT count(*) FROM f WHERE id = 2;
DELETE FROM load WHERE id = 2;
SELECT abc_refresh('f', '2024-02-29');
SELECT count(*) FROM f WHERE id = 2;

-- what is older than a day is pruned: never the present, nor what undo needs
SELECT format($$UPDATE load SET v = v * 50 WHERE id %% 9 = %s; SELECT abc_refresh('f', '2024-0%s-15')$$, m, m) FROM generate_series(3, 6) AS m \gexec
SELECT count(*) > 5 AS some_closed FROM f_version WHERE valid_to <= '2024-05-01';
SELECT max(number) AS newest, (SELECT count(*) FROM f_version WHERE valid_to > '2024-05-01') AS kept FROM f_changes \gset
SELECT abc_prune('f', '2024-05-01') > 5 AS removed;
SELECT (SELECT count(*) FROM f_version) - :kept AS kept, max(number) - :newest AS newest FROM f_changes;
SELECT (SELECT count(*) FROM f_version WHERE valid_to <= '2024-05-01') AS versions, (SELECT min(as_of) FROM f_run) AS first_run, (SELECT min(as_of) >= '2024-05-01' OR min(as_of) IS NULL FROM f_changes) AS changes, (SELECT count(*) FROM f) AS all_there;
SELECT abc_prune('f', '2025-01-01') > 0 AS removed;
SELECT run, as_of FROM f_run ORDER BY run;
SELECT abc_undo('f');
SELECT max(as_of), count(*) FROM f;
SELECT abc_prune('f', NULL);
SELECT abc_prune('f', 'infinity');

-- all models one may see, and what a failure looks like
SELECT model, owner, source, run, customers, error FROM abc_models() WHERE model::text IN ('gd', 'd', 'f') ORDER BY model::text;

CREATE TABLE secret (id text, v int);
INSERT INTO secret VALUES ('Rumpelstiltskin', 1);

-- progress is there for others to see, and gone afterwards
CREATE VIEW watching AS SELECT id, v, current_setting('application_name') AS app, abc_as_of() AS day FROM secret;
SELECT abc_create_model('watched', 'watching', 'id', 'v', attributes => '{app,day}');
SET application_name = 'mine';
SELECT abc_refresh('watched', '2024-05-05');
SELECT app, day FROM watched;
SHOW application_name;

-- a load of which the customers are there, and their amounts are not: nobody is lost, the check tells
CREATE TABLE loaded AS SELECT i AS id, 100.0 + i AS v FROM generate_series(1, 20) AS i;
SELECT abc_create_model('broken', 'loaded', 'id', 'v', refresh => true);
SELECT code, ok FROM abc_check('broken') WHERE code IN ('rows', 'total');
UPDATE loaded SET v = NULL WHERE id > 5;
SELECT code, ok FROM abc_check('broken') WHERE code IN ('rows', 'total');
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_model CASCADE;
DROP ROLE regress_abc_model;
