# The life of an installation: every path of updates gives the same objects, dump and restore, a physical
# and a logical replica, roles that go, and pg_upgrade to a newer major version.
#
#	ABC_NEW_PG_CONFIG	pg_config of a newer major version that has the extension installed; without it
#						pg_upgrade is not tried. "make check-upgrade" has both versions

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = AbcTier::new_node('life', 'wal_level = logical', 'max_wal_senders = 10', 'max_replication_slots = 10');

# Every version that a script begins with or leads to, and every way from one to the next.
my $inventory = q{
	SELECT md5(string_agg(says, E'\n' ORDER BY says COLLATE "C")) FROM (
		SELECT pg_describe_object(classid, objid, 0) || coalesce(obj_description(objid, classid::regclass::name), '') || coalesce((SELECT pg_get_functiondef(objid)
			WHERE classid = 'pg_proc'::regclass AND (SELECT prokind FROM pg_proc WHERE oid = objid) <> 'a'), '') AS says
		FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'abc_tier')) AS t};
my $fresh = $node->safe_psql('postgres', $inventory);
my $newest = $node->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'abc_tier'});
my @versions = split /\n/, $node->safe_psql('postgres', q{SELECT version FROM pg_available_extension_versions WHERE name = 'abc_tier' ORDER BY 1});
foreach my $first (@versions)
{
	$node->safe_psql('postgres', 'CREATE DATABASE path');
	my @rest = grep { $_ gt $first } @versions;
	my $steps = join '', map { "ALTER EXTENSION abc_tier UPDATE TO '$_';" } @rest;
	$node->safe_psql('path', "CREATE EXTENSION abc_tier VERSION '$first'; $steps");
	is($node->safe_psql('path', $inventory), $fresh, "from $first by " . (@rest ? join(', ', @rest) : 'nothing') . " to $newest: the same objects");
	$node->safe_psql('path', "DROP EXTENSION abc_tier; CREATE EXTENSION abc_tier VERSION '$first'; ALTER EXTENSION abc_tier UPDATE");
	is($node->safe_psql('path', $inventory), $fresh, "from $first at once");
	$node->safe_psql('postgres', 'DROP DATABASE path');
}

# Tables with our types in every place a type can stand.
my $make = q{
	CREATE TABLE customer (id int PRIMARY KEY, v numeric, tier abc_tier, scheme abc_scheme DEFAULT '80/95',
		derived abc_tier GENERATED ALWAYS AS (abc_assign(v, '{100,10}')) STORED, CHECK (tier <= 'C'));
	INSERT INTO customer (id, v, tier) SELECT i, 1000.0 / i, abc_classify(1000.0 / i) OVER () FROM generate_series(1, 200) AS i;
	CREATE INDEX customer_tier ON customer (tier); CREATE INDEX customer_tier_hash ON customer USING hash (tier);
	CREATE INDEX customer_derived ON customer (derived, v); CREATE INDEX customer_scheme ON customer (scheme);
	CREATE INDEX customer_text ON customer ((tier::text));
	CREATE TABLE list (t abc_tier, n int) PARTITION BY LIST (t);
	CREATE TABLE list_a PARTITION OF list FOR VALUES IN ('A'); CREATE TABLE list_rest PARTITION OF list DEFAULT;
	CREATE TABLE hashed (t abc_tier, n int) PARTITION BY HASH (t);
	CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
	INSERT INTO list SELECT tier, id FROM customer; INSERT INTO hashed SELECT tier, id FROM customer;
	CREATE VIEW tiers AS SELECT id, abc_classify(v, scheme) OVER () AS tier, abc_label(tier, 'share gold 80 / rest') IS NULL AS x FROM customer WHERE tier = 'A';
	CREATE MATERIALIZED VIEW cuts AS SELECT abc_cutoffs(v, 'count 15/50') AS cutoffs, max(tier) AS worst FROM customer;
	CREATE DOMAIN good_tier AS abc_tier CHECK (VALUE < 'C');
	CREATE TABLE more (tiers abc_tier[], good good_tier, pair customer); INSERT INTO more SELECT ARRAY[tier, derived], 'A', c FROM customer AS c LIMIT 3;
};
my $look = q{
	SELECT md5(string_agg(concat_ws(',', id, v, tier, scheme, derived), ';' ORDER BY id)) FROM customer;
	SET enable_seqscan = off; SELECT count(*) FROM customer WHERE tier = 'B'; SELECT count(*) FROM customer WHERE tier::text = 'B';
	SELECT string_agg(tableoid::regclass || ':' || n, ',' ORDER BY n) FROM list WHERE t = 'A'; SELECT sum(n) FROM hashed WHERE t = 'A';
	SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM tiers AS t; SELECT * FROM cuts; SELECT count(*), min(good) FROM more};
my $models = $node->safe_psql('postgres', q{SELECT count(*) FROM pg_proc WHERE proname = 'abc_create_model'}) ne '0';
if ($models)
{
	$make .= q{CREATE TABLE facts (id int PRIMARY KEY, v numeric); INSERT INTO facts SELECT i, 1000.0 / i FROM generate_series(1, 50) AS i;
		SELECT abc_create_model('m', 'facts', 'id', 'v'); SELECT abc_refresh('m', '2024-01-31'); UPDATE facts SET v = 0 WHERE id = 1; SELECT abc_refresh('m', '2024-02-29');};
	$look .= q{; SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM m AS t; SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM m_history AS t};
}
if ($node->safe_psql('postgres', q{SELECT count(*) FROM pg_type WHERE typname = 'abc_summary'}) ne '0')
{
	$make .= 'CREATE TABLE summary AS SELECT id % 3 AS g, abc_summarize(v) AS s FROM customer GROUP BY 1;';
	$look .= q{; SELECT g, md5(s::text), (SELECT array_agg(low ORDER BY cut) FROM abc_bounds(s)) FROM summary ORDER BY g};
}
$node->safe_psql('postgres', "CREATE DATABASE life");
$node->safe_psql('life', "CREATE EXTENSION abc_tier; $make");
my $seen = $node->safe_psql('life', $look);

# Dump and restore.
my $dump = "$PostgreSQL::Test::Utils::tmp_check/life.dump";
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', $node->connstr('life') ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'pg_restore');
is($node->safe_psql('restored', $look), $seen, 'the same after dump and restore');

# Physical replica.
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->safe_psql('life', q{UPDATE customer SET tier = 'C' WHERE id = 1});
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
$seen = $node->safe_psql('life', $look);
is($standby->safe_psql('life', $look), $seen, 'the same on a standby, indexes and window functions included');
$standby->stop;

# Logical replica: text and binary, update and delete by the key that is a tier.
my $subscriber = AbcTier::new_node('subscriber', 'max_logical_replication_workers = 8');
$node->safe_psql('life', q{
	CREATE TABLE tiers_by_key (t abc_tier PRIMARY KEY, s abc_scheme, n int); INSERT INTO tiers_by_key SELECT t, '80/95', 0 FROM unnest('{A,B,C}'::abc_tier[]) AS t;
	CREATE PUBLICATION p FOR TABLE tiers_by_key, list});
(my $connstr = $node->connstr('life')) =~ s/'/''/g;
foreach my $binary ('false', 'true')
{
	$subscriber->safe_psql('postgres', qq{
		CREATE TABLE tiers_by_key (t abc_tier PRIMARY KEY, s abc_scheme, n int); CREATE TABLE list (t abc_tier, n int) PARTITION BY LIST (t);
		CREATE TABLE list_a PARTITION OF list FOR VALUES IN ('A'); CREATE TABLE list_rest PARTITION OF list DEFAULT;
		CREATE SUBSCRIPTION s_$binary CONNECTION '$connstr' PUBLICATION p WITH (binary = $binary)});
	$subscriber->wait_for_subscription_sync($node, "s_$binary");
	$node->safe_psql('life', q{UPDATE tiers_by_key SET n = n + 1, s = 'count 15/50' WHERE t = 'B'; DELETE FROM tiers_by_key WHERE t = 'C'; INSERT INTO tiers_by_key VALUES ('D', 'value >5', 7)});
	$node->wait_for_catchup("s_$binary");
	my $rows = q{SELECT * FROM tiers_by_key ORDER BY t; SELECT count(*), max(n) FROM list_a};
	is($subscriber->safe_psql('postgres', $rows), $node->safe_psql('life', $rows), "logical replication, binary = $binary");
	$subscriber->safe_psql('postgres', "DROP SUBSCRIPTION s_$binary; DROP TABLE tiers_by_key, list");
	$node->safe_psql('life', q{DELETE FROM tiers_by_key WHERE t = 'D'; INSERT INTO tiers_by_key VALUES ('C', '80/95', 0)});
}

# A model on a subscriber: its tables by a dump of the schema, its rows by replication; the views answer there as here.
$node->safe_psql('life', q{CREATE SCHEMA model; CREATE TABLE model_facts AS SELECT i AS id, 'r' || i % 2 AS region, 1000.0 / i AS v FROM generate_series(1, 40) AS i;
	SELECT abc_create_model('model.book', 'public.model_facts', 'id', 'v', partition_by => '{region}'); SELECT abc_refresh('model.book', '2024-01-31'); CREATE PUBLICATION m FOR TABLES IN SCHEMA model});
my $schema = "$PostgreSQL::Test::Utils::tmp_check/model.sql";
$node->command_ok([ 'pg_dump', '-s', '-n', 'model', '--no-publications', '-f', $schema, '-d', $node->connstr('life') ], 'pg_dump of the schema of a model');
$subscriber->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $schema, '-d', $subscriber->connstr('postgres') ], 'its tables and views');
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION m CONNECTION '$connstr' PUBLICATION m");
$subscriber->wait_for_subscription_sync($node, 'm');
$node->safe_psql('life', q{UPDATE model_facts SET v = 5000 WHERE id = 40; DELETE FROM model_facts WHERE id = 2; SELECT abc_refresh('model.book', '2024-02-29');
	SELECT abc_override('model.book', 7, 'A', 'friend', begins => '2024-02-29'); SELECT abc_refresh('model.book', '2024-03-31'); SELECT abc_undo('model.book')});
$node->wait_for_catchup('m');
foreach my $relation (qw(book book_history book_changes book_trend book_ranked))
{
	my $rows = "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)), count(*) > 0 FROM model.$relation AS t";
	is($subscriber->safe_psql('postgres', $rows), $node->safe_psql('life', $rows), "a subscriber's $relation");
}
$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION m');
$node->safe_psql('life', 'DROP PUBLICATION m');
$subscriber->stop;

# Roles that go: what they own changes hands or goes, the extension with it.
$node->safe_psql('postgres', q{CREATE ROLE leaving LOGIN; CREATE ROLE staying});
foreach my $way ('REASSIGN OWNED BY leaving TO staying', 'DROP OWNED BY leaving CASCADE')
{
	$node->safe_psql('postgres', 'CREATE DATABASE left_behind');
	$node->safe_psql('left_behind', 'GRANT ALL ON SCHEMA public TO leaving; GRANT CREATE ON DATABASE left_behind TO leaving');
	$node->safe_psql('left_behind', 'CREATE EXTENSION abc_tier; CREATE TABLE t (t abc_tier)', extra_params => [ '-U', 'leaving' ]);
	$node->safe_psql('left_behind', $way);
	my $left = $node->safe_psql('left_behind', q{SELECT count(*) FROM pg_shdepend WHERE refobjid = 'leaving'::regrole AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND deptype = 'o'});
	is($left, '0', "$way: leaving owns nothing");
	is($node->safe_psql('left_behind', q{SELECT string_agg(extowner::regrole::text, ',') FROM pg_extension WHERE extname = 'abc_tier'}), $way =~ /^REASSIGN/ ? 'staying' : '', "$way: the extension");
	$node->safe_psql('postgres', 'DROP DATABASE left_behind');
}

# pg_upgrade.
SKIP:
{
	my $config = $ENV{ABC_NEW_PG_CONFIG};
	skip 'ABC_NEW_PG_CONFIG is not set', 3 unless $config;
	chomp(my $newbin = `$config --bindir`);
	my ($old) = grep { -x "$_/postgres" } split /:/, $ENV{PATH};
	my $dir = "$PostgreSQL::Test::Utils::tmp_check/upgrade";

	my $user = $node->safe_psql('life', 'DROP PUBLICATION p; SELECT current_user');
	my $sums = $node->safe_psql('life', 'SHOW data_checksums');
	$node->stop;
	mkdir $dir;
	chdir $dir;
	my @init = ("$newbin/initdb", '-D', "$dir/new", '-U', $user, '-A', 'trust', '-N');
	# as the old cluster has them; the default is on from 18 on
	push @init, '--data-checksums' if $sums eq 'on';
	push @init, '--no-data-checksums' if $sums eq 'off' && `$newbin/initdb --help` =~ /--no-data-checksums/;
	is(system(@init), 0, 'initdb of the new version');
	is(system("$newbin/pg_upgrade", '-b', $old, '-B', $newbin, '-d', $node->data_dir, '-D', "$dir/new", '-U', $user, '-s', $dir, '-p', $node->port, '-P', $node->port + 1),
		0, 'pg_upgrade');
	system("$newbin/pg_ctl", '-w', '-s', '-D', "$dir/new", '-l', "$dir/log", '-o', "-k $dir -p " . $node->port . " -c listen_addresses=''", 'start');
	my $after;
	IPC::Run::run [ 'psql', '-XAtq', '-h', $dir, '-p', $node->port, '-U', $user, '-d', 'life' ], '<', \$look, '>', \$after, '2>&1';
	is($after, "$seen\n", 'the same after pg_upgrade, indexes included');
	system("$newbin/pg_ctl", '-w', '-s', '-D', "$dir/new", '-m', 'fast', 'stop');
}

done_testing();
