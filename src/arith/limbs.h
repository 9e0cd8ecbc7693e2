/*
 * limbs.h
 *		Long unsigned integers: arrays of 64-bit words, least significant first;
 *		powers of ten.
 *
 * The one place where words are carried.  Every long integer of the extension is
 * such an array: an ExactSum, a sum in an ExactState, a sum of a summary's bucket.
 * What does not fit in the words of the result is returned, never lost unseen.
 */
#ifndef ABC_LIMBS_H
#define ABC_LIMBS_H

#include "port/pg_bitutils.h"

#include "compat.h"

/* Powers of ten below 2^64. */
#define POWER10_MAX		19

extern const uint64 power10[POWER10_MAX + 1];

/* Bits that a number of so many decimals takes at most: a decimal is less than 3.321929 of them. */
static inline int
power10_bits(int64 decimals)
{
	return (int) (Max(decimals, 0) * INT64CONST(3321929) / 1000000) + 1;
}

/* a + b + *carry, of which what is beyond 64 bits becomes the carry, 0 or 1. */
static inline uint64
word_add(uint64 a, uint64 b, uint64 *carry)
{
	uint64		sum = a + b;
	uint64		result = sum + *carry;

	*carry = (sum < a) | (result < sum);
	return result;
}

/* a - b - *borrow, the same. */
static inline uint64
word_sub(uint64 a, uint64 b, uint64 *borrow)
{
	uint64		difference = a - b;
	uint64		result = difference - *borrow;

	*borrow = (a < b) | (difference < *borrow);
	return result;
}

/* a * b + c + *carry, of which what is beyond 64 bits becomes the carry: it always fits. */
static inline uint64
word_mul_add(uint64 a, uint64 b, uint64 c, uint64 *carry)
{
	u128		sum = u128_add(u128_mul64(a, b), u128_add(u128_of(c), u128_of(*carry)));

	*carry = u128_hi(sum);
	return u128_lo(sum);
}

/* a += word; returns the carry out of n words. */
static inline uint64
limbs_add_word(uint64 *a, int n, uint64 word)
{
	for (int i = 0; word != 0 && i < n; i++)
	{
		a[i] += word;
		word = a[i] < word;
	}
	return word;
}

/* a -= word; returns the borrow. */
static inline uint64
limbs_sub_word(uint64 *a, int n, uint64 word)
{
	for (int i = 0; word != 0 && i < n; i++)
	{
		uint64		old = a[i];

		a[i] = old - word;
		word = old < word;
	}
	return word;
}

/* a += b, n words each; returns the carry. */
static inline uint64
limbs_add(uint64 *a, const uint64 *b, int n)
{
	uint64		carry = 0;

	for (int i = 0; i < n; i++)
		a[i] = word_add(a[i], b[i], &carry);
	return carry;
}

/* a -= b, n words each; returns the borrow. */
static inline uint64
limbs_sub(uint64 *a, const uint64 *b, int n)
{
	uint64		borrow = 0;

	for (int i = 0; i < n; i++)
		a[i] = word_sub(a[i], b[i], &borrow);
	return borrow;
}

/* a = -a, modulo 2^(64 n): the opposite in two's complement. */
static inline void
limbs_negate(uint64 *a, int n)
{
	uint64		borrow = 0;

	for (int i = 0; i < n; i++)
		a[i] = word_sub(0, a[i], &borrow);
}

/* a *= m; returns the carry. */
static inline uint64
limbs_mul(uint64 *a, int n, uint64 m)
{
	uint64		carry = 0;

	for (int i = 0; i < n; i++)
		a[i] = word_mul_add(a[i], m, 0, &carry);
	return carry;
}

/* a += b * m, n words each; returns the carry. */
static inline uint64
limbs_add_multiple(uint64 *a, const uint64 *b, int n, uint64 m)
{
	uint64		carry = 0;

	for (int i = 0; i < n; i++)
		a[i] = word_mul_add(b[i], m, a[i], &carry);
	return carry;
}

/* a -= b * m, n words each; returns what is borrowed. */
static inline uint64
limbs_sub_multiple(uint64 *a, const uint64 *b, int n, uint64 m)
{
	uint64		carry = 0;
	uint64		borrow = 0;

	for (int i = 0; i < n; i++)
		a[i] = word_sub(a[i], word_mul_add(b[i], m, 0, &carry), &borrow);
	return carry + borrow;
}

/* a /= d; returns the rest. */
static inline uint64
limbs_divrem(uint64 *a, int n, uint64 d)
{
	uint64		rest = 0;

	for (int i = n - 1; i >= 0; i--)
		a[i] = u128_divrem64(rest, a[i], d, &rest);
	return rest;
}

static inline int
limbs_cmp(const uint64 *a, const uint64 *b, int n)
{
	for (int i = n - 1; i >= 0; i--)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* a < 2^bits, the least such. */
static inline int
limbs_bits(const uint64 *a, int n)
{
	for (int i = n - 1; i >= 0; i--)
		if (a[i] != 0)
			return 64 * i + pg_leftmost_one_pos64(a[i]) + 1;
	return 0;
}

/* limbs.c */
extern void limbs_shift_left(uint64 *a, int n, int bits);
extern bool limbs_shift_right(uint64 *a, int n, int bits);
extern uint64 limbs_mul_power10(uint64 *a, int n, int power);

#endif							/* ABC_LIMBS_H */
