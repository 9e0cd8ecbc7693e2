/*
 * cut.h
 *		From values and a scheme to cut-offs, and from a value to its tier.
 */
#ifndef ABC_CUT_H
#define ABC_CUT_H

#include "scheme/scheme.h"
#include "select/selection.h"

/* The smallest value of a tier. */
typedef struct CutPoint
{
	bool		reached;		/* a value may reach the tier */
	bool		given;			/* "value" is the scheme's own cut */
	u128		key;			/* the key to reach, unless the store is wide */
	Datum		value;			/* if the store is wide or the cut is given */
} CutPoint;

/* The cut-offs of all tiers but the last; empty tiers repeat the one above. */
typedef struct CutPoints
{
	bool		unknown;		/* nothing to cut: every tier is NULL */
	bool		drop_negative;	/* negative values have no tier */
	int			ncuts;
	CutPoint	cuts[ABC_MAX_CUTS];
} CutPoints;

/* Cut the values of a store; results in the current memory context. */
extern void cut_points(CutPoints *points, ValueStore *store, const AbcScheme *scheme);

/* The same under rule "value": the scheme's own cuts, whatever the rows. */
extern void cut_by_value(CutPoints *points, ValueStore *store, const AbcScheme *scheme);

/* The same for a selection that has begun, under any rule but "value". */
extern void cut_selection(CutPoints *points, Selection *selection, const AbcScheme *scheme);

/* A reached or given cut-off as a value of the store's kind. */
extern bool cut_value(const CutPoint *cut, const ValueStore *store, Datum *value);

#endif							/* ABC_CUT_H */
