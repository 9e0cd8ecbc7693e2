/*
 * summary_check.c
 *		Is it a summary?  Head, buckets and sums of its canonical form.
 */
#include "postgres.h"

#include "common/int.h"

#include "summary/summary_io.h"

/* What is wrong with the fields of the head, or NULL. */
const char *
summary_head_fault(const AbcSummary *summary)
{
	if (summary->version != SUMMARY_VERSION)
		return "its version is unknown";
	if (summary->flags != 0)
		return "it has flags that are unknown";
	if (summary->kind > VALUE_NUMERIC)
		return "its kind of values is unknown";
	if (summary->shift > SUMMARY_MAX_SHIFT)
		return "its buckets are too wide";
	if (summary->scale < 0 || summary->scale > SUMMARY_MAX_SCALE ||
		(summary->kind != VALUE_NUMERIC && summary->scale != 0))
		return "its scale is out of range";
	if (summary->nbuckets < 0 || summary->nbuckets > SUMMARY_MAX_BUCKETS)
		return "its number of buckets is out of range";
	if (summary->zeros < 0 || summary->count < 1)
		return "its number of rows is out of range";
	return NULL;
}

/* What is wrong with the buckets of a summary whose head is right, or NULL. */
const char *
summary_bucket_fault(const AbcSummary *summary)
{
	SummaryReader reader;
	int64		count = summary->zeros;

	summary_read(&reader, summary);
	while (summary_next(&reader))
		if (pg_add_s64_overflow(count, reader.count, &count))
			return "its number of rows is out of range";
	if (reader.fault != NULL)
		return reader.fault;
	if (reader.at != reader.end)
		return "bytes follow its last bucket";
	if (count != summary->count)
		return "its counts do not add up to its number of rows";
	return summary_check(summary);
}

#ifdef USE_ASSERT_CHECKING
/* Head, order of buckets, counts, and every sum in the range of its bucket. */
void
AssertCheckSummary(const AbcSummary *summary)
{
	Assert(summary_head_fault(summary) == NULL);
	Assert(summary_bucket_fault(summary) == NULL);
}
#endif
