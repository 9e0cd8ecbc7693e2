# Any column name works: every identifier that the statements of models use themselves is a key, a partition and
# an attribute of a model in turn, which is then made, refreshed, asked, altered, taken back and dropped. Names
# that NAME shows itself are refused.
#
#	ABC_NAMES	how many names, a seeded sample of 60 by default; "all" for every one
#	ABC_SEED	the seed of the sample
#
# The long run: ABC_NAMES=all TESTS=model_columns make check

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use List::Util qw(shuffle);
use PostgreSQL::Test::Utils;
use Test::More;

my $wanted = $ENV{ABC_NAMES} // 60;
my $seed = $ENV{ABC_SEED} // 20261127;
my $group = 4;	# names in one role of one model
my $node = AbcTier::new_node('model_columns');

my %found;
foreach my $file (glob "$FindBin::RealBin/../install/[789]*_model_*.sql")
{
	open my $in, '<', $file or die "$file: $!";
	while (my $line = <$in>)
	{
		$found{$_} = 1 foreach $line =~ /\b([a-z_][a-z0-9_]*)\b/g;
	}
	close $in;
}
my @names = sort grep { length $_ < 60 } keys %found;
cmp_ok(scalar @names, '>', 500, scalar(@names) . ' identifiers in the scripts');

# Those that NAME shows are refused, whatever their role.
my @refused = split /\n/, $node->safe_psql('postgres', q{SELECT unnest(_abc.face_columns())});
my %refused = map { $_ => 1 } @refused;
foreach my $name (@refused)
{
	foreach my $call ("key => '$name', value => 'x'", "key => 'x', value => 'x', partition_by => '{$name}'", "key => 'x', value => 'x', attributes => '{$name}'")
	{
		my ($code, $out, $err) = $node->psql('postgres', qq{SELECT abc_create_model('refused', 'SELECT 1 AS x, ''a'' AS "$name"', $call)});
		like($err, qr/column "$name" has the name of a column that the model shows itself/, "refused: $name") if $code == 0 || $err !~ /has the name of a column/;
	}
}
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_class WHERE relname ~ '^refused'}), '0', 'what is refused leaves nothing');

@names = grep { !$refused{$_} } @names;
if ($wanted ne 'all')
{
	srand $seed;
	@names = (shuffle(@names))[ 0 .. $wanted - 1 ];
}
push @names, @names[ 0 .. $group * 3 - 1 - @names % ($group * 3) ] if @names % ($group * 3);

# A list of names as an array in a literal.
sub list { return '{' . join(',', map { "\"$_\"" } @_) . '}'; }

sub life_of_model
{
	my ($keys, $partitions, $attributes) = @_;
	my ($k, $p, $a) = (list(@$keys), list(@$partitions), list(@$attributes));
	my $columns = join ', ', (map { "i::text AS \"$_\"" } @$keys), (map { "i % 2 AS \"$_\"" } @$partitions), (map { "'a' || i % 3 AS \"$_\"" } @$attributes);
	my $key = list(('3') x @$keys);
	my $one = list($keys->[0]);
	my $sql = qq{
		CREATE TABLE facts AS SELECT $columns, 100.0 / i AS "a value", i AS "a metric" FROM generate_series(1, 12) AS i;
		SELECT abc_create_model('m', 'facts', '$k', 'a value', partition_by => '$p', attributes => '$a');
		SELECT abc_refresh('m', '2024-01-31');
		UPDATE facts SET "a value" = 5000 WHERE "$keys->[0]" = '3';
		DELETE FROM facts WHERE "$keys->[0]" = '5';
		SELECT abc_refresh('m', '2024-02-29'), abc_refresh('m', '2024-02-29');
		SELECT abc_override('m', '$key', 'B', 'by hand', begins => '2024-02-29');
		SELECT count(*) FROM abc_explain('m', '$key');
		SELECT count(*) FROM abc_report('m', '$a'); SELECT count(*) FROM abc_report('m', '$p', '2024-01-31');
		SELECT count(*) FROM abc_transitions('m');
		SELECT count(*) FROM abc_simulate('m', 'count 20/50'); SELECT count(*) FROM abc_simulate('m', 'count 20/50', ARRAY[abc_metric('a metric', 1), abc_metric('a value', 1)]);
		SELECT count(*) FROM abc_check('m');
		SELECT length(abc_report_html('m')), length(abc_model_sql('m'));
		SELECT count(*) FROM m; SELECT count(*) FROM m_ranked; SELECT count(*) FROM m_trend; SELECT count(*) FROM m_changes; SELECT count(*) FROM m_history;
		SELECT abc_alter_model('m', scheme => 'count 20/50', attributes => '$one', partition_by => '{}');
		SELECT abc_refresh('m', '2024-03-31'), abc_undo('m'), abc_refresh('m', '2024-04-30');
		SELECT abc_forget('m', '$key'), abc_prune('m', '2024-04-01');
		SELECT abc_drop_model('m');
		DROP TABLE facts};
	my ($code, $out, $err) = $node->psql('postgres', $sql, on_error_stop => 1);

	return '' if $code == 0;
	$node->psql('postgres', q{SELECT abc_drop_model('m'); DROP TABLE IF EXISTS facts});
	return $err;
}

my $models = 0;
for (my $i = 0; $i < @names; $i += $group * 3)
{
	my @part = map { [ @names[ $i + $_ * $group .. $i + $_ * $group + $group - 1 ] ] } 0 .. 2;
	foreach my $turn (0 .. 2)
	{
		my @roles = @part[ $turn, ($turn + 1) % 3, ($turn + 2) % 3 ];
		my $error = life_of_model(@roles);
		is($error, '', 'key ' . join(',', @{ $roles[0] }) . '; partitions ' . join(',', @{ $roles[1] }) . '; attributes ' . join(',', @{ $roles[2] })) if $error ne '';
		$models++;
	}
}
pass(scalar(@names) . " names in $models models");
done_testing();
