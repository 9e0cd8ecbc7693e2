/*
 * partition.h
 *		The argument of a window function over its whole partition.
 */
#ifndef ABC_PARTITION_H
#define ABC_PARTITION_H

#include "windowapi.h"

#include "values/values.h"

/* One argument of every row of a partition. */
typedef struct PartitionValues
{
	ValueStore	store;
	MemoryContext eval;			/* short-lived: the argument's evaluation */
} PartitionValues;

/* Is this window function's first call for the current partition? */
extern bool partition_begins(FunctionCallInfo fcinfo);

/*
 * The number of rows of a partition as the int by which window functions
 * address them; an error beyond.
 */
static inline int
partition_addressable(int64 rows)
{
	if (rows > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a partition of %lld rows is more than a window function can address",
						(long long) rows),
				 errhint("Use abc_cutoffs, which has no such limit, and abc_assign.")));
	return (int) rows;
}

/* For an argument of any number type, or a domain over one; any other is an error. */
extern void partition_init(PartitionValues *values, Oid type, MemoryContext mcxt);

/*
 * Read argument argno of all rows.  If same is not NULL it is called with each
 * row, to look at the arguments that must not change.
 */
typedef void (*PartitionRowCheck) (WindowObject winobj, int row, void *arg);

extern void partition_load(PartitionValues *values, WindowObject winobj, int argno,
						   PartitionRowCheck check, void *arg);

/*
 * The rows of a partition whose results are found together, because the rows are
 * asked for one after the other.
 */
typedef struct PartitionChunk
{
	int			next;			/* the next row of the chunk */
	int			size;
	int64		left;			/* rows of the partition after the chunk */
} PartitionChunk;

static inline void
partition_chunk_begin(PartitionChunk *chunk, int64 nrows)
{
	chunk->next = chunk->size = 0;
	chunk->left = nrows;
}

/* If all rows of the chunk were asked for, go on to the next one: true. */
static inline bool
partition_chunk_next(PartitionChunk *chunk, int max)
{
	if (likely(chunk->next < chunk->size))
		return false;
	Assert(chunk->left > 0);
	chunk->size = (int) Min(chunk->left, max);
	chunk->left -= chunk->size;
	chunk->next = 0;
	return true;
}

#endif							/* ABC_PARTITION_H */
