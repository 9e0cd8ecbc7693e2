/*
 * score_args.h
 *		How abc_score weighs metrics: weights, methods and what is done with gaps.
 */
#ifndef ABC_SCORE_ARGS_H
#define ABC_SCORE_ARGS_H

#include "windowapi.h"

#include "cut/method.h"
#include "sql/argument.h"

#define MAX_METRICS		100

/* What becomes of a row with a NULL metric. */
typedef enum MissingPolicy
{
	MISSING_RENORMALIZE,		/* the other metrics take over its weight */
	MISSING_ZERO,				/* it adds nothing */
	MISSING_NULL				/* the score is NULL */
} MissingPolicy;

typedef struct ScoreArgs
{
	KeptArguments kept;			/* weights, methods, missing */
	int			nmetrics;
	double		weights[MAX_METRICS];
	double		total_weight;	/* added in the order of the metrics */
	Method		methods[MAX_METRICS];
	MissingPolicy missing;
} ScoreArgs;

extern const ArrayRule metrics_rule;

extern void score_args_init(ScoreArgs *args, MemoryContext parent);

/* Read, check and keep the arguments of a row. */
extern void score_args_set(ScoreArgs *args, WindowObject winobj, int row);

/* An error unless the arguments of a row are those that are kept. */
extern void score_args_check(const ScoreArgs *args, WindowObject winobj, int row);

#endif							/* ABC_SCORE_ARGS_H */
