--
-- Report
--

-- The lines below the tiers, which make the report add up to the source.
-- Parameter: $1 run.
CREATE FUNCTION _abc_report_rest_sql(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('SELECT v.line, NULL::text, NULL::text, NULL::text, NULL::bigint, NULL::double precision, v.amount, NULL::double precision, NULL::double precision
	FROM (SELECT sum(r.set_to_zero) AS z, sum(r.not_eligible) AS n, sum(r.unrated) AS u, sum(r.without_customer) AS w, sum(r.source_total) AS t
		FROM %s AS r WHERE r.run = $1 AND r.error IS NULL) AS r
	CROSS JOIN LATERAL (VALUES (1, ''set to zero'', r.z), (2, ''unrated'', r.u), (3, ''not eligible'', r.n),
		(4, ''without customer'', r.w), (5, ''total of the source'', r.t)) AS v (i, line, amount) ORDER BY v.i', m.run_table);
END
$$;
COMMENT ON FUNCTION _abc_report_rest_sql(abc_model) IS 'part of abc_report: the lines that reconcile it';

-- Tiers within groups, with lift: how much more frequent a tier is in the
-- group than overall.  rows_sql gives grp, tier, name, customers, value.
CREATE FUNCTION _abc_report_tiers_sql(rows_sql text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('SELECT ''tier'', g.grp, g.tier::text, g.name, g.customers::bigint,
		(g.customers / nullif(sum(g.customers) OVER w, 0))::double precision, g.value,
		(g.value / nullif(sum(g.value) OVER w, 0))::double precision,
		(g.customers * sum(g.customers) OVER () / nullif(sum(g.customers) OVER w * sum(g.customers) OVER (PARTITION BY g.tier), 0))::double precision
	FROM (%s) AS g WINDOW w AS (PARTITION BY ARRAY[g.grp]) ORDER BY g.grp NULLS LAST, g.tier NULLS LAST',
		rows_sql);
END
$$;
COMMENT ON FUNCTION _abc_report_tiers_sql(text) IS 'part of abc_report: the lines of the tiers';

-- The last run that a day can be asked of.
CREATE FUNCTION _abc_run_as_of(m abc_model, day date) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result bigint;
BEGIN
	EXECUTE format('SELECT max(r.run) FROM %s AS r WHERE r.error IS NULL AND ($1 IS NULL OR r.as_of <= $1)', m.run_table) INTO result USING day;
	IF result IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'no_data_found',
			MESSAGE = format('model "%s" has no run%s', m.mv, ' as of ' || to_char(day, 'YYYY-MM-DD') || ' or before'),
			HINT = format('SELECT @extschema@.abc_refresh(%L) makes one.', m.mv);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc_run_as_of(abc_model, date) IS 'the last run as of a day';

CREATE FUNCTION abc_report(model regclass, by text DEFAULT NULL, as_of date DEFAULT NULL)
RETURNS TABLE (line text, group_value text, tier text, tier_name text, customers bigint, customers_share double precision,
	value numeric, value_share double precision, lift double precision)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_find(model);
	run bigint;
	amount text;
	grp text := 'NULL::text';
BEGIN
	PERFORM @extschema@._abc_complete(m);
	run := @extschema@._abc_run_as_of(m, as_of);
	amount := CASE WHEN @extschema@._abc_zeroes(m) THEN 'greatest(m.value, 0)' ELSE 'm.value' END;
	IF by IS NOT NULL THEN
		IF by <> ALL (CASE WHEN as_of IS NULL THEN m.partition_by || m.attributes ELSE m.partition_by END) THEN
			RAISE EXCEPTION USING ERRCODE = 'undefined_column',
				MESSAGE = CASE WHEN by = ANY (m.attributes) THEN format('attribute "%s" is not recorded run by run', by)
					ELSE format('"%s" is neither a partition nor an attribute of model "%s"', by, m.mv) END,
				HINT = CASE WHEN by = ANY (m.attributes) THEN 'Leave out as_of, or make it a partition of the model.'
					ELSE format('Its partitions and attributes are %s.', coalesce(nullif(@extschema@._abc_each(m.partition_by || m.attributes, '%1$I'), ''), 'none')) END;
		END IF;
		grp := format('m.%I::text', by);
	END IF;
	IF as_of IS NULL THEN
		RETURN QUERY EXECUTE @extschema@._abc_report_tiers_sql(format('SELECT %1$s AS grp, h.tier, %7$s AS name, count(*) AS customers,
				coalesce(sum(%2$s::numeric) FILTER (WHERE m.computed IS NOT NULL), 0) AS value
			FROM %3$s AS m JOIN %4$s AS h ON m.%5$I %6$s h.%5$I AND h.valid_to IS NULL WHERE m.eligible OR h.tier IS NOT NULL GROUP BY 1, 2',
			grp, amount, m.mv, m.history_table, m.key, @extschema@._abc_equals(m.key_type), @extschema@._abc_label_sql(m, 'h.tier')));
	ELSE
		RETURN QUERY EXECUTE @extschema@._abc_report_tiers_sql(format('SELECT %s AS grp, m.tier, min(m.tier_name) AS name, sum(m.customers) AS customers, sum(m.value) AS value
			FROM %s AS m WHERE m.run = $1 AND m.customers > 0 GROUP BY 1, 2', grp, m.trend_table)) USING run;
	END IF;
	RETURN QUERY EXECUTE @extschema@._abc_report_rest_sql(m) USING run;
END
$$;
COMMENT ON FUNCTION abc_report(regclass, text, date) IS
'customers and value per tier, by a partition or attribute with lift, and what makes it add up to the total of the source: set to zero, unrated, not eligible, without customer; as of an earlier run by partitions only';
