--
-- What every object of the extension promises: a comment, an explicit parallel
-- mark, no security definer, a pinned search_path in the SQL languages, and no
-- table of the extension's own.  Every query lists offenders: none is expected.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS abc_tier;
RESET client_min_messages;

CREATE TEMPORARY VIEW member AS
SELECT d.classid, d.objid,
	pg_catalog.pg_describe_object(d.classid, d.objid, 0) AS object
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'abc_tier';

-- it is installed, in a schema, with members
SELECT count(*) > 0 AS has_members FROM member;

-- no comment; the array types and row types that PostgreSQL makes by itself need none
SELECT m.object AS without_comment
FROM member m
LEFT JOIN pg_catalog.pg_type t ON m.classid = 'pg_catalog.pg_type'::regclass AND t.oid = m.objid
WHERE (t.oid IS NULL OR (t.typelem = 0 AND t.typrelid = 0))
	AND NOT EXISTS (SELECT FROM pg_catalog.pg_description c
		WHERE c.classoid = m.classid AND c.objoid = m.objid AND c.objsubid = 0)
ORDER BY m.object COLLATE "C";

-- parallel unsafe, though it is not about a model: what reads one's source sets the path for it and catches
-- errors, which no parallel query allows; so does what runs a caller's text
SELECT p.oid::regprocedure AS parallel_unsafe
FROM pg_catalog.pg_proc p
JOIN member m ON m.classid = 'pg_catalog.pg_proc'::regclass AND m.objid = p.oid
WHERE p.proparallel = 'u' AND p.provolatile <> 'v' AND NOT 'regclass'::regtype = ANY (p.proargtypes)
	AND p.pronamespace <> '_abc'::regnamespace
	AND coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) !~ 'path'
ORDER BY p.oid::regprocedure::text COLLATE "C";

-- security definer, or a language with a search_path that is not pinned
SELECT p.oid::regprocedure AS unsafe
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
JOIN member m ON m.classid = 'pg_catalog.pg_proc'::regclass AND m.objid = p.oid
WHERE p.prosecdef
	OR l.lanname IN ('sql', 'plpgsql') AND p.prokind = 'f' AND p.prosqlbody IS NULL
		AND NOT 'search_path=pg_catalog, pg_temp' = ANY (coalesce(p.proconfig, '{}'))
ORDER BY p.oid::regprocedure::text COLLATE "C";

-- execution not open to everyone
SELECT p.oid::regprocedure AS not_public
FROM pg_catalog.pg_proc p
JOIN member m ON m.classid = 'pg_catalog.pg_proc'::regclass AND m.objid = p.oid
WHERE p.proacl IS NOT NULL
ORDER BY p.oid::regprocedure::text COLLATE "C";

-- relations that hold rows
SELECT m.object AS owned_relation
FROM pg_catalog.pg_class c
JOIN member m ON m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid
WHERE c.relkind IN ('r', 'p', 'm', 'S')
ORDER BY m.object COLLATE "C";

-- the control file: trusted, fixed to its schema, its default version the one installed
SELECT v.trusted, v.relocatable, v.superuser, e.extversion = a.default_version AS newest
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_available_extensions a ON a.name = e.extname
JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.extname AND v.version = e.extversion
WHERE e.extname = 'abc_tier';

DROP VIEW member;
