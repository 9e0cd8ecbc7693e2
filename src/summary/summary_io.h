/*
 * summary_io.h
 *		The packed form of a summary: writing and checking its bytes.
 */
#ifndef ABC_SUMMARY_IO_H
#define ABC_SUMMARY_IO_H

#include "lib/stringinfo.h"

#include "summary/summary.h"

/* Buckets are written with the negative ones first, each sign from zero away. */
typedef struct SummaryWriter
{
	StringInfoData buffer;		/* becomes the summary */
	int			nnegative;		/* buckets of negative values yet to come */
	uint64		previous;		/* the bucket before, of the same sign */
} SummaryWriter;

extern void summary_write_begin(SummaryWriter *writer, const AbcSummary *head, int nnegative);
extern void summary_write(SummaryWriter *writer, uint64 bucket, int64 count,
						  const uint64 *sum, int words);
extern AbcSummary *summary_write_end(SummaryWriter *writer);

/* summary_check.c: what is wrong with the head, and then with the buckets; NULL if nothing is. */
extern const char *summary_head_fault(const AbcSummary *summary);
extern const char *summary_bucket_fault(const AbcSummary *summary);

/* In assert builds: what was made here is what input would accept. */
#ifdef USE_ASSERT_CHECKING
extern void AssertCheckSummary(const AbcSummary *summary);
#else
#define AssertCheckSummary(summary)		((void) (summary))
#endif

#endif							/* ABC_SUMMARY_IO_H */
