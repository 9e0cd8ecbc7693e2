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
	SELECT abc_refresh('m', '2020-01-01');
});

# All that a refresh writes, in one line.
my $state = q{
	SELECT (SELECT max(run) FROM m_run), (SELECT count(*) FROM m_run), (SELECT runs FROM m_model), (SELECT max(run) FROM m_trend),
		(SELECT md5(string_agg(s::text, ',' ORDER BY k1)) FROM m_state AS s), (SELECT md5(string_agg(b::text, ',' ORDER BY k1)) FROM m_before AS b),
		(SELECT md5(string_agg(v::text, ',' ORDER BY k1, valid_from)) FROM m_version AS v), (SELECT md5(string_agg(c::text, ',' ORDER BY number)) FROM m_change AS c)};
# What must hold after every refresh.
my $sound = q{
	SELECT (SELECT count(*) FROM ((SELECT id, tier FROM m WHERE decided_by <> 'gone' EXCEPT ALL SELECT id, (abc_classify(v) OVER ())::text FROM facts)
			UNION ALL (SELECT id, (abc_classify(v) OVER ())::text FROM facts EXCEPT ALL SELECT id, tier FROM m)) AS d),
		(SELECT count(*) - count(DISTINCT id) FROM m_history WHERE valid_to IS NULL),
		(SELECT count(*) FROM m_state WHERE written_run > (SELECT runs FROM m_model)),
		(SELECT count(*) FROM (SELECT valid_to, lead(valid_from) OVER (PARTITION BY id ORDER BY valid_from) AS next FROM m_history) AS h WHERE next IS DISTINCT FROM valid_to),
		(SELECT count(*) FROM m_run AS r JOIN (SELECT count(*) FILTER (WHERE decided_by <> 'gone') AS n, sum(value) AS v FROM m) AS s ON r.customers <> s.n OR r.value <> s.v WHERE r.run = (SELECT runs FROM m_model))};

my $start = time;
$node->safe_psql('postgres', q{UPDATE facts SET v = v + 1 WHERE id % 10 = 1; SELECT abc_refresh('m', '2020-01-02')});
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
	my $day = sprintf "(date '2020-01-02' + %d)", $kill - $kill % 2 + 1;	# every other kill hits a day that is run again
	$in = "SELECT abc_refresh('m', $day);\n";
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
		is($node->safe_psql('postgres', $sound), '0|0|0|0|0', "kill $kill: wholly after");
	}
	$node->safe_psql('postgres', "SELECT abc_refresh('m', $day)");
	is($node->safe_psql('postgres', $sound), '0|0|0|0|0', "kill $kill: the next refresh works");
}
diag("$kills kills within $duration s: $before_kills wholly before, $after_kills wholly after");
done_testing();
