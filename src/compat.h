/*
 * compat.h
 *		Everything that depends on the server's version or on the compiler, in one place.
 *
 * The code is written to the newest PostgreSQL API; what an older server lacks
 * is supplied here, and no other file looks at PG_VERSION_NUM.
 */
#ifndef ABC_COMPAT_H
#define ABC_COMPAT_H

#include "fmgr.h"

/* 16: soft errors in input functions.  Before 16 a soft error is a hard one. */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#define abc_escontext(fcinfo)	((fcinfo)->context)
#else
#define abc_escontext(fcinfo)	NULL
#define ereturn(escontext, dummy_value, ...) \
	do { \
		(void) (escontext); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)
#define errsave(escontext, ...) \
	do { \
		(void) (escontext); \
		ereport(ERROR, __VA_ARGS__); \
	} while (0)
#define SOFT_ERROR_OCCURRED(escontext)	false
#endif

/* 16: varlena headers moved out of postgres.h. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#endif							/* ABC_COMPAT_H */
