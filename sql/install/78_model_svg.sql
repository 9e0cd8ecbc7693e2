--
-- SVG
--

-- A picture and, inside of it, the rectangle that is plotted in.
CREATE TYPE _abc.frame AS (
	width numeric,
	height numeric,
	x numeric,
	y numeric,
	w numeric,
	h numeric
);
COMMENT ON TYPE _abc.frame IS 'the size of a picture, and the plot in it';

CREATE FUNCTION _abc.svg_text(x numeric, y numeric, anchor text, says text, more text DEFAULT '') RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('<text x="%s" y="%s"%s%s>%s</text>', round(x, 1), round(y, 1),
		CASE WHEN anchor <> 'start' THEN format(' text-anchor="%s"', anchor) END,
		' ' || nullif(more, ''), _abc.xml(says));
END
$$;
COMMENT ON FUNCTION _abc.svg_text(numeric, numeric, text, text, text) IS 'part of the charts: a text';

CREATE FUNCTION _abc.svg_rect(x numeric, y numeric, w numeric, h numeric, colour text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>',
		round(x, 2), round(y, 2), round(w, 2), round(h, 2), colour);
END
$$;
COMMENT ON FUNCTION _abc.svg_rect(numeric, numeric, numeric, numeric, text) IS 'part of the charts: a rectangle';

-- The smallest of 1, 2 and 5 times a power of ten of which at most five steps reach the top.
CREATE FUNCTION _abc.tick(top numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	unit numeric := power(10::numeric, floor(log(top)) - 1);
BEGIN
	RETURN trim_scale((SELECT min(unit * f) FROM unnest(ARRAY[1, 2, 5, 10, 20, 50]) AS f WHERE top / (unit * f) <= 5));
END
$$;
COMMENT ON FUNCTION _abc.tick(numeric) IS 'part of the charts: distance of ticks';

-- The left axis: ticks, their labels in units of a factor, and lines across.
CREATE FUNCTION _abc.svg_scale(f _abc.frame, top numeric, factor numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	tick numeric := _abc.tick(top);
	decimals integer := scale(trim_scale(tick / factor));
BEGIN
	RETURN (
		SELECT string_agg(
			concat(format('<path d="M%s %sh%s" stroke="#e3e7eb"/>', f.x, t.y, f.w),
				_abc.svg_text(f.x - 6, t.y + 4, 'end', _abc.number_text(tick * i / factor, decimals))),
			E'\n' ORDER BY i)
		FROM generate_series(0, floor(top / tick)::integer) AS i
		CROSS JOIN LATERAL (SELECT round(f.y + f.h - f.h * tick * i / top, 1)) AS t (y));
END
$$;
COMMENT ON FUNCTION _abc.svg_scale(_abc.frame, numeric, numeric) IS 'part of the charts: the left axis';

-- Bars of the mean value, and the curve of the cumulative share.
CREATE FUNCTION _abc.svg_pareto_plot(f _abc.frame, points jsonb, top numeric, tiers integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bars text;
	line text;
BEGIN
	WITH p AS (
		SELECT p.*, coalesce(lag(p.customers_share) OVER (ORDER BY p.point), 0) AS before
		FROM jsonb_to_recordset(points) AS p (point integer, tier @extschema@.abc_tier, customers_share numeric,
			cumulative_share numeric, mean_value numeric)
	)
	SELECT string_agg(
			_abc.svg_rect(f.x + f.w * p.before, f.y + f.h - f.h * greatest(p.mean_value, 0) / top,
				f.w * (p.customers_share - p.before), f.h * greatest(p.mean_value, 0) / top,
				_abc.colour(@extschema@.abc_rank(p.tier), tiers)),
			E'\n' ORDER BY p.point) FILTER (WHERE p.mean_value > 0),
		string_agg(
			format('%s,%s',
				round(f.x + f.w * p.customers_share, 1), round(f.y + f.h - f.h * p.cumulative_share, 1)),
			' ' ORDER BY p.point)
	INTO bars, line FROM p;
	RETURN concat_ws(E'\n', bars,
		format('<polyline fill="none" stroke="#c2410c" stroke-width="2" stroke-linejoin="round" points="%s,%s %s"/>',
			f.x, f.y + f.h, line));
END
$$;
COMMENT ON FUNCTION _abc.svg_pareto_plot(_abc.frame, jsonb, numeric, integer) IS
'part of abc_pareto_svg: bars and curve';

-- Where tiers end: a dashed line; above the plot the tier's name, where there is room for it.
CREATE FUNCTION _abc.svg_pareto_cuts(f _abc.frame, tiers jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT concat_ws(E'\n',
			string_agg(
				format('<path d="M%s %sv%s" stroke="#1f2933" stroke-dasharray="3 3"/>'
						'<circle cx="%1$s" cy="%4$s" r="3" fill="#c2410c"/>',
					round(f.x + f.w * t.customers_upto, 1), f.y, f.h, round(f.y + f.h - f.h * t.value_upto, 1)),
				E'\n' ORDER BY t.tier_rank) FILTER (WHERE t.customers_upto < 1 AND t.customers > 0),
			string_agg(
				_abc.svg_text(f.x + f.w * (t.customers_upto - t.customers_share / 2), f.y - 6, 'middle', t.name,
					'font-weight="bold"'),
				E'\n' ORDER BY t.tier_rank) FILTER (WHERE _abc.text_width(t.name, 13) + 4 <= f.w * t.customers_share))
		FROM jsonb_to_recordset(tiers) AS t (tier_rank integer, name text, customers bigint, customers_share numeric,
			customers_upto numeric, value_upto numeric));
END
$$;
COMMENT ON FUNCTION _abc.svg_pareto_cuts(_abc.frame, jsonb) IS 'part of abc_pareto_svg: where tiers end';

CREATE FUNCTION _abc.svg_pareto_axes(f _abc.frame, language text, measure text, customers numeric, top numeric,
	factor numeric) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	right_title text := _abc.text(language, 'chart.cumulative');
BEGIN
	RETURN concat_ws(E'\n', _abc.svg_scale(f, top, factor),
		(SELECT string_agg(
				concat(
					_abc.svg_text(f.x + f.w + 6, f.y + f.h - f.h * i / 5 + 4, 'start',
						_abc.text(language, 'number.per cent', (20 * i)::text)),
					_abc.svg_text(f.x + f.w * i / 5, f.y + f.h + 18, 'middle',
						_abc.text(language, 'number.per cent', (20 * i)::text))),
				E'\n' ORDER BY i)
			FROM generate_series(0, 5) AS i),
		_abc.svg_text(0, f.y - 26, 'start',
			_abc.fitted(_abc.text(language, 'chart.mean', measure), 13,
				f.width - _abc.text_width(right_title, 13) - 12)),
		_abc.svg_text(f.width, f.y - 26, 'end', right_title, 'fill="#c2410c"'),
		_abc.svg_text(f.width / 2, f.y + f.h + 38, 'middle',
			_abc.fitted(_abc.text(language, 'chart.axis', _abc.number_text(customers, 0)), 13, f.width)));
END
$$;
COMMENT ON FUNCTION _abc.svg_pareto_axes(_abc.frame, text, text, numeric, numeric, numeric) IS
'part of abc_pareto_svg: axes';

-- The tiers in a table below the plot: colour and name, customers, their share, share of the value, cumulated.
CREATE FUNCTION _abc.svg_pareto_legend(f _abc.frame, language text, tiers jsonb) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n integer := jsonb_array_length(tiers);
	top numeric := f.y + f.h + 64;
	narrow boolean := f.width < 500;
	columns text[] := CASE WHEN narrow THEN '{customers,customers share,value share}'
		ELSE '{customers,customers share,value share,cumulative share}' END;
	pitch numeric := CASE WHEN narrow THEN 86 ELSE 110 END;
BEGIN
	RETURN concat_ws(E'\n', _abc.svg_text(18, top, 'start', _abc.text(language, 'chart.tier'), 'fill="#52606d"'),
		(SELECT string_agg(
				_abc.svg_text(f.width - pitch * (cardinality(columns) - i), top, 'end',
					_abc.fitted(_abc.text(language, 'chart.' || columns[i]), 13, pitch - 4), 'fill="#52606d"'),
				E'\n' ORDER BY i)
			FROM generate_subscripts(columns, 1) AS i),
		(SELECT string_agg(concat(_abc.svg_rect(0, t.y - 10, 12, 12, _abc.colour(t.tier_rank, n)),
				_abc.svg_text(18, t.y, 'start',
					_abc.fitted(t.name, 13, f.width - pitch * (cardinality(columns) - 0.4) - 22)),
				(SELECT string_agg(
					_abc.svg_text(f.width - pitch * (cardinality(columns) - i), t.y, 'end',
						CASE columns[i]
							WHEN 'customers' THEN _abc.number_text(t.customers, 0)
							WHEN 'customers share' THEN _abc.share_text(language, t.customers_share)
							WHEN 'value share' THEN _abc.share_text(language, t.value_share)
							ELSE _abc.share_text(language, t.value_upto) END),
					'' ORDER BY i)
				FROM generate_subscripts(columns, 1) AS i)), E'\n' ORDER BY t.tier_rank)
			FROM (
				SELECT r.*, top + 20 * r.tier_rank AS y
				FROM jsonb_to_recordset(tiers) AS r (tier_rank integer, name text, customers numeric,
					customers_share numeric, value_share numeric, value_upto numeric)) AS t));
END
$$;
COMMENT ON FUNCTION _abc.svg_pareto_legend(_abc.frame, text, jsonb) IS 'part of abc_pareto_svg: the tiers';

-- What a chart of tiers says, for who does not see it.
CREATE FUNCTION _abc.tiers_say(language text, tiers jsonb) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT string_agg(
			_abc.text(language, 'chart.says tier', t.name, _abc.number_text(t.customers, 0),
				_abc.share_text(language, t.customers_share), _abc.share_text(language, t.value_share)),
			'; ' ORDER BY t.tier_rank)
		FROM jsonb_to_recordset(tiers) AS t (tier_rank integer, name text, customers numeric,
			customers_share numeric, value_share numeric));
END
$$;
COMMENT ON FUNCTION _abc.tiers_say(text, jsonb) IS 'part of the charts: the tiers in words';

-- Head and tail of a picture.  A caption of no lines is left out: on the page the heading says it.
CREATE FUNCTION _abc.svg(width numeric, height numeric, says text, caption text[], body text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN concat_ws(E'\n', format('<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -2 %s %s" role="img" '
		'font-family="system-ui, ''Noto Sans'', ''PingFang SC'', ''Microsoft YaHei'', ''Noto Sans CJK SC'', '
		'sans-serif" font-size="13" fill="#1f2933" aria-label="%s">',
			width + 8, height + 4, _abc.xml(says)),
		format('<title>%s</title>', _abc.xml(coalesce(caption[1], says))),
		format('<rect x="-4" y="-2" width="%s" height="%s" fill="#ffffff"/>', width + 8, height + 4),
		_abc.svg_text(0, 18, 'start', _abc.fitted(caption[1], 17.5, width), 'font-size="17" font-weight="bold"'),
		_abc.svg_text(0, 38, 'start', _abc.fitted(caption[2], 13, width), 'fill="#52606d"'),
		body, '</svg>');
END
$$;
COMMENT ON FUNCTION _abc.svg(numeric, numeric, text, text[], text) IS 'part of the charts: a picture';

-- The tiers as the points have them: who was forgotten since the run is in its sums, but not drawn.
CREATE FUNCTION _abc.tiers_drawn(m @extschema@.abc_model, points jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		WITH ends AS (
			SELECT @extschema@.abc_rank(p.tier) AS tier_rank, max(p.customers) AS customers,
				max(p.customers_share) AS share, max(p.cumulative_share) AS reached
			FROM jsonb_to_recordset(points) AS p (tier @extschema@.abc_tier, customers bigint, customers_share numeric,
				cumulative_share numeric) GROUP BY p.tier
		), drawn AS (
			SELECT e.tier_rank, e.customers - lag(e.customers, 1, 0::bigint) OVER w AS customers,
				e.share AS customers_upto, e.reached AS value_upto,
				e.share - lag(e.share, 1, 0.0) OVER w AS customers_share,
				e.reached - lag(e.reached, 1, 0.0) OVER w AS value_share
			FROM ends AS e WINDOW w AS (ORDER BY e.tier_rank)
		)
		SELECT coalesce(jsonb_agg(to_jsonb(t.*)
			|| coalesce(to_jsonb(d.*), '{"customers": 0, "customers_share": 0, "value_share": 0}')
			ORDER BY t.tier_rank), '[]')
		FROM _abc.tiers_of(m, m.runs) AS t LEFT JOIN drawn AS d ON d.tier_rank = t.tier_rank);
END
$$;
COMMENT ON FUNCTION _abc.tiers_drawn(@extschema@.abc_model, jsonb) IS 'part of abc_pareto_svg: the tiers of the points';

-- The chart in a width: of a page, of a telephone.  caption: title and line below it; without them, as on
-- the page, the tiers are not listed below the plot either.
CREATE FUNCTION _abc.pareto_svg(m @extschema@.abc_model, points jsonb, caption text[], unit text, language text,
	width numeric) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	tiers jsonb := _abc.tiers_drawn(m, points);
	n integer := jsonb_array_length(tiers);
	top numeric := (SELECT max((p ->> 'mean_value')::numeric) FROM jsonb_array_elements(points) AS p);
	factor numeric := _abc.factor_of(language, coalesce(top, 0), 4);
	customers numeric := (points -> -1 ->> 'customers')::numeric;
	f _abc.frame := ROW(width, 0, 56, CASE WHEN caption IS NULL THEN 44 ELSE 88 END, width - 56 - 48,
		CASE WHEN width < 500 THEN 200 WHEN caption IS NULL THEN 205 ELSE 260 END);
BEGIN
	IF coalesce(top, 0) <= 0 THEN
		RETURN _abc.svg(width, f.y + 20, _abc.text(language, 'chart.nothing'), caption,
			_abc.svg_text(0, f.y, 'start', _abc.text(language, 'chart.nothing')));
	END IF;
	RETURN _abc.svg(width, f.y + f.h + CASE WHEN caption IS NULL THEN 46 ELSE 72 + 20 * n END,
		_abc.tiers_say(language, tiers), caption, concat_ws(E'\n',
		_abc.svg_pareto_axes(f, language, _abc.measure_text(language, m.value, factor, unit), customers, top, factor),
		_abc.svg_pareto_plot(f, points, top, n), _abc.svg_pareto_cuts(f, tiers),
		CASE WHEN caption IS NOT NULL THEN _abc.svg_pareto_legend(f, language, tiers) END));
END
$$;
COMMENT ON FUNCTION _abc.pareto_svg(@extschema@.abc_model, jsonb, text[], text, text, numeric) IS
'the Pareto chart of a model in a width';

CREATE FUNCTION abc_pareto_svg(model regclass, title text DEFAULT NULL, unit text DEFAULT NULL,
	language text DEFAULT NULL) RETURNS text
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_pareto_svg(regclass, text, text, text) IS
'the Pareto chart of a model as SVG: mean value of the customers in the colours of their tiers in force, cumulative '
	'share, a table of the tiers';

CREATE FUNCTION _abc.abc_pareto_svg(model regclass, title text, unit text, language text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model := _abc.ran(_abc.find(model));
	spoken text := _abc.language_of(m, language);
	code text;
	message text;
	detail text;
	hint text;
BEGIN
	RETURN _abc.pareto_svg(m, _abc.pareto_points(m),
		ARRAY[coalesce(title, _abc.text(spoken, 'chart.title', m.name, m.value)),
			_abc.text(spoken, 'chart.subtitle', _abc.day_text(spoken, m.last_as_of), m.scheme::text)],
		unit, spoken, 760);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow_reading(m, code, message, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.abc_pareto_svg(regclass, text, text, text) IS 'part of abc_pareto_svg: as the owner';

CREATE FUNCTION _abc.pareto_points(m @extschema@.abc_model) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT coalesce(jsonb_agg(to_jsonb(p.*) ORDER BY p.point), '[]') FROM _abc.abc_pareto(m.face, 160) AS p);
END
$$;
COMMENT ON FUNCTION _abc.pareto_points(@extschema@.abc_model) IS 'the points of the charts';

-- The last runs as columns: what the customers of each tier bring, best tier at the foot.
CREATE FUNCTION _abc.trend_svg(m @extschema@.abc_model, runs jsonb, unit text, language text, width numeric)
	RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n integer := jsonb_array_length(runs);
	tiers integer := (SELECT max((r ->> 'tier_rank')::integer) FROM jsonb_array_elements(runs) AS u,
		jsonb_array_elements(u -> 'tiers') AS r);
	top numeric := (SELECT max((u ->> 'total')::numeric) FROM jsonb_array_elements(runs) AS u);
	factor numeric := _abc.factor_of(language, coalesce(top, 0), 4);
	f _abc.frame := ROW(width, 0, 56, 44, width - 56 - 24, CASE WHEN width < 500 THEN 150 ELSE 145 END);
	pitch numeric := f.w / greatest(n, 6);
	every integer := ceil(84 / pitch);	-- a day is written at every so many
BEGIN
	IF coalesce(top, 0) <= 0 THEN
		RETURN '';
	END IF;
	RETURN _abc.svg(width, f.y + f.h + 26,
		(SELECT _abc.text(language, 'chart.trend says',
			_abc.amount_text(language, (runs -> 0 ->> 'total')::numeric, unit), runs -> 0 ->> 'as_of',
			_abc.amount_text(language, (runs -> -1 ->> 'total')::numeric, unit), runs -> -1 ->> 'as_of')),
		NULL, concat_ws(E'\n',
		_abc.svg_scale(f, top, factor),
		_abc.svg_text(0, 18, 'start', _abc.fitted(_abc.measure_text(language, m.value, factor, unit), 13, width)),
		(SELECT string_agg(concat(
				(SELECT string_agg(
						_abc.svg_rect(f.x + pitch * (i - 0.85), f.y + f.h - f.h * t.upto / top,
							pitch * 0.7, f.h * t.weight / top, _abc.colour(t.tier_rank, tiers)),
						'' ORDER BY t.tier_rank)
					FROM (
						SELECT x.tier_rank, x.weight, sum(x.weight) OVER (ORDER BY x.tier_rank) AS upto
						FROM jsonb_to_recordset(u -> 'tiers') AS x (tier_rank integer, weight numeric)) AS t),
				CASE WHEN (n - i) % every = 0 THEN _abc.svg_text(f.x + pitch * (i - 0.5), f.y + f.h + 18, 'middle',
					u ->> 'as_of') END), E'\n' ORDER BY i)
			FROM jsonb_array_elements(runs) WITH ORDINALITY AS r (u, i))));
END
$$;
COMMENT ON FUNCTION _abc.trend_svg(@extschema@.abc_model, jsonb, text, text, numeric) IS
'part of abc_report_html: the last runs';
