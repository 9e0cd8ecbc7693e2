/*
 * float8.h
 *		The parts of a float8.
 *
 * A float8 is sign (1 bit), exponent field (11), fraction (52).  Its magnitude is
 * a whole number below 2^53, the mantissa, times 2^(field - FLOAT8_BIAS); field 0
 * stands for 1, with a mantissa that lacks the leading bit.
 */
#ifndef ABC_FLOAT8_H
#define ABC_FLOAT8_H

#include "compat.h"

#define FLOAT8_SIGN				(UINT64CONST(1) << 63)
#define FLOAT8_FRACTION_BITS	52
#define FLOAT8_LEADING_BIT		(UINT64CONST(1) << FLOAT8_FRACTION_BITS)
#define FLOAT8_BIAS				1075
#define FLOAT8_INFINITY			UINT64CONST(0x7FF0000000000000)	/* bits of infinity; finite ones are below */

static inline uint64
float8_bits(double value)
{
	union
	{
		double		f;
		uint64		bits;
	}			u;

	u.f = value;
	return u.bits;
}

static inline double
float8_of_bits(uint64 bits)
{
	union
	{
		double		f;
		uint64		bits;
	}			u;

	u.bits = bits;
	return u.f;
}

/* The field, at least 1: the exponent of the mantissa's unit is field - FLOAT8_BIAS. */
static inline int
float8_unit_field(uint64 bits)
{
	int			field = (int) ((bits & ~FLOAT8_SIGN) >> FLOAT8_FRACTION_BITS);

	return Max(field, 1);
}

static inline uint64
float8_mantissa_of_bits(uint64 bits)
{
	uint64		fraction = bits & (FLOAT8_LEADING_BIT - 1);

	return (bits & ~FLOAT8_SIGN) < FLOAT8_LEADING_BIT ? fraction : fraction | FLOAT8_LEADING_BIT;
}

/* Split a finite float8: |value| = mantissa * 2^exponent. */
static inline uint64
float8_split(double value, int *exponent, bool *negative)
{
	uint64		bits = float8_bits(value);

	*negative = (bits & FLOAT8_SIGN) != 0;
	*exponent = float8_unit_field(bits) - FLOAT8_BIAS;
	return float8_mantissa_of_bits(bits);
}

#endif							/* ABC_FLOAT8_H */
