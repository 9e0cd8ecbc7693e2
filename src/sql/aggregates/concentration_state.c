/*
 * concentration_state.c
 *		The state of the aggregates over ordered values that are not negative.
 */
#include "postgres.h"

#include <math.h>

#include "sql/aggregates/concentration.h"
#include "sql/argument.h"

PG_FUNCTION_INFO_V1(abc_gini_transfn);
PG_FUNCTION_INFO_V1(abc_top_share_transfn);
PG_FUNCTION_INFO_V1(abc_top_n_share_transfn);
PG_FUNCTION_INFO_V1(abc_top_count_transfn);

static ConcentrationState *
create_state(FunctionCallInfo fcinfo, double parameter)
{
	MemoryContext aggcontext;
	ConcentrationState *state;

	if (!AggCheckCallContext(fcinfo, &aggcontext))
		elog(ERROR, "a measure of concentration called in non-aggregate context");
	state = MemoryContextAlloc(aggcontext, sizeof(ConcentrationState));
	values_init_numbers(&state->store, number_type_of(get_fn_expr_argtype(fcinfo->flinfo, 1)), aggcontext);
	state->parameter = parameter;
	return state;
}

/* Add the value of a row; the parameter, of this name, is the same in all rows of a group. */
static Datum
add_row(FunctionCallInfo fcinfo, const char *name, double parameter)
{
	ConcentrationState *state = concentration_arg(fcinfo);

	if (state == NULL)
		state = create_state(fcinfo, parameter);
	else if (state->parameter != parameter && !(isnan(state->parameter) && isnan(parameter)))
		argument_refuse_change(name, "a group", psprintf("%.15g", state->parameter), psprintf("%.15g", parameter));
	if (!PG_ARGISNULL(1))
		values_append(&state->store, PG_GETARG_DATUM(1), false);
	PG_RETURN_POINTER(state);
}

static void
check_parameter(FunctionCallInfo fcinfo, const char *name)
{
	if (PG_ARGISNULL(2))
		argument_refuse_null(name, "It holds for all rows of the group.");
}

/* Transition of abc_gini(value [, corrected]). */
Datum
abc_gini_transfn(PG_FUNCTION_ARGS)
{
	if (PG_NARGS() < 3)
		return add_row(fcinfo, "corrected", false);
	check_parameter(fcinfo, "corrected");
	return add_row(fcinfo, "corrected", PG_GETARG_BOOL(2));
}

/* Transition of abc_top_share(value, fraction). */
Datum
abc_top_share_transfn(PG_FUNCTION_ARGS)
{
	check_parameter(fcinfo, "fraction");
	return add_row(fcinfo, "fraction", PG_GETARG_FLOAT8(2));
}

/* Transition of abc_top_n_share(value, customers). */
Datum
abc_top_n_share_transfn(PG_FUNCTION_ARGS)
{
	check_parameter(fcinfo, "customers");
	return add_row(fcinfo, "customers", (double) PG_GETARG_INT64(2));
}

/* Transition of abc_top_count(value, share). */
Datum
abc_top_count_transfn(PG_FUNCTION_ARGS)
{
	check_parameter(fcinfo, "share");
	return add_row(fcinfo, "share", PG_GETARG_FLOAT8(2));
}

/* NULL where the aggregate had no row. */
ConcentrationState *
concentration_arg(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(0) ? NULL : (ConcentrationState *) PG_GETARG_POINTER(0);
}

/* A negative value: an error. */
void
concentration_refuse_negative(ValueKind kind, Datum value)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("value %s is negative, and concentration is a matter of shares",
					value_text(kind, value)),
			 errhint("Leave negative values out with FILTER (WHERE value >= 0), or count them as zero with "
					 "greatest(value, 0).")));
}

/* Zeros count as values, but make no total. */
bool
concentration_begin(ConcentrationState *state, Selection *selection)
{
	selection_begin(selection, &state->store, true);
	if (selection->nnegative > 0)
		concentration_refuse_negative(state->store.kind, selection->least_negative);
	if (selection->nmembers > 0)
		return true;
	selection_end(selection);
	return false;
}
