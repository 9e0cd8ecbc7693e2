--
-- Summaries: aggregates.  The state is the type itself, so that engines that compute
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
COMMENT ON FUNCTION abc_summary_finalfn(abc_summary) IS
'final function of abc_summarize and abc_merge: the canonical form';

CREATE AGGREGATE abc_summarize(float8) (
	SFUNC = abc_summarize_transfn, STYPE = abc_summary, SSPACE = 16384,
	FINALFUNC = abc_summary_finalfn, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = abc_summary_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_summarize(float8) IS
	'summary of the values, to be merged with those of other parts; NULL counts nowhere, NaN and infinity are errors; '
		'NULL without a value. Merging is meaningful only where every customer is in exactly one part';

CREATE AGGREGATE abc_summarize(bigint) (
	SFUNC = abc_summarize_transfn, STYPE = abc_summary, SSPACE = 16384,
	FINALFUNC = abc_summary_finalfn, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = abc_summary_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_summarize(bigint) IS
	'summary of the values, to be merged with those of other parts; NULL counts nowhere; NULL without a value. Merging '
		'is meaningful only where every customer is in exactly one part';

CREATE AGGREGATE abc_summarize(numeric) (
	SFUNC = abc_summarize_transfn, STYPE = abc_summary, SSPACE = 16384,
	FINALFUNC = abc_summary_finalfn, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = abc_summary_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_summarize(numeric) IS
	'summary of the values, to be merged with those of other parts; NULL counts nowhere, NaN and infinity are errors; '
		'NULL without a value. Merging is meaningful only where every customer is in exactly one part';

CREATE AGGREGATE abc_merge(abc_summary) (
	SFUNC = abc_summary_combine, STYPE = abc_summary, SSPACE = 16384,
	FINALFUNC = abc_summary_finalfn, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = abc_summary_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abc_merge(abc_summary) IS
	'the summary of all parts, the same bytes in whatever order; meaningful only where every customer is in exactly '
		'one of the parts (shards, regions): summaries of a customer''s days or months must not be merged, as each '
		'would count as a customer; parts of different kinds (float8, bigint, numeric) are an error';
