--
-- Checks of your own on a model, with pgTAP: psql -X -v model=NAME -f own_checks.sql
--
-- Once, as superuser: install the package (Debian: postgresql-15-pgtap) and CREATE EXTENSION pgtap.
-- Run this as the owner of the model after the nightly refresh: the output is TAP, pg_prove reads it,
-- and nothing is left behind.
--
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset pager off
BEGIN;

\set state :model '_state'
\set history :model '_history'
\set run :model '_run'

SELECT plan(7);

SELECT is_empty(format('SELECT * FROM abc_check(%L) WHERE NOT ok AND code IN (''no key'', ''duplicates'')', :'model'),
	'the source has one row for each key');
SELECT results_eq(format('SELECT sum(value) FROM abc_report(%L) WHERE line <> ''total of the source''', :'model'),
	format('SELECT value FROM abc_report(%L) WHERE line = ''total of the source''', :'model'),
	'the report adds up to the source');
SELECT results_eq(format('SELECT count(*) FROM %s WHERE valid_to IS NULL', :'history'), format('SELECT count(*) FROM %s', :'state'),
	'each customer has one open version');
SELECT is_empty(format('SELECT * FROM %s WHERE tier_name IS NULL OR decided_by IS NULL OR reason IS NULL', :'model'),
	'everybody has a name of a tier and a reason');
SELECT cmp_ok((SELECT count(*) FROM abc_check(:'model') WHERE code LIKE 'tie%' AND NOT ok), '=', 0::bigint,
	'no tie at a cut holds more than one customer in a hundred');
SELECT cmp_ok((SELECT max(customers) FROM abc_report(:'model') WHERE tier = 'A'), '>', 0::bigint,
	'there are customers in tier A');
SELECT is_empty(format('SELECT run FROM %s WHERE error IS NOT NULL AND run >= (SELECT max(run) FROM %1$s WHERE revision IS NOT NULL)', :'run'),
	'the last refresh did not fail');

SELECT * FROM finish();
ROLLBACK;
