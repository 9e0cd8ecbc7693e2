/*
 * selection_wide.c
 *		Selection over numerics that fit no 128-bit key.
 *
 * The slow exact path: PostgreSQL's own tuplesort puts the numerics in order,
 * largest first, and the measure is cumulated group by group in sums as wide
 * as it takes.  Numbers of this size are rare enough to pay for a sort.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/fmgrprotos.h"
#include "utils/tuplesort.h"
#include "utils/typcache.h"

#include "select/selection_private.h"

typedef struct WideSelection
{
	Tuplesortstate *sort;
	int			scale;			/* one unit of the measure is 10^-scale */
	int			bits;			/* of the largest value in that unit */
	ExactSum   *weight;			/* scratch: one value */
	Datum		above;			/* the value of the group before this one, or 0 */
	Datum		value;			/* the group the walk stands on, or 0 before the first */
	int64		count;
	ExactSum   *before;
	ExactSum   *after;
	Datum		ahead;			/* the first value after the group, or 0 at the end */
} WideSelection;

static inline bool
numeric_same(Datum a, Datum b)
{
	return DatumGetBool(DirectFunctionCall2(numeric_eq, a, b));
}

/* The next value in order, or 0. */
static Datum
next_value(WideSelection *wide)
{
	Datum		value;
	bool		isnull;

	CHECK_FOR_INTERRUPTS();
	if (!abc_tuplesort_getdatum(wide->sort, &value, &isnull))
		return (Datum) 0;
	return value;
}

static void
drop_value(Datum value)
{
	if (value != (Datum) 0)
		pfree(DatumGetPointer(value));
}

static inline Datum
copy_value(Datum value)
{
	return PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
}

static inline bool
takes_part(const Selection *selection, const DecimalView *view)
{
	return !selection->by_value || (!view->negative && view->ndigits > 0);
}

static void
wide_add_rows(const Selection *selection, const ValueGroup *group, int64 n, ExactSum *sum)
{
	const WideSelection *wide = selection->state;
	DecimalView view;

	if (!selection->by_value)
	{
		exact_add_shifted(sum, u128_of(n), 0);
		return;
	}
	decimal_view(group->numeric, &view);
	decimal_to_exact(&view, wide->scale, wide->weight);
	exact_add_multiple(sum, wide->weight, n);
}

/* First pass: count, and learn how wide the values are. */
static void
survey_value(Selection *selection, Datum value)
{
	WideSelection *wide = selection->state;
	DecimalView view;

	decimal_view(value, &view);
	selection->nvalues++;
	if (view.negative)
	{
		selection->nnegative++;
		if (selection->least_negative == (Datum) 0 ||
			value_below(VALUE_NUMERIC, value, selection->least_negative))
		{
			drop_value(selection->least_negative);
			selection->least_negative = copy_value(value);
		}
	}
	if (!takes_part(selection, &view))
		return;
	selection->nmembers++;
	if (selection->by_value)
		wide->bits = Max(wide->bits, decimal_bits(&view, wide->scale));
}

/* Second pass: add up and sort what takes part. */
static void
take_value(Selection *selection, Datum value)
{
	WideSelection *wide = selection->state;
	DecimalView view;
	ValueGroup	one;

	decimal_view(value, &view);
	if (!takes_part(selection, &view))
		return;
	one.numeric = value;
	wide_add_rows(selection, &one, 1, selection->total);
	tuplesort_putdatum(wide->sort, value, false);
}

/* Step to the next group; false at the end. */
static bool
next_group(const Selection *selection)
{
	WideSelection *wide = selection->state;
	ValueGroup	group;

	if (wide->ahead == (Datum) 0)
		return false;
	drop_value(wide->above);
	wide->above = wide->value;
	wide->value = wide->ahead;
	wide->count = 1;
	while ((wide->ahead = next_value(wide)) != (Datum) 0 &&
		   numeric_same(wide->ahead, wide->value))
	{
		drop_value(wide->ahead);
		wide->count++;
	}
	exact_copy(wide->before, wide->after);
	group.numeric = wide->value;
	wide_add_rows(selection, &group, wide->count, wide->after);
	return true;
}

static bool
wide_locate(Selection *selection, const ExactSum *target, ValueGroup *group)
{
	WideSelection *wide = selection->state;

	while (wide->value == (Datum) 0 || exact_cmp(wide->after, target) < 0)
		if (!next_group(selection))
			return false;
	group->numeric = copy_value(wide->value);	/* outlives the walk */
	group->count = wide->count;
	exact_copy(group->before, wide->before);
	return true;
}

/* A copy of the value of the group before the one located last. */
static bool
wide_next_above(Selection *selection, const ValueGroup *group, u128 *key, Datum *numeric)
{
	WideSelection *wide = selection->state;

	if (wide->above == (Datum) 0)
		return false;
	*numeric = copy_value(wide->above);
	return true;
}

/* The least value; the walk goes on to the end. */
static bool
wide_least(Selection *selection, u128 *key, Datum *numeric)
{
	WideSelection *wide = selection->state;

	while (next_group(selection))
		;
	if (wide->value == (Datum) 0)
		return false;
	*numeric = copy_value(wide->value);
	return true;
}

static bool
wide_walk(Selection *selection, GroupFunction function, void *arg)
{
	WideSelection *wide = selection->state;
	int64		before = 0;

	while (next_group(selection))
	{
		ValueGroup	group = {0};

		group.numeric = wide->value;
		group.count = wide->count;
		if (!function(selection, &group, before, arg))
			return false;
		before += group.count;
	}
	return true;
}

static void
wide_end(Selection *selection)
{
	WideSelection *wide = selection->state;

	tuplesort_end(wide->sort);
	drop_value(wide->above);
	drop_value(wide->value);
	drop_value(wide->ahead);
	pfree(wide->weight);
	pfree(wide->before);
	pfree(wide->after);
	pfree(wide);
}

static const SelectionMethods wide_methods = {
	.add_rows = wide_add_rows,
	.locate = wide_locate,
	.next_above = wide_next_above,
	.least = wide_least,
	.walk = wide_walk,
	.end = wide_end
};

/* Show every value that is not NULL to a pass. */
static void
read_values(Selection *selection, void (*pass) (Selection *selection, Datum value))
{
	ValueReader reader;
	const void *block;
	int64		size;

	values_read(&reader, selection->store);
	while ((block = values_next_block(&reader, &size)) != NULL)
	{
		const WideValue *end = (const WideValue *) ((const char *) block + size);

		for (const WideValue *w = block; w < end; w = wide_next(w))
		{
			CHECK_FOR_INTERRUPTS();
			if (w->size != 0)
				pass(selection, wide_datum(w));
		}
	}
	values_read_end(&reader);
}

void
wide_begin(Selection *selection)
{
	WideSelection *wide = palloc0(sizeof(WideSelection));
	TypeCacheEntry *type = lookup_type_cache(NUMERICOID, TYPECACHE_GT_OPR);
	int			nlimbs;

	selection->methods = &wide_methods;
	selection->state = wide;
	wide->scale = selection->store->scale;
	wide->sort = tuplesort_begin_datum(NUMERICOID, type->gt_opr, InvalidOid, false,
									   work_mem, NULL, TUPLESORT_NONE);
	read_values(selection, survey_value);
	nlimbs = exact_limbs_for(wide->bits + 64) + 1;
	selection->total = exact_create(nlimbs);
	wide->weight = exact_create(nlimbs);
	read_values(selection, take_value);
	tuplesort_performsort(wide->sort);

	wide->before = exact_create(nlimbs);
	wide->after = exact_create(nlimbs);
	wide->ahead = next_value(wide);
}
