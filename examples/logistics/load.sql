--
-- Generate the logistics company: psql -f examples/logistics/load.sql
--
-- Needs PostgreSQL 15 and nothing else, the extension included.  Makes the schema "logistics" anew.
--
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\ir schema.sql
\qecho '  12,040 customers ...'
\ir customers.sql
\qecho '  some 340,000 shipments and returns ...'
\ir shipments.sql
\ir planted.sql
CREATE INDEX ON shipments (customer_id, shipped_on);
CREATE INDEX ON complaints (customer_id);
ANALYZE shipments;
\qecho '  invoices, payments, annual reports ...'
\ir finance.sql
\qecho '  complaints, surveys ...'
\ir service.sql
COMMIT;
ANALYZE customers, shipments, invoices, payments, complaints, satisfaction, financials;
