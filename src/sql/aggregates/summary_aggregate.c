/*
 * summary_aggregate.c
 *		The aggregates abc_summarize(value) and abc_merge(abc_summary).
 *
 * The state is the type abc_summary itself, in its working form and updated in
 * place, so that partial results travel as any value does: between parallel
 * workers, and on engines that compute an aggregate on shards only if its state
 * is a type with input and output.  Without a row the state is NULL, which
 * every function here takes for "nothing yet".
 *
 *	NULL		counts nowhere
 *	-0			is 0
 *	NaN, infinity	error
 *	no rows		NULL
 *
 * Called outside of an aggregate the functions leave their arguments alone and
 * return the canonical form.
 */
#include "postgres.h"

#include "sql/aggregates/aggregate.h"
#include "summary/summary_add.h"
#include "summary/summary_io.h"

PG_FUNCTION_INFO_V1(abc_summarize_float8_transfn);
PG_FUNCTION_INFO_V1(abc_summarize_int8_transfn);
PG_FUNCTION_INFO_V1(abc_summarize_numeric_transfn);
PG_FUNCTION_INFO_V1(abc_summary_combine);
PG_FUNCTION_INFO_V1(abc_summary_finalfn);
PG_FUNCTION_INFO_V1(abc_summary_subtract);

static void
refuse_mixture(ValueKind a, ValueKind b)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("summaries of %s values and of %s values do not mix",
					value_kind_name(a), value_kind_name(b)),
			 errhint("Cast the values to one type before abc_summarize, the same in every part.")));
}

/* A detoasted argument; the state of an aggregate never is toasted. */
static inline AbcSummary *
plain_summary(Datum datum)
{
	if (unlikely(VARATT_IS_EXTENDED(DatumGetPointer(datum))))
		datum = PointerGetDatum(PG_DETOAST_DATUM(datum));
	return (AbcSummary *) DatumGetPointer(datum);
}

/* The state as one that may be changed: in an aggregate itself, else a copy. */
static inline SummaryState *
state_of_datum(Datum datum, bool in_aggregate)
{
	AbcSummary *summary = plain_summary(datum);

	if (likely((summary->flags & SUMMARY_WORKING) != 0 && in_aggregate))
		return (SummaryState *) summary;
	return summary_state_thaw(summary);
}

/* The state to add a row to. */
static inline SummaryState *
state_for_row(FunctionCallInfo fcinfo, ValueKind kind, bool in_aggregate)
{
	SummaryState *state;

	if (unlikely(PG_ARGISNULL(0)))
		return summary_state_create(kind);
	state = state_of_datum(PG_GETARG_DATUM(0), in_aggregate);
	if (unlikely(state->head.kind != kind))
		refuse_mixture(state->head.kind, kind);
	return state;
}

static inline Datum
state_result(SummaryState *state, bool in_aggregate)
{
	if (likely(in_aggregate))
		return PointerGetDatum(state);
	return PointerGetDatum(summary_state_freeze(state));
}

/* abc_summarize(float8) */
Datum
abc_summarize_float8_transfn(PG_FUNCTION_ARGS)
{
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;
	SummaryState *state;
	double		value;

	if (PG_ARGISNULL(1))
		return aggregate_unchanged(fcinfo);
	value = PG_GETARG_FLOAT8(1);
	value_check_finite("value", value);
	state = state_for_row(fcinfo, VALUE_FLOAT8, in_aggregate);
	return state_result(summary_add_float8(state, value), in_aggregate);
}

/* abc_summarize(bigint) */
Datum
abc_summarize_int8_transfn(PG_FUNCTION_ARGS)
{
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;
	SummaryState *state;

	if (PG_ARGISNULL(1))
		return aggregate_unchanged(fcinfo);
	state = state_for_row(fcinfo, VALUE_INT8, in_aggregate);
	return state_result(summary_add_int8(state, PG_GETARG_INT64(1)), in_aggregate);
}

/* abc_summarize(numeric) */
Datum
abc_summarize_numeric_transfn(PG_FUNCTION_ARGS)
{
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;
	SummaryState *state;
	DecimalView view;

	if (PG_ARGISNULL(1))
		return aggregate_unchanged(fcinfo);
	decimal_view(PG_GETARG_DATUM(1), &view);
	if (unlikely(!view.finite))
		value_refuse_nonfinite("value", VALUE_NUMERIC, PG_GETARG_DATUM(1));
	state = state_for_row(fcinfo, VALUE_NUMERIC, in_aggregate);
	return state_result(summary_add_numeric(state, &view), in_aggregate);
}

/*
 * The union of two summaries: the combine function of both aggregates and the
 * transition function of abc_merge.
 */
Datum
abc_summary_combine(PG_FUNCTION_ARGS)
{
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;
	SummaryState *state;
	SummaryState *other;

	if (PG_ARGISNULL(1))
		return aggregate_unchanged(fcinfo);
	other = (SummaryState *) plain_summary(PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(0))
		return state_result(summary_state_thaw(&other->head), in_aggregate);

	state = state_of_datum(PG_GETARG_DATUM(0), in_aggregate);
	if (state->head.kind != other->head.kind)
		refuse_mixture(state->head.kind, other->head.kind);
	if ((other->head.flags & SUMMARY_WORKING) == 0)
		other = summary_state_thaw(&other->head);
	return state_result(summary_state_merge(state, other), in_aggregate);
}

/* The final function of both: the canonical form. */
Datum
abc_summary_finalfn(PG_FUNCTION_ARGS)
{
	AbcSummary *result = summary_arg(PG_GETARG_DATUM(0));

	AssertCheckSummary(result);
	PG_RETURN_POINTER(result);
}

/*
 * abc_subtract(whole, part): the rows of the whole without those of the part.  A
 * part of NULL is the summary of nothing, which changes nothing; if no row is
 * left the result is NULL, too.  A part that cannot be contained is an error.
 */
Datum
abc_summary_subtract(PG_FUNCTION_ARGS)
{
	AbcSummary *whole;
	AbcSummary *part;
	AbcSummary *rest = NULL;
	const char *fault = "the whole has no rows";

	if (PG_ARGISNULL(1) && PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(summary_arg(PG_GETARG_DATUM(0)));
	part = summary_arg(PG_GETARG_DATUM(1));
	if (!PG_ARGISNULL(0))
	{
		whole = summary_arg(PG_GETARG_DATUM(0));
		if (whole->kind != part->kind)
			refuse_mixture(whole->kind, part->kind);
		rest = summary_subtract(whole, part, &fault);
	}
	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot subtract a summary that is not contained in the other one"),
				 errdetail("This tells so: %s.", fault),
				 errhint("Subtract the values as they were when they were summarized or merged, each once.")));
	if (rest == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(rest);
}
