/*
 * scheme_slot.c
 *		The scheme a call was given, parsed once for as long as it stays the same.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compat.h"
#include "sql/scheme_slot.h"

void
scheme_slot_init(SchemeSlot *slot, MemoryContext parent)
{
	memset(slot, 0, sizeof(*slot));
	slot->mcxt = AllocSetContextCreate(parent, "abc_tier scheme", ALLOCSET_SMALL_SIZES);
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

bool
scheme_same(struct varlena *a, struct varlena *b)
{
	Size		size = VARSIZE_ANY_EXHDR(a);

	return size == VARSIZE_ANY_EXHDR(b) && memcmp(VARDATA_ANY(a), VARDATA_ANY(b), size) == 0;
}

const AbcScheme *
scheme_slot_set(SchemeSlot *slot, struct varlena *source)
{
	MemoryContext old;

	if (slot->scheme != NULL &&
		(source == NULL ? slot->source == NULL :
		 slot->source != NULL && scheme_same(slot->source, source)))
		return slot->scheme;

	slot->scheme = NULL;
	slot->source = NULL;
	MemoryContextReset(slot->mcxt);
	old = MemoryContextSwitchTo(slot->mcxt);
	if (source != NULL)
	{
		slot->source = palloc(VARSIZE_ANY(source));
		memcpy(slot->source, source, VARSIZE_ANY(source));
	}
	slot->scheme = source == NULL ? scheme_parse(ABC_DEFAULT_SCHEME, NULL) :
		scheme_of_datum(PointerGetDatum(slot->source), slot->mcxt);
	MemoryContextSwitchTo(old);
	return slot->scheme;
}

void
scheme_refuse_null(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("scheme must not be NULL"),
			 errhint("Leave the argument out for the default, \"%s\".", ABC_DEFAULT_SCHEME)));
}

/* A scheme, weights or methods hold for all rows of "a partition" or "a group". */
void
scheme_refuse_change(const char *what, struct varlena *a, struct varlena *b)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("scheme changes within %s: \"%s\", then \"%s\"", what,
					text_to_cstring((text *) a), text_to_cstring((text *) b)),
			 errhint("A scheme holds for all rows of a partition or group: add what it depends on to PARTITION BY or GROUP BY.")));
}
