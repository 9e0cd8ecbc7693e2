/*
 * argument.h
 *		Arguments that hold for many rows: read once, kept while they stay the same.
 *
 * Messages name the parameter as SQL does: "scheme", "weights", "cutoffs".
 */
#ifndef ABC_ARGUMENT_H
#define ABC_ARGUMENT_H

#include "utils/array.h"

#include "compat.h"
#include "scheme/scheme.h"

#define MAX_KEPT	3			/* arguments that are kept together */

/* Copies of arguments, and in mcxt what was made of them. */
typedef struct KeptArguments
{
	MemoryContext mcxt;
	int			n;
	struct varlena *bytes[MAX_KEPT];	/* unpacked; NULL for a NULL */
	bool		valid;			/* set by the owner once all is made */
} KeptArguments;

extern void kept_init(KeptArguments *kept, int n, MemoryContext parent);

/*
 * Forget what is kept, keep copies of other arguments, and switch to the context
 * for what is made of them; the one before.
 */
extern MemoryContext kept_renew(KeptArguments *kept, struct varlena *const *given);

/* Do two arguments, not compressed, hold the same bytes?  NULL is like NULL only. */
static inline bool
argument_same(const struct varlena *a, const struct varlena *b)
{
	Size		size;

	if (a == NULL || b == NULL)
		return a == b;
	size = VARSIZE_ANY_EXHDR(a);
	return size == VARSIZE_ANY_EXHDR(b) && memcmp(VARDATA_ANY(a), VARDATA_ANY(b), size) == 0;
}

/* Does the kept copy of an argument, neither of them NULL, hold its bytes? */
static inline bool
kept_holds(const struct varlena *copy, const struct varlena *given)
{
	Size		size = VARSIZE(copy) - VARHDRSZ;

	return VARSIZE_ANY_EXHDR(given) == size && memcmp(VARDATA(copy), VARDATA_ANY(given), size) == 0;
}

/* Is what was made of the arguments given still there? */
static inline bool
kept_same(const KeptArguments *kept, struct varlena *const *given)
{
	if (!kept->valid)
		return false;
	for (int i = 0; i < kept->n; i++)
		if (kept->bytes[i] == NULL || given[i] == NULL ? kept->bytes[i] != given[i] :
			!kept_holds(kept->bytes[i], given[i]))
			return false;
	return true;
}

/* What an array argument is to be: of one dimension, with 1 to max elements, or none. */
typedef struct ArrayRule
{
	const char *name;			/* of the parameter */
	int			max;
	bool		nulls;			/* elements may be NULL */
	bool		empty;			/* there may be none */
	const char *hint;
} ArrayRule;

/* The elements of an array, or an error that says what is wrong; nulls may be NULL. */
extern Datum *argument_array(const ArrayRule *rule, ArrayType *array, bool **nulls, int *n);

/* The check of dimensions alone. */
extern void argument_check_dimensions(const ArrayRule *rule, const ArrayType *array);

/* "NAME must not be NULL" */
pg_noreturn extern void argument_refuse_null(const char *name, const char *hint);

/* "argument "NAME" changes within a partition: ..."; within is "a partition" or "a group" */
pg_noreturn extern void argument_refuse_change(const char *name, const char *within,
											   const char *before, const char *now);

/* The scheme a call was given, parsed once for as long as it stays the same. */
typedef struct SchemeSlot
{
	KeptArguments kept;
	AbcScheme  *scheme;
} SchemeSlot;

extern void scheme_slot_init(SchemeSlot *slot, MemoryContext parent);

/* The slot that a function keeps from call to call, in its fn_extra. */
extern SchemeSlot *scheme_slot_of_call(FmgrInfo *flinfo);

/* Parse the scheme unless the slot has it; NULL is the default scheme. */
extern const AbcScheme *scheme_slot_set(SchemeSlot *slot, struct varlena *source);

pg_noreturn extern void scheme_refuse_null(void);

/* An error unless two schemes are the same; within is "a partition" or "a group". */
extern void scheme_check_same(const char *within, struct varlena *before, struct varlena *now);

#endif							/* ABC_ARGUMENT_H */
