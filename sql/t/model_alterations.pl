# An alteration keeps what it did not mean to change: privileges of relations and
# columns, options, storage, statistics targets, comments, defaults, replica
# identities, owners, indexes, triggers, statistics objects, views and publications
# that hang on a model's relations.  Every kind of alteration is tried, and the
# catalog compared before and after, but for the columns that were asked to go.
# A column goes only when nothing of the user's hangs on the view that shows it.
# Readers see the old decisions, consistently, until the next refresh.
#
#	ABC_ALTERATIONS_ALL	every alteration; else every third

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use AbcTier;
use Test::More;

my $node = AbcTier::new_node('model_alterations', 'fsync = off', 'autovacuum = off', 'wal_level = logical');

sub sql { return $node->safe_psql('postgres', "SET client_min_messages = error; $_[0]"); }

sub error { my ($code, $out, $err) = $node->psql('postgres', $_[0], on_error_stop => 1, extra_params => [ '-U', $_[1] // 'owner' ]); return $err =~ /ERROR/ ? $err : ''; }

$node->safe_psql('postgres', q{CREATE ROLE owner LOGIN; CREATE ROLE reader LOGIN; CREATE ROLE grantor LOGIN; CREATE ROLE nobody_now LOGIN;
	CREATE SCHEMA s AUTHORIZATION owner; GRANT USAGE ON SCHEMA s TO PUBLIC;
	ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA s GRANT SELECT ON TABLES TO nobody_now, reader;
	ALTER ROLE owner SET search_path = s, public});

# A model, and everything that may hang on one.
my $make = q{
	SET client_min_messages = error;
	CREATE TABLE facts AS SELECT i AS id, 1000.0 / i AS v, 2000.0 / i AS w, 'r' || i % 3 AS region, 'p' || i % 2 AS place, i % 4 AS level,
		date '2023-01-01' + i AS first_day, date '2023-06-01' + 10 * i AS last_day, i AS n, i % 5 <> 0 AS good FROM generate_series(1, 40) AS i;
	CREATE TABLE treatment (tier text, discount numeric, region text); INSERT INTO treatment VALUES ('A', 5, NULL), ('B', 1, NULL);
	CREATE TABLE more_treatment (tier text, visits int); INSERT INTO more_treatment VALUES ('A', 12);
	SELECT abc_create_model('m', 'facts', 'id', 'v', 'share gold 70 / silver 90 / iron', partition_by => '{region}', attributes => '{place,level}',
		first_order => 'first_day', last_order => 'last_day', orders => 'n', treatments => 'treatment', lost => '1 year');
	SELECT abc_refresh('m', '2024-01-31'); UPDATE facts SET v = v + 50 WHERE id IN (9, 20); SELECT abc_refresh('m', '2024-02-29');
	REVOKE SELECT ON m, m_ranked, m_changes, m_history, m_trend, m_state, m_version, m_change, m_run, m_override, m_before, m_model FROM nobody_now;
	REVOKE SELECT ON m_trend, m_history FROM reader;
	GRANT SELECT ON m TO grantor WITH GRANT OPTION; GRANT SELECT ON m_ranked TO PUBLIC; GRANT SELECT (id, tier), UPDATE (reason) ON m TO nobody_now;
	GRANT SELECT (k1, tier) ON m_state TO nobody_now; GRANT SELECT (run, tier_name) ON m_trend TO nobody_now; GRANT INSERT ON m_override TO reader;
	ALTER VIEW m SET (security_invoker = true, security_barrier = true); ALTER VIEW m_changes SET (security_invoker = true); ALTER VIEW m_ranked SET (security_barrier);
	ALTER TABLE m_state SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01); ALTER TABLE m_run SET (fillfactor = 90); ALTER TABLE m_version SET (toast.autovacuum_enabled = false);
	ALTER TABLE m_state ALTER reason SET STATISTICS 500; ALTER TABLE m_state ALTER partition SET STORAGE EXTERNAL; ALTER TABLE m_state ALTER tier_name SET (n_distinct = 3);
	ALTER TABLE m_version REPLICA IDENTITY FULL;
	COMMENT ON VIEW m IS 'our tiers'; COMMENT ON COLUMN m.tier IS 'our letter'; COMMENT ON COLUMN m.id IS 'our number'; COMMENT ON VIEW m_trend IS 'our months'; COMMENT ON COLUMN m_ranked.rank IS 'our rank';
	COMMENT ON TABLE m_state IS 'our state'; COMMENT ON COLUMN m_state.tier IS 'our tier in force'; COMMENT ON COLUMN m_history.valid_from IS 'our first day'; COMMENT ON COLUMN m_changes.number IS 'our number of it';
	ALTER VIEW m ALTER COLUMN reason SET DEFAULT 'no reason';
	CREATE INDEX our_index ON m_state (tier, value); CREATE INDEX our_other_index ON m_run ((lower(scheme))); COMMENT ON INDEX our_index IS 'ours';
	CREATE STATISTICS our_statistics ON tier, lifecycle FROM m_state;
	CREATE FUNCTION our_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
	CREATE TRIGGER our_trigger AFTER INSERT ON m_change FOR EACH ROW EXECUTE FUNCTION our_trigger();
	CREATE TRIGGER our_view_trigger INSTEAD OF UPDATE ON m FOR EACH ROW EXECUTE FUNCTION our_trigger();
	CREATE VIEW our_view AS SELECT id, tier, tier_name, value, lifecycle FROM m; GRANT SELECT ON our_view TO reader;
	CREATE VIEW our_ranked AS SELECT id, rank FROM m_ranked; CREATE MATERIALIZED VIEW our_trend AS SELECT run, tier, customers FROM m_trend;
	CREATE VIEW our_history AS SELECT id, valid_from FROM m_history; CREATE VIEW our_changes AS SELECT number, moved FROM m_changes;
	CREATE FUNCTION our_function() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM m WHERE tier = 'A'; END;
	CREATE POLICY our_policy ON m_state FOR SELECT TO reader USING (tier = 'A');
};

my @relations = qw(m m_ranked m_changes m_history m_trend m_state m_before m_version m_change m_run m_override m_model);

# Everything the catalog says of the model's relations that a user can have put there, a fact a line.
my $look = q{
	WITH mine AS (SELECT c.* FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = 's' AND (c.relname = 'm' OR c.relname LIKE 'm\_%' OR c.relname LIKE 'our%'))
	SELECT concat_ws(' ', 'relation', c.relname, c.relkind, pg_get_userbyid(c.relowner), c.reloptions, c.relreplident, c.relrowsecurity, c.relpersistence) FROM mine AS c WHERE c.relkind <> 'i' OR c.relname LIKE 'our%'
	UNION ALL SELECT concat_ws(' ', 'privilege', c.relname, coalesce(g.rolname, 'PUBLIC'), a.privilege_type, a.is_grantable) FROM mine AS c CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS a LEFT JOIN pg_roles AS g ON g.oid = a.grantee
	UNION ALL SELECT concat_ws(' ', 'toast', c.relname, t.reloptions) FROM mine AS c JOIN pg_class AS t ON t.oid = c.reltoastrelid WHERE t.reloptions IS NOT NULL
	UNION ALL SELECT concat_ws(' ', 'column', c.relname, t.attname, t.attstattarget, ARRAY(SELECT o FROM unnest(t.attoptions) AS o WHERE o !~ '^pg_'), t.attstorage, t.attcompression, t.attnotnull) FROM mine AS c JOIN pg_attribute AS t ON t.attrelid = c.oid WHERE t.attnum > 0 AND NOT t.attisdropped AND c.relkind <> 'i'
	UNION ALL SELECT concat_ws(' ', 'column privilege', c.relname, t.attname, coalesce(g.rolname, 'PUBLIC'), a.privilege_type) FROM mine AS c JOIN pg_attribute AS t ON t.attrelid = c.oid CROSS JOIN LATERAL aclexplode(t.attacl) AS a LEFT JOIN pg_roles AS g ON g.oid = a.grantee WHERE NOT t.attisdropped
	UNION ALL SELECT concat_ws(' ', 'comment', c.relname, t.attname, d.description) FROM mine AS c JOIN pg_description AS d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass LEFT JOIN pg_attribute AS t ON t.attrelid = c.oid AND t.attnum = d.objsubid AND d.objsubid > 0 WHERE d.description LIKE 'our%'
	UNION ALL SELECT concat_ws(' ', 'commented', c.relname, t.attname) FROM mine AS c JOIN pg_attribute AS t ON t.attrelid = c.oid WHERE t.attnum > 0 AND NOT t.attisdropped AND c.relname NOT LIKE 'our%' AND c.relkind IN ('v', 'r') AND col_description(c.oid, t.attnum) IS NOT NULL
	UNION ALL SELECT concat_ws(' ', 'default', c.relname, t.attname, pg_get_expr(d.adbin, d.adrelid)) FROM mine AS c JOIN pg_attrdef AS d ON d.adrelid = c.oid JOIN pg_attribute AS t ON t.attrelid = c.oid AND t.attnum = d.adnum
	UNION ALL SELECT concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid)) FROM mine AS c JOIN pg_index AS i ON i.indrelid = c.oid
	UNION ALL SELECT concat_ws(' ', 'trigger', c.relname, pg_get_triggerdef(t.oid)) FROM mine AS c JOIN pg_trigger AS t ON t.tgrelid = c.oid WHERE NOT t.tgisinternal
	UNION ALL SELECT concat_ws(' ', 'policy', c.relname, p.polname) FROM mine AS c JOIN pg_policy AS p ON p.polrelid = c.oid
	UNION ALL SELECT concat_ws(' ', 'statistics', pg_get_statisticsobjdef(x.oid)) FROM mine AS c JOIN pg_statistic_ext AS x ON x.stxrelid = c.oid
	UNION ALL SELECT concat_ws(' ', 'view', c.relname, pg_get_viewdef(c.oid)) FROM mine AS c WHERE c.relname LIKE 'our%' AND c.relkind IN ('v', 'm')
	UNION ALL SELECT concat_ws(' ', 'publication', p.pubname, r.prrelid::regclass) FROM pg_publication_rel AS r JOIN pg_publication AS p ON p.oid = r.prpubid
	UNION ALL SELECT concat_ws(' ', 'constraint', c.relname, pg_get_constraintdef(x.oid)) FROM mine AS c JOIN pg_constraint AS x ON x.conrelid = c.oid WHERE x.contype <> 'n'
	UNION ALL SELECT concat_ws(' ', 'function', count(*)::text) FROM pg_proc WHERE proname = 'our_function'};

# What readers of the model see: a picture of every relation, of the columns that stay.
sub picture
{
	my (%gone) = @_;
	my $picture = '';

	foreach my $relation (qw(m m_ranked m_changes m_history m_trend m_run m_override))
	{
		my $columns = sql(qq{SELECT string_agg(quote_ident(attname), ', ' ORDER BY attname) FROM pg_attribute WHERE attrelid = 's.$relation'::regclass AND attnum > 0
			AND NOT attisdropped AND attname = ANY ('{$gone{$relation}}')});
		$picture .= "$relation\n" . sql("SELECT $columns FROM s.$relation ORDER BY 1, 2, 3, 4, 5") . "\n";
	}
	return $picture . sql(q{SET search_path = s, public; SELECT line, tier, tier_name, customers, value, value_share FROM abc_report('m')});
}

my @alterations = (
	[ q{scheme => 'share 60/80/95'}, '' ], [ q{scheme => 'share gold 60 / silver 80 / iron'}, '' ], [ q{scheme => '80/95'}, '' ],
	[ q{scheme => 'count 15/50', metrics => ARRAY[abc_metric('v', 1), abc_metric('n', 2)]}, '' ], [ q{value => 'w'}, '' ],
	[ q{partition_by => '{}'}, 'region' ], [ q{partition_by => '{place}', attributes => '{level,region}'}, 'region', 'place' ], [ q{partition_by => '{region,place}'}, '', 'place' ],
	[ q{attributes => '{place,level,good}'}, '' ], [ q{attributes => '{level}'}, 'place' ], [ q{attributes => '{}'}, 'place|level' ], [ q{attributes => '{level,place}'}, '' ],
	[ q{missing => 'zero'}, '' ], [ q{eligible => 'good'}, '' ], [ q{rules => ARRAY[abc_only_if('A', 'good', 'must be good')]}, '' ],
	[ 'promote_after => 2', '' ], [ 'demote_after => 2', '' ], [ 'max_step => 1', '' ], [ q{promote_wait => '1 month'}, '' ], [ q{demote_wait => '1 month'}, '' ],
	[ q{first_order => ''}, '' ], [ q{orders => ''}, '' ], [ q{at_risk => '2 months'}, '' ], [ q{lost => '0'}, '' ],
	[ q{treatments => 'more_treatment'}, 'discount' ], [ q{treatments => ''}, 'discount' ], [ q{source => 'SELECT * FROM facts'}, '' ], [ 'max_gone => 0.2', '' ],
	[ q{language => 'zh'}, '' ], [ q{key => 'id'}, '' ], [ 'refresh => true', '' ], [ '', '' ]);

# Each with the columns that go, and those that mean something else from then on: a partition of the past is
# the one of then, an attribute is the one of now.
foreach my $n (0 .. $#alterations)
{
	next if $n % 3 && !$ENV{ABC_ALTERATIONS_ALL};
	my ($arguments, $gone, $other) = (@{ $alterations[$n] }, '');
	my $what = $arguments eq '' ? 'nothing' : $arguments;

	$node->safe_psql('postgres', $make, extra_params => [ '-U', 'owner' ]);
	$node->safe_psql('postgres', 'CREATE PUBLICATION our_publication FOR TABLE s.m_state, s.m_version');
	if ($gone ne '')
	{
		is(error("BEGIN; SELECT abc_alter_model('m', $arguments); SELECT * FROM s.our_view, s.our_ranked, s.our_history, s.our_changes LIMIT 1; ROLLBACK"), '',
			"$what: what others made of the model is there as before");
		sql('DROP VIEW s.our_view, s.our_ranked, s.our_history, s.our_changes CASCADE; DROP MATERIALIZED VIEW s.our_trend; DROP FUNCTION s.our_function');
	}
	my %before = map { $_ => 1 } split /\n/, sql("SET search_path = s, public; $look");
	my %columns = map { $_ => sql(qq{SELECT string_agg(quote_ident(attname), ',') FROM pg_attribute WHERE attrelid = 's.$_'::regclass AND attnum > 0 AND NOT attisdropped
		AND attname !~ '^($gone|$other)\$' AND attname NOT IN ('decided_by_name', 'lifecycle_name', 'moved_name')}) } qw(m m_ranked m_changes m_history m_trend m_run m_override);
	my $seen = picture(%columns);
	is(error("SELECT abc_alter_model('m'" . ($arguments eq '' ? '' : ", $arguments") . ')'), '', "$what: altered");
	my %after = map { $_ => 1 } split /\n/, sql("SET search_path = s, public; $look");
	my @lost = grep { !$after{$_} } sort keys %before;
	my @more = grep { !$before{$_} } sort keys %after;

	# columns that were asked to go, and those that came, with what the model says of them
	@lost = grep { $gone eq '' || !/^(column|commented|column privilege) m\S* ($gone)\b/ } grep { !/^column m_(state|before) [at]\d+ / && !/^commented m_(state|before) [at]\d+$/ } @lost;
	@more = grep { !/^(column|commented) m\S* (good|region|place|level|visits|[at]\d+)\b/ } @more;
	is(join("\n", @lost), '', "$what: nothing is lost");
	is(join("\n", @more), '', "$what: nothing came");
	ok(picture(%columns) eq $seen, "$what: the old decisions, until the refresh") if $arguments !~ /refresh/;
	is(error(q{SELECT abc_refresh('m', CURRENT_DATE)}), '', "$what: refreshed");
	%after = map { $_ => 1 } split /\n/, sql("SET search_path = s, public; $look");
	@lost = grep { $gone eq '' || !/^(column|commented|column privilege) m\S* ($gone)\b/ } grep { !$after{$_} && !/^(column|commented) m_(state|before) [at]\d+\b/ } sort keys %before;
	is(join("\n", @lost), '', "$what: nothing is lost by the refresh either");
	is(sql('SELECT count(*), count(DISTINCT id) FROM s.m'), '40|40', "$what: a row for each customer");
	like(error('SELECT * FROM s.m_history', 'nobody_now'), qr/permission denied/, "$what: who was shut out is shut out");
	$node->safe_psql('postgres', 'SET client_min_messages = error; DROP PUBLICATION our_publication; DROP SCHEMA s CASCADE; CREATE SCHEMA s AUTHORIZATION owner; GRANT USAGE ON SCHEMA s TO PUBLIC;
		ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA s GRANT SELECT ON TABLES TO nobody_now, reader');
}

done_testing();
