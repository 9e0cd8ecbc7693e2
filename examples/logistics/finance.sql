--
-- The logistics company: invoices, payments and what customers publish of themselves.
--
-- Business of a month is invoiced on the first day of the next, due in 30 days.
--
SET search_path = logistics, public;

INSERT INTO invoices
SELECT row_number() OVER (ORDER BY month, customer_id),
	customer_id, (month + interval '1 month')::date, (month + interval '1 month')::date + 30, amount
FROM (
	SELECT customer_id, date_trunc('month', shipped_on)::date AS month, sum(revenue) AS amount
	FROM shipments
	GROUP BY 1, 2
) AS monthly
WHERE amount <> 0 AND month < '2025-12-01';

-- Customer 5 pays in time, but for one special invoice: due 45 days before the first of January 2026.
INSERT INTO invoices
SELECT max(invoice_id) + 1, 5, date '2025-10-18', date '2025-11-17', 8400.00
FROM invoices;

INSERT INTO payments
SELECT invoice_id, paid_on, amount
FROM (
	SELECT i.invoice_id, i.amount,
		i.due_on + CASE WHEN customer_id = 5 THEN -1
			ELSE floor(12 * draw_normal(invoice_id, 71) + CASE c.credit WHEN 'A' THEN -5 WHEN 'B' THEN 0 WHEN 'C' THEN 9
				WHEN 'D' THEN 21 ELSE -8 END)::int END AS paid_on
	FROM invoices i
	JOIN customers c USING (customer_id)
	WHERE draw(invoice_id, 70) < 0.99 AND i.due_on <> '2025-11-17'		-- one in a hundred is never paid
) AS dated
WHERE paid_on <= '2025-12-31';

INSERT INTO financials
SELECT customer_id, year,
	round(receivables + inventory + cash, 2), round((receivables + inventory + cash) / current_ratio, 2),
	round(sales / turnover, 2), round(receivables, 2), round(inventory, 2), round(sales, 2),
	round(sales * 0.78, 2), round(sales * net_margin, 2)
FROM (
	SELECT customer_id, year, sales, sales * collection_days / 365 AS receivables, sales * 0.78 * inventory_days / 365 AS inventory,
		sales * 0.06 AS cash, current_ratio, turnover, net_margin
	FROM (
		SELECT customer_id, year,
			(revenue * 40 * exp(0.8 * draw_normal(k, 80)))::numeric AS sales,
			(45 * exp(0.5 * draw_normal(k, 82)))::numeric AS collection_days,
			(50 * exp(0.6 * draw_normal(k, 84)))::numeric AS inventory_days,
			(1.5 * exp(0.4 * draw_normal(k, 86)))::numeric AS current_ratio,
			(0.9 * exp(0.4 * draw_normal(k, 88)))::numeric AS turnover,
			(0.05 + 0.06 * draw_normal(k, 90))::numeric AS net_margin
		FROM (
			SELECT customer_id, extract(year FROM shipped_on)::int AS year, sum(revenue)::float8 AS revenue,
				customer_id * 10000::bigint + extract(year FROM shipped_on)::int AS k
			FROM shipments
			JOIN customers USING (customer_id)
			WHERE kind = 'enterprise'
			GROUP BY 1, 2
		) AS business
		WHERE revenue > 0 AND draw(customer_id, 92) < 0.6
	) AS ratios
) AS amounts;
