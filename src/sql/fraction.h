/*
 * fraction.h
 *		A share or fraction that SQL gives as a float8.
 */
#ifndef ABC_FRACTION_H
#define ABC_FRACTION_H

#include "compat.h"

/* The fraction 0 < f <= 1 as num / den; others are an error that calls it "what". */
extern void fraction_of_float8(double f, const char *what, uint64 *num, uint64 *den);

/* ceil(n * f), n not negative. */
extern int64 fraction_of_rows(double f, const char *what, int64 n);

#endif							/* ABC_FRACTION_H */
