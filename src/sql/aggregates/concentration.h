/*
 * concentration.h
 *		The state of the aggregates over ordered values that are not negative.
 */
#ifndef ABC_CONCENTRATION_H
#define ABC_CONCENTRATION_H

#include "select/selection.h"

typedef struct ConcentrationState
{
	ValueStore	store;
	double		parameter;		/* fraction, number or flag; 0 without one */
} ConcentrationState;

/* The state in a final function, NULL if there was no row. */
extern ConcentrationState *concentration_arg(FunctionCallInfo fcinfo);

/*
 * The positive values of the state, by value; "nvalues" counts the zeros, too.
 * False (and nothing to end) if the total is 0; a negative value is an error.
 */
extern bool concentration_begin(ConcentrationState *state, Selection *selection);

pg_noreturn extern void concentration_refuse_negative(ValueKind kind, Datum value);

#endif							/* ABC_CONCENTRATION_H */
