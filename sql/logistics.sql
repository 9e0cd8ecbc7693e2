--
-- The logistics company of examples/: what was planted in it comes out, to the cent and to the parcel.
--
\getenv srcdir PG_ABS_SRCDIR
\set load :srcdir '/examples/logistics/load.sql'
\set steps :srcdir '/examples/logistics/'
\set file `mktemp -d`

SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE ROLE regress_abc_logistics;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_abc_logistics', current_database()); END $$;
SET SESSION AUTHORIZATION regress_abc_logistics;

-- the loader, every step of the example and the report run, as a user without privileges
\set ECHO none
\o /dev/null
\set VERBOSITY terse
\i :load
\set step :steps '01_abc.sql'
\i :step
\set step :steps '02_score.sql'
\i :step
\set step :steps '03_key_accounts.sql'
\i :step
\set step :steps '04_ratios.sql'
\i :step
\set step :steps '05_prospects.sql'
\i :step
\set step :steps '06_models.sql'
\i :step
\set step :steps '07_metal.sql'
\i :step
\set step :steps '08_lifecycle.sql'
\i :step
\set step :steps '09_treatments.sql'
\i :step
\set step :steps '10_share.sql'
\i :step
\set dir :file
\setenv DIR :dir
\set step :steps '11_exchange.sql'
\i :step
\set step :steps '12_summary.sql'
\i :step
\set report :dir '/report.html'
\o :report
\set step :steps 'report.sql'
\i :step
\o
\set html `cat "$DIR/report.html"; rm -r "$DIR"`
\set ON_ERROR_STOP off
\set VERBOSITY default
\pset format aligned
\pset tuples_only off
\pset footer on
\pset numericlocale off
\pset null ''
\set ECHO all

-- a total is the sum of its parts: tiers against the facts
SELECT year, (SELECT sum(revenue) FROM rated r WHERE r.year = y.year)
	= (SELECT sum(revenue) FROM shipments WHERE extract(year FROM shipped_on) = y.year) AS revenue_adds_up
FROM (VALUES (2024), (2025)) AS y (year);

-- invoices carry what was shipped until November, and one special invoice
SELECT (SELECT sum(amount) FROM invoices) - (SELECT sum(revenue) FROM shipments WHERE shipped_on < '2025-12-01') AS special;

-- second-largest sales of all, and a loss
SELECT year, name, tier, revenue, profit
FROM (SELECT *, row_number() OVER (PARTITION BY year ORDER BY revenue DESC NULLS LAST) AS place FROM rated) AS placed
WHERE place = 2
ORDER BY year;

-- 5,000 parcels are not more than 5,000
SELECT name, parcels, tier
FROM (SELECT *, abc_classify(parcels, 'value >5000') OVER () AS tier FROM yearly WHERE year = 2025) AS volume
WHERE customer_id IN (2, 3)
ORDER BY customer_id;

-- A in March, B in June, C in August, then silent; and one that rises from C to A
SELECT to_char(month, 'YYYY-MM') AS month,
	max(tier::text) FILTER (WHERE customer_id = 4) AS fading,
	max(tier::text) FILTER (WHERE customer_id = 6) AS rising
FROM (
	SELECT customer_id, month, abc_classify(revenue, '80/95') OVER (PARTITION BY month) AS tier
	FROM (SELECT customer_id, date_trunc('month', shipped_on)::date AS month, sum(revenue) AS revenue
		FROM shipments GROUP BY 1, 2) AS monthly
) AS classified
WHERE month IN ('2024-03-01', '2025-03-01', '2025-06-01', '2025-08-01', '2025-09-01', '2025-12-01')
GROUP BY classified.month
ORDER BY classified.month;

-- 45 days overdue, on the first of January 2026
SELECT name, amount, date '2026-01-01' - due_on AS days_overdue
FROM invoices
JOIN customers USING (customer_id)
WHERE date '2026-01-01' - due_on = 45 AND NOT EXISTS (SELECT FROM payments p WHERE p.invoice_id = invoices.invoice_id);

-- electronics and medicine have the most A customers for their number
SELECT industry
FROM rated
WHERE year = 2025
GROUP BY industry
ORDER BY avg((tier = 'A')::int) DESC
LIMIT 2;

-- there are prospects, returns, new, lost and returning customers, groups, referrals, surveys nobody answers
SELECT count(*) FILTER (WHERE s.customer_id IS NULL) > 200 AS prospects,
	count(*) FILTER (WHERE back) > 3000 AS with_returns,
	count(*) FILTER (WHERE first >= '2025-01-01') > 500 AS new,
	count(*) FILTER (WHERE last < '2025-07-01') > 500 AS lost,
	count(parent_id) BETWEEN 50 AND 500 AS in_groups,
	count(referred_by) > 300 AS referred,
	(SELECT count(DISTINCT customer_id) FROM satisfaction) BETWEEN 1000 AND 6000 AS answered,
	(SELECT count(*) FROM complaints) > 2000 AS complaints
FROM customers c
LEFT JOIN (SELECT customer_id, min(shipped_on) AS first, max(shipped_on) AS last, bool_or(parcels < 0) AS back
	FROM shipments GROUP BY 1) AS s USING (customer_id);

-- per industry: within each, A holds at least 80 % and no fewer customers would
SELECT count(*) AS industries, bool_and(a >= 0.8 * total AND a - least_a < 0.8 * total) AS cut_where_it_should
FROM (
	SELECT industry, sum(revenue) FILTER (WHERE tier = 'A') AS a, min(revenue) FILTER (WHERE tier = 'A') AS least_a,
		sum(greatest(revenue, 0)) AS total
	FROM (SELECT industry, revenue, abc_classify(revenue, '80+15+5') OVER (PARTITION BY industry) AS tier
		FROM rated WHERE year = 2025 AND revenue IS NOT NULL) AS r
	GROUP BY industry
) AS industries;

-- weighted 40/30/20/10: best 15 % A, next 35 % B, over the whole book; the loss costs the second-largest the A
SELECT tier, count(*), round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS per_cent FROM scored GROUP BY tier ORDER BY tier;
SELECT name, tier FROM scored WHERE customer_id = 1;

-- key accounts: more than 5,000 parcels and a margin; the one with the loss is none
SELECT k.customer_id, k.name, k.tier_name, k.computed_tier, k.decided_by, k.reason
FROM key_account k WHERE customer_id IN (1, 2, 3) ORDER BY customer_id;

-- their share of the business, month by month, equals plain SQL over the shipments, to the cent
SELECT count(*) AS months, count(*) FILTER (WHERE s.customers = p.customers AND s.revenue = p.revenue
	AND abs(s.value_share - p.above_zero / p.total) < 1e-12) AS the_same
FROM key_account_share s
JOIN (
	SELECT m.as_of, count(*) FILTER (WHERE key) AS customers, sum(last_month) FILTER (WHERE key) AS revenue,
		sum(greatest(last_month, 0)) FILTER (WHERE key) AS above_zero, sum(greatest(last_month, 0)) AS total
	FROM (
		SELECT as_of::date, customer_id, sum(parcels) > 5000 AND sum(revenue - cost) > 0 AS key,
			sum(revenue) FILTER (WHERE shipped_on >= as_of - interval '1 month') AS last_month
		FROM generate_series(date '2025-02-01', date '2026-01-01', interval '1 month') AS as_of
		JOIN shipments ON shipped_on >= as_of - interval '12 months' AND shipped_on < as_of
		GROUP BY as_of, customer_id
	) AS m
	GROUP BY m.as_of
) AS p USING (as_of);

-- metal: a loss is lead, platinum needs credit, and hysteresis holds some back
SELECT name, tier_name FROM metal WHERE customer_id = 1;
SELECT count(*) FILTER (WHERE tier = 'A' AND credit NOT IN ('A', 'B') OR tier = 'A' AND credit IS NULL) AS platinum_without_credit,
	count(*) FILTER (WHERE decided_by = 'rule') > 0 AS gate_held_some, count(*) FILTER (WHERE decided_by = 'held') > 0 AS hysteresis_held_some
FROM metal;

-- the standard model: three months' revenue to the cent, every customer once, every lifecycle once
SELECT (SELECT sum(value) FROM abc_report('standard') WHERE line <> 'total of the source')
	= (SELECT sum(revenue) FROM shipments WHERE shipped_on >= '2025-10-01') AS report_equals_facts,
	(SELECT value FROM abc_report('standard') WHERE line = 'total of the source')
	= (SELECT sum(revenue) FROM shipments WHERE shipped_on >= '2025-10-01') AS so_does_its_total,
	(SELECT count(*) FROM standard) AS customers, (SELECT count(*) FROM standard WHERE lifecycle IS NULL) AS without_lifecycle;

-- the Pareto chart stands on the same facts: its last point is everybody with business, and all of it above zero
SELECT p.customers = s.customers AS customers, p.value = s.value AS value, p.cumulative_share AS share
FROM (SELECT * FROM abc_pareto('standard', 160) ORDER BY point DESC LIMIT 1) AS p,
	(SELECT count(*) AS customers, sum(greatest(revenue, 0)) AS value
	FROM (SELECT sum(revenue) AS revenue FROM shipments WHERE shipped_on >= '2025-10-01' GROUP BY customer_id) AS c) AS s;

-- the one that faded: A, B, C, silent, and now on the list to win back; the one that rose is A
SELECT h.valid_from, coalesce(h.tier, '-') AS tier, h.lifecycle
FROM standard_history h WHERE customer_id = 4 ORDER BY h.valid_from;
SELECT name, tier_name, lifecycle, best_tier FROM standard WHERE customer_id IN (4, 6) ORDER BY customer_id;

-- treatments: an A customer of the cold chain has its own; A orders come first, from the index
SELECT DISTINCT account_manager, payment_days FROM standard WHERE tier = 'A' ORDER BY 1;
SELECT bool_and(tier = 'A') AS first_hundred_are_a FROM (SELECT tier FROM dispatch ORDER BY tier, ordered_at LIMIT 100) AS q;

-- what went out as UTF-8 and GB18030 came back the same
SELECT file, count(*) > 300 AS many, bool_and(i.name = c.name AND i.tier IS NOT DISTINCT FROM c.tier AND i.remark IS NOT DISTINCT FROM c.remark) AS the_same
FROM import i JOIN standard c USING (customer_id) GROUP BY file ORDER BY file;

-- the report: one well-formed page that loads nothing, with what was planted and the facts' total
SELECT xmlparse(DOCUMENT :'html') IS NOT NULL AS well_formed,
	replace(:'html', 'http://www.w3.org/2000/svg', '') !~* 'https?:|src=|<script|@import|url\(' AS loads_nothing,
	(SELECT count(*) FROM regexp_matches(:'html', '<svg ', 'g')) AS charts,
	:'html' ~ to_char((SELECT sum(revenue) FROM shipments WHERE shipped_on >= '2025-10-01'), 'FM999,999,990') AS total_of_the_facts,
	:'html' !~ 'NaN|NULL|>([a-z ]+): \1<|<td>\s*</td><td>\s*</td>' AS nothing_odd;
SELECT section, name, :'html' ~ (section || '((?!<h2>).)*' || name) AS shown
FROM (VALUES ('Win back', 'Fading Lantern Textiles'), ('Moved down', 'One More Books'), ('By industry', 'electronics<.*medicine<.*machinery<'),
	('The last 12 runs', '2026-01-01'), ('From January 1, 2025', 'unrated'), ('What to look at', 'values below zero'),
	('Model standard', 'share 80/95')) AS v (section, name);
SELECT (regexp_match(:'html', '<p class="lead">([0-9]+) of ([0-9,]+) customers'))[1]::bigint = (SELECT count(*) FROM standard WHERE tier = 'A') AS sentence_a,
	(regexp_match(:'html', ' ([0-9]+) came up'))[1]::bigint = (SELECT count(*) FROM standard WHERE moved = 'up') AS sentence_up,
	(regexp_match(:'html', ' ([0-9]+) fell'))[1]::bigint = (SELECT count(*) FROM standard WHERE moved = 'down') AS sentence_down;

DROP SCHEMA logistics CASCADE;
RESET SESSION AUTHORIZATION;
DO $$ BEGIN EXECUTE format('REVOKE CREATE ON DATABASE %I FROM regress_abc_logistics', current_database()); END $$;
DROP ROLE regress_abc_logistics;
