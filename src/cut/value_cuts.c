/*
 * value_cuts.c
 *		Rule "value": the scheme's own cuts, brought into the type of the values.
 *
 * For floats a cut is the nearest of the type, or the next above it where the
 * cut must be exceeded; for integers and numerics the least value of the type
 * (of the largest scale read) that reaches or exceeds it.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/fmgrprotos.h"

#include "cut/cut.h"

/* The nearest of a type of floats; infinite beyond its range. */
static double
nearest_float(const AbcCut *given, NumberType type)
{
	Datum		x = NumericGetDatum(given->value);
	double		d = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, x));

	if (type == NUMBER_FLOAT8)
		return d;
	if (fabs(d) >= FLT_MIN && fabs(d) <= FLT_MAX)
		return DatumGetFloat4(DirectFunctionCall1(numeric_float4, x));	/* rounded once */
	return (float4) d;
}

static double
next_float(double d, NumberType type)
{
	return type == NUMBER_FLOAT4 ? nextafterf((float4) d, HUGE_VALF) : nextafter(d, HUGE_VAL);
}

static void
value_cut_float(CutPoint *cut, const AbcCut *given, NumberType type)
{
	double		largest = type == NUMBER_FLOAT4 ? FLT_MAX : DBL_MAX;
	double		d = nearest_float(given, type);

	if (d < -largest)
		d = -largest;			/* every value lies above the cut */
	else if (given->above)
		d = next_float(d, type);
	if (d > largest)
		return;
	cut->reached = cut->given = true;
	cut->key = u128_of(float8_key(d));
	cut->value = Float8GetDatum(d + 0.0);	/* -0 becomes 0 */
}

/* A numeric displayed with at least scale decimals, as far as numeric can. */
static Datum
with_scale(Datum x, int scale)
{
	if (scale > NUMERIC_MAX_RESULT_SCALE)
		return x;
	return DirectFunctionCall2(numeric_round, x, Int32GetDatum(scale));
}

/* The least multiple of 10^-scale that is no less than x, or above x. */
static Datum
next_decimal(Datum x, int scale, bool above)
{
	Datum		t = DirectFunctionCall2(numeric_trunc, x, Int32GetDatum(scale));
	Datum		unit = NumericGetDatum(decimal_make(false, u128_of(1), Min(scale, MAX_KEY_SCALE)));

	if (scale > MAX_KEY_SCALE)
		unit = DirectFunctionCall3(numeric_in,
								   CStringGetDatum(psprintf("1e-%d", scale)),
								   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	if (value_below(VALUE_NUMERIC, t, x) || (above && !value_below(VALUE_NUMERIC, x, t)))
		t = DirectFunctionCall2(numeric_add, t, unit);
	return t;
}

/* The key of a decimal with the store's scale; beyond all keys not reached, or the least. */
static void
value_cut_key(CutPoint *cut, const ValueStore *store, Datum x)
{
	DecimalView view;
	u128		magnitude;
	bool		narrow = store->form == FORM_KEY64;
	bool		fits;

	decimal_view(x, &view);
	fits = decimal_to_u128(&view, store->scale, &magnitude) &&
		(!narrow || (u128_hi(magnitude) == 0 && (u128_lo(magnitude) >> 63) == 0));
	cut->reached = fits || view.negative;
	if (!fits)
		cut->key = u128_of(1);
	else if (narrow)
		cut->key = u128_of(view.negative ? KEY64_ZERO - u128_lo(magnitude) : KEY64_ZERO + u128_lo(magnitude));
	else
		cut->key = key128_of_decimal(view.negative, magnitude);
}

/* The least and the largest value of a type of integers. */
static int64
least_integer(NumberType type)
{
	return type == NUMBER_INT2 ? PG_INT16_MIN : type == NUMBER_INT4 ? PG_INT32_MIN : PG_INT64_MIN;
}

static int64
largest_integer(NumberType type)
{
	return type == NUMBER_INT2 ? PG_INT16_MAX : type == NUMBER_INT4 ? PG_INT32_MAX : PG_INT64_MAX;
}

static void
value_cut_integer(CutPoint *cut, const ValueStore *store, const AbcCut *given)
{
	Datum		x = next_decimal(NumericGetDatum(given->value), 0, given->above);
	Datum		least = NumericGetDatum(int64_to_numeric(least_integer(store->type)));
	Datum		largest = NumericGetDatum(int64_to_numeric(largest_integer(store->type)));

	if (value_below(VALUE_NUMERIC, largest, x))
		return;
	if (value_below(VALUE_NUMERIC, x, least))
		x = least;
	value_cut_key(cut, store, x);
	cut->given = true;
	cut->value = DirectFunctionCall1(numeric_int8, x);
}

static void
value_cut_numeric(CutPoint *cut, const ValueStore *store, const AbcCut *given)
{
	Datum		x = NumericGetDatum(given->value);
	DecimalView view;
	int			scale;

	decimal_view(x, &view);
	scale = Max(store->scale, view.dscale);
	cut->value = with_scale(next_decimal(x, scale, given->above), scale);
	cut->given = true;
	cut->reached = true;
	if (store->form != FORM_WIDE)
		value_cut_key(cut, store, next_decimal(x, store->scale, given->above));
}

/*
 * Rounding the cuts into the type may turn their order around where one is
 * "more than" and the next above is not: ">5" means 6 among whole numbers, but
 * is no more than 5.5.  The tier between them is empty.
 */
static void
keep_falling(CutPoint *cut, const CutPoint *above, const ValueStore *store)
{
	bool		rises;

	if (store->kind == VALUE_NUMERIC)
		rises = value_below(VALUE_NUMERIC, above->value, cut->value);
	else
		rises = above->reached && (!cut->reached || u128_lt(above->key, cut->key));
	if (rises)
		*cut = *above;
}

void
cut_by_value(CutPoints *points, ValueStore *store, const AbcScheme *scheme)
{
	values_finish(store);
	memset(points, 0, sizeof(*points));
	points->ncuts = scheme->ncuts;
	for (int i = 0; i < scheme->ncuts; i++)
	{
		CutPoint   *cut = &points->cuts[i];

		if (store->kind == VALUE_FLOAT8)
			value_cut_float(cut, &scheme->cuts[i], store->type);
		else if (store->kind == VALUE_INT8)
			value_cut_integer(cut, store, &scheme->cuts[i]);
		else
			value_cut_numeric(cut, store, &scheme->cuts[i]);
		if (i > 0)
			keep_falling(cut, cut - 1, store);
	}
}

bool
cut_value(const CutPoint *cut, const ValueStore *store, Datum *value)
{
	if (cut->given)
		*value = cut->value;
	else if (cut->reached && store->form == FORM_WIDE)
		*value = with_scale(cut->value, store->scale);
	else if (cut->reached)
		*value = values_datum(store, cut->key);
	else
		return false;
	return true;
}
