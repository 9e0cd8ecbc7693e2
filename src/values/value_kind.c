/*
 * value_kind.c
 *		The types that values come in.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/fmgrprotos.h"

#include "values/value_kind.h"

typedef struct KindType
{
	const char *name;
	Oid			type;
	int			length;
	bool		byval;
	char		align;
	PGFunction	out;
} KindType;

static const KindType kind_types[] = {
	[VALUE_FLOAT8] = {"double precision", FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, float8out},
	[VALUE_INT8] = {"bigint", INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, int8out},
	[VALUE_NUMERIC] = {"numeric", NUMERICOID, -1, false, TYPALIGN_INT, numeric_out},
};

const char *
value_kind_name(ValueKind kind)
{
	return kind_types[kind].name;
}

/* The value as its type writes it. */
char *
value_text(ValueKind kind, Datum value)
{
	return DatumGetCString(DirectFunctionCall1(kind_types[kind].out, value));
}

/* a < b, as the type compares. */
bool
value_below(ValueKind kind, Datum a, Datum b)
{
	switch (kind)
	{
		case VALUE_FLOAT8:
			return DatumGetFloat8(a) < DatumGetFloat8(b);
		case VALUE_INT8:
			return DatumGetInt64(a) < DatumGetInt64(b);
		default:
			return DatumGetBool(DirectFunctionCall2(numeric_lt, a, b));
	}
}

/* An array of n values; where nulls says so, NULL. */
ArrayType *
value_array_make(ValueKind kind, Datum *values, bool *nulls, int n)
{
	const KindType *t = &kind_types[kind];
	int			lbs[1] = {1};

	return construct_md_array(values, nulls, 1, &n, lbs, t->type, t->length, t->byval, t->align);
}

/* The elements of an array of the kind. */
void
value_array_split(ValueKind kind, ArrayType *array, Datum **values, bool **nulls, int *n)
{
	const KindType *t = &kind_types[kind];

	deconstruct_array(array, t->type, t->length, t->byval, t->align, values, nulls, n);
}

/* NaN or infinity: an error. */
void
value_refuse_nonfinite(const char *what, ValueKind kind, Datum value)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s \"%s\" of type %s is not finite", what, value_text(kind, value),
					value_kind_name(kind)),
			 errhint("Leave NaN and infinity out, with WHERE or FILTER, or make them NULL, with NULLIF.")));
}
