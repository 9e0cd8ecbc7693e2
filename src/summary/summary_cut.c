/*
 * summary_cut.c
 *		Cutting a summary: which cells hold a cut-off, and cut-offs exactly.
 *
 * The rules are those of cut.c, applied to cells instead of groups of equal
 * values.  Counts and sums of cells are exact, so the cell in which the measure
 * reaches a cut is known for certain.  A cell of one value is a group; what
 * happens inside another cell is unknown, and a cut-off that depends on it is
 * known to lie in the cell, or at the least value of the cell above where the
 * options may cut above the group that reaches the cut.
 *
 * Under fill a tier starts where the one before has ended.  A start that lies
 * somewhere in a range moves the tier's end within a range, as the measure only
 * rises.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "summary/summary_cut.h"

/*
 * Cells as the steps of a selection
 */

static inline int
cell_members(const SummaryCells *cells)
{
	return cells->by_value ? cells->npositive : cells->ncells;
}

static void
add_measure(const SummaryCells *cells, int i, ExactSum *sum)
{
	if (cells->by_value)
		exact_add(sum, cells->cells[i].sum);
	else
		exact_add_shifted(sum, u128_of(cells->cells[i].count), 0);
}

/* Inside a cell of several values n rows measure at least this. */
static void
cells_add_rows(const Selection *selection, const ValueGroup *group, int64 n, ExactSum *sum)
{
	SummaryCells *cells = selection->state;
	const SummaryCell *cell = &cells->cells[u128_lo(group->key)];

	if (n == cell->count)
		add_measure(cells, (int) u128_lo(group->key), sum);
	else
	{
		if (!cell->exact)
			cells->touched = true;
		if (cells->by_value)
			exact_add_multiple(sum, cell->low, n);
		else
			exact_add_shifted(sum, u128_of(n), 0);
	}
}

/* The group in which the measure reaches the target; false if it does not. */
static bool
cells_locate(Selection *selection, const ExactSum *target, ValueGroup *group)
{
	SummaryCells *cells = selection->state;
	ExactSum   *after = summary_amount(cells);
	bool		found = false;

	exact_copy(group->before, cells->cursor_before);
	for (int i = cells->cursor; i < cell_members(cells) && !found; i++)
	{
		exact_copy(after, group->before);
		add_measure(cells, i, after);
		found = exact_cmp(after, target) >= 0;
		if (found)
		{
			group->key = u128_of(i);
			group->count = cells->cells[i].count;
			cells->cursor = i;
			exact_copy(cells->cursor_before, group->before);
			cells->touched |= !cells->cells[i].exact;
		}
		else
			exact_copy(group->before, after);
	}
	pfree(after);
	return found;
}

/* The group above another one; false if that is the highest. */
static bool
cells_next_above(Selection *selection, const ValueGroup *group, u128 *key, Datum *numeric)
{
	SummaryCells *cells = selection->state;
	int			i = (int) u128_lo(group->key) - 1;

	if (i < 0)
		return false;
	cells->touched |= !cells->cells[i].exact;
	*key = u128_of(i);
	return true;
}

/* The group of the least value. */
static bool
cells_least(Selection *selection, u128 *key, Datum *numeric)
{
	SummaryCells *cells = selection->state;
	int			i = cell_members(cells) - 1;

	cells->touched |= !cells->cells[i].exact;
	*key = u128_of(i);
	return true;
}

/* Cells are cut, never walked; they belong to the caller. */
static const SelectionMethods cells_methods = {
	.add_rows = cells_add_rows,
	.locate = cells_locate,
	.next_above = cells_next_above,
	.least = cells_least
};

static void
begin_selection(Selection *selection, SummaryCells *cells, const AbcScheme *scheme)
{
	memset(selection, 0, sizeof(*selection));
	cells->by_value = scheme_weighs_by_value(scheme);
	cells->touched = false;
	cells->cursor = 0;
	cells->cursor_before = summary_amount(cells);
	selection->methods = &cells_methods;
	selection->state = cells;
	selection->by_value = cells->by_value;
	selection->nvalues = cells->count;
	selection->nnegative = cells->nnegative;
	selection->total = summary_amount(cells);
	for (int i = 0; i < cell_members(cells); i++)
	{
		selection->nmembers += cells->cells[i].count;
		add_measure(cells, i, selection->total);
	}
}

static void
refuse_negative(const SummaryCells *cells)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("negative values under a scheme with \"negative error\""),
			 errdetail("%lld of %lld values are negative.",
					   (long long) cells->nnegative, (long long) cells->count),
			 errhint("Correct the values, or use \"negative zero\" (they weigh nothing) or \"negative drop\" "
					 "(they get no tier).")));
}

/*
 * Cutting
 */

/* Cut-offs are known to be right if the inside of no cell mattered. */
bool
summary_cut(CutPoints *points, SummaryCells *cells, const AbcScheme *scheme)
{
	Selection	selection;

	if (scheme_weighs_by_value(scheme) && scheme->negative == ABC_NEGATIVE_ERROR &&
		cells->nnegative > 0)
		refuse_negative(cells);
	begin_selection(&selection, cells, scheme);
	cut_selection(points, &selection, scheme);
	return !cells->touched;
}

/* ceil(total * the cut), or the number of rows. */
static ExactSum *
cut_target(const Selection *selection, const AbcScheme *scheme, int cut)
{
	ExactSum   *target = selection_sum(selection);

	if (scheme->rule == ABC_TOP)
		exact_add_shifted(target, u128_of(scheme->cuts[cut].rows), 0);
	else
	{
		exact_copy(target, selection->total);
		exact_mul(target, scheme->cuts[cut].share.num);
		if (exact_divrem(target, scheme->cuts[cut].share.den) != 0)
			exact_add_shifted(target, u128_of(1), 0);
	}
	return target;
}

/*
 * The cell through which the measure reaches the target, or the last one; the
 * measures before and after it.
 */
static int
cell_at(const SummaryCells *cells, const ExactSum *target, ExactSum *before, ExactSum *after)
{
	int			n = cell_members(cells);
	int			i;

	exact_set_zero(before);
	for (i = 0;; i++)
	{
		exact_copy(after, before);
		add_measure(cells, i, after);
		if (i == n - 1 || exact_cmp(after, target) >= 0)
			return i;
		exact_copy(before, after);
	}
}

/* The cells in which a cut-off may lie that depends on the inside of a cell. */
static void
bound_cut(CutBounds *bounds, SummaryCells *cells, const AbcScheme *scheme, int cut)
{
	bool		may_cut_above = scheme->crossing_down || scheme->ties_down;
	int			from = scheme->rule == ABC_FILL ? 0 : cut;
	ExactSum   *least_start = summary_amount(cells);
	ExactSum   *largest_start = summary_amount(cells);
	ExactSum   *before = summary_amount(cells);
	ExactSum   *after = summary_amount(cells);
	Selection	selection;

	begin_selection(&selection, cells, scheme);
	for (int i = from; i <= cut; i++)
	{
		ExactSum   *target = cut_target(&selection, scheme, i);

		CHECK_FOR_INTERRUPTS();
		exact_add(least_start, target);
		bounds->first = cell_at(cells, least_start, before, after);
		exact_copy(least_start, !may_cut_above && cells->cells[bounds->first].exact ? after : before);
		exact_add(largest_start, target);
		bounds->last = cell_at(cells, largest_start, before, after);
		exact_copy(largest_start, after);
		pfree(target);
	}
	if (may_cut_above && bounds->first > 0)
		bounds->first--;
	pfree(least_start);
	pfree(largest_start);
	pfree(before);
	pfree(after);
}

/* Make the ranges of cells the same or disjoint, so that each is asked for once. */
static void
join_ranges(CutBounds *bounds, int n)
{
	bool		joined = true;

	while (joined)
	{
		joined = false;
		for (int i = 0; i < n; i++)
			for (int j = i + 1; j < n; j++)
			{
				CutBounds  *a = &bounds[i];
				CutBounds  *b = &bounds[j];

				if (a->known || b->known || a->last < b->first || b->last < a->first ||
					(a->first == b->first && a->last == b->last))
					continue;
				a->first = b->first = Min(a->first, b->first);
				a->last = b->last = Max(a->last, b->last);
				joined = true;
			}
	}
}

/*
 * The ranges of cells in which the cut-offs lie; false if there is nothing to
 * cut.
 */
bool
summary_bounds(CutBounds *bounds, SummaryCells *cells, const AbcScheme *scheme)
{
	for (int i = 0; i < scheme->ncuts; i++)
	{
		AbcScheme	part = *scheme;
		CutPoints	points;
		const CutPoint *point;

		/* a cumulative cut stands alone, one of fill on those before it */
		part.ncuts = scheme->rule == ABC_FILL ? i + 1 : 1;
		if (scheme->rule != ABC_FILL)
			part.cuts[0] = scheme->cuts[i];
		memset(&bounds[i], 0, sizeof(CutBounds));
		bounds[i].known = summary_cut(&points, cells, &part);
		if (points.unknown)
			return false;
		point = &points.cuts[part.ncuts - 1];
		bounds[i].reached = !bounds[i].known || point->reached;
		if (!bounds[i].known)
			bound_cut(&bounds[i], cells, scheme, i);
		else if (point->reached)
			bounds[i].first = bounds[i].last = (int) u128_lo(point->key);
	}
	join_ranges(bounds, scheme->ncuts);
	return true;
}
