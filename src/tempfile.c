/*
 * tempfile.c
 *		A temporary file that closes itself with its memory context.
 *
 * The state of an aggregate or window function ends with its memory context,
 * nothing else tells it so.  On abort the resource owner has closed the file
 * before the context goes away, and the BufFile must not be touched any more.
 */
#include "postgres.h"

#include "access/xact.h"

#include "compat.h"
#include "tempfile.h"

static void
tempfile_release(void *arg)
{
	TempFile   *temp = arg;

	if (temp->file != NULL && IsTransactionState())
		BufFileClose(temp->file);
	temp->file = NULL;
}

TempFile *
tempfile_create(MemoryContext mcxt)
{
	TempFile   *temp = MemoryContextAllocZero(mcxt, sizeof(TempFile));

	temp->mcxt = mcxt;
	temp->release.func = tempfile_release;
	temp->release.arg = temp;
	MemoryContextRegisterResetCallback(mcxt, &temp->release);
	return temp;
}

void
tempfile_open(TempFile *temp)
{
	MemoryContext old = MemoryContextSwitchTo(temp->mcxt);

	Assert(temp->file == NULL);
	temp->file = BufFileCreateTemp(false);
	temp->size = 0;
	MemoryContextSwitchTo(old);
}

void
tempfile_close(TempFile *temp)
{
	if (temp->file != NULL)
		BufFileClose(temp->file);
	temp->file = NULL;
}

static void
tempfile_seek(TempFile *temp, int64 position)
{
	if (BufFileSeek(temp->file, 0, position, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not seek in temporary file: %m")));
}

void
tempfile_append(TempFile *temp, const void *data, Size size)
{
	/* reading moves the position; where it has not moved this is free */
	tempfile_seek(temp, temp->size);
	BufFileWrite(temp->file, unconstify(void *, data), size);
	temp->size += size;
}

void
tempfile_read(TempFile *temp, int64 position, void *data, Size size)
{
	tempfile_seek(temp, position);
	BufFileReadExact(temp->file, data, size);
}
