/*
 * power10.h
 *		Powers of ten below 2^64.
 */
#ifndef ABC_POWER10_H
#define ABC_POWER10_H

#include "compat.h"

#define POWER10_MAX		19

extern const uint64 power10[POWER10_MAX + 1];

/* Bits that a number of so many decimals takes at most: a decimal is less than 3.321929 of them. */
static inline int
power10_bits(int64 decimals)
{
	return (int) (Max(decimals, 0) * INT64CONST(3321929) / 1000000) + 1;
}

#endif							/* ABC_POWER10_H */
