# CALL abc_refresh_all(): every model that the caller may refresh, as its owner, a transaction per model;
# failures are recorded, and raised at the end. From cron's point of view one statement of any role.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = AbcTier::new_node('model_refresh_all');

$node->safe_psql('postgres', q{
	CREATE ROLE owner LOGIN; CREATE ROLE other LOGIN; CREATE ROLE member LOGIN IN ROLE owner; CREATE ROLE boss LOGIN SUPERUSER; CREATE ROLE nobody LOGIN;
	CREATE SCHEMA shop AUTHORIZATION owner; CREATE SCHEMA "else" AUTHORIZATION other;
});

sub as
{
	my ($role, $sql) = @_;
	my ($code, $out, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', $role ], on_error_stop => 1);

	return ($code, $out, $err);
}

# The runs of the three models and of the stranger's; days are moved back between calls, so that each call is a new run.
my $runs = q{SELECT concat_ws(' ', (SELECT runs FROM shop.a_first_model), (SELECT runs FROM shop.b_broken_model), (SELECT runs FROM shop.c_last_model), (SELECT runs FROM "else".theirs_model))};
sub next_day
{
	$node->safe_psql('postgres', qq{UPDATE $_ SET last_as_of = last_as_of - 1}) foreach qw(shop.a_first_model shop.b_broken_model shop.c_last_model "else".theirs_model);
	return;
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
	CREATE TABLE facts (id int, v int, who text DEFAULT current_user); INSERT INTO facts VALUES (1, 1);
	SELECT abc_create_model('theirs', 'SELECT id, v, current_user::text AS who FROM "else".facts', 'id', 'v', attributes => '{who}');
});

# all is well: psql -c, as cron would; it says each one
$node->command_ok([ 'psql', '-X', '-d', $node->connstr('postgres') . ' user=owner', '-c', 'CALL abc_refresh_all()' ], 'one statement');
is($node->safe_psql('postgres', $runs), '1 1 1 0', 'each was refreshed, nobody else\'s');
($code, $out, $err) = as('owner', 'CALL abc_refresh_all()');
like($err, qr/NOTICE:.*a_first.*run 1.*NOTICE:.*c_last.*run 1/s, 'it says which');
is($node->safe_psql('postgres', $runs), '1 1 1 0', 'twice on a day is one run');

# a member and a superuser refresh what the owner does, as the owner; who may refresh nothing refreshes nothing
next_day();
($code) = as('member', 'CALL abc_refresh_all()');
is($code, 0, 'a member');
is($node->safe_psql('postgres', $runs), '2 2 2 0', 'refreshed what is the owner\'s');
next_day();
($code, $out, $err) = as('boss', 'CALL abc_refresh_all()');
is($code, 0, 'a superuser') or diag($err);
is($node->safe_psql('postgres', $runs), '3 3 3 1', 'refreshed everything');
is($node->safe_psql('postgres', 'SELECT who FROM "else".theirs'), 'other', 'as the owner');
($code, $out, $err) = as('nobody', 'CALL abc_refresh_all()');
is("$code$out", '0', 'who may refresh nothing');
is($node->safe_psql('postgres', $runs), '3 3 3 1', 'refreshes nothing');

# one fails: the others are there, the failure is recorded, the caller hears of it
next_day();
as('owner', 'INSERT INTO shop.bad VALUES (1, 2)');
$node->command_fails_like([ 'psql', '-X', '-d', $node->connstr('postgres') . ' user=owner', '-c', 'CALL abc_refresh_all()' ],
	qr/some models could not be refreshed.*shop\.b_broken.*customer "1" has 2 rows/s, 'cron sees it');
is($node->safe_psql('postgres', $runs), '4 3 4 1', 'the others are refreshed');
is($node->safe_psql('postgres', q{SELECT run, error ~ 'customer "1" has 2 rows', finished >= began FROM shop.b_broken_run WHERE error IS NOT NULL}), '4|t|t', 'the failure is recorded');
is($node->safe_psql('postgres', q{SELECT model, error ~ 'customer "1" has 2 rows', run, customers FROM abc_models() WHERE error IS NOT NULL}), 'shop.b_broken|t|3|1', 'and seen in abc_models');
is($node->safe_psql('postgres', q{SELECT run, tier FROM shop.b_broken}), '3|A', 'readers see the last good run');
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT run::text, ',') FROM shop.b_broken_trend}), '1,2,3', 'and so does the trend');
is($node->safe_psql('postgres', q{SELECT count(*) > 0 FROM abc_report('shop.b_broken')}), 't', 'and the report');

# mended, it goes on, and the failure goes
as('owner', 'DELETE FROM shop.bad WHERE v = 2');
($code) = as('owner', 'CALL abc_refresh_all()');
is($code, 0, 'mended');
is($node->safe_psql('postgres', q{SELECT string_agg(concat(run, ' ', error), ', ' ORDER BY run) FROM shop.b_broken_run}), '1 , 2 , 3 , 4 ', 'the number is used by the run that succeeded');

# a failure on a day that has a good run: the run stays, the failure is said
as('owner', 'INSERT INTO shop.bad VALUES (1, 2)');
($code, $out, $err) = as('owner', 'CALL abc_refresh_all()');
is($code, 3, 'fails again');
is($node->safe_psql('postgres', q{SELECT run, tier, value_share FROM shop.b_broken}), '4|A|1', 'readers see the good run of the day');
is($node->safe_psql('postgres', q{SELECT customers, value FROM abc_report('shop.b_broken') WHERE line = 'tier'}), '1|1', 'and so does the report');
is($node->safe_psql('postgres', q{SELECT error IS NOT NULL, run, customers FROM abc_models() WHERE model = 'shop.b_broken'::regclass}), 't|4|1', 'and abc_models says both');
as('owner', 'DELETE FROM shop.bad WHERE v = 2');

# the model that was refreshed longest ago comes first: after a call that was cut off the next begins with what is left
($code, $out, $err) = as('owner', q{UPDATE shop.c_last_model SET last_began = '2020-01-01'; CALL abc_refresh_all()});
like($err, qr/c_last.*a_first/s, 'the oldest first');

# a source that is gone is a failure of the call, never a silent success
as('owner', 'ALTER TABLE shop.bad RENAME TO elsewhere');
($code, $out, $err) = as('owner', 'CALL abc_refresh_all()');
is($code, 3, 'a source that is gone fails');
like($err, qr/the source of model "b_broken" is not there/, 'and says so');
as('owner', 'ALTER TABLE shop.elsewhere RENAME TO bad');

# a failure that cannot be recorded is still raised
as('owner', 'DROP TABLE shop.b_broken_run CASCADE');
($code, $out, $err) = as('owner', 'CALL abc_refresh_all()');
is($code, 3, 'fails');
like($err, qr/relation .* of model "b_broken" was dropped/, 'says what');
as('owner', q{SELECT abc_drop_model('shop.b_broken_state')});

# search_path stays safe across the commits, whatever the caller's, and is as it was afterwards
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

# in a transaction block, a function, psql -1: it says why not and what to do, and leaves nothing
my $before = $node->safe_psql('postgres', 'SELECT runs FROM shop.a_first_model');
$node->safe_psql('postgres', 'UPDATE shop.a_first_model SET last_as_of = last_as_of - 1');
for my $call ('BEGIN; CALL abc_refresh_all();', 'DO $$ BEGIN PERFORM 1; CALL abc_refresh_all(); EXCEPTION WHEN division_by_zero THEN NULL; END $$',
	'CREATE FUNCTION pg_temp.f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL abc_refresh_all(); END $$; SELECT pg_temp.f()')
{
	($code, $out, $err) = as('owner', $call);
	like($err, qr/ERROR:.*(transaction)/, "refused: $call");
	like($err, qr/HINT:/, "with a hint: $call");
}
$node->command_fails_like([ 'psql', '-X', '-1', '-d', $node->connstr('postgres') . ' user=owner', '-c', 'SELECT 1', '-c', 'CALL abc_refresh_all()' ], qr/ERROR:.*transaction.*HINT:/s, 'psql -1');
is($node->safe_psql('postgres', 'SELECT runs FROM shop.a_first_model'), $before, 'nothing is left');

# cancelled in the middle: what is done is done, the rest is not, and the next call begins with the rest
as('owner', q{CREATE TABLE shop.slow AS SELECT id, v FROM shop.good;
	SELECT abc_create_model('shop.b_slow', 'SELECT id, v, pg_sleep(CASE WHEN id = 1 THEN 60 ELSE 0 END)::text AS wait FROM shop.slow', 'id', 'v', attributes => '{wait}');
	UPDATE shop.b_slow_model SET last_began = (SELECT last_began FROM shop.a_first_model) + interval '1 ms';
	UPDATE shop.c_last_model SET last_began = (SELECT last_began FROM shop.a_first_model) + interval '2 ms'});
($code, $out, $err) = as('owner', q{SET statement_timeout = '3s'; CALL abc_refresh_all()});
like($err, qr/canceling statement due to statement timeout/, 'cancelled');
is($node->safe_psql('postgres', q{SELECT (SELECT runs FROM shop.a_first_model) - } . $before . q{, (SELECT count(*) FROM shop.b_slow_run)}), '1|0', 'the first is done, the slow one is not');

done_testing();
