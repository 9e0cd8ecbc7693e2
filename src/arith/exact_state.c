/*
 * exact_state.c
 *		Signed exact sums inside one varlena.
 *
 * Every operation works on whole numbers, so a state depends on the multiset of
 * rows alone.  Sums are updated in place; one that runs out of limbs moves to a
 * larger copy of the state with some to spare, which happens a few times at
 * the start and then never again.
 *
 * The highest limb of a sum is kept within +-2^62, which every change checks
 * first, so that no single addition can leave the limbs there are.
 */
#include "postgres.h"

#include "common/int.h"

#include "arith/decimal.h"
#include "arith/exact_state.h"

#define SPARE_LIMBS		1		/* on either side, when a sum moves */
#define TOP_LIMIT		(INT64CONST(1) << 62)

/* A state of no rows, whose sums are 0. */
ExactState *
exact_state_create(uint8 purpose, ExactKind kind)
{
	Size		size = offsetof(ExactState, sums) + EXACT_STATE_SUMS * state_sum_size(0);
	ExactState *state = palloc0(size);

	SET_VARSIZE(state, size);
	state->version = EXACT_STATE_VERSION;
	state->purpose = purpose;
	state->kind = kind;
	return state;
}

/* The same state in the current memory context. */
ExactState *
exact_state_copy(const ExactState *state)
{
	ExactState *copy = palloc(VARSIZE(state));

	memcpy(copy, state, VARSIZE(state));
	return copy;
}

static void
refuse_out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("exact sum is out of range"),
			 errdetail("Sums have at most %d decimals and %d binary digits.",
					   EXACT_STATE_MAX_SCALE, EXACT_STATE_MAX_LIMBS * 64)));
}

/* One row more; an error beyond 2^63-1. */
void
exact_state_count_row(ExactState *state)
{
	if (pg_add_s64_overflow(state->count, 1, &state->count))
		refuse_out_of_range();
}

/*
 * Limbs
 */

static inline int64
top_limb(const StateSum *sum)
{
	return sum->nlimbs == 0 ? 0 : (int64) sum->limbs[sum->nlimbs - 1];
}

/* -1, 0 or 1. */
int
exact_state_sign(const StateSum *sum)
{
	if (top_limb(sum) < 0)
		return -1;
	for (int i = 0; i < sum->nlimbs; i++)
		if (sum->limbs[i] != 0)
			return 1;
	return 0;
}

/* Add or subtract one word at limb i, carrying as far as needed. */
static inline void
add_word(StateSum *sum, int i, uint64 word, bool negative)
{
	/* what leaves the highest limb is the sign's, of two's complement */
	if (negative)
		(void) limbs_sub_word(sum->limbs + i, sum->nlimbs - i, word);
	else
		(void) limbs_add_word(sum->limbs + i, sum->nlimbs - i, word);
}

/* Add +-v << shift; there is room. */
static inline void
add_shifted(StateSum *sum, bool negative, u128 v, int shift)
{
	int			limb = shift / 64;
	int			bits = shift % 64;
	uint64		lo = u128_lo(v);
	uint64		hi = u128_hi(v);

	if (bits == 0)
	{
		add_word(sum, limb, lo, negative);
		add_word(sum, limb + 1, hi, negative);
	}
	else
	{
		add_word(sum, limb, lo << bits, negative);
		add_word(sum, limb + 1, (lo >> (64 - bits)) | (hi << bits), negative);
		add_word(sum, limb + 2, hi >> (64 - bits), negative);
	}
}

/*
 * Give sum i limbs for the bits from "from" up to, not including, "to",
 * counted from the unit 2^0, and a top limb within its limit.
 */
static ExactState *
make_room(ExactState *state, int i, int from, int to)
{
	StateSum   *sum = state_sum(state, i);
	int64		top = top_limb(sum);
	int			low = sum->low;
	int			high = sum->low + sum->nlimbs;
	int			grown;
	Size		before;
	Size		size;
	ExactState *larger;
	StateSum   *moved;

	if (likely(from >= 64 * low && to <= 64 * (high - 1) && top < TOP_LIMIT && top > -TOP_LIMIT))
		return state;

	if (sum->nlimbs == 0)
		low = high = from >= 0 ? from / 64 : -((63 - from) / 64);
	if (from < 64 * low)
		low = -((63 - from) / 64) - SPARE_LIMBS;
	/* the old top limb and the new value each below the new one */
	high = Max(high, to >= 0 ? (to + 63) / 64 : -(-to / 64)) + 1 + SPARE_LIMBS;
	if (state->kind == EXACT_DECIMAL)
		low = 0;
	grown = high - low;
	if (grown > EXACT_STATE_MAX_LIMBS)
		refuse_out_of_range();

	before = (char *) sum - (char *) state;
	size = VARSIZE(state) + (grown - sum->nlimbs) * sizeof(uint64);
	larger = palloc0(size);
	memcpy(larger, state, before + offsetof(StateSum, limbs));
	SET_VARSIZE(larger, size);
	moved = (StateSum *) ((char *) larger + before);
	moved->low = low;
	moved->nlimbs = grown;
	if (sum->nlimbs > 0)
	{
		int			at = sum->low - low;

		memcpy(moved->limbs + at, sum->limbs, sum->nlimbs * sizeof(uint64));
		for (int j = at + sum->nlimbs; j < grown; j++)
			moved->limbs[j] = top < 0 ? PG_UINT64_MAX : 0;
	}
	memcpy(state_sum_end(moved), state_sum_end(sum),
		   (char *) state + VARSIZE(state) - state_sum_end(sum));
	return larger;
}

/*
 * Adding
 */

/*
 * Sum i += +-magnitude * 2^exponent; 0 changes nothing. A larger copy takes
 * the place of the state where its limbs do not reach.
 */
ExactState *
exact_state_add_binary(ExactState *state, int i, bool negative, u128 magnitude, int exponent)
{
	StateSum   *sum;

	Assert(state->kind == EXACT_FLOAT8);
	if (u128_eq(magnitude, u128_of(0)))
		return state;
	state = make_room(state, i, exponent, exponent + u128_bits(magnitude));
	sum = state_sum(state, i);
	add_shifted(sum, negative, magnitude, exponent - 64 * sum->low);
	return state;
}

/* Limbs up to the last that is more than the sign, and one for the sign. */
static int
significant_limbs(const StateSum *sum)
{
	uint64		fill = top_limb(sum) < 0 ? PG_UINT64_MAX : 0;
	int			n = sum->nlimbs;

	while (n > 0 && sum->limbs[n - 1] == fill)
		n--;
	return n + 1;
}

/* Raise the scale of a decimal sum: the same sum in smaller units. */
static ExactState *
raise_scale(ExactState *state, int i, int scale)
{
	StateSum   *sum = state_sum(state, i);
	int			power = scale - sum->scale;
	int			used = 64 * significant_limbs(sum);
	bool		negative = top_limb(sum) < 0;

	if (scale > EXACT_STATE_MAX_SCALE)
		refuse_out_of_range();
	if (exact_state_sign(sum) != 0)
	{
		uint64		carry PG_USED_FOR_ASSERTS_ONLY;

		state = make_room(state, i, 0, used + power10_bits(power));
		sum = state_sum(state, i);
		if (negative)
			limbs_negate(sum->limbs, sum->nlimbs);
		carry = limbs_mul_power10(sum->limbs, sum->nlimbs, power);
		Assert(carry == 0);
		if (negative)
			limbs_negate(sum->limbs, sum->nlimbs);
	}
	sum->scale = scale;
	return state;
}

/*
 * Sum i += +-magnitude * 10^-scale; the sum takes the larger of the two
 * scales, also for 0.
 */
ExactState *
exact_state_add_decimal(ExactState *state, int i, bool negative, u128 magnitude, int scale)
{
	StateSum   *sum = state_sum(state, i);

	Assert(state->kind == EXACT_DECIMAL);
	if (unlikely(scale > sum->scale))
	{
		state = raise_scale(state, i, scale);
		sum = state_sum(state, i);
	}
	if (u128_eq(magnitude, u128_of(0)))
		return state;
	if (scale < sum->scale)
	{
		u128		scaled = magnitude;

		if (!decimal_rescale(&scaled, sum->scale - scale))
		{
			ExactSum   *exact = exact_create(2);

			exact->limbs[0] = u128_lo(magnitude);
			exact->limbs[1] = u128_hi(magnitude);
			state = exact_state_add_exact(state, i, negative, exact, scale);
			pfree(exact);
			return state;
		}
		magnitude = scaled;
	}
	state = make_room(state, i, 0, u128_bits(magnitude));
	add_shifted(state_sum(state, i), negative, magnitude, 0);
	return state;
}

/* The same for a magnitude of any width. */
ExactState *
exact_state_add_exact(ExactState *state, int i, bool negative, const ExactSum *magnitude, int scale)
{
	StateSum   *sum = state_sum(state, i);
	ExactSum   *scaled = NULL;

	Assert(state->kind == EXACT_DECIMAL);
	if (scale > sum->scale)
		state = raise_scale(state, i, scale);
	else if (scale < sum->scale)
	{
		int			power = sum->scale - scale;

		scaled = exact_create(exact_limbs_for(exact_bits(magnitude) + power10_bits(power)));
		exact_assign(scaled, magnitude);
		exact_mul_power10(scaled, power);
		magnitude = scaled;
	}
	state = make_room(state, i, 0, exact_bits(magnitude));
	sum = state_sum(state, i);
	for (int j = 0; j < magnitude->nlimbs; j++)
		add_word(sum, j, magnitude->limbs[j], negative);
	if (scaled != NULL)
		pfree(scaled);
	return state;
}

/*
 * Merging and the canonical form
 */

/* sum += other, place by place; there is room. */
static void
add_sum(StateSum *sum, const StateSum *other)
{
	uint64		fill = top_limb(other) < 0 ? PG_UINT64_MAX : 0;
	int			at = other->low - sum->low;
	uint64		carry = limbs_add(sum->limbs + at, other->limbs, other->nlimbs);

	for (int j = at + other->nlimbs; j < sum->nlimbs; j++)
		sum->limbs[j] = word_add(sum->limbs[j], fill, &carry);
}

/*
 * Rows and sums of both; an error beyond 2^63-1 rows. The other state is left
 * as it is.
 */
ExactState *
exact_state_merge(ExactState *state, const ExactState *other)
{
	if (pg_add_s64_overflow(state->count, other->count, &state->count))
		refuse_out_of_range();
	for (int i = 0; i < EXACT_STATE_SUMS; i++)
	{
		StateSum   *theirs = state_sum(other, i);
		int			scale = theirs->scale;

		if (scale > state_sum(state, i)->scale)
			state = raise_scale(state, i, scale);
		else if (scale < state_sum(state, i)->scale)
			theirs = state_sum(raise_scale(exact_state_copy(other), i, state_sum(state, i)->scale), i);
		if (exact_state_sign(theirs) == 0)
			continue;
		state = make_room(state, i, 64 * theirs->low, 64 * (theirs->low + theirs->nlimbs));
		add_sum(state_sum(state, i), theirs);
	}
	return state;
}

/*
 * A copy without the limbs that tell nothing: float8 none of 0 at the lower
 * end, none of the sign alone at the upper; 0 has none.
 */
ExactState *
exact_state_canonical(const ExactState *state)
{
	ExactState *result = exact_state_copy(state);
	char	   *to = result->sums;

	for (int i = 0; i < EXACT_STATE_SUMS; i++)
	{
		const StateSum *sum = state_sum(state, i);
		StateSum   *out = (StateSum *) to;
		int			first = 0;
		int			n = sum->nlimbs;

		/* the sign must still show in the top limb */
		while (n > 0 && ((sum->limbs[n - 1] == 0 && (n == 1 || (int64) sum->limbs[n - 2] >= 0)) ||
						 (n > 1 && sum->limbs[n - 1] == PG_UINT64_MAX && (int64) sum->limbs[n - 2] < 0)))
			n--;
		while (state->kind == EXACT_FLOAT8 && first < n && sum->limbs[first] == 0)
			first++;
		out->scale = sum->scale;
		out->low = n > first ? sum->low + first : 0;
		out->nlimbs = n - first;
		out->unused = 0;
		memcpy(out->limbs, sum->limbs + first, out->nlimbs * sizeof(uint64));
		to = state_sum_end(out);
	}
	SET_VARSIZE(result, to - (char *) result);
	return result;
}

/* The magnitude of a sum, 0 for a sum without limbs. */
ExactSum *
exact_state_magnitude(const StateSum *sum, int spare, bool *negative)
{
	ExactSum   *magnitude = exact_create(sum->nlimbs + spare + 1);

	*negative = top_limb(sum) < 0;
	memcpy(magnitude->limbs, sum->limbs, sum->nlimbs * sizeof(uint64));
	if (*negative)
		limbs_negate(magnitude->limbs, sum->nlimbs);
	return magnitude;
}

/* What is wrong with the unit of a sum, or NULL. */
static const char *
unit_fault(const StateSum *sum, ExactKind kind)
{
	if (kind == EXACT_FLOAT8 &&
		(sum->scale != 0 || sum->low < EXACT_FLOAT8_LOW || sum->low > EXACT_FLOAT8_HIGH - sum->nlimbs))
		return "The unit of a sum is out of range";
	if (kind == EXACT_DECIMAL && (sum->low != 0 || sum->scale < 0 || sum->scale > EXACT_STATE_MAX_SCALE))
		return "The scale of a sum is out of range";
	return NULL;
}

/* Units and kind, whatever the sums are of. */
const char *
exact_state_fault(const ExactState *state)
{
	const char *fault = NULL;

	if (state->kind != EXACT_FLOAT8 && state->kind != EXACT_DECIMAL)
		return "The kind of the sums is unknown";
	if (state->count < 1)
		return "It has no rows";
	for (int i = 0; i < EXACT_STATE_SUMS && fault == NULL; i++)
		fault = unit_fault(state_sum(state, i), state->kind);
	return fault;
}
