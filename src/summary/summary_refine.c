/*
 * summary_refine.c
 *		The second round: cells replaced by the values that are in them.
 *
 * Rows of the second round say how often each value of some buckets occurs.
 * They are believed only if their number and their sum are to the unit what the
 * summary, or the last round in between (summary_inside.c), has for the bucket.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "summary/summary_cut.h"

/* A value of the second round. */
typedef struct GivenValue
{
	int			cell;
	int64		count;
	ExactSum   *amount;			/* its magnitude */
} GivenValue;

void
summary_refuse_changed(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("data changed between the rounds"),
			 errdetail_internal("%s", detail),
			 errhint("Repeat both rounds, on one snapshot where there is one (REPEATABLE READ), and ask for the values "
					 "in the intervals of abc_bounds.")));
}

static char *
amount_text(const SummaryCells *cells, const SummaryCell *cell, const ExactSum *amount)
{
	return value_text(VALUE_NUMERIC, summary_amount_numeric(cells, cell->negative, amount));
}

void
summary_verify_cell(const SummaryCells *cells, const SummaryCell *cell, int64 count, const ExactSum *sum)
{
	if (count != cell->count)
		summary_refuse_changed(psprintf("Of the values from %s to %s there were %lld, now there are %s.",
										amount_text(cells, cell, cell->negative ? cell->high : cell->low),
										amount_text(cells, cell, cell->negative ? cell->low : cell->high),
										(long long) cell->count,
										count < 0 ? "more" : psprintf("%lld", (long long) count)));
	if (exact_cmp(sum, cell->sum) != 0)
		summary_refuse_changed(psprintf("The values from %s to %s had the sum %s, now it is %s.",
										amount_text(cells, cell, cell->negative ? cell->high : cell->low),
										amount_text(cells, cell, cell->negative ? cell->low : cell->high),
										amount_text(cells, cell, cell->sum), amount_text(cells, cell, sum)));
}

/*
 * The magnitude of a value in units of 10^-scale, with its sign, and its bucket
 * at shift 0; false if it has more decimals than any value of the summary.
 */
static bool
decimal_magnitude(const SummaryCells *cells, Datum value, ExactSum **magnitude, uint64 *key)
{
	DecimalView view;

	decimal_view(value, &view);
	if (!view.finite)
		value_refuse_nonfinite("value", VALUE_NUMERIC, value);
	if (view.dscale > cells->scale)
		return false;
	*magnitude = exact_create(exact_limbs_for(decimal_bits(&view, cells->scale)) + 1);
	*key = 0;
	if (view.ndigits == 0)
		return true;
	decimal_to_exact(&view, cells->scale, *magnitude);
	*key = summary_key_exact(*magnitude, cells->scale) | (view.negative ? SUMMARY_NEGATIVE : 0);
	return true;
}

int
summary_find_cell(const SummaryCells *cells, uint64 key)
{
	bool		negative = (key & SUMMARY_NEGATIVE) != 0;
	int			low = 0;
	int			high = cells->npositive - 1;

	if (negative)
	{
		low = cells->npositive;
		while (low < cells->ncells && !cells->cells[low].negative)
			low++;
		high = cells->ncells - 1;
	}
	while (low <= high)
	{
		int			middle = (low + high) / 2;
		uint64		found = cells->cells[middle].bucket;
		uint64		bucket = summary_coarser(key, cells->cells[middle].shift);

		if (found == bucket)
			return middle;
		if ((found > bucket) != negative)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return -1;
}

/* Take a value apart and find its cell. */
static void
place_value(const SummaryCells *cells, Datum value, int64 count, GivenValue *given)
{
	ExactSum   *magnitude = NULL;
	uint64		key = 0;
	bool		possible = true;

	if (cells->kind == VALUE_NUMERIC)
		possible = decimal_magnitude(cells, value, &magnitude, &key);
	else if (cells->kind == VALUE_INT8)
	{
		int64		v = DatumGetInt64(value);

		magnitude = exact_create(2);
		exact_add_shifted(magnitude, u128_of(v < 0 ? -(uint64) v : (uint64) v), 0);
		if (v != 0)
			key = summary_key_exact(magnitude, 0) | (v < 0 ? SUMMARY_NEGATIVE : 0);
	}
	else
	{
		double		v = DatumGetFloat8(value);

		value_check_finite("value", v);
		if (v != 0)
			memcpy(&key, &v, sizeof(key));
	}

	given->count = count;
	given->amount = summary_amount(cells);
	given->cell = !possible ? -1 : key != 0 ? summary_find_cell(cells, key) :
		cells->npositive < cells->ncells && !cells->cells[cells->npositive].negative ?
		cells->npositive : -1;
	if (given->cell < 0)
		summary_refuse_changed(psprintf("Value %s is in no bucket of the summary.",
										value_text(cells->kind, value)));
	if (magnitude != NULL)
	{
		exact_assign(given->amount, magnitude);
		pfree(magnitude);
	}
	else if (key != 0)
		summary_float8_amount(key & ~SUMMARY_NEGATIVE, cells->unit_exponent, given->amount);
}

/* The values and their numbers, placed. */
static GivenValue *
place_values(const SummaryCells *cells, const Datum *values, const Datum *rows, int n)
{
	GivenValue *given = palloc(Max(n, 1) * sizeof(GivenValue));

	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (DatumGetInt64(rows[i]) < 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("value %s with %lld rows", value_text(cells->kind, values[i]),
							(long long) DatumGetInt64(rows[i])),
					 errhint("Leave values without rows out.")));
		place_value(cells, values[i], DatumGetInt64(rows[i]), &given[i]);
	}
	return given;
}

/* By cell, the values of a cell from the largest down. */
static int
compare_given(const void *a, const void *b, void *arg)
{
	const GivenValue *x = a;
	const GivenValue *y = b;
	const SummaryCells *cells = arg;

	if (x->cell != y->cell)
		return x->cell < y->cell ? -1 : 1;
	return cells->cells[x->cell].negative ? exact_cmp(x->amount, y->amount) :
		exact_cmp(y->amount, x->amount);
}

/* Have n values the number and the sum of the rows of their cell? */
static void
verify_cell(const SummaryCells *cells, const SummaryCell *cell, const GivenValue *given, int n)
{
	ExactSum   *sum = summary_amount(cells);
	int64		count = 0;
	bool		too_many = false;

	for (int i = 0; i < n && !too_many; i++)
	{
		too_many = given[i].count > cell->count - count;
		if (!too_many)
		{
			count += given[i].count;
			exact_add_multiple(sum, given[i].amount, given[i].count);
		}
	}
	summary_verify_cell(cells, cell, too_many ? -1 : count, sum);
	pfree(sum);
}

/* No values change nothing; a number of rows below 1 and NaN are errors. */
void
summary_refine(SummaryCells *cells, const Datum *values, const Datum *rows, int ngiven)
{
	GivenValue *given = place_values(cells, values, rows, ngiven);
	SummaryCell *refined = palloc0(((Size) cells->ncells + ngiven) * sizeof(SummaryCell));
	int			n = 0;
	int			npositive = 0;
	int			next = 0;

	qsort_arg(given, ngiven, sizeof(GivenValue), compare_given, cells);
	for (int i = 0; i < cells->ncells; i++)
	{
		SummaryCell *cell = &cells->cells[i];
		int			first = next;

		while (next < ngiven && given[next].cell == i)
			next++;
		if (next == first)
			refined[n++] = *cell;
		else
			verify_cell(cells, cell, given + first, next - first);
		for (int v = first; v < next; v++)
		{
			SummaryCell *group = &refined[n - 1];

			/* parts of one value: ties on several shards */
			if (v > first && exact_cmp(given[v].amount, given[v - 1].amount) == 0)
				group->count += given[v].count;
			else
			{
				group = &refined[n++];
				*group = *cell;
				group->exact = true;
				group->count = given[v].count;
				group->low = group->high = given[v].amount;
			}
			group->sum = summary_amount(cells);
			exact_add_multiple(group->sum, group->low, group->count);
		}
		if (i == cells->npositive - 1)
			npositive = n;
	}
	cells->cells = refined;
	cells->ncells = n;
	cells->npositive = npositive;
	pfree(given);
}
