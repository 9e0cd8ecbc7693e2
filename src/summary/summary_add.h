/*
 * summary_add.h
 *		Adding a row to the working form of a summary: what is done for each of millions of rows.
 *
 * The functions return the state, or a larger copy of it in the current memory context, and free nothing.
 */
#ifndef ABC_SUMMARY_ADD_H
#define ABC_SUMMARY_ADD_H

#include "summary/summary.h"

/* summary_state.c: what does not go the short way */
extern SummaryState *summary_add_slowly(SummaryState *state, uint64 bucket, u128 amount);
extern SummaryState *summary_add_wide(SummaryState *state, const DecimalView *view);

static inline void
summary_count_row(SummaryState *state)
{
	if (likely(state->head.count < PG_INT64_MAX))
		state->head.count++;
	else
		summary_state_count_rows(state, 1);
}

/* Add a row to a bucket, which may be a new one. */
static inline SummaryState *
summary_add_amount(SummaryState *state, uint64 bucket, u128 amount)
{
	if (likely(summary_state_add_fast(state, bucket, amount)))
		return state;
	return summary_add_slowly(state, bucket, amount);
}

static inline SummaryState *
summary_add_decimal(SummaryState *state, bool negative, u128 magnitude, uint64 key)
{
	return summary_add_amount(state, (negative ? SUMMARY_NEGATIVE : 0) | (key >> state->head.shift), magnitude);
}

/* Add a finite value. */
static inline SummaryState *
summary_add_float8(SummaryState *state, double value)
{
	summary_count_row(state);
	if (value == 0)
		state->head.zeros++;
	else
	{
		int			shift = state->head.shift;
		uint64		bits = float8_bits(value);
		uint64		bucket = (bits & SUMMARY_NEGATIVE) | ((bits & ~SUMMARY_NEGATIVE) >> shift);
		uint64		amount = float8_mantissa_of_bits(bits);

		if (unlikely(shift > FLOAT8_FRACTION_BITS))
			amount <<= float8_unit_field(bits) - summary_float8_field(bucket, shift);
		state = summary_add_amount(state, bucket, u128_of(amount));
	}
	return state;
}

static inline SummaryState *
summary_add_int8(SummaryState *state, int64 value)
{
	uint64		magnitude = value < 0 ? -(uint64) value : (uint64) value;

	summary_count_row(state);
	if (value == 0)
		state->head.zeros++;
	else
		state = summary_add_decimal(state, value < 0, u128_of(magnitude), summary_key_integer(magnitude));
	return state;
}

/* Add a numeric, which is finite. */
static inline SummaryState *
summary_add_numeric(SummaryState *state, const DecimalView *view)
{
	u128		magnitude;

	summary_count_row(state);
	if (unlikely(view->dscale > state->head.scale))
		state = summary_state_set_scale(state, view->dscale);
	if (view->ndigits == 0)
		state->head.zeros++;
	else if (decimal_to_u128(view, state->head.scale, &magnitude))
		state = summary_add_decimal(state, view->negative, magnitude,
									summary_key_decimal(magnitude, state->head.scale));
	else
		state = summary_add_wide(state, view);
	return state;
}

#endif							/* ABC_SUMMARY_ADD_H */
