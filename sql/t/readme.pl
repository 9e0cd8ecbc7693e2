# Every SQL block of the READMEs runs as printed, from the first to the last in one session, and a
# block of plain text that follows one is its output, but for blanks at the ends of lines.  So does every
# statement in a table.  A block "csv NAME [ENCODING]" is a file that the SQL finds in the current directory.
# Every section of README.md has its counterpart in README.zh-CN.md, which names it in a comment.

use strict;
use warnings;

use Encode;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# The blocks of a file: [first line's number, SQL, expected output or undef].
sub blocks
{
	my ($file) = @_;
	my $text = slurp_file($file);
	my @blocks;

	while ($text =~ /^```sql\n(.*?)^```\n(?:\s*^```\n(.*?)^```\n)?|^\|([^\n]*)$/msg)
	{
		my ($sql, $output, $row, $before) = ($1, $2, $3, substr($text, 0, $-[0]));
		my $line = 1 + ($before =~ tr/\n//);
		push @blocks, [ $line, $sql, $output ] if defined $sql;
		push @blocks, map { [ $line, "$_;\n", undef ] } $row =~ /`((?:SELECT|CALL) [^`]*)`/g if defined $row;
	}
	return @blocks;
}

# The files of a text, in a directory of their own.
sub files
{
	my ($file) = @_;
	my $text = slurp_file($file);
	my $dir = PostgreSQL::Test::Utils::tempdir();

	while ($text =~ /^```csv (\S+)(?: (\S+))?\n(.*?)^```\n/msg)
	{
		my ($name, $encoding, $lines) = ($1, $2 // 'UTF-8', $3);
		$encoding = 'cp936' if $encoding eq 'GB18030';		# Perl does not know it; the same bytes for common characters
		append_to_file("$dir/$name", encode($encoding, decode('UTF-8', $lines)));
	}
	return $dir;
}

sub trimmed
{
	my ($text) = @_;
	$text =~ s/[ \t]+$//mg;
	$text =~ s/^\n+|\n+$//g;
	return $text;
}

my @sections = slurp_file('README.md') =~ /^##+ (.*)$/mg;
my @counterparts = slurp_file('README.zh-CN.md') =~ /^##+ .*<!-- (.*) -->$/mg;
is(join("\n", sort @counterparts), join("\n", sort @sections), 'every section of README.md has its counterpart');

my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;

foreach my $file (grep { -e $_ } 'README.md', 'README.zh-CN.md')
{
	my @blocks = blocks($file);
	my $script = join("\\echo =====\n", map { $_->[1] } @blocks);
	my $database = $file =~ s/\W/_/gr;
	my $dir = files($file);
	my $output;

	cmp_ok(scalar(@blocks), '>', 0, "$file has SQL");
	$node->safe_psql('postgres', qq{CREATE DATABASE "$database"});
	IPC::Run::run [ 'psql', '-X', '-q', '-d', $node->connstr($database) ], '<', \$script, '>', \$output, '2>&1',
		init => sub { chdir $dir or die "cannot go to $dir: $!" };
	my @outputs = split /^=====\n/m, $output, -1;

	foreach my $block (@blocks)
	{
		my ($line, $sql, $expected) = @$block;
		my $got = shift @outputs // '(nothing)';
		if (defined $expected)
		{
			is(trimmed($got), trimmed($expected), "$file, line $line: output");
		}
		else
		{
			unlike($got, qr/^(?:psql.*)?ERROR:/m, "$file, line $line: runs");
		}
	}
}

$node->stop;
done_testing();
