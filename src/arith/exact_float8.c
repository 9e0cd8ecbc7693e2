/*
 * exact_float8.c
 *		Exact sums and their quotients as float8, each rounded once.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "arith/exact.h"

/*
 * (lead + something below 1 if inexact) * 2^exponent, the highest bit of lead
 * set; 0 for a lead of 0.  A subnormal result keeps fewer bits, so that the one rounding happens at
 * its own last place.
 */
static double
round_to_float8(uint64 lead, bool inexact, int exponent, ExactRounding rounding)
{
	int			drop = Max(64 - DBL_MANT_DIG, DBL_MIN_EXP - DBL_MANT_DIG - exponent);
	uint64		kept = 0;		/* bits that the result can hold */
	uint64		rest = lead;	/* and those that it cannot */
	uint64		half;

	if (lead == 0)
		return 0;
	Assert((lead >> 63) != 0);
	if (drop > 64)
	{
		/* less than half of the least float8 */
		inexact = true;
		rest = 0;
		drop = 64;
	}
	else if (drop < 64)
	{
		kept = lead >> drop;
		rest = lead & ((UINT64CONST(1) << drop) - 1);
	}
	half = UINT64CONST(1) << (drop - 1);
	if (rounding == ROUND_UP ? rest != 0 || inexact :
		rounding == ROUND_NEAREST && (rest > half || (rest == half && (inexact || (kept & 1) != 0))))
		kept++;
	exponent = drop == 64 ? DBL_MIN_EXP - DBL_MANT_DIG : exponent + drop;
	return ldexp((double) kept, exponent);
}

/* The 64 leading bits of n limbs, to be multiplied by 2^(*exponent); 0 for 0. */
static uint64
leading_bits(const uint64 *limbs, int n, int *exponent, bool *inexact)
{
	int			top = n - 1;
	int			zeros;
	uint64		lead;

	while (top >= 0 && limbs[top] == 0)
		top--;
	*exponent = 0;
	if (top < 0)
		return 0;
	zeros = 63 - pg_leftmost_one_pos64(limbs[top]);
	lead = limbs[top] << zeros;
	if (top > 0)
	{
		lead |= limbs[top - 1] >> 1 >> (63 - zeros);
		*inexact = *inexact || (limbs[top - 1] << zeros) != 0 || limbs_bits(limbs, top - 1) > 0;
	}
	*exponent = 64 * top - zeros;
	return lead;
}

/* a * 2^exponent, 0 for 0; infinity beyond the range of float8. */
double
exact_to_float8(const ExactSum *a, int exponent)
{
	bool		inexact = false;
	int			shift;
	uint64		lead = leading_bits(a->limbs, a->nlimbs, &shift, &inexact);

	return round_to_float8(lead, inexact, exponent + shift, ROUND_NEAREST);
}

/*
 * One step of long division: the quotient, below 2^64, of rest * 2^64 by a
 * divisor whose highest bit is set, rest < divisor; n limbs each, rest with one
 * more.  The estimate from the two highest limbs is at most 2 too large (Knuth,
 * The Art of Computer Programming, vol. 2, 4.3.1).
 */
static uint64
divide_step(uint64 *rest, const uint64 *divisor, int n)
{
	uint64		top = divisor[n - 1];
	uint64		quotient = PG_UINT64_MAX;
	uint64		unused;
	uint64		borrow;

	memmove(rest + 1, rest, n * sizeof(uint64));
	rest[0] = 0;
	if (rest[n] < top)
		quotient = u128_divrem64(rest[n], rest[n - 1], top, &unused);
	borrow = limbs_sub_multiple(rest, divisor, n, quotient);
	while (borrow > rest[n])
	{
		quotient--;
		borrow -= limbs_add(rest, divisor, n);
	}
	rest[n] -= borrow;
	Assert(rest[n] == 0 && limbs_cmp(rest, divisor, n) < 0);
	return quotient;
}

/*
 * Both numbers are moved until the divisor's highest bit is that of its highest
 * limb and the dividend is below it by less than a bit: the quotient of the one,
 * moved by 64 bits more, by the other then has exactly 64 bits.
 */
uint64
exact_quotient(const ExactSum *a, const ExactSum *b, int *exponent, bool *inexact)
{
	int			a_bits = exact_bits(a);
	int			b_bits = exact_bits(b);
	int			n = (Max(a_bits, b_bits) + 63) / 64;
	ExactSum   *rest = exact_create(n + 1);
	ExactSum   *divisor = exact_create(n);
	uint64		quotient;

	Assert(a_bits > 0 && b_bits > 0);
	exact_assign(rest, a);
	exact_assign(divisor, b);
	limbs_shift_left(rest->limbs, n, 64 * n - a_bits);
	limbs_shift_left(divisor->limbs, n, 64 * n - b_bits);
	*exponent = a_bits - b_bits - 64;
	if (limbs_cmp(rest->limbs, divisor->limbs, n) >= 0)
	{
		/* 1 <= rest / divisor < 2: one bit less, and what it cuts off is not lost */
		(void) limbs_sub(rest->limbs, divisor->limbs, n);
		quotient = divide_step(rest->limbs, divisor->limbs, n);
		*inexact = (quotient & 1) != 0 || !exact_is_zero(rest);
		quotient = (quotient >> 1) | (UINT64CONST(1) << 63);
		*exponent += 1;
	}
	else
	{
		quotient = divide_step(rest->limbs, divisor->limbs, n);
		*inexact = !exact_is_zero(rest);
	}
	pfree(rest);
	pfree(divisor);
	return quotient;
}

/* a / b * 2^exponent; 0 if a is 0. */
double
exact_ratio(const ExactSum *a, const ExactSum *b, int exponent, ExactRounding rounding)
{
	bool		inexact;
	int			shift;
	uint64		quotient;

	if (exact_is_zero(a))
		return 0;
	quotient = exact_quotient(a, b, &shift, &inexact);
	return round_to_float8(quotient, inexact, exponent + shift, rounding);
}

/*
 * The quotient of a, moved by limbs longer than 10^scale, has at least 64 bits;
 * its remainder only says "inexact".
 */
double
exact_decimal_to_float8(const ExactSum *a, int scale, int exponent)
{
	int			limbs = power10_bits(scale) / 64 + 2;
	ExactSum   *quotient;
	bool		inexact = false;
	int			shift;
	uint64		lead;

	if (scale == 0)
		return exact_to_float8(a, exponent);
	quotient = exact_create(a->nlimbs + limbs);
	memcpy(quotient->limbs + limbs, a->limbs, a->nlimbs * sizeof(uint64));
	for (; scale > 0; scale -= POWER10_MAX)
		inexact |= exact_divrem(quotient, power10[Min(scale, POWER10_MAX)]) != 0;
	lead = leading_bits(quotient->limbs, quotient->nlimbs, &shift, &inexact);
	pfree(quotient);
	return round_to_float8(lead, inexact, exponent + shift - 64 * limbs, ROUND_NEAREST);
}
