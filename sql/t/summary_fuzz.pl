# Bytes from outside: every mutation of a summary is either refused with the one
# error that input has for it, or is a summary that reads back as it was written and
# that every function can work with.
#
#	ABC_FUZZ_TEXT		how many mutations of the text form, 6000 by default
#	ABC_FUZZ_BINARY		how many of the binary form, 1500 by default
#	ABC_FUZZ_SEED		1 by default
#
# The long run: ABC_FUZZ_TEXT=100000 ABC_FUZZ_BINARY=20000 TESTS=summary_fuzz make check

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use Test::More;

my $texts = $ENV{ABC_FUZZ_TEXT} // 6000;
my $binaries = $ENV{ABC_FUZZ_BINARY} // 1500;
my $seed = $ENV{ABC_FUZZ_SEED} // 1;
srand($seed);

my $node = AbcTier::new_node('summary_fuzz', 'jit = off', 'autovacuum = off');
$node->safe_psql('postgres', q{
	SELECT setseed(0.5);
	CREATE TABLE seed AS SELECT abc_summary_send(s) AS bytes FROM (
		SELECT abc_summarize(v) AS s FROM (VALUES (1::float8)) AS x (v)
		UNION ALL SELECT abc_summarize(v) FROM (VALUES (0::float8), (-1), (5e-324), (1.7976931348623157e308), (1), (1)) AS x (v)
		UNION ALL SELECT abc_summarize(v) FROM (VALUES (0::bigint), (1), (-9223372036854775808), (9223372036854775807), (77), (77)) AS x (v)
		UNION ALL SELECT abc_summarize(v) FROM (VALUES (0.00), (1.5), (-2.25), (1e40), (-1e-20), (77), (77)) AS x (v)
		UNION ALL SELECT abc_summarize(v) FROM (VALUES (repeat('9', 3000)::numeric), (('0.' || repeat('0', 2000) || '1')::numeric)) AS x (v)
		UNION ALL SELECT abc_summarize(exp(10 * random())) FROM generate_series(1, 3000)
		UNION ALL SELECT abc_summarize(round(exp(10 * random())::numeric, 2)) FROM generate_series(1, 3000)
		UNION ALL SELECT abc_summarize(5e-324 * id) FROM generate_series(1, 5) AS id
		UNION ALL SELECT abc_summarize((id * id)::bigint) FROM generate_series(1, 40) AS id) AS x;

	-- NULL if all is well with a text.
	CREATE FUNCTION fault(t text) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		s abc_summary;
	BEGIN
		BEGIN
			s := t::abc_summary;
		EXCEPTION WHEN invalid_text_representation OR invalid_parameter_value THEN
			RETURN NULL;
		END;
		-- digits are read as bytea reads them: in upper case, too, and with blanks
		IF s::text <> t::bytea::text THEN
			RETURN 'reads back as ' || s::text;
		END IF;
		PERFORM use(s), subtract(s, x::abc_summary), subtract(x::abc_summary, s)
		FROM (SELECT DISTINCT bytes::text AS x FROM seed WHERE length(bytes) < 1000) AS seeds;
		RETURN 'accepted';
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE || ' ' || SQLERRM;
	END $$;

	-- Of another summary either an error, or what gives the first one back when the other one is added.
	CREATE FUNCTION subtract(s abc_summary, part abc_summary) RETURNS void LANGUAGE plpgsql AS $$
	DECLARE
		rest abc_summary;
	BEGIN
		rest := abc_subtract(s, part);
		IF rest::text::abc_summary <> rest OR abc_merge(x) <> s FROM (VALUES (rest), (part)) AS t (x) THEN
			RAISE EXCEPTION 'subtracts wrongly';
		END IF;
	EXCEPTION WHEN invalid_parameter_value OR datatype_mismatch THEN
		NULL;
	END $$;

	-- Work with an accepted summary; its values may be negative or out of range, which are errors of their own.
	CREATE FUNCTION use(s abc_summary) RETURNS void LANGUAGE plpgsql AS $$
	DECLARE
		scheme text;
		merged abc_summary;
	BEGIN
		PERFORM abc_count(s);
		FOREACH scheme IN ARRAY ARRAY['80/95', 'count 15/50', 'top 2/4; ties up', 'fill 70+20; crossing down; ties down', 'value 5/1'] LOOP
			BEGIN
				PERFORM (SELECT array_agg(low) FROM abc_bounds(s, scheme)), abc_total(s);
				PERFORM FROM abc_bounds(s, scheme);
			EXCEPTION WHEN numeric_value_out_of_range THEN
				NULL;
			END;
		END LOOP;
		BEGIN
			PERFORM abc_gini(s), abc_hhi(s), abc_top_share(s, 0.2);
			PERFORM FROM abc_lorenz(s);
		EXCEPTION WHEN numeric_value_out_of_range THEN
			NULL;
		END;
		BEGIN
			SELECT abc_merge(x) INTO merged FROM (VALUES (s), (s), (NULL)) AS t (x);
			IF abc_count(merged) <> 2 * abc_count(s) OR merged::text::abc_summary::text <> merged::text THEN
				RAISE EXCEPTION 'merges wrongly';
			END IF;
			IF abc_subtract(merged, s) <> s OR abc_subtract(s, s) IS NOT NULL THEN
				RAISE EXCEPTION 'subtracts wrongly';
			END IF;
		EXCEPTION WHEN numeric_value_out_of_range THEN
			NULL;
		END;
	END $$;
});
my @seeds = map { pack('H*', $_) } split /\n/, $node->safe_psql('postgres', q{SELECT encode(bytes, 'hex') FROM seed});
my @short = grep { length($_) < 1000 } @seeds;

sub mutate
{
	# mostly the small ones: in them every byte matters
	my $bytes = rand() < 0.9 ? $short[ int(rand(@short)) ] : $seeds[ int(rand(@seeds)) ];
	foreach (1 .. 1 + int(rand() * rand() * 5))
	{
		my $at = int(rand(rand() < 0.5 ? length($bytes) : length($bytes) < 40 ? length($bytes) : 40));
		my $what = rand();
		last if length($bytes) == 0;
		if ($what < 0.3) { substr($bytes, $at, 1) ^= chr(1 << int(rand(8))); }
		elsif ($what < 0.5) { substr($bytes, $at, 1) = chr(int(rand(256))); }
		elsif ($what < 0.6) { substr($bytes, $at, 1) = chr((ord(substr($bytes, $at, 1)) + (rand() < 0.5 ? 1 : 255)) % 256); }
		elsif ($what < 0.7) { substr($bytes, $at, 1 + int(rand(4))) = ''; }
		elsif ($what < 0.8) { substr($bytes, $at, 0) = join('', map { chr(int(rand(256))) } 1 .. 1 + int(rand(4))); }
		elsif ($what < 0.85) { $bytes = substr($bytes, 0, $at); }
		elsif ($what < 0.9) { substr($bytes, $at, 4) = ("\x7f\xff\xff\xff", "\xff\xff\xff\xff", "\x80\0\0\0", "\0\0\0\0")[ int(rand(4)) ]; }
		elsif ($what < 0.95)
		{
			# the number of rows and a count in step, so that deeper checks are reached
			my $n = 1 + int(rand(100));
			substr($bytes, 12, 8) = pack('Q>', unpack('Q>', substr($bytes, 12, 8)) + $n) if length($bytes) > 28;
			substr($bytes, 20, 8) = pack('Q>', unpack('Q>', substr($bytes, 20, 8)) + $n) if length($bytes) > 28;
		}
		else { substr($bytes, $at, 1) = substr($bytes, int(rand(length($bytes))), 1); }
	}
	return $bytes;
}

my (%accepted, $refused);
my $bad = '';
for (my $done = 0; $done < $texts; $done += 2000)
{
	my $n = $texts - $done < 2000 ? $texts - $done : 2000;
	my @batch;
	foreach (1 .. $n)
	{
		my $text = '\x' . unpack('H*', mutate());
		# some are no hexadecimal text at all
		substr($text, int(rand(length($text))), 1) = ('g', 'A', ' ', '\\', "''", '')[ int(rand(6)) ] if rand() < 0.03;
		push @batch, $text;
	}
	my $out = $node->safe_psql('postgres', "SET standard_conforming_strings = on; SELECT t, f FROM (SELECT t, fault(t) AS f FROM (VALUES "
		  . join(', ', map { "('$_')" } @batch) . ') AS x (t)) AS x WHERE f IS NOT NULL');
	foreach (split /\n/, $out)
	{
		if (/\|accepted$/) { $accepted{$_} = 1; }
		else { $bad .= "$_\n"; }
	}
}
is($bad, '', "$texts mutations of the text: refused, or as good as any summary (" . keys(%accepted) . ' different ones)');

# The binary form, through COPY: one mutation a file, as an error ends a COPY.
my $directory = $node->basedir;
my $script = "\\set VERBOSITY sqlstate\nCREATE TEMP TABLE got (s abc_summary);\n";
foreach my $i (1 .. $binaries)
{
	my $bytes = mutate();
	open(my $out, '>:raw', "$directory/mutation$i") or die "mutation$i: $!";
	print $out "PGCOPY\n\xff\r\n\0", pack('NN', 0, 0), pack('nN', 1, length($bytes)), $bytes, pack('n', 0xffff);
	close($out);
	$script .= "\\copy got FROM '$directory/mutation$i' (FORMAT binary)\n";
}
$script .= "SELECT 'accepted ' || count(*) || ', ' || count(*) FILTER (WHERE fault(s::text) <> 'accepted') || ' of them bad' FROM got;\n";
my ($status, $stdout, $stderr) = $node->psql('postgres', $script, on_error_stop => 0);
my %states;
$states{ /ERROR:\s+(\w+)/ ? $1 : $_ }++ foreach grep { /ERROR|FATAL|PANIC|lost|closed/ } split /\n/, $stderr;
is(join(' ', sort keys %states), '22P03', "$binaries mutations of the binary form: one kind of error");
like($stdout, qr/^accepted \d+, 0 of them bad$/m, 'what was accepted is as good as any summary');
$stdout =~ /accepted (\d+)/;
cmp_ok(($states{'22P03'} // 0) + ($1 // 0), '==', $binaries, 'every mutation has an answer');

is($node->safe_psql('postgres', 'SELECT 1'), 1, 'the server lives');
done_testing();
