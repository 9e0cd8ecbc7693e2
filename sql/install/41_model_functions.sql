--
-- The day of a refresh, hysteresis, lifecycle
--

-- The day a source should look from.  No SET clause, so that it is inlined.
CREATE FUNCTION abc_as_of() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN pg_catalog.current_setting('abc_tier.as_of', true) OPERATOR(pg_catalog.<>) ''::text
	THEN pg_catalog.to_date(pg_catalog.current_setting('abc_tier.as_of', true), 'YYYY-MM-DD')
	ELSE CURRENT_DATE END;
COMMENT ON FUNCTION abc_as_of() IS
'the day for which a model is being refreshed; the current date outside a refresh. The source of a model may call it, '
	'so that past months can be filled in';

CREATE FUNCTION abc_last_as_of() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.to_date(nullif(pg_catalog.current_setting('abc_tier.last_as_of', true), ''::text), 'YYYY-MM-DD');
COMMENT ON FUNCTION abc_last_as_of() IS
'the day of the run before the one that is being made; NULL in the first and outside a refresh. For the query '
	'"changed" of a model';

CREATE FUNCTION abc_last_refresh() RETURNS timestamp with time zone
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(pg_catalog.current_setting('abc_tier.last_refresh', true), ''::text)::timestamp with time zone;
COMMENT ON FUNCTION abc_last_refresh() IS
'the moment at which the last refresh began to read; NULL in the first and outside a refresh. For the query "changed" '
	'of a model';

-- The tier in force after hysteresis.
CREATE FUNCTION abc_next_tier(previous abc_tier, computed abc_tier, periods integer,
	promote_after integer DEFAULT 1, demote_after integer DEFAULT 1, max_step integer DEFAULT NULL) RETURNS abc_tier
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	was integer := @extschema@.abc_rank(previous);
	now_ integer := @extschema@.abc_rank(computed);
	needed integer;
BEGIN
	IF promote_after IS NULL OR promote_after < 1 OR demote_after IS NULL OR demote_after < 1 OR max_step < 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('hysteresis of promote_after %s, demote_after %s, max_step %s is not possible',
				coalesce(promote_after::text, 'NULL'), coalesce(demote_after::text, 'NULL'),
					coalesce(max_step::text, 'NULL')),
			HINT = 'Each is a number of at least 1; max_step may be NULL for any number of steps.';
	END IF;
	IF was IS NULL OR now_ IS NULL OR was = now_ THEN
		RETURN computed;
	END IF;
	IF periods IS NULL OR periods < 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('%s periods are not possible', coalesce(periods::text, 'NULL')),
			HINT = 'The period in which the new tier was computed first counts as 1.';
	END IF;
	needed := CASE WHEN now_ < was THEN promote_after ELSE demote_after END;
	IF periods < needed THEN
		RETURN previous;
	END IF;
	RETURN @extschema@.abc_tier_of_rank(was + sign(now_ - was)::integer * least(abs(now_ - was), max_step));
END
$$;
COMMENT ON FUNCTION abc_next_tier(abc_tier, abc_tier, integer, integer, integer, integer) IS
'hysteresis: the tier that follows when a better (worse) tier than the previous one was computed for so many periods '
	'in a row; NULL computed gives NULL, NULL previous gives computed';

-- Where a customer stands in time.  No SET clause, so that it is inlined:
-- every name and operator is bound when this script runs.
CREATE FUNCTION abc_lifecycle(first_order date, last_order date, orders bigint, as_of date,
	at_risk interval DEFAULT NULL, lost interval DEFAULT NULL, rhythm double precision DEFAULT 3,
	previous text DEFAULT NULL, previous_since date DEFAULT NULL,
	new_for interval DEFAULT '3 months', loyal_after interval DEFAULT '1 year', loyal_orders bigint DEFAULT 4)
		RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN orders OPERATOR(pg_catalog.<=) 0::bigint
		OR (orders IS NULL AND first_order IS NULL AND last_order IS NULL) THEN 'potential'
	WHEN last_order OPERATOR(pg_catalog.<=) (as_of OPERATOR(pg_catalog.-) lost) THEN 'lost'
	WHEN last_order OPERATOR(pg_catalog.<=) (as_of OPERATOR(pg_catalog.-) at_risk) THEN 'at_risk'
	WHEN at_risk IS NULL AND orders OPERATOR(pg_catalog.>=) 3::bigint
		AND last_order OPERATOR(pg_catalog.>) first_order
		AND ((as_of OPERATOR(pg_catalog.-) last_order)::double precision
			OPERATOR(pg_catalog.*) (orders OPERATOR(pg_catalog.-) 1::bigint)::double precision)
			OPERATOR(pg_catalog.>) (rhythm
			OPERATOR(pg_catalog.*) (last_order OPERATOR(pg_catalog.-) first_order)::double precision) THEN 'at_risk'
	WHEN previous OPERATOR(pg_catalog.=) 'lost'::text
		OR (previous OPERATOR(pg_catalog.=) 'returned'::text
			AND previous_since OPERATOR(pg_catalog.>) (as_of OPERATOR(pg_catalog.-) new_for)) THEN 'returned'
	WHEN first_order OPERATOR(pg_catalog.>) (as_of OPERATOR(pg_catalog.-) new_for) THEN 'new'
	WHEN first_order OPERATOR(pg_catalog.<=) (as_of OPERATOR(pg_catalog.-) loyal_after)
		AND orders OPERATOR(pg_catalog.>=) loyal_orders THEN 'loyal'
	ELSE 'active'
END;
COMMENT ON FUNCTION abc_lifecycle(date, date, bigint, date, interval, interval, double precision, text, date,
	interval, interval, bigint) IS
'potential (no order), lost (silent for "lost"), at_risk (silent for "at_risk", or where that is NULL for more than '
	'"rhythm" of the customer''s own mean intervals, from the third order on), returned (was lost; for "new_for"), new '
	'(first order less than "new_for" ago), loyal (customer for "loyal_after" with "loyal_orders"), else active';
