/*
 * ranking_ranges.c
 *		Ranking more rows than fit in memory, one range of values after the other.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "select/ranking_walk.h"

/* The files over which rows are distributed: some neighbouring buckets each. */
typedef struct RangeFiles
{
	Histogram  *histogram;		/* NULL: one file for all */
	int			nfiles;
	int		   *file_of_bucket;
	TempFile  **files;			/* largest values first */
} RangeFiles;

/* Put neighbouring buckets together as long as their rows fit in memory. */
static void
plan_ranges(RankWalk *walk, RangeFiles *ranges, int64 fitting)
{
	Histogram  *histogram = key_selection(&walk->selection)->histogram;
	int64		limit = Max(fitting, walk->selection.nmembers / (MAX_FILES / 2));
	int64		rows = 0;

	ranges->histogram = histogram;
	ranges->nfiles = 1;
	ranges->file_of_bucket = NULL;
	if (histogram != NULL)
	{
		ranges->file_of_bucket = palloc(histogram->nbuckets * sizeof(int));
		for (int b = histogram->nbuckets - 1; b >= 0; b--)
		{
			if (rows > 0 && rows + histogram->counts[b] > limit)
			{
				ranges->nfiles++;
				rows = 0;
			}
			rows += histogram->counts[b];
			ranges->file_of_bucket[b] = ranges->nfiles - 1;
		}
	}
	ranges->files = palloc(ranges->nfiles * sizeof(TempFile *));
	for (int i = 0; i < ranges->nfiles; i++)
	{
		ranges->files[i] = tempfile_create(walk->ranking->mcxt);
		tempfile_open(ranges->files[i]);
	}
}

static void
distribute_row(const RangeFiles *ranges, bool narrow, u128 key, int64 row)
{
	const Histogram *h = ranges->histogram;
	int			file = 0;

	if (h != NULL)
		file = ranges->file_of_bucket[u128_lo(u128_shr(u128_sub(key, h->low), h->shift))];
	if (narrow)
	{
		KeyRow64	pair = {u128_lo(key), row};

		tempfile_append(ranges->files[file], &pair, sizeof(pair));
	}
	else
	{
		KeyRow128	pair = {key, row};

		tempfile_append(ranges->files[file], &pair, sizeof(pair));
	}
}

#define READ_ROWS	4096		/* read at once from a file of one value */

/* The next rows of a file, from row number "from" of n, into memory. */
static int64
read_rows(TempFile *file, Size pair, int64 from, int64 n, void *rows)
{
	int64		take = Min(READ_ROWS, n - from);

	CHECK_FOR_INTERRUPTS();
	tempfile_read(file, from * (int64) pair, rows, take * pair);
	return take;
}

/*
 * Rank the n rows of a file if they all have the same value, as they do where
 * many rows share few values: no sorting then.  False if they have not.
 */
static bool
rank_single_value(RankWalk *walk, bool narrow, TempFile *file, int64 n)
{
	Size		pair = narrow ? sizeof(KeyRow64) : sizeof(KeyRow128);
	void	   *rows = palloc(READ_ROWS * pair);
	const KeyRow64 *rows64 = rows;
	const KeyRow128 *rows128 = rows;
	u128		first = u128_of(0);
	bool		same = true;
	int64		take;

	for (int64 from = 0; from < n && same; from += take)
	{
		take = read_rows(file, pair, from, n, rows);
		if (from == 0)
			first = narrow ? u128_of(rows64[0].key) : rows128[0].key;
		for (int64 i = 0; i < take && same; i++)
			same = u128_eq(narrow ? u128_of(rows64[i].key) : rows128[i].key, first);
	}
	if (same)
	{
		double		number = ranking_enter_group(walk, first, (Datum) 0, n);

		for (int64 from = 0; from < n; from += take)
		{
			take = read_rows(file, pair, from, n, rows);
			for (int64 i = 0; i < take; i++)
				ranking_put_number(walk->ranking, narrow ? rows64[i].row : rows128[i].row, number);
		}
	}
	pfree(rows);
	return same;
}

void
ranking_by_ranges(RankWalk *walk)
{
	bool		narrow = walk->selection.store->form == FORM_KEY64;
	Size		pair = narrow ? sizeof(KeyRow64) : sizeof(KeyRow128);
	int64		fitting = (int64) (values_memory(walk->selection.store) / 4 / pair);
	double		others = ranking_number_of_others(walk);
	RangeFiles	ranges;
	int64		row = 0;
	ValueReader reader;
	const void *block;
	int64		nkeys;

	plan_ranges(walk, &ranges, fitting);
	values_read(&reader, walk->selection.store);
	while ((block = values_next_block(&reader, &nkeys)) != NULL)
	{
		for (int64 i = 0; i < nkeys; i++, row++)
		{
			u128		key = narrow ? u128_of(((const uint64 *) block)[i]) : ((const u128 *) block)[i];
			RowRole		role = role_of_key(&walk->selection, key);

			if (role == ROW_OTHER)
				ranking_put_number(walk->ranking, row, others);
			else if (role == ROW_MEMBER)
				distribute_row(&ranges, narrow, key, row);
		}
	}
	values_read_end(&reader);

	for (int i = 0; i < ranges.nfiles; i++)
	{
		TempFile   *file = ranges.files[i];
		int64		n = file->size / (int64) pair;

		CHECK_FOR_INTERRUPTS();
		if (n > fitting && n > walk->selection.nmembers / (MAX_FILES / 2))
		{
			if (!rank_single_value(walk, narrow, file, n))
				ranking_by_sorting(walk, file);
		}
		else if (n > 0)
		{
			void	   *rows = MemoryContextAllocHuge(walk->ranking->mcxt, 2 * file->size);

			tempfile_read(file, 0, rows, file->size);
			ranking_of_rows(walk, narrow, rows, n);
			pfree(rows);
		}
		tempfile_close(file);
	}
}

