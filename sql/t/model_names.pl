# Any name does for a column: every identifier of the install script, and names
# that need quotes, as key, as partition and as attribute of a model, which is
# made, refreshed twice, explained, simulated, reported and altered.  Refused are
# only the names that the face of a model shows itself.
#
#	ABC_NAMES_ALL	every name; else one of 25, others on each day

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use Test::More;

my $node = AbcTier::new_node('model_names', 'fsync = off', 'autovacuum = off');

sub literal { return "'" . ($_[0] =~ s/'/''/gr) . "'"; }

sub identifier { return '"' . ($_[0] =~ s/"/""/gr) . '"'; }

sub array { return '(ARRAY[' . join(', ', map { literal($_) } @_) . ']::text[])'; }

# What the face shows itself, from a model whose own columns are known.
$node->safe_psql('postgres', q{
	CREATE TABLE plain (the_key int, the_value int); INSERT INTO plain VALUES (1, 1);
	SELECT abc_create_model('plain_model', 'plain', 'the_key', 'the_value', refresh => true)});
my %shown = map { $_ => 1 } split /\n/, $node->safe_psql('postgres',
	q{SELECT attname FROM pg_attribute WHERE attrelid = 'plain_model_ranked'::regclass AND attnum > 0 AND attname <> 'the_key'});
cmp_ok(scalar keys %shown, '>', 20, 'the face shows columns of its own');

# Every word of the script, that of the install test included; some that no script would use.
my %words;
foreach my $file (glob("$FindBin::RealBin/../install/*.sql"))
{
	open my $in, '<', $file or die "$file: $!";
	while (my $line = <$in>)
	{
		$words{$_} = 1 foreach $line =~ /\b([A-Za-z_][A-Za-z0-9_]*)\b/g;
	}
}
my %system = map { $_ => 1 } qw(tableoid xmin cmin xmax cmax ctid);
my @names = grep { length($_) <= 63 && !$system{$_} && $_ ne 'amount_of_it' } sort keys %words;
push @names, '1', 'with space', 'a"b', "it's", '{keys}', '{s.keys}', '%1$s', '$1', '$$', 'back\\slash', 'comma,', '铂金', 'Größe', '-- x', '/* x', 'k1', 'a1', 't1', ' x ', ';';
cmp_ok(scalar @names, '>', 1000, 'names');
my @free = grep { !$shown{$_} } @names;
@free = @free[ grep { $ENV{ABC_NAMES_ALL} || $_ % 25 == int(time() / 86400) % 25 } 0 .. $#free ];

# A model with these names in these roles goes its whole way: the error, if any.
sub tried
{
	my ($key, $partition, $attributes) = @_;
	my %seen;
	my @columns = grep { !$seen{$_}++ } @$key, @$partition, @$attributes;
	my $value = exists $seen{amount_of_it} ? 'v' : 'amount_of_it';
	my $table = 'CREATE TABLE source (' . join(', ', map { identifier($_) . ' text' } @columns) . ", $value numeric);";
	my $rows = join(', ', map { my $n = $_; '(' . join(', ', map { "'x$n'" } @columns) . ", $n)" } 1 .. 3);
	my $one = @$key == 1 ? literal('x1') : literal('{' . join(',', map { 'x1' } @$key) . '}');
	my ($code, $out, $err) = $node->psql('postgres', join("\n",
		'SET client_min_messages = error; CREATE SCHEMA trial; SET search_path = trial, public;',
		$table, "INSERT INTO source VALUES $rows;",
		'SELECT abc_create_model(\'m\', \'source\', ' . (@$key == 1 ? literal($key->[0]) : array(@$key) . '::text')
			. ", '$value', partition_by => " . array(@$partition) . ', attributes => ' . array(@$attributes) . ');',
		q{SELECT abc_refresh('m', CURRENT_DATE - 1);},
		"UPDATE source SET $value = 9 WHERE $value = 1;",
		q{SELECT abc_refresh('m', CURRENT_DATE);},
		"SELECT 1 / count(*) FROM abc_explain('m', $one);",
		q{SELECT 1 / count(*) FROM abc_simulate('m', 'share 50/90');},
		q{SELECT 1 / count(*) FROM abc_report('m');},
		@$partition ? "SELECT 1 / count(*) FROM abc_report('m', " . array($partition->[0]) . ');' : (),
		@$attributes ? "SELECT 1 / count(*) FROM abc_report('m', " . array($attributes->[-1]) . ');' : (),
		q{SELECT 1 / count(*) FROM abc_check('m');},
		map({ "SELECT 1 / (count(*) = 3)::int FROM (SELECT " . join(', ', map { identifier($_) } @columns) . " FROM $_) AS x;" } qw(m m_ranked)),
		q{SELECT count(*) FROM m_history; SELECT count(*) FROM m_changes; SELECT count(*) FROM m_trend;},
		q{SELECT abc_alter_model('m', demote_after => 2);},
		"SELECT abc_override('m', $one, 'A', 'x');",
		q{SELECT abc_refresh('m', CURRENT_DATE);},
		q{SELECT 1 / (count(*) = 3)::int FROM m;}), on_error_stop => 1, timeout => 300);
	$node->safe_psql('postgres', 'SET client_min_messages = error; DROP SCHEMA trial CASCADE');
	return $code == 0 ? '' : $err;
}

# Where many fail together, who is it?
sub failures
{
	my ($try, @together) = @_;
	my $error = $try->(@together);

	return () if !$error;
	return "$together[0]: $error" if @together == 1;
	my @first = splice(@together, 0, int(@together / 2));
	return (failures($try, @first), failures($try, @together));
}

sub sweep
{
	my ($role, $at_once, $try) = @_;
	my @rest = @free;
	my @failures;

	while (@rest)
	{
		push @failures, failures($try, splice(@rest, 0, $at_once));
		last if @failures > 5;
	}
	is("@failures", '', scalar(@free) . " names as $role");
	return;
}

sweep('key', 30, sub { tried([@_], [], []) });
sweep('partition', 100, sub { tried(['the_key'], [@_], []) });
sweep('attribute', 150, sub { tried(['the_key'], [], [@_]) });

# Refused: what the face shows itself, in every role, with the name in the message.
my @roles = (sub { tried([ $_[0] ], [], []) }, sub { tried(['the_key'], [ $_[0] ], []) }, sub { tried(['the_key'], [], [ $_[0] ]) });
my $n = 0;
foreach my $name (sort keys %shown)
{
	foreach my $role ($ENV{ABC_NAMES_ALL} ? @roles : $n++ % 6 ? () : $roles[ $n / 6 % 3 ])
	{
		like($role->($name), qr/column "$name" has the name of a column that the model shows itself/, "refused: $name");
	}
}

done_testing();
