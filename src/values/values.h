/*
 * values.h
 *		The values of one partition or group, kept compactly and in order of arrival.
 *
 * A value becomes an unsigned key that sorts as the value does, 8 bytes where
 * that is enough and 16 where not:
 *
 *	float8		the bits, made to sort (never 0, as NaN is refused; -0 becomes 0)
 *	bigint		value + 2^63
 *	numeric		value * 10^scale + 2^63, scale the largest displayed so far
 *	wider		the same + 2^127
 *
 * Key 0 stands for NULL.  Numerics that fit no such key put the whole store
 * into the wide form: the numerics themselves, one after the other.
 *
 * Memory stays within work_mem: the values beyond it go to a temporary file.
 */
#ifndef ABC_VALUES_H
#define ABC_VALUES_H

#include "arith/decimal.h"
#include "arith/float8.h"
#include "values/value_kind.h"

typedef enum ValueForm
{
	FORM_FLOAT8,				/* as they are, NaN for NULL: for readers that do not sort */
	FORM_KEY64,
	FORM_KEY128,
	FORM_WIDE
} ValueForm;

/* Bytes of a value that is not wide. */
static inline Size
form_width(ValueForm form)
{
	return form <= FORM_KEY64 ? sizeof(uint64) : sizeof(u128);
}

#define MAX_KEY_SCALE	38		/* numerics with more decimals are wide */

#define KEY64_ZERO		(UINT64CONST(1) << 63)	/* the key of value 0 */
#define KEY128_ZERO		u128_make(KEY64_ZERO, 0)

/*
 * What every appended value touches comes first and together: with many groups
 * each cache line of theirs is a miss.
 */
typedef struct ValueStore
{
	Size		used;			/* bytes of mem in use: the newest values */
	Size		capacity;		/* bytes of mem */
	char	   *mem;			/* uint64[], u128[], or WideValue after WideValue */
	int64		nrows;			/* NULLs included */
	ValueKind	kind;
	ValueForm	form;			/* of the newest values; of all once finished */
	int			scale;			/* numeric: largest display scale; keys are value * 10^scale */
	NumberType	type;			/* of what is appended */
	Size		limit;			/* bytes of memory; 0: work_mem */
	MemoryContext mcxt;			/* everything here lives there */
	struct Spill *spill;		/* older values; NULL as long as all are in mem */
	double		low;			/* of FORM_FLOAT8: the least value, */
	double		high;			/* and the largest */
} ValueStore;

/* A numeric of the wide form; size 0 is NULL. */
typedef struct WideValue
{
	uint64		size;			/* of the varlena that follows, padded to 8 bytes */
	char		numeric[FLEXIBLE_ARRAY_MEMBER];
} WideValue;

/* The value of a WideValue, and its successor in a block. */
#define wide_datum(w)	PointerGetDatum((w)->numeric)
#define wide_next(w)	((const WideValue *) ((w)->numeric + (w)->size))

/* One pass over a finished store, in order of arrival. */
typedef struct ValueReader
{
	ValueStore *store;
	int			segment;		/* of the spill, then mem */
	Size		done;			/* bytes of the segment already read */
	int64		file_position;	/* where the file goes on */
	char	   *raw;			/* a block as it stands in the file */
	char	   *block;			/* the same in the store's form */
	Size		raw_size;
	const char *at;				/* values_more: the next value, */
	const char *end;			/* and where its block ends */
} ValueReader;

extern void values_init(ValueStore *store, ValueKind kind, MemoryContext mcxt);
extern void values_init_numbers(ValueStore *store, NumberType type, MemoryContext mcxt);
extern void values_clear(ValueStore *store);

/* Memory that a store, and whatever works on it, may take. */
extern Size values_memory(const ValueStore *store);

extern void values_make_room(ValueStore *store, Size size);

/* So many values will follow an empty store: take their memory at once, up to the limit. */
extern void values_expect(ValueStore *store, int64 nrows);

extern void values_append_null(ValueStore *store);
extern void values_append_int8(ValueStore *store, int64 value);
extern void values_append_numeric(ValueStore *store, Datum value);

/* Append a value of the store's type, one of the smaller types. */
extern void values_append_smaller(ValueStore *store, Datum value);

/* Keep the values that will follow as float8, and know their range. */
extern void values_keep_float8s(ValueStore *store);

/* Room for n float8, NaN for NULL, to be written there, and their appending. */
extern double *values_float8_room(ValueStore *store, int n);
extern void values_append_from_room(ValueStore *store, int n);

/* Bring every value into one form, in which no sum can leave 127 bits; then read. */
extern void values_finish(ValueStore *store);

extern void values_read(ValueReader *reader, ValueStore *store);
extern const void *values_next_block(ValueReader *reader, int64 *nkeys);
extern void values_read_end(ValueReader *reader);

/* Another way to read: is there a next value, at reader->at? */
extern bool values_refill(ValueReader *reader);

static inline bool
values_more(ValueReader *reader)
{
	return likely(reader->at < reader->end) || values_refill(reader);
}

/* Is the value at this place of a block NULL? */
static inline bool
values_is_null(ValueForm form, const char *at)
{
	Assert(form != FORM_FLOAT8);
	if (form == FORM_KEY64)
		return *(const uint64 *) at == 0;
	if (form == FORM_KEY128)
		return u128_eq(*(const u128 *) at, u128_of(0));
	return ((const WideValue *) at)->size == 0;
}

/* Leave the value at reader->at behind. */
static inline void
values_step(ValueReader *reader)
{
	if (reader->store->form == FORM_WIDE)
		reader->at = (const char *) wide_next((const WideValue *) reader->at);
	else
		reader->at += form_width(reader->store->form);
}

/* A key of the store as a value of its type. */
extern Datum values_datum(const ValueStore *store, u128 key);

/* The nearest float8 of a value in a block, key or WideValue; not for NULL. */
extern double values_float8(const ValueStore *store, const void *at);

/* Widen the range low to high to n values; NaN is in no range. */
extern void float8_range(const double *values, int n, double *low, double *high);

/* The key of a finite float8, and back. */
static inline uint64
float8_key(double value)
{
	uint64		bits = float8_bits(value + 0.0);	/* -0 becomes 0 */

	/* all bits of a negative number turn around, of others only the sign */
	return bits ^ ((uint64) ((int64) bits >> 63) | KEY64_ZERO);
}

static inline double
float8_of_key(uint64 key)
{
	return float8_of_bits(key ^ (~(uint64) ((int64) key >> 63) | KEY64_ZERO));
}

/* The key in the 128-bit form of a key in the 64-bit form. */
static inline u128
key128_of_key64(uint64 key)
{
	if (key == 0)
		return u128_of(0);
	return u128_add(u128_sub(KEY128_ZERO, u128_of(KEY64_ZERO)), u128_of(key));
}

/* The 128-bit key of a decimal. */
static inline u128
key128_of_decimal(bool negative, u128 magnitude)
{
	return negative ? u128_sub(KEY128_ZERO, magnitude) : u128_add(KEY128_ZERO, magnitude);
}

/* The 128-bit key of a numeric at a scale; false if it is not finite or has more digits. */
static inline bool
key128_of_numeric(Datum value, int scale, u128 *key)
{
	DecimalView view;
	u128		magnitude;

	decimal_view(value, &view);
	if (!view.finite || !decimal_to_u128(&view, scale, &magnitude))
		return false;
	*key = key128_of_decimal(view.negative, magnitude);
	return true;
}

/* Put one key into a store that has the 64-bit form. */
static inline void
values_append_key64(ValueStore *store, uint64 key)
{
	if (unlikely(store->used + sizeof(uint64) > store->capacity))
		values_make_room(store, sizeof(uint64));
	*(uint64 *) (store->mem + store->used) = key;
	store->used += sizeof(uint64);
	store->nrows++;
}

static inline void
values_append_float8(ValueStore *store, double value)
{
	value_check_finite("value", value);
	values_append_key64(store, float8_key(value));
}

/* Append a value of the store's type. */
static inline void
values_append(ValueStore *store, Datum value, bool isnull)
{
	if (isnull)
		values_append_null(store);
	else if (store->type == NUMBER_FLOAT8)
		values_append_float8(store, DatumGetFloat8(value));
	else if (store->type == NUMBER_INT8)
		values_append_int8(store, DatumGetInt64(value));
	else if (store->type == NUMBER_NUMERIC)
		values_append_numeric(store, value);
	else
		values_append_smaller(store, value);
}

#endif							/* ABC_VALUES_H */
