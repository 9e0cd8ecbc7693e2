/*
 * tempfile.h
 *		A temporary file that closes itself with its memory context.
 */
#ifndef ABC_TEMPFILE_H
#define ABC_TEMPFILE_H

#include "lib/ilist.h"
#include "storage/buffile.h"
#include "utils/resowner.h"

typedef struct TempFile
{
	MemoryContext mcxt;			/* in which this struct and the file live */
	BufFile    *file;			/* NULL when closed */
	int64		size;			/* bytes written */
	ResourceOwner owner;		/* of the open file */
	dlist_node	link;			/* among the open files */
	MemoryContextCallback release;
} TempFile;

/* A closed file; opening, closing and opening again is fine. */
extern TempFile *tempfile_create(MemoryContext mcxt);
extern void tempfile_open(TempFile *temp);
extern void tempfile_close(TempFile *temp);

#define tempfile_is_open(temp)	((temp)->file != NULL)

extern void tempfile_append(TempFile *temp, const void *data, Size size);
extern void tempfile_read(TempFile *temp, int64 position, void *data, Size size);

#endif							/* ABC_TEMPFILE_H */
