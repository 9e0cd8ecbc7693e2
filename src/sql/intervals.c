/*
 * intervals.c
 *		Sets of intervals of values, given by SQL as two arrays: lows and highs; and abc_within(value, lows, highs).
 */
#include "postgres.h"

#include "sql/intervals.h"

PG_FUNCTION_INFO_V1(abc_within_float8);
PG_FUNCTION_INFO_V1(abc_within_int8);
PG_FUNCTION_INFO_V1(abc_within_numeric);

#define INTERVALS_HINT	"Interval i is from lows[i] to highs[i], both included."

static const ArrayRule lows_rule = {"lows", PG_INT32_MAX, false, true, INTERVALS_HINT};
static const ArrayRule highs_rule = {"highs", PG_INT32_MAX, false, true, INTERVALS_HINT};

/* One of the two arrays, taken apart. */
static Datum *
read_ends(const ArrayRule *rule, struct varlena *array, ValueKind kind, int *n)
{
	Datum	   *ends = argument_array(rule, (ArrayType *) array, NULL, n);

	for (int i = 0; i < *n; i++)
		value_require_finite("end of an interval", kind, ends[i]);
	return ends;
}

static int
compare_intervals(const void *a, const void *b, void *arg)
{
	ValueKind	kind = *(ValueKind *) arg;
	Datum		x = ((const ValueInterval *) a)->low;
	Datum		y = ((const ValueInterval *) b)->low;

	return value_below(kind, x, y) ? -1 : value_below(kind, y, x);
}

/* Sort the intervals, and make one of those that have a value in common. */
static void
join_intervals(Intervals *intervals, ValueKind kind)
{
	int			last = 0;

	qsort_arg(intervals->at, intervals->n, sizeof(ValueInterval), compare_intervals, &kind);
	for (int i = 1; i < intervals->n; i++)
	{
		ValueInterval   *before = &intervals->at[last];
		const ValueInterval *next = &intervals->at[i];

		if (value_below(kind, before->high, next->low))
			intervals->at[++last] = *next;
		else if (value_below(kind, before->high, next->high))
			before->high = next->high;
	}
	intervals->n = Min(intervals->n, last + 1);
}

static void
fill_intervals(Intervals *intervals, ValueKind kind)
{
	int			nhighs;
	Datum	   *low = read_ends(&lows_rule, intervals->kept.bytes[0], kind, &intervals->n);
	Datum	   *high = read_ends(&highs_rule, intervals->kept.bytes[1], kind, &nhighs);

	if (nhighs != intervals->n)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%d lows but %d highs", intervals->n, nhighs),
				 errhint(INTERVALS_HINT)));
	intervals->at = palloc0(Max(intervals->n, 1) * sizeof(ValueInterval));
	for (int i = 0; i < intervals->n; i++)
	{
		if (value_below(kind, high[i], low[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("interval %d is from %s down to %s", i + 1, value_text(kind, low[i]),
							value_text(kind, high[i])),
					 errhint(INTERVALS_HINT)));
		intervals->at[i].low = low[i];
		intervals->at[i].high = high[i];
	}
	join_intervals(intervals, kind);
}

/* Keys of numeric ends, at a scale that is no less than theirs. */
static void
fill_keys(Intervals *intervals, int scale)
{
	intervals->scale = scale;
	for (int i = 0; i < intervals->n; i++)
	{
		DecimalView low,
					high;

		decimal_view(intervals->at[i].low, &low);
		decimal_view(intervals->at[i].high, &high);
		intervals->scale = Max(intervals->scale, Max(low.dscale, high.dscale));
	}
	intervals->has_keys = true;
	for (int i = 0; i < intervals->n && intervals->has_keys; i++)
		intervals->has_keys =
			key128_of_numeric(intervals->at[i].low, intervals->scale, &intervals->at[i].low_key) &&
			key128_of_numeric(intervals->at[i].high, intervals->scale, &intervals->at[i].high_key);
}

static Intervals *
make_intervals(FunctionCallInfo fcinfo, ValueKind kind, struct varlena *const *given)
{
	Intervals  *intervals = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (intervals == NULL)
	{
		intervals = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Intervals));
		kept_init(&intervals->kept, 2, fcinfo->flinfo->fn_mcxt);
		fcinfo->flinfo->fn_extra = intervals;
	}
	old = kept_renew(&intervals->kept, given);
	fill_intervals(intervals, kind);
	if (kind == VALUE_NUMERIC)
		fill_keys(intervals, 0);
	intervals->kept.valid = true;
	MemoryContextSwitchTo(old);
	return intervals;
}

Intervals *
intervals_of_call(FunctionCallInfo fcinfo, int lows, ValueKind kind)
{
	Intervals  *intervals = fcinfo->flinfo->fn_extra;
	struct varlena *given[2];

	given[0] = PG_GETARG_VARLENA_PP(lows);
	given[1] = PG_GETARG_VARLENA_PP(lows + 1);
	if (likely(intervals != NULL && kept_same(&intervals->kept, given)))
		return intervals;
	return make_intervals(fcinfo, kind, given);
}

/* The last interval whose low end is no more than the value, or NULL. */
#define FIND_INTERVAL(found, intervals, low_is_above) \
	do { \
		int			from = 0; \
		int			to = (intervals)->n; \
		while (from < to) \
		{ \
			int			middle = (from + to) / 2; \
			const ValueInterval *interval = &(intervals)->at[middle]; \
			if (low_is_above) \
				to = middle; \
			else \
				from = middle + 1; \
		} \
		(found) = from > 0 ? &(intervals)->at[from - 1] : NULL; \
	} while (0)

bool
intervals_find_float8(const Intervals *intervals, double value)
{
	const ValueInterval *found;

	FIND_INTERVAL(found, intervals, DatumGetFloat8(interval->low) > value);
	return found != NULL && value <= DatumGetFloat8(found->high);
}

bool
intervals_find_int8(const Intervals *intervals, int64 value)
{
	const ValueInterval *found;

	FIND_INTERVAL(found, intervals, DatumGetInt64(interval->low) > value);
	return found != NULL && value <= DatumGetInt64(found->high);
}

/* By keys; a value with more decimals than they have asks for them at its scale. */
bool
intervals_have_numeric(Intervals *intervals, Datum value)
{
	DecimalView view;
	const ValueInterval *found;
	u128		magnitude;

	decimal_view(value, &view);
	if (unlikely(!view.finite))
		value_refuse_nonfinite("value", VALUE_NUMERIC, value);
	if (unlikely(intervals->has_keys && view.dscale > intervals->scale))
		fill_keys(intervals, view.dscale);
	if (likely(intervals->has_keys && decimal_to_u128(&view, intervals->scale, &magnitude)))
	{
		u128		key = key128_of_decimal(view.negative, magnitude);

		FIND_INTERVAL(found, intervals, u128_lt(key, interval->low_key));
		return found != NULL && !u128_lt(found->high_key, key);
	}
	FIND_INTERVAL(found, intervals, value_below(VALUE_NUMERIC, value, interval->low));
	return found != NULL && !value_below(VALUE_NUMERIC, found->high, value);
}

/*
 * abc_within(value, lows, highs): is the value in one of many intervals?  Found by binary search, so that a filter for
 * the cut-offs of a thousand groups costs ten comparisons a row.  Being immutable, it runs where the rows are.
 *
 *	NULL		a NULL value or array gives NULL; NULL in an array is an error
 *	no interval	false
 *	NaN, infinity	error, as value and as end of an interval
 */
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
