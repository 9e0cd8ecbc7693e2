# AbcRandom.pm - random partitions and schemes for the differential test.
#
# A partition is a hash: type, values (texts as SQL takes them, undef for NULL),
# keep (flags, for FILTER), weights (doubles, undef for NULL) and scheme.  Everything comes from rand(), hence from
# one srand().
package AbcRandom;

use strict;
use warnings;

use Math::BigInt;
use POSIX qw(DBL_MAX ldexp nextafter);

our @types = qw(float8 numeric bigint);
our @rules = qw(share count top value fill);

sub pick { return $_[ int(rand(@_)) ]; }
sub chance { return rand() < $_[0]; }

# An integer from low to high, both included.
sub between { return $_[0] + int(rand($_[1] - $_[0] + 1)); }

sub digits { return join('', map { int(rand(10)) } 1 .. $_[0]); }

sub text_of_double { return sprintf('%.17g', $_[0]); }

# ---------------------------------------------------------------------------
# Values.  Each shape returns texts of one type.
# ---------------------------------------------------------------------------

sub normal
{
	return sqrt(-2 * log(1 - rand())) * cos(6.283185307179586 * rand());
}

# A double of any exponent, mantissa of few or all bits.
sub wild_double
{
	my $mantissa = chance(0.5) ? 1 + rand() : between(1, 7);
	return ldexp($mantissa, between(-1070, 1020));
}

my %shape = (
	float8 => {
		few => sub { between(0, 5) },
		cents => sub { sprintf('%.2f', exp(3 + 2 * normal())) },
		tenths => sub { pick('0.1', '0.2', '0.3', '0.7', '0.8') },
		wild => sub { text_of_double(wild_double()) },
		both_ends => sub { pick('1e-300', '1e300', '3e-300', '2.5e299', '1') },
		subnormal => sub { text_of_double(ldexp(between(1, 40), -1074)) },
		huge => sub { text_of_double(pick(DBL_MAX, DBL_MAX / 2, DBL_MAX / 4, 1e308, 1)) },
		neighbours => sub {
			my $double = 1000;
			$double = nextafter($double, 2000) for 1 .. between(0, 3);
			text_of_double($double);
		},
		random => sub { text_of_double(rand(1000)) },
		powers => sub { text_of_double(ldexp(1, between(-60, 60))) },
	},
	numeric => {
		few => sub { between(0, 5) },
		cents => sub { sprintf('%.2f', exp(3 + 2 * normal())) },
		tenths => sub { pick('0.1', '0.10', '0.2', '0.200', '0.3') },
		mixed_scales => sub {
			my $scale = between(0, 8);
			between(0, 9999) . ($scale ? '.' . digits($scale) : '');
		},
		twenty_digits => sub { between(1, 9) . digits(19) },
		twenty_and_small => sub { chance(0.5) ? '9' . digits(19) : '0.' . digits(9) },
		sixty_digits => sub { between(1, 9) . digits(19) . '.' . digits(40) },
		edge_of_128 => sub {
			pick('170141183460469231731687303715884105727',
				'170141183460469231731687303715884105728',
				'85070591730234615865843651857942052864',
				'17014118346046923173168730371588410572.7',
				'9223372036854775808', '0.0000000000000000001');
		},
		both_ends => sub {
			pick('1' . '0' x 300, '0.' . '0' x 299 . '1', '1', '2.50');
		},
		beyond_float8 => sub {
			pick('1' . '0' x 400, '3' . '0' x 399, '0.' . '0' x 399 . '1', '0.' . '0' x 340 . '7');
		},
		long_groups => sub { between(1, 9) . '0' x between(0, 30) . '.' . '0' x between(1, 20) . '1' },
	},
	bigint => {
		few => sub { between(0, 5) },
		hundreds => sub { between(0, 500) },
		lognormal => sub { int(exp(8 + 3 * normal())) },
		extremes => sub {
			pick('9223372036854775807', '9223372036854775806', '4611686018427387904', '1');
		},
		big => sub { '8' . digits(between(0, 18)) },
		powers => sub { 1 << between(0, 62) },
	});

# Rows whose total is exactly 1000 units, so that every partial sum is a share
# with one decimal: the cuts are met exactly, or missed by a hair.
sub round_thousand
{
	my ($type) = @_;
	my @units;
	my $left = 1000;

	while ($left > 0)
	{
		my $unit = pick(1, 5, 10, 25, 50, 100, between(1, 300));
		$unit = $left if $unit > $left;
		push @units, $unit;
		$left -= $unit;
	}
	@units = sort { $b <=> $a } @units;

	if ($type eq 'float8')
	{
		my $exponent = pick(0, -1, 30, -1000, 900);
		return (\@units, map { text_of_double(ldexp($_, $exponent)) } @units);
	}
	if ($type eq 'numeric')
	{
		my $form = pick('%d', '%d.00', '0.%04d', '%d' . '0' x 40, '0.' . '0' x 40 . '%04d');
		return (\@units, map { sprintf($form, $_) } @units);
	}
	my $factor = pick(1, 7, 1_000_000_007);
	return (\@units, map { $_ * $factor } @units);
}

sub negated
{
	my ($text) = @_;

	return "$text" eq '0' ? 0 : "-$text";
}

# What happens to a clean column: NULLs, zeros, negative values.
sub dirty
{
	my ($type, $values, $negatives) = @_;

	foreach my $value (@$values)
	{
		$value = undef if chance(0.1);
	}
	if (chance(0.5))
	{
		my @zeros =
			$type eq 'float8' ? ('0', '-0')
		  : $type eq 'numeric' ? ('0', '0.000')
		  : ('0');
		push @$values, pick(@zeros) for 1 .. between(1, 4);
	}
	if ($negatives)
	{
		my $share = pick(0.1, 0.5, 1);
		foreach my $value (@$values)
		{
			$value = negated($value)
			  if defined $value && $value !~ /^-/ && chance($share);
		}
		push @$values, '-9223372036854775808' if $type eq 'bigint' && chance(0.1);
		push @$values, text_of_double(-DBL_MAX) if $type eq 'float8' && chance(0.1);
	}
	return;
}

# ---------------------------------------------------------------------------
# Schemes.
# ---------------------------------------------------------------------------

# A percentage as text to the cut as an exact fraction of one.
sub fraction
{
	my ($percent) = @_;
	my ($whole, $decimals) = $percent =~ /^(\d+)(?:\.(\d+))?$/ or die $percent;

	$decimals //= '';
	my $num = $whole . $decimals;
	my $den = '100' . '0' x length($decimals);
	return length($den) < 8
	  ? [ 0 + $num, 0 + $den ]
	  : [ Math::BigInt->new($num), Math::BigInt->new($den) ];
}

sub trimmed
{
	my ($decimal) = @_;

	$decimal =~ s/\.?0+$// if $decimal =~ /\./;
	return $decimal;
}

# Distinct percentages, rising, as integers of 10^-decimals per cent.
sub rising
{
	my ($count, $decimals) = @_;
	my $unit = 10**$decimals;
	my %seen;

	$count = 100 if $count > 100;
	while (keys %seen < $count)
	{
		my $cut = chance(0.03) ? 100 * $unit : between(1, 100 * $unit);
		$seen{$cut} = 1;
	}
	return sort { $a <=> $b } keys %seen;
}

sub percent
{
	my ($units, $decimals) = @_;

	return $units if $decimals == 0;
	my $digits = sprintf('%0*d', $decimals + 1, $units);
	substr($digits, -$decimals, 0, '.');
	return trimmed($digits);
}

# Cuts that could be taken for fractions of 1 are written with their sign.
sub with_signs
{
	my (@percentages) = @_;
	return (grep { $_ > 1 } @percentages) ? @percentages : map { "$_%" } @percentages;
}

sub number_of_cuts { return pick(1, 1, 2, 2, 2, 2, 3, 3, 4, between(5, 25)); }

# Cumulative percentages for share and count.
sub percentages
{
	return ('80', '95') if chance(0.2);
	my $decimals = pick(0, 0, 1, 2, 3, 9);
	return map { percent($_, $decimals) } rising(number_of_cuts(), $decimals);
}

# Percentages that the rows meet exactly, some moved by a hair.
sub exact_percentages
{
	my ($units) = @_;
	my ($sum, %seen) = (0);

	foreach my $unit (@$units)
	{
		$sum += $unit;
		$seen{$sum} = 1;
	}
	my @sums = grep { chance(0.4) || keys %seen == 1 } sort { $a <=> $b } keys %seen;
	@sums = ($sum) if !@sums;
	splice(@sums, 25) if @sums > 25;
	return map {
		my $hair = $_ < 1000 && chance(0.3) ? pick(1, -1) : 0;
		percent($_ . '00000000' + $hair, 9);
	} @sums;
}

sub cumulative_scheme
{
	my ($rule, @percentages) = @_;
	my @written = with_signs(@percentages);
	my $text = join('/', @written);
	my $named = 0;

	# The same as widths, where the last of them is not nothing.
	if (chance(0.3) && !grep { /\./ } @percentages and $percentages[-1] < 100)
	{
		my $before = 0;
		my @widths;
		foreach my $cut (@percentages, 100)
		{
			push @widths, $cut - $before;
			$before = $cut;
		}
		$text = join('+', @widths);
	}
	elsif (chance(0.1))
	{
		my @names = map { "t$_" } 0 .. @percentages;
		$named = 1;
		$text = join(' / ', map { "$names[$_] $written[$_]" } 0 .. $#percentages);
		$text .= " / $names[-1]";
	}
	return {
		rule => $rule,
		cuts => [ map { fraction($_) } @percentages ],
		text => $rule eq 'share' && !$named && chance(0.2) ? $text : "$rule $text"
	};
}

sub fill_scheme
{
	my ($units) = @_;
	my @widths;

	if ($units)
	{
		my $left = 1000;
		my @rest = @$units;
		while (@rest && @widths < 25)
		{
			my $sum = 0;
			$sum += shift @rest for 1 .. between(1, scalar @rest);
			last if $sum > $left;
			push @widths, percent($sum, 1);
			$left -= $sum;
			last if chance(0.3);
		}
		pop @widths if $left <= 0 && @widths > 1;
		@widths = ('70', '20') if $left <= 0;
	}
	else
	{
		my $decimals = pick(0, 0, 1, 3);
		my $before = 0;
		foreach my $cut (rising(number_of_cuts(), $decimals))
		{
			last if $cut >= 100 * 10**$decimals;
			push @widths, percent($cut - $before, $decimals);
			$before = $cut;
		}
		@widths = ('70', '20') if !@widths;
	}
	return {
		rule => 'fill',
		cuts => [ map { fraction($_) } @widths ],
		text => 'fill ' . join('+', with_signs(@widths))
	};
}

sub top_scheme
{
	my ($rows) = @_;
	my %seen;

	$seen{ between(1, chance(0.8) ? $rows + 3 : 1_000_000) } = 1 for 1 .. number_of_cuts();
	my @cuts = sort { $a <=> $b } keys %seen;
	my @widths = map { $cuts[$_] - ($_ ? $cuts[ $_ - 1 ] : 0) } 0 .. $#cuts;
	return {
		rule => 'top',
		cuts => \@cuts,
		text => 'top ' . (chance(0.2) ? join('+', @widths) : join('/', @cuts))
	};
}

# A plain decimal for anything read_values takes.
sub plain
{
	my ($text) = @_;

	return $text if $text !~ /e/i && length($text) < 400;
	my ($sign, $whole, $fraction, $exponent) =
	  $text =~ /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i or die $text;
	$fraction //= '';
	$exponent //= 0;
	my $digits = $whole . $fraction;
	my $point = length($whole) + $exponent;
	$digits = '0' x (1 - $point) . $digits, $point = 1 if $point < 1;
	$digits .= '0' x ($point - length($digits)) if $point > length($digits);
	my $plain = substr($digits, 0, $point) . '.' . substr($digits, $point);
	$plain =~ s/\.$//;
	$plain =~ s/^0+(?=\d)//;
	return $sign . trimmed($plain);
}

sub value_scheme
{
	my ($type, @values) = @_;
	my @candidates = grep { defined } @values;
	my %cuts;

	push @candidates, pick('0', '1', '-1', '0.5', '12.345', '5000', '500');
	push @candidates, pick('1' . '0' x 19, '1' . '0' x 320, '0.' . '0' x 330 . '1',
		'-1' . '0' x 320, '9223372036854775807', '9223372036854775806.5',
		'-9223372036854775808.5')
	  for 1 .. pick(0, 0, 0, 0, 3);
	foreach (1 .. number_of_cuts())
	{
		my $text = plain(pick(@candidates));
		$text = plain('0') if $text =~ /^-0(\.0*)?$/;
		$text .= ($text =~ /\./ ? '' : '.') . pick('5', '01', '25') if chance(0.2);
		$text = trimmed($text);
		my $value = AbcOracle::value_of_decimal($text);
		my $key = $value->{num} . 'e' . $value->{exp};
		$cuts{$key} = { text => $text, value => $value, above => chance(0.4) };
	}
	my @cuts = sort {
		$b->{value}{num} * AbcOracle::power(10, $a->{value}{exp}) <=>
		  $a->{value}{num} * AbcOracle::power(10, $b->{value}{exp})
	} values %cuts;
	return {
		rule => 'value',
		cuts => \@cuts,
		text => 'value ' . join('/', map { ($_->{above} ? '>' : '') . $_->{text} } @cuts)
	};
}

# The options: each either written out or left to its default.
sub add_options
{
	my ($scheme, $options) = @_;
	my $rule = $scheme->{rule};
	my %default = (
		crossing => 'up',
		ties => $rule eq 'share' || $rule eq 'fill' ? 'up' : 'down',
		negative => 'zero');
	my @written;

	foreach my $option (qw(crossing ties negative))
	{
		next if $rule eq 'value';
		next if $option eq 'crossing' && $rule eq 'top';
		next if $option eq 'negative' && $rule ne 'share' && $rule ne 'fill';
		$scheme->{$option} = $options->{$option};
		push @written, "$option $options->{$option}"
		  if $options->{$option} ne $default{$option} || chance(0.3);
	}
	$scheme->{text} .= '; ' . join('; ', @written) if @written;
	return $scheme;
}

# ---------------------------------------------------------------------------
# Partitions.
# ---------------------------------------------------------------------------

# The n-th partition: type, rule and options go through all combinations, the
# rest is random.
sub partition
{
	my ($n) = @_;
	my $type = $types[ $n % 3 ];
	$n = int($n / 3);
	my $rule = $rules[ $n % 5 ];
	$n = int($n / 5);
	my %options = (
		crossing => ('up', 'down')[ $n % 2 ],
		ties => ('up', 'down')[ int($n / 2) % 2 ],
		negative => ('zero', 'error', 'drop')[ int($n / 4) % 3 ]);
	my (@values, $units);

	if (chance(0.3))
	{
		($units, @values) = round_thousand($type);
	}
	else
	{
		my $one = $shape{$type}{ pick(sort keys %{ $shape{$type} }) };
		my $rows = pick(1, 2, 3, between(1, 10), between(1, 20), between(1, 60));
		my $kind = rand();
		@values = map { $one->() } 1 .. $rows;
		@values = ($values[0]) x $rows if $kind < 0.05;
		@values = (undef) x $rows if $kind > 0.98;
	}
	dirty($type, \@values, chance($options{negative} eq 'error' ? 0.1 : 0.4))
	  if chance($units ? 0.3 : 0.6);

	my $scheme =
		$rule eq 'value' ? value_scheme($type, @values)
	  : $rule eq 'top' ? top_scheme(scalar @values)
	  : $rule eq 'fill' ? fill_scheme($units)
	  : cumulative_scheme($rule,
		!$units ? percentages()
		  : exact_percentages($rule eq 'share' ? $units : [ equal_parts(scalar @values) ]));

	my @order = sort { $a->[0] <=> $b->[0] } map { [ rand(), $_ ] } @values;
	return {
		type => $type,
		values => [ map { $_->[1] } @order ],
		keep => [ map { chance(0.7) ? 1 : 0 } @values ],
		weights => [ map { pick(undef, 0, 1, 1, 2.5, 0.1, 0.3, 40, rand(), 1e-5) } @values ],
		scheme => add_options($scheme, \%options)
	};
}

# Units for count: with 1000 rows or a divisor of it the shares are met exactly.
sub equal_parts
{
	my ($rows) = @_;

	return 1000 % $rows == 0 ? (1000 / $rows) x $rows : (between(1, 999), 1);
}

# Does the scheme forbid the values?
sub refused
{
	my ($partition) = @_;

	return ($partition->{scheme}{negative} // '') eq 'error'
	  && grep { defined $_ && is_negative($_) } @{ $partition->{values} };
}

# -0 and -0.000 are zero.
sub is_negative { return $_[0] =~ /^-/ && $_[0] =~ /[1-9]/; }

sub without_negatives
{
	my ($partition) = @_;

	return {
		%$partition,
		values => [ map { defined $_ && is_negative($_) ? undef : $_ } @{ $partition->{values} } ]
	};
}

# How the values of a large partition change on the way, so that what was kept of
# the first ones does not do for the last ones.
sub natures
{
	my ($type) = @_;
	my $shapes = $shape{$type};

	return map { $shapes->{$_} } 'few', pick(sort keys %$shapes), 'few' if $type ne 'numeric';
	return map {
		my $scale = $_;
		sub { between(0, 99) . '.' . digits($scale) }
	} 1 .. 20 if chance(0.3);
	return map { $shapes->{$_} } @{
		pick(
			[qw(few cents twenty_digits)], [qw(cents twenty_and_small sixty_digits few)],
			[qw(few mixed_scales edge_of_128)], [qw(cents both_ends few)])
	};
}

# One large partition: of one kind or of several, one after the other; with few
# distinct values or nearly all of them distinct.
sub large_partition
{
	my ($n, $rows) = @_;
	my $partition = partition($n * 7 + int(rand(600)));
	my $type = $partition->{type};
	my @kinds = $n % 2 ? pick(map { $shape{$type}{$_} } sort keys %{ $shape{$type} }) : natures($type);
	my $part = int($rows / @kinds);
	my @values;

	foreach my $kind (@kinds)
	{
		my @palette = map { $kind->() } 1 .. ($n % 3 ? 25 : $part);
		push @values, map { chance(0.02) ? undef : pick(@palette) } 1 .. $part;
	}
	$partition->{values} = \@values;
	$partition->{keep} = [ map { 1 } @values ];
	$partition->{weights} = [ map { rand(100) } @values ];
	return $partition;
}

1;
