# AbcTier.pm - a server of its own for a TAP test of abc_tier.
#
# The programs of the server under test are found through PATH, as
# PostgreSQL::Test::Cluster does.  TEMP_CONFIG in the environment names a file
# of further settings, for a server that must be told where the extension is.
package AbcTier;

use strict;
use warnings;

use PostgreSQL::Test::Cluster;

sub new_node
{
	my ($name, @settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init;
	$node->append_conf('postgresql.conf', join("\n", 'restart_after_crash = on', @settings));
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION abc_tier');
	return $node;
}

1;
