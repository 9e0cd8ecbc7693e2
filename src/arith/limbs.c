/*
 * limbs.c
 *		Long unsigned integers: shifts and powers of ten.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "arith/limbs.h"

const uint64 power10[POWER10_MAX + 1] = {
	UINT64CONST(1),
	UINT64CONST(10),
	UINT64CONST(100),
	UINT64CONST(1000),
	UINT64CONST(10000),
	UINT64CONST(100000),
	UINT64CONST(1000000),
	UINT64CONST(10000000),
	UINT64CONST(100000000),
	UINT64CONST(1000000000),
	UINT64CONST(10000000000),
	UINT64CONST(100000000000),
	UINT64CONST(1000000000000),
	UINT64CONST(10000000000000),
	UINT64CONST(100000000000000),
	UINT64CONST(1000000000000000),
	UINT64CONST(10000000000000000),
	UINT64CONST(100000000000000000),
	UINT64CONST(1000000000000000000),
	UINT64CONST(10000000000000000000)
};

/* a <<= bits; what leaves the words is lost. */
void
limbs_shift_left(uint64 *a, int n, int bits)
{
	int			words = bits / 64;

	bits %= 64;
	for (int i = n - 1; i >= 0; i--)
	{
		uint64		word = i >= words ? a[i - words] : 0;
		uint64		below = i > words ? a[i - words - 1] : 0;

		a[i] = bits == 0 ? word : (word << bits) | (below >> (64 - bits));
	}
}

/* a >>= bits; whether a bit that was set has been lost. */
bool
limbs_shift_right(uint64 *a, int n, int bits)
{
	int			words = bits / 64;
	bool		lost = false;

	bits %= 64;
	for (int i = 0; i < Min(words, n); i++)
		lost |= a[i] != 0;
	if (words < n && bits > 0)
		lost |= (a[words] << (64 - bits)) != 0;
	for (int i = 0; i < n; i++)
	{
		uint64		word = i + words < n ? a[i + words] : 0;
		uint64		above = i + words + 1 < n ? a[i + words + 1] : 0;

		a[i] = bits == 0 ? word : (word >> bits) | (above << (64 - bits));
	}
	return lost;
}

/* a *= 10^power; whether it stayed within its words: 0, or what one of the steps carried out of them. */
uint64
limbs_mul_power10(uint64 *a, int n, int power)
{
	uint64		carry = 0;

	for (; power > 0; power -= POWER10_MAX)
	{
		CHECK_FOR_INTERRUPTS();
		carry |= limbs_mul(a, n, power10[Min(power, POWER10_MAX)]);
	}
	return carry;
}
