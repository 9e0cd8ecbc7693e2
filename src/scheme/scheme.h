/*
 * scheme.h
 *		How to cut: the parsed form of an abc_scheme.
 *
 * On disk and in a Datum an abc_scheme is a varlena that holds its canonical
 * text, so that it survives every change of the struct below.
 */
#ifndef ABC_SCHEME_H
#define ABC_SCHEME_H

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/nodes.h"
#include "utils/numeric.h"

#include "scheme/tier.h"

#define ABC_MAX_CUTS	(ABC_MAX_TIERS - 1)
#define ABC_DEFAULT_SCHEME	"share 80/95"

typedef enum AbcRule
{
	ABC_SHARE,					/* cumulative share of the total */
	ABC_COUNT,					/* cumulative share of the number of rows */
	ABC_TOP,					/* number of rows */
	ABC_VALUE,					/* absolute value */
	ABC_FILL					/* each tier filled afresh to its own share of the total */
} AbcRule;

typedef enum AbcNegative
{
	ABC_NEGATIVE_ZERO,			/* weighs nothing, last tier */
	ABC_NEGATIVE_ERROR,
	ABC_NEGATIVE_DROP			/* NULL tier, counts nowhere */
} AbcNegative;

/* An exact fraction of 1: a cut of 80 % is 80/100, one of 33.3 % is 333/1000. */
typedef struct AbcFraction
{
	uint64		num;			/* <= den */
	uint64		den;			/* a power of ten, 10^2 .. 10^17 */
} AbcFraction;

typedef struct AbcCut
{
	AbcFraction share;			/* share, count: cumulative; fill: the tier's own width */
	int64		rows;			/* top: cumulative number of rows */
	Numeric		value;			/* value: the cut */
	bool		above;			/* value: strictly more than the cut */
} AbcCut;

typedef struct AbcScheme
{
	AbcRule		rule;
	int			ncuts;			/* 1 .. ABC_MAX_CUTS; there are ncuts + 1 tiers */
	bool		crossing_down;	/* share, count, fill */
	bool		ties_down;		/* share, count, top, fill */
	AbcNegative negative;		/* share, fill */
	AbcCut		cuts[ABC_MAX_CUTS];
	const char *names[ABC_MAX_TIERS];	/* ncuts + 1 names, or all NULL: letters */
} AbcScheme;

/* Does the rule weigh rows by their value, so that zero and less weigh nothing? */
#define scheme_weighs_by_value(s)	((s)->rule == ABC_SHARE || (s)->rule == ABC_FILL)

/*
 * Parse any accepted text into a palloc'd AbcScheme, everything it points to
 * in the current memory context.  On bad input: ereturn through escontext.
 */
extern AbcScheme *scheme_parse(const char *text, Node *escontext);

/* The canonical text, palloc'd: parses back to an equal scheme. */
extern char *scheme_canonical(const AbcScheme *scheme);

/* A cut as a number: per cent (under fill the tier's own width), rows, or a value. */
extern Numeric scheme_cut_number(const AbcScheme *scheme, int i);

/*
 * The Datum of any accepted text.  A soft error returns 0; so does a canonical
 * text beyond the limit, which only the digits of very long numbers can reach.
 */
extern Datum scheme_datum_from_text(const char *text, Node *escontext);

/* Append a name in double quotes, one inside it doubled. */
extern void scheme_append_quoted(StringInfo buf, const char *name);

/* Parse the Datum of a valid abc_scheme into mcxt. */
extern AbcScheme *scheme_of_datum(Datum scheme, MemoryContext mcxt);

#endif							/* ABC_SCHEME_H */
