--
-- Report: customers and value per tier, and what makes it add up to the source
--

-- Where in an array of texts each wanted name stands: an attribute among those carried, a partition column
-- among those of the partition.
CREATE FUNCTION _abc.positions(m @extschema@.abc_model, wanted text[], among text[], what text) RETURNS integer[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bad text := (SELECT coalesce(w, 'NULL') FROM unnest(wanted) AS w WHERE w IS NULL OR w <> ALL (among) LIMIT 1);
BEGIN
	IF bad = ANY (m.carried) AND bad <> ALL (among) THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_column',
			MESSAGE = format('attribute "%s" is not recorded run by run', bad),
			HINT = 'Leave out as_of, or make it a partition of the model.';
	ELSIF bad IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_column',
			MESSAGE = format('"%s" is not %s of model "%s"', bad, what, m.name),
			HINT = format('There are: %s.',
				coalesce((SELECT string_agg(quote_ident(a), ', ') FROM unnest(among) AS a), 'none'));
	END IF;
	RETURN ARRAY(SELECT array_position(among, w) FROM unnest(wanted) WITH ORDINALITY AS u (w, i) ORDER BY u.i);
END
$$;
COMMENT ON FUNCTION _abc.positions(@extschema@.abc_model, text[], text[], text) IS
'part of abc_report: the columns to group by';

-- The tiers, within groups: of now from the customers, of an earlier run from what was recorded.
-- weight: values above zero, of which value_share is the share.
CREATE FUNCTION _abc.report_tiers_now(m @extschema@.abc_model, by text[])
RETURNS TABLE (groups text[], tier @extschema@.abc_tier, tier_name text, customers bigint,
	value numeric, weight numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY EXECUTE _abc.asked($sql$
		SELECT ARRAY(SELECT c.texts[i] FROM unnest($1) WITH ORDINALITY AS u (i, n) ORDER BY u.n),
			c.tier, c.tier_name, count(*), coalesce(sum(c.value), 0), coalesce(sum(greatest(c.value, 0)), 0)
		FROM (SELECT {texts} AS texts, s.tier, s.tier_name, s.value FROM {state} AS s WHERE s.tier IS NOT NULL) AS c
		GROUP BY 1, 2, 3$sql$, m) USING _abc.positions(m, by, m.key || m.carried, 'a partition or attribute');
END
$$;
COMMENT ON FUNCTION _abc.report_tiers_now(@extschema@.abc_model, text[]) IS 'part of abc_report: the tiers in force';

CREATE FUNCTION _abc.report_tiers_then(m @extschema@.abc_model, run bigint, by text[])
RETURNS TABLE (groups text[], tier @extschema@.abc_tier, tier_name text, customers bigint,
	value numeric, weight numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	partitions text[];
BEGIN
	EXECUTE _abc.fill('SELECT r.partition_by FROM {run} AS r WHERE r.run = $1 AND r.revision IS NOT NULL LIMIT 1', m)
	INTO partitions USING run;
	RETURN QUERY EXECUTE _abc.fill($sql$
		SELECT ARRAY(SELECT r.partition[i] FROM unnest($2) WITH ORDINALITY AS u (i, n) ORDER BY u.n),
			t.tier, t.tier_name, sum(t.customers)::bigint, sum(t.value), sum(t.weight)
		FROM {run} AS r
		CROSS JOIN LATERAL unnest(r.tiers, r.tier_names, r.tier_customers, r.tier_values, r.tier_weights)
			AS t (tier, tier_name, customers, value, weight)
		WHERE r.run = $1 AND r.revision IS NOT NULL AND t.tier IS NOT NULL AND t.customers > 0
		GROUP BY 1, 2, 3$sql$, m) USING run, _abc.positions(m, by, partitions, 'a partition');
END
$$;
COMMENT ON FUNCTION _abc.report_tiers_then(@extschema@.abc_model, bigint, text[]) IS
'part of abc_report: the tiers of a run';

-- The lines below the tiers, which make the report add up to the source.
CREATE FUNCTION _abc.report_rest(m @extschema@.abc_model, run bigint)
RETURNS TABLE (line text, customers bigint, value numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY EXECUTE _abc.fill($sql$
		SELECT v.line, v.customers, v.value
		FROM (
			SELECT sum(r.not_eligible_customers)::bigint AS not_eligible_customers,
				sum(r.not_eligible) AS not_eligible,
				sum(r.unrated_customers)::bigint AS unrated_customers, sum(r.unrated) AS unrated,
				sum(r.without_customer) AS without_customer, sum(r.customers)::bigint AS customers,
				sum(r.source_rows)::bigint AS source_rows, sum(r.source_total) AS source_total
			FROM {run} AS r WHERE r.run = $1 AND r.revision IS NOT NULL) AS r
		CROSS JOIN LATERAL (VALUES
			(1, 'not eligible', r.not_eligible_customers, r.not_eligible),
			(2, 'unrated', r.unrated_customers, r.unrated),
			(3, 'without customer', r.source_rows - r.customers, r.without_customer),
			(4, 'total of the source', r.source_rows, r.source_total)) AS v (i, line, customers, value)
		ORDER BY v.i$sql$, m) USING run;
END
$$;
COMMENT ON FUNCTION _abc.report_rest(@extschema@.abc_model, bigint) IS
'part of abc_report: the lines that reconcile it with the source';

CREATE FUNCTION abc_report(model regclass, by text[] DEFAULT NULL, as_of date DEFAULT NULL)
RETURNS TABLE (line text, line_name text, groups text[], tier text, tier_rank smallint, tier_name text,
	customers bigint, customers_share double precision, value numeric, value_share double precision,
	lift double precision)
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_report(regclass, text[], date) IS
'customers and value per tier in force, by partitions or attributes with lift, then what makes it add up to the total '
	'of the source: not eligible, unrated, without customer. As of an earlier run: by partitions only';

CREATE FUNCTION _abc.abc_report(model regclass, by text[], as_of date)
RETURNS TABLE (line text, line_name text, groups text[], tier text, tier_rank smallint, tier_name text,
	customers bigint, customers_share double precision, value numeric, value_share double precision,
	lift double precision)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model := _abc.find(model);
	run bigint := _abc.run_as_of(m, as_of);
	names text[] := coalesce(by, '{}');
	code text;
	message text;
	detail text;
	hint text;
BEGIN
	-- lift: how much more frequent a tier is in the group than overall
	RETURN QUERY
	WITH tiers AS (
		SELECT * FROM _abc.report_tiers_now(m, names) WHERE as_of IS NULL
		UNION ALL SELECT * FROM _abc.report_tiers_then(m, run, names) WHERE as_of IS NOT NULL
	)
	SELECT 'tier'::text, _abc.text(m.language, 'line.tier'), t.groups, t.tier::text, @extschema@.abc_rank(t.tier),
		t.tier_name, t.customers, (t.customers / sum(t.customers) OVER g)::double precision,
		t.value, _abc.share(t.weight, sum(t.weight) OVER g),
		CASE WHEN names <> '{}' THEN
			(t.customers * sum(t.customers) OVER ()
				/ (sum(t.customers) OVER g * sum(t.customers) OVER k))::double precision
		END
	FROM tiers AS t WINDOW g AS (PARTITION BY t.groups), k AS (PARTITION BY t.tier::text)
	ORDER BY t.groups, t.tier::text COLLATE "C";
	RETURN QUERY
	SELECT r.line, _abc.text(m.language, 'line.' || r.line), NULL::text[], NULL::text,
		NULL::smallint, NULL::text, r.customers,
		NULL::double precision, r.value, NULL::double precision, NULL::double precision
	FROM _abc.report_rest(m, run) AS r;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow_reading(m, code, message, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.abc_report(regclass, text[], date) IS 'the work of abc_report';
