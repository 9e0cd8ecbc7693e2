/*
 * summary_inside.c
 *		A round between the first and the last: cells replaced by finer ones.
 *
 * A summary of the values that lie in the intervals of abc_bounds has some
 * thousand times finer buckets there, as it spends them nowhere else.  Where a
 * cut-off lies its buckets take the place of the cell that they divide: number
 * and sum of their rows must be to the unit those of the cell.  Every other
 * cell stays as it is; what the summary has there is not looked at, as it may
 * be part of a cell only (with several groups one filter is common to all).
 */
#include "postgres.h"

#include "miscadmin.h"

#include "summary/summary_cut.h"

/* The cells of several values in which a cut-off lies. */
static bool *
wanted_cells(SummaryCells *cells, const AbcScheme *scheme)
{
	bool	   *wanted = palloc0(Max(cells->ncells, 1) * sizeof(bool));
	CutBounds	bounds[ABC_MAX_CUTS];

	if (scheme->rule == ABC_VALUE || !summary_bounds(bounds, cells, scheme))
		return wanted;
	for (int i = 0; i < scheme->ncuts; i++)
		for (int c = bounds[i].first; bounds[i].reached && c <= bounds[i].last; c++)
			wanted[c] = !cells->cells[c].exact;
	return wanted;
}

/* An amount of the inner summary in the unit of the cells, which is finer or the same. */
static ExactSum *
convert_amount(const SummaryCells *cells, const SummaryCells *inner, const ExactSum *amount)
{
	ExactSum   *converted = summary_amount(cells);

	for (int i = 0; i < amount->nlimbs; i++)
		if (amount->limbs[i] != 0)
			exact_add_shifted(converted, u128_of(amount->limbs[i]),
							  64 * i + inner->unit_exponent - cells->unit_exponent);
	if (cells->scale > inner->scale)
		exact_mul_power10(converted, cells->scale - inner->scale);
	return converted;
}

/* The inner cells that divide a cell, converted; they must be all of it. */
static void
divide_cell(const SummaryCells *cells, const SummaryCell *cell, const SummaryCells *inner,
			int first, int n, SummaryCell *divided)
{
	ExactSum   *sum = summary_amount(cells);
	int64		count = 0;

	for (int i = 0; i < n; i++)
	{
		SummaryCell *part = &divided[i];

		*part = inner->cells[first + i];
		part->low = convert_amount(cells, inner, part->low);
		part->high = convert_amount(cells, inner, part->high);
		part->sum = convert_amount(cells, inner, part->sum);
		count += part->count;
		exact_add(sum, part->sum);
	}
	summary_verify_cell(cells, cell, count, sum);
	pfree(sum);
}

/* The cell that an inner cell is part of, or -1. */
static int
outer_cell(const SummaryCells *cells, const SummaryCell *part)
{
	uint64		negative = part->bucket & SUMMARY_NEGATIVE;
	int			i;

	if (exact_is_zero(part->high))
		return -1;				/* zeros need no dividing */
	i = summary_find_cell(cells, negative | ((part->bucket & ~SUMMARY_NEGATIVE) << part->shift));
	return i >= 0 && part->shift <= cells->cells[i].shift ? i : -1;
}

static void
check_inside(const SummaryCells *cells, const SummaryCells *inner)
{
	if (inner->kind != cells->kind)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("cannot look for %s values in a summary of %s values",
						value_kind_name(inner->kind), value_kind_name(cells->kind)),
				 errhint("Summarize the same values in every round.")));
	if (inner->scale > cells->scale || inner->unit_exponent < cells->unit_exponent)
		summary_refuse_changed("There are values with more digits than before.");
}

void
summary_refine_inside(SummaryCells *cells, const AbcScheme *scheme, const AbcSummary *inside)
{
	SummaryCells *inner = summary_cells(inside);
	bool	   *wanted = wanted_cells(cells, scheme);
	SummaryCell *refined = palloc0((cells->ncells + Max(inner->ncells, 1)) * sizeof(SummaryCell));
	int			n = 0;
	int			npositive = 0;
	int			next = 0;

	check_inside(cells, inner);
	for (int i = 0; i < cells->ncells; i++)
	{
		int			first;

		CHECK_FOR_INTERRUPTS();
		/* inner cells fall, too: pass over those that no cell is waiting for */
		while (wanted[i] && next < inner->ncells && outer_cell(cells, &inner->cells[next]) < i)
			next++;
		first = next;
		while (wanted[i] && next < inner->ncells && outer_cell(cells, &inner->cells[next]) == i)
			next++;
		if (next > first)
		{
			divide_cell(cells, &cells->cells[i], inner, first, next - first, &refined[n]);
			n += next - first;
		}
		else
			refined[n++] = cells->cells[i];
		if (i == cells->npositive - 1)
			npositive = n;
	}
	cells->cells = refined;
	cells->ncells = n;
	cells->npositive = npositive;
	pfree(wanted);
}
