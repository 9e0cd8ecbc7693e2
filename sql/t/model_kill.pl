# kill -9 of the backend in the middle of a refresh, at random points: the model
# is wholly before or wholly after, and the next refresh works.
#
#	ABC_KILLS		how many kills, 5 by default
#	ABC_KILL_ROWS	how many customers, 20000 by default
#
# The long run: ABC_KILLS=20 ABC_KILL_ROWS=200000 TESTS=model_kill make check

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $kills = $ENV{ABC_KILLS} // 5;
my $rows = $ENV{ABC_KILL_ROWS} // 20000;
my $node = AbcTier::new_node('model_kill');

$node->safe_psql('postgres', qq{
	CREATE TABLE facts AS SELECT i AS id, (1e6 / i)::numeric(12,2) AS v FROM generate_series(1, $rows) AS i;
	SELECT abc_create_model('m', 'facts', 'id', 'v');
	SELECT abc_refresh('m');
});

# All that a refresh writes, in one line.
my $state = q{
	SELECT (SELECT max(run) FROM m_run), (SELECT count(*) FROM m_run), (SELECT runs FROM m_model), (SELECT max(run) FROM m_trend),
		(SELECT count(*) FROM m_history), (SELECT md5(string_agg(m::text, ',' ORDER BY id)) FROM m),
		(SELECT md5(string_agg(h::text, ',' ORDER BY version)) FROM m_history AS h)};
# What must hold after every refresh.
my $sound = q{
	SELECT (SELECT count(*) FROM ((SELECT id, computed FROM m EXCEPT ALL SELECT id, abc_classify(v) OVER () FROM facts)
			UNION ALL (SELECT id, tier FROM m_history WHERE valid_to IS NULL AND decided_by <> 'gone' EXCEPT ALL SELECT id, abc_classify(v) OVER () FROM facts)
			UNION ALL (SELECT id, abc_classify(v) OVER () FROM facts EXCEPT ALL SELECT id, tier FROM m_history WHERE valid_to IS NULL)) AS d),
		(SELECT count(*) - count(DISTINCT id) FROM m_history WHERE valid_to IS NULL),
		(SELECT count(*) FROM m_history WHERE run > (SELECT runs FROM m_model))};

my $start = time;
$node->safe_psql('postgres', q{UPDATE facts SET v = v + 1 WHERE id % 10 = 1; SELECT abc_refresh('m')});
my $duration = time - $start;
my ($before_kills, $after_kills) = (0, 0);

for my $kill (1 .. $kills)
{
	$node->safe_psql('postgres', "UPDATE facts SET v = v * 3 WHERE id % 10 = $kill % 10; DELETE FROM facts WHERE id % 1000 = $kill; INSERT INTO facts VALUES ($rows + $kill, 5000)");
	my $before = $node->safe_psql('postgres', $state);
	my ($in, $out, $err) = ('', '', '');
	my $session = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, '2>', \$err);

	$in = "SELECT pg_backend_pid();\n";
	IPC::Run::pump($session) until $out =~ /(\d+)\n/;
	my $pid = $1;
	$in = "SELECT abc_refresh('m');\n";
	IPC::Run::pump_nb($session);
	sleep(rand() * $duration);
	my $log = -s $node->logfile;
	kill 'KILL', $pid;
	$session->finish;
	$node->wait_for_log(qr/ready to accept connections/, $log);

	my $after = $node->safe_psql('postgres', $state);
	if ($after eq $before)
	{
		$before_kills++;
		pass("kill $kill: wholly before");
	}
	else
	{
		$after_kills++;
		is($node->safe_psql('postgres', $sound), '0|0|0', "kill $kill: wholly after");
	}
	$node->safe_psql('postgres', q{SELECT abc_refresh('m')});
	is($node->safe_psql('postgres', $sound), '0|0|0', "kill $kill: the next refresh works");
}
diag("$kills kills within $duration s: $before_kills wholly before, $after_kills wholly after");
done_testing();
