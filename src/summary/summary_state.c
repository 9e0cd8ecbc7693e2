/*
 * summary_state.c
 *		The working form of a summary: adding values, merging, packing.
 *
 * Functions that may need more room return the state or a larger copy of it,
 * made in the current memory context; the executor moves it where it belongs.
 */
#include "postgres.h"

#include "common/int.h"
#include "port/pg_bswap.h"
#include "utils/memutils.h"

#include "summary/summary_add.h"
#include "summary/summary_io.h"

#define MIN_CAPACITY	8
#define MAX_CAPACITY	2048	/* the least power of two above SUMMARY_MAX_BUCKETS */

#define sum_highest_bit(sum, words) (((sum)[(words) - 1] >> 63) != 0)

static Size
state_size(int capacity, int words)
{
	return offsetof(SummaryState, entries) +
		(Size) capacity * (words + SUMMARY_ENTRY_SUM) * sizeof(uint64) +
		(Size) 2 * capacity * sizeof(uint16);
}

/* Fill the hash table anew, from the entries. */
void
summary_state_rehash(SummaryState *state)
{
	uint16	   *hash = summary_hash(state);

	memset(hash, 0, 2 * state->capacity * sizeof(uint16));
	for (int i = 0; i < state->head.nbuckets; i++)
		hash[summary_hash_position(state, summary_entry(state, i)[SUMMARY_ENTRY_BUCKET])] = i + 1;
}

static SummaryState *
make_state(const AbcSummary *head, int capacity, int words)
{
	Size		size = state_size(capacity, words);
	SummaryState *state;

	if (!AllocSizeIsValid(size))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("summary of %d values of %d digits is too large", capacity,
						(int) (words * 19.26)),
				 errhint("Round the values to fewer digits.")));
	/* zero, because a state may be stored as it is: no stale memory goes to disk */
	state = palloc0(size);
	state->head = *head;
	SET_VARSIZE(state, size);
	state->head.version = SUMMARY_VERSION;
	state->head.flags = SUMMARY_WORKING;
	state->capacity = capacity;
	state->words = words;
	return state;
}

/* The state of no rows. */
SummaryState *
summary_state_create(ValueKind kind)
{
	AbcSummary	head;
	SummaryState *state;

	memset(&head, 0, sizeof(head));
	head.kind = kind;
	state = make_state(&head, MIN_CAPACITY, 2);
	summary_state_rehash(state);
	return state;
}

/* A copy with another number of entries or words; frees nothing. */
static SummaryState *
resize(const SummaryState *state, int capacity, int words)
{
	SummaryState *copy = make_state(&state->head, capacity, words);

	Assert(words >= state->words);
	for (int i = 0; i < state->head.nbuckets; i++)
	{
		uint64	   *entry = summary_entry(copy, i);

		memcpy(entry, summary_entry(state, i), summary_stride(state) * sizeof(uint64));
		memset(entry + summary_stride(state), 0, (words - state->words) * sizeof(uint64));
	}
	summary_state_rehash(copy);
	return copy;
}

/* The state, or a copy whose sums have at least so many words. */
SummaryState *
summary_state_widen(SummaryState *state, int words)
{
	return words <= state->words ? state : resize(state, state->capacity, words);
}

/* In assert builds: every sum has its highest bit clear, and all is as input would accept it. */
static inline void
AssertCheckState(const SummaryState *state)
{
#ifdef USE_ASSERT_CHECKING
	for (int i = 0; i < state->head.nbuckets; i++)
		Assert(!sum_highest_bit(summary_entry(state, i) + SUMMARY_ENTRY_SUM, state->words));
	AssertCheckSummary(summary_state_freeze(state));
#endif
}

/* So many rows more; an error beyond 2^63-1. */
void
summary_state_count_rows(SummaryState *state, int64 rows)
{
	if (pg_add_s64_overflow(state->head.count, rows, &state->head.count))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a summary cannot hold more than %lld rows", (long long) PG_INT64_MAX)));
}

/*
 * Sums
 */

/* sum += other, which has no more words; the result fits. */
static void
sum_add(uint64 *sum, int words, const uint64 *other, int other_words)
{
	uint64		carry = limbs_add(sum, other, other_words);

	carry = limbs_add_word(sum + other_words, words - other_words, carry);
	Assert(carry == 0);
}

/* By how many bits a sum moves when its bucket becomes part of a coarser one. */
int
summary_sum_shift(ValueKind kind, uint64 bucket, int shift, uint64 coarser, int coarser_shift)
{
	if (kind != VALUE_FLOAT8 || coarser_shift <= 52)
		return 0;
	return summary_float8_field(bucket, shift) - summary_float8_field(coarser, coarser_shift);
}

/* Bits of the longest sum. */
static int
longest_sum(const SummaryState *state)
{
	int			bits = 0;

	for (int i = 0; i < state->head.nbuckets; i++)
		bits = Max(bits, limbs_bits(summary_entry(state, i) + SUMMARY_ENTRY_SUM, state->words));
	return bits;
}

/* A state whose sums have room for so many bits, and the highest one clear. */
static SummaryState *
ensure_bits(SummaryState *state, int bits)
{
	return summary_state_widen(state, bits / 64 + 1);
}

/*
 * Raise the scale: every sum is multiplied by a power of ten.
 */
SummaryState *
summary_state_set_scale(SummaryState *state, int scale)
{
	int			power = scale - state->head.scale;

	if (power <= 0)
		return state;
	if (state->head.nbuckets > 0)
		state = ensure_bits(state, longest_sum(state) + power10_bits(power));
	for (int i = 0; i < state->head.nbuckets; i++)
	{
		uint64		carry PG_USED_FOR_ASSERTS_ONLY;

		carry = limbs_mul_power10(summary_entry(state, i) + SUMMARY_ENTRY_SUM, state->words, power);
		Assert(carry == 0);
	}
	state->head.scale = scale;
	return state;
}

/*
 * Coarser buckets
 */

typedef struct SortedEntry
{
	uint64		bucket;
	int			number;
} SortedEntry;

#define ST_SORT sort_by_bucket
#define ST_ELEMENT_TYPE SortedEntry
#define ST_COMPARE(a, b) ((a)->bucket < (b)->bucket ? -1 : (a)->bucket > (b)->bucket)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

static SortedEntry *
sort_entries(const SummaryState *state)
{
	int			n = state->head.nbuckets;
	SortedEntry *sorted = palloc(Max(n, 1) * sizeof(SortedEntry));

	for (int i = 0; i < n; i++)
	{
		sorted[i].bucket = summary_entry(state, i)[SUMMARY_ENTRY_BUCKET];
		sorted[i].number = i;
	}
	sort_by_bucket(sorted, n);
	return sorted;
}

/*
 * The least number of bits to drop so that few enough buckets remain: two
 * neighbours fall together once all bits in which they differ are dropped.
 */
static int
bits_to_drop(const SortedEntry *sorted, int n)
{
	int			apart[SUMMARY_KEY_BITS + 2] = {0};	/* neighbours, by the highest bit that differs */
	int			buckets = n;
	int			drop = 0;

	for (int i = 1; i < n; i++)
		apart[pg_leftmost_one_pos64(sorted[i - 1].bucket ^ sorted[i].bucket) + 1]++;
	while (buckets > SUMMARY_MAX_BUCKETS)
		buckets -= apart[++drop];
	return drop;
}

/* Drop bits from every bucket and bring together what falls together. */
static void
coarsen(SummaryState *state, const SortedEntry *sorted, int drop)
{
	int			stride = summary_stride(state);
	int			n = state->head.nbuckets;
	uint64	   *old = palloc(Max(n, 1) * stride * sizeof(uint64));
	int			shift = state->head.shift;
	int			merged = 0;

	memcpy(old, state->entries, n * stride * sizeof(uint64));
	for (int i = 0; i < n; i++)
	{
		uint64	   *from = old + sorted[i].number * stride;
		uint64		bucket = summary_coarser(sorted[i].bucket, drop);
		uint64	   *to;

		if (merged == 0 || summary_entry(state, merged - 1)[SUMMARY_ENTRY_BUCKET] != bucket)
		{
			to = summary_entry(state, merged++);
			memset(to, 0, stride * sizeof(uint64));
			to[SUMMARY_ENTRY_BUCKET] = bucket;
		}
		else
			to = summary_entry(state, merged - 1);
		to[SUMMARY_ENTRY_COUNT] += from[SUMMARY_ENTRY_COUNT];
		limbs_shift_left(from + SUMMARY_ENTRY_SUM, state->words,
						 summary_sum_shift(state->head.kind, sorted[i].bucket, shift, bucket, shift + drop));
		sum_add(to + SUMMARY_ENTRY_SUM, state->words, from + SUMMARY_ENTRY_SUM, state->words);
	}
	pfree(old);
	state->head.nbuckets = merged;
	state->head.shift = shift + drop;
	Assert(state->head.shift <= SUMMARY_MAX_SHIFT);
}

/* After sums have come together: keep their highest bits clear. */
static SummaryState *
keep_highest_bit_clear(SummaryState *state)
{
	for (int i = 0; i < state->head.nbuckets; i++)
		if (sum_highest_bit(summary_entry(state, i) + SUMMARY_ENTRY_SUM, state->words))
			return resize(state, state->capacity, state->words + 1);
	return state;
}

/* Drop so many bits from every bucket, or with 0 as many as it takes. */
static SummaryState *
make_coarser(SummaryState *state, int drop)
{
	SortedEntry *sorted = sort_entries(state);

	/* 2,001 sums of one bucket are eleven bits longer than one of them; others fit in two words in any case */
	if (state->head.kind == VALUE_NUMERIC)
		state = ensure_bits(state, longest_sum(state) + 11);
	if (drop == 0)
		drop = bits_to_drop(sorted, state->head.nbuckets);
	coarsen(state, sorted, drop);
	pfree(sorted);
	summary_state_rehash(state);
	return state;
}

/*
 * Add rows that are in one bucket of the state's shift.  The sum is a number of
 * the bucket's unit whose highest bit is clear.
 */
SummaryState *
summary_state_add(SummaryState *state, uint64 bucket, int64 count, const uint64 *sum, int nwords)
{
	uint32		at = summary_hash_position(state, bucket);
	uint16	   *hash = summary_hash(state);
	uint64	   *entry;
	bool		added = hash[at] == 0;

	while (unlikely(nwords > state->words))
	{
		if (sum[nwords - 1] == 0 && !sum_highest_bit(sum, nwords - 1))
			nwords--;
		else
		{
			state = resize(state, state->capacity, nwords);
			hash = summary_hash(state);
			at = summary_hash_position(state, bucket);
		}
	}
	if (unlikely(added))
	{
		if (state->head.nbuckets == state->capacity)
		{
			state = resize(state, state->capacity * 2, state->words);
			at = summary_hash_position(state, bucket);
			hash = summary_hash(state);
		}
		entry = summary_entry(state, state->head.nbuckets);
		memset(entry, 0, summary_stride(state) * sizeof(uint64));
		entry[SUMMARY_ENTRY_BUCKET] = bucket;
		hash[at] = ++state->head.nbuckets;
	}
	else
		entry = summary_entry(state, hash[at] - 1);

	entry[SUMMARY_ENTRY_COUNT] += count;
	sum_add(entry + SUMMARY_ENTRY_SUM, state->words, sum, nwords);
	if (unlikely(sum_highest_bit(entry + SUMMARY_ENTRY_SUM, state->words)))
		state = resize(state, state->capacity, state->words + 1);
	if (unlikely(state->head.nbuckets > SUMMARY_MAX_BUCKETS))
		state = make_coarser(state, 0);
	return state;
}

/* Add a row to a bucket that may be new, or whose sum has no room. */
SummaryState *
summary_add_slowly(SummaryState *state, uint64 bucket, u128 amount)
{
	uint64		sum[2];

	sum[0] = u128_lo(amount);
	sum[1] = u128_hi(amount);
	return summary_state_add(state, bucket, 1, sum, 2);
}

/* Add a numeric of any width, at the scale of the state, which is no less than its own. */
SummaryState *
summary_add_wide(SummaryState *state, const DecimalView *view)
{
	int			scale = state->head.scale;
	ExactSum   *magnitude = exact_create(exact_limbs_for(decimal_bits(view, scale)) + 1);
	int			nwords;
	uint64		key;

	decimal_to_exact(view, scale, magnitude);
	nwords = exact_bits(magnitude) / 64 + 1;
	key = summary_key_exact(magnitude, scale);
	state = summary_state_add(state, (view->negative ? SUMMARY_NEGATIVE : 0) | (key >> state->head.shift),
							  1, magnitude->limbs, nwords);
	pfree(magnitude);
	return state;
}

/* Add all rows of another summary of the same kind, which is left as it is. */
SummaryState *
summary_state_merge(SummaryState *state, const SummaryState *other)
{
	SummaryState *scaled = NULL;
	uint64	   *moved;

	Assert(state->head.kind == other->head.kind);
	summary_state_count_rows(state, other->head.count);
	state->head.zeros += other->head.zeros;
	if (state->head.scale < other->head.scale)
		state = summary_state_set_scale(state, other->head.scale);
	else if (other->head.scale < state->head.scale)
	{
		scaled = resize(other, other->capacity, other->words);
		scaled = summary_state_set_scale(scaled, state->head.scale);
		other = scaled;
	}
	if (state->head.shift < other->head.shift)
		state = make_coarser(state, other->head.shift - state->head.shift);

	/* a float8 sum may move by three bits: its words have room */
	moved = palloc(other->words * sizeof(uint64));
	for (int i = 0; i < other->head.nbuckets; i++)
	{
		const uint64 *entry = summary_entry(other, i);
		uint64		bucket = summary_coarser(entry[SUMMARY_ENTRY_BUCKET],
											 state->head.shift - other->head.shift);

		memcpy(moved, entry + SUMMARY_ENTRY_SUM, other->words * sizeof(uint64));
		limbs_shift_left(moved, other->words,
						 summary_sum_shift(state->head.kind, entry[SUMMARY_ENTRY_BUCKET], other->head.shift,
								   bucket, state->head.shift));
		state = summary_state_add(state, bucket, entry[SUMMARY_ENTRY_COUNT], moved, other->words);
	}
	pfree(moved);
	if (scaled != NULL)
		pfree(scaled);
	AssertCheckState(state);
	return state;
}

/*
 * Canonical form
 */

/* The working form of a summary in either form: a copy. */
SummaryState *
summary_state_thaw(const AbcSummary *summary)
{
	SummaryReader reader;
	SummaryState *state;
	int			capacity = MIN_CAPACITY;
	int			words = 2;

	if ((summary->flags & SUMMARY_WORKING) != 0)
		return resize((const SummaryState *) summary, ((const SummaryState *) summary)->capacity,
					  ((const SummaryState *) summary)->words);

	if (summary->kind == VALUE_NUMERIC)
	{
		summary_read(&reader, summary);
		while (summary_next(&reader))
			words = Max(words, reader.sum_size / (int) sizeof(uint64) + 1);
	}
	while (capacity < summary->nbuckets)
		capacity *= 2;
	state = make_state(summary, capacity, words);
	summary_read(&reader, summary);
	for (int i = 0; summary_next(&reader); i++)
	{
		uint64	   *entry = summary_entry(state, i);

		memset(entry, 0, summary_stride(state) * sizeof(uint64));
		entry[SUMMARY_ENTRY_BUCKET] = reader.bucket;
		entry[SUMMARY_ENTRY_COUNT] = reader.count;
		memcpy(entry + SUMMARY_ENTRY_SUM, reader.sum,
			   Min(reader.sum_size, words * (int) sizeof(uint64)));
		/* from least byte first to the machine's order: nothing on most */
		for (int w = SUMMARY_ENTRY_SUM; w < summary_stride(state); w++)
			entry[w] = pg_bswap64(pg_hton64(entry[w]));
	}
	summary_state_rehash(state);
	return keep_highest_bit_clear(state);
}

/* The canonical form of a state with a row. */
AbcSummary *
summary_state_freeze(const SummaryState *state)
{
	SortedEntry *sorted = sort_entries(state);
	int			n = state->head.nbuckets;
	SummaryWriter writer;
	int			nnegative = 0;

	while (nnegative < n && (sorted[n - 1 - nnegative].bucket & SUMMARY_NEGATIVE) != 0)
		nnegative++;
	summary_write_begin(&writer, &state->head, nnegative);
	for (int i = 0; i < n; i++)
	{
		/* negative ones first, each sign from zero away */
		int			from = i < nnegative ? n - nnegative + i : i - nnegative;
		const uint64 *entry = summary_entry(state, sorted[from].number);

		summary_write(&writer, entry[SUMMARY_ENTRY_BUCKET], (int64) entry[SUMMARY_ENTRY_COUNT],
					  entry + SUMMARY_ENTRY_SUM, state->words);
	}
	pfree(sorted);
	return summary_write_end(&writer);
}

/* An argument in canonical form, detoasted; whatever form it has. */
AbcSummary *
summary_arg(Datum datum)
{
	AbcSummary *summary = (AbcSummary *) PG_DETOAST_DATUM(datum);

	if ((summary->flags & SUMMARY_WORKING) != 0)
		summary = summary_state_freeze((const SummaryState *) summary);
	return summary;
}
