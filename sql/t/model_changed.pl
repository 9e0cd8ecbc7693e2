# A refresh that reads changed keys gives what a full refresh gives, to the byte, in every relation.
#
# Twins over one source: m reads everything, n only what changed. They live through the same random days: figures
# change, customers come, leave, come back and change their partition, rows lose their key, overrides begin and end, a
# day is run again or taken back, the definition is altered. After every step all relations of m and n are compared as
# texts. Half of the lives learn the keys from a table that the job fills, half by abc_track.
#
#	ABC_LIVES	lives, 6 by default
#	ABC_DAYS	days of a life, 8 by default: ABC_LIVES=25 ABC_DAYS=20 are 500 days
#	ABC_SEED	of the random numbers; the first life has this seed, the next one that plus 1

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use IPC::Run;
use Test::More;

my $lives = $ENV{ABC_LIVES} // 6;
my $days = $ENV{ABC_DAYS} // 8;
my $seed = $ENV{ABC_SEED} // 20261127;
my $node = AbcTier::new_node('model_changed', 'fsync = off', 'jit = off');

sub pick { return $_[ int(rand(@_)) ]; }
sub chance { return rand() < $_[0]; }
sub say_sql { return $node->safe_psql('postgres', "SET search_path = life, public; SET client_min_messages = error; $_[0]"); }

my @schemes = (
	'share 80/95', 'share 50/80/95; crossing down', 'share 60/90; ties down', 'share 80/95; negative drop', 'share 70/90; negative error',
	'count 15/50', 'count 10/30/70; ties up', 'count 20/60; crossing down', 'top 5/20/60', 'top 30/90; ties up', 'value 100/20', 'value >50/0',
	'fill 50+30', 'fill 40+30+20; ties down', 'fill 60+20; crossing down', 'share gold 70 / silver 90 / iron');

# The relations, and what may differ: moments, and how rows were read.
my %own = map { $_ => '{began,finished,full_read,rows_read,healed,made,override_id}' } qw(run override);
my @relations = ('state', 'before', 'version', 'change', 'run', 'override', 'trend', 'ranked', 'history', 'changes', '');

sub rows_of
{
	my ($model, $relation) = @_;
	my $own = $own{$relation} // '{}';
	return "SELECT (to_jsonb(x) - '$own'::text[])::text AS x FROM $model" . ($relation eq '' ? '' : "_$relation") . ' AS x';
}

sub differences
{
	return say_sql(join(' UNION ALL ', map {
		my ($m, $n) = (rows_of('m', $_), rows_of('n', $_));
		"SELECT * FROM ((SELECT 'm_$_ ' || e.x FROM ($m EXCEPT ALL $n) AS e (x) LIMIT 3) UNION ALL (SELECT 'n_$_ ' || e.x FROM ($n EXCEPT ALL $m) AS e (x) LIMIT 3)) AS d"
	} @relations));
}

# The source, and what happens to it.
my $setup = q{
	DROP SCHEMA IF EXISTS life CASCADE; CREATE SCHEMA life;
	CREATE TABLE facts (number int PRIMARY KEY, id bigint, v TYPE, p text, a text, g boolean, m1 int, first date, last date, orders int);
	CREATE INDEX ON facts (id);
	CREATE TABLE facts_read (LIKE facts); CREATE TABLE facts_left (LIKE facts);
	CREATE TABLE changed_key (id bigint);
	CREATE TABLE treat (tier text, discount int); INSERT INTO treat VALUES ('A', 10), ('B', 5);

	CREATE FUNCTION amount() RETURNS numeric LANGUAGE sql AS $$
		SELECT CASE WHEN random() < 0.05 THEN NULL WHEN random() < 0.2 THEN (ARRAY[0, LEAST, 5, 100, 100.5, 100, 20])[1 + (random() * 6)::int]::numeric
			ELSE round(exp(3 + 2 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))::numeric, (random() * 2.4)::int) END $$;
	CREATE FUNCTION customer(number int, day date) RETURNS facts LANGUAGE sql AS $$
		SELECT ROW(number, CASE WHEN random() < 0.03 THEN NULL ELSE number END, amount(), (ARRAY['x', 'y', 'y', 'z', NULL])[1 + (random() * 4)::int],
			(ARRAY['red', 'blue'])[1 + (random())::int], random() < 0.8, CASE WHEN random() < 0.9 THEN (random() * 9)::int END, f.f,
			f.f + ((day - f.f) * random())::int, (random() * 8)::int)::facts
		FROM (SELECT day - (random() * 900)::int) AS f (f) $$;
	-- some change, some leave, some come back, some come
	CREATE FUNCTION live(day date, share float8) RETURNS void LANGUAGE plpgsql AS $$
	DECLARE
		row_ facts;
		new_ facts;
	BEGIN
		FOR row_ IN SELECT * FROM facts WHERE random() < share ORDER BY number LOOP
			new_ := customer(row_.number, day);
			UPDATE facts AS f SET v = new_.v, a = new_.a, g = new_.g, m1 = new_.m1, p = CASE WHEN random() < 0.2 THEN new_.p ELSE f.p END,
				last = CASE WHEN random() < 0.5 THEN day ELSE f.last END, orders = f.orders + 1 WHERE f.number = row_.number;
		END LOOP;
		WITH gone AS (DELETE FROM facts WHERE number IN (SELECT number FROM facts WHERE random() < share / 4) RETURNING *) INSERT INTO facts_left SELECT * FROM gone;
		WITH back AS (DELETE FROM facts_left WHERE number IN (SELECT number FROM facts_left WHERE random() < 0.2) RETURNING *) INSERT INTO facts SELECT * FROM back;
		INSERT INTO facts SELECT (customer(i, day)).* FROM generate_series((SELECT max(number) + 1 FROM (SELECT number FROM facts UNION ALL SELECT number FROM facts_left) AS x),
			(SELECT max(number) + (random() * 3)::int FROM (SELECT number FROM facts UNION ALL SELECT number FROM facts_left) AS x)) AS i;
	END $$;
	CREATE FUNCTION tell() RETURNS void LANGUAGE sql AS $$
		DELETE FROM changed_key;
		INSERT INTO changed_key SELECT x.id FROM (SELECT f.id, f::text FROM facts AS f UNION ALL SELECT r.id, r::text FROM facts_read AS r) AS x (id, row_)
		GROUP BY x.id HAVING count(DISTINCT x.row_) * 2 <> count(*) OR x.id IS NULL OR random() < 0.02 $$;
	CREATE FUNCTION was_read() RETURNS void LANGUAGE sql AS $$
		DELETE FROM changed_key; DELETE FROM facts_read; INSERT INTO facts_read SELECT * FROM facts $$;
	-- what a statement says, or why it fails
	CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		answer text;
	BEGIN
		EXECUTE statement INTO answer;
		RETURN 'done';
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE || ' ' || SQLERRM;
	END $$;
};

sub definition
{
	my ($scheme) = @_;
	my @arguments = ("scheme => '$scheme'");

	push @arguments, q{partition_by => '{p}'} if chance(0.5);
	push @arguments, q{attributes => '{a}'} if chance(0.5);
	push @arguments, q{eligible => 'g'} if chance(0.4);
	push @arguments, "promote_after => " . pick(2, 3) if chance(0.4);
	push @arguments, "demote_after => " . pick(2, 3) if chance(0.4);
	push @arguments, "demote_wait => '20 days'" if chance(0.2);
	push @arguments, 'max_step => 1' if chance(0.3);
	push @arguments, q{first_order => 'first', last_order => 'last', orders => 'orders'} . pick('', q{, lost => '3 months'}, q{, lost => '5 months', at_risk => '40 days'}) if chance(0.7);
	push @arguments, q{treatments => 'treat'} if chance(0.3);
	push @arguments, q{rules => ARRAY[abc_only_if('A', 'm1 > 2', 'few'), abc_always_if('B', 'm1 = 9', 'nine')]} if chance(0.3);
	push @arguments, q{metrics => ARRAY[abc_metric('m1', 2, 'none'), abc_metric('orders', 3, 'lower none')]} if $scheme =~ /^(count|top|value)/ && chance(0.4);
	push @arguments, 'max_gone => NULL';
	return join(', ', @arguments);
}

# A statement on both, which must go alike.
sub both
{
	my ($statement) = @_;
	my @went = map { my $s = $statement =~ s/MODEL/$_/gr; say_sql("SELECT try(\$\$$s\$\$)") } qw(m n);

	s/"[mn]"|'[mn]'|\b[mn]\b//g foreach @went;
	s/value -[\d.]+/value/ foreach @went;		# of several such values, any
	return ($went[0] eq $went[1] ? '' : "m: $went[0], n: $went[1]", $went[0]);
}

sub refresh
{
	my ($day, $full) = @_;
	my ($differs, $went);

	say_sql('SELECT tell()');
	($differs, $went) = both("SELECT abc_refresh('MODEL', '$day'" . ($full ? ', full => true' : '') . ')');
	if ($went ne 'done')
	{
		# what is wrong with the source is put right, and nothing was left behind
		say_sql('UPDATE facts SET v = abs(v) WHERE v < 0; SELECT tell()');
		my ($again, $goes) = both("SELECT abc_refresh('MODEL', '$day')");
		return "refresh: $differs$again, $went, $goes" if $differs || $again || $goes ne 'done';
	}
	say_sql('SELECT was_read()');
	return $differs;
}

my ($by_keys, $refreshes) = (0, 0);

foreach my $life (0 .. $lives - 1)
{
	srand($seed + $life);
	my $scheme = $schemes[ ($seed + $life) % @schemes ];
	my $definition = definition($scheme);
	my $tracked = chance(0.5);
	my $type = pick('numeric', 'numeric(12,2)', 'double precision', 'bigint');
	my $day = $node->safe_psql('postgres', q{SELECT CURRENT_DATE - 800});
	my $made = $setup =~ s/TYPE/$type/r =~ s/LEAST/$scheme =~ m{negative error} && chance(0.8) ? 1 : -25/er;
	my (@steps, $differs, $undone);

	say_sql($made);
	say_sql("SELECT setseed(" . rand() . "); INSERT INTO facts SELECT (customer(i, '$day')).* FROM generate_series(1, " . pick(20, 150, 400) . ") AS i;
		SELECT abc_create_model('m', 'facts', 'id', 'v', $definition);
		SELECT abc_create_model('n', 'facts', 'id', 'v', $definition" . ($tracked ? '' : ", changed => 'SELECT id FROM changed_key'") . ')'
		  . ($tracked ? q{; SELECT abc_track('n', 'facts')} : ''));
	$differs = refresh($day);
	foreach my $n (1 .. $days)
	{
		my $what = rand();
		my $step;
		last if $differs ||= differences();
		if ($what < 0.72 || $n == 1)
		{
			my $again = @steps && !$undone && chance(0.25);
			my $full = chance(0.04);
			$day = say_sql("SELECT '$day'::date + " . pick(1, 1, 2, 7, 30, 95)) if !$again;
			$step = "refresh as of $day" . ($again ? ' again' : '');
			say_sql("SELECT setseed(" . rand() . "); SELECT live('$day', " . pick(0, 0.01, 0.03, 0.06) . ')');
			$differs = refresh($day, $full);
			$refreshes++;
			$undone = 0;
			$by_keys += say_sql("SELECT (SELECT NOT bool_or(full_read) FROM n_run WHERE run = (SELECT max(run) FROM n_run))::int");
		}
		elsif ($what < 0.87)
		{
			my $key = say_sql("SELECT id FROM facts WHERE id IS NOT NULL ORDER BY number OFFSET " . int(rand(15)) . ' LIMIT 1');
			my $begins = pick(0, 0, 0, 2, 20);
			my $ends = pick('NULL', "'$day'::date + " . ($begins + pick(1, 5, 40)));
			$step = "override of $key";
			($differs) = both("SELECT abc_override('MODEL', '$key', " . pick(q{'A'}, q{'B'}, 'NULL') . ", 'agreed', $ends, '$day'::date + $begins)");
		}
		elsif ($what < 0.92)
		{
			$step = 'undo';
			$undone = 1;
			($differs) = both(q{SELECT abc_undo('MODEL')});
			$day = say_sql('SELECT max(last_as_of) FROM m_model');
			$day = say_sql("SELECT CURRENT_DATE - 800 - 1 + $n") if $day eq '';
		}
		elsif ($what < 0.96)
		{
			$step = 'treatments';
			say_sql(q{UPDATE treat SET discount = discount + 1});
		}
		else
		{
			$step = 'alteration';
			($differs) = both(q{SELECT abc_alter_model('MODEL', } . pick('demote_after => 2', q{attributes => '{a}'}, q{eligible => ''}, q{partition_by => '{p}'}) . ')');
		}
		push @steps, $step;
		my $missed = say_sql(q{SELECT coalesce((SELECT n FROM abc_check('n') WHERE code = 'missed'), 0)}) if !$differs && $step =~ /^refresh/;
		$differs = "a full refresh would change $missed" if $missed;
	}
	$differs ||= differences();
	is($differs, '', "life of seed @{[ $seed + $life ]}: $scheme, $type" . ($tracked ? ', tracked' : '')) or diag("$definition\n" . join("\n", @steps));
}
cmp_ok($by_keys, '>', $refreshes / 3, "$by_keys of $refreshes refreshes read changed keys only");
done_testing();
