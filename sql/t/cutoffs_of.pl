# abc_cutoffs_of equals abc_cutoffs over the same rows in one place, to the byte: on one table with and
# without parallel workers, read once and in rounds, on eight partitions, on three servers behind postgres_fdw, with and without
# groups, in two rounds and in more. abc_retier leaves what abc_classify gives. Both send whole statements
# to the servers.
#
#	ABC_ONE_CALL	names of distributions, or "all", under all schemes; by default three, each under a third of the schemes
#
# The long run: ABC_ONE_CALL=all TESTS=cutoffs_of make check

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use PostgreSQL::Test::Utils;
use Test::More;

my $wanted = $ENV{ABC_ONE_CALL};
my $rows = $wanted ? 20000 : 6000;

my $head = AbcTier::new_node('one_call_head', 'jit = off', 'autovacuum = off', 'max_parallel_workers = 4', 'min_parallel_table_scan_size = 0');
plan skip_all => 'the server under test has no postgres_fdw'
  if $head->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'}) eq '0';

my $user = $head->safe_psql('postgres', 'SELECT current_user');
my @shards = map { AbcTier::new_node("one_call_shard$_", 'jit = off', 'autovacuum = off', 'log_statement = all') } 0 .. 2;

# Values of a row over r, s = random() and id.
my $normal = 'sqrt(-2 * ln(1 - r)) * cos(6.283185307179586 * s)';
my @distributions = (
	[ lognormal_cents => numeric => "round(exp(8 + 2 * $normal)::numeric, 2)" ],
	[ lognormal => float8 => "exp(8 + 2 * $normal)" ],
	[ ties_integers => bigint => 'floor(exp(9 * r))::bigint' ],
	[ wild_signed => float8 => 'CASE WHEN s < 0.1 THEN 0 WHEN s < 0.4 THEN -1 ELSE 1 END * power(10::float8, 600 * r - 300)' ],
	[ uniform => float8 => '1000 * r' ],
	[ uniform_integers => bigint => '(1e6 * r)::bigint' ],
	[ pareto => float8 => 'power(1 - r, -0.86)' ],
	[ equal => numeric => '12345678901234567890.12' ],
	[ ties_signed => numeric => 'round((exp(7 * r) - 30)::numeric, 1)' ],
	[ wide => numeric => 'floor((r * 1e6)::numeric) * 1e30 + round(s::numeric, 15) * 1e-25' ],
	[ scales => numeric => 'round((1e5 * r * s)::numeric, (id % 7)::int)' ],
	[ integers => bigint => '(9e18 * r * s)::bigint * CASE WHEN id % 5 = 0 THEN -1 ELSE 1 END' ],
	[ narrow => bigint => '1000000000000000 + (r * 1000000)::bigint' ],
	[ few => float8 => 'CASE WHEN id < 4 THEN r END' ],
	[ nothing => numeric => 'NULL::numeric' ],);
my @schemes = (
	'80/95', 'share 80/95; crossing down', 'share 50/80/95; ties down', 'share 33.3/66.6/99.9; crossing down; ties down', 'share 100',
	'share 80/95; negative drop', 'share 1/2/3/4/5/50/99', 'count 15/50', 'count 20+30+50; ties up', 'count 10/20/30/40/50/60/70/80/90',
	'count 0.01/99.99; crossing down; ties up', 'top 50/200', 'top 1/5000/100000; ties up', 'top 7/8/9/300', 'value 1000/10/0.5', 'value >42/>0/-5',
	'value 1e25/1e20/1e15', 'fill 70+20', 'fill 30+20+10; crossing down', 'fill 20+20+20+20+20; ties down', 'fill 1+2+3+4; crossing down; ties down');

# One table each of three servers, and the same rows in one place and in eight partitions.
my $setup = "CREATE EXTENSION postgres_fdw;\n";
foreach my $i (0 .. 2)
{
	my ($host, $port) = ($shards[$i]->host, $shards[$i]->port);
	$setup .= "CREATE SERVER shard$i FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'postgres', extensions 'abc_tier');
		CREATE USER MAPPING FOR CURRENT_USER SERVER shard$i OPTIONS (user '$user');\n";
}
foreach my $type (qw(float8 bigint numeric))
{
	my $columns = "id bigint, \"group\" text, v $type, tier abc_tier";
	$setup .= "CREATE TABLE ${type}_whole ($columns); CREATE TABLE ${type}_parted ($columns) PARTITION BY HASH (id);
		CREATE TABLE ${type}_foreign ($columns) PARTITION BY HASH (id);\n";
	$setup .= "CREATE TABLE ${type}_parted_$_ PARTITION OF ${type}_parted FOR VALUES WITH (MODULUS 8, REMAINDER $_);\n" foreach 0 .. 7;
	foreach my $i (0 .. 2)
	{
		$shards[$i]->safe_psql('postgres', "CREATE TABLE ${type}_part ($columns)");
		$setup .= "CREATE FOREIGN TABLE ${type}_foreign_$i PARTITION OF ${type}_foreign FOR VALUES WITH (MODULUS 3, REMAINDER $i)
			SERVER shard$i OPTIONS (table_name '${type}_part');\n";
	}
}
$head->safe_psql('postgres', $setup . q{
	-- What differs between one call and one pass, for every scheme; "most" values in the last round.
	-- "few": groups of so many rows in one pass.
	CREATE FUNCTION differing(source text, type text, schemes abc_scheme[], most bigint, few bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
	DECLARE
		scheme abc_scheme;
		one_call text;
		one_pass text;
		call text := format('FROM _abc.cut_source(%L, %L, %L, $1, $2, %%L, %s, %s, 1) AS g', current_setting('search_path'), source, 'v', most, few);
	BEGIN
		FOREACH scheme IN ARRAY schemes LOOP
			EXECUTE format('SELECT g.cutoffs::%s[]::text ', type) || format(call, NULL) USING scheme, 'id > 100' INTO one_call;
			EXECUTE format('SELECT abc_cutoffs(v, $1)::text FROM %s_whole WHERE id > 100', type) USING scheme INTO one_pass;
			IF one_call IS DISTINCT FROM one_pass THEN
				RETURN NEXT format('%s: one call %s, one pass %s', scheme, one_call, one_pass);
			END IF;
			EXECUTE format('SELECT string_agg(g.keys::text || coalesce(g.cutoffs::%s[]::text, %L), %L ORDER BY g.keys) ', type, 'null', ' ')
				|| format(call, '{"\"group\"",id % 2}') USING scheme, 'id > 100' INTO one_call;
			EXECUTE format('SELECT string_agg(keys::text || coalesce(cutoffs::text, %L), %L ORDER BY keys) FROM (
					SELECT ARRAY["group", (id %% 2)::text] AS keys, abc_cutoffs(v, $1) AS cutoffs FROM %s_whole WHERE id > 100 GROUP BY "group", id %% 2) AS g',
				'null', ' ', type) USING scheme INTO one_pass;
			IF one_call IS DISTINCT FROM one_pass THEN
				RETURN NEXT format('%s, groups: one call %s, one pass %s', scheme, one_call, one_pass);
			END IF;
		END LOOP;
	END $$;
});

# The same rows into the three tables of a type.
sub fill
{
	my ($type, $value) = @_;

	$head->safe_psql('postgres', qq{
		TRUNCATE ${type}_whole, ${type}_parted, ${type}_foreign;
		SELECT setseed(0.5);
		INSERT INTO ${type}_whole SELECT id, nullif('g' || floor(3 * r * r), 'g2'), CASE WHEN id % 50 = 0 THEN NULL ELSE $value END
		FROM (SELECT id, random() AS r, random() AS s FROM generate_series(1, $rows) AS id OFFSET 0) AS x;
		INSERT INTO ${type}_parted SELECT * FROM ${type}_whole;
		INSERT INTO ${type}_foreign SELECT * FROM ${type}_whole;
		ANALYZE ${type}_whole, ${type}_parted, ${type}_foreign});
	return;
}

sub set_workers
{
	my ($workers) = @_;
	return "SET max_parallel_workers_per_gather = $workers; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;";
}

# Samples as the extension takes them, or others.
my $sample_share = $head->safe_psql('postgres', q{SELECT pg_get_functiondef('_abc.sample_share'::regproc)});

foreach my $d (grep { $wanted ? $wanted =~ /\b(?:all|$distributions[$_][0])\b/ : $_ < 3 } 0 .. $#distributions)
{
	my ($name, $type, $value) = @{ $distributions[$d] };
	my $array = join(',', map { "'$schemes[$_]'" } grep { $wanted || $_ % 3 == $d } 0 .. $#schemes);

	fill($type, $value);
	foreach my $way ([ whole => 0 ], [ whole => 2 ], [ parted => 2 ], [ foreign => 0 ])
	{
		my ($where, $workers) = @$way;

		# as it is called, and with more rounds than so few rows would need
		foreach my $limits ([ 100000, 20000 ], [ 20, 0 ])
		{
			my ($most, $few) = @$limits;

			is($head->safe_psql('postgres', set_workers($workers) . "SELECT differing('${type}_$where', '$type', ARRAY[$array]::abc_scheme[], $most, $few)"),
				'', "$name, $where, $workers workers, at most $most values: one call gives what one pass gives");
		}
	}
	# read once, as larger tables are: after good samples, and after some that mislead
	foreach my $way ([ 0, 40 ], [ 2, 3 ])
	{
		my ($workers, $share) = @$way;

		$head->safe_psql('postgres', "CREATE OR REPLACE FUNCTION _abc.sample_share(relation regclass) RETURNS numeric LANGUAGE plpgsql AS 'BEGIN RETURN $share; END'");
		is($head->safe_psql('postgres', set_workers($workers) . "SELECT differing('${type}_whole', '$type', ARRAY[$array]::abc_scheme[], 20, 20000)"),
			'', "$name, samples of 8 times $share per cent, $workers workers: one call gives what one pass gives");
		$head->safe_psql('postgres', $sample_share);
	}
}

# What follows is of amounts in cents.
fill(@{ $distributions[0] }[ 1, 2 ]);

# Both rounds of one table are computed by workers, and the planner needs no hint for that.
$head->safe_psql('postgres', q{
	CREATE TABLE big AS SELECT id, (id % 7)::int AS region, exp(10 * random()) AS revenue, NULL::abc_tier AS tier FROM generate_series(1, 300000) AS id;
	ANALYZE big});
my $planned = $head->safe_psql('postgres', q{SET max_parallel_workers_per_gather = 2; EXPLAIN (COSTS off) SELECT abc_summarize(revenue) FROM big});
like($planned, qr/Finalize Aggregate.*Gather.*Partial Aggregate/s, 'a summary of 300,000 rows is planned in parallel');

# What reaches a server: aggregates only, of both rounds, and no row of the table.
sub sent
{
	my ($call) = @_;
	my $log = $shards[1]->logfile;
	my $from = -s $log;
	$head->safe_psql('postgres', $call);
	my $said = slurp_file($log, $from);
	return $said =~ /execute \S+: (?:DECLARE c\d+ CURSOR FOR\s+)?(.*?)(?=\n\d{4}-\d\d-\d\d |\z)|statement: (?:DECLARE c\d+ CURSOR FOR\s+)?(.*?)(?=\n\d{4}-\d\d-\d\d |\z)/sg;
}
my $by = q{ARRAY['"group"']};
foreach my $call (q{SELECT abc_cutoffs_of('numeric_foreign', 'v', '80/95', 'id > 100')}, qq{SELECT abc_cutoffs_of('numeric_foreign', 'v', '80/95', $by)})
{
	my @statements = grep { defined && /FROM public/ } sent($call);
	is(scalar(grep { /abc_summarize\(v\) FROM/ } @statements), 1, 'a server is asked for a summary');
	is(scalar(grep { /v, count\(\*\) FROM public\.numeric_part WHERE .*GROUP BY/s } @statements), 1, 'and for the distinct values in the intervals');
	is(scalar(@statements), 2, 'and for nothing else') or diag(join("\n", @statements));
}

# Tiers are written by the servers.
foreach my $way ([ 'NULL', '' ], [ $by, 'PARTITION BY "group"' ])
{
	my ($groups, $partition) = @$way;
	my @statements = grep { defined && /numeric_part/ } sent("SELECT abc_retier('numeric_foreign', 'v', 'tier', 'share 70/90', $groups)");
	is(scalar(grep { /^UPDATE public\.numeric_part SET tier = / } @statements), 1, "a server is sent one UPDATE: $groups");
	is(scalar(grep { /^SELECT (?!.*(?:abc_summarize|count\())/s } @statements), 0, 'and is asked for no row') or diag(join("\n", @statements));
	is( $head->safe_psql('postgres', qq{SELECT count(*) FROM numeric_foreign AS f
			JOIN (SELECT id, abc_classify(v, 'share 70/90') OVER ($partition) AS tier FROM numeric_whole) AS w USING (id) WHERE f.tier IS DISTINCT FROM w.tier}),
		'0', 'and every row has its tier');
	is($head->safe_psql('postgres', "SELECT abc_retier('numeric_foreign', 'v', 'tier', 'share 70/90', $groups)"), '0', 'a second time no row changes');
}

# abc_assign and abc_within with constants run on the servers.
like($head->safe_psql('postgres', q{EXPLAIN (VERBOSE, COSTS off) SELECT count(*) FROM numeric_foreign_0 WHERE abc_within(v, '{1,100}', '{2,200}')}),
	qr/Remote SQL: SELECT count\(\*\) FROM public\.numeric_part WHERE .*abc_within\(v, /, 'abc_within is sent');

# Who may read the table but not its parts reads it as a whole.
is( $head->safe_psql('postgres', q{
		CREATE ROLE reader; GRANT SELECT ON numeric_parted, numeric_foreign TO reader;
		CREATE USER MAPPING FOR reader SERVER shard0 OPTIONS (user '} . $user . q{'); CREATE USER MAPPING FOR reader SERVER shard1 OPTIONS (user '} . $user . q{');
		CREATE USER MAPPING FOR reader SERVER shard2 OPTIONS (user '} . $user . q{');
		ALTER USER MAPPING FOR reader SERVER shard0 OPTIONS (ADD password_required 'false'); ALTER USER MAPPING FOR reader SERVER shard1 OPTIONS (ADD password_required 'false');
		ALTER USER MAPPING FOR reader SERVER shard2 OPTIONS (ADD password_required 'false');
		SET ROLE reader; SELECT abc_cutoffs_of('numeric_foreign', 'v') = abc_cutoffs_of('numeric_parted', 'v')}),
	't', 'rights on the table are enough');

# Rows that change between the rounds of servers without a common snapshot: here a view whose rows depend on the hour.
$head->safe_psql('postgres', q{
	CREATE SEQUENCE looks;
	CREATE FUNCTION shaken(v float8, firmly boolean) RETURNS float8 LANGUAGE sql VOLATILE AS 'SELECT CASE WHEN firmly THEN v * (1 + random()) ELSE v END';
	CREATE VIEW restless AS SELECT shaken(revenue, true) AS revenue FROM big WHERE id <= 20000});
my ($code, $out, $err) = $head->psql('postgres', q{\set VERBOSITY sqlstate
	SELECT abc_cutoffs_of('restless', 'revenue')});
like($err, qr/40001/, 'where rows never stand still the call gives up with a serialization failure');

# A writer beside: every call sees one snapshot.
my $writer = IPC::Run::start(
	[ 'psql', '-X', '-q', '-d', $head->connstr('postgres') ], '<',
	\'DO $$ BEGIN FOR i IN 1 .. 100000 LOOP UPDATE big SET revenue = exp(10 * random()) WHERE id = (300000 * random())::int; COMMIT; END LOOP; END $$;',
	'>', \my $wout, '2>', \my $werr);
is( $head->safe_psql('postgres', join('', map { "SELECT abc_cutoffs_of('big', 'revenue')::float8[] = (SELECT abc_cutoffs(revenue) FROM big);\n" } 1 .. 10)),
	join("\n", ('t') x 10), 'beside a writer one call gives what one pass over the same snapshot gives');
$writer->kill_kill;

$_->stop('immediate') foreach ($head, @shards);
done_testing();
