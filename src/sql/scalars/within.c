/*
 * within.c
 *		Is a value in one of many intervals: abc_within(value, lows, highs).
 *
 * Interval i is from lows[i] to highs[i], both ends included.  In any order,
 * overlapping or not: they are sorted and joined once, and a value is found by
 * binary search, so that a filter for the cut-offs of a thousand groups costs
 * ten comparisons a row.  Being immutable, it runs where the rows are.
 *
 *	NULL		a NULL value or array gives NULL; NULL in an array is an error
 *	no interval	false
 *	NaN, infinity	error, as value and as end of an interval
 */
#include "postgres.h"

#include "sql/intervals.h"

PG_FUNCTION_INFO_V1(abc_within_float8);
PG_FUNCTION_INFO_V1(abc_within_int8);
PG_FUNCTION_INFO_V1(abc_within_numeric);

/* abc_within(float8, float8[], float8[]), also for real and the integers below bigint */
Datum
abc_within_float8(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(intervals_have_float8(intervals_of_call(fcinfo, 1, VALUE_FLOAT8), PG_GETARG_FLOAT8(0)));
}

/* abc_within(bigint, bigint[], bigint[]) */
Datum
abc_within_int8(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(intervals_have_int8(intervals_of_call(fcinfo, 1, VALUE_INT8), PG_GETARG_INT64(0)));
}

/* abc_within(numeric, numeric[], numeric[]) */
Datum
abc_within_numeric(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(intervals_have_numeric(intervals_of_call(fcinfo, 1, VALUE_NUMERIC), PG_GETARG_DATUM(0)));
}
