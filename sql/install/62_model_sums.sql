--
-- A refresh at the cost of the change: what is kept for it
--
-- A model with a query "changed", or with a relation that is tracked, has these tables beside the others:
--
--	NAME_summary	a row per partition: the summary of what is cut, and the cut-offs
--	NAME_sum		customers and sums of values by partition and tier, kept apart by the scale of the value, so
--					that a sum is the same to the byte as one made anew; and two kinds of rows more: see _abc.sums_of
--	NAME_read		the rows that a refresh decides, while it decides them
--	NAME_noted		keys noted by triggers: see abc_track
--
-- A full refresh makes the first two anew; a refresh of what changed, and an override, bring them up to date by
-- what leaves and what comes.  Where they are empty, the next refresh is full.
--

-- Whether a model can be refreshed by reading changed rows only, ever.
CREATE FUNCTION _abc.knows_changes(m @extschema@.abc_model) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (m).changed IS NOT NULL OR (m).noted IS NOT NULL;
COMMENT ON FUNCTION _abc.knows_changes(@extschema@.abc_model) IS 'whether a model knows which keys have changed';

-- The statements that make the tables, with named places.
CREATE FUNCTION _abc.changed_table_texts() RETURNS TABLE (suffix text, statement text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT v.column1, v.column2 FROM (VALUES
	('summary'::text, $$
CREATE TABLE {rel} (partition text[] PRIMARY KEY, summary @extschema@.abc_summary, cutoffs numeric[],
	cutoffs_before numeric[], summed timestamp with time zone NOT NULL)$$::text),
	('sum', $$
CREATE TABLE {rel} (partition text[] NOT NULL, tier_rank integer NOT NULL, ineligible boolean NOT NULL,
	negative boolean NOT NULL, scale integer NOT NULL, customers bigint NOT NULL, value numeric,
	PRIMARY KEY (partition, tier_rank, ineligible, negative, scale))$$),
	-- what is in it is of no use to anybody else, nor after a crash
	('read', $$
CREATE UNLOGGED TABLE {rel} ({read_definition}, present boolean NOT NULL, was_read boolean NOT NULL,
	UNIQUE ({keys}, present))$$)) AS v;
END;
COMMENT ON FUNCTION _abc.changed_table_texts() IS
	'the tables of a model that knows which keys have changed, with named places';

-- The indexes of NAME_state by which the few rows are found that have to be decided.
CREATE FUNCTION _abc.changed_index_texts(m @extschema@.abc_model) RETURNS TABLE (suffix text, columns text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY SELECT v.column1, v.column2 FROM (VALUES
		('_by_cut'::text, '(partition, cut) WHERE present AND eligible'::text, true),
		('_by_run', '(written_run)', true),
		('_by_held', '(dissent_run) WHERE dissent_run IS NOT NULL', true),
		('_by_hand', $i$(decided_by) WHERE decided_by = 'override'$i$, true),
		('_by_back', $i$(lifecycle_since) WHERE lifecycle = 'returned'$i$, true),
		('_by_first', '(first_order) WHERE present', m.first_order IS NOT NULL),
		('_by_last', '(last_order) WHERE present', coalesce(m.at_risk, m.lost) IS NOT NULL),
		('_by_pause', format('((%s)) WHERE present AND orders >= 3 AND last_order > first_order',
			_abc.silent_since('')), _abc.has_rhythm(m))) AS v
	WHERE v.column3;
END
$$;
COMMENT ON FUNCTION _abc.changed_index_texts(@extschema@.abc_model) IS
	'the indexes of a model that knows which keys have changed';

-- Whether silence is measured by a customer's own rhythm.
CREATE FUNCTION _abc.has_rhythm(m @extschema@.abc_model) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (m).at_risk IS NULL AND (m).first_order IS NOT NULL AND (m).last_order IS NOT NULL AND (m).orders IS NOT NULL;
COMMENT ON FUNCTION _abc.has_rhythm(@extschema@.abc_model) IS
	'part of abc_refresh: whether abc_lifecycle looks at the mean interval between orders';

-- The last day, as a number, on which a customer is not yet silent for three of his own mean intervals.
CREATE FUNCTION _abc.silent_since(alias text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.replace($$
	(<s>last_order - '2000-01-01'::date) + 3 * (<s>last_order - <s>first_order)::bigint / (<s>orders - 1)$$,
	'<s>', alias);
COMMENT ON FUNCTION _abc.silent_since(text) IS 'part of abc_refresh: when silence begins by a customer''s own rhythm';

-- A table of the owner's alone: default privileges may have given it to those from whom he took the model's others.
CREATE FUNCTION _abc.keep_private(rel regclass) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	grantee text;
BEGIN
	FOR grantee IN
		SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
		FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a WHERE c.oid = rel AND a.grantee <> c.relowner
	LOOP
		EXECUTE format('REVOKE ALL ON %s FROM %s', rel, grantee);
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc.keep_private(regclass) IS 'take from others what default privileges gave them on a new table';

-- The tables and indexes that a definition needs; NAME_read is made anew with every alteration, as its columns change.
CREATE FUNCTION _abc.put_changed_tables(m @extschema@.abc_model) RETURNS @extschema@.abc_model
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	home text := (_abc.home(m)).schema;
	t record;
	rel text;
BEGIN
	PERFORM _abc.drop_changed_tables(m);
	PERFORM _abc.check_changed_room(m, home);
	m.summary := NULL;
	m.sums := NULL;
	m.reading := NULL;
	IF NOT _abc.knows_changes(m) THEN
		RETURN m;
	END IF;
	FOR t IN SELECT x.suffix, x.statement FROM _abc.changed_table_texts() AS x LOOP
		rel := format('%I.%I', home, m.name || '_' || t.suffix);
		EXECUTE _abc.fill(t.statement, m, jsonb_build_object('rel', rel, 'read_definition', _abc.read_definition(m)));
		PERFORM _abc.keep_private(rel::regclass);
		CASE t.suffix
			WHEN 'summary' THEN m.summary := rel::regclass;
			WHEN 'sum' THEN m.sums := rel::regclass;
			ELSE m.reading := rel::regclass;
		END CASE;
	END LOOP;
	FOR t IN SELECT x.suffix, x.columns FROM _abc.changed_index_texts(m) AS x LOOP
		EXECUTE format('CREATE INDEX %I ON %s %s', m.name || t.suffix, m.state, t.columns);
	END LOOP;
	RETURN m;
END
$$;
COMMENT ON FUNCTION _abc.put_changed_tables(@extschema@.abc_model) IS
	'make what a refresh at the cost of the change needs';

-- None of their names taken.
CREATE FUNCTION _abc.check_changed_room(m @extschema@.abc_model, home text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	suffixes text[] := '{_summary,_sum,_read}'::text[] || ARRAY(SELECT x.suffix FROM _abc.changed_index_texts(m) AS x);
	taken text;
BEGIN
	SELECT c.relname INTO taken FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE _abc.knows_changes(m) AND n.nspname = home AND c.relname IN (SELECT m.name || s FROM unnest(suffixes) AS s);
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'duplicate_table',
			MESSAGE = format('relation "%s" exists already in schema "%s"', taken, home),
			HINT = format('A model that knows which keys have changed makes %s_summary, %1$s_sum and others. '
				'Rename the old relation.', m.name);
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.check_changed_room(@extschema@.abc_model, text) IS 'part of the making of a model: names';

CREATE FUNCTION _abc.drop_changed_tables(m @extschema@.abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	suffixes constant text[] := '{_by_cut,_by_run,_by_held,_by_hand,_by_back,_by_first,_by_last,_by_pause}';
	rel regclass;
BEGIN
	FOR rel IN SELECT c.oid FROM pg_class AS c WHERE c.oid IN (m.summary, m.sums, m.reading) LOOP
		EXECUTE format('DROP TABLE %s', rel);
	END LOOP;
	FOR rel IN
		SELECT c.oid FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
		WHERE i.indrelid = m.state AND c.relname IN (SELECT m.name || s FROM unnest(suffixes) AS s)
	LOOP
		EXECUTE format('DROP INDEX %s', rel);
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc.drop_changed_tables(@extschema@.abc_model) IS
	'drop what a refresh at the cost of the change needs';

-- What a row of alias counts as in NAME_sum: partition, rank of the tier (0: none), not eligible, below zero, scale.
CREATE FUNCTION _abc.sum_items(alias text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.replace($$<s>.partition, coalesce(@extschema@.abc_rank(<s>.tier)::integer, 0),
			<s>.tier IS NULL AND <s>.decided_by = 'not eligible',
			coalesce(<s>.value < 0, false), coalesce(scale(<s>.value), -1)$$, '<s>', alias);
COMMENT ON FUNCTION _abc.sum_items(text) IS 'part of abc_refresh: what a row counts as in NAME_sum';

-- Two kinds of rows of NAME_sum are not of customers: with rank -1, rows of the source without a key; with rank -2,
-- eligible customers by the scale of what is cut, from which cut-offs have their own.
--
-- A statement that decides by what was read adds what it writes, and takes away what was there; one that reads
-- everything has only the rows without a key to add.
CREATE FUNCTION _abc.sums_of(facts text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.concat($$, sums AS (
	INSERT INTO {sums} AS x (partition, tier_rank, ineligible, negative, scale, customers, value)$$,
	CASE WHEN facts = 'source' THEN $$
	SELECT r.partition, -1, false, false, coalesce(scale(r.value), -1), count(*), sum(r.value)
	FROM read AS r WHERE NOT ({r.keyed}) GROUP BY 1, 5
)$$ ELSE pg_catalog.concat($$
	SELECT d.partition, d.tier_rank, d.ineligible, d.negative, d.scale, sum(d.n), sum(d.value) FROM (
		SELECT $$, _abc.sum_items('c'), $$, 1, c.value FROM changed AS c WHERE c.present
		UNION ALL SELECT $$, _abc.sum_items('s'), $$, -1, -s.value FROM changed AS c
			CROSS JOIN LATERAL (SELECT s.* FROM {state} AS s WHERE {same s c} OFFSET 0) AS s WHERE s.present
		UNION ALL SELECT $$, _abc.sum_items('g'), $$, -1, -g.value FROM vanished AS g WHERE g.present
	) AS d (partition, tier_rank, ineligible, negative, scale, n, value) GROUP BY 1, 2, 3, 4, 5
	ON CONFLICT (partition, tier_rank, ineligible, negative, scale)
		DO UPDATE SET customers = x.customers + excluded.customers, value = x.value + excluded.value
)$$) END);
COMMENT ON FUNCTION _abc.sums_of(text) IS 'part of the statement that decides: NAME_sum';

-- Whether summaries and sums are those of the state.
CREATE FUNCTION _abc.has_sums(m @extschema@.abc_model) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result boolean := false;
BEGIN
	IF _abc.knows_changes(m) AND m.summary IS NOT NULL THEN
		EXECUTE format('SELECT EXISTS (SELECT FROM %s)', m.summary) INTO result;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.has_sums(@extschema@.abc_model) IS 'whether the summaries of a model are kept';

-- Who changes the state in another way than by a refresh or an override calls this; then the next refresh is full.
CREATE FUNCTION _abc.forget_sums(m @extschema@.abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF m.summary IS NOT NULL THEN
		EXECUTE format('DELETE FROM %s', m.summary);
		EXECUTE format('DELETE FROM %s', m.sums);
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.forget_sums(@extschema@.abc_model) IS
	'forget the summaries of a model: its next refresh is full';

-- After everything was read: summaries and sums of the state, made anew.
CREATE FUNCTION _abc.make_sums(m @extschema@.abc_model, run bigint, began timestamp with time zone) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
BEGIN
	EXECUTE _abc.fill($sql$
INSERT INTO {summary} (partition, summary, cutoffs, summed)
SELECT r.partition, s.summary, r.cutoffs, $2 FROM {run} AS r
LEFT JOIN (
	SELECT s.partition, @extschema@.abc_summarize(s.cut) AS summary FROM {state} AS s
	WHERE s.present AND s.eligible GROUP BY s.partition
) AS s ON s.partition = r.partition
WHERE r.run = $1$sql$, m) USING run, began;
	EXECUTE _abc.fill(concat($sql$
INSERT INTO {sums} (partition, tier_rank, ineligible, negative, scale, customers, value)
SELECT d.partition, d.tier_rank, d.ineligible, d.negative, d.scale, count(*), sum(d.value)
FROM (
	SELECT $sql$, _abc.sum_items('s'), $sql$, s.value FROM {state} AS s WHERE s.present
) AS d (partition, tier_rank, ineligible, negative, scale, value)
GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT s.partition, -2, false, false, coalesce(scale(s.cut), -1), count(*), NULL FROM {state} AS s
WHERE s.present AND s.eligible GROUP BY 1, 5$sql$), m);
END
$$;
COMMENT ON FUNCTION _abc.make_sums(@extschema@.abc_model, bigint, timestamp with time zone) IS
	'part of abc_refresh: summaries and sums of the state';

-- Customers and sums by partition and tier, for the figures of a run: added up from NAME_sum, or from the state, where
-- whoever is present has the one partition that there is, or one of several.
CREATE FUNCTION _abc.lines_text(kept boolean, partitioned boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.replace($$
	SELECT c.partition, c.tier_rank AS tier, sum(c.customers)::bigint AS customers, sum(c.value) AS value,
		sum(CASE WHEN c.negative OR c.value IS NULL THEN 0 ELSE c.value END) AS weight,
		sum(c.value) FILTER (WHERE c.negative) AS below_zero,
		sum(c.customers) FILTER (WHERE c.ineligible)::bigint AS not_eligible_customers,
		sum(c.value) FILTER (WHERE c.ineligible) AS not_eligible,
		sum(c.customers) FILTER (WHERE c.tier_rank = 0 AND NOT c.ineligible)::bigint AS unrated_customers,
		sum(c.value) FILTER (WHERE c.tier_rank = 0 AND NOT c.ineligible) AS unrated
	FROM <sums> WHERE c.tier_rank >= 0 AND c.customers > 0 GROUP BY 1, 2$$,
	'<sums>', CASE WHEN kept THEN '{sums} AS c' ELSE pg_catalog.replace($$(
		SELECT <partition>, coalesce({rank}(s.tier)::integer, 0), s.tier IS NULL AND s.decided_by = 'not eligible',
			coalesce(s.value < 0, false), count(*), sum(s.value)
		FROM {state} AS s WHERE s.present GROUP BY 1, 2, 3, 4
	) AS c (partition, tier_rank, ineligible, negative, customers, value)$$,
	'<partition>', CASE WHEN partitioned THEN 's.partition' ELSE $$'{}'::text[]$$ END) END);
COMMENT ON FUNCTION _abc.lines_text(boolean, boolean) IS
	'part of abc_refresh: customers and sums by partition and tier';
