/*
 * normalizer.c
 *		The values of a store made comparable, one after the other.
 *
 * With x the value (as float8), and lowest, highest, n over the values that
 * are not NULL; "lower" is the form where less is better:
 *
 *	none	x							lower: -x
 *	ratio	x / highest, and 0 where no value is positive
 *			lower: least positive value / x, and 1 for x <= 0, which is no worse
 *	minmax	(x - lowest) / (highest - lowest)
 *			lower: (highest - x) / (highest - lowest)
 *	zscore	(x - mean) / deviation		lower: the negative of it
 *	rank	(rows with smaller values) / (n - 1), as SQL's percent_rank
 *			lower: (rows with larger values) / (n - 1)
 *	ntile N	the bin that SQL's ntile gives to the first row of the group of
 *			equal values, sorted so that the last bin is the best
 *
 * Where all values are equal, as with a single row, there is nothing to
 * compare: minmax, zscore and rank give 0, and ntile gives bin 1.
 *
 * The mean is the exact sum, rounded once, over n; the deviation the square
 * root of the exact sum of the rounded squares (x - mean)^2, rounded once, over
 * n.  Where squares or differences could leave the range of float8, all values
 * are taken times a power of two, which changes no result.  Rank and ntile
 * compare the values themselves, whatever their type.
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"

#include "arith/exact_state.h"
#include "cut/normalizer.h"

#define CHUNK			1024	/* values looked at together */
#define CHUNK_EXPONENTS	63		/* 53 bits of mantissa, 63 of shift, 10 of count: 126 */
#define SAFE_EXPONENT	400		/* squares of values within 2^+-400 are no problem */

/* The next at most "max" values as float8, NaN for NULL; their number, 0 at the end. */
static int
read_values(Normalizer *normalizer, double *values, int max)
{
	ValueStore *store = normalizer->store;
	ValueReader *reader = &normalizer->reader;
	int			n = 0;

	while (n < max && values_more(reader))
	{
		const char *at = reader->at;

		if (likely(store->kind == VALUE_FLOAT8))
		{
			const uint64 *keys = (const uint64 *) at;
			int			take = Min(max - n, (int) ((const uint64 *) reader->end - keys));

			if (store->form == FORM_FLOAT8)
				memcpy(values + n, at, take * sizeof(double));
			else
				for (int i = 0; i < take; i++)
					values[n + i] = float8_of_key(keys[i]);	/* the key of NULL, 0, is NaN */
			reader->at += take * sizeof(uint64);
			n += take;
			continue;
		}
		values[n++] = values_is_null(store->form, at) ? get_float8_nan() : values_float8(store, at);
		values_step(reader);
	}
	return n;
}

static void
begin_pass(Normalizer *normalizer)
{
	values_read_end(&normalizer->reader);
	values_read(&normalizer->reader, normalizer->store);
}

/*
 * Add values to sum i; NaN adds nothing.  Values whose exponents lie within
 * CHUNK_EXPONENTS add up to less than 2^127 in units of the smallest, so that
 * they can be added as integers before they meet the sum.
 */
static ExactState *
add_values(ExactState *state, int i, const double *values, int n)
{
	int			least = PG_INT32_MAX;
	int			greatest = PG_INT32_MIN;
	u128		sums[2] = {u128_of(0), u128_of(0)}; /* of positive and of negative values */
	int			exponent;
	bool		negative;

	for (int v = 0; v < n; v++)
	{
		if (isnan(values[v]) || values[v] == 0)
			continue;
		(void) float8_split(values[v], &exponent, &negative);
		least = Min(least, exponent);
		greatest = Max(greatest, exponent);
	}
	for (int v = 0; v < n; v++)
	{
		uint64		mantissa;

		if (isnan(values[v]) || values[v] == 0)
			continue;
		mantissa = float8_split(values[v], &exponent, &negative);
		if (likely(greatest - least <= CHUNK_EXPONENTS))
			sums[negative] = u128_add(sums[negative], u128_shl(u128_of(mantissa), exponent - least));
		else
			state = exact_state_add_binary(state, i, negative, u128_of(mantissa), exponent);
	}
	state = exact_state_add_binary(state, i, false, sums[0], least);
	return exact_state_add_binary(state, i, true, sums[1], least);
}

static double
sum_as_float8(const ExactState *state, int i)
{
	bool		negative;
	ExactSum   *magnitude = exact_state_magnitude(state_sum(state, i), 0, &negative);
	double		result = exact_to_float8(magnitude, 64 * state_sum(state, i)->low);

	pfree(magnitude);
	return negative ? -result : result;
}

/* All values times 2^shift. */
static inline void
shift_values(const Normalizer *normalizer, double *values, int n)
{
	if (unlikely(normalizer->shift != 0))
		for (int i = 0; i < n; i++)
			values[i] = ldexp(values[i], normalizer->shift);
}

/* Least, largest, and for "lower ratio" the least positive value. */
static void
learn_range(Normalizer *normalizer)
{
	const ValueStore *store = normalizer->store;
	bool		lower_ratio = normalizer->method.kind == METHOD_RATIO && normalizer->method.lower;
	double		low = get_float8_infinity();
	double		high = -low;
	double		least_positive = low;
	double		values[CHUNK];
	int			n;

	if (store->form == FORM_FLOAT8)
	{
		low = store->low;
		high = store->high;
	}
	if (store->form != FORM_FLOAT8 || lower_ratio)
	{
		begin_pass(normalizer);
		while ((n = read_values(normalizer, values, CHUNK)) > 0)
		{
			float8_range(values, n, &low, &high);
			for (int i = 0; lower_ratio && i < n; i++)
				if (values[i] > 0 && values[i] < least_positive)
					least_positive = values[i];
		}
	}
	normalizer->constant = low >= high;
	normalizer->low = normalizer->method.kind == METHOD_RATIO ? least_positive : low;
	normalizer->high = high;
}

/* Keep the difference of the largest and the least value in range. */
static void
scale_range(Normalizer *normalizer)
{
	if (!isinf(normalizer->high - normalizer->low))
		return;
	normalizer->shift = -1;
	normalizer->low /= 2;
	normalizer->high /= 2;
}

/* Keep squares in range. */
static void
scale_squares(Normalizer *normalizer)
{
	int			exponent;

	(void) frexp(Max(fabs(normalizer->low), fabs(normalizer->high)), &exponent);
	if (abs(exponent) > SAFE_EXPONENT)
		normalizer->shift = -exponent;
}

static void
learn_deviation(Normalizer *normalizer)
{
	ExactState *state = exact_state_create(0, EXACT_FLOAT8);
	int64		count = 0;
	double		values[CHUNK];
	int			n;

	begin_pass(normalizer);
	while ((n = read_values(normalizer, values, CHUNK)) > 0)
	{
		shift_values(normalizer, values, n);
		for (int i = 0; i < n; i++)
			count += !isnan(values[i]);
		state = add_values(state, 0, values, n);
	}
	normalizer->mean = sum_as_float8(state, 0) / count;

	begin_pass(normalizer);
	while ((n = read_values(normalizer, values, CHUNK)) > 0)
	{
		shift_values(normalizer, values, n);
		for (int i = 0; i < n; i++)
		{
			double		difference = values[i] - normalizer->mean;

			values[i] = difference * difference;
		}
		state = add_values(state, 1, values, n);
	}
	normalizer->deviation = sqrt(sum_as_float8(state, 1) / count);
	pfree(state);
}

/* Rows with smaller values, or if less is better, with larger ones. */
static inline int64
rows_worse(const RankedGroup *group, const Method *method)
{
	return method->lower ? group->rows_before :
		group->members - group->rows_before - group->count;
}

/* RankFunction */
static double
percent_rank(const RankedGroup *group, void *arg)
{
	if (group->members < 2)
		return 0;
	return (double) rows_worse(group, arg) / (double) (group->members - 1);
}

/*
 * RankFunction.  SQL's ntile makes the first (members modulo bins) bins one row
 * larger than the others.
 */
static double
bin_of_group(const RankedGroup *group, void *arg)
{
	const Method *method = arg;
	int64		row = rows_worse(group, method);
	int64		size = group->members / method->bins;
	int64		larger = group->members % method->bins;

	if (row < larger * (size + 1))
		return (double) (row / (size + 1) + 1);
	if (size == 0)
		return (double) larger;	/* only after the last group */
	return (double) (larger + (row - larger * (size + 1)) / size + 1);
}

void
normalizer_begin(Normalizer *normalizer, const Method *method, ValueStore *store)
{
	memset(normalizer, 0, sizeof(*normalizer));
	normalizer->method = *method;
	normalizer->store = store;
	switch (method->kind)
	{
		case METHOD_NONE:
			break;
		case METHOD_RATIO:
			learn_range(normalizer);
			break;
		case METHOD_MINMAX:
			learn_range(normalizer);
			scale_range(normalizer);
			break;
		case METHOD_ZSCORE:
			learn_range(normalizer);
			if (!normalizer->constant)
			{
				scale_squares(normalizer);
				learn_deviation(normalizer);
			}
			break;
		case METHOD_RANK:
			normalizer->ranking = ranking_create(store, false, percent_rank, &normalizer->method);
			break;
		case METHOD_NTILE:
			normalizer->ranking = ranking_create(store, false, bin_of_group, &normalizer->method);
			break;
	}
	begin_pass(normalizer);
}

static void
apply_ratio(const Normalizer *normalizer, double *x, int n)
{
	double		low = normalizer->low;
	double		high = normalizer->high;
	bool		overflow = false;

	if (normalizer->method.lower)
	{
		for (int i = 0; i < n; i++)
			x[i] = x[i] > 0 ? low / x[i] : x[i] <= 0 ? 1 : x[i];
		return;
	}
	for (int i = 0; i < n; i++)
	{
		x[i] = high > 0 ? x[i] / high : x[i] * 0;
		overflow |= isinf(x[i]) != 0;
	}
	if (overflow)
		float_overflow_error();
}

static void
apply_minmax(const Normalizer *normalizer, double *x, int n)
{
	double		low = normalizer->low;
	double		high = normalizer->high;
	double		range = normalizer->constant ? 1 : high - low;

	shift_values(normalizer, x, n);
	if (normalizer->method.lower)
		for (int i = 0; i < n; i++)
			x[i] = (high - x[i]) / range;
	else
		for (int i = 0; i < n; i++)
			x[i] = (x[i] - low) / range;
}

static void
apply_zscore(const Normalizer *normalizer, double *x, int n)
{
	double		mean = normalizer->constant ? normalizer->high : normalizer->mean;
	double		deviation = normalizer->constant ? 1 : normalizer->deviation;

	shift_values(normalizer, x, n);
	for (int i = 0; i < n; i++)
		x[i] = (x[i] - mean) / deviation;
}

void
normalizer_fill(Normalizer *normalizer, double *results, int n)
{
	bool		lower = normalizer->method.lower;

	if (normalizer->ranking != NULL)
	{
		for (int i = 0; i < n; i++)
			(void) ranking_next(normalizer->ranking, &results[i]);
		return;
	}
	if (read_values(normalizer, results, n) != n)
		elog(ERROR, "a normalizer was asked for more values than its store has");
	switch (normalizer->method.kind)
	{
		case METHOD_RATIO:
			apply_ratio(normalizer, results, n);
			break;
		case METHOD_MINMAX:
			apply_minmax(normalizer, results, n);
			break;
		case METHOD_ZSCORE:
			apply_zscore(normalizer, results, n);
			break;
		default:
			break;
	}
	if (lower && (normalizer->method.kind == METHOD_ZSCORE || normalizer->method.kind == METHOD_NONE))
		for (int i = 0; i < n; i++)
			results[i] = -results[i];
	for (int i = 0; i < n; i++)
		results[i] += 0.0;		/* -0 becomes 0 */
}

void
normalizer_end(Normalizer *normalizer)
{
	values_read_end(&normalizer->reader);
	if (normalizer->ranking != NULL)
		ranking_free(normalizer->ranking);
	normalizer->ranking = NULL;
}
