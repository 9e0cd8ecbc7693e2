/*
 * concentration_state.c
 *		The state of the aggregates over ordered values that are not negative.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"

#include "sql/aggregates/concentration.h"

PG_FUNCTION_INFO_V1(abc_concentration_float8_transfn);
PG_FUNCTION_INFO_V1(abc_concentration_int8_transfn);
PG_FUNCTION_INFO_V1(abc_concentration_numeric_transfn);

/* The second argument as a number; 0 if there is none. */
static double
parameter_of_row(FunctionCallInfo fcinfo)
{
	if (PG_NARGS() < 3)
		return 0;
	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("second argument of a measure of concentration must not be NULL"),
				 errhint("It holds for all rows of the group.")));
	switch (get_fn_expr_argtype(fcinfo->flinfo, 2))
	{
		case BOOLOID:
			return PG_GETARG_BOOL(2);
		case INT4OID:
			return PG_GETARG_INT32(2);
		case INT8OID:
			return (double) PG_GETARG_INT64(2);
		default:
			return PG_GETARG_FLOAT8(2);
	}
}

/* The group's state, made with its first row. */
static ConcentrationState *
state_for_row(FunctionCallInfo fcinfo, ValueKind kind)
{
	double		parameter = parameter_of_row(fcinfo);
	MemoryContext aggcontext;
	ConcentrationState *state;

	if (!PG_ARGISNULL(0))
	{
		state = (ConcentrationState *) PG_GETARG_POINTER(0);
		if (state->parameter != parameter && !(isnan(state->parameter) && isnan(parameter)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("second argument changes within a group: %g, then %g",
							state->parameter, parameter),
					 errhint("It holds for all rows of a group: add what it depends on to GROUP BY.")));
		return state;
	}
	if (!AggCheckCallContext(fcinfo, &aggcontext))
		elog(ERROR, "abc_concentration_transfn called in non-aggregate context");
	state = MemoryContextAlloc(aggcontext, sizeof(ConcentrationState));
	values_init(&state->store, kind, aggcontext);
	state->has_parameter = PG_NARGS() > 2;
	state->parameter = parameter;
	return state;
}

Datum
abc_concentration_float8_transfn(PG_FUNCTION_ARGS)
{
	ConcentrationState *state = state_for_row(fcinfo, VALUE_FLOAT8);

	if (!PG_ARGISNULL(1))
		values_append_float8(&state->store, PG_GETARG_FLOAT8(1));
	PG_RETURN_POINTER(state);
}

Datum
abc_concentration_int8_transfn(PG_FUNCTION_ARGS)
{
	ConcentrationState *state = state_for_row(fcinfo, VALUE_INT8);

	if (!PG_ARGISNULL(1))
		values_append_int8(&state->store, PG_GETARG_INT64(1));
	PG_RETURN_POINTER(state);
}

Datum
abc_concentration_numeric_transfn(PG_FUNCTION_ARGS)
{
	ConcentrationState *state = state_for_row(fcinfo, VALUE_NUMERIC);

	if (!PG_ARGISNULL(1))
		values_append_numeric(&state->store, PG_GETARG_DATUM(1));
	PG_RETURN_POINTER(state);
}

ConcentrationState *
concentration_arg(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(0) ? NULL : (ConcentrationState *) PG_GETARG_POINTER(0);
}

void
concentration_refuse_negative(ValueKind kind, Datum value)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("value %s is negative, and concentration is a matter of shares",
					value_text(kind, value)),
			 errhint("Leave negative values out with FILTER (WHERE value >= 0), or count them as zero with greatest(value, 0).")));
}

/* Complain about the least value. */
static void
refuse_least(const Selection *selection)
{
	const ValueStore *store = selection->store;

	if (selection->wide != NULL)
		concentration_refuse_negative(VALUE_NUMERIC, selection->least_numeric);
	concentration_refuse_negative(store->kind, values_datum(store, selection->least));
}

bool
concentration_begin(ConcentrationState *state, Selection *selection)
{
	selection_begin(selection, &state->store, true);
	if (selection->nnegative > 0)
		refuse_least(selection);
	if (selection->nmembers > 0)
		return true;
	selection_end(selection);
	return false;
}
