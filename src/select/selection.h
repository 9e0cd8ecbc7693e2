/*
 * selection.h
 *		Where a cumulated measure reaches a target, without sorting all values.
 */
#ifndef ABC_SELECTION_H
#define ABC_SELECTION_H

#include "utils/tuplesort.h"

#include "values/values.h"

/*
 * All rows that hold one value.  "Before" are the rows with larger values.
 */
typedef struct ValueGroup
{
	u128		key;			/* the value, or */
	Datum		numeric;		/* the value if the store is wide */
	int64		count;			/* rows in the group */
	ExactSum   *before;			/* measure of the rows before it */
} ValueGroup;

/* Counts and exact sums of the values of one range of keys, by leading bits. */
typedef struct Histogram
{
	u128		low;			/* the least key of bucket 0 */
	int			shift;			/* a bucket spans 2^shift keys */
	int			nbuckets;
	int64	   *counts;
	u128	   *sums;			/* weights of the keys; unused when measuring rows */
} Histogram;

/*
 * The values of a store, largest first, as steps of a cumulated measure: the
 * number of rows, or the values themselves (then only positive ones take part).
 */
typedef struct Selection
{
	ValueStore *store;
	bool		by_value;		/* measure the values, not the rows */
	int64		nvalues;		/* not NULL */
	int64		nnegative;
	int64		nmembers;		/* rows that take part */
	u128		zero;			/* key of value 0 in the store's form */
	u128		least;			/* key of the least negative value, or of 0 */
	Datum		least_numeric;	/* the same if the store is wide, or 0 */
	u128		low;			/* least and largest key that takes part */
	u128		high;
	int			unit_exponent;	/* float8 by value: the measure's unit is 2^this */
	ExactSum   *total;			/* measure of all that take part */

	Histogram  *histogram;		/* of all, or NULL if they are sorted */
	void	   *sorted;			/* keys that take part, largest first, if they are few */
	int64		cursor;			/* in sorted: where the last group found began */
	ExactSum   *cursor_before;

	struct WideSelection *wide; /* instead of all that, if the store is wide */
	struct SummaryCells *cells; /* or if there is no store but a summary: keys number its cells */
} Selection;

/* Learn what is needed to locate; allocates in the current memory context. */
extern void selection_begin(Selection *selection, ValueStore *store, bool by_value);
extern void selection_end(Selection *selection);

/* A sum wide enough for every measure of the selection, zero. */
extern ExactSum *selection_sum(const Selection *selection);

/* sum += the measure of n rows of the group. */
extern void selection_add_rows(const Selection *selection, const ValueGroup *group,
							   int64 n, ExactSum *sum);

/*
 * The first group, largest values first, through which the measure reaches
 * target, which is above zero and no less than the one located before.  False
 * if the total falls short of it.
 */
extern bool selection_locate(Selection *selection, const ExactSum *target, ValueGroup *group);

/* The next value above the group located last, or the least of all members. */
extern bool selection_next_above(Selection *selection, const ValueGroup *group,
								 u128 *key, Datum *numeric);
extern bool selection_least(Selection *selection, u128 *key, Datum *numeric);

/*
 * Every group, largest value first, until the function returns false (then the
 * walk does).  "Before" of a group is not set.  Memory stays within work_mem.
 */
typedef bool (*GroupFunction) (const Selection *selection, const ValueGroup *group,
							   int64 rows_before, void *arg);

extern bool selection_walk(Selection *selection, GroupFunction function, void *arg);

/* The counts and sums by leading bits, and the keys themselves, of a range of keys. */
extern Histogram *histogram_build(const Selection *selection, u128 low, u128 high);
extern void histogram_free(Histogram *histogram);
extern void *selection_gather(const Selection *selection, u128 low, u128 high, int64 count);

/* selection_wide.c */
extern bool wide_next_group(Selection *selection, ValueGroup *group);
extern struct WideSelection *wide_begin(Selection *selection);
extern void wide_end(struct WideSelection *wide);
extern void wide_add_rows(const struct WideSelection *wide, const ValueGroup *group,
						  int64 n, ExactSum *sum);
extern bool wide_locate(Selection *selection, const ExactSum *target, ValueGroup *group);
extern bool wide_next_above(const struct WideSelection *wide, Datum *numeric);
extern bool wide_least(Selection *selection, Datum *numeric);

/* summary_cut.c */
extern void cells_add_rows(struct SummaryCells *cells, const ValueGroup *group,
						   int64 n, ExactSum *sum);
extern bool cells_locate(struct SummaryCells *cells, const ExactSum *target, ValueGroup *group);
extern bool cells_next_above(struct SummaryCells *cells, const ValueGroup *group, u128 *key);
extern bool cells_least(struct SummaryCells *cells, u128 *key);

#endif							/* ABC_SELECTION_H */
