/*
 * summary_share.c
 *		What a summary knows of all its values: number, total, concentration.
 *
 *	abc_count		number of values, exactly
 *	abc_total		their sum, exactly (float8: rounded once)
 *	abc_lorenz		points of the Lorenz curve at the ends of the buckets, exactly;
 *					between two of them the curve runs below their chord
 *	abc_gini, abc_hhi, abc_top_share	an interval, low to high, in which the
 *					number surely lies, whatever the values inside the buckets
 *
 * The ends are rounded outward: where every bucket holds one value only the number
 * is known, and the ends are the float8s beside it, or one if it is a float8.
 *
 * Of the c values in a bucket, with sum s and all from l to h:
 *
 *	sum of |x - y| over pairs	0 to (s - c*l) (c*h - s) / (h - l)
 *	sum of squares				s*s/c to s*s/c + (s - c*l) (c*h - s) / c
 *	sum of the largest j		j*s/c to the lesser of j*h and s - (c-j)*l
 *
 * the former if all are equal, the latter if all are at the ends.
 *
 * Values must not be negative (an error); without a positive one the answers
 * are NULL.  Zeros are values.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/tuplestore.h"

#include "sql/fraction.h"
#include "summary/summary.h"

PG_FUNCTION_INFO_V1(abc_summary_count);
PG_FUNCTION_INFO_V1(abc_summary_total);
PG_FUNCTION_INFO_V1(abc_summary_gini);
PG_FUNCTION_INFO_V1(abc_summary_hhi);
PG_FUNCTION_INFO_V1(abc_summary_top_share);
PG_FUNCTION_INFO_V1(abc_summary_lorenz);

/*
 * Number and total
 */

/* abc_count(summary): at least 1, zeros and negative values included. */
Datum
abc_summary_count(PG_FUNCTION_ARGS)
{
	AbcSummary *summary = (AbcSummary *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0));

	PG_RETURN_INT64(summary->count);
}

/* abc_total(summary): negative values count as such. */
Datum
abc_summary_total(PG_FUNCTION_ARGS)
{
	SummaryCells *cells = summary_cells(summary_arg(PG_GETARG_DATUM(0)));
	bool		below = exact_cmp(cells->positive, cells->negative) < 0;

	if (below)
	{
		exact_sub(cells->negative, cells->positive);
		return summary_amount_numeric(cells, true, cells->negative);
	}
	exact_sub(cells->positive, cells->negative);
	return summary_amount_numeric(cells, false, cells->positive);
}

/*
 * Concentration
 */

/* The cells of an argument without negative values. */
static SummaryCells *
cells_without_negative(Datum summary, const char *function)
{
	SummaryCells *cells = summary_cells(summary_arg(summary));

	if (cells->nnegative > 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is not defined for negative values", function),
				 errdetail("%lld of %lld values are negative.",
						   (long long) cells->nnegative, (long long) cells->count),
				 errhint("Leave them out of the summary with FILTER, or make them 0 with greatest(value, 0).")));
	return cells;
}

/* The next float8 above a bound that is not negative: no less than the exact result of one operation. */
static inline double
up(double x)
{
	return nextafter(x, get_float8_infinity());
}

/* a + b or a little more; a itself where b is 0. */
static inline double
up_sum(double a, double b)
{
	return b == 0 ? a : up(a + b);
}

/* How far the values of a cell can lie apart: (s - c*l) and (c*h - s). */
static void
cell_spread(const SummaryCells *cells, const SummaryCell *cell, ExactSum *above_low,
			ExactSum *below_high)
{
	ExactSum   *product = summary_amount(cells);

	exact_add_multiple(product, cell->low, cell->count);
	exact_copy(above_low, cell->sum);
	exact_sub(above_low, product);
	exact_set_zero(below_high);
	exact_add_multiple(below_high, cell->high, cell->count);
	exact_sub(below_high, cell->sum);
	pfree(product);
}

/* The result (low, high); both NULL without a positive value. */
static Datum
interval_result(FunctionCallInfo fcinfo, const SummaryCells *cells, double low, double high)
{
	TupleDesc	desc;
	Datum		values[2];
	bool		nulls[2];

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	desc = BlessTupleDesc(desc);
	nulls[0] = nulls[1] = exact_is_zero(cells->positive);
	values[0] = Float8GetDatum(low);
	values[1] = Float8GetDatum(Min(high, 1.0));
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

/*
 * abc_gini(summary), population form: the sum of |x - y| over pairs, divided by
 * rows and total.  With r rows below a bucket, pairs across buckets add up to the
 * sum of s * (2r + c) over buckets, less rows * total.
 */
Datum
abc_summary_gini(PG_FUNCTION_ARGS)
{
	SummaryCells *cells = cells_without_negative(PG_GETARG_DATUM(0), "abc_gini");
	ExactSum   *pairs = summary_amount(cells);
	ExactSum   *scale = summary_amount(cells);
	ExactSum   *above_low = summary_amount(cells);
	ExactSum   *below_high = summary_amount(cells);
	ExactSum   *width = summary_amount(cells);
	double		inside = 0;
	int64		rows = 0;

	if (exact_is_zero(cells->positive))
		return interval_result(fcinfo, cells, 0, 0);
	exact_add_multiple(scale, cells->positive, cells->count);
	for (int i = cells->ncells - 1; i >= 0; i--)
	{
		const SummaryCell *cell = &cells->cells[i];

		CHECK_FOR_INTERRUPTS();
		exact_add_multiple(pairs, cell->sum, 2 * (uint64) rows + (uint64) cell->count);
		rows += cell->count;
		if (cell->exact)
			continue;
		cell_spread(cells, cell, above_low, below_high);
		exact_copy(width, cell->high);
		exact_sub(width, cell->low);
		inside = up_sum(inside, up(exact_ratio(below_high, scale, 0, ROUND_UP) *
								exact_ratio(above_low, width, 0, ROUND_UP)));
	}
	exact_sub(pairs, scale);
	return interval_result(fcinfo, cells, exact_ratio(pairs, scale, 0, ROUND_DOWN),
						   up_sum(exact_ratio(pairs, scale, 0, ROUND_UP), inside));
}

/* Squares of amounts are this much finer than their unit, so that a quotient of them by a count is nearly exact. */
#define SQUARE_LIMBS	1

/*
 * abc_hhi(summary), the Herfindahl-Hirschman index: the sum of the squares of the
 * shares.  Of each s*s/c the whole part is added to the sum for the low end, and
 * one more for the high end where that is not exact.
 */
Datum
abc_summary_hhi(PG_FUNCTION_ARGS)
{
	SummaryCells *cells = cells_without_negative(PG_GETARG_DATUM(0), "abc_hhi");
	int			wide = 2 * cells->nlimbs + SQUARE_LIMBS + 1;
	ExactSum   *above_low = summary_amount(cells);
	ExactSum   *below_high = summary_amount(cells);
	ExactSum   *square = exact_create(wide);
	ExactSum   *squares = exact_create(wide);
	ExactSum   *total_square = exact_create(wide);
	double		inside = 0;
	double		low;
	uint64		inexact = 0;

	if (exact_is_zero(cells->positive))
		return interval_result(fcinfo, cells, 0, 0);
	for (int i = 0; i < cells->npositive; i++)
	{
		const SummaryCell *cell = &cells->cells[i];

		exact_set_zero(square);
		exact_add_mul(square, cell->sum, cell->sum);
		limbs_shift_left(square->limbs, wide, 64 * SQUARE_LIMBS);
		inexact += exact_divrem(square, cell->count) != 0;
		exact_add(squares, square);
		if (cell->exact)
			continue;
		cell_spread(cells, cell, above_low, below_high);
		inside = up_sum(inside, up(up(exact_ratio(below_high, cells->positive, 0, ROUND_UP) *
								   exact_ratio(above_low, cells->positive, 0, ROUND_UP)) / cell->count));
	}
	exact_add_mul(total_square, cells->positive, cells->positive);
	limbs_shift_left(total_square->limbs, wide, 64 * SQUARE_LIMBS);
	low = exact_ratio(squares, total_square, 0, ROUND_DOWN);
	exact_add_word(squares, 0, inexact);
	return interval_result(fcinfo, cells, low, up_sum(exact_ratio(squares, total_square, 0, ROUND_UP), inside));
}

/*
 * The least and the largest sum that the j largest values of a cell can have,
 * added to two amounts.  The mean is rounded down, below which no sum can be.
 */
static void
add_largest(const SummaryCells *cells, const SummaryCell *cell, int64 j, ExactSum *low, ExactSum *high)
{
	ExactSum   *mean = summary_amount(cells);
	ExactSum   *others = summary_amount(cells);
	ExactSum   *most = summary_amount(cells);

	exact_add_multiple(mean, cell->sum, j);
	exact_divrem(mean, cell->count);
	exact_add(low, mean);
	exact_add_multiple(most, cell->high, j);
	exact_add_multiple(others, cell->low, cell->count - j);
	exact_copy(mean, cell->sum);
	exact_sub(mean, others);
	exact_add(high, exact_cmp(mean, most) < 0 ? mean : most);
	pfree(mean);
	pfree(others);
	pfree(most);
}

/* abc_top_share(summary, fraction): the share of the total that the best rows hold, a fraction of all rows. */
Datum
abc_summary_top_share(PG_FUNCTION_ARGS)
{
	SummaryCells *cells = cells_without_negative(PG_GETARG_DATUM(0), "abc_top_share");
	int64		rows = fraction_of_rows(PG_GETARG_FLOAT8(1), "fraction", cells->count);
	ExactSum   *low = summary_amount(cells);
	ExactSum   *high = summary_amount(cells);

	if (exact_is_zero(cells->positive))
		return interval_result(fcinfo, cells, 0, 0);
	for (int i = 0; i < cells->ncells && rows > 0; i++)
	{
		const SummaryCell *cell = &cells->cells[i];

		if (rows >= cell->count)
		{
			exact_add(low, cell->sum);
			exact_add(high, cell->sum);
		}
		else
			add_largest(cells, cell, rows, low, high);
		rows -= Min(rows, cell->count);
	}
	return interval_result(fcinfo, cells, exact_ratio(low, cells->positive, 0, ROUND_DOWN),
						   exact_ratio(high, cells->positive, 0, ROUND_UP));
}

/*
 * The Lorenz curve from the smallest values up: so many rows, their share of
 * all, and the share of the total that they hold, from 0 to 1.
 */
Datum
abc_summary_lorenz(PG_FUNCTION_ARGS)
{
	SummaryCells *cells = cells_without_negative(PG_GETARG_DATUM(0), "abc_lorenz");
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ExactSum   *sum = summary_amount(cells);
	bool		nulls[3] = {false, false, false};
	int64		rows = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (exact_is_zero(cells->positive))
		return (Datum) 0;
	for (int i = cells->ncells; i >= 0; i--)
	{
		Datum		values[3];

		if (i < cells->ncells)
		{
			rows += cells->cells[i].count;
			exact_add(sum, cells->cells[i].sum);
		}
		values[0] = Int64GetDatum(rows);
		values[1] = Float8GetDatum((double) rows / (double) cells->count);
		values[2] = Float8GetDatum(exact_ratio(sum, cells->positive, 0, ROUND_NEAREST));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
