# Cut-offs in two rounds equal those of the aggregate abc_cutoffs over all rows, on
# random distributions over 1 to 8 shards; what abc_bounds and the other accessors
# promise holds on every one of them.
#
#	ABC_ROUNDS		how many distributions, 27 by default
#	ABC_ROUNDS_SEED	1 by default
#
# The long run: ABC_ROUNDS=400 TESTS=summary_two_rounds make check

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use Test::More;

my $rounds = $ENV{ABC_ROUNDS} // 27;
my $seed = $ENV{ABC_ROUNDS_SEED} // 1;
srand($seed);

my $node = AbcTier::new_node('summary_two_rounds', 'jit = off', 'autovacuum = off');

# Values of a row over r, s = random() and id.
my @shapes = (
	[ uniform => float8 => '1000 * r' ],
	[ uniform_integers => bigint => '(1e6 * r)::bigint' ],
	[ lognormal => float8 => 'exp(8 + 2 * sqrt(-2 * ln(1 - r)) * cos(6.283185307179586 * s))' ],
	[ lognormal_cents => numeric => 'round(exp(8 + 2 * sqrt(-2 * ln(1 - r)) * cos(6.283185307179586 * s))::numeric, 2)' ],
	[ pareto => float8 => 'power(1 - r, -0.86)' ],
	[ pareto_integers => bigint => '(100 * power(1 - r, -1.1))::bigint' ],
	[ equal => float8 => '0.1::float8' ],
	[ equal_numeric => numeric => '12345678901234567890.12' ],
	[ two_values => float8 => 'CASE WHEN r < 0.3 THEN 7 ELSE 0.7 END' ],
	[ two_numerics => numeric => 'CASE WHEN r < 0.3 THEN 7 ELSE 0.07 END' ],
	[ ties => float8 => 'floor(exp(9 * r)) / 10' ],
	[ ties_integers => bigint => 'floor(exp(9 * r))::bigint' ],
	[ ties_signed => numeric => 'round((exp(7 * r) - 30)::numeric, 1)' ],
	[ wild => float8 => 'power(10::float8, 600 * r - 300)' ],
	[ wild_signed => float8 => 'CASE WHEN s < 0.1 THEN 0 WHEN s < 0.4 THEN -1 ELSE 1 END * power(10::float8, 600 * r - 300)' ],
	[ top_heavy => float8 => 'CASE WHEN r < 0.5 THEN 1e300 * s ELSE power(10::float8, 600 * s - 300) END' ],
	[ wide => numeric => 'floor((r * 1e6)::numeric) * 1e30 + round(s::numeric, 15) * 1e-25' ],
	[ scales => numeric => 'round((1e5 * r * s)::numeric, (id % 7)::int)' ],
	[ integers => bigint => '(9e18 * r * s)::bigint * CASE WHEN id % 5 = 0 THEN -1 ELSE 1 END' ],
	[ narrow => bigint => '1000000000000000 + (r * 10000)::bigint' ],
	[ negative => float8 => '-1000 * r' ],
	[ zeros => numeric => '0.00' ],
	[ few => float8 => 'CASE WHEN id < 4 THEN r END' ],);

my @schemes = (
	'80/95', 'share 80/95; crossing down', 'share 50/80/95; ties down', 'share 33.3/66.6/99.9; crossing down; ties down',
	'share 100', 'count 15/50', 'count 20+30+50; ties up', 'count 10/20/30/40/50/60/70/80/90', 'count 0.01/99.99; crossing down; ties up',
	'top 50/200', 'top 1/5000/100000; ties up', 'top 7/8/9/300', 'value 1000/10/0.5', 'value >42/>0/-5', 'value 1e25/1e20/1e15',
	'fill 70+20', 'fill 30+20+10; crossing down', 'fill 20+20+20+20+20; ties down', 'fill 1+2+3+4; crossing down; ties down',
	'fill 99.99', 'share 80/95; negative drop', 'share 1/2/3/4/5/50/99');

foreach my $type (qw(float8 bigint numeric))
{
	$node->safe_psql('postgres', qq{
		CREATE TABLE ${type}_row (shard int, id int, v $type);
		-- Both rounds by hand, over shards of one table.
		CREATE FUNCTION two_rounds_$type(scheme abc_scheme) RETURNS $type\[] LANGUAGE sql AS \$\$
			WITH first_round AS MATERIALIZED (
				SELECT abc_merge(s) AS summary
				FROM (SELECT abc_summarize(v) AS s FROM ${type}_row GROUP BY shard) AS part
			), wanted AS MATERIALIZED (
				SELECT DISTINCT low, high FROM first_round, abc_bounds(summary, scheme) WHERE low < high
			), second_round AS MATERIALIZED (
				SELECT shard, v, count(*) AS n FROM wanted JOIN ${type}_row ON v BETWEEN low AND high GROUP BY shard, v
			)
			SELECT abc_cutoffs(summary, scheme, (SELECT array_agg(v) FROM second_round), (SELECT array_agg(n) FROM second_round))
			FROM first_round
		\$\$;
		-- What is wrong with the answers of the summary, or NULL.
		CREATE FUNCTION wrong_$type(scheme abc_scheme) RETURNS text LANGUAGE plpgsql AS \$\$
		DECLARE
			s abc_summary;
			exact $type\[];
			rounds $type\[];
			b record;
			n int := 0;
			seen numrange[] := '{}';
			within bigint;
			above bigint;
			within_sum numeric;
			above_sum numeric;
		BEGIN
			SELECT abc_cutoffs(v, scheme), abc_summarize(v) INTO exact, s FROM ${type}_row;
			rounds := two_rounds_$type(scheme);
			IF rounds::text IS DISTINCT FROM exact::text THEN
				RETURN format('two rounds give %s, one pass %s', rounds, exact);
			END IF;
			FOR b IN SELECT * FROM abc_bounds(s, scheme) LOOP
				n := n + 1;
				IF b.cut <> n OR b.low > b.high OR (b.low IS NULL) <> (b.high IS NULL) THEN
					RETURN format('bounds %s', b);
				END IF;
				CONTINUE WHEN b.low IS NULL AND exact[n] IS NULL;
				IF scheme::text !~ '^value' AND (b.low IS NULL OR (exact[n] IS NULL AND b.low = b.high)
						OR exact[n] < b.low::$type OR exact[n] > b.high::$type) THEN
					RETURN format('cut-off %s, bounds %s', exact[n], b);
				END IF;
				IF EXISTS (SELECT FROM unnest(seen) AS o WHERE o && numrange(b.low, b.high, '[]') AND o <> numrange(b.low, b.high, '[]')
						AND lower(o) < upper(o) AND b.low < b.high) THEN
					RETURN format('interval %s overlaps another one: %s', b, seen);
				END IF;
				seen := seen || numrange(b.low, b.high, '[]');
				SELECT count(*) FILTER (WHERE v > b.high::$type), count(*) FILTER (WHERE v >= b.low::$type AND v <= b.high::$type),
					sum(v::numeric) FILTER (WHERE v > b.high::$type), sum(v::numeric) FILTER (WHERE v >= b.low::$type AND v <= b.high::$type)
				INTO above, within, above_sum, within_sum FROM ${type}_row;
				IF (above, within) <> (b.count_above, b.count_within) THEN
					RETURN format('bounds %s, but %s rows above and %s within', b, above, within);
				END IF;
				IF '$type' <> 'float8' AND (coalesce(above_sum, 0), coalesce(within_sum, 0)) <> (b.sum_above, b.sum_within) THEN
					RETURN format('bounds %s, but sums %s above and %s within', b, above_sum, within_sum);
				END IF;
			END LOOP;
			RETURN NULL;
		END \$\$;
	});
}

# The Gini coefficient and its like lie in their intervals: compared with plain SQL
# over all rows, in numeric where float8 would round.
$node->safe_psql('postgres', q{
	CREATE FUNCTION outside_interval(source regclass) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		s abc_summary;
		c record;
		i record;
		slack numeric := 1e-13;
	BEGIN
		EXECUTE format('SELECT abc_summarize(v) FROM %s WHERE v >= 0', source) INTO s;
		EXECUTE format('SELECT n, total, abc_count($1) AS abc_count, abc_total($1) AS abc_total,
				(2 * weighted / (n * nullif(total, 0)) - (n + 1) / nullif(n, 0))::numeric AS gini, squares / nullif(total * total, 0) AS hhi, top / nullif(total, 0) AS top
			FROM (SELECT count(*)::numeric AS n, sum(v) AS total, sum(v * v) AS squares, sum(v * r) AS weighted,
					sum(v) FILTER (WHERE r > n - ceil(n * 0.2)) AS top
				FROM (SELECT v::numeric AS v, row_number() OVER (ORDER BY v) AS r, count(*) OVER () AS n FROM %s WHERE v >= 0) AS x) AS x', source)
		USING s INTO c;
		IF c.n = 0 THEN
			RETURN CASE WHEN s IS NOT NULL THEN 'a summary of nothing' END;
		END IF;
		IF c.n <> c.abc_count OR (source::text <> 'float8_row' AND c.total::text <> c.abc_total::text)
				OR abs(c.total - c.abc_total) > 1e-14 * c.total THEN
			RETURN format('%s rows, total %s, but the summary says %s and %s', c.n, c.total, c.abc_count, c.abc_total);
		END IF;
		IF c.total = 0 THEN
			RETURN (SELECT 'not NULL' FROM abc_gini(s) AS g, abc_hhi(s) AS h, abc_top_share(s, 0.2) AS t
				WHERE NOT (g IS NULL AND h IS NULL AND t IS NULL) OR EXISTS (SELECT FROM abc_lorenz(s)));
		END IF;
		SELECT g.low AS glow, g.high AS ghigh, h.low AS hlow, h.high AS hhigh, t.low AS tlow, t.high AS thigh
		INTO i FROM abc_gini(s) AS g, abc_hhi(s) AS h, abc_top_share(s, 0.2) AS t;
		-- float8 literals turn into numerics of 15 digits
		IF source::text = 'float8_row' THEN
			slack := 1e-11;
		END IF;
		IF c.gini < i.glow::numeric - slack OR c.gini > i.ghigh::numeric + slack OR c.hhi < i.hlow::numeric - slack
				OR c.hhi > i.hhigh::numeric + slack OR c.top < i.tlow::numeric - slack OR c.top > i.thigh::numeric + slack
				OR i.ghigh - i.glow > 0.05 OR i.thigh - i.tlow > 0.05 THEN
			RETURN format('%s outside of %s', c, i);
		END IF;
		RETURN (SELECT format('%s points of the Lorenz curve, from %s to %s', count(*), min(value_share), max(value_share))
			FROM abc_lorenz(s) HAVING min(value_share) <> 0 OR max(value_share) <> 1 OR max(customer_share) <> 1 OR count(*) < 2
				OR bool_or(value_share > customer_share));
	END $$;
});

foreach my $round (1 .. $rounds)
{
	my ($name, $type, $expression) = @{ $shapes[ ($round - 1) % @shapes ] };
	my $shards = 1 + int(rand(8));
	my $rows = (50, 3000, 9000)[ int(rand(3)) ];
	my $random = rand();
	my @some = map { $schemes[ int(rand(@schemes)) ] } 1 .. 5;
	my $script = "TRUNCATE ${type}_row; SELECT setseed($random);
		INSERT INTO ${type}_row SELECT floor($shards * random()), id, CASE WHEN random() < 0.02 THEN NULL ELSE $expression END
		FROM (SELECT id, random() AS r, random() AS s FROM generate_series(1, $rows) AS id OFFSET 0) AS x;\n";
	$script .= "SELECT '$_', wrong_$type('$_') WHERE wrong_$type('$_') IS NOT NULL;\n" foreach ('80/95', @some);
	$script .= "SELECT outside_interval('${type}_row') WHERE outside_interval('${type}_row') IS NOT NULL;\n";
	is($node->safe_psql('postgres', $script), '', "$name: $rows rows on $shards shards, " . join(', ', @some));
}

# ---------------------------------------------------------------------------
# Rows that change between the rounds are noticed.
# ---------------------------------------------------------------------------

$node->safe_psql('postgres', q{
	TRUNCATE float8_row;
	SELECT setseed(0.1);
	INSERT INTO float8_row SELECT id % 4, id, exp(10 * random()) FROM generate_series(1, 20000) AS id;
	CREATE TABLE first_round AS SELECT abc_summarize(v) AS summary FROM float8_row;
	CREATE FUNCTION second_round() RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		r float8[];
	BEGIN
		WITH wanted AS MATERIALIZED (
			SELECT DISTINCT low, high FROM first_round, abc_bounds(summary)
		), second_round AS MATERIALIZED (
			SELECT v, count(*) AS n FROM wanted JOIN float8_row ON v BETWEEN low AND high GROUP BY v
		)
		SELECT abc_cutoffs(summary, '80/95', (SELECT array_agg(v) FROM second_round), (SELECT array_agg(n) FROM second_round)) INTO r
		FROM first_round;
		RETURN CASE WHEN r = (SELECT abc_cutoffs(v) FROM float8_row) THEN 'exact' ELSE r::text END;
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE || ' ' || SQLERRM;
	END $$;
	CREATE VIEW inside AS SELECT f.ctid AS row_id FROM first_round, abc_bounds(summary) AS b JOIN float8_row AS f ON v BETWEEN low AND high
		WHERE cut = 1 LIMIT 1;
});
my $changed = '40001 data changed between the rounds';
my %change = (
	'nothing' => [ '', 'exact' ],
	'a row outside of the intervals' => [ 'DELETE FROM float8_row WHERE v = (SELECT max(v) FROM float8_row)', qr/^\{/ ],
	'a row less' => [ 'DELETE FROM float8_row WHERE ctid = (SELECT row_id FROM inside)', $changed ],
	'a row more' => [ 'INSERT INTO float8_row SELECT 1, 0, v FROM float8_row WHERE ctid = (SELECT row_id FROM inside)', $changed ],
	'another value' => [ 'UPDATE float8_row SET v = v * (1 + 1e-15) WHERE ctid = (SELECT row_id FROM inside)', $changed ],
	'no row at all' => [ 'DELETE FROM float8_row USING first_round, abc_bounds(summary) AS b WHERE v BETWEEN low AND high AND cut = 2', $changed ],);
foreach my $what (sort keys %change)
{
	my ($statement, $expected) = @{ $change{$what} };
	my $got = $node->safe_psql('postgres', "BEGIN; $statement; SELECT second_round(); ROLLBACK");
	ref $expected ? like($got, $expected, "changed: $what") : is($got, $expected, "changed: $what");
}

done_testing();
