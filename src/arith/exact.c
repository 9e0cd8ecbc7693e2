/*
 * exact.c
 *		Exact unsigned sums of any width.
 *
 * Callers size their sums from the largest value and the number of values, so
 * no operation here can overflow; asserts check it.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"
#include "port/pg_bitutils.h"

#include "arith/exact.h"

ExactSum *
exact_create(int nlimbs)
{
	ExactSum   *a = palloc0(offsetof(ExactSum, limbs) + nlimbs * sizeof(uint64));

	a->nlimbs = nlimbs;
	return a;
}

void
exact_set_zero(ExactSum *a)
{
	memset(a->limbs, 0, a->nlimbs * sizeof(uint64));
}

void
exact_extend(ExactSum *to, const ExactSum *from)
{
	Assert(to->nlimbs >= from->nlimbs);
	exact_set_zero(to);
	memcpy(to->limbs, from->limbs, from->nlimbs * sizeof(uint64));
}

bool
exact_is_zero(const ExactSum *a)
{
	for (int i = 0; i < a->nlimbs; i++)
		if (a->limbs[i] != 0)
			return false;
	return true;
}

int
exact_bits(const ExactSum *a)
{
	for (int i = a->nlimbs - 1; i >= 0; i--)
		if (a->limbs[i] != 0)
			return 64 * i + pg_leftmost_one_pos64(a->limbs[i]) + 1;
	return 0;
}

void
exact_add(ExactSum *a, const ExactSum *b)
{
	uint64		carry = 0;

	Assert(a->nlimbs == b->nlimbs);
	for (int i = 0; i < a->nlimbs; i++)
	{
		u128		s = u128_add(u128_add(u128_of(a->limbs[i]), u128_of(b->limbs[i])),
								 u128_of(carry));

		a->limbs[i] = u128_lo(s);
		carry = u128_hi(s);
	}
	Assert(carry == 0);
}

void
exact_sub(ExactSum *a, const ExactSum *b)
{
	uint64		borrow = 0;

	Assert(a->nlimbs == b->nlimbs);
	for (int i = 0; i < a->nlimbs; i++)
	{
		uint64		x = a->limbs[i];
		uint64		y = b->limbs[i];

		a->limbs[i] = x - y - borrow;
		borrow = x < y || (x == y && borrow);
	}
	Assert(borrow == 0);
}

void
exact_add_product(ExactSum *a, u128 v, uint64 n, int shift)
{
	exact_add_shifted(a, u128_mul64(u128_lo(v), n), shift);
	if (u128_hi(v) != 0)
		exact_add_shifted(a, u128_mul64(u128_hi(v), n), shift + 64);
}

void
exact_add_multiple(ExactSum *a, const ExactSum *b, uint64 n)
{
	uint64		carry = 0;

	Assert(a->nlimbs == b->nlimbs);
	for (int i = 0; i < a->nlimbs; i++)
	{
		/* (2^64-1)^2 + 2 (2^64-1) still fits in 128 bits */
		u128		s = u128_add(u128_mul64(b->limbs[i], n),
								 u128_add(u128_of(a->limbs[i]), u128_of(carry)));

		a->limbs[i] = u128_lo(s);
		carry = u128_hi(s);
	}
	Assert(carry == 0);
}

void
exact_add_mul(ExactSum *a, const ExactSum *b, const ExactSum *c)
{
	int			top = c->nlimbs;

	while (top > 0 && c->limbs[top - 1] == 0)
		top--;
	for (int i = 0; i < b->nlimbs; i++)
	{
		uint64		carry = 0;

		if (b->limbs[i] == 0)
			continue;
		CHECK_FOR_INTERRUPTS();
		Assert(i + top <= a->nlimbs);
		for (int j = 0; j < top; j++)
		{
			u128		s = u128_add(u128_mul64(b->limbs[i], c->limbs[j]),
									 u128_add(u128_of(a->limbs[i + j]), u128_of(carry)));

			a->limbs[i + j] = u128_lo(s);
			carry = u128_hi(s);
		}
		exact_add_word(a, i + top, carry);
	}
}

void
exact_mul(ExactSum *a, uint64 m)
{
	uint64		carry = 0;

	for (int i = 0; i < a->nlimbs; i++)
	{
		u128		p = u128_add(u128_mul64(a->limbs[i], m), u128_of(carry));

		a->limbs[i] = u128_lo(p);
		carry = u128_hi(p);
	}
	Assert(carry == 0);
}

uint64
exact_divrem(ExactSum *a, uint64 d)
{
	uint64		rem = 0;

	for (int i = a->nlimbs - 1; i >= 0; i--)
		a->limbs[i] = u128_divrem64(rem, a->limbs[i], d, &rem);
	return rem;
}

/*
 * (a + something below 1 if inexact) * 2^exponent, rounded once.  The leading
 * 64 bits, with every lower bit folded into one, round like the whole number; a
 * subnormal result keeps fewer of them, so that the one rounding happens at its
 * own last place.
 */
static double
round_to_float8(const ExactSum *a, bool inexact, int exponent)
{
	int			top = a->nlimbs - 1;
	uint64		lead;
	int			zeros;
	int			shift;			/* result = lead * 2^shift */
	int			drop;			/* bits of lead that the result cannot hold */
	uint64		kept;
	uint64		rest;
	uint64		half;

	while (top >= 0 && a->limbs[top] == 0)
		top--;
	if (top < 0)
		return 0;

	zeros = 63 - pg_leftmost_one_pos64(a->limbs[top]);
	lead = a->limbs[top] << zeros;
	if (top > 0)
	{
		if (zeros > 0)
			lead |= a->limbs[top - 1] >> (64 - zeros);
		inexact |= (a->limbs[top - 1] << zeros) != 0;
		for (int i = 0; i < top - 1 && !inexact; i++)
			inexact = a->limbs[i] != 0;
	}
	shift = exponent + 64 * top - zeros;

	drop = Max(64 - DBL_MANT_DIG, DBL_MIN_EXP - DBL_MANT_DIG - shift);
	if (drop > 64)
		return 0;
	kept = drop == 64 ? 0 : lead >> drop;
	rest = drop == 64 ? lead : lead & ((UINT64CONST(1) << drop) - 1);
	half = UINT64CONST(1) << (drop - 1);
	if (rest > half || (rest == half && (inexact || (kept & 1) != 0)))
		kept++;
	return ldexp((double) kept, shift + drop);
}

static uint64
power_of_ten(int power)
{
	uint64		result = 1;

	while (power-- > 0)
		result *= 10;
	return result;
}

double
exact_to_float8(const ExactSum *a, int exponent)
{
	return round_to_float8(a, false, exponent);
}

/*
 * The quotient of a shifted left by 10^scale has at least 64 bits if the shift
 * is that much longer than 10^scale; its remainder only says "inexact".
 */
double
exact_decimal_to_float8(const ExactSum *a, int scale, int exponent)
{
	int			limbs = (scale * 10 / 3 + 1) / 64 + 2;
	ExactSum   *quotient;
	bool		inexact = false;
	double		result;

	if (scale == 0)
		return round_to_float8(a, false, exponent);
	quotient = exact_create(a->nlimbs + limbs);
	memcpy(quotient->limbs + limbs, a->limbs, a->nlimbs * sizeof(uint64));
	for (; scale > 0; scale -= 19)
		inexact |= exact_divrem(quotient, power_of_ten(Min(scale, 19))) != 0;
	result = round_to_float8(quotient, inexact, exponent - 64 * limbs);
	pfree(quotient);
	return result;
}
