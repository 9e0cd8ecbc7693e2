/*
 * ranking_walk.c
 *		The walk over the groups of equal values: from rows in memory to their
 *		groups, and from the number of a group to its rows.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "select/ranking_walk.h"

/* The number of a row, in memory or in the file of its row. */
void
ranking_put_number(Ranking *ranking, int64 row, double number)
{
	if (ranking->nfiles == 0)
		ranking->numbers[row] = number;
	else
	{
		RowNumber	pair = {row, number};

		tempfile_append(ranking->files[row / ranking->span], &pair, sizeof(pair));
	}
}

/* Step to the next group, of count rows; its number. */
double
ranking_enter_group(RankWalk *walk, u128 key, Datum numeric, int64 count)
{
	CHECK_FOR_INTERRUPTS();
	walk->group.rows_before += walk->group.count;
	walk->group.count = count;
	if (walk->through != NULL && count > 0)
	{
		ValueGroup	value = {0};

		value.key = key;
		value.numeric = numeric;
		selection_add_rows(&walk->selection, &value, count, walk->through);
	}
	return walk->function(&walk->group, walk->arg);
}

/* The number of rows that do not take part: zero and negative values. */
double
ranking_number_of_others(RankWalk *walk)
{
	RankWalk	after = *walk;
	double		number;

	after.group.rows_before = walk->selection.nmembers;
	after.group.count = 0;
	after.group.through = walk->group.total;
	number = walk->function(&after.group, walk->arg);
	return number;
}

#define SORT_NAME sort_rows64
#define SORT_ELEMENT KeyRow64
#define SORT_AFTER(a, b) ((a).key < (b).key)
#include "select/merge_sort.h"

#define SORT_NAME sort_rows128
#define SORT_ELEMENT KeyRow128
#define SORT_AFTER(a, b) u128_lt((a).key, (b).key)
#include "select/merge_sort.h"

static void
rank_rows64(RankWalk *walk, KeyRow64 *rows, int64 n)
{
	sort_rows64(rows, rows + n, n);
	for (int64 i = 0; i < n;)
	{
		int64		end = i + 1;
		double		number;

		while (end < n && rows[end].key == rows[i].key)
			end++;
		number = ranking_enter_group(walk, u128_of(rows[i].key), (Datum) 0, end - i);
		for (; i < end; i++)
			ranking_put_number(walk->ranking, rows[i].row, number);
	}
}

static void
rank_rows128(RankWalk *walk, KeyRow128 *rows, int64 n)
{
	sort_rows128(rows, rows + n, n);
	for (int64 i = 0; i < n;)
	{
		int64		end = i + 1;
		double		number;

		while (end < n && u128_eq(rows[end].key, rows[i].key))
			end++;
		number = ranking_enter_group(walk, rows[i].key, (Datum) 0, end - i);
		for (; i < end; i++)
			ranking_put_number(walk->ranking, rows[i].row, number);
	}
}

/* Rank n rows, which hold all rows of their values; sorts them, with room for n more behind them. */
void
ranking_of_rows(RankWalk *walk, bool narrow, void *rows, int64 n)
{
	if (narrow)
		rank_rows64(walk, rows, n);
	else
		rank_rows128(walk, rows, n);
}
