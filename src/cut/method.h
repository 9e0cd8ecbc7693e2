/*
 * method.h
 *		How a metric is made comparable with others.
 */
#ifndef ABC_METHOD_H
#define ABC_METHOD_H

#include "fmgr.h"

typedef enum MethodKind
{
	METHOD_NONE,
	METHOD_RATIO,
	METHOD_MINMAX,
	METHOD_ZSCORE,
	METHOD_RANK,
	METHOD_NTILE
} MethodKind;

typedef struct Method
{
	MethodKind	kind;
	bool		lower;			/* less is better */
	int64		bins;			/* ntile */
} Method;

/* Does it compare values with one another, in their order? */
static inline bool
method_sorts(const Method *method)
{
	return method->kind == METHOD_RANK || method->kind == METHOD_NTILE;
}

/* Read "[lower] none | ratio | minmax | zscore | rank | ntile N", in any case. */
extern void method_parse(const char *text, Method *method);

#endif							/* ABC_METHOD_H */
