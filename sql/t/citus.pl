# On a real Citus, where the server under test has one: a coordinator, two workers, a table on eight shards. What
# abc_cutoffs_of and abc_retier give is what one table gives, to the byte, while shards move; aggregates whose states
# travel run on the workers; models live on the coordinator, over distributed sources.
#
#	ABC_CITUS_MOVES	how often a shard moves to the other worker (3)

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($library) = run_command([ $ENV{PG_CONFIG} // 'pg_config', '--pkglibdir' ]);
plan skip_all => 'the server under test has no Citus' unless -e "$library/citus.so";

my @nodes = map
{
	my $node = PostgreSQL::Test::Cluster->new("citus_$_");

	$node->init(allows_streaming => 'logical', extra => ['--encoding=UTF8']);
	# nodes are reached through their sockets: no port is opened
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'citus'\ncitus.local_hostname = '" . $node->host
		. "'\nfsync = off\nmax_connections = 100\nmax_prepared_transactions = 100");
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION citus; CREATE EXTENSION abc_tier');
	$node
} qw(coordinator worker_1 worker_2);
my ($coordinator, @workers) = @nodes;

sub sql { return $coordinator->safe_psql('postgres', "SET client_min_messages = error; $_[0]"); }
sub error { my ($code, $out, $err) = $coordinator->psql('postgres', "SET client_min_messages = error; $_[0]", on_error_stop => 1); return $err; }

sub at { my ($node) = @_; return sprintf("'%s', %d", $node->host, $node->port); }

sql('SELECT citus_set_coordinator_host(' . at($coordinator) . ')');
sql("SELECT citus_add_node($_)") foreach map { at($_) } @workers;
sql(q{CREATE TABLE one (id bigint PRIMARY KEY, region int, f float8, b bigint, n numeric(12,2), tier abc_tier);
	CREATE TABLE dist (LIKE one INCLUDING ALL);
	SET citus.shard_count = 8;
	SELECT create_distributed_table('dist', 'id');
	SELECT setseed(0.3);
	INSERT INTO one SELECT id, id % 7, v, v::bigint, round(v::numeric, 2)
	FROM (SELECT id, exp(8 + 2 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())) AS v FROM generate_series(1, 50000) AS id) AS x;
	INSERT INTO dist SELECT * FROM one});

my @columns = qw(f b n);
my @schemes = ('80/95', 'share 33.3/66.6/99.9; crossing down; ties down', 'count 20+30+50; ties up', 'top 50/200', 'value 1000/10/0.5', 'fill 70+20');
my $by = q{string_agg(k || c::text, ' ' ORDER BY k)};

sub differences
{
	my @found;

	foreach my $scheme (@schemes)
	{
		foreach my $column (@columns)
		{
			push @found, "$scheme of $column"
				if sql("SELECT abc_cutoffs($column, '$scheme')::text::numeric[] FROM one") ne sql("SELECT abc_cutoffs_of('dist', '$column', '$scheme')");
			push @found, "$scheme of $column by region"
				if sql("SELECT $by FROM (SELECT region AS k, abc_cutoffs($column, '$scheme')::text::numeric[] AS c FROM one GROUP BY 1) AS x")
				ne sql("SELECT $by FROM (SELECT keys[1] AS k, cutoffs AS c FROM abc_cutoffs_of('dist', '$column', '$scheme', by => '{region}')) AS x");
		}
	}
	return "@found";
}

is(differences(), '', 'abc_cutoffs_of gives what one table gives');

foreach my $move (1 .. $ENV{ABC_CITUS_MOVES} // 3)
{
	my ($shard, $from) = split /\|/, sql(q{SELECT shardid, nodeport FROM citus_shards WHERE table_name = 'dist'::regclass ORDER BY shardid OFFSET } . $move % 8 . ' LIMIT 1');
	my ($source, $target) = $from == $workers[0]->port ? @workers : reverse @workers;

	sql("SELECT citus_move_shard_placement($shard, " . at($source) . ', ' . at($target) . ", 'block_writes')");
	is(sql(q{SELECT string_agg(c::text, ' ') FROM (VALUES (abc_cutoffs_of('dist', 'f')), (abc_cutoffs_of('dist', 'b')), (abc_cutoffs_of('dist', 'n'))) AS v (c)}),
		sql(q{SELECT concat_ws(' ', abc_cutoffs(f), abc_cutoffs(b), abc_cutoffs(n)) FROM one}), "after move $move");
}

is(sql(q{SELECT abc_retier('dist', 'n', 'tier')}), '50000', 'abc_retier writes');
is(sql(q{SELECT abc_retier('dist', 'n', 'tier')}), '0', 'and has nothing to do then');
is(sql('SELECT count(*) FROM (SELECT id, abc_classify(n) OVER () AS tier FROM one) AS o JOIN (SELECT id, tier FROM dist) AS d USING (id) WHERE o.tier IS DISTINCT FROM d.tier'),
	'0', 'what abc_classify gives');

foreach my $aggregate ('abc_hhi(n)', 'abc_variation(n)', 'abc_total(abc_summarize(n))', 'abc_weighted_score(n, 1 + region)')
{
	is(sql("SELECT $aggregate FROM dist"), sql("SELECT $aggregate FROM one"), "$aggregate is the same");
	like(sql("EXPLAIN (VERBOSE) SELECT $aggregate FROM dist"), qr/Query: SELECT (pg_catalog\.)?worker_partial_agg/, 'and runs on the workers');
}

# Models: the day of a refresh is known on the coordinator only.
my $early = q{date '2026-01-01' + (b % 300)::int};
my $lost = qr/would be evaluated on the workers of Citus, where the day of the refresh is not known/;

sql("CREATE VIEW early AS SELECT id, n FROM dist WHERE $early < abc_as_of()");
like(error(q{SELECT abc_create_model('m', 'early', 'id', 'n'); SELECT abc_refresh('m')}), $lost, 'a bare abc_as_of() in a view');
like(error(qq{SELECT abc_create_model('m1', 'dist', 'id', 'n', eligible => \$\$ $early < abc_as_of() \$\$); SELECT abc_refresh('m1')}), $lost, 'and in a condition');
like(error(qq{SELECT abc_create_model('m2', 'dist', 'id', 'n', changed => \$\$ SELECT id FROM dist WHERE $early > abc_last_as_of() \$\$); SELECT abc_refresh('m2')}),
	$lost, 'and in "changed"');
sql(qq{SELECT abc_create_model('m3', \$\$ SELECT id, n FROM dist WHERE $early < (SELECT abc_as_of()) \$\$, 'id', 'n'); SELECT abc_refresh('m3', '2026-03-01')});
is(sql('SELECT count(*) FROM m3'), sql("SELECT count(*) FROM one WHERE $early < date '2026-03-01'"), 'a sub-select knows the day');

sql(q{CREATE TABLE touched (id bigint)});
sql(qq{SELECT abc_create_model('book_$_', '$_', 'id', 'n', changed => 'SELECT id FROM touched'); SELECT abc_refresh('book_$_')}) foreach qw(one dist);

sub other_tiers { return sql(q{SELECT count(*) FROM book_one AS a FULL JOIN book_dist AS b USING (id) WHERE (a.tier, a.value) IS DISTINCT FROM (b.tier, b.value)}); }

is(other_tiers(), '0', 'a model over shards has the tiers of one over a table');
sql('INSERT INTO touched SELECT id FROM one WHERE id % 1000 = 5');
sql("UPDATE $_ SET n = 100 * n WHERE id % 1000 = 5; SELECT abc_refresh('book_$_')") foreach qw(one dist);
is(other_tiers(), '0', 'and after a refresh of what changed');
is(sql('SELECT bool_or(full_read), sum(rows_read) FROM book_dist_run'), 'f|50', 'which reads only that');
is(sql(q{SELECT sum(n) FROM abc_check('book_dist') WHERE code = 'missed'}), '0', 'and misses nothing');
sql(q{SELECT create_distributed_table('book_dist_state', 'k1')});
like(error(q{SELECT abc_refresh('book_dist')}), qr/was distributed by Citus/, 'its tables stay on the coordinator');
sql(q{SELECT create_reference_table('book_one_state'); DROP EXTENSION abc_tier CASCADE});
is(sql(q{SELECT count(*) FROM pg_extension WHERE extname = 'abc_tier'}), '0', 'the extension can be dropped all the same');

done_testing();
