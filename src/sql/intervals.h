/*
 * intervals.h
 *		Sets of intervals of values, given by SQL as two arrays: lows and highs.
 *
 * Interval i is from lows[i] to highs[i], both ends included.  In any order,
 * overlapping or not: they are sorted and joined once, and a value is found by
 * binary search, or among a few by comparing it with all ends.
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

/* By binary search; a numeric that is NaN or infinity is an error. */
extern bool intervals_find_float8(const Intervals *intervals, double value);
extern bool intervals_find_int8(const Intervals *intervals, int64 value);
extern bool intervals_have_numeric(Intervals *intervals, Datum value);

/*
 * So few intervals are all compared, and only what comes of it is asked: of values that
 * are in none, as most are, a branch for each end is mispredicted every other time.
 */
#define INTERVALS_FEW	4

/* Is the value in one of them?  NaN and infinity are errors. */
static inline bool
intervals_have_float8(const Intervals *intervals, double value)
{
	int			found = 0;

	value_check_finite("value", value);
	if (unlikely(intervals->n > INTERVALS_FEW))
		return intervals_find_float8(intervals, value);
	for (int i = 0; i < intervals->n; i++)
	{
		int			above = value >= DatumGetFloat8(intervals->at[i].low);
		int			below = value <= DatumGetFloat8(intervals->at[i].high);

		found |= above & below;
	}
	return found != 0;
}

static inline bool
intervals_have_int8(const Intervals *intervals, int64 value)
{
	int			found = 0;

	if (unlikely(intervals->n > INTERVALS_FEW))
		return intervals_find_int8(intervals, value);
	for (int i = 0; i < intervals->n; i++)
	{
		int			above = value >= DatumGetInt64(intervals->at[i].low);
		int			below = value <= DatumGetInt64(intervals->at[i].high);

		found |= above & below;
	}
	return found != 0;
}

static inline bool
intervals_have(Intervals *intervals, ValueKind kind, Datum value)
{
	return kind == VALUE_FLOAT8 ? intervals_have_float8(intervals, DatumGetFloat8(value)) :
		kind == VALUE_INT8 ? intervals_have_int8(intervals, DatumGetInt64(value)) :
		intervals_have_numeric(intervals, value);
}

#endif							/* ABC_INTERVALS_H */
