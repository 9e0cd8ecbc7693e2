# Random lives of models against an oracle of the whole model in Perl.
#
# A life is a model and what happens to it: refreshes of later days and of the
# same day again, changed and swapped sources, overrides, alterations, undo, and
# mistakes that must be refused.  After every statement every column of every
# relation is compared with what the oracle says, also between an alteration and
# the next refresh.
#
#	ABC_SEQUENCES		lives, 10 by default
#	ABC_STATEMENTS		statements of a life, 16 by default
#	ABC_SEED			of the random numbers; the first life has this seed, the next one that plus 1
#	ABC_ORACLE_WRONG	"hysteresis" or "ends": the oracle gets this rule wrong on purpose, and the test must find it
#	ABC_ORACLE_SHOW		print the statements of each life
#	ABC_TWINS			every life is led by two models, one of which is told by "changed" which keys may
#						have changed: both must be as the oracle says, and the same to the byte

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcModelOracle qw(day_of date_of key_of);
use AbcModelRandom;
use AbcModelRelations;
use AbcTier;
use IPC::Run;
use Test::More;

my $lives = $ENV{ABC_SEQUENCES} // 10;
my $statements = $ENV{ABC_STATEMENTS} // 16;
my $seed = $ENV{ABC_SEED} // 20261127;
my $node = AbcTier::new_node('model_oracle', 'fsync = off', 'autovacuum = off');
my $today = day_of($node->safe_psql('postgres', 'SELECT CURRENT_DATE'));

$AbcModelOracle::wrong{$_} = 1 foreach split ' ', $ENV{ABC_ORACLE_WRONG} // '';

# What may differ between twins: moments, and how the rows were read.
my %of_its_own = map { $_ => 1 } qw(began finished made full_read forced rows_read healed);
my @models = $ENV{ABC_TWINS} ? qw(m n) : qw(m);

# What is asked of each relation, and which columns tell its rows apart (the key's come first).
my %query = (
	face => 'SELECT * FROM m',
	ranked => 'SELECT * FROM m_ranked',
	history => 'SELECT * FROM m_history',
	changes => 'SELECT * FROM m_changes ORDER BY number',
	runs => 'SELECT * FROM m_run WHERE error IS NULL',
	trend => 'SELECT * FROM m_trend',
	overrides => 'SELECT * FROM m_override',
	report => q{SELECT * FROM abc_report('m', BY)});
my %identity = (face => [], ranked => [], history => ['valid_from'], changes => ['run'], runs => [ 'run', 'partition' ], trend => [qw(run tier customers value customers_share value_share moved_in moved_out lost)], overrides => ['reason', 'begins'], report => [ 'line', 'groups', 'tier' ]);
my %keyed = map { $_ => 1 } qw(face ranked history changes);

# Columns that DESIGN leaves to the code: words, moments, numbers of definitions.
my %unjudged = (
	(map { $_ => {} } keys %query),
	face => { map { $_ => 1 } qw(reason decided_by_name moved_name lifecycle_name) },
	runs => { map { $_ => 1 } qw(weights began finished full_read forced rows_read healed revision standard error tiers tier_names tier_customers
		  tier_values tier_weights tier_in tier_out tier_lost) });
$unjudged{report} = { line_name => 1 };
$unjudged{ranked} = $unjudged{face};
$unjudged{$_} = { map { $_ => 1 } qw(reason decided_by_name lifecycle_name) } foreach qw(history changes);
$unjudged{changes}{$_} = 1 foreach qw(number takes_back in_force moved_name);
$unjudged{overrides} = { map { $_ => 1 } qw(override_id author made) };

# The query of a relation of one of the models.
sub asked
{
	my ($relation, $model, $step) = @_;
	my $by = "'{" . join(',', @{ $step->{by} }) . "}'";

	return $query{$relation} =~ s/ FROM m/ FROM $model/r =~ s/\('m', BY\)/('$model', $by)/r . ';';
}

# The script of a life: what happens, how it went, what every relation shows.
sub script
{
	my ($life) = @_;
	my @lines = (
		'\set VERBOSITY terse', '\pset format unaligned', '\pset footer off', '\pset fieldsep \'\t\'', '\pset null \'\\\\N\'',
		'SET statement_timeout = "30s"; SET statement_timeout = 30000; SET client_min_messages = error; CREATE SCHEMA life; SET search_path = life, public;', $life->{setup}, '\echo @@ made :ERROR');

	foreach my $n (0 .. $#{ $life->{steps} })
	{
		my $sql = $life->{steps}[$n]{sql};
		push @lines, '\echo @@ happens';
		foreach my $model (@models)
		{
			push @lines, $sql =~ s/\('m'/('$model'/gr if $model eq 'm' || $sql =~ /^SELECT abc_/;
			push @lines, "\\echo \@\@ step $model :ERROR :SQLSTATE :LAST_ERROR_MESSAGE";
		}
		foreach my $model (@models)
		{
			push @lines, map { ("\\echo \@\@ show $model $_", asked($_, $model, $life->{steps}[$n])) } sort keys %query;
		}
	}
	push @lines, '\echo @@ end', 'DROP SCHEMA life CASCADE;';
	return join("\n", @lines) . "\n";
}

# psql's answers: per step how it went and the rows by relation.
sub answers
{
	my ($life) = @_;
	my ($script, $out, $err) = (script($life));
	my (@answers, $table, $header);

	IPC::Run::run([ 'psql', '-Xq', '-d', $node->connstr('postgres') ], '<', \$script, '>', \$out, '2>', \$err);
	foreach my $line (split /\n/, $out)
	{
		if ($line =~ /^@@ (\w+) ?(.*)/)
		{
			my ($word, $rest) = ($1, $2);
			die "the model was not made: $err\n$life->{setup}" if $word eq 'made' && $rest ne 'false';
			undef $table;
			if ($word eq 'step')
			{
				my ($model, @went) = split ' ', $rest, 5;
				push @answers, {} if $model eq 'm';
				$answers[-1]{$model} = { went => \@went, rows => {} };
			}
			if ($word eq 'show')
			{
				my ($model, $relation) = split ' ', $rest;
				($table, $header) = ($answers[-1]{$model}{rows}{$relation} = [], undef);
			}
			next;
		}
		next if !$table;
		my @fields = map { $_ eq '\N' ? undef : $_ } split /\t/, $line, -1;
		if ($header) { push @$table, { map { $header->[$_] => $fields[$_] } 0 .. $#$header }; }
		else { $header = [@fields]; }
	}
	note($err) if !@answers || $ENV{ABC_ORACLE_SHOW};
	return \@answers;
}

my %canonical;

# A scheme's own text for the scheme.
sub canonical
{
	my ($text) = @_;
	return $canonical{$text} //= $node->safe_psql('postgres', q{SELECT $scheme$} . $text . q{$scheme$::abc_scheme::text});
}

# The text that two equal things share.
sub normal
{
	my ($column, $value) = @_;
	my $kind = $AbcModelRelations::kind{$column} // '';

	return 'NULL' if !defined $value;
	return '{' . join(',', map { $_ eq 'NULL' ? $_ : normal('value', $_) } split /,/, substr($value, 1, -1)) . '}' if $column eq 'cutoffs';
	return $value if $kind eq '';
	return sprintf('%.9g', $value) if $kind eq 'float' || $value =~ /e/i;
	$value = sprintf('%.9f', $value) if $value =~ /\.\d{10}/;
	$value =~ s/\.?0+$// if $value =~ /\./;
	return $value eq '-0' ? '0' : $value;
}

sub row_name { my ($row, @columns) = @_; return join(' ', map { "$_=" . normal($_, $row->{$_}) } @columns); }

# The differences of one relation: a line each.
sub differences
{
	my ($relation, $expected, $seen, @key) = @_;
	my @identity = (($keyed{$relation} ? @key : ()), @{ $identity{$relation} });
	my (%seen, @differences);

	if ($relation eq 'trend' || $relation eq 'overrides')
	{
		my ($sample) = @$expected;
		push @identity, grep { $sample && exists $sample->{$_} } qw(p1 p2 k1 k2);
	}
	push @{ $seen{ row_name($_, @identity) } }, $_ foreach @$seen;
	foreach my $row (@$expected)
	{
		my $name = row_name($row, @identity);
		my $found = shift @{ $seen{$name} // [] };
		if (!$found) { push @differences, "$relation: no row $name"; next; }
		my %all = (%$row, %$found);
		foreach my $column (sort keys %all)
		{
			next if !exists $row->{$column} && $unjudged{$relation}{$column};
			if (!exists $row->{$column}) { push @differences, "$relation: nobody judges column $column"; next; }
			if (!exists $found->{$column}) { push @differences, "$relation: no column $column"; next; }
			my ($right, $is) = map { normal($column, $_) } $row->{$column}, $found->{$column};
			$right = canonical($right) if $column eq 'scheme';
			push @differences, "$relation $name: $column is $is, right is $right" if $right ne $is;
		}
	}
	push @differences, map { "$relation: one row too many, $_" } grep { @{ $seen{$_} } } sort keys %seen;
	return @differences;
}

# The changes that hold: what a reader has who applied them in the order of their numbers.
sub holding
{
	my ($seen) = @_;
	my %holding;

	foreach my $row (@$seen)
	{
		if (defined $row->{takes_back}) { delete $holding{ $row->{takes_back} }; }
		else { $holding{ $row->{number} } = $row; }
	}
	return [ map { $holding{$_} } sort { $a <=> $b } keys %holding ];
}

# All that differs after one step.
sub judge
{
	my ($step, $answer) = @_;
	my ($failed, $state, $message) = @{ $answer->{went} };
	my @differences;

	push @differences, "failed: $state $message" if $failed eq 'true' && !$step->{error};
	push @differences, "did not fail: $step->{error}" if $failed ne 'true' && $step->{error};
	push @differences, "fails with $state: $message" if $failed eq 'true' && $state =~ /^(XX|42601|42703|42702|42804)/;
	foreach my $relation (sort keys %query)
	{
		my $seen = $answer->{rows}{$relation} // [];
		$seen = holding($seen) if $relation eq 'changes';
		push @differences, differences($relation, $step->{shows}{$relation}, $seen, @{ $step->{key} });
	}
	return @differences;
}

# Where the second of two twins is not the same to the byte.
sub twin_differences
{
	my ($one, $other) = @_;
	my @differences;

	foreach my $relation (sort keys %query)
	{
		my ($rows, $others) = map {
			[ sort map { my $row = $_; join(' ', map { "$_=" . ($row->{$_} // 'NULL') } grep { !$of_its_own{$_} } sort keys %$row) } @{ $_->{rows}{$relation} // [] } ]
		} $one, $other;
		my %seen = map { $_ => 1 } @$others;
		push @differences, map { "twin: $relation lacks $_" } grep { !$seen{$_} } @$rows;
		push @differences, "twin: $relation has more rows" if @$others > @$rows;
	}
	return @differences;
}

my ($statements_run, $differing) = (0, 0);
foreach my $n (0 .. $lives - 1)
{
	srand($seed + $n);
	my $life = AbcModelRandom::life($statements, $today, $ENV{ABC_TWINS});
	my $answers = answers($life);
	my $steps = $life->{steps};
	my @differences;

	foreach my $step (0 .. $#$steps)
	{
		my $answer = $answers->[$step];
		@differences = $answer ? map { judge($steps->[$step], $answer->{$_}) } @models : ('no answer');
		push @differences, twin_differences(@$answer{@models}) if @models == 2 && $answer;
		$statements_run++;
		next if !@differences;
		my @more = @differences > 12 ? splice(@differences, 12) : ();
		diag("life of seed @{[ $seed + $n ]}, statement $step, $steps->[$step]{what}:");
		diag("    $_") foreach @differences;
		diag("    and " . @more . " more") if @more;
		if ($ENV{ABC_ORACLE_SHOW})
		{
			diag($life->{setup});
			diag("-- $_: $steps->[$_]{what}\n$steps->[$_]{sql}") foreach 0 .. $step;
		}
		$differing++;
		last;
	}
	ok(!@differences, "life of seed @{[ $seed + $n ]}") if !%AbcModelOracle::wrong && (@differences || $lives <= 100);
	note("@{[ $n + 1 ]} lives, $statements_run statements, $differing lives differ") if ($n + 1) % 50 == 0;
	last if $differing >= 20;
}
note("$lives lives, $statements_run statements, $differing lives differ");
if (%AbcModelOracle::wrong) { cmp_ok($differing, '>', 0, 'a wrong rule is found'); }
else { is($differing, 0, "$lives lives, $statements_run statements: no difference"); }
done_testing();
