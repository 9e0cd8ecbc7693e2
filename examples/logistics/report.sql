--
-- The report: psql -X -q -f examples/logistics/report.sql > report.html, after step 6.
--
-- One page for the people who decide: self-contained, no script, no network; the same file is shown on
-- a wall and read on a phone.  Everything in it is a query over the models' views and functions.
--
\ir settings.sql
\pset format unaligned
\pset tuples_only on
\pset recordsep '\n'
\pset numericlocale off

-- Text for HTML.
CREATE OR REPLACE FUNCTION esc(x text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN replace(replace(replace(replace(coalesce(x, ''), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;');

-- Whole yuan, and per cent with one digit.
CREATE OR REPLACE FUNCTION yuan(x numeric) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN coalesce(replace(to_char(round(x), 'FM999,999,999,990'), '-', '−'), '–');

CREATE OR REPLACE FUNCTION percent(x float8) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN coalesce(replace(to_char(round(100 * x::numeric, 1), 'FM990.0'), '-', '−') || ' %', '–');

-- A row of a table.  Cells that are numbers stand right; a cell that begins with ~ is left out on a phone;
-- [A] is a badge, [%0.5] a bar.
CREATE OR REPLACE FUNCTION tr(VARIADIC cells text[]) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN (
	SELECT '<tr>' || string_agg(format('<td%s>%s</td>',
			CASE WHEN cell ~ '^~?[−+]?[0-9.,]+( %)?$|^~?–$' THEN CASE cell ~ '^~' WHEN true THEN ' class="n x"' ELSE ' class="n"' END
				WHEN cell ~ '^~\d{4}-\d\d-\d\d$' THEN ' class="d x"' WHEN cell ~ '^\d{4}-\d\d-\d\d$' THEN ' class="d"' WHEN cell ~ '^~\[%' THEN ' class="b x"' WHEN cell ~ '^~' THEN ' class="x"' WHEN cell ~ '^\[%' THEN ' class="b"' ELSE '' END,
			CASE WHEN cell ~ '^\[[A-Z]\]$' THEN format('<span class="tier %s">%1$s</span>', substr(cell, 2, 1))
				WHEN cell ~ '^~?\[%' THEN format('<i style="width:%s%%"></i>', round(100 * substring(cell FROM '%([0-9.e+-]+)\]')::numeric, 1))
				ELSE esc(ltrim(cell, '~')) END), '' ORDER BY i) || '</tr>'
	FROM unnest(cells) WITH ORDINALITY AS c (cell, i)
);

-- The head of a table: names of columns, numbers marked by a leading #.
CREATE OR REPLACE FUNCTION th(VARIADIC cells text[]) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN (
	SELECT '<thead><tr>' || string_agg(format('<th%s>%s</th>',
			CASE WHEN cell ~ '^~#' THEN ' class="n x"' WHEN cell ~ '^#' THEN ' class="n"' WHEN cell ~ '^~' THEN ' class="x"' ELSE '' END,
			esc(ltrim(cell, '~#'))), '' ORDER BY i) || '</tr></thead>'
	FROM unnest(cells) WITH ORDINALITY AS c (cell, i)
);

-- What the page speaks of: the last run of the standard model, and the one before.
SELECT max(run) AS run, max(as_of) AS as_of, to_char(max(as_of), 'FMMonth FMDD, YYYY') AS as_of_text,
	(max(as_of) - interval '3 months')::date AS since, (max(as_of) - interval '1 month')::date AS before,
	to_char(max(as_of) - interval '3 months', 'FMMonth YYYY') || ' to ' || to_char(max(as_of) - 1, 'FMMonth YYYY') AS period
FROM standard_run
WHERE error IS NULL \gset

-- Each customer of today with the revenue of the three months seen a month ago, and its usual interval.
DROP VIEW IF EXISTS report_customer;
SELECT format($$
CREATE TEMPORARY VIEW report_customer AS
SELECT c.*, b.revenue AS revenue_before, a.rhythm,
	CASE WHEN c.decided_by NOT IN ('computed', 'no value') THEN c.reason
		WHEN c.value IS NULL THEN 'silent since ' || c.last_order
		WHEN b.revenue > 0 THEN replace(to_char(round(100 * (c.value - b.revenue) / b.revenue, 1), 'FMSG999,990.0'), '-', '−') || ' %%'
		ELSE 'no business before' END AS why
FROM standard_current c
LEFT JOIN (
	SELECT customer_id, sum(revenue) AS revenue
	FROM shipments
	WHERE shipped_on >= date %L - interval '3 months' AND shipped_on < %1$L
	GROUP BY customer_id
) AS b USING (customer_id)
LEFT JOIN (
	SELECT customer_id, (max(shipped_on) - min(shipped_on))::numeric / nullif(count(*) - 1, 0) AS rhythm
	FROM shipments
	WHERE parcels > 0
	GROUP BY customer_id
) AS a USING (customer_id)$$, :'before') \gexec

\qecho '<!DOCTYPE html>'
\qecho '<html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>'
SELECT format('<title>Customer tiers, %s</title>', :'period');
\qecho '<style>'
\qecho ':root{color-scheme:light}'
\qecho '*{box-sizing:border-box}'
\qecho 'body{margin:0;background:#f3f4f6;color:#1f2933;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}'
\qecho 'main{max-width:1120px;margin:0 auto;padding:24px 20px 48px}'
\qecho 'header{padding:8px 0 4px}h1{font-size:1.9rem;line-height:1.2;margin:.2em 0}h2{font-size:1.2rem;margin:0 0 .3em}h3{font-size:1rem;margin:1em 0 .3em}'
\qecho 'p{margin:.3em 0 .8em}.lead{font-size:1.25rem;line-height:1.45;max-width:46em}.note{color:#52606d;font-size:.9rem}'
\qecho 'section{background:#fff;border:1px solid #e0e4e8;border-radius:10px;padding:20px 22px;margin:18px 0}'
\qecho '.two{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:18px}.two section{margin:0}.two{margin:18px 0}'
\qecho '.cards{display:grid;grid-template-columns:repeat(6,1fr);gap:12px;margin:18px 0}'
\qecho '.card{background:#fff;border:1px solid #e0e4e8;border-radius:10px;padding:12px 14px}.card b{display:block;font-size:1.3rem;line-height:1.3;white-space:nowrap}.card span{color:#52606d;font-size:.85rem;line-height:1.3;display:block}'
\qecho '.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.93rem}'
\qecho 'th{text-align:left;font-weight:600;color:#52606d;border-bottom:2px solid #cbd2d9;padding:5px 8px;vertical-align:bottom}'
\qecho 'td{border-bottom:1px solid #e9ecef;padding:5px 8px;vertical-align:top}th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}'
\qecho '.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.d{white-space:nowrap}th.n{white-space:normal}tr.sum td{border-top:2px solid #cbd2d9;font-weight:600}'
\qecho '.tier{display:inline-block;min-width:1.6em;text-align:center;border-radius:4px;font-weight:700;color:#fff;background:#6b7280}.tier.A{background:#0072B2}.tier.B{background:#E69F00;color:#1f2933}.tier.C{background:#b8bec5;color:#1f2933}'
\qecho 'td:first-child{min-width:7.5em}td.b{min-width:90px;width:30%;vertical-align:middle}td.b i{display:block;height:.8em;background:#0072B2;border-radius:2px}'
\qecho '.chart svg{display:block;width:100%;min-width:640px;height:auto}'
\qecho '.explain td:first-child{white-space:nowrap;color:#52606d}'
\qecho 'footer{color:#52606d;font-size:.88rem;padding:4px 4px}footer p{margin:.3em 0}'
\qecho '@media(max-width:860px){.two{grid-template-columns:minmax(0,1fr)}.cards{grid-template-columns:repeat(3,1fr)}}'
\qecho '@media(max-width:600px){main{padding:12px 10px 32px}section{padding:14px 12px}.x{display:none}.cards{grid-template-columns:1fr 1fr}h1{font-size:1.5rem}.lead{font-size:1.08rem}table{font-size:.86rem}td,th{padding:4px 4px}td:first-child{min-width:0}}'
\qecho '@media print{body{background:#fff}section{break-inside:avoid}}'
\qecho '</style></head><body><main>'

--
-- The sentence, and the figures one asks for first
--
SELECT format('<header><h1>Customer tiers, %s</h1><p class="lead">%s of %s customers make 80 %% of %s million yuan; %s came up to A in the last month, %s fell from A; %s million yuan of A revenue is at risk.</p></header>',
	:'period', count(*) FILTER (WHERE tier = 'A'), to_char(count(*), 'FM999,999'), to_char(sum(value) / 1e6, 'FM9,990.0'),
	count(*) FILTER (WHERE tier = 'A' AND tier_since >= as_of),
	count(*) FILTER (WHERE previous_tier = 'A' AND tier IS DISTINCT FROM 'A' AND tier_since >= as_of),
	to_char(coalesce(sum(value) FILTER (WHERE tier = 'A' AND lifecycle = 'at_risk'), 0) / 1e6, 'FM9,990.00'))
FROM report_customer;

SELECT '<div class="cards">' || string_agg(format('<div class="card"><b>%s</b><span>%s</span></div>', esc(figure), esc(says)), E'\n' ORDER BY i) || '</div>'
FROM (
	SELECT 1 AS i, to_char(sum(value) / 1e6, 'FM9,990.0') || ' m yuan' AS figure, 'revenue of three months, returns taken off' AS says FROM report_customer
	UNION ALL
	SELECT 2, count(*)::text, 'A customers: 80 % of it' FROM report_customer WHERE tier = 'A'
	UNION ALL
	SELECT 3, to_char((cutoffs[1])::numeric, 'FM999,999') || ' yuan', 'from here on a customer is A' FROM standard_run WHERE run = :run
	UNION ALL
	SELECT 4, count(*)::text, 'A and B customers gone quiet' FROM report_customer WHERE tier IN ('A', 'B') AND lifecycle = 'at_risk'
	UNION ALL
	SELECT 5, count(*)::text, 'lost customers that were once A' FROM report_customer WHERE lifecycle = 'lost' AND best_tier = 'A'
	UNION ALL
	SELECT 6, percent(value_share), format('of last month''s revenue by %s key accounts', customers)
	FROM (SELECT * FROM key_account_trend WHERE tier = 'A' ORDER BY run DESC LIMIT 1) AS t
) AS cards;

--
-- The tiers, and that they add up
--
\qecho '<section><h2>Who makes the revenue?</h2>'
SELECT format('<p class="note">%s, in yuan. A: the largest customers until 80 %% of the revenue is reached; B: until 95 %%; C: the rest.</p>', :'period');
\qecho '<div class="wide"><table>'
SELECT th('Tier', '#customers', '~#of those with business', '#revenue, yuan', '#of revenue', '~', '~#mean, yuan');
SELECT tr(CASE WHEN tier IS NULL THEN 'no' || chr(160) || 'business' ELSE '[' || tier || ']' END, to_char(customers, 'FM999,999'),
	CASE WHEN tier IS NULL THEN '~' ELSE '~' || percent(customers / sum(customers) FILTER (WHERE tier IS NOT NULL) OVER ()) END,
	CASE WHEN tier IS NULL THEN '–' ELSE yuan(value) END, CASE WHEN tier IS NULL THEN '–' ELSE percent(value_share) END,
	CASE WHEN tier IS NULL THEN '~' ELSE format('~[%%%s]', value_share) END, CASE WHEN tier IS NULL THEN '~' ELSE '~' || yuan(value / customers) END)
FROM abc_report('standard')
WHERE line = 'tier'
ORDER BY tier NULLS LAST;
SELECT tr('never' || chr(160) || 'shipped', to_char(count(*), 'FM999,999'), '~', '–', '–', '~', '~')
FROM report_customer
WHERE lifecycle = 'potential';
SELECT '<tr class="sum"><td>total</td>' || format('<td class="n">%s</td><td class="n x"></td><td class="n">%s</td><td class="n">100.0 %%</td><td class="x"></td><td class="n x">%s</td></tr>',
	to_char((SELECT count(*) FROM report_customer), 'FM999,999'), yuan(sum(value)), yuan(sum(value) / nullif(sum(customers) FILTER (WHERE tier IS NOT NULL), 0)))
FROM abc_report('standard')
WHERE line = 'tier';
\qecho '</table></div>'
SELECT format('<p class="note">Adds up to the cent: tiers %s + set to zero (more returned than sent) %s + without customer %s = %s; all shipments of the period by plain SQL: %s yuan.</p>',
	to_char(sum(value) FILTER (WHERE line = 'tier'), 'FM999,999,990.00'),
	replace(to_char(sum(value) FILTER (WHERE line = 'set to zero'), 'FM999,999,990.00'), '-', '−'),
	to_char(sum(value) FILTER (WHERE line = 'without customer'), 'FM999,999,990.00'),
	to_char(sum(value) FILTER (WHERE line = 'total of the source'), 'FM999,999,990.00'),
	to_char((SELECT sum(revenue) FROM shipments WHERE shipped_on >= :'since' AND shipped_on < :'as_of'), 'FM999,999,990.00'))
FROM abc_report('standard');
\qecho '</section>'

\qecho '<section><h2>The Pareto chart</h2><p class="note">Customers from the largest to the smallest. Bars: mean revenue, in yuan, of every 160th part of the customers; line: share of the revenue reached; dashed: where A and B end.</p><div class="wide chart">'
SELECT abc_pareto_svg('standard');
\qecho '</div></section>'

--
-- Who moved
--
\qecho '<section><h2>Who moved in the last month?</h2>'
SELECT format('<p class="note">The ten largest each way, between the runs as of %s and %s: revenue of three months in yuan, then and now. A begins at %s yuan, B at %s.</p>',
	:'before', :'as_of', yuan((cutoffs[1])::numeric), yuan((cutoffs[2])::numeric))
FROM standard_run
WHERE run = :run;
\qecho '<div class="two" style="margin:0">'
SELECT format('<div><h3>Up</h3><div class="wide"><table>%s%s</table></div></div>', th('Customer', 'from', 'to', '#was', '#is', '~why: revenue'),
	string_agg(tr(name, '[' || coalesce(previous_tier, '-') || ']', '[' || tier || ']', yuan(revenue_before), yuan(value), '~' || why), E'\n' ORDER BY change DESC, customer_id))
FROM (
	SELECT *, value - coalesce(revenue_before, 0) AS change
	FROM report_customer
	WHERE moved = 'up' AND tier_since >= as_of
	ORDER BY change DESC, customer_id
	LIMIT 10
) AS up;
SELECT format('<div><h3>Down</h3><div class="wide"><table>%s%s</table></div></div>', th('Customer', 'from', 'to', '#was', '#is', '~why: revenue'),
	string_agg(tr(name, '[' || coalesce(previous_tier, '-') || ']', CASE WHEN tier IS NULL THEN 'none' ELSE '[' || tier || ']' END,
		yuan(revenue_before), yuan(value), '~' || why), E'\n' ORDER BY change, customer_id))
FROM (
	SELECT *, coalesce(value, 0) - coalesce(revenue_before, 0) AS change
	FROM report_customer
	WHERE tier_since >= as_of AND (moved = 'down' OR tier IS NULL AND previous_tier IS NOT NULL)
	ORDER BY change, customer_id
	LIMIT 10
) AS down;
\qecho '</div></section>'

--
-- Whom to call
--
\qecho '<div class="two">'
SELECT format('<section><h2>Call now: A and B gone quiet</h2><p class="note">Silent for more than three of their own usual intervals: the %s largest of %s. Revenue of three months in yuan.</p><div class="wide"><table>%s%s</table></div></section>', count(*), max(n),
	th('Customer', 'tier', '#revenue', '#days silent', '~#usual, days'),
	string_agg(tr(name, '[' || tier || ']', yuan(value), (as_of - last_order)::text, '~' || to_char(rhythm, 'FM990.0')), E'\n' ORDER BY value DESC))
FROM (SELECT *, count(*) OVER () AS n FROM report_customer WHERE lifecycle = 'at_risk' AND tier IN ('A', 'B') ORDER BY value DESC LIMIT 12) AS quiet;
SELECT format('<section><h2>Win back: lost, and once A</h2><p class="note">No shipment for four months: the %s largest of %s. Best three months in yuan.</p><div class="wide"><table>%s%s</table></div></section>', count(*), max(n),
	th('Customer', '~A until', '#best', 'last shipment'),
	string_agg(tr(name, '~' || best_tier_until::date, yuan(best_value), last_order::text), E'\n' ORDER BY best_value DESC))
FROM (SELECT *, count(*) OVER () AS n FROM report_customer WHERE lifecycle = 'lost' AND best_tier = 'A' ORDER BY best_value DESC LIMIT 12) AS lost;
SELECT format('<section><h2>Nearly A</h2><p class="note">The ten B customers who lack least, and are not at risk.</p><div class="wide"><table>%s%s</table></div></section>',
	th('Customer', '~industry', '#revenue, yuan', '#missing, yuan'),
	string_agg(tr(name, '~' || industry, yuan(value), yuan(gap_to_next)), E'\n' ORDER BY gap_to_next))
FROM (SELECT * FROM report_customer WHERE tier = 'B' AND lifecycle <> 'at_risk' ORDER BY gap_to_next LIMIT 10) AS near;
SELECT format('<section><h2>Rising from below</h2><p class="note">The ten largest C companies whose revenue of three months has more than doubled in a month.</p><div class="wide"><table>%s%s</table></div></section>',
	th('Customer', '~industry', '#was, yuan', '#is, yuan', '#to B, yuan'),
	string_agg(tr(name, '~' || industry, yuan(revenue_before), yuan(value), yuan(gap_to_next)), E'\n' ORDER BY value DESC))
FROM (SELECT * FROM report_customer WHERE tier = 'C' AND kind = 'enterprise' AND value > 2 * revenue_before AND revenue_before > 0 ORDER BY value DESC LIMIT 10) AS rising;
\qecho '</div>'

--
-- Where they sit
--
\qecho '<div class="two">'
SELECT format('<section><h2>Where A customers sit: %s</h2><p class="note">Lift 2.0: twice as many A customers, for their number, as in the whole company.</p><div class="wide"><table>%s%s</table></div></section>',
	by, th(by, '#A', '#B', '#C', '#lift of A', '~#revenue, yuan'),
	string_agg(tr(coalesce(group_value, '–'), a::text, b::text, to_char(c, 'FM99,999'), to_char(lift, 'FM990.0'), '~' || yuan(value)), E'\n' ORDER BY lift DESC NULLS LAST))
FROM (
	SELECT by, group_value, coalesce(sum(customers) FILTER (WHERE tier = 'A'), 0) AS a, coalesce(sum(customers) FILTER (WHERE tier = 'B'), 0) AS b,
		coalesce(sum(customers) FILTER (WHERE tier = 'C'), 0) AS c, coalesce(max(lift) FILTER (WHERE tier = 'A'), 0) AS lift, sum(value) AS value
	FROM unnest('{industry,region}'::text[]) AS by, LATERAL abc_report('standard', by) AS r
	WHERE line = 'tier'
	GROUP BY by, group_value
) AS groups
GROUP BY by
ORDER BY by;
\qecho '</div>'

--
-- Twelve months
--
\qecho '<div class="two">'
SELECT format('<section><h2>Key accounts'' share, twelve months</h2><p class="note">Customers with more than 5,000 parcels in twelve months and not at a loss: their share of each month''s revenue.</p><div class="wide"><table>%s%s</table></div></section>',
	th('Month', '', '#share', '~#accounts', '~#revenue, yuan'),
	string_agg(tr(month, format('[%%%s]', value_share), percent(value_share), '~' || customers, '~' || yuan(revenue)), E'\n' ORDER BY month))
FROM (
	SELECT DISTINCT ON (as_of) to_char(as_of - 1, 'YYYY-MM') AS month, customers, value AS revenue, value_share
	FROM key_account_trend
	WHERE tier = 'A' AND as_of > (SELECT max(as_of) - interval '12 months' FROM key_account_trend)
	ORDER BY as_of, run DESC
) AS months;
SELECT format('<section><h2>From year to year</h2><p class="note">Customers of each tier as of %s (rows) by their tier as of %s (columns).</p><div class="wide"><table>%s%s</table></div></section>',
	(:'as_of'::date - interval '1 year')::date, :'as_of', th('from', '#to A', '#to B', '#to C', '#to none'),
	string_agg(tr(CASE from_tier WHEN 'unrated' THEN 'none' WHEN 'not yet' THEN 'not yet known' ELSE '[' || from_tier || ']' END, to_char(a, 'FM99,990'), to_char(b, 'FM99,990'),
		to_char(c, 'FM99,990'), to_char(n, 'FM99,990')), E'\n' ORDER BY array_position('{A,B,C,unrated,gone,not yet}', from_tier)))
FROM (
	SELECT from_tier, coalesce(sum(customers) FILTER (WHERE to_tier = 'A'), 0) AS a, coalesce(sum(customers) FILTER (WHERE to_tier = 'B'), 0) AS b,
		coalesce(sum(customers) FILTER (WHERE to_tier = 'C'), 0) AS c, coalesce(sum(customers) FILTER (WHERE to_tier NOT IN ('A', 'B', 'C')), 0) AS n
	FROM abc_transitions('standard', (:'as_of'::date - interval '1 year')::date, :'as_of')
	GROUP BY from_tier
) AS matrix;
\qecho '</div>'

--
-- One customer, and one question
--
\qecho '<div class="two">'
SELECT format('<section><h2>One customer: %s</h2><p class="note">abc_explain(''standard'', %s)</p><div class="wide explain"><table>%s</table></div></section>',
	esc(max(says) FILTER (WHERE topic = 'name')), max(says) FILTER (WHERE topic = 'customer'),
	string_agg(format('<tr><td>%s</td><td>%s</td></tr>', esc(replace(topic, '_', ' ')), esc(replace(says, 'at_risk', 'at risk'))), E'\n' ORDER BY i)
		FILTER (WHERE topic NOT IN ('customer', 'name', 'kind', 'service')))
FROM abc_explain('standard', 4) WITH ORDINALITY AS e (topic, says, i);
SELECT format('<section><h2>What if A ended at 70 %% and B at 90 %%?</h2><p class="note">abc_simulate(''standard'', ''share 70/90''): %s customers would move. Nothing is changed until abc_alter_model adopts it.</p><div class="wide"><table>%s%s</table></div>%s</section>',
	count(*) FILTER (WHERE line = 'mover'), th('Tier', '#customers', '#would be', '~#revenue, yuan', '#would be, yuan'),
	string_agg(tr(CASE tier_before WHEN 'unrated' THEN 'none' ELSE '[' || tier_before || ']' END, to_char(customers_before, 'FM99,999'), to_char(customers_after, 'FM99,999'),
		'~' || yuan(value_before), yuan(value_after)), E'\n' ORDER BY length(tier_before), tier_before) FILTER (WHERE line = 'tier'),
	format('<h3>The largest who would no longer be A</h3><div class="wide"><table>%s%s</table></div>', th('Customer', '#revenue, yuan'),
		(SELECT string_agg(tr(name, yuan(value)), E'\n' ORDER BY value DESC)
		FROM (SELECT c.name, c.value FROM abc_simulate('standard', 'share 70/90') AS s JOIN standard_current c ON c.customer_id = s.key::int
			WHERE s.line = 'mover' AND s.tier_before = 'A' ORDER BY c.value DESC LIMIT 8) AS fallen)))
FROM abc_simulate('standard', 'share 70/90');
\qecho '</div>'

--
-- What it rests on
--
SELECT format('<footer><p>As of %s, run %s of the model <b>standard</b>; scheme <b>%s</b> on revenue; weights: %s. Period: %s.</p>',
	r.as_of, r.run, esc(r.scheme), coalesce(nullif(r.weights, ''), 'none, the revenue itself is cut'), :'period')
FROM standard_run r
WHERE r.run = :run AND r.error IS NULL;
SELECT format('<p>Not in the tiers: %s customers without business in the period (%s of them never shipped); %s yuan of %s customers who sent back more than they shipped, set to zero; %s yuan of shipments without a customer.</p>',
	to_char(count(*) FILTER (WHERE tier IS NULL), 'FM99,999'), to_char(count(*) FILTER (WHERE lifecycle = 'potential'), 'FM99,999'),
	(SELECT replace(to_char(set_to_zero, 'FM999,990.00'), '-', '−') FROM standard_run WHERE run = :run), count(*) FILTER (WHERE value < 0),
	(SELECT to_char(without_customer, 'FM999,990.00') FROM standard_run WHERE run = :run))
FROM report_customer;
\qecho '<p>A generated company: names and figures are invented. Made in PostgreSQL by abc_tier.</p></footer>'
\qecho '</main></body></html>'
