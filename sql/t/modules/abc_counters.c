/*
 * abc_counters.c
 *		Counters of rows beyond 2^31, without the rows.
 *
 * A test module, for sql/t: not part of the extension, and never installed.
 */
#include "postgres.h"

#include "fmgr.h"

#include "sql/windows/partition.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(abc_partition_addressable);

/* What a window function makes of a partition of so many rows. */
Datum
abc_partition_addressable(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(partition_addressable(PG_GETARG_INT64(0)));
}
