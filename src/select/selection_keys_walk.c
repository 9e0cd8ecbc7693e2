/*
 * selection_keys_walk.c
 *		Every group of equal values, largest first, in bounded memory.
 *
 * The values of a range that fits in memory are gathered and sorted.  A larger
 * range is divided by the leading bits of its keys: neighbouring buckets that
 * fit together are taken together, one that does not fit is divided again, and
 * once a bucket is a single key its count is all there is to know.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "select/selection_private.h"

#define GATHER_MIN	2048		/* keys that are gathered however little work_mem */

typedef struct GroupWalk
{
	Selection  *selection;
	GroupFunction function;
	void	   *arg;
	int64		fitting;		/* keys that fit in memory */
	int64		rows_before;
} GroupWalk;

static bool
visit(GroupWalk *walk, ValueGroup *group)
{
	int64		before = walk->rows_before;

	walk->rows_before += group->count;
	return walk->function(walk->selection, group, before, walk->arg);
}

/* Visit the groups of n sorted keys. */
static bool
visit_sorted(GroupWalk *walk, const void *keys, int64 n)
{
	bool		narrow = walk->selection->store->form == FORM_KEY64;
	const uint64 *keys64 = keys;
	const u128 *keys128 = keys;

	for (int64 i = 0; i < n;)
	{
		ValueGroup	group = {0};
		int64		end = i + 1;

		if (i % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		if (narrow)
			while (end < n && keys64[end] == keys64[i])
				end++;
		else
			while (end < n && u128_eq(keys128[end], keys128[i]))
				end++;
		group.key = narrow ? u128_of(keys64[i]) : keys128[i];
		group.count = end - i;
		if (!visit(walk, &group))
			return false;
		i = end;
	}
	return true;
}

static bool walk_range(GroupWalk *walk, u128 low, u128 high, int64 count,
					   const Histogram *histogram);

/* Visit buckets first to last of a histogram, which hold count keys. */
static bool
walk_buckets(GroupWalk *walk, const Histogram *histogram, int first, int last, int64 count,
			 u128 low, u128 high)
{
	u128		from = u128_add(histogram->low, u128_shl(u128_of(first), histogram->shift));
	u128		to = u128_add(u128_add(histogram->low, u128_shl(u128_of(last), histogram->shift)),
							  u128_sub(u128_shl(u128_of(1), histogram->shift), u128_of(1)));

	if (count == 0)
		return true;
	/* the outer buckets may begin before the range and end after it */
	return walk_range(walk, u128_lt(from, low) ? low : from, u128_lt(high, to) ? high : to,
					  count, NULL);
}

/* Visit the groups of the count keys from low to high; histogram: theirs, if there is one. */
static bool
walk_range(GroupWalk *walk, u128 low, u128 high, int64 count, const Histogram *histogram)
{
	Selection  *selection = walk->selection;
	Histogram  *own = NULL;
	int64		batch = 0;
	int			last;
	bool		go_on = true;

	CHECK_FOR_INTERRUPTS();
	if (u128_eq(low, high))
	{
		ValueGroup	group = {0};

		group.key = low;
		group.count = count;
		return visit(walk, &group);
	}
	if (count <= walk->fitting)
	{
		void	   *keys = keys_gather(selection, low, high, count);

		go_on = visit_sorted(walk, keys, count);
		pfree(keys);
		return go_on;
	}

	if (histogram == NULL)
		histogram = own = histogram_build(selection, low, high);
	last = histogram->nbuckets - 1;
	for (int b = last; b >= 0 && go_on; b--)
	{
		/* a bucket of one key needs no batch: its count is known */
		if (batch > 0 && (histogram->shift == 0 || batch + histogram->counts[b] > walk->fitting))
		{
			go_on = walk_buckets(walk, histogram, b + 1, last, batch, low, high);
			batch = 0;
		}
		if (batch == 0)
			last = b;
		batch += histogram->counts[b];
	}
	if (go_on)
		go_on = walk_buckets(walk, histogram, 0, last, batch, low, high);
	histogram_free(own);
	return go_on;
}

bool
keys_walk(Selection *selection, GroupFunction function, void *arg)
{
	KeySelection *state = key_selection(selection);
	GroupWalk	walk = {selection, function, arg, 0, 0};

	if (selection->nmembers == 0)
		return true;
	if (state->sorted != NULL)
		return visit_sorted(&walk, state->sorted, selection->nmembers);
	walk.fitting = Max(GATHER_MIN, (int64) (values_memory(selection->store) / 4 /
											form_width(selection->store->form)));
	return walk_range(&walk, state->low, state->high, selection->nmembers, state->histogram);
}
