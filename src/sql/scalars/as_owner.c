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
 * calls directly.  Who has not the rights of the owner, and a superuser who is
 * not the owner, does so, too: the function called refuses them.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(abc_as_owner);
PG_FUNCTION_INFO_V1(abc_caller);
PG_FUNCTION_INFO_V1(abc_refresh_mv);

/* Who called abc_as_owner, and in which security context; InvalidOid outside of it. */
typedef struct Caller
{
	Oid			user;
	int			context;
} Caller;

static Caller caller = {InvalidOid, 0};

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
 * The function that does the work of this one: in the same schema, with the same
 * arguments, its name with "_" in front.
 */
static FmgrInfo *
worker_function(FmgrInfo *flinfo)
{
	HeapTuple	tuple;
	Form_pg_proc proc;
	List	   *name;
	FmgrInfo   *worker;

	if (flinfo->fn_extra != NULL)
		return flinfo->fn_extra;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(flinfo->fn_oid));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", flinfo->fn_oid);
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	name = list_make2(makeString(get_namespace_name(proc->pronamespace)),
					  makeString(psprintf("_%s", NameStr(proc->proname))));
	worker = MemoryContextAlloc(flinfo->fn_mcxt, sizeof(FmgrInfo));
	fmgr_info_cxt(LookupFuncName(name, proc->pronargs, proc->proargtypes.values, false),
				  worker, flinfo->fn_mcxt);
	ReleaseSysCache(tuple);
	flinfo->fn_extra = worker;
	return worker;
}

/* Does the user act for the owner, and has more rights, or a way to them, than he? */
static bool
must_become(Oid user, Oid owner)
{
	if (!OidIsValid(owner) || !has_privs_of_role(user, owner))
		return false;
	if (user != owner)
		return !superuser_arg(user);
	return GetSessionUserId() != owner || GetAuthenticatedUserId() != owner;
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

/*
 * Any function whose first argument is a relation: do what its worker does, as
 * the owner of the relation.
 */
Datum
abc_as_owner(PG_FUNCTION_ARGS)
{
	FmgrInfo   *worker = worker_function(fcinfo->flinfo);
	Oid			owner = PG_ARGISNULL(0) ? InvalidOid : owner_of_relation(PG_GETARG_OID(0));
	Caller		now;
	int			settings;
	Datum		result;

	GetUserIdAndSecContext(&now.user, &now.context);
	if (!must_become(now.user, owner))
		return call_worker(fcinfo, worker, caller);

	/* on an error the end of the (sub)transaction restores user, context and settings */
	settings = NewGUCNestLevel();
	SetUserIdAndSecContext(owner, now.context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
	result = call_worker(fcinfo, worker, now);
	AtEOXact_GUC(false, settings);
	SetUserIdAndSecContext(now.user, now.context);
	return result;
}

/* The name of the role that called abc_as_owner; outside of it, of the current role. */
Datum
abc_caller(PG_FUNCTION_ARGS)
{
	Oid			user = OidIsValid(caller.user) ? caller.user : GetUserId();

	PG_RETURN_TEXT_P(cstring_to_text(GetUserNameFromId(user, false)));
}

/*
 * abc_refresh_mv(mv regclass, concurrently boolean): REFRESH MATERIALIZED VIEW.
 *
 * It needs a temporary table, which a security-restricted operation cannot make:
 * so the restriction of abc_as_owner is lifted for the command, which restricts
 * by itself whatever in it is the owner's.
 */
Datum
abc_refresh_mv(PG_FUNCTION_ARGS)
{
	Oid			mv = PG_GETARG_OID(0);
	bool		concurrently = PG_GETARG_BOOL(1);
	Caller		before = caller;
	Oid			user;
	int			context;
	char	   *command = psprintf("REFRESH MATERIALIZED VIEW %s %s", concurrently ? "CONCURRENTLY" : "",
								   DatumGetCString(DirectFunctionCall1(regclassout, ObjectIdGetDatum(mv))));

	GetUserIdAndSecContext(&user, &context);
	if (OidIsValid(caller.user))
		SetUserIdAndSecContext(user, caller.context | SECURITY_LOCAL_USERID_CHANGE);
	caller.user = InvalidOid;	/* what the command calls cannot lift its restriction */
	PG_TRY();
	{
		SPI_connect();
		if (SPI_execute(command, false, 0) != SPI_OK_UTILITY)
			elog(ERROR, "could not execute \"%s\"", command);
		SPI_finish();
	}
	PG_FINALLY();
	{
		caller = before;
	}
	PG_END_TRY();
	SetUserIdAndSecContext(user, context);
	PG_RETURN_VOID();
}
