/*
 * intervals.h
 *		Sets of intervals of values, given by SQL as two arrays: lows and highs.
 *
 * Interval i is from lows[i] to highs[i], both ends included.  In any order,
 * overlapping or not: they are sorted and joined once, and a value is found by
 * binary search.
 */
#ifndef ABC_INTERVALS_H
#define ABC_INTERVALS_H

#include "sql/argument.h"
#include "values/values.h"

typedef struct ValueInterval
{
	Datum		low;
	Datum		high;
	u128		low_key;		/* numeric with has_keys */
	u128		high_key;
} ValueInterval;

/* Intervals, sorted and disjoint. */
typedef struct Intervals
{
	KeptArguments kept;			/* lows, highs */
	int			n;
	ValueInterval   *at;
	bool		has_keys;		/* numeric: all ends have keys, */
	int			scale;			/* at this scale */
} Intervals;

/*
 * Those of two arguments, lows being number "lows" and highs the next; made
 * afresh if they are others than in the call before.
 */
extern Intervals *intervals_of_call(FunctionCallInfo fcinfo, int lows, ValueKind kind);

/* Is the value in one of them?  NaN and infinity are errors. */
extern bool intervals_have_float8(const Intervals *intervals, double value);
extern bool intervals_have_int8(const Intervals *intervals, int64 value);
extern bool intervals_have_numeric(Intervals *intervals, Datum value);

static inline bool
intervals_have(Intervals *intervals, ValueKind kind, Datum value)
{
	return kind == VALUE_FLOAT8 ? intervals_have_float8(intervals, DatumGetFloat8(value)) :
		kind == VALUE_INT8 ? intervals_have_int8(intervals, DatumGetInt64(value)) :
		intervals_have_numeric(intervals, value);
}

#endif							/* ABC_INTERVALS_H */
