--
-- Step 5: whom of those who never shipped should we call first?  Prospects have no sales to cut, so
-- they get points for what is known of them.
--
\ir settings.sql

DROP VIEW IF EXISTS prospect;
CREATE VIEW prospect AS
SELECT *, abc_classify(points, 'value 80/60') OVER () AS tier
FROM (
	SELECT c.customer_id, c.name, c.kind, c.industry, c.region, c.credit, c.referred_by IS NOT NULL AS referred,
		CASE c.kind WHEN 'enterprise' THEN 30 ELSE 5 END
		+ CASE c.industry WHEN 'electronics' THEN 30 WHEN 'medicine' THEN 30 WHEN 'machinery' THEN 15 WHEN 'food' THEN 10 ELSE 5 END
		+ CASE c.region WHEN 'international' THEN 20 WHEN 'domestic' THEN 15 ELSE 10 END
		+ CASE c.credit WHEN 'A' THEN 15 WHEN 'B' THEN 10 ELSE 5 END
		+ CASE WHEN c.referred_by IS NOT NULL THEN 5 ELSE 0 END AS points
	FROM customers c
	WHERE NOT EXISTS (SELECT FROM shipments s WHERE s.customer_id = c.customer_id)
) AS pointed;

\qecho
\qecho '5. WHOM TO CALL FIRST, OF THOSE WHO NEVER SHIPPED?    abc_classify(points, ''value 80/60'')'
\qecho 'Customers without a shipment, by points out of 100: company 30, industry 30,'
\qecho 'region 20, credit 15, brought by a friend 5. From 80 points A, from 60 B.'
\qecho

SELECT tier, count(*) AS prospects, min(points) AS "points from", count(*) FILTER (WHERE kind = 'enterprise') AS companies,
	count(*) FILTER (WHERE referred) AS referred
FROM prospect
GROUP BY tier
ORDER BY tier;

SELECT name, industry, region, credit, referred, points
FROM prospect
ORDER BY points DESC, customer_id
LIMIT 8;
