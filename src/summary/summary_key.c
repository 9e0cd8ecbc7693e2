/*
 * summary_key.c
 *		The keys of a summary: 63 bits that sort as the magnitudes of values do.
 *
 * The key of a float8 is its bits without the sign.  The key of a bigint or a
 * numeric other than zero is that of a binary floating-point number with many
 * bits, the magnitude cut off (never rounded up), so that one bucket is always
 * an interval of values.  Bits 62 and 61 tell how the exponent is written:
 *
 *	00	exponents below -64, 19 bits, then 42 bits of the fraction
 *	01	exponents -64 to 63, 7 bits, then 54 bits of the fraction
 *	10	exponents above 63, 19 bits, then 42 bits of the fraction
 *
 * Numerics reach from 2^-54424 to 2^435412.  The key depends on the value
 * alone, not on the scale it is displayed with.  Integers below 2^55 have keys
 * of their own.
 *
 * With a shift of SUMMARY_MAX_SHIFT (54) there are 512 buckets of float8 and
 * at most 128 of each of the three classes of decimals: few enough, twice for
 * the two signs.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "summary/summary.h"

#define FRACTION_BITS	54
#define OUTER_BITS		42
#define CLASS_LOW		UINT64CONST(0)
#define CLASS_MIDDLE	UINT64CONST(1)
#define CLASS_HIGH		UINT64CONST(2)
#define CLASS_SHIFT		61
#define MIDDLE			64		/* exponents -64 .. 63 are in the middle */
#define OUTER_EXPONENTS (1 << 19)

#define MAX_FAST_SCALE	27		/* 5^27 < 2^63 */

/* 5^n = 10^n / 2^n */
static inline uint64
power5(int n)
{
	int			first = Min(n, POWER10_MAX);

	return (power10[first] >> first) * (power10[n - first] >> (n - first));
}

/* The fraction of a key: the bits below the highest one, which is set. */
static inline uint64
fraction_of(uint64 lead)
{
	return (lead & ~KEY64_ZERO) >> (63 - FRACTION_BITS);
}

/* The key of 1.fraction * 2^exponent; the fraction has FRACTION_BITS bits. */
static inline uint64
make_key(int exponent, uint64 fraction)
{
	if (exponent >= -MIDDLE && exponent < MIDDLE)
		return (CLASS_MIDDLE << CLASS_SHIFT) | ((uint64) (exponent + MIDDLE) << FRACTION_BITS) | fraction;
	fraction >>= FRACTION_BITS - OUTER_BITS;
	if (exponent >= MIDDLE)
		return (CLASS_HIGH << CLASS_SHIFT) | ((uint64) (exponent - MIDDLE) << OUTER_BITS) | fraction;
	return (uint64) (exponent + MIDDLE + OUTER_EXPONENTS) << OUTER_BITS | fraction;
}

/* The least magnitude with a key is mantissa * 2^exponent. */
static void
split_key(uint64 key, uint64 *mantissa, int *exponent)
{
	uint64		class = key >> CLASS_SHIFT;
	int			bits = class == CLASS_MIDDLE ? FRACTION_BITS : OUTER_BITS;
	uint64		one = UINT64CONST(1) << bits;
	int			code = (int) ((key & ((UINT64CONST(1) << CLASS_SHIFT) - 1)) >> bits);

	*mantissa = (key & (one - 1)) | one;
	*exponent = (class == CLASS_MIDDLE ? code - MIDDLE :
				 class == CLASS_LOW ? code - MIDDLE - OUTER_EXPONENTS : code + MIDDLE) - bits;
}

/* The binary exponent of the values with a key of a decimal. */
int
summary_key_exponent(uint64 key)
{
	uint64		mantissa;
	int			exponent;

	split_key(key, &mantissa, &exponent);
	return exponent + pg_leftmost_one_pos64(mantissa);
}

/* The key of a whole number, not 0: its highest 55 bits, the first of them set. */
uint64
summary_key_integer(uint64 magnitude)
{
	int			zeros = 63 - pg_leftmost_one_pos64(magnitude);

	return (CLASS_MIDDLE << CLASS_SHIFT) | ((uint64) (63 - zeros + MIDDLE) << FRACTION_BITS) |
		fraction_of(magnitude << zeros);
}

/*
 * The key of magnitude * 10^-scale, magnitude not 0.
 *
 * Magnitude and 5^scale are both shifted until their highest bit is set; the
 * quotient of the former's 128 bits by the latter's 64, once the former is
 * halved if need be, then has exactly 64 bits.  Bits cut off by the halving and
 * by the division lie below those of the quotient.
 */
uint64
summary_key_decimal(u128 magnitude, int scale)
{
	uint64		hi,
				lo,
				divisor,
				quotient,
				rest;
	int			zeros,
				divisor_zeros;
	bool		halved;

	if (scale > MAX_FAST_SCALE)
	{
		ExactSum   *sum = exact_create(3);
		uint64		key;

		exact_add_shifted(sum, magnitude, 0);
		key = summary_key_exact(sum, scale);
		pfree(sum);
		return key;
	}

	zeros = 128 - u128_bits(magnitude);
	magnitude = u128_shl(magnitude, zeros);
	if (scale == 0)
		return make_key(127 - zeros, fraction_of(u128_hi(magnitude)));

	divisor = power5(scale);
	divisor_zeros = 63 - pg_leftmost_one_pos64(divisor);
	divisor <<= divisor_zeros;
	halved = u128_hi(magnitude) >= divisor;
	if (halved)
		magnitude = u128_shr(magnitude, 1);
	hi = u128_hi(magnitude);
	lo = u128_lo(magnitude);
	quotient = u128_divrem64(hi, lo, divisor, &rest);
	Assert((quotient >> 63) != 0);
	return make_key(63 + divisor_zeros - zeros + (halved ? 1 : 0) - scale, fraction_of(quotient));
}

/* 10^scale, in so many limbs. */
ExactSum *
summary_power10(int scale, int nlimbs)
{
	ExactSum   *power = exact_create(nlimbs);

	exact_add_shifted(power, u128_of(1), 0);
	exact_mul_power10(power, scale);
	return power;
}

/* The same for a magnitude of any size, not 0. */
uint64
summary_key_exact(const ExactSum *magnitude, int scale)
{
	ExactSum   *divisor = summary_power10(scale, exact_limbs_for(power10_bits(scale)));
	int			exponent;
	bool		inexact;
	uint64		quotient = exact_quotient(magnitude, divisor, &exponent, &inexact);

	CHECK_FOR_INTERRUPTS();
	pfree(divisor);
	return make_key(exponent + 63, fraction_of(quotient));
}

/* The least multiple of the unit whose key is this one or a larger one. */
static void
decimal_least(uint64 key, const ExactSum *power, ExactSum *amount)
{
	uint64		mantissa;
	int			exponent;

	split_key(key, &mantissa, &exponent);
	exact_set_zero(amount);
	exact_add_multiple(amount, power, mantissa);
	if (exponent >= 0)
		limbs_shift_left(amount->limbs, amount->nlimbs, exponent);
	else if (limbs_shift_right(amount->limbs, amount->nlimbs, -exponent))
		exact_add_shifted(amount, u128_of(1), 0);
}

/*
 * The magnitude whose float8 has these bits, in units of 2^unit_exponent,
 * which is no larger than its own.
 */
void
summary_float8_amount(uint64 key, int unit_exponent, ExactSum *amount)
{
	exact_set_zero(amount);
	exact_add_shifted(amount, u128_of(float8_mantissa_of_bits(key)),
					  float8_unit_field(key) - FLOAT8_BIAS - unit_exponent);
}

/*
 * The least and the largest magnitude that a bucket can hold, zero excluded, as
 * multiples of the unit; power is 10^scale.  Every amount has room for them.
 */
void
summary_bucket_range(ValueKind kind, uint64 bucket, int shift, const ExactSum *power,
					 int scale, int unit_exponent, ExactSum *low, ExactSum *high)
{
	uint64		least = (bucket & ~SUMMARY_NEGATIVE) << shift;
	uint64		last = least + ((UINT64CONST(1) << shift) - 1);
	ExactSum   *one;

	if (kind == VALUE_FLOAT8)
	{
		summary_float8_amount(Max(least, 1), unit_exponent, low);
		summary_float8_amount(Min(last, FLOAT8_INFINITY - 1), unit_exponent, high);
		return;
	}
	decimal_least(least, power, low);
	decimal_least(last + 1, power, high);
	one = exact_create(high->nlimbs);
	exact_add_shifted(one, u128_of(1), 0);
	if (kind == VALUE_INT8)
	{
		/* 1 .. 2^63 - 1, or 2^63 below zero */
		ExactSum   *most = exact_create(high->nlimbs);

		exact_add_shifted(most, u128_of(KEY64_ZERO), 0);
		if ((bucket & SUMMARY_NEGATIVE) == 0)
			exact_sub(most, one);
		if (exact_cmp(low, one) < 0)
			exact_copy(low, one);
		if (!exact_is_zero(high))
			exact_sub(high, one);
		if (exact_cmp(high, most) > 0)
			exact_copy(high, most);
		pfree(most);
	}
	else if (!exact_is_zero(high))
		exact_sub(high, one);
	pfree(one);
}
