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

/*
 * The types of numbers that SQL has: the kinds themselves, and the smaller types,
 * each kept as the kind that holds all of its values exactly.
 */
typedef enum NumberType
{
	NUMBER_FLOAT8 = VALUE_FLOAT8,
	NUMBER_INT8 = VALUE_INT8,
	NUMBER_NUMERIC = VALUE_NUMERIC,
	NUMBER_FLOAT4,
	NUMBER_INT4,
	NUMBER_INT2
} NumberType;

/* The number type of an SQL type or of a domain over it; any other is an error. */
extern NumberType number_type_of(Oid type);

/* The kind that a type is kept as. */
extern ValueKind number_kind(NumberType type);

/* A value of a type's kind as a value of the type, which holds it. */
extern Datum number_datum(NumberType type, Datum value);

/*
 * An array of values of a type's kind.  Element is the type itself or a domain
 * over it, whose constraints the values must meet.
 */
extern ArrayType *number_array_make(NumberType type, Oid element, Datum *values, bool *nulls, int n);

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
pg_noreturn extern void number_refuse_nonfinite(const char *what, NumberType type, Datum value);

/* The same error, unless the value is finite. */
extern void value_require_finite(const char *what, ValueKind kind, Datum value);

static inline void
value_check_finite(const char *what, double value)
{
	/* only NaN and the infinities minus themselves are not zero */
	if (unlikely(value - value != 0.0))
		value_refuse_nonfinite(what, VALUE_FLOAT8, Float8GetDatum(value));
}

#endif							/* ABC_VALUE_KIND_H */
