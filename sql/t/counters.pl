# More than 2^31 rows: right, or a clear error. Counters are tested, not data.
#
# Window functions address rows of a partition by int, so 2^31 rows are refused. Everything else counts in
# 64 bits: summaries are merged with themselves until they stand for 2^40 rows, and must answer as the few
# rows do that they repeat.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use Test::More;

my $node = AbcTier::new_node('counters');
my $module = AbcTier::build_module('abc_counters');

$node->safe_psql('postgres', "CREATE FUNCTION abc_partition_addressable(bigint) RETURNS int STRICT LANGUAGE C AS '$module'");
is($node->safe_psql('postgres', "SELECT abc_partition_addressable(2147483647)"), '2147483647', 'a window function takes 2^31 - 1 rows');
foreach my $rows ('2147483648', '4294967297', '9223372036854775807')
{
	my ($code, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT abc_partition_addressable($rows)");
	like($err, qr/54000: a partition of $rows rows is more than a window function can address\n.*HINT:  Use abc_cutoffs/s, "and refuses $rows");
}

# Eight values, and the same 2^40 times.
$node->safe_psql('postgres', q{
	CREATE TABLE few AS SELECT v FROM unnest(ARRAY[60, 25, 8, 3, 2, 1, 0.75, 0.25]::float8[]) AS v;
	CREATE FUNCTION many(times int) RETURNS abc_summary LANGUAGE plpgsql AS $$
	DECLARE s abc_summary := (SELECT abc_summarize(v) FROM few);
	BEGIN
		FOR i IN 1 .. times LOOP
			s := (SELECT abc_merge(x) FROM (VALUES (s), (s)) AS t (x));
		END LOOP;
		RETURN s;
	END $$;
	CREATE TABLE single AS SELECT many(0) AS s;
	CREATE TABLE big AS SELECT many(40) AS s;});

# The same expression over both; %REPEATED% is how often big repeats single.
sub same
{
	my ($what, $expression) = @_;
	my ($big, $single) = map {
		my ($table, $repeated, $e) = (@$_, $expression);
		$e =~ s/%REPEATED%/$repeated/g;
		$node->safe_psql('postgres', "SELECT $e FROM $table")
	} [ 'big', '(1::bigint << 40)' ], [ 'single', '1' ];
	is($big, $single, "2^40 times the rows: the same $what");
	isnt($big, '', '... and there is an answer');
	return;
}

same('number of rows', 'abc_count(s) / %REPEATED%');
same('total', 'trim_scale(abc_total(s) / %REPEATED%)');
same("cut-offs by $_", "(SELECT array_agg(low ORDER BY cut) FROM abc_bounds(s, '$_'))")
  foreach 'share 60/90', 'share 61/90; crossing down; ties down', 'count 25/50', 'fill 60+30', 'value >5/2';
same('cut-offs by rows', "(SELECT low FROM abc_bounds(s, ('top ' || 3 * %REPEATED%)::abc_scheme))");
same('top share', 'abc_top_share(s, 0.25)');
same('Gini', 'abc_gini(s)');
same('HHI', '(abc_hhi(s)).high * %REPEATED%');
same('Lorenz curve', "(SELECT string_agg(format('%s %s', customer_share, value_share), ', ') FROM abc_lorenz(s))");
same('rows above a cut', "(SELECT string_agg((count_above / %REPEATED%)::text, ' ') FROM abc_bounds(s, 'count 25/50'))");

# The counter itself ends at 2^63 - 1.
my ($code, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT abc_count(many(64))");
like($err, qr/ERROR:  (22003|54000): /, '2^63 rows are a clear error');

$node->stop;
done_testing();
