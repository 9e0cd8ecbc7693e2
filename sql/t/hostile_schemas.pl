# The extension is trusted: an owner of a database who is no superuser installs it, and its script then
# runs as a superuser. Whatever an attacker has planted in the schemas of the installer's path, in the
# schema that is to hold the extension, or in the path of a later caller: none of it is ever run, and
# what is installed is what is installed in an empty database.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = AbcTier::new_attacked_node('hostile_schemas');
my $odd = '"We ird;"';

# In the planted database mallory may create in public, in a schema of her own, and in the one that will
# hold the extension. All she plants writes down who ran it.
AbcTier::as_user($node, 'owner', 'planted', qq{
	CREATE SCHEMA evil; CREATE SCHEMA $odd;
	GRANT ALL ON SCHEMA public, evil, $odd TO mallory;
	CREATE TABLE public.runs (who text, as_user text);
	GRANT INSERT ON public.runs TO PUBLIC});
my $planted = q{
	CREATE FUNCTION SCHEMA.ran(what text) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO public.runs VALUES (what, current_user);
		BEGIN EXECUTE 'ALTER ROLE mallory SUPERUSER'; EXCEPTION WHEN OTHERS THEN NULL; END;
	END $$;
};
foreach my $pair ([ 'anyelement', 'anyelement' ], [ 'text', 'text' ], [ 'integer', 'integer' ], [ 'bigint', 'integer' ], [ 'bigint', 'bigint' ], [ 'oid', 'oid' ],
	[ 'name', 'text' ], [ 'float8', 'float8' ], [ 'numeric', 'numeric' ], [ 'date', 'date' ], [ 'regclass', 'regclass' ], [ 'text', 'regclass' ])
{
	my ($left, $right) = @$pair;
	my $function = "op_${left}_$right";
	$planted .= "CREATE FUNCTION SCHEMA.$function($left, $right) RETURNS boolean LANGUAGE plpgsql AS \$\$ BEGIN PERFORM SCHEMA.ran('operator'); RETURN true; END \$\$;\n";
	$planted .= "CREATE OPERATOR SCHEMA.$_ (FUNCTION = SCHEMA.$function, LEFTARG = $left, RIGHTARG = $right);\n" foreach '=', '<>', '<', '<=', '>', '>=';
	if ($left eq $right)
	{
		$planted .= "CREATE FUNCTION SCHEMA.val_$left($left, $right) RETURNS $left LANGUAGE plpgsql AS \$\$ BEGIN PERFORM SCHEMA.ran('operator'); RETURN \$1; END \$\$;\n";
		$planted .= "CREATE OPERATOR SCHEMA.$_ (FUNCTION = SCHEMA.val_$left, LEFTARG = $left, RIGHTARG = $right);\n" foreach '+', '-', '*', '/', '||', '%';
	}
}
foreach my $function (
	[ 'format(text, VARIADIC text[])', 'text' ], [ 'format(text, text)', 'text' ], [ 'quote_ident(text)', 'text' ], [ 'quote_literal(text)', 'text' ], [ 'set_config(text, text, boolean)', 'text' ],
	[ 'current_setting(text, boolean)', 'text' ], [ 'clock_timestamp()', 'timestamptz' ], [ 'now()', 'timestamptz' ], [ 'array_length(anyarray, integer)', 'integer' ], [ 'coalesce2(text)', 'text' ],
	[ 'concat_ws(text, VARIADIC text[])', 'text' ], [ 'string_agg2(text)', 'text' ], [ 'lower(text)', 'text' ], [ 'upper(text)', 'text' ], [ 'length(text)', 'integer' ], [ 'round(numeric, integer)', 'numeric' ],
	[ 'unnest(anyarray)', 'SETOF anyelement' ], [ 'generate_series(integer, integer)', 'SETOF integer' ], [ 'pg_has_role(oid, text)', 'boolean' ], [ 'to_regclass(text)', 'regclass' ], [ 'btequalimage(oid)', 'boolean' ],
	[ 'abc_classify(text)', 'text' ], [ 'abc_classify(integer)', 'text' ], [ 'abc_assign(integer, integer[])', 'text' ], [ 'abc_better(text, text)', 'text' ], [ 'abc_tier_eq(text, text)', 'boolean' ],
	[ 'abc_tier_in(text)', 'text' ], [ 'abc_scheme_in(text)', 'text' ], [ 'abc_refresh(text)', 'bigint' ], [ 'abc_next_tier(text, text, text)', 'text' ])
{
	my ($signature, $result) = @$function;
	my $setof = $result =~ /^SETOF/ ? 'RETURN;' : 'RETURN NULL;';
	$planted .= "CREATE FUNCTION SCHEMA.$signature RETURNS $result LANGUAGE plpgsql AS \$\$ BEGIN PERFORM SCHEMA.ran('function'); $setof END \$\$;\n";
}
$planted .= "CREATE DOMAIN SCHEMA.$_ AS pg_catalog.int4 CHECK (SCHEMA.ran('domain') IS NULL);\n" foreach qw(text numeric float8 regclass date);
$planted .= "CREATE TABLE SCHEMA.$_ (oid oid, relname name, reloftype oid);\n" foreach qw(pg_class pg_type pg_proc pg_attribute pg_namespace);
foreach my $schema ('evil', 'public', $odd)
{
	(my $sql = $planted) =~ s/SCHEMA/$schema/g;
	AbcTier::as_user($node, 'mallory', 'planted', $sql);
}

# Install with mallory's schemas in front.
my $path = "SET search_path = evil, public, pg_catalog;";
AbcTier::as_user($node, 'owner', 'clean', "CREATE SCHEMA $odd; CREATE EXTENSION abc_tier SCHEMA $odd");
AbcTier::as_user($node, 'owner', 'planted', "$path CREATE EXTENSION abc_tier SCHEMA $odd");
my $runs = 'SELECT count(*) FROM public.runs';
is($node->safe_psql('planted', $runs), '0', 'nothing planted ran at the installation');
is($node->safe_psql('postgres', q{SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'}), 'f', 'nobody became a superuser');

# What was installed, in words that know no number.
my $inventory = q{
	SET search_path = pg_catalog;
	SELECT md5(string_agg(says, E'\n' ORDER BY says COLLATE "C")), count(*) FROM (
		SELECT pg_describe_object(classid, objid, 0) AS says FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
			AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'abc_tier')
		UNION ALL
		SELECT CASE prokind WHEN 'a' THEN p.oid::regprocedure::text || ' ' || (SELECT concat_ws(' ', a.aggtransfn::regprocedure, a.aggfinalfn::regprocedure, a.aggcombinefn::regprocedure, a.aggsortop::regoperator)
			FROM pg_aggregate AS a WHERE a.aggfnoid = p.oid) ELSE pg_get_functiondef(p.oid) END || coalesce(p.proconfig::text, '') || p.prosecdef
		FROM pg_depend JOIN pg_proc AS p ON p.oid = objid WHERE classid = 'pg_proc'::regclass AND refclassid = 'pg_extension'::regclass AND deptype = 'e'
			AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'abc_tier')
		UNION ALL
		SELECT o.oid::regoperator || ' ' || o.oprcode::regprocedure || ' ' || o.oprcom::regoperator || ' ' || o.oprnegate::regoperator || ' ' || o.oprrest || ' ' || o.oprjoin
		FROM pg_depend JOIN pg_operator AS o ON o.oid = objid WHERE classid = 'pg_operator'::regclass AND refclassid = 'pg_extension'::regclass AND deptype = 'e'
			AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'abc_tier')
		UNION ALL
		SELECT concat_ws(' ', f.opfname, p.amprocnum, p.amproclefttype::regtype, p.amprocrighttype::regtype, p.amproc::regprocedure) FROM pg_amproc AS p JOIN pg_opfamily AS f ON f.oid = p.amprocfamily WHERE f.opfname LIKE 'abc%'
		UNION ALL
		SELECT concat_ws(' ', f.opfname, p.amopstrategy, p.amopopr::regoperator) FROM pg_amop AS p JOIN pg_opfamily AS f ON f.oid = p.amopfamily WHERE f.opfname LIKE 'abc%'
		UNION ALL
		SELECT concat_ws(' ', t.oid::regtype, typinput::regprocedure, typoutput::regprocedure, typreceive::regprocedure, typsend::regprocedure, typlen, typbyval, typalign, typstorage, typcategory)
		FROM pg_type AS t WHERE typname LIKE 'abc%' AND typtype = 'b') AS t};
is($node->safe_psql('planted', $inventory), $node->safe_psql('clean', $inventory), 'the same objects with the same parts as in an empty database');
is($node->safe_psql('clean', q{SELECT count(*) FROM pg_proc WHERE prosecdef AND proname LIKE '%abc%'}), '0', 'no function runs with the rights of its owner');

# Use it, with mallory's schemas in the path and without.
my $use = qq{
	CREATE TABLE public.t (k pg_catalog.int4 PRIMARY KEY, v pg_catalog."numeric", b pg_catalog.int8, f pg_catalog.float8);
	INSERT INTO public.t SELECT i, 1000.0 OPERATOR(pg_catalog./) i, i, 1.5 OPERATOR(pg_catalog.*) i FROM pg_catalog.generate_series(1, 50) AS i;
	SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws(',', k, a, c, d, s), ';' ORDER BY k USING OPERATOR(pg_catalog.<))) FROM (
		SELECT k, $odd.abc_classify(v) OVER () AS a, $odd.abc_classify(b, 'count 15/50') OVER () AS c, $odd.abc_classify(f, 'fill 70+20') OVER () AS d,
			$odd.abc_cumulative_share(v) OVER () AS s FROM public.t) AS x;
	SELECT $odd.abc_cutoffs(v), $odd.abc_cutoffs(b, 'top 3/9'), $odd.abc_cutoffs(f, 'value >5/2'), $odd.abc_weighted_score(v, f::pg_catalog."numeric") FROM public.t;
	SELECT $odd.abc_assign(5::pg_catalog."numeric", '{16000,5000}'), $odd.abc_label('A', 'share a 80 / b'), $odd.abc_worse('A', 'B'),
		$odd.abc_make_scheme(ARRAY[80, 95]::pg_catalog."numeric"[]);
	SELECT pg_catalog.count(*) FROM public.t WHERE $odd.abc_assign(v, '{500,50}') OPERATOR($odd.=) 'A'::$odd.abc_tier;
	SELECT pg_catalog.max(x::pg_catalog.text), $odd.min(x), $odd.max(x) FROM pg_catalog.unnest('{A,B,C}'::$odd.abc_tier[]) AS x};
my $has_models = $node->safe_psql('clean', q{SELECT count(*) FROM pg_proc WHERE proname = 'abc_create_model'}) ne '0';
$use .= qq{;
	SELECT $odd.abc_create_model('public."m""; --"', 'public.t', 'k', 'v');
	SELECT $odd.abc_refresh('public."m""; --"', '2024-01-31');
	UPDATE public.t SET v = 0 WHERE k OPERATOR(pg_catalog.=) 1;
	SELECT $odd.abc_refresh('public."m""; --"', '2024-02-29');
	SELECT $odd.abc_override('public."m""; --"', 3, 'A', 'a "reason"; --', begins => '2024-02-29');
	CALL $odd.abc_refresh_all();
	SELECT pg_catalog.md5(pg_catalog.string_agg(says, ',')) FROM $odd.abc_explain('public."m""; --"', 1);
	SELECT pg_catalog.count(*) FROM $odd.abc_report('public."m""; --"');
	SELECT pg_catalog.count(*) FROM $odd.abc_simulate('public."m""; --"', 'share 50/95');
	SELECT pg_catalog.count(*) FROM $odd.abc_check('public."m""; --"');
	SELECT pg_catalog.length($odd.abc_report_html('public."m""; --"'));
	SELECT $odd.abc_undo('public."m""; --"'), $odd.abc_forget('public."m""; --"', 7), $odd.abc_prune('public."m""; --"', '2024-01-01');
	SELECT pg_catalog.count(*) FROM $odd.abc_transitions('public."m""; --"');
	SELECT owner, run FROM $odd.abc_models();
	SELECT $odd.abc_grant('public."m""; --"', 'public');
	SELECT $odd.abc_alter_model('public."m""; --"', scheme => 'share 60/90');
	SELECT $odd.abc_drop_model('public."m""; --"')} if $has_models;
my $expected = AbcTier::as_user($node, 'owner', 'clean', $use);
my $got = AbcTier::as_user($node, 'owner', 'planted', "SET search_path = evil, public, $odd, pg_catalog; $use");
is($got, $expected, 'answers do not depend on the path');
is($node->safe_psql('planted', $runs), '0', 'nothing planted ran in use');
isnt(AbcTier::as_user($node, 'owner', 'planted', "$path SELECT 1 = 2; $runs"), '0', 'what is planted would have run');

# The owner updates and drops it as she has installed it; nothing stays.
AbcTier::as_user($node, 'owner', 'planted', "$path DROP EXTENSION abc_tier");
is($node->safe_psql('planted', q{SELECT count(*) FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND refobjid NOT IN (SELECT oid FROM pg_extension)}), '0', 'dropped without rest');

# What is planted under our own names stops the installation, and does not become part of it.
AbcTier::as_user($node, 'owner', 'planted', "CREATE SCHEMA taken; GRANT ALL ON SCHEMA taken TO mallory");
AbcTier::as_user($node, 'mallory', 'planted', 'CREATE FUNCTION taken.abc_make_scheme(numeric[], text, text[], text, text, text) RETURNS text LANGUAGE sql AS $$ SELECT NULL::text $$');
my ($code, $out, $err) = $node->psql('planted', 'CREATE EXTENSION abc_tier SCHEMA taken', extra_params => [ '-U', 'owner' ]);
like($err, qr/function "abc_make_scheme" already exists|is not a member of extension/, 'a function of our name stops the installation');
is($node->safe_psql('planted', q{SELECT count(*) FROM pg_extension WHERE extname = 'abc_tier'}), '0', 'and leaves nothing installed');

# The SQL of models is put together by format() and from named places: a schema that would be taken for either is refused.
foreach my $schema ('50%s', '{state}')
{
	($code, $out, $err) = $node->psql('planted', qq{CREATE SCHEMA "$schema"; CREATE EXTENSION abc_tier SCHEMA "$schema"}, extra_params => [ '-U', 'owner' ]);
	like($err, qr/cannot be installed in schema "\Q$schema\E": its name contains "[%{]"/, "schema $schema is refused");
}

$node->stop;
done_testing();
