/*
 * exact.h
 *		Exact unsigned sums of any width.
 *
 * An ExactSum is an integer of a fixed number of 64-bit limbs, least
 * significant first.  What one unit of it is worth (2^e for float8, 10^-s for
 * decimals, a row for counts) is known to the caller and the same for all sums
 * that meet.  Integer addition is associative and commutative, so whatever is
 * built from these sums does not depend on the order of the values.
 */
#ifndef ABC_EXACT_H
#define ABC_EXACT_H

#include "arith/limbs.h"

typedef struct ExactSum
{
	int			nlimbs;
	uint64		limbs[FLEXIBLE_ARRAY_MEMBER];
} ExactSum;

/* Limbs for an integer below 2^bits, with one to spare for a multiplication. */
#define exact_limbs_for(bits)	(((bits) + 63) / 64 + 1)

/* x < 2^bits, the least such. */
static inline int
u128_bits(u128 x)
{
	if (u128_hi(x) != 0)
		return 65 + pg_leftmost_one_pos64(u128_hi(x));
	return u128_lo(x) != 0 ? 1 + pg_leftmost_one_pos64(u128_lo(x)) : 0;
}

extern ExactSum *exact_create(int nlimbs);
extern void exact_set_zero(ExactSum *a);
extern void exact_assign(ExactSum *to, const ExactSum *from);	/* of another width; the value fits */
extern bool exact_is_zero(const ExactSum *a);
extern int	exact_bits(const ExactSum *a);	/* a < 2^bits, the least such */

extern void exact_add(ExactSum *a, const ExactSum *b);
extern void exact_sub(ExactSum *a, const ExactSum *b);	/* a >= b */
extern void exact_add_product(ExactSum *a, u128 v, uint64 n, int shift);	/* += v*n << shift */
extern void exact_add_multiple(ExactSum *a, const ExactSum *b, uint64 n);	/* a += b*n */

/* a += b*c; a is at least as wide as b and c together. */
extern void exact_add_mul(ExactSum *a, const ExactSum *b, const ExactSum *c);

extern void exact_mul(ExactSum *a, uint64 m);
extern void exact_mul_power10(ExactSum *a, int power);
extern uint64 exact_divrem(ExactSum *a, uint64 d);	/* a /= d, returns the rest */

/*
 * The 64 leading bits of a / b, neither of them 0, the others cut off:
 * result * 2^exponent <= a / b < (result + 1) * 2^exponent, and the former is no
 * equality if inexact.
 */
extern uint64 exact_quotient(const ExactSum *a, const ExactSum *b, int *exponent, bool *inexact);

typedef enum ExactRounding
{
	ROUND_NEAREST,				/* ties to even */
	ROUND_DOWN,
	ROUND_UP
} ExactRounding;

/* a / b * 2^exponent as float8, b not 0, rounded once. */
extern double exact_ratio(const ExactSum *a, const ExactSum *b, int exponent, ExactRounding rounding);

/* a * 2^exponent as float8, rounded once to nearest, ties to even. */
extern double exact_to_float8(const ExactSum *a, int exponent);

/* a * 10^-scale * 2^exponent, the same. */
extern double exact_decimal_to_float8(const ExactSum *a, int scale, int exponent);

/* A number below 2^128. */
static inline u128
exact_to_u128(const ExactSum *a)
{
	return u128_make(a->nlimbs > 1 ? a->limbs[1] : 0, a->nlimbs > 0 ? a->limbs[0] : 0);
}

/*
 * What is done for every value of a small group
 */

static inline void
exact_copy(ExactSum *to, const ExactSum *from)
{
	Assert(to->nlimbs == from->nlimbs);
	for (int i = 0; i < from->nlimbs; i++)
		to->limbs[i] = from->limbs[i];
}

static inline int
exact_cmp(const ExactSum *a, const ExactSum *b)
{
	Assert(a->nlimbs == b->nlimbs);
	return limbs_cmp(a->limbs, b->limbs, a->nlimbs);
}

/* Add one word at limb i and carry as far as needed. */
static inline void
exact_add_word(ExactSum *a, int i, uint64 word)
{
	if (word != 0)
	{
		uint64		carry PG_USED_FOR_ASSERTS_ONLY;

		Assert(i < a->nlimbs);
		carry = limbs_add_word(a->limbs + i, a->nlimbs - i, word);
		Assert(carry == 0);
	}
}

/* a += v << shift */
static inline void
exact_add_shifted(ExactSum *a, u128 v, int shift)
{
	int			i = shift / 64;
	int			bits = shift % 64;
	uint64		lo = u128_lo(v);
	uint64		hi = u128_hi(v);
	uint64		low = lo << bits;
	uint64		middle = (hi << bits) | (lo >> 1 >> (63 - bits));
	uint64		carry = 0;

	if (low != 0)
	{
		Assert(i < a->nlimbs);
		a->limbs[i] = word_add(a->limbs[i], low, &carry);
	}
	if ((middle | carry) != 0)
	{
		Assert(i + 1 < a->nlimbs);
		a->limbs[i + 1] = word_add(a->limbs[i + 1], middle, &carry);
	}
	exact_add_word(a, i + 2, (hi >> 1 >> (63 - bits)) + carry);
}

#endif							/* ABC_EXACT_H */
