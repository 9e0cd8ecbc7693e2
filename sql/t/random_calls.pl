# Random calls of every function, aggregate, window function and procedure of the extension, with edge
# values: each gives a result or a clean error. No crash, no failed assertion, no internal error (XX000),
# no memory that grows, no temporary file that stays. What there is to call is read from pg_proc.
#
#	ABC_RANDOM_CALLS	how many statements, 3,000 by default
#	ABC_RANDOM_SEED		another number, other statements
#
# The long run: ABC_RANDOM_CALLS=200000 TESTS=random_calls make check

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use PostgreSQL::Test::Utils;
use Test::More;

my $calls = $ENV{ABC_RANDOM_CALLS} // 3000;
my $slow = !$ENV{SANDBOX_UNDER} ? 1 : $ENV{SANDBOX_UNDER} =~ /valgrind/ ? 40 : 4;	# under an instrument
my $seed = $ENV{ABC_RANDOM_SEED} // 6;
my $node = AbcTier::new_node('random_calls', 'max_parallel_workers = 4', 'max_worker_processes = 8', 'jit = off',
	'log_min_messages = fatal', 'shared_buffers = 64MB');
srand($seed);

sub pick { return $_[ int rand @_ ] }

# Literals of each type: ordinary ones, and those that hurt.
my @numbers = qw(0 1 -1 2 3 7 10 100 5 25 26 1000 80 95 0.5 12.5 99.99);
my %pool = (
	float8 => [ @numbers, qw(-0 1e-300 1e300 5e-324 1.7976931348623157e308 -1.7976931348623157e308 NaN Infinity -Infinity 0.1 4503599627370497.5) ],
	numeric => [ @numbers, qw(0.00 1e-30 1e40 1e1000 -1e1000 1e-1000 1e12000 1e-16383 170141183460469231731687303715884105727
		170141183460469231731687303715884105728 -9223372036854775808 9223372036854775807.5 NaN Infinity -Infinity 123456789012345678901234567890.123456789) ],
	int8 => [ qw(0 1 -1 2 3 7 10 100 1000 2147483647 2147483648 -2147483649 9223372036854775807 -9223372036854775808 4611686018427387904) ],
	int4 => [ qw(0 1 -1 2 3 5 10 25 26 100 2147483647 -2147483648) ],
	int2 => [ qw(0 1 -1 2 3 32767 -32768) ],
	bool => [ qw(true false) ],
	text => [ '', ' ', 'A', 'B', 'Z', 'a', 'AA', 'rank', 'ratio', 'lower ratio', 'minmax', 'zscore', 'lower zscore', 'none', 'ntile 5', 'ntile 0',
		'ntile 99999999999', 'lower', 'share', 'count', 'fill', 'value >', 'linear', 'steps', 'up', 'down', 'renormalize', 'zero', 'null',
		'80/95', q{'; DROP TABLE edge; --}, q{"}, '铂金', '%s%n%d', '$$', '\\', 'v', 'k', 'm', 'x' x 70 ],
	abc_tier => [ 'A' .. 'E', 'Z' ],
	abc_scheme => [ '80/95', 'share 80/95; crossing down', 'share 80/95; ties down; negative drop', 'share 50; negative error', 'count 15/50', 'count 15/50; ties up; crossing down', 'top 1/2/9223372036854775807', 'top 3; ties up', 'value >0/-1e300',
		'value 1e400/0/-1e400', 'fill 70+20', 'fill 30+30+30; ties down; crossing down', 'share 0.000000000000001/100', 'share a 1 / b 2 / c', 'share ' . join('/', 1 .. 25), 'fill ' . join('+', (4) x 25) ],
	abc_exact_sums => [ 'weighted float8 1: 1@0, 1@0', 'weighted decimal 3: -1f40@2, 28@0', 'moments float8 2: 3@0, 5@0', 'weighted float8 9223372036854775807: 0@0, 0@0' ],
	timestamptz => [ '-infinity', 'infinity', '2026-01-01 00:00+00', '4713-01-01 BC', '294276-12-31' ],
	date => [ '-infinity', 'infinity', '2026-01-01', '2024-02-29', '5874897-12-31' ],
	interval => [ '0', '1 month', '-1 year', '178000000 years', '00:00:01' ],
	regclass => [ qw(0 4294967295 edge edge_view edge_index model pg_class) ],
	name => [ 'public', 'pg_catalog', 'odd "name"', 'k', '' ],
	cstring => [ 'A', '80/95', 'weighted float8 1: 1@0, 1@0', '' ],
	oid => [ qw(0 1 4294967295) ],
	bytea => [ '\x', '\x00', '\xffffffff' ],
	jsonb => [ '{}', '[]', 'null', '{"a": 1}' ],);
$pool{varchar} = $pool{text};
$pool{float4} = [ @numbers, qw(-0 1e-45 3.4028235e38 -3.4028235e38 NaN Infinity -Infinity 0.1) ];
$pool{$_->[0]} = $pool{$_->[1]} foreach [ 'double precision', 'float8' ], [ bigint => 'int8' ], [ integer => 'int4' ], [ smallint => 'int2' ],
	[ boolean => 'bool' ], [ 'character varying' => 'text' ], [ 'timestamp with time zone' => 'timestamptz' ];

sub quoted { my ($text) = @_; $text =~ s/'/''/g; $text =~ s/\\/\\\\/g; return "E'$text'" }

# Rows with a column of each kind: ordinary values in edge, poison as well in poison.
my @columns = ([ f => 'float8' ], [ n => 'numeric' ], [ b => 'int8' ], [ i => 'int4' ], [ t => 'text' ], [ s => 'abc_scheme' ], [ r => 'abc_tier' ]);
my $ddl = "CREATE ROLE regress_abc_random LOGIN;\nGRANT CREATE ON SCHEMA public TO regress_abc_random;\nSET ROLE regress_abc_random;\n";
foreach my $table (qw(edge poison))
{
	$ddl .= "CREATE TABLE $table (k int PRIMARY KEY, g int, " . join(', ', map { "$_->[0] $_->[1]" } @columns) . ");\nINSERT INTO $table VALUES\n";
	$ddl .= join(",\n", map {
		my $k = $_;
		"($k, " . pick(1 .. 4, 'NULL') . ', ' . join(', ', map {
			my ($name, $type) = @$_;
			my $value = pick(@{ $pool{$type} });
			$value = pick(@numbers) if $table eq 'edge' && $type =~ /float8|numeric/ && $value =~ /nan|inf|1e(?:13|-16|1000)/i;
			rand() < 0.1 ? 'NULL' : quoted($value)
		} @columns) . ')'
	} 1 .. 400) . ";\n";
}
$ddl .= "CREATE VIEW edge_view AS SELECT k, g, f, n, b, i, t FROM edge;\nCREATE INDEX edge_index ON edge (g);\nANALYZE;\n";
$node->safe_psql('postgres', $ddl);

# A summary of each kind, a model: where the extension has them.
my $has = sub { $node->safe_psql('postgres', "SELECT count(*) > 0 FROM pg_proc WHERE proname = '$_[0]'") eq 't' };
if ($has->('abc_summarize'))
{
	$pool{abc_summary} = [ split /\n/, $node->safe_psql('postgres', q{
		SELECT abc_summarize(f)::text FROM edge WHERE f > 0 UNION ALL SELECT abc_summarize(n)::text FROM edge
		UNION ALL SELECT abc_summarize(b)::text FROM edge UNION ALL SELECT abc_summarize(1::float8)::text}) ];
}
if ($has->('abc_create_model'))
{
	$node->safe_psql('postgres', q{
		SET ROLE regress_abc_random;
		SELECT abc_create_model('model', 'edge_view', 'k', 'i');
		SELECT abc_refresh('model')});
}
else { $pool{regclass} = [ grep { $_ ne 'model' } @{ $pool{regclass} } ] }

# Everything that can be called: not what takes "internal", nor triggers.
my @functions = map { [ split /\|/ ] } split /\n/, $node->safe_psql('postgres', q{
	SELECT p.oid::regproc, prokind, proretset, provolatile, (SELECT string_agg(format_type(t, NULL), ',' ORDER BY i) FROM unnest(proargtypes) WITH ORDINALITY AS a (t, i)), pronargdefaults
	FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
	WHERE e.extname = 'abc_tier' AND NOT 'internal'::regtype = ANY (proargtypes) AND prorettype <> 'trigger'::regtype ORDER BY p.oid});

my %columns_of;
push @{ $columns_of{ $_->[1] } }, $_->[0] foreach @columns;
$columns_of{float4} = ['f::float4'];
$columns_of{'double precision'} = ['f'];
$columns_of{bigint} = ['b'];
$columns_of{integer} = ['i'];

sub literal
{
	my ($type) = @_;

	return "NULL::$type" if rand() < 0.06;
	if ($type =~ /^(.*)\[\]$/)
	{
		my $element = $1;
		return "'{}'::$type" if rand() < 0.05;
		my $array = 'ARRAY[' . join(', ', map { literal($element) } 1 .. pick(1, 1, 2, 2, 3, 3, 4, 26)) . "]::$type";
		return rand() < 0.03 ? "ARRAY[$array, $array]" : $array;
	}
	return "NULL::$type" unless $pool{$type};
	return quoted(pick(@{ $pool{$type} })) . "::$type";
}

sub argument
{
	my ($type) = @_;

	return literal($type) if rand() < 0.5;
	if ($type =~ /^(.*)\[\]$/ && $columns_of{$1})
	{
		return 'ARRAY[' . join(', ', map { pick(@{ $columns_of{$1} }, literal($1)) } 1 .. pick(1, 2, 3, 4)) . "]::$type";
	}
	return $columns_of{$type} ? pick(@{ $columns_of{$type} }) : literal($type);
}

sub window
{
	return pick('()', '(PARTITION BY g)', '(ORDER BY k)', '(PARTITION BY g ORDER BY f DESC, k ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)',
		'(ORDER BY k ROWS BETWEEN 1 FOLLOWING AND 3 FOLLOWING EXCLUDE TIES)', '(PARTITION BY i)');
}

# Polymorphic parameters become one type: mostly a number's, for which there are such functions.
sub concrete
{
	my @types = @_;
	my $element = pick(qw(float8 float8 numeric numeric int8 int8 int4 int2 float4 text bool abc_tier date bytea jsonb float8[]));

	return map { /^any(?:compatible)?array$/ ? $element =~ s/\[\]//r . '[]' : /^any/ ? $element : $_ } @types;
}

sub statement
{
	my ($name, $kind, $set, $volatility, $types, $defaults) = @{ pick(@functions) };
	my @types = concrete(split /,/, $types // '');
	my $table = pick('edge', 'edge', 'poison', '(SELECT * FROM edge WHERE false) AS none', '(SELECT * FROM edge WHERE f > 0 AND n > 0 AND b > 0) AS good');
	my $rows = pick('', 'WHERE k = 7', 'WHERE k < 20', '');
	$rows = 'WHERE k < 20' if $volatility eq 'v' && !$rows;	# each call may be a whole refresh

	splice @types, @types - int rand($defaults + 1) if $defaults && rand() < 0.5;
	return "CALL $name(" . join(', ', map { literal($_) } @types) . ')' if $kind eq 'p';
	return "SELECT count(*) FROM (SELECT * FROM $name(" . join(', ', map { literal($_) } @types) . ') LIMIT 10000) AS called' if $set eq 't';
	my $arguments = join(', ', map { argument($_) } @types);
	if ($kind eq 'w')
	{
		return "SELECT count(r), max(r::text) FROM (SELECT $name($arguments) OVER " . window() . " AS r FROM $table $rows) AS called";
	}
	if ($kind eq 'a')
	{
		return "SELECT count(r), max(r::text) FROM (SELECT $name($arguments) FILTER (WHERE k % 3 > 0) OVER " . window() . " AS r FROM $table $rows) AS called"
		  if rand() < 0.3;
		return "SELECT count(r), max(r::text) FROM (SELECT $name(" . pick('', '', 'ALL ', @types == 1 ? 'DISTINCT ' : '') . "$arguments" . pick('', ' ') . ") AS r FROM $table $rows "
		  . pick('', 'GROUP BY g', 'GROUP BY GROUPING SETS ((), (g), (g, i))') . ') AS called';
	}
	return "SELECT count(r), max(r::text) FROM (SELECT $name($arguments) AS r FROM $table $rows) AS called";
}

# One session per batch: a crash ends only that, and memory is asked for at its end.
my %states;
my ($done, $grown, $peak) = (0, 0, 0);
my @bad;
while ($done < $calls)
{
	my $n = $calls - $done < 1000 ? $calls - $done : 1000;
	my @statements = map { statement() } 1 .. $n;
	my $work_mem = pick('64kB', '1MB', '4MB');
	my $script = "SET work_mem = '$work_mem'; SET statement_timeout = '" . 300 * $slow . "s'; SET client_min_messages = error;\nSET parallel_setup_cost = "
	  . pick(0, 1000) . "; SET debug_print_plan = off;\n\\set VERBOSITY sqlstate\n";
	my ($out, $err);

	$script .= "\\echo #$_\n$statements[$_];\n" foreach 0 .. $n - 1;
	$script .= "\\echo #memory\nRESET ROLE;\nSELECT sum(total_bytes) FROM pg_backend_memory_contexts;\n"
	  . "SELECT coalesce(substring(pg_read_file('/proc/' || pg_backend_pid() || '/status', 0, 4000, true) FROM 'VmHWM:\\s+(\\d+)'), '0');\n";
	IPC::Run::run [ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('postgres'), '-v', 'ON_ERROR_STOP=0' ],
	  '<', \"SET ROLE regress_abc_random;\n$script", '>', \$out, '2>&1';

	foreach my $block (split /^#/m, $out)
	{
		my ($at, $rest) = $block =~ /^(\w+)\n(.*)/s or next;
		if ($at eq 'memory')
		{
			my ($bytes, $high) = $rest =~ /(\d+)\s+(\d+)/;
			$grown = $bytes if defined $bytes && $bytes > $grown;
			$peak = $high if defined $high && $high > $peak;
			next;
		}
		my ($state) = $rest =~ /^ERROR:\s+(\w{5})$/m;
		$state //= $rest =~ /connection to server was lost|server closed the connection|FATAL|PANIC/ ? 'lost' : '00000';
		$states{$state}++;
		push @bad, "$state $statements[$at]" if $state =~ /^(?:XX|lost|53|58|08006|57014)/;
	}
	push @bad, "the batch from statement $done on did not reach its end" unless $out =~ /^#memory\n\d/m;
	$done += $n;
	last if @bad > 20;
	$node->poll_query_until('postgres', 'SELECT 1', '1') if grep { /^lost/ } @bad;
}
diag($_) foreach @bad;
is(scalar(@bad), 0, "$done random calls of " . scalar(@functions) . ' functions: '
	  . join(', ', map { "$_ $states{$_}" } sort keys %states));
cmp_ok($grown, '<', 50_000_000, "what a session holds after its calls: $grown bytes");
cmp_ok($peak, '<', 1_000_000, "the most a session has held: $peak kB");
cmp_ok($states{'00000'} // 0, '>', $done / 10, 'many calls succeed');
is(AbcTier::files_left($node), '0', 'no temporary file is left');

$node->stop;
done_testing();
