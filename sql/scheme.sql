--
-- The type abc_scheme: every form has one canonical text that reads back to the same
-- value, and every error says what is wrong and how to mend it.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;
CREATE ROLE regress_abc_scheme;
CREATE SCHEMA regress_abc_scheme AUTHORIZATION regress_abc_scheme;
SET ROLE regress_abc_scheme;
SET search_path = regress_abc_scheme, public;
SET client_encoding = 'UTF8';
\pset format unaligned
\pset tuples_only on

-- canonical text; "differs" would mark one that does not read back to the same value
CREATE FUNCTION canonical(input text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    scheme abc_scheme := input::abc_scheme;
    printed text := scheme::text;
BEGIN
    RETURN format('%-50s %s%s', input, printed,
                  CASE WHEN printed::abc_scheme <> scheme OR printed::abc_scheme::text <> printed
                            OR abc_scheme_send(scheme) <> textsend(printed) THEN ' differs' END);
END
$$;
-- an error in three lines
CREATE FUNCTION error(input text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    hint text;
BEGIN
    RETURN input || ' is accepted: ' || input::abc_scheme;
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    RETURN format(E'%s\n  %s %s\n  %s', input, SQLSTATE, message, hint);
END
$$;

\echo -- the rules, cumulative cuts and widths
SELECT canonical(s) FROM unnest(ARRAY[
    '80/95', 'share 80/95', 'SHARE  80 / 95', '80+15+5', 'share 80+15+5', '80%/95%', '80 % + 15 % + 5 %', '80', '100', '80/95/100',
    '80+20', 'count 15/50', 'count 15+35+50', 'count 15/35/50', 'count 10', 'top 50/200', 'top 50+150', 'top 9223372036854775807',
    'value 5000/500', 'value >5000', 'value > 5000', 'value >=5000', 'value >500/500', 'value 5000/ >500/ >= 500/-3',
    'fill 70+20', 'fill 70+20+10', 'fill 70', 'fill 100', 'fill 33.3+33.3+33.3']) WITH ORDINALITY v(s, n) ORDER BY n;
\echo -- numbers
SELECT canonical(s) FROM unnest(ARRAY[
    '080.0/095.500', '80./95.', '0.000000000000001/33.333333333333333', '80.00000000000000000000', '33.3+33.3+33.4',
    'top 050.00/0200', 'value 5000.00/500.50', 'value -0', 'value 1e3/1E+2/1e-2/.5e-3', 'value -.5/-5.',
    'value 1e300/1e-300/0/-1e-300/-1e300', 'value 1e999', 'value 12345678901234567890.12345678901234567890',
    'value 123456789012345678901234567890123456789012345678901', 'value 1e38/1e37',
    'value 0.00000000000000000000000000000000000000012345']) WITH ORDINALITY v(s, n)
ORDER BY n;
\echo -- at most 1 per cent throughout: only with the sign, and printed with it
SELECT canonical(s) FROM unnest(ARRAY['0.8%/0.95%', '.5%/1', 'count 1%', 'count 1%+99', 'count 1+99', 'count 1/5', 'fill 0.5%+0.5', 'share gold 1% / iron', 'share gold 1 / iron 2 / lead',
    'count 0.5 %; ties up']) WITH ORDINALITY v(s, n) ORDER BY n;
\echo -- full-width digits, signs and blanks are taken for what they are, but in quoted names
SELECT canonical(s) FROM unnest(ARRAY['80／95', '８０/９５', '８０．５％／９５％', '80／95；crossing down；ties　down', 'value 大客户 ＞5000 / 普通客户',
    'value ＞＝５０００／－５', '80＋15＋5', 'share 铂金 ５０／黄金 ８０／铅质', 'share "大／客户１" 80／"＞5"', 'top　5０', 'share １０', 'share 客户１ 80/其他'])
    WITH ORDINALITY v(s, n) ORDER BY n;
\echo -- names
SELECT canonical(s) FROM unnest(ARRAY[
    'share platinum 50 / gold 80 / iron 95 / lead', 'share Gold 80/iRON', 'share "gold" 80 / "Key account"', 'share "a""b" 80 / """"',
    'share 铂金 50 / 金 80 / Ärzte_1', 'share "1st" 80 / " x "', 'share a 80 + b 15 + c 5', 'share a 80 + b 15 + c', 'share a 80+b 15+c 5+d',
    'count top 15 / middle 50 / value', 'share share 80 / ties', 'top a 50 + b 150 + c', 'value platinum >5000 / gold 500 / iron',
    'value "nan" 5 / "Infinity"', 'value nan 5 / b', 'fill a 70 + b 20 + c 10', 'fill a 70 + b 20 + c 10 + d', 'fill a 70 + b 20 + c',
    'share "a;b/c+d>e" 80 / "80"']) WITH ORDINALITY v(s, n) ORDER BY n;
\echo -- options: any order and case, printed in one order, and only where they differ from the default of the rule
SELECT canonical(s) FROM unnest(ARRAY[
    '80/95; crossing down; ties down; negative error', '80/95;NEGATIVE Drop;Ties DOWN;  crossing   down',
    '80/95; crossing up; ties up; negative zero', 'count 15/50; ties down; crossing up', 'count 15/50; crossing down; ties up',
    'top 50; ties down', 'top 50; ties up', 'fill 70+20; negative drop; ties down; crossing down', 'fill 70+20; ties up',
    'share ties 80 / crossing; ties down', '80;ties down']) WITH ORDINALITY v(s, n) ORDER BY n;
\echo -- blanks, and 25 cuts in every form
SELECT canonical(s) FROM unnest(ARRAY[E' \t\n80\r/\f95 ']) WITH ORDINALITY v(s, n) ORDER BY n;
SELECT canonical(string_agg(i::text, '/' ORDER BY i)) FROM generate_series(1, 25) i;
SELECT canonical(string_agg('4', '+') || '+2+2') FROM generate_series(1, 24) i;
SELECT canonical('top ' || string_agg('x' || i || ' ' || i, '/' ORDER BY i) || '/rest') FROM generate_series(1, 25) i;

\echo -- errors: nothing, cuts that are none
SELECT error(s) FROM unnest(ARRAY['', '  ', 'share', 'top;', '/80', '80/', '80//95', '80/95/', '+5', 'value +5', '80/-', 'share a 80 / b, c',
    '80,5/95', '80 95', '80/95 and more', '80/95)', 'value 5..5', 'value 1e', 'value 1e+', 'value 0x10', 'value 1_000', 'share 8e1', 'top 1e3', 'top 50.5',
    'value NaN', 'value 5/Infinity', 'value -inf', 'share nan', 'value 1e1000', 'value 1e-1001', 'value 1e99999999999',
    'share 80é/95', '80，5/95', 'value １，000', '８０ｅ1', '－5']) WITH ORDINALITY v(s, n) ORDER BY n;
\echo -- errors: range and order
SELECT error(s) FROM unnest(ARRAY['0/95', '-5/95', '101', '80/100.000000000000001', '0.0000000000000001', '95/80', '80/80',
    'share 80/15/5', 'share 80/15/6', 'top 0', 'top -5', 'top 200/50', 'top 9223372036854775808',
    'top 9223372036854775807+1', 'value 500/5000', 'value 500/500', 'value 500/>500', 'value >5/>5.0',
    '80+15', 'count 15+35', '80+15+6', 'fill 70+31', 'fill 70+20+5+6', 'fill 70/90']) WITH ORDINALITY v(s, n) ORDER BY n;
\echo -- errors: fractions of 1 for per cent
SELECT error(s) FROM unnest(ARRAY['0.8/0.95', '.5/1', 'share 0.8', 'count 0.15/0.5; ties up', 'count 1', '0.8+0.15+0.05', 'fill 0.7+0.2', 'share gold 0.8 / iron 0.95 / lead',
    '０．８／０．９５']) WITH ORDINALITY v(s, n) ORDER BY n;
\echo -- errors: signs
SELECT error(s) FROM unnest(ARRAY['80+15/95', 'share >80', 'top >=50', 'value 5+6', 'value 5%', 'top 50%', 'value <5', 'value => 5', 'value >'])
    WITH ORDINALITY v(s, n) ORDER BY n;
\echo -- errors: 26 cuts and more
SELECT error(string_agg(i::text, '/' ORDER BY i)) FROM generate_series(1, 26) i;
SELECT error('share ' || string_agg('x' || i || ' ' || i, '/' ORDER BY i) || '/rest') FROM generate_series(1, 26) i;
SELECT error(string_agg('2.5', '+')) FROM generate_series(1, 40) i;
\echo -- errors: names
SELECT error(s) FROM unnest(ARRAY['gold 80 / iron', '"gold" 80 / iron', 'shares 80/95', 'shares gold 80', 'platinum 50+gold 30+"Key account" 20', '铂金 50/黄金 80/铅质', '铂金 ５０／"黄 金" ８０', 'value-x 5 / b', 'share gold 80 / gold', 'share gold 80', 'share gold',
    'share gold / iron 80', 'share gold 80 / 95', 'share 80 / gold', 'share a 80 / b 95 / c 100', 'fill a 70 + b 20',
    'share "" 80 / b', 'share "  " 80 / b', 'share "gold 80 / b', E'share "a\tb" 80 / c', 'share a 80 / ' || repeat('b', 64),
    'share a 80 / ' || repeat('铂', 22), 'share key account 80 / b', 'share key-account 80 / b']) WITH ORDINALITY v(s, n) ORDER BY n;
\echo -- errors: options
SELECT error(s) FROM unnest(ARRAY['80/95; order down', 'count 15; colour red', 'count 15; negative drop', 'top 50; crossing down', 'value 5; ties up', 'value 5; x up', '80/95; ties',
    '80/95; ties; crossing up', '80/95; ties sideways', '80/95; ties = up', '80/95; negative up', '80/95; ties up; crossing down; ties up', '80/95;', '80/95;; ties up',
    '80/95; ties up crossing down', '80/95; 5']) WITH ORDINALITY v(s, n) ORDER BY n;
\echo -- errors: length
SELECT regexp_replace(error(repeat('8', 10001)), '8{9,}', '8...8', 'g');
SELECT regexp_replace(error('value ' || repeat('铂', 3000) || '!'), '铂{9,}', '铂...铂', 'g');
SELECT length((('value ' || repeat('9', 999) || '/' || repeat('8', 998) || '.' || repeat('7', 999))::abc_scheme)::text);

-- from PostgreSQL 16 on a caller can ask without an error
DO $$
DECLARE
    answers text := 't f f f f';
BEGIN
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE $q$SELECT concat_ws(' ', pg_input_is_valid('80/95', 'abc_scheme'), pg_input_is_valid('', 'abc_scheme'),
            pg_input_is_valid('95/80', 'abc_scheme'), pg_input_is_valid('value 1e9999', 'abc_scheme'),
            pg_input_is_valid('80/95; x y', 'abc_scheme'))$q$ INTO answers;
    END IF;
    IF answers <> 't f f f f' THEN
        RAISE EXCEPTION 'soft errors: %', answers;
    END IF;
END
$$;

\echo -- casts: text and varchar stand for a scheme anywhere, as a driver binds them; back on assignment
CREATE FUNCTION takes_scheme(abc_scheme) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
PREPARE bound_text(text) AS SELECT takes_scheme($1);
PREPARE bound_varchar(varchar) AS SELECT takes_scheme($1);
PREPARE bound_unknown AS SELECT takes_scheme($1);
EXECUTE bound_text('80+15+5');
EXECUTE bound_varchar('top 50');
EXECUTE bound_unknown('fill 70+30');
CREATE TABLE schemes (scheme abc_scheme, written text, short varchar(40));
INSERT INTO schemes SELECT s::abc_scheme, s::abc_scheme, s::abc_scheme
FROM unnest(ARRAY['80/95', 'share 80+15+5', 'count 15/50', '80.0/95; ties up', 'value 10', 'value 9', NULL]) s;
SELECT * FROM schemes ORDER BY scheme;
\echo -- equal schemes are one to DISTINCT, GROUP BY, UNION, a unique index, joins
SELECT count(*), count(DISTINCT scheme) FROM schemes;
SELECT scheme, count(*) FROM schemes GROUP BY scheme ORDER BY 1;
SELECT count(*) FROM (SELECT scheme FROM schemes UNION SELECT '80/95') v;
SELECT count(*) FROM schemes a JOIN schemes b USING (scheme);
CREATE UNIQUE INDEX one_scheme ON schemes (scheme) WHERE scheme <> '80/95';
INSERT INTO schemes VALUES ('count 15+35+50');
SELECT a.scheme = b.scheme, a.scheme <> b.scheme, a.scheme < b.scheme, a.scheme <= b.scheme, a.scheme >= b.scheme, a.scheme > b.scheme
FROM (VALUES ('80/95'::abc_scheme)) a(scheme), (VALUES ('80+15+5'::abc_scheme), ('top 5')) b(scheme);

\echo -- binary: the canonical text; what is received is checked and made canonical
\set directory `mktemp -d`
\cd :directory
CREATE TABLE received (scheme abc_scheme);
\copy (SELECT s FROM unnest('{80/95,"share 铂金 80 / \"Key account\""}'::abc_scheme[]) s) TO 'schemes' WITH (FORMAT binary)
\copy (SELECT '80+15+5'::text) TO 'other' WITH (FORMAT binary)
\copy (SELECT '95/80'::text) TO 'falling' WITH (FORMAT binary)
\copy (SELECT ''::text) TO 'empty' WITH (FORMAT binary)
\copy (SELECT '\x38302f3935003b'::bytea) TO 'zero' WITH (FORMAT binary)
\copy received FROM 'schemes' WITH (FORMAT binary)
\copy received FROM 'other' WITH (FORMAT binary)
\copy received FROM 'falling' WITH (FORMAT binary)
\copy received FROM 'empty' WITH (FORMAT binary)
\set VERBOSITY sqlstate
\copy received FROM 'zero' WITH (FORMAT binary)
\set VERBOSITY default
\! rm schemes other falling empty zero && rmdir "$PWD"
\cd /
SELECT scheme FROM received ORDER BY scheme;

\echo -- abc_make_scheme: from parts
SELECT abc_make_scheme(ARRAY[80, 95]);
SELECT abc_make_scheme(ARRAY[80.0, 95.50], 'Share', ARRAY['gold', 'Key "account"', '铂'], 'down', 'down', 'drop');
SELECT abc_make_scheme('{15,50}', 'count', ties => 'up');
SELECT abc_make_scheme('{50,200}', 'top', '{a,b,c}');
SELECT abc_make_scheme('{5000,500,-1e-7}', 'value');
SELECT abc_make_scheme('{5000,500}', 'value >'), abc_make_scheme('{5000}', 'value >=');
SELECT abc_make_scheme('{70,20}', 'fill'), abc_make_scheme('{70,20,10}', 'fill'), abc_make_scheme('{70,20,10}', 'fill', '{a,b,c}'),
       abc_make_scheme('{70,20,10}', 'fill', '{a,b,c,d}');
SELECT abc_make_scheme('{80,95}', NULL, NULL, NULL, NULL, NULL);
SELECT abc_make_scheme(NULL);
SELECT abc_make_scheme('{}');
SELECT abc_make_scheme('{80,NULL}');
SELECT abc_make_scheme('{{80,95}}');
SELECT abc_make_scheme('{80,15,5}');
SELECT abc_make_scheme('{0.8,0.95}');
SELECT abc_make_scheme('{0.15,0.5}', 'count', '{a,b,c}');
SELECT abc_make_scheme('{0.5}', 'value');
SELECT abc_make_scheme('{NaN}');
SELECT abc_make_scheme('{NaN}', 'value');
SELECT abc_make_scheme(array_agg(i::numeric)) FROM generate_series(1, 26) i;
SELECT abc_make_scheme(array_agg(i::numeric)) FROM generate_series(1, 2000) i;
SELECT abc_make_scheme('{80}', 'sum');
SELECT abc_make_scheme('{80}', 'share 5 /');
SELECT abc_make_scheme('{80}', 'value ><');
SELECT abc_make_scheme('{80}', 'share >');
SELECT abc_make_scheme('{80}', names => '{a}');
SELECT abc_make_scheme('{80}', names => '{a,b,c}');
SELECT abc_make_scheme('{80}', names => '{}');
SELECT abc_make_scheme('{80}', names => '{a,NULL}');
SELECT abc_make_scheme('{80}', names => '{a,""}');
SELECT abc_make_scheme('{80}', names => '{a,a}');
SELECT abc_make_scheme('{80}', ties => 'up; crossing down');
SELECT abc_make_scheme('{80}', ties => '');
SELECT abc_make_scheme('{80}', ties => 'left');
SELECT abc_make_scheme('{80}', 'top', negative => 'drop');

\echo -- abc_label: the name of a tier, the letter without names
SELECT string_agg(abc_label(t, 'share platinum 50 / gold 80 / iron 95 / "Lead, heavy"'), ', ' ORDER BY t) FROM unnest('{A,B,C,D}'::abc_tier[]) t;
SELECT string_agg(abc_label(t, '80/95'), ', ' ORDER BY t) FROM unnest('{A,B,C}'::abc_tier[]) t;
SELECT string_agg(abc_label(t, s), ', ' ORDER BY n) FROM (VALUES (1, 'A'::abc_tier, 'share x 5 / y'), (2, 'B', 'share x 5 / y'), (3, 'B', 'top 5'), (4, 'A', 'top u 5 / v')) v(n, t, s);
SELECT abc_label(NULL, '80/95') IS NULL, abc_label('A', NULL) IS NULL;
SELECT abc_label('D', '80/95');
SELECT abc_label('C', 'share gold 80 / iron');

\echo -- abc_tiers: every tier of a scheme, best first, under each rule
SELECT * FROM abc_tiers('share 铂金 50 / gold 80.5 / "Lead, heavy"');
SELECT s.scheme, string_agg(concat_ws(' ', t.rank, t.tier, t.name, t.cut), ', ' ORDER BY t.rank) AS tiers
FROM unnest('{80/95,count 15+35+50,top 50/200,value >5000/500/-0.5,fill 70+20,share x 33.3333333333 / y}'::abc_scheme[]) WITH ORDINALITY s(scheme, n), abc_tiers(s.scheme) t
GROUP BY s.n, s.scheme ORDER BY s.n;
SELECT count(*), min(tier), max(tier), min(cut), max(cut) FROM abc_tiers('top 1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1');
SELECT cut = 1e300 AS exact FROM abc_tiers('value 1e300') WHERE rank = 1;
SELECT count(*) FROM abc_tiers(NULL);
-- the name is that of abc_label, the rank that of abc_rank
SELECT t.* FROM abc_tiers('fill gold 70 + "Lead, heavy" 20 + rest') t
WHERE t.name <> abc_label(t.tier, 'fill gold 70 + "Lead, heavy" 20 + rest') OR t.rank <> abc_rank(t.tier);

-- Mutations of valid schemes are either accepted, and then read back to the same value,
-- or refused with a hint: 2,000 of them here.
CREATE FUNCTION check_mutations(n int, seed float8) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    seeds text[] := ARRAY['80/95', 'share 80+15+5', 'count 15/50; ties up', 'top 50/200', 'value >5000/500/-1e-5', 'fill 70+20+10',
        'share platinum 50 / gold 80 / "Key ""account" 95 / lead; crossing down', 'value 铂金 >=5000.50 / 金 500 / 铁', 'count 0.5%/1%', 'share 铂金 ５０／"黄／金" ８０．５％／铅；ties down'];
    pieces text[] := ARRAY['/', '+', '>', '>=', '%', ';', '"', ' ', '.', '-', 'e', '0', '9', '00', '100', '铂', 'é', 'a', '_', 'ties', ' up', ' down',
        'crossing', 'negative zero', 'value ', 'fill ', 'NaN', '1e400', E'\t', '\', '''', 'share ', 'top ', '80', '15', '／', '８', '．', '；', '　', '％', '＞'];
    input text;
    scheme abc_scheme;
    hint text;
    at int;
BEGIN
    PERFORM setseed(seed);
    FOR i IN 1 .. n LOOP
        input := seeds[1 + floor(random() * array_length(seeds, 1))];
        FOR k IN 1 .. 1 + floor(random() * 4)::int LOOP
            at := floor(random() * (length(input) + 1));
            input := left(input, at)
                || CASE WHEN random() < 0.6 THEN pieces[1 + floor(random() * array_length(pieces, 1))] ELSE '' END
                || substr(input, at + 1 + floor(random() * 3)::int);
        END LOOP;
        BEGIN
            scheme := input;
        EXCEPTION WHEN invalid_text_representation OR invalid_parameter_value THEN
            GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
            IF hint = '' OR position('invalid abc_scheme "' IN SQLERRM) <> 1 THEN
                RAISE EXCEPTION 'scheme "%" is refused with: %', input, SQLERRM;
            END IF;
            CONTINUE;
        END;
        IF scheme::text::abc_scheme <> scheme OR abc_label('A', scheme) IS NULL THEN
            RAISE EXCEPTION 'scheme "%" reads back differently: "%"', input, scheme;
        END IF;
    END LOOP;
END
$$;
SELECT check_mutations(2000, 0.42);

RESET ROLE;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA regress_abc_scheme CASCADE;
DROP ROLE regress_abc_scheme;
