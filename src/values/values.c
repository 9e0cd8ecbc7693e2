/*
 * values.c
 *		The values of one partition or group, kept compactly and in order of arrival.
 *
 * Form and scale only ever grow (key64, key128, wide; scale to the largest
 * displayed).  The values in mem are converted when they do, at most some forty
 * times however the values arrive; those already spilled keep their form, with
 * a note of it, and are converted when read.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "values/values_private.h"

#define INITIAL_CAPACITY	64		/* bytes; 100,000 groups start small */
#define SPILL_CAPACITY		(256 * 1024)	/* bytes buffered once a file exists */

#define SUM_BITS			127
#define LANES				4	/* of comparisons: each waits for the one before it in its lane */

/* An empty store, which takes no memory yet. */
void
values_init(ValueStore *store, ValueKind kind, MemoryContext mcxt)
{
	memset(store, 0, sizeof(*store));
	store->mcxt = mcxt;
	store->kind = kind;
	store->type = (NumberType) kind;
	store->form = FORM_KEY64;
}

void
values_init_numbers(ValueStore *store, NumberType type, MemoryContext mcxt)
{
	values_init(store, number_kind(type), mcxt);
	store->type = type;
}

/*
 * Memory and file
 */

static void
ensure_spill(ValueStore *store)
{
	Spill	   *spill = store->spill;

	if (spill != NULL)
		return;
	spill = MemoryContextAllocZero(store->mcxt, sizeof(Spill));
	spill->max_segments = 8;
	spill->segments = MemoryContextAlloc(store->mcxt, spill->max_segments * sizeof(Segment));
	spill->file = tempfile_create(store->mcxt);
	store->spill = spill;
}

/* The segment that takes up what is in mem: the last one of the file or a new one. */
static Segment *
segment_for_mem(ValueStore *store)
{
	Spill	   *spill = store->spill;
	Segment    *last = spill->nsegments > 1 ? &spill->segments[spill->nsegments - 1] : NULL;

	if (last != NULL && last->form == store->form && last->scale == store->scale)
		return last;
	if (spill->nsegments == spill->max_segments)
	{
		spill->max_segments *= 2;
		spill->segments = repalloc(spill->segments, spill->max_segments * sizeof(Segment));
	}
	last = &spill->segments[spill->nsegments++];
	memset(last, 0, sizeof(*last));
	last->form = store->form;
	last->scale = store->scale;
	return last;
}

/* Make mem empty: the first time it becomes the first segment, then it goes to the file. */
static void
spill_memory(ValueStore *store)
{
	u128		largest = u128_of(0);
	Segment    *segment;

	if (store->used == 0)
		return;
	ensure_spill(store);
	if (store->kind != VALUE_FLOAT8 && store->form != FORM_WIDE)
		largest = values_largest_magnitude(store->form, store->mem, store->used);

	segment = segment_for_mem(store);
	if (store->spill->nsegments == 1)
	{
		segment->memory = store->mem;
		store->mem = NULL;
		store->capacity = 0;
	}
	else
	{
		if (!tempfile_is_open(store->spill->file))
			tempfile_open(store->spill->file);
		tempfile_append(store->spill->file, store->mem, store->used);
	}
	segment->size += store->used;
	if (u128_lt(segment->largest, largest))
		segment->largest = largest;
	store->used = 0;
}

/* Have mem and nothing else, as before the first spill. */
static void
forget_spill(ValueStore *store)
{
	Spill	   *spill = store->spill;

	if (store->mem != NULL)
		pfree(store->mem);
	store->mem = spill->segments[0].memory;
	store->capacity = spill->segments[0].size;
	spill->nsegments = 0;
	tempfile_close(spill->file);
}

/* Forget the values, keep the memory for the next ones. */
void
values_clear(ValueStore *store)
{
	store->form = FORM_KEY64;
	store->scale = 0;
	store->nrows = 0;
	store->used = 0;
	if (is_spilled(store))
		forget_spill(store);
}

/* In bytes: the limit of the store, or work_mem. */
Size
values_memory(const ValueStore *store)
{
	return store->limit > 0 ? store->limit : (Size) work_mem * 1024;
}

/* Make room for size more bytes: in memory up to work_mem, then by spilling. */
void
values_make_room(ValueStore *store, Size size)
{
	Size		limit = values_memory(store);
	Size		wanted;

	if (store->used + size <= store->capacity)
		return;
	if (is_spilled(store))
		limit = Min(limit, SPILL_CAPACITY);

	wanted = Max(store->capacity * 2, Max(INITIAL_CAPACITY, size));
	if (wanted > limit && store->used > 0)
	{
		CHECK_FOR_INTERRUPTS();
		wanted = Max(Min(store->capacity, SPILL_CAPACITY), size);
		spill_memory(store);
	}
	else
		while (wanted < store->used + size)
			wanted *= 2;

	if (store->mem == NULL)
		store->mem = MemoryContextAllocHuge(store->mcxt, wanted);
	else if (wanted != store->capacity)
		store->mem = repalloc_huge(store->mem, wanted);
	store->capacity = wanted;
}

/*
 * No more than its limit; a store that gets more values than expected grows as
 * any other.
 */
void
values_expect(ValueStore *store, int64 nrows)
{
	values_make_room(store, Min(nrows * form_width(store->form), values_memory(store)));
}

/*
 * Growing form and scale
 */

/* The largest magnitude of all decimals in the store, at the store's scale. */
static bool
store_largest(ValueStore *store, u128 *largest, int scale)
{
	Spill	   *spill = store->spill;

	*largest = values_largest_magnitude(store->form, store->mem, store->used);
	if (!decimal_rescale(largest, scale - store->scale))
		return false;
	if (is_spilled(store))
	{
		for (int i = 0; i < spill->nsegments; i++)
		{
			u128		m = spill->segments[i].largest;

			if (!decimal_rescale(&m, scale - spill->segments[i].scale))
				return false;
			if (u128_lt(*largest, m))
				*largest = m;
		}
	}
	return true;
}

/* Convert the keys in memory to another form and scale, which fit. */
static void
convert_memory(ValueStore *store, ValueForm form, int scale)
{
	int64		n = store->used / form_width(store->form);
	int			power = scale - store->scale;

	if (form != store->form)
	{
		Size		capacity = Max(n * form_width(form), INITIAL_CAPACITY);
		char	   *mem = MemoryContextAllocHuge(store->mcxt, capacity);

		values_convert_keys(mem, form, store->mem, store->form, n, power);
		if (store->mem != NULL)
			pfree(store->mem);
		store->mem = mem;
		store->capacity = capacity;
	}
	else
		values_convert_keys(store->mem, form, store->mem, form, n, power);
	store->form = form;
	store->scale = scale;
	store->used = n * form_width(form);
}

static void
append_wide(ValueStore *store, Datum value, bool isnull)
{
	struct varlena *numeric = isnull ? NULL : PG_DETOAST_DATUM(value);
	Size		size = isnull ? 0 : MAXALIGN(VARSIZE(numeric));
	Size		record = offsetof(WideValue, numeric) + size;
	WideValue  *w;

	values_make_room(store, record);
	w = (WideValue *) (store->mem + store->used);
	w->size = size;
	if (!isnull)
	{
		memset(w->numeric, 0, size);
		memcpy(w->numeric, numeric, VARSIZE(numeric));
		if ((Pointer) numeric != DatumGetPointer(value))
			pfree(numeric);
	}
	store->used += record;
	store->nrows++;
}

/* Turn keys into the numerics they stand for. */
static void
widen(ValueStore *store)
{
	ValueStore	old = *store;
	ValueReader reader;
	const void *block;
	int64		n;

	Assert(store->kind != VALUE_FLOAT8 && store->form != FORM_WIDE);
	values_init_numbers(store, old.type, old.mcxt);
	store->form = FORM_WIDE;
	store->scale = old.scale;
	store->limit = old.limit;

	values_read(&reader, &old);
	while ((block = values_next_block(&reader, &n)) != NULL)
	{
		for (int64 i = 0; i < n; i++)
		{
			const char *at = (const char *) block + i * form_width(old.form);
			u128		magnitude;
			bool		negative;
			Numeric		numeric;

			if (values_is_null(old.form, at))
			{
				append_wide(store, (Datum) 0, true);
				continue;
			}
			negative = key_split(old.form, at, &magnitude);
			numeric = decimal_make(negative, magnitude, old.scale);
			append_wide(store, NumericGetDatum(numeric), false);
			pfree(numeric);
		}
	}
	values_read_end(&reader);

	if (is_spilled(&old))
		forget_spill(&old);
	if (old.mem != NULL)
		pfree(old.mem);
}

/*
 * Raise the store's scale and form so that a magnitude at that scale has a
 * key; widens where there is none.
 */
static void
raise_form(ValueStore *store, int scale, bool fits128, u128 magnitude)
{
	u128		largest;

	if (!fits128 || scale > MAX_KEY_SCALE || !store_largest(store, &largest, scale))
		widen(store);
	else
	{
		ValueForm	form = store->form;

		if (!fits_key64(largest) || !fits_key64(magnitude))
			form = FORM_KEY128;
		if (form != store->form || scale != store->scale)
			convert_memory(store, form, scale);
	}
	store->scale = scale;
}

/*
 * Appending
 */

static inline void
append_key128(ValueStore *store, bool negative, u128 magnitude)
{
	values_make_room(store, sizeof(u128));
	key_put(FORM_KEY128, store->mem + store->used, negative, magnitude);
	store->used += sizeof(u128);
	store->nrows++;
}

static inline void
append_decimal(ValueStore *store, bool negative, u128 magnitude)
{
	if (store->form == FORM_KEY64)
		values_append_key64(store, negative ? KEY64_ZERO - u128_lo(magnitude) :
							KEY64_ZERO + u128_lo(magnitude));
	else
		append_key128(store, negative, magnitude);
}

/* NULL takes the place of a value. */
void
values_append_null(ValueStore *store)
{
	if (store->form == FORM_WIDE)
		append_wide(store, (Datum) 0, true);
	else if (store->form == FORM_KEY64)
		values_append_key64(store, 0);
	else
	{
		values_make_room(store, sizeof(u128));
		memset(store->mem + store->used, 0, sizeof(u128));
		store->used += sizeof(u128);
		store->nrows++;
	}
}

/* The range stays as it is for n = 0 and for NaN alone. */
void
float8_range(const double *values, int n, double *low, double *high)
{
	double		lows[LANES];
	double		highs[LANES];
	int			i = 0;

	for (int lane = 0; lane < LANES; lane++)
	{
		lows[lane] = *low;
		highs[lane] = *high;
	}
	for (; i + LANES <= n; i += LANES)
		for (int lane = 0; lane < LANES; lane++)
		{
			lows[lane] = values[i + lane] < lows[lane] ? values[i + lane] : lows[lane];
			highs[lane] = values[i + lane] > highs[lane] ? values[i + lane] : highs[lane];
		}
	for (; i < n; i++)
	{
		lows[0] = values[i] < lows[0] ? values[i] : lows[0];
		highs[0] = values[i] > highs[0] ? values[i] : highs[0];
	}
	for (int lane = 0; lane < LANES; lane++)
	{
		*low = Min(*low, lows[lane]);
		*high = Max(*high, highs[lane]);
	}
}

/*
 * The store must be empty; its range is infinity to -infinity until a value
 * comes.
 */
void
values_keep_float8s(ValueStore *store)
{
	Assert(store->kind == VALUE_FLOAT8 && store->nrows == 0);
	store->form = FORM_FLOAT8;
	store->low = get_float8_infinity();
	store->high = -store->low;
}

/* Valid until the next call that appends. */
double *
values_float8_room(ValueStore *store, int n)
{
	values_make_room(store, n * sizeof(double));
	return (double *) (store->mem + store->used);
}

/* Finite values and NaN, which stands for NULL; infinity was refused before. */
void
values_append_from_room(ValueStore *store, int n)
{
	double	   *values = (double *) (store->mem + store->used);
	uint64	   *keys = (uint64 *) values;

	if (store->form == FORM_FLOAT8)
		float8_range(values, n, &store->low, &store->high);
	else
		for (int i = 0; i < n; i++)
			keys[i] = values[i] == values[i] ? float8_key(values[i]) : 0;
	store->used += n * sizeof(double);
	store->nrows += n;
}

/* Any bigint; the least one takes a wider key. */
void
values_append_int8(ValueStore *store, int64 value)
{
	bool		negative = value < 0;
	u128		magnitude = u128_of(negative ? -(uint64) value : (uint64) value);

	/* the key of the least bigint would be that of NULL */
	if (unlikely(store->form == FORM_KEY64 && !fits_key64(magnitude)))
		raise_form(store, 0, true, magnitude);
	append_decimal(store, negative, magnitude);
}

/* Any finite numeric; NaN and infinity are an error. */
void
values_append_numeric(ValueStore *store, Datum value)
{
	DecimalView view;
	u128		magnitude = u128_of(0);
	bool		fits;
	int			scale;

	decimal_view(value, &view);
	if (unlikely(!view.finite))
		value_refuse_nonfinite("value", VALUE_NUMERIC, value);
	scale = Max(store->scale, view.dscale);
	if (unlikely(store->form == FORM_WIDE))
	{
		store->scale = scale;
		append_wide(store, value, false);
		return;
	}

	fits = decimal_to_u128(&view, scale, &magnitude);
	if (unlikely(!fits || scale != store->scale ||
				 (store->form == FORM_KEY64 && !fits_key64(magnitude))))
	{
		raise_form(store, scale, fits, magnitude);
		if (store->form == FORM_WIDE)
		{
			append_wide(store, value, false);
			return;
		}
	}
	append_decimal(store, view.negative, magnitude);
}

static void
append_float4(ValueStore *store, float4 value)
{
	if (unlikely(value - value != 0))
		number_refuse_nonfinite("value", NUMBER_FLOAT4, Float4GetDatum(value));
	values_append_float8(store, value);
}

/* A value of the kind of the store, or NULL. */
void
values_append_smaller(ValueStore *store, Datum value)
{
	if (store->type == NUMBER_FLOAT4)
		append_float4(store, DatumGetFloat4(value));
	else if (store->type == NUMBER_INT4)
		values_append_int8(store, DatumGetInt32(value));
	else
		values_append_int8(store, DatumGetInt16(value));
}

/* An empty store, and one of NULLs alone, stay as they are. */
void
values_finish(ValueStore *store)
{
	u128		largest;
	int			bits;

	Assert(store->form != FORM_FLOAT8);
	if (store->form != FORM_KEY128)
		return;
	store_largest(store, &largest, store->scale);
	bits = Max(u128_bits(largest), 64);
	if (bits + pg_leftmost_one_pos64(store->nrows) + 1 > SUM_BITS)
		widen(store);
}
