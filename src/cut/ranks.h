/*
 * ranks.h
 *		From values and cut-offs to tiers: the one place where the two are compared.
 *
 * A value has the first tier whose cut-off it reaches, or the last one; its rank
 * is 0 for A.  Keys of cut-offs are compared with keys of the same form and scale.
 */
#ifndef ABC_RANKS_H
#define ABC_RANKS_H

#include "cut/cut.h"

static inline int
cut_rank_of_key64(const CutPoints *points, uint64 key)
{
	int			rank = 0;

	while (rank < points->ncuts && !(points->cuts[rank].reached && key >= u128_lo(points->cuts[rank].key)))
		rank++;
	return rank;
}

static inline int
cut_rank_of_key128(const CutPoints *points, u128 key)
{
	int			rank = 0;

	while (rank < points->ncuts && !(points->cuts[rank].reached && !u128_lt(key, points->cuts[rank].key)))
		rank++;
	return rank;
}

static inline int
cut_rank_of_numeric(const CutPoints *points, Datum value)
{
	int			rank = 0;

	while (rank < points->ncuts &&
		   !(points->cuts[rank].reached && !value_below(VALUE_NUMERIC, value, points->cuts[rank].value)))
		rank++;
	return rank;
}

/*
 * The ranks of the tiers of the next n rows that the reader comes to, or -1 for
 * NULL.
 */
extern void cut_ranks(const CutPoints *points, ValueReader *reader, int8 *ranks, int n);

#endif							/* ABC_RANKS_H */
