/*
 * concentration.c
 *		How much of the total is held by how few: aggregates over ordered values.
 *
 *	abc_gini(value [, corrected])	the Gini coefficient, 0 (all equal) to 1 - 1/n
 *			(one has all): sum((2i - n - 1) * x_i) / (n * total), x_i the i-th
 *			smallest of n values; corrected: over (n - 1) * total, which reaches 1
 *	abc_top_share(value, fraction)	share of the total that the largest
 *			ceil(fraction * n) values hold; a fraction is taken as a decimal
 *			(fraction.c), so 0.2 of 100 rows is 20
 *	abc_top_n_share(value, n)	the same for the n largest, or all if there are less
 *	abc_top_count(value, share)	the least number of values, largest first, that
 *			hold at least this share of the total
 *
 * All over values of any number type:
 *
 *	zero		counts as a value
 *	negative	error: a share cannot be negative
 *	NULL		counts nowhere; no value, or a total of 0, gives NULL; so does
 *				the corrected Gini of one value
 *	NaN, infinity	error
 *
 * Sums and products are exact; a quotient of them is rounded once to float8.  The
 * state keeps every value, 8 or 16 bytes in memory up to work_mem and then in a
 * temporary file: one process, no combine function (the mergeable form is the
 * summary's).
 */
#include "postgres.h"

#include "sql/aggregates/concentration.h"
#include "sql/fraction.h"

PG_FUNCTION_INFO_V1(abc_gini_finalfn);
PG_FUNCTION_INFO_V1(abc_top_share_finalfn);
PG_FUNCTION_INFO_V1(abc_top_n_share_finalfn);
PG_FUNCTION_INFO_V1(abc_top_count_finalfn);

/*
 * Gini
 */

typedef struct GiniWalk
{
	int64		n;				/* values, zeros included */
	ExactSum   *group;			/* scratch: sum of a group */
	ExactSum   *wide;			/* the same, wider */
	ExactSum   *plus;
	ExactSum   *minus;
} GiniWalk;

/*
 * GroupFunction.  A group of count rows after "before" larger ones stands at
 * the places n - before - count + 1 .. n - before, counted from the smallest;
 * the sum of 2i - n - 1 over them is count * (n - 2 * before - count).
 */
static bool
gini_group(const Selection *selection, const ValueGroup *group, int64 before, void *arg)
{
	GiniWalk   *walk = arg;
	int64		factor = walk->n - 2 * before - group->count;

	exact_set_zero(walk->group);
	selection_add_rows(selection, group, group->count, walk->group);
	exact_assign(walk->wide, walk->group);
	if (factor > 0)
		exact_add_multiple(walk->plus, walk->wide, factor);
	else
		exact_add_multiple(walk->minus, walk->wide, -factor);
	return true;
}

/*
 * abc_gini: NULL without a value, with a total of 0, and corrected for one
 * value; 0 for one value otherwise.
 */
Datum
abc_gini_finalfn(PG_FUNCTION_ARGS)
{
	ConcentrationState *state = concentration_arg(fcinfo);
	Selection	selection;
	GiniWalk	walk;
	ExactSum   *divisor;
	int			nlimbs;
	double		result;

	if (state == NULL || !concentration_begin(state, &selection))
		PG_RETURN_NULL();
	walk.n = selection.nvalues;
	if (state->parameter != 0 && walk.n == 1)
	{
		selection_end(&selection);
		PG_RETURN_NULL();
	}
	nlimbs = selection.total->nlimbs + 2;
	walk.group = selection_sum(&selection);
	walk.wide = exact_create(nlimbs);
	walk.plus = exact_create(nlimbs);
	walk.minus = exact_create(nlimbs);
	selection_walk(&selection, gini_group, &walk);

	exact_sub(walk.plus, walk.minus);
	divisor = exact_create(nlimbs);
	exact_assign(divisor, selection.total);
	exact_mul(divisor, state->parameter != 0 ? walk.n - 1 : walk.n);
	result = exact_ratio(walk.plus, divisor, 0, ROUND_NEAREST);
	selection_end(&selection);
	PG_RETURN_FLOAT8(result);
}

/*
 * The largest values
 */

typedef struct TopWalk
{
	int64		n;				/* as many */
	ExactSum   *sum;			/* of them */
} TopWalk;

/* GroupFunction */
static bool
top_group(const Selection *selection, const ValueGroup *group, int64 before, void *arg)
{
	TopWalk    *walk = arg;

	selection_add_rows(selection, group, Min(group->count, walk->n - before), walk->sum);
	return before + group->count < walk->n;
}

static double
top_share(Selection *selection, int64 n)
{
	TopWalk		walk;

	walk.n = n;
	walk.sum = selection_sum(selection);
	if (n > 0)
		selection_walk(selection, top_group, &walk);
	return exact_ratio(walk.sum, selection->total, 0, ROUND_NEAREST);
}

/*
 * abc_top_share: NULL without a value or with a total of 0; a fraction out of
 * (0, 1] is an error.
 */
Datum
abc_top_share_finalfn(PG_FUNCTION_ARGS)
{
	ConcentrationState *state = concentration_arg(fcinfo);
	Selection	selection;
	double		result;

	if (state == NULL || !concentration_begin(state, &selection))
		PG_RETURN_NULL();
	result = top_share(&selection, fraction_of_rows(state->parameter, "fraction", selection.nvalues));
	selection_end(&selection);
	PG_RETURN_FLOAT8(result);
}

/*
 * abc_top_n_share: the same; n below 1 is an error, more than there are values
 * is all of them.
 */
Datum
abc_top_n_share_finalfn(PG_FUNCTION_ARGS)
{
	ConcentrationState *state = concentration_arg(fcinfo);
	Selection	selection;
	double		result;

	if (state == NULL || !concentration_begin(state, &selection))
		PG_RETURN_NULL();
	if (state->parameter < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of values, %.0f, is not positive", state->parameter),
				 errhint("Say how many of the largest to add up, such as 5.")));
	result = top_share(&selection, (int64) Min(state->parameter, (double) selection.nvalues));
	selection_end(&selection);
	PG_RETURN_FLOAT8(result);
}

/*
 * The number that makes a share
 */

typedef struct ReachWalk
{
	uint64		den;
	ExactSum   *target;			/* total * num: to be reached by sum * den */
	ExactSum   *before;			/* sum of the groups so far */
	ExactSum   *sum;			/* scratch */
	ExactSum   *scaled;			/* scratch: sum * den */
	int64		count;			/* rows that it takes */
} ReachWalk;

/* Do rows more of the group reach the target? */
static bool
reaches(const Selection *selection, const ValueGroup *group, int64 rows, ReachWalk *walk)
{
	exact_copy(walk->sum, walk->before);
	selection_add_rows(selection, group, rows, walk->sum);
	exact_assign(walk->scaled, walk->sum);
	exact_mul(walk->scaled, walk->den);
	return exact_cmp(walk->scaled, walk->target) >= 0;
}

/* GroupFunction */
static bool
reach_group(const Selection *selection, const ValueGroup *group, int64 before, void *arg)
{
	ReachWalk  *walk = arg;
	int64		few = 0;		/* too few */
	int64		enough = group->count;

	if (!reaches(selection, group, enough, walk))
	{
		exact_copy(walk->before, walk->sum);
		return true;
	}
	while (enough - few > 1)
	{
		int64		rows = few + (enough - few) / 2;

		if (reaches(selection, group, rows, walk))
			enough = rows;
		else
			few = rows;
	}
	walk->count = before + enough;
	return false;
}

/* Final function of abc_top_count: NULL without a positive value. */
Datum
abc_top_count_finalfn(PG_FUNCTION_ARGS)
{
	ConcentrationState *state = concentration_arg(fcinfo);
	Selection	selection;
	ReachWalk	walk;
	uint64		num;
	int			nlimbs;

	if (state == NULL || !concentration_begin(state, &selection))
		PG_RETURN_NULL();
	fraction_of_float8(state->parameter, "share", &num, &walk.den);
	nlimbs = selection.total->nlimbs + 1;
	walk.target = exact_create(nlimbs);
	exact_assign(walk.target, selection.total);
	exact_mul(walk.target, num);
	walk.before = selection_sum(&selection);
	walk.sum = selection_sum(&selection);
	walk.scaled = exact_create(nlimbs);
	walk.count = 0;
	selection_walk(&selection, reach_group, &walk);
	Assert(walk.count > 0);
	selection_end(&selection);
	PG_RETURN_INT64(walk.count);
}
