/*
 * scheme_slot.c
 *		The scheme a call was given, parsed once for as long as it stays the same.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "sql/scheme_slot.h"

void
scheme_slot_init(SchemeSlot *slot, MemoryContext parent)
{
	kept_init(&slot->kept, 1, parent);
	slot->scheme = NULL;
}

SchemeSlot *
scheme_slot_of_call(FmgrInfo *flinfo)
{
	if (flinfo->fn_extra == NULL)
	{
		SchemeSlot *slot = MemoryContextAlloc(flinfo->fn_mcxt, sizeof(SchemeSlot));

		scheme_slot_init(slot, flinfo->fn_mcxt);
		flinfo->fn_extra = slot;
	}
	return flinfo->fn_extra;
}

const AbcScheme *
scheme_slot_set(SchemeSlot *slot, struct varlena *source)
{
	MemoryContext old;

	if (kept_same(&slot->kept, &source))
		return slot->scheme;
	old = kept_renew(&slot->kept, &source);
	slot->scheme = source == NULL ? scheme_parse(ABC_DEFAULT_SCHEME, NULL) :
		scheme_of_datum(PointerGetDatum(slot->kept.bytes[0]), slot->kept.mcxt);
	slot->kept.valid = true;
	MemoryContextSwitchTo(old);
	return slot->scheme;
}

void
scheme_refuse_null(void)
{
	argument_refuse_null("scheme", "Leave the argument out for the default, \"" ABC_DEFAULT_SCHEME "\".");
}

void
scheme_check_same(const char *within, struct varlena *before, struct varlena *now)
{
	if (!argument_same(before, now))
		argument_refuse_change("scheme", within, text_to_cstring((text *) before), text_to_cstring((text *) now));
}
