/*
 * exact_state.h
 *		Signed exact sums inside one varlena: the state of aggregates that merge.
 *
 * An aggregate whose state is a type of its own, and not "internal", can be
 * computed in parts anywhere: by parallel workers, by Citus on its shards, by
 * hand.  Such a state is a count of rows and up to two sums, each a whole
 * number of any size times a unit, so that no order and no split of the rows
 * can change it:
 *
 *	float8		limb 0 counts 2^(64 * low)
 *	decimal		limb 0 counts 10^-scale, low is 0
 *
 * Limbs are 64-bit words in two's complement, least significant first.  In
 * memory a sum may have more limbs than it needs; what leaves the server, as
 * text or bytes, is the one canonical form.
 */
#ifndef ABC_EXACT_STATE_H
#define ABC_EXACT_STATE_H

#include "arith/decimal.h"

/* What the sums are of. */
typedef enum ExactPurpose
{
	EXACT_WEIGHTED = 1,			/* value * weight; weight */
	EXACT_MOMENTS = 2			/* value; value squared */
} ExactPurpose;

typedef enum ExactKind
{
	EXACT_FLOAT8 = 1,
	EXACT_DECIMAL = 2
} ExactKind;

#define EXACT_STATE_VERSION		1
#define EXACT_STATE_SUMS		2
#define EXACT_STATE_MAX_LIMBS	16384	/* the square of the largest numeric has fewer */
#define EXACT_STATE_MAX_SCALE	(2 * 16383)
#define EXACT_FLOAT8_LOW		(-34)	/* squares begin at 2^-2148 = 2^(-34 * 64 + 28) */
#define EXACT_FLOAT8_HIGH		36	/* and stay below 2^(2048 + 64), 3 limbs spared */

typedef struct StateSum
{
	int32		scale;			/* decimal: digits after the point, else 0 */
	int32		low;			/* float8: the place of limb 0, else 0 */
	int32		nlimbs;
	int32		unused;			/* 0 */
	uint64		limbs[FLEXIBLE_ARRAY_MEMBER];
} StateSum;

typedef struct ExactState
{
	int32		vl_len_;		/* varlena header */
	uint8		version;
	uint8		purpose;		/* ExactPurpose */
	uint8		kind;			/* ExactKind */
	uint8		unused;			/* 0 */
	int64		count;			/* rows added */
	int64		periods;		/* rows there should be, if that was said, else 0 */
	char		sums[FLEXIBLE_ARRAY_MEMBER];	/* StateSum after StateSum */
} ExactState;

#define state_sum_size(nlimbs)	(offsetof(StateSum, limbs) + (nlimbs) * sizeof(uint64))
#define state_sum_end(sum)		((char *) (sum) + state_sum_size((sum)->nlimbs))

static inline StateSum *
state_sum(const ExactState *state, int i)
{
	char	   *sum = (char *) state->sums;

	while (i-- > 0)
		sum = state_sum_end((StateSum *) sum);
	return (StateSum *) sum;
}

extern ExactState *exact_state_create(ExactPurpose purpose, ExactKind kind);

/* One row more; an error beyond 2^63-1, which only a state made by hand comes near to. */
extern void exact_state_count_row(ExactState *state);

/*
 * Add +-magnitude * 2^exponent, or +-magnitude * 10^-scale, to sum i.  Returns
 * the state, or a larger one in the current memory context that takes its place.
 */
extern ExactState *exact_state_add_binary(ExactState *state, int i, bool negative,
										  u128 magnitude, int exponent);
extern ExactState *exact_state_add_decimal(ExactState *state, int i, bool negative,
										   u128 magnitude, int scale);
extern ExactState *exact_state_add_exact(ExactState *state, int i, bool negative,
										 const ExactSum *magnitude, int scale);

/* Add all of "other", which is of the same purpose and kind. */
extern ExactState *exact_state_merge(ExactState *state, const ExactState *other);

pg_noreturn extern void exact_state_refuse_periods(int64 a, int64 b);

extern ExactState *exact_state_copy(const ExactState *state);

/* A copy in the canonical form. */
extern ExactState *exact_state_canonical(const ExactState *state);

/*
 * A sum as sign and magnitude, the latter with room for "spare" limbs more;
 * its unit is 2^(64 * low) or 10^-scale.
 */
extern ExactSum *exact_state_magnitude(const StateSum *sum, int spare, bool *negative);
extern int	exact_state_sign(const StateSum *sum);

/* What is wrong with a state in canonical form; NULL if nothing is. */
extern const char *exact_state_check(const ExactState *state);

/* The state argument of an aggregate's support function, checked for its purpose. */
extern ExactState *exact_state_arg(Datum state, ExactPurpose purpose, ExactKind kind);

/*
 * exact_state_agg.c: for aggregates whose state is an abc_exact_sums.
 *
 * The state to add a row to, which is the first argument or a new one; a float8
 * to add to sum i.
 */
extern ExactState *exact_state_for_row(FunctionCallInfo fcinfo, ExactPurpose purpose, ExactKind kind);
extern ExactState *exact_state_add_float8(ExactState *state, int i, double value);

/* Split a finite float8: |value| = mantissa * 2^exponent. */
static inline uint64
exact_split_float8(double value, int *exponent, bool *negative)
{
	union
	{
		double		f;
		uint64		bits;
	}			u;
	int			field;

	u.f = value;
	field = (int) ((u.bits >> 52) & 0x7FF);
	*negative = (u.bits >> 63) != 0;
	*exponent = Max(field, 1) - 1075;
	u.bits &= (UINT64CONST(1) << 52) - 1;
	return field == 0 ? u.bits : u.bits | (UINT64CONST(1) << 52);
}

#endif							/* ABC_EXACT_STATE_H */
