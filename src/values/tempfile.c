/*
 * tempfile.c
 *		A temporary file that closes itself with its memory context.
 *
 * The state of an aggregate or window function ends with its memory context,
 * nothing else tells it so.  But a file also belongs to the resource owner that
 * was current when it was opened, which closes it on abort.  That may be long
 * before the context goes away: a cursor whose FETCH fails inside a savepoint
 * loses its files with ROLLBACK TO, its memory with CLOSE or COMMIT.  So open
 * files are listed, and forgotten when their owner is released; whoever closes a
 * BufFile a second time hands its descriptor to two others.
 */
#include "postgres.h"

#include "access/xact.h"

#include "compat.h"
#include "values/tempfile.h"

static dlist_head open_files = DLIST_STATIC_INIT(open_files);

/* ResourceReleaseCallback: CurrentResourceOwner has just closed its files. */
static void
forget_files(ResourceReleasePhase phase, bool is_commit, bool is_top_level, void *arg)
{
	dlist_mutable_iter iter;

	if (phase != RESOURCE_RELEASE_AFTER_LOCKS)
		return;
	dlist_foreach_modify(iter, &open_files)
	{
		TempFile   *temp = dlist_container(TempFile, link, iter.cur);

		if (temp->owner == CurrentResourceOwner)
		{
			dlist_delete(&temp->link);
			temp->file = NULL;
		}
	}
}

/* Closing may fail, for it writes what is still in memory: the list comes first. */
static void
close_file(TempFile *temp)
{
	BufFile    *file = temp->file;

	dlist_delete(&temp->link);
	temp->file = NULL;
	/* during an abort the file is left to its owner */
	if (IsTransactionState())
		BufFileClose(file);
}

/* MemoryContextCallback */
static void
tempfile_release(void *arg)
{
	tempfile_close(arg);
}

/* It opens nothing yet. */
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

/* Open it, empty, under the current resource owner. */
void
tempfile_open(TempFile *temp)
{
	static bool registered = false;
	MemoryContext old = MemoryContextSwitchTo(temp->mcxt);

	Assert(temp->file == NULL);
	if (!registered)
		RegisterResourceReleaseCallback(forget_files, NULL);
	registered = true;
	temp->file = BufFileCreateTemp(false);
	temp->owner = CurrentResourceOwner;
	temp->size = 0;
	dlist_push_head(&open_files, &temp->link);
	MemoryContextSwitchTo(old);
}

/* A closed file stays as it is. */
void
tempfile_close(TempFile *temp)
{
	if (temp->file != NULL)
		close_file(temp);
}

static void
tempfile_seek(TempFile *temp, int64 position)
{
	if (BufFileSeek(temp->file, 0, position, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not seek in temporary file: %m")));
}

/* Write behind everything written before. */
void
tempfile_append(TempFile *temp, const void *data, Size size)
{
	/* reading moves the position; where it has not moved this is free */
	tempfile_seek(temp, temp->size);
	BufFileWrite(temp->file, unconstify(void *, data), size);
	temp->size += size;
}

/*
 * Read what was written at this position; an error if the file has not so many
 * bytes.
 */
void
tempfile_read(TempFile *temp, int64 position, void *data, Size size)
{
	tempfile_seek(temp, position);
	BufFileReadExact(temp->file, data, size);
}
