/*
 * summary_cutoffs.c
 *		Cut-offs from a summary: abc_bounds, and abc_cutoffs with the last round.
 *
 * abc_bounds(summary, scheme, inside) gives a row for every cut:
 *
 *	cut				1 is the best tier's
 *	low, high		the cut-off surely lies between them, both included; NULL if
 *					it is surely NULL
 *	count_above, sum_above		rows with values above high, exactly
 *	count_within, sum_within	rows with values from low to high, exactly
 *
 * Intervals of different cuts are the same or have no value in common.  Where
 * low = high the cut-off is known.  No rows without a value to cut: under share
 * and fill without a positive one.
 *
 * The cut-offs come from abc_cutoffs(summary, scheme, values, rows, inside),
 * which needs to know how often each value between low and high occurs; it gives
 * exactly what the aggregate abc_cutoffs gives over all rows.
 *
 * Where that would be too many values, a round in between summarizes them:
 * "inside" are the summaries of such rounds, one after the other, each of the
 * values between the bounds that those before it gave.  NULL in it is the
 * summary of nothing.
 *
 * Values are numerics; those of a float8 summary are the shortest decimals that
 * read back to the same float8.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/tuplestore.h"

#include "sql/argument.h"
#include "summary/summary_cut.h"

PG_FUNCTION_INFO_V1(abc_summary_bounds);
PG_FUNCTION_INFO_V1(abc_summary_cutoffs_float8);
PG_FUNCTION_INFO_V1(abc_summary_cutoffs_int8);
PG_FUNCTION_INFO_V1(abc_summary_cutoffs_numeric);

#define BOUNDS_COLUMNS	7

#define ROUND_HINT "Collect the second round with array_agg(value) and array_agg(n)."

static const ArrayRule values_rule = {"values", PG_INT32_MAX, false, true, ROUND_HINT};
static const ArrayRule rows_rule = {"rows", PG_INT32_MAX, false, true, ROUND_HINT};

/* A row of abc_bounds; numbers of cells. */
typedef struct BoundsRow
{
	bool		isnull;			/* the cut-off is surely NULL */
	Datum		low;			/* in the type of the values */
	Datum		high;
	int			first;			/* the cells from low to high; first > last: none */
	int			last;
} BoundsRow;

/*
 * Values of the summary's type
 */

static Datum
cell_least(const SummaryCells *cells, int i)
{
	const SummaryCell *cell = &cells->cells[i];

	return summary_value(cells, cell->negative, cell->negative ? cell->high : cell->low);
}

static Datum
cell_largest(const SummaryCells *cells, int i)
{
	const SummaryCell *cell = &cells->cells[i];

	return summary_value(cells, cell->negative, cell->negative ? cell->low : cell->high);
}

/* A value of the summary's type as numeric. */
static Datum
value_numeric(const SummaryCells *cells, Datum value)
{
	if (cells->kind == VALUE_NUMERIC)
		return value;
	if (cells->kind == VALUE_INT8)
		return NumericGetDatum(int64_to_numeric(DatumGetInt64(value)));
	return summary_shortest_numeric(DatumGetFloat8(value));
}

/* Under rule "value" the cut-offs are the scheme's, whatever the rows. */
static void
given_cuts(const SummaryCells *cells, const AbcScheme *scheme, Datum *values, bool *nulls)
{
	ValueStore	store;
	CutPoints	points;

	values_init(&store, cells->kind, CurrentMemoryContext);
	store.scale = cells->scale;
	cut_points(&points, &store, scheme);
	for (int i = 0; i < scheme->ncuts; i++)
		nulls[i] = !cut_value(&points.cuts[i], &store, &values[i]);
}

/*
 * Rounds in between
 */

/* The cells of a summary, divided by the summaries in an array. */
static SummaryCells *
divided_cells(Datum summary, const AbcScheme *scheme, ArrayType *inside)
{
	SummaryCells *cells = summary_cells(summary_arg(summary));
	Datum	   *parts;
	bool	   *nulls;
	int			n;

	deconstruct_array(inside, ARR_ELEMTYPE(inside), -1, false, TYPALIGN_DOUBLE, &parts, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			summary_refine_inside(cells, scheme, summary_arg(parts[i]));
	return cells;
}

/*
 * Bounds
 */

static void
bound_given_cut(BoundsRow *row, const SummaryCells *cells, Datum value, bool isnull)
{
	row->isnull = isnull;
	row->low = row->high = value;
	row->first = 0;
	row->last = -1;
	if (isnull)
		return;
	/* cells fall: skip those above the cut */
	while (row->first < cells->ncells &&
		   value_below(cells->kind, value, cell_least(cells, row->first)))
		row->first++;
	row->last = row->first - 1;
	if (row->first < cells->ncells &&
		!value_below(cells->kind, cell_largest(cells, row->first), value))
	{
		row->last = row->first;
		row->low = cell_least(cells, row->first);
		row->high = cell_largest(cells, row->first);
	}
}

/* The bounds of all cuts, or NULL if there is nothing to cut. */
static BoundsRow *
bounds_rows(SummaryCells *cells, const AbcScheme *scheme)
{
	BoundsRow  *rows = palloc0(scheme->ncuts * sizeof(BoundsRow));
	CutBounds	bounds[ABC_MAX_CUTS];

	if (scheme->rule == ABC_VALUE)
	{
		Datum		values[ABC_MAX_CUTS];
		bool		nulls[ABC_MAX_CUTS];

		given_cuts(cells, scheme, values, nulls);
		for (int i = 0; i < scheme->ncuts; i++)
			bound_given_cut(&rows[i], cells, values[i], nulls[i]);
		return rows;
	}
	if (!summary_bounds(bounds, cells, scheme))
		return NULL;
	for (int i = 0; i < scheme->ncuts; i++)
	{
		rows[i].isnull = !bounds[i].reached;
		rows[i].first = 0;
		rows[i].last = -1;
		if (rows[i].isnull)
			continue;
		rows[i].first = bounds[i].first;
		rows[i].last = bounds[i].last;
		rows[i].low = cell_least(cells, bounds[i].last);
		rows[i].high = cell_largest(cells, bounds[i].first);
	}
	return rows;
}

/* Rows and sum of a range of cells. */
static void
sum_cells(const SummaryCells *cells, int first, int last, Datum *count, Datum *sum)
{
	ExactSum   *positive = summary_amount(cells);
	ExactSum   *negative = summary_amount(cells);
	int64		n = 0;
	bool		below;

	for (int i = first; i <= last; i++)
	{
		const SummaryCell *cell = &cells->cells[i];

		n += cell->count;
		exact_add(cell->negative ? negative : positive, cell->sum);
	}
	below = exact_cmp(positive, negative) < 0;
	if (below)
		exact_sub(negative, positive);
	else
		exact_sub(positive, negative);
	*count = Int64GetDatum(n);
	*sum = summary_amount_numeric(cells, below, below ? negative : positive);
}

/*
 * abc_bounds(summary, scheme): a row per cut, none where there is nothing to
 * cut.
 */
Datum
abc_summary_bounds(PG_FUNCTION_ARGS)
{
	const AbcScheme *scheme = scheme_of_datum(PG_GETARG_DATUM(1), CurrentMemoryContext);
	SummaryCells *cells = divided_cells(PG_GETARG_DATUM(0), scheme, PG_GETARG_ARRAYTYPE_P(2));
	BoundsRow  *rows = bounds_rows(cells, scheme);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; rows != NULL && i < scheme->ncuts; i++)
	{
		Datum		values[BOUNDS_COLUMNS];
		bool		nulls[BOUNDS_COLUMNS] = {false};
		const BoundsRow *row = &rows[i];

		values[0] = Int32GetDatum(i + 1);
		nulls[1] = nulls[2] = row->isnull;
		if (!row->isnull)
		{
			values[1] = value_numeric(cells, row->low);
			values[2] = value_numeric(cells, row->high);
		}
		sum_cells(cells, 0, row->first - 1, &values[3], &values[4]);
		sum_cells(cells, row->first, row->last, &values[5], &values[6]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * Cut-offs
 */

/* The type of the values, which is that of the result. */
static void
check_kind(const SummaryCells *cells, ValueKind kind)
{
	if (cells->kind != kind)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("cannot look for %s values in a summary of %s values",
						value_kind_name(kind), value_kind_name(cells->kind)),
				 errhint("Pass the values as %s[].", value_kind_name(cells->kind))));
}

static void
refuse_incomplete(const SummaryCells *cells, const AbcScheme *scheme)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("data changed between the rounds"),
			 errdetail("The values in the intervals of abc_bounds, of which there must be some, are not among "
					   "those given."),
			 errhint("Pass all values from low to high of every row of abc_bounds for scheme \"%s\", "
					 "and repeat both rounds.", scheme_canonical(scheme))));
}

/* Cells replaced by the values of the second round, each with its number of rows. */
static void
refine_by_rows(SummaryCells *cells, ArrayType *value_array, ArrayType *row_array)
{
	int			n;
	int			nrows;
	Datum	   *values = argument_array(&values_rule, value_array, NULL, &n);
	Datum	   *rows = argument_array(&rows_rule, row_array, NULL, &nrows);

	if (nrows != n)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%d values but %d numbers of rows", n, nrows),
				 errhint(ROUND_HINT)));
	summary_refine(cells, values, rows, n);
}

/*
 * abc_cutoffs(summary, scheme, values, rows, inside): the cut-offs exactly.  The
 * type of the values is that of the summary.  A value may come more than once, as it
 * does from several shards; NULL arrays are empty ones.
 */
static Datum
cutoffs_exact_common(FunctionCallInfo fcinfo, ValueKind kind)
{
	SummaryCells *cells;
	const AbcScheme *scheme;
	Datum		values[ABC_MAX_CUTS];
	bool		nulls[ABC_MAX_CUTS];

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(4))
		PG_RETURN_NULL();
	scheme = scheme_of_datum(PG_GETARG_DATUM(1), CurrentMemoryContext);
	cells = divided_cells(PG_GETARG_DATUM(0), scheme, PG_GETARG_ARRAYTYPE_P(4));
	check_kind(cells, kind);
	if (PG_ARGISNULL(2) != PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("values and rows must both be given")));
	if (!PG_ARGISNULL(2))
		refine_by_rows(cells, PG_GETARG_ARRAYTYPE_P(2), PG_GETARG_ARRAYTYPE_P(3));

	if (scheme->rule == ABC_VALUE)
		given_cuts(cells, scheme, values, nulls);
	else
	{
		CutPoints	points;

		if (!summary_cut(&points, cells, scheme))
			refuse_incomplete(cells, scheme);
		if (points.unknown)
			PG_RETURN_NULL();
		for (int i = 0; i < scheme->ncuts; i++)
		{
			nulls[i] = !points.cuts[i].reached;
			if (!nulls[i])
				values[i] = cell_least(cells, (int) u128_lo(points.cuts[i].key));
		}
	}
	PG_RETURN_ARRAYTYPE_P(value_array_make(kind, values, nulls, scheme->ncuts));
}

/*
 * abc_cutoffs(summary, scheme, values, rows) of float8; NULL for a NULL
 * summary or scheme and where there is nothing to cut.
 */
Datum
abc_summary_cutoffs_float8(PG_FUNCTION_ARGS)
{
	return cutoffs_exact_common(fcinfo, VALUE_FLOAT8);
}

/* The same of bigint. */
Datum
abc_summary_cutoffs_int8(PG_FUNCTION_ARGS)
{
	return cutoffs_exact_common(fcinfo, VALUE_INT8);
}

/* The same of numeric. */
Datum
abc_summary_cutoffs_numeric(PG_FUNCTION_ARGS)
{
	return cutoffs_exact_common(fcinfo, VALUE_NUMERIC);
}
