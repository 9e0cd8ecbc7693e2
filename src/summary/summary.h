/*
 * summary.h
 *		Mergeable summaries of a distribution: the type abc_summary.
 *
 * A value becomes a 63-bit key of its magnitude (summary_key.c), and a bucket
 * is the keys that agree in all but their last "shift" bits, for one sign.  A
 * summary holds the number of rows and the exact sum of the values of every
 * bucket that holds a row, and the number of zeros.  Its shift is the least
 * with which at most SUMMARY_MAX_BUCKETS buckets hold a row.
 *
 * That makes a summary a function of the set of values alone.  For sets A and B
 * write s(A) for the shift.  The buckets that A and B occupy together are no
 * fewer than those of A, so s(AB) >= max(s(A), s(B)), and every shift below
 * that maximum is too fine for AB.  From there on both parts can be made
 * coarser exactly: the bucket is shifted, counts and sums are added.  So
 * whoever starts with the maximum and goes on while more than the allowed
 * buckets are occupied ends with s(AB), the counts and sums of AB: whatever the
 * order, whatever the parts.  Everything else in the state is a sum or a
 * maximum over the values.
 *
 * One way leads elsewhere: a summary from which another was subtracted keeps its
 * shift and scale (summary_subtract.c).  It merges as any other.
 *
 * Sums are sums of magnitudes and integers: for bigint and numeric in units of
 * 10^-scale, scale the largest displayed; for float8 in units of the last
 * place of the bucket's smallest values.  A bucket of float8 spans at most four
 * binary exponents, so that 53 + 3 bits for a value and 63 for the number of
 * rows fit in 128.  The key of a numeric does not depend on the scale, so that
 * raising the scale only multiplies sums.
 *
 * Two forms of the varlena share a head.  The canonical form is what users see
 * and store: sorted, packed, and one for one set of values.  The working form
 * is the state of an aggregate, updated in place; it is a valid value of the
 * type all the same, and every function takes either.
 */
#ifndef ABC_SUMMARY_H
#define ABC_SUMMARY_H

#include "values/values.h"

#define SUMMARY_VERSION			1
#define SUMMARY_WORKING			0x01	/* flag: working form */

#define SUMMARY_MAX_BUCKETS		2000
#define SUMMARY_MAX_SHIFT		54	/* with which every set of values has few enough */
#define SUMMARY_KEY_BITS		63
#define SUMMARY_NEGATIVE		(UINT64CONST(1) << 63)	/* in a bucket's number: of negative values */
#define SUMMARY_MAX_SCALE		16383	/* of a numeric */

typedef struct AbcSummary
{
	int32		vl_len_;		/* varlena header */
	uint8		version;
	uint8		flags;
	uint8		kind;			/* ValueKind */
	uint8		shift;			/* a bucket spans 2^shift keys */
	int32		scale;			/* numeric: the unit of the sums is 10^-scale */
	int32		nbuckets;
	int64		count;			/* rows, zeros included */
	int64		zeros;			/* rows whose value is 0 */
} AbcSummary;

/*
 * The working form: entries in order of arrival, and a hash table that finds
 * them, of uint16 after the last entry: 0 is free, else the entry's number + 1.
 * An entry is the bucket, its count and "words" words of its sum, least first,
 * the highest bit clear.
 */
typedef struct SummaryState
{
	AbcSummary	head;
	int32		capacity;		/* entries; a power of two, half the hash table's size */
	int32		words;
	uint64		entries[FLEXIBLE_ARRAY_MEMBER];
} SummaryState;

#define SUMMARY_ENTRY_BUCKET	0
#define SUMMARY_ENTRY_COUNT		1
#define SUMMARY_ENTRY_SUM		2
#define summary_stride(state)	((state)->words + SUMMARY_ENTRY_SUM)
#define summary_entry(state, i) ((state)->entries + (Size) (i) * summary_stride(state))

/* One pass over the canonical form, from the least negative value's bucket up. */
typedef struct SummaryReader
{
	const AbcSummary *summary;
	const char *at;				/* the next byte */
	const char *end;
	int			nnegative;		/* buckets of negative values */
	int			done;			/* buckets read */
	const char *fault;			/* what is wrong with the bytes, or NULL */
	uint64		bucket;			/* the bucket read last */
	int64		count;
	int			sum_size;		/* bytes of the sum, least first */
	const char *sum;
} SummaryReader;

/*
 * A bucket, or a value that all its rows have.  Amounts are magnitudes, in the
 * unit of the cells.
 */
typedef struct SummaryCell
{
	uint64		bucket;
	int			shift;			/* of the bucket: that of the summary, less after summary_refine_inside */
	bool		negative;
	bool		exact;			/* low = high: the value is known */
	int64		count;
	ExactSum   *low;			/* the value nearest to zero that the bucket can hold */
	ExactSum   *high;			/* and the one farthest from it */
	ExactSum   *sum;
} SummaryCell;

/* A summary taken apart, largest values first. */
typedef struct SummaryCells
{
	ValueKind	kind;
	int			scale;			/* bigint, numeric: unit 10^-scale */
	int			unit_exponent;	/* float8: unit 2^this */
	int			nlimbs;			/* of all amounts, with room for a product of two counts */
	int64		count;			/* rows */
	int64		nnegative;		/* rows below zero */
	int			ncells;
	int			npositive;		/* cells of positive values: the first ones */
	SummaryCell *cells;
	ExactSum   *positive;		/* sums of the magnitudes */
	ExactSum   *negative;

	/* of a selection in the cells: see summary_cut.c */
	bool		by_value;
	bool		touched;		/* an answer depended on the inside of a cell */
	int			cursor;
	ExactSum   *cursor_before;
} SummaryCells;

/* summary_key.c */
extern uint64 summary_key_integer(uint64 magnitude);
extern uint64 summary_key_decimal(u128 magnitude, int scale);
extern uint64 summary_key_exact(const ExactSum *magnitude, int scale);
extern int	summary_key_exponent(uint64 key);

/* The magnitude with a key of a float8, without the sign, in units of 2^unit_exponent. */
extern void summary_float8_amount(uint64 key, int unit_exponent, ExactSum *amount);

extern void summary_bucket_range(ValueKind kind, uint64 bucket, int shift, const ExactSum *power,
								 int scale, int unit_exponent, ExactSum *low, ExactSum *high);
extern ExactSum *summary_power10(int scale, int nlimbs);

/* summary_packed.c */
extern void summary_read(SummaryReader *reader, const AbcSummary *summary);
extern bool summary_next(SummaryReader *reader);

/* summary_state.c */
extern SummaryState *summary_state_create(ValueKind kind);
extern SummaryState *summary_state_thaw(const AbcSummary *summary);
extern AbcSummary *summary_state_freeze(const SummaryState *state);
extern AbcSummary *summary_arg(Datum datum);	/* canonical, detoasted */
extern SummaryState *summary_state_widen(SummaryState *state, int words);
extern void summary_state_rehash(SummaryState *state);
extern int	summary_sum_shift(ValueKind kind, uint64 bucket, int shift, uint64 coarser, int coarser_shift);
extern SummaryState *summary_state_set_scale(SummaryState *state, int scale);
extern void summary_state_count_rows(SummaryState *state, int64 rows);
extern SummaryState *summary_state_add(SummaryState *state, uint64 bucket, int64 count,
									   const uint64 *sum, int nwords);
extern SummaryState *summary_state_merge(SummaryState *state, const SummaryState *other);

/* summary_subtract.c */
extern AbcSummary *summary_subtract(const AbcSummary *whole, const AbcSummary *part, const char **fault);

/* summary_cells.c */
extern SummaryCells *summary_cells(const AbcSummary *summary);
extern const char *summary_check(const AbcSummary *summary);
extern ExactSum *summary_amount(const SummaryCells *cells);
extern Datum summary_value(const SummaryCells *cells, bool negative, const ExactSum *amount);
extern Datum summary_shortest_numeric(double value);
extern Datum summary_amount_numeric(const SummaryCells *cells, bool negative, const ExactSum *amount);

static inline uint16 *
summary_hash(const SummaryState *state)
{
	return (uint16 *) summary_entry(state, state->capacity);
}

static inline uint32
summary_hash_start(const SummaryState *state, uint64 bucket)
{
	return (uint32) ((bucket * UINT64CONST(0x9E3779B97F4A7C15)) >> 40) & (2 * state->capacity - 1);
}

/* Where the bucket is in the hash table, or where it would be put. */
static inline uint32
summary_hash_position(const SummaryState *state, uint64 bucket)
{
	const uint16 *hash = summary_hash(state);
	uint32		mask = 2 * state->capacity - 1;
	uint32		at = summary_hash_start(state, bucket);

	while (hash[at] != 0 && summary_entry(state, hash[at] - 1)[SUMMARY_ENTRY_BUCKET] != bucket)
		at = (at + 1) & mask;
	return at;
}

#define SUMMARY_FAST_STRIDE		(SUMMARY_ENTRY_SUM + 2)

/*
 * Add one row to a bucket that is there, if its sum has two words and room: the
 * short way of nearly every row.
 */
static inline bool
summary_state_add_fast(SummaryState *state, uint64 bucket, u128 amount)
{
	uint32		at = summary_hash_start(state, bucket);
	const uint16 *hash = (const uint16 *) (state->entries + (Size) state->capacity * SUMMARY_FAST_STRIDE);
	uint64	   *entry;
	u128		sum;

	if (unlikely(state->words != 2))
		return false;
	for (;; at = (at + 1) & (2 * state->capacity - 1))
	{
		if (unlikely(hash[at] == 0))
			return false;
		entry = state->entries + (Size) (hash[at] - 1) * SUMMARY_FAST_STRIDE;
		if (likely(entry[SUMMARY_ENTRY_BUCKET] == bucket))
			break;
	}
	sum = u128_add(u128_make(entry[SUMMARY_ENTRY_SUM + 1], entry[SUMMARY_ENTRY_SUM]), amount);
	if (unlikely((u128_hi(sum) >> 63) != 0))
		return false;
	entry[SUMMARY_ENTRY_COUNT]++;
	entry[SUMMARY_ENTRY_SUM] = u128_lo(sum);
	entry[SUMMARY_ENTRY_SUM + 1] = u128_hi(sum);
	return true;
}

/*
 * The unit of a float8 bucket's sum, as an exponent field: that of the last place
 * of its smallest values.
 */
static inline int
summary_float8_field(uint64 bucket, int shift)
{
	return float8_unit_field((bucket & ~SUMMARY_NEGATIVE) << shift);
}

/* The bucket of the values that a bucket of a finer summary belongs to. */
static inline uint64
summary_coarser(uint64 bucket, int by)
{
	return (bucket & SUMMARY_NEGATIVE) | ((bucket & ~SUMMARY_NEGATIVE) >> by);
}

#endif							/* ABC_SUMMARY_H */
