-- The definition of a model's view is plain SQL over the public functions. PostgreSQL 16 and
-- later print it without the prefixes that are not needed: model_view_1.out.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
CREATE SCHEMA regress_abc_view;
SET search_path = regress_abc_view, public;
CREATE TABLE facts (id int PRIMARY KEY, industry text, credit text, revenue numeric(12,2));
SELECT abc_create_model('m', 'facts', 'id', 'revenue', partition_by => '{industry}', attributes => '{credit}');
SELECT pg_get_viewdef('m');
SELECT abc_drop_model('m');
DROP SCHEMA regress_abc_view CASCADE;
