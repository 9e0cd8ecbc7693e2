/* sql/abc_tier--0.3.0--0.4.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "ALTER EXTENSION abc_tier UPDATE TO '0.4.0'" to load this file. \quit

--
-- Type abc_summary: a mergeable summary of a distribution
--

CREATE TYPE abc_summary;

CREATE FUNCTION abc_summary_in(cstring) RETURNS abc_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_in';
COMMENT ON FUNCTION abc_summary_in(cstring) IS 'text input of abc_summary: the canonical form in hexadecimal, every byte checked';

CREATE FUNCTION abc_summary_out(abc_summary) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_out';
COMMENT ON FUNCTION abc_summary_out(abc_summary) IS 'text output of abc_summary: the canonical form in hexadecimal';

CREATE FUNCTION abc_summary_recv(internal) RETURNS abc_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_recv';
COMMENT ON FUNCTION abc_summary_recv(internal) IS 'binary input of abc_summary: the canonical form, every byte checked';

CREATE FUNCTION abc_summary_send(abc_summary) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_send';
COMMENT ON FUNCTION abc_summary_send(abc_summary) IS 'binary output of abc_summary: the canonical form';

CREATE TYPE abc_summary (
    INPUT = abc_summary_in,
    OUTPUT = abc_summary_out,
    RECEIVE = abc_summary_recv,
    SEND = abc_summary_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = double,
    STORAGE = extended
);
COMMENT ON TYPE abc_summary IS
    'mergeable summary of a distribution: number of rows and exact sum in at most 2,000 buckets, the finest powers of two that allow it; the same bytes for the same values, however they were divided and merged';

CREATE FUNCTION abc_summary_eq(abc_summary, abc_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_eq';
COMMENT ON FUNCTION abc_summary_eq(abc_summary, abc_summary) IS 'implementation of the operator = (abc_summary, abc_summary)';

CREATE FUNCTION abc_summary_ne(abc_summary, abc_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_ne';
COMMENT ON FUNCTION abc_summary_ne(abc_summary, abc_summary) IS 'implementation of the operator <> (abc_summary, abc_summary)';

CREATE OPERATOR = (
    LEFTARG = abc_summary, RIGHTARG = abc_summary, FUNCTION = abc_summary_eq,
    COMMUTATOR = OPERATOR(@extschema@.=), NEGATOR = OPERATOR(@extschema@.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR = (abc_summary, abc_summary) IS 'the same summary: equal number of rows and sum in every bucket';

CREATE OPERATOR <> (
    LEFTARG = abc_summary, RIGHTARG = abc_summary, FUNCTION = abc_summary_ne,
    COMMUTATOR = OPERATOR(@extschema@.<>), NEGATOR = OPERATOR(@extschema@.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (abc_summary, abc_summary) IS 'another summary';

--
-- Aggregates.  The state is the type itself, so that engines that compute
-- aggregates in parts (parallel workers, Citus) can send it about.
--

CREATE FUNCTION abc_summarize_transfn(abc_summary, float8) RETURNS abc_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summarize_float8_transfn';
COMMENT ON FUNCTION abc_summarize_transfn(abc_summary, float8) IS 'transition function of abc_summarize';

CREATE FUNCTION abc_summarize_transfn(abc_summary, bigint) RETURNS abc_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summarize_int8_transfn';
COMMENT ON FUNCTION abc_summarize_transfn(abc_summary, bigint) IS 'transition function of abc_summarize';

CREATE FUNCTION abc_summarize_transfn(abc_summary, numeric) RETURNS abc_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summarize_numeric_transfn';
COMMENT ON FUNCTION abc_summarize_transfn(abc_summary, numeric) IS 'transition function of abc_summarize';

CREATE FUNCTION abc_summary_combine(abc_summary, abc_summary) RETURNS abc_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_combine';
COMMENT ON FUNCTION abc_summary_combine(abc_summary, abc_summary) IS
    'two summaries as one; NULL is the summary of nothing; combine function of abc_summarize and abc_merge';

CREATE FUNCTION abc_summary_finalfn(abc_summary) RETURNS abc_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_finalfn';
COMMENT ON FUNCTION abc_summary_finalfn(abc_summary) IS 'final function of abc_summarize and abc_merge: the canonical form';

CREATE AGGREGATE abc_summarize(float8) (
    SFUNC = abc_summarize_transfn, STYPE = abc_summary, SSPACE = 16384,
    FINALFUNC = abc_summary_finalfn, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = abc_summary_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_summarize(float8) IS
    'summary of the values, to be merged with those of other parts; NULL counts nowhere, NaN and infinity are errors; NULL without a value. Merging is meaningful only where every customer is in exactly one part';

CREATE AGGREGATE abc_summarize(bigint) (
    SFUNC = abc_summarize_transfn, STYPE = abc_summary, SSPACE = 16384,
    FINALFUNC = abc_summary_finalfn, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = abc_summary_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_summarize(bigint) IS
    'summary of the values, to be merged with those of other parts; NULL counts nowhere; NULL without a value. Merging is meaningful only where every customer is in exactly one part';

CREATE AGGREGATE abc_summarize(numeric) (
    SFUNC = abc_summarize_transfn, STYPE = abc_summary, SSPACE = 16384,
    FINALFUNC = abc_summary_finalfn, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = abc_summary_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_summarize(numeric) IS
    'summary of the values, to be merged with those of other parts; NULL counts nowhere, NaN and infinity are errors; NULL without a value. Merging is meaningful only where every customer is in exactly one part';

CREATE AGGREGATE abc_merge(abc_summary) (
    SFUNC = abc_summary_combine, STYPE = abc_summary, SSPACE = 16384,
    FINALFUNC = abc_summary_finalfn, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = abc_summary_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_merge(abc_summary) IS
    'the summary of all parts, the same bytes in whatever order; meaningful only where every customer is in exactly one of the parts (shards, regions): summaries of a customer''s days or months must not be merged, as each would count as a customer; parts of different kinds (float8, bigint, numeric) are an error';

--
-- Accessors
--

CREATE FUNCTION abc_count(summary abc_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_count';
COMMENT ON FUNCTION abc_count(abc_summary) IS 'number of values summarized, exactly';

CREATE FUNCTION abc_total(summary abc_summary) RETURNS numeric
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_total';
COMMENT ON FUNCTION abc_total(abc_summary) IS
    'sum of the values summarized, exactly; of float8 the exact sum rounded once to float8, in its shortest form';

CREATE FUNCTION abc_bounds(
    summary abc_summary, scheme abc_scheme DEFAULT '80/95',
    OUT cut integer, OUT low numeric, OUT high numeric,
    OUT count_above bigint, OUT sum_above numeric,
    OUT count_within bigint, OUT sum_within numeric
) RETURNS SETOF record
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 3
    AS 'MODULE_PATHNAME', 'abc_summary_bounds';
COMMENT ON FUNCTION abc_bounds(abc_summary, abc_scheme) IS
    'a row per cut: the interval, both ends included, in which its cut-off surely lies (NULL: it is NULL), and exactly the number and sum of values above it and within it; intervals are the same or disjoint; what the second round of exact cut-offs needs';

CREATE FUNCTION abc_cutoffs(summary abc_summary, scheme abc_scheme DEFAULT '80/95') RETURNS numeric[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_cutoffs';
COMMENT ON FUNCTION abc_cutoffs(abc_summary, abc_scheme) IS
    'cut-offs as far as the summary knows them: the low ends of abc_bounds, exact where low = high';

CREATE FUNCTION abc_cutoffs(summary abc_summary, scheme abc_scheme, "values" float8[], "rows" bigint[]) RETURNS float8[]
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_cutoffs_float8';
COMMENT ON FUNCTION abc_cutoffs(abc_summary, abc_scheme, float8[], bigint[]) IS
    'exact cut-offs in a second round: given every value within the intervals of abc_bounds and how many rows have it (a value may come more than once); what the aggregate abc_cutoffs gives over all rows; an error if number and sum are not those that the summary has';

CREATE FUNCTION abc_cutoffs(summary abc_summary, scheme abc_scheme, "values" bigint[], "rows" bigint[]) RETURNS bigint[]
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_cutoffs_int8';
COMMENT ON FUNCTION abc_cutoffs(abc_summary, abc_scheme, bigint[], bigint[]) IS
    'exact cut-offs in a second round: given every value within the intervals of abc_bounds and how many rows have it (a value may come more than once); what the aggregate abc_cutoffs gives over all rows; an error if number and sum are not those that the summary has';

CREATE FUNCTION abc_cutoffs(summary abc_summary, scheme abc_scheme, "values" numeric[], "rows" bigint[]) RETURNS numeric[]
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_cutoffs_numeric';
COMMENT ON FUNCTION abc_cutoffs(abc_summary, abc_scheme, numeric[], bigint[]) IS
    'exact cut-offs in a second round: given every value within the intervals of abc_bounds and how many rows have it (a value may come more than once); what the aggregate abc_cutoffs gives over all rows; an error if number and sum are not those that the summary has';

CREATE FUNCTION abc_gini(summary abc_summary, OUT low float8, OUT high float8) RETURNS record
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_gini';
COMMENT ON FUNCTION abc_gini(abc_summary) IS
    'interval in which the Gini coefficient (population form) of the values surely lies; negative values are an error, NULL without a positive one';

CREATE FUNCTION abc_hhi(summary abc_summary, OUT low float8, OUT high float8) RETURNS record
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_hhi';
COMMENT ON FUNCTION abc_hhi(abc_summary) IS
    'interval in which the Herfindahl-Hirschman index (sum of squared shares) of the values surely lies; negative values are an error, NULL without a positive one';

CREATE FUNCTION abc_top_share(summary abc_summary, fraction float8, OUT low float8, OUT high float8) RETURNS record
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'abc_summary_top_share';
COMMENT ON FUNCTION abc_top_share(abc_summary, float8) IS
    'interval in which the share of the total that the best fraction of the rows holds (0.2: the best 20 %, rounded up to whole rows) surely lies; negative values are an error, NULL without a positive one';

CREATE FUNCTION abc_lorenz(summary abc_summary) RETURNS SETOF abc_lorenz_point
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 2000
    AS 'MODULE_PATHNAME', 'abc_summary_lorenz';
COMMENT ON FUNCTION abc_lorenz(abc_summary) IS
    'points of the Lorenz curve from (0, 0) to (1, 1), exact at the ends of the buckets; between two points the curve runs below their chord; negative values are an error, no rows without a positive one';
