# One table divided by customer among three servers behind postgres_fdw: summaries
# merge to that of one server, and only they travel.  (Cut-offs: cutoffs_of.)

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use Test::More;

my $head = AbcTier::new_node('summary_head', 'jit = off');
plan skip_all => 'the server under test has no postgres_fdw'
  if $head->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'}) eq '0';

my $user = $head->safe_psql('postgres', 'SELECT current_user');
my @shards = map { AbcTier::new_node("summary_shard$_", 'jit = off') } 0 .. 2;
my $setup = 'CREATE EXTENSION postgres_fdw;
	CREATE TABLE customer (id bigint, revenue float8, paid numeric(12,2), parcels bigint) PARTITION BY HASH (id);';
foreach my $i (0 .. 2)
{
	my ($host, $port) = ($shards[$i]->host, $shards[$i]->port);
	$shards[$i]->safe_psql('postgres', 'CREATE TABLE customer (id bigint, revenue float8, paid numeric(12,2), parcels bigint)');
	$setup .= "CREATE SERVER shard$i FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'postgres', extensions 'abc_tier');
		CREATE USER MAPPING FOR CURRENT_USER SERVER shard$i OPTIONS (user '$user');
		CREATE FOREIGN TABLE customer_$i PARTITION OF customer FOR VALUES WITH (MODULUS 3, REMAINDER $i) SERVER shard$i OPTIONS (table_name 'customer');\n";
}
$head->safe_psql('postgres', $setup . q{
	SELECT setseed(0.5);
	CREATE TABLE local_customer AS
		SELECT id, exp(8 + 2 * sqrt(-2 * ln(1 - r)) * cos(6.283185307179586 * s)) AS revenue,
			round(exp(8 + 2 * sqrt(-2 * ln(1 - r)) * cos(6.283185307179586 * s))::numeric, 2) AS paid, floor(exp(7 * r))::bigint AS parcels
		FROM (SELECT id, random() AS r, random() AS s FROM generate_series(1, 20000) AS id OFFSET 0) AS x;
	INSERT INTO customer SELECT * FROM local_customer;
	ANALYZE customer_0, customer_1, customer_2;
});

# A summary per shard, merged here: the bytes of one server, and only aggregates are sent.
foreach my $column (qw(revenue paid parcels))
{
	my $merge = 'SELECT abc_merge(s) FROM (' . join(' UNION ALL ', map { "SELECT abc_summarize($column) AS s FROM customer_$_" } 0 .. 2) . ') AS part';
	is( $head->safe_psql('postgres', $merge),
		$head->safe_psql('postgres', "SELECT abc_summarize($column) FROM local_customer"),
		"$column: the summary of three servers is that of one");
	my @sent = $head->safe_psql('postgres', "EXPLAIN (VERBOSE, COSTS off) $merge") =~ /Remote SQL: (.*)/g;
	is(scalar(grep { /^SELECT \S*abc_summarize\($column\) FROM public\.customer$/ } @sent), 3, 'only a summary comes back from each server');
}

# How much that is.
my ($bytes, $rows) = split /\|/, $head->safe_psql('postgres', q{
	SELECT max(pg_column_size(s)), (SELECT sum(count_within) FROM abc_bounds(abc_merge(s), '80/95'))
	FROM (SELECT abc_summarize(revenue) AS s FROM customer_0 UNION ALL SELECT abc_summarize(revenue) FROM customer_1
		UNION ALL SELECT abc_summarize(revenue) FROM customer_2) AS part});
cmp_ok($bytes, '<', 65536, "a summary takes $bytes bytes");
cmp_ok($rows, '<', 200, "a last round asks for $rows of 20000 rows");

# Assigning with constant cut-offs runs on the shards.
my $cutoffs = $head->safe_psql('postgres', 'SELECT abc_cutoffs(revenue) FROM local_customer');
like(
	$head->safe_psql('postgres', "EXPLAIN (VERBOSE, COSTS off) SELECT id FROM customer WHERE abc_assign(revenue, '$cutoffs') = 'A'"),
	qr/Remote SQL: SELECT id FROM public\.customer WHERE .*abc_assign\(revenue, /, 'abc_assign with constant cut-offs is sent to the shards');
is($head->safe_psql('postgres', "SELECT count(*) FROM customer WHERE abc_assign(revenue, '$cutoffs') = 'A'"),
	$head->safe_psql('postgres', "SELECT count(*) FROM (SELECT abc_classify(revenue) OVER () AS tier FROM local_customer) AS x WHERE tier = 'A'"),
	'and finds as many rows of tier A as one server classifies');

$_->stop('immediate') foreach ($head, @shards);
done_testing();
