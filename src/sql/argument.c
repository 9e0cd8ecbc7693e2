/*
 * argument.c
 *		Arguments that hold for many rows: read once, kept while they stay the same.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "sql/argument.h"

void
kept_init(KeptArguments *kept, int n, MemoryContext parent)
{
	Assert(n <= MAX_KEPT);
	memset(kept, 0, sizeof(*kept));
	kept->n = n;
	kept->mcxt = AllocSetContextCreate(parent, "abc_tier arguments", ALLOCSET_SMALL_SIZES);
}

/* A copy with a full header, as what reads arrays wants it. */
static struct varlena *
unpacked_copy(const struct varlena *given)
{
	Size		size = VARSIZE_ANY_EXHDR(given);
	struct varlena *copy = palloc(size + VARHDRSZ);

	SET_VARSIZE(copy, size + VARHDRSZ);
	memcpy(VARDATA(copy), VARDATA_ANY(given), size);
	return copy;
}

MemoryContext
kept_renew(KeptArguments *kept, struct varlena *const *given)
{
	MemoryContext old;

	kept->valid = false;
	MemoryContextReset(kept->mcxt);
	old = MemoryContextSwitchTo(kept->mcxt);
	for (int i = 0; i < kept->n; i++)
		kept->bytes[i] = given[i] == NULL ? NULL : unpacked_copy(given[i]);
	return old;
}

void
argument_check_dimensions(const ArrayRule *rule, const ArrayType *array)
{
	int			ndim = ARR_NDIM(array);

	if (ndim != 1 && !(ndim == 0 && rule->empty))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 ndim == 0 ? errmsg("%s must not be an empty array", rule->name) :
				 errmsg("%s must be a one-dimensional array, not one of %d dimensions", rule->name, ndim),
				 errhint("%s", rule->hint)));
}

static void
check_elements(const ArrayRule *rule, const bool *nulls, int n)
{
	if (n > rule->max)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many elements in %s: %d", rule->name, n),
				 errhint("There are at most %d.", rule->max)));
	for (int i = 0; i < n && !rule->nulls; i++)
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("element %d of %s is NULL", i + 1, rule->name),
					 errhint("%s", rule->hint)));
}

Datum *
argument_array(const ArrayRule *rule, ArrayType *array, bool **nulls, int *n)
{
	Datum	   *elements;
	bool	   *isnull;
	int16		length;
	bool		byval;
	char		align;

	argument_check_dimensions(rule, array);
	get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &byval, &align);
	deconstruct_array(array, ARR_ELEMTYPE(array), length, byval, align, &elements, &isnull, n);
	check_elements(rule, isnull, *n);
	if (nulls != NULL)
		*nulls = isnull;
	return elements;
}

void
argument_refuse_null(const char *name, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("%s must not be NULL", name),
			 errhint("%s", hint)));
}

void
argument_refuse_change(const char *name, const char *within, const char *before, const char *now)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"%s\" changes within %s: \"%s\", then \"%s\"", name, within, before, now),
			 errhint("It holds for all rows of a partition or group: add what it depends on to PARTITION BY "
					 "or GROUP BY.")));
}

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
