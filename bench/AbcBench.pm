# What the comparisons of bench/ share: one psql for everything, and queries timed in turn.

package AbcBench;

use strict;
use warnings;

use Exporter qw(import);
use IPC::Open2;
use Time::HiRes qw(time);

our @EXPORT = qw(sql seconds in_turn median ratio psql_script wanted $repeats);
our $repeats = $ENV{BENCH_REPEATS} || 5;

# BENCH_ONLY is a pattern of the comparisons to make, such as "minmax, 1GB".
my $only = qr/@{[ $ENV{BENCH_ONLY} || '.' ]}/;

sub wanted
{
	my ($what) = @_;
	return $what =~ $only;
}

my ($from, $to);
my $pid = open2($from, $to, 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=terse');

# Run a statement; a marker tells where its answer ends.
sub sql
{
	my ($statement) = @_;
	my $answer = '';

	print $to "$statement\n;\n\\echo =done=\n";
	while (defined(my $line = <$from>))
	{
		return $answer if $line eq "=done=\n";
		$answer .= $line;
	}
	die "psql ended at: $statement\n";
}

# Run a file of psql with variables.
sub psql_script
{
	my ($file, %variables) = @_;

	print $to "\\set $_ $variables{$_}\n" foreach sort keys %variables;
	print $to "\\i $file\n";
	sql('SELECT 1');
	return;
}

sub seconds
{
	my ($statement) = @_;
	my $start = time;

	sql($statement);
	return time - $start;
}

# Run each query, or function, in turn, once unmeasured and then $repeats times: a list of times for each.
sub in_turn
{
	my @queries = @_;
	my @times = map { [] } @queries;

	foreach my $i (0 .. $repeats)
	{
		foreach my $q (0 .. $#queries)
		{
			my $time = ref $queries[$q] ? $queries[$q]->() : seconds($queries[$q]);
			push @{ $times[$q] }, $time if $i > 0;
		}
	}
	return @times;
}

sub median
{
	my @sorted = sort { $a <=> $b } @_;
	return $sorted[ $#sorted / 2 ];
}

# The median of the ratios of neighbours: what slows the machine for some seconds slows both of a pair.
sub ratio
{
	my ($first, $second) = @_;
	return median(map { $first->[$_] / $second->[$_] } 0 .. $#$first);
}

END
{
	if ($pid)
	{
		my $status = $?;

		print $to "\\q\n";
		waitpid($pid, 0);
		$? = $status;
	}
}

1;
