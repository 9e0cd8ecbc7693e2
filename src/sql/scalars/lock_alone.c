/*
 * lock_alone.c
 *		Relations locked one after the other, each by itself.
 *
 * LOCK TABLE on a view locks what it reads, too, and in the order in which it reads it.  Who replaces or drops the views
 * of a model and their tables has to take the views first, as readers do, and the tables when the views are held.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(abc_lock_alone);

/*
 * _abc.lock_alone(relations oid[]): an ACCESS EXCLUSIVE lock on each, in this order, until the transaction ends.  What
 * is NULL, or is no longer there, is passed over.  An error for a relation of somebody else's.
 */
Datum
abc_lock_alone(PG_FUNCTION_ARGS)
{
	Datum	   *relations;
	bool	   *nulls;
	int			n;
	int			i;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), OIDOID, sizeof(Oid), true, TYPALIGN_INT, &relations, &nulls, &n);
	for (i = 0; i < n; i++)
	{
		Oid			relation = DatumGetObjectId(relations[i]);
		char	   *name = nulls[i] ? NULL : get_rel_name(relation);

		if (name == NULL)
			continue;
		if (!owns_relation(relation, GetUserId()))
			aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, name);
		LockRelationOid(relation, AccessExclusiveLock);
	}
	PG_RETURN_VOID();
}
