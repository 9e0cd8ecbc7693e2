/*
 * score.c
 *		The window function abc_score.
 *
 * abc_score(metrics, weights [, methods [, missing]]) is the weighted sum of a
 * row's metrics, each made comparable within the partition:
 *
 *		weight_1 * normalized_1 + weight_2 * normalized_2 + ...
 *
 * each product rounded once, added in the order of the metrics.  Neither ORDER
 * BY nor a frame has any influence.
 *
 *	metrics		1 to 100 float8 a row.  A NULL array is one of NULLs.  NaN and
 *				infinity are errors
 *	weights		one for each metric, taken as given: 40/30/20/10 makes a score
 *				out of 100; NULL, NaN, negative and all zero are errors
 *	methods		one for all metrics, or one for each, as abc_normalize's; left
 *				out, or NULL: a single metric is taken as it is, several by rank
 *	missing		what a NULL metric does to its row: "renormalize" (the default)
 *				takes what the other metrics give times all weights / weights
 *				present, "zero" adds nothing for it, "null" makes the score NULL.
 *				A row of no metric, or none with weight, gets NULL, under "zero" 0
 *
 * Weights, methods and missing are the same for all rows of a partition.
 *
 * One forward pass copies the metrics into a compact store each, 8 bytes a
 * value, within work_mem for all together and in temporary files beyond it.
 * The scores are then made from these, some hundred rows at a time.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/array.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "cut/normalizer.h"
#include "sql/windows/partition.h"
#include "sql/windows/score_args.h"

PG_FUNCTION_INFO_V1(abc_score);

#define LOAD_ROWS		64		/* rows evaluated between two resets of memory */
#define CHUNK			512		/* rows scored together */
#define LEAST_MEMORY	(64 * 1024) /* bytes of a store, however little work_mem */

typedef struct ScoreState
{
	MemoryContext mcxt;
	MemoryContext eval;			/* short-lived: the arguments' evaluation */
	MemoryContext work;			/* of the normalizers; reset with each partition */
	ScoreArgs	args;
	double	   *places[MAX_METRICS];	/* where the metrics of the next rows go in their stores */
	int			nstores;		/* made so far */
	ValueStore	metrics[MAX_METRICS];
	int			nnormalizers;	/* in use */
	Normalizer	normalizers[MAX_METRICS];
	bool		has_null;		/* some metric of the partition is NULL */
	double		scores[CHUNK];	/* of the next rows */
	double		present[CHUNK]; /* weight of their metrics that are not NULL */
	PartitionChunk chunk;		/* which rows these are */
} ScoreState;

static ScoreState *
score_state(FunctionCallInfo fcinfo)
{
	ScoreState *state = fcinfo->flinfo->fn_extra;
	MemoryContext mcxt;

	if (state != NULL)
		return state;
	mcxt = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "abc_score", ALLOCSET_DEFAULT_SIZES);
	state = MemoryContextAllocZero(mcxt, sizeof(ScoreState));
	state->mcxt = mcxt;
	state->eval = AllocSetContextCreate(mcxt, "abc_score argument", ALLOCSET_DEFAULT_SIZES);
	state->work = AllocSetContextCreate(mcxt, "abc_score partition", ALLOCSET_DEFAULT_SIZES);
	score_args_init(&state->args, mcxt);
	fcinfo->flinfo->fn_extra = state;
	return state;
}

/*
 * Reading the metrics
 */

static void
refuse_metrics(const ScoreState *state, ArrayType *array)
{
	argument_check_dimensions(&metrics_rule, array);
	ereport(ERROR,
			(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
			 errmsg("number of metrics, %d, differs from number of weights, %d", ARR_DIMS(array)[0],
					state->args.nmetrics),
			 errhint("Give one weight for each metric.")));
}

static void
refuse_nonfinite_metric(ArrayType *array)
{
	Datum	   *metrics;
	bool	   *nulls;
	int			n;

	value_array_split(VALUE_FLOAT8, array, &metrics, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			value_check_finite("value", DatumGetFloat8(metrics[i]));
}

/* Put the metrics of a row into its places; NULL as NaN. */
static void
read_metrics(ScoreState *state, Datum metrics, bool isnull, int row)
{
	int			n = state->args.nmetrics;
	double	  **places = state->places;
	double		nothing = 0;	/* the sum of value - value */
	ArrayType  *array;
	const uint8 *bitmap;
	const char *data;

	if (isnull)
	{
		state->has_null = true;
		for (int i = 0; i < n; i++)
			places[i][row] = get_float8_nan();
		return;
	}
	array = DatumGetArrayTypeP(metrics);
	if (unlikely(ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != n))
		refuse_metrics(state, array);
	bitmap = ARR_NULLBITMAP(array);
	data = (const char *) array +
		(bitmap != NULL ? (Size) array->dataoffset : ARR_OVERHEAD_NONULLS(1));
	for (int i = 0; i < n; i++)
	{
		double		value;

		if (bitmap != NULL && (bitmap[i / 8] & (1 << (i % 8))) == 0)
		{
			state->has_null = true;
			places[i][row] = get_float8_nan();
			continue;
		}
		memcpy(&value, data, sizeof(value));
		data += sizeof(value);
		nothing += value - value;
		places[i][row] = value;
	}
	/* only NaN and the infinities minus themselves are something */
	if (unlikely(nothing != 0.0))
		refuse_nonfinite_metric(array);
}

static void
reserve_places(ScoreState *state)
{
	for (int i = 0; i < state->args.nmetrics; i++)
		state->places[i] = values_float8_room(&state->metrics[i], LOAD_ROWS);
}

static void
append_rows(ScoreState *state, int nrows)
{
	for (int i = 0; i < state->args.nmetrics; i++)
		values_append_from_room(&state->metrics[i], nrows);
}

static void
begin_stores(ScoreState *state, int nrows)
{
	int			n = state->args.nmetrics;
	Size		memory = Max((Size) work_mem * 1024 / n, LEAST_MEMORY);

	for (; state->nstores < n; state->nstores++)
		values_init(&state->metrics[state->nstores], VALUE_FLOAT8, state->mcxt);
	for (int i = 0; i < n; i++)
	{
		values_clear(&state->metrics[i]);
		state->metrics[i].limit = memory;
		if (!method_sorts(&state->args.methods[i]))
			values_keep_float8s(&state->metrics[i]);
		values_expect(&state->metrics[i], (int64) nrows + LOAD_ROWS);
	}
	state->has_null = false;
}

static void
load_metrics(ScoreState *state, WindowObject winobj, bool stable)
{
	int			nrows = partition_addressable(WinGetPartitionRowCount(winobj));
	MemoryContext old = MemoryContextSwitchTo(state->eval);

	score_args_set(&state->args, winobj, 0);
	begin_stores(state, nrows);
	for (int row = 0; row < nrows; row++)
	{
		Datum		metrics;
		bool		isnull;
		bool		isout;

		if (row % LOAD_ROWS == 0)
			reserve_places(state);
		metrics = WinGetFuncArgInPartition(winobj, 0, row, WINDOW_SEEK_HEAD, false,
										   &isnull, &isout);
		read_metrics(state, metrics, isnull, row % LOAD_ROWS);
		if (!stable)
			score_args_check(&state->args, winobj, row);
		if (row % LOAD_ROWS == LOAD_ROWS - 1)
		{
			CHECK_FOR_INTERRUPTS();
			MemoryContextReset(state->eval);
			append_rows(state, LOAD_ROWS);
		}
	}
	append_rows(state, nrows % LOAD_ROWS);
	MemoryContextSwitchTo(old);
	MemoryContextReset(state->eval);
}

/*
 * Adding up
 */

/* Add one metric, normalized and weighed, to the scores. */
static void
add_metric(ScoreState *state, const double *values, double weight)
{
	int			n = state->chunk.size;

	if (!state->has_null)
	{
		for (int i = 0; i < n; i++)
			state->scores[i] += weight * values[i];
		return;
	}
	for (int i = 0; i < n; i++)
	{
		if (!isnan(values[i]))
		{
			state->scores[i] += weight * values[i];
			state->present[i] += weight;
		}
		else if (state->args.missing == MISSING_NULL)
			state->present[i] = -get_float8_infinity();
	}
}

/* Score the next rows. */
static void
fill_scores(ScoreState *state)
{
	double		values[CHUNK];
	int			n = state->chunk.size;

	memset(state->scores, 0, n * sizeof(double));
	memset(state->present, 0, n * sizeof(double));
	for (int i = 0; i < state->args.nmetrics; i++)
	{
		normalizer_fill(&state->normalizers[i], values, n);
		add_metric(state, values, state->args.weights[i]);
	}
}

static void
begin_partition(FunctionCallInfo fcinfo, ScoreState *state)
{
	bool		stable = true;
	MemoryContext old;

	for (int i = 0; i < state->nnormalizers; i++)
		normalizer_end(&state->normalizers[i]);
	state->nnormalizers = 0;
	MemoryContextReset(state->work);
	for (int arg = 1; arg < PG_NARGS(); arg++)
		stable = stable && get_fn_expr_arg_stable(fcinfo->flinfo, arg);
	load_metrics(state, PG_WINDOW_OBJECT(), stable);

	old = MemoryContextSwitchTo(state->work);
	for (int i = 0; i < state->args.nmetrics; i++)
	{
		normalizer_begin(&state->normalizers[i], &state->args.methods[i], &state->metrics[i]);
		state->nnormalizers++;
	}
	MemoryContextSwitchTo(old);
	partition_chunk_begin(&state->chunk, state->metrics[0].nrows);
}

/*
 * abc_score(metrics, weights [, methods [, missing]]): the weighted sum of the
 * row's normalized metrics.  A NULL metric is dealt with as missing says; a score
 * beyond float8 is an error.
 */
Datum
abc_score(PG_FUNCTION_ARGS)
{
	ScoreState *state = score_state(fcinfo);
	double		score;
	int			row;

	if (partition_begins(fcinfo))
		begin_partition(fcinfo, state);
	if (partition_chunk_next(&state->chunk, CHUNK))
		fill_scores(state);
	row = state->chunk.next++;

	score = state->scores[row];
	if (state->has_null)
	{
		double		present = state->present[row];

		if (present < 0 || (present == 0 && state->args.missing == MISSING_RENORMALIZE))
			PG_RETURN_NULL();
		if (state->args.missing == MISSING_RENORMALIZE && present != state->args.total_weight)
			score *= state->args.total_weight / present;
	}
	if (unlikely(score - score != 0.0))
		float_overflow_error();
	PG_RETURN_FLOAT8(score);
}
