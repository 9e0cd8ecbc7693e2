/*
 * cut.c
 *		From values and a scheme to cut-offs.
 *
 * Every rule but "value" is decided where the cumulated measure reaches a cut.
 * Let G be the first group of equal values, largest first, through which it
 * does.  Groups before G end short of the cut, so they lie above it whatever
 * the options; groups after G begin at it or beyond, so they lie below.  Only
 * G itself depends on the options, and the cut-off is either its value or the
 * next one above.
 *
 * Cuts are compared as integers: a sum S is below num/den of the total T
 * exactly if S < ceil(T * num / den), and at most that share if
 * S <= floor(T * num / den).
 */
#include "postgres.h"

#include "utils/fmgrprotos.h"

#include "cut/cut.h"

/* A cut as an amount of the measure. */
typedef struct Threshold
{
	ExactSum   *floor;
	ExactSum   *ceil;
} Threshold;

/*
 * Cut-offs at a group
 */

static void
cut_at(CutPoint *cut, const ValueGroup *group)
{
	cut->reached = true;
	cut->key = group->key;
	cut->value = group->numeric;
}

static void
cut_above(CutPoint *cut, Selection *selection, const ValueGroup *group)
{
	cut->reached = selection_next_above(selection, group, &cut->key, &cut->value);
}

static void
cut_at_least(CutPoint *cut, Selection *selection)
{
	cut->reached = selection_least(selection, &cut->key, &cut->value);
}

static void
threshold_of_fraction(Threshold *threshold, const Selection *selection, AbcFraction share)
{
	threshold->floor = selection_sum(selection);
	threshold->ceil = selection_sum(selection);
	exact_copy(threshold->floor, selection->total);
	exact_mul(threshold->floor, share.num);
	if (exact_divrem(threshold->floor, share.den) != 0)
		exact_add_shifted(threshold->ceil, u128_of(1), 0);
	exact_add(threshold->ceil, threshold->floor);
}

static void
threshold_of_rows(Threshold *threshold, const Selection *selection, int64 rows)
{
	threshold->floor = selection_sum(selection);
	exact_add_shifted(threshold->floor, u128_of(rows), 0);
	threshold->ceil = threshold->floor;
}

/*
 * Rules "share", "count" and "top": cumulative cuts
 */

/*
 * Does the group through which the measure reaches the cut lie above it?  Of
 * its rows, taken one by one, the first decides under "ties up" and the last
 * under "ties down"; a row lies above if the measure before it is short of the
 * cut ("crossing up") or the measure with it does not exceed it.
 */
static bool
group_lies_above(const Selection *selection, const ValueGroup *group,
				 const Threshold *threshold, const AbcScheme *scheme)
{
	int64		rows = (scheme->ties_down ? group->count - 1 : 0) + (scheme->crossing_down ? 1 : 0);
	ExactSum   *sum = selection_sum(selection);
	bool		above;

	exact_copy(sum, group->before);
	if (rows > 0)
		selection_add_rows(selection, group, rows, sum);
	above = scheme->crossing_down ? exact_cmp(sum, threshold->floor) <= 0 :
		exact_cmp(sum, threshold->ceil) < 0;
	pfree(sum);
	return above;
}

static void
cut_cumulated(CutPoints *points, Selection *selection, const AbcScheme *scheme)
{
	ValueGroup	group = {0};

	group.before = selection_sum(selection);
	for (int i = 0; i < scheme->ncuts; i++)
	{
		Threshold	threshold;
		CutPoint   *cut = &points->cuts[i];

		if (scheme->rule == ABC_TOP)
			threshold_of_rows(&threshold, selection, scheme->cuts[i].rows);
		else
			threshold_of_fraction(&threshold, selection, scheme->cuts[i].share);

		if (!selection_locate(selection, threshold.ceil, &group))
			cut_at_least(cut, selection);
		else if (group_lies_above(selection, &group, &threshold, scheme))
			cut_at(cut, &group);
		else
			cut_above(cut, selection, &group);
	}
}

/*
 * Rule "fill": each tier afresh until its own sum reaches its width
 */

/*
 * How many of the next rows of a group a tier takes that already holds own.
 */
static int64
rows_that_fit(const Selection *selection, const ValueGroup *group, int64 rows,
			  const ExactSum *own, const Threshold *width, bool crossing_down)
{
	ExactSum   *sum = selection_sum(selection);
	int64		fit = 0;
	int64		step = 1;

	/* the largest number for which the last row still fits */
	while (step <= rows / 2)
		step *= 2;
	for (; step > 0; step /= 2)
	{
		int64		n = fit + step;
		bool		fits;

		if (n > rows)
			continue;
		exact_copy(sum, own);
		if (crossing_down || n > 1)
			selection_add_rows(selection, group, crossing_down ? n : n - 1, sum);
		fits = crossing_down ? exact_cmp(sum, width->floor) <= 0 : exact_cmp(sum, width->ceil) < 0;
		if (fits)
			fit = n;
	}
	pfree(sum);
	return fit;
}

/*
 * The tier in which a group settles when tier holds own already: that of its
 * first row, or under "ties down" of its last one.
 */
static int
settle(const Selection *selection, const ValueGroup *group, int tier, const ExactSum *own,
	   const Threshold *widths, const AbcScheme *scheme)
{
	ExactSum   *sum = selection_sum(selection);
	int64		rows = group->count;

	exact_copy(sum, own);
	for (; tier < scheme->ncuts; tier++)
	{
		int64		fit = rows_that_fit(selection, group, rows, sum, &widths[tier],
										scheme->crossing_down);

		if (fit == rows || (fit > 0 && !scheme->ties_down))
			break;
		rows -= fit;
		exact_set_zero(sum);
	}
	pfree(sum);
	return tier;
}

static void
cut_fill(CutPoints *points, Selection *selection, const AbcScheme *scheme)
{
	Threshold	widths[ABC_MAX_CUTS];
	ExactSum   *start = selection_sum(selection);	/* measure before the tier being filled */
	ExactSum   *sum = selection_sum(selection);
	ValueGroup	group = {0};
	int			tier = 0;

	group.before = selection_sum(selection);
	for (int i = 0; i < scheme->ncuts; i++)
		threshold_of_fraction(&widths[i], selection, scheme->cuts[i].share);

	while (tier < scheme->ncuts)
	{
		int			settled;

		exact_copy(sum, start);
		exact_add(sum, widths[tier].ceil);
		if (!selection_locate(selection, sum, &group))
		{
			/* the tier takes all that is left */
			for (; tier < scheme->ncuts; tier++)
				cut_at_least(&points->cuts[tier], selection);
			break;
		}
		exact_copy(sum, group.before);
		exact_sub(sum, start);
		settled = settle(selection, &group, tier, sum, widths, scheme);
		if (settled != tier)
		{
			for (; tier < settled; tier++)
				cut_above(&points->cuts[tier], selection, &group);
			exact_copy(start, group.before);
			exact_set_zero(sum);
		}
		if (settled == scheme->ncuts)
			break;
		selection_add_rows(selection, &group, group.count, sum);
		if (exact_cmp(sum, widths[tier].ceil) >= 0)
		{
			exact_add(start, sum);
			cut_at(&points->cuts[tier++], &group);
		}
	}
}

/*
 * Public functions
 */

static void
refuse_negative(const Selection *selection)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("negative value %s under a scheme with \"negative error\"",
					value_text(selection->store->kind, selection->least_negative)),
			 errdetail("%lld of %lld values are negative.",
					   (long long) selection->nnegative, (long long) selection->nvalues),
			 errhint("Correct the values, or use \"negative zero\" (they weigh nothing) or \"negative drop\" "
					 "(they get no tier).")));
}

void
cut_selection(CutPoints *points, Selection *selection, const AbcScheme *scheme)
{
	memset(points, 0, sizeof(*points));
	points->ncuts = scheme->ncuts;
	if (selection->nmembers == 0)
		points->unknown = true;
	else if (scheme->rule == ABC_FILL)
		cut_fill(points, selection, scheme);
	else
		cut_cumulated(points, selection, scheme);
}

void
cut_points(CutPoints *points, ValueStore *store, const AbcScheme *scheme)
{
	Selection	selection;

	if (scheme->rule == ABC_VALUE)
	{
		cut_by_value(points, store, scheme);
		return;
	}

	selection_begin(&selection, store, scheme_weighs_by_value(scheme));
	if (scheme_weighs_by_value(scheme) && scheme->negative == ABC_NEGATIVE_ERROR &&
		selection.nnegative > 0)
		refuse_negative(&selection);
	cut_selection(points, &selection, scheme);
	points->drop_negative = scheme_weighs_by_value(scheme) &&
		scheme->negative == ABC_NEGATIVE_DROP;
	selection_end(&selection);
}
