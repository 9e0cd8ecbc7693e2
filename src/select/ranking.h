/*
 * ranking.h
 *		A number for every row of a store that depends on where its value stands
 *		among the others: cumulated share, rank, bin.
 */
#ifndef ABC_RANKING_H
#define ABC_RANKING_H

#include "select/selection.h"

/* All rows with one value, among those that take part, largest value first. */
typedef struct RankedGroup
{
	int64		rows_before;	/* rows with larger values */
	int64		count;			/* rows with this value */
	int64		members;		/* rows that take part */
	const ExactSum *through;	/* by value: exact sum through this group */
	const ExactSum *total;		/* by value: exact sum of all */
	int			scale;			/* by value: the sums count units of 10^-scale */
} RankedGroup;

/* The number of each row of such a group; must be finite. */
typedef double (*RankFunction) (const RankedGroup *group, void *arg);

typedef struct Ranking Ranking;

/*
 * Rank the rows of a store.  by_value: only positive values take part, and sums
 * are kept; the others get what the function says of the group after the last
 * (count 0, rows_before = members).  NULLs have no number.  Memory stays within
 * work_mem, temporary files beyond.  The store must outlive the ranking.
 */
extern Ranking *ranking_create(ValueStore *store, bool by_value, RankFunction function, void *arg);

/* The number of the next row in order of arrival; false if its value is NULL. */
extern bool ranking_next(Ranking *ranking, double *number);

extern void ranking_free(Ranking *ranking);

#endif							/* ABC_RANKING_H */
