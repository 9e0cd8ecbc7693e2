/*
 * normalizer.h
 *		The values of a store made comparable, one after the other.
 */
#ifndef ABC_NORMALIZER_H
#define ABC_NORMALIZER_H

#include "cut/method.h"
#include "select/ranking.h"

typedef struct Normalizer
{
	Method		method;
	ValueStore *store;
	Ranking    *ranking;		/* rank, ntile */

	/* all others: what was learnt from the values */
	bool		constant;		/* all values are equal */
	double		low;			/* ratio: the least positive value; minmax: the least */
	double		high;			/* the largest */
	double		mean;			/* zscore */
	double		deviation;
	int			shift;			/* minmax, zscore: values are taken times 2^shift */

	ValueReader reader;			/* the current pass over the store */
} Normalizer;

/* Learn what the method needs, in the current memory context. */
extern void normalizer_begin(Normalizer *normalizer, const Method *method, ValueStore *store);

/*
 * The next n values of the store, normalized; NaN for NULL.  There are as many
 * left.
 */
extern void normalizer_fill(Normalizer *normalizer, double *results, int n);

extern void normalizer_end(Normalizer *normalizer);

#endif							/* ABC_NORMALIZER_H */
