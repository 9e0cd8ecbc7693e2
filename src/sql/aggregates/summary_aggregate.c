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
#include "summary/summary.h"

PG_FUNCTION_INFO_V1(abc_summarize_float8_transfn);
PG_FUNCTION_INFO_V1(abc_summarize_int8_transfn);
PG_FUNCTION_INFO_V1(abc_summarize_numeric_transfn);
PG_FUNCTION_INFO_V1(abc_summary_combine);
PG_FUNCTION_INFO_V1(abc_summary_finalfn);

static void
refuse_mixture(ValueKind a, ValueKind b)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("cannot merge a summary of %s values with one of %s values",
					value_kind_name(a), value_kind_name(b)),
			 errhint("Cast the values to one type before abc_summarize, the same in every part.")));
}

/* The state as one that may be changed: in an aggregate itself, else a copy. */
static inline SummaryState *
state_of_datum(FunctionCallInfo fcinfo, Datum datum)
{
	AbcSummary *summary = (AbcSummary *) PG_DETOAST_DATUM(datum);

	if (likely((summary->flags & SUMMARY_WORKING) != 0 && AggCheckCallContext(fcinfo, NULL)))
		return (SummaryState *) summary;
	return summary_state_thaw(summary);
}

static inline SummaryState *
transition_state(FunctionCallInfo fcinfo, ValueKind kind)
{
	SummaryState *state;

	if (PG_ARGISNULL(0))
		return summary_state_create(kind);
	state = state_of_datum(fcinfo, PG_GETARG_DATUM(0));
	if (unlikely(state->head.kind != kind))
		refuse_mixture(state->head.kind, kind);
	return state;
}

static inline Datum
state_result(FunctionCallInfo fcinfo, SummaryState *state)
{
	if (likely(AggCheckCallContext(fcinfo, NULL)))
		return PointerGetDatum(state);
	return PointerGetDatum(summary_state_freeze(state));
}

Datum
abc_summarize_float8_transfn(PG_FUNCTION_ARGS)
{
	SummaryState *state;
	double		value;
	uint64		key;

	if (PG_ARGISNULL(1))
		return aggregate_unchanged(fcinfo);
	value = PG_GETARG_FLOAT8(1);
	value_check_finite("value", value);
	state = transition_state(fcinfo, VALUE_FLOAT8);
	summary_state_count_rows(state, 1);
	if (value == 0)
		state->head.zeros++;
	else
	{
		int			shift = state->head.shift;
		uint64		bucket;
		uint64		sum[2];
		int			field;

		memcpy(&key, &value, sizeof(key));
		bucket = (key & SUMMARY_NEGATIVE) | ((key & ~SUMMARY_NEGATIVE) >> shift);
		field = (int) ((key & ~SUMMARY_NEGATIVE) >> 52);
		sum[0] = key & ((UINT64CONST(1) << 52) - 1);
		if (field > 0)
			sum[0] |= UINT64CONST(1) << 52;
		sum[1] = 0;
		if (unlikely(shift > 52))
			sum[0] <<= Max(field, 1) - summary_float8_field(bucket, shift);
		if (unlikely(!summary_state_add_fast(state, bucket, u128_of(sum[0]))))
			state = summary_state_add(state, bucket, 1, sum, 2);
	}
	return state_result(fcinfo, state);
}

static SummaryState *
add_decimal(SummaryState *state, bool negative, u128 magnitude, int scale)
{
	uint64		key = summary_key_decimal(magnitude, scale);
	uint64		bucket = (negative ? SUMMARY_NEGATIVE : 0) | (key >> state->head.shift);
	uint64		sum[2];

	if (likely(summary_state_add_fast(state, bucket, magnitude)))
		return state;
	sum[0] = u128_lo(magnitude);
	sum[1] = u128_hi(magnitude);
	return summary_state_add(state, bucket, 1, sum, 2);
}

Datum
abc_summarize_int8_transfn(PG_FUNCTION_ARGS)
{
	SummaryState *state;
	int64		value;

	if (PG_ARGISNULL(1))
		return aggregate_unchanged(fcinfo);
	value = PG_GETARG_INT64(1);
	state = transition_state(fcinfo, VALUE_INT8);
	summary_state_count_rows(state, 1);
	if (value == 0)
		state->head.zeros++;
	else
		state = add_decimal(state, value < 0,
							u128_of(value < 0 ? -(uint64) value : (uint64) value), 0);
	return state_result(fcinfo, state);
}

/* A numeric of any width. */
static SummaryState *
add_wide(SummaryState *state, const DecimalView *view, int scale)
{
	ExactSum   *magnitude = exact_create(exact_limbs_for(decimal_bits(view, scale)) + 1);
	int			nwords;
	uint64		key;

	decimal_to_exact(view, scale, magnitude);
	nwords = exact_bits(magnitude) / 64 + 1;
	key = summary_key_exact(magnitude, scale);
	state = summary_state_add(state, (view->negative ? SUMMARY_NEGATIVE : 0) | (key >> state->head.shift),
							  1, magnitude->limbs, nwords);
	pfree(magnitude);
	return state;
}

Datum
abc_summarize_numeric_transfn(PG_FUNCTION_ARGS)
{
	SummaryState *state;
	DecimalView view;
	u128		magnitude;

	if (PG_ARGISNULL(1))
		return aggregate_unchanged(fcinfo);
	decimal_view(PG_GETARG_DATUM(1), &view);
	if (unlikely(!view.finite))
		value_refuse_nonfinite("value", VALUE_NUMERIC, PG_GETARG_DATUM(1));
	state = transition_state(fcinfo, VALUE_NUMERIC);
	summary_state_count_rows(state, 1);
	if (unlikely(view.dscale > state->head.scale))
		state = summary_state_set_scale(state, view.dscale);
	if (view.ndigits == 0)
		state->head.zeros++;
	else if (decimal_to_u128(&view, state->head.scale, &magnitude))
		state = add_decimal(state, view.negative, magnitude, state->head.scale);
	else
		state = add_wide(state, &view, state->head.scale);
	return state_result(fcinfo, state);
}

/*
 * The union of two summaries: the combine function of both aggregates and the
 * transition function of abc_merge.
 */
Datum
abc_summary_combine(PG_FUNCTION_ARGS)
{
	SummaryState *state;
	SummaryState *other;

	if (PG_ARGISNULL(1))
		return aggregate_unchanged(fcinfo);
	other = (SummaryState *) PG_DETOAST_DATUM(PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(0))
		return state_result(fcinfo, summary_state_thaw(&other->head));

	state = state_of_datum(fcinfo, PG_GETARG_DATUM(0));
	if (state->head.kind != other->head.kind)
		refuse_mixture(state->head.kind, other->head.kind);
	if ((other->head.flags & SUMMARY_WORKING) == 0)
		other = summary_state_thaw(&other->head);
	return state_result(fcinfo, summary_state_merge(state, other));
}

Datum
abc_summary_finalfn(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(summary_arg(PG_GETARG_DATUM(0)));
}
