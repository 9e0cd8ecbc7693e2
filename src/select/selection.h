/*
 * selection.h
 *		Where a cumulated measure reaches a target, without sorting all values.
 *
 * The values may be the keys of a store (selection_keys.c), numerics that fit no
 * key (selection_wide.c), or cells of a summary, a floor above: each gives a
 * table of functions, and who selects does not ask which it is.
 */
#ifndef ABC_SELECTION_H
#define ABC_SELECTION_H

#include "values/values.h"

/*
 * All rows that hold one value.  "Before" are the rows with larger values.
 */
typedef struct ValueGroup
{
	u128		key;			/* the value, or */
	Datum		numeric;		/* the value if it has no key */
	int64		count;			/* rows in the group */
	ExactSum   *before;			/* measure of the rows before it */
} ValueGroup;

/*
 * The values, largest first, as steps of a cumulated measure: the number of
 * rows, or the values themselves (then only positive ones take part).
 */
typedef struct Selection
{
	const struct SelectionMethods *methods;
	void	   *state;			/* of the methods */
	ValueStore *store;			/* NULL: not of a store */
	bool		by_value;		/* measure the values, not the rows */
	int64		nvalues;		/* not NULL */
	int64		nnegative;
	int64		nmembers;		/* rows that take part */
	Datum		least_negative;	/* of a store, if nnegative > 0: the least value */
	ExactSum   *total;			/* measure of all that take part */
} Selection;

/*
 * A function that is shown every group, largest value first ("before" of a group
 * is not set), and the number of rows before it; false ends the walk.
 */
typedef bool (*GroupFunction) (const Selection *selection, const ValueGroup *group,
							   int64 rows_before, void *arg);

typedef struct SelectionMethods
{
	/* sum += the measure of n rows of the group */
	void		(*add_rows) (const Selection *selection, const ValueGroup *group, int64 n, ExactSum *sum);

	/* the first group through which the measure reaches a target that the total reaches */
	bool		(*locate) (Selection *selection, const ExactSum *target, ValueGroup *group);

	/* the next value above the group located last, as key or numeric; false if there is none */
	bool		(*next_above) (Selection *selection, const ValueGroup *group, u128 *key, Datum *numeric);

	/* the least value of the members, of which there are some */
	bool		(*least) (Selection *selection, u128 *key, Datum *numeric);

	/* every group, until the function returns false; memory stays within work_mem */
	bool		(*walk) (Selection *selection, GroupFunction function, void *arg);

	void		(*end) (Selection *selection);
} SelectionMethods;

/* Learn what is needed to locate; allocates in the current memory context. */
extern void selection_begin(Selection *selection, ValueStore *store, bool by_value);
extern void selection_end(Selection *selection);

/* A sum wide enough for every measure of the selection, zero. */
static inline ExactSum *
selection_sum(const Selection *selection)
{
	return exact_create(selection->total->nlimbs);
}

static inline void
selection_add_rows(const Selection *selection, const ValueGroup *group, int64 n, ExactSum *sum)
{
	selection->methods->add_rows(selection, group, n, sum);
}

/*
 * The first group, largest values first, through which the measure reaches
 * target, which is above zero and no less than the one located before.  False
 * if the total falls short of it.
 */
static inline bool
selection_locate(Selection *selection, const ExactSum *target, ValueGroup *group)
{
	return exact_cmp(selection->total, target) >= 0 && selection->methods->locate(selection, target, group);
}

static inline bool
selection_next_above(Selection *selection, const ValueGroup *group, u128 *key, Datum *numeric)
{
	return selection->methods->next_above(selection, group, key, numeric);
}

static inline bool
selection_least(Selection *selection, u128 *key, Datum *numeric)
{
	return selection->nmembers > 0 && selection->methods->least(selection, key, numeric);
}

static inline bool
selection_walk(Selection *selection, GroupFunction function, void *arg)
{
	return selection->methods->walk(selection, function, arg);
}

#endif							/* ABC_SELECTION_H */
