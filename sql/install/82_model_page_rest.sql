--
-- The page of a model: groups, transitions, checks, and the whole
--

-- Partitions and attributes by which customers fall into a few groups.
CREATE FUNCTION _abc.group_columns(m @extschema@.abc_model, p _abc.page, n integer) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result text[] := '{}';
	candidate text;
	few boolean;
BEGIN
	FOREACH candidate IN ARRAY m.partition_by || m.attributes LOOP
		CONTINUE WHEN candidate = p.name_column OR candidate = ANY (m.key) OR candidate = ANY (result);
		EXECUTE format('SELECT count(DISTINCT f.%I) BETWEEN 2 AND 40 FROM %s AS f WHERE f.tier IS NOT NULL',
			candidate, m.face) INTO few;
		IF few THEN
			result := result || candidate;
		END IF;
		EXIT WHEN cardinality(result) = n;
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.group_columns(@extschema@.abc_model, _abc.page, integer) IS
'part of abc_report_html: by what customers fall into groups';

-- One such table of seven lines: all groups, or the six with the greatest value and the others together.
CREATE FUNCTION _abc.page_group(m @extschema@.abc_model, p _abc.page, col text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l text := p.language;
	cells text[];
BEGIN
	EXECUTE format($q$
		SELECT array_agg(ARRAY[_abc.xml(g.name), _abc.number_text(g.customers, 0), _abc.number_text(g.best, 0),
				_abc.number_text(g.best / g.customers * g.all_customers / nullif(g.all_best, 0), 1),
				_abc.amount($1, g.weight), _abc.share_text($2, g.weight / nullif(g.total, 0))] ORDER BY g.i)
		FROM (
			SELECT least(o.i, 7) AS i,
				CASE WHEN o.i < 7 OR o.groups = 7 THEN coalesce(o.name, $3) ELSE $4 END AS name,
				sum(o.customers) AS customers, sum(o.best) AS best, sum(o.weight) AS weight,
				sum(sum(o.customers)) OVER () AS all_customers, sum(sum(o.best)) OVER () AS all_best,
				sum(sum(o.weight)) OVER () AS total
			FROM (
				SELECT f.%1$I::text AS name, count(*) AS customers, count(*) FILTER (WHERE f.tier_rank = 1) AS best,
					coalesce(sum(greatest(f.value, 0)), 0) AS weight, count(*) OVER () AS groups,
					row_number() OVER (ORDER BY coalesce(sum(greatest(f.value, 0)), 0) DESC,
						f.%1$I::text COLLATE "C" NULLS LAST) AS i
				FROM %2$s AS f WHERE f.tier IS NOT NULL GROUP BY f.%1$I) AS o
			GROUP BY 1, 2) AS g$q$, col, m.face)
	INTO cells USING p, l, _abc.text(l, 'none'), _abc.text(l, 'page.others');
	RETURN _abc.html_section(_abc.text(l, 'page.group', col), _abc.text(l, 'page.group note', p.best),
		_abc.html_table(_abc.text(l, 'page.group', col), 'rnnnNn',
			ARRAY[col, _abc.text(l, 'page.customers'), _abc.text(l, 'page.group best', p.best),
				_abc.text(l, 'page.lift'), p.measure, _abc.text(l, 'page.share of')], cells));
END
$$;
COMMENT ON FUNCTION _abc.page_group(@extschema@.abc_model, _abc.page, text) IS
'part of abc_report_html: customers by an attribute';

-- From which tier to which within a year, or since the first run.
CREATE FUNCTION _abc.page_transitions(m @extschema@.abc_model, p _abc.page) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l text := p.language;
	since date := coalesce((_abc.run_before(m, m.runs, (m.last_as_of - interval '1 year')::date)).as_of,
		_abc.first_day(m));
	-- states that are no tiers; a tier has the name that it bore then, or bears now
	names jsonb := jsonb_build_object('unrated', _abc.text(l, 'unrated'), 'gone', _abc.text(l, 'transition.gone'),
		'not yet', _abc.text(l, 'transition.not yet'));
	heads text[];
	cells text[];
BEGIN
	IF since >= m.last_as_of OR p.tiers > 8 THEN
		RETURN NULL;
	END IF;
	WITH moves AS (
		SELECT t.from_state, coalesce(names ->> t.from_state, t.from_name) AS from_name,
			t.to_state, coalesce(names ->> t.to_state, t.to_name) AS to_name, t.customers
		FROM @extschema@.abc_transitions(m.face, since, m.last_as_of, 'tier') AS t
	), rows AS (
		SELECT v.from_state AS state, min(v.from_name) AS name FROM moves AS v GROUP BY 1
	), columns AS (
		SELECT v.to_state AS state, min(v.to_name) AS name FROM moves AS v GROUP BY 1
	), lines AS (
		SELECT r.state, ARRAY[_abc.badge(r.name,
				CASE WHEN length(r.state) = 1 THEN @extschema@.abc_rank(r.state::@extschema@.abc_tier) END, p.tiers)]
			|| array_agg(_abc.number_text(coalesce(v.customers, 0), 0) ORDER BY length(c.state), c.state) AS line
		FROM rows AS r CROSS JOIN columns AS c
		LEFT JOIN moves AS v ON v.from_state = r.state AND v.to_state = c.state GROUP BY r.state, r.name
	)
	SELECT (SELECT array_agg(c.name ORDER BY length(c.state), c.state) FROM columns AS c),
		(SELECT array_agg(x.line ORDER BY length(x.state), x.state) FROM lines AS x) INTO heads, cells;
	RETURN _abc.html_section(_abc.text(l, 'page.transitions', _abc.day_text(l, since), _abc.day_text(l, m.last_as_of)),
		_abc.text(l, 'page.transitions note'),
		_abc.html_table(_abc.text(l, 'page.transitions', since::text, m.last_as_of::text),
			'r' || repeat('n', cardinality(heads)), _abc.text(l, 'page.transitions from') || heads, cells));
END
$$;
COMMENT ON FUNCTION _abc.page_transitions(@extschema@.abc_model, _abc.page) IS
'part of abc_report_html: from tier to tier';

CREATE FUNCTION _abc.first_day(m @extschema@.abc_model) RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result date;
BEGIN
	EXECUTE _abc.fill('SELECT min(r.as_of) FROM {run} AS r WHERE r.revision IS NOT NULL', m) INTO result;
	RETURN result;
END
$$;
COMMENT ON FUNCTION _abc.first_day(@extschema@.abc_model) IS 'part of abc_report_html: the day of the first run';

-- Whether a refresh after the last run failed, or one of its day.
CREATE FUNCTION _abc.failed_refresh(m @extschema@.abc_model, p _abc.page) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	day date;
	says text;
BEGIN
	EXECUTE _abc.fill($q$
		SELECT r.as_of, r.error FROM {run} AS r
		WHERE r.run >= $1 AND r.error IS NOT NULL ORDER BY r.run DESC LIMIT 1$q$, m)
	INTO day, says USING m.runs;
	RETURN CASE WHEN says IS NOT NULL THEN
		_abc.text(p.language, 'page.check refresh failed', _abc.day_text(p.language, day), says) END;
END
$$;
COMMENT ON FUNCTION _abc.failed_refresh(@extschema@.abc_model, _abc.page) IS
'part of abc_report_html: the last failure';

-- What abc_check says.  A source that cannot be read must not keep the page from being made.
CREATE FUNCTION _abc.page_check(m @extschema@.abc_model, p _abc.page) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l text := p.language;
	heading text := _abc.text(l, 'page.check');
	failed text := _abc.failed_refresh(m, p);
	cells text[];
	says text;
BEGIN
	BEGIN
		SELECT array_agg(ARRAY[_abc.xml(c.check_name), _abc.number_text(c.n, 0), c.says]) INTO cells
			FROM @extschema@.abc_check(m.face, NULL::date) AS c WHERE NOT c.ok;
	EXCEPTION WHEN insufficient_privilege THEN
		RETURN _abc.html_section(heading, concat_ws(' ', failed, _abc.text(l, 'page.check not allowed')));
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS says = MESSAGE_TEXT;
		RETURN _abc.html_section(heading, concat_ws(' ', failed, _abc.text(l, 'page.check failed', says)));
	END;
	IF cells IS NULL THEN
		RETURN _abc.html_section(heading, coalesce(failed, _abc.text(l, 'page.check fine')));
	END IF;
	RETURN _abc.html_section(heading, failed, _abc.html_table(heading, 'rnl',
		ARRAY[_abc.text(l, 'page.check what'), _abc.text(l, 'page.check number'),
			_abc.text(l, 'page.check says')], cells));
END
$$;
COMMENT ON FUNCTION _abc.page_check(@extschema@.abc_model, _abc.page) IS 'part of abc_report_html: what abc_check says';

CREATE FUNCTION _abc.page_foot(m @extschema@.abc_model, p _abc.page) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	scheme text;
	weights text;
BEGIN
	EXECUTE _abc.fill($q$
		SELECT r.scheme, r.weights FROM {run} AS r WHERE r.run = $1 AND r.revision IS NOT NULL LIMIT 1$q$, m)
	INTO scheme, weights USING m.runs;
	RETURN concat('<footer><p>', _abc.xml(concat_ws(' ',
		_abc.text(p.language, 'page.foot', m.name, m.runs::text, _abc.day_text(p.language, m.last_as_of),
			coalesce(scheme, m.scheme::text)),
		CASE WHEN weights <> '' THEN _abc.text(p.language, 'page.foot weights', weights) END,
		CASE WHEN _abc.unit_text(p.language, p.factor, p.unit) IS NOT NULL THEN
			_abc.text(p.language, 'page.foot amounts', _abc.unit_text(p.language, p.factor, p.unit)) END)),
		'</p></footer>');
END
$$;
COMMENT ON FUNCTION _abc.page_foot(@extschema@.abc_model, _abc.page) IS
'part of abc_report_html: what the page rests on';

CREATE FUNCTION _abc.page_style() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $css$
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#f3f4f6;color:#1f2933;-webkit-text-size-adjust:100%;
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:1120px;margin:0 auto;padding:24px 20px 48px}
h1{font-size:1.8rem;line-height:1.25;margin:.2em 0}
h2{font-size:1.15rem;margin:0 0 .3em}
p{margin:.3em 0 .8em}
.lead{font-size:1.2rem;line-height:1.5;max-width:48em}
.note,header .note{color:#52606d;font-size:.88rem}
section{background:#fff;border:1px solid #e0e4e8;border-radius:10px;padding:18px 20px}
.flow{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px;margin:16px 0}
.flow>.full{grid-column:1/-1}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(160px,1fr));gap:12px;margin:16px 0}
.card{background:#fff;border:1px solid #e0e4e8;border-radius:10px;padding:12px}
.card b{display:block;font-size:1.35rem;line-height:1.3}.card b small{font-size:.6em;color:inherit;white-space:nowrap}
.card span,.card em{color:#52606d;font-size:.85rem;line-height:1.4;display:block;font-style:normal}
.card em{color:#1f2933;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th,td{text-align:left;padding:4px 8px;vertical-align:top}
thead th{font-weight:600;color:#52606d;border-bottom:2px solid #cbd2d9;vertical-align:bottom}
tbody th{font-weight:400}
tbody th,td{border-bottom:1px solid #e9ecef}
th:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
.n{text-align:right;font-variant-numeric:tabular-nums}
td.n,.d{white-space:nowrap}
small{color:#52606d;font-size:.82em}
.tier{display:inline-block;min-width:1.7em;padding:0 .4em;text-align:center;border-radius:4px;
font-weight:600;line-height:1.45;white-space:nowrap}
td i{display:block;height:.8em;margin-top:.3em;border-radius:2px}
td:has(>i){width:22%}
.chart svg{display:block;width:100%;height:auto}
.chart.t{display:none}
footer{color:#52606d;font-size:.85rem;overflow-wrap:anywhere}
@media screen and (max-width:860px){.flow{grid-template-columns:minmax(0,1fr)}}
@media screen and (max-width:600px){main{padding:12px 10px 32px}section{padding:14px 12px}.x{display:none}
.cards{grid-template-columns:1fr 1fr}
h1{font-size:1.4rem}.lead{font-size:1.05rem}table{font-size:.84rem}th,td{padding:4px}
.chart.w{display:none}.chart.t{display:block}}
@page{size:A4;margin:10mm 12mm}
@media print{html{font-size:12px}body{background:#fff;font-size:1rem}main{max-width:none;padding:0 1px}
section,.card{border-color:#cbd2d9;padding:8px 10px;break-inside:avoid}
.wide{overflow:visible}section:not(.full) .x{display:none}
.flow,.cards{gap:8px;margin:8px 0}.lead{font-size:1.1rem}.card span,.card em{font-size:.8rem}
.cards{grid-template-columns:repeat(6,1fr)}
th,td{padding:1.5px 5px}.lead{max-width:none}.new{break-before:page}tr{break-inside:avoid}
.chart svg{width:80%;margin:0 auto}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
$css$;
COMMENT ON FUNCTION _abc.page_style() IS 'part of abc_report_html: how it looks';

CREATE FUNCTION _abc.page_body(m @extschema@.abc_model, p _abc.page) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	groups text[] := _abc.group_columns(m, p, 4);
	transitions text := _abc.page_transitions(m, p);
	-- lists that fill a page are followed by a new one
	lines bigint := least(p.up, _abc.list_length()) + least(p.down, _abc.list_length())
		+ least(p.at_risk, _abc.list_length()) + least(p.near, _abc.list_length());
BEGIN
	RETURN concat_ws(E'\n', '<div class="flow">',
		_abc.of_class('full', _abc.page_tiers(m, p)), _abc.of_class('full', _abc.page_pareto(m, p)),
		_abc.of_class('full', _abc.page_runs(m, p)),
		CASE WHEN p.before IS NOT NULL THEN _abc.of_class('full', _abc.page_list(m, p, 'up', p.up)) END,
		CASE WHEN p.before IS NOT NULL THEN _abc.of_class('full', _abc.page_list(m, p, 'down', p.down)) END,
		_abc.of_class('full', _abc.page_at_risk(m, p)), _abc.of_class('full', _abc.page_near(m, p)),
		_abc.of_class(CASE WHEN lines >= 16 THEN 'full new' ELSE 'full' END, _abc.page_win_back(m, p)),
		(SELECT string_agg(
				CASE WHEN i % 2 = 1 AND i = cardinality(groups) THEN _abc.of_class('full', _abc.page_group(m, p, g))
					ELSE _abc.page_group(m, p, g) END,
				E'\n' ORDER BY i)
			FROM unnest(groups) WITH ORDINALITY AS u (g, i)),
		_abc.of_class(CASE WHEN p.tiers > 5 THEN 'full' ELSE 'half' END, transitions),
		_abc.of_class(CASE WHEN p.tiers > 5 OR transitions IS NULL THEN 'full' ELSE 'half' END, _abc.page_check(m, p)),
		'</div>');
END
$$;
COMMENT ON FUNCTION _abc.page_body(@extschema@.abc_model, _abc.page) IS 'part of abc_report_html: its sections';

CREATE FUNCTION _abc.of_class(class text, section text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN regexp_replace(section, '^<section>', format('<section class="%s">', class));
END
$$;
COMMENT ON FUNCTION _abc.of_class(text, text) IS
'part of abc_report_html: a section of a class: full is over both columns, new on a new page of paper';

CREATE FUNCTION abc_report_html(
	model regclass, title text DEFAULT NULL, unit text DEFAULT NULL, language text DEFAULT NULL
) RETURNS text
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'abc_as_owner';
COMMENT ON FUNCTION abc_report_html(regclass, text, text, text) IS
'the whole page of a model as HTML, for people who decide: self-contained, without script, to print on A4 and to read '
	'on a telephone. unit: what the value is counted in, for example yuan; language: en or zh, by default the model''s';

CREATE FUNCTION _abc.abc_report_html(model regclass, title text, unit text, language text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m @extschema@.abc_model := _abc.ran(_abc.find(model));
	p _abc.page;
	heading text;
	code text;
	message text;
	detail text;
	hint text;
BEGIN
	p := _abc.page_of(m, unit, _abc.language_of(m, language));
	heading := _abc.xml(coalesce(title, _abc.text(p.language, 'page.title', m.name)));
	RETURN concat_ws(E'\n', '<!DOCTYPE html>',
		format('<html lang="%s"><head><meta charset="utf-8"/>'
			'<meta name="viewport" content="width=device-width, initial-scale=1"/>',
			CASE p.language WHEN 'zh' THEN 'zh-CN' ELSE p.language END),
		format('<title>%s</title><style>%s</style></head><body><main>', heading, _abc.page_style()),
		format('<header><h1>%s</h1><p class="note">%s</p><p class="lead">%s</p></header>', heading,
			_abc.xml(CASE WHEN p.before IS NULL
				THEN _abc.text(p.language, 'page.subtitle first', _abc.day_text(p.language, m.last_as_of))
				ELSE _abc.text(p.language, 'page.subtitle', _abc.day_text(p.language, m.last_as_of), m.runs::text,
					_abc.day_text(p.language, p.before)) END),
			_abc.xml(_abc.page_lead(m, p))),
		_abc.page_cards(m, p), _abc.page_body(m, p), _abc.page_foot(m, p), '</main></body></html>');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM _abc.rethrow_reading(m, code, message, detail, hint);
END
$$;
COMMENT ON FUNCTION _abc.abc_report_html(regclass, text, text, text) IS 'part of abc_report_html: as the owner';
