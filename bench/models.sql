-- What a model costs: ratios against plain SQL over the same rows, taken in turn in one run.
--	.ci/sandbox psql -X -v customers=1000000 -f bench/models.sql
-- The source of the model is a query that adds up the lines of each customer, ten of them, as in a warehouse; beside it
-- the same for a source that is a table of finished totals, which costs next to nothing to read.
\set QUIET on
\if :{?customers}
\else
	\set customers 1000000
\endif
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
SET jit = off;
SET work_mem = '256MB';
SET max_parallel_workers_per_gather = 0;

CREATE TABLE measured (what text, side text, seconds double precision);
-- How long some statements take.
CREATE PROCEDURE measure(what text, side text, statements text) LANGUAGE plpgsql AS $$
DECLARE
	began timestamptz := clock_timestamp();
BEGIN
	EXECUTE statements;
	INSERT INTO measured VALUES (what, side, extract(epoch FROM clock_timestamp() - began));
END
$$;
CREATE VIEW ratios AS
SELECT what, round(ours::numeric, 2) AS ours, round(plain::numeric, 2) AS plain, round((ours / plain)::numeric, 2) AS ratio
FROM (SELECT what, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE side = 'ours') AS ours,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE side = 'plain') AS plain
	FROM measured GROUP BY what) AS m ORDER BY what;

CREATE TABLE customer AS SELECT i AS id, 'region ' || i % 7 AS region, 'industry ' || i % 13 AS industry, 'p' || i % 10000 AS part, 'all' AS one
FROM generate_series(1, :customers) AS i;
ALTER TABLE customer ADD PRIMARY KEY (id);
CREATE TABLE line AS SELECT i % :customers + 1 AS customer, round(exp(4 + 2 * sin(i) + cos(i * 7))::numeric, 2) AS revenue
FROM generate_series(1, 10 * :customers) AS i;
VACUUM ANALYZE customer, line;
CREATE VIEW total AS SELECT c.id, c.region, c.industry, l.revenue
FROM customer AS c JOIN (SELECT customer, sum(revenue) AS revenue FROM line GROUP BY customer) AS l ON l.customer = c.id;
CREATE TABLE flat AS SELECT * FROM total;
ALTER TABLE flat ADD PRIMARY KEY (id);
VACUUM ANALYZE flat;
SELECT abc_create_model('book', 'total', 'id', 'revenue', '80/95', attributes => '{region,industry}'),
	abc_create_model('flat_book', 'flat', 'id', 'revenue', '80/95', attributes => '{region,industry}') \g /dev/null

\echo first refresh
CALL measure('first refresh (bar 3)', 'ours', $$SELECT abc_refresh('book', '2026-01-01')$$);
CALL measure('first refresh of a table', 'ours', $$SELECT abc_refresh('flat_book', '2026-01-01')$$);
VACUUM ANALYZE book_state, flat_book_state;
-- the same columns: those of a row of the state, with the key, the attributes and the value of each
SELECT string_agg(CASE attname WHEN 'k1' THEN 't.id::bigint AS k1' WHEN 'a1' THEN 't.region AS a1' WHEN 'a2' THEN 't.industry AS a2'
	WHEN 'value' THEN 't.revenue AS value' WHEN 'cut' THEN 't.revenue AS cut' ELSE 's.' || attname END, ', ' ORDER BY attnum) AS columns
FROM pg_attribute WHERE attrelid = 'book_state'::regclass AND attnum > 0 AND NOT attisdropped \gset
SELECT format('CALL measure(%L, ''plain'', %L)', what, format('CREATE TABLE same AS SELECT %s FROM %s AS t CROSS JOIN (SELECT * FROM book_state LIMIT 1) AS s;
	ALTER TABLE same ADD PRIMARY KEY (k1)', :'columns', source)), 'DROP TABLE same'
FROM (VALUES ('first refresh (bar 3)', 'total'), ('first refresh of a table', 'flat')) AS v (what, source) \gexec

\echo reading
CREATE TABLE plain AS SELECT * FROM book;
ALTER TABLE plain ADD PRIMARY KEY (id);
VACUUM ANALYZE plain;
SELECT $$CALL measure('read by tier (bar 1.3)', 'ours', 'SELECT tier_name, count(*), sum(value) FROM book GROUP BY 1')$$,
	$$CALL measure('read by tier (bar 1.3)', 'plain', 'SELECT tier_name, count(*), sum(value) FROM plain GROUP BY 1')$$,
	$$CALL measure('rank and cumulative share (bar 1.5)', 'ours', 'SELECT max(rank), max(cumulative_share), max(of_customers) FROM book_ranked')$$,
	$$CALL measure('rank and cumulative share (bar 1.5)', 'plain', 'SELECT max(r), max(c), max(n) FROM (SELECT rank() OVER (w ORDER BY value DESC) AS r,
	abc_cumulative_share(value) OVER w AS c, count(*) OVER w AS n FROM plain WINDOW w AS (PARTITION BY tier IS NULL)) AS t')$$
FROM generate_series(1, 3) \gexec

\echo one per cent changed
SELECT format('UPDATE line SET revenue = revenue + 1 WHERE customer %% 100 = %s', i), format('UPDATE flat SET revenue = revenue + 10 WHERE id %% 100 = %s', i),
	'VACUUM ANALYZE line, flat',
	format('CALL measure(''1 %% changed (bar 1.2)'', ''ours'', ''SELECT abc_refresh(''''book'''', ''''2026-01-01''''::date + %s)'')', i),
	'CALL measure(''1 % changed (bar 1.2)'', ''plain'', ''CREATE TABLE incoming AS SELECT * FROM total;
	UPDATE plain AS p SET value = i.revenue FROM incoming AS i WHERE i.id = p.id AND p.value IS DISTINCT FROM i.revenue'')', 'DROP TABLE incoming',
	format('CALL measure(''1 %% changed in a table'', ''ours'', ''SELECT abc_refresh(''''flat_book'''', ''''2026-01-01''''::date + %s)'')', i),
	format('UPDATE plain SET value = value - 10 WHERE id %% 100 = %s', i), 'VACUUM plain',
	'CALL measure(''1 % changed in a table'', ''plain'', ''CREATE TABLE incoming AS SELECT * FROM flat;
	UPDATE plain AS p SET value = i.revenue FROM incoming AS i WHERE i.id = p.id AND p.value IS DISTINCT FROM i.revenue'')', 'DROP TABLE incoming',
	'VACUUM book_state, flat_book_state, plain'
FROM generate_series(1, 3) AS i \gexec

\echo nothing changed
SELECT pg_current_wal_insert_lsn() AS lsn \gset
CALL measure('nothing changed, against CREATE TABLE AS', 'ours', $$SELECT abc_refresh('book', '2026-01-05')$$);
SELECT pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), :'lsn')) AS "WAL of a refresh with nothing changed (bar 1 MB)";
CALL measure('nothing changed, against CREATE TABLE AS', 'plain', 'CREATE TABLE incoming AS SELECT * FROM total');
DROP TABLE incoming;

\echo partitions
CREATE VIEW parted AS SELECT c.id, c.part, c.one, l.revenue
FROM customer AS c JOIN (SELECT customer, sum(revenue) AS revenue FROM line WHERE customer <= :customers / 10 GROUP BY customer) AS l ON l.customer = c.id;
SELECT abc_create_model('many', 'parted', 'id', 'revenue', '80/95', partition_by => '{part}'),
	abc_create_model('one', 'parted', 'id', 'revenue', '80/95', partition_by => '{one}') \g /dev/null
SELECT format('UPDATE line SET revenue = revenue + 1 WHERE customer %% 10 = %s AND customer <= %s / 10', i, :customers), 'VACUUM ANALYZE line',
	format('CALL measure(''10,000 partitions (bar 1.5)'', ''ours'', ''SELECT abc_refresh(''''many'''', ''''2026-01-01''''::date + %s)'')', i),
	format('CALL measure(''10,000 partitions (bar 1.5)'', ''plain'', ''SELECT abc_refresh(''''one'''', ''''2026-01-01''''::date + %s)'')', i),
	'VACUUM ANALYZE many_state, one_state'
FROM generate_series(1, 3) AS i \gexec
SELECT * FROM ratios;
