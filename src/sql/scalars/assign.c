/*
 * assign.c
 *		The tier of a value, given cut-offs: abc_assign(value, cutoffs).
 *
 * The first tier whose cut-off is not NULL and no more than the value; if there
 * is none, the tier after the last cut-off.  Over the rows that the cut-offs
 * came from this is what abc_classify gives (under "negative drop", on the rows
 * that it keeps).
 *
 *	cutoffs		one dimension, 1 to 25 numbers that do not rise, NULLs at the head
 *				only: what abc_cutoffs returns; anything else is an error
 *	NULL		a NULL value or a NULL array gives NULL
 *	NaN, infinity	error, as value and as cut-off
 */
#include "postgres.h"

#include "cut/ranks.h"
#include "sql/argument.h"

PG_FUNCTION_INFO_V1(abc_assign_float8);
PG_FUNCTION_INFO_V1(abc_assign_int8);
PG_FUNCTION_INFO_V1(abc_assign_numeric);

#define CUTOFFS_HINT	\
	"Pass what abc_cutoffs returns: the smallest value of each tier but the last, for at most 26 tiers."

static const ArrayRule cutoffs_rule = {"cutoffs", ABC_MAX_CUTS, true, false, CUTOFFS_HINT};

/* The cut-offs of the last call. */
typedef struct GivenCutoffs
{
	KeptArguments kept;			/* the array */
	CutPoints	points;
	bool		keys128;		/* numeric: all cut-offs have keys */
	int			scale;			/* of these keys */
} GivenCutoffs;

/* Cut-offs do not rise; one that is NULL stands at the head. */
static void
check_cutoff(const GivenCutoffs *given, ValueKind kind, int i, Datum value, bool isnull)
{
	const CutPoint *above = i > 0 ? &given->points.cuts[i - 1] : NULL;

	if (isnull)
	{
		if (above != NULL && above->reached)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("cut-off %d is NULL after %s", i + 1, value_text(kind, above->value)),
					 errhint("Only the first cut-offs may be NULL: those of tiers that hold no row.")));
		return;
	}
	value_require_finite("cut-off", kind, value);
	if (above != NULL && above->reached && value_below(kind, above->value, value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cut-off %d, %s, is above cut-off %d, %s", i + 1, value_text(kind, value), i,
						value_text(kind, above->value)),
				 errhint("Cut-offs go from the best tier down and must not rise.")));
}

static inline uint64
key_of_int8(int64 value)
{
	return (uint64) value + KEY64_ZERO;
}

/* Keys of numeric cut-offs, at the largest of their scales. */
static void
make_keys128(GivenCutoffs *given)
{
	CutPoints  *points = &given->points;

	given->scale = 0;
	for (int i = 0; i < points->ncuts; i++)
	{
		DecimalView view;

		if (!points->cuts[i].reached)
			continue;
		decimal_view(points->cuts[i].value, &view);
		given->scale = Max(given->scale, view.dscale);
	}
	given->keys128 = true;
	for (int i = 0; i < points->ncuts && given->keys128; i++)
		if (points->cuts[i].reached)
			given->keys128 = key128_of_numeric(points->cuts[i].value, given->scale, &points->cuts[i].key);
}

static void
read_cutoffs(GivenCutoffs *given, ValueKind kind)
{
	CutPoints  *points = &given->points;
	Datum	   *values;
	bool	   *nulls;
	int			n;

	values = argument_array(&cutoffs_rule, (ArrayType *) given->kept.bytes[0], &nulls, &n);
	memset(points, 0, sizeof(*points));
	points->ncuts = n;
	for (int i = 0; i < n; i++)
	{
		CutPoint   *cut = &points->cuts[i];

		check_cutoff(given, kind, i, values[i], nulls[i]);
		cut->reached = !nulls[i];
		cut->value = values[i];
		if (kind == VALUE_FLOAT8 && !nulls[i])
			cut->key = u128_of(float8_key(DatumGetFloat8(values[i])));
		if (kind == VALUE_INT8 && !nulls[i])
			cut->key = u128_of(key_of_int8(DatumGetInt64(values[i])));
	}
	if (kind == VALUE_NUMERIC)
		make_keys128(given);
}

/* Another array than before. */
static pg_noinline const GivenCutoffs *
renew_cutoffs(FunctionCallInfo fcinfo, ValueKind kind, struct varlena *array)
{
	GivenCutoffs *given = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (given == NULL)
	{
		given = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(GivenCutoffs));
		kept_init(&given->kept, 1, fcinfo->flinfo->fn_mcxt);
		fcinfo->flinfo->fn_extra = given;
	}
	old = kept_renew(&given->kept, &array);
	read_cutoffs(given, kind);
	given->kept.valid = true;
	MemoryContextSwitchTo(old);
	return given;
}

/*
 * The cut-offs of this call's array, read afresh if it is another one than
 * before.  The array is compared as it comes: a subquery's has a short header,
 * and unpacking it for every row would cost more than the comparison.
 */
static inline const GivenCutoffs *
cutoffs_of_call(FunctionCallInfo fcinfo, ValueKind kind)
{
	const GivenCutoffs *given = fcinfo->flinfo->fn_extra;
	struct varlena *array = PG_GETARG_VARLENA_PP(1);

	if (likely(given != NULL && given->kept.valid && kept_holds(given->kept.bytes[0], array)))
		return given;
	return renew_cutoffs(fcinfo, kind, array);
}

/* abc_assign(float8, float8[]); also for real, smallint and integer. */
Datum
abc_assign_float8(PG_FUNCTION_ARGS)
{
	double		value = PG_GETARG_FLOAT8(0);
	const GivenCutoffs *given = cutoffs_of_call(fcinfo, VALUE_FLOAT8);

	value_check_finite("value", value);
	PG_RETURN_ABC_TIER(tier_of_rank(cut_rank_of_key64(&given->points, float8_key(value))));
}

/* abc_assign(bigint, bigint[]) */
Datum
abc_assign_int8(PG_FUNCTION_ARGS)
{
	const GivenCutoffs *given = cutoffs_of_call(fcinfo, VALUE_INT8);

	PG_RETURN_ABC_TIER(tier_of_rank(cut_rank_of_key64(&given->points, key_of_int8(PG_GETARG_INT64(0)))));
}

/* abc_assign(numeric, numeric[]) */
Datum
abc_assign_numeric(PG_FUNCTION_ARGS)
{
	Datum		value = PG_GETARG_DATUM(0);
	const GivenCutoffs *given = cutoffs_of_call(fcinfo, VALUE_NUMERIC);
	u128		key;

	if (likely(given->keys128 && key128_of_numeric(value, given->scale, &key)))
		PG_RETURN_ABC_TIER(tier_of_rank(cut_rank_of_key128(&given->points, key)));
	value_require_finite("value", VALUE_NUMERIC, value);
	PG_RETURN_ABC_TIER(tier_of_rank(cut_rank_of_numeric(&given->points, value)));
}
