/*
 * tier.h
 *		The tier letter: one byte, passed by value, 'A' best to 'Z'.
 */
#ifndef ABC_TIER_H
#define ABC_TIER_H

#include "fmgr.h"

#define ABC_MAX_TIERS	26

typedef char AbcTier;			/* 'A' (best) .. 'Z' */

/* The tier of a zero-based rank: 0 is 'A'. */
#define tier_of_rank(rank)		((AbcTier) ('A' + (rank)))
#define rank_of_tier(tier)		((int) ((tier) - 'A'))

#define DatumGetAbcTier(d)		((AbcTier) DatumGetChar(d))
#define AbcTierGetDatum(t)		CharGetDatum(t)
#define PG_GETARG_ABC_TIER(n)	DatumGetAbcTier(PG_GETARG_DATUM(n))
#define PG_RETURN_ABC_TIER(t)	return AbcTierGetDatum(t)

#endif							/* ABC_TIER_H */
