--
-- Comments on what a model is made of
--

CREATE FUNCTION _abc_column_comments() RETURNS TABLE (col text, says text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT v.column1, v.column2 FROM (VALUES
	('version'::text, 'ever-increasing number of the version: poll for numbers above the last one seen'::text),
	('tier', 'tier in force, A is best; NULL: unrated'),
	('tier_rank', 'tier in force as a number to sort by, 1 is best; NULL: unrated'),
	('tier_name', 'name of the tier in force; unrated where there is none'),
	('computed', 'tier as computed from the value or score alone'),
	('computed_tier', 'tier as computed from the value or score alone'),
	('settled', 'tier after hysteresis, before rules and overrides'),
	('decided_by', 'who decided the tier in force: computed, held, rule, override, not eligible, no value, gone'),
	('reason', 'why the tier in force is what it is'),
	('decided_until', 'end of the override that is in force; NULL: none, or no end'),
	('value', 'the amount that reports speak in; in history: as it was when the version began'),
	('value_share', 'share of the value in the total of the partition, 0 to 1'),
	('score', 'weighted score; NULL where the value itself is cut'),
	('metrics', 'the metrics behind the score'),
	('eligible', 'false: has no tier and is in no total'),
	('conditions', 'which conditions of the rules are satisfied, in their order'),
	('next_tier', 'next better tier than the computed one'),
	('gap_to_next', 'how much the value (with metrics: the score) lacks to the next better tier, the others unchanged'),
	('cushion', 'how far the value (with metrics: the score) lies above the cut to the next worse tier'),
	('tier_since', 'since when the tier in force has been in force'),
	('previous_tier', 'the tier held before the last change'),
	('from_tier', 'tier before this version'),
	('to_tier', 'tier of this version'),
	('previous_lifecycle', 'lifecycle before this version'),
	('moved', 'how the tier changed: up, down, new, gone, back; in NAME_current: in the last run'),
	('cause', 'what made the version begin: data, definition, override'),
	('value_change', 'value now minus the value recorded when the open history version began'),
	('lifecycle', 'potential, new, active, loyal, at_risk, lost, returned'),
	('lifecycle_since', 'as_of of the run that found the lifecycle'),
	('first_order', 'date of the first order'), ('last_order', 'date of the last order'), ('orders', 'number of orders'),
	('best_tier', 'best tier ever held'), ('best_tier_until', 'until when the best tier was held; NULL: it is held now'),
	('best_value', 'highest value known: those recorded in history, and the value now'),
	('as_of', 'day for which the run was made'),
	('run', 'number of the run; in history: of the run that the version belongs to'), ('scheme', 'scheme of the run'),
	('valid_from', 'when the version began'), ('valid_to', 'when the version ended; NULL: open'),
	('moment', 'valid_from of the versions that the run opened'),
	('started', 'when the run started'), ('finished', 'when the run finished'),
	('customers', 'number of customers'), ('rated', 'number of customers with a computed tier'),
	('total', 'total that is cut: values above zero of all who are eligible'),
	('cutoffs', 'smallest value (with metrics: score) in each tier but the last'),
	('weights', 'metrics, weights and methods of the run'),
	('moved_up', 'number of customers who came up'), ('moved_down', 'number of customers who fell'),
	('arrived', 'number of customers who are new or back'), ('gone', 'number of customers who left the source'),
	('set_to_zero', 'sum of the values below zero that weigh nothing (returns, losses)'),
	('not_eligible', 'sum of the values of customers who are not eligible'),
	('unrated', 'sum of the values of eligible customers who have no computed tier'),
	('without_customer', 'sum of the values of source rows without a key'),
	('source_total', 'sum of all values of the source'),
	('revision', 'revision of the definition'), ('standard', 'revision of what computes tiers'),
	('error', 'why the run failed; NULL: it did not'),
	('customers_share', 'share of the customers of the partition, 0 to 1'),
	('moved_in', 'number of customers who came into the tier'), ('moved_out', 'number of customers who left the tier'),
	('lost', 'number of customers of the tier who were lost'),
	('override_id', 'number of the override: of several, the last one counts'),
	('author', 'who made the override'), ('made', 'when the override was made'),
	('begins', 'when it begins to count; NULL: at once'), ('ends', 'when it ends; NULL: never'),
	('rank', 'rank in the partition, 1 is best'), ('of_customers', 'number of ranked customers in the partition'),
	('cumulative_share', 'share of the total held by customers with this value or more, 0 to 1')) AS v;
END;
COMMENT ON FUNCTION _abc_column_comments() IS 'what the columns of a model''s relations mean';

CREATE FUNCTION _abc_comment(m abc_model) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	part record;
	col record;
BEGIN
	FOR part IN SELECT * FROM (VALUES
		(m.definition, 'TABLE', 'definition of the model, one row'),
		(m.mv, 'MATERIALIZED VIEW', 'computed tiers of the model, as of the last refresh'),
		(m.run_table, 'TABLE', 'runs of the model: a row per refresh and partition'),
		(m.history_table, 'TABLE', 'history of the model: a version per change of tier, computed tier, lifecycle or deciding cause'),
		(m.override_table, 'TABLE', 'manual tiers of the model'),
		(m.trend_table, 'TABLE', 'trend of the model: a row per run, partition and tier'),
		(m.current_view, 'VIEW', 'the model today, for BI tools: one row for everyone who was ever in it'),
		(m.ranked_view, 'VIEW', 'the model today with rank and cumulative share, computed on reading'),
		(m.changes_view, 'VIEW', 'movers of the model, by an ever-increasing number')) AS p (rel, kind, says)
	LOOP
		EXECUTE format('COMMENT ON %s %s IS %L', part.kind, part.rel, part.says);
		CONTINUE WHEN part.rel = m.definition;
		FOR col IN
			SELECT a.attname, coalesce(c.says, CASE WHEN a.attname = m.key THEN 'key of the customer'
				WHEN a.attname = ANY (m.partition_by) THEN 'tiers are cut within each of these'
				WHEN a.attname = ANY (m.attributes) THEN 'attribute of the customer, carried along'
				ELSE 'treatment of the tier' END) AS says
			FROM pg_attribute AS a LEFT JOIN @extschema@._abc_column_comments() AS c ON c.col = a.attname
			WHERE a.attrelid = part.rel AND a.attnum > 0 AND NOT a.attisdropped
		LOOP
			EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', part.rel, col.attname, col.says);
		END LOOP;
	END LOOP;
END
$$;
COMMENT ON FUNCTION _abc_comment(abc_model) IS 'comment the relations of a model';
