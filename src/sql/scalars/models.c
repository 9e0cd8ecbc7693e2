/*
 * models.c
 *		What models need of transactions and locks, and SQL cannot say.
 *
 * CALL abc_refresh_all(): every model of the caller, each in a transaction of its own.  In C, because a procedure in
 * PL/pgSQL that commits cannot have a search_path of its own, cannot tell that it was called inside a transaction
 * before it fails, and cannot give a hint then.
 *
 * _abc.lock_alone(relations): relations locked, each by itself, and none while another is waited for.  LOCK TABLE on a
 * view locks what it reads, too, and holds what it has while it waits.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(abc_refresh_all);
PG_FUNCTION_INFO_V1(abc_lock_alone);

/* The models that the caller may refresh, as OIDs in memory that outlives transactions; returns how many. */
static uint64
models_to_refresh(MemoryContext lasting, Oid **models)
{
	uint64		n;
	uint64		i;

	if (SPI_execute("SELECT r FROM _abc.refreshable() AS r", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not list the models");
	n = SPI_processed;
	*models = MemoryContextAlloc(lasting, sizeof(Oid) * (n + 1));
	for (i = 0; i < n; i++)
	{
		bool		isnull;

		(*models)[i] = DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
	}
	return n;
}

/* Refresh one model; what went wrong is added to the list of failures. */
static void
refresh_one(Oid model, StringInfo failures)
{
	Oid			type = REGCLASSOID;
	Datum		arg = ObjectIdGetDatum(model);
	char	   *message;

	if (SPI_execute_with_args("SELECT m FROM _abc.try_refresh($1) AS m WHERE m IS NOT NULL",
							  1, &type, &arg, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not refresh model %u", model);
	if (SPI_processed == 0)
		return;
	message = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	appendStringInfo(failures, "%s%s", failures->len > 0 ? "\n" : "", message);
}

Datum
abc_refresh_all(PG_FUNCTION_ARGS)
{
	CallContext *call = (CallContext *) fcinfo->context;
	MemoryContext lasting;
	StringInfoData failures;
	Oid		   *models;
	uint64		n;
	uint64		i;

	if (call == NULL || !IsA(call, CallContext) || call->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_TERMINATION),
				 errmsg("abc_refresh_all() cannot be called inside a transaction"),
				 errdetail("Each model is refreshed in a transaction of its own."),
				 errhint("Call it by itself: without BEGIN, without psql -1, with autocommit in a driver, "
						 "not from a function; or refresh the models one by one with abc_refresh().")));
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	lasting = CurrentMemoryContext; /* under the portal's, so that it outlives commits */
	initStringInfo(&failures);
	n = models_to_refresh(lasting, &models);
	SPI_commit();
	for (i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		refresh_one(models[i], &failures);
		SPI_commit();
	}
	if (failures.len > 0)
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION),
				 errmsg("some models could not be refreshed"),
				 errdetail_internal("%s", failures.data),
				 errhint("The others are refreshed. The column error of NAME_run keeps the messages.")));
	SPI_finish();
	PG_RETURN_VOID();
}

/* The relations of an array of OIDs that are there, all of which must be the caller's; returns how many. */
static int
own_relations(ArrayType *array, Oid **relations)
{
	Datum	   *elements;
	bool	   *nulls;
	int			given;
	int			n = 0;

	deconstruct_array(array, OIDOID, sizeof(Oid), true, TYPALIGN_INT, &elements, &nulls, &given);
	*relations = palloc(sizeof(Oid) * (given + 1));
	for (int i = 0; i < given; i++)
	{
		char	   *name = nulls[i] ? NULL : get_rel_name(DatumGetObjectId(elements[i]));

		if (name == NULL)
			continue;
		if (!owns_relation(DatumGetObjectId(elements[i]), GetUserId()))
			aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, name);
		(*relations)[n++] = DatumGetObjectId(elements[i]);
	}
	return n;
}

/* Lock what can be had at once beside relations[held]; returns the first that cannot, having given back all, or -1. */
static int
lock_beside(const Oid *relations, int n, int held)
{
	for (int i = 0; i < n; i++)
	{
		if (i == held || ConditionalLockRelationOid(relations[i], AccessExclusiveLock))
			continue;
		for (int j = 0; j < n; j++)
		{
			if (j < i || j == held)
				UnlockRelationOid(relations[j], AccessExclusiveLock);
		}
		return i;
	}
	return -1;
}

/*
 * _abc.lock_alone(relations oid[]): an ACCESS EXCLUSIVE lock on each until the transaction ends.  What is NULL, or is
 * no longer there, is passed over; an error for a relation of somebody else's.
 *
 * Nothing is held while something is waited for, so that readers, who lock a view and then its tables, and perhaps
 * another view in the same transaction, never wait for us while we wait for them.  Where they never leave room for all
 * at once, we give up this courtesy in the end.
 */
Datum
abc_lock_alone(PG_FUNCTION_ARGS)
{
	Oid		   *relations;
	int			n = own_relations(PG_GETARG_ARRAYTYPE_P(0), &relations);
	int			held = -1;

	for (int tries = 0; tries < 1000; tries++)
	{
		held = lock_beside(relations, n, held);
		if (held < 0)
			PG_RETURN_VOID();
		LockRelationOid(relations[held], AccessExclusiveLock);
	}
	for (int i = 0; i < n; i++)
		LockRelationOid(relations[i], AccessExclusiveLock);
	PG_RETURN_VOID();
}
