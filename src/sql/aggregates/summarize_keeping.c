/*
 * summarize_keeping.c
 *		A summary, and the values in some intervals, in one scan; and what narrows these values.
 *
 * _abc.summarize_keeping(value, lows, highs) is what abc_summarize(value) is,
 * and the array of the values within the intervals, in any order: of a table
 * read once, the candidates for its cut-offs if their places were guessed.  No
 * array if they are more than work_mem has room for, in one process or together:
 * then the guess was in vain, and the values are asked for in a round of their own.
 *
 *	NULL		counts nowhere, as a value
 *	NaN, infinity	error
 *	NULL arrays	error
 *	no rows		NULL
 *
 * One aggregate, as two would cost a second call and a second look at every row.
 * The intervals are constants of the call.  The state begins with the values in
 * one chunk; parallel workers send the summary and an array.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "sql/aggregates/aggregate.h"
#include "sql/intervals.h"
#include "summary/summary_add.h"

PG_FUNCTION_INFO_V1(abc_summarize_keeping_transfn);
PG_FUNCTION_INFO_V1(abc_summarize_keeping_combine);
PG_FUNCTION_INFO_V1(abc_summarize_keeping_serialize);
PG_FUNCTION_INFO_V1(abc_summarize_keeping_deserialize);
PG_FUNCTION_INFO_V1(abc_summarize_keeping_finalfn);
PG_FUNCTION_INFO_V1(abc_values_between);

#define MIN_VALUES	1024

/* The values kept. */
typedef struct KeptValues
{
	Oid			type;			/* of the values */
	ValueKind	kind;
	MemoryContext mcxt;			/* everything here lives there */
	bool		too_many;		/* and the values are gone */
	Size		size;			/* in bytes */
	int			n;
	int			capacity;
	Datum	   *values;
} KeptValues;

typedef struct KeepingState
{
	SummaryState *summary;		/* NULL without a value */
	Intervals  *intervals;		/* NULL in a state that only combines */
	KeptValues	kept;
} KeepingState;

/* What values of a type are; values_between is declared for any array. */
static ValueKind
kind_of_type(Oid type)
{
	if (type != FLOAT8OID && type != INT8OID && type != NUMERICOID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("values of type %s have no intervals", format_type_be(type)),
				 errhint("They are double precision, bigint or numeric.")));
	return type == FLOAT8OID ? VALUE_FLOAT8 : type == INT8OID ? VALUE_INT8 : VALUE_NUMERIC;
}

/*
 * The values kept
 */

static void
give_up(KeptValues *kept)
{
	kept->too_many = true;
	if (kept->kind == VALUE_NUMERIC)
		for (int i = 0; i < kept->n; i++)
			pfree(DatumGetPointer(kept->values[i]));
	if (kept->values != NULL)
		pfree(kept->values);
	kept->values = NULL;
	kept->n = kept->capacity = 0;
}

/* Room for one value more, or the end: a chunk of memory is what the array of the result must fit in, too. */
static bool
make_room(KeptValues *kept, Size size)
{
	Size		limit = Min((Size) work_mem * 1024, MaxAllocSize / 4);

	kept->size += size;
	if (kept->size > limit || (Size) kept->n >= limit / sizeof(Datum))
	{
		give_up(kept);
		return false;
	}
	if (kept->n == kept->capacity)
	{
		kept->capacity = Max(2 * kept->capacity, MIN_VALUES);
		kept->values = kept->values == NULL ?
			MemoryContextAlloc(kept->mcxt, kept->capacity * sizeof(Datum)) :
			repalloc(kept->values, kept->capacity * sizeof(Datum));
	}
	return true;
}

static void
keep_value(KeptValues *kept, Datum value)
{
	bool		byval = kept->kind != VALUE_NUMERIC;

	if (!byval)
	{
		MemoryContext old = MemoryContextSwitchTo(kept->mcxt);

		value = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
		MemoryContextSwitchTo(old);
	}
	if (make_room(kept, byval ? sizeof(Datum) : VARSIZE(DatumGetPointer(value)) + sizeof(Datum)))
		kept->values[kept->n++] = value;
	else if (!byval)
		pfree(DatumGetPointer(value));
}

/* The values as an array. */
static ArrayType *
values_array(const KeptValues *kept)
{
	int16		length;
	bool		byval;
	char		align;

	get_typlenbyvalalign(kept->type, &length, &byval, &align);
	return construct_array(kept->values, kept->n, kept->type, length, byval, align);
}

/* Add the values of an array. */
static void
keep_array(KeptValues *kept, ArrayType *array)
{
	Datum	   *values;
	bool	   *nulls;
	int			n;

	value_array_split(kept->kind, array, &values, &nulls, &n);
	for (int i = 0; i < n && !kept->too_many; i++)
		keep_value(kept, values[i]);
}

/*
 * The aggregate
 */

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext aggcontext;

	if (!AggCheckCallContext(fcinfo, &aggcontext))
		elog(ERROR, "summarize_keeping called in non-aggregate context");
	return aggcontext;
}

static KeepingState *
create_state(Oid type, MemoryContext mcxt)
{
	KeepingState *state = MemoryContextAllocZero(mcxt, sizeof(KeepingState));

	state->kept.type = type;
	state->kept.kind = kind_of_type(type);
	state->kept.mcxt = mcxt;
	return state;
}

/* The state of the first row. */
static KeepingState *
begin_state(FunctionCallInfo fcinfo)
{
	KeepingState *state;

	for (int i = 2; i <= 3; i++)
		if (PG_ARGISNULL(i))
			argument_refuse_null(i == 2 ? "lows" : "highs", "An interval is from a low to a high, both included.");
	state = create_state(get_fn_expr_argtype(fcinfo->flinfo, 1), aggregate_context(fcinfo));
	state->intervals = intervals_of_call(fcinfo, 2, state->kept.kind);
	return state;
}

/* What the summary is after a row: where it had to grow, a copy, made in the context of the row. */
static inline void
set_summary(KeepingState *state, SummaryState *after)
{
	if (likely(after == state->summary))
		return;
	if (state->summary != NULL)
		pfree(state->summary);
	state->summary = MemoryContextAlloc(state->kept.mcxt, VARSIZE(after));
	memcpy(state->summary, after, VARSIZE(after));
}

static inline SummaryState *
summary_of(const KeepingState *state)
{
	return likely(state->summary != NULL) ? state->summary : summary_state_create(state->kept.kind);
}

static inline void
add_to_summary(KeepingState *state, Datum value)
{
	if (state->kept.kind == VALUE_FLOAT8)
	{
		value_check_finite("value", DatumGetFloat8(value));
		set_summary(state, summary_add_float8(summary_of(state), DatumGetFloat8(value)));
	}
	else if (state->kept.kind == VALUE_INT8)
		set_summary(state, summary_add_int8(summary_of(state), DatumGetInt64(value)));
	else
	{
		DecimalView view;

		decimal_view(value, &view);
		if (unlikely(!view.finite))
			value_refuse_nonfinite("value", VALUE_NUMERIC, value);
		set_summary(state, summary_add_numeric(summary_of(state), &view));
	}
}

/* Transition. */
Datum
abc_summarize_keeping_transfn(PG_FUNCTION_ARGS)
{
	KeepingState *state = PG_ARGISNULL(0) ? begin_state(fcinfo) : (KeepingState *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1))
	{
		Datum		value = PG_GETARG_DATUM(1);

		add_to_summary(state, value);
		if (intervals_have(state->intervals, state->kept.kind, value) && !state->kept.too_many)
			keep_value(&state->kept, value);
	}
	PG_RETURN_POINTER(state);
}

/* Two states as one. */
Datum
abc_summarize_keeping_combine(PG_FUNCTION_ARGS)
{
	MemoryContext aggcontext = aggregate_context(fcinfo);
	KeepingState *state;
	const KeepingState *other;

	if (PG_ARGISNULL(1))
		return aggregate_unchanged(fcinfo);
	other = (const KeepingState *) PG_GETARG_POINTER(1);
	state = PG_ARGISNULL(0) ? create_state(other->kept.type, aggcontext) : (KeepingState *) PG_GETARG_POINTER(0);
	if (other->summary != NULL)
		set_summary(state, state->summary == NULL ? other->summary :
					summary_state_merge(state->summary, other->summary));
	if (other->kept.too_many && !state->kept.too_many)
		give_up(&state->kept);
	for (int i = 0; i < other->kept.n && !state->kept.too_many; i++)
		keep_value(&state->kept, other->kept.values[i]);
	PG_RETURN_POINTER(state);
}

/* What a worker sends: the type, whether there were too many, and then each at an aligned place. */
typedef struct SentState
{
	int32		vl_len_;
	Oid			type;
	bool		too_many;
	Size		summary_size;	/* of the summary, 0: none; behind it comes the array */
} SentState;

/* The state as bytes. */
Datum
abc_summarize_keeping_serialize(PG_FUNCTION_ARGS)
{
	const KeepingState *state = (const KeepingState *) PG_GETARG_POINTER(0);
	AbcSummary *summary = state->summary == NULL ? NULL : summary_state_freeze(state->summary);
	ArrayType  *array = values_array(&state->kept);
	Size		summary_size = summary == NULL ? 0 : VARSIZE(summary);
	Size		at = MAXALIGN(sizeof(SentState));
	Size		size = at + MAXALIGN(summary_size) + VARSIZE(array);
	SentState  *sent = palloc0(size);

	SET_VARSIZE(sent, size);
	sent->type = state->kept.type;
	sent->too_many = state->kept.too_many;
	sent->summary_size = summary_size;
	if (summary != NULL)
		memcpy((char *) sent + at, summary, summary_size);
	memcpy((char *) sent + at + MAXALIGN(summary_size), array, VARSIZE(array));
	PG_RETURN_POINTER(sent);
}

/* And back. */
Datum
abc_summarize_keeping_deserialize(PG_FUNCTION_ARGS)
{
	/* a copy: in a tuple bytes are aligned as a bytea is */
	const SentState *sent = (const SentState *) PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0));
	KeepingState *state = create_state(sent->type, CurrentMemoryContext);
	Size		at = MAXALIGN(sizeof(SentState));

	if (sent->summary_size > 0)
		state->summary = summary_state_thaw((const AbcSummary *) ((const char *) sent + at));
	if (sent->too_many)
		give_up(&state->kept);
	else
		keep_array(&state->kept, (ArrayType *) ((const char *) sent + at + MAXALIGN(sent->summary_size)));
	PG_RETURN_POINTER(state);
}

/* The summary and the array; NULL without a row, no summary without a value, no array where there were too many. */
Datum
abc_summarize_keeping_finalfn(PG_FUNCTION_ARGS)
{
	const KeepingState *state;
	TupleDesc	tupdesc;
	Datum		values[2] = {0};
	bool		nulls[2];

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const KeepingState *) PG_GETARG_POINTER(0);
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "summarize_keeping must return a row");
	nulls[0] = state->summary == NULL;
	if (!nulls[0])
		values[0] = PointerGetDatum(summary_state_freeze(state->summary));
	nulls[1] = state->kept.too_many;
	if (!nulls[1])
		values[1] = PointerGetDatum(values_array(&state->kept));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls)));
}

/* _abc.values_between(values, lows, highs): those of an array that are in the intervals. */
Datum
abc_values_between(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	ValueKind	kind = kind_of_type(ARR_ELEMTYPE(array));
	Intervals  *intervals = intervals_of_call(fcinfo, 1, kind);
	KeptValues	found = {0};
	Datum	   *values;
	bool	   *nulls;
	int			n;

	value_array_split(kind, array, &values, &nulls, &n);
	found.type = ARR_ELEMTYPE(array);
	found.values = values;		/* in place: what is found is never behind what is read */
	for (int i = 0; i < n; i++)
		if (!nulls[i] && intervals_have(intervals, kind, values[i]))
			found.values[found.n++] = values[i];
	PG_RETURN_ARRAYTYPE_P(values_array(&found));
}
