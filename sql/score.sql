--
-- abc_score: the published EDAS example, agreement with weighted sums of
-- abc_normalize, the policies for missing metrics, every error.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_score;
CREATE SCHEMA regress_abc_score AUTHORIZATION regress_abc_score;
RESET client_min_messages;
SET ROLE regress_abc_score;
SET search_path = regress_abc_score, public;

-- EDAS matrix: 10 alternatives, 7 criteria, the last four costs; published scores and ranks
CREATE TABLE edas (id int, c float8[], score numeric, place int);
INSERT INTO edas VALUES
    (1, '{23,264,2.37,.05,167,8900,8.71}', .9456, 1), (2, '{20,220,2.2,.04,171,9100,8.23}', .8925, 3),
    (3, '{17,231,1.98,.15,192,10800,9.91}', .7210, 6), (4, '{12,210,1.73,.2,195,12300,10.21}', .6136, 9),
    (5, '{15,243,2,.14,187,12600,9.34}', .7088, 7), (6, '{14,222,1.89,.13,180,13200,9.22}', .6782, 8),
    (7, '{21,262,2.43,.06,160,10300,8.93}', .9012, 2), (8, '{20,256,2.6,.07,163,11400,8.44}', .8777, 4),
    (9, '{19,266,2.1,.06,157,11200,9.04}', .8566, 5), (10, '{8,218,1.94,.11,190,13400,10.11}', .6128, 10);
SELECT id, round(s::numeric, 4) AS score, round(s::numeric, 4) = score AS as_published,
       rank() OVER (ORDER BY s DESC) AS place, rank() OVER (ORDER BY s DESC) = place AS place_as_published
FROM (SELECT *, abc_score(c, ARRAY[.250, .214, .179, .143, .107, .071, .036],
                          ARRAY['ratio', 'ratio', 'ratio', 'lower ratio', 'lower ratio', 'lower ratio', 'lower ratio']) OVER () AS s FROM edas) t
ORDER BY id;

-- sales 40, profit 30, frequency 20, loyalty 10: by rank, out of 100
CREATE TABLE customer (name text, sales float8, profit float8, orders float8, years float8);
INSERT INTO customer VALUES ('giant', 1000000, 50, 9, 1), ('steady', 900, 300, 52, 9), ('new', 1200, 100, 3, 0), ('small', 50, 10, 1, 5), ('loss', 700, -200, 12, 2);
SELECT name, abc_score(ARRAY[sales, profit, orders, years], ARRAY[40, 30, 20, 10]) OVER () AS score FROM customer ORDER BY score DESC;
-- the nesting that everyone types first, and the form that works
SELECT name, abc_classify(abc_score(ARRAY[sales, profit], ARRAY[60, 40]) OVER (), 'count 20/60') OVER () FROM customer;
WITH scored AS (
    SELECT name, abc_score(ARRAY[sales, profit, orders, years], ARRAY[40, 30, 20, 10]) OVER () AS score FROM customer
)
SELECT name, score, abc_classify(score, 'count 20/60') OVER () AS tier FROM scored ORDER BY score DESC;

-- the sum of abc_normalize terms over one window is the same to the bit
CREATE TABLE fact AS
SELECT i AS id, i % 30 AS g, CASE WHEN i % 13 <> 0 THEN ((i * 7919) % 2003) / 8.0::float8 - 20 END AS a,
       CASE WHEN i % 17 <> 0 THEN ((i * 104729) % 17)::float8 END AS b, CASE WHEN i % 5 <> 0 THEN exp((i * 31 % 97) / 10.0::float8) END AS c
FROM generate_series(1, 4000) i;
SELECT method, count(*) AS rows, bool_and(s = t) AS same
FROM (SELECT method, abc_score(ARRAY[a, b, c], ARRAY[40, 25.5, 0.1], ARRAY[method], 'null') OVER w AS s,
             40 * abc_normalize(a, method) OVER w + 25.5::float8 * abc_normalize(b, method) OVER w + 0.1::float8 * abc_normalize(c, method) OVER w AS t
      FROM fact, unnest('{none,lower none,ratio,lower ratio,minmax,lower minmax,zscore,lower zscore,rank,lower rank,ntile 5,lower ntile 5}'::text[]) method
      WINDOW w AS (PARTITION BY method, g)) u
WHERE s IS NOT NULL OR t IS NOT NULL
GROUP BY method ORDER BY method COLLATE "C";
SELECT bool_and(s = t) AS each_its_own
FROM (SELECT abc_score(ARRAY[a, b, c], ARRAY[1, 2, 3], ARRAY['lower rank', 'zscore', 'Ntile 4'], 'null') OVER w AS s,
             abc_normalize(a, 'lower rank') OVER w + 2 * abc_normalize(b, 'zscore') OVER w + 3 * abc_normalize(c, 'ntile 4') OVER w AS t
      FROM fact WINDOW w AS (PARTITION BY g)) u;
-- without methods one metric is taken as it is, several by rank; NULL methods are none
SELECT bool_and(one = 2 * a) AS as_it_is, bool_and(several = by_rank) AS by_rank, bool_and(several = none) AS null_methods
FROM (SELECT a, abc_score(ARRAY[a], ARRAY[2]) OVER () AS one, abc_score(ARRAY[a, b], ARRAY[2, 1]) OVER () AS several,
             abc_score(ARRAY[a, b], ARRAY[2, 1], ARRAY['rank', 'rank']) OVER () AS by_rank, abc_score(ARRAY[a, b], ARRAY[2, 1], NULL) OVER () AS none FROM fact) t;

-- missing metrics
SELECT name, abc_score(m, w, '{none}') OVER () AS renormalize, abc_score(m, w, '{none}', 'RENORMALIZE') OVER () AS the_same,
       abc_score(m, w, '{none}', 'zero') OVER () AS zero, abc_score(m, w, '{none}', missing => 'null') OVER () AS "null"
FROM (VALUES ('all', ARRAY[10, 20, 30]::float8[]), ('no first', '{NULL,20,30}'), ('no second', '{10,NULL,30}'), ('only third', '{NULL,NULL,30}'),
             ('only first', '{10,NULL,NULL}'), ('none', '{NULL,NULL,NULL}'), ('no array', NULL)) t(name, m), (VALUES (ARRAY[50, 50, 0]::float8[])) v(w);
-- the scale stays: the best in everything known has the full score
SELECT abc_score(ARRAY[a, b], ARRAY[70, 30], '{ratio}') OVER () AS score FROM (VALUES (5::float8, 2::float8), (5, NULL), (NULL, 2), (1, 1)) t(a, b);

-- 1 and 100 metrics, a weight of zero
SELECT abc_score(array_fill(i::float8, ARRAY[100]), array_fill(1::float8, ARRAY[100]), '{ratio}') OVER () AS hundred FROM generate_series(1, 4) i;
SELECT abc_score(ARRAY[a, b], ARRAY[0, 5], '{ratio}') OVER () AS score FROM (VALUES (7::float8, 2::float8), (NULL, 4)) t(a, b);
-- other lower bounds, other element types
SELECT abc_score('[5:6]={1,2}'::float8[], ARRAY[1, 10], '{none}') OVER () AS score;
SELECT abc_score(ARRAY[1, 2]::int[], ARRAY[1.5, 10]::numeric[], '{none}') OVER () AS score;
-- no rows, one row, small partitions after large ones
SELECT abc_score(ARRAY[1::float8], ARRAY[1]) OVER () WHERE false;
SELECT abc_score(ARRAY[5, -1], ARRAY[60, 40]) OVER () AS one_row;
SELECT g, count(*) AS rows, round(sum(s)::numeric, 6) AS scores
FROM (SELECT g, abc_score(ARRAY[x, -x], CASE WHEN g < 3 THEN ARRAY[3, 1] ELSE ARRAY[1, 3] END::float8[], '{minmax}') OVER (PARTITION BY g) AS s
      FROM (SELECT CASE WHEN i <= 2000 THEN 1 WHEN i <= 2003 THEN 2 WHEN i <= 2004 THEN 3 ELSE 4 END AS g, i::float8 AS x FROM generate_series(1, 3000) i) t) u
GROUP BY g ORDER BY g;

-- neither ORDER BY nor frame nor the order of rows nor work_mem has any influence
CREATE FUNCTION digest(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE 'SELECT md5(string_agg(s::text, '','' ORDER BY id)) FROM (' || query || ') q' INTO answer;
    RETURN answer;
END $$;
CREATE TABLE wide AS
SELECT i AS id, CASE WHEN i % 13 <> 0 THEN ((i * 7919) % 20011) / 8.0::float8 - 20 END AS a,
       ((i::bigint * 104729) % 17)::float8 AS b, exp((i * 31 % 997) / 3.0::float8) AS c
FROM generate_series(1, 20000) i;
CREATE TABLE answers AS
SELECT m, digest(format('SELECT id, abc_score(ARRAY[a, b, c], ARRAY[40, 30, 20], %L) OVER () AS s FROM wide', m)) AS plain,
       digest(format('SELECT id, abc_score(ARRAY[a, b, c], ARRAY[40, 30, 20], %L) OVER (ORDER BY a ROWS CURRENT ROW) AS s FROM wide', m)) AS frame,
       digest(format('SELECT id, abc_score(ARRAY[a, b, c], ARRAY[40, 30, 20], %L) OVER () AS s FROM (SELECT * FROM wide ORDER BY md5(id::text)) r', m)) AS shuffled
FROM (VALUES ('{zscore}'), ('{rank}'), ('{minmax}'), ('{zscore,lower rank,ntile 5}'), ('{lower ratio}'), ('{ratio,lower minmax,none}')) v(m);
SET work_mem = '64kB';
ALTER TABLE answers ADD spilled text;
UPDATE answers SET spilled = digest(format('SELECT id, abc_score(ARRAY[a, b, c], ARRAY[40, 30, 20], %L) OVER () AS s FROM wide', m));
RESET work_mem;
SELECT m, plain = frame AS frame, plain = shuffled AS shuffled, plain = spilled AS spilled FROM answers ORDER BY m COLLATE "C";

-- a cancelled or failed score leaves nothing behind
BEGIN;
DECLARE c CURSOR FOR SELECT abc_score(ARRAY[a, b], ARRAY[1, 2]) OVER (PARTITION BY g) IS NULL AS s FROM fact ORDER BY id;
FETCH 1 FROM c;
SAVEPOINT s;
FETCH 1 FROM c;
SELECT abc_score(ARRAY[1, 1], ARRAY[1, -1]) OVER ();
ROLLBACK TO s;
FETCH 1 FROM c;
COMMIT;

-- errors
SELECT abc_score(ARRAY[a, b], ARRAY[1, 2, 3]) OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], ARRAY[1]) OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], ARRAY[1, NULL]) OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], ARRAY[1, -0.5]) OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], ARRAY[1, 'NaN'::float8]) OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], ARRAY[1, 'Infinity'::float8]) OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], ARRAY[0, 0]) OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], ARRAY[1e308, 1e308]) OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], NULL) OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], '{}') OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], '{{1},{2}}') OVER () FROM fact;
SELECT abc_score('{}', ARRAY[1, 2]) OVER () FROM fact;
SELECT abc_score('{{1,2},{3,4}}', ARRAY[1, 2]) OVER () FROM fact;
SELECT abc_score(array_fill(1::float8, ARRAY[101]), array_fill(1::float8, ARRAY[101])) OVER ();
SELECT abc_score(ARRAY[a, b], ARRAY[1, 2], '{rank,best}') OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], ARRAY[1, 2], '{rank,ratio,rank}') OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], ARRAY[1, 2], '{rank,NULL}') OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], ARRAY[1, 2], '{}') OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], ARRAY[1, 2], '{ntile 0}') OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], ARRAY[1, 2], '{rank}', 'skip') OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], ARRAY[1, 2], '{rank}', NULL) OVER () FROM fact;
SELECT abc_score(ARRAY['NaN', b], ARRAY[1, 2]) OVER () FROM fact;
SELECT abc_score(ARRAY['-Infinity', b], ARRAY[1, 2]) OVER () FROM fact;
SELECT abc_score(ARRAY[NULL, b, 'Infinity'], ARRAY[1, 2, 3], '{minmax}') OVER () FROM fact;
SELECT abc_score(ARRAY[1e300, b], ARRAY[1e300, 2], '{none}') OVER () FROM fact;
SELECT abc_score(ARRAY[a, b], ARRAY[1, id % 2]) OVER () FROM fact WHERE id < 5;
SELECT abc_score(ARRAY[a, b], ARRAY[1, 2], CASE WHEN id = 3 THEN '{rank}' ELSE '{ratio}' END::text[]) OVER () FROM fact WHERE id < 5;
SELECT abc_score(ARRAY[a, b], ARRAY[1, 2], '{ratio}', CASE WHEN id = 3 THEN 'zero' ELSE 'null' END) OVER () FROM fact WHERE id < 5;

RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_score CASCADE;
DROP ROLE regress_abc_score;
