/*
 * exact_state.h
 *		Signed exact sums inside one varlena.
 *
 * A count of rows and up to two sums, each a whole number of any size times a
 * unit, so that no order and no split of the rows can change it:
 *
 *	float8		limb 0 counts 2^(64 * low)
 *	decimal		limb 0 counts 10^-scale, low is 0
 *
 * Limbs are 64-bit words in two's complement, least significant first.  In
 * memory a sum may have more limbs than it needs; the canonical form has none,
 * and is one for one value of the state.
 */
#ifndef ABC_EXACT_STATE_H
#define ABC_EXACT_STATE_H

#include "arith/exact.h"
#include "arith/float8.h"

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
	uint8		purpose;		/* the owner's: what the sums are of */
	uint8		kind;			/* ExactKind */
	uint8		unused;			/* 0 */
	int64		count;			/* rows added */
	int64		periods;		/* the owner's: rows there should be, or 0 */
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

/* A state of no rows. */
extern ExactState *exact_state_create(uint8 purpose, ExactKind kind);

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

/* Add rows and sums of "other", which is of the same purpose and kind. */
extern ExactState *exact_state_merge(ExactState *state, const ExactState *other);

extern ExactState *exact_state_copy(const ExactState *state);

/* A copy in the canonical form. */
extern ExactState *exact_state_canonical(const ExactState *state);

/*
 * A sum as sign and magnitude, the latter with room for "spare" limbs more;
 * its unit is 2^(64 * low) or 10^-scale.
 */
extern ExactSum *exact_state_magnitude(const StateSum *sum, int spare, bool *negative);
extern int	exact_state_sign(const StateSum *sum);

/* What is wrong with a state in canonical form, whatever its sums are of; NULL if nothing is. */
extern const char *exact_state_fault(const ExactState *state);

#endif							/* ABC_EXACT_STATE_H */
