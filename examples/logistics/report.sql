--
-- The report: psql -X -q -f examples/logistics/report.sql > report.html, after step 6.
--
-- One page for the people who decide: self-contained, no script, no network; the same file is shown on
-- a wall, printed on A4 and read on a phone.
--
\ir settings.sql
\pset format unaligned
\pset tuples_only on

SELECT abc_report_html('standard', 'Customer tiers by revenue', 'yuan');
