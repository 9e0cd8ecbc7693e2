/*
 * key_loops.h
 *		The loops of selection_keys.c over blocks of keys; included once for each width.
 *
 * The includer defines
 *		KEY				the type of a key
 *		KEY_NAME(name)	the name of a function for this width
 *		KEY_OF(u128)	narrow a key, and
 *		KEY_WIDE(key)	widen it
 *		KEY_ADD, KEY_SUB, KEY_SHR, KEY_LT, KEY_EQ
 */

/* Largest first. */
#define SORT_NAME KEY_NAME(sort)
#define SORT_ELEMENT KEY
#define SORT_AFTER(a, b) KEY_LT(a, b)
#include "select/merge_sort.h"

/* Count the keys and find the ends of those that take part. */
static void
KEY_NAME(survey) (Selection *selection, const KEY *keys, int64 n)
{
	KeySelection *state = key_selection(selection);
	const KEY	zero = KEY_OF(state->zero);
	const KEY	null = KEY_OF(u128_of(0));
	KEY			low = KEY_OF(state->low);
	KEY			high = KEY_OF(state->high);
	KEY			least = KEY_OF(state->least);
	int64		nnull = 0;
	int64		nnegative = 0;
	int64		nmembers = 0;

	for (int64 i = 0; i < n; i++)
	{
		KEY			key = keys[i];

		if (KEY_LT(zero, key) || (!selection->by_value && !KEY_EQ(key, null)))
		{
			nmembers++;
			if (KEY_LT(key, low))
				low = key;
			if (KEY_LT(high, key))
				high = key;
		}
		if (KEY_EQ(key, null))
			nnull++;
		else if (KEY_LT(key, zero))
		{
			nnegative++;
			if (KEY_LT(key, least))
				least = key;
		}
	}
	selection->nvalues += n - nnull;
	selection->nnegative += nnegative;
	selection->nmembers += nmembers;
	state->low = KEY_WIDE(low);
	state->high = KEY_WIDE(high);
	state->least = KEY_WIDE(least);
}

/* Count the keys from low to high by bucket, and add up their weights. */
static void
KEY_NAME(fill_histogram) (const Selection *selection, Histogram *histogram,
						  u128 low_key, u128 high_key, const KEY *keys, int64 n)
{
	/* offsets count from low, buckets from the aligned key below it */
	const KEY	low = KEY_OF(low_key);
	const KEY	range = KEY_SUB(KEY_OF(high_key), low);
	const KEY	lead = KEY_OF(u128_sub(low_key, histogram->low));
	const int	shift = histogram->shift;
	int64	   *counts = histogram->counts;
	u128	   *sums = histogram->sums;

	if (!selection->by_value)
	{
		for (int64 i = 0; i < n; i++)
		{
			KEY			offset = KEY_SUB(keys[i], low);

			if (!KEY_LT(range, offset))
				counts[u128_lo(KEY_WIDE(KEY_SHR(KEY_ADD(offset, lead), shift)))]++;
		}
	}
	else if (selection->store->kind == VALUE_FLOAT8)
	{
		for (int64 i = 0; i < n; i++)
		{
			KEY			offset = KEY_SUB(keys[i], low);

			if (!KEY_LT(range, offset))
			{
				int			bucket = (int) u128_lo(KEY_WIDE(KEY_SHR(KEY_ADD(offset, lead), shift)));

				counts[bucket]++;
				sums[bucket] = u128_add(sums[bucket],
										u128_of(float8_mantissa(u128_lo(KEY_WIDE(keys[i])))));
			}
		}
	}
	else
	{
		const KEY	zero = KEY_OF(key_selection(selection)->zero);

		for (int64 i = 0; i < n; i++)
		{
			KEY			offset = KEY_SUB(keys[i], low);

			if (!KEY_LT(range, offset))
			{
				int			bucket = (int) u128_lo(KEY_WIDE(KEY_SHR(KEY_ADD(offset, lead), shift)));

				counts[bucket]++;
				sums[bucket] = u128_add(sums[bucket], KEY_WIDE(KEY_SUB(keys[i], zero)));
			}
		}
	}
}

/* Append the keys from low to high to found, which has room. */
static int64
KEY_NAME(gather) (KEY *found, int64 nfound, u128 low_key, u128 high_key,
				  const KEY *keys, int64 n)
{
	const KEY	low = KEY_OF(low_key);
	const KEY	range = KEY_SUB(KEY_OF(high_key), low);

	for (int64 i = 0; i < n; i++)
		if (!KEY_LT(range, KEY_SUB(keys[i], low)))
			found[nfound++] = keys[i];
	return nfound;
}

/* The least key above a given one, if lower than best. */
static u128
KEY_NAME(least_above) (u128 above_key, u128 best_key, const KEY *keys, int64 n)
{
	const KEY	above = KEY_OF(above_key);
	KEY			best = KEY_OF(best_key);

	for (int64 i = 0; i < n; i++)
		if (KEY_LT(above, keys[i]) && KEY_LT(keys[i], best))
			best = keys[i];
	return KEY_WIDE(best);
}

/*
 * Walk the sorted keys from *position, with *before the measure of what lies
 * before it, to the group through which the measure reaches target.
 */
static bool
KEY_NAME(walk) (const Selection *selection, const KEY *keys, int64 n, int64 *position,
				ExactSum *before, const ExactSum *target, ValueGroup *group)
{
	ExactSum   *after = selection_sum(selection);
	int64		i = *position;

	while (i < n)
	{
		int64		end = i + 1;

		CHECK_FOR_INTERRUPTS();
		while (end < n && KEY_EQ(keys[end], keys[i]))
			end++;
		group->key = KEY_WIDE(keys[i]);
		group->count = end - i;
		exact_copy(after, before);
		keys_add_rows(selection, group, group->count, after);
		if (exact_cmp(after, target) >= 0)
		{
			*position = i;
			exact_copy(group->before, before);
			pfree(after);
			return true;
		}
		exact_copy(before, after);
		i = end;
	}
	*position = n;
	pfree(after);
	return false;
}

#undef KEY
#undef KEY_NAME
#undef KEY_OF
#undef KEY_WIDE
#undef KEY_ADD
#undef KEY_SUB
#undef KEY_SHR
#undef KEY_LT
#undef KEY_EQ
