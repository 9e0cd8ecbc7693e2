/*
 * points.c
 *		Points by a score map: abc_points.
 *
 * abc_points(value, breaks, points [, mode]) reads a ladder: breaks rise, and
 * each has its points.
 *
 *	step	(the default) the points of the last break that the value reaches, as
 *			steps closed on the left; below the first break 0
 *	linear	between two breaks on the straight line from one break's points to
 *			the next's, (1 - t) * p + t * q with t = (value - b) / (c - b); below
 *			the first and above the last break their points
 *
 * abc_points(key, keys, points [, otherwise]) gives a discrete attribute the
 * points of its key; any other key gets otherwise, 0 if left out.  Keys are
 * compared by bytes.
 *
 *	value, key	NULL gives NULL; NaN and infinity are errors
 *	breaks, keys, points	one dimension, 1 to 1000 elements, as many of the one
 *				as of the other, without NULLs; NULL arrays give NULL
 *	breaks		finite and rising; points finite, of any sign
 *	keys		no key twice
 *	otherwise	may be NULL
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "compat.h"
#include "values/values.h"

PG_FUNCTION_INFO_V1(abc_points);
PG_FUNCTION_INFO_V1(abc_points_text);

#define MAX_STEPS	1000

/* The arrays of the last call, checked and taken apart. */
typedef struct PointsCache
{
	MemoryContext mcxt;			/* of everything below */
	struct varlena *sources[2]; /* copies of the arrays; NULL: not filled */
	int			n;
	double	   *breaks;
	text	  **keys;			/* sorted by bytes */
	double	   *points;			/* of the breaks or keys in their order */
} PointsCache;

static Datum *
unpack_array(ArrayType *array, const char *what, int *n)
{
	Datum	   *elements;
	bool	   *nulls;

	if (ARR_NDIM(array) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 ARR_NDIM(array) == 0 ? errmsg("%s must not be an empty array", what) :
				 errmsg("%s must be a one-dimensional array, not one of %d dimensions", what,
						ARR_NDIM(array)),
				 errhint("Write, for example, abc_points(parcels, '{0,5000,20000}', '{0,3,6}').")));
	if (ARR_ELEMTYPE(array) == TEXTOID)
		deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, n);
	else
		value_array_split(VALUE_FLOAT8, array, &elements, &nulls, n);
	if (*n > MAX_STEPS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%d %s are too many", *n, what),
				 errhint("There may be at most %d; join a table of them instead.", MAX_STEPS)));
	for (int i = 0; i < *n; i++)
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("element %d of %s is NULL", i + 1, what),
					 errhint("Every step has its points.")));
	return elements;
}

static double *
unpack_numbers(ArrayType *array, const char *what, int *n)
{
	Datum	   *elements = unpack_array(array, what, n);
	double	   *numbers = palloc(*n * sizeof(double));

	for (int i = 0; i < *n; i++)
	{
		numbers[i] = DatumGetFloat8(elements[i]);
		if (numbers[i] - numbers[i] != 0.0)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("element %d of %s is not a finite number", i + 1, what),
					 errhint("There is no step at NaN or infinity.")));
	}
	return numbers;
}

static int
compare_text(const text *a, const text *b)
{
	Size		size_a = VARSIZE_ANY_EXHDR(a);
	Size		size_b = VARSIZE_ANY_EXHDR(b);
	int			order = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(size_a, size_b));

	return order != 0 ? order : (size_a > size_b) - (size_a < size_b);
}

/* Sort keys and their points by insertion: the arrays are short and read once. */
static void
sort_keys(PointsCache *cache)
{
	for (int i = 1; i < cache->n; i++)
	{
		text	   *key = cache->keys[i];
		double		points = cache->points[i];
		int			at = i;

		for (; at > 0 && compare_text(cache->keys[at - 1], key) > 0; at--)
		{
			cache->keys[at] = cache->keys[at - 1];
			cache->points[at] = cache->points[at - 1];
		}
		if (at > 0 && compare_text(cache->keys[at - 1], key) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("key \"%s\" appears twice", text_to_cstring(key)),
					 errhint("Give each key its points once.")));
		cache->keys[at] = key;
		cache->points[at] = points;
	}
}

static void
fill_cache(PointsCache *cache, ArrayType *steps, ArrayType *points)
{
	bool		by_key = ARR_ELEMTYPE(steps) == TEXTOID;
	const char *what = by_key ? "keys" : "breaks";
	int			npoints;

	cache->points = unpack_numbers(points, "points", &npoints);
	if (by_key)
	{
		Datum	   *elements = unpack_array(steps, what, &cache->n);

		cache->keys = palloc(cache->n * sizeof(text *));
		for (int i = 0; i < cache->n; i++)
			cache->keys[i] = DatumGetTextPP(elements[i]);
	}
	else
		cache->breaks = unpack_numbers(steps, what, &cache->n);
	if (npoints != cache->n)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("number of points, %d, differs from number of %s, %d", npoints, what, cache->n),
				 errhint("Each has its points.")));
	if (by_key)
		sort_keys(cache);
	else
		for (int i = 1; i < cache->n; i++)
			if (cache->breaks[i] <= cache->breaks[i - 1])
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("break %d, %g, is not above break %d, %g", i + 1, cache->breaks[i],
								i, cache->breaks[i - 1]),
						 errhint("Breaks rise from the first to the last.")));
}

static inline bool
same_array(const struct varlena *a, const struct varlena *b)
{
	return a != NULL && VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

/* The cache for these arrays, filled afresh if they are others than before. */
static const PointsCache *
points_cache(FunctionCallInfo fcinfo)
{
	PointsCache *cache = fcinfo->flinfo->fn_extra;
	struct varlena *arrays[2];
	struct varlena *copies[2];
	MemoryContext old;

	arrays[0] = PG_GETARG_VARLENA_P(1);
	arrays[1] = PG_GETARG_VARLENA_P(2);
	if (likely(cache != NULL && same_array(cache->sources[0], arrays[0]) &&
			   same_array(cache->sources[1], arrays[1])))
		return cache;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(PointsCache));
		cache->mcxt = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "abc_points",
											ALLOCSET_SMALL_SIZES);
		fcinfo->flinfo->fn_extra = cache;
	}
	cache->sources[0] = cache->sources[1] = NULL;
	MemoryContextReset(cache->mcxt);
	old = MemoryContextSwitchTo(cache->mcxt);
	for (int i = 0; i < 2; i++)
	{
		copies[i] = palloc(VARSIZE(arrays[i]));
		memcpy(copies[i], arrays[i], VARSIZE(arrays[i]));
	}
	fill_cache(cache, (ArrayType *) copies[0], (ArrayType *) copies[1]);
	cache->sources[0] = copies[0];
	cache->sources[1] = copies[1];
	MemoryContextSwitchTo(old);
	return cache;
}

/* Is the mode "linear"? */
static bool
mode_is_linear(text *mode)
{
	int			size = VARSIZE_ANY_EXHDR(mode);

	if (size == 4 && pg_strncasecmp(VARDATA_ANY(mode), "step", 4) == 0)
		return false;
	if (size == 6 && pg_strncasecmp(VARDATA_ANY(mode), "linear", 6) == 0)
		return true;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown mode \"%s\" of points", text_to_cstring(mode)),
			 errhint("Modes are step and linear.")));
}

/* The number of breaks that the value reaches. */
static int
breaks_reached(const PointsCache *cache, double value)
{
	int			low = 0;
	int			high = cache->n;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (value >= cache->breaks[middle])
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The points on the line from the first to the second break; never beyond theirs. */
static double
on_line(double value, const double *breaks, const double *points)
{
	double		width = breaks[1] - breaks[0];
	double		t;
	double		result;

	if (width - width == 0.0)
		t = (value - breaks[0]) / width;
	else
		t = (value / 2 - breaks[0] / 2) / (breaks[1] / 2 - breaks[0] / 2);
	result = (1 - t) * points[0] + t * points[1];
	return Max(Min(result, Max(points[0], points[1])), Min(points[0], points[1]));
}

Datum
abc_points(PG_FUNCTION_ARGS)
{
	double		value = PG_GETARG_FLOAT8(0);
	const PointsCache *cache = points_cache(fcinfo);
	bool		linear = mode_is_linear(PG_GETARG_TEXT_PP(3));
	int			reached;

	value_check_finite("value", value);
	reached = breaks_reached(cache, value);
	if (!linear)
		PG_RETURN_FLOAT8(reached == 0 ? 0 : cache->points[reached - 1]);
	if (reached == 0 || reached == cache->n)
		PG_RETURN_FLOAT8(cache->points[Max(reached - 1, 0)]);

	PG_RETURN_FLOAT8(on_line(value, &cache->breaks[reached - 1], &cache->points[reached - 1]));
}

Datum
abc_points_text(PG_FUNCTION_ARGS)
{
	const PointsCache *cache;
	text	   *key;
	int			low = 0;
	int			high;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	cache = points_cache(fcinfo);
	key = PG_GETARG_TEXT_PP(0);
	high = cache->n - 1;
	while (low <= high)
	{
		int			middle = (low + high) / 2;
		int			order = compare_text(key, cache->keys[middle]);

		if (order == 0)
			PG_RETURN_FLOAT8(cache->points[middle]);
		if (order < 0)
			high = middle - 1;
		else
			low = middle + 1;
	}
	if (PG_ARGISNULL(3))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(PG_GETARG_FLOAT8(3));
}
