/*
 * selection_keys.c
 *		Selection over the keys of a store.
 *
 * A cut-off by cumulative share is a weighted selection.  One pass over the
 * values counts them and adds them up by the leading bits of their keys; the
 * buckets are few, so walking their sums from the largest down finds the one
 * in which the target is reached.  Only inside that bucket do the values
 * matter: a bucket of some thousand values is gathered and sorted, a larger
 * one is divided again in the same way.  Each division shortens the keys by
 * twelve bits, so the work is O(n), however skewed or tied the values are.
 *
 * Sums are exact.  The positive float8 keys of one bucket share their exponent
 * (a bucket never spans more than 2^52 keys and is aligned), so that their
 * mantissas can be added as integers; decimals and bigints are integers.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"

#include "select/selection_private.h"

#define BUCKET_BITS		12
#define SORT_MAX		2048	/* as many keys are always sorted rather than divided, */
#define SORT_FRACTION	32		/* and 1/32 of all: sorting them costs less than a pass */

/*
 * Positive float8 keys
 */

/* value = float8_mantissa * 2^float8_exponent: but for the sign their keys are their bits */
#define float8_mantissa(key)	float8_mantissa_of_bits(key)

static inline int
float8_exponent(uint64 key)
{
	return float8_unit_field(key) - FLOAT8_BIAS;
}

/*
 * The measure
 */

/* What one row with this key adds to the measure: weight << shift. */
static inline u128
key_weight(const Selection *selection, u128 key, int *shift)
{
	*shift = 0;
	if (!selection->by_value)
		return u128_of(1);
	if (selection->store->kind == VALUE_FLOAT8)
	{
		*shift = float8_exponent(u128_lo(key)) - key_selection(selection)->unit_exponent;
		return u128_of(float8_mantissa(u128_lo(key)));
	}
	return u128_sub(key, key_selection(selection)->zero);
}

static void
keys_add_rows(const Selection *selection, const ValueGroup *group, int64 n, ExactSum *sum)
{
	int			shift;
	u128		weight = key_weight(selection, group->key, &shift);

	if (n == 1)
		exact_add_shifted(sum, weight, shift);
	else
		exact_add_product(sum, weight, n, shift);
}

#define KEY					uint64
#define KEY_NAME(name)		name##_key64
#define KEY_OF(x)			u128_lo(x)
#define KEY_WIDE(k)			u128_of(k)
#define KEY_ADD(a, b)		((a) + (b))
#define KEY_SUB(a, b)		((a) - (b))
#define KEY_SHR(a, n)		((a) >> (n))
#define KEY_LT(a, b)		((a) < (b))
#define KEY_EQ(a, b)		((a) == (b))
#include "select/key_loops.h"

#define KEY					u128
#define KEY_NAME(name)		name##_key128
#define KEY_OF(x)			(x)
#define KEY_WIDE(k)			(k)
#define KEY_ADD(a, b)		u128_add(a, b)
#define KEY_SUB(a, b)		u128_sub(a, b)
#define KEY_SHR(a, n)		u128_shr(a, n)
#define KEY_LT(a, b)		u128_lt(a, b)
#define KEY_EQ(a, b)		u128_eq(a, b)
#include "select/key_loops.h"

/* What a bucket adds to the measure. */
static void
add_bucket(const Selection *selection, const Histogram *histogram, int bucket, ExactSum *sum)
{
	if (!selection->by_value)
		exact_add_shifted(sum, u128_of(histogram->counts[bucket]), 0);
	else
	{
		u128		low = u128_add(histogram->low,
								   u128_shl(u128_of(bucket), histogram->shift));
		int			shift;

		(void) key_weight(selection, low, &shift);
		exact_add_shifted(sum, histogram->sums[bucket], shift);
	}
}

/*
 * Histograms
 */

static Histogram *
histogram_create(const Selection *selection, u128 low, u128 high)
{
	Histogram  *histogram = palloc(sizeof(Histogram));

	histogram->shift = Max(0, u128_bits(u128_sub(high, low)) - BUCKET_BITS);
	/* buckets on multiples of their width hold one binary exponent each */
	histogram->low = u128_shl(u128_shr(low, histogram->shift), histogram->shift);
	histogram->nbuckets = (int) u128_lo(u128_shr(u128_sub(high, histogram->low),
												 histogram->shift)) + 1;
	histogram->counts = palloc0(histogram->nbuckets * sizeof(int64));
	histogram->sums = selection->by_value ? palloc0(histogram->nbuckets * sizeof(u128)) : NULL;
	return histogram;
}

void
histogram_free(Histogram *histogram)
{
	if (histogram == NULL)
		return;
	pfree(histogram->counts);
	if (histogram->sums != NULL)
		pfree(histogram->sums);
	pfree(histogram);
}

/* The histogram of the keys from low to high, in one pass over the store. */
Histogram *
histogram_build(const Selection *selection, u128 low, u128 high)
{
	Histogram  *histogram = histogram_create(selection, low, high);
	ValueReader reader;
	const void *block;
	int64		n;

	/*
	 * Aligning may have moved the low end below keys that do not take part:
	 * they are excluded again by starting from low itself.
	 */
	values_read(&reader, selection->store);
	while ((block = values_next_block(&reader, &n)) != NULL)
	{
		if (selection->store->form == FORM_KEY64)
			fill_histogram_key64(selection, histogram, low, high, block, n);
		else
			fill_histogram_key128(selection, histogram, low, high, block, n);
	}
	values_read_end(&reader);
	return histogram;
}

/*
 * Ranges of keys
 */

/* A range of keys that holds the target, and what lies above it. */
typedef struct KeyRange
{
	u128		low;
	u128		high;
	int64		count;			/* keys in the range */
	ExactSum   *before;			/* measure of the keys above the range */
} KeyRange;

/* Is it cheaper to sort the keys of a range than to divide it once more? */
static bool
few_enough_to_sort(const Selection *selection, int64 count)
{
	return count <= SORT_MAX ||
		(count <= selection->nmembers / SORT_FRACTION &&
		 count <= (int64) work_mem * 1024 / 8 / (int64) sizeof(u128));
}

/* The keys of a range, sorted. */
void *
keys_gather(const Selection *selection, u128 low, u128 high, int64 count)
{
	bool		narrow = selection->store->form == FORM_KEY64;
	Size		size = count * (narrow ? sizeof(uint64) : sizeof(u128));
	char	   *found = MemoryContextAllocHuge(CurrentMemoryContext, Max(2 * size, 1)); /* and room to sort */
	int64		nfound = 0;
	ValueReader reader;
	const void *block;
	int64		n;

	values_read(&reader, selection->store);
	while ((block = values_next_block(&reader, &n)) != NULL)
		nfound = narrow ? gather_key64((uint64 *) found, nfound, low, high, block, n) :
			gather_key128((u128 *) found, nfound, low, high, block, n);
	values_read_end(&reader);
	Assert(nfound == count);
	if (narrow)
		sort_key64((uint64 *) found, (uint64 *) (found + size), nfound);
	else
		sort_key128((u128 *) found, (u128 *) (found + size), nfound);
	return found;
}

static bool
walk(const Selection *selection, const void *keys, int64 n, int64 *position,
	 ExactSum *before, const ExactSum *target, ValueGroup *group)
{
	if (selection->store->form == FORM_KEY64)
		return walk_key64(selection, keys, n, position, before, target, group);
	return walk_key128(selection, keys, n, position, before, target, group);
}

/* Narrow the range to the bucket of its histogram that holds the target. */
static bool
enter_bucket(const Selection *selection, const Histogram *histogram, KeyRange *range,
			 const ExactSum *target)
{
	ExactSum   *after = selection_sum(selection);
	int			bucket;

	for (bucket = histogram->nbuckets - 1; bucket >= 0; bucket--)
	{
		if (histogram->counts[bucket] == 0)
			continue;
		exact_copy(after, range->before);
		add_bucket(selection, histogram, bucket, after);
		if (exact_cmp(after, target) >= 0)
		{
			u128		low = u128_add(histogram->low,
									   u128_shl(u128_of(bucket), histogram->shift));
			u128		last = u128_add(low, u128_sub(u128_shl(u128_of(1), histogram->shift),
													  u128_of(1)));

			if (u128_lt(range->low, low))
				range->low = low;
			if (u128_lt(last, range->high))
				range->high = last;
			range->count = histogram->counts[bucket];
			break;
		}
		exact_copy(range->before, after);
	}
	pfree(after);
	return bucket >= 0;
}

static inline u128
sorted_key(const Selection *selection, int64 i)
{
	const void *sorted = key_selection(selection)->sorted;

	return selection->store->form == FORM_KEY64 ? u128_of(((const uint64 *) sorted)[i]) :
		((const u128 *) sorted)[i];
}

/* Add all sorted keys; neighbours of one exponent add up before they meet the sum. */
static void
add_sorted(const Selection *selection, ExactSum *sum)
{
	u128		run = u128_of(0);
	int			run_shift = 0;

	for (int64 i = 0; i < selection->nmembers; i++)
	{
		int			shift;
		u128		weight = key_weight(selection, sorted_key(selection, i), &shift);

		if (shift != run_shift)
		{
			exact_add_shifted(sum, run, run_shift);
			run = u128_of(0);
			run_shift = shift;
		}
		run = u128_add(run, weight);
	}
	exact_add_shifted(sum, run, run_shift);
}

/* Size and take the total of what takes part. */
static void
take_total(Selection *selection)
{
	KeySelection *state = key_selection(selection);
	int			count_bits = u128_bits(u128_of(selection->nmembers));
	int			bits;

	if (!selection->by_value)
		bits = count_bits;
	else if (selection->store->kind == VALUE_FLOAT8)
	{
		state->unit_exponent = float8_exponent(u128_lo(state->low));
		bits = float8_exponent(u128_lo(state->high)) - state->unit_exponent + FLOAT8_FRACTION_BITS + 1 + count_bits;
	}
	else
		bits = u128_bits(u128_sub(state->high, state->zero)) + count_bits;

	/* one limb more, for a weight added across limbs */
	selection->total = exact_create(exact_limbs_for(bits) + 1);
	if (state->histogram == NULL)
	{
		add_sorted(selection, selection->total);
		return;
	}
	for (int i = 0; i < state->histogram->nbuckets; i++)
		if (state->histogram->counts[i] > 0)
			add_bucket(selection, state->histogram, i, selection->total);
}

/*
 * The methods
 */

/* Look inside ever narrower ranges until one is few enough to sort, or a single key. */
static bool
locate_in_histograms(Selection *selection, KeyRange *range, const ExactSum *target, ValueGroup *group)
{
	Histogram  *all = key_selection(selection)->histogram;
	Histogram  *histogram = all;
	bool		found = true;

	while (enter_bucket(selection, histogram, range, target) && histogram->shift > 0 &&
		   !few_enough_to_sort(selection, range->count))
	{
		if (histogram != all)
			histogram_free(histogram);
		histogram = histogram_build(selection, range->low, range->high);
	}
	if (histogram->shift == 0)
	{
		group->key = range->low;
		group->count = range->count;
		exact_copy(group->before, range->before);
	}
	else
	{
		void	   *keys = keys_gather(selection, range->low, range->high, range->count);
		int64		position = 0;

		found = walk(selection, keys, range->count, &position, range->before, target, group);
		pfree(keys);
	}
	Assert(found);
	if (histogram != all)
		histogram_free(histogram);
	return found;
}

static bool
keys_locate(Selection *selection, const ExactSum *target, ValueGroup *group)
{
	KeySelection *state = key_selection(selection);
	KeyRange	range;
	bool		found;

	if (state->sorted != NULL)
		return walk(selection, state->sorted, selection->nmembers, &state->cursor,
					state->cursor_before, target, group);
	range.low = state->low;
	range.high = state->high;
	range.count = selection->nmembers;
	range.before = selection_sum(selection);
	found = locate_in_histograms(selection, &range, target, group);
	pfree(range.before);
	return found;
}

/* One pass for the least key above a given one. */
static u128
least_above(const Selection *selection, u128 above)
{
	u128		best = key_selection(selection)->high;
	ValueReader reader;
	const void *block;
	int64		n;

	values_read(&reader, selection->store);
	while ((block = values_next_block(&reader, &n)) != NULL)
		best = selection->store->form == FORM_KEY64 ?
			least_above_key64(above, best, block, n) :
			least_above_key128(above, best, block, n);
	values_read_end(&reader);
	return best;
}

static bool
keys_next_above(Selection *selection, const ValueGroup *group, u128 *key, Datum *numeric)
{
	KeySelection *state = key_selection(selection);

	if (!u128_lt(group->key, state->high))
		return false;
	if (state->sorted != NULL)
	{
		/* the cursor stands on the group */
		Assert(state->cursor > 0);
		*key = sorted_key(selection, state->cursor - 1);
	}
	else
		*key = least_above(selection, group->key);
	return true;
}

static bool
keys_least(Selection *selection, u128 *key, Datum *numeric)
{
	*key = key_selection(selection)->low;
	return true;
}

static void
keys_end(Selection *selection)
{
	KeySelection *state = key_selection(selection);

	histogram_free(state->histogram);
	if (state->sorted != NULL)
		pfree(state->sorted);
	if (state->cursor_before != NULL)
		pfree(state->cursor_before);
	pfree(state);
}

static const SelectionMethods keys_methods = {
	.add_rows = keys_add_rows,
	.locate = keys_locate,
	.next_above = keys_next_above,
	.least = keys_least,
	.walk = keys_walk,
	.end = keys_end
};

/* One pass that counts the rows and finds the ends of those that take part. */
static void
survey_store(Selection *selection)
{
	ValueStore *store = selection->store;
	ValueReader reader;
	const void *block;
	int64		n;

	values_read(&reader, store);
	while ((block = values_next_block(&reader, &n)) != NULL)
	{
		if (store->form == FORM_KEY64)
			survey_key64(selection, block, n);
		else
			survey_key128(selection, block, n);
	}
	values_read_end(&reader);
}

void
keys_begin(Selection *selection)
{
	ValueStore *store = selection->store;
	KeySelection *state = palloc0(sizeof(KeySelection));

	selection->methods = &keys_methods;
	selection->state = state;
	state->zero = store->form == FORM_KEY64 ? u128_of(KEY64_ZERO) : KEY128_ZERO;
	state->low = u128_make(PG_UINT64_MAX, PG_UINT64_MAX);
	state->least = state->zero;
	survey_store(selection);
	if (selection->nnegative > 0)
		selection->least_negative = values_datum(store, state->least);
	if (selection->nmembers == 0)
	{
		selection->total = exact_create(1);
		return;
	}
	if (selection->nmembers <= SORT_MAX)
		state->sorted = keys_gather(selection, state->low, state->high, selection->nmembers);
	else
		state->histogram = histogram_build(selection, state->low, state->high);
	take_total(selection);
	state->cursor_before = selection_sum(selection);
}
