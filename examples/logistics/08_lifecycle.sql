--
-- Step 8: whom must we talk to?  At risk, lost, nearly A, rising.
--
\ir settings.sql

\qecho
\qecho '8. WHOM MUST WE TALK TO?                                     standard.lifecycle'
\qecho 'Each customer has exactly one state. at_risk: silent for more than three of its own'
\qecho 'mean intervals; lost: silent for four months.'
\qecho

SELECT lifecycle, count(*) AS customers, count(*) FILTER (WHERE tier = 'A') AS "A", count(*) FILTER (WHERE tier = 'B') AS "B",
	count(*) FILTER (WHERE tier = 'C') AS "C", count(*) FILTER (WHERE tier IS NULL) AS "unrated", round(sum(value)) AS "revenue of 3 months, yuan"
FROM standard
GROUP BY lifecycle
ORDER BY array_position('{potential,new,active,loyal,returned,at_risk,lost}', lifecycle);

\qecho 'One story: A in March, B in June, C in August, then silent.'
\qecho

SELECT h.valid_from AS "from", coalesce(h.tier::text, '-') AS tier, h.lifecycle, h.value AS "revenue of 3 months, yuan"
FROM standard_history h
WHERE h.name = 'Fading Lantern Textiles'
ORDER BY h.valid_from;

\qecho 'AT RISK: A and B customers who have gone quiet, the largest first.'
\qecho

SELECT name, tier, round(value) AS "revenue, yuan", last_order, date '2026-01-01' - last_order AS "days silent",
	round(usual, 1) AS "usual, days"
FROM standard c
JOIN (
	SELECT customer_id, (max(shipped_on) - min(shipped_on))::numeric / nullif(count(*) - 1, 0) AS usual
	FROM shipments
	WHERE parcels > 0
	GROUP BY customer_id
) AS rhythm USING (customer_id)
WHERE lifecycle = 'at_risk' AND tier IN ('A', 'B')
ORDER BY value DESC
LIMIT 5;

\qecho 'WIN BACK: lost, and once A.'
\qecho

SELECT name, best_tier_until AS "A until", round(best_value) AS "best 3 months, yuan", last_order
FROM standard
WHERE lifecycle = 'lost' AND best_tier = 'A'
ORDER BY best_value DESC
LIMIT 5;

\qecho 'NEAR A: who lacks least.'
\qecho

SELECT name, round(value) AS "revenue, yuan", round(gap_to_next) AS "missing, yuan", round(100 * gap_to_next / (value + gap_to_next), 1) AS "% missing"
FROM standard
WHERE tier = 'B' AND lifecycle <> 'at_risk'
ORDER BY gap_to_next
LIMIT 5;

\qecho 'RISING: C today, and three times the revenue of the quarter before.'
\qecho

SELECT c.name, c.industry, round(p.revenue) AS "quarter before, yuan", round(c.value) AS "now, yuan",
	round(c.value / p.revenue, 1) AS "times", round(c.gap_to_next) AS "missing to B, yuan"
FROM standard c
JOIN (
	SELECT customer_id, sum(revenue) AS revenue
	FROM shipments
	WHERE shipped_on >= date '2025-07-01' AND shipped_on < date '2025-10-01'
	GROUP BY customer_id
) AS p USING (customer_id)
WHERE c.tier = 'C' AND c.kind = 'enterprise' AND p.revenue > 0 AND c.value >= 3 * p.revenue
ORDER BY c.value DESC
LIMIT 5;
