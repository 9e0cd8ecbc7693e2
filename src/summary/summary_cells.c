/*
 * summary_cells.c
 *		A summary taken apart: what every bucket tells about the values in it.
 *
 * Of the n values in a bucket, all between low and high, the sum s is known.
 * None is then above s - (n-1) * low, nor below s - (n-1) * high; a single
 * value, or values all at an end of the bucket, are known exactly.
 */
#include "postgres.h"

#include "common/shortest_dec.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "summary/summary.h"

#define COUNT_BITS	63

/*
 * Bits that suffice for the largest magnitude a bucket can hold, in the unit of
 * the cells; exponents of float8 above unit_exponent.
 */
static int
bucket_bits(const AbcSummary *summary, uint64 bucket, int unit_exponent)
{
	uint64		last = ((bucket & ~SUMMARY_NEGATIVE) << summary->shift) +
		((UINT64CONST(1) << summary->shift) - 1);

	if (summary->kind == VALUE_FLOAT8)
		return float8_unit_field(last) - FLOAT8_BIAS - unit_exponent + 54;
	return Max(summary_key_exponent(last) + 2 + power10_bits(summary->scale), 2);
}

/*
 * Limbs for magnitudes of so many bits and for a power of ten, times a number of
 * rows, times another.
 */
static int
limbs_for(const AbcSummary *summary, int bits)
{
	return exact_limbs_for(Max(bits, 4 * summary->scale) + 2 * COUNT_BITS + 2) + 1;
}

/* The unit of float8 cells: that of the sum of the bucket nearest to zero. */
static int
least_unit(const AbcSummary *summary)
{
	SummaryReader reader;
	int			field = 0x7FF;

	if (summary->kind != VALUE_FLOAT8)
		return 0;
	summary_read(&reader, summary);
	while (summary_next(&reader))
		field = Min(field, summary_float8_field(reader.bucket, summary->shift));
	return field - FLOAT8_BIAS;
}

/* The sum of the bucket read last, in the unit of the cells. */
static void
read_sum(const SummaryReader *reader, int unit_exponent, ExactSum *sum)
{
	int			shift = 0;

	if (reader->summary->kind == VALUE_FLOAT8)
		shift = summary_float8_field(reader->bucket, reader->summary->shift) -
			FLOAT8_BIAS - unit_exponent;
	exact_set_zero(sum);
	for (int i = 0; i < reader->sum_size; i += 8)
	{
		uint64		word = 0;

		for (int b = i; b < Min(i + 8, reader->sum_size); b++)
			word |= (uint64) (uint8) reader->sum[b] << (8 * (b - i));
		exact_add_shifted(sum, u128_of(word), shift + 8 * i);
	}
}

/*
 * What is wrong with the buckets and sums of a summary whose form is right, or
 * NULL: a bucket that no value of the type is in, a sum too small or too large
 * for so many values of its bucket.
 */
const char *
summary_check(const AbcSummary *summary)
{
	SummaryReader reader;
	int			unit_exponent = least_unit(summary);
	int			bits = 0;
	int			nlimbs;
	ExactSum   *power,
			   *low,
			   *high,
			   *sum,
			   *product;

	summary_read(&reader, summary);
	while (summary_next(&reader))
	{
		uint64		first = (reader.bucket & ~SUMMARY_NEGATIVE) << summary->shift;

		if (summary->kind == VALUE_FLOAT8 ? first >= FLOAT8_INFINITY :
			(first >> 61) == 3)
			return "it has a bucket beyond all values";
		if (summary->kind == VALUE_INT8 && summary_key_exponent(first) > 63)
			return "it has a bucket beyond all values";
		if (reader.sum_size > (bucket_bits(summary, reader.bucket, unit_exponent) + COUNT_BITS) / 8 + 1)
			return "a sum is out of the range of its bucket";
		bits = Max(bits, bucket_bits(summary, reader.bucket, unit_exponent));
	}

	nlimbs = limbs_for(summary, bits);
	power = summary_power10(summary->scale, nlimbs);
	low = exact_create(nlimbs);
	high = exact_create(nlimbs);
	sum = exact_create(nlimbs);
	product = exact_create(nlimbs);
	summary_read(&reader, summary);
	while (summary_next(&reader))
	{
		CHECK_FOR_INTERRUPTS();
		summary_bucket_range(summary->kind, reader.bucket, summary->shift, power, summary->scale,
							 unit_exponent, low, high);
		read_sum(&reader, unit_exponent, sum);
		exact_set_zero(product);
		exact_add_multiple(product, low, reader.count);
		if (exact_cmp(sum, product) < 0)
			return "a sum is out of the range of its bucket";
		exact_set_zero(product);
		exact_add_multiple(product, high, reader.count);
		if (exact_cmp(sum, product) > 0)
			return "a sum is out of the range of its bucket";
	}
	return NULL;
}

/*
 * Taking apart
 */

/* An amount of the width of the cells, 0. */
ExactSum *
summary_amount(const SummaryCells *cells)
{
	return exact_create(cells->nlimbs);
}

/* Bring the ends of the interval together as far as the sum allows. */
static void
tighten(const SummaryCells *cells, SummaryCell *cell)
{
	ExactSum   *others = summary_amount(cells);
	ExactSum   *low = summary_amount(cells);

	exact_copy(low, cell->low);
	exact_add_multiple(others, cell->high, cell->count - 1);
	if (exact_cmp(cell->sum, others) > 0)
	{
		exact_set_zero(low);
		exact_copy(low, cell->sum);
		exact_sub(low, others);
		if (exact_cmp(low, cell->low) < 0)
			exact_copy(low, cell->low);
	}
	exact_set_zero(others);
	exact_add_multiple(others, cell->low, cell->count - 1);
	exact_sub(cell->sum, others);
	if (exact_cmp(cell->sum, cell->high) < 0)
		exact_copy(cell->high, cell->sum);
	exact_add(cell->sum, others);
	exact_copy(cell->low, low);
	pfree(others);
	pfree(low);
	cell->exact = exact_cmp(cell->low, cell->high) == 0;
}

static void
init_cell(const SummaryCells *cells, SummaryCell *cell, uint64 bucket, int shift, int64 count)
{
	cell->bucket = bucket;
	cell->shift = shift;
	cell->negative = (bucket & SUMMARY_NEGATIVE) != 0;
	cell->count = count;
	cell->low = summary_amount(cells);
	cell->high = summary_amount(cells);
	cell->sum = summary_amount(cells);
}

/*
 * A cell for every bucket and one for the zeros if there are any; negative
 * values come last.
 */
SummaryCells *
summary_cells(const AbcSummary *summary)
{
	SummaryCells *cells = palloc0(sizeof(SummaryCells));
	SummaryReader reader;
	int			bits = 0;
	ExactSum   *power;

	cells->kind = summary->kind;
	cells->scale = summary->scale;
	cells->unit_exponent = least_unit(summary);
	cells->count = summary->count;
	summary_read(&reader, summary);
	while (summary_next(&reader))
		bits = Max(bits, bucket_bits(summary, reader.bucket, cells->unit_exponent));
	cells->nlimbs = limbs_for(summary, bits);
	cells->npositive = summary->nbuckets - reader.nnegative;
	cells->ncells = summary->nbuckets + (summary->zeros > 0 ? 1 : 0);
	cells->cells = palloc0(Max(cells->ncells, 1) * sizeof(SummaryCell));
	cells->positive = summary_amount(cells);
	cells->negative = summary_amount(cells);
	power = summary_power10(summary->scale, cells->nlimbs);

	summary_read(&reader, summary);
	while (summary_next(&reader))
	{
		int			i = reader.done - 1;
		SummaryCell *cell = &cells->cells[i < reader.nnegative ?
										  cells->ncells - reader.nnegative + i :
										  summary->nbuckets - 1 - i];

		CHECK_FOR_INTERRUPTS();
		init_cell(cells, cell, reader.bucket, summary->shift, reader.count);
		summary_bucket_range(cells->kind, reader.bucket, summary->shift, power, cells->scale,
							 cells->unit_exponent, cell->low, cell->high);
		read_sum(&reader, cells->unit_exponent, cell->sum);
		tighten(cells, cell);
		exact_add(cell->negative ? cells->negative : cells->positive, cell->sum);
		if (cell->negative)
			cells->nnegative += cell->count;
	}
	if (summary->zeros > 0)
	{
		SummaryCell *cell = &cells->cells[cells->npositive];

		init_cell(cells, cell, 0, summary->shift, summary->zeros);
		cell->exact = true;
	}
	pfree(power);
	return cells;
}

/*
 * Amounts as values of SQL
 */

/* An amount that is a value of the summary's type. */
Datum
summary_value(const SummaryCells *cells, bool negative, const ExactSum *amount)
{
	u128		magnitude;

	if (cells->kind == VALUE_FLOAT8)
	{
		double		value = exact_to_float8(amount, cells->unit_exponent);

		return Float8GetDatum(negative ? -value : value);
	}
	if (cells->kind == VALUE_NUMERIC)
		return summary_amount_numeric(cells, negative, amount);
	magnitude = exact_to_u128(amount);
	return Int64GetDatum((int64) (negative ? -u128_lo(magnitude) : u128_lo(magnitude)));
}

/* The shortest decimal that reads back to the float8, whatever extra_float_digits is. */
Datum
summary_shortest_numeric(double value)
{
	char		text[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(value, text);
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/*
 * Any amount as numeric: exact, but of float8 the nearest float8 in its shortest
 * form; beyond the range of float8 the exact number again.
 */
Datum
summary_amount_numeric(const SummaryCells *cells, bool negative, const ExactSum *amount)
{
	ExactSum   *copy;
	int			shift = 0;

	if (cells->kind == VALUE_FLOAT8)
	{
		int			bits = exact_bits(amount) + cells->unit_exponent;

		if (bits < 1024)
		{
			double		value = exact_to_float8(amount, cells->unit_exponent);

			return summary_shortest_numeric(negative && value != 0 ? -value : value);
		}
		/* 2^1023 and more: bits below one are beyond what is of interest */
		shift = cells->unit_exponent;
	}
	copy = exact_create(amount->nlimbs + (shift > 0 ? shift / 64 + 2 : 0));
	for (int i = 0; i < amount->nlimbs; i++)
		if (amount->limbs[i] != 0 && 64 * i + shift > -64)
		{
			if (64 * i + shift >= 0)
				exact_add_shifted(copy, u128_of(amount->limbs[i]), 64 * i + shift);
			else
				exact_add_shifted(copy, u128_of(amount->limbs[i] >> -(64 * i + shift)), 0);
		}
	return NumericGetDatum(decimal_make_exact(negative && !exact_is_zero(copy), copy, cells->scale));
}
