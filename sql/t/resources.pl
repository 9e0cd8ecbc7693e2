# Memory, temporary files and time are bounded: beyond work_mem values go to files, a cancel is answered at
# once, and whatever ends a query early (cancel, timeout, temp_file_limit, no memory, an exception block, a
# rolled back savepoint) gives one clean error and leaves no file behind.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $rows = $ENV{ABC_RESOURCE_ROWS} // 300000;
my $slow = !$ENV{SANDBOX_UNDER} ? 1 : $ENV{SANDBOX_UNDER} =~ /valgrind/ ? 40 : 4;
my $node = AbcTier::new_node('resources', 'jit = off', 'max_parallel_workers_per_gather = 0', 'log_temp_files = 0', 'autovacuum = off', 'log_min_messages = log');

$node->safe_psql('postgres', qq{
	CREATE TABLE v AS SELECT i, i % 3 AS g, exp(i % 700)::float8 * (i % 13 + 1) AS f, (i * 7919::bigint % 1000003)::numeric(12,2) / 7 AS n, i * 7919::bigint % 1000003 AS b,
		('1e' || i % 60)::numeric + i::numeric / 1000003 AS w FROM generate_series(1, $rows) AS i;
	VACUUM ANALYZE v});

# What keeps values: each with a spill.
my %query = (
	classify => 'SELECT max(t) FROM (SELECT abc_classify(%s) OVER () AS t FROM v) AS x',
	parts => q{SELECT max(t) FROM (SELECT abc_classify(%s, 'fill 70+20') OVER (PARTITION BY g) AS t FROM v) AS x},
	shares => 'SELECT max(t) FROM (SELECT abc_cumulative_share(%s) OVER () AS t FROM v) AS x',
	cutoffs => 'SELECT max(t::text) FROM (SELECT abc_cutoffs(%s) AS t FROM v) AS x',
	groups => q{SELECT max(t::text) FROM (SELECT abc_cutoffs(%s, 'count 15/50') AS t FROM v GROUP BY g) AS x},);
if ($node->safe_psql('postgres', q{SELECT count(*) FROM pg_proc WHERE proname = 'abc_score'}) ne '0')
{
	$query{normalize} = q{SELECT max(t) FROM (SELECT abc_normalize(%s::float8, 'rank') OVER () AS t FROM v) AS x};
	$query{score} = q{SELECT max(t) FROM (SELECT abc_score(ARRAY[%s::float8, g], ARRAY[3.0, 1]) OVER () AS t FROM v) AS x};
}
my @queries = map { my $name = $_; map { [ "$name of $_", sprintf($query{$name}, $_) ] } qw(f n b w) } sort keys %query;

# 1. The answer does not depend on work_mem.
foreach my $query (@queries)
{
	my ($name, $sql) = @$query;
	is($node->safe_psql('postgres', "SET work_mem = '64kB'; $sql"), $node->safe_psql('postgres', "SET work_mem = '1GB'; $sql"), "$name: the same with files and without");
}
is(AbcTier::files_left($node), '0', 'no temporary file is left');

# 2. Memory: the largest the backend has been, against the same rows through row_number().
SKIP:
{
	skip 'no /proc', 1 unless -r '/proc/self/status' && !$ENV{SANDBOX_UNDER};
	my $high = sub {
		my ($sql) = @_;
		return $node->safe_psql('postgres', "SET work_mem = '1MB'; $sql;\n"
			  . q{SELECT substring(pg_read_file('/proc/' || pg_backend_pid() || '/status', 0, 4000) FROM 'RssAnon:\s+(\d+)')}) =~ s/.*\n//sr;
	};
	my $base = $high->('SELECT max(t) FROM (SELECT row_number() OVER () AS t FROM v) AS x');
	my @fat = grep { $_->[1] > $base + 8000 } map { [ $_->[0], $high->($_->[1]) ] } @queries;
	is(join(', ', map { "$_->[0]: $_->[1] kB" } @fat), '', "no query holds 8 MB more at work_mem 1 MB than row_number() does ($base kB)");
}

# 3. temp_file_limit is a clean error, also inside an exception block and under a savepoint.
foreach my $query (@queries)
{
	my ($name, $sql) = @$query;
	my ($code, $out, $err) = $node->psql('postgres', "SET work_mem = '64kB'; SET temp_file_limit = '128kB'; $sql");
	like($err, qr/ERROR:  temporary file size exceeds "?temp_file_limit/, "$name: temp_file_limit");
}
my $caught = join "\n", map { qq{BEGIN EXECUTE \$q\$$_->[1]\$q\$ INTO r; EXCEPTION WHEN OTHERS THEN n := n + (sqlstate = '53400')::int; END;} } @queries;
like($node->safe_psql('postgres', qq{
	SET work_mem = '64kB'; SET temp_file_limit = '128kB';
	CREATE FUNCTION caught() RETURNS int LANGUAGE plpgsql AS \$\$ DECLARE n int := 0; r text; BEGIN $caught RETURN n; END \$\$;
	SELECT caught()}), qr/^${\ scalar @queries}$/m, 'inside exception blocks, one after the other');
is(AbcTier::files_left($node), '0', 'no temporary file is left');

# 4. statement_timeout at many moments; afterwards the same session answers rightly.
my $expected = $node->safe_psql('postgres', $queries[0][1]);
foreach my $query (@queries)
{
	my ($name, $sql) = @$query;
	my $script = join "\n", "SET work_mem = '64kB';", map { "SET statement_timeout = $_; $sql;" } map { $_ * $slow } 1, 5, 20, 50, 100, 200;
	my ($code, $out, $err) = $node->psql('postgres', "$script\nSET statement_timeout = 0;\n\\echo then\n$queries[0][1];", on_error_stop => 0);
	my @other = grep { /ERROR|FATAL|PANIC/ && !/canceling statement due to statement timeout/ } split /\n/, $err;
	is("@other" . ($out =~ s/.*then\n//sr), $expected, "$name: timeouts, then the right answer");
}
is(AbcTier::files_left($node), '0', 'no temporary file is left');

# 5. Cursors: half read, the savepoint rolled back, the outer cursor goes on; closed early; open at the end.
my $cursors = q{SET work_mem = '64kB'; BEGIN;
	DECLARE outside CURSOR FOR SELECT abc_classify(f) OVER () AS t FROM v;
	FETCH 10 FROM outside;
	SAVEPOINT s;
	DECLARE inside CURSOR FOR SELECT abc_cumulative_share(n) OVER () AS t FROM v;
	FETCH 10 FROM inside; FETCH 10 FROM outside;
	SELECT 1 / 0;
	ROLLBACK TO s;
	FETCH 10 FROM outside; FETCH 10 FROM inside;
	ROLLBACK TO s;
	DECLARE late CURSOR WITH HOLD FOR SELECT abc_classify(w) OVER () AS t FROM v;
	CLOSE outside;
	COMMIT;
	FETCH 1 FROM late;
	BEGIN;
	DECLARE forgotten CURSOR FOR SELECT abc_cumulative_share(f) OVER () FROM v;
	FETCH 1 FROM forgotten;
	COMMIT;
	BEGIN;
	SAVEPOINT s;
	DECLARE forgotten CURSOR FOR SELECT abc_cumulative_share(f) OVER () FROM v;
	FETCH 1 FROM forgotten;
	RELEASE s;
	FETCH 1 FROM forgotten;
	ROLLBACK;
	\echo then
	SELECT count(*) FROM pg_ls_tmpdir();};
my ($code, $out, $err) = $node->psql('postgres', $cursors, on_error_stop => 0);
my @errors = $err =~ /ERROR:  (.*)/g;
is(join('; ', @errors), 'division by zero; cursor "inside" does not exist', 'cursors and savepoints: only the errors that were asked for');
is($out =~ s/.*then\n//sr, '1', 'only the held cursor has a file');
is(AbcTier::files_left($node), '0', 'and none is left after its session');

# 6. A cancel is answered within half a second, at any moment.
my $limit = $ENV{SANDBOX_UNDER} ? 60 : 0.5 + ($ENV{ABC_CANCEL_SLACK} // 1.5);
my ($worst, $answered, $which) = (0, 0, 'none');
foreach my $query (@queries)
{
	my ($name, $sql) = @$query;
	foreach my $moment (0.15, 0.6)
	{
		my ($session_out, $session_err) = ('', '');
		my @commands = ("SET application_name = 'victim'", "SET work_mem = '64kB'", ($sql) x 200);
		my $session = IPC::Run::start [ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-v', 'ON_ERROR_STOP=1', map { ('-c', $_) } @commands ],
		  '<', '/dev/null', '>', \$session_out, '2>', \$session_err;
		$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'victim' AND query ~ '^SELECT'})
		  or die "the query to be cancelled did not begin: $name";
		select undef, undef, undef, $moment * $slow;
		my $asked = time;
		$node->safe_psql('postgres', q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'});
		$session->finish;
		my $took = time - $asked;
		next unless $session_err =~ /canceling statement due to user request/;
		$answered++;
		($worst, $which) = ($took, $name) if $took > $worst;
	}
}
cmp_ok($answered, '>', @queries / 2, 'cancels were answered');
cmp_ok($worst, '<', $limit, sprintf('the slowest of %d cancels took %.3f s, psql included (%s)', $answered, $worst, $which));
is(AbcTier::files_left($node), '0', 'no temporary file is left');

# 7. Out of memory: a server that may have little more address space than it takes to start.
SKIP:
{
	skip 'address space is the instrument\'s own', 3 if $ENV{SANDBOX_UNDER};
	$node->append_conf('postgresql.conf', "shared_buffers = 16MB\nwork_mem = '2GB'\nmax_connections = 10\ntemp_file_limit = -1");
	$node->stop;
	my $start = join ' ', 'ulimit -v 400000;', 'exec', 'pg_ctl', '-w', '-D', $node->data_dir, '-l', $node->logfile, 'start';
	is(system('bash', '-c', "$start >/dev/null 2>&1"), 0, 'a server with 400 MB of address space');
	$node->_update_pid(1);
	my @unclean;
	my $refused = 0;
	foreach my $query (@queries)
	{
		my ($name, $sql) = @$query;
		(my $many = $sql) =~ s/FROM v\b/FROM v, generate_series(1, 40)/;
		my ($c, $o, $e) = $node->psql('postgres', "SET statement_timeout = '20s'; $many", timeout => 120);
		$refused++ if $e =~ /ERROR:  out of memory/;
		push @unclean, "$name: $e" if $c != 0 && $e !~ /ERROR:  (?:out of memory|canceling statement)/;
	}
	is(join("\n", @unclean), '', "out of memory is an error like another ($refused of " . scalar(@queries) . ' ran out)');
	is($node->safe_psql('postgres', $queries[0][1]), $expected, 'the server lives and answers');
}

unlike(slurp_file($node->logfile), qr/was terminated by signal|PANIC|TRAP|XX000|temporary file leak/, 'no crash, no leak in the log');
$node->stop;
done_testing();
