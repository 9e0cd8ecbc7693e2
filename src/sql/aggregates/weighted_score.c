/*
 * weighted_score.c
 *		The aggregate abc_weighted_score.
 *
 * abc_weighted_score(value, weight) is sum(value * weight) / sum(weight): one
 * number for a customer whose metrics, or branches, or months, are rows.
 *
 *	float8		products and sums exact, their quotient rounded once
 *	numeric		products and sums exact; divided as numerics are, with the
 *				decimals that sum(value * weight) / sum(weight) would have
 *	NULL		in either argument skips the row; no row left gives NULL
 *	weights		a negative one is an error; if they sum to 0 the result is NULL
 *	NaN, infinity	error, in either argument
 *	negative value	ordinary
 *
 * The state is an abc_exact_sums and merges: the same bytes for any order and
 * any split of the rows.
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"
#include "utils/fmgrprotos.h"

#include "arith/decimal.h"
#include "sql/aggregates/aggregate.h"
#include "sql/exact_sums.h"
#include "values/value_kind.h"

PG_FUNCTION_INFO_V1(abc_weighted_score_float8_transfn);
PG_FUNCTION_INFO_V1(abc_weighted_score_numeric_transfn);
PG_FUNCTION_INFO_V1(abc_weighted_score_float8_finalfn);
PG_FUNCTION_INFO_V1(abc_weighted_score_numeric_finalfn);

#define SUM_PRODUCTS	0
#define SUM_WEIGHTS		1

static void
refuse_negative_weight(ValueKind kind, Datum weight)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("weight %s is negative", value_text(kind, weight)),
			 errhint("Weights are zero or more; a metric of which less is better changes its sign in the value.")));
}

/*
 * A row of float8: NULL in either argument skips it, NaN, infinity and a
 * negative weight are errors.
 */
Datum
abc_weighted_score_float8_transfn(PG_FUNCTION_ARGS)
{
	ExactState *state;
	double		value;
	double		weight;
	uint64		v;
	uint64		w;
	int			v_exponent;
	int			w_exponent;
	bool		negative;
	bool		unused;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return aggregate_unchanged(fcinfo);
	value = PG_GETARG_FLOAT8(1);
	weight = PG_GETARG_FLOAT8(2);
	value_check_finite("value", value);
	value_check_finite("weight", weight);
	if (unlikely(weight < 0))
		refuse_negative_weight(VALUE_FLOAT8, PG_GETARG_DATUM(2));

	state = exact_sums_for_row(fcinfo, EXACT_WEIGHTED, EXACT_FLOAT8);
	exact_state_count_row(state);
	v = float8_split(value, &v_exponent, &negative);
	w = float8_split(weight, &w_exponent, &unused);
	state = exact_state_add_binary(state, SUM_PRODUCTS, negative, u128_mul64(v, w),
								   v_exponent + w_exponent);
	state = exact_state_add_binary(state, SUM_WEIGHTS, false, u128_of(w), w_exponent);
	AssertCheckExactSums(state);
	PG_RETURN_POINTER(state);
}

/* The product of two numerics of any size. */
static ExactState *
add_wide_product(ExactState *state, const DecimalView *value, const DecimalView *weight)
{
	ExactSum   *a = exact_create(exact_limbs_for(decimal_bits(value, value->dscale)));
	ExactSum   *b = exact_create(exact_limbs_for(decimal_bits(weight, weight->dscale)));
	ExactSum   *product = exact_create(a->nlimbs + b->nlimbs + 1);

	decimal_to_exact(value, value->dscale, a);
	decimal_to_exact(weight, weight->dscale, b);
	exact_add_mul(product, a, b);
	state = exact_state_add_exact(state, SUM_PRODUCTS, value->negative, product,
								  value->dscale + weight->dscale);
	state = exact_state_add_exact(state, SUM_WEIGHTS, false, b, weight->dscale);
	pfree(a);
	pfree(b);
	pfree(product);
	return state;
}

/* A row of numeric, the same. */
Datum
abc_weighted_score_numeric_transfn(PG_FUNCTION_ARGS)
{
	ExactState *state;
	DecimalView value;
	DecimalView weight;
	u128		v;
	u128		w;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return aggregate_unchanged(fcinfo);
	decimal_view(PG_GETARG_DATUM(1), &value);
	decimal_view(PG_GETARG_DATUM(2), &weight);
	if (unlikely(!value.finite))
		value_refuse_nonfinite("value", VALUE_NUMERIC, PG_GETARG_DATUM(1));
	if (unlikely(!weight.finite))
		value_refuse_nonfinite("weight", VALUE_NUMERIC, PG_GETARG_DATUM(2));
	if (unlikely(weight.negative))
		refuse_negative_weight(VALUE_NUMERIC, PG_GETARG_DATUM(2));

	state = exact_sums_for_row(fcinfo, EXACT_WEIGHTED, EXACT_DECIMAL);
	exact_state_count_row(state);
	if (decimal_to_u128(&value, value.dscale, &v) && u128_hi(v) == 0 &&
		decimal_to_u128(&weight, weight.dscale, &w) && u128_hi(w) == 0)
	{
		state = exact_state_add_decimal(state, SUM_PRODUCTS, value.negative,
										u128_mul64(u128_lo(v), u128_lo(w)),
										value.dscale + weight.dscale);
		state = exact_state_add_decimal(state, SUM_WEIGHTS, false, w, weight.dscale);
	}
	else
		state = add_wide_product(state, &value, &weight);
	AssertCheckExactSums(state);
	PG_RETURN_POINTER(state);
}

/* The quotient of the two sums, rounded once, which no mean of float8 exceeds. */
Datum
abc_weighted_score_float8_finalfn(PG_FUNCTION_ARGS)
{
	ExactState *state;
	const StateSum *products;
	const StateSum *weights;
	ExactSum   *divisor;
	bool		negative;
	bool		unused;
	double		result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = exact_sums_arg(PG_GETARG_DATUM(0), EXACT_WEIGHTED, EXACT_FLOAT8);
	products = state_sum(state, SUM_PRODUCTS);
	weights = state_sum(state, SUM_WEIGHTS);
	divisor = exact_state_magnitude(weights, 0, &unused);
	if (exact_is_zero(divisor))
		PG_RETURN_NULL();
	result = exact_ratio(exact_state_magnitude(products, 0, &negative), divisor,
						 64 * (products->low - weights->low), ROUND_NEAREST);
	/* only a state made by hand has such sums */
	if (isinf(result))
		float_overflow_error();
	PG_RETURN_FLOAT8(negative ? -result : result);
}

/* The quotient of the two sums as numeric divides; NULL without weight. */
Datum
abc_weighted_score_numeric_finalfn(PG_FUNCTION_ARGS)
{
	ExactState *state;
	Numeric		numerics[EXACT_STATE_SUMS];

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = exact_sums_arg(PG_GETARG_DATUM(0), EXACT_WEIGHTED, EXACT_DECIMAL);
	if (exact_state_sign(state_sum(state, SUM_WEIGHTS)) == 0)
		PG_RETURN_NULL();
	for (int i = 0; i < EXACT_STATE_SUMS; i++)
	{
		const StateSum *sum = state_sum(state, i);
		bool		negative;
		ExactSum   *magnitude = exact_state_magnitude(sum, 0, &negative);

		numerics[i] = decimal_make_exact(negative, magnitude, sum->scale);
	}
	PG_RETURN_DATUM(DirectFunctionCall2(numeric_div, NumericGetDatum(numerics[SUM_PRODUCTS]),
										NumericGetDatum(numerics[SUM_WEIGHTS])));
}
