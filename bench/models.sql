-- What a model costs: ratios against plain SQL over the same rows, taken in turn in one run.
--	.ci/sandbox psql -X -v customers=1000000 -f bench/models.sql
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
-- How long a statement takes; what it makes is taken back where the statement says so.
CREATE PROCEDURE measure(what text, side text, statement text) LANGUAGE plpgsql AS $$
DECLARE
	began timestamptz := clock_timestamp();
BEGIN
	EXECUTE statement;
	INSERT INTO measured VALUES (what, side, extract(epoch FROM clock_timestamp() - began));
END
$$;
CREATE VIEW ratios AS
SELECT what, round(ours::numeric, 2) AS ours, round(plain::numeric, 2) AS plain, round((ours / plain)::numeric, 2) AS ratio
FROM (SELECT what, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE side = 'ours') AS ours,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE side = 'plain') AS plain
	FROM measured GROUP BY what) AS m ORDER BY what;

CREATE TABLE customer AS
SELECT i AS id, 'region ' || i % 7 AS region, 'industry ' || i % 13 AS industry, round(exp(6 + 2 * sin(i) + cos(i * 7))::numeric, 2) AS revenue
FROM generate_series(1, :customers) AS i;
ALTER TABLE customer ADD PRIMARY KEY (id);
VACUUM ANALYZE customer;

\echo first refresh
SELECT abc_create_model('book', 'customer', 'id', 'revenue', '80/95', attributes => '{region,industry}') \g /dev/null
CALL measure('first refresh (bar 3)', 'ours', $$SELECT abc_refresh('book', '2026-01-01')$$);
VACUUM ANALYZE book_state;
CALL measure('first refresh (bar 3)', 'plain', 'CREATE TABLE same AS SELECT * FROM book_state; ALTER TABLE same ADD PRIMARY KEY (k1)');
DROP TABLE same;

\echo reading
CREATE TABLE plain AS SELECT * FROM book;
VACUUM ANALYZE plain;
SELECT 'CALL measure(''read by tier (bar 1.3)'', ''ours'', ''SELECT tier_name, count(*), sum(value) FROM book GROUP BY 1'');
CALL measure(''read by tier (bar 1.3)'', ''plain'', ''SELECT tier_name, count(*), sum(value) FROM plain GROUP BY 1'');
CALL measure(''rank and cumulative share (bar 1.5)'', ''ours'', ''SELECT max(rank), max(cumulative_share), max(of_customers) FROM book_ranked'');
CALL measure(''rank and cumulative share (bar 1.5)'', ''plain'', ''SELECT max(r), max(c), max(n) FROM (SELECT rank() OVER (w ORDER BY value DESC) AS r, abc_cumulative_share(value) OVER w AS c,
	count(*) OVER w AS n FROM plain WINDOW w AS (PARTITION BY tier IS NULL)) AS t'');'
FROM generate_series(1, 3) \gexec

\echo one per cent changed
SELECT format('UPDATE customer SET revenue = revenue + 1 WHERE id %% 100 = %s;
VACUUM ANALYZE customer;
CALL measure(''1 %% changed (bar 1.2)'', ''ours'', ''SELECT abc_refresh(''''book'''', ''''2026-01-01''''::date + %1$s)'');
CALL measure(''1 %% changed (bar 1.2)'', ''plain'', ''CREATE TABLE incoming AS SELECT id, region, industry, revenue FROM customer;
	UPDATE plain AS p SET value = i.revenue FROM incoming AS i WHERE i.id = p.id AND p.value IS DISTINCT FROM i.revenue'');
DROP TABLE incoming; VACUUM book_state; VACUUM plain;', i) FROM generate_series(1, 3) AS i \gexec

\echo nothing changed
SELECT pg_current_wal_insert_lsn() AS lsn \gset
CALL measure('nothing changed, against CREATE TABLE AS', 'ours', $$SELECT abc_refresh('book', '2026-01-05')$$);
SELECT pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), :'lsn')) AS "WAL of a refresh with nothing changed (bar 1 MB)";
CALL measure('nothing changed, against CREATE TABLE AS', 'plain', 'CREATE TABLE incoming_again AS SELECT id, region, industry, revenue FROM customer');

\echo partitions
CREATE TABLE parted AS SELECT i AS id, 'p' || i % 10000 AS part, 'all' AS one, round(exp(6 + 2 * sin(i))::numeric, 2) AS revenue FROM generate_series(1, :customers / 10) AS i;
ALTER TABLE parted ADD PRIMARY KEY (id);
VACUUM ANALYZE parted;
SELECT abc_create_model('many', 'parted', 'id', 'revenue', '80/95', partition_by => '{part}'), abc_create_model('one', 'parted', 'id', 'revenue', '80/95', partition_by => '{one}') \g /dev/null
SELECT format('UPDATE parted SET revenue = revenue + 1 WHERE id %% 10 = %s;
CALL measure(''10,000 partitions (bar 1.5)'', ''ours'', ''SELECT abc_refresh(''''many'''', ''''2026-01-01''''::date + %1$s)'');
CALL measure(''10,000 partitions (bar 1.5)'', ''plain'', ''SELECT abc_refresh(''''one'''', ''''2026-01-01''''::date + %1$s)'');', i) FROM generate_series(1, 3) AS i \gexec
SELECT * FROM ratios;
