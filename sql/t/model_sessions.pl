# Six sessions at once do to a model whatever can be done: refresh, every model, override, alter, take back, drop, make
# anew, read; and the source changes meanwhile. No deadlock, no internal error, nothing that is not one of the errors that
# such a race must give; and in the end the model is the one that is made afresh.
#
#	ABC_SECONDS	how long, 6 by default
#	ABC_SEED	of the random numbers
#
# The long run: ABC_SECONDS=180 TESTS=model_sessions make check

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use IPC::Run;
use Test::More;
use Time::HiRes qw(time);

my $seconds = $ENV{ABC_SECONDS} // 6;
my $seed = $ENV{ABC_SEED} // 20261127;
my $node = AbcTier::new_node('model_sessions', 'fsync = off', 'jit = off', 'deadlock_timeout = 200ms');

sub pick { return $_[ int(rand(@_)) ]; }

my $create = q{SELECT abc_create_model('m', 'facts', 'id', 'v', partition_by => '{p}', attributes => '{a}', demote_after => 2)};
my @actions = (
	sub { q{SELECT abc_refresh('m')} },
	sub { q{SELECT abc_refresh('m')} },
	sub { q{SELECT abc_refresh('m', CURRENT_DATE + 1)} },
	sub { q{CALL abc_refresh_all()} },
	sub { sprintf q{SELECT abc_override('m', '%d', '%s', 'a key account')}, 1 + rand 400, pick(qw(A B C)) },
	sub { sprintf q{SELECT abc_override('m', '%d', NULL, 'no longer')}, 1 + rand 400 },
	sub { sprintf q{SELECT abc_alter_model('m', scheme => '%s')}, pick('80/95', '50/80', 'count 20/50') },
	sub { sprintf q{SELECT abc_alter_model('m', attributes => '%s')}, pick('{}', '{a}') },
	sub { q{SELECT abc_undo('m')} },
	sub { rand() < 0.3 ? q{SELECT abc_drop_model('m')} : $create },
	sub { $create },
	sub { q{SELECT abc_grant('m', 'public')} },
	sub { q{SELECT tier, count(*), sum(value) FROM m GROUP BY 1} },
	sub { pick(q{SELECT count(*) FROM m_ranked}, q{SELECT count(*) FROM m_changes}, q{SELECT count(*) FROM m_history}, q{SELECT * FROM abc_report('m')}, q{SELECT * FROM abc_check('m')}) },
	sub { q{UPDATE facts SET v = v + 1 WHERE id % 10 = (SELECT (random() * 9)::integer)} },
	sub { sprintf q{DELETE FROM facts WHERE id = %d}, 1 + rand 400 },
	sub { sprintf q{INSERT INTO facts VALUES (%d, 10, 'p1', 'x') ON CONFLICT (id) DO NOTHING}, 1 + rand 400 });

# What such a race must give: the model or one of its relations is not there, or there already; a day that was refreshed
# later; nothing to take back; no such customer; a model altered
# while it was read; a failure in abc_refresh_all.
my %expected = map { $_ => 1 } qw(42P01 42P07 42704 42710 22023 55000 02000 P0002 09000 40001);

$node->safe_psql('postgres', qq{
	CREATE TABLE facts AS SELECT i AS id, (1e5 / i)::numeric(12,2) AS v, 'p' || i % 3 AS p, 'a' || i % 5 AS a FROM generate_series(1, 400) AS i;
	ALTER TABLE facts ADD PRIMARY KEY (id); $create; SELECT abc_refresh('m')});

# One session: statements without a pause, and the errors that nobody should see.
sub session
{
	my ($number, $for, @what) = @_;
	my $until = time + $for;
	my ($statements, @faults) = (0);

	srand($seed + $number);
	while (time < $until)
	{
		my @batch = map { pick(@what)->() } 1 .. 20;
		my ($code, $out, $errors) = $node->psql('postgres', join(";\n", @batch) . ';', extra_params => [ '-v', 'VERBOSITY=verbose' ], on_error_stop => 0);
		$statements += @batch;
		while ($errors =~ /ERROR:\s+(\w{5}): (.*)/g) { push @faults, "$1 $2" if !$expected{$1}; }
		push @faults, "psql ended with $code: $errors" if $code;
	}
	return (scalar(@faults), "session $number: $statements statements", @faults);
}

# Six of them at once, a test each.
sub sessions
{
	my ($title, $for, @what) = @_;
	my @sessions;

	foreach my $number (1 .. 6)
	{
		pipe(my $answer, my $tell) or die $!;
		my $pid = fork;
		if (!$pid)
		{
			my ($faults, @lines) = session($number, $for, @what);
			print $tell join("\n", $faults, @lines);
			close $tell;
			require POSIX;
			POSIX::_exit(0);
		}
		close $tell;
		push @sessions, [ $pid, $answer ];
	}
	foreach my $session (@sessions)
	{
		my ($faults, $name, @lines) = split /\n/, do { local $/; readline $session->[1] };
		waitpid $session->[0], 0;
		is($faults, 0, "$title, $name") or diag(join("\n", @lines[ 0 .. ($#lines > 9 ? 9 : $#lines) ]));
	}
	return;
}

sessions('everything', $seconds, @actions);
# Locks that two sessions both hold before either asks for more: a matter of milliseconds, so again and again.
sessions('made and dropped', $seconds / 2, sub { $create }, (sub { q{SELECT abc_drop_model('m')} }) x 3);
# A reader whose model is altered meanwhile is told so, or sees it as it was or is: never a number in the place of a name.
$node->psql('postgres', "$create; SELECT abc_refresh('m')", on_error_stop => 0);
sessions('read and altered', $seconds / 2,
	(map { my $attributes = $_; sub { qq{SELECT abc_alter_model('m', attributes => '$attributes')} } } ('{}', '{a}')),
	(map { my $read = $_; sub { "SELECT $read" } } (q{length(abc_report_html('m'))}, q{length(abc_pareto_svg('m'))},
		map { "count(*) FROM $_" } (q{abc_explain('m', '7')}, q{abc_report('m')}, q{abc_check('m')},
			q{abc_transitions('m')}, q{abc_simulate('m', '50/80')}))));

# The end: as of a day that nobody has refreshed, by one definition, without overrides.
$node->psql('postgres', $create, on_error_stop => 0);
$node->safe_psql('postgres', q{
	SELECT abc_override('m', m.id::text, NULL, 'the end') FROM m WHERE EXISTS (SELECT FROM m_override AS v WHERE v.k1 = m.id AND v.ends IS NULL);
	SELECT abc_alter_model('m', scheme => '80/95', attributes => '{a}', demote_after => 1);
	SELECT abc_refresh('m', CURRENT_DATE + 40, force => true);
	SELECT abc_create_model('fresh', 'facts', 'id', 'v', '80/95', partition_by => '{p}', attributes => '{a}');
	SELECT abc_refresh('fresh', CURRENT_DATE + 40, force => true)});
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM (
		(SELECT id, p, a, value, computed_tier, tier, value_share FROM m WHERE decided_by <> 'gone' EXCEPT ALL SELECT id, p, a, value, computed_tier, tier, value_share FROM fresh)
		UNION ALL
		(SELECT id, p, a, value, computed_tier, tier, value_share FROM fresh EXCEPT ALL SELECT id, p, a, value, computed_tier, tier, value_share FROM m WHERE decided_by <> 'gone')) AS d}),
	'0', 'the model is the one that is made afresh');
done_testing();
