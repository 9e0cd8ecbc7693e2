/*
 * decimal.h
 *		Numerics as integers: the one reader of numeric's stored form.
 */
#ifndef ABC_DECIMAL_H
#define ABC_DECIMAL_H

#include "utils/numeric.h"

#include "arith/exact.h"

/* A look into a stored numeric; the digits stay where they are. */
typedef struct DecimalView
{
	bool		finite;			/* neither NaN nor infinity */
	bool		negative;
	int			dscale;			/* digits after the point, as displayed */
	int			weight;			/* of the first digit, in powers of 10000 */
	int			ndigits;		/* base-10000 digits stored */
	const char *digits;			/* int16 each, not aligned */
} DecimalView;

extern void decimal_view(Datum numeric, DecimalView *view);

/*
 * |value| * 10^scale, if that is a whole number below 2^127.
 */
extern bool decimal_to_u128(const DecimalView *view, int scale, u128 *magnitude);

/* magnitude *= 10^power; false (and unspecified magnitude) beyond 2^127. */
extern bool decimal_rescale(u128 *magnitude, int power);

/* Bits that |value| * 10^scale takes at most. */
extern int	decimal_bits(const DecimalView *view, int scale);

/* sum = |value| * 10^scale; scale is at least the value's own. */
extern void decimal_to_exact(const DecimalView *view, int scale, ExactSum *sum);

/* +-magnitude * 10^-scale, displayed with scale digits after the point. */
extern Numeric decimal_make(bool negative, u128 magnitude, int scale);

/* The same for a magnitude of any width, which is lost. */
extern Numeric decimal_make_exact(bool negative, ExactSum *magnitude, int scale);

/* magnitude * 10^-scale as the nearest float8, if one division is enough for it. */
extern bool decimal_scaled_to_float8(u128 magnitude, int scale, double *result);

/* The nearest float8; beyond its range an error. */
extern double decimal_to_float8(Datum numeric);

#endif							/* ABC_DECIMAL_H */
