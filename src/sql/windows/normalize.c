/*
 * normalize.c
 *		The window function abc_normalize.
 *
 * abc_normalize(value, method) makes a metric comparable with others: a number
 * for the row that depends on where its value stands among the rows of its
 * partition.  Neither ORDER BY nor a frame has any influence.  The methods are
 * defined in normalizer.c.
 *
 *	value		of any number type; rank and ntile compare the values themselves,
 *				all else takes their nearest float8
 *	method		the same for all rows of a partition; NULL is an error
 *	NULL		a NULL value gets NULL and counts nowhere
 *	NaN, infinity	error
 *	negative	ordinary
 *	one row, or all values equal	ratio 1 (0 unless positive), minmax, zscore
 *				and rank 0, ntile 1
 *	result		finite; a ratio beyond float8 is an error
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "cut/normalizer.h"
#include "sql/argument.h"
#include "sql/windows/partition.h"

#define CHUNK	256				/* rows normalized together */

PG_FUNCTION_INFO_V1(abc_normalize);

typedef struct NormalizeState
{
	PartitionValues values;
	MemoryContext work;			/* of the normalizer; reset with each partition */
	Normalizer	normalizer;
	bool		begun;			/* the normalizer is in use */
	text	   *method;			/* the partition's, in work */
	double		results[CHUNK]; /* of the next rows */
	PartitionChunk chunk;		/* which rows these are */
} NormalizeState;

static NormalizeState *
normalize_state(FunctionCallInfo fcinfo)
{
	NormalizeState *state = fcinfo->flinfo->fn_extra;
	MemoryContext mcxt;

	if (state != NULL)
		return state;
	mcxt = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "abc_normalize", ALLOCSET_DEFAULT_SIZES);
	state = MemoryContextAllocZero(mcxt, sizeof(NormalizeState));
	state->work = AllocSetContextCreate(mcxt, "abc_normalize partition", ALLOCSET_DEFAULT_SIZES);
	partition_init(&state->values, get_fn_expr_argtype(fcinfo->flinfo, 0), mcxt);
	fcinfo->flinfo->fn_extra = state;
	return state;
}

static text *
method_of_row(WindowObject winobj, int row)
{
	bool		isnull;
	bool		isout;
	Datum		method = WinGetFuncArgInPartition(winobj, 1, row, WINDOW_SEEK_HEAD, false,
												  &isnull, &isout);

	if (isnull)
		argument_refuse_null("method", "For values as they are, say \"none\".");
	return DatumGetTextPP(method);
}

/* PartitionRowCheck: every row has the method of the first. */
static void
check_method(WindowObject winobj, int row, void *arg)
{
	NormalizeState *state = arg;
	text	   *method = method_of_row(winobj, row);

	if (!argument_same((struct varlena *) state->method, (struct varlena *) method))
		argument_refuse_change("method", "a partition", text_to_cstring(state->method), text_to_cstring(method));
}

static void
begin_partition(FunctionCallInfo fcinfo, NormalizeState *state)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	bool		stable = get_fn_expr_arg_stable(fcinfo->flinfo, 1);
	MemoryContext old;
	Method		method;

	if (state->begun)
		normalizer_end(&state->normalizer);
	state->begun = false;
	MemoryContextReset(state->work);
	old = MemoryContextSwitchTo(state->work);
	state->method = (text *) PG_DETOAST_DATUM_COPY(PointerGetDatum(method_of_row(winobj, 0)));
	method_parse(text_to_cstring(state->method), &method);
	partition_load(&state->values, winobj, 0, stable ? NULL : check_method, state);
	normalizer_begin(&state->normalizer, &method, &state->values.store);
	state->begun = true;
	partition_chunk_begin(&state->chunk, state->values.store.nrows);
	MemoryContextSwitchTo(old);
}

static double
next_result(NormalizeState *state)
{
	if (partition_chunk_next(&state->chunk, CHUNK))
		normalizer_fill(&state->normalizer, state->results, state->chunk.size);
	return state->results[state->chunk.next++];
}

/*
 * abc_normalize(value, method): the value made comparable within its partition.
 * NULL for a NULL value; a single row and equal values as normalizer.c says.
 */
Datum
abc_normalize(PG_FUNCTION_ARGS)
{
	NormalizeState *state = normalize_state(fcinfo);
	double		result;

	if (partition_begins(fcinfo))
		begin_partition(fcinfo, state);
	result = next_result(state);
	if (isnan(result))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(result);
}
