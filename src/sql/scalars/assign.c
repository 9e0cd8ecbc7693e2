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

#include "utils/array.h"

#include "scheme/scheme.h"
#include "values/values.h"

PG_FUNCTION_INFO_V1(abc_assign_float8);
PG_FUNCTION_INFO_V1(abc_assign_int8);
PG_FUNCTION_INFO_V1(abc_assign_numeric);

/* The array of the last call, checked and taken apart. */
typedef struct AssignCache
{
	ArrayType  *array;			/* a copy */
	int			ncutoffs;		/* NULLs included */
	int			nnulls;			/* at the head */
	Datum		cutoffs[ABC_MAX_CUTS];	/* the others, from the head of this array */
	bool		has_keys;		/* numeric: all cut-offs have keys */
	int			scale;			/* of the keys */
	u128		keys[ABC_MAX_CUTS];
} AssignCache;

static void
check_finite(const char *what, ValueKind kind, Datum value)
{
	DecimalView view;

	if (kind == VALUE_FLOAT8)
		value_check_finite(what, DatumGetFloat8(value));
	if (kind == VALUE_NUMERIC)
	{
		decimal_view(value, &view);
		if (!view.finite)
			value_refuse_nonfinite(what, VALUE_NUMERIC, value);
	}
}

static void
unpack_array(ArrayType *array, ValueKind kind, Datum **elements, bool **nulls, int *n)
{
	if (ARR_NDIM(array) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 ARR_NDIM(array) == 0 ? errmsg("cut-offs must not be an empty array") :
				 errmsg("cut-offs must be a one-dimensional array, not one of %d dimensions",
						ARR_NDIM(array)),
				 errhint("Pass what abc_cutoffs returns: the smallest value of each tier but the last.")));
	value_array_split(kind, array, elements, nulls, n);
	if (*n > ABC_MAX_CUTS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%d cut-offs are too many", *n),
				 errhint("There are at most %d, for tiers A to Z.", ABC_MAX_CUTS)));
}

/* Take a copy of the array apart, or raise an error that says what is wrong. */
static void
fill_cache(AssignCache *cache, ArrayType *array, ValueKind kind)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	unpack_array(array, kind, &elements, &nulls, &n);
	cache->ncutoffs = n;
	cache->nnulls = 0;
	while (cache->nnulls < n && nulls[cache->nnulls])
		cache->nnulls++;
	for (int i = cache->nnulls; i < n; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("cut-off %d is NULL after %s", i + 1, value_text(kind, elements[i - 1])),
					 errhint("Only the first cut-offs may be NULL: those of tiers that hold no row.")));
		check_finite("cut-off", kind, elements[i]);
		if (i > cache->nnulls && value_below(kind, elements[i - 1], elements[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("cut-off %d, %s, is above cut-off %d, %s", i + 1,
							value_text(kind, elements[i]), i, value_text(kind, elements[i - 1])),
					 errhint("Cut-offs go from the best tier down and must not rise.")));
		cache->cutoffs[i - cache->nnulls] = elements[i];
	}
	pfree(elements);
	pfree(nulls);
}

static bool
numeric_key(Datum value, int scale, u128 *key)
{
	DecimalView view;
	u128		magnitude;

	decimal_view(value, &view);
	if (!view.finite || !decimal_to_u128(&view, scale, &magnitude))
		return false;
	*key = view.negative ? u128_sub(KEY128_ZERO, magnitude) : u128_add(KEY128_ZERO, magnitude);
	return true;
}

/* Keys of numeric cut-offs, at the largest of their scales. */
static void
fill_keys(AssignCache *cache)
{
	int			n = cache->ncutoffs - cache->nnulls;

	cache->scale = 0;
	for (int i = 0; i < n; i++)
	{
		DecimalView view;

		decimal_view(cache->cutoffs[i], &view);
		cache->scale = Max(cache->scale, view.dscale);
	}
	cache->has_keys = true;
	for (int i = 0; i < n && cache->has_keys; i++)
		cache->has_keys = numeric_key(cache->cutoffs[i], cache->scale, &cache->keys[i]);
}

/*
 * The cache for this array, filled afresh if it is another one than before.
 * The array is compared as it comes: a subquery's has a short header, and
 * unpacking it for every row would cost more than the comparison.
 */
static const AssignCache *
assign_cache(FunctionCallInfo fcinfo, ValueKind kind)
{
	AssignCache *cache = fcinfo->flinfo->fn_extra;
	struct varlena *given = PG_GETARG_VARLENA_PP(1);
	Size		size = VARSIZE_ANY_EXHDR(given);
	ArrayType  *array;
	ArrayType  *copy;

	if (likely(cache != NULL && cache->array != NULL && VARSIZE(cache->array) - VARHDRSZ == size &&
			   memcmp(VARDATA(cache->array), VARDATA_ANY(given), size) == 0))
		return cache;

	if (cache == NULL)
		fcinfo->flinfo->fn_extra = cache =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(AssignCache));
	else if (cache->array != NULL)
	{
		pfree(cache->array);
		cache->array = NULL;
	}
	array = PG_GETARG_ARRAYTYPE_P(1);
	copy = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, VARSIZE(array));
	memcpy(copy, array, VARSIZE(array));
	fill_cache(cache, copy, kind);
	if (kind == VALUE_NUMERIC)
		fill_keys(cache);
	cache->array = copy;
	return cache;
}

Datum
abc_assign_float8(PG_FUNCTION_ARGS)
{
	double		value = PG_GETARG_FLOAT8(0);
	const AssignCache *cache = assign_cache(fcinfo, VALUE_FLOAT8);
	int			rank = cache->nnulls;

	value_check_finite("value", value);
	while (rank < cache->ncutoffs && value < DatumGetFloat8(cache->cutoffs[rank - cache->nnulls]))
		rank++;
	PG_RETURN_ABC_TIER(tier_of_rank(rank));
}

Datum
abc_assign_int8(PG_FUNCTION_ARGS)
{
	int64		value = PG_GETARG_INT64(0);
	const AssignCache *cache = assign_cache(fcinfo, VALUE_INT8);
	int			rank = cache->nnulls;

	while (rank < cache->ncutoffs && value < DatumGetInt64(cache->cutoffs[rank - cache->nnulls]))
		rank++;
	PG_RETURN_ABC_TIER(tier_of_rank(rank));
}

Datum
abc_assign_numeric(PG_FUNCTION_ARGS)
{
	Datum		value = PG_GETARG_DATUM(0);
	const AssignCache *cache = assign_cache(fcinfo, VALUE_NUMERIC);
	int			rank = cache->nnulls;
	u128		key;

	if (likely(cache->has_keys && numeric_key(value, cache->scale, &key)))
	{
		while (rank < cache->ncutoffs && u128_lt(key, cache->keys[rank - cache->nnulls]))
			rank++;
		PG_RETURN_ABC_TIER(tier_of_rank(rank));
	}

	check_finite("value", VALUE_NUMERIC, value);
	while (rank < cache->ncutoffs &&
		   value_below(VALUE_NUMERIC, value, cache->cutoffs[rank - cache->nnulls]))
		rank++;
	PG_RETURN_ABC_TIER(tier_of_rank(rank));
}
