/*
 * values_within.c
 *		The values in some intervals: an aggregate, and what narrows its result.
 *
 * _abc.values_within(value, lows, highs) is the array of the values within the
 * intervals, in any order: of a table read once, the candidates for its cut-offs
 * if their places were guessed.  NULL if they are more than work_mem has room
 * for, in one process or together: then the guess was in vain, and the values
 * are asked for in a round of their own.
 *
 *	NULL		counts nowhere, as a value
 *	NaN, infinity	error, but for -infinity below all intervals
 *	NULL arrays	error
 *	no rows		NULL
 *
 * The intervals are constants of the call.  The state begins with the values in
 * one chunk; parallel workers send it as an array.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "sql/aggregates/aggregate.h"
#include "sql/intervals.h"

PG_FUNCTION_INFO_V1(abc_values_within_transfn);
PG_FUNCTION_INFO_V1(abc_values_within_combine);
PG_FUNCTION_INFO_V1(abc_values_within_serialize);
PG_FUNCTION_INFO_V1(abc_values_within_deserialize);
PG_FUNCTION_INFO_V1(abc_values_within_finalfn);
PG_FUNCTION_INFO_V1(abc_values_between);

#define MIN_VALUES	1024

typedef struct WithinState
{
	Oid			type;			/* of the values */
	ValueKind	kind;
	Intervals  *intervals;		/* NULL in a state that only combines */
	double		least_float8;	/* the least end of them, */
	int64		least_int8;		/* by kind */
	MemoryContext mcxt;			/* everything here lives there */
	bool		too_many;		/* and the values are gone */
	Size		size;			/* of the values, in bytes */
	int			n;
	int			capacity;
	Datum	   *values;
} WithinState;

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

static WithinState *
create_state(Oid type, MemoryContext aggcontext)
{
	WithinState *state = MemoryContextAllocZero(aggcontext, sizeof(WithinState));

	state->type = type;
	state->kind = kind_of_type(type);
	state->mcxt = aggcontext;
	return state;
}

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext aggcontext;

	if (!AggCheckCallContext(fcinfo, &aggcontext))
		elog(ERROR, "values_within called in non-aggregate context");
	return aggcontext;
}

static void
give_up(WithinState *state)
{
	state->too_many = true;
	if (state->kind == VALUE_NUMERIC)
		for (int i = 0; i < state->n; i++)
			pfree(DatumGetPointer(state->values[i]));
	if (state->values != NULL)
		pfree(state->values);
	state->values = NULL;
	state->n = state->capacity = 0;
}

/* Room for so many values more, or the end: a chunk of memory is what the array of the result must fit in, too. */
static bool
make_room(WithinState *state, int more, Size size)
{
	Size		limit = Min((Size) work_mem * 1024, MaxAllocSize / 4);

	state->size += size;
	if (state->size > limit || (Size) state->n + more > limit / sizeof(Datum))
	{
		give_up(state);
		return false;
	}
	if (state->n + more > state->capacity)
	{
		state->capacity = Max(Max(2 * state->capacity, state->n + more), MIN_VALUES);
		state->values = state->values == NULL ?
			MemoryContextAlloc(state->mcxt, state->capacity * sizeof(Datum)) :
			repalloc(state->values, state->capacity * sizeof(Datum));
	}
	return true;
}

static void
keep_value(WithinState *state, Datum value)
{
	bool		byval = state->kind != VALUE_NUMERIC;

	if (!byval)
	{
		MemoryContext old = MemoryContextSwitchTo(state->mcxt);

		value = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
		MemoryContextSwitchTo(old);
	}
	if (make_room(state, 1, byval ? sizeof(Datum) : VARSIZE(DatumGetPointer(value)) + sizeof(Datum)))
		state->values[state->n++] = value;
	else if (!byval)
		pfree(DatumGetPointer(value));
}

/*
 * Is the value below all intervals?  Most are, as large ones are rare: they are gone
 * after one comparison.
 */
static inline bool
is_below_all(const WithinState *state, Datum value)
{
	if (state->kind == VALUE_FLOAT8)
		return DatumGetFloat8(value) < state->least_float8;
	return state->kind == VALUE_INT8 && DatumGetInt64(value) < state->least_int8;
}

static void
set_least(WithinState *state)
{
	const Intervals *intervals = state->intervals;

	if (state->kind == VALUE_FLOAT8)
		state->least_float8 = intervals->n > 0 ? DatumGetFloat8(intervals->at[0].low) : 0;
	else if (state->kind == VALUE_INT8)
		state->least_int8 = intervals->n > 0 ? DatumGetInt64(intervals->at[0].low) : 0;
}

/* Transition. */
Datum
abc_values_within_transfn(PG_FUNCTION_ARGS)
{
	WithinState *state;

	if (PG_ARGISNULL(0))
	{
		for (int i = 2; i <= 3; i++)
			if (PG_ARGISNULL(i))
				argument_refuse_null(i == 2 ? "lows" : "highs", "An interval is from a low to a high, both included.");
		state = create_state(get_fn_expr_argtype(fcinfo->flinfo, 1), aggregate_context(fcinfo));
		state->intervals = intervals_of_call(fcinfo, 2, state->kind);
		set_least(state);
	}
	else
		state = (WithinState *) PG_GETARG_POINTER(0);
	if (!PG_ARGISNULL(1) && !is_below_all(state, PG_GETARG_DATUM(1)) && !state->too_many &&
		intervals_have(state->intervals, state->kind, PG_GETARG_DATUM(1)))
		keep_value(state, PG_GETARG_DATUM(1));
	PG_RETURN_POINTER(state);
}

/* The values as an array. */
static ArrayType *
values_array(const WithinState *state)
{
	int16		length;
	bool		byval;
	char		align;

	get_typlenbyvalalign(state->type, &length, &byval, &align);
	return construct_array(state->values, state->n, state->type, length, byval, align);
}

/* Add the values of an array. */
static void
keep_array(WithinState *state, ArrayType *array)
{
	Datum	   *values;
	bool	   *nulls;
	int			n;

	value_array_split(state->kind, array, &values, &nulls, &n);
	for (int i = 0; i < n && !state->too_many; i++)
		keep_value(state, values[i]);
}

/* Two states as one. */
Datum
abc_values_within_combine(PG_FUNCTION_ARGS)
{
	MemoryContext aggcontext = aggregate_context(fcinfo);
	WithinState *state;
	const WithinState *other;

	if (PG_ARGISNULL(1))
		return aggregate_unchanged(fcinfo);
	other = (const WithinState *) PG_GETARG_POINTER(1);
	state = PG_ARGISNULL(0) ? create_state(other->type, aggcontext) : (WithinState *) PG_GETARG_POINTER(0);
	if (other->too_many && !state->too_many)
		give_up(state);
	for (int i = 0; i < other->n && !state->too_many; i++)
		keep_value(state, other->values[i]);
	PG_RETURN_POINTER(state);
}

/* The state as bytes: the array; none where there were too many. */
Datum
abc_values_within_serialize(PG_FUNCTION_ARGS)
{
	const WithinState *state = (const WithinState *) PG_GETARG_POINTER(0);

	bytea	   *nothing;

	if (!state->too_many)
		PG_RETURN_POINTER(values_array(state));
	nothing = palloc(VARHDRSZ);
	SET_VARSIZE(nothing, VARHDRSZ);
	PG_RETURN_BYTEA_P(nothing);
}

/* And back. */
Datum
abc_values_within_deserialize(PG_FUNCTION_ARGS)
{
	struct varlena *bytes = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	WithinState *state;

	if (VARSIZE(bytes) == VARHDRSZ)
	{
		state = create_state(NUMERICOID, CurrentMemoryContext);
		state->too_many = true;
	}
	else
	{
		state = create_state(ARR_ELEMTYPE((ArrayType *) bytes), CurrentMemoryContext);
		keep_array(state, (ArrayType *) bytes);
	}
	PG_RETURN_POINTER(state);
}

/* The array; NULL without a row and where there were too many. */
Datum
abc_values_within_finalfn(PG_FUNCTION_ARGS)
{
	const WithinState *state;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const WithinState *) PG_GETARG_POINTER(0);
	if (state->too_many)
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(values_array(state));
}

/* _abc.values_between(values, lows, highs): those of an array that are in the intervals. */
Datum
abc_values_between(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	ValueKind	kind = kind_of_type(ARR_ELEMTYPE(array));
	Intervals  *intervals = intervals_of_call(fcinfo, 1, kind);
	WithinState found = {0};
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
