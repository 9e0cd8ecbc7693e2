/*
 * points.c
 *		Points by a score map: abc_points.
 *
 * abc_points(value, breaks, points [, mode]) reads a ladder: breaks rise, and
 * each has its points.
 *
 *	step	(the default) the points of the last break that the value reaches, as
 *			steps closed on the left; below the first break 0
 *	linear	between two breaks on the straight line from one break's points to
 *			the next's, (1 - t) * p + t * q with t = (value - b) / (c - b); below
 *			the first and above the last break their points
 *
 *	value		NULL gives NULL; NaN and infinity are errors
 *	breaks, points	one dimension, 1 to 1000 elements, as many of the one as of
 *				the other, without NULLs; NULL arrays give NULL
 *	breaks		finite and rising; points finite, of any sign
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "sql/argument.h"
#include "values/value_kind.h"

PG_FUNCTION_INFO_V1(abc_points);

#define MAX_STEPS	1000
#define POINTS_HINT	\
	"Write, for example, abc_points(parcels, '{0,5000,20000}', '{0,3,6}'): breaks that rise, and points for each."

static const ArrayRule breaks_rule = {"breaks", MAX_STEPS, false, false, POINTS_HINT};
static const ArrayRule points_rule = {"points", MAX_STEPS, false, false, POINTS_HINT};

/* The ladder of the last call. */
typedef struct Ladder
{
	KeptArguments kept;			/* breaks, points */
	int			n;
	double	   *breaks;
	double	   *points;
} Ladder;

static double *
read_numbers(const ArrayRule *rule, struct varlena *array, int *n)
{
	Datum	   *elements = argument_array(rule, (ArrayType *) array, NULL, n);
	double	   *numbers = palloc(*n * sizeof(double));

	for (int i = 0; i < *n; i++)
	{
		numbers[i] = DatumGetFloat8(elements[i]);
		if (numbers[i] - numbers[i] != 0.0)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("element %d of %s is not a finite number", i + 1, rule->name),
					 errhint("There is no step at NaN or infinity.")));
	}
	return numbers;
}

static void
read_ladder(Ladder *ladder)
{
	int			npoints;

	ladder->points = read_numbers(&points_rule, ladder->kept.bytes[1], &npoints);
	ladder->breaks = read_numbers(&breaks_rule, ladder->kept.bytes[0], &ladder->n);
	if (npoints != ladder->n)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("number of points, %d, differs from number of breaks, %d", npoints, ladder->n),
				 errhint("Each break has its points.")));
	for (int i = 1; i < ladder->n; i++)
		if (ladder->breaks[i] <= ladder->breaks[i - 1])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("break %d, %g, is not above break %d, %g", i + 1, ladder->breaks[i],
							i, ladder->breaks[i - 1]),
					 errhint("Breaks rise from the first to the last.")));
}

/* The ladder of this call's arrays, read afresh if they are others than before. */
static const Ladder *
ladder_of_call(FunctionCallInfo fcinfo)
{
	Ladder	   *ladder = fcinfo->flinfo->fn_extra;
	struct varlena *given[2];
	MemoryContext old;

	given[0] = PG_GETARG_VARLENA_PP(1);
	given[1] = PG_GETARG_VARLENA_PP(2);
	if (ladder == NULL)
	{
		ladder = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Ladder));
		kept_init(&ladder->kept, 2, fcinfo->flinfo->fn_mcxt);
		fcinfo->flinfo->fn_extra = ladder;
	}
	if (likely(kept_same(&ladder->kept, given)))
		return ladder;
	old = kept_renew(&ladder->kept, given);
	read_ladder(ladder);
	ladder->kept.valid = true;
	MemoryContextSwitchTo(old);
	return ladder;
}

/* Is the mode "linear"? */
static bool
mode_is_linear(text *mode)
{
	int			size = VARSIZE_ANY_EXHDR(mode);

	if (size == 4 && pg_strncasecmp(VARDATA_ANY(mode), "step", 4) == 0)
		return false;
	if (size == 6 && pg_strncasecmp(VARDATA_ANY(mode), "linear", 6) == 0)
		return true;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown mode \"%s\"", text_to_cstring(mode)),
			 errhint("Modes are step and linear.")));
}

/* The number of breaks that the value reaches. */
static int
breaks_reached(const Ladder *ladder, double value)
{
	int			low = 0;
	int			high = ladder->n;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (value >= ladder->breaks[middle])
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The points on the line from the first to the second break; never beyond theirs. */
static double
on_line(double value, const double *breaks, const double *points)
{
	double		width = breaks[1] - breaks[0];
	double		t;
	double		result;

	if (width - width == 0.0)
		t = (value - breaks[0]) / width;
	else
		t = (value / 2 - breaks[0] / 2) / (breaks[1] / 2 - breaks[0] / 2);
	result = (1 - t) * points[0] + t * points[1];
	return Max(Min(result, Max(points[0], points[1])), Min(points[0], points[1]));
}

/* abc_points(value, breaks, points, mode); strict in SQL: any NULL gives NULL. */
Datum
abc_points(PG_FUNCTION_ARGS)
{
	double		value = PG_GETARG_FLOAT8(0);
	const Ladder *ladder = ladder_of_call(fcinfo);
	bool		linear = mode_is_linear(PG_GETARG_TEXT_PP(3));
	int			reached;

	value_check_finite("value", value);
	reached = breaks_reached(ladder, value);
	if (!linear)
		PG_RETURN_FLOAT8(reached == 0 ? 0 : ladder->points[reached - 1]);
	if (reached == 0 || reached == ladder->n)
		PG_RETURN_FLOAT8(ladder->points[Max(reached - 1, 0)]);

	PG_RETURN_FLOAT8(on_line(value, &ladder->breaks[reached - 1], &ladder->points[reached - 1]));
}
