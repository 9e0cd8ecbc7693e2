-- bench/model.sql: abc_refresh against the plain SQL that it cannot do without.
--
--     psql -v customers=1000000 -v lines=10000000 -v rounds=3 -f bench/model.sql EMPTY_DATABASE
--
-- Each round moves one per cent of the customers, then times, one after the other: CREATE TABLE AS SELECT
-- key, sum(...) GROUP BY key; REFRESH MATERIALIZED VIEW CONCURRENTLY of a view over that table with the same
-- columns as NAME; and abc_refresh, which reads the lines itself, tiers, and writes history, run and trend.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SET jit = off;
CREATE EXTENSION IF NOT EXISTS abc_tier;
SELECT setseed(0.42) \g /dev/null
CREATE TABLE line AS
SELECT CASE WHEN i <= :customers THEN i ELSE (1 + floor(:customers * power(random(), 2)))::int END AS customer_id,
	round(exp(random() * 6)::numeric, 2)::numeric(12,2) AS amount
FROM generate_series(1, :lines) AS i;
VACUUM ANALYZE line;
CREATE VIEW facts AS SELECT customer_id, sum(amount) AS revenue FROM line GROUP BY customer_id;
SELECT abc_create_model('big', 'facts', 'customer_id', 'revenue') \g /dev/null
SELECT abc_refresh('big') \g /dev/null
CREATE TABLE base AS SELECT * FROM facts;
CREATE MATERIALIZED VIEW plain AS
SELECT customer_id, revenue AS value, customer_id IS NOT NULL AS eligible, NULL::float8[] AS metrics, NULL::date AS first_order,
	NULL::date AS last_order, NULL::bigint AS orders, NULL::boolean[] AS conditions, NULL::float8 AS score, 'A'::abc_tier AS computed FROM base;
CREATE UNIQUE INDEX ON plain (customer_id);
CREATE TABLE result (round int, as_ms numeric, refresh_ms numeric, abc_ms numeric, mv_mb numeric, plain_mb numeric, new_versions bigint, changed bigint);

CREATE PROCEDURE measure(round int, customers int) LANGUAGE plpgsql AS $$
DECLARE
	t timestamptz[];
	was bigint := (SELECT count(*) FROM big_history);
BEGIN
	INSERT INTO line SELECT 1 + (random() * (customers - 1))::int, 400 FROM generate_series(1, customers / 100);
	COMMIT;
	DROP TABLE IF EXISTS aggregated;
	t := t || clock_timestamp();
	CREATE TABLE aggregated AS SELECT customer_id, sum(amount) AS revenue FROM line GROUP BY customer_id;
	t := t || clock_timestamp();
	COMMIT;
	TRUNCATE base;
	INSERT INTO base SELECT * FROM aggregated;
	COMMIT;
	t := t || clock_timestamp();
	REFRESH MATERIALIZED VIEW CONCURRENTLY plain;
	COMMIT;
	t := t || clock_timestamp();
	PERFORM abc_refresh('big');
	COMMIT;
	t := t || clock_timestamp();
	INSERT INTO result SELECT round, 1000 * extract(epoch FROM t[2] - t[1]), 1000 * extract(epoch FROM t[4] - t[3]), 1000 * extract(epoch FROM t[5] - t[4]),
		pg_relation_size('big') / 1048576.0, pg_relation_size('plain') / 1048576.0,
		(SELECT count(*) FROM big_history) - was, (SELECT sum(moved_up + moved_down + arrived + gone) FROM big_run WHERE run = (SELECT max(run) FROM big_run));
END
$$;
SELECT 'VACUUM line, base, big, big_history, plain', format('CALL measure(%s, %s)', i, :customers) FROM generate_series(1, :rounds) AS i \gexec
SELECT round, round(as_ms) AS create_table_as, round(refresh_ms) AS refresh_concurrently, round(abc_ms) AS abc_refresh,
	round(abc_ms / (as_ms + refresh_ms), 2) AS ratio, round(mv_mb, 1) AS mv_mb, round(plain_mb, 1) AS plain_mb, new_versions, changed FROM result ORDER BY round;
