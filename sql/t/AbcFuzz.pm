# AbcFuzz.pm - what the fuzzing TAP tests share: what the extension has to offer.
package AbcFuzz;

use strict;
use warnings;

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
