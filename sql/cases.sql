-- Published worked examples: each must come out exactly.
--
-- "incl" in the literature is crossing up here: the row that crosses a cut still
-- belongs to the better tier.  "excl" is crossing down.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
CREATE ROLE regress_abc_cases;
SET ROLE regress_abc_cases;
CREATE TEMP TABLE item (example text, name text, v numeric);

-- The tiers of one example under several schemes, best rows first in each tier,
-- for the three types.  bigint takes the values times 100.
CREATE FUNCTION pg_temp.tiers(of_example text, VARIADIC schemes text[])
RETURNS TABLE (type text, scheme text, a text, b text, c text)
LANGUAGE sql AS $$
	WITH tier AS (
		SELECT 'numeric' AS type, s.n, s.scheme, i.name, i.v,
			abc_classify(i.v, s.scheme::abc_scheme) OVER (PARTITION BY s.n) AS tier
		FROM item AS i, unnest(schemes) WITH ORDINALITY AS s (scheme, n) WHERE i.example = of_example
		UNION ALL
		SELECT 'float8', s.n, s.scheme, i.name, i.v,
			abc_classify(i.v::float8, s.scheme::abc_scheme) OVER (PARTITION BY s.n)
		FROM item AS i, unnest(schemes) WITH ORDINALITY AS s (scheme, n) WHERE i.example = of_example
		UNION ALL
		SELECT 'bigint', s.n, s.scheme, i.name, i.v,
			abc_classify((i.v * 100)::bigint, s.scheme::abc_scheme) OVER (PARTITION BY s.n)
		FROM item AS i, unnest(schemes) WITH ORDINALITY AS s (scheme, n) WHERE i.example = of_example)
	SELECT type, scheme,
		string_agg(name, ' ' ORDER BY v DESC, name COLLATE "C") FILTER (WHERE tier = 'A'),
		string_agg(name, ' ' ORDER BY v DESC, name COLLATE "C") FILTER (WHERE tier = 'B'),
		string_agg(name, ' ' ORDER BY v DESC, name COLLATE "C") FILTER (WHERE tier = 'C')
	FROM tier GROUP BY n, scheme, type ORDER BY n, type COLLATE "C" DESC
$$;

-- 1. SAP HANA PAL, ABC analysis, shares 70/20/10.  The total is 797.55.  Under
-- fill each tier is filled afresh: 70 % is 558.285, reached by 280.4 + 200.4 +
-- 100.9 = 581.7; 20 % is 159.51, reached by 96.15 + 40.4 + 25.6 = 162.15.  The
-- other rules differ on the same rows: cumulated, 90 % is 717.795 and is crossed
-- by item5 (718.25); crossing down item4 is B already (480.8 before, 581.7 after
-- 558.285) and item5 C.
INSERT INTO item VALUES
	('sap', '1', 15.4), ('sap', '2', 200.4), ('sap', '3', 280.4), ('sap', '4', 100.9), ('sap', '5', 40.4),
	('sap', '6', 25.6), ('sap', '7', 18.4), ('sap', '8', 10.5), ('sap', '9', 96.15), ('sap', '10', 9.4);
SELECT * FROM pg_temp.tiers('sap', 'fill 70+20', 'share 70/90', 'share 70/90; crossing down');
SELECT abc_cutoffs(v, 'fill 70+20') AS fill, abc_cutoffs(v, 'share 70/90') AS up,
	abc_cutoffs(v, 'share 70/90; crossing down') AS down
FROM item WHERE example = 'sap';

-- 3. Seven products, total 100000, so that the values are shares.  Cumulated 27,
-- 51, 69, 85, 91, 96, 100 %: the fourth crosses 70, the fifth crosses 90.
INSERT INTO item VALUES
	('seven', 'p1', 27000), ('seven', 'p2', 24000), ('seven', 'p3', 18000), ('seven', 'p4', 16000),
	('seven', 'p5', 6000), ('seven', 'p6', 5000), ('seven', 'p7', 4000);
SELECT * FROM pg_temp.tiers('seven', 'share 70/90; crossing down', 'share 70/90', 'share 70+20+10');

-- 4. A tie across the cut: 12 lines, 80 % is 9.6, 95 % is 11.4.  p1 ends at 4, the
-- three rows of 2 at 6, 8 and 10: the last of them crosses 9.6, all three start
-- in A.  The two rows of 1 start at 10 and 11, both in B.  No line is C.
INSERT INTO item VALUES
	('lines', 'p1', 4), ('lines', 'p3', 2), ('lines', 'p5', 2), ('lines', 'p6', 2),
	('lines', 'p4', 1), ('lines', 'p2', 1), ('lines', 'new', 0);
SELECT * FROM pg_temp.tiers('lines', 'share 80/95', 'share 80/95; ties up');
-- Crossing down the third row of 2 ends at 10 and is B, the first two are A: ties
-- up keep all three in A, ties down put them in B.  Of the rows of 1 the first
-- ends at 11 (B), the second at 12 (C).
SELECT * FROM pg_temp.tiers('lines', 'share 80/95; crossing down', 'share 80/95; crossing down; ties down');

-- 5. A single customer.  The row starts at 0, before every cut: crossing up it is
-- A.  It ends at 100 %, behind both cuts: crossing down it is C.
INSERT INTO item VALUES ('single', 'only', 100);
SELECT * FROM pg_temp.tiers('single', 'share 80/95', 'share 80/95; crossing down');
-- A dominant customer, 90, 5, 5 of 100.  Crossing up: 90 starts at 0 (A), the
-- first 5 at 90 (B, 80 is behind it), the second at 95 (95 is reached: C).  The
-- two are equal: ties up B, ties down C.  Crossing down: 90 ends at 90, behind 80
-- but not behind 95 (B), the first 5 ends at 95 exactly (B), the second at 100
-- (C).  The best tier is empty then, its cut-off NULL, in both forms of ties.
INSERT INTO item VALUES ('dominant', 'big', 90), ('dominant', 'small1', 5), ('dominant', 'small2', 5);
SELECT * FROM pg_temp.tiers('dominant', 'share 80/95', 'share 80/95; ties down',
	'share 80/95; crossing down', 'share 80/95; crossing down; ties down');
SELECT abc_cutoffs(v, 'share 80/95') AS up_up, abc_cutoffs(v, 'share 80/95; ties down') AS up_down,
	abc_cutoffs(v, 'share 80/95; crossing down') AS down_up,
	abc_cutoffs(v, 'share 80/95; crossing down; ties down') AS down_down
FROM item WHERE example = 'dominant';

-- 6. Exactness.  A running sum of float8 loses the eighth row's end:
SELECT 0.1::float8 + 0.1::float8 + 0.1::float8 + 0.1::float8 + 0.1::float8 + 0.1::float8 + 0.1::float8 + 0.1::float8
	< 0.8::float8 AS running_sum_is_less;
-- Ten equal rows are one group: it spans A and B, whatever the type and crossing.
INSERT INTO item SELECT 'tenths', 't' || n, 0.1 FROM generate_series(1, 10) AS n;
SELECT * FROM pg_temp.tiers('tenths', 'share 80', 'share 80; crossing down',
	'share 80; ties down', 'share 80; crossing down; ties down');
-- The cut itself, on ten distinct values: eight rows of ten are 80 % exactly.
INSERT INTO item SELECT 'ten', 't' || n, 1 - n * 0.05 FROM generate_series(0, 9) AS n;
SELECT * FROM pg_temp.tiers('ten', 'count 80', 'count 80; crossing down');
-- And by value: in units of 0.1 these are 16 + 4 of 25, that is 80 % exactly, also
-- for the float8 nearest to 0.1, of which all are multiples by a power of two.
-- Running float8 sums see 0.7999999999999998 and would draw the line later.
INSERT INTO item VALUES
	('less', '1.6', 1.6), ('less', '0.4', 0.4), ('less', '0.2', 0.2), ('less', '0.2', 0.2), ('less', '0.1', 0.1);
SELECT (1.6::float8 + 0.4::float8) / (1.6::float8 + 0.4::float8 + 0.2::float8 + 0.2::float8 + 0.1::float8) < 0.8::float8
	AS running_share_is_less;
SELECT * FROM pg_temp.tiers('less', 'share 80', 'share 80; crossing down');
-- 32 + 16 of 60 is 80 % exactly, too: running float8 sums see 0.8000000000000002.
INSERT INTO item VALUES
	('more', '3.2', 3.2), ('more', '1.6', 1.6), ('more', '0.8', 0.8), ('more', '0.2', 0.2), ('more', '0.1', 0.1), ('more', '0.1', 0.1);
SELECT (3.2::float8 + 1.6::float8)
	/ (3.2::float8 + 1.6::float8 + 0.8::float8 + 0.2::float8 + 0.1::float8 + 0.1::float8) > 0.8::float8
	AS running_share_is_more;
SELECT * FROM pg_temp.tiers('more', 'share 80', 'share 80; crossing down');

-- 9. The users' own method: twenty customers with a weighted score, best 20 % A,
-- next 40 % B, rest C: 4, 8 and 8 customers; at 15+35+50 it is 3, 7 and 10.
CREATE TEMP TABLE customer AS
	SELECT n, (n * n * 37 % 9973)::numeric AS sales, (n * 7919 % 8009)::numeric AS profit, n % 7 + n / 10 AS frequency,
		n * 5 % 9 AS loyalty, n * 500 AS parcels
	FROM generate_series(1, 20) AS n;
SELECT scheme, tier, count(*)
FROM (SELECT s.scheme, abc_classify(0.4 * sales + 0.3 * profit + 0.2 * frequency + 0.1 * loyalty, s.scheme::abc_scheme)
		OVER (PARTITION BY s.scheme) AS tier
	FROM customer, unnest(ARRAY['count 20/60', 'count 20+40+40', 'count 15/50', 'count 15+35+50']) AS s (scheme)) AS t
GROUP BY scheme, tier ORDER BY scheme COLLATE "C", tier;
-- Cumulative method: the tier of each customer beside the exact cumulated sum.  A
-- starts below 80 %, B below 95 %.
SELECT tier, count(*), bool_and(before < 0.80 * total) AS below_80, bool_and(before < 0.95 * total) AS below_95
FROM (SELECT abc_classify(sales, 'share 80/95') OVER () AS tier,
		sum(sales) OVER (ORDER BY sales DESC) - sales AS before, sum(sales) OVER () AS total
	FROM customer) AS t
GROUP BY tier ORDER BY tier;
-- Key accounts by volume: more than 5,000 parcels a year, so 5,000 is not enough.
SELECT tier, min(parcels), max(parcels), count(*)
FROM (SELECT parcels, abc_classify(parcels::bigint, 'value >5000') OVER () AS tier FROM customer) AS t
GROUP BY tier ORDER BY tier;
SELECT tier, min(parcels), max(parcels), count(*)
FROM (SELECT parcels, abc_classify(parcels::numeric, 'value 5000') OVER () AS tier FROM customer) AS t
GROUP BY tier ORDER BY tier;
-- Metal tiers: platinum, gold, iron, lead.
SELECT abc_label(tier, 'share platinum 50 / gold 80 / iron 95 / lead') AS metal, tier, count(*)
FROM (SELECT abc_classify(sales, 'share platinum 50 / gold 80 / iron 95 / lead') OVER () AS tier FROM customer) AS t
GROUP BY tier ORDER BY tier;

DROP FUNCTION pg_temp.tiers(text, text[]);
DROP TABLE item, customer;
RESET ROLE;
DROP ROLE regress_abc_cases;
