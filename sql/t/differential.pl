# The tiers, cut-offs, assignments and shares of random partitions against an
# oracle that decides with whole numbers of any size (AbcOracle.pm).
#
#	ABC_DIFF_PARTITIONS		how many partitions, 400 by default; 12000 goes through
#							every combination of type, rule and options 66 times
#	ABC_DIFF_SEED			1 by default
#	ABC_DIFF_LARGE			how many partitions of 3,000 and 20,000 rows, 12 by default
#
# The long run: ABC_DIFF_PARTITIONS=12000 TESTS=differential make check
#
# A difference is printed as one SQL statement of as few rows as still show it.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcOracle;
use AbcRandom;
use AbcTier;
use PostgreSQL::Test::Utils ();
use Test::More;

my $partitions = $ENV{ABC_DIFF_PARTITIONS} // 400;
my $seed = $ENV{ABC_DIFF_SEED} // 1;
my $large = $ENV{ABC_DIFF_LARGE} // 12;
my $batch = 200;
my $default_scheme = {
	rule => 'share',
	cuts => [ [ 80, 100 ], [ 95, 100 ] ],
	crossing => 'up',
	ties => 'up',
	negative => 'zero'
};

my $node = AbcTier::new_node('differential');
my $file = $node->basedir . '/script.sql';
$node->safe_psql('postgres', <<'END');
	-- Cut-offs as the oracle shows them: bounds, then the bytes of a float8,
	-- the text of the others.
	CREATE FUNCTION show(c float8[]) RETURNS text LANGUAGE sql AS $$
		SELECT coalesce(array_dims(c) || (SELECT string_agg(coalesce(encode(float8send(x), 'hex'), 'NULL'), ',' ORDER BY n)
			FROM unnest(c) WITH ORDINALITY AS u (x, n)), 'none') $$;
	CREATE FUNCTION show(c numeric[]) RETURNS text LANGUAGE sql AS $$
		SELECT coalesce(array_dims(c) || array_to_string(c, ',', 'NULL'), 'none') $$;
	CREATE FUNCTION show(c bigint[]) RETURNS text LANGUAGE sql AS $$
		SELECT coalesce(array_dims(c) || array_to_string(c, ',', 'NULL'), 'none') $$;
	CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
		BEGIN
			EXECUTE statement;
			RETURN 'no error';
		EXCEPTION WHEN OTHERS THEN
			RETURN SQLSTATE || ' ' || SQLERRM;
		END $$;
	CREATE TABLE part (p int PRIMARY KEY, scheme abc_scheme);
	CREATE TABLE row_float8 (p int, id int, keep bool, w float8, v float8);
	CREATE TABLE row_numeric (p int, id int, keep bool, w float8, v numeric);
	CREATE TABLE row_bigint (p int, id int, keep bool, w float8, v bigint);
END

# What is asked of the server: name => [statement that gives p and one text,
# the same statement for a person, with TYPE, VALUES and SCHEME put in, the one
# type it is for].
my $per_row = q{SELECT p, string_agg(coalesce(%s, '-'), ',' ORDER BY id) FROM (%s) AS x GROUP BY p};
my $rows = q{row_TYPE JOIN part USING (p)};
my %question = (
	classify => [
		sprintf($per_row, 'a::text', "SELECT p, id, abc_classify(v, scheme) OVER (PARTITION BY p) AS a FROM $rows"),
		'SELECT v, abc_classify(v, SCHEME) OVER () FROM VALUES' ],
	classify_framed => [
		sprintf($per_row, 'a::text', "SELECT p, id, abc_classify(v, scheme) OVER (PARTITION BY p ORDER BY id DESC
			ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) AS a FROM $rows"),
		'SELECT v, abc_classify(v, SCHEME) OVER (ORDER BY id DESC
	ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM VALUES' ],
	default => [
		sprintf($per_row, 'a::text', "SELECT p, id, abc_classify(v) OVER (PARTITION BY p) AS a FROM $rows"),
		'SELECT v, abc_classify(v) OVER () FROM VALUES' ],
	share => [
		sprintf($per_row, q{encode(float8send(a), 'hex')},
			"SELECT p, id, abc_cumulative_share(v) OVER (PARTITION BY p) AS a FROM $rows"),
		'SELECT v, abc_cumulative_share(v) OVER () FROM VALUES' ],
	cutoffs => [
		"SELECT p, show(abc_cutoffs(v, scheme)) FROM $rows GROUP BY p",
		'SELECT abc_cutoffs(v, SCHEME) FROM VALUES' ],
	cutoffs_default => [
		"SELECT p, show(abc_cutoffs(v)) FROM $rows GROUP BY p",
		'SELECT abc_cutoffs(v) FROM VALUES' ],
	cutoffs_filter => [
		"SELECT p, show(abc_cutoffs(v, scheme) FILTER (WHERE keep)) FROM $rows GROUP BY p",
		'SELECT abc_cutoffs(v, SCHEME) FILTER (WHERE keep) FROM VALUES' ],
	cutoffs_sets => [
		"SELECT p, string_agg(DISTINCT c, ' and ') FROM (SELECT p, show(abc_cutoffs(v, scheme)) AS c
			FROM $rows GROUP BY GROUPING SETS ((p), (p, scheme::text))) AS x GROUP BY p",
		'SELECT abc_cutoffs(v, SCHEME) FROM VALUES GROUP BY GROUPING SETS ((), (id < 0))' ],
	cutoffs_over => [
		sprintf($per_row, 'a', "SELECT p, id, show(abc_cutoffs(v, scheme) OVER (PARTITION BY p)) AS a FROM $rows"),
		'SELECT abc_cutoffs(v, SCHEME) OVER () FROM VALUES' ],
	cutoffs_running => [
		sprintf($per_row, 'a', "SELECT p, id, show(abc_cutoffs(v, scheme) OVER (PARTITION BY p ORDER BY id)) AS a
			FROM $rows WHERE p IN (SELECT p FROM row_TYPE GROUP BY p HAVING count(*) <= 6)"),
		'SELECT abc_cutoffs(v, SCHEME) OVER (ORDER BY id) FROM VALUES' ],
	assign => [
		sprintf($per_row, 'abc_assign(v, c)::text', "row_TYPE JOIN
			(SELECT p, abc_cutoffs(v, scheme) AS c FROM $rows GROUP BY p) AS g USING (p)"),
		'WITH t AS (SELECT * FROM VALUES)
	SELECT v, abc_assign(v, (SELECT abc_cutoffs(v, SCHEME) FROM t)) FROM t' ],
	weighted => [
		q{SELECT p, coalesce(encode(float8send(abc_weighted_score(v, w)), 'hex'), '-')
			FROM row_TYPE GROUP BY p},
		'SELECT abc_weighted_score(v, w) FROM VALUES',
		'float8' ],
	weighted_numeric => [
		q{SELECT p, CASE WHEN a::text IS NOT DISTINCT FROM b::text THEN 'same' ELSE concat_ws(' instead of ', a, b) END
			FROM (SELECT p, abc_weighted_score(v, w::numeric) AS a,
				sum(v * w::numeric) / nullif(sum(w::numeric) FILTER (WHERE v IS NOT NULL), 0) AS b FROM row_TYPE GROUP BY p) AS x},
		'SELECT abc_weighted_score(v, w::numeric) FROM VALUES',
		'numeric' ],);
$question{assign}[0] =~ s/\((row_TYPE.*)\) AS x/$1/s;

# ---------------------------------------------------------------------------
# What the oracle answers.
# ---------------------------------------------------------------------------

sub letters { return join(',', map { defined $_ ? chr(65 + $_) : '-' } @_); }

sub shown
{
	my ($cutoffs) = @_;

	return 'none' if !defined $cutoffs;
	return '[1:' . @$cutoffs . ']' . join(',', map { $_ // 'NULL' } @$cutoffs);
}

# A hash of answers as the questions above bring them, or undef where the
# scheme forbids the values.
sub oracle
{
	my ($partition, @only) = @_;
	my ($type, $scheme) = @$partition{qw(type scheme)};
	my @values = AbcOracle::read_values($type, @{ $partition->{values} });
	my %wanted = map { $_ => 1 } @only ? @only : keys %question;
	my %answer;

	my @tiers = eval { AbcOracle::classify($type, $scheme, @values) };
	if ($@)
	{
		die $@ if $@ ne "negative value\n";
		return;
	}
	my $cutoffs = AbcOracle::cutoffs($type, $scheme, @values);
	$answer{classify} = $answer{classify_framed} = letters(@tiers);
	$answer{cutoffs} = $answer{cutoffs_sets} = shown($cutoffs);
	$answer{cutoffs_over} = join(',', map { shown($cutoffs) } @values);
	$answer{assign} = letters(AbcOracle::assign($type, $cutoffs, @values));
	$answer{share} = join(',', map { $_ // '-' } AbcOracle::cumulative_shares($type, @values))
	  if $wanted{share};
	$answer{default} = letters(AbcOracle::classify($type, $default_scheme, @values))
	  if $wanted{default};
	$answer{cutoffs_default} = shown(AbcOracle::cutoffs($type, $default_scheme, @values))
	  if $wanted{cutoffs_default};
	$answer{cutoffs_filter} = shown(AbcOracle::cutoffs($type, $scheme,
		@values[ grep { $partition->{keep}[$_] } 0 .. $#values ]))
	  if $wanted{cutoffs_filter};
	$answer{weighted_numeric} = 'same' if $type eq 'numeric';
	$answer{weighted} = weighted($partition)
	  if $wanted{weighted} && $type eq 'float8';
	$answer{cutoffs_running} = join(',',
		map { shown(AbcOracle::cutoffs($type, $scheme, @values[ 0 .. $_ ])) } 0 .. $#values)
	  if $wanted{cutoffs_running} && @values <= 6;
	return \%answer;
}

sub weighted
{
	my ($partition) = @_;
	my @values = map { defined $_ ? AbcOracle::double_of_text($_) : undef } @{ $partition->{values} };

	return AbcOracle::weighted_score(\@values, $partition->{weights}) // '-';
}

# ---------------------------------------------------------------------------
# What the server answers.
# ---------------------------------------------------------------------------

# A weight as SQL takes it, undef for NULL.
sub weight
{
	my ($partition, $id) = @_;
	my $weight = $partition->{weights}[$id];

	return defined $weight ? AbcRandom::text_of_double($weight) : undef;
}

sub load
{
	my (@partitions) = @_;
	my %copy;
	my $parts = '';

	foreach my $p (0 .. $#partitions)
	{
		my $partition = $partitions[$p];
		$parts .= "$p\t$partition->{scheme}{text}\n";
		foreach my $id (0 .. $#{ $partition->{values} })
		{
			$copy{ $partition->{type} } .= join("\t", $p, $id, $partition->{keep}[$id],
				weight($partition, $id) // '\N', $partition->{values}[$id] // '\N') . "\n";
		}
	}
	my $script = "TRUNCATE part, row_float8, row_numeric, row_bigint;\nCOPY part FROM STDIN;\n$parts\\.\n";
	$script .= "COPY row_$_ FROM STDIN;\n$copy{$_}\\.\n" foreach sort keys %copy;
	return $script;
}

# Answers of the server: [ { question => text } of each partition ], or undef
# and the error.
sub server
{
	my ($settings, $questions, @partitions) = @_;
	my $script = "$settings\n" . load(@partitions);
	my (@answers, $out, $err);

	foreach my $type (@AbcRandom::types)
	{
		foreach my $question (@$questions)
		{
			my ($statement, undef, $only) = @{ $question{$question} };
			next if defined $only && $only ne $type;
			$statement =~ s/row_TYPE/row_$type/g;
			$script .= "\\echo question $question\n$statement;\n";
		}
	}
	# By way of a file: psql stops reading at an error.
	PostgreSQL::Test::Utils::append_to_file($file, $script);
	my $rc = $node->psql('postgres', "\\i $file", stdout => \$out, stderr => \$err, on_error_stop => 1);
	unlink $file;
	return (undef, $err) if $rc != 0;

	my $question;
	foreach my $line (split(/\n/, $out))
	{
		if ($line =~ /^question (\w+)$/)
		{
			$question = $1;
			next;
		}
		my ($p, $answer) = split(/\|/, $line, 2);
		$answers[$p]{$question} = $answer;
	}
	return \@answers;
}

# ---------------------------------------------------------------------------
# Comparing, and making a difference small.
# ---------------------------------------------------------------------------

sub statement
{
	my ($question, $partition) = @_;
	my ($type, $scheme) = ($partition->{type}, $partition->{scheme}{text});
	my $id = 0;
	my $values = '(VALUES '
	  . join(', ', map {
			my $value = defined $_ ? "'$_'" : 'NULL';
			my $keep = $partition->{keep}[$id] ? 'true' : 'false';
			my $weight = weight($partition, $id) // 'NULL';
			sprintf('(%d, %s, %s::float8, %s::%s)', $id++, $keep, $weight, $value, $type)
		} @{ $partition->{values} })
	  . ') AS t (id, keep, w, v)';
	my $statement = $question{$question}[1];

	$statement =~ s/SCHEME/'$scheme'/;
	$statement =~ s/VALUES/$values/;
	return "$statement;";
}

# undef if the server agrees, else a text.
sub difference
{
	my ($settings, $question, $partition) = @_;
	my $expected = oracle($partition, $question);

	return if !$expected;
	my ($answers, $error) = server($settings, [$question], $partition);
	return "the server says $error" if !$answers;
	my $got = $answers->[0]{$question} // 'nothing';
	return if !defined $expected->{$question} || $got eq $expected->{$question};
	return "expected $expected->{$question}\n  but got $got";
}

# Leave out rows for as long as a difference remains.
sub shrink
{
	my ($settings, $question, $partition) = @_;
	my $step = int(@{ $partition->{values} } / 2) || 1;
	my $tries = 0;

	while ($step >= 1 && $tries < 150)
	{
		my $at = 0;
		while ($at < @{ $partition->{values} } && @{ $partition->{values} } > 1 && $tries < 150)
		{
			my %fewer = %$partition;
			foreach my $column (qw(values keep weights))
			{
				$fewer{$column} = [ @{ $partition->{$column} } ];
				splice(@{ $fewer{$column} }, $at, $step);
			}
			$tries++;
			if (@{ $fewer{values} } && difference($settings, $question, \%fewer))
			{
				$partition = \%fewer;
			}
			else
			{
				$at += $step;
			}
		}
		$step = $step == 1 ? 0 : int($step / 2);
	}
	return $partition;
}

my $reported = 0;

sub report
{
	my ($settings, $question, $partition) = @_;

	return if ++$reported > 10;
	if (difference($settings, $question, $partition))
	{
		$partition = shrink($settings, $question, $partition);
		diag("$question: $settings\n" . statement($question, $partition) . "\n  "
			  . difference($settings, $question, $partition));
	}
	else
	{
		diag("$question: differs only among others; alone it is right:\n" . statement($question, $partition));
	}
	return;
}

# Compare some partitions with the oracle; the number of those that differ.
sub compare
{
	my ($settings, $questions, @partitions) = @_;
	my @expected = map { oracle($_, @$questions) } @partitions;
	my ($answers, $error) = server($settings, $questions, @partitions);
	my $wrong = 0;

	if (!$answers)
	{
		# Which of them, and which question?
		return 1 if $reported > 10;
		if (@partitions > 1)
		{
			my $half = int(@partitions / 2);
			$wrong += compare($settings, $questions, @partitions[ 0 .. $half - 1 ]);
			$wrong += compare($settings, $questions, @partitions[ $half .. $#partitions ]);
		}
		elsif (@$questions > 1)
		{
			$wrong += compare($settings, [$_], @partitions) foreach @$questions;
		}
		else
		{
			report($settings, $questions->[0], $partitions[0]);
			$wrong = 1;
		}
		diag("the server refuses only all together: $error") if !$wrong;
		return $wrong || 1;
	}
	foreach my $p (0 .. $#partitions)
	{
		foreach my $question (@$questions)
		{
			my $expected = $expected[$p]{$question};
			next if !defined $expected || ($answers->[$p]{$question} // 'nothing') eq $expected;
			$wrong++;
			report($settings, $question, $partitions[$p]);
			last;
		}
	}
	return $wrong;
}

# Values below zero under "negative error" are refused by name.
sub compare_refusals
{
	my (@partitions) = @_;
	my $wrong = 0;
	my ($script, $out, $err) = ('');

	foreach my $partition (@partitions)
	{
		$script .= 'SELECT fails($s$' . statement($_, $partition) . "\$s\$);\n" foreach qw(classify cutoffs);
	}
	PostgreSQL::Test::Utils::append_to_file($file, $script);
	$node->psql('postgres', "\\i $file", stdout => \$out, stderr => \$err);
	unlink $file;
	my @got = split(/\n/, $out);
	foreach my $n (0 .. 2 * @partitions - 1)
	{
		next if ($got[$n] // 'nothing') =~ /^22.*negative/;
		$wrong++;
		diag("expected an error about a negative value but got " . ($got[$n] // $err) . ":\n"
			  . statement($n % 2 ? 'cutoffs' : 'classify', $partitions[ $n / 2 ]))
		  if ++$reported <= 10;
	}
	return $wrong;
}

# ---------------------------------------------------------------------------
# Many small partitions.
# ---------------------------------------------------------------------------

srand($seed);
note("seed $seed, $partitions partitions");
my @questions = sort keys %question;
my @refused;
my $n = 0;
while ($n < $partitions)
{
	my @batch;
	my $first = $n;
	while (@batch < $batch && $n < $partitions)
	{
		my $partition = AbcRandom::partition($n++);
		if (AbcRandom::refused($partition))
		{
			push @refused, $partition;
			$partition = AbcRandom::without_negatives($partition);
		}
		push @batch, $partition;
	}
	my $settings = "SET work_mem = '" . ('4MB', '64kB')[ int($first / $batch) % 2 ] . "';";
	is(compare($settings, \@questions, @batch), 0,
		sprintf('partitions %d to %d agree with the oracle', $first, $n - 1));
}
is(compare_refusals(@refused), 0, sprintf('%d partitions with negative values are refused', scalar @refused));

# ---------------------------------------------------------------------------
# Partitions larger than any shortcut for small ones, within 64 kB: in memory,
# then in a file.
# ---------------------------------------------------------------------------

my @large_questions = qw(classify assign cutoffs share weighted weighted_numeric);
foreach my $number (0 .. $large - 1)
{
	my $partition = AbcRandom::large_partition($number, $number % 5 < 3 ? 3_000 : 20_000);
	my $settings = "SET work_mem = '" . ('64kB', '4MB')[ int($number / 3) % 2 ] . "';";
	is(compare($settings, \@large_questions, $partition), 0,
		sprintf('%d rows of %s, %s', scalar @{ $partition->{values} }, $partition->{type}, substr($partition->{scheme}{text}, 0, 80)));
}

$node->stop;
done_testing();
