# A model survives pg_dump and restore, made by an owner who is no superuser:
# definition, history, overrides, runs; and goes on where it stopped.  The
# source is a view that groups by a primary key, which pg_dump takes apart.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = AbcTier::new_node('model_restore');
my $dump = "$PostgreSQL::Test::Utils::tmp_check/model.dump";

$node->safe_psql('postgres', 'CREATE ROLE owner LOGIN CREATEDB');
$node->safe_psql('postgres', 'CREATE DATABASE "from" OWNER owner');

sub as_owner
{
	my ($database, $sql) = @_;

	return $node->safe_psql($database, $sql, extra_params => [ '-U', 'owner' ]);
}

as_owner('from', q{
	CREATE EXTENSION abc_tier;		-- trusted
	CREATE SCHEMA "Kunden; --";
	SET search_path = "Kunden; --", public;
	CREATE TABLE client (id int PRIMARY KEY, name text, region text);
	CREATE TABLE line (id int REFERENCES client, day date, amount numeric(10,2));
	INSERT INTO client SELECT i, '客户 ' || i, 'r' || i % 2 FROM generate_series(1, 40) AS i;
	INSERT INTO line SELECT 1 + i % 40, '2024-01-01'::date + i, i * 7919 % 997 FROM generate_series(1, 400) AS i;
	CREATE VIEW facts AS
	SELECT c.id, c.name, c.region, sum(l.amount) AS revenue, max(l.day) AS last_day
	FROM client AS c JOIN line AS l ON l.id = c.id AND l.day <= abc_as_of() AND l.day > abc_as_of() - 90 GROUP BY c.id;
	CREATE TABLE service (tier text, manager text);
	INSERT INTO service VALUES ('gold', 'Ann'), ('B', 'Bea');
	SELECT abc_create_model('"模型 ""x"""', 'facts', 'id', 'revenue', 'share gold 70 / silver 90 / iron', partition_by => '{region}',
		attributes => '{name}', rules => ARRAY[abc_only_if('A', 'id <> 3', 'not three')], promote_after => 2, max_gone => NULL, last_order => 'last_day',
		lost => '3 months', treatments => 'service');
	SELECT count(abc_refresh('"模型 ""x"""', d::date)) FROM generate_series('2024-03-01'::date, '2024-09-01', '1 month') AS d;
	SELECT abc_override('"模型 ""x"""', 5, 'gold', 'strategic', '2030-01-01', '2024-09-01');
	ALTER VIEW "模型 ""x""_history" RENAME TO past;
});
$node->command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-U', 'owner', '-Fc', '-f', $dump, 'from' ], 'dump as the owner');
$node->safe_psql('postgres', 'CREATE DATABASE "to" OWNER owner');
$node->command_ok([ 'pg_restore', '-h', $node->host, '-p', $node->port, '-U', 'owner', '--no-comments', '--exit-on-error', '-d', 'to', $dump ],
	'restore as the owner');

for my $relation ('past', '"模型 ""x""_run"', '"模型 ""x""_trend"', '"模型 ""x""_override"', '"模型 ""x""_model"', '"模型 ""x""_state"', '"模型 ""x""_before"', '"模型 ""x""_version"', '"模型 ""x""_change"', '"模型 ""x"""', '"模型 ""x""_ranked"', '"模型 ""x""_changes"', 'service')
{
	my $query = qq{SELECT md5(string_agg(t::text, ',' ORDER BY t::text)), count(*) > 0 FROM "Kunden; --".$relation AS t};

	is(as_owner('to', $query), as_owner('from', $query), "$relation carries over");
	like(as_owner('to', $query), qr/\|t$/, "$relation is not empty");
}
my $definition = q{SELECT abc_model_sql('"Kunden; --"."模型 ""x"""')};
is(as_owner('to', $definition), as_owner('from', $definition), 'the definition prints the same');

# both go on, in the same way
for my $database ('from', 'to')
{
	is(as_owner($database, q{SELECT abc_refresh('"Kunden; --"."模型 ""x"""', '2024-10-01')}), '8', "$database: the next run");
}
for my $relation ('past', '"模型 ""x"""', '"模型 ""x""_ranked"', '"模型 ""x""_changes"', '"模型 ""x""_trend"')
{
	my $query = qq{SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM "Kunden; --".$relation AS t};

	is(as_owner('to', $query), as_owner('from', $query), "$relation after the next run");
}
as_owner('to', q{SELECT abc_alter_model('"Kunden; --"."模型 ""x"""', scheme => 'count 10')});
is(as_owner('to', q{CALL abc_refresh_all(); SELECT max(run) FROM "Kunden; --"."模型 ""x""_run"}), '9', 'altered and refreshed after the restore');

# one schema alone
$node->command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-U', 'owner', '-n', '"Kunden; --"', '-f', "$dump.sql", 'from' ], 'dump of one schema');
$node->safe_psql('postgres', 'CREATE DATABASE alone OWNER owner');
as_owner('alone', 'CREATE EXTENSION abc_tier');
$node->command_ok([ 'psql', '-X', '-q', '-h', $node->host, '-p', $node->port, '-U', 'owner', '-v', 'ON_ERROR_STOP=1', '-f', "$dump.sql", 'alone' ], 'restored alone');
is(as_owner('alone', q{SELECT abc_refresh('"Kunden; --"."模型 ""x"""', '2024-10-02')}), '9', 'and refreshed');

# the model without its source
$node->command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-U', 'owner', '-n', '"Kunden; --"', (map { ('-T', "\"Kunden; --\".$_") } qw(facts client line)), '-f', "$dump.model", 'from' ],
	'dump of the model without its source');
$node->safe_psql('postgres', 'CREATE DATABASE bare OWNER owner');
as_owner('bare', 'CREATE EXTENSION abc_tier');
$node->command_ok([ 'psql', '-X', '-q', '-h', $node->host, '-p', $node->port, '-U', 'owner', '-v', 'ON_ERROR_STOP=1', '-f', "$dump.model", 'bare' ], 'restored without the source');
my $now = q{SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM "Kunden; --"."模型 ""x""" AS t};
is(as_owner('bare', $now), as_owner('from', $now), 'it reads the same');
my ($code, $out, $err) = $node->psql('bare', q{SELECT abc_refresh('"Kunden; --"."模型 ""x"""', '2024-10-02')}, extra_params => [ '-U', 'owner' ]);
like($err, qr/the source of model ".*" is not there/, 'and says what is missing');
as_owner('bare', q{CREATE TABLE "Kunden; --".facts AS
	SELECT i AS id, 'n'::text AS name, 'r' || i % 2 AS region, i AS revenue, date '2024-09-30' AS last_day FROM generate_series(1, 40) AS i});
is(as_owner('bare', q{SELECT abc_refresh('"Kunden; --"."模型 ""x"""', '2024-10-02')}), '9', 'with a source of that name it goes on');

done_testing();
