# AbcModelOracle.pm - a managed model, worked out from README and DESIGN.
#
# The judge of the models: it keeps a whole model in memory (state, closed
# versions, changes, runs, overrides) and knows nothing of the code.  Amounts
# are whole numbers of cents, days are whole numbers, tiers are numbers from 0;
# who is in which tier says AbcOracle, the exact oracle of schemes.
#
# A run is a day.  Before a day is decided for the first time everything is
# kept aside; the same day again starts from what was kept, undo goes back to
# it.  A tier by hand that holds at once is the same day decided again for
# that customer, from what the run has read.
package AbcModelOracle;

use strict;
use warnings;

use AbcOracle;
use Exporter 'import';
use POSIX qw(floor);

our @EXPORT_OK = qw(day_of date_of minus cents_of amount_of key_of letter);

# ---------------------------------------------------------------------------
# Days and amounts.
# ---------------------------------------------------------------------------

# Days since 1970-01-01 of a proleptic Gregorian date, and back.
sub day_of
{
	my ($date) = @_;
	my ($y, $m, $d) = $date =~ /^(\d+)-(\d+)-(\d+)$/ or die "not a date: $date";

	$y-- if $m <= 2;
	my $era = floor($y / 400);
	my $year = $y - 400 * $era;
	my $day = floor((153 * ($m + ($m > 2 ? -3 : 9)) + 2) / 5) + $d - 1;
	return $era * 146097 + $year * 365 + floor($year / 4) - floor($year / 100) + $day - 719468;
}

sub date_of
{
	my ($day) = @_;

	return sprintf('%04d-%02d-%02d', civil($day));
}

sub civil
{
	my ($z) = @_;

	$z += 719468;
	my $era = floor($z / 146097);
	my $doe = $z - $era * 146097;
	my $yoe = floor(($doe - floor($doe / 1460) + floor($doe / 36524) - floor($doe / 146096)) / 365);
	my $doy = $doe - (365 * $yoe + floor($yoe / 4) - floor($yoe / 100));
	my $mp = floor((5 * $doy + 2) / 153);
	my $month = $mp < 10 ? $mp + 3 : $mp - 9;
	return ($yoe + $era * 400 + ($month <= 2 ? 1 : 0), $month, $doy - floor((153 * $mp + 2) / 5) + 1);
}

# A day minus an interval, [months, days]: the last day of the month where it has no such day.
sub minus
{
	my ($day, $interval) = @_;
	my ($y, $m, $d) = civil($day);
	my $months = $y * 12 + $m - 1 - $interval->[0];

	$y = floor($months / 12);
	$m = $months - 12 * $y + 1;
	my $last = day_of($m == 12 ? sprintf('%d-01-01', $y + 1) : sprintf('%d-%02d-01', $y, $m + 1)) - day_of(sprintf('%d-%02d-01', $y, $m));
	$d = $last if $d > $last;
	return day_of("$y-$m-$d") - $interval->[1];
}

# The text of an amount to cents, and cents to the shortest text.
sub cents_of
{
	my ($text) = @_;
	my ($sign, $whole, $fraction) = $text =~ /^(-?)(\d+)(?:\.(\d{1,2})0*)?$/ or die "not an amount: $text";

	$fraction = substr(($fraction // '') . '00', 0, 2);
	my $cents = $whole * 100 + $fraction;
	return $sign ? -$cents : $cents;
}

sub amount_of
{
	my ($cents) = @_;

	return undef if !defined $cents;
	my $text = sprintf('%s%d.%02d', $cents < 0 ? '-' : '', int(abs($cents) / 100), abs($cents) % 100);
	$text =~ s/\.?0+$//;
	return $text;
}

# One string for several texts, some of them undef.
sub key_of { return join("\x1f", map { $_ // "\x00" } @_); }

sub letter { return defined $_[0] ? chr(65 + $_[0]) : undef; }

sub same
{
	my ($a, $b) = @_;

	return defined $a ? defined $b && $a eq $b : !defined $b;
}

sub min_of { return $_[0] <= $_[1] ? $_[0] : $_[1]; }

sub max_of { return defined $_[0] && (!defined $_[1] || $_[0] >= $_[1]) ? $_[0] : $_[1]; }

# ---------------------------------------------------------------------------
# The model.
#
# A definition is a hash: key, partition_by, attributes (columns), value, scheme
# ({text, rule, cuts, names ...}), metrics ([{name, weight, method}] or undef),
# missing, eligible ({sql, holds} or undef), rules ([{kind, tier, because, sql,
# holds}]), promote_after, demote_after, max_step, promote_wait, demote_wait,
# first_order, last_order, orders, at_risk, lost, max_gone.  holds is a function
# of a source row: true only where the condition is true.
#
# A source row is a hash of texts by column, undef for NULL.
# ---------------------------------------------------------------------------

# The wrong rules that a run of the test may ask for, to see that it finds them.
our %wrong;

sub new
{
	my ($class, %definition) = @_;

	return bless {
		definition => {%definition}, revision => 1, standard => 1, state => {}, versions => [], runs => [], changes => [],
		overrides => [], number => 0, partitions => [ @{ $definition{partition_by} } ]
	}, $class;
}

sub last_run { return $_[0]{runs}[-1]; }

# What makes tiers; what decides about tiers and lifecycles.
my @standard = qw(value scheme metrics missing partition_by eligible);
my @revision =
  (@standard, qw(rules promote_after demote_after max_step promote_wait demote_wait first_order last_order orders at_risk lost));

sub flat
{
	my ($thing) = @_;

	return ref $thing eq 'ARRAY' ? '[' . join(',', map { flat($_) } @$thing) . ']'
	  : ref $thing eq 'HASH' ? '{' . join(',', map { "$_:" . flat($thing->{$_}) } grep { $_ ne 'holds' } sort keys %$thing) . '}'
	  : $thing // "\x00";
}

# What tiers are called decides nothing.
sub picture
{
	my ($definition, @fields) = @_;
	my %fields = (%$definition, scheme => { %{ $definition->{scheme} }, names => undef, text => undef });

	return join(';', map { flat($fields{$_}) } @fields);
}

sub alter
{
	my ($self, %changes) = @_;
	my %old = %{ $self->{definition} };
	my %new = (%old, %changes);

	$self->{standard}++ if picture(\%old, @standard) ne picture(\%new, @standard);
	$self->{revision}++ if picture(\%old, @revision) ne picture(\%new, @revision);
	$self->{definition} = \%new;
	foreach my $column (@{ $new{partition_by} })
	{
		push @{ $self->{partitions} }, $column if !grep { $_ eq $column } @{ $self->{partitions} };
	}
	my %carried = map { $_ => 1 } @{ $new{partition_by} }, @{ $new{attributes} };
	foreach my $row (map { values %$_ } $self->{state}, $self->{before} ? $self->{before}{state} : (), map { $_->{before}{state} } @{ $self->{runs} })
	{
		# what is no longer carried is gone, what is carried now is not known before it is read
		$row->{attributes} = { map { $_ => $row->{attributes}{$_} } grep { $carried{$_} } keys %{ $row->{attributes} } };
	}
	return;
}

# All that a day's run changes.
sub kept_aside
{
	my ($self) = @_;

	return { state => { map { $_ => { %{ $self->{state}{$_} } } } keys %{ $self->{state} } },
		versions => [ @{ $self->{versions} } ], runs => [ @{ $self->{runs} } ], changes => [ @{ $self->{changes} } ] };
}

sub go_back
{
	my ($self) = @_;
	my $before = $self->{before};

	$self->{state} = { map { $_ => { %{ $before->{state}{$_} } } } keys %{ $before->{state} } };
	$self->{$_} = [ @{ $before->{$_} } ] foreach qw(versions runs changes);
	return;
}

# The error that a refresh raises, or undef.
sub refused
{
	my ($self, $day, $rows, $today, %how) = @_;
	my $last = $self->last_run;
	my (%seen, @negative);

	return 'the past' if $last && $day < $last->{day};
	return 'the future' if $day > $today + 1 && !$how{force};
	return 'only once' if $last && $day == $last->{day} && !$self->{before};
	foreach my $row (@$rows)
	{
		my @key = map { $row->{$_} } @{ $self->{definition}{key} };
		next if grep { !defined } @key;
		return 'twice' if $seen{ key_of(@key) }++;
	}
	return;
}

# ---------------------------------------------------------------------------
# Refresh.
# ---------------------------------------------------------------------------

sub refresh
{
	my ($self, $day, $rows, $today, %how) = @_;
	my $error = $self->refused($day, $rows, $today, %how);
	return $error if $error;

	my $last = $self->last_run;
	my $again = $last && $day == $last->{day};
	my $base = $again ? $self->{before} : $self->kept_aside;
	my $read;
	eval { $read = $self->read_rows($day, $rows); 1 } or return $@ =~ /^negative/ ? 'negative' : die $@;
	my $forced = $again && $last->{forced};
	return 'too many gone' if !$how{force} && !($forced && !$self->more_gone($base, $read)) && $self->too_many_gone($base, $read);

	$self->{before} = $base;
	$self->go_back;
	$self->decide_day($day, $read);
	$self->{run}{forced} = $how{force} || $forced ? 1 : 0;
	return;
}

# Who is there as the day stands, was there before it, and would be missing now: what was lost by force may stay lost.
sub more_gone
{
	my ($self, $base, $read) = @_;
	return scalar grep { $self->{state}{$_}{present} && $base->{state}{$_} && $base->{state}{$_}{present} && !$read->{customers}{$_} } keys %{ $self->{state} };
}

sub undo
{
	my ($self) = @_;

	return 'nothing to take back' if !$self->{before};
	$self->go_back;
	delete $self->{before};
	return;
}

# More than max_gone of the customers, or of the value in force (above zero), would be missing.
sub too_many_gone
{
	my ($self, $base, $read) = @_;
	my $most = $self->{definition}{max_gone};
	my ($all, $gone, $value, $gone_value) = (0, 0, 0, 0);

	return 0 if !defined $most;
	foreach my $key (keys %{ $base->{state} })
	{
		my $was = $base->{state}{$key};
		next if !$was->{present};
		my $amount = defined $was->{tier} && ($was->{value} // 0) > 0 ? $was->{value} : 0;
		$all++;
		$value += $amount;
		next if $read->{customers}{$key};
		$gone++;
		$gone_value += $amount;
	}
	return $gone > $most * $all || $gone_value > $most * $value;
}

# What a run reads: customers by key with their computed tiers, and per partition the cut-offs
# and what belongs to no customer.
sub read_rows
{
	my ($self, $day, $rows) = @_;
	my $definition = $self->{definition};
	my (%customers, %parts);

	foreach my $row (@$rows)
	{
		my @part = $self->part_of($row);
		my $part = $parts{ key_of(@part) } //= { part => \@part, rows => 0, total => 0, without => 0, members => [] };
		my @key = map { $row->{$_} } @{ $definition->{key} };
		my $value = defined $row->{ $definition->{value} } ? cents_of($row->{ $definition->{value} }) : undef;

		$part->{rows}++;
		$part->{total} += $value // 0;
		if (grep { !defined } @key)
		{
			$part->{without} += $value // 0;
			next;
		}
		my $customer = $customers{ key_of(@key) } = {
			key => \@key, part => \@part, value => $value, row => $row,
			attributes => { map { $_ => $row->{$_} } @{ $definition->{partition_by} }, @{ $definition->{attributes} } },
			orders_of($definition, $row)
		};
		$customer->{eligible} = $customer->{prospect} || ($definition->{eligible} && !$definition->{eligible}{holds}->($row)) ? 0 : 1;
		$customer->{conditions} = [ map { $_->{holds}->($row) ? 1 : 0 } @{ $definition->{rules} } ];
		push @{ $part->{members} }, $customer;
	}
	compute($definition, $_) foreach values %parts;
	return { customers => \%customers, parts => \%parts, rows => $rows };
}

# The partition of a row: a place for every column that ever was one, up to the last that is.
sub part_of
{
	my ($self, $row) = @_;
	my %is = map { $_ => 1 } @{ $self->{definition}{partition_by} };
	my @columns = @{ $self->{partitions} };

	pop @columns while @columns && !$is{ $columns[-1] };
	return map { $is{$_} ? $row->{$_} : undef } @columns;
}

# The columns of orders, and who has none: a prospect.
sub orders_of
{
	my ($definition, $row) = @_;
	my ($first, $last, $orders) =
	  map { defined $definition->{$_} ? $row->{ $definition->{$_} } : undef } qw(first_order last_order orders);
	my $given = grep { defined $definition->{$_} } qw(first_order last_order orders);
	my $none = defined $orders ? $orders <= 0 : !defined $first && !defined $last;

	return (first_order => defined $first ? day_of($first) : undef, last_order => defined $last ? day_of($last) : undef,
		orders => $orders, prospect => $given && $none ? 1 : 0, has_orders => $given ? 1 : 0);
}

# Scores, computed tiers and cut-offs of one partition.
sub compute
{
	my ($definition, $part) = @_;
	my @eligible = grep { $_->{eligible} } @{ $part->{members} };
	my $type = 'numeric';
	my @texts;

	if ($definition->{metrics})
	{
		score($definition, @eligible);
		$type = 'float8';
		@texts = map { defined $_->{score} ? sprintf('%.17g', $_->{score}) : undef } @eligible;
		$_->{cut} = defined $_->{score} ? $_->{score} * 100 : undef foreach @eligible;
	}
	else
	{
		@texts = map { $_->{row}{ $definition->{value} } } @eligible;
		$_->{cut} = $_->{value} foreach @{ $part->{members} };
	}
	my @values = AbcOracle::read_values($type, @texts);
	my @tiers = AbcOracle::classify($type, $definition->{scheme}, @values);
	$eligible[$_]{computed} = $tiers[$_] foreach 0 .. $#eligible;

	my $cutoffs = AbcOracle::cutoffs($type, $definition->{scheme}, @values);
	$cutoffs = [ map { defined $_ && $type eq 'float8' ? unpack('d>', pack('H*', $_)) : $_ } @$cutoffs ] if $cutoffs;
	$part->{cutoffs} = $cutoffs;
	return;
}

# Scores in numbers that a float8 holds exactly: metrics "none" of whole numbers, or one by rank.
sub score
{
	my ($definition, @customers) = @_;
	my @metrics = @{ $definition->{metrics} };
	my $all = 0;
	$all += $_->{weight} foreach @metrics;

	foreach my $metric (@metrics)
	{
		my @known = grep { defined $_->{row}{ $metric->{name} } } @customers;
		foreach my $customer (@customers)
		{
			my $own = $customer->{row}{ $metric->{name} };
			$customer->{normal}{ $metric->{name} } =
				!defined $own ? undef
			  : ($metric->{method} // 'none') eq 'none' ? $own
			  : @known == 1 ? 0
			  : (grep { $_->{row}{ $metric->{name} } < $own } @known) / (@known - 1);
		}
	}
	foreach my $customer (@customers)
	{
		my ($sum, $present) = (0, 0);
		foreach my $metric (grep { defined $customer->{normal}{ $_->{name} } } @metrics)
		{
			$sum += $metric->{weight} * $customer->{normal}{ $metric->{name} };
			$present += $metric->{weight};
		}
		$customer->{score} =
			$definition->{missing} eq 'zero' ? $sum
		  : $present == $all ? $sum
		  : $definition->{missing} eq 'null' || $present == 0 ? undef
		  : $sum * $all / $present;
	}
	return;
}

# Decide for everybody, and record the run.
sub decide_day
{
	my ($self, $day, $read) = @_;
	my $last = $self->last_run;

	$self->{run} = {
		before => $self->{before}, run => ($last ? $last->{run} : 0) + 1, day => $day, read => $read, definition => { %{ $self->{definition} } },
		partitions => [ @{ $self->{partitions} } ], revision => $self->{revision}, standard => $self->{standard},
		new_standard => $last && $last->{standard} != $self->{standard} ? 1 : 0,
		cause => $last && $last->{revision} != $self->{revision} ? 'definition' : 'data'
	};
	push @{ $self->{runs} }, $self->{run};
	my %keys = map { $_ => 1 } keys %{ $self->{run}{before}{state} }, keys %{ $read->{customers} };
	$self->decide($_) foreach sort keys %keys;
	$self->{run}{parts} = $self->partitions;
	return;
}

# One customer: the row of before, the row as it is now, a closed version, a change.
sub decide
{
	my ($self, $key) = @_;
	my $run = $self->{run};
	my $read = $run->{read}{customers}{$key};
	my $was = $self->{run}{before}{state}{$key};
	my $now = $self->decision($was, $read, $key);

	$self->dates($was, $now);
	@$now{qw(treatment treatment_by)} =
	  $now->{present} ? (treatment($self->{definition}, $now), $self->{definition}{treatments} && $self->{definition}{treatments}{column}) : @$was{qw(treatment treatment_by)};
	if ($was && opens_version($was, $now))
	{
		push @{ $self->{versions} }, { %$was, to => $run->{day} };
		$now->{from} = $run->{day};
		$now->{cause} =
			($was->{decided_by} eq 'override') != ($now->{decided_by} eq 'override') ? 'override'
		  : $run->{cause};
	}
	elsif ($was)
	{
		$now->{$_} = $was->{$_} foreach qw(from cause);
	}
	else
	{
		$now->{from} = $run->{day};
		$now->{cause} = 'data';
	}
	$self->{state}{$key} = $now;
	# the first run of a model makes it: nobody moves
	return if $run->{run} == 1;
	push @{ $self->{changes} }, $self->change($was, $now) if defined $now->{moved} || !same($now->{lifecycle}, $was && $was->{lifecycle});
	return;
}

sub decision
{
	my ($self, $was, $read, $key) = @_;
	my $run = $self->{run};
	my $definition = $run->{definition};
	my %now = (
		key => $read ? $read->{key} : $was->{key}, present => $read ? 1 : 0, part => $read ? $read->{part} : $was->{part},
		attributes => $read ? $read->{attributes} : $was->{attributes}, run => $run->{run},
		first_run => $was ? $was->{first_run} : $run->{run});

	if (!$read)
	{
		# who left keeps the last orders, and loses value and tier
		@now{qw(first_order last_order orders)} = @$was{qw(first_order last_order orders)};
		@now{qw(decided_by lifecycle)} = ('gone', 'lost');
		return \%now;
	}
	@now{qw(value score cut computed eligible first_order last_order orders)} =
	  @$read{qw(value score cut computed eligible first_order last_order orders)};
	$self->settle($was, \%now);

	my ($ruled, $because) = ($now{settled}, undef);
	foreach my $n (0 .. $#{ $definition->{rules} })
	{
		my $rule = $definition->{rules}[$n];
		my $before = $ruled;
		if ($rule->{kind} eq 'only_if')
		{
			$ruled = $rule->{tier} + 1 if defined $ruled && !$read->{conditions}[$n] && $ruled <= $rule->{tier};
		}
		elsif ($read->{conditions}[$n] && $read->{eligible})
		{
			$ruled = $rule->{tier};
		}
		$because = $rule->{because} if !same($ruled, $before);
	}
	my $override = $self->override_of($key);
	$now{tier} = $override ? min_of($override->{tier}, scalar @{ $definition->{scheme}{cuts} }) : $ruled;
	$now{decided_by} =
		$override ? 'override'
	  : !$read->{eligible} ? 'not eligible'
	  : !same($ruled, $now{settled}) ? 'rule'
	  : !same($now{settled}, $now{computed}) ? 'held'
	  : !defined $now{computed} ? 'no value'
	  : 'computed';
	$now{reason} = $override->{reason} if $override;
	$now{decided_until} = $override->{ends} if $override;
	$now{reason} = $because if $now{decided_by} eq 'rule';
	$now{lifecycle} = lifecycle($definition, $read, $run->{day}, $was);
	return \%now;
}

# Hysteresis: runs of different days in a row in which the computed tier lies on the same side of the
# settled one, this one included, or the time since the first of them.  A step starts the count anew.
sub settle
{
	my ($self, $was, $now) = @_;
	my $run = $self->{run};
	my $definition = $run->{definition};
	my $computed = $now->{computed};

	$now->{settled} = $computed;
	return if !$was || !$was->{present} || $run->{new_standard} || !defined $computed || !defined $was->{settled};
	return if $computed == $was->{settled};
	my $better = $computed < $was->{settled};
	my $goes_on = defined $was->{dissent_run} && defined $was->{dissent_better} && $was->{dissent_better} == $better;
	my ($since_run, $since) = $goes_on ? @$was{qw(dissent_run dissent_since)} : @$run{qw(run day)};
	my ($after, $wait) = @$definition{ $better ? qw(promote_after promote_wait) : qw(demote_after demote_wait) };
	$after-- if $wrong{hysteresis} && $after > 1;
	if ($run->{run} - $since_run + 1 < $after || ($wait && $since > minus($run->{day}, $wait)))
	{
		$now->{settled} = $was->{settled};
		@$now{qw(dissent_run dissent_since dissent_better)} = ($since_run, $since, $better);
		return;
	}
	my $step = $definition->{max_step};
	return if !defined $step || abs($computed - $was->{settled}) <= $step;
	$now->{settled} = $better ? $was->{settled} - $step : $was->{settled} + $step;
	@$now{qw(dissent_run dissent_since dissent_better)} = ($run->{run} + 1, $run->{day}, $better);
	return;
}

# The last override made that holds on the day of the run.
sub override_of
{
	my ($self, $key) = @_;
	my $day = $self->{run}{day};

	foreach my $override (reverse @{ $self->{overrides} })
	{
		next if $override->{key} ne $key || $override->{begins} > $day;
		return $override if !defined $override->{ends} || ($wrong{ends} ? $override->{ends} >= $day : $override->{ends} > $day);
	}
	return;
}

# The first state that fits.
sub lifecycle
{
	my ($definition, $read, $day, $was) = @_;
	my ($first, $last, $orders) = @$read{qw(first_order last_order orders)};
	my ($previous, $since) = $was ? @$was{qw(lifecycle lifecycle_since)} : ();
	my $silent = sub { return defined $last && defined $_[0] && $last <= minus($day, $_[0]); };

	return 'potential' if $read->{prospect};
	return 'lost' if $silent->($definition->{lost});
	return 'at_risk' if $silent->($definition->{at_risk});
	return 'at_risk'
	  if !defined $definition->{at_risk} && defined $orders && $orders >= 3 && defined $first && defined $last && $last > $first
	  && ($day - $last) * ($orders - 1) > 3 * ($last - $first);
	my $fresh = minus($day, [ 3, 0 ]);
	return 'returned' if defined $previous && ($previous eq 'lost' || ($previous eq 'returned' && $since > $fresh));
	return 'new' if defined $first && $first > $fresh;
	return 'loyal' if defined $first && $first <= minus($day, [ 12, 0 ]) && defined $orders && $orders >= 4;
	return 'active';
}

# A version opens when one of these changes: tier, computed tier, lifecycle, partition, who decides.
sub opens_version
{
	my ($was, $now) = @_;

	foreach my $field (qw(tier computed lifecycle decided_by))
	{
		return 1 if !same($was->{$field}, $now->{$field});
	}
	return 1 if key_of(@{ $was->{part} }) ne key_of(@{ $now->{part} });
	return 1 if $now->{decided_by} =~ /^(rule|override)$/ && !same($was->{reason}, $now->{reason});
	return 1 if !same($was->{decided_until}, $now->{decided_until});
	return 0;
}

# What hangs on how it was: since when, before, best, moved.
sub dates
{
	my ($self, $was, $now) = @_;
	my $run = $self->{run};
	my $day = $run->{day};
	my $changed = !$was || !same($was->{tier}, $now->{tier});

	$now->{tier_name} = $self->name_of($now->{tier});
	$now->{lifecycle_since} = $was && $was->{lifecycle} eq $now->{lifecycle} ? $was->{lifecycle_since} : $day;
	$now->{tier_since} = $changed || $was->{present} != $now->{present} ? $day : $was->{tier_since};
	$now->{value_before} = $was ? $was->{value} : undef;
	if ($was)
	{
		my $left = $changed && defined $was->{tier};
		$now->{previous_tier} = $left ? $was->{tier} : $was->{previous_tier};
		$now->{previous_name} = $left ? $was->{tier_name} : $was->{previous_name};
	}
	$now->{moved} =
		!$was ? 'new'
	  : $was->{present} && !$now->{present} ? 'gone'
	  : !$was->{present} && $now->{present} ? 'back'
	  : !$changed ? undef
	  : !defined $now->{tier} ? 'down'
	  : !defined $was->{tier} || $now->{tier} < $was->{tier} ? 'up'
	  : 'down';
	$now->{best_value} = max_of($now->{value}, $was ? $was->{best_value} : undef);
	best($was, $now, $day);
	return;
}

# What the table of treatments says of a tier, by its name or by its letter.
sub treatment
{
	my ($definition, $now) = @_;
	my $says = $definition->{treatments} or return undef;

	return $says->{rows}{ $now->{tier_name} } // $says->{rows}{ letter($now->{tier}) // '' };
}

# The best tier ever in force, and the day it was left.
sub best
{
	my ($was, $now, $day) = @_;
	my $best = $was ? $was->{best_tier} : undef;

	if (defined $now->{tier} && (!defined $best || $now->{tier} <= $best))
	{
		@$now{qw(best_tier best_name best_until)} = ($now->{tier}, $now->{tier_name}, undef);
		return;
	}
	return if !defined $best;
	@$now{qw(best_tier best_name)} = @$was{qw(best_tier best_name)};
	$now->{best_until} = $was->{best_until} // $day;
	return;
}

sub name_of
{
	my ($self, $tier) = @_;
	my $names = $self->{run}{definition}{scheme}{names};

	return 'unrated' if !defined $tier;
	return $names && $tier <= $#$names ? $names->[$tier] : letter($tier);
}

sub change
{
	my ($self, $was, $now) = @_;

	return {
		number => ++$self->{number}, run => $self->{run}{run}, day => $self->{run}{day}, key => $now->{key}, part => $now->{part},
		attributes => $now->{attributes},
		moved => $now->{moved}, from_tier => $was ? $was->{tier} : undef, to_tier => $now->{tier},
		from_name => $was ? $was->{tier_name} : undef, to_name => $now->{tier_name},
		previous_lifecycle => $was ? $was->{lifecycle} : undef, lifecycle => $now->{lifecycle}, decided_by => $now->{decided_by},
		reason => $now->{reason}, cause => $now->{cause}, value_before => $now->{value_before}, value => $now->{value}, score => $now->{score}
	};
}

# ---------------------------------------------------------------------------
# The run, partition by partition.
# ---------------------------------------------------------------------------

sub empty_part
{
	my ($self, $part) = @_;

	return {
		part => $part, customers => 0, rated => 0, total => 0, value => 0, up => 0, down => 0, arrived => 0, gone => 0,
		below_zero => 0, not_eligible_customers => 0, not_eligible => 0, unrated_customers => 0, unrated => 0, gone_value => 0,
		without => 0, rows => 0, source_total => 0, tiers => {}
	};
}

# A tier of a partition, or its unrated ones ('').
sub tier_of
{
	my ($part, $tier) = @_;

	return $part->{tiers}{ $tier // '' } //= { customers => 0, value => 0, weight => 0, in => 0, out => 0, lost => 0 };
}

sub partitions
{
	my ($self) = @_;
	my $read = $self->{run}{read};
	my %parts;
	my $of = sub { return $parts{ key_of(@{ $_[0] }) } //= $self->empty_part($_[0]); };

	foreach my $part (values %{ $read->{parts} })
	{
		my $own = $of->($part->{part});
		@$own{qw(cutoffs without rows source_total)} = @$part{qw(cutoffs without rows total)};
	}
	foreach my $key (keys %{ $self->{state} })
	{
		my ($was, $now) = ($self->{run}{before}{state}{$key}, $self->{state}{$key});
		add_customer($of->($now->{part}), $now) if $now->{present};
		add_flows($of, $was, $now);
	}
	$of->([]) if !%parts;
	return \%parts;
}

sub add_customer
{
	my ($part, $now) = @_;
	my $tier = tier_of($part, $now->{tier});
	my $value = $now->{value} // 0;
	my $weight = $value > 0 ? $value : 0;

	$part->{customers}++;
	$tier->{customers}++;
	$tier->{value} += $value;
	if (defined $now->{tier})
	{
		$part->{rated}++;
		$part->{total} += $weight;
		$part->{value} += $value;
		$part->{below_zero} += $value if $value < 0;
		$tier->{weight} += $weight;
	}
	else
	{
		my $line = $now->{eligible} ? 'unrated' : 'not_eligible';
		$part->{"${line}_customers"}++;
		$part->{$line} += $value;
	}
	return;
}

# Who came into and left each partition and tier: customers(t) = customers(t - 1) + in - out in all of them.
sub add_flows
{
	my ($of, $was, $now) = @_;
	my $is = $now->{present} ? $of->($now->{part}) : undef;
	my $before = $was && $was->{present} ? $of->($was->{part}) : undef;
	my $other = !same($is && key_of(@{ $now->{part} }), $before && key_of(@{ $was->{part} }));

	if ($other || ($is && !same($now->{tier}, $was->{tier})))
	{
		tier_of($is, $now->{tier})->{in}++ if $is;
		tier_of($before, $was->{tier})->{out}++ if $before;
	}
	if ($other)
	{
		$is->{arrived}++ if $is;
		$before->{gone}++ if $before;
		$before->{gone_value} += $was->{value} // 0 if $before;
	}
	$is->{up}++ if $is && ($now->{moved} // '') eq 'up';
	$is->{down}++ if $is && ($now->{moved} // '') eq 'down';
	tier_of($before // $is, $before ? $was->{tier} : $now->{tier})->{lost}++
	  if $now->{lifecycle} eq 'lost' && $was && $was->{lifecycle} ne 'lost';
	return;
}

# ---------------------------------------------------------------------------
# Overrides.
# ---------------------------------------------------------------------------

# A tier by hand from a day on (and before another day); undef takes it back.  Whoever had one has it
# no longer from that day on.  It holds at once where the last run is of that day, but not before the
# next refresh where that would be by another definition, or what the run began from is not kept.
sub override
{
	my ($self, $key, $tier, $reason, $begins, $ends) = @_;

	return 'unknown' if !$self->{state}{$key};
	return 'no reason' if defined $tier && ($reason // '') eq '';
	return 'the past' if $self->last_run && $begins < $self->last_run->{day};
	return 'ends first' if defined $tier && defined $ends && $ends <= $begins;
	foreach my $other (grep { $_->{key} eq $key } @{ $self->{overrides} })
	{
		next if defined $other->{ends} && $other->{ends} <= $begins;
		$other->{ends} = $begins > $other->{begins} ? $begins : $other->{begins};
	}
	push @{ $self->{overrides} },
	  { key => $key, keys => $self->{state}{$key}{key}, tier => $tier, reason => $reason, begins => $begins, ends => $ends }
	  if defined $tier;
	my $last = $self->last_run;
	$self->decide_again($key) if $last && $begins == $last->{day} && $self->{before} && $last->{revision} == $self->{revision}
	  && $last->{definition}{scheme}{text} eq $self->{definition}{scheme}{text};
	return;
}

# The last day decided again for one customer.
sub decide_again
{
	my ($self, $key) = @_;
	my $run = $self->{run} = $self->last_run;

	my $path = key_of(@{ $self->{state}{$key}{key} });
	@{ $self->{versions} } = grep { !($_->{to} == $run->{day} && key_of(@{ $_->{key} }) eq $path) } @{ $self->{versions} };
	@{ $self->{changes} } = grep { !($_->{run} == $run->{run} && key_of(@{ $_->{key} }) eq $path) } @{ $self->{changes} };
	$self->decide($key);
	$run->{parts} = $self->partitions;
	return;
}

1;
