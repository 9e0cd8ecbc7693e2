--
-- Transitions
--

CREATE FUNCTION abc_transitions(model regclass, since date DEFAULT NULL, until date DEFAULT NULL)
RETURNS TABLE (from_tier text, to_tier text, customers bigint, share double precision)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_find(model);
	run_to bigint := @extschema@._abc_run_as_of(m, until);
	run_from bigint;
	state text;
BEGIN
	IF since IS NOT NULL THEN
		run_from := @extschema@._abc_run_as_of(m, since);
	ELSE
		run_from := run_to - 1;
	END IF;
	-- the last version of a key that a run or one before it opened
	state := 'SELECT DISTINCT ON (h.%1$I) h.%1$I AS k, h.tier, h.decided_by FROM %2$s AS h WHERE h.run <= %3$s ORDER BY h.%1$I, h.version DESC';
	RETURN QUERY EXECUTE format('SELECT s.a, s.b, count(*), (count(*) / sum(count(*)) OVER (PARTITION BY s.a))::double precision
		FROM (SELECT CASE WHEN a.k IS NULL THEN ''not yet'' WHEN a.decided_by = ''gone'' THEN ''gone'' ELSE coalesce(a.tier::text, ''unrated'') END,
				CASE WHEN b.decided_by = ''gone'' THEN ''gone'' ELSE coalesce(b.tier::text, ''unrated'') END
			FROM (%2$s) AS b LEFT JOIN (%1$s) AS a ON a.k %3$s b.k) AS s (a, b)
		GROUP BY s.a, s.b ORDER BY length(s.a), s.a, length(s.b), s.b',
		format(state, m.key, m.history_table, '$1'), format(state, m.key, m.history_table, '$2'), @extschema@._abc_equals(m.key_type))
	USING run_from, run_to;
END
$$;
COMMENT ON FUNCTION abc_transitions(regclass, date, date) IS
'how many customers came from which tier to which between two runs (as of days; default: the last two runs), and their share of those who came from there; with unrated, gone, and not yet for those who were not in the model';
