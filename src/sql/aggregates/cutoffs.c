/*
 * cutoffs.c
 *		The aggregate abc_cutoffs.
 *
 * abc_cutoffs(value [, scheme]) gives the smallest value of each tier but the
 * last, as an array in the value's type, which is any number type.  An empty tier
 * repeats the cut-off above it, and is NULL where no tier above holds a row.
 * Under rule "value" it gives the scheme's own cuts: the nearest float, the next
 * integer, the numeric.
 *
 * NULL values count nowhere; without a value, and under share and fill without
 * a positive one, the result is NULL (but not under "value").  NaN and infinity
 * are errors, and so are a NULL scheme and one that differs within a group.
 *
 * The state keeps every value: 8 or 16 bytes each in memory up to work_mem,
 * then in a temporary file.  There is no combine function: the scan below may
 * be parallel, the aggregate itself is one process.
 */
#include "postgres.h"

#include "cut/cut.h"
#include "sql/argument.h"

PG_FUNCTION_INFO_V1(abc_cutoffs_transfn);
PG_FUNCTION_INFO_V1(abc_cutoffs_finalfn);

typedef struct CutoffsState
{
	ValueStore	store;
	Oid			element;		/* type of the values, perhaps a domain */
	struct varlena *scheme;		/* a copy; NULL: the default */
} CutoffsState;

static CutoffsState *
create_state(FunctionCallInfo fcinfo, const struct varlena *scheme)
{
	MemoryContext aggcontext;
	CutoffsState *state;

	if (!AggCheckCallContext(fcinfo, &aggcontext))
		elog(ERROR, "abc_cutoffs called in non-aggregate context");
	state = MemoryContextAlloc(aggcontext, sizeof(CutoffsState));
	state->element = get_fn_expr_argtype(fcinfo->flinfo, 1);
	values_init_numbers(&state->store, number_type_of(state->element), aggcontext);
	state->scheme = NULL;
	if (scheme != NULL)
	{
		state->scheme = MemoryContextAlloc(aggcontext, VARSIZE_ANY(scheme));
		memcpy(state->scheme, scheme, VARSIZE_ANY(scheme));
	}
	return state;
}

/* The scheme of this row, which is the same in all rows of a group. */
static CutoffsState *
state_with_scheme(FunctionCallInfo fcinfo)
{
	CutoffsState *state;
	struct varlena *scheme;

	if (PG_ARGISNULL(2))
		scheme_refuse_null();
	scheme = PG_GETARG_VARLENA_PP(2);
	if (PG_ARGISNULL(0))
		return create_state(fcinfo, scheme);
	state = (CutoffsState *) PG_GETARG_POINTER(0);
	scheme_check_same("a group", state->scheme, scheme);
	return state;
}

/* The group's state, made with its first row. */
static inline CutoffsState *
cutoffs_state(FunctionCallInfo fcinfo)
{
	if (PG_NARGS() > 2)
		return state_with_scheme(fcinfo);
	if (unlikely(PG_ARGISNULL(0)))
		return create_state(fcinfo, NULL);
	return (CutoffsState *) PG_GETARG_POINTER(0);
}

/* Transition of abc_cutoffs(value [, scheme]): NULL values make a state, and count nowhere. */
Datum
abc_cutoffs_transfn(PG_FUNCTION_ARGS)
{
	CutoffsState *state = cutoffs_state(fcinfo);

	if (!PG_ARGISNULL(1))
		values_append(&state->store, PG_GETARG_DATUM(1), false);
	PG_RETURN_POINTER(state);
}

static ArrayType *
cutoffs_array(const CutPoints *points, const CutoffsState *state)
{
	Datum		values[ABC_MAX_CUTS];
	bool		nulls[ABC_MAX_CUTS];

	for (int i = 0; i < points->ncuts; i++)
		nulls[i] = !cut_value(&points->cuts[i], &state->store, &values[i]);
	return number_array_make(state->store.type, state->element, values, nulls, points->ncuts);
}

/*
 * Final function of abc_cutoffs; the arguments behind the state give the result its
 * type.  NULL without a row, and under share and fill without a positive value.
 */
Datum
abc_cutoffs_finalfn(PG_FUNCTION_ARGS)
{
	CutoffsState *state;
	CutPoints	points;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (CutoffsState *) PG_GETARG_POINTER(0);
	cut_points(&points, &state->store,
			   scheme_slot_set(scheme_slot_of_call(fcinfo->flinfo), state->scheme));
	if (points.unknown)
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(cutoffs_array(&points, state));
}
