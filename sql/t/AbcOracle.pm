# AbcOracle.pm - the tiers, cut-offs and shares, worked out from the definitions.
#
# The judge of the C code: it knows the specification and nothing of the
# implementation.  Everything is decided with whole numbers of any size.  A
# value is an exact fraction; within one partition all values are brought to
# one common scale and from then on are integers:
#
#	float8		mantissa times a power of two, exactly what the bits say
#	numeric		decimal digits, the printed scale kept aside
#	bigint		itself
#
# The rows are taken one by one, best first, as the definitions read; groups of
# equal values are settled afterwards.  Slow and plain on purpose.
package AbcOracle;

use strict;
use warnings;

use Math::BigInt;
use POSIX qw(DBL_MAX ldexp nextafter);

my %power;						# [base, exponent] => Math::BigInt

sub power
{
	my ($base, $exponent) = @_;

	return $power{"$base^$exponent"} //= Math::BigInt->new($base)->bpow($exponent);
}

# ---------------------------------------------------------------------------
# Reading values.  A value is a hash: sign and digits in num, and exp, the power
# of two (float8) or the number of decimals (numeric, bigint).
# ---------------------------------------------------------------------------

# The exact value of a double.
sub value_of_double
{
	my ($double) = @_;
	my $bits = unpack('Q>', pack('d>', $double));
	my $negative = $bits >> 63;
	my $exponent = ($bits >> 52) & 0x7ff;
	my $mantissa = $bits & ((1 << 52) - 1);

	die "not finite: $double" if $exponent == 0x7ff;
	if ($exponent == 0)
	{
		$exponent = 1;
	}
	else
	{
		$mantissa |= 1 << 52;
	}
	return {
		num => Math::BigInt->new($negative ? "-$mantissa" : "$mantissa"),
		exp => $exponent - 1075,
		double => $double
	};
}

# The exact value of a plain decimal text, its scale included.
sub value_of_decimal
{
	my ($text) = @_;
	my ($sign, $whole, $fraction) = $text =~ /^(-?)(\d+)(?:\.(\d+))?$/
	  or die "not a plain decimal: $text";

	$fraction //= '';
	return {
		num => Math::BigInt->new("$sign$whole$fraction"),
		exp => length($fraction)
	};
}

# Texts as SQL takes them to values; undef stays NULL.  Equal texts give the same
# hash, so that long columns of few values stay cheap.
sub read_values
{
	my ($type, @texts) = @_;
	my %read;

	foreach my $text (grep { defined } @texts)
	{
		$read{$text} //=
		  $type eq 'float8'
		  ? value_of_double(double_of_text($text))
		  : value_of_decimal($text);
	}
	return map { defined $_ ? $read{$_} : undef } @texts;
}

# The double nearest to what a text such as -1.25e-7 or 4.5 says.  Perl's own
# conversion may be off by a unit in the last place.
sub double_of_text
{
	my ($text) = @_;
	my ($sign, $whole, $fraction, $exponent) =
	  $text =~ /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i
	  or die "not a number: $text";

	$fraction //= '';
	$exponent = ($exponent // 0) - length($fraction);
	my $num = Math::BigInt->new("$whole$fraction");
	my $den = Math::BigInt->new(1);
	if ($exponent >= 0)
	{
		$num = $num * power(10, $exponent);
	}
	else
	{
		$den = power(10, -$exponent);
	}
	my $double = $num->is_zero ? 0.0 : nearest_double($num, $den);
	return $sign ? -$double : $double;
}

# Values of one partition as integers of one common scale.
sub integers
{
	my ($type, @values) = @_;
	my %distinct = map { defined $_ ? ($_ => $_) : () } @values;
	my %integer;
	my $lowest;

	if ($type eq 'float8')
	{
		foreach my $value (grep { !$_->{num}->is_zero } values %distinct)
		{
			$lowest = $value->{exp} if !defined $lowest || $value->{exp} < $lowest;
		}
	}
	my $scale = $type eq 'float8' ? undef : largest_scale(values %distinct);
	my $longest = 0;
	while (my ($key, $value) = each %distinct)
	{
		$integer{$key} =
			$value->{num}->is_zero ? Math::BigInt->new(0)
		  : $type eq 'float8' ? $value->{num} * power(2, $value->{exp} - $lowest)
		  : $value->{num} * power(10, $scale - $value->{exp});
		my $length = length("$integer{$key}");
		$longest = $length if $length > $longest;
	}

	# Small numbers need no big ones: the same operators work on both.
	if ($longest + length(scalar @values) <= 9)
	{
		$_ = $_->numify foreach values %integer;
	}
	return map { defined $_ ? $integer{$_} : undef } @values;
}

sub largest_scale
{
	my (@values) = @_;
	my $largest = 0;

	foreach my $value (@values)
	{
		$largest = $value->{exp} if defined $value && $value->{exp} > $largest;
	}
	return $largest;
}

# ---------------------------------------------------------------------------
# Rounding.
# ---------------------------------------------------------------------------

sub log2
{
	my ($integer) = @_;
	my $digits = "$integer";
	my $lead = substr($digits, 0, 15);

	return (log($lead) + (length($digits) - length($lead)) * log(10)) / log(2);
}

# num/den > 0 to the nearest 53-bit number, ties to even: (mantissa, exponent).
# With a lowest exponent the mantissa may be shorter, as subnormals are.
sub round53
{
	my ($num, $den, $lowest) = @_;
	my $shift = 56 - POSIX::floor(log2($num) - log2($den));

	$num = Math::BigInt->new($num) if !ref $num;
	$den = Math::BigInt->new($den) if !ref $den;
	$num = $num * power(2, $shift) if $shift > 0;
	$den = $den * power(2, -$shift) if $shift < 0;
	my ($quotient, $rest) = $num->copy->bdiv($den);
	my $sticky = !$rest->is_zero;
	my $whole = 0 + "$quotient";
	my $bits = 0;
	$bits++ while $bits < 63 && ($whole >> $bits) > 0;

	my $drop = $bits - 53;
	my $exponent = $drop - $shift;
	if (defined $lowest && $exponent < $lowest)
	{
		$drop += $lowest - $exponent;
		$exponent = $lowest;
	}
	return (0, $exponent) if $drop > 62;

	my $mantissa = $whole >> $drop;
	my $below = $whole & ((1 << $drop) - 1);
	my $half = 1 << ($drop - 1);
	$mantissa++
	  if $below > $half
	  || ($below == $half && ($sticky || ($mantissa & 1)));
	return ($mantissa, $exponent);
}

# The double nearest to num/den > 0: infinity beyond the range.
sub nearest_double
{
	my ($num, $den) = @_;

	return ldexp(1, 2000) if log2($num) - log2($den) > 1030;
	return 0.0 if log2($num) - log2($den) < -1080;
	my ($mantissa, $exponent) = round53($num, $den, -1074);
	return ldexp($mantissa, $exponent);
}

# ---------------------------------------------------------------------------
# Tiers.
#
# A scheme is a hash: rule, cuts, crossing, ties, negative, text.  A cut is
# [num, den] for share, count (cumulative) and fill (the tier's own width),
# a number of rows for top, and {text, above} for value.
# ---------------------------------------------------------------------------

# Zero-based tiers of the values, undef for none.  Dies on a negative value
# under "negative error".
sub classify
{
	my ($type, $scheme, @values) = @_;
	my @integers = integers($type, @values);
	my @tiers = map { undef } @values;
	my $weighs = $scheme->{rule} eq 'share' || $scheme->{rule} eq 'fill';
	my $last = @{ $scheme->{cuts} };
	my @rows = grep { defined $integers[$_] } 0 .. $#integers;

	if ($scheme->{rule} eq 'value')
	{
		my @limits = map {
			{
				%$_,
				$type eq 'float8'
				? (double => double_of_text($_->{text}))
				: (value => value_of_decimal($_->{text}))
			}
		} @{ $scheme->{cuts} };
		$tiers[$_] = tier_by_value($type, $values[$_], @limits) foreach @rows;
		return @tiers;
	}

	if ($weighs)
	{
		if ($scheme->{negative} eq 'error')
		{
			die "negative value\n" if grep { $integers[$_] < 0 } @rows;
		}
		if ($scheme->{negative} eq 'drop')
		{
			@rows = grep { $integers[$_] >= 0 } @rows;
		}
		return @tiers if !grep { $integers[$_] > 0 } @rows;

		# Zero, and what weighs nothing, gets the last tier.
		foreach my $row (@rows)
		{
			$tiers[$row] = $last if $integers[$row] <= 0;
		}
		@rows = grep { $integers[$_] > 0 } @rows;
	}

	my %group;
	push @{ $group{"$integers[$_]"} }, $_ foreach @rows;
	my @groups = sort { $integers[ $b->[0] ] <=> $integers[ $a->[0] ] } values %group;

	my $total = 0;
	$total = $total + ($weighs ? $integers[$_] : 1) foreach @rows;

	if ($scheme->{rule} eq 'fill')
	{
		fill_tiers($scheme, $total, \@integers, \@groups, \@tiers);
		return @tiers;
	}

	# One by one the rows of a group never get a better tier: the first and the last
	# tell which tiers they span.
	my $before = 0;
	foreach my $group (@groups)
	{
		my $own = $weighs ? $integers[ $group->[0] ] : 1;
		my $after = $before + $own * @$group;
		my $tier =
		  $scheme->{ties} eq 'up'
		  ? tier_of_step($scheme, $before, $before + $own, $total)
		  : tier_of_step($scheme, $after - $own, $after, $total);
		$tiers[$_] = $tier foreach @$group;
		$before = $after;
	}
	return @tiers;
}

# The tier of one row that takes the sum from before to after.
#
# crossing up: the row is in the tier in which it starts, and a cut that was
# reached before it, exactly or not, is behind it.  crossing down: it is in the
# tier in which it ends, and a cut reached exactly is not passed.
sub tier_of_step
{
	my ($scheme, $before, $after, $total) = @_;
	my $tier = 0;

	foreach my $cut (@{ $scheme->{cuts} })
	{
		if ($scheme->{rule} eq 'top')
		{
			$tier++ if $after > $cut;
		}
		elsif ($scheme->{crossing} eq 'up')
		{
			$tier++ if $before * $cut->[1] >= $total * $cut->[0];
		}
		else
		{
			$tier++ if $after * $cut->[1] > $total * $cut->[0];
		}
	}
	return $tier;
}

# Each tier filled afresh until its own sum reaches its share of the total.  A
# group of equal values goes whole into the better or the worse of the tiers
# its rows span when taken one by one; only then the filling goes on.
sub fill_tiers
{
	my ($scheme, $total, $integers, $groups, $tiers) = @_;
	my $cuts = $scheme->{cuts};
	my $last = @$cuts;
	my ($open, $filled) = (0, 0);

	foreach my $group (@$groups)
	{
		my $value = $integers->[ $group->[0] ];
		my ($tier, $sum) = ($open, $filled);
		my @span;
		foreach my $row (@$group)
		{
			if ($scheme->{crossing} eq 'down')
			{
				while ($tier < $last
					&& ($sum + $value) * $cuts->[$tier][1] > $total * $cuts->[$tier][0])
				{
					$tier++;
					$sum = 0;
				}
			}
			push @span, $tier;
			$sum = $sum + $value;
			if ($tier < $last && $sum * $cuts->[$tier][1] >= $total * $cuts->[$tier][0])
			{
				$tier++;
				$sum = 0;
			}
		}

		my $settled = $scheme->{ties} eq 'up' ? $span[0] : $span[-1];
		$tiers->[$_] = $settled foreach @$group;
		$filled = 0 if $settled != $open;
		$filled = $filled + $value * @$group;
		$open = $settled;
		if ($open < $last && $filled * $cuts->[$open][1] >= $total * $cuts->[$open][0])
		{
			$open++;
			$filled = 0;
		}
	}
	return;
}

# The first tier whose cut the value meets, else the last.  A float8 meets the cut
# as a float8.
sub tier_by_value
{
	my ($type, $value, @limits) = @_;
	my $tier = 0;

	foreach my $limit (@limits)
	{
		my $sign =
		  $type eq 'float8'
		  ? $value->{double} <=> $limit->{double}
		  : $value->{num} * power(10, $limit->{value}{exp}) <=>
			$limit->{value}{num} * power(10, $value->{exp});
		return $tier if $limit->{above} ? $sign > 0 : $sign >= 0;
		$tier++;
	}
	return $tier;
}

# ---------------------------------------------------------------------------
# Cut-offs.
# ---------------------------------------------------------------------------

# The array of the cut-offs as texts in the form of show(), undef for a NULL
# element; undef instead of a reference for a NULL array.  Without any row, not
# even a NULL, nobody has named the scheme: NULL under every rule.
sub cutoffs
{
	my ($type, $scheme, @values) = @_;
	my $scale = $type eq 'numeric' ? largest_scale(@values) : 0;

	return if !@values;
	return cutoffs_by_value($type, $scale, @{ $scheme->{cuts} })
	  if $scheme->{rule} eq 'value';

	my @tiers = classify($type, $scheme, @values);
	return if !grep { defined } @tiers;

	my @integers = integers($type, @values);
	my @smallest;
	foreach my $tier (0 .. $#{ $scheme->{cuts} })
	{
		my $found;
		foreach my $row (0 .. $#values)
		{
			next if !defined $tiers[$row] || $tiers[$row] != $tier;
			$found = $row if !defined $found || $integers[$row] < $integers[$found];
		}
		push @smallest,
		  defined $found ? show($type, $scale, $values[$found])
		  : @smallest ? $smallest[-1]
		  : undef;
	}
	return \@smallest;
}

# Under the rule value: the scheme's cuts.  A tier that no value can be in, since
# who meets its cut meets the better one, too, is empty and repeats the cut-off
# above it.
sub cutoffs_by_value
{
	my ($type, $scale, @cuts) = @_;
	my @limits = map { smallest_that_meets($type, $scale, $_) } @cuts;

	foreach my $n (1 .. $#limits)
	{
		next if !defined $limits[ $n - 1 ];
		my ($above, $own) = integers($type, @limits[ $n - 1, $n ]);
		$limits[$n] = $limits[ $n - 1 ] if !defined $own || $own > $above;
	}
	return [
		map { defined $_ ? show($type, $_->{exp} > $scale ? $_->{exp} : $scale, $_) : undef } @limits
	];
}

# The smallest value of the type, for numeric of its scale, that meets a cut;
# undef if there is none.
sub smallest_that_meets
{
	my ($type, $scale, $cut) = @_;

	if ($type eq 'float8')
	{
		my $double = double_of_text($cut->{text});
		$double = nextafter($double, ldexp(1, 2000)) if $cut->{above};
		return undef if $double > DBL_MAX;
		return value_of_double($double < -DBL_MAX ? -DBL_MAX : $double);
	}

	my $limit = value_of_decimal($cut->{text});
	if ($type eq 'bigint')
	{
		# bdiv rounds towards minus infinity
		my $floor = $limit->{num}->copy->bdiv(power(10, $limit->{exp}));
		my $exact = $floor * power(10, $limit->{exp}) == $limit->{num};
		$floor = $floor + 1 if $cut->{above} || !$exact;
		return undef if $floor > Math::BigInt->new('9223372036854775807');
		my $lowest = Math::BigInt->new('-9223372036854775808');
		return { num => $floor < $lowest ? $lowest : $floor, exp => 0 };
	}

	return $limit if !$cut->{above};
	my $finest = $scale > $limit->{exp} ? $scale : $limit->{exp};
	return { num => $limit->{num} * power(10, $finest - $limit->{exp}) + 1, exp => $finest };
}

# A value the way the tests read it from the server: the bytes of a float8, the
# text of the others.
sub show
{
	my ($type, $scale, $value) = @_;

	if ($type eq 'float8')
	{
		return unpack('H*', pack('d>', $value->{double} == 0 ? 0.0 : $value->{double}));
	}
	return "$value->{num}" if $type eq 'bigint';

	my $num = $value->{num} * power(10, $scale - $value->{exp});
	my $digits = $num->copy->babs->bstr;
	$digits = ('0' x ($scale + 1 - length($digits))) . $digits
	  if length($digits) <= $scale;
	substr($digits, -$scale, 0, '.') if $scale > 0;
	return ($num->is_neg ? '-' : '') . $digits;
}

# The first tier whose cut-off is known and not above the value, else the last.
sub assign
{
	my ($type, $cutoffs, @values) = @_;

	return map { undef } @values if !defined $cutoffs;
	my @limits = map {
		!defined $_ ? undef
		  : $type eq 'float8' ? value_of_double(unpack('d>', pack('H*', $_)))
		  : value_of_decimal($_)
	} @$cutoffs;
	my @integers = integers($type, @values, @limits);
	@limits = splice(@integers, scalar @values);

	return map {
		my $value = $_;
		my $tier = 0;
		$tier++
		  while defined $value
		  && $tier < @limits
		  && !(defined $limits[$tier] && $value >= $limits[$tier]);
		defined $value ? $tier : undef
	} @integers;
}

# ---------------------------------------------------------------------------
# Shares: the bytes of the float8, undef for NULL.  Total and cumulated value are
# exact, each rounded once to 53 bits, of whatever exponent, then divided.
# ---------------------------------------------------------------------------

sub cumulative_shares
{
	my ($type, @values) = @_;
	my @integers = integers($type, @values);
	my %group;
	push @{ $group{"$integers[$_]"} }, $_ foreach grep { defined $integers[$_] } 0 .. $#integers;
	my @groups = sort { $integers[ $b->[0] ] <=> $integers[ $a->[0] ] } values %group;
	my $den = $type eq 'numeric' ? power(10, largest_scale(@values)) : 1;
	my @shares = map { undef } @values;
	my $total = 0;

	foreach my $group (@groups)
	{
		my $value = $integers[ $group->[0] ];
		$total = $total + $value * @$group if $value > 0;
	}
	return @shares if $total <= 0;
	my ($total_mantissa, $total_exponent) = round53($total, $den);

	my $sum = 0;
	foreach my $group (@groups)
	{
		my $value = $integers[ $group->[0] ];
		$sum = $sum + $value * @$group if $value > 0;
		my ($mantissa, $exponent) = round53($sum, $den);
		my $share = ldexp($mantissa / $total_mantissa, $exponent - $total_exponent);
		$shares[$_] = unpack('H*', pack('d>', $share)) foreach @$group;
	}
	return @shares;
}

# The weighted mean of float8 values: the exact quotient, rounded once.  Rows with
# a NULL are left out.
sub weighted_score
{
	my ($values, $weights) = @_;
	my @rows = grep { defined $values->[$_] && defined $weights->[$_] } 0 .. $#$values;
	my @exact = map { value_of_double($_) } (@$values)[@rows], (@$weights)[@rows];
	my ($lowest) = sort { $a <=> $b } map { $_->{exp} } @exact;
	my @units = map { $_->{num} * power(2, $_->{exp} - $lowest) } @exact;
	my ($sum, $weight) = (Math::BigInt->new(0), Math::BigInt->new(0));

	foreach my $n (0 .. $#rows)
	{
		$sum = $sum + $units[$n] * $units[ $n + @rows ];
		$weight = $weight + $units[ $n + @rows ];
	}
	return if $weight == 0;
	return unpack('H*', pack('d>', 0)) if $sum == 0;
	my $unit = power(2, abs($lowest));
	my $score = nearest_double($sum->copy->babs * ($lowest > 0 ? $unit : 1), $weight * ($lowest < 0 ? $unit : 1));
	return unpack('H*', pack('d>', $sum < 0 ? -$score : $score));
}

1;
