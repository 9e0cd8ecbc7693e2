--
-- Private functions of models live in a schema of their own
--

CREATE SCHEMA _abc;
GRANT USAGE ON SCHEMA _abc TO PUBLIC;
COMMENT ON SCHEMA _abc IS 'private functions of abc_tier';
