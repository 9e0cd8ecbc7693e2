-- What the functions keep between two rows survives everything a query can do to
-- them: errors in the middle, an early end, savepoints, rescans, several of them
-- side by side. Enough rows for a temporary file.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
CREATE ROLE regress_abc_heart_states;
SET ROLE regress_abc_heart_states;
SET work_mem = '64kB';
SET max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE t AS
	SELECT n, n % 10 AS g, (n * 7919 % 30011)::float8 AS f, (n * 7919 % 30011)::bigint AS b, (n * 7919 % 30011)::numeric(12, 2) AS d
	FROM generate_series(1, 30000) AS n;

-- An early end: of the query, of a partition, of an EXISTS.
SELECT abc_classify(f) OVER () FROM t LIMIT 1;
SELECT g, abc_classify(d) OVER (PARTITION BY g) FROM t ORDER BY g, d DESC LIMIT 1;
SELECT EXISTS (SELECT abc_cumulative_share(b) OVER () FROM t);

-- Several side by side, of several types and schemes.
SELECT count(*), count(*) FILTER (WHERE f1 = 'A'), count(*) FILTER (WHERE f1 <> b1 OR b1 <> d1) AS unequal,
	count(*) FILTER (WHERE f2 = 'A'), count(*) FILTER (WHERE s1 <> s2) AS unequal_shares
FROM (SELECT abc_classify(f) OVER () AS f1, abc_classify(b) OVER () AS b1, abc_classify(d) OVER () AS d1,
		abc_classify(f, 'count 15/50') OVER () AS f2, abc_cumulative_share(f) OVER () AS s1, abc_cumulative_share(b) OVER () AS s2
	FROM t) AS x;
SELECT abc_cutoffs(f), abc_cutoffs(b), abc_cutoffs(d), abc_cutoffs(f, 'count 15/50'), abc_cutoffs(-f, 'top 5/10') FROM t;
-- The same call twice shares one state, and both see it whole.
SELECT abc_cutoffs(d), abc_cutoffs(d), (abc_cutoffs(d))[1], max(d) FROM t;
-- Many states at once.
SELECT count(*), min(cutoffs), max(cutoffs) FROM (SELECT abc_cutoffs(f) AS cutoffs FROM t GROUP BY g) AS x;
SELECT count(*), count(DISTINCT cutoffs) FROM (SELECT abc_cutoffs(f) AS cutoffs FROM t GROUP BY n % 5000) AS x;

-- An error in the middle, caught; the session goes on.
CREATE FUNCTION pg_temp.caught(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
SELECT pg_temp.caught('SELECT abc_cutoffs(CASE WHEN n = 29999 THEN ''NaN'' ELSE f END) FROM t'),
	pg_temp.caught('SELECT abc_cutoffs(d / (n - 29999)) FROM t'),
	pg_temp.caught('SELECT abc_classify(CASE WHEN n = 29999 THEN ''NaN'' ELSE f END) OVER () FROM t'),
	pg_temp.caught('SELECT abc_classify(d / (n - 29999)) OVER () FROM t'),
	pg_temp.caught('SELECT abc_cumulative_share(b / (n - 29999)) OVER () FROM t'),
	pg_temp.caught('SELECT 1 / (n - 29999) FROM (SELECT n, abc_classify(f) OVER () FROM t) AS x')
FROM generate_series(1, 3);
SELECT abc_cutoffs(f), abc_cutoffs(d) FROM t;

-- Savepoints under an open cursor.
BEGIN;
DECLARE window_cursor CURSOR FOR SELECT n, abc_classify(f) OVER (PARTITION BY g), abc_cumulative_share(d) OVER (PARTITION BY g) FROM t ORDER BY g, n;
DECLARE spilled_cursor CURSOR FOR SELECT n, abc_classify(f) OVER (), abc_cumulative_share(d) OVER () FROM t;
DECLARE group_cursor CURSOR FOR SELECT g, abc_cutoffs(f), abc_cutoffs(d) FROM t GROUP BY g ORDER BY g;
FETCH 2 FROM window_cursor;
FETCH 2 FROM spilled_cursor;
FETCH 1 FROM group_cursor;
SAVEPOINT before;
FETCH 2 FROM window_cursor;
FETCH 2 FROM spilled_cursor;
FETCH 1 FROM group_cursor;
SELECT abc_cutoffs('NaN'::float8);
ROLLBACK TO before;
MOVE FORWARD 3000 FROM window_cursor;
FETCH 1 FROM window_cursor;
MOVE FORWARD 29000 FROM spilled_cursor;
FETCH 1 FROM spilled_cursor;
FETCH 1 FROM group_cursor;
SAVEPOINT again;
RELEASE again;
FETCH 1 FROM window_cursor;
COMMIT;
-- Opened within what is rolled back.
BEGIN;
SAVEPOINT before;
DECLARE window_cursor CURSOR FOR SELECT n, abc_classify(f) OVER () FROM t;
FETCH 1 FROM window_cursor;
ROLLBACK TO before;
SELECT (abc_cutoffs(f))[1] FROM t;
DECLARE kept CURSOR WITH HOLD FOR SELECT n, abc_classify(f) OVER () FROM t ORDER BY n;
COMMIT;
FETCH 1 FROM kept;
CLOSE kept;

-- One whose FETCH fails within a savepoint: its files are gone with ROLLBACK TO, its memory later, and
-- what is opened afterwards must not share a descriptor.
BEGIN;
DECLARE fails_in_window CURSOR FOR SELECT n, abc_classify(f) OVER (), 1 / (n - 15000) FROM t;
SET LOCAL enable_hashagg = off;
DECLARE fails_in_group CURSOR FOR SELECT n % 2, abc_cutoffs(f), 1 / (n % 2 - 1) FROM t GROUP BY n % 2;
FETCH 1 FROM fails_in_window;
FETCH 1 FROM fails_in_group;
SAVEPOINT before;
MOVE FORWARD ALL FROM fails_in_window;
ROLLBACK TO before;
MOVE FORWARD ALL FROM fails_in_group;
ROLLBACK TO before;
CLOSE fails_in_window;
SELECT count(*), count(*) FILTER (WHERE f1 <> d1 OR f2 <> d2) AS unequal
FROM (SELECT abc_classify(f) OVER () AS f1, abc_classify(d) OVER () AS d1, abc_classify(f, 'count 15/50') OVER () AS f2, abc_classify(d, 'count 15/50') OVER () AS d2
	FROM t) AS x;
COMMIT;
SELECT count(*), count(*) FILTER (WHERE f1 <> d1 OR f2 <> d2) AS unequal
FROM (SELECT abc_classify(f) OVER () AS f1, abc_classify(d) OVER () AS d1, abc_classify(f, 'count 15/50') OVER () AS f2, abc_classify(d, 'count 15/50') OVER () AS d2
	FROM t) AS x;

-- Rescans: a subquery run again and again, a window under a nested loop.
SELECT m, (SELECT abc_cutoffs(f + m) FROM t WHERE g <> m) FROM generate_series(0, 3) AS m;
SELECT m, count(*) FILTER (WHERE x.tier = 'A')
FROM generate_series(0, 3) AS m, LATERAL (SELECT abc_classify(d, 'count 15/50') OVER () AS tier FROM t WHERE g <> m) AS x
GROUP BY m ORDER BY m;

-- Growing frames: the state is asked for its answer at every row, and goes on.
SELECT n, abc_cutoffs(f) OVER (ORDER BY n) FROM t WHERE n <= 5 ORDER BY n;
SELECT count(*), count(DISTINCT c) FROM (SELECT abc_cutoffs(d, 'top 1') OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS c
	FROM t WHERE n <= 500) AS x;

-- A prepared statement whose scheme is a parameter.
PREPARE by_scheme (text) AS SELECT abc_cutoffs(f, $1::abc_scheme) FROM t;
EXECUTE by_scheme('count 15/50');
EXECUTE by_scheme('top 1');
DEALLOCATE by_scheme;

-- Partitions that memory holds and partitions that it does not, one after the other; numerics that get more
-- decimals as they come, and at last too many digits for a key. The same with more memory.
CREATE TEMP TABLE mixed AS
	SELECT n, CASE WHEN n <= 100 THEN 1 WHEN n <= 20100 THEN 2 WHEN n <= 20200 THEN 3 WHEN n <= 29300 THEN 4 ELSE 5 END AS g, f, b,
		CASE WHEN n > 29990 THEN 1e60 ELSE round(d / (n % 9 + 1), n / 3000) END AS d
	FROM t;
CREATE TEMP VIEW answers AS
	SELECT n, abc_classify(f) OVER p AS f, abc_classify(b, 'count 20/50') OVER p AS b, abc_classify(d) OVER p AS d, abc_cumulative_share(d) OVER p AS share,
		abc_classify(d, 'count 20/50') OVER () AS whole, abc_normalize(d, 'minmax') OVER p AS normalized,
		abc_score(ARRAY[f, b, n], ARRAY[3, 2, 1], '{minmax,lower rank,ratio}') OVER p AS score
	FROM mixed WINDOW p AS (PARTITION BY g);
CREATE TEMP TABLE little AS SELECT * FROM answers;
CREATE TEMP TABLE little_cutoffs AS SELECT g, abc_cutoffs(f) AS f, abc_cutoffs(b) AS b, abc_cutoffs(d) AS d, abc_cutoffs(d, 'count 20/50') AS c FROM mixed GROUP BY g;
SET work_mem = '64MB';
SELECT count(*) FROM (SELECT * FROM answers EXCEPT SELECT * FROM little) AS differs;
SELECT count(*) FROM (SELECT g, abc_cutoffs(f), abc_cutoffs(b), abc_cutoffs(d), abc_cutoffs(d, 'count 20/50') FROM mixed GROUP BY g EXCEPT SELECT * FROM little_cutoffs) AS differs;
DROP VIEW answers;
DROP TABLE mixed, little, little_cutoffs;

DROP FUNCTION pg_temp.caught(text);
DROP TABLE t;
RESET work_mem;
RESET max_parallel_workers_per_gather;
RESET ROLE;
DROP ROLE regress_abc_heart_states;
