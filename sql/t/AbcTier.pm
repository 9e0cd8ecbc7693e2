# AbcTier.pm - a server of its own for a TAP test of abc_tier.
#
# The programs of the server under test are found through PATH, as
# PostgreSQL::Test::Cluster does.  TEMP_CONFIG in the environment names a file
# of further settings, for a server that must be told where the extension is;
# and C modules for tests that must look behind SQL.
package AbcTier;

use strict;
use warnings;

use Cwd qw(abs_path);
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

sub new_node
{
	my ($name, @settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => ['--encoding=UTF8']);	# whatever the locale is
	$node->append_conf('postgresql.conf', join("\n", 'restart_after_crash = on', @settings));
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION abc_tier');
	return $node;
}

# A node with two databases of one owner, clean and planted, and mallory, who attacks. The extension is in neither.
sub new_attacked_node
{
	my ($name) = @_;
	my $node = new_node($name);

	$node->safe_psql('postgres', 'CREATE ROLE owner LOGIN; CREATE ROLE mallory LOGIN');
	$node->safe_psql('postgres', "CREATE DATABASE $_ OWNER owner") foreach qw(clean planted);
	return $node;
}

sub as_user
{
	my ($node, $user, $database, $sql) = @_;
	return $node->safe_psql($database, $sql, extra_params => [ '-U', $user ]);
}

# How many temporary files are left of sessions that are over: psql does not wait for its backend, which removes them.
sub files_left
{
	my ($node) = @_;

	$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'client backend'})
	  or die 'a session does not end';
	return $node->safe_psql('postgres', 'SELECT count(*) FROM pg_ls_tmpdir()');
}

# Compile sql/t/modules/NAME.c, or the given text, with PGXS into the test's own directory; its path without the suffix.
sub build_module
{
	my ($name, $text) = @_;
	my $dir = "$PostgreSQL::Test::Utils::tmp_check/$name";
	my $config = $ENV{PG_CONFIG} // 'pg_config';
	my $sources = abs_path("$FindBin::RealBin/../../src");
	my ($out, $err);
	my $pgxs;

	mkdir $dir;
	$text //= PostgreSQL::Test::Utils::slurp_file("$FindBin::RealBin/modules/$name.c");
	PostgreSQL::Test::Utils::append_to_file("$dir/$name.c", $text);
	IPC::Run::run([ $config, '--pgxs' ], '>', \$pgxs) or die "$config does not run";
	chomp $pgxs;
	my @words = split ' ', $ENV{SANDBOX_MAKE} // '';
	IPC::Run::run(
		[
			'make', '-s', '-C', $dir, '-f', $pgxs, "PGXS=$pgxs", "PG_CONFIG=$config", "MODULES=$name", 'with_llvm=no',
			"PG_CPPFLAGS=-I$sources", @words, "$name.so"
		],
		'>', \$out, '2>', \$err) or die "the module does not compile: $err";
	return abs_path("$dir/$name");
}

1;
