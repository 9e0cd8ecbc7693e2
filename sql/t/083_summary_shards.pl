# One table divided by customer among three servers behind postgres_fdw: cut-offs
# are exactly those of one server, and only summaries and the few values of one
# bucket travel.

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

# First round: a summary per shard, merged here.
my $summaries = join("\n\t\tUNION ALL ", map { "SELECT abc_summarize(COLUMN) AS s FROM customer_$_" } 0 .. 2);
# Both rounds: each shard is asked for the values of the intervals, ties counted there.
my $values = join("\n\t\tUNION ALL ",
	map { "SELECT COLUMN AS value, count(*) AS n FROM customer_$_ WHERE COLUMN BETWEEN low::TYPE AND high::TYPE GROUP BY COLUMN" } 0 .. 2);
my $query = "WITH summary AS MATERIALIZED (
	SELECT abc_merge(s) AS s
	FROM ($summaries) AS part
), wanted AS MATERIALIZED (
	SELECT DISTINCT low, high FROM summary, abc_bounds(s, 'SCHEME') WHERE low < high
), found AS MATERIALIZED (
	SELECT value, n
	FROM wanted, LATERAL ($values) AS part
)
SELECT abc_cutoffs(s, 'SCHEME', (SELECT array_agg(value) FROM found), (SELECT array_agg(n) FROM found))
FROM summary";

my %type = (revenue => 'float8', paid => 'numeric', parcels => 'bigint');
foreach my $column (sort keys %type)
{
	foreach my $scheme ('80/95', 'share 80/95; crossing down', 'count 15/50', 'fill 70+20')
	{
		my $sql = $query =~ s/COLUMN/$column/gr =~ s/TYPE/$type{$column}/gr =~ s/SCHEME/$scheme/gr;
		is( $head->safe_psql('postgres', $sql),
			$head->safe_psql('postgres', "SELECT abc_cutoffs($column, '$scheme') FROM local_customer"),
			"$column, $scheme: the cut-offs of three servers are those of one");
	}
}

# What travels: every foreign scan sends aggregates, and what is sent says so.
my $plan = $head->safe_psql('postgres', 'EXPLAIN (VERBOSE, COSTS off) ' . $query =~ s/COLUMN/revenue/gr =~ s/TYPE/float8/gr =~ s/SCHEME/80\/95/gr);
my @sent = $plan =~ /Remote SQL: (.*)/g;
is(scalar(@sent), 6, 'six statements are sent: two rounds to three servers');
my @first = grep { /^SELECT \S*abc_summarize\(revenue\) FROM public\.customer$/ } @sent;
is(scalar(@first), 3, 'in the first round only a summary comes back from each server');
my @second = grep { /^SELECT revenue, count\(\*\) FROM public\.customer WHERE .*revenue >= .*revenue <= .* GROUP BY 1$/ } @sent;
is(scalar(@second), 3, 'in the second round only the distinct values of an interval and their numbers')
  or diag($plan);
unlike($plan, qr/Foreign Scan on/, 'no server is asked for rows of the table');

# How much that is.
my ($bytes, $rows) = split /\|/, $head->safe_psql('postgres', q{
	SELECT max(pg_column_size(s)), (SELECT sum(count_within) FROM abc_bounds(abc_merge(s), '80/95'))
	FROM (SELECT abc_summarize(revenue) AS s FROM customer_0 UNION ALL SELECT abc_summarize(revenue) FROM customer_1
		UNION ALL SELECT abc_summarize(revenue) FROM customer_2) AS part});
cmp_ok($bytes, '<', 65536, "a summary takes $bytes bytes");
cmp_ok($rows, '<', 200, "the second round asks for $rows of 20000 rows");

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
