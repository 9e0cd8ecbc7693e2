# The same rows give the same bytes: in any physical order, with any number of
# parallel workers, under any ORDER BY and frame of the window.
#
#	ABC_ORDER_ROWS		how many rows, 20000 by default
#
# The long run: ABC_ORDER_ROWS=1000000 TESTS=order_free make check

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use PostgreSQL::Test::Utils;
use Test::More;

my $rows = $ENV{ABC_ORDER_ROWS} // 20000;
my $node = AbcTier::new_node('order_free', 'jit = off', 'max_worker_processes = 16',
	'max_parallel_workers = 16', 'autovacuum = off', 'shared_buffers = 256MB', 'max_wal_size = 4GB');

# f spans 600 orders of magnitude, half of its rows large enough to share the
# total among them; x has numerics that do not fit 128 bits.
my @orders = (
	[ by_id => 'id' ],
	[ backwards => 'id DESC' ],
	[ by_value => 'f, id' ],
	[ by_value_backwards => 'f DESC, id' ],
	[ shuffled => 'md5(id::text)' ],);
$node->safe_psql('postgres', qq{
	SELECT setseed(0.25);
	CREATE TABLE by_id AS
		SELECT id, id % 7 AS g,
			CASE WHEN id % 97 = 0 THEN NULL WHEN id % 89 = 0 THEN 0 WHEN id % 83 = 0 THEN '-0' WHEN id % 79 = 0 THEN -1.5e300 * random()
				WHEN id % 2 = 0 THEN 1e296 * random() ELSE power(10::float8, 600 * random() - 300) END AS f,
			CASE WHEN id % 97 = 0 THEN NULL WHEN id % 89 = 0 THEN 0 WHEN id % 83 = 0 THEN -id
				ELSE round((1e6 * random() * random())::numeric, id % 9) END AS n,
			CASE WHEN id % 97 = 0 THEN NULL ELSE id % 1000 * 1e30 + round(random()::numeric, 15) * 1e-25 END AS x,
			CASE WHEN id % 97 = 0 THEN NULL WHEN id % 83 = 0 THEN -id ELSE (9.2e18 * random() * random())::bigint END AS b,
			CASE WHEN id % 101 = 0 THEN NULL ELSE 1000 * random() END AS w
		FROM generate_series(1, $rows) AS id;
});
$node->safe_psql('postgres', "CREATE TABLE $_->[0] AS SELECT * FROM by_id ORDER BY $_->[1]")
  foreach @orders[ 1 .. $#orders ];
$node->safe_psql('postgres', "ALTER TABLE $_->[0] SET (parallel_workers = 4); ANALYZE $_->[0]") foreach @orders;

# Each brings one text that must be the same everywhere.
my $bytes = q{encode(float8send(%s), 'hex')};
my %question = (
	classify => q{SELECT md5(string_agg(concat_ws(':', id, f1, f2, f3, n1, n2, x1, b1, b2), ',' ORDER BY id)) FROM (
		SELECT id, abc_classify(f) OVER () AS f1, abc_classify(f, 'fill 30+20+10; crossing down; ties down') OVER () AS f2,
			abc_classify(f, 'count 15/50') OVER () AS f3, abc_classify(n) OVER () AS n1,
			abc_classify(n, 'top 500/2000; ties up') OVER () AS n2, abc_classify(x) OVER () AS x1,
			abc_classify(b) OVER () AS b1, abc_classify(b, 'value 5000000000000000000/>7') OVER () AS b2
		FROM TABLE) AS t},
	shares => q{SELECT md5(string_agg(concat_ws(':', id, f1, n1, x1, b1), ',' ORDER BY id)) FROM (
		SELECT id, } . join(', ', map { sprintf($bytes, "abc_cumulative_share($_) OVER ()") . " AS ${_}1" } qw(f n x b)) . q{
		FROM TABLE) AS t},
	partitions => q{SELECT md5(string_agg(concat_ws(':', id, f1, n1, b1, s1), ',' ORDER BY id)) FROM (
		SELECT id, abc_classify(f) OVER w AS f1, abc_classify(n) OVER w AS n1, abc_classify(b) OVER w AS b1, }
	  . sprintf($bytes, 'abc_cumulative_share(f) OVER w') . q{ AS s1
		FROM TABLE WINDOW w AS (PARTITION BY g)) AS t},
	cutoffs => q{SELECT md5(concat_ws(':', abc_cutoffs(f), abc_cutoffs(f, 'fill 30+20+10'), abc_cutoffs(n), abc_cutoffs(n, 'count 15/50'),
			abc_cutoffs(x), abc_cutoffs(b), abc_cutoffs(b, 'top 500/2000'))) FROM TABLE},
	cutoffs_by_group => q{SELECT md5(string_agg(concat_ws(':', g, f1, n1, b1), ',' ORDER BY g)) FROM (
		SELECT g, abc_cutoffs(f) AS f1, abc_cutoffs(n) AS n1, abc_cutoffs(b) AS b1 FROM TABLE GROUP BY g) AS t},
	weighted_score => q{SELECT md5(concat_ws(':', } . sprintf($bytes, 'abc_weighted_score(f, w)') . ', '
	  . sprintf($bytes, 'abc_weighted_score(n::float8, w)') . q{)) FROM TABLE},
	weighted_score_by_group => q{SELECT md5(string_agg(concat_ws(':', g, s), ',' ORDER BY g)) FROM (
		SELECT g, } . sprintf($bytes, 'abc_weighted_score(f, w)') . q{ AS s FROM TABLE GROUP BY g) AS t},);

# The windows that must not matter.
my @windows = (
	'ORDER BY id',
	'ORDER BY f DESC',
	'ORDER BY b ROWS BETWEEN 3 PRECEDING AND 1 FOLLOWING',
	'ORDER BY b ROWS BETWEEN CURRENT ROW AND CURRENT ROW EXCLUDE CURRENT ROW',
	'ORDER BY n RANGE BETWEEN 10 PRECEDING AND 10 FOLLOWING',
	'ORDER BY id GROUPS BETWEEN 2 PRECEDING AND 1 PRECEDING',
	'ORDER BY n GROUPS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES',
	'ORDER BY g RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP',);

sub ask
{
	my ($workers, $statement) = @_;

	return $node->safe_psql('postgres', parallel($workers) . $statement);
}

sub parallel
{
	my ($workers) = @_;

	return qq{
		SET work_mem = '4MB';
		SET max_parallel_workers_per_gather = $workers;
		SET parallel_setup_cost = 0;
		SET parallel_tuple_cost = 0;
		SET min_parallel_table_scan_size = 0;
	};
}

sub on
{
	my ($statement, $table) = @_;

	$statement =~ s/\bTABLE\b/$table/;
	return $statement;
}

# The plans are what this test believes them to be.
my $plan = ask(2, 'EXPLAIN (ANALYZE, COSTS off, TIMING off) ' . on($question{weighted_score}, 'by_id'));
like($plan, qr/Partial Aggregate/, 'the weighted score is computed by partial aggregates');
like($plan, qr/Workers Launched: 2/, 'in two workers');
$plan = ask(2, 'EXPLAIN (ANALYZE, COSTS off, TIMING off) ' . on($question{weighted_score_by_group}, 'by_id'));
like($plan, qr/Partial (Group|Hash)Aggregate/, 'also in groups');
foreach my $name (qw(classify shares partitions cutoffs))
{
	$plan = ask(2, 'EXPLAIN (ANALYZE, COSTS off, TIMING off) ' . on($question{$name}, 'by_id'));
	like($plan, qr/Workers Launched: 2.*Parallel Seq Scan/s, "$name: the scan below is parallel");
	unlike($plan, qr/Partial/, "$name: no partial aggregate") if $name eq 'cutoffs';
}

foreach my $name (sort keys %question)
{
	my $expected = ask(0, on($question{$name}, 'by_id'));
	my @wrong;

	like($expected, qr/^[0-9a-f]{32}$/, "$name has a result");
	foreach my $order (map { $_->[0] } @orders)
	{
		foreach my $workers (0 .. 2)
		{
			my $got = ask($workers, on($question{$name}, $order));
			push @wrong, "$order with $workers workers" if $got ne $expected;
		}
	}
	is("@wrong", '', "$name: the same in five orders with 0, 1 and 2 workers");
}

# Beside the plain window, in one query: a difference is counted.
foreach my $window (@windows)
{
	foreach my $order ('by_id', 'shuffled')
	{
		my $columns = join(' OR ',
			map { "abc_classify($_) OVER () IS DISTINCT FROM abc_classify($_) OVER ($window)" } qw(f n b));
		my $shares = join(' OR ',
			map { "abc_cumulative_share($_) OVER () IS DISTINCT FROM abc_cumulative_share($_) OVER ($window)" } qw(f n b));
		is(ask(2, "SELECT count(*), count(*) FILTER (WHERE tiers OR shares)
				FROM (SELECT $columns AS tiers, $shares AS shares FROM $order) AS t"),
			"$rows|0", "$window, $order: as without");
	}
}

$node->stop;
done_testing();
