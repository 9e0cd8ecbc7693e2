/*
 * values_read.c
 *		Reading a store of values, in order of arrival.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "values/values_private.h"

#define READ_BLOCK			(64 * 1024) /* bytes read from the file at once */
#define MEMORY_BLOCK		(1024 * 1024)	/* bytes of memory between two interrupt checks */

/* Begin to read a store, which must not change until values_read_end. */
void
values_read(ValueReader *reader, ValueStore *store)
{
	memset(reader, 0, sizeof(*reader));
	reader->store = store;
}

/* Free what the reader holds; a second time does nothing. */
void
values_read_end(ValueReader *reader)
{
	if (reader->raw != NULL)
		pfree(reader->raw);
	if (reader->block != NULL)
		pfree(reader->block);
	reader->raw = reader->block = NULL;
	reader->at = reader->end = NULL;
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

/* The next block of a segment in the store's form. */
static const void *
next_segment_block(ValueReader *reader, const Segment *segment, int64 *n)
{
	ValueStore *store = reader->store;
	const char *raw;
	Size		size;

	if (segment->form == FORM_WIDE && segment->memory == NULL)
	{
		*n = read_wide_block(reader, segment);
		return reader->raw;
	}
	if (segment->form == FORM_WIDE)
	{
		reader->done = *n = segment->size;
		return segment->memory;
	}

	size = Min(segment->size - reader->done, READ_BLOCK);
	if (segment->memory != NULL)
		raw = segment->memory + reader->done;
	else
	{
		if (reader->raw == NULL)
			reader->raw = MemoryContextAlloc(store->mcxt, READ_BLOCK);
		read_file(reader, reader->raw, size);
		raw = reader->raw;
	}
	reader->done += size;
	*n = size / form_width(segment->form);
	if (segment->form == store->form && segment->scale == store->scale)
		return raw;

	if (reader->block == NULL)
		reader->block = MemoryContextAlloc(store->mcxt,
										   READ_BLOCK / sizeof(uint64) * sizeof(u128));
	values_convert_keys(reader->block, store->form, raw, segment->form, *n,
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
			return next_segment_block(reader, segment, n);
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

/* The next block for values_more; false at the end. */
bool
values_refill(ValueReader *reader)
{
	ValueForm	form = reader->store->form;
	int64		n;
	const char *at = values_next_block(reader, &n);

	if (at == NULL)
		n = 0;
	reader->at = at;
	reader->end = at + (form == FORM_WIDE ? n : n * (int64) form_width(form));
	return at != NULL;
}

/*
 * The value of a key, not of NULL, in its type; numerics display the scale of
 * the store.
 */
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

/* Beyond the range of float8, which only a numeric can be, an error. */
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
