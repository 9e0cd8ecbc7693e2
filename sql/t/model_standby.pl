# A physical standby answers the same, and refuses to refresh politely.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->start;
$primary->safe_psql('postgres', q{
	CREATE EXTENSION abc_tier;
	CREATE TABLE facts AS SELECT i AS id, 1000.0 / i AS v FROM generate_series(1, 30) AS i;
	SELECT abc_create_model('m', 'facts', 'id', 'v');
	SELECT abc_refresh('m', '2024-01-31');
});
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->safe_psql('postgres', q{DELETE FROM facts WHERE id = 1; SELECT abc_refresh('m', '2024-02-29')});
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));

for my $query ('m AS t', 'm_ranked AS t', 'm_changes AS t', 'm_history AS t', 'm_trend AS t', q{abc_explain('m', 1) AS t}, q{abc_report('m') AS t},
	q{abc_simulate('m', '50/90') AS t}, q{abc_transitions('m') AS t}, q{abc_check('m') AS t}, q{abc_report_html('m') AS t}, q{abc_models() AS t})
{
	my $sql = "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM $query";

	is($standby->safe_psql('postgres', $sql), $primary->safe_psql('postgres', $sql), "the same: $query");
}
for my $call (q{abc_refresh('m')}, q{abc_override('m', 2, 'A', 'x')}, q{abc_alter_model('m', scheme => '50')}, q{abc_drop_model('m')}, q{abc_undo('m')}, q{abc_forget('m', 2)}, q{abc_prune('m', '2024-01-01')}, q{abc_grant('m', 'public')},
	q{abc_create_model('x', 'facts', 'id', 'v')})
{
	my ($code, $out, $err) = $standby->psql('postgres', "SELECT $call");

	like($err, qr/ERROR:  cannot [\w ]+ a model on a standby server\nHINT:  Do it on the primary server/, "refused: $call");
}
my ($code, $out, $err) = $standby->psql('postgres', 'CALL abc_refresh_all()');
like($err, qr/ERROR:  cannot refresh a model on a standby server/, 'refused: abc_refresh_all');

done_testing();
