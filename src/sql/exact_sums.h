/*
 * exact_sums.h
 *		The type abc_exact_sums: the state of aggregates that merge.
 *
 * An aggregate whose state is a type of its own, and not "internal", can be
 * computed in parts anywhere: by parallel workers, by Citus on its shards, by
 * hand.
 */
#ifndef ABC_EXACT_SUMS_H
#define ABC_EXACT_SUMS_H

#include "arith/exact_state.h"

/* What the sums are of. */
typedef enum ExactPurpose
{
	EXACT_WEIGHTED = 1,			/* value * weight; weight */
	EXACT_MOMENTS = 2			/* value; value squared */
} ExactPurpose;

/* types/exact_sums.c: what is wrong with a state in canonical form; NULL if nothing is. */
extern const char *exact_sums_check(const ExactState *state);

/*
 * aggregates/exact_sums_state.c
 *
 * The state argument of a support function, checked for its purpose; the state to
 * add a row to, which is the first argument or a new one.
 */
extern ExactState *exact_sums_arg(Datum state, ExactPurpose purpose, ExactKind kind);
extern ExactState *exact_sums_for_row(FunctionCallInfo fcinfo, ExactPurpose purpose, ExactKind kind);

pg_noreturn extern void exact_sums_refuse_periods(int64 a, int64 b);

/* In assert builds: a state that was changed is one that input would accept. */
#ifdef USE_ASSERT_CHECKING
extern void AssertCheckExactSums(const ExactState *state);
#else
#define AssertCheckExactSums(state)		((void) (state))
#endif

#endif							/* ABC_EXACT_SUMS_H */
