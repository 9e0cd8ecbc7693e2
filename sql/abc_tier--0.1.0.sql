/* sql/abc_tier--0.1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION abc_tier" to load this file. \quit

--
-- Type abc_tier
--

--
-- Type abc_scheme
--

--
-- Tiers: window functions, cut-offs, assignment
--

--
-- Weighted score
--
