/*
 * ranking_create.c
 *		A number for every row of a store that depends on where its value stands
 *		among the others.
 *
 * Rows are sorted by value together with their position, the groups of equal
 * values are walked from the largest down, and each group's number goes back to
 * the positions of its rows.  In memory these are one sort of small fixed pairs
 * and one array.  Beyond the memory allowed the rows are distributed by value
 * over files that fit in memory one after the other (ranking_ranges.c), and
 * their numbers over files by position.  Numerics of the wide form go through
 * PostgreSQL's tuplesort (ranking_sort.c).
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "select/ranking_walk.h"

#define READ_PAIRS		512		/* numbers read from a file at once */

/*
 * The numbers, by row
 */

static void
prepare_numbers(Ranking *ranking, Size memory, bool in_memory)
{
	ranking->span = ranking->nrows;
	if (!in_memory)
	{
		ranking->span = Max((int64) (memory / 2 / sizeof(double)),
							ranking->nrows / MAX_FILES + 1);
		ranking->nfiles = (int) ((ranking->nrows + ranking->span - 1) / ranking->span);
		ranking->files = palloc(ranking->nfiles * sizeof(TempFile *));
		for (int i = 0; i < ranking->nfiles; i++)
		{
			ranking->files[i] = tempfile_create(ranking->mcxt);
			tempfile_open(ranking->files[i]);
		}
	}
	ranking->numbers = MemoryContextAllocHuge(ranking->mcxt,
											  Max(ranking->span, 1) * sizeof(double));
	for (int64 i = 0; i < ranking->span; i++)
		ranking->numbers[i] = get_float8_nan();
}

/* Bring the numbers of one file into memory. */
static void
load_numbers(Ranking *ranking, int index)
{
	TempFile   *file = ranking->files[index];
	RowNumber	pairs[READ_PAIRS];

	for (int64 i = 0; i < ranking->span; i++)
		ranking->numbers[i] = get_float8_nan();
	for (int64 at = 0; at < file->size; at += sizeof(pairs))
	{
		Size		size = Min(sizeof(pairs), (Size) (file->size - at));

		CHECK_FOR_INTERRUPTS();
		tempfile_read(file, at, pairs, size);
		for (Size i = 0; i < size / sizeof(RowNumber); i++)
			ranking->numbers[pairs[i].row - index * ranking->span] = pairs[i].number;
	}
	tempfile_close(file);
}

bool
ranking_next(Ranking *ranking, double *number)
{
	int64		at = ranking->next % Max(ranking->span, 1);

	Assert(ranking->next < ranking->nrows);
	if (at == 0 && ranking->nfiles > 0)
		load_numbers(ranking, (int) (ranking->next / ranking->span));
	ranking->next++;
	*number = ranking->numbers[at];
	return !isnan(*number);
}

void
ranking_free(Ranking *ranking)
{
	for (int i = 0; i < ranking->nfiles; i++)
		tempfile_close(ranking->files[i]);
	MemoryContextDelete(ranking->mcxt);
}

/*
 * In memory
 */

static void
rank_in_memory(RankWalk *walk)
{
	ValueStore *store = walk->selection.store;
	bool		narrow = store->form == FORM_KEY64;
	void	   *rows = MemoryContextAllocHuge(walk->ranking->mcxt,
											  2 * Max(walk->selection.nmembers, 1) *
											  (narrow ? sizeof(KeyRow64) : sizeof(KeyRow128)));
	double		others = ranking_number_of_others(walk);
	int64		row = 0;
	int64		n = 0;
	ValueReader reader;
	const void *block;
	int64		nkeys;

	values_read(&reader, store);
	while ((block = values_next_block(&reader, &nkeys)) != NULL)
	{
		for (int64 i = 0; i < nkeys; i++, row++)
		{
			u128		key = narrow ? u128_of(((const uint64 *) block)[i]) : ((const u128 *) block)[i];
			RowRole		role = role_of_key(&walk->selection, key);

			if (role == ROW_OTHER)
				walk->ranking->numbers[row] = others;
			else if (role == ROW_MEMBER && narrow)
				((KeyRow64 *) rows)[n++] = (KeyRow64) {u128_lo(key), row};
			else if (role == ROW_MEMBER)
				((KeyRow128 *) rows)[n++] = (KeyRow128) {key, row};
		}
	}
	values_read_end(&reader);

	Assert(n == walk->selection.nmembers);
	ranking_of_rows(walk, narrow, rows, n);
	pfree(rows);
}

Ranking *
ranking_create(ValueStore *store, bool by_value, RankFunction function, void *arg)
{
	MemoryContext mcxt = AllocSetContextCreate(CurrentMemoryContext, "abc_tier ranking",
											   ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(mcxt);
	Ranking    *ranking = palloc0(sizeof(Ranking));
	RankWalk	walk = {0};
	Size		pair;
	bool		in_memory;

	selection_begin(&walk.selection, store, by_value);
	ranking->mcxt = mcxt;
	ranking->nrows = store->nrows;
	walk.ranking = ranking;
	walk.function = function;
	walk.arg = arg;
	walk.group.members = walk.selection.nmembers;
	if (by_value)
	{
		walk.through = selection_sum(&walk.selection);
		walk.group.through = walk.through;
		walk.group.total = walk.selection.total;
		walk.group.scale = store->scale;
	}

	pair = store->form == FORM_KEY64 ? sizeof(KeyRow64) : sizeof(KeyRow128);
	in_memory = store->form != FORM_WIDE &&
		store->nrows * (2 * pair + sizeof(double)) <= values_memory(store);
	prepare_numbers(ranking, values_memory(store), in_memory);
	if (in_memory)
		rank_in_memory(&walk);
	else if (store->form == FORM_WIDE)
		ranking_by_sorting(&walk, NULL);
	else
		ranking_by_ranges(&walk);

	selection_end(&walk.selection);
	if (walk.through != NULL)
		pfree(walk.through);
	MemoryContextSwitchTo(old);
	return ranking;
}
