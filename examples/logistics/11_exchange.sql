--
-- Step 11: how do tiers get out to a spreadsheet, and back?
--
-- psql -v dir=/tmp/somewhere -f 11_exchange.sql; without dir, in the current directory.  \copy reads and
-- writes files of the client; COPY with the same words those of the server.
--
\ir settings.sql
\if :{?dir}
\else
	\set dir .
\endif
\set utf8 :dir /tiers.utf8.csv
\set gb18030 :dir /tiers.gb18030.csv

DROP VIEW IF EXISTS export;
CREATE VIEW export AS
SELECT customer_id, name, tier, tier_name, value AS revenue, lifecycle, account_manager, remark
FROM standard
WHERE tier = 'A' OR remark IS NOT NULL
ORDER BY customer_id;

\qecho
\qecho '11. HOW DO TIERS GET OUT TO A SPREADSHEET, AND BACK?             \\copy ... csv'

-- For programs: UTF-8.  For Excel on a Chinese Windows: GB18030, which it takes for granted.
\set copy '\\copy (SELECT * FROM export) TO ' :'utf8' ' (FORMAT csv, HEADER, ENCODING ''UTF8'')'
:copy
\set copy '\\copy (SELECT * FROM export) TO ' :'gb18030' ' (FORMAT csv, HEADER, ENCODING ''GB18030'')'
:copy

-- What comes back: a table of letters and names from the same files.
DROP TABLE IF EXISTS import;
CREATE TABLE import (customer_id int, name text, tier abc_tier, tier_name text, revenue numeric(14,2), lifecycle text, account_manager text, remark text, file text DEFAULT 'utf8');
\set copy '\\copy import (customer_id, name, tier, tier_name, revenue, lifecycle, account_manager, remark) FROM ' :'utf8' ' (FORMAT csv, HEADER match, ENCODING ''UTF8'')'
:copy
ALTER TABLE import ALTER file SET DEFAULT 'gb18030';
\set copy '\\copy import (customer_id, name, tier, tier_name, revenue, lifecycle, account_manager, remark) FROM ' :'gb18030' ' (FORMAT csv, HEADER match, ENCODING ''GB18030'')'
:copy

SELECT file, count(*) AS rows, count(*) FILTER (WHERE i.tier IS NOT DISTINCT FROM c.tier AND i.name = c.name AND i.revenue IS NOT DISTINCT FROM c.value
	AND i.remark IS NOT DISTINCT FROM c.remark) AS "as they went out", max(i.remark) FILTER (WHERE i.name = 'Slow Payer Machinery') AS "a remark"
FROM import i
JOIN standard c USING (customer_id)
GROUP BY file
ORDER BY file DESC;
