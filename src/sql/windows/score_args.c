/*
 * score_args.c
 *		How abc_score weighs metrics: weights, methods and what is done with gaps.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compat.h"
#include "sql/windows/score_args.h"
#include "values/value_kind.h"

/* Positions among the arguments of abc_score, after the metrics. */
enum
{
	ARG_WEIGHTS,
	ARG_METHODS,
	ARG_MISSING,
	NARGS
};

static const char *const arg_names[] = {"weights", "methods", "missing"};

void
score_args_init(ScoreArgs *args, MemoryContext parent)
{
	memset(args, 0, sizeof(*args));
	args->mcxt = AllocSetContextCreate(parent, "abc_score arguments", ALLOCSET_SMALL_SIZES);
}

/* An argument of a row, detoasted; NULL for a NULL. */
static struct varlena *
arg_of_row(WindowObject winobj, int arg, int row)
{
	bool		isnull;
	bool		isout;
	Datum		value = WinGetFuncArgInPartition(winobj, arg + 1, row, WINDOW_SEEK_HEAD, false,
												 &isnull, &isout);

	return isnull ? NULL : PG_DETOAST_DATUM(value);
}

static void
check_dimensions(const char *what, ArrayType *array)
{
	if (ARR_NDIM(array) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must not be an empty array", what),
				 errhint("A score has 1 to %d metrics, each with a weight.", MAX_METRICS)));
	if (ARR_NDIM(array) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be a one-dimensional array, not one of %d dimensions", what,
						ARR_NDIM(array)),
				 errhint("Write ARRAY[40, 30, 20, 10], with an element for each metric.")));
}

static void
parse_weights(ScoreArgs *args)
{
	ArrayType  *array = (ArrayType *) args->sources[ARG_WEIGHTS];
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	if (array == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("weights must not be NULL"),
				 errhint("Write, for example, ARRAY[40, 30, 20, 10].")));
	check_dimensions("weights", array);
	value_array_split(VALUE_FLOAT8, array, &elements, &nulls, &n);
	if (n > MAX_METRICS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%d weights are too many", n),
				 errhint("A score has 1 to %d metrics.", MAX_METRICS)));
	args->nmetrics = n;
	args->total_weight = 0;
	for (int i = 0; i < n; i++)
	{
		double		weight = nulls[i] ? 0 : DatumGetFloat8(elements[i]);

		if (nulls[i] || weight - weight != 0.0)
			ereport(ERROR,
					(errcode(nulls[i] ? ERRCODE_NULL_VALUE_NOT_ALLOWED : ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("weight %d is %s", i + 1, nulls[i] ? "NULL" : "not a finite number"),
					 errhint("Weights are numbers of zero or more; leave a metric out with weight 0.")));
		if (weight < 0)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("weight %d, %g, is negative", i + 1, weight),
					 errhint("For a metric of which less is better use a method such as \"lower rank\".")));
		args->weights[i] = weight;
		args->total_weight += weight;
	}
	if (args->total_weight == 0 || args->total_weight - args->total_weight != 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 args->total_weight == 0 ? errmsg("all weights are 0") :
				 errmsg("sum of weights is out of range"),
				 errhint("Weights of 40, 30, 20 and 10 make a score out of 100.")));
}

static void
parse_methods(ScoreArgs *args)
{
	ArrayType  *array = (ArrayType *) args->sources[ARG_METHODS];
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	if (array == NULL)
	{
		/* one metric is as comparable as it will ever be */
		for (int i = 0; i < args->nmetrics; i++)
			method_parse(args->nmetrics == 1 ? "none" : "rank", &args->methods[i]);
		return;
	}
	check_dimensions("methods", array);
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	if (n != 1 && n != args->nmetrics)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("number of methods, %d, differs from number of weights, %d", n, args->nmetrics),
				 errhint("Give one method for all metrics or one for each.")));
	for (int i = 0; i < args->nmetrics; i++)
	{
		int			at = n == 1 ? 0 : i;

		if (nulls[at])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("method %d is NULL", at + 1),
					 errhint("For values as they are, say \"none\".")));
		method_parse(TextDatumGetCString(elements[at]), &args->methods[i]);
	}
}

static void
parse_missing(ScoreArgs *args)
{
	char	   *name;

	if (args->sources[ARG_MISSING] == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("missing must not be NULL"),
				 errhint("Say what a NULL metric means: renormalize, zero or null.")));
	name = text_to_cstring((text *) args->sources[ARG_MISSING]);
	if (pg_strcasecmp(name, "renormalize") == 0)
		args->missing = MISSING_RENORMALIZE;
	else if (pg_strcasecmp(name, "zero") == 0)
		args->missing = MISSING_ZERO;
	else if (pg_strcasecmp(name, "null") == 0)
		args->missing = MISSING_NULL;
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown policy \"%s\" for missing metrics", name),
				 errhint("Policies are renormalize, zero and null.")));
}

static inline bool
same_bytes(const struct varlena *a, const struct varlena *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

/* What is kept is parsed once, for as long as it stays the same. */
void
score_args_set(ScoreArgs *args, WindowObject winobj, int row)
{
	struct varlena *given[NARGS];
	bool		same = args->nmetrics > 0;
	MemoryContext old;

	for (int i = 0; i < NARGS; i++)
	{
		given[i] = arg_of_row(winobj, i, row);
		same = same && same_bytes(given[i], args->sources[i]);
	}
	if (same)
		return;

	args->nmetrics = 0;
	MemoryContextReset(args->mcxt);
	old = MemoryContextSwitchTo(args->mcxt);
	for (int i = 0; i < NARGS; i++)
	{
		args->sources[i] = NULL;
		if (given[i] != NULL)
		{
			args->sources[i] = palloc(VARSIZE(given[i]));
			memcpy(args->sources[i], given[i], VARSIZE(given[i]));
		}
	}
	parse_weights(args);
	parse_methods(args);
	parse_missing(args);
	MemoryContextSwitchTo(old);
}

void
score_args_check(const ScoreArgs *args, WindowObject winobj, int row)
{
	for (int i = 0; i < NARGS; i++)
		if (!same_bytes(arg_of_row(winobj, i, row), args->sources[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("argument \"%s\" of a score changes within a partition, at row %d", arg_names[i], row + 1),
					 errhint("They hold for all rows of a partition: add what they depend on to PARTITION BY.")));
}
