/*
 * ranks.c
 *		The tiers of many rows.
 */
#include "postgres.h"

#include "cut/ranks.h"

/*
 * Every cut is compared, from the last to the first, because a branch that ends
 * early would be mispredicted too often.
 */
static void
ranks_of_keys64(const CutPoints *points, const uint64 *keys, int n, int8 *ranks)
{
	uint64		least = points->drop_negative ? KEY64_ZERO : 1;	/* 0 is NULL */
	uint64		reached[ABC_MAX_CUTS];
	int			rank_of[ABC_MAX_CUTS];
	int			nreached = 0;

	for (int c = points->ncuts - 1; c >= 0; c--)
	{
		if (!points->cuts[c].reached)
			continue;
		reached[nreached] = u128_lo(points->cuts[c].key);
		rank_of[nreached++] = c;
	}
	for (int i = 0; i < n; i++)
	{
		int			rank = points->ncuts;

		for (int c = 0; c < nreached; c++)
			rank = keys[i] >= reached[c] ? rank_of[c] : rank;
		ranks[i] = keys[i] >= least ? rank : -1;
	}
}

static int
rank_of_stored_key128(const CutPoints *points, u128 key)
{
	if (u128_eq(key, u128_of(0)) || (points->drop_negative && u128_lt(key, KEY128_ZERO)))
		return -1;
	return cut_rank_of_key128(points, key);
}

static int
rank_of_wide(const CutPoints *points, const WideValue *wide)
{
	DecimalView view;

	if (wide->size == 0)
		return -1;
	decimal_view(wide_datum(wide), &view);
	if (points->drop_negative && view.negative)
		return -1;
	return cut_rank_of_numeric(points, wide_datum(wide));
}

void
cut_ranks(const CutPoints *points, ValueReader *reader, int8 *ranks, int n)
{
	int			done = 0;

	if (points->unknown)
	{
		memset(ranks, -1, n);
		return;
	}
	while (done < n)
	{
		const char *at;

		if (!values_more(reader))
			elog(ERROR, "a row is not in its partition");
		at = reader->at;
		if (reader->store->form == FORM_KEY64)
		{
			int			take = Min(n - done, (int) ((reader->end - at) / sizeof(uint64)));

			ranks_of_keys64(points, (const uint64 *) at, take, ranks + done);
			reader->at += take * sizeof(uint64);
			done += take;
		}
		else
		{
			ranks[done++] = reader->store->form == FORM_KEY128 ?
				rank_of_stored_key128(points, *(const u128 *) at) :
				rank_of_wide(points, (const WideValue *) at);
			values_step(reader);
		}
	}
}
