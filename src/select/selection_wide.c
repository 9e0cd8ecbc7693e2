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
#include "utils/typcache.h"

#include "select/selection.h"

typedef struct WideSelection
{
	Tuplesortstate *sort;
	bool		by_value;
	int			scale;			/* one unit of the measure is 10^-scale */
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

static inline bool
takes_part(const Selection *selection, const DecimalView *view)
{
	return !selection->by_value || (!view->negative && view->ndigits > 0);
}

/* First pass: count, and learn how wide the values are. */
static void
survey_value(Selection *selection, WideSelection *wide, Datum value, int *bits)
{
	DecimalView view;

	decimal_view(value, &view);
	selection->nvalues++;
	if (view.negative)
	{
		selection->nnegative++;
		if (selection->least_numeric == (Datum) 0 ||
			DatumGetBool(DirectFunctionCall2(numeric_lt, value, selection->least_numeric)))
		{
			drop_value(selection->least_numeric);
			selection->least_numeric = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
		}
	}
	if (!takes_part(selection, &view))
		return;
	selection->nmembers++;
	if (selection->by_value)
		*bits = Max(*bits, decimal_bits(&view, wide->scale));
}

/* Second pass: add up and sort what takes part. */
static void
take_value(Selection *selection, WideSelection *wide, Datum value)
{
	DecimalView view;
	ValueGroup	one;

	decimal_view(value, &view);
	if (!takes_part(selection, &view))
		return;
	one.numeric = value;
	wide_add_rows(wide, &one, 1, selection->total);
	tuplesort_putdatum(wide->sort, value, false);
}

/* Step to the next group; false at the end. */
static bool
next_group(WideSelection *wide, const Selection *selection)
{
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
	wide_add_rows(wide, &group, wide->count, wide->after);
	return true;
}

WideSelection *
wide_begin(Selection *selection)
{
	WideSelection *wide = palloc0(sizeof(WideSelection));
	ValueStore *store = selection->store;
	TypeCacheEntry *type = lookup_type_cache(NUMERICOID, TYPECACHE_GT_OPR);
	int			bits = 0;
	int			nlimbs = 0;

	wide->by_value = selection->by_value;
	wide->scale = store->scale;
	wide->sort = tuplesort_begin_datum(NUMERICOID, type->gt_opr, InvalidOid, false,
									   work_mem, NULL, TUPLESORT_NONE);
	for (int pass = 1; pass <= 2; pass++)
	{
		ValueReader reader;
		const void *block;
		int64		size;

		values_read(&reader, store);
		while ((block = values_next_block(&reader, &size)) != NULL)
		{
			const WideValue *end = (const WideValue *) ((const char *) block + size);

			for (const WideValue *w = block; w < end; w = wide_next(w))
			{
				CHECK_FOR_INTERRUPTS();
				if (w->size == 0)
					continue;
				if (pass == 1)
					survey_value(selection, wide, wide_datum(w), &bits);
				else
					take_value(selection, wide, wide_datum(w));
			}
		}
		values_read_end(&reader);
		if (pass == 1)
		{
			nlimbs = exact_limbs_for(bits + 64) + 1;
			selection->total = exact_create(nlimbs);
			wide->weight = exact_create(nlimbs);
		}
	}
	tuplesort_performsort(wide->sort);

	wide->before = exact_create(nlimbs);
	wide->after = exact_create(nlimbs);
	wide->ahead = next_value(wide);
	return wide;
}

void
wide_end(WideSelection *wide)
{
	tuplesort_end(wide->sort);
	drop_value(wide->above);
	drop_value(wide->value);
	drop_value(wide->ahead);
	pfree(wide->weight);
	pfree(wide->before);
	pfree(wide->after);
	pfree(wide);
}

void
wide_add_rows(const WideSelection *wide, const ValueGroup *group, int64 n, ExactSum *sum)
{
	DecimalView view;

	if (!wide->by_value)
	{
		exact_add_shifted(sum, u128_of(n), 0);
		return;
	}
	decimal_view(group->numeric, &view);
	decimal_to_exact(&view, wide->scale, wide->weight);
	exact_add_multiple(sum, wide->weight, n);
}

/* The group after the one the walk stands on. */
bool
wide_next_group(Selection *selection, ValueGroup *group)
{
	WideSelection *wide = selection->wide;

	if (!next_group(wide, selection))
		return false;
	group->numeric = wide->value;
	group->count = wide->count;
	return true;
}

bool
wide_locate(Selection *selection, const ExactSum *target, ValueGroup *group)
{
	WideSelection *wide = selection->wide;

	while (wide->value == (Datum) 0 || exact_cmp(wide->after, target) < 0)
		if (!next_group(wide, selection))
			return false;
	group->numeric = wide->value;
	group->count = wide->count;
	exact_copy(group->before, wide->before);
	return true;
}

/* A copy of the value of the group before the one located last. */
bool
wide_next_above(const WideSelection *wide, Datum *numeric)
{
	if (wide->above == (Datum) 0)
		return false;
	*numeric = PointerGetDatum(PG_DETOAST_DATUM_COPY(wide->above));
	return true;
}

/* The least value; the walk goes on to the end. */
bool
wide_least(Selection *selection, Datum *numeric)
{
	WideSelection *wide = selection->wide;

	while (next_group(wide, selection))
		;
	if (wide->value == (Datum) 0)
		return false;
	*numeric = PointerGetDatum(PG_DETOAST_DATUM_COPY(wide->value));
	return true;
}
