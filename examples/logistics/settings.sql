--
-- How the steps print.  Every step begins with \ir settings.sql and can be run alone, in their order.
--
\set ON_ERROR_STOP on
\set QUIET on
\pset footer off
\pset null '-'
\pset numericlocale on
\pset format aligned
\pset tuples_only off
\pset pager off
SET client_min_messages = warning;
SET search_path = logistics, public;
SET jit = off;
SET datestyle = 'ISO, YMD';
