/*
 * summary_subtract.c
 *		What remains of a summary without the rows of another one.
 *
 * Counts and sums are integers, so they are taken away as exactly as they were
 * added: bucket by bucket, the part's buckets made as coarse as those of the
 * whole.  The result has the shift and scale of the whole, for what the whole has
 * added up nobody can divide again: it is the summary that the remaining rows
 * would have if they were summarized with that shift and scale.
 *
 * Whether the part was ever in the whole cannot be known for certain.  It was not
 * if the whole lacks a bucket of it or has fewer rows there, if its values have
 * more decimals or wider buckets, or if the sum that would remain is not possible
 * for so many values of the bucket.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "summary/summary_io.h"

/* Take an entry of the part away from one of the whole; what is wrong, or NULL. */
static const char *
subtract_entry(SummaryState *whole, uint64 *entry, int64 count, const uint64 *sum)
{
	if ((int64) entry[SUMMARY_ENTRY_COUNT] < count)
		return "the part has more rows in a bucket than the whole";
	if (limbs_sub(entry + SUMMARY_ENTRY_SUM, sum, whole->words) != 0)
		return "the part has a larger sum in a bucket than the whole";
	entry[SUMMARY_ENTRY_COUNT] -= count;
	if (entry[SUMMARY_ENTRY_COUNT] == 0 && limbs_bits(entry + SUMMARY_ENTRY_SUM, whole->words) != 0)
		return "a sum would remain in a bucket without rows";
	return NULL;
}

/* Take the buckets of the part away; what is wrong, or NULL. */
static const char *
subtract_buckets(SummaryState *whole, const SummaryState *part)
{
	int			by = whole->head.shift - part->head.shift;
	uint64	   *sum = palloc0(whole->words * sizeof(uint64));
	const char *fault = NULL;

	for (int i = 0; i < part->head.nbuckets && fault == NULL; i++)
	{
		const uint64 *entry = summary_entry(part, i);
		uint64		bucket = summary_coarser(entry[SUMMARY_ENTRY_BUCKET], by);
		uint32		number = summary_hash(whole)[summary_hash_position(whole, bucket)];

		CHECK_FOR_INTERRUPTS();
		if (number == 0)
			return "the part has values in a bucket where the whole has none";
		memcpy(sum, entry + SUMMARY_ENTRY_SUM, part->words * sizeof(uint64));
		limbs_shift_left(sum, whole->words, summary_sum_shift(part->head.kind, entry[SUMMARY_ENTRY_BUCKET],
															  part->head.shift, bucket, whole->head.shift));
		fault = subtract_entry(whole, summary_entry(whole, number - 1),
							   (int64) entry[SUMMARY_ENTRY_COUNT], sum);
	}
	pfree(sum);
	return fault;
}

/* Leave out the buckets that have no rows any more. */
static void
drop_empty(SummaryState *state)
{
	int			kept = 0;

	for (int i = 0; i < state->head.nbuckets; i++)
	{
		const uint64 *entry = summary_entry(state, i);

		if (entry[SUMMARY_ENTRY_COUNT] != 0)
			memmove(summary_entry(state, kept++), entry, summary_stride(state) * sizeof(uint64));
	}
	state->head.nbuckets = kept;
	summary_state_rehash(state);
}

/*
 * The rows of the whole without those of the part, of the same kind; NULL if none
 * is left.  If the part cannot be in the whole, what tells so.
 */
AbcSummary *
summary_subtract(const AbcSummary *whole, const AbcSummary *part, const char **fault)
{
	SummaryState *rest = summary_state_thaw(whole);
	SummaryState *taken = summary_state_thaw(part);
	AbcSummary *result;

	Assert(whole->kind == part->kind);
	*fault = NULL;
	if (part->shift > whole->shift)
		*fault = "the buckets of the part are wider than those of the whole";
	else if (part->scale > whole->scale)
		*fault = "the part has values of more decimals than the whole";
	else if (part->zeros > whole->zeros || part->count > whole->count)
		*fault = "the part has more rows than the whole";
	if (*fault != NULL)
		return NULL;

	taken = summary_state_set_scale(taken, whole->scale);
	rest = summary_state_widen(rest, taken->words);
	taken = summary_state_widen(taken, rest->words);
	*fault = subtract_buckets(rest, taken);
	if (*fault != NULL)
		return NULL;
	rest->head.zeros -= taken->head.zeros;
	rest->head.count -= taken->head.count;
	drop_empty(rest);
	if (rest->head.count == 0)
		return NULL;
	result = summary_state_freeze(rest);
	if (summary_bucket_fault(result) != NULL)
		*fault = "what would remain is not possible for any values of a bucket";
	return result;
}
