--
-- Charts
--

-- The values of a model, best first, in bins of equal numbers of customers.
CREATE FUNCTION abc_pareto(model regclass, points integer DEFAULT 100)
RETURNS TABLE (point integer, customers bigint, customers_share double precision, value numeric, cumulative_share double precision,
	mean_value numeric, tier text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_find(model);
BEGIN
	PERFORM @extschema@._abc_complete(m);
	PERFORM @extschema@._abc_run_as_of(m, NULL::date);
	IF points IS NULL OR points < 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('a chart of %s points is not possible', coalesce(points::text, 'NULL')), HINT = 'Give a number of 1 or more.';
	END IF;
	RETURN QUERY EXECUTE format('WITH ranked AS (
			SELECT m.value::numeric AS v, m.computed AS t, row_number() OVER (ORDER BY m.%1$I DESC, m.computed) AS i, count(*) OVER () AS n
			FROM %2$s AS m WHERE m.computed IS NOT NULL
		), binned AS (
			SELECT ((r.i - 1) * least($1, r.n) / r.n + 1)::integer AS bin, max(r.i) AS upto, max(r.n) AS n,
				sum(greatest(r.v, 0)) AS v, avg(r.v) AS mean, @extschema@.min(r.t) AS t
			FROM ranked AS r GROUP BY 1
		)
		SELECT b.bin, b.upto, b.upto::double precision / b.n, sum(b.v) OVER (ORDER BY b.bin),
			(sum(b.v) OVER (ORDER BY b.bin) / nullif(sum(b.v) OVER (), 0))::double precision, round(b.mean, 4), b.t::text
		FROM binned AS b ORDER BY b.bin', @extschema@._abc_cut(m), m.mv) USING points;
END
$$;
COMMENT ON FUNCTION abc_pareto(regclass, integer) IS
'rows for a Pareto chart, best customers first: number and share of customers up to the point, their value and its share of the total, mean value and best computed tier of the bin';

-- Colours that the colour-blind can tell apart (Okabe and Ito), best tier first.
CREATE FUNCTION _abc_colour(tier text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (ARRAY['#0072B2', '#E69F00', '#999999', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#F0E442']::text[])
	[(pg_catalog.ascii(tier) OPERATOR(pg_catalog.-) 65) OPERATOR(pg_catalog.%) 8 OPERATOR(pg_catalog.+) 1];
COMMENT ON FUNCTION _abc_colour(text) IS 'part of abc_pareto_svg: the colour of a tier';

-- XML text: escaped, without the control characters that XML does not know.
CREATE FUNCTION _abc_xml(x text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN replace(replace(replace(replace(regexp_replace(x, '[\x01-\x08\x0B\x0C\x0E-\x1F]', ' ', 'g'),
		'&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;');
END
$$;
COMMENT ON FUNCTION _abc_xml(text) IS 'part of abc_pareto_svg: text for XML';

-- The largest number of the form 1, 2 or 5 times a power of ten steps that
-- makes four to ten ticks.
CREATE FUNCTION _abc_tick(top numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	unit numeric := power(10::numeric, floor(log(top)) - 1);
BEGIN
	RETURN trim_scale((SELECT min(unit * f) FROM unnest(ARRAY[1, 2, 5, 10, 20, 50]) AS f WHERE top / (unit * f) <= 6));
END
$$;
COMMENT ON FUNCTION _abc_tick(numeric) IS 'part of abc_pareto_svg: distance of ticks';

-- Bars and cumulative line.  The plot is 640 wide and 300 high, from (90, 50).
CREATE FUNCTION _abc_svg_plot(model regclass, top numeric) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bars text;
	line text;
BEGIN
	WITH p AS (SELECT p.*, coalesce(lag(p.customers_share) OVER (ORDER BY p.point), 0) AS before
			FROM @extschema@.abc_pareto(model, 160) AS p)
	SELECT string_agg(format('<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>', round((90 + 640 * p.before)::numeric, 2),
			round(350 - 300 * greatest(p.mean_value, 0) / top, 2), round((640 * (p.customers_share - p.before))::numeric, 2),
			round(300 * greatest(p.mean_value, 0) / top, 2), @extschema@._abc_colour(p.tier)), E'\n' ORDER BY p.point),
		'<polyline fill="none" stroke="#222222" stroke-width="2" points="90,350 ' || string_agg(format('%s,%s', round((90 + 640 * p.customers_share)::numeric, 2),
			round((350 - 300 * p.cumulative_share)::numeric, 2)), ' ' ORDER BY p.point) || '"/>'
	INTO bars, line FROM p;
	RETURN concat_ws(E'\n', bars, line);
END
$$;
COMMENT ON FUNCTION _abc_svg_plot(regclass, numeric) IS 'part of abc_pareto_svg: bars and cumulative line';

-- Where one tier ends and the next begins, exactly, each said on a line of its
-- own beside its cut, where neither bars nor the cumulative line are.
CREATE FUNCTION _abc_svg_cuts(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	says text;
BEGIN
	EXECUTE format('SELECT concat_ws(E''\n'', string_agg(format(''<line x1="%%1$s" y1="50" x2="%%1$s" y2="350" stroke="#222222" stroke-dasharray="4 3"/>'', c.x), E''\n'' ORDER BY c.i),
		string_agg(format(''<text x="%%s" y="%%s" text-anchor="%%s" stroke="#ffffff" stroke-width="4" paint-order="stroke">%%s %%%% make %%s %%%%</text>'',
			CASE WHEN c.x < 600 THEN c.x + 5 ELSE c.x - 5 END, 150 + 18 * c.i, CASE WHEN c.x < 600 THEN ''start'' ELSE ''end'' END,
			round(100 * c.customers, 1), round(100 * c.share, 1)), E''\n'' ORDER BY c.i))
		FROM (SELECT t.*, round(90 + 640 * t.customers, 2) AS x FROM (
			SELECT row_number() OVER w AS i, count(*) OVER () AS n, sum(count(*)) OVER w / sum(count(*)) OVER () AS customers,
				sum(sum(greatest(m.%1$I, 0)::numeric)) OVER w / sum(sum(greatest(m.%1$I, 0)::numeric)) OVER () AS share
			FROM %2$s AS m WHERE m.computed IS NOT NULL GROUP BY m.computed WINDOW w AS (ORDER BY m.computed)) AS t
			WHERE t.i < t.n) AS c', @extschema@._abc_cut(m), m.mv) INTO says;
	RETURN says;
END
$$;
COMMENT ON FUNCTION _abc_svg_cuts(abc_model) IS 'part of abc_pareto_svg: cuts';

CREATE FUNCTION _abc_svg_axes(m abc_model, top numeric, customers bigint, total numeric) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	tick numeric := @extschema@._abc_tick(top);
BEGIN
	RETURN concat_ws(E'\n',
		'<path d="M90 50V350H730V50" fill="none" stroke="#222222"/>',
		(SELECT string_agg(format('<text x="84" y="%s" text-anchor="end">%s</text>', round(354 - 300 * tick * i / top, 2), @extschema@._abc_figure(tick * i)), E'\n' ORDER BY i)
			FROM generate_series(0, floor(top / tick)::integer) AS i),
		(SELECT string_agg(format('<text x="736" y="%s">%s %%</text>', 354 - 60 * i, 20 * i), E'\n' ORDER BY i) FROM generate_series(0, 5) AS i),
		(SELECT string_agg(format('<text x="%s" y="368" text-anchor="middle">%s %%</text>', 90 + 128 * i, 20 * i), E'\n' ORDER BY i) FROM generate_series(0, 5) AS i),
		format('<text x="410" y="390" text-anchor="middle">share of the customers, best first (100 %% = %s)</text>', @extschema@._abc_figure(customers::numeric)),
		format('<text transform="translate(16 200) rotate(-90)" text-anchor="middle">%s per customer</text>', @extschema@._abc_xml(CASE WHEN m.metrics IS NULL THEN m.value ELSE 'score' END)),
		format('<text transform="translate(790 200) rotate(-90)" text-anchor="middle">cumulative share (100 %% = %s)</text>', @extschema@._abc_figure(total)));
END
$$;
COMMENT ON FUNCTION _abc_svg_axes(abc_model, numeric, bigint, numeric) IS 'part of abc_pareto_svg: axes';

-- A line per tier: colour, name, customers, share of the customers and of the value.
CREATE FUNCTION _abc_svg_legend(m abc_model) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	says text;
BEGIN
	EXECUTE format('SELECT string_agg(format(''<rect x="90" y="%%s" width="12" height="12" fill="%%s"/><text x="110" y="%%s">%%s: %%s customers (%%s %%%%), %%s %%%% of %%s</text>'',
			395 + 18 * t.i, @extschema@._abc_colour(t.tier::text), 405 + 18 * t.i, @extschema@._abc_xml(%s), @extschema@._abc_figure(t.n::numeric),
			round(100.0 * t.n / t.all_n, 1), coalesce(round(100 * t.v / nullif(t.all_v, 0), 1), 0), @extschema@._abc_xml(%L)), E''\n'' ORDER BY t.i)
		FROM (SELECT m.computed AS tier, row_number() OVER (ORDER BY m.computed) AS i, count(*) AS n, sum(count(*)) OVER () AS all_n,
				coalesce(sum(greatest(m.value, 0)::numeric), 0) AS v, sum(sum(greatest(m.value, 0)::numeric)) OVER () AS all_v
			FROM %s AS m WHERE m.computed IS NOT NULL GROUP BY m.computed) AS t',
		@extschema@._abc_label_sql(m, 't.tier'), m.value, m.mv) INTO says;
	RETURN says;
END
$$;
COMMENT ON FUNCTION _abc_svg_legend(abc_model) IS 'part of abc_pareto_svg: legend';

CREATE FUNCTION abc_pareto_svg(model regclass) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
	m @extschema@.abc_model := @extschema@._abc_find(model);
	title text := @extschema@._abc_xml(format('%s: %s', @extschema@._abc_name(m), m.scheme));
	top numeric;
	customers bigint;
	total numeric;
	height integer;
BEGIN
	SELECT max(p.mean_value), max(p.customers), max(p.value) INTO top, customers, total FROM @extschema@.abc_pareto(model, 160) AS p;
	height := 410 + 18 * (1 + @extschema@._abc_tier_count(m.scheme));
	RETURN concat_ws(E'\n',
		format('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 810 %s" role="img" font-family="sans-serif" font-size="12" fill="#222222">', height),
		format('<title>%s</title>', title), format('<rect width="810" height="%s" fill="#ffffff"/>', height),
		format('<text x="90" y="22" font-size="15" font-weight="bold">%s</text>', title),
		CASE WHEN top > 0 THEN concat_ws(E'\n', @extschema@._abc_svg_plot(model, top), @extschema@._abc_svg_cuts(m),
			@extschema@._abc_svg_axes(m, top, customers, total), @extschema@._abc_svg_legend(m))
			ELSE '<text x="90" y="200">no values above zero</text>' END,
		'</svg>');
END
$$;
COMMENT ON FUNCTION abc_pareto_svg(regclass) IS
'the Pareto chart of a model as SVG: mean value per bin of customers in the colours of their tiers, cumulative share, cuts, legend';
