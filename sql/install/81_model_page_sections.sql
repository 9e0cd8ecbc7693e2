--
-- The page of a model: its sections
--

-- The sentence at the top.
CREATE FUNCTION _abc.page_lead(m @extschema@.abc_model, p _abc.page) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	t record;
	customers numeric;
	weight numeric;
BEGIN
	SELECT sum(x.customers), sum(x.weight) INTO customers, weight FROM _abc.tiers_of(m, m.runs) AS x;
	SELECT x.* INTO t FROM _abc.tiers_of(m, m.runs) AS x WHERE x.tier_rank = 1;
	IF coalesce(customers, 0) = 0 THEN
		RETURN _abc.text(p.language, 'page.lead nobody');
	END IF;
	RETURN concat_ws(CASE p.language WHEN 'zh' THEN '' ELSE ' ' END,
		_abc.text(p.language, 'page.lead', _abc.number_text(t.customers, 0), _abc.number_text(customers, 0),
			_abc.share_text(p.language, t.customers_share), t.name,
			_abc.share_text(p.language, t.value_share), _abc.amount_text(p.language, weight, p.unit)),
		CASE WHEN p.before IS NOT NULL THEN _abc.text(p.language, 'page.lead moved',
			_abc.day_text(p.language, p.before), _abc.number_text(p.up, 0), _abc.number_text(p.down, 0)) END,
		CASE WHEN p.at_risk > 0 THEN _abc.text(p.language, 'page.lead at risk',
			_abc.amount_text(p.language, p.at_risk_value, p.unit), _abc.number_text(p.at_risk, 0)) END);
END
$$;
COMMENT ON FUNCTION _abc.page_lead(@extschema@.abc_model, _abc.page) IS 'part of abc_report_html: the sentence';

-- What the figures at the top compare: of a run, and of its day.
CREATE FUNCTION _abc.page_figures_of(
	m @extschema@.abc_model, run bigint, day date, tiers integer,
	OUT value numeric, OUT customers numeric, OUT best numeric, OUT best_share numeric, OUT cutoff numeric,
	OUT at_risk numeric, OUT lost numeric
)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF run IS NULL THEN
		RETURN;
	END IF;
	SELECT sum(t.weight), sum(t.customers), sum(t.customers) FILTER (WHERE t.tier_rank = 1),
		max(t.value_share) FILTER (WHERE t.tier_rank = 1)
	INTO value, customers, best, best_share FROM _abc.tiers_of(m, run) AS t;
	IF m.partition_by = '{}' THEN
		EXECUTE _abc.fill('SELECT min(r.cutoffs[1]) FROM {run} AS r WHERE r.run = $1 AND r.revision IS NOT NULL', m)
			INTO cutoff USING run;
	END IF;
	EXECUTE _abc.fill($q$
		SELECT count(*) FILTER (WHERE h.lifecycle = 'at_risk' AND h.tier_rank < $2),
			count(*) FILTER (WHERE h.lifecycle = 'lost')
		FROM {history} AS h WHERE h.valid_from <= $1 AND (h.valid_to IS NULL OR h.valid_to > $1)$q$, m)
	INTO at_risk, lost USING day, tiers;
END
$$;
COMMENT ON FUNCTION _abc.page_figures_of(@extschema@.abc_model, bigint, date, integer) IS
'part of abc_report_html: what the figures at the top compare';

CREATE FUNCTION _abc.page_card(figure text, says text, compared text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('<div class="card"><b>%s</b><span>%s</span>%s</div>',
		regexp_replace(_abc.xml_figures(figure), '^(\S+) (.*)$', '\1 <small>\2</small>'), _abc.xml(says),
		(SELECT string_agg(format('<em>%s</em>', _abc.xml_figures(c)), '') FROM unnest(compared) AS c
			WHERE c IS NOT NULL));
END
$$;
COMMENT ON FUNCTION _abc.page_card(text, text, text[]) IS 'part of abc_report_html: a figure at the top';

-- A change against the last run and a year ago, as a share or as a number.
CREATE FUNCTION _abc.page_compared(language text, last_run text, year_ago text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY[CASE WHEN last_run IS NOT NULL THEN _abc.text(language, 'page.last run', last_run) END,
		CASE WHEN year_ago IS NOT NULL THEN _abc.text(language, 'page.year ago', year_ago) END];
END
$$;
COMMENT ON FUNCTION _abc.page_compared(text, text, text) IS 'part of abc_report_html: changes of a figure';

CREATE FUNCTION _abc.page_cards(m @extschema@.abc_model, p _abc.page) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l text := p.language;
	earlier record := _abc.run_before(m, m.runs, m.last_as_of);
	year_ago record := _abc.run_before(m, m.runs, (m.last_as_of - interval '1 year')::date);
	a record := _abc.page_figures_of(m, m.runs, m.last_as_of, p.tiers);
	b record := _abc.page_figures_of(m, earlier.run, earlier.as_of, p.tiers);
	c record := _abc.page_figures_of(m, CASE WHEN year_ago.run < earlier.run THEN year_ago.run END,
		year_ago.as_of, p.tiers);
	cut_unit text := CASE WHEN m.metrics IS NULL THEN p.unit END;
BEGIN
	RETURN concat('<div class="cards">',
		_abc.page_card(_abc.amount_text(l, a.value, p.unit), _abc.text(l, 'page.figure total', m.value),
			_abc.page_compared(l, _abc.change_text(l, a.value, b.value), _abc.change_text(l, a.value, c.value))),
		_abc.page_card(_abc.number_text(a.customers, 0), _abc.text(l, 'page.figure customers'),
			_abc.page_compared(l, _abc.signed_text(a.customers - b.customers, 0),
				_abc.signed_text(a.customers - c.customers, 0))),
		_abc.page_card(_abc.number_text(a.best, 0), _abc.text(l, 'page.figure best', p.best),
			_abc.page_compared(l, _abc.signed_text(a.best - b.best, 0), _abc.signed_text(a.best - c.best, 0))),
		CASE WHEN a.cutoff IS NOT NULL
			THEN _abc.page_card(_abc.amount_text(l, a.cutoff, cut_unit),
				_abc.text(l, 'page.figure cut-off' || CASE WHEN m.metrics IS NULL THEN '' ELSE ' score' END, p.best),
				_abc.page_compared(l, _abc.change_text(l, a.cutoff, b.cutoff), _abc.change_text(l, a.cutoff, c.cutoff)))
			ELSE _abc.page_card(_abc.share_text(l, a.best_share), _abc.text(l, 'page.figure share', p.best, m.value),
				_abc.page_compared(l, _abc.points_text(l, a.best_share - b.best_share),
					_abc.points_text(l, a.best_share - c.best_share))) END,
		CASE WHEN m.last_order IS NOT NULL THEN
			_abc.page_card(_abc.number_text(a.at_risk, 0), _abc.text(l, 'page.figure at risk'),
			_abc.page_compared(l, _abc.signed_text(a.at_risk - b.at_risk, 0),
				_abc.signed_text(a.at_risk - c.at_risk, 0))) END,
		_abc.page_card(_abc.number_text(p.lost_best, 0), _abc.text(l, 'page.figure lost', p.best), NULL),
		'</div>');
END
$$;
COMMENT ON FUNCTION _abc.page_cards(@extschema@.abc_model, _abc.page) IS
'part of abc_report_html: the figures at the top';

-- Sum of a column of NAME_run over the partitions of the last run.
CREATE FUNCTION _abc.run_sum(m @extschema@.abc_model, col text) RETURNS numeric
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result numeric;
BEGIN
	EXECUTE format('SELECT sum(r.%I) FROM %s AS r WHERE r.run = $1 AND r.revision IS NOT NULL', col, m.run)
	INTO result USING m.runs;
	RETURN coalesce(result, 0);
END
$$;
COMMENT ON FUNCTION _abc.run_sum(@extschema@.abc_model, text) IS 'part of abc_report_html: a sum of the last run';

-- The tiers, and what makes them add up to the source.
CREATE FUNCTION _abc.page_tiers(m @extschema@.abc_model, p _abc.page) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l text := p.language;
	earlier bigint := (_abc.run_before(m, m.runs, m.last_as_of)).run;
	below numeric := _abc.run_sum(m, 'below_zero');
	customers numeric := _abc.run_sum(m, 'rated');
	cells text[];
BEGIN
	SELECT array_agg(ARRAY[
			_abc.badge(t.name, t.tier_rank, p.tiers),
			_abc.number_text(t.customers, 0), _abc.signed_text(t.customers - b.customers, 0),
			_abc.share_text(l, t.customers_share), _abc.amount(p, t.value), _abc.share_text(l, t.value_share),
			format('<i style="width:%s%%;background:%s"></i>', round(100 * coalesce(t.value_share, 0), 1),
				_abc.colour(t.tier_rank, p.tiers)),
			_abc.amount(p, t.value / nullif(t.customers, 0))] ORDER BY t.tier_rank)
	INTO cells FROM _abc.tiers_of(m, m.runs) AS t LEFT JOIN _abc.tiers_of(m, earlier) AS b USING (tier_rank);
	SELECT cells || array_agg(ARRAY[
			CASE WHEN x.i IN (1, 5) THEN format('<b>%s</b>', _abc.xml(x.name)) ELSE _abc.xml(x.name) END,
			x.customers, '', x.share, _abc.amount(p, x.value), x.value_share, '', x.mean] ORDER BY x.i)
	INTO cells FROM (VALUES
		(1, _abc.text(l, 'page.all tiers'), _abc.number_text(customers, 0), _abc.run_sum(m, 'value'),
			_abc.share_text(l, 1), _abc.share_text(l, 1),
			_abc.amount(p, _abc.run_sum(m, 'value') / nullif(customers, 0))),
		(2, _abc.text(l, 'line.not eligible'), _abc.number_text(_abc.run_sum(m, 'not_eligible_customers'), 0),
			_abc.run_sum(m, 'not_eligible'), '', '', ''),
		(3, _abc.text(l, 'line.unrated'), _abc.number_text(_abc.run_sum(m, 'unrated_customers'), 0),
			_abc.run_sum(m, 'unrated'), '', '', ''),
		(4, _abc.text(l, 'line.without customer'), '', _abc.run_sum(m, 'without_customer'), '', '', ''),
		(5, _abc.text(l, 'line.total of the source'), _abc.number_text(_abc.run_sum(m, 'customers'), 0),
			_abc.run_sum(m, 'source_total'), '', '', ''))
		AS x (i, name, customers, value, share, value_share, mean);
	RETURN _abc.html_section(_abc.text(l, 'page.tiers'),
		_abc.text(l, 'page.tiers note', _abc.number_text(customers, 0), m.value,
			CASE WHEN below < 0 THEN _abc.text(l, 'page.tiers below zero', _abc.amount(p, below)) END),
		_abc.html_table(_abc.text(l, 'page.tiers'), 'rnNNnnHN',
			ARRAY[_abc.text(l, 'page.tier'), _abc.text(l, 'page.customers'), _abc.text(l, 'page.change'),
				_abc.text(l, 'page.customers share'), p.measure, _abc.text(l, 'page.share of'), '',
				_abc.text(l, 'page.mean')], cells));
END
$$;
COMMENT ON FUNCTION _abc.page_tiers(@extschema@.abc_model, _abc.page) IS
'part of abc_report_html: tiers and reconciliation';

-- A chart twice: as wide as the page, and for a telephone.
CREATE FUNCTION _abc.both_widths(wide text, narrow text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format(E'<div class="chart w">%s</div>\n<div class="chart t">%s</div>', wide, narrow);
END
$$;
COMMENT ON FUNCTION _abc.both_widths(text, text) IS 'part of abc_report_html: a chart for both widths';

CREATE FUNCTION _abc.page_pareto(m @extschema@.abc_model, p _abc.page) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	points jsonb := _abc.pareto_points(m);
BEGIN
	RETURN _abc.html_section(_abc.text(p.language, 'page.pareto', m.value),
		_abc.text(p.language, 'page.pareto note', m.value),
		_abc.both_widths(_abc.pareto_svg(m, points, NULL, p.unit, p.language, 760),
			_abc.pareto_svg(m, points, NULL, p.unit, p.language, 350)));
END
$$;
COMMENT ON FUNCTION _abc.page_pareto(@extschema@.abc_model, _abc.page) IS 'part of abc_report_html: the Pareto chart';

CREATE FUNCTION _abc.page_runs(m @extschema@.abc_model, p _abc.page) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	runs jsonb;
BEGIN
	EXECUTE _abc.fill($q$
		SELECT jsonb_agg(jsonb_build_object('as_of', x.as_of, 'total', x.total, 'tiers', x.tiers) ORDER BY x.run) FROM (
			SELECT r.run, r.as_of, (SELECT coalesce(sum(t.weight), 0) FROM _abc.tiers_of($1, r.run) AS t) AS total,
				(SELECT jsonb_agg(jsonb_build_object('tier_rank', t.tier_rank, 'weight', t.weight))
					FROM _abc.tiers_of($1, r.run) AS t) AS tiers
			FROM {run} AS r WHERE r.revision IS NOT NULL AND r.run <= $2 GROUP BY r.run, r.as_of
				ORDER BY r.run DESC LIMIT 12) AS x$q$, m)
	INTO runs USING m, m.runs;
	IF jsonb_array_length(runs) < 2 THEN
		RETURN NULL;
	END IF;
	RETURN _abc.html_section(_abc.text(p.language, 'page.runs', jsonb_array_length(runs)::text),
		_abc.text(p.language, 'page.runs note', m.value),
		_abc.both_widths(_abc.trend_svg(m, runs, p.unit, p.language, 760),
			_abc.trend_svg(m, runs, p.unit, p.language, 350)));
END
$$;
COMMENT ON FUNCTION _abc.page_runs(@extschema@.abc_model, _abc.page) IS 'part of abc_report_html: the last runs';

-- Why a customer moved: who else decided than the value, or how the value changed.
CREATE FUNCTION _abc.page_why(p _abc.page, c jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l text := p.language;
	now_ numeric := (c ->> 'value')::numeric;
	before numeric := (c ->> 'value_before')::numeric;
BEGIN
	RETURN CASE WHEN c ->> 'decided_by' <> 'computed' THEN c ->> 'reason'
		WHEN now_ IS NULL THEN _abc.text(l, 'page.why no value now')
		WHEN NOT before > 0 OR before IS NULL THEN _abc.text(l, 'page.why no value before')
		WHEN now_ = before THEN _abc.text(l, 'page.why unchanged')
		WHEN (now_ > before) = (c ->> 'moved' = 'up')
			THEN _abc.text(l, 'page.why rose', _abc.change_text(l, now_, before))
		ELSE _abc.text(l, 'page.why cut-off', _abc.change_text(l, now_, before)) END;
END
$$;
COMMENT ON FUNCTION _abc.page_why(_abc.page, jsonb) IS 'part of abc_report_html: why a customer moved';

-- Who moved up or down (list): the first of them, and of how many.
CREATE FUNCTION _abc.page_list(m @extschema@.abc_model, p _abc.page, list text, n bigint) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l text := p.language;
	cells text[];
BEGIN
	IF n = 0 THEN
		RETURN _abc.html_section(_abc.text(l, 'page.' || list), NULL, format('<p>%s</p>', _abc.text(l, 'page.nobody')));
	END IF;
	SELECT array_agg(ARRAY[_abc.customer_cell(m, p, c),
		_abc.badge(c ->> 'from_name', @extschema@.abc_rank((c ->> 'from_tier')::@extschema@.abc_tier), p.tiers),
		_abc.badge(c ->> 'tier_name', (c ->> 'tier_rank')::integer, p.tiers),
		_abc.amount(p, (c ->> 'value_before')::numeric), _abc.amount(p, (c ->> 'value')::numeric),
		_abc.page_why(p, c)])
	INTO cells FROM _abc.page_rows(m, _abc.page_condition(list),
		'abs(coalesce(f.value, 0) - coalesce(f.value_before, 0)) DESC', _abc.list_length()) AS c;
	RETURN _abc.html_section(_abc.text(l, 'page.' || list),
		CASE WHEN n > _abc.list_length()
			THEN _abc.text(l, 'page.movers note', _abc.list_length()::text, _abc.number_text(n, 0),
				_abc.day_text(l, p.before))
			ELSE _abc.text(l, 'page.movers all', n::text, _abc.day_text(l, p.before)) END,
		_abc.html_table(_abc.text(l, 'page.' || list), 'rhhnnL',
			ARRAY[_abc.text(l, 'page.customer'), _abc.text(l, 'page.from'), _abc.text(l, 'page.to'),
				_abc.measure_text(l, _abc.text(l, 'page.was'), p.factor, p.unit),
				_abc.measure_text(l, _abc.text(l, 'page.is'), p.factor, p.unit),
				_abc.text(l, 'page.why')], cells));
END
$$;
COMMENT ON FUNCTION _abc.page_list(@extschema@.abc_model, _abc.page, text, bigint) IS
'part of abc_report_html: movers up or down';

CREATE FUNCTION _abc.page_at_risk(m @extschema@.abc_model, p _abc.page) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l text := p.language;
	cells text[];
BEGIN
	IF p.at_risk = 0 THEN
		RETURN NULL;
	END IF;
	SELECT array_agg(ARRAY[_abc.customer_cell(m, p, c),
		_abc.badge(c ->> 'tier_name', (c ->> 'tier_rank')::integer, p.tiers),
		_abc.amount(p, (c ->> 'value')::numeric), left(c ->> 'last_order', 10),
		_abc.number_text((m.last_as_of - (c ->> 'last_order')::date)::numeric, 0)])
	INTO cells FROM _abc.page_rows(m, replace(_abc.page_condition('at_risk'), '$1', p.tiers::text),
		'f.value DESC NULLS LAST', _abc.list_length()) AS c;
	RETURN _abc.html_section(_abc.text(l, 'page.at risk'),
		_abc.text(l, 'page.at risk note', CASE WHEN m.at_risk IS NULL THEN _abc.text(l, 'page.at risk rhythm')
				ELSE _abc.text(l, 'page.at risk after', _abc.interval_text(l, m.at_risk)) END,
			least(p.at_risk, _abc.list_length())::text, _abc.number_text(p.at_risk, 0)),
		_abc.html_table(_abc.text(l, 'page.at risk'), 'rhndN',
			ARRAY[_abc.text(l, 'page.customer'), _abc.text(l, 'page.tier'), p.measure,
				_abc.text(l, 'page.last order'), _abc.text(l, 'page.days silent')], cells));
END
$$;
COMMENT ON FUNCTION _abc.page_at_risk(@extschema@.abc_model, _abc.page) IS 'part of abc_report_html: customers at risk';

CREATE FUNCTION _abc.page_win_back(m @extschema@.abc_model, p _abc.page) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l text := p.language;
	cells text[];
BEGIN
	IF p.lost = 0 THEN
		RETURN NULL;
	END IF;
	SELECT array_agg(ARRAY[_abc.customer_cell(m, p, c),
		_abc.badge(c ->> 'best_name', @extschema@.abc_rank((c ->> 'best_tier')::@extschema@.abc_tier), p.tiers),
		left(c ->> 'best_tier_until', 10), _abc.amount(p, (c ->> 'best_value')::numeric),
		left(c ->> 'last_order', 10), c ->> p.treatment])
	INTO cells FROM _abc.page_rows(m, _abc.page_condition('lost'), 'f.best_tier, f.best_value DESC NULLS LAST',
		_abc.list_length()) AS c;
	RETURN _abc.html_section(_abc.text(l, 'page.win back'),
		_abc.text(l, 'page.win back note', m.value, least(p.lost, _abc.list_length())::text,
			_abc.number_text(p.lost, 0)),
		_abc.html_table(_abc.text(l, 'page.win back'), CASE WHEN p.treatment IS NULL THEN 'rhDnd' ELSE 'rhDndL' END,
			ARRAY[_abc.text(l, 'page.customer'), _abc.text(l, 'page.best tier'), _abc.text(l, 'page.best until'),
				_abc.measure_text(l, _abc.text(l, 'page.best value'), p.factor, p.unit),
				_abc.text(l, 'page.last order'), p.treatment], cells));
END
$$;
COMMENT ON FUNCTION _abc.page_win_back(@extschema@.abc_model, _abc.page) IS 'part of abc_report_html: lost customers';

CREATE FUNCTION _abc.page_near(m @extschema@.abc_model, p _abc.page) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l text := p.language;
	scored boolean := m.metrics IS NOT NULL;
	cells text[];
BEGIN
	IF p.near = 0 THEN
		RETURN NULL;
	END IF;
	SELECT array_agg(ARRAY[_abc.customer_cell(m, p, c),
		_abc.badge(c ->> 'next_name', (c ->> 'tier_rank')::integer - 1, p.tiers),
		_abc.amount(p, (c ->> 'value')::numeric),
		CASE WHEN scored THEN _abc.number_text((c ->> 'gap_to_next')::numeric,
				CASE WHEN (c ->> 'gap_to_next')::numeric < 1 THEN 4 ELSE 1 END)
			ELSE _abc.amount(p, (c ->> 'gap_to_next')::numeric) END])
	INTO cells FROM _abc.page_rows(m, _abc.page_condition('near'), 'f.next_tier, f.gap_to_next',
		_abc.list_length()) AS c;
	RETURN _abc.html_section(_abc.text(l, 'page.near'),
		_abc.text(l, 'page.near note', least(p.near, _abc.list_length())::text, _abc.number_text(p.near, 0)),
		_abc.html_table(_abc.text(l, 'page.near'), 'rhnn',
			ARRAY[_abc.text(l, 'page.customer'), _abc.text(l, 'page.next tier'), p.measure,
				CASE WHEN scored THEN _abc.text(l, 'page.lacks score')
					ELSE _abc.measure_text(l, _abc.text(l, 'page.lacks'), p.factor, p.unit) END], cells));
END
$$;
COMMENT ON FUNCTION _abc.page_near(@extschema@.abc_model, _abc.page) IS
'part of abc_report_html: customers near the next tier';
