# The extension in a schema of an odd name, and a model in another; the type of
# definitions grows by ALTER TYPE ... CASCADE, as an update would do it.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = AbcTier::new_node('model_schema');
my $x = '"Odd schema; 模"';

$node->safe_psql('postgres', 'CREATE DATABASE odd ENCODING UTF8 TEMPLATE template0');
$node->safe_psql('odd', qq{
	CREATE SCHEMA $x;
	CREATE EXTENSION abc_tier SCHEMA $x;
	CREATE TABLE facts AS SELECT i AS id, 1000.0 / i AS v, i % 7 AS w, CASE WHEN i % 3 = 0 THEN 'good' END AS credit FROM generate_series(1, 50) AS i;
	SELECT $x.abc_create_model('m', 'facts', 'id', 'v', rules => ARRAY[$x.abc_only_if('A', \$\$credit = 'good'\$\$)]);
	SELECT $x.abc_refresh('m', '2024-01-31');
	SELECT $x.abc_override('m', 3, 'B', 'because', begins => '2024-01-31');
});
is($node->safe_psql('odd', q{SELECT string_agg(DISTINCT decided_by, ',' ORDER BY decided_by) FROM m}), 'computed,override,rule', 'refreshed');
$node->safe_psql('odd', "SELECT $x.abc_alter_model('m', metrics => ARRAY[$x.abc_metric('v', 1), $x.abc_metric('w', 2)], scheme => 'count 20/50')");
is($node->safe_psql('odd', "CALL $x.abc_refresh_all(); SELECT max(run) FROM m_run"), '2', 'altered, refreshed by abc_refresh_all');
for my $call ("abc_explain('m', 3)", "abc_report('m')", "abc_simulate('m', 'count 10/20')", "abc_transitions('m')", "abc_check('m')")
{
	cmp_ok($node->safe_psql('odd', "SELECT count(*) FROM $x.$call"), '>', 3, $call);
}
like($node->safe_psql('odd', "SELECT $x.abc_report_html('m')"), qr/^<!doctype html>/i, 'abc_report_html');
is($node->safe_psql('odd', "SELECT owner, run FROM $x.abc_models() WHERE model = 'm'::regclass"), $node->safe_psql('odd', 'SELECT current_user, 2'), 'abc_models');
cmp_ok($node->safe_psql('odd', "SELECT $x.abc_forget('m', 7)"), '>', 0, 'abc_forget');
is($node->safe_psql('odd', "SELECT $x.abc_prune('m', '2020-01-01')"), '0', 'abc_prune');

$node->safe_psql('odd', "ALTER TYPE $x.abc_model ADD ATTRIBUTE future integer CASCADE");
is($node->safe_psql('odd', "SELECT $x.abc_refresh('m', CURRENT_DATE + 1)"), '3', 'a definition that grew: refreshed');
$node->safe_psql('odd', "SELECT $x.abc_alter_model('m', missing => 'zero')");
is($node->safe_psql('odd', 'SELECT missing, future FROM m_model'), 'zero|', 'altered');
is($node->safe_psql('odd', "SELECT $x.abc_refresh('m', CURRENT_DATE + 1)"), '3', 'and refreshed');
$node->safe_psql('odd', "SELECT $x.abc_drop_model('m'); DROP EXTENSION abc_tier");
is($node->safe_psql('odd', q{SELECT count(*) FROM pg_class WHERE relname ~ '^m(_|$)'}), '0', 'nothing is left');

done_testing();
