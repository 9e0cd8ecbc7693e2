/*
 * scheme_slot.h
 *		The scheme a call was given, parsed once for as long as it stays the same.
 */
#ifndef ABC_SCHEME_SLOT_H
#define ABC_SCHEME_SLOT_H

#include "scheme/scheme.h"
#include "sql/argument.h"

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

#endif							/* ABC_SCHEME_SLOT_H */
