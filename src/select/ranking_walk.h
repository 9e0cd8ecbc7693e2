/*
 * ranking_walk.h
 *		The walk over the groups of equal values, which the ways of ranking share:
 *		in memory, by ranges, through tuplesort.
 */
#ifndef ABC_RANKING_WALK_H
#define ABC_RANKING_WALK_H

#include "select/ranking.h"
#include "select/selection_private.h"
#include "values/tempfile.h"

#define MAX_FILES		256		/* over which rows or numbers are distributed */

typedef struct KeyRow64
{
	uint64		key;
	int64		row;
} KeyRow64;

typedef struct KeyRow128
{
	u128		key;
	int64		row;
} KeyRow128;

/* A number of the file that its row belongs to. */
typedef struct RowNumber
{
	int64		row;
	double		number;
} RowNumber;

struct Ranking
{
	MemoryContext mcxt;
	int64		nrows;
	int64		next;			/* row to be given next */
	int64		span;			/* rows of one file; all of them in memory if there is none */
	int			nfiles;
	TempFile  **files;
	double	   *numbers;		/* of the rows of the current file; NaN for NULL */
};

/* One walk over the groups. */
typedef struct RankWalk
{
	Ranking    *ranking;
	Selection	selection;
	RankFunction function;
	void	   *arg;
	RankedGroup group;			/* the group the walk stands on */
	ExactSum   *through;		/* its exact sum, if by value */
} RankWalk;

/* Rows that take part, are NULL, or neither. */
typedef enum RowRole
{
	ROW_MEMBER,
	ROW_NULL,
	ROW_OTHER
} RowRole;

static inline RowRole
role_of_key(const Selection *selection, u128 key)
{
	if (u128_eq(key, u128_of(0)))
		return ROW_NULL;
	if (selection->by_value && !u128_lt(key_selection(selection)->zero, key))
		return ROW_OTHER;
	return ROW_MEMBER;
}

extern void ranking_put_number(Ranking *ranking, int64 row, double number);
extern double ranking_enter_group(RankWalk *walk, u128 key, Datum numeric, int64 count);
extern double ranking_number_of_others(RankWalk *walk);
extern void ranking_of_rows(RankWalk *walk, bool narrow, void *rows, int64 n);

/* ranking_sort.c: the rows of a file of keys, or if there is none, of the wide store */
extern void ranking_by_sorting(RankWalk *walk, TempFile *file);

/* ranking_ranges.c */
extern void ranking_by_ranges(RankWalk *walk);

#endif							/* ABC_RANKING_WALK_H */
