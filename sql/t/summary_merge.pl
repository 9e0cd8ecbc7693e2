# Merging summaries: whatever the split and the order, the bytes are those of the
# single summary; and these are what the definition says, worked out with whole
# numbers of any size.
#
#	ABC_MERGE_SPLITS	how many random splits of each column, 12 by default
#	ABC_MERGE_ROWS		how many rows, 5000 by default
#	ABC_MERGE_COLUMNS	names of columns, all by default
#
# The long run, one column of each kind of summary:
#	ABC_MERGE_COLUMNS='lognormal cents parcels' ABC_MERGE_SPLITS=1000 ABC_MERGE_ROWS=100000 TESTS=summary_merge make check

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use Math::BigInt;
use Test::More;

my $splits = $ENV{ABC_MERGE_SPLITS} // 12;
my $rows = $ENV{ABC_MERGE_ROWS} // 5000;

my $node = AbcTier::new_node('summary_merge', 'jit = off', 'autovacuum = off', 'max_parallel_workers_per_gather = 0');

# Columns by name: SQL expression over r = random(), id; float8 unless cast.
my %column = (
	uniform => '1000 * r',
	lognormal => 'exp(8 + 2 * sqrt(-2 * ln(1 - r)) * cos(6.283185307179586 * s))',
	wild => "CASE WHEN id % 50 = 0 THEN '-0' WHEN id % 3 = 0 THEN -power(10::float8, 600 * r - 300) ELSE power(10::float8, 600 * r - 300) END",
	all_exponents => 'CASE WHEN id % 9 = 0 THEN 5e-324 * floor(1 + 1e6 * s) ELSE power(2::float8, floor(r * 1010)) * power(2::float8, floor(s * 1010) - 1009) END
		* CASE WHEN id % 2 = 0 THEN -1 ELSE 1 END',
	narrow => '1e15 + floor(r * 3000)',
	equal => "42::float8",
	cents => 'round((exp(r * 12))::numeric, 2)',
	scales => 'round((1e6 * r * s)::numeric, (id % 9)::int) * CASE WHEN id % 7 = 0 THEN -1 ELSE 1 END',
	wide => '(id % 1000) * 1e30 + round(r::numeric, 15) * 1e-25',
	extremes => 'CASE WHEN id % 2 = 0 THEN trunc(r::numeric * 1e6) * power(10::numeric, (s * 200)::int) ELSE round(r::numeric * 1e9) * power(0.1::numeric, (s * 90)::int) END',
	integers => '(9.2e18 * r * s)::bigint * CASE WHEN id % 4 = 0 THEN -1 ELSE 1 END',
	parcels => 'floor(exp(r * 9) - 1)::bigint',
	ends => "CASE WHEN id % 2 = 0 THEN (-9223372036854775808)::bigint WHEN id % 3 = 0 THEN 9223372036854775807 ELSE (id % 5)::bigint END",);
my @columns = $ENV{ABC_MERGE_COLUMNS} ? split(' ', $ENV{ABC_MERGE_COLUMNS}) : sort keys %column;

$node->safe_psql('postgres', 'SELECT setseed(0.5); CREATE TABLE data AS SELECT id, '
	  . join(', ', map { "$column{$_} AS $_" } sort keys %column)
	  . " FROM (SELECT id, random() AS r, random() AS s FROM generate_series(1, $rows) AS id OFFSET 0) AS x");

# One random split after the other in a loop on the server.
$node->safe_psql('postgres', q{
	CREATE FUNCTION differing_splits(col text, splits int) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		whole abc_summary;
		merged abc_summary;
		shards int;
		differing int := 0;
	BEGIN
		EXECUTE format('SELECT abc_summarize(%I) FROM data', col) INTO whole;
		FOR i IN 1 .. splits LOOP
			shards := 1 + floor(random() * 50);
			-- parts merged in random order, in some runs by way of merged parts,
			-- each part read in random order and sent as text
			EXECUTE format('WITH part AS MATERIALIZED (
					SELECT floor(random() * $1) AS region, abc_summarize(v) AS s
					FROM (SELECT %I AS v, floor(random() * $1) AS shard FROM data ORDER BY random()) AS x
					GROUP BY shard)
				SELECT abc_merge(s::text::abc_summary ORDER BY random())
				FROM (SELECT abc_merge(s ORDER BY random()) AS s FROM part GROUP BY CASE WHEN $2 %% 2 = 0 THEN region ELSE random() END) AS x', col)
			USING shards, i INTO merged;
			IF merged::text <> whole::text OR abc_summary_send(merged) <> abc_summary_send(whole) THEN
				differing := differing + 1;
			END IF;
		END LOOP;
		RETURN differing;
	END $$;
});
is($node->safe_psql('postgres', "SELECT setseed(0.25), differing_splits('$_', $splits)"), "|0", "$splits splits of $_ merge to the same bytes")
  foreach @columns;

# Parallel workers, and merging without the aggregate.
$node->safe_psql('postgres', 'ALTER TABLE data SET (parallel_workers = 3)');
foreach my $column (@columns)
{
	is( $node->safe_psql('postgres', qq{
			CREATE TEMP TABLE alone AS SELECT abc_summarize($column)::text AS t FROM data;
			SET max_parallel_workers_per_gather = 3;
			SET parallel_setup_cost = 0;
			SET parallel_tuple_cost = 0;
			SET min_parallel_table_scan_size = 0;
			SELECT abc_summarize($column)::text = (SELECT t FROM alone) FROM data;
			SELECT abc_summary_combine(a, b) = abc_summary_combine(b, a), abc_summary_combine(a, b)::text = (SELECT t FROM alone),
				abc_summary_combine(a, NULL) = a, abc_summary_combine(NULL, b)::text = b::text
			FROM (SELECT abc_summarize($column) FILTER (WHERE id % 3 = 0) AS a, abc_summarize($column) FILTER (WHERE id % 3 > 0) AS b FROM data) AS x}),
		"t\nt|t|t|t", "$column in parallel and combined by hand");
}
like($node->safe_psql('postgres', q{
		SET max_parallel_workers_per_gather = 3;
		SET parallel_setup_cost = 0;
		SET parallel_tuple_cost = 0;
		SET min_parallel_table_scan_size = 0;
		EXPLAIN (COSTS off) SELECT abc_summarize(uniform), abc_summarize(cents) FROM data}),
	qr/Partial Aggregate/, 'the plan was parallel');

# ---------------------------------------------------------------------------
# The definition, worked out anew.
# ---------------------------------------------------------------------------

sub big { return Math::BigInt->new($_[0]); }

# Key of a float8 (given as 16 hex digits), unit exponent and mantissa.
sub float8_parts
{
	my ($hex) = @_;
	my $bits = hex(substr($hex, 0, 8)) % 2**31 * 2**32 + hex(substr($hex, 8));
	my $field = $bits >> 52;
	my $mantissa = $bits & (2**52 - 1);
	$mantissa |= 2**52 if $field > 0;
	return ($bits, $field || 1, $mantissa);
}

# Key of |n| * 10^-scale: exponent and fraction by division of whole numbers.
sub decimal_key
{
	my ($n, $scale) = @_;
	my $power = big(10)->bpow($scale);
	my $e = length($n->copy()->as_bin()) - length($power->copy()->as_bin());
	my $quotient = sub {
		my ($exponent) = @_;
		my ($a, $b) = ($n->copy, $power->copy);
		my $shift = 54 - $exponent;
		$shift >= 0 ? $a->blsft($shift) : $b->blsft(-$shift);
		return scalar $a->bdiv($b);
	};
	my $q = $quotient->($e);
	$q = $quotient->(--$e) if $q->bcmp(big(2)->bpow(54)) < 0;
	my $fraction = $q->bsub(big(2)->bpow(54))->numify;
	return 1 << 61 | ($e + 64) << 54 | $fraction if $e >= -64 && $e < 64;
	return 2 << 61 | ($e - 64) << 42 | $fraction >> 12 if $e >= 64;
	return ($e + 64 + (1 << 19)) << 42 | $fraction >> 12;
}

sub expected_summary
{
	my ($kind, @values) = @_;
	my ($scale, $zeros, @items) = (0, 0);

	if ($kind == 2)
	{
		foreach (@values) { $scale = length($1) if /\.(\d+)/ && length($1) > $scale; }
	}
	my %key;
	foreach my $value (@values)
	{
		my ($negative, $key, $unit, $amount);
		if ($kind == 0)
		{
			$negative = hex(substr($value, 0, 1)) >= 8;
			($key, $unit, $amount) = float8_parts($value);
			$amount = big($amount);
		}
		else
		{
			my ($whole, $decimals) = $value =~ /^-?(\d+)(?:\.(\d+))?$/;
			$decimals //= '';
			$negative = $value =~ /^-/;
			$amount = big($whole . $decimals . '0' x ($scale - length($decimals)));
			$key = $key{$amount} //= decimal_key($amount, $scale) if !$amount->is_zero;
		}
		if ($amount->is_zero) { $zeros++; next; }
		push @items, [ $negative ? 1 : 0, $key, $unit, $amount ];
	}
	my $shift = 0;
	while (1)
	{
		my %occupied = map { $_->[0] . '/' . ($_->[1] >> $shift) => 1 } @items;
		last if keys %occupied <= 2000;
		$shift++;
	}
	my %bucket;
	foreach my $item (@items)
	{
		my ($negative, $key, $unit, $amount) = @$item;
		my $index = $key >> $shift;
		if ($kind == 0)
		{
			my $base = $index << $shift >> 52 || 1;
			$amount = $amount->copy->blsft($unit - $base);
		}
		my $b = $bucket{ 1 - $negative }{$index} //= [ 0, big(0) ];
		$b->[0]++;
		$b->[1]->badd($amount);
	}
	my $varint = sub {
		my ($n) = @_;
		my $bytes = '';
		while ($n >= 128) { $bytes .= chr($n & 127 | 128); $n >>= 7; }
		return $bytes . chr($n);
	};
	my $n = 0;
	$n += keys %{ $bucket{$_} } foreach keys %bucket;
	my $out = pack('CCCCNNQ>Q>', 1, 0, $kind, $shift, $scale, $n, scalar(@values), $zeros);
	$out .= $varint->(scalar keys %{ $bucket{0} // {} });
	foreach my $sign (0, 1)
	{
		my $previous = 0;
		foreach my $index (sort { $a <=> $b } keys %{ $bucket{$sign} // {} })
		{
			my ($count, $sum) = @{ $bucket{$sign}{$index} };
			my $hex = substr($sum->as_hex, 2);
			$hex = "0$hex" if length($hex) % 2;
			$out .= $varint->($index - $previous) . $varint->($count) . $varint->(length($hex) / 2) . reverse(pack('H*', $hex));
			$previous = $index;
		}
	}
	return '\x' . unpack('H*', $out);
}

my $sample = $rows < 5000 ? $rows : 5000;
foreach my $column (@columns)
{
	my $type = $node->safe_psql('postgres', "SELECT pg_typeof($column) FROM data LIMIT 1");
	my $kind = { 'double precision' => 0, bigint => 1, numeric => 2 }->{$type};
	my $text = $kind == 0 ? "encode(float8send($column), 'hex')" : "$column\::text";
	my @values = split /\n/, $node->safe_psql('postgres', "SELECT $text FROM data WHERE id <= $sample");
	my $summary = $node->safe_psql('postgres', "SELECT abc_summarize($column) FROM data WHERE id <= $sample");
	my $expected = expected_summary($kind, @values);
	ok($summary eq $expected, sprintf('%s: %d values, shift %d, %d buckets, %d bytes', $column, scalar @values,
			unpack('x3C', pack('H*', substr($summary, 2))), unpack('x8N', pack('H*', substr($summary, 2))), length($summary) / 2 - 1));
	diag("$column:\n" . substr($summary, 0, 200) . "\n" . substr($expected, 0, 200)) if $summary ne $expected;
}

done_testing();
