/*
 * label.c
 *		The name of a tier.
 *
 * abc_label(tier, scheme) gives the name of the tier in the scheme, its letter
 * where the scheme has no names.  Strict in SQL: NULL in, NULL out.  A tier
 * beyond the scheme's last is an error.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "sql/scheme_slot.h"

PG_FUNCTION_INFO_V1(abc_label);

Datum
abc_label(PG_FUNCTION_ARGS)
{
	AbcTier		tier = PG_GETARG_ABC_TIER(0);
	struct varlena *source = PG_GETARG_VARLENA_PP(1);
	const AbcScheme *scheme = scheme_slot_set(scheme_slot_of_call(fcinfo->flinfo), source);
	int			rank = rank_of_tier(tier);

	if (rank > scheme->ncuts)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the abc_scheme \"%s\" has no tier %c", text_to_cstring((text *) source), tier),
				 errhint("Its tiers are A to %c.", tier_of_rank(scheme->ncuts))));
	if (scheme->names[rank] != NULL)
		PG_RETURN_TEXT_P(cstring_to_text(scheme->names[rank]));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(&tier, 1));
}
