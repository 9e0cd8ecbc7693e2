/*
 * cumulative_share.c
 *		The window function abc_cumulative_share.
 *
 * abc_cumulative_share(value) gives the share of its partition's total that is
 * held by the rows with this value or more, between 0 and 1.  Total and
 * cumulated value are exact sums, each rounded once to float8, then divided: the
 * same bytes in any order of the rows, never decreasing from the largest value
 * down, exactly 1 at the end.  Tiers are never computed from it.
 *
 *	value		of any number type
 *	NULL		gets NULL and weighs nothing
 *	negative	weighs nothing, and so has the share 1 like zero
 *	NaN, infinity	error
 *	no positive value	every share is NULL
 *	one row		1
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "sql/windows/partition.h"
#include "select/ranking.h"

PG_FUNCTION_INFO_V1(abc_cumulative_share);

typedef struct ShareState
{
	MemoryContext mcxt;
	PartitionValues values;
	Ranking    *ranking;		/* of the current partition */
} ShareState;

/* What the shares of a partition have in common. */
typedef struct ShareOfTotal
{
	double		total;			/* rounded, in units of 2^-exponent; 0 before the first group */
	int			exponent;
} ShareOfTotal;

/*
 * RankFunction: the share through a group.  Total and cumulated value are
 * rounded in units of a power of two near the total, which changes no rounding
 * and keeps the largest and the smallest sums finite.
 */
static double
share_through(const RankedGroup *group, void *arg)
{
	ShareOfTotal *of = arg;

	if (group->members == 0)
		return 0;
	if (of->total == 0)
	{
		of->exponent = power10_bits(group->scale) - exact_bits(group->total);
		of->total = exact_decimal_to_float8(group->total, group->scale, of->exponent);
	}
	return exact_decimal_to_float8(group->through, group->scale, of->exponent) / of->total;
}

static ShareState *
share_state(FunctionCallInfo fcinfo)
{
	ShareState *state = fcinfo->flinfo->fn_extra;
	MemoryContext mcxt;

	if (state != NULL)
		return state;
	mcxt = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "abc_cumulative_share",
								 ALLOCSET_DEFAULT_SIZES);
	state = MemoryContextAllocZero(mcxt, sizeof(ShareState));
	state->mcxt = mcxt;
	partition_init(&state->values, get_fn_expr_argtype(fcinfo->flinfo, 0), mcxt);
	fcinfo->flinfo->fn_extra = state;
	return state;
}

static void
begin_partition(ShareState *state, WindowObject winobj)
{
	MemoryContext old = MemoryContextSwitchTo(state->mcxt);
	ShareOfTotal of = {0};

	if (state->ranking != NULL)
		ranking_free(state->ranking);
	state->ranking = NULL;
	partition_load(&state->values, winobj, 0, NULL, NULL);
	state->ranking = ranking_create(&state->values.store, true, share_through, &of);
	MemoryContextSwitchTo(old);
}

/*
 * abc_cumulative_share(value): the share of the total that rows with this value or
 * more hold.  NULL for a NULL value, and for every row without a positive total;
 * 1 for zero, negative and least values.
 */
Datum
abc_cumulative_share(PG_FUNCTION_ARGS)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	ShareState *state = share_state(fcinfo);
	double		share;

	if (partition_begins(fcinfo))
		begin_partition(state, winobj);

	/* a total that is not positive leaves every share at 0 */
	if (!ranking_next(state->ranking, &share) || share == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(share);
}
