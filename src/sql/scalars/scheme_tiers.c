/*
 * scheme_tiers.c
 *		The tiers of a scheme: their names, and all of them in a table.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "sql/argument.h"

PG_FUNCTION_INFO_V1(abc_label);
PG_FUNCTION_INFO_V1(abc_tiers);

/* The name of a tier, its letter where the scheme has no names. */
static text *
tier_name(const AbcScheme *scheme, AbcTier tier)
{
	const char *name = scheme->names[rank_of_tier(tier)];

	return name != NULL ? cstring_to_text(name) : cstring_to_text_with_len(&tier, 1);
}

/*
 * abc_label(tier, scheme): the name of the tier in the scheme, its letter where
 * the scheme has no names.  Strict in SQL: NULL in, NULL out.  A tier beyond the
 * scheme's last is an error.
 */
Datum
abc_label(PG_FUNCTION_ARGS)
{
	AbcTier		tier = PG_GETARG_ABC_TIER(0);
	struct varlena *source = PG_GETARG_VARLENA_PP(1);
	const AbcScheme *scheme = scheme_slot_set(scheme_slot_of_call(fcinfo->flinfo), source);

	if (rank_of_tier(tier) > scheme->ncuts)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the abc_scheme \"%s\" has no tier %c", text_to_cstring((text *) source), tier),
				 errhint("Its tiers are A to %c.", tier_of_rank(scheme->ncuts))));
	PG_RETURN_TEXT_P(tier_name(scheme, tier));
}

/*
 * abc_tiers(scheme): a row for each tier, best first: rank (1 is A), tier, name
 * (the letter where the scheme has no names) and cut, the scheme's own number:
 * per cent of the total or of the rows, cumulative (under fill the tier's own
 * width), a number of rows, or a value (whether it must be exceeded is not said).
 * The last tier has no cut: NULL.  Strict in SQL: no row for NULL.
 */
Datum
abc_tiers(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const AbcScheme *scheme = scheme_of_datum(PG_GETARG_DATUM(0), CurrentMemoryContext);

	InitMaterializedSRF(fcinfo, 0);
	for (int rank = 0; rank <= scheme->ncuts; rank++)
	{
		AbcTier		tier = tier_of_rank(rank);
		bool		last = rank == scheme->ncuts;
		bool		nulls[4] = {false, false, false, last};
		Datum		values[4];

		values[0] = Int16GetDatum(rank + 1);
		values[1] = AbcTierGetDatum(tier);
		values[2] = PointerGetDatum(tier_name(scheme, tier));
		values[3] = last ? (Datum) 0 : NumericGetDatum(scheme_cut_number(scheme, rank));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
