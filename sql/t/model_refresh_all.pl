# CALL abc_refresh_all(): a transaction per model, failures recorded, raised at
# the end; from cron's point of view one statement of an ordinary role.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = AbcTier::new_node('model_refresh_all');

$node->safe_psql('postgres', q{
	CREATE ROLE owner LOGIN; CREATE ROLE other LOGIN;
	CREATE SCHEMA shop AUTHORIZATION owner; CREATE SCHEMA "else" AUTHORIZATION other;
});

sub as
{
	my ($role, $sql) = @_;
	my ($code, $out, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', $role ], on_error_stop => 1);

	return ($code, $out, $err);
}

my ($code, $out, $err) = as('owner', q{
	SET search_path = shop, public;
	CREATE TABLE good (id int, v int); INSERT INTO good VALUES (1, 1), (2, 2);
	CREATE TABLE bad (id int, v int); INSERT INTO bad VALUES (1, 1);
	SELECT abc_create_model('a_first', 'good', 'id', 'v');
	SELECT abc_create_model('b_broken', 'bad', 'id', 'v');
	SELECT abc_create_model('c_last', 'good', 'id', 'v');
});
is($code, 0, 'three models') or diag($err);
as('other', q{
	SET search_path = "else", public;
	CREATE TABLE facts (id int, v int); INSERT INTO facts VALUES (1, 1);
	SELECT abc_create_model('theirs', 'facts', 'id', 'v');
});

# all is well: psql -c, as cron would
$node->command_ok([ 'psql', '-X', '-d', $node->connstr('postgres') . ' user=owner', '-c', 'CALL abc_refresh_all()' ], 'one statement');
is($node->safe_psql('postgres', q{SELECT string_agg(n, ',') FROM (SELECT (SELECT max(run) FROM shop.a_first_run)::text || (SELECT max(run) FROM shop.b_broken_run) || (SELECT max(run) FROM shop.c_last_run) AS n) AS x}),
	'111', 'each was refreshed');
is($node->safe_psql('postgres', 'SELECT count(*) FROM "else".theirs_run'), '0', 'nobody else\'s');

# one fails: the others are there, the failure is recorded, the caller hears of it
as('owner', 'INSERT INTO shop.bad VALUES (1, 2)');
$node->command_fails_like([ 'psql', '-X', '-d', $node->connstr('postgres') . ' user=owner', '-c', 'CALL abc_refresh_all()' ],
	qr/some models could not be refreshed.*b_broken_model: the source "shop.bad" of model "shop.b_broken" does not have one row per key/s, 'cron sees it');
is($node->safe_psql('postgres', 'SELECT (SELECT max(run) FROM shop.a_first_run), (SELECT max(run) FROM shop.c_last_run)'), '2|2', 'the others are refreshed');
is($node->safe_psql('postgres', q{SELECT run, error, finished >= started FROM shop.b_broken_run WHERE error IS NOT NULL}),
	'2|the source "shop.bad" of model "shop.b_broken" does not have one row per key|t', 'the failure is recorded');
is($node->safe_psql('postgres', 'SELECT count(*), max(run) FROM shop.b_broken_history'), '1|1', 'and left nothing else');
is($node->safe_psql('postgres', q{SELECT run, tier FROM shop.b_broken_current}), '1|A', 'readers see the last good run');

# mended, it goes on; the failed row stays
as('owner', 'DELETE FROM shop.bad WHERE v = 2');
($code) = as('owner', 'CALL abc_refresh_all()');
is($code, 0, 'mended');
is($node->safe_psql('postgres', q{SELECT string_agg(run || CASE WHEN error IS NULL THEN ' good' ELSE ' failed' END, ', ' ORDER BY started) FROM shop.b_broken_run}),
	'1 good, 2 failed, 2 good', 'the number is used by the run that succeeded');

# a failure that cannot be recorded is still raised
as('owner', 'DROP TABLE shop.b_broken_run CASCADE');
($code, $out, $err) = as('owner', 'CALL abc_refresh_all()');
is($code, 3, 'fails');
like($err, qr/the table of runs of model "shop.b_broken_model" was dropped/, 'says what');
like($err, qr/WARNING:.*could not be recorded/, 'and that it was not recorded');
as('owner', q{SELECT abc_drop_model('shop.b_broken')});

# search_path stays safe across the commits, whatever the caller's
($code, $out, $err) = as('owner', q{
	SET search_path = shop;
	CREATE FUNCTION shop.boo(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hostile'; END $$;
	CREATE OPERATOR shop.= (FUNCTION = shop.boo, LEFTARG = text, RIGHTARG = text);
	CREATE FUNCTION shop.set_config(text, text, boolean) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hostile'; END $$;
	SET search_path = shop, pg_catalog, public;
	CALL abc_refresh_all();
	SHOW search_path;
});
is($code, 0, 'a hostile search_path changes nothing') or diag($err);
like($out, qr/shop, pg_catalog, public/, 'and is as it was afterwards');

# in a transaction block it says why not, and leaves nothing
my $runs = $node->safe_psql('postgres', 'SELECT max(run) FROM shop.a_first_run');
($code, $out, $err) = as('owner', 'BEGIN; CALL abc_refresh_all();');
like($err, qr/invalid transaction termination/, 'a transaction block is refused');
is($node->safe_psql('postgres', 'SELECT max(run) FROM shop.a_first_run'), $runs, 'nothing is left');

# cancelled in the middle: what is done is done, the rest is not, and the next call works
as('owner', q{CREATE VIEW shop.slow AS SELECT id, v, pg_sleep(CASE WHEN abc_as_of() IS NOT NULL THEN 60 ELSE 0 END)::text AS wait FROM shop.good;
	SELECT abc_create_model('b_slow', 'shop.slow', 'id', 'v', attributes => '{wait}', schema => 'shop')});
($code, $out, $err) = as('owner', q{SET statement_timeout = '3s'; CALL abc_refresh_all()});
like($err, qr/canceling statement due to statement timeout/, 'cancelled');
is($node->safe_psql('postgres', q{SELECT (SELECT max(run) FROM shop.a_first_run) - } . $runs . q{, (SELECT count(*) FROM shop.b_slow_run), (SELECT max(run) FROM shop.c_last_run) - } . $runs),
	'1|0|0', 'the first is done, the others are not');

done_testing();
