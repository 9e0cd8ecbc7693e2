--
-- A schema for what is not for users, out of the way of their functions
--

CREATE SCHEMA _abc;
COMMENT ON SCHEMA _abc IS 'parts of abc_tier that its functions call; not an interface';
GRANT USAGE ON SCHEMA _abc TO PUBLIC;
