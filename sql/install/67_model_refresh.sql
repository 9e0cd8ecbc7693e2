--
-- Refresh, taking back
--

-- Progress, for others to see in pg_stat_activity, where 63 bytes have room.  Ends with the transaction.
CREATE FUNCTION _abc.progress(m @extschema@.abc_model, step text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	says text := format('abc_refresh %s: %s', step, m.name);
BEGIN
	PERFORM set_config('application_name', (
		SELECT left(says, max(i)) FROM generate_series(0, 63) AS i WHERE octet_length(left(says, i)) <= 63), true);
END
$$;
COMMENT ON FUNCTION _abc.progress(@extschema@.abc_model, text) IS 'part of abc_refresh: progress in application_name';

-- The day of a refresh: the one that is asked for, else today, but never before the last one (the caller may
-- be west of who refreshed before).
CREATE FUNCTION _abc.run_day(m @extschema@.abc_model, as_of date, force boolean) RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	tomorrow date := (clock_timestamp() AT TIME ZONE 'UTC')::date + 1;
	last_day text := to_char(m.last_as_of, 'YYYY-MM-DD');
BEGIN
	IF NOT isfinite(as_of) OR (NOT force AND coalesce(as_of, m.last_as_of) > tomorrow) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = CASE WHEN as_of IS NULL
				THEN format('the last run of model "%s" was as of %s, a day to come', m.name, last_day)
				ELSE format('cannot refresh model "%s" as of %s, a day to come', m.name, as_of) END,
			HINT = CASE WHEN as_of IS NULL THEN format('SELECT @extschema@.abc_undo(%L) takes it back.', m.face)
				ELSE 'Is the year right? With force => true it is done all the same.' END;
	END IF;
	IF as_of < m.last_as_of THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('cannot refresh model "%s" as of %s: its last run was as of %s',
				m.name, to_char(as_of, 'YYYY-MM-DD'), last_day),
			HINT = 'History goes forward only. abc_undo takes the last day back; to fill in earlier months, make '
				'another model and refresh it from the first month on.';
	END IF;
	IF NOT m.can_undo AND coalesce(as_of, greatest(CURRENT_DATE, m.last_as_of)) = m.last_as_of THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('model "%s" cannot be refreshed as of %s again: the run after it was taken back',
				m.name, last_day),
			HINT = 'Refresh it as of a later day.';
	END IF;
	RETURN coalesce(as_of, greatest(CURRENT_DATE, m.last_as_of));
END
$$;
COMMENT ON FUNCTION _abc.run_day(@extschema@.abc_model, date, boolean) IS 'part of abc_refresh: the day';

-- A refresh that would lose much more than a day can: a load that broke off, most likely.
CREATE FUNCTION _abc.guard(m @extschema@.abc_model, previous_run bigint, gone bigint, gone_value numeric) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	customers bigint;
	total numeric;
BEGIN
	EXECUTE _abc.fill('SELECT sum(r.customers), sum(r.total) FROM {run} AS r WHERE r.run = $1', m)
	INTO customers, total USING previous_run;
	IF gone > m.max_gone * customers OR gone_value > m.max_gone::numeric * total THEN
		RAISE EXCEPTION USING ERRCODE = 'check_violation',
			MESSAGE = format('the refresh of model "%s" would lose %s of %s customers, and %s of %s of their value',
				m.name, gone, customers, gone_value, total),
			DETAIL = format('The model loses at most %s of either in one run (max_gone).', m.max_gone),
			HINT = 'Is the source loaded completely? With force => true the refresh is done all the same.';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.guard(@extschema@.abc_model, bigint, bigint, numeric) IS
	'part of abc_refresh: refuse to lose too much';

-- Who was there before a run and is not there after it, and their value in force.
CREATE FUNCTION _abc.lost(m @extschema@.abc_model, run bigint, OUT customers bigint, OUT value numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE _abc.fill($sql$
SELECT count(*), coalesce(sum(greatest(b.value, 0)) FILTER (WHERE b.tier IS NOT NULL), 0)
FROM {state} AS s JOIN {before} AS b ON {same b s}
WHERE s.written_run = $1 AND b.present AND NOT s.present$sql$, m)
	INTO customers, value USING run;
END
$$;
COMMENT ON FUNCTION _abc.lost(@extschema@.abc_model, bigint) IS 'part of abc_refresh: what the guard looks at';

-- Make room for the run: what was kept of the run before goes, and figures of this day that are written anew.
CREATE FUNCTION _abc.begin_run(m @extschema@.abc_model, run bigint) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF run > m.runs THEN
		EXECUTE _abc.fill('DELETE FROM {before}', m);
	END IF;
	EXECUTE _abc.fill('DELETE FROM {run} AS r WHERE r.run >= $1', m) USING run;
END
$$;
COMMENT ON FUNCTION _abc.begin_run(@extschema@.abc_model, bigint) IS 'part of abc_refresh: make room';

-- Versions that an earlier run of this day closed, of those who turn out not to have changed.
CREATE FUNCTION _abc.reopen_versions(m @extschema@.abc_model, run bigint, day date) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE _abc.fill($sql$
DELETE FROM {version} AS v
WHERE v.closed_run = $1 AND NOT EXISTS (SELECT FROM {state} AS s WHERE {same s v} AND s.version_from = $2)$sql$, m)
	USING run, day;
END
$$;
COMMENT ON FUNCTION _abc.reopen_versions(@extschema@.abc_model, bigint, date) IS
	'part of abc_refresh: a day that is run again';

-- Decide and write: over the whole source, or over the rows in NAME_read.
-- Without JIT: to compile this statement takes longer than to run it, minutes where treatments and hysteresis meet.
-- A day that is run again is measured by the run before it, like the first time; what was lost by force may stay lost.
-- Keys are joined by hashing: nothing is known of the rows of a source, and the planner would sort them all.
CREATE FUNCTION _abc.decide(
	m @extschema@.abc_model, run bigint, day date, began timestamp with time zone,
	force boolean, forced_before boolean, changed_only boolean,
	OUT rows_read bigint, OUT customers bigint, OUT healed bigint
)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET jit = off SET enable_mergejoin = off
AS $$
DECLARE
	places jsonb;
	previous record;
	counts record;
	counts_healed boolean;
	planner text[] := ARRAY[current_setting('enable_seqscan'), current_setting('enable_bitmapscan'),
		current_setting('random_page_cost')];
BEGIN
	EXECUTE _abc.fill($sql$
SELECT max(r.revision) AS revision, max(r.standard) AS standard FROM {run} AS r
WHERE r.run = $1 AND r.revision IS NOT NULL$sql$, m) INTO previous USING run - 1;
	IF changed_only THEN
		places := _abc.decide_places(m, run = m.runs,
			_abc.fill(' AND EXISTS (SELECT FROM {reading} AS x WHERE {same x s})', m),
			_abc.fill(' AND EXISTS (SELECT FROM {reading} AS x WHERE {same x b})', m));
		-- few rows of a large table: by its indexes, whatever the planner thinks of tables that are filled and
		-- emptied with every refresh
		PERFORM set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
			set_config('random_page_cost', '1', true);
	ELSE
		places := _abc.decide_places(m, run = m.runs) || _abc.full_places(m);
		counts_healed := _abc.can_continue(m);
		PERFORM _abc.forget_sums(m);
	END IF;
	EXECUTE _abc.fill(
		_abc.decide_sql(CASE WHEN changed_only THEN 'read' ELSE 'source' END, _abc.knows_changes(m)), m, places)
	INTO counts
	USING m, day, run, CASE WHEN m.revision <> previous.revision THEN 'definition' ELSE 'data' END,
		coalesce(m.standard <> previous.standard, false), began;
	PERFORM set_config('enable_seqscan', planner[1], true), set_config('enable_bitmapscan', planner[2], true),
		set_config('random_page_cost', planner[3], true);
	IF NOT force AND NOT (forced_before AND counts.gone = 0) THEN
		PERFORM _abc.guard(m, run - 1, lost.customers, lost.value) FROM _abc.lost(m, run) AS lost;
	END IF;
	healed := CASE WHEN counts_healed THEN counts.healed END;
	rows_read := counts.rows_read;
	IF changed_only THEN
		EXECUTE _abc.fill('SELECT count(*) FROM {reading} AS r WHERE r.present AND r.was_read', m) INTO rows_read;
		PERFORM _abc.drop_empty(m, run);
		RETURN;
	END IF;
	customers := counts.customers;
	IF _abc.knows_changes(m) THEN
		PERFORM _abc.make_sums(m, run, began);
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.decide(@extschema@.abc_model, bigint, date, timestamp with time zone, boolean,
	boolean, boolean) IS
	'part of abc_refresh: decide, write';

-- Where everything is read: who need not be decided anew, as nothing that decides has changed; and what is not there
-- in a first run.
CREATE FUNCTION _abc.full_places(m @extschema@.abc_model) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN jsonb_build_object(
			'may_differ', CASE WHEN _abc.decides_alike(m) THEN _abc.may_differ(m) ELSE 'true' END)
		|| CASE WHEN m.partition_by = '{}' THEN jsonb_build_object(
				'join_cut', '', 'cutoffs', '(SELECT c.cutoffs FROM cut AS c)',
				'the_partition', '''{}''::text[]', 'group_by_partition', ' HAVING count(*) > 0')
			ELSE '{}' END
		|| CASE WHEN m.runs = 0 THEN jsonb_build_object('or_replace', '') ELSE '{}' END;
END
$$;
COMMENT ON FUNCTION _abc.full_places(@extschema@.abc_model) IS
	'part of abc_refresh: places of the statement that decides over the whole source';

-- What queries of the user's may ask for while they are read.
CREATE FUNCTION _abc.tell_days(m @extschema@.abc_model, day date) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM set_config('abc_tier.as_of', to_char(day, 'YYYY-MM-DD'), true),
		set_config('abc_tier.last_as_of', coalesce(to_char(m.last_as_of, 'YYYY-MM-DD'), ''), true),
		set_config('abc_tier.last_refresh', coalesce(m.last_began::text, ''), true);
END
$$;
COMMENT ON FUNCTION _abc.tell_days(@extschema@.abc_model, date) IS
	'part of abc_refresh: abc_as_of, abc_last_as_of, abc_last_refresh';

-- As many rows with a key as were read, where everything was.
CREATE FUNCTION _abc.check_customers(m @extschema@.abc_model, run bigint, customers bigint) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present bigint;
BEGIN
	EXECUTE _abc.fill('SELECT sum(r.customers) FROM {run} AS r WHERE r.run = $1', m) INTO present USING run;
	IF present <> customers THEN
		RAISE EXCEPTION USING ERRCODE = 'cardinality_violation', MESSAGE = 'the source does not have one row per key';
	END IF;
END
$$;
COMMENT ON FUNCTION _abc.check_customers(@extschema@.abc_model, bigint, bigint) IS 'part of abc_refresh: a row per key';

CREATE FUNCTION abc_refresh(
	model regclass, as_of date DEFAULT NULL, "full" boolean DEFAULT false, force boolean DEFAULT false
) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_refresh(regclass, date, boolean, boolean) IS
	'tier anew: reads the source, writes state, history, changes and the figures of the run, and gives its number. '
	'as_of: the day the source is asked for (abc_as_of()), default today; the day of the last run again decides that '
	'day anew; a later day is a new run. full: read everything, in a model with "changed", too. force: in spite of '
	'max_gone, and for days to come. Readers are not blocked; on failure nothing is left';

CREATE FUNCTION _abc.abc_refresh(model regclass, as_of date, "full" boolean, force boolean) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
SET abc_tier.as_of = '' SET abc_tier.last_as_of = '' SET abc_tier.last_refresh = ''
AS $$
DECLARE
	m @extschema@.abc_model := _abc.complete(_abc.lock(model, 'refresh'));
	began timestamp with time zone := clock_timestamp();
	application text := current_setting('application_name');
	day date;
	again boolean;
	forced_before boolean := false;
	run bigint;
	changed_only boolean;
	rows_read bigint;
	customers bigint;
	healed bigint;
	code text;
	says text;
	detail text;
	hint text;
	bad_row text;
BEGIN
	PERFORM _abc.check_tables_stay(m);
	day := _abc.run_day(m, as_of, coalesce(force, false));
	again := coalesce(day = m.last_as_of, false);
	run := CASE WHEN again THEN m.runs ELSE m.runs + 1 END;
	PERFORM _abc.tell_days(m, day);
	BEGIN
		IF again THEN
			EXECUTE _abc.fill('SELECT coalesce(bool_or(r.forced), false) FROM {run} AS r WHERE r.run = $1', m)
			INTO forced_before USING run;
		END IF;
		PERFORM _abc.progress(m, '1/2 deciding');
		changed_only := _abc.read_changed(m, coalesce("full", false)) AND _abc.move_cuts(m, began, day);
		PERFORM _abc.begin_run(m, run);
		SELECT d.rows_read, d.customers, d.healed INTO rows_read, customers, healed
		FROM _abc.decide(m, run, day, began, coalesce(force, false), forced_before, changed_only) AS d;
		IF again THEN
			PERFORM _abc.reopen_versions(m, run, day);
		END IF;
		PERFORM _abc.progress(m, '2/2 recording');
		PERFORM _abc.record(m, day, run, began, NOT changed_only, rows_read, coalesce(force, false) OR forced_before);
		PERFORM _abc.check_customers(m, run, customers);
		IF _abc.knows_changes(m) THEN
			PERFORM _abc.record_source(m, run, healed);
		END IF;
		m.treatments_read := _abc.treatments_digest(m);
	EXCEPTION WHEN data_exception OR cardinality_violation OR unique_violation THEN
		GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, says = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
			hint = PG_EXCEPTION_HINT;
		bad_row := _abc.find_bad_row(m);
		PERFORM _abc.rethrow(code, format('cannot refresh model "%s": %s', m.name, coalesce(bad_row, says)),
			CASE WHEN bad_row IS NULL THEN detail END,
			format('SELECT * FROM @extschema@.abc_check(%L) counts what is wrong with the source.', m.face));
	END;
	m.runs := run;
	m.last_as_of := day;
	m.last_began := began;
	m.can_undo := true;
	PERFORM _abc.save(m);
	PERFORM _abc.notify(m);
	PERFORM set_config('application_name', application, true);
	RETURN run;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, says = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow(code, says, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.abc_refresh(regclass, date, boolean, boolean) IS 'part of abc_refresh: as the owner';

-- Counts for listeners.  Any role may LISTEN: no keys, no names of customers.
CREATE FUNCTION _abc.notify(m @extschema@.abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	payload text;
BEGIN
	EXECUTE _abc.fill($sql$
SELECT json_build_object('model', $2, 'run', r.run, 'as_of', min(r.as_of), 'customers', sum(r.customers),
	'moved_up', sum(r.moved_up), 'moved_down', sum(r.moved_down),
	'arrived', sum(r.arrived), 'gone', sum(r.gone))::text
FROM {run} AS r WHERE r.run = $1 GROUP BY r.run$sql$, m)
	INTO payload USING m.runs, m.face::text;
	PERFORM pg_notify('abc_tier', payload);
END
$$;
COMMENT ON FUNCTION _abc.notify(@extschema@.abc_model) IS 'part of abc_refresh: NOTIFY abc_tier';

CREATE FUNCTION abc_undo(model regclass) RETURNS date
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_undo(regclass) IS
	'take the last day back: state, history, run and trend are as they were before it, and NAME_changes says of each '
	'of its rows that it no longer holds. Gives the day that is the last one now. Only one day is kept: after it the '
	'model has to be refreshed first';

CREATE FUNCTION _abc.abc_undo(model regclass) RETURNS date
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := _abc.complete(_abc.lock(model, 'undo a run of'));
	statement text;
BEGIN
	IF m.runs = 0 OR NOT coalesce(m.can_undo, false) THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('model "%s" has no run that can be taken back', m.name),
			HINT = CASE WHEN m.runs = 0 THEN 'It was not refreshed yet.'
				ELSE 'Only the last day can be taken back, and it was.' END;
	END IF;
	FOREACH statement IN ARRAY _abc.undo_texts() LOOP
		EXECUTE _abc.fill(statement, m) USING m.runs;
	END LOOP;
	PERFORM _abc.forget_sums(m);
	m.runs := m.runs - 1;
	m.can_undo := false;
	EXECUTE _abc.fill('SELECT max(r.as_of), max(r.began) FROM {run} AS r WHERE r.run = $1', m)
	INTO m.last_as_of, m.last_began USING m.runs;
	PERFORM _abc.save(m);
	RETURN m.last_as_of;
END
$$;
COMMENT ON FUNCTION _abc.abc_undo(regclass) IS 'part of abc_undo: as the owner';

-- The statements that take run $1 back.
CREATE FUNCTION _abc.undo_texts() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY[$$
INSERT INTO {change} (run, as_of, {keys}, partition, moved, from_tier, from_name, to_tier, to_name,
	previous_lifecycle, lifecycle, decided_by, reason, cause, value_before, value, score, takes_back, in_force)
SELECT c.run, c.as_of, {c.keys}, c.partition, 'taken back', c.to_tier, c.to_name, c.from_tier, c.from_name,
	c.lifecycle, coalesce(c.previous_lifecycle, c.lifecycle), c.decided_by, c.reason, c.cause,
	c.value, c.value_before, c.score, c.number, false
FROM {change} AS c WHERE c.run = $1 AND c.in_force ORDER BY c.number$$,
	'UPDATE {change} AS c SET in_force = false WHERE c.run = $1 AND c.in_force',
	'DELETE FROM {version} AS v WHERE v.closed_run = $1',
	'DELETE FROM {state} AS s WHERE s.first_run = $1',
	'INSERT INTO {state} ({state_columns}) SELECT {b.state_columns} FROM {before} AS b
ON CONFLICT ({keys}) DO UPDATE SET ({other_columns}) = ROW ({excluded.other_columns})',
	'DELETE FROM {before}',
	'DELETE FROM {run} AS r WHERE r.run >= $1']::text[];
COMMENT ON FUNCTION _abc.undo_texts() IS 'part of abc_undo: the statements, with named places';
