--
-- abc_tier compared with abc_tier and with text: by bytes, in every plan and under every collation.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
CREATE ROLE regress_abc_operators;
CREATE SCHEMA regress_abc_operators AUTHORIZATION regress_abc_operators;
SET ROLE regress_abc_operators;
SET search_path = regress_abc_operators, public;
SET jit = off;  -- plans that are told off look dear

CREATE TABLE tiers (tier abc_tier);
INSERT INTO tiers SELECT chr(c)::abc_tier FROM generate_series(65, 90) c;
CREATE TABLE words (word text);
INSERT INTO words SELECT chr(c) FROM generate_series(65, 90) c;
INSERT INTO words VALUES (''), ('a'), ('z'), ('AB'), ('Aa'), ('A '), ('gold'), ('Z!'), ('@'), ('['), ('1'), ('é'),
    (repeat('A', 100000)), (NULL);
ANALYZE tiers, words;

-- the six comparisons of the three pairs agree with the bytes
SELECT count(*),
    bool_and((t < w) = (b < x)) AS lt, bool_and((t <= w) = (b <= x)) AS le, bool_and((t = w) = (b = x)) AS eq,
    bool_and((t <> w) = (b <> x)) AS ne, bool_and((t >= w) = (b >= x)) AS ge, bool_and((t > w) = (b > x)) AS gt,
    bool_and((w < t) = (x < b)) AS lt, bool_and((w <= t) = (x <= b)) AS le, bool_and((w = t) = (x = b)) AS eq,
    bool_and((w <> t) = (x <> b)) AS ne, bool_and((w >= t) = (x >= b)) AS ge, bool_and((w > t) = (x > b)) AS gt
FROM (SELECT tier AS t, word AS w, convert_to(tier::text, 'UTF8') AS b, convert_to(word, 'UTF8') AS x
      FROM tiers, words WHERE word IS NOT NULL) v;
SELECT count(*),
    bool_and((a.tier < b.tier) = (ascii(a.tier) < ascii(b.tier))) AS lt,
    bool_and((a.tier <= b.tier) = (ascii(a.tier) <= ascii(b.tier))) AS le,
    bool_and((a.tier = b.tier) = (ascii(a.tier) = ascii(b.tier))) AS eq,
    bool_and((a.tier <> b.tier) = (ascii(a.tier) <> ascii(b.tier))) AS ne,
    bool_and((a.tier >= b.tier) = (ascii(a.tier) >= ascii(b.tier))) AS ge,
    bool_and((a.tier > b.tier) = (ascii(a.tier) > ascii(b.tier))) AS gt
FROM tiers a, tiers b;
SELECT bool_and((a.word ~=~ b.word) = (convert_to(a.word, 'UTF8') = convert_to(b.word, 'UTF8'))) AS same_bytes,
    bool_and(sign(abc_tier_text_cmp_text(a.word, b.word)) =
             sign(byteacmp(convert_to(a.word, 'UTF8'), convert_to(b.word, 'UTF8')))) AS order_of_bytes
FROM words a, words b;
SELECT 'A'::abc_tier = NULL::text AS unknown, 'A'::abc_tier = 'gold'::text AS gold, 'A'::char(3) = 'A'::abc_tier AS bpchar,
    'A'::varchar = 'A'::abc_tier AS varchar, 'A'::varchar(5) IN ('B'::abc_tier, 'A'::abc_tier) AS in_list;

-- the catalogs: commutators, negators, estimators; families complete; every object with a comment
SELECT o.oid::regoperator AS operator, o.oprcom::regoperator AS commutator, o.oprnegate::regoperator AS negator,
       o.oprrest AS restrict, o.oprjoin AS "join", o.oprcanhash AS hashes, o.oprcanmerge AS merges
FROM pg_operator o
WHERE 'abc_tier'::regtype IN (o.oprleft, o.oprright) OR o.oprname = '~=~' AND o.oprleft = 'text'::regtype
ORDER BY o.oprleft::regtype::text, o.oprright::regtype::text, o.oprname COLLATE "C";
SELECT amname, amoplefttype::regtype, amoprighttype::regtype, string_agg(oprname, ' ' ORDER BY amopstrategy) AS operators
FROM pg_amop JOIN pg_opfamily f ON f.oid = amopfamily JOIN pg_am ON pg_am.oid = opfmethod JOIN pg_operator o ON o.oid = amopopr
WHERE opfname = 'abc_tier_ops' GROUP BY 1, 2, 3 ORDER BY 1, amoplefttype::regtype::text, amoprighttype::regtype::text;
SELECT amname, amprocnum, amproc
FROM pg_amproc JOIN pg_opfamily f ON f.oid = amprocfamily JOIN pg_am ON pg_am.oid = opfmethod
WHERE opfname = 'abc_tier_ops' ORDER BY 1, 2, amproc::text;
SELECT opcname, amname, amvalidate(c.oid) FROM pg_opclass c JOIN pg_am ON pg_am.oid = opcmethod
WHERE opcname IN ('abc_tier_ops', 'abc_scheme_ops') ORDER BY opcname, amname;

-- the hash of a tier is that of its letter, with a collation and without one
SELECT bool_and(abc_tier_hash(tier) = abc_tier_hash_text(tier)) AS equal,
    bool_and(abc_tier_hash(tier) = hashtext(tier::text COLLATE "C")) AS of_text,
    bool_and(abc_tier_hash_extended(tier, 42) = abc_tier_hash_text_extended(tier, 42)) AS seeded,
    bool_and(abc_tier_hash_extended(tier, 42) = hashtextextended(tier::text COLLATE "C", 42)) AS seeded_of_text
FROM tiers;

-- Every way to join and to look up gives the same answer.
CREATE FUNCTION plan_has(query text, node text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
        IF line ~ node THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$;
CREATE FUNCTION answer(query text, node text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    IF NOT plan_has(query, node) THEN
        RETURN 'no ' || node;
    END IF;
    EXECUTE query INTO result;
    RETURN result;
END
$$;

-- hash, merge (of equal types only) and nested loop joins
SET enable_mergejoin = off;
SET enable_nestloop = off;
SELECT answer('SELECT count(*) FROM tiers JOIN words ON tier = word', 'Hash Join') AS tier_text,
       answer('SELECT count(*) FROM words JOIN tiers ON word = tier', 'Hash Join') AS text_tier,
       answer('SELECT count(*) FROM tiers a JOIN tiers b USING (tier)', 'Hash Join') AS tier_tier,
       answer('SELECT count(*) || '' '' || count(tier) || '' '' || count(word) FROM tiers FULL JOIN words ON tier = word',
              'Hash Full Join') AS "full",
       answer('SELECT count(*) FROM tiers LEFT JOIN words ON tier = word', 'Hash.*Left|Right.*Join') AS "left",
       answer('SELECT count(*) FROM tiers t WHERE EXISTS (SELECT FROM words WHERE word = tier)', 'Hash') AS semi,
       answer('SELECT count(*) FROM words WHERE NOT EXISTS (SELECT FROM tiers WHERE word = tier)', 'Hash') AS anti;
RESET enable_mergejoin;
RESET enable_nestloop;
SET enable_hashjoin = off;
SELECT answer('SELECT count(*) FROM tiers a FULL JOIN tiers b USING (tier)', 'Merge') AS tier_tier,
       answer('SELECT count(*) FROM tiers JOIN words ON tier = word', 'Nested Loop') AS tier_text;
SELECT count(*) FROM tiers FULL JOIN words ON tier = word;
RESET enable_hashjoin;

-- IN and NOT IN a list, an array, a query (as a hashed subplan)
SELECT count(*) FROM tiers WHERE tier IN ('A', 'B', 'Q');
SELECT count(*) FROM tiers WHERE tier = ANY (ARRAY['A', 'b', 'gold', '', 'Q', NULL]::text[]);
SELECT count(*) FROM tiers WHERE tier = ANY (ARRAY(SELECT word FROM words));
SELECT answer('SELECT count(*) FROM tiers WHERE tier NOT IN (SELECT word FROM words WHERE word > ''M'')', 'hashed SubPlan');
SELECT answer('SELECT count(*) FROM tiers WHERE tier NOT IN (SELECT word FROM words WHERE word IS NULL OR word = ''A'')', 'hashed SubPlan');
SELECT answer('SELECT count(*) FROM words WHERE word NOT IN (SELECT tier FROM tiers)', 'hashed SubPlan');
SELECT answer('SELECT count(*) FROM tiers WHERE tier NOT IN (SELECT tier FROM tiers WHERE tier < ''C'')', 'hashed SubPlan');

-- btree and hash indexes, by tier, by text and by an array of texts
CREATE TABLE customers AS SELECT i AS id, chr(65 + i % 26)::abc_tier AS tier FROM generate_series(1, 2600) i;
ANALYZE customers;
SET enable_seqscan = off;
CREATE INDEX customers_btree ON customers (tier);
SELECT answer('SELECT count(*) FROM customers WHERE tier = ''B''', 'btree') AS tier,
       answer('SELECT count(*) FROM customers WHERE tier = ''B''::text', 'btree') AS text,
       answer('SELECT count(*) FROM customers WHERE ''B''::varchar = tier', 'btree') AS varchar,
       answer('SELECT count(*) FROM customers WHERE tier < ''C''::text', 'btree') AS less,
       answer('SELECT count(*) FROM customers WHERE tier <= ''C''::text AND tier > ''A''::text', 'btree') AS range,
       answer('SELECT count(*) FROM customers WHERE tier >= ''B!''::text AND tier < ''Da''::text', 'btree') AS between_letters,
       answer('SELECT count(*) FROM customers WHERE tier BETWEEN ''A''::text AND ''C''::abc_tier', 'btree') AS mixed,
       answer('SELECT count(*) FROM customers WHERE tier = ''gold''::text', 'btree') AS gold,
       answer('SELECT count(*) FROM customers WHERE tier = ANY (''{B,gold,a,Z,NULL,B}''::text[])', 'btree') AS "any",
       answer('SELECT count(*) FROM customers WHERE tier < ANY (''{B,D,a}''::text[]) AND tier = ANY (''{A,C}''::abc_tier[])', 'btree') AS less_any;
SELECT answer('SELECT string_agg(tier, '''') FROM (SELECT DISTINCT tier FROM customers ORDER BY tier DESC) v', 'btree') AS ordered;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT answer('SELECT count(*) FROM words JOIN customers ON word = tier', 'btree') AS inner_btree;
DROP INDEX customers_btree;
CREATE INDEX customers_hash ON customers USING hash (tier);
SELECT answer('SELECT count(*) FROM customers WHERE tier = ''B''', 'customers_hash') AS tier,
       answer('SELECT count(*) FROM customers WHERE tier = ''B''::text', 'customers_hash') AS text,
       answer('SELECT count(*) FROM customers WHERE tier = ANY (''{B,gold,a,Z,NULL,B}''::text[])', 'customers_hash') AS "any",
       answer('SELECT count(*) FROM words JOIN customers ON word = tier', 'customers_hash') AS inner_hash;
DROP INDEX customers_hash;
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_seqscan;

-- sorting, grouping, DISTINCT, UNION
SELECT string_agg(tier, '' ORDER BY tier), string_agg(tier, '' ORDER BY tier DESC) FROM tiers;
SELECT answer('SELECT count(*) FROM (SELECT tier FROM customers GROUP BY tier) v', 'HashAggregate') AS hashed;
SET enable_hashagg = off;
SELECT answer('SELECT count(*) FROM (SELECT tier FROM customers GROUP BY tier) v', 'Sort') AS sorted;
RESET enable_hashagg;
SELECT count(*) FROM (SELECT tier FROM customers UNION SELECT tier FROM tiers) v;

-- list, hash and range partitions, looked up by text: the right rows, other partitions pruned
CREATE TABLE by_list (id int, tier abc_tier) PARTITION BY LIST (tier);
CREATE TABLE by_list_a PARTITION OF by_list FOR VALUES IN ('A');
CREATE TABLE by_list_b PARTITION OF by_list FOR VALUES IN ('B', 'C');
CREATE TABLE by_list_rest PARTITION OF by_list DEFAULT;
CREATE TABLE by_range (id int, tier abc_tier) PARTITION BY RANGE (tier);
CREATE TABLE by_range_a PARTITION OF by_range FOR VALUES FROM ('A') TO ('B');
CREATE TABLE by_range_b PARTITION OF by_range FOR VALUES FROM ('B') TO ('M');
CREATE TABLE by_range_rest PARTITION OF by_range FOR VALUES FROM ('M') TO (MAXVALUE);
CREATE TABLE by_hash (id int, tier abc_tier) PARTITION BY HASH (tier);
CREATE TABLE by_hash_0 PARTITION OF by_hash FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE by_hash_1 PARTITION OF by_hash FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE by_hash_2 PARTITION OF by_hash FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO by_list TABLE customers;
INSERT INTO by_range TABLE customers;
INSERT INTO by_hash TABLE customers;
CREATE FUNCTION partitions(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    line text;
    n bigint := 0;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
        n := n + (line ~ 'Scan on')::int;
    END LOOP;
    RETURN n;
END
$$;
SELECT p AS partitioned, count(*) AS lookups, sum(answer(q)::int) AS rows, min(partitions(q)) AS least, max(partitions(q)) AS most
FROM unnest(ARRAY['by_list', 'by_range', 'by_hash']) p,
     generate_series(65, 90) c,
     format('SELECT count(*) FROM %I WHERE tier = %L::text', p, chr(c)) q
GROUP BY p ORDER BY p COLLATE "C";
SELECT p AS partitioned, answer(format('SELECT count(*) FROM %I WHERE tier = ''gold''::text', p)) AS gold,
       answer(format('SELECT count(*) FROM %I WHERE tier < ''C''::text', p)) AS less,
       answer(format('SELECT count(*) FROM %I WHERE tier = ANY (''{A,B,gold}''::text[])', p)) AS "any",
       answer(format('SELECT count(*) FROM %I WHERE tier IN (SELECT word FROM words)', p)) AS "in"
FROM unnest(ARRAY['by_list', 'by_range', 'by_hash']) p ORDER BY p COLLATE "C";
SELECT partitions('SELECT FROM by_range WHERE tier < ''B''::text') AS range_less,
       partitions('SELECT FROM by_list WHERE tier = ANY (''{A,B}''::text[])') AS list_any;
-- the partition key is text, the key looked up a tier
CREATE TABLE by_text (id int, tier text) PARTITION BY HASH (tier);
CREATE TABLE by_text_0 PARTITION OF by_text FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE by_text_1 PARTITION OF by_text FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO by_text TABLE customers;
SELECT count(*) FROM by_text WHERE tier = 'B'::abc_tier;
SELECT count(*) FROM by_text JOIN by_hash USING (id) WHERE by_text.tier = by_hash.tier;
SET enable_partitionwise_join = on;
SELECT count(*) FROM by_text JOIN by_hash USING (tier);
RESET enable_partitionwise_join;

-- A collation that takes A and a for equal has no say: only 'A' is the tier A, in
-- joins by hash and by loop, in an index, in a hashed subplan and in a semijoin
-- whose inner side is made unique first.  Without ICU there is no such collation.
CREATE FUNCTION check_nondeterministic() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    q record;
    result bigint;
    setting text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i') OR getdatabaseencoding() <> 'UTF8' THEN
        RETURN;
    END IF;
    DROP TABLE IF EXISTS folded;
    DROP COLLATION IF EXISTS ignore_case;
    CREATE COLLATION ignore_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE TABLE folded (word text COLLATE ignore_case);
    INSERT INTO folded VALUES ('a'), ('A'), ('b'), ('C'), ('c'), ('d'), ('gold');
    INSERT INTO folded SELECT 'x' || i FROM generate_series(1, 100) i;
    ANALYZE folded;
    IF (SELECT count(*) FROM folded WHERE word = 'A') <> 2 THEN
        RAISE EXCEPTION 'the collation does not ignore case';
    END IF;
    FOREACH setting IN ARRAY ARRAY['enable_tidscan', 'enable_hashjoin', 'enable_nestloop', 'enable_mergejoin', 'enable_hashagg',
                                   'enable_seqscan', 'enable_sort', 'enable_memoize']
    LOOP
        PERFORM set_config(setting, 'off', true);
        FOR q IN SELECT * FROM (VALUES
            ('SELECT count(*) FROM tiers JOIN folded ON tier = word', 2),
            ('SELECT count(*) FROM folded JOIN tiers ON word = tier', 2),
            ('SELECT count(*) FROM tiers LEFT JOIN folded ON tier = word', 26),
            ('SELECT count(*) FROM tiers WHERE tier NOT IN (SELECT word FROM folded)', 24),
            ('SELECT count(*) FROM tiers WHERE tier IN (SELECT word FROM folded)', 2),
            ('SELECT count(*) FROM tiers WHERE (tier IN (SELECT word FROM folded)) IS NOT FALSE', 2),
            ('SELECT count(*) FROM folded WHERE word NOT IN (SELECT tier FROM tiers)', 105),
            ('SELECT count(*) FROM folded WHERE word IN (SELECT tier FROM tiers)', 2),
            ('SELECT count(*) FROM customers WHERE tier IN (SELECT word FROM folded)', 200),
            ('SELECT count(*) FROM indexed WHERE tier IN (SELECT word FROM folded)', 200),
            ('SELECT count(*) FROM indexed JOIN folded ON word = tier', 200),
            ('SELECT count(*) FROM indexed WHERE tier = ''a''::text COLLATE ignore_case', 0),
            ('SELECT count(*) FROM indexed WHERE tier = ''A''::text COLLATE ignore_case', 100),
            ('SELECT count(*) FROM by_hash WHERE tier = ''A''::text COLLATE ignore_case', 100),
            ('SELECT count(*) FROM by_hash WHERE tier IN (SELECT word FROM folded)', 200),
            ('SELECT count(*) FROM tiers WHERE tier < ''b''::text COLLATE ignore_case', 26)) v(query, expected)
        LOOP
            EXECUTE q.query INTO result;
            IF result <> q.expected THEN
                RAISE EXCEPTION '% gives %, not %, with % off', q.query, result, q.expected, setting;
            END IF;
        END LOOP;
        PERFORM set_config(setting, 'on', true);
    END LOOP;
END
$$;
CREATE TABLE indexed AS TABLE customers;
CREATE INDEX indexed_tier ON indexed (tier);
ANALYZE indexed;
SET client_min_messages = warning;
SELECT check_nondeterministic();
DROP INDEX indexed_tier;
CREATE INDEX indexed_tier ON indexed USING hash (tier);
SELECT check_nondeterministic();
RESET client_min_messages;

-- out of reach of the operators the order of texts gives the same answer
SELECT a.tier, b.tier FROM tiers a, tiers b
WHERE (a.tier < b.tier) <> (a.tier OPERATOR(pg_catalog.<) b.tier) OR (a.tier = b.tier) <> (a.tier OPERATOR(pg_catalog.=) b.tier);

RESET ROLE;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_operators CASCADE;
DROP ROLE regress_abc_operators;
