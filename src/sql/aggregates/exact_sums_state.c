/*
 * exact_sums_state.c
 *		What the aggregates have in common whose state is an abc_exact_sums.
 *
 * States change in place, so the functions refuse to be called by hand, where
 * the state would be somebody's value.
 */
#include "postgres.h"

#include "sql/aggregates/aggregate.h"
#include "sql/exact_sums.h"

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

/* A state as an argument: an error if it is that of another aggregate or type. */
ExactState *
exact_sums_arg(Datum datum, ExactPurpose purpose, ExactKind kind)
{
	ExactState *state = (ExactState *) PG_DETOAST_DATUM(datum);

	if (state->purpose != purpose || state->kind != kind)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("exact sums of another aggregate or type"),
				 errhint("Sums of abc_weighted_score, of moments, of float8 and of numeric never mix.")));
	return state;
}

/* The state to add a row to: a new one if there is none yet. */
ExactState *
exact_sums_for_row(FunctionCallInfo fcinfo, ExactPurpose purpose, ExactKind kind)
{
	require_aggregate(fcinfo);
	if (PG_ARGISNULL(0))
		return exact_state_create(purpose, kind);
	return exact_sums_arg(PG_GETARG_DATUM(0), purpose, kind);
}

/* Rows of one group, or parts of it, that speak of different numbers of periods. */
void
exact_sums_refuse_periods(int64 a, int64 b)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("number of periods changes within a group: %lld, then %lld",
					(long long) a, (long long) b),
			 errhint("It holds for all rows of a group: add what it depends on to GROUP BY.")));
}

#ifdef USE_ASSERT_CHECKING
/* What input would refuse cannot come from adding rows. */
void
AssertCheckExactSums(const ExactState *state)
{
	ExactState *canonical = exact_state_canonical(state);

	Assert(exact_sums_check(canonical) == NULL);
	pfree(canonical);
}
#endif

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
	state = exact_sums_arg(PG_GETARG_DATUM(0), other->purpose, other->kind);
	if (state->periods != other->periods)
		exact_sums_refuse_periods(state->periods, other->periods);
	state = exact_state_merge(state, other);
	AssertCheckExactSums(state);
	PG_RETURN_POINTER(state);
}
