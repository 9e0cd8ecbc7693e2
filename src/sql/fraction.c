/*
 * fraction.c
 *		A share or fraction that SQL gives as a float8.
 *
 * It is taken as the decimal that PostgreSQL makes of it where it casts float8
 * to numeric, which has 15 digits: 0.2 is two tenths, and so is 0.3 - 0.1,
 * though it is another float8.
 */
#include "postgres.h"

#include "utils/fmgrprotos.h"

#include "arith/decimal.h"
#include "sql/fraction.h"
#include "values/value_kind.h"

#define FRACTION_SCALE	(POWER10_MAX - 1)

/*
 * The fraction as num / den, with 18 decimals; what is less than one of the last
 * is one.  NaN, zero, negative and more than 1: an error.
 */
void
fraction_of_float8(double f, const char *what, uint64 *num, uint64 *den)
{
	Datum		numeric;
	DecimalView view;
	u128		magnitude;

	if (!(f > 0 && f <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s %s is not above 0 and at most 1", what,
						value_text(VALUE_FLOAT8, Float8GetDatum(f))),
				 errhint("Say 0.2 for 20 %%.")));
	numeric = DirectFunctionCall2(numeric_round,
								  DirectFunctionCall1(float8_numeric, Float8GetDatum(f)),
								  Int32GetDatum(FRACTION_SCALE));
	decimal_view(numeric, &view);
	*den = power10[FRACTION_SCALE];
	if (!decimal_to_u128(&view, FRACTION_SCALE, &magnitude))
		elog(ERROR, "fraction %g is not a decimal", f);
	*num = Max(u128_lo(magnitude), 1);
}

/* The least whole number that is the fraction of n, or more. */
int64
fraction_of_rows(double f, const char *what, int64 n)
{
	uint64		num;
	uint64		den;
	ExactSum   *product = exact_create(3);
	uint64		rest;
	int64		result;

	fraction_of_float8(f, what, &num, &den);
	exact_add_product(product, u128_of(n), num, 0);
	rest = exact_divrem(product, den);
	result = (int64) product->limbs[0] + (rest > 0);
	pfree(product);
	return result;
}
