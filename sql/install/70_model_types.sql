--
-- Managed models
--
-- A model is a handful of relations in the schema of the user who made it.
-- Its definition is one row in a typed table OF abc_model; models are result by
-- pg_class.reloftype, and every relation of a model is remembered there as
-- regclass, so that renames and moves are followed and dumps carry names.
--
-- What writes to a model, and what reads its source, runs as the model's owner
-- in a security-restricted operation, whoever of the owning role calls it: see
-- abc_as_owner.  Everything else runs with the rights of the caller.  Functions
-- called _abc_... are parts of the public ones: callers need to be able to
-- execute them.
-- Generated SQL is put together by format() from quoted names; a text that was
-- put together is only ever an argument of format(), never its template.
-- quote_all_identifiers is off, because types are told by their names, and
-- REFRESH MATERIALIZED VIEW CONCURRENTLY itself fails with it.
-- Calls of the extension's own functions give every argument, of exactly the
-- declared type (or a literal for text): who may create functions in this
-- schema cannot put one in their place that would fit better.
--

-- The name of this schema is part of format()'s templates.
DO $$
BEGIN
	IF pg_catalog.strpos('@extschema@', '%') OPERATOR(pg_catalog.<>) 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_schema_name',
			MESSAGE = 'abc_tier cannot be installed in schema @extschema@: its name contains "%"',
			HINT = 'Install it in a schema of another name.';
	END IF;
END
$$;

--
-- Types
--

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

-- Only plain types inside: a composite type that is used in a column can
-- never again be given an attribute.
CREATE TYPE abc_model AS (
	definition regclass,
	mv regclass,
	run_table regclass,
	history_table regclass,
	override_table regclass,
	trend_table regclass,
	current_view regclass,
	ranked_view regclass,
	changes_view regclass,
	source regclass,
	key text,
	key_type text,
	value text,
	value_type text,
	scheme @extschema@.abc_scheme,
	metrics text[],
	weights double precision[],
	methods text[],
	partition_by text[],
	attributes text[],
	missing text,
	eligible text,
	rule_kinds text[],
	rule_tiers text[],
	rule_conditions text[],
	rule_reasons text[],
	promote_after integer,
	demote_after integer,
	max_step integer,
	first_order text,
	last_order text,
	orders text,
	at_risk interval,
	lost interval,
	treatments regclass,
	runs bigint,
	revision integer,
	standard integer,
	created timestamp with time zone,
	altered timestamp with time zone
);
COMMENT ON TYPE abc_model IS 'the definition of a managed model: one row of a table OF this type';
