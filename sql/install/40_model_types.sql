--
-- Managed models
--
-- A model is a handful of relations in the schema of the user who made it.  Its definition is one row in
-- a table OF abc_model; models are found by pg_class.reloftype, and every relation of a model is named in
-- its definition as regclass, so that renames and moves are followed and dumps carry names.
--
--	71	what a source and a rule may call: the day of a refresh, hysteresis, lifecycle
--	72	texts, in English and Chinese
--	73	finding a model, rights, names as identifiers
--	74	the user's columns: how they are read and stored; named places in SQL
--	75	checking a definition
--	76	making the tables	77 the views	78 create	79 alter
--	80	reading the source; what a model with "changed" keeps to read less
--	81	deciding: the statement	82 what stands at its places
--	83	recording, refresh, undo, every model; a refresh of what changed; overrides
--	84 -	what people ask: explain, report, transitions, simulate, check, chart, page; rights and cleaning
--
-- What writes to a model, and what reads its source, runs as the model's owner in a security-restricted
-- operation, whoever calls it: see abc_as_owner in src/sql/scalars/as_owner.c.  The public function is that
-- C function; the one of the same name and arguments in schema _abc does the work.
--
-- SQL that is made at run time is a constant text with named places, such as {state}, which _abc.fill
-- replaces.  The user's names and types enter in one builder, _abc.places.
--

-- The name of this schema is part of templates: of format(), and of texts with named places.
DO $$
DECLARE
	sign pg_catalog.text := pg_catalog.substring('@extschema@'::pg_catalog.text, '[%{]'::pg_catalog.text);
BEGIN
	IF sign IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_schema_name',
			MESSAGE = 'abc_tier cannot be installed in schema @extschema@: its name contains '
				'"' OPERATOR(pg_catalog.||) sign OPERATOR(pg_catalog.||) '"',
			HINT = 'Install it in a schema of another name.';
	END IF;
END
$$;

CREATE TYPE abc_metric AS (
	name text,
	weight double precision,
	method text
);
COMMENT ON TYPE abc_metric IS 'one metric of a weighted score: a column of the source, its weight, its normalization';

CREATE TYPE abc_rule AS (
	kind text,
	tier text,
	condition text,
	because text
);
COMMENT ON TYPE abc_rule IS 'a rule of a model: made by abc_only_if and abc_always_if';

-- Only plain types inside: a composite type that is used in a column can never again be given an attribute.
CREATE TYPE abc_model AS (
	name text,
	-- its relations
	state regclass,
	before regclass,
	version regclass,
	change regclass,
	run regclass,
	override regclass,
	face regclass,
	history regclass,
	changes regclass,
	trend regclass,
	ranked regclass,
	-- of a model that knows which keys have changed
	summary regclass,
	sums regclass,
	reading regclass,
	noted regclass,
	-- the source, looked up anew at every refresh, with the schemas in which its names are found
	source text,
	source_is_query boolean,
	source_path text,
	-- the columns by the user's names, and how they are stored
	key text[],
	key_columns text[],
	key_types text[],
	carried text[],
	carried_columns text[],
	carried_types text[],
	columns_made integer,
	-- every column that was ever a partition: its place here is its place in the arrays called partition
	partitions text[],
	-- what decides
	value text,
	scheme @extschema@.abc_scheme,
	metrics text[],
	weights double precision[],
	methods text[],
	missing text,
	partition_by text[],
	attributes text[],
	eligible text,
	rule_kinds text[],
	rule_tiers text[],
	rule_conditions text[],
	rule_reasons text[],
	promote_after integer,
	demote_after integer,
	promote_wait interval,
	demote_wait interval,
	max_step integer,
	first_order text,
	last_order text,
	orders text,
	at_risk interval,
	lost interval,
	treatments text,
	treatment_columns text[],
	max_gone double precision,
	changed text,
	language text,
	-- where it stands
	runs bigint,
	last_as_of date,
	last_began timestamp with time zone,
	can_undo boolean,
	treatments_read text,
	revision integer,
	standard integer,
	created timestamp with time zone,
	altered timestamp with time zone
);
COMMENT ON TYPE abc_model IS 'the definition of a managed model: one row of a table OF this type';

CREATE FUNCTION abc_metric(name text, weight double precision, method text DEFAULT NULL) RETURNS abc_metric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW(name, weight, method)::@extschema@.abc_metric;
COMMENT ON FUNCTION abc_metric(text, double precision, text) IS
'a metric for abc_create_model: column of the source, weight, and how it is made comparable, e.g. ''lower '
	'rank'' (NULL: as abc_score does by itself)';

CREATE FUNCTION abc_only_if(tier text, condition text, because text DEFAULT NULL) RETURNS abc_rule
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW('only_if', tier, condition, because)::@extschema@.abc_rule;
COMMENT ON FUNCTION abc_only_if(text, text, text) IS
'a gate: only who satisfies the condition may hold this tier or a better one; who does not, or of whom it is unknown, '
	'holds the next tier at best';

CREATE FUNCTION abc_always_if(tier text, condition text, because text DEFAULT NULL) RETURNS abc_rule
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW('always_if', tier, condition, because)::@extschema@.abc_rule;
COMMENT ON FUNCTION abc_always_if(text, text, text) IS
'who satisfies the condition holds exactly this tier, whatever was computed; unknown changes nothing';
