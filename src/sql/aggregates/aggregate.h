/*
 * aggregate.h
 *		What all aggregates have in common.
 */
#ifndef ABC_AGGREGATE_H
#define ABC_AGGREGATE_H

#include "fmgr.h"

/* What remains of the state when a row has nothing to add. */
static inline Datum
aggregate_unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return PG_GETARG_DATUM(0);
}

#endif							/* ABC_AGGREGATE_H */
