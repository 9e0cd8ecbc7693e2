# Any type does for a key and for an attribute: three customers whose keys a
# careless cast would take for one another are told apart by refresh, explain,
# override, forget and the views, without a cast by the caller; keys of several
# columns; and a source whose columns are widened between two refreshes.
#
#	ABC_TYPES_ALL	every type; else those that are stored or compared in ways of their own

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use Test::More;

my $node = AbcTier::new_node('model_types', 'fsync = off', 'autovacuum = off');
my $citext = $node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'citext'});
$node->safe_psql('postgres', 'CREATE EXTENSION citext') if $citext;
$node->safe_psql('postgres', q{
	CREATE TYPE colour AS ENUM ('red', 'green', 'blue'); CREATE DOMAIN number_of_customer AS int CHECK (VALUE > 0);
	CREATE DOMAIN code AS varchar(8) CHECK (VALUE <> ''); CREATE TYPE pair AS (a int, b text);
	CREATE COLLATION without_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)});

sub literal { return defined $_[0] ? "'" . ($_[0] =~ s/'/''/gr) . "'" : 'NULL'; }

# The type, and keys in the form in which the model shows them.
my @keys = (
	[ 'char(5)', 'A', 'ALFKI', 'AL' ], [ 'bpchar', 'A', 'ALFKI', 'AL' ], [ 'varchar(5)', 'A', 'ALFKI', 'a' ], [ 'text', 'A', 'a', ' A' ],
	[ 'name', 'A', 'ALFKI', 'a' ], [ '"char"', 'A', 'b', 'c' ], [ 'text COLLATE without_case', 'A', 'B', 'straße' ],
	[ 'smallint', '1', '-2', '32767' ], [ 'integer', '1', '10', '-3' ], [ 'bigint', '9007199254740993', '9007199254740992', '3' ],
	[ 'numeric', '1.5', '15', '0.000000000000000000001' ], [ 'numeric(10,2)', '1.50', '15.00', '-0.01' ], [ 'real', '1.5', '0.1', '-3' ],
	[ 'double precision', '0.1', '0.30000000000000004', '0.3' ], [ 'boolean', 't', 'f' ],
	[ 'uuid', map { "0000000$_-0000-4000-8000-00000000000$_" } 1 .. 3 ], [ 'date', '2024-02-29', '2024-03-01', '1999-12-31' ],
	[ 'timestamp', '2024-02-29 12:00:00', '2024-02-29 12:00:00.000001', '1999-12-31 00:00:00' ],
	[ 'timestamptz', '2024-02-29 12:00:00+00', '2024-02-29 12:00:00.000001+00', '1999-12-31 00:00:00+00' ], [ 'time', '12:00:00', '13:00:00', '00:00:01' ],
	[ 'interval', '1 day', '25:00:00', '1 mon' ], [ 'bit(3)', '100', '101', '010' ], [ 'varbit', '1', '101', '10' ],
	[ 'bytea', '\\x00', '\\x0041', '\\x41' ], [ 'inet', '10.0.0.1/32', '10.0.0.0/8', '::1/128' ], [ 'cidr', '10.0.0.0/8', '10.1.0.0/16', '::/0' ],
	[ 'macaddr', '08:00:2b:01:02:03', '08:00:2b:01:02:04', '08:00:2b:01:02:05' ], [ 'oid', '1', '2', '4294967295' ],
	[ 'colour', 'red', 'green', 'blue' ], [ 'number_of_customer', '1', '10', '2' ], [ 'code', 'A', 'a', 'AB' ],
	[ 'text[]', '{a,b}', '{a}', '{"a,b"}' ], [ 'int4range', '[1,3)', '[1,4)', 'empty' ], [ 'pair', '(1,a)', '(1,b)', '(2,a)' ],
	[ 'jsonb', '{"a": 1}', '[1]', '"a"' ], $citext ? [ 'citext', 'A', 'B', 'c' ] : ());

my %other = map { $_ => 1 } ('varchar(5)', 'text', '"char"', 'integer', 'bigint', 'numeric', 'real', 'date', 'timestamp', 'time', 'interval', 'varbit',
	'inet', 'cidr', 'macaddr', 'oid', 'number_of_customer', 'int4range');
my @tried = grep { $ENV{ABC_TYPES_ALL} || !$other{ $_->[0] } } @keys;

# What goes from a source with such keys through a model: the answers.
sub life_of
{
	my ($type, @texts) = @_;
	my @rows = map { '(' . literal($texts[$_]) . ', ' . (10**(2 - $_)) . ')' } 0 .. $#texts;
	my ($code, $out, $err) = $node->psql('postgres', join("\n",
		'SET client_min_messages = error; SET timezone = UTC; CREATE SCHEMA trial; SET search_path = trial, public;',
		"CREATE TABLE source (id $type, v numeric); INSERT INTO source VALUES " . join(', ', @rows) . ';',
		q{SELECT abc_create_model('m', 'source', 'id', 'v', 'value 100/10') IS NOT NULL;},
		q{SELECT abc_refresh('m', '2024-01-31');}, q{SELECT abc_refresh('m', '2024-02-29');},
		q{SELECT string_agg(id::text || ' ' || tier, '; ' ORDER BY tier) FROM m;},
		map({ "SELECT string_agg(says, '') FROM abc_explain('m', " . literal($_) . ") WHERE topic = 'customer';" } @texts),
		"SELECT abc_override('m', " . literal($texts[1]) . ", 'C', 'by hand', begins => '2024-02-29') IS NOT NULL;",
		q{SELECT string_agg(id::text || ' ' || tier || ' ' || decided_by, '; ' ORDER BY value DESC) FROM m;},
		q{DELETE FROM source WHERE v = (SELECT min(v) FROM source); SELECT abc_refresh('m', '2024-03-31', force => true);},
		q{SELECT string_agg(id::text || ' ' || decided_by, '; ' ORDER BY best_value DESC) FROM m;},
		q{SELECT count(*), count(DISTINCT id::text) FROM m_history WHERE valid_to IS NULL;},
		"SELECT abc_forget('m', " . literal($texts[0]) . ') IS NOT NULL;',
		q{SELECT string_agg(id::text, '; ' ORDER BY best_value DESC) FROM m;}), on_error_stop => 1);
	$node->safe_psql('postgres', 'SET client_min_messages = error; DROP SCHEMA trial CASCADE');
	return $code == 0 ? $out : $err;
}

foreach my $key (@tried)
{
	my ($type, @texts) = @$key;
	my @tiers = ('A', 'B', 'C');
	my @by = ('computed', 'override', 'computed');
	my @now = ($tiers[0], 'C', 'C');
	my $last = $#texts;
	my @shown = map { $type ne 'boolean' ? $_ : $_ eq 't' ? 'true' : 'false' } @texts;	# booleans as text
	my $right = join("\n", 't', 1, 2,
		join('; ', map { "$shown[$_] $tiers[$_]" } 0 .. $last), @texts, 't',
		join('; ', map { "$shown[$_] $now[$_] $by[$_]" } 0 .. $last), 3,
		join('; ', map { $_ == $last ? "$shown[$_] gone" : "$shown[$_] $by[$_]" } 0 .. $last),
		@texts . '|' . @texts, 't', join('; ', @shown[ 1 .. $last ]));
	is(life_of($type, @texts), $right, "key of type $type");
}

# Attributes of every type: shown, and as plain types.
my @attributes = map { "$_->[0]" } @keys;
push @attributes, qw(json xml point money tsvector);
my %sample = (json => '{"b":1}', xml => '<a/>', point => '(1,2)', money => '1', tsvector => "'a'", map { $_->[0] => $_->[1] } @keys);
my $columns = join(', ', map { "a$_ $attributes[$_]" } 0 .. $#attributes);
$node->safe_psql('postgres', "SET client_min_messages = error; CREATE TABLE many (id int, v int, $columns); INSERT INTO many VALUES (1, 5, "
	  . join(', ', map { literal($sample{$_}) } @attributes) . '), (2, 3' . (', NULL' x @attributes) . q{);
	SELECT abc_create_model('many_model', 'many', 'id', 'v', attributes => ARRAY(SELECT 'a' || i FROM generate_series(0, }
	  . $#attributes . q{) AS i)); SELECT abc_refresh('many_model', '2024-01-31'); UPDATE many SET v = 6; SELECT abc_refresh('many_model', '2024-02-29')});
is($node->safe_psql('postgres', 'SELECT count(*) FROM many_model WHERE id = 1 AND num_nulls(' . join(', ', map { "a$_" } 0 .. $#attributes) . ') = 0'), '1', 'attributes of every type');
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT format_type(atttypid, NULL), ', ') FROM pg_attribute WHERE attrelid = 'many_model'::regclass AND attnum > 0
	AND atttypid NOT IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'numeric'::regtype, 'real'::regtype, 'double precision'::regtype, 'text'::regtype, 'boolean'::regtype, 'date'::regtype, 'timestamp'::regtype)}),
	'', 'are shown in plain types');

# Partitions of every type that GROUP BY takes.
foreach my $n (grep { $ENV{ABC_TYPES_ALL} || $_ % 4 == 0 } 0 .. $#keys)
{
	my ($code, $out, $err) = $node->psql('postgres', qq{SET client_min_messages = error;
		SELECT abc_create_model('p', 'many', 'id', 'v', partition_by => '{a$n}'); SELECT abc_refresh('p', '2024-01-31'); SELECT abc_refresh('p', '2024-02-29');
		SELECT count(*), count(DISTINCT run) FROM p_trend WHERE customers > 0; SELECT abc_drop_model('p')}, on_error_stop => 1);
	like("$out$err", qr/^4\|2$/m, "partition of type $attributes[$n]");
}

# Keys of several columns.
is($node->safe_psql('postgres', q{SET client_min_messages = error;
	CREATE TABLE branches (company text, customer int, v numeric); INSERT INTO branches VALUES ('a,b', 1, 50), ('a', 1, 30), ('a', 2, 20), (NULL, 2, 1), ('a', NULL, 2);
	SELECT abc_create_model('b', 'branches', '{company,customer}', 'v', 'top 1/2', attributes => '{customer}') IS NOT NULL; SELECT abc_refresh('b', '2024-01-31');
	SELECT company, customer, tier FROM b ORDER BY value DESC; SELECT abc_override('b', '{"a,b",1}', 'C', 'by hand', begins => '2024-01-31') IS NOT NULL;
	SELECT company, customer, tier FROM b WHERE decided_by = 'override'; SELECT says FROM abc_explain('b', '{a,2}') WHERE topic = 'tier';
	SELECT without_customer, customers FROM b_run}),
	"t\n1\na,b|1|A\na|1|B\na|2|C\nt\na,b|1|C\nC since 2024-01-31\n3|3", 'keys of several columns');

# A source whose columns are widened, renamed types and all: nothing to alter, nothing of the past changes.
is($node->safe_psql('postgres', q{SET client_min_messages = error;
	CREATE TABLE wide (id smallint, v numeric(6,2), c varchar(5), n smallint, d date); INSERT INTO wide VALUES (1, 1234.56, 'north', 1, '2024-01-01'), (2, 0.49, 'n', 2, NULL);
	SELECT abc_create_model('w', 'wide', 'id', 'v', partition_by => '{c}', attributes => '{n}', first_order => 'd') IS NOT NULL; SELECT abc_refresh('w', '2024-01-31');
	ALTER TABLE wide ALTER id TYPE bigint, ALTER v TYPE numeric, ALTER c TYPE text, ALTER n TYPE bigint, ALTER d TYPE timestamp;
	INSERT INTO wide VALUES (3000000000, 0.001, 'north-west and more', 3000000000, '2024-02-01 12:00'); SELECT abc_refresh('w', '2024-02-29');
	ALTER TABLE wide ALTER v TYPE bigint USING v::bigint; SELECT abc_refresh('w', '2024-03-31');
	SELECT id, value, c, n, first_order FROM w ORDER BY id; SELECT run, c, value FROM w_trend WHERE value > 0 AND run < 3 ORDER BY run, c}),
	"t\n1\n2\n3\n1|1235|north|1|2024-01-01\n2|0|n|2|\n3000000000|0|north-west and more|3000000000|2024-02-01\n"
	  . "1|n|0.49\n1|north|1234.56\n2|n|0.49\n2|north|1234.56\n2|north-west and more|0.001", 'widened and narrowed columns');

done_testing();
