# AbcModelRandom.pm - random lives of a model: definitions, sources, and what happens to them.
#
# A life is a list of steps, {what, sql, error, shows}: the statements, whether
# they must fail, and what every relation must show afterwards.  The oracle goes
# along while the life is made.  Everything comes from rand(), hence from one srand().
package AbcModelRandom;

use strict;
use warnings;

use AbcModelOracle qw(day_of date_of amount_of key_of letter);
use AbcModelRelations;

sub pick { return $_[ int(rand(@_)) ]; }
sub chance { return rand() < $_[0]; }
sub between { return $_[0] + int(rand($_[1] - $_[0] + 1)); }

sub literal { return defined $_[0] ? "'" . ($_[0] =~ s/'/''/gr) . "'" : 'NULL'; }

# ---------------------------------------------------------------------------
# Schemes.
# ---------------------------------------------------------------------------

my @name_sets = (undef, undef, [qw(gold silver iron)], [qw(platinum gold iron lead)], [ '铂金', '黄金', '铅质' ], [ 'Key account', 'rest' ]);

sub scheme
{
	my ($scored, $cuts) = @_;
	my $rule = $scored ? pick(qw(count top value)) : pick(qw(share share share count top value fill));
	my %percent = (1 => [ [80], [50] ], 2 => [ [ 80, 95 ], [ 70, 90 ], [ 15, 50 ] ], 3 => [ [ 50, 80, 95 ], [ 20, 40, 60 ] ]);
	my %scheme = (rule => $rule, crossing => 'up', ties => $rule =~ /share|fill/ ? 'up' : 'down', negative => 'zero');
	my @texts;

	$cuts //= pick(1, 2, 2, 2, 3);
	if ($rule eq 'share' || $rule eq 'count')
	{
		@texts = @{ pick(@{ $percent{$cuts} }) };
		$scheme{cuts} = [ map { [ $_, 100 ] } @texts ];
	}
	elsif ($rule eq 'fill')
	{
		@texts = (50, 20, 10)[ 0 .. $cuts - 1 ];
		$scheme{cuts} = [ map { [ $_, 100 ] } @texts ];
	}
	elsif ($rule eq 'top')
	{
		@texts = (between(1, 3), between(4, 6), between(7, 9))[ 0 .. $cuts - 1 ];
		$scheme{cuts} = [@texts];
	}
	else
	{
		@texts = $scored ? (6, 3, 1)[ 0 .. $cuts - 1 ] : (500, '100', '12.5')[ 0 .. $cuts - 1 ];
		$scheme{cuts} = [ map { { text => $_, above => 0 } } @texts ];
	}
	$scheme{texts} = [@texts];
	$scheme{crossing} = 'down' if $rule =~ /share|count|fill/ && chance(0.2);
	$scheme{ties} = $scheme{ties} eq 'up' ? 'down' : 'up' if $rule ne 'value' && chance(0.2);
	$scheme{negative} = pick('drop', 'error') if $rule =~ /share|fill/ && chance(0.1);
	my @names = grep { !$_ || @$_ == $cuts + 1 } @name_sets;
	return named(\%scheme, pick(@names));
}

# A scheme with other names, and its text.
sub named
{
	my ($scheme, $names) = @_;
	my %new = (%$scheme, names => $names);
	my $separator = $scheme->{rule} eq 'fill' ? ($names ? ' + ' : '+') : ($names ? ' / ' : '/');
	my @parts = map { ($names ? quoted($names->[$_]) . ' ' : '') . $scheme->{texts}[$_] } 0 .. $#{ $scheme->{texts} };

	push @parts, quoted($names->[-1]) if $names;
	$new{text} = "$scheme->{rule} " . join($separator, @parts);
	my $default = $scheme->{rule} =~ /share|fill/ ? 'up' : 'down';
	$new{text} .= '; crossing down' if $scheme->{crossing} eq 'down';
	$new{text} .= "; ties $scheme->{ties}" if $scheme->{ties} ne $default;
	$new{text} .= "; negative $scheme->{negative}" if $scheme->{negative} ne 'zero';
	return \%new;
}

sub quoted { return $_[0] =~ /\s/ ? "\"$_[0]\"" : $_[0]; }

# ---------------------------------------------------------------------------
# Conditions: as SQL, and as a function that is true only where the condition is.
# ---------------------------------------------------------------------------

my @conditions = (
	{ sql => 'g', holds => sub { ($_[0]{g} // '') eq 't' } },
	{ sql => 'NOT g', holds => sub { ($_[0]{g} // '') eq 'f' } },
	{ sql => q{h = 'x'}, holds => sub { ($_[0]{h} // '') eq 'x' } },
	{ sql => q{h IN ('x', 'y') OR g}, holds => sub { ($_[0]{h} // '') =~ /^[xy]$/ || ($_[0]{g} // '') eq 't' } },
	{ sql => 'n >= 3', holds => sub { defined $_[0]{n} && $_[0]{n} >= 3 } },
	{ sql => 'v > 20', holds => sub { defined $_[0]{v} && $_[0]{v} > 20 } },
	{ sql => 'm1 IS NULL', holds => sub { !defined $_[0]{m1} } });

sub rule
{
	my ($cuts) = @_;
	my $condition = pick(@conditions);
	my $kind = pick(qw(only_if only_if always_if));

	return { %$condition, kind => $kind, tier => between(0, $kind eq 'only_if' ? $cuts - 1 : $cuts), because => 'because ' . between(1, 99) };
}

sub rule_sql
{
	my ($rule) = @_;
	return sprintf('abc_%s(%s, %s, %s)', $rule->{kind}, literal(letter($rule->{tier})), literal($rule->{sql}), literal($rule->{because}));
}

# ---------------------------------------------------------------------------
# The source: a table of these columns.
# ---------------------------------------------------------------------------

my %types = (
	c => [ 'text', 'varchar(10)' ], id => [ 'integer', 'bigint', 'smallint' ], v => [ 'numeric(12,2)', 'bigint', 'double precision' ],
	p1 => [ 'text', 'varchar(20)' ], p2 => [ 'integer', 'bigint' ], a1 => [ 'text', 'varchar(20)' ], a2 => [ 'integer', 'smallint' ],
	m1 => [ 'integer', 'double precision' ], m2 => ['integer'], f => ['date'], l => ['date'], n => [ 'integer', 'bigint' ], g => ['boolean'], h => ['text']);
my @columns = qw(c id v p1 p2 a1 a2 m1 m2 f l n g h);

# The types a table is made with.
sub form { return { map { $_ => pick(@{ $types{$_} }) } @columns }; }

sub value_text
{
	my ($cents, $type) = @_;

	return if !defined $cents;
	return int($cents / 100) if $type eq 'bigint';
	return sprintf('%.2f', $cents / 100) if $type =~ /^numeric/;
	my $text = sprintf('%.2f', int($cents / 25) / 4);	# exact in a float8
	$text =~ s/\.?0+$//;
	return $text eq '-0' ? '0' : $text;
}

# The rows as texts, for the oracle and for SQL.
sub texts
{
	my ($life) = @_;

	return [ map { my %row = %$_; $row{v} = value_text($row{cents}, $life->{form}{v}); delete $row{cents}; \%row } @{ $life->{rows} } ];
}

sub create_sql
{
	my ($life, $table) = @_;
	return "CREATE TABLE $table (" . join(', ', map { "$_ $life->{form}{$_}" } @columns) . ');';
}

sub fill_sql
{
	my ($life, $table) = @_;
	my @rows = map { my $row = $_; '(' . join(', ', map { literal($row->{$_}) } @columns) . ')' } @{ texts($life) };

	return "TRUNCATE $table;" . (@rows ? " INSERT INTO $table VALUES " . join(', ', @rows) . ';' : '');
}

sub amount
{
	return undef if chance(0.05);
	return pick(0, -500, -2500, 100, 10000, 10000) if chance(0.25);
	return int(100 * exp(3 + 2 * sqrt(-2 * log(1 - rand())) * cos(6.283185307179586 * rand())));
}

sub customer
{
	my ($life, $c, $id) = @_;
	my %row = (c => $c, id => $id);

	change_row($life, \%row, 1);
	return \%row;
}

# New figures for a row; all of them, or some.
sub change_row
{
	my ($life, $row, $share) = @_;
	my $day = $life->{day};

	$row->{cents} = amount() if chance($share);
	$row->{p1} = pick('north', 'south', 'south', 'Ost', undef) if chance($share * (exists $row->{p1} ? 0.2 : 1));
	$row->{p2} = pick(1, 1, 2) if chance($share * (exists $row->{p2} ? 0.2 : 1));
	$row->{a1} = pick('x', 'y', 'a "b"', 'comma, here', undef) if chance($share);
	$row->{a2} = pick(0, 7, 9, undef) if chance($share);
	$row->{m1} = chance(0.1) ? undef : between(0, 9) if chance($share);
	$row->{m2} = chance(0.1) ? undef : between(0, 4) if chance($share);
	$row->{g} = pick('t', 't', 'f', undef) if chance($share);
	$row->{h} = pick('x', 'x', 'y', 'z', undef) if chance($share);
	return if !chance($share);
	my $first = $day - between(0, 900);
	my $last = $first + int(rand($day - $first + 1));
	my $orders = between(1, 12);
	($first, $last, $orders) = (undef, undef, pick(0, undef)) if chance(0.1);
	$first = undef if chance(0.03);
	$last = undef if chance(0.03);
	@$row{qw(f l n)} = ((map { defined $_ ? date_of($_) : undef } $first, $last), chance(0.05) ? undef : $orders);
	return;
}

# Days go on: some get new figures, some leave, some come, some come back.
sub change_source
{
	my ($life) = @_;
	my $share = pick(0.05, 0.2, 0.5);
	my @stay;

	foreach my $row (@{ $life->{rows} })
	{
		next if chance(0.06) && push @{ $life->{left} }, $row;
		change_row($life, $row, pick(0.3, 1)) if chance($share);
		push @stay, $row;
	}
	my @left = @{ $life->{left} };
	$life->{left} = [];
	foreach my $row (@left)
	{
		push @{ chance(0.25) ? \@stay : $life->{left} }, $row;
	}
	while (chance(0.4))
	{
		push @stay, customer($life, pick('one', 'two'), $life->{next_id}++);
	}
	push @stay, customer($life, 'one', undef) if chance(0.05);
	@stay = grep { defined $_->{id} || chance(0.5) } @stay;
	$life->{rows} = \@stay;
	return;
}

# ---------------------------------------------------------------------------
# Definitions.
# ---------------------------------------------------------------------------

# Two tables of treatments; a treatment goes by the name of a tier, or by its letter.
my %treatments = (
	treat => { column => 'discount', rows => { A => 10, B => 5, gold => 12, unrated => 0 } },
	visit => { column => 'visits', rows => { A => 4, C => 1, '铂金' => 9 } });
$treatments{$_}{table} = $_ foreach keys %treatments;

sub treatments_sql
{
	return map {
		my $says = $treatments{$_};
		"CREATE TABLE $_ (tier text, $says->{column} int); INSERT INTO $_ VALUES "
		  . join(', ', map { '(' . literal($_) . ", $says->{rows}{$_})" } sort keys %{ $says->{rows} }) . ';'
	} sort keys %treatments;
}

sub metrics
{
	return [ { name => 'm1', weight => 10, method => 'rank' } ] if chance(0.3);
	return [ { name => 'm1', weight => 1, method => undef } ] if chance(0.3);
	return [ map { { name => $_, weight => 2, method => 'none' } } 'm1', 'm2' ];
}

sub definition
{
	my $metrics = chance(0.2) ? metrics() : undef;
	my $scheme = scheme($metrics ? 1 : 0);
	my $cuts = @{ $scheme->{cuts} };
	my $orders = chance(0.7);

	return (
		key => chance(0.3) ? [ 'c', 'id' ] : ['id'], value => 'v', scheme => $scheme, metrics => $metrics,
		partition_by => pick([], [], ['p1'], [ 'p1', 'p2' ]), attributes => pick([], ['a1'], [ 'a1', 'a2' ]),
		missing => pick('renormalize', 'renormalize', 'zero', 'null'), eligible => chance(0.3) ? pick(@conditions) : undef,
		rules => [ map { rule($cuts) } 1 .. pick(0, 0, 1, 2) ], promote_after => pick(1, 1, 2, 3), demote_after => pick(1, 1, 2, 3),
		max_step => pick(undef, undef, undef, 1), promote_wait => pick(undef, undef, [ 0, 30 ]), demote_wait => pick(undef, undef, [ 0, 45 ]),
		$orders ? (first_order => 'f', last_order => 'l', orders => pick('n', 'n', undef),
			at_risk => pick(undef, [ 2, 0 ], [ 0, 40 ]), lost => pick(undef, [ 6, 0 ])) : (), max_gone => pick(0.5, 0.5, undef),
		treatments => pick(undef, undef, $treatments{treat}));
}

sub interval { return !defined $_[0] ? undef : "$_[0][0] months $_[0][1] days"; }

sub array { return literal('{' . join(',', @{ $_[0] }) . '}'); }

sub metrics_sql
{
	return 'ARRAY[' . join(', ', map { sprintf('abc_metric(%s, %s, %s)', literal($_->{name}), $_->{weight}, literal($_->{method})) } @{ $_[0] }) . ']';
}

# The arguments of abc_create_model or abc_alter_model for some fields of a definition.
my %argument = (
	key => sub { literal(@{ $_[0] } == 1 ? $_[0][0] : '{' . join(',', @{ $_[0] }) . '}') },
	scheme => sub { literal($_[0]{text}) },
	treatments => sub { literal($_[0]{table}) },
	metrics => sub { metrics_sql($_[0]) },
	partition_by => \&array, attributes => \&array,
	eligible => sub { literal($_[0]{sql}) },
	rules => sub { @{ $_[0] } ? 'ARRAY[' . join(', ', map { rule_sql($_) } @{ $_[0] }) . ']' : q{'{}'} },
	(map { $_ => sub { literal(interval($_[0])) } } qw(promote_wait demote_wait at_risk lost)),
	(map { $_ => sub { $_[0] } } qw(promote_after demote_after max_step max_gone)));

# What takes a thing away in an alteration.
my %nothing = (eligible => q{''}, rules => q{'{}'}, max_step => '0', metrics => q{'{}'}, treatments => q{''},
	(map { $_ => q{''} } qw(first_order last_order orders)), (map { $_ => q{'0'} } qw(promote_wait demote_wait at_risk lost)));

sub arguments
{
	my ($alter, %fields) = @_;
	my @arguments;

	foreach my $field (sort keys %fields)
	{
		my $value = $fields{$field};
		next if !defined $value && !$alter && $field ne 'max_gone';
		my $text =
			!defined $value ? ($alter ? $nothing{$field} : 'NULL') // 'NULL'
		  : $argument{$field} ? $argument{$field}->($value)
		  : literal($value);
		push @arguments, "$field => $text";
	}
	return join(', ', @arguments);
}

# ---------------------------------------------------------------------------
# Steps.
# ---------------------------------------------------------------------------

my @relations = qw(face ranked history changes runs trend overrides);

sub step
{
	my ($life, $what, $sql, $error) = @_;
	my $model = $life->{model};

	my @by = grep { chance(0.5) } @{ $model->{definition}{partition_by} }, @{ $model->{definition}{attributes} };

	push @{ $life->{steps} }, {
		what => $what, sql => $sql, error => $error, by => \@by,
		shows => {
			report => AbcModelRelations::report($model, @by),
			map { my $show = AbcModelRelations->can($_); $_ => $show->($model) } @relations
		},
		key => $model->{definition}{key}, stale => $life->{stale}
	};
	return;
}

# Put the rows into the source, in one of the ways that jobs have.
sub write_source
{
	my ($life) = @_;
	my $way = rand();

	return fill_sql($life, 'facts') if $way < 0.7;
	$life->{form} = form() if chance(0.5);
	return create_sql($life, 'facts_new') . fill_sql($life, 'facts_new')
	  . 'ALTER TABLE facts RENAME TO facts_old; ALTER TABLE facts_new RENAME TO facts; DROP TABLE facts_old CASCADE;' if $way < 0.85;
	return 'DROP TABLE facts CASCADE;' . create_sql($life, 'facts') . fill_sql($life, 'facts');
}

sub refresh
{
	my ($life, $day, %how) = @_;

	step($life, 'changed keys', changed_sql($life)) if $life->{twin};
	my $error = $life->{model}->refresh($day, texts($life), $life->{today}, %how);
	my $force = $how{force} ? ', force => true' : '';

	# who loses too many says so, and is told that it is meant
	$life->{day} = $day if !$error;
	$life->{stale} = 0 if !$error;
	step($life, "refresh as of @{[ date_of($day) ]}$force", "SELECT abc_refresh('m', '@{[ date_of($day) ]}'$force);", $error);
	return refresh($life, $day, force => 1) if ($error // '') eq 'too many gone';
	return;
}

sub later_day
{
	my ($life) = @_;

	if (chance(0.9))
	{
		change_source($life);
		step($life, 'source', write_source($life));
	}
	my $day = $life->{day} + pick(1, 1, 7, between(2, 45), 30);
	$day = $life->{today} + 1 if $day > $life->{today} + 1;
	return refresh($life, $day);
}

sub same_day
{
	my ($life) = @_;

	if (chance(0.7))
	{
		change_source($life);
		step($life, 'source', write_source($life));
	}
	return refresh($life, $life->{day});
}

sub undo
{
	my ($life) = @_;
	my $model = $life->{model};
	my $error = $model->undo;

	$life->{day} = $model->last_run->{day} if $model->last_run && !$error;
	step($life, 'undo', q{SELECT abc_undo('m');}, $error);
	return;
}

sub override
{
	my ($life) = @_;
	my $model = $life->{model};
	my @known = sort keys %{ $model->{state} };
	my $key = @known ? pick(@known) : 'nobody';
	my $cuts = @{ $model->{definition}{scheme}{cuts} };
	my $tier = chance(0.2) ? undef : between(0, $cuts);
	my $begins = $life->{day} + pick(0, 0, 0, 0, 0, 0, 1, 10, 40, -1);
	my $ends = defined $tier && chance(0.4) ? $begins + pick(0, 1, 20, 60) : undef;
	my $reason = 'partner ' . between(1, 99);
	my $error = $model->override($key, $tier, $reason, $begins, $ends);
	my @key = $model->{state}{$key} ? @{ $model->{state}{$key}{key} } : ('nobody') x @{ $model->{definition}{key} };

	$model->{overrides}[-1]{name} = $model->{definition}{scheme}{names} ? $model->{definition}{scheme}{names}[$tier] : letter($tier)
	  if defined $tier && !$error;
	step($life, 'override', sprintf(q{SELECT abc_override('m', %s, %s, %s, begins => '%s', ends => %s);},
			literal(@key == 1 ? $key[0] : '{' . join(',', @key) . '}'), literal(letter($tier)), literal($reason),
			date_of($begins), defined $ends ? "'" . date_of($ends) . "'" : 'NULL'), $error);
	return;
}

# One alteration, of one thing or of several.
sub alter
{
	my ($life) = @_;
	my $model = $life->{model};
	my %old = %{ $model->{definition} };
	my $cuts = @{ $old{scheme}{cuts} };
	my %kinds = (
		scheme => sub { (scheme => scheme($old{metrics} ? 1 : 0, $cuts)) },
		names => sub { (scheme => named($old{scheme}, pick(grep { $_ && @$_ == $cuts + 1 } @name_sets) // $old{scheme}{names})) },
		metrics => sub {
			$old{metrics} && chance(0.5) ? (metrics => undef, scheme => scheme(0, $cuts)) : (metrics => metrics(), scheme => scheme(1, $cuts))
		},
		partition_by => sub { (partition_by => pick([], ['p1'], ['p2'], [ 'p1', 'p2' ])) },
		attributes => sub { (attributes => pick([], ['a1'], ['a2'], [ 'a2', 'a1' ])) },
		rules => sub { (rules => [ map { rule($cuts) } 1 .. pick(0, 1, 2) ]) },
		eligible => sub { (eligible => pick(undef, @conditions)) },
		missing => sub { (missing => pick('renormalize', 'zero', 'null')) },
		promote_after => sub { (promote_after => between(1, 3)) },
		demote_after => sub { (demote_after => between(1, 3)) },
		max_step => sub { (max_step => pick(undef, 1, 2)) },
		promote_wait => sub { (promote_wait => pick(undef, [ 0, 20 ])) },
		demote_wait => sub { (demote_wait => pick(undef, [ 0, 20 ])) },
		treatments => sub { (treatments => pick(undef, values %treatments)) },
		$old{last_order} ? (at_risk => sub { (at_risk => pick(undef, [ 1, 0 ])) }, lost => sub { (lost => pick(undef, [ 3, 0 ])) }) : ());
	my %changes = map { $kinds{$_}->() } chance(0.7) ? pick(sort keys %kinds) : (pick(sort keys %kinds), pick(sort keys %kinds));

	# one that is right for what is cut then, where a scheme of its own was picked beside the metrics
	$changes{scheme} = scheme($changes{metrics} ? 1 : 0, $cuts) if exists $changes{metrics};

	# a scheme without names keeps the names that there are
	my %meant = %changes;
	$meant{scheme} = named($changes{scheme}, $old{scheme}{names})
	  if $changes{scheme} && !$changes{scheme}{names} && $old{scheme}{names} && @{ $old{scheme}{names} } == $cuts + 1;
	$model->alter(%meant);
	$life->{stale} = 1;
	step($life, 'alter ' . join(', ', sort keys %changes), "SELECT abc_alter_model('m', " . arguments(1, %changes) . ');');
	return;
}

# What must be refused, and leave everything as it was.
sub mistake
{
	my ($life) = @_;
	my $kind = pick(qw(past future twice missing));

	if ($kind eq 'past')
	{
		return if !$life->{model}->last_run;
		return refresh($life, $life->{model}->last_run->{day} - between(1, 30));
	}
	return refresh($life, $life->{today} + between(2, 4000)) if $kind eq 'future';
	if ($kind eq 'twice')
	{
		return if !@{ $life->{rows} };
		my @rows = @{ $life->{rows} };
		$life->{rows} = [ @rows, pick(@rows) ];
		step($life, 'a customer twice', fill_sql($life, 'facts'));
		refresh($life, $life->{day} + 1 > $life->{today} ? $life->{today} : $life->{day} + 1);
		$life->{rows} = \@rows;
		return step($life, 'source', fill_sql($life, 'facts'));
	}
	step($life, 'source gone', 'DROP TABLE facts CASCADE;');
	step($life, 'refresh without source', "SELECT abc_refresh('m', '@{[ date_of($life->{day}) ]}');", 'no source');
	step($life, 'source', create_sql($life, 'facts') . fill_sql($life, 'facts'));
	return;
}

# ---------------------------------------------------------------------------
# Twins: a second model, n, that is told which keys may have changed.
# ---------------------------------------------------------------------------

# The keys of rows that differ from those that the last run read, and some that do not.
sub changed_keys
{
	my ($life) = @_;
	my @key = @{ $life->{model}{definition}{key} };
	my $last = $life->{model}->last_run;
	my %was = map { key_of(@$_{@key}) => $_ } $last ? @{ $last->{read}{rows} } : ();
	my %is = map { key_of(@$_{@key}) => $_ } @{ texts($life) };
	my %all = (%was, %is);
	my %rows;

	# a customer who is there twice has another row than before
	$rows{ key_of(@$_{@key}) }++ foreach @{ $life->{rows} };
	return grep {
		my ($was, $is) = ($was{$_}, $is{$_});
		!$was || !$is || ($rows{$_} // 0) > 1 || chance(0.1) || grep { ($was->{$_} // "\x00") ne ($is->{$_} // "\x00") } @columns
	} sort keys %all;
}

sub changed_sql
{
	my ($life) = @_;
	my @values = map { '(' . join(', ', map { $_ eq "\x00" ? 'NULL' : literal($_) } split(/\x1f/, $_, -1)) . ')' } changed_keys($life);

	return 'TRUNCATE changed_keys;' . (@values ? ' INSERT INTO changed_keys VALUES ' . join(', ', @values) . ';' : '');
}

sub twin_setup
{
	my ($life, %definition) = @_;
	my @key = @{ $definition{key} };

	return 'CREATE TABLE changed_keys (' . join(', ', map { "$_ " . ($_ eq 'id' ? 'bigint' : 'text') } @key) . ');'
	  . "SELECT abc_create_model('n', 'facts', changed => 'SELECT * FROM changed_keys', " . arguments(0, %definition) . ');';
}

# A life of so many statements.
sub life
{
	my ($statements, $today, $twin) = @_;
	my %definition = definition();
	my $life = {
		today => $today, day => $today - pick(30, 200, 500, 900), form => form(), rows => [], left => [], steps => [], next_id => 1,
		model => AbcModelOracle->new(%definition), stale => 0
	};

	push @{ $life->{rows} }, customer($life, pick('one', 'two'), $life->{next_id}++) for 1 .. between(0, 25);
	$life->{setup} = join('', treatments_sql(), create_sql($life, 'facts'), fill_sql($life, 'facts')) . "SELECT abc_create_model('m', 'facts', " . arguments(0, %definition) . ');';
	$life->{setup} .= twin_setup($life, %definition) if $life->{twin} = $twin;
	refresh($life, $life->{day});
	while (@{ $life->{steps} } < $statements)
	{
		my $what = rand();
		$what < 0.45 ? later_day($life)
		  : $what < 0.60 ? same_day($life)
		  : $what < 0.65 ? undo($life)
		  : $what < 0.78 ? override($life)
		  : $what < 0.95 ? alter($life)
		  : mistake($life);
	}
	return $life;
}

1;
