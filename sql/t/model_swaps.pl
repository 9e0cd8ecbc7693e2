# The source is named, not bound: what warehouses do to their tables every night
# happens to a model's source, and the model goes on.  Its relations are ordinary
# tables for publications; a subscriber gets the model.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use PostgreSQL::Test::Cluster;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('model_swaps');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off");
$node->start;

sub sql { return $node->safe_psql('postgres', "SET client_min_messages = error; $_[0]"); }

sub error { my ($code, $out, $err) = $node->psql('postgres', $_[0], on_error_stop => 1); return $err; }

sub shop { my ($table, $times) = @_; return "CREATE TABLE $table AS SELECT i AS id, $times * 100.0 / i AS v, 'r' || i % 2 AS region FROM generate_series(1, 9) AS i;"; }

sql('CREATE EXTENSION abc_tier; ' . shop('facts', 1) . q{
	SELECT abc_create_model('m', 'facts', 'id', 'v', partition_by => '{region}', demote_after => 3); SELECT abc_refresh('m', '2024-01-01')});
my $day = 1;
my $runs = 1;

# One night: something happens to the source, then the refresh; the values are those of the new table.
sub night
{
	my ($what, $sql, $value) = @_;

	sql($sql);
	$day++;
	$runs++;
	is(sql("SELECT abc_refresh('m', date '2024-01-01' + $day)"), $runs, "refresh after $what");
	is(sql('SELECT value FROM m WHERE id = 1') + 0, $value, 'reads the new table');
	is(sql(q{SELECT count(*) FROM m_history WHERE cause <> 'data'}), '0', 'and nothing is taken for a change of definition');
	return;
}

night('a swap by rename', shop('facts_new', 2) . 'ALTER TABLE facts RENAME TO facts_old; ALTER TABLE facts_new RENAME TO facts', 200);
night('the old one is dropped', 'DROP TABLE facts_old', 200);
night('drop cascade and create', 'DROP TABLE facts CASCADE;' . shop('facts', 3), 300);
night('create, rename, drop cascade, as dbt does', shop('facts__dbt_tmp', 4)
	. 'ALTER TABLE facts RENAME TO facts__dbt_backup; ALTER TABLE facts__dbt_tmp RENAME TO facts; DROP TABLE facts__dbt_backup CASCADE', 400);
night('a view in its place', shop('blue', 5) . 'DROP TABLE facts; CREATE VIEW facts AS SELECT * FROM blue', 500);
night('blue and green', shop('green', 6) . 'CREATE OR REPLACE VIEW facts AS SELECT * FROM green; DROP TABLE blue', 600);
night('a materialized view', 'DROP VIEW facts; CREATE MATERIALIZED VIEW facts AS SELECT id, v + 100 AS v, region FROM green', 700);
night('a partitioned table', 'DROP MATERIALIZED VIEW facts; CREATE TABLE facts (id int, v numeric, region text) PARTITION BY LIST (region);
	CREATE TABLE facts_0 PARTITION OF facts DEFAULT; INSERT INTO facts SELECT id, v + 200, region FROM green', 800);
night('other types and an order of columns', 'DROP TABLE facts; CREATE TABLE facts AS SELECT region::varchar(10), (v + 300)::float8 AS v, id::bigint FROM green', 900);
night('columns that the model does not read', 'ALTER TABLE facts ADD more xml, ADD other text', 900);
night('a schema swapped', 'CREATE SCHEMA IF NOT EXISTS old; ALTER TABLE facts SET SCHEMA old;' . shop('facts', 10), 1000);

# A query as the source, over several tables.
my $query = q{SELECT f.id, f.v + x.more AS v, f.region FROM facts AS f CROSS JOIN (SELECT 1 AS more) AS x -- and a comment};
sql("SELECT abc_alter_model('m', source => '$query')");
night('a query', 'SELECT 1', 1001);
night('a swap below the query', 'DROP TABLE facts;' . shop('facts', 11), 1101);
is(sql('SELECT count(*) FROM m'), '9', 'one row for each customer');
sql(q{SELECT abc_alter_model('m', source => 'facts')});

# Gone: a clear error, the model stays readable, and nobody is told that all is well.
sql('DROP TABLE facts CASCADE');
my $before = sql('SELECT md5(string_agg(t::text, \',\' ORDER BY t::text)) FROM m AS t; SELECT count(*) FROM m_run WHERE error IS NULL');
my $says = error(q{SELECT abc_refresh('m')});
like($says, qr/ERROR:  the source of model "m" is not there: relation "public.facts" does not exist/, 'a missing source is named');
like($says, qr/HINT:/, 'and what to do');
unlike($says, qr/CONTEXT:.*(SELECT|INSERT|UPDATE).*\n.*\n.*(FROM|WHERE)/s, 'no generated statement in the context');
like(error('CALL abc_refresh_all()'), qr/ERROR:  .*could not be refreshed/, 'abc_refresh_all fails');
is(sql('SELECT md5(string_agg(t::text, \',\' ORDER BY t::text)) FROM m AS t; SELECT count(*) FROM m_run WHERE error IS NULL'), $before, 'the model is as it was');
like(sql(q{SELECT error FROM m_run WHERE error IS NOT NULL}), qr/is not there/, 'the failure is recorded');
sql(shop('facts', 12));
sql('CALL abc_refresh_all()');
is(sql('SELECT value::int FROM m WHERE id = 1'), '1200', 'the table of that name is read as soon as it is there again');
is(sql('SELECT count(*) FROM m_run WHERE error IS NOT NULL'), '0', 'the failed try of a day that succeeded is gone');
sql('ALTER TABLE facts RENAME COLUMN v TO amount');
like(error(q{SELECT abc_refresh('m')}), qr/ERROR:  the source of model "m": column s.v does not exist/, 'a missing column is named');
sql('ALTER TABLE facts RENAME COLUMN amount TO v');

# Publications: of all tables, and of the tables of a schema.
sub lives_on
{
	my ($what) = @_;

	foreach my $statement (q{SELECT abc_override('m', '2', 'C', 'x')}, qq{SELECT abc_refresh('m')}, q{UPDATE facts SET v = v * 2 WHERE id = 3},
		q{SELECT abc_refresh('m')}, q{SELECT abc_alter_model('m', scheme => 'share 70/90')}, q{SELECT abc_refresh('m')}, q{SELECT abc_override('m', '2', NULL)},
		q{SELECT abc_undo('m')}, q{SELECT abc_refresh('m')}, q{SELECT abc_alter_model('m', partition_by => '{}', attributes => '{region}')},
		q{SELECT abc_forget('m', '9')}, q{SELECT abc_refresh('m')}, q{SELECT abc_prune('m', '2024-01-05')}, q{SELECT abc_alter_model('m', scheme => 'share 80/95', partition_by => '{region}')})
	{
		unlike(error($statement), qr/ERROR/, "$what: $statement");
	}
	return;
}

sql('ALTER TABLE facts ADD PRIMARY KEY (id); DROP TABLE green');
sql('CREATE PUBLICATION everything FOR ALL TABLES');
lives_on('FOR ALL TABLES');
sql('DROP PUBLICATION everything; CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA public');
lives_on('TABLES IN SCHEMA');

# A subscriber that has the extension and the model's relations gets every row.
my $subscriber = AbcTier::new_node('model_subscriber', 'fsync = off');
my ($dump, $err);
IPC::Run::run([ 'pg_dump', '-s', '--no-publications', '-d', $node->connstr('postgres'), '-t', 'm', '-t', 'm_*' ], '>', \$dump, '2>', \$err) or die $err;
$subscriber->safe_psql('postgres', $dump);
(my $connstr = $node->connstr('postgres')) =~ s/'/''/g;
my @tables = split /\n/, sql(q{SELECT c.relname FROM pg_class AS c WHERE c.relname LIKE 'm\_%' AND c.relkind = 'r' ORDER BY 1});
$subscriber->safe_psql('postgres', 'CREATE TABLE facts (id int PRIMARY KEY, v numeric, region text)');
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION s CONNECTION '$connstr' PUBLICATION of_schema");
$subscriber->wait_for_subscription_sync($node, 's');
sql(q{UPDATE facts SET v = v * 3 WHERE id = 4; SELECT abc_refresh('m'); SELECT abc_override('m', '5', 'A', 'replicated')});
$node->wait_for_catchup('s');
foreach my $relation (@tables, qw(m m_ranked m_changes m_history m_trend))
{
	my $look = "SELECT t::text FROM $relation AS t ORDER BY t::text COLLATE \"C\"";
	is($subscriber->safe_psql('postgres', $look), sql($look), "the subscriber has $relation");
}
is($subscriber->safe_psql('postgres', q{SELECT * FROM abc_report('m')}), sql(q{SELECT * FROM abc_report('m')}), 'and can report');

done_testing();
