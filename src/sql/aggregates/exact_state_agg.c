/*
 * exact_state_agg.c
 *		What the aggregates have in common whose state is an abc_exact_sums.
 *
 * States change in place, so the functions refuse to be called by hand, where
 * the state would be somebody's value.
 */
#include "postgres.h"

#include "sql/aggregates/aggregate.h"
#include "arith/exact_state.h"

PG_FUNCTION_INFO_V1(abc_exact_sums_combine);

static void
require_aggregate(FunctionCallInfo fcinfo)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("this function works only as part of an aggregate"),
				 errhint("Call the aggregate, or make one with CREATE AGGREGATE.")));
}

ExactState *
exact_state_for_row(FunctionCallInfo fcinfo, ExactPurpose purpose, ExactKind kind)
{
	require_aggregate(fcinfo);
	if (PG_ARGISNULL(0))
		return exact_state_create(purpose, kind);
	return exact_state_arg(PG_GETARG_DATUM(0), purpose, kind);
}

ExactState *
exact_state_add_float8(ExactState *state, int i, double value)
{
	int			exponent;
	bool		negative;
	uint64		mantissa = exact_split_float8(value, &exponent, &negative);

	return exact_state_add_binary(state, i, negative, u128_of(mantissa), exponent);
}

/* Combine function: the first state takes up the second; NULL is a state of no rows. */
Datum
abc_exact_sums_combine(PG_FUNCTION_ARGS)
{
	ExactState *state;
	ExactState *other;

	require_aggregate(fcinfo);
	if (PG_ARGISNULL(1))
		return aggregate_unchanged(fcinfo);
	other = (ExactState *) PG_GETARG_VARLENA_P(1);
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(exact_state_copy(other));
	state = exact_state_arg(PG_GETARG_DATUM(0), other->purpose, other->kind);
	PG_RETURN_POINTER(exact_state_merge(state, other));
}
