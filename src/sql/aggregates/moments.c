/*
 * moments.c
 *		Aggregates of the sum and the sum of squares: abc_hhi, abc_variation.
 *
 * abc_hhi(value), the Herfindahl-Hirschman index: the sum of squared shares,
 * sum(value^2) / sum(value)^2, from 1/n (all equal) to 1 (one has all).  Times
 * 10,000 it is the form that competition authorities use.
 *
 *	negative	error: a share cannot be negative
 *	no rows, or a total of 0	NULL
 *
 * abc_variation(value [, periods]), the coefficient of variation: the population
 * deviation over the mean, sqrt((n * sum(value^2) - sum(value)^2) / sum(value)^2).
 * With periods, n is their number, and periods without a row count as zero.
 *
 *	negative	ordinary (a month of returns); the mean counts without its sign
 *	no rows, or a mean of 0	NULL
 *	one row		0
 *	periods		the same for all rows of a group; fewer than rows, not positive
 *				and NULL are errors
 *
 * For both, values are float8, bigint or numeric, NULLs count nowhere, NaN and
 * infinity are errors.  All sums and the differences and products of sums are
 * exact, and their quotient is rounded once, then the root.  The state is an
 * abc_exact_sums and merges.
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"

#include "arith/decimal.h"
#include "sql/aggregates/aggregate.h"
#include "sql/aggregates/concentration.h"
#include "sql/exact_sums.h"

PG_FUNCTION_INFO_V1(abc_hhi_float8_transfn);
PG_FUNCTION_INFO_V1(abc_hhi_int8_transfn);
PG_FUNCTION_INFO_V1(abc_hhi_numeric_transfn);
PG_FUNCTION_INFO_V1(abc_hhi_finalfn);
PG_FUNCTION_INFO_V1(abc_variation_float8_transfn);
PG_FUNCTION_INFO_V1(abc_variation_int8_transfn);
PG_FUNCTION_INFO_V1(abc_variation_numeric_transfn);
PG_FUNCTION_INFO_V1(abc_variation_finalfn);

#define SUM_VALUES		0
#define SUM_SQUARES		1

/*
 * Transition
 */

/* The number of periods of a row; 0 if the aggregate has no such argument. */
static int64
periods_of_row(FunctionCallInfo fcinfo)
{
	int64		periods;

	if (PG_NARGS() < 3)
		return 0;
	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("number of periods must not be NULL"),
				 errhint("Leave the argument out if every period has its row.")));
	periods = PG_GETARG_INT64(2);
	if (periods < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of periods, %lld, is not positive", (long long) periods),
				 errhint("Say how many periods there are, such as 12 months.")));
	return periods;
}

/* The state to add a row to. */
static ExactState *
state_for_row(FunctionCallInfo fcinfo, ExactKind kind)
{
	int64		periods = periods_of_row(fcinfo);
	ExactState *state = exact_sums_for_row(fcinfo, EXACT_MOMENTS, kind);

	if (state->count == 0)
		state->periods = periods;
	if (state->periods != periods)
		exact_sums_refuse_periods(state->periods, periods);
	return state;
}

static ExactState *
add_float8(FunctionCallInfo fcinfo, bool shares)
{
	double		value = PG_GETARG_FLOAT8(1);
	ExactState *state;
	int			exponent;
	bool		negative;
	uint64		mantissa;

	value_check_finite("value", value);
	if (unlikely(shares && value < 0))
		concentration_refuse_negative(VALUE_FLOAT8, PG_GETARG_DATUM(1));
	state = state_for_row(fcinfo, EXACT_FLOAT8);
	exact_state_count_row(state);
	mantissa = float8_split(value, &exponent, &negative);
	state = exact_state_add_binary(state, SUM_VALUES, negative, u128_of(mantissa), exponent);
	state = exact_state_add_binary(state, SUM_SQUARES, false, u128_mul64(mantissa, mantissa),
								   2 * exponent);
	return state;
}

static ExactState *
add_magnitude(ExactState *state, bool negative, uint64 magnitude, int scale)
{
	exact_state_count_row(state);
	state = exact_state_add_decimal(state, SUM_VALUES, negative, u128_of(magnitude), scale);
	return exact_state_add_decimal(state, SUM_SQUARES, false, u128_mul64(magnitude, magnitude),
								   2 * scale);
}

static ExactState *
add_int8(FunctionCallInfo fcinfo, bool shares)
{
	int64		value = PG_GETARG_INT64(1);
	bool		negative = value < 0;

	if (unlikely(shares && negative))
		concentration_refuse_negative(VALUE_INT8, PG_GETARG_DATUM(1));
	return add_magnitude(state_for_row(fcinfo, EXACT_DECIMAL), negative,
						 negative ? -(uint64) value : (uint64) value, 0);
}

static ExactState *
add_numeric(FunctionCallInfo fcinfo, bool shares)
{
	DecimalView view;
	ExactState *state;
	u128		magnitude;
	ExactSum   *value;
	ExactSum   *square;

	decimal_view(PG_GETARG_DATUM(1), &view);
	if (unlikely(!view.finite))
		value_refuse_nonfinite("value", VALUE_NUMERIC, PG_GETARG_DATUM(1));
	if (unlikely(shares && view.negative))
		concentration_refuse_negative(VALUE_NUMERIC, PG_GETARG_DATUM(1));
	state = state_for_row(fcinfo, EXACT_DECIMAL);
	if (likely(decimal_to_u128(&view, view.dscale, &magnitude) && u128_hi(magnitude) == 0))
		return add_magnitude(state, view.negative, u128_lo(magnitude), view.dscale);

	exact_state_count_row(state);
	value = exact_create(exact_limbs_for(decimal_bits(&view, view.dscale)));
	square = exact_create(2 * value->nlimbs + 1);
	decimal_to_exact(&view, view.dscale, value);
	exact_add_mul(square, value, value);
	state = exact_state_add_exact(state, SUM_VALUES, view.negative, value, view.dscale);
	state = exact_state_add_exact(state, SUM_SQUARES, false, square, 2 * view.dscale);
	pfree(value);
	pfree(square);
	return state;
}

/* A NULL value leaves the state as it is. */
#define TRANSFN(name, add, shares) \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	ExactState *state; \
\
	if (PG_ARGISNULL(1)) \
		return aggregate_unchanged(fcinfo); \
	state = add(fcinfo, shares); \
	AssertCheckExactSums(state); \
	PG_RETURN_POINTER(state); \
}

TRANSFN(abc_hhi_float8_transfn, add_float8, true)
TRANSFN(abc_hhi_int8_transfn, add_int8, true)
TRANSFN(abc_hhi_numeric_transfn, add_numeric, true)
TRANSFN(abc_variation_float8_transfn, add_float8, false)
TRANSFN(abc_variation_int8_transfn, add_int8, false)
TRANSFN(abc_variation_numeric_transfn, add_numeric, false)

/*
 * Results
 */

/* The state of a final function: moments, of either kind. */
static ExactState *
moments_arg(Datum datum)
{
	ExactState *state = (ExactState *) PG_DETOAST_DATUM(datum);

	return exact_sums_arg(PointerGetDatum(state), EXACT_MOMENTS, state->kind);
}

/* The same number in limbs from the place "low" up, n of them. */
static ExactSum *
at_place(const ExactSum *magnitude, int place, int low, int n)
{
	ExactSum   *moved = exact_create(n);

	for (int i = 0; i < magnitude->nlimbs; i++)
		if (magnitude->limbs[i] != 0)
			moved->limbs[i + place - low] = magnitude->limbs[i];
	return moved;
}

/*
 * The square of the sum of values and the sum of squares, times factor, as
 * whole numbers of one unit.
 */
static void
load_moments(const ExactState *state, uint64 factor, ExactSum **total_square, ExactSum **squares)
{
	const StateSum *values = state_sum(state, SUM_VALUES);
	const StateSum *sum_of_squares = state_sum(state, SUM_SQUARES);
	int			low = Min(2 * values->low, sum_of_squares->low);
	int			nlimbs = Max(2 * values->nlimbs + 2 * values->low,
							 sum_of_squares->nlimbs + sum_of_squares->low) - low + 6;
	bool		negative;
	ExactSum   *total = exact_state_magnitude(values, 0, &negative);
	ExactSum   *magnitude = exact_state_magnitude(sum_of_squares, 1, &negative);
	ExactSum   *product = exact_create(2 * total->nlimbs + 1);

	exact_add_mul(product, total, total);
	exact_mul(magnitude, factor);
	*total_square = at_place(product, 2 * values->low, low, nlimbs);
	*squares = at_place(magnitude, sum_of_squares->low, low, nlimbs);
}

/* abc_hhi: sum of squares over square of the sum, rounded once; NULL if the sum is 0. */
Datum
abc_hhi_finalfn(PG_FUNCTION_ARGS)
{
	ExactSum   *total_square;
	ExactSum   *squares;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	load_moments(moments_arg(PG_GETARG_DATUM(0)), 1, &total_square, &squares);
	if (exact_is_zero(total_square))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(exact_ratio(squares, total_square, 0, ROUND_NEAREST));
}

/* The number of periods of a state, which its rows do not exceed. */
static int64
periods_of_state(const ExactState *state)
{
	int64		n = state->periods > 0 ? state->periods : state->count;

	if (n < state->count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a group has %lld rows, but only %lld periods",
						(long long) state->count, (long long) n),
				 errhint("Aggregate to one row a period first, such as with GROUP BY customer, month.")));
	return n;
}

/* abc_variation: the root of (n * sum of squares / square of the sum - 1); NULL if the sum is 0. */
Datum
abc_variation_finalfn(PG_FUNCTION_ARGS)
{
	ExactState *state;
	ExactSum   *total_square;
	ExactSum   *squares;
	int			half;
	double		result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = moments_arg(PG_GETARG_DATUM(0));
	load_moments(state, periods_of_state(state), &total_square, &squares);
	if (exact_is_zero(total_square))
		PG_RETURN_NULL();
	if (exact_cmp(squares, total_square) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the sums of a group could not have come from any rows"),
				 errhint("Let abc_variation make the state, or merge states that it made.")));
	exact_sub(squares, total_square);

	/* near 1, so that the root is taken of a number in range */
	half = (exact_bits(squares) - exact_bits(total_square)) / 2;
	result = ldexp(sqrt(exact_ratio(squares, total_square, -2 * half, ROUND_NEAREST)), half);
	if (isinf(result))
		float_overflow_error();
	PG_RETURN_FLOAT8(result);
}
