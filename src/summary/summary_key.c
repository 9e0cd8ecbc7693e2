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
#include "port/pg_bitutils.h"

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

static const uint64 power5[MAX_FAST_SCALE + 1] = {
	UINT64CONST(1), UINT64CONST(5), UINT64CONST(25), UINT64CONST(125),
	UINT64CONST(625), UINT64CONST(3125), UINT64CONST(15625), UINT64CONST(78125),
	UINT64CONST(390625), UINT64CONST(1953125), UINT64CONST(9765625), UINT64CONST(48828125),
	UINT64CONST(244140625), UINT64CONST(1220703125), UINT64CONST(6103515625),
	UINT64CONST(30517578125), UINT64CONST(152587890625), UINT64CONST(762939453125),
	UINT64CONST(3814697265625), UINT64CONST(19073486328125), UINT64CONST(95367431640625),
	UINT64CONST(476837158203125), UINT64CONST(2384185791015625),
	UINT64CONST(11920928955078125), UINT64CONST(59604644775390625),
	UINT64CONST(298023223876953125), UINT64CONST(1490116119384765625),
	UINT64CONST(7450580596923828125)
};

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

	zeros = u128_hi(magnitude) != 0 ? 63 - pg_leftmost_one_pos64(u128_hi(magnitude)) :
		127 - pg_leftmost_one_pos64(u128_lo(magnitude));
	magnitude = u128_shl(magnitude, zeros);
	if (scale == 0)
		return make_key(127 - zeros, (u128_hi(magnitude) & ~KEY64_ZERO) >> (63 - FRACTION_BITS));

	divisor_zeros = 63 - pg_leftmost_one_pos64(power5[scale]);
	divisor = power5[scale] << divisor_zeros;
	halved = u128_hi(magnitude) >= divisor;
	if (halved)
		magnitude = u128_shr(magnitude, 1);
	hi = u128_hi(magnitude);
	lo = u128_lo(magnitude);
	quotient = u128_divrem64(hi, lo, divisor, &rest);
	Assert((quotient >> 63) != 0);
	return make_key(63 + divisor_zeros - zeros + (halved ? 1 : 0) - scale,
					(quotient & ~KEY64_ZERO) >> (63 - FRACTION_BITS));
}

/* a <<= n, within its limbs. */
static void
shift_left(ExactSum *a, int n)
{
	int			limbs = n / 64;
	int			bits = n % 64;

	for (int i = a->nlimbs - 1; i >= 0; i--)
	{
		uint64		x = i >= limbs ? a->limbs[i - limbs] : 0;
		uint64		below = i > limbs ? a->limbs[i - limbs - 1] : 0;

		a->limbs[i] = bits == 0 ? x : (x << bits) | (below >> (64 - bits));
	}
}

/* a = a / 2^n, rounded up. */
static void
shift_right_up(ExactSum *a, int n)
{
	int			limbs = n / 64;
	int			bits = n % 64;
	bool		rest = false;

	for (int i = 0; i < Min(limbs, a->nlimbs); i++)
		rest |= a->limbs[i] != 0;
	if (limbs < a->nlimbs && bits > 0)
		rest |= (a->limbs[limbs] << (64 - bits)) != 0;
	for (int i = 0; i < a->nlimbs; i++)
	{
		uint64		x = i + limbs < a->nlimbs ? a->limbs[i + limbs] : 0;
		uint64		above = i + limbs + 1 < a->nlimbs ? a->limbs[i + limbs + 1] : 0;

		a->limbs[i] = bits == 0 ? x : (x >> bits) | (above << (64 - bits));
	}
	if (rest)
		exact_add_shifted(a, u128_of(1), 0);
}

/* 10^scale, in so many limbs. */
ExactSum *
summary_power10(int scale, int nlimbs)
{
	ExactSum   *power = exact_create(nlimbs);

	exact_add_shifted(power, u128_of(1), 0);
	for (; scale > 0; scale -= DECIMAL_MAX_SCALE64)
	{
		CHECK_FOR_INTERRUPTS();
		exact_mul(power, decimal_power10[Min(scale, DECIMAL_MAX_SCALE64)]);
	}
	return power;
}

/*
 * The same for a magnitude of any size: long division, a bit of the fraction at
 * a time.
 */
uint64
summary_key_exact(const ExactSum *magnitude, int scale)
{
	int			bits = exact_bits(magnitude);
	int			power_bits = (int) ((int64) scale * 3321929 / 1000000) + 1;
	int			nlimbs = exact_limbs_for(Max(bits, power_bits) + 2);
	ExactSum   *rest = exact_create(nlimbs);
	ExactSum   *divisor = summary_power10(scale, nlimbs);
	int			exponent = bits - exact_bits(divisor);
	uint64		fraction = 0;

	CHECK_FOR_INTERRUPTS();
	memcpy(rest->limbs, magnitude->limbs, Min(nlimbs, magnitude->nlimbs) * sizeof(uint64));
	if (exponent >= 0)
		shift_left(divisor, exponent);
	else
		shift_left(rest, -exponent);
	if (exact_cmp(rest, divisor) < 0)
	{
		shift_left(rest, 1);
		exponent--;
	}
	exact_sub(rest, divisor);
	for (int i = 0; i < FRACTION_BITS; i++)
	{
		shift_left(rest, 1);
		fraction <<= 1;
		if (exact_cmp(rest, divisor) >= 0)
		{
			exact_sub(rest, divisor);
			fraction |= 1;
		}
	}
	pfree(rest);
	pfree(divisor);
	return make_key(exponent, fraction);
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
		shift_left(amount, exponent);
	else
		shift_right_up(amount, -exponent);
}

void
summary_float8_amount(uint64 key, int unit_exponent, ExactSum *amount)
{
	uint64		mantissa = key & ((UINT64CONST(1) << 52) - 1);
	int			field = (int) (key >> 52);

	if (field > 0)
		mantissa |= UINT64CONST(1) << 52;
	exact_set_zero(amount);
	exact_add_shifted(amount, u128_of(mantissa),
					  Max(field, 1) - SUMMARY_FIELD_BIAS - unit_exponent);
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
		summary_float8_amount(Min(last, UINT64CONST(0x7FEFFFFFFFFFFFFF)), unit_exponent, high);
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
