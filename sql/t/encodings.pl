# In a database of any encoding that has full-width characters a scheme takes their digits and signs for
# what they are, and leaves the names alone.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('encodings');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;

foreach my $encoding ('utf8', 'euc_cn', 'euc_jp', 'euc_kr')
{
	$node->safe_psql('postgres', "CREATE DATABASE $encoding ENCODING '$encoding' LOCALE 'C' TEMPLATE template0");
	$node->safe_psql($encoding, q{CREATE EXTENSION abc_tier; ALTER DATABASE } . $encoding . q{ SET client_encoding = 'UTF8'});
	is($node->safe_psql($encoding, q{SELECT abc_scheme '８０／９５；crossing　down', abc_scheme 'share 大客 ８０．５％／"０／" ９５／中'}),
		'share 80/95; crossing down|share 大客 80.5 / "０／" 95 / 中', "$encoding: digits, signs, blanks");
	my ($result, $output, $errors) = $node->psql($encoding, q{SELECT abc_scheme '８０／＋'});
	like($errors, qr{"８０／＋": expected a cut before "\+"}, "$encoding: a sign is read as such in an error, too");
}

$node->stop;
done_testing();
