--
-- abc_points: score maps as steps and straight lines.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_points;
CREATE SCHEMA regress_abc_points AUTHORIZATION regress_abc_points;
RESET client_min_messages;
SET ROLE regress_abc_points;
SET search_path = regress_abc_points, public;

-- a published weighted score table: SAP HANA PAL
CREATE TABLE person (id int, gender text, income int, height numeric, score numeric);
INSERT INTO person VALUES
    (0, 'male', 5000, 1.73, 3.00), (1, 'male', 9000, 1.80, 8.00), (2, 'female', 6000, 1.55, 2.75), (3, 'male', 15000, 1.65, 8.00),
    (4, 'female', 2000, 1.70, 1.75), (5, 'female', 12000, 1.65, 7.75), (6, 'male', 1000, 1.65, 2.00), (7, 'male', 8000, 1.60, 4.00),
    (8, 'female', 5500, 1.85, 5.75), (9, 'female', 9500, 1.85, 7.75);
SELECT id, 0.5 * CASE gender WHEN 'male' THEN 2.0 WHEN 'female' THEN 1.5 END
         + 2.0 * abc_points(income, '{0,5500,9000,12000}', '{0,1,2,3}')
         + 1.0 * abc_points(height, '{1.5,1.6,1.71,1.80}', '{0,1,2,3}') AS score,
       0.5 * CASE gender WHEN 'male' THEN 2.0 WHEN 'female' THEN 1.5 END + 2.0 * abc_points(income, '{0,5500,9000,12000}', '{0,1,2,3}')
         + abc_points(height, '{1.5,1.6,1.71,1.80}', '{0,1,2,3}') = score AS as_published
FROM person ORDER BY id;
-- the same through abc_score, points taken as they are
SELECT bool_and(s = score) AS by_abc_score
FROM (SELECT score, abc_score(ARRAY[CASE gender WHEN 'male' THEN 2.0 WHEN 'female' THEN 1.5 END, abc_points(income, '{0,5500,9000,12000}', '{0,1,2,3}'),
                                    abc_points(height, '{1.5,1.6,1.71,1.80}', '{0,1,2,3}')], ARRAY[0.5, 2, 1], '{none}') OVER () AS s FROM person) t;

-- a volume discount: 0, 3, 6, 10 % from 0, 5000, 20000, 100000 parcels
SELECT parcels, abc_points(parcels, '{0,5000,20000,100000}', '{0,3,6,10}') AS discount,
       abc_points(parcels, '{0,5000,20000,100000}', '{0,3,6,10}', 'linear') AS gliding
FROM unnest('{-1,0,4999,5000,5001,12500,20000,60000,99999,100000,1000000,NULL}'::bigint[]) parcels;

-- ends, one step, falling and negative points, decimal breaks
SELECT abc_points(x, '{10}', '{7}') AS one_step, abc_points(x, '{10}', '{7}', 'LINEAR') AS one_linear,
       abc_points(x, '{-5,0,5}', '{3,-1,-4}') AS falling, abc_points(x, '{-5,0,5}', '{3,-1,-4}', 'linear') AS gliding
FROM unnest('{-6,-5,-2.5,0,5,9.999,10,11}'::float8[]) x;
SELECT abc_points(0.3::numeric, '{0.1,0.2,0.3}', '{1,2,3}') AS reached, abc_points(0.1::float8 + 0.2::float8, '{0.30000000000000004}', '{1}') AS reached,
       abc_points('-0'::float8, '{0}', '{1}') AS zero;
SELECT abc_points(x, '{-1.7976931348623157e308,1.7976931348623157e308}', '{0,1}', 'linear') AS halfway FROM (VALUES (0::float8)) t(x);
SELECT abc_points(x, '{0,5e-324}', '{0.1,0.1}', 'linear') AS least FROM (VALUES (0::float8), ('5e-324')) t(x);
-- never outside the points of the two breaks, and at a break exactly its points
SELECT bool_and(p BETWEEN least(lo, hi) AND greatest(lo, hi)) AS between, bool_and(x <> 1 OR p = 0.1) AS at_break
FROM (SELECT x, abc_points(x, '{0,1,3}', '{0.7,0.1,0.3}', 'linear') AS p, CASE WHEN x < 1 THEN 0.7 ELSE 0.1 END::float8 AS lo, CASE WHEN x < 1 THEN 0.1 ELSE 0.3 END::float8 AS hi
      FROM (SELECT i / 64.0::float8 AS x FROM generate_series(0, 192) i) t) s;
SELECT abc_points(i::float8, (SELECT array_agg(k::float8 ORDER BY k) FROM generate_series(1, 1000) k), (SELECT array_agg(2.0::float8 * k ORDER BY k) FROM generate_series(1, 1000) k)) AS thousand
FROM unnest('{0,1,500,1000,2000}'::int[]) i;

-- NULLs
SELECT abc_points(NULL::float8, '{0}', '{1}') IS NULL AS value, abc_points(1.0, NULL, '{1}') IS NULL AS breaks, abc_points(1.0, '{0}', NULL) IS NULL AS points;
-- a map of its own for each row, taken afresh when it changes
SELECT i, abc_points(i, CASE WHEN i % 2 = 0 THEN '{0,3}' ELSE '{0,4}' END::float8[], ARRAY[i, 10 * i]) AS points FROM generate_series(1, 5) i;

-- errors
SELECT abc_points('NaN'::float8, '{0}', '{1}');
SELECT abc_points('Infinity'::float8, '{0}', '{1}');
SELECT abc_points(1.0, '{0,1}', '{1}');
SELECT abc_points(1.0, '{0,0}', '{1,2}');
SELECT abc_points(1.0, '{1,0}', '{1,2}');
SELECT abc_points(1.0, '{}', '{}');
SELECT abc_points(1.0, '{{0,1}}', '{1,2}');
SELECT abc_points(1.0, '{0,NULL}', '{1,2}');
SELECT abc_points(1.0, '{0,1}', '{1,NULL}');
SELECT abc_points(1.0, '{0,NaN}', '{1,2}');
SELECT abc_points(1.0, '{0,1}', '{1,Infinity}');
SELECT abc_points(1.0, '{0,1}', '{1,2}', 'cubic');
SELECT abc_points(1.0, array_fill(1::float8, ARRAY[1001]), '{1}');

RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_points CASCADE;
DROP ROLE regress_abc_points;
