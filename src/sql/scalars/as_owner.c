/*
 * as_owner.c
 *		Calls with the rights of a relation's owner, and with no way out of them.
 *
 * What an owner has put on tables and into views (triggers, policies, defaults,
 * index expressions, functions) runs with the rights of whoever uses them, and
 * SET ROLE does not protect from it: such code can say RESET ROLE.  So a function
 * that works on a model is called as REFRESH MATERIALIZED VIEW, REINDEX and
 * VACUUM call such code: as the owner, in a security-restricted operation, where
 * roles cannot be changed and nothing stays behind in the session that later runs
 * with the caller's rights (temporary objects, deferred triggers, settings).
 *
 * An owner who is logged in as himself has nothing to be protected from, and
 * calls directly.  So does who has not the rights of the owner: he reads what he
 * was granted, and whatever writes refuses him.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "lib/stringinfo.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(abc_as_owner);
PG_FUNCTION_INFO_V1(abc_as_writer);
PG_FUNCTION_INFO_V1(abc_as_caller);
PG_FUNCTION_INFO_V1(abc_caller);
PG_FUNCTION_INFO_V1(abc_caller_path);

#define PRIVATE_SCHEMA	"_abc"

/* Who called one of these functions, in which security context, and which schemas he sees; zeroes outside. */
typedef struct Caller
{
	Oid			user;
	int			context;
	char	   *path;
} Caller;

static Caller caller = {InvalidOid, 0, NULL};

/* The schemas that are searched now, as a setting of search_path; temporary ones do not last. */
static char *
current_path(void)
{
	List	   *path = fetch_search_path(false);
	ListCell   *lc;
	StringInfoData result;

	initStringInfo(&result);
	foreach(lc, path)
	{
		char	   *name = get_namespace_name(lfirst_oid(lc));

		/* what is built in comes first, wherever the caller may have put it */
		if (name != NULL && !isTempNamespace(lfirst_oid(lc)) && lfirst_oid(lc) != PG_CATALOG_NAMESPACE)
			appendStringInfo(&result, "%s%s", result.len > 0 ? ", " : "", quote_identifier(name));
	}
	list_free(path);
	return result.data;
}

static Caller
current_caller(void)
{
	Caller		now;

	GetUserIdAndSecContext(&now.user, &now.context);
	now.path = current_path();
	return now;
}

static Oid
owner_of_relation(Oid relation)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	Oid			owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}

/*
 * The function that does the work of this one: of the same name and arguments, in the private schema; where
 * this one is there itself, with "_" in front of its name.
 */
static FmgrInfo *
worker_function(FmgrInfo *flinfo)
{
	HeapTuple	tuple;
	Form_pg_proc proc;
	bool		is_private;
	List	   *name;
	FmgrInfo   *worker;

	if (flinfo->fn_extra != NULL)
		return flinfo->fn_extra;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(flinfo->fn_oid));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", flinfo->fn_oid);
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	is_private = strcmp(get_namespace_name(proc->pronamespace), PRIVATE_SCHEMA) == 0;
	name = list_make2(makeString(PRIVATE_SCHEMA),
					  makeString(psprintf("%s%s", is_private ? "_" : "", NameStr(proc->proname))));
	worker = MemoryContextAlloc(flinfo->fn_mcxt, sizeof(FmgrInfo));
	fmgr_info_cxt(LookupFuncName(name, proc->pronargs, proc->proargtypes.values, false),
				  worker, flinfo->fn_mcxt);
	ReleaseSysCache(tuple);
	flinfo->fn_extra = worker;
	return worker;
}

/* Does the user have the rights of the owner, and others or a way to others besides? */
static bool
must_become(Oid user, Oid owner)
{
	if (!OidIsValid(owner) || !has_privs_of_role(user, owner))
		return false;
	return user != owner || GetSessionUserId() != owner || GetAuthenticatedUserId() != owner;
}

/* Call the worker with this call's own arguments and place for results, on behalf of a caller. */
static pg_noinline Datum
call_worker(FunctionCallInfo fcinfo, FmgrInfo *worker, Caller on_behalf_of)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;
	Caller		before = caller;
	Datum		result = (Datum) 0;

	fcinfo->flinfo = worker;
	caller = on_behalf_of;
	PG_TRY();
	{
		result = FunctionCallInvoke(fcinfo);
	}
	PG_FINALLY();
	{
		fcinfo->flinfo = flinfo;
		caller = before;
	}
	PG_END_TRY();
	return result;
}

/* Call the worker as the owner of a relation, restricted, on behalf of the current user. */
static Datum
call_as(Oid owner, FunctionCallInfo fcinfo, FmgrInfo *worker)
{
	Caller		now = current_caller();
	int			settings = NewGUCNestLevel();
	Datum		result;

	/* on an error the end of the (sub)transaction restores user, context and settings */
	SetUserIdAndSecContext(owner, now.context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
	result = call_worker(fcinfo, worker, now);
	AtEOXact_GUC(false, settings);
	SetUserIdAndSecContext(now.user, now.context);
	return result;
}

/*
 * Any function whose first argument is a relation: do what its worker does, as the owner of the relation
 * where the caller has his rights, else with the caller's own.
 */
Datum
abc_as_owner(PG_FUNCTION_ARGS)
{
	FmgrInfo   *worker = worker_function(fcinfo->flinfo);
	Oid			owner = PG_ARGISNULL(0) ? InvalidOid : owner_of_relation(PG_GETARG_OID(0));

	if (must_become(GetUserId(), owner))
		return call_as(owner, fcinfo, worker);
	return call_worker(fcinfo, worker, current_caller());
}

/*
 * The same for a table into which others may be allowed to INSERT: who may, acts as its owner.  The worker
 * does nothing but write a row in the caller's name, and what follows from it.
 */
Datum
abc_as_writer(PG_FUNCTION_ARGS)
{
	FmgrInfo   *worker = worker_function(fcinfo->flinfo);
	Oid			table = PG_ARGISNULL(0) ? InvalidOid : PG_GETARG_OID(0);
	Oid			owner = owner_of_relation(table);

	if (OidIsValid(owner) &&
		(must_become(GetUserId(), owner) ||
		 (GetUserId() != owner && pg_class_aclcheck(table, GetUserId(), ACL_INSERT) == ACLCHECK_OK)))
		return call_as(owner, fcinfo, worker);
	return call_worker(fcinfo, worker, current_caller());
}

/* Any function: do what its worker does, who may ask which schemas the caller sees. */
Datum
abc_as_caller(PG_FUNCTION_ARGS)
{
	return call_worker(fcinfo, worker_function(fcinfo->flinfo), current_caller());
}

/* The name of the role that called abc_as_owner; outside of it, of the current role. */
Datum
abc_caller(PG_FUNCTION_ARGS)
{
	Oid			user = OidIsValid(caller.user) ? caller.user : GetUserId();

	PG_RETURN_TEXT_P(cstring_to_text(GetUserNameFromId(user, false)));
}

/* The schemas that the caller of one of these functions sees; outside of them, those that are searched now. */
Datum
abc_caller_path(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(caller.path != NULL ? caller.path : current_path()));
}
