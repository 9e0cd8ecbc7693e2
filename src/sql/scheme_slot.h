/*
 * scheme_slot.h
 *		The scheme a call was given, parsed once for as long as it stays the same.
 */
#ifndef ABC_SCHEME_SLOT_H
#define ABC_SCHEME_SLOT_H

#include "compat.h"
#include "scheme/scheme.h"

typedef struct SchemeSlot
{
	MemoryContext mcxt;			/* of the copy and the parsed form */
	struct varlena *source;		/* NULL: the default scheme, or nothing yet */
	AbcScheme  *scheme;
} SchemeSlot;

extern void scheme_slot_init(SchemeSlot *slot, MemoryContext parent);

/* The slot that a function keeps from call to call, in its fn_extra. */
extern SchemeSlot *scheme_slot_of_call(FmgrInfo *flinfo);

/* Parse the scheme unless the slot has it; NULL is the default scheme. */
extern const AbcScheme *scheme_slot_set(SchemeSlot *slot, struct varlena *source);

/* Are two schemes the same text? */
extern bool scheme_same(struct varlena *a, struct varlena *b);

pg_noreturn extern void scheme_refuse_null(void);
pg_noreturn extern void scheme_refuse_change(const char *what, struct varlena *a, struct varlena *b);

#endif							/* ABC_SCHEME_SLOT_H */
