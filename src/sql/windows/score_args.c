/*
 * score_args.c
 *		How abc_score weighs metrics: weights, methods and what is done with gaps.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "sql/windows/score_args.h"

/* Positions among the arguments of abc_score, after the metrics. */
enum
{
	ARG_WEIGHTS,
	ARG_METHODS,
	ARG_MISSING,
	NARGS
};

static const char *const arg_names[] = {"weights", "methods", "missing"};

#define METRICS_HINT	"Write ARRAY[sales, profit, orders], with an element for each weight."
#define WEIGHTS_HINT	"A score has 1 to " CppAsString2(MAX_METRICS) " metrics, each with a weight of zero or more: " \
						"ARRAY[40, 30, 20, 10]."
#define METHODS_HINT	"Give one method for all metrics or one for each; for values as they are, say \"none\"."

const ArrayRule metrics_rule = {"metrics", MAX_METRICS, true, false, METRICS_HINT};
static const ArrayRule weights_rule = {"weights", MAX_METRICS, false, false, WEIGHTS_HINT};
static const ArrayRule methods_rule = {"methods", MAX_METRICS, false, false, METHODS_HINT};

void
score_args_init(ScoreArgs *args, MemoryContext parent)
{
	memset(args, 0, sizeof(*args));
	kept_init(&args->kept, NARGS, parent);
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
read_weight(ScoreArgs *args, int i, double weight)
{
	if (weight - weight != 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("weight %d is not a finite number", i + 1),
				 errhint(WEIGHTS_HINT)));
	if (weight < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("weight %d, %g, is negative", i + 1, weight),
				 errhint("For a metric of which less is better use a method such as \"lower rank\".")));
	args->weights[i] = weight;
	args->total_weight += weight;
}

static void
parse_weights(ScoreArgs *args)
{
	Datum	   *elements;

	if (args->kept.bytes[ARG_WEIGHTS] == NULL)
		argument_refuse_null("weights", WEIGHTS_HINT);
	elements = argument_array(&weights_rule, (ArrayType *) args->kept.bytes[ARG_WEIGHTS], NULL, &args->nmetrics);
	args->total_weight = 0;
	for (int i = 0; i < args->nmetrics; i++)
		read_weight(args, i, DatumGetFloat8(elements[i]));
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
	ArrayType  *array = (ArrayType *) args->kept.bytes[ARG_METHODS];
	Datum	   *elements;
	int			n;

	if (array == NULL)
	{
		/* one metric is as comparable as it will ever be */
		for (int i = 0; i < args->nmetrics; i++)
			method_parse(args->nmetrics == 1 ? "none" : "rank", &args->methods[i]);
		return;
	}
	elements = argument_array(&methods_rule, array, NULL, &n);
	if (n != 1 && n != args->nmetrics)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("number of methods, %d, differs from number of weights, %d", n, args->nmetrics),
				 errhint("Give one method for all metrics or one for each.")));
	for (int i = 0; i < args->nmetrics; i++)
		method_parse(TextDatumGetCString(elements[n == 1 ? 0 : i]), &args->methods[i]);
}

static void
parse_missing(ScoreArgs *args)
{
	char	   *name;

	if (args->kept.bytes[ARG_MISSING] == NULL)
		argument_refuse_null("missing", "Say what a NULL metric means: renormalize, zero or null.");
	name = text_to_cstring((text *) args->kept.bytes[ARG_MISSING]);
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

/* What is kept is parsed once, for as long as it stays the same. */
void
score_args_set(ScoreArgs *args, WindowObject winobj, int row)
{
	struct varlena *given[NARGS];
	MemoryContext old;

	for (int i = 0; i < NARGS; i++)
		given[i] = arg_of_row(winobj, i, row);
	if (kept_same(&args->kept, given))
		return;
	old = kept_renew(&args->kept, given);
	parse_weights(args);
	parse_methods(args);
	parse_missing(args);
	args->kept.valid = true;
	MemoryContextSwitchTo(old);
}

void
score_args_check(const ScoreArgs *args, WindowObject winobj, int row)
{
	for (int i = 0; i < NARGS; i++)
		if (!argument_same(arg_of_row(winobj, i, row), args->kept.bytes[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("argument \"%s\" changes within a partition, at row %d", arg_names[i], row + 1),
					 errhint("It holds for all rows of a partition: add what it depends on to PARTITION BY.")));
}
