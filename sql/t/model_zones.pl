# Days are dates, the same for everybody: what was refreshed in one time zone is
# read to the byte in another, and a refresh without a day goes by the session's
# own calendar without going back.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use Test::More;

my $node = AbcTier::new_node('model_zones', 'fsync = off', 'autovacuum = off');
my @zones = ('Asia/Shanghai', 'UTC', 'America/St_Johns');
my @relations = qw(m m_ranked m_history m_changes m_trend m_override);

sub in_zone { my ($zone, $sql) = @_; return $node->safe_psql('postgres', "SET timezone = '$zone'; SET client_min_messages = error; $sql"); }

# Moments near midnight in all zones, as keys, attributes and orders.
$node->safe_psql('postgres', q{
	CREATE TABLE facts (id int, v numeric, at timestamptz, ordered timestamptz, day date, local timestamp);
	INSERT INTO facts SELECT i, 100.0 / i, '2024-01-15 23:30+00'::timestamptz + i * interval '5 hours', '2024-01-01 22:00+00'::timestamptz + i * interval '7 hours',
		date '2024-01-01' + i, timestamp '2024-01-01 23:59' + i * interval '11 hours' FROM generate_series(1, 12) AS i});

# The relations as text, with the moments of the work itself left out.
sub picture
{
	my ($zone) = @_;

	return join("\n", map { in_zone($zone, "SELECT t::text FROM $_ AS t ORDER BY t::text COLLATE \"C\"") } grep { $_ ne 'm_override' } @relations)
	  . in_zone($zone, q{SELECT override_id, k1, tier, tier_name, reason, begins, ends FROM m_override ORDER BY 1;
		SELECT run, as_of, partition, scheme, customers, rated, total, cutoffs, tiers, tier_customers FROM m_run ORDER BY 1, 3;
		SELECT * FROM abc_explain('m', '3'); SELECT * FROM abc_report('m'); SELECT * FROM abc_report('m', '{day}'); SELECT * FROM abc_transitions('m')});
}

foreach my $writer (@zones)
{
	in_zone($writer, q{SELECT abc_create_model('m', 'facts', 'id', 'v', attributes => '{at,day,local}', first_order => 'ordered', last_order => 'ordered',
		at_risk => '20 days', lost => '40 days', demote_after => 2);
		SELECT abc_refresh('m', '2024-02-01')});
	in_zone($writer, q{UPDATE facts SET v = 500 WHERE id = 9; SELECT abc_refresh('m', '2024-02-11');
		SELECT abc_override('m', '3', 'C', 'by hand', begins => '2024-02-11', ends => '2024-03-01')});
	my $first = picture($zones[0]);
	is(picture($_), $first, "refreshed in $writer, read in $_") foreach @zones[ 1 .. $#zones ];
	in_zone($writer, q{SELECT abc_drop_model('m'); UPDATE facts SET v = 100.0 / id WHERE id = 9});
	is($first, our $before // $first, "the same from $writer as from $zones[0]");
	$before = $first;
}

# The zone of the one who writes changes nothing in the conditions of days either.
is(in_zone($_, q{SELECT abc_create_model('d', 'facts', 'id', 'v', first_order => 'ordered', last_order => 'ordered'); SELECT abc_refresh('d', '2024-02-01');
	SELECT string_agg(first_order::text, ',' ORDER BY id) FROM d; SELECT abc_drop_model('d')}) =~ s/^d\n//r, "1\n"
	. join(',', map { my $h = 22 + 7 * $_; sprintf('2024-01-%02d', 1 + int($h / 24)) } 1 .. 12) . "\n", "moments are days of UTC, in $_") foreach @zones;

# Who is far in the east has a later day; the west does not go back.
in_zone('UTC', q{SELECT abc_create_model('z', 'facts', 'id', 'v')});
in_zone('Pacific/Kiritimati', q{SELECT abc_refresh('z')});
my $east = in_zone('UTC', 'SELECT max(as_of) FROM z_run');
is($east, in_zone('Pacific/Kiritimati', 'SELECT CURRENT_DATE'), 'a refresh in Kiritimati is of the day there');
in_zone('Pacific/Pago_Pago', q{SELECT abc_refresh('z')});
is(in_zone('UTC', 'SELECT max(as_of) FROM z_run'), $east, 'a refresh without a day, in Pago Pago, does not go back');
is(in_zone('UTC', 'SELECT count(DISTINCT run) FROM z_run'), '1', 'it is the same day again');
my ($code, $out, $err) = $node->psql('postgres', q{SET timezone = 'Pacific/Pago_Pago'; SELECT abc_refresh('z', CURRENT_DATE)});
is($code, 3, 'a day before the last run is refused') if in_zone('Pacific/Pago_Pago', 'SELECT CURRENT_DATE') lt $east;

done_testing();
