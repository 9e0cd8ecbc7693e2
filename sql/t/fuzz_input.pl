# Whatever bytes a client sends as a value of our types, as text or binary: it is refused with a clean
# error or understood, and what is understood goes out and comes in again unchanged.
#
#	ABC_FUZZ_INPUTS		mutants of each type, as text and as binary; 20,000 by default
#	ABC_FUZZ_SEED		another number, other mutants
#
# The long run: ABC_FUZZ_INPUTS=1000000 TESTS=fuzz_input make check

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcFuzz;
use AbcTier;
use PostgreSQL::Test::Utils;
use Test::More;

my $inputs = $ENV{ABC_FUZZ_INPUTS} // 20000;
my $seed = $ENV{ABC_FUZZ_SEED} // 6;
my $node = AbcTier::new_node('fuzz_input');
my $module = AbcTier::build_module('abc_fuzz');

$node->safe_psql('postgres', qq{
	CREATE FUNCTION abc_fuzz(regtype, text[], bigint, boolean, bigint) RETURNS text STRICT LANGUAGE C AS '$module', 'abc_fuzz'});

# Texts to begin with; a query for what cannot be written by hand.
my %seeds = (
	abc_tier => q{'{A,B,Z}'},
	abc_scheme => q{ARRAY['80/95', 'share 80+15+5', 'count 15/50; ties up', 'top 50/200', 'value >5000/500', 'value 1e300/-0.5',
		'fill 70+20; crossing down; ties down; negative drop', 'share platinum 50 / gold 80 / "Key ""account""" 95 / lead',
		'share 铂金 80 / "金 牌"', 'count 0.000000000000001/33.3/100']},
	abc_exact_sums => q{(SELECT array_agg(s) FROM (
		SELECT abc_score_state(x, w)::text AS s FROM (VALUES (1::float8, 2::float8), (1e300, 1e-300), (-5e-324, 1)) v (x, w) GROUP BY x, w
		UNION ALL SELECT abc_score_state(x, w)::text FROM (VALUES (1.5, 2), (-1e100, 1e-20), (1e30000, 0.1)) v (x, w) GROUP BY x, w) t)},
	abc_summary => q{(SELECT array_agg(s) FROM (
		SELECT abc_summarize(x)::text AS s FROM generate_series(1, 50) AS i, LATERAL (VALUES (i::float8), (-i * 1e10), (exp(i)), (0)) v (x) GROUP BY i % 3
		UNION ALL SELECT abc_summarize(i::bigint)::text FROM generate_series(-9, 99) AS i
		UNION ALL SELECT abc_summarize(i * 0.01)::text FROM generate_series(-9, 99) AS i
		UNION ALL SELECT abc_summarize(i * 1e40)::text FROM generate_series(-9, 9) AS i) t)},);

# The state of abc_weighted_score, seen from outside.
$node->safe_psql('postgres', q{
	CREATE AGGREGATE abc_score_state(float8, float8) (SFUNC = abc_weighted_score_transfn, STYPE = abc_exact_sums);
	CREATE AGGREGATE abc_score_state(numeric, numeric) (SFUNC = abc_weighted_score_transfn, STYPE = abc_exact_sums)})
  if grep { $_ eq 'abc_exact_sums' } AbcFuzz::types($node);

foreach my $type (AbcFuzz::types($node))
{
	ok($seeds{$type}, "$type has seeds") or next;
	foreach my $binary (0, 1)
	{
		my $way = $binary ? 'binary' : 'text';
		my ($code, $out, $err) = $node->psql('postgres',
			"SELECT abc_fuzz('$type', ($seeds{$type})::text[], $inputs, cast($binary AS boolean), $seed)");
		is($code, 0, "$type, $way: $out");
		diag($err) if $code;
	}
}

$node->stop;
done_testing();
