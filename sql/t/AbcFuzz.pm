# AbcFuzz.pm - what the fuzzing TAP tests share: a C module that is compiled for
# the server under test, and what the extension has to offer.
package AbcFuzz;

use strict;
use warnings;

use Cwd qw(abs_path);
use FindBin;
use PostgreSQL::Test::Utils;

# Compile sql/t/fuzz/abc_fuzz.c with PGXS into the test's own directory; its path without the suffix.
sub build_module
{
	my $dir = "$PostgreSQL::Test::Utils::tmp_check/fuzz";
	my $config = $ENV{PG_CONFIG} // 'pg_config';
	my ($out, $err);
	my $pgxs;

	mkdir $dir;
	IPC::Run::run([ 'cp', "$FindBin::RealBin/fuzz/abc_fuzz.c", $dir ]) or die 'no source of the module';
	IPC::Run::run([ $config, '--pgxs' ], '>', \$pgxs) or die "$config does not run";
	chomp $pgxs;
	my @words = split ' ', $ENV{SANDBOX_MAKE} // '';
	IPC::Run::run(
		[
			'make', '-s', '-C', $dir, '-f', $pgxs, "PGXS=$pgxs", "PG_CONFIG=$config", 'MODULES=abc_fuzz', 'with_llvm=no',
			@words, 'abc_fuzz.so'
		],
		'>', \$out, '2>', \$err) or die "the module does not compile: $err";
	return abs_path("$dir/abc_fuzz");
}

# The base types of the extension, by name, with their schema.
sub types
{
	my ($node) = @_;
	my $list = $node->safe_psql('postgres', q{
		SELECT t.oid::regtype FROM pg_type AS t
		JOIN pg_depend AS d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
		JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
		WHERE e.extname = 'abc_tier' AND t.typtype = 'b' AND t.typcategory <> 'A' ORDER BY 1});
	return split /\n/, $list;
}

1;
