/*
 * summary_cut.h
 *		Cutting a summary.
 */
#ifndef ABC_SUMMARY_CUT_H
#define ABC_SUMMARY_CUT_H

#include "cut/cut.h"
#include "summary/summary.h"

/* The cells in which a cut-off lies. */
typedef struct CutBounds
{
	bool		known;			/* for certain: in one cell of one value, or not reached */
	bool		reached;		/* known, and no tier down to this one holds a row: false */
	int			first;			/* the cell of the largest values */
	int			last;
} CutBounds;

/*
 * Cut-offs by any rule but "value"; keys are numbers of cells.  False if one
 * of them is not certain.
 */
extern bool summary_cut(CutPoints *points, SummaryCells *cells, const AbcScheme *scheme);

/* Where each cut-off lies; ranges are equal or disjoint.  False if all are NULL. */
extern bool summary_bounds(CutBounds *bounds, SummaryCells *cells, const AbcScheme *scheme);

/*
 * summary_refine.c: replace cells by the groups of values that they hold, of
 * which values[i], of the kind of the cells, occurs rows[i] (int8) times; an
 * error unless counts and sums agree.
 */
extern void summary_refine(SummaryCells *cells, const Datum *values, const Datum *rows, int n);

/* The cell of the values with a key, SUMMARY_NEGATIVE set for those below zero; -1 if there is none. */
extern int	summary_find_cell(const SummaryCells *cells, uint64 key);

/* An error unless number (-1: too many to count) and sum are those that the cell has. */
extern void summary_verify_cell(const SummaryCells *cells, const SummaryCell *cell, int64 count,
								const ExactSum *sum);

pg_noreturn extern void summary_refuse_changed(const char *detail);

/*
 * summary_inside.c: replace the cells in which cut-offs lie by those of a
 * summary of the values in them; an error unless counts and sums agree.
 */
extern void summary_refine_inside(SummaryCells *cells, const AbcScheme *scheme,
								  const AbcSummary *inside);

#endif							/* ABC_SUMMARY_CUT_H */
