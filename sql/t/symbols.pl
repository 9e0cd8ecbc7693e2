# No name of ours can meet a name of another module.
#
# Modules are loaded with RTLD_GLOBAL: a function that is not hidden binds to the first of its name, in
# whatever module. So the module shows the names that PostgreSQL looks for, all of them with a prefix, and no
# other; and it works where another module has taken every name that its files share among themselves.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use Cwd qw(abs_path);
use Test::More;

# Names defined in object files, by nm; their kinds are letters, large if the linker may take them for others.
sub names
{
	my ($out, $err);

	IPC::Run::run([ 'nm', '--defined-only', @_ ], '>', \$out, '2>', \$err) or die "nm: $err";
	return map { /^[0-9a-f]+ [A-TV-Z] (\S+)$/ ? $1 : () } split /\n/, $out;
}

my $top = abs_path("$FindBin::RealBin/../..");
my @shown = names('-D', "$top/abc_tier.so");
my $prefixed = qr/^(pg_finfo_)?abc_|^Pg_magic_func$|^_/;
my @other = grep { !/$prefixed/ } @shown;
cmp_ok(scalar @shown, '>', 100, 'the module shows the functions that SQL calls');
is("@other", '', 'and nothing else');

my %taken = map { $_ => 1 } grep { !/$prefixed/ } names(glob("$top/src/*.o $top/src/*/*.o $top/src/*/*/*.o"));
cmp_ok(scalar keys %taken, '>', 100, 'its files share names');

my $thief = AbcTier::build_module('abc_thief', join('',
	"#include \"postgres.h\"\n#include \"fmgr.h\"\nPG_MODULE_MAGIC;\n",
	map { "extern PGDLLEXPORT void $_(void);\nvoid $_(void) { elog(PANIC, \"$_ of another module\"); }\n" } sort keys %taken));
my $node = AbcTier::new_node('symbols', "shared_preload_libraries = '$thief'");
$node->safe_psql('postgres', 'CREATE TABLE x AS SELECT i + 0.5::float8 AS v, round(i, 2) AS n FROM generate_series(1, 9) AS i');
foreach my $jit ('off', 'on')
{
	# compiled code, too, binds its calls by name
	is($node->safe_psql('postgres', qq{
		SET jit = $jit; SET jit_above_cost = 0; SET jit_inline_above_cost = 0; SET jit_optimize_above_cost = 0;
		SELECT string_agg(t::text, '' ORDER BY v DESC), abc_cutoffs(v), abc_gini(n) < 1, abc_weighted_score(n, v) > 0,
			abc_count(abc_summarize(n)), abc_hhi(v) > 0, max(s) > 0, bool_and(abc_assign(v, '{6.5,3.5}') = 'A') FILTER (WHERE t < 'C')
		FROM (SELECT v, n, abc_classify(v, 'share A 80/B 95/C') OVER () AS t, abc_score(ARRAY[v, -v], ARRAY[1, 2]) OVER () AS s
			FROM x) AS x}),
		'AAAAAABBC|{4.5,2.5}|t|t|9|t|t|f', "the extension works beside a module that has taken them, jit = $jit");
}
done_testing();
