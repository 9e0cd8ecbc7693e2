/*
 * selection_private.h
 *		What selecting, walking and ranking keys share.
 */
#ifndef ABC_SELECTION_PRIVATE_H
#define ABC_SELECTION_PRIVATE_H

#include "select/selection.h"

/* Counts and exact sums of the values of one range of keys, by leading bits. */
typedef struct Histogram
{
	u128		low;			/* the least key of bucket 0 */
	int			shift;			/* a bucket spans 2^shift keys */
	int			nbuckets;
	int64	   *counts;
	u128	   *sums;			/* weights of the keys; unused when measuring rows */
} Histogram;

/* A selection over the keys of a store. */
typedef struct KeySelection
{
	u128		zero;			/* key of value 0 in the store's form */
	u128		least;			/* key of the least negative value, or of 0 */
	u128		low;			/* least and largest key that takes part */
	u128		high;
	int			unit_exponent;	/* float8 by value: the measure's unit is 2^this */
	Histogram  *histogram;		/* of all, or NULL if they are sorted */
	void	   *sorted;			/* keys that take part, largest first, if they are few */
	int64		cursor;			/* in sorted: where the last group found began */
	ExactSum   *cursor_before;
} KeySelection;

/* The state of a selection over keys. */
static inline KeySelection *
key_selection(const Selection *selection)
{
	return selection->state;
}

extern void keys_begin(Selection *selection);
extern void wide_begin(Selection *selection);

/* The counts and sums by leading bits, and the keys themselves, of a range of keys. */
extern Histogram *histogram_build(const Selection *selection, u128 low, u128 high);
extern void histogram_free(Histogram *histogram);
extern void *keys_gather(const Selection *selection, u128 low, u128 high, int64 count);

extern bool keys_walk(Selection *selection, GroupFunction function, void *arg);

#endif							/* ABC_SELECTION_PRIVATE_H */
