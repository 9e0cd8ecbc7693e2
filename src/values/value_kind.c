/*
 * value_kind.c
 *		The types that values come in.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "arith/decimal.h"
#include "values/value_kind.h"

typedef struct TypeFacts
{
	ValueKind	kind;
	const char *name;
	Oid			type;
	int			length;
	bool		byval;
	char		align;
	PGFunction	out;
} TypeFacts;

static const TypeFacts facts[] = {
	[NUMBER_FLOAT8] = {VALUE_FLOAT8, "double precision", FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
		float8out},
	[NUMBER_INT8] = {VALUE_INT8, "bigint", INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, int8out},
	[NUMBER_NUMERIC] = {VALUE_NUMERIC, "numeric", NUMERICOID, -1, false, TYPALIGN_INT, numeric_out},
	[NUMBER_FLOAT4] = {VALUE_FLOAT8, "real", FLOAT4OID, sizeof(float4), true, TYPALIGN_INT, float4out},
	[NUMBER_INT4] = {VALUE_INT8, "integer", INT4OID, sizeof(int32), true, TYPALIGN_INT, int4out},
	[NUMBER_INT2] = {VALUE_INT8, "smallint", INT2OID, sizeof(int16), true, TYPALIGN_SHORT, int2out},
};

NumberType
number_type_of(Oid type)
{
	Oid			base = getBaseType(type);

	for (int i = 0; i < (int) lengthof(facts); i++)
		if (facts[i].type == base)
			return (NumberType) i;
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("values of type %s are not numbers", format_type_be(type)),
			 errhint("Cast them to one of smallint, integer, bigint, numeric, real and double precision.")));
}

ValueKind
number_kind(NumberType type)
{
	return facts[type].kind;
}

Datum
number_datum(NumberType type, Datum value)
{
	switch (type)
	{
		case NUMBER_FLOAT4:
			return Float4GetDatum((float4) DatumGetFloat8(value));
		case NUMBER_INT4:
			return Int32GetDatum((int32) DatumGetInt64(value));
		case NUMBER_INT2:
			return Int16GetDatum((int16) DatumGetInt64(value));
		default:
			return value;
	}
}

ArrayType *
number_array_make(NumberType type, Oid element, Datum *values, bool *nulls, int n)
{
	const TypeFacts *t = &facts[type];
	Datum	   *elements = palloc0(Max(n, 1) * sizeof(Datum));
	int			lbs[1] = {1};

	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			continue;
		elements[i] = number_datum(type, values[i]);
		if (element != t->type)
			domain_check(elements[i], false, element, NULL, NULL);
	}
	return construct_md_array(elements, nulls, 1, &n, lbs, element, t->length, t->byval, t->align);
}

const char *
value_kind_name(ValueKind kind)
{
	return facts[kind].name;
}

/* The value as its type writes it. */
char *
value_text(ValueKind kind, Datum value)
{
	return DatumGetCString(DirectFunctionCall1(facts[kind].out, value));
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
	return number_array_make((NumberType) kind, facts[kind].type, values, nulls, n);
}

/* The elements of an array of the kind. */
void
value_array_split(ValueKind kind, ArrayType *array, Datum **values, bool **nulls, int *n)
{
	const TypeFacts *t = &facts[kind];

	deconstruct_array(array, t->type, t->length, t->byval, t->align, values, nulls, n);
}

/* NaN or infinity: an error. */
void
value_refuse_nonfinite(const char *what, ValueKind kind, Datum value)
{
	number_refuse_nonfinite(what, (NumberType) kind, value);
}

void
number_refuse_nonfinite(const char *what, NumberType type, Datum value)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s \"%s\" of type %s is not finite", what,
					DatumGetCString(DirectFunctionCall1(facts[type].out, value)), facts[type].name),
			 errhint("Leave NaN and infinity out, or make them NULL.")));
}

void
value_require_finite(const char *what, ValueKind kind, Datum value)
{
	DecimalView view;

	if (kind == VALUE_FLOAT8)
		value_check_finite(what, DatumGetFloat8(value));
	if (kind != VALUE_NUMERIC)
		return;
	decimal_view(value, &view);
	if (!view.finite)
		value_refuse_nonfinite(what, VALUE_NUMERIC, value);
}
