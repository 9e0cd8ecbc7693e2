/*
 * partition.c
 *		The argument of a window function over its whole partition.
 *
 * One forward pass over the partition copies the argument, 8 or 16 bytes a
 * row, into a store of our own.  The rows are then answered from that copy: a
 * second pass over the executor's spooled rows costs many times the first one
 * once they are on disk, and a volatile argument would differ.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "sql/windows/partition.h"

#define EVAL_ROWS	1000		/* rows between two resets of the evaluation's memory */

bool
partition_begins(FunctionCallInfo fcinfo)
{
	bool	   *begun = WinGetPartitionLocalMemory(PG_WINDOW_OBJECT(), sizeof(bool));

	if (likely(*begun))
		return false;
	WinCheckAndInitializeNullTreatment(PG_WINDOW_OBJECT(), false, fcinfo);
	*begun = true;
	return true;
}

void
partition_init(PartitionValues *values, Oid type, MemoryContext mcxt)
{
	memset(values, 0, sizeof(*values));
	values_init_numbers(&values->store, number_type_of(type), mcxt);
	values->eval = AllocSetContextCreate(mcxt, "abc_tier argument", ALLOCSET_DEFAULT_SIZES);
}

void
partition_load(PartitionValues *values, WindowObject winobj, int argno,
			   PartitionRowCheck check, void *arg)
{
	int			nrows = partition_addressable(WinGetPartitionRowCount(winobj));
	MemoryContext old = MemoryContextSwitchTo(values->eval);

	values_clear(&values->store);
	values_expect(&values->store, nrows);
	for (int row = 0; row < nrows; row++)
	{
		Datum		value;
		bool		isnull;
		bool		isout;

		if (row % EVAL_ROWS == 0)
		{
			CHECK_FOR_INTERRUPTS();
			MemoryContextReset(values->eval);
		}
		value = WinGetFuncArgInPartition(winobj, argno, row, WINDOW_SEEK_HEAD, false,
										 &isnull, &isout);
		values_append(&values->store, value, isnull);
		if (check != NULL)
			check(winobj, row, arg);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(values->eval);

	values_finish(&values->store);
}
