/*
 * values.c
 *		The values of one partition or group, kept compactly and in order of arrival.
 *
 * Form and scale only ever grow (key64, key128, wide; scale to the largest
 * displayed).  What is in memory is converted when they do, at most some forty
 * times however the values arrive; what is already in the file keeps its form,
 * with a note of it, and is converted when read.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "tempfile.h"
#include "values.h"

#define INITIAL_CAPACITY	64		/* bytes; 100,000 groups start small */
#define SPILL_CAPACITY		(256 * 1024)	/* bytes buffered once a file exists */
#define READ_BLOCK			(64 * 1024) /* bytes read from the file at once */
#define MEMORY_BLOCK		(1024 * 1024)	/* bytes of memory between two interrupt checks */

#define SUM_BITS			127

/* A run of values in the file that have one form and scale. */
typedef struct Segment
{
	ValueForm	form;
	int			scale;
	Size		size;			/* bytes */
	u128		largest;		/* largest magnitude; keys of decimals only */
} Segment;

/* The older values of a store, in a temporary file. */
typedef struct Spill
{
	TempFile   *file;
	int			nsegments;
	int			max_segments;
	Segment    *segments;
} Spill;

static inline Size
form_width(ValueForm form)
{
	return form == FORM_KEY64 ? sizeof(uint64) : sizeof(u128);
}

static inline bool
is_spilled(const ValueStore *store)
{
	return store->spill != NULL && tempfile_is_open(store->spill->file);
}

void
values_init(ValueStore *store, ValueKind kind, MemoryContext mcxt)
{
	memset(store, 0, sizeof(*store));
	store->mcxt = mcxt;
	store->kind = kind;
	store->form = FORM_KEY64;
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
	{
		tempfile_close(store->spill->file);
		store->spill->nsegments = 0;
	}
}

void
values_refuse_nonfinite(ValueKind kind, Datum value)
{
	char	   *text = DatumGetCString(kind == VALUE_FLOAT8 ?
									   DirectFunctionCall1(float8out, value) :
									   DirectFunctionCall1(numeric_out, value));

	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("value \"%s\" has no place among shares and ranks", text),
			 errhint("Values must be finite: leave NaN and infinity out with WHERE or FILTER, or make them NULL with NULLIF.")));
}

/*
 * Keys of decimals
 */

/* Sign and magnitude of a key; not for NULL. */
static inline bool
key_split(ValueForm form, const char *at, u128 *magnitude)
{
	u128		key = form == FORM_KEY64 ? key128_of_key64(*(const uint64 *) at) : *(const u128 *) at;
	bool		negative = u128_lt(key, KEY128_ZERO);

	*magnitude = negative ? u128_sub(KEY128_ZERO, key) : u128_sub(key, KEY128_ZERO);
	return negative;
}

static inline bool
key_is_null(ValueForm form, const char *at)
{
	return form == FORM_KEY64 ? *(const uint64 *) at == 0 : u128_eq(*(const u128 *) at, u128_of(0));
}

static inline bool
fits_key64(u128 magnitude)
{
	return u128_hi(magnitude) == 0 && (u128_lo(magnitude) >> 63) == 0;
}

static inline void
key_put(ValueForm form, char *at, bool negative, u128 magnitude)
{
	u128		key = negative ? u128_sub(KEY128_ZERO, magnitude) : u128_add(KEY128_ZERO, magnitude);

	if (form == FORM_KEY64)
		*(uint64 *) at = u128_lo(u128_sub(key, u128_sub(KEY128_ZERO, u128_of(KEY64_ZERO))));
	else
		*(u128 *) at = key;
}

static u128
largest_magnitude(ValueForm form, const char *keys, Size size)
{
	Size		width = form_width(form);
	u128		largest = u128_of(0);

	for (Size i = 0; i < size; i += width)
	{
		u128		magnitude;

		if (key_is_null(form, keys + i))
			continue;
		key_split(form, keys + i, &magnitude);
		if (u128_lt(largest, magnitude))
			largest = magnitude;
	}
	return largest;
}

/* Convert n keys of decimals; every one is known to fit. */
static void
convert_keys(char *to, ValueForm to_form, const char *from, ValueForm from_form, int64 n, int power)
{
	for (int64 i = 0; i < n; i++)
	{
		char	   *out = to + i * form_width(to_form);
		const char *in = from + i * form_width(from_form);
		u128		magnitude;
		bool		negative;

		if (key_is_null(from_form, in))
		{
			memset(out, 0, form_width(to_form));
			continue;
		}
		negative = key_split(from_form, in, &magnitude);
		if (power > 0)
			decimal_rescale(&magnitude, power);
		key_put(to_form, out, negative, magnitude);
	}
}

/*
 * Memory and file
 */

static void
ensure_spill(ValueStore *store)
{
	Spill	   *spill = store->spill;

	if (spill == NULL)
	{
		spill = MemoryContextAllocZero(store->mcxt, sizeof(Spill));
		spill->max_segments = 8;
		spill->segments = MemoryContextAlloc(store->mcxt, spill->max_segments * sizeof(Segment));
		spill->file = tempfile_create(store->mcxt);
		store->spill = spill;
	}
	if (!tempfile_is_open(spill->file))
		tempfile_open(spill->file);
}

/* Move everything in memory to the end of the file. */
static void
spill_memory(ValueStore *store)
{
	Spill	   *spill;
	Segment    *last;
	u128		largest = u128_of(0);

	if (store->used == 0)
		return;
	ensure_spill(store);
	spill = store->spill;
	if (store->kind != VALUE_FLOAT8 && store->form != FORM_WIDE)
		largest = largest_magnitude(store->form, store->mem, store->used);

	tempfile_append(spill->file, store->mem, store->used);

	last = spill->nsegments > 0 ? &spill->segments[spill->nsegments - 1] : NULL;
	if (last != NULL && last->form == store->form && last->scale == store->scale)
	{
		last->size += store->used;
		if (u128_lt(last->largest, largest))
			last->largest = largest;
	}
	else
	{
		if (spill->nsegments == spill->max_segments)
		{
			spill->max_segments *= 2;
			spill->segments = repalloc(spill->segments, spill->max_segments * sizeof(Segment));
		}
		last = &spill->segments[spill->nsegments++];
		last->form = store->form;
		last->scale = store->scale;
		last->size = store->used;
		last->largest = largest;
	}
	store->used = 0;
}

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
		spill_memory(store);
		wanted = Max(SPILL_CAPACITY, size);
		if (store->capacity <= wanted)
			wanted = Max(store->capacity, size);
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
 * Growing form and scale
 */

/* The largest magnitude of all decimals in the store, at the store's scale. */
static bool
store_largest(ValueStore *store, u128 *largest, int scale)
{
	Spill	   *spill = store->spill;

	*largest = largest_magnitude(store->form, store->mem, store->used);
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

		convert_keys(mem, form, store->mem, store->form, n, power);
		if (store->mem != NULL)
			pfree(store->mem);
		store->mem = mem;
		store->capacity = capacity;
	}
	else
		convert_keys(store->mem, form, store->mem, form, n, power);
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
	values_init(store, old.kind, old.mcxt);
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

			if (key_is_null(old.form, at))
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

	if (old.mem != NULL)
		pfree(old.mem);
	if (old.spill != NULL)
		tempfile_close(old.spill->file);
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

void
values_append_numeric(ValueStore *store, Datum value)
{
	DecimalView view;
	u128		magnitude = u128_of(0);
	bool		fits;
	int			scale;

	decimal_view(value, &view);
	if (unlikely(!view.finite))
		values_refuse_nonfinite(VALUE_NUMERIC, value);
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

void
values_append(ValueStore *store, Datum value, bool isnull)
{
	if (isnull)
		values_append_null(store);
	else if (store->kind == VALUE_FLOAT8)
		values_append_float8(store, DatumGetFloat8(value));
	else if (store->kind == VALUE_INT8)
		values_append_int8(store, DatumGetInt64(value));
	else
		values_append_numeric(store, value);
}

void
values_finish(ValueStore *store)
{
	u128		largest;
	int			bits;

	if (store->form != FORM_KEY128)
		return;
	store_largest(store, &largest, store->scale);
	bits = u128_hi(largest) != 0 ? 65 + pg_leftmost_one_pos64(u128_hi(largest)) : 64;
	if (bits + pg_leftmost_one_pos64(store->nrows) + 1 > SUM_BITS)
		widen(store);
}

/*
 * Reading
 */

void
values_read(ValueReader *reader, ValueStore *store)
{
	memset(reader, 0, sizeof(*reader));
	reader->store = store;
}

void
values_read_end(ValueReader *reader)
{
	if (reader->raw != NULL)
		pfree(reader->raw);
	if (reader->block != NULL)
		pfree(reader->block);
	reader->raw = reader->block = NULL;
}

/* Read size bytes of the file at the reader's own position. */
static void
read_file(ValueReader *reader, void *to, Size size)
{
	tempfile_read(reader->store->spill->file, reader->file_position, to, size);
	reader->file_position += size;
}

/*
 * Bytes of the next block of the wide form: whole records, at least one.
 * The file gives no way to know where a record ends but its head.
 */
static Size
read_wide_block(ValueReader *reader, const Segment *segment)
{
	Size		size = 0;

	while (reader->done < segment->size && (size == 0 || size < READ_BLOCK))
	{
		WideValue	head;
		Size		record;

		read_file(reader, &head, offsetof(WideValue, numeric));
		record = offsetof(WideValue, numeric) + head.size;
		if (size + record > reader->raw_size)
		{
			reader->raw_size = Max(2 * READ_BLOCK, size + record);
			reader->raw = reader->raw == NULL ?
				MemoryContextAllocHuge(reader->store->mcxt, reader->raw_size) :
				repalloc_huge(reader->raw, reader->raw_size);
		}
		memcpy(reader->raw + size, &head, offsetof(WideValue, numeric));
		if (head.size > 0)
			read_file(reader, reader->raw + size + offsetof(WideValue, numeric), head.size);
		size += record;
		reader->done += record;
	}
	return size;
}

/* The next block of a segment in the file, in the store's form. */
static const void *
next_file_block(ValueReader *reader, const Segment *segment, int64 *n)
{
	ValueStore *store = reader->store;
	Size		size;

	if (segment->form == FORM_WIDE)
	{
		*n = read_wide_block(reader, segment);
		return reader->raw;
	}

	if (reader->raw == NULL)
		reader->raw = MemoryContextAlloc(store->mcxt, READ_BLOCK);
	size = Min(segment->size - reader->done, READ_BLOCK);
	read_file(reader, reader->raw, size);
	reader->done += size;
	*n = size / form_width(segment->form);
	if (segment->form == store->form && segment->scale == store->scale)
		return reader->raw;

	if (reader->block == NULL)
		reader->block = MemoryContextAlloc(store->mcxt,
										   READ_BLOCK / sizeof(uint64) * sizeof(u128));
	convert_keys(reader->block, store->form, reader->raw, segment->form, *n,
				 store->scale - segment->scale);
	return reader->block;
}

/*
 * The next block of values, or NULL at the end: *n keys, or *n bytes of
 * WideValues.  Valid until the next call.
 */
const void *
values_next_block(ValueReader *reader, int64 *n)
{
	ValueStore *store = reader->store;
	Spill	   *spill = store->spill;
	int			nsegments = is_spilled(store) ? spill->nsegments : 0;
	const char *at;
	Size		size;

	CHECK_FOR_INTERRUPTS();
	while (reader->segment < nsegments)
	{
		Segment    *segment = &spill->segments[reader->segment];

		if (reader->done < segment->size)
			return next_file_block(reader, segment, n);
		reader->segment++;
		reader->done = 0;
	}

	size = store->used - reader->done;
	if (size == 0)
		return NULL;
	at = store->mem + reader->done;
	if (store->form != FORM_WIDE)
	{
		size = Min(size, MEMORY_BLOCK);
		*n = size / form_width(store->form);
	}
	else
		*n = size;
	reader->done += size;
	return at;
}

Datum
values_datum(const ValueStore *store, u128 key)
{
	u128		magnitude;
	bool		negative;

	Assert(store->form != FORM_WIDE);
	if (store->kind == VALUE_FLOAT8)
		return Float8GetDatum(float8_of_key(u128_lo(key)));
	if (store->form == FORM_KEY64)
		key = key128_of_key64(u128_lo(key));
	negative = u128_lt(key, KEY128_ZERO);
	magnitude = negative ? u128_sub(KEY128_ZERO, key) : u128_sub(key, KEY128_ZERO);
	if (store->kind == VALUE_INT8)
		return Int64GetDatum((int64) (negative ? -u128_lo(magnitude) : u128_lo(magnitude)));
	return NumericGetDatum(decimal_make(negative, magnitude, store->scale));
}

double
values_float8(const ValueStore *store, const void *at)
{
	u128		magnitude;
	bool		negative;
	double		result;

	if (store->kind == VALUE_FLOAT8)
		return float8_of_key(*(const uint64 *) at);
	if (store->form == FORM_WIDE)
		return decimal_to_float8(wide_datum((const WideValue *) at));
	negative = key_split(store->form, at, &magnitude);
	if (!decimal_scaled_to_float8(magnitude, store->scale, &result))
	{
		Numeric		numeric = decimal_make(false, magnitude, store->scale);

		result = DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(numeric)));
		pfree(numeric);
	}
	return negative ? -result : result;
}
