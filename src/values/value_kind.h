/*
 * value_kind.h
 *		The types that values come in.
 */
#ifndef ABC_VALUE_KIND_H
#define ABC_VALUE_KIND_H

#include "utils/array.h"

#include "compat.h"

typedef enum ValueKind
{
	VALUE_FLOAT8,
	VALUE_INT8,
	VALUE_NUMERIC
} ValueKind;

/* The type as SQL spells it. */
extern const char *value_kind_name(ValueKind kind);

extern char *value_text(ValueKind kind, Datum value);
extern bool value_below(ValueKind kind, Datum a, Datum b);

/* One-dimensional arrays. */
extern ArrayType *value_array_make(ValueKind kind, Datum *values, bool *nulls, int n);
extern void value_array_split(ValueKind kind, ArrayType *array, Datum **values, bool **nulls,
							  int *n);

/* An error that names the value as what it is: "value", "weight", "cut-off". */
pg_noreturn extern void value_refuse_nonfinite(const char *what, ValueKind kind, Datum value);

static inline void
value_check_finite(const char *what, double value)
{
	/* only NaN and the infinities minus themselves are not zero */
	if (unlikely(value - value != 0.0))
		value_refuse_nonfinite(what, VALUE_FLOAT8, Float8GetDatum(value));
}

#endif							/* ABC_VALUE_KIND_H */
