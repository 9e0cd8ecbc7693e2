# An attacker who may create functions in the very schema of the extension (public, in databases that come
# from PostgreSQL 14 and before): overloads of our own functions that would fit a call better than ours, or
# take fewer arguments, where ours has defaults (the call is ambiguous then). Calls of our functions among each other must give
# every argument, of exactly the declared type: then nothing that is planted is ever chosen.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = AbcTier::new_attacked_node('hostile_own_schema');

foreach my $database (qw(clean planted))
{
	$node->safe_psql($database, 'GRANT CREATE ON SCHEMA public TO owner, mallory');
	AbcTier::as_user($node, 'owner', $database, 'CREATE EXTENSION abc_tier');
}

# For every function that another one of ours calls: its argument list cut short where there are defaults,
# and with each argument in turn of another type.
my $plant = q{
	SET client_min_messages = error;
	CREATE FUNCTION plant() RETURNS integer LANGUAGE plpgsql AS $plant$
	DECLARE
		planted integer := 0;
		statement text;
	BEGIN
		FOR statement IN
			WITH ours AS (
				SELECT p.oid, p.proname, p.pronargs, p.pronargdefaults, p.proargtypes::oid[] AS types, p.prorettype
				FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
				WHERE p.pronamespace = 'public'::regnamespace AND p.proname <> ALL ('{abc_create_model,abc_alter_model,abc_drop_model,abc_check,abc_model_sql,abc_grant}')	-- only hints name them
					AND NOT 'internal'::regtype = ANY (p.proargtypes) AND p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype)
					AND EXISTS (SELECT FROM pg_proc AS c WHERE strpos(coalesce(pg_get_function_sqlbody(c.oid), c.prosrc), p.proname || '(') > 0
						AND c.pronamespace IN (p.pronamespace, '_abc'::regnamespace) AND c.oid <> p.oid)
			), lists AS (
				SELECT o.proname, ARRAY(SELECT o.types[i] FROM generate_series(0, k - 1) AS i ORDER BY i) AS types
				FROM ours AS o, generate_series((o.pronargs - o.pronargdefaults)::integer, o.pronargs::integer) AS k
			)
			SELECT DISTINCT format($$CREATE FUNCTION public.%I(%s) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''planted %s ran as %%'', current_user; END'$$,
				l.proname, (SELECT string_agg(CASE WHEN i = position THEN other ELSE format_type(l.types[i], NULL) END, ', ' ORDER BY i) FROM generate_subscripts(l.types, 1) AS i), l.proname)
			FROM lists AS l, generate_series(0, cardinality(l.types)) AS position,
				unnest('{text,varchar,name,integer,bigint,float8,real,numeric,boolean,oid,regclass,date,timestamptz,interval,text[],abc_tier,abc_scheme,anyelement}'::text[]) AS other
			WHERE cardinality(l.types) > 0
		LOOP
			BEGIN
				EXECUTE statement;
				planted := planted + 1;
			EXCEPTION WHEN duplicate_function OR invalid_function_definition THEN
				NULL;
			END;
		END LOOP;
		RETURN planted;
	END
	$plant$;
	SELECT plant()};
my $planted = AbcTier::as_user($node, 'mallory', 'planted', $plant);
cmp_ok($planted, '>', 1000, "$planted functions are planted beside ours");

# The calls of this test itself must not choose them either: all arguments, all typed.
my $create = sub {
	my ($name, $scheme, $metrics, $partitions, $rules, $wait) = @_;
	return qq{SELECT abc_create_model('$name'::text, 'facts'::text, 'id'::text, 'v'::text, '$scheme'::abc_scheme, $metrics, '$partitions'::text[], '{n}'::text[],
		'zero'::text, 'id <> 7'::text, $rules, ${wait}::integer, ${wait}::integer, 1::integer, 'first_day'::text, 'last_day'::text, 'n'::text, '1 month'::interval, '3 months'::interval,
		NULL::text, 'public'::text, NULL::float8, NULL::text, NULL::interval, NULL::interval, 'en'::text, false)};
};
my $setup = q{
	CREATE TABLE facts (id integer PRIMARY KEY, region text, v numeric, profit float8, first_day date, last_day date, n bigint);
	INSERT INTO facts SELECT i, 'r' || i % 2, 1000.0 / i, i * 1.5, date '2023-01-01' + i, date '2024-01-01' - i, i FROM generate_series(1, 60) AS i};
my @steps = (
	$create->('m', 'share a 80 / b 95 / c', 'NULL::abc_metric[]', '{region}', q{ARRAY[ROW('only_if', 'a', 'id > 1', NULL)::abc_rule, ROW('always_if', 'b', 'id = 5', NULL)::abc_rule]}, 2),
	$create->('s', 'count 15/50', q{ARRAY[ROW('v', 40, NULL)::abc_metric, ROW('profit', 10, 'lower rank')::abc_metric]}, '{}', 'NULL::abc_rule[]', 1),
	(map { my $day = $_; map { "SELECT abc_refresh('$_'::regclass, '$day'::date, false, false)" } qw(m s) } qw(2024-01-31 2024-02-29)),
	q{UPDATE facts SET v = v * 100 WHERE id IN (50, 51); DELETE FROM facts WHERE id = 3},
	(map { "SELECT abc_refresh('$_'::regclass, '2024-03-31'::date, false, false)" } qw(m s)),
	q{SELECT abc_override('m'::regclass, '9'::text, 'A'::text, 'because'::text, NULL::date, '2024-03-31'::date) IS NOT NULL},
	(map { "SELECT count(*) FROM $_" }
		q{abc_explain('m'::regclass, '9'::text)}, q{abc_explain('s'::regclass, '9'::text)}, q{abc_report('m'::regclass, '{n}'::text[], NULL::date)},
		q{abc_report('m'::regclass, '{region}'::text[], '2024-02-29'::date)}, q{abc_transitions('m'::regclass, NULL::date, NULL::date, 'tier'::text)},
		q{abc_simulate('m'::regclass, 'share 50/90'::abc_scheme, NULL::abc_metric[], NULL::text)},
		q{abc_simulate('s'::regclass, NULL::abc_scheme, ARRAY[ROW('profit', 1, NULL)::abc_metric, ROW('n', 1, NULL)::abc_metric], NULL::text)},
		q{abc_check('m'::regclass, NULL::date)}, q{abc_check('s'::regclass, NULL::date)}, 'abc_models()', 'm', 'm_ranked', 'm_changes', 'm_trend', 'm_history'),
	q{SELECT length(abc_report_html('m'::regclass, NULL::text, NULL::text, NULL::text)), length(abc_model_sql('m'::regclass)), length(abc_model_sql('s'::regclass))},
	q{SELECT abc_undo('s'::regclass), abc_forget('s'::regclass, '12'::text), abc_prune('s'::regclass, '2024-01-01'::date)},
	q{SELECT abc_grant('s'::regclass, 'public'::text)},
	q{SELECT abc_alter_model('m'::regclass, NULL::text, 'n'::text, NULL::abc_scheme, NULL::abc_metric[], NULL::text[], NULL::text[], NULL::text, NULL::text, NULL::abc_rule[], NULL::integer, NULL::integer, NULL::integer,
		NULL::text, NULL::text, NULL::text, NULL::interval, NULL::interval, NULL::text, NULL::float8, NULL::text, NULL::interval, NULL::interval, NULL::text, NULL::text, true)},
	q{SET client_min_messages = error; CALL abc_refresh_all()},
	(map { "SELECT abc_cutoffs_of('facts'::text, '$_'::text, 'count 15/50'::abc_scheme, 'id > 1'::text)" } 'v', 'n', 'profit'),
	q{SELECT keys, cutoffs FROM abc_cutoffs_of('facts'::text, 'v'::text, '80/95'::abc_scheme, '{region,id % 2}'::text[], NULL::text) ORDER BY 1},
	q{ALTER TABLE facts ADD tier abc_tier, ADD letter varchar(1); SELECT abc_retier('facts'::text, 'v'::text, 'tier'::text, '80/95'::abc_scheme, NULL::text[]),
		abc_retier('facts'::text, 'v'::text, 'letter'::text, '80/95'::abc_scheme, '{region}'::text[])},
	q{SELECT id, g.keys, g.cutoffs FROM _abc.cut_source('public'::text, 'SELECT i % 2 AS k, i AS v FROM generate_series(1, 9000) AS i'::text, 'v::float8'::text, '80/95'::abc_scheme,
		NULL::text, '{k}'::text[], 10::bigint, 0::bigint, 1::integer) AS g ORDER BY 1},
	q{SELECT count(*) FROM abc_weight_variants(ARRAY[40, 30]::float8[], 5::float8)},
	q{SELECT abc_drop_model('m'::regclass), abc_drop_model('s'::regclass)});
my %answers;
foreach my $database (qw(clean planted))
{
	AbcTier::as_user($node, 'owner', $database, $setup);
	foreach my $step (@steps)
	{
		my ($code, $out, $err) = $node->psql($database, $step, extra_params => [ '-U', 'owner' ]);
		push @{ $answers{$database} }, "$out$err";
	}
}
is($answers{planted}[$_], $answers{clean}[$_], "nothing planted was chosen: $steps[$_]") foreach 0 .. $#steps;
is((join "\n", grep { /ERROR|planted/ } @{ $answers{clean} }), '', 'the calls are right');
my ($code, $out, $err) = $node->psql('planted', q{SELECT abc_rank('A'::text)}, extra_params => [ '-U', 'owner' ]);
like($err, qr/planted abc_rank ran as owner/, 'what is planted would have run');

$node->stop;
done_testing();
