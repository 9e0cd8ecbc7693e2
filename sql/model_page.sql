-- What people see: texts in two languages, the chart, the page.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
\set SHOW_CONTEXT never
CREATE ROLE regress_abc_page;
CREATE ROLE regress_abc_page_reader;
CREATE SCHEMA regress_abc_page AUTHORIZATION regress_abc_page;
SET search_path = regress_abc_page, public;

--
-- The catalogue of texts is complete
--
-- every text in both languages, no code twice, no language that has arguments the other has not
SELECT code FROM _abc.texts() WHERE coalesce(en, '') = '' OR coalesce(zh, '') = '';
SELECT code FROM _abc.texts() GROUP BY code HAVING count(*) > 1;
SELECT t.code FROM _abc.texts() AS t
WHERE ARRAY(SELECT DISTINCT a FROM regexp_matches(t.en, '%\d\$s', 'g') AS a ORDER BY a)
	<> ARRAY(SELECT DISTINCT a FROM regexp_matches(t.zh, '%\d\$s', 'g') AS a ORDER BY a);
-- every code that a function names by a constant is there; what a constant begins is there for every code
WITH called AS (
	SELECT p.proname, r[1] AS code, r[2] = '''' AS whole
	FROM pg_proc AS p CROSS JOIN LATERAL regexp_matches(p.prosrc, '_abc\.text\([a-z_.]+, ''([a-z_ -]+\.?[a-z_ -]*)(''\s*[,)]|'' \|\|)', 'g') AS r
	WHERE p.pronamespace = '_abc'::regnamespace
)
SELECT c.proname, c.code FROM called AS c WHERE NOT EXISTS (SELECT FROM _abc.texts() AS t WHERE t.code = c.code OR starts_with(t.code, c.code));
SELECT v.topic, c AS code
FROM (VALUES ('lifecycle', '{potential,new,active,loyal,at_risk,lost,returned}'::text[]), ('moved', '{new,up,down,gone,back,taken back}'),
	('decided_by', '{computed,held,rule,override,not eligible,no value,gone}'), ('cause', '{data,definition,override}'),
	('line', '{tier,not eligible,unrated,without customer,total of the source}'), ('transition', '{not yet,gone}')) AS v (topic, codes), unnest(v.codes) AS c
WHERE NOT EXISTS (SELECT FROM _abc.texts() AS t WHERE t.code = v.topic || '.' || c);
SELECT _abc.text('zh', 'lifecycle.at_risk') AS zh, _abc.text('en', 'lifecycle.at_risk') AS en, _abc.text(NULL, 'explain.tier.says', 'gold', '2026-01-01') AS filled;
SELECT _abc.text('en', 'no such text');

--
-- Numbers for people
--
SELECT left(x::text, 15) AS x, _abc.number_text(x, 2) AS number, _abc.amount_text('en', x, 'yuan') AS en, _abc.amount_text('zh', x, '元') AS zh
FROM unnest('{0,1,999.5,-1234.56,123456,9999999,123456789012,1e20,1e400}'::numeric[]) AS x;
SELECT _abc.share_text('en', 0.12345) AS share, _abc.change_text('zh', 90, 100) AS change, _abc.change_text('en', 1, 0) AS from_nothing,
	_abc.interval_text('zh', '1 year 2 months') AS span, _abc.day_text('zh', '2026-03-01') AS zh, _abc.day_text('en', '2026-03-01') AS en;
SELECT _abc.fitted('a rather long name of a tier', 13, 100) AS latin, _abc.fitted('一个相当长的等级名称', 13, 100) AS wide,
	_abc.text_width('一个', 10) AS two_wide, _abc.xml(E'<b>&"\x01') AS escaped, _abc.xml_figures('value -3, A-4') AS minus;
SELECT string_agg(_abc.amount(jsonb_populate_record(NULL::_abc.page, '{"factor": 1, "decimals": 0}'), x), '; ' ORDER BY i) AS small_amounts
FROM unnest('{0.3,0,-0.2,7,5000}'::numeric[]) WITH ORDINALITY AS u (x, i);

--
-- A model whose names are as bad as they can be
--
SET ROLE regress_abc_page;
CREATE TABLE facts (id int PRIMARY KEY, "the ""name""" text, branch text, revenue numeric, first_day date, last_day date, orders int);
INSERT INTO facts
SELECT i, CASE i WHEN 7 THEN '<script>alert(1)</script> & "Sons"' ELSE 'customer ' || i END, CASE i % 3 WHEN 0 THEN '医药' WHEN 1 THEN '<电子>' END,
	CASE WHEN i = 40 THEN NULL WHEN i = 39 THEN -50 ELSE 100000 / i END, '2024-01-01', CASE WHEN i % 7 = 0 THEN date '2025-06-01' ELSE '2025-12-20' END, 9
FROM generate_series(1, 40) AS i;
SELECT abc_create_model('book', 'facts', 'id', 'revenue', 'share "<铂金>" 50 / gold 80 / rest', attributes => '{"the \"name\"",branch}',
	first_order => 'first_day', last_order => 'last_day', orders => 'orders', at_risk => '3 months', lost => '1 year', language => 'zh');
-- what people and tools read is explained in Chinese, every column of it
SELECT c.relname, a.attname, col_description(c.oid, a.attnum) FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = 'regress_abc_page'::regnamespace AND c.relname ~ '^book(_ranked|_changes|_history|_trend|_run|_override)?$' AND a.attnum > 0
	AND coalesce(col_description(c.oid, a.attnum), '') !~ '[\u4e00-\u9fff]' ORDER BY 1, 2;
-- nothing to show yet
SELECT abc_report_html('book');
SELECT abc_pareto_svg('book');
SELECT abc_refresh('book', '2026-01-01');
UPDATE facts SET revenue = revenue * CASE WHEN id % 2 = 0 THEN 1.5 ELSE 0.6 END;
DELETE FROM facts WHERE id = 2;
SELECT abc_refresh('book', '2026-02-01');

-- the chart, the trend, the report and adding up by hand say the same
SELECT p.tier, p.tier_name, p.customers, p.customers = sum(t.customers) OVER w AS trend, p.customers = sum(r.customers) OVER w AS report,
	p.customers = sum(n.customers) OVER w AS by_hand, round(p.cumulative_share::numeric, 12) = round((sum(t.value_share) OVER w)::numeric, 12) AS same_share
FROM (SELECT DISTINCT ON (tier) * FROM abc_pareto('book', 12) ORDER BY tier, point DESC) AS p
JOIN (SELECT * FROM book_trend WHERE run = 2) AS t USING (tier)
JOIN abc_report('book') AS r USING (tier)
JOIN (SELECT tier, count(*) AS customers FROM book GROUP BY tier) AS n USING (tier)
WINDOW w AS (ORDER BY p.tier);
SELECT max(point) BETWEEN 3 AND 12 + 8 * 3 AS points, max(customers) AS customers, max(cumulative_share) AS share,
	bool_and(cumulative_share >= before AND customers > customers_before) AS rising
FROM (SELECT *, lag(cumulative_share, 1, 0) OVER w AS before, lag(customers, 1, 0::bigint) OVER w AS customers_before
	FROM abc_pareto('book', 12) WINDOW w AS (ORDER BY point)) AS p;
SELECT max(point) AS points_of_one FROM abc_pareto('book', 1);
SELECT abc_pareto('book', 0);

-- the page: whose language, what is escaped, what it must not have
SELECT page LIKE '<!DOCTYPE html>%</html>' AS whole, page LIKE '%<html lang="zh-CN">%' AS language, page ~ '<script|http-equiv|<link|<img|url\(|src=' AS loads,
	page LIKE '%&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Sons&quot;%' AS escaped, page LIKE '%&lt;铂金&gt;%' AS tier_escaped,
	page ~ 'abc_[a-z]|_abc' AS names_of_functions, page LIKE '%万元%' AS units, (length(page) < 100000) AS small
FROM abc_report_html('book', NULL, '元') AS page;
SELECT heading FROM abc_report_html('book', 'Title & more', 'yuan', 'en') AS page,
	regexp_matches(page, '<h[12]>([^<]*)</h[12]>', 'g') WITH ORDINALITY AS h (heading, i) ORDER BY i;
SELECT regexp_count AS tables_without_scope FROM (SELECT count(*) AS regexp_count FROM abc_report_html('book') AS page, regexp_matches(page, '<th(?! scope)[ >]', 'g')) AS x;
SELECT abc_report_html('book', language => 'fr');
-- another day: the customer who left is on the list of those to win back, with the last order
SELECT page ~ '赢回名单.*customer 2 <small>2</small>.*2025-12-20' AS win_back FROM abc_report_html('book') AS page;

-- tiers by a score, and one by hand: the shares in the chart are those of customers and of value, as in the report
SELECT abc_alter_model('book', scheme => 'count "<铂金>" 15 / gold 50 / rest', metrics => ARRAY[abc_metric('revenue', 60), abc_metric('id', 40)]);
SELECT abc_refresh('book', '2026-03-01');
SELECT abc_override('book', 30, 'A', 'by hand', begins => '2026-03-01') IS NOT NULL AS by_hand;
SELECT r.tier, r.customers, round(r.customers_share::numeric, 3) AS of_customers, round(r.value_share::numeric, 3) AS of_value,
	svg LIKE format('%%%s 个客户（%s）贡献 %s%%', r.customers, _abc.share_text('zh', r.customers_share::numeric), _abc.share_text('zh', r.value_share::numeric)) AS chart,
	page LIKE format('%%>%s<%%>%s<%%', _abc.share_text('zh', r.customers_share::numeric), _abc.share_text('zh', r.value_share::numeric)) AS page
FROM abc_report('book') AS r, abc_pareto_svg('book') AS svg, abc_report_html('book') AS page WHERE r.line = 'tier' ORDER BY r.tier_rank;

-- a reader who was granted the model, and one who was not
RESET ROLE;
GRANT USAGE ON SCHEMA regress_abc_page TO regress_abc_page_reader;
SET ROLE regress_abc_page_reader;
SELECT abc_report_html('book') IS NOT NULL AS read;
SET ROLE regress_abc_page;
SELECT abc_grant('book', 'regress_abc_page_reader');
SET ROLE regress_abc_page_reader;
SELECT abc_report_html('book') LIKE '%数据源检查仅限模型所有者%' AS read, abc_pareto_svg('book') LIKE '<svg%' AS chart;
SET ROLE regress_abc_page;
-- a source that is gone does not keep the page from being made
ALTER TABLE facts RENAME TO elsewhere;
SELECT abc_report_html('book') LIKE '%数据源无法检查%' AS made;
-- a scheme of fewer tiers: those that are gone are told by who left them, under the names of then
ALTER TABLE elsewhere RENAME TO facts;
SELECT abc_alter_model('book', scheme => 'count 龙头 50 / 其他');
SELECT abc_refresh('book', (SELECT max(as_of) + 1 FROM book_run), force => true) > 1 AS refreshed;
SELECT check_name, n FROM abc_check('book') WHERE code = 'in tier';
SELECT t.from_name, t.to_name, t.customers, page LIKE format('%%>%s<%%', replace(replace(t.from_name, '<', '&lt;'), '>', '&gt;')) AS then_on_page, page LIKE format('%%>%s<%%', t.to_name) AS now_on_page
FROM abc_transitions('book', (SELECT min(as_of) FROM book_run)) AS t, abc_report_html('book') AS page;
SELECT abc_drop_model('book');
RESET ROLE;
DROP SCHEMA regress_abc_page CASCADE;
DROP ROLE regress_abc_page, regress_abc_page_reader;
