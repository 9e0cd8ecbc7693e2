# AbcModelRelations.pm - what the relations of a model show, given the oracle.
#
# Each function takes an AbcModelOracle and gives rows, hashes of texts by
# column (undef for NULL).  Columns that only the code can word are not in the
# rows; %unjudged names them, so that no column is forgotten in silence.
package AbcModelRelations;

use strict;
use warnings;

use AbcModelOracle qw(date_of amount_of key_of letter);

# How the text of a column is compared: amounts as decimals, floats with a tolerance, the rest to the byte.
our %kind = (
	(map { $_ => 'amount' }
		  qw(value value_before gap_to_next cushion best_value total below_zero not_eligible unrated without_customer source_total gone_value)),
	(map { $_ => 'float' } qw(value_share score cumulative_share customers_share lift)));

sub date { return defined $_[0] ? date_of($_[0]) : undef; }

# What is cut, for display: cents exactly, a score divided again.
sub shown_cut
{
	my ($cut) = @_;
	return defined $cut ? $cut == int($cut) ? amount_of($cut) : sprintf('%.15g', $cut / 100) : undef;
}

sub own_columns
{
	my ($model, $row) = @_;
	my $definition = $model->{definition};
	my %shown;

	@shown{ @{ $definition->{key} } } = @{ $row->{key} };
	$shown{$_} = $row->{attributes}{$_} foreach @{ $definition->{partition_by} }, @{ $definition->{attributes} };
	return %shown;
}

# Partitions as they were then: a column by which nobody cut then has no value.
sub parts_of_then
{
	my ($model, $row) = @_;
	my %then;

	@then{ @{ $row->{by} } } = @{ $row->{part} };
	return map { $_ => $then{$_} } @{ $model->{definition}{partition_by} };
}

# The part of the last run in which a row is.
sub part_of
{
	my ($model, $row) = @_;
	return $model->last_run->{parts}{ key_of(@{ $row->{part} }) };
}

sub face
{
	my ($model) = @_;
	my $last = $model->last_run or return [];

	return [ map { face_row($model, $last, $model->{state}{$_}) } sort keys %{ $model->{state} } ];
}

sub face_row
{
	my ($model, $last, $row) = @_;
	my $part = part_of($model, $row);
	my $tier = $row->{tier};
	my $names = $last->{definition}{scheme}{names};
	my $cuts = @{ $last->{definition}{scheme}{cuts} };
	my $next = defined $tier && $tier > 0 ? $tier - 1 : undef;
	my $weight = ($row->{value} // 0) > 0 ? $row->{value} : 0;
	my ($gap, $cushion);

	if (defined $tier && defined $row->{cut} && $part->{cutoffs})
	{
		my $above = defined $next && $next < $cuts ? $part->{cutoffs}[$next] : undef;
		my $own = $tier < $cuts ? $part->{cutoffs}[$tier] : undef;
		$gap = $above * 100 - $row->{cut} if defined $above;
		$gap = 0 if defined $gap && $gap < 0;
		$cushion = $row->{cut} - $own * 100 if defined $own;
		undef $cushion if defined $cushion && $cushion < 0;
	}
	return {
		own_columns($model, $row),
		tier => letter($tier), tier_rank => defined $tier ? $tier + 1 : undef, tier_name => $row->{tier_name},
		computed_tier => letter($row->{computed}), decided_by => $row->{decided_by}, decided_until => date($row->{decided_until}),
		reason_of($row),
		value => amount_of($row->{value}), value_before => amount_of($row->{value_before}),
		value_share => defined $tier && defined $row->{value} && $part->{total} > 0 ? $weight / $part->{total} : undef,
		score => $row->{score}, next_tier => letter($next),
		next_name => defined $next ? ($names ? $names->[$next] : letter($next)) : undef,
		gap_to_next => shown_cut($gap), cushion => shown_cut($cushion), tier_since => date($row->{tier_since}),
		previous_tier => letter($row->{previous_tier}), previous_name => $row->{previous_name}, moved => $row->{moved},
		lifecycle => $row->{lifecycle}, first_order => date($row->{first_order}), last_order => date($row->{last_order}),
		best_tier => letter($row->{best_tier}), best_name => $row->{best_name}, best_tier_until => date($row->{best_until}),
		best_value => amount_of($row->{best_value}), treatment_of($model, $row), as_of => date($last->{day}), run => $last->{run},
		scheme => $last->{definition}{scheme}{text}
	};
}

sub treatment_of
{
	my ($model, $row) = @_;
	my $says = $model->{definition}{treatments};
	return $says ? ($says->{column} => $row->{treatment_by} && $row->{treatment_by} eq $says->{column} ? $row->{treatment} : undef) : ();
}

# Where DESIGN says which words.
sub reason_of
{
	my ($row) = @_;
	return $row->{decided_by} =~ /^(rule|override)$/ ? (reason => $row->{reason}) : ();
}

sub ranked
{
	my ($model) = @_;
	my @rows = map { { row => $_, face => face_row($model, $model->last_run, $_) } } map { $model->{state}{$_} } sort keys %{ $model->{state} };
	my %members;

	foreach my $rated (grep { defined $_->{row}{tier} } @rows)
	{
		push @{ $members{ key_of(@{ $rated->{row}{part} }) } }, $rated;
	}
	foreach my $rated (map { @$_ } values %members)
	{
		my @all = map { $_->{row} } @{ $members{ key_of(@{ $rated->{row}{part} }) } };
		my $own = $rated->{row};
		my ($above, $total) = (0, 0);
		foreach my $other (@all)
		{
			my $weight = ($other->{value} // 0) > 0 ? $other->{value} : 0;
			$total += $weight;
			$above += $weight if defined $own->{value} && defined $other->{value} && $other->{value} >= $own->{value};
		}
		$rated->{face}{rank} = 1 + grep { !defined $own->{cut} ? defined $_->{cut} : defined $_->{cut} && $_->{cut} > $own->{cut} } @all;
		$rated->{face}{of_customers} = @all;
		$rated->{face}{cumulative_share} = defined $own->{value} && $total > 0 ? $above / $total : undef;
	}
	return [ map { { rank => undef, of_customers => undef, cumulative_share => undef, %{ $_->{face} } } } @rows ];
}

sub history
{
	my ($model) = @_;
	my @versions = (@{ $model->{versions} }, map { $model->{state}{$_} } sort keys %{ $model->{state} });

	return [ map { history_row($model, $_) } @versions ];
}

sub history_row
{
	my ($model, $version) = @_;
	my $now = $model->{state}{ key_of(@{ $version->{key} }) };

	return {
		own_columns($model, $now), parts_of_then($model, $version), tier => letter($version->{tier}), tier_rank => defined $version->{tier} ? $version->{tier} + 1 : undef,
		tier_name => $version->{tier_name}, computed_tier => letter($version->{computed}), decided_by => $version->{decided_by},
		reason_of($version), decided_until => date($version->{decided_until}), lifecycle => $version->{lifecycle},
		value => amount_of($version->{value}), score => $version->{score}, cause => $version->{cause},
		valid_from => date($version->{from}), valid_to => date($version->{to})
	};
}

sub change_row
{
	my ($model, $change) = @_;
	my $now = $model->{state}{ key_of(@{ $change->{key} }) };

	return {
		own_columns($model, $now // $change), parts_of_then($model, $change), run => $change->{run}, as_of => date($change->{day}), moved => $change->{moved},
		from_tier => letter($change->{from_tier}), to_tier => letter($change->{to_tier}), from_name => $change->{from_name},
		to_name => $change->{to_name}, previous_lifecycle => $change->{previous_lifecycle}, lifecycle => $change->{lifecycle},
		decided_by => $change->{decided_by}, reason_of($change), cause => $change->{cause},
		value_before => amount_of($change->{value_before}), value => amount_of($change->{value}), score => $change->{score}
	};
}

# The changes that hold, in no order: their numbers are the code's own.
sub changes
{
	my ($model) = @_;
	return [ map { change_row($model, $_) } @{ $model->{changes} } ];
}

sub runs
{
	my ($model) = @_;
	my @rows;

	foreach my $run (@{ $model->{runs} })
	{
		push @rows, map { run_row($run, $run->{parts}{$_}) } sort keys %{ $run->{parts} };
	}
	return \@rows;
}

sub run_row
{
	my ($run, $part) = @_;

	return {
		run => $run->{run}, as_of => date($run->{day}), partition => in_places($run, $part), partition_by => array_of(@{ $run->{partitions} }),
		scheme => $run->{definition}{scheme}{text}, customers => $part->{customers}, rated => $part->{rated},
		total => amount_of($part->{total}), value => amount_of($part->{value}), cutoffs => $part->{cutoffs} ? array_of(@{ $part->{cutoffs} }) : undef,
		moved_up => $part->{up}, moved_down => $part->{down}, arrived => $part->{arrived}, gone => $part->{gone},
		below_zero => amount_of($part->{below_zero}), not_eligible_customers => $part->{not_eligible_customers},
		not_eligible => amount_of($part->{not_eligible}), unrated_customers => $part->{unrated_customers},
		unrated => amount_of($part->{unrated}), without_customer => amount_of($part->{without}), source_rows => $part->{rows},
		source_total => amount_of($part->{source_total}), gone_value => amount_of($part->{gone_value})
	};
}

# The texts of a partition at the places that its columns have among all that ever were partitions.
sub in_places
{
	my ($run, $part) = @_;
	my %texts;

	@texts{ @{ $part->{by} } } = @{ $part->{part} };
	my @columns = @{ $run->{partitions} };
	pop @columns while @columns && !exists $texts{ $columns[-1] };
	return array_of(map { $texts{$_} } @columns);
}

# An array as psql prints it, of simple elements.
sub array_of
{
	return '{' . join(',', map { !defined $_ ? 'NULL' : $_ eq '' || $_ =~ /[\s,{}"\\]/ || lc $_ eq 'null' ? '"' . s/(["\\])/\\$1/gr . '"' : $_ } @_) . '}';
}

# A line per run, partition and tier of the scheme, and one for the unrated, if there are or were any.
sub trend
{
	my ($model) = @_;
	my @rows;

	foreach my $run (@{ $model->{runs} })
	{
		foreach my $key (sort keys %{ $run->{parts} })
		{
			my $part = $run->{parts}{$key};
			my %tiers = map { $_ => 1 } 0 .. @{ $run->{definition}{scheme}{cuts} }, grep { $_ ne '' } keys %{ $part->{tiers} };
			push @rows, map { trend_row($model, $run, $part, $_) } sort { $a <=> $b } keys %tiers;
			my $unrated = $part->{tiers}{''};
			push @rows, trend_row($model, $run, $part, undef) if $unrated && ($unrated->{customers} || $unrated->{in} || $unrated->{out});
		}
	}
	return \@rows;
}

sub trend_row
{
	my ($model, $run, $part, $tier) = @_;
	my $names = $run->{definition}{scheme}{names};
	my $own = $part->{tiers}{ $tier // '' } // { customers => 0, value => 0, weight => 0, in => 0, out => 0, lost => 0 };

	return {
		parts_of_then($model, $part), run => $run->{run}, as_of => date($run->{day}), tier => letter($tier), tier_rank => defined $tier ? $tier + 1 : undef,
		tier_name => !defined $tier ? 'unrated' : $names && $tier <= $#$names ? $names->[$tier] : letter($tier),
		customers => $own->{customers}, value => amount_of($own->{value}),
		customers_share => defined $tier && $part->{rated} ? $own->{customers} / $part->{rated} : undef,
		value_share => defined $tier && $part->{total} > 0 ? $own->{weight} / $part->{total} : undef,
		moved_in => $own->{in}, moved_out => $own->{out}, lost => $own->{lost}
	};
}

# abc_report, by some of the columns that are carried: the tiers in force, and what makes them add up to the source.
sub report
{
	my ($model, @by) = @_;
	my $last = $model->last_run or return [];
	my (%lines, %customers, %weight, %in_tier, $all);

	foreach my $row (grep { defined $_->{tier} } values %{ $model->{state} })
	{
		my @groups = map { $row->{attributes}{$_} } @by;
		my $group = key_of(@groups);
		my $line = $lines{ key_of(@groups, $row->{tier}) } //=
		  { groups => \@groups, group => $group, tier => $row->{tier}, name => $row->{tier_name}, customers => 0, value => 0, weight => 0 };
		my $weight = ($row->{value} // 0) > 0 ? $row->{value} : 0;
		$line->{customers}++;
		$line->{value} += $row->{value} // 0;
		$line->{weight} += $weight;
		$customers{$group}++;
		$weight{$group} += $weight;
		$in_tier{ $row->{tier} }++;
		$all++;
	}
	my @tiers = map {
		my $line = $_;
		my $group = $line->{group};
		{
			line => 'tier', groups => array_of(@{ $line->{groups} }), tier => letter($line->{tier}), tier_rank => $line->{tier} + 1,
			tier_name => $line->{name}, customers => $line->{customers}, customers_share => $line->{customers} / $customers{$group},
			value => amount_of($line->{value}), value_share => $weight{$group} ? $line->{weight} / $weight{$group} : undef,
			lift => @by ? $line->{customers} * $all / ($customers{$group} * $in_tier{ $line->{tier} }) : undef
		}
	} values %lines;
	return [ @tiers, report_rest(values %{ $last->{parts} }) ];
}

sub report_rest
{
	my (@parts) = @_;
	my %sum;

	foreach my $part (@parts)
	{
		$sum{$_} += $part->{$_} foreach qw(not_eligible_customers not_eligible unrated_customers unrated without rows customers source_total);
	}
	my @lines = (
		[ 'not eligible', $sum{not_eligible_customers}, $sum{not_eligible} ], [ 'unrated', $sum{unrated_customers}, $sum{unrated} ],
		[ 'without customer', $sum{rows} - $sum{customers}, $sum{without} ], [ 'total of the source', $sum{rows}, $sum{source_total} ]);
	return map {
		{ line => $_->[0], customers => $_->[1], value => amount_of($_->[2]), map { $_ => undef } qw(groups tier tier_rank tier_name customers_share value_share lift) }
	} @lines;
}

sub overrides
{
	my ($model) = @_;

	return [
		map {
			my @keys = @{ $_->{keys} };
			+{ map({ ("k" . ($_ + 1) => $keys[$_]) } 0 .. $#keys), tier => letter($_->{tier}), tier_name => $_->{name}, reason => $_->{reason},
				begins => date($_->{begins}), ends => date($_->{ends}) }
		} @{ $model->{overrides} } ];
}

1;
