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

#include "sql/argument.h"
#include "values/values.h"

PG_FUNCTION_INFO_V1(abc_within_float8);
PG_FUNCTION_INFO_V1(abc_within_int8);
PG_FUNCTION_INFO_V1(abc_within_numeric);

typedef struct Interval
{
	Datum		low;
	Datum		high;
	u128		low_key;		/* numeric with has_keys */
	u128		high_key;
} Interval;

#define INTERVALS_HINT	"Interval i is from lows[i] to highs[i], both included."

static const ArrayRule lows_rule = {"lows", PG_INT32_MAX, false, true, INTERVALS_HINT};
static const ArrayRule highs_rule = {"highs", PG_INT32_MAX, false, true, INTERVALS_HINT};

/* The intervals of the last call, sorted and disjoint. */
typedef struct WithinCache
{
	KeptArguments kept;			/* lows, highs */
	int			n;
	Interval   *intervals;
	bool		has_keys;		/* numeric: all ends have keys, */
	int			scale;			/* at this scale */
} WithinCache;

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
	Datum		x = ((const Interval *) a)->low;
	Datum		y = ((const Interval *) b)->low;

	return value_below(kind, x, y) ? -1 : value_below(kind, y, x);
}

/* Sort the intervals, and make one of those that have a value in common. */
static void
join_intervals(WithinCache *cache, ValueKind kind)
{
	int			last = 0;

	qsort_arg(cache->intervals, cache->n, sizeof(Interval), compare_intervals, &kind);
	for (int i = 1; i < cache->n; i++)
	{
		Interval   *before = &cache->intervals[last];
		const Interval *next = &cache->intervals[i];

		if (value_below(kind, before->high, next->low))
			cache->intervals[++last] = *next;
		else if (value_below(kind, before->high, next->high))
			before->high = next->high;
	}
	cache->n = Min(cache->n, last + 1);
}

static void
fill_intervals(WithinCache *cache, ValueKind kind)
{
	int			nhighs;
	Datum	   *low = read_ends(&lows_rule, cache->kept.bytes[0], kind, &cache->n);
	Datum	   *high = read_ends(&highs_rule, cache->kept.bytes[1], kind, &nhighs);

	if (nhighs != cache->n)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%d lows but %d highs", cache->n, nhighs),
				 errhint(INTERVALS_HINT)));
	cache->intervals = palloc0(Max(cache->n, 1) * sizeof(Interval));
	for (int i = 0; i < cache->n; i++)
	{
		if (value_below(kind, high[i], low[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("interval %d is from %s down to %s", i + 1, value_text(kind, low[i]),
							value_text(kind, high[i])),
					 errhint(INTERVALS_HINT)));
		cache->intervals[i].low = low[i];
		cache->intervals[i].high = high[i];
	}
	join_intervals(cache, kind);
}

/* Keys of numeric ends, at the largest of their scales. */
static void
fill_keys(WithinCache *cache)
{
	cache->scale = 0;
	for (int i = 0; i < cache->n; i++)
	{
		DecimalView low,
					high;

		decimal_view(cache->intervals[i].low, &low);
		decimal_view(cache->intervals[i].high, &high);
		cache->scale = Max(cache->scale, Max(low.dscale, high.dscale));
	}
	cache->has_keys = true;
	for (int i = 0; i < cache->n && cache->has_keys; i++)
		cache->has_keys = key128_of_numeric(cache->intervals[i].low, cache->scale, &cache->intervals[i].low_key) &&
			key128_of_numeric(cache->intervals[i].high, cache->scale, &cache->intervals[i].high_key);
}

static WithinCache *
fill_cache(FunctionCallInfo fcinfo, ValueKind kind, struct varlena *const *given)
{
	WithinCache *cache = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(WithinCache));
		kept_init(&cache->kept, 2, fcinfo->flinfo->fn_mcxt);
		fcinfo->flinfo->fn_extra = cache;
	}
	old = kept_renew(&cache->kept, given);
	fill_intervals(cache, kind);
	if (kind == VALUE_NUMERIC)
		fill_keys(cache);
	cache->kept.valid = true;
	MemoryContextSwitchTo(old);
	return cache;
}

/* The cache for these arrays, filled afresh if they are others than before. */
static inline const WithinCache *
within_cache(FunctionCallInfo fcinfo, ValueKind kind)
{
	WithinCache *cache = fcinfo->flinfo->fn_extra;
	struct varlena *given[2];

	given[0] = PG_GETARG_VARLENA_PP(1);
	given[1] = PG_GETARG_VARLENA_PP(2);
	if (likely(cache != NULL && kept_same(&cache->kept, given)))
		return cache;
	return fill_cache(fcinfo, kind, given);
}

/* The last interval whose low end is no more than the value, or NULL. */
#define FIND_INTERVAL(found, cache, low_is_above) \
	do { \
		int			from = 0; \
		int			to = (cache)->n; \
		while (from < to) \
		{ \
			int			middle = (from + to) / 2; \
			const Interval *interval = &(cache)->intervals[middle]; \
			if (low_is_above) \
				to = middle; \
			else \
				from = middle + 1; \
		} \
		(found) = from > 0 ? &(cache)->intervals[from - 1] : NULL; \
	} while (0)

/* abc_within(float8, float8[], float8[]), also for real and the integers below bigint */
Datum
abc_within_float8(PG_FUNCTION_ARGS)
{
	double		value = PG_GETARG_FLOAT8(0);
	const WithinCache *cache = within_cache(fcinfo, VALUE_FLOAT8);
	const Interval *found;

	value_check_finite("value", value);
	FIND_INTERVAL(found, cache, DatumGetFloat8(interval->low) > value);
	PG_RETURN_BOOL(found != NULL && value <= DatumGetFloat8(found->high));
}

/* abc_within(bigint, bigint[], bigint[]) */
Datum
abc_within_int8(PG_FUNCTION_ARGS)
{
	int64		value = PG_GETARG_INT64(0);
	const WithinCache *cache = within_cache(fcinfo, VALUE_INT8);
	const Interval *found;

	FIND_INTERVAL(found, cache, DatumGetInt64(interval->low) > value);
	PG_RETURN_BOOL(found != NULL && value <= DatumGetInt64(found->high));
}

/* abc_within(numeric, numeric[], numeric[]) */
Datum
abc_within_numeric(PG_FUNCTION_ARGS)
{
	Datum		value = PG_GETARG_DATUM(0);
	const WithinCache *cache = within_cache(fcinfo, VALUE_NUMERIC);
	const Interval *found;
	u128		key;

	if (likely(cache->has_keys && key128_of_numeric(value, cache->scale, &key)))
	{
		FIND_INTERVAL(found, cache, u128_lt(key, interval->low_key));
		PG_RETURN_BOOL(found != NULL && !u128_lt(found->high_key, key));
	}
	value_require_finite("value", VALUE_NUMERIC, value);
	FIND_INTERVAL(found, cache, value_below(VALUE_NUMERIC, value, interval->low));
	PG_RETURN_BOOL(found != NULL && !value_below(VALUE_NUMERIC, found->high, value));
}
