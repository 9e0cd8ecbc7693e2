--
-- Promise: a state of sums that no rows could have led to is refused where it comes in, and the ones that
-- come in cannot make an aggregate write where it must not. Any user can send such bytes.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_hostile;
CREATE SCHEMA hostile_state AUTHORIZATION regress_abc_hostile;
RESET client_min_messages;
SET ROLE regress_abc_hostile;
SET search_path = hostile_state, public;
\set VERBOSITY terse
\set SHOW_CONTEXT never

CREATE TABLE received (s abc_exact_sums);
CREATE AGGREGATE merge(abc_exact_sums) (
  SFUNC = abc_exact_sums_combine, STYPE = abc_exact_sums, INITCOND = 'weighted float8 1: 1@-128, 1@0');

\echo -- binary: the place of the first limb, 36 bytes before the end, where adding the limbs would overflow
\copy (SELECT overlay(abc_exact_sums_send('weighted float8 1: 5@0, 1@0') PLACING '\x7fffffff'::bytea FROM length(abc_exact_sums_send('weighted float8 1: 5@0, 1@0')) - 35)) TO 'hostile_state' WITH (FORMAT binary)
\copy received FROM 'hostile_state' WITH (FORMAT binary)
\copy (SELECT overlay(abc_exact_sums_send('weighted float8 1: 5@0, 1@0') PLACING '\x80000000'::bytea FROM length(abc_exact_sums_send('weighted float8 1: 5@0, 1@0')) - 35)) TO 'hostile_state' WITH (FORMAT binary)
\copy received FROM 'hostile_state' WITH (FORMAT binary)
\copy (SELECT overlay(abc_exact_sums_send('weighted float8 1: 5@0, 1@0') PLACING '\x7fffffff'::bytea FROM length(abc_exact_sums_send('weighted float8 1: 5@0, 1@0')) - 31)) TO 'hostile_state' WITH (FORMAT binary)
\copy received FROM 'hostile_state' WITH (FORMAT binary)
\echo -- the outermost places that are allowed do no harm
\copy (SELECT overlay(abc_exact_sums_send('weighted float8 1: 5@0, 1@0') PLACING '\x00000023'::bytea FROM length(abc_exact_sums_send('weighted float8 1: 5@0, 1@0')) - 35)) TO 'hostile_state' WITH (FORMAT binary)
\copy received FROM 'hostile_state' WITH (FORMAT binary)
\copy (SELECT overlay(abc_exact_sums_send('weighted float8 1: 5@0, 1@0') PLACING '\xffffffde'::bytea FROM length(abc_exact_sums_send('weighted float8 1: 5@0, 1@0')) - 35)) TO 'hostile_state' WITH (FORMAT binary)
\copy received FROM 'hostile_state' WITH (FORMAT binary)
SELECT s FROM received;
SELECT length(merge(s)::text) FROM received;

\echo -- text: a sum of more digits than float8 can lead to is refused before it is worked on
DO $$
DECLARE
  detail text;
BEGIN
  PERFORM format('weighted float8 1: %s@-2176, 1@0', repeat('f', 200000))::abc_exact_sums;
  RAISE 'a sum of 200,000 digits was taken';
EXCEPTION WHEN invalid_text_representation THEN
  GET STACKED DIAGNOSTICS detail = pg_exception_detail;
  RAISE NOTICE 'refused: %', detail;
END $$;

\echo -- counters: 2^63 rows are an error, neither wrong nor negative
CREATE AGGREGATE many(float8, float8) (
  SFUNC = abc_weighted_score_transfn, STYPE = abc_exact_sums, INITCOND = 'weighted float8 9223372036854775806: 1@0, 1@0');
CREATE AGGREGATE many(numeric, numeric) (
  SFUNC = abc_weighted_score_transfn, STYPE = abc_exact_sums, INITCOND = 'weighted decimal 9223372036854775806: 1@0, 1@0');
CREATE AGGREGATE many(abc_exact_sums) (
  SFUNC = abc_exact_sums_combine, STYPE = abc_exact_sums, INITCOND = 'weighted float8 9223372036854775806: 1@0, 1@0');
SELECT many(1::float8, 1::float8);
SELECT many(x, 1::float8) FROM (VALUES (1::float8), (2)) v (x);
SELECT many(1::numeric, 1::numeric);
SELECT many(x, 1::numeric) FROM (VALUES (1::numeric), (2)) v (x);
SELECT many(s) FROM received;

\echo -- a state of another aggregate, or one that no values could have led to, is a mistake of the user
SELECT abc_variation_finalfn('weighted decimal 3: -1f40@2, 28@0');
SELECT abc_hhi_finalfn('weighted float8 3: 5@0, 28@0');
SELECT abc_variation_finalfn('moments float8 2: 100@0, 1@0');

\! rm -f hostile_state
SET client_min_messages = warning;
RESET ROLE;
DROP SCHEMA hostile_state CASCADE;
DROP ROLE regress_abc_hostile;
