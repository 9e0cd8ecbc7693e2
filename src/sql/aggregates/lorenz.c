/*
 * lorenz.c
 *		The aggregate abc_lorenz: the Lorenz curve as points for a chart.
 *
 * abc_lorenz(value [, points]) gives an array of (customers, customer_share,
 * value_share): the smallest so many values, their number as a share of all,
 * and the share of the total that they hold.  It starts at (0, 0, 0), ends at
 * (n, 1, 1), and has points + 1 elements, at floor(i * n / points) values each;
 * where there are fewer values than points, one for each value.  Left out,
 * points is 100.
 *
 *	SELECT * FROM unnest((SELECT abc_lorenz(revenue) FROM customer));
 *
 * NULL, zero, negative, NaN, no rows: as concentration.c.  Shares are
 * quotients of exact sums, rounded once.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "compat.h"
#include "sql/aggregates/concentration.h"

PG_FUNCTION_INFO_V1(abc_lorenz_finalfn);

#define DEFAULT_POINTS	100
#define MAX_POINTS		100000

/* From the largest value down, which is from the last point to the first. */
typedef struct LorenzWalk
{
	int64		n;				/* values, zeros included */
	int			points;
	int			next;			/* point to be made next, points .. 0 */
	ExactSum   *above;			/* sum of the values so far */
	ExactSum   *scratch;
	double	   *shares;			/* of the total, by point */
} LorenzWalk;

/* How many of the smallest values a point stands for. */
static int64
values_at(const LorenzWalk *walk, int point)
{
	int64		whole = walk->n / walk->points;
	int64		rest = walk->n % walk->points;

	return whole * point + rest * point / walk->points;
}

/* GroupFunction */
static bool
lorenz_group(const Selection *selection, const ValueGroup *group, int64 before, void *arg)
{
	LorenzWalk *walk = arg;

	while (walk->next >= 0 && walk->n - values_at(walk, walk->next) <= before + group->count)
	{
		int64		rows = walk->n - values_at(walk, walk->next) - before;
		ExactSum   *below = walk->scratch;

		/* total - (above + rows of the group) */
		exact_copy(below, walk->above);
		if (rows > 0)
			selection_add_rows(selection, group, rows, below);
		walk->shares[walk->next] = 1;
		if (!exact_is_zero(below))
		{
			ExactSum   *rest = selection_sum(selection);

			exact_copy(rest, selection->total);
			exact_sub(rest, below);
			walk->shares[walk->next] = exact_ratio(rest, selection->total, 0, ROUND_NEAREST);
			pfree(rest);
		}
		walk->next--;
	}
	selection_add_rows(selection, group, group->count, walk->above);
	return walk->next >= 0;
}

/* The points as an array of the composite type that the function returns. */
static Datum
make_array(FunctionCallInfo fcinfo, const LorenzWalk *walk)
{
	Oid			type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	TupleDesc	desc;
	Datum	   *points = palloc((walk->points + 1) * sizeof(Datum));

	if (!OidIsValid(type))
		elog(ERROR, "abc_lorenz does not know the type of its points");
	desc = lookup_rowtype_tupdesc_copy(type, -1);
	for (int i = 0; i <= walk->points; i++)
	{
		int64		customers = values_at(walk, i);
		Datum		values[3];
		bool		nulls[3] = {false, false, false};

		CHECK_FOR_INTERRUPTS();
		values[0] = Int64GetDatum(customers);
		values[1] = Float8GetDatum((double) customers / (double) walk->n);
		values[2] = Float8GetDatum(walk->shares[i]);
		points[i] = HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
	}
	return PointerGetDatum(construct_array(points, walk->points + 1, type, -1, false,
										   TYPALIGN_DOUBLE));
}

Datum
abc_lorenz_finalfn(PG_FUNCTION_ARGS)
{
	ConcentrationState *state = concentration_arg(fcinfo);
	Selection	selection;
	LorenzWalk	walk;
	double		points = DEFAULT_POINTS;

	if (state == NULL)
		PG_RETURN_NULL();
	if (state->has_parameter)
		points = state->parameter;
	if (points < 1 || points > MAX_POINTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of points, %.0f, is out of range", points),
				 errhint("A curve has 1 to %d points, such as 100.", MAX_POINTS)));
	if (!concentration_begin(state, &selection))
		PG_RETURN_NULL();

	walk.n = selection.nvalues;
	walk.points = (int) Min(points, (double) walk.n);
	walk.next = walk.points;
	walk.above = selection_sum(&selection);
	walk.scratch = selection_sum(&selection);
	walk.shares = palloc0((walk.points + 1) * sizeof(double));
	/* points among the zeros, which the walk does not reach, keep 0 */
	selection_walk(&selection, lorenz_group, &walk);
	selection_end(&selection);
	return make_array(fcinfo, &walk);
}
