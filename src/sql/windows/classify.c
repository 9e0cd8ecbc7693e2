/*
 * classify.c
 *		The window function abc_classify.
 *
 * abc_classify(value [, scheme]) gives the tier of the row among the rows of
 * its partition, 'A' the best.  Neither ORDER BY nor a frame has any influence.
 *
 *	value		of any number type, in any unit
 *	scheme		how to cut; left out: "share 80/95".  NULL is an error, and so is
 *				one that differs between rows of a partition
 *	NULL		a NULL value gets NULL and counts nowhere
 *	NaN, infinity	error
 *	negative	share and fill: weighs nothing and gets the last tier, or as the
 *				scheme says; count, top and value: ordinary
 *	no positive value	share and fill: every tier is NULL
 *	one row		A with crossing up, unless the rule is "value"
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "cut/ranks.h"
#include "sql/argument.h"
#include "sql/windows/partition.h"

PG_FUNCTION_INFO_V1(abc_classify);

#define CHUNK			1024	/* rows whose tiers are found together */

/* What lives as long as the query: buffers are reused from partition to partition. */
typedef struct ClassifyState
{
	PartitionValues values;
	SchemeSlot	slot;
	MemoryContext work;			/* of the cut-offs; reset with each partition */
	CutPoints	points;
	ValueReader reader;
	int8		ranks[CHUNK];	/* of the tiers of the next rows */
	PartitionChunk chunk;		/* which rows these are */
} ClassifyState;

static ClassifyState *
classify_state(FunctionCallInfo fcinfo)
{
	ClassifyState *state = fcinfo->flinfo->fn_extra;
	MemoryContext mcxt;

	if (state != NULL)
		return state;
	mcxt = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "abc_classify", ALLOCSET_DEFAULT_SIZES);
	state = MemoryContextAllocZero(mcxt, sizeof(ClassifyState));
	state->work = AllocSetContextCreate(mcxt, "abc_classify cut-offs", ALLOCSET_DEFAULT_SIZES);
	partition_init(&state->values, get_fn_expr_argtype(fcinfo->flinfo, 0), mcxt);
	scheme_slot_init(&state->slot, mcxt);
	fcinfo->flinfo->fn_extra = state;
	return state;
}

/* The scheme argument of a row of the partition, detoasted. */
static struct varlena *
scheme_of_row(WindowObject winobj, int row)
{
	bool		isnull;
	bool		isout;
	Datum		scheme = WinGetFuncArgInPartition(winobj, 1, row, WINDOW_SEEK_HEAD, false,
												  &isnull, &isout);

	if (isnull)
		scheme_refuse_null();
	return PG_DETOAST_DATUM_PACKED(scheme);
}

/* PartitionRowCheck: every row has the scheme that the slot holds. */
static void
check_scheme(WindowObject winobj, int row, void *arg)
{
	SchemeSlot *slot = arg;
	struct varlena *scheme = scheme_of_row(winobj, row);

	if (row == 0)
		scheme_slot_set(slot, scheme);
	else
		scheme_check_same("a partition", slot->kept.bytes[0], scheme);
}

static void
begin_partition(FunctionCallInfo fcinfo, ClassifyState *state)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	PartitionRowCheck check = NULL;
	MemoryContext old;

	values_read_end(&state->reader);
	MemoryContextReset(state->work);
	old = MemoryContextSwitchTo(state->work);
	if (get_fn_expr_arg_stable(fcinfo->flinfo, 1))
		scheme_slot_set(&state->slot, scheme_of_row(winobj, 0));
	else
		check = check_scheme;
	partition_load(&state->values, winobj, 0, check, &state->slot);
	cut_points(&state->points, &state->values.store, state->slot.scheme);
	MemoryContextSwitchTo(old);

	values_read(&state->reader, &state->values.store);
	partition_chunk_begin(&state->chunk, state->values.store.nrows);
}

static int
next_rank(ClassifyState *state)
{
	if (partition_chunk_next(&state->chunk, CHUNK))
		cut_ranks(&state->points, &state->reader, state->ranks, state->chunk.size);
	return state->ranks[state->chunk.next++];
}

/*
 * abc_classify(value [, scheme]): the tier of the row in its partition.  NULL for
 * a NULL value, for a negative one that the scheme drops, and for every row where
 * share and fill have no positive total.
 */
Datum
abc_classify(PG_FUNCTION_ARGS)
{
	ClassifyState *state = classify_state(fcinfo);
	int			rank;

	if (partition_begins(fcinfo))
		begin_partition(fcinfo, state);
	rank = next_rank(state);
	if (rank < 0)
		PG_RETURN_NULL();
	PG_RETURN_ABC_TIER(tier_of_rank(rank));
}
