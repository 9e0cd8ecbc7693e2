--
-- Step 9: what does each tier get, and whose parcels leave first?
--
\ir settings.sql

\qecho
\qecho '9. WHAT DOES EACH TIER GET, AND WHOSE PARCELS LEAVE FIRST?'
\qecho '                                                   standard.account_manager ...'
\qecho 'The most special row counts: cold chain has an account manager of its own.'
\qecho

SELECT tier_name, account_manager, priority, discount AS "discount, %", payment_days AS "days to pay",
	count(*) AS customers, round(sum(value)) AS "revenue, yuan"
FROM standard
GROUP BY tier_rank, tier_name, account_manager, priority, discount, payment_days
ORDER BY tier_rank, account_manager;

-- The day's orders, with the tier of the customer when the order came.  A generated column would do the
-- same from a value: abc_assign is immutable.
DROP TABLE IF EXISTS dispatch;
CREATE TABLE dispatch
(
	order_id	bigint PRIMARY KEY,
	customer_id	int NOT NULL,
	tier		abc_tier,
	ordered_at	timestamp NOT NULL,
	parcels		int NOT NULL
);
INSERT INTO dispatch
SELECT shipment_id, customer_id, c.tier, shipped_on + interval '8 hours' + draw(shipment_id, 200) * interval '9 hours', parcels
FROM shipments
JOIN standard c USING (customer_id)
WHERE shipped_on >= '2025-12-01' AND parcels > 0;

-- Tiers sort best first, so one plain index serves "A orders first, the oldest of them first".
CREATE INDEX dispatch_queue ON dispatch (tier, ordered_at);
ANALYZE dispatch;

\qecho 'WHOSE PARCELS LEAVE FIRST?               ORDER BY tier, ordered_at, from an index'
\qecho

SELECT d.order_id, c.name, d.tier, d.ordered_at, d.parcels
FROM dispatch d
JOIN customers c USING (customer_id)
ORDER BY d.tier, d.ordered_at
LIMIT 5;

\qecho 'How the database reads the queue:'
\pset tuples_only on
EXPLAIN (COSTS off)
SELECT *
FROM dispatch
ORDER BY tier, ordered_at
LIMIT 50;
\pset tuples_only off
