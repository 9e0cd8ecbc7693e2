/*
 * compat.h
 *		Everything that depends on the server's version or on the compiler, in one place.
 *
 * The code is written to the newest PostgreSQL API; what an older server lacks
 * is supplied here, and no other file looks at PG_VERSION_NUM.
 */
#ifndef ABC_COMPAT_H
#define ABC_COMPAT_H

#include <float.h>

#include "fmgr.h"

#if PG_VERSION_NUM < 150000
#error "abc_tier needs PostgreSQL 15 or later"
#endif

/* Sums are exact because each operation is rounded once, to a double: not so in the registers of x87. */
#if FLT_EVAL_METHOD != 0
#error "abc_tier needs arithmetic without excess precision: compile with -msse2 -mfpmath=sse, or the like"
#endif

/* 16: what SQL calls is exported, all else is hidden (by -fvisibility=hidden), lest modules share names. */
#if PG_VERSION_NUM < 160000
#undef PGDLLEXPORT
#define PGDLLEXPORT		__attribute__((visibility("default")))
#undef PG_FUNCTION_INFO_V1
#define PG_FUNCTION_INFO_V1(name) \
	extern PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	extern PGDLLEXPORT const Pg_finfo_record *CppConcat(pg_finfo_, name)(void); \
	const Pg_finfo_record * \
	CppConcat(pg_finfo_, name)(void) \
	{ \
		static const Pg_finfo_record info = {1}; \
		return &info; \
	} \
	extern int no_such_variable
#endif

/* 16: hexadecimal digits of a type's input, with soft errors. */
#if PG_VERSION_NUM < 160000
#define hex_decode_safe(text, length, bytes, escontext)		hex_decode(text, length, bytes)
#endif

/* 16: soft errors in input functions.  Before 16 a soft error is a hard one. */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#define abc_escontext(fcinfo)	((fcinfo)->context)
#else
#define abc_escontext(fcinfo)	NULL
#define ereturn(escontext, dummy_value, ...) \
	do { \
		(void) (escontext); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)
#define errsave(escontext, ...) \
	do { \
		(void) (escontext); \
		ereport(ERROR, __VA_ARGS__); \
	} while (0)
#define SOFT_ERROR_OCCURRED(escontext)	false
#endif

/* 18: pg_noreturn in front of a declaration took the place of pg_attribute_noreturn() behind it. */
#ifndef pg_noreturn
#define pg_noreturn		_Noreturn
#endif

/* 16: varlena headers moved out of postgres.h. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 16: one function says who owns what. */
#if PG_VERSION_NUM >= 160000
#define owns_relation(relation, role) object_ownercheck(RelationRelationId, relation, role)
#else
#define owns_relation(relation, role) pg_class_ownercheck(relation, role)
#endif

/* 16: reads of exactly so many bytes. */
#if PG_VERSION_NUM < 160000
#define BufFileReadExact(file, ptr, size) \
	do { \
		if (BufFileRead(file, ptr, size) != (size)) \
			ereport(ERROR, \
					(errcode_for_file_access(), \
					 errmsg("could not read from temporary file: %m"))); \
	} while (0)
#endif

/* 16: a tuplesort that may lend its datums. */
#if PG_VERSION_NUM >= 160000
#define abc_tuplesort_getdatum(state, value, isnull) \
	tuplesort_getdatum(state, true, true, value, isnull, NULL)
#else
#define abc_tuplesort_getdatum(state, value, isnull) \
	tuplesort_getdatum(state, true, value, isnull, NULL)
#endif

/* 19: a tuple descriptor made by hand is finished before use. */
#if PG_VERSION_NUM < 190000
#define TupleDescFinalize(desc)		((void) (desc))
#endif

/* 19: IGNORE NULLS would change which row an argument is read from; here it is refused. */
#if PG_VERSION_NUM < 190000
#define WinCheckAndInitializeNullTreatment(winobj, allowed, fcinfo)		((void) (fcinfo))
#endif

/*
 * 128-bit unsigned integers: the compiler's where it has them, else two words.
 * Only the operations that the extension uses.
 */
#ifdef HAVE_INT128

typedef uint128 u128;

#define u128_of(x)			((u128) (uint64) (x))
#define u128_make(hi, lo)	(((u128) (uint64) (hi) << 64) | (uint64) (lo))
#define u128_hi(a)			((uint64) ((a) >> 64))
#define u128_lo(a)			((uint64) (a))
#define u128_add(a, b)		((a) + (b))
#define u128_sub(a, b)		((a) - (b))
#define u128_shr(a, n)		((a) >> (n))
#define u128_shl(a, n)		((a) << (n))
#define u128_mul64(a, b)	((u128) (uint64) (a) * (uint64) (b))
#define u128_lt(a, b)		((a) < (b))
#define u128_eq(a, b)		((a) == (b))

/* Quotient and remainder of (hi, lo) by d, where hi < d. */
static inline uint64
u128_divrem64(uint64 hi, uint64 lo, uint64 d, uint64 *rem)
{
	uint64		q = (uint64) (u128_make(hi, lo) / d);

	*rem = lo - q * d;
	return q;
}

#else							/* !HAVE_INT128 */

typedef struct u128
{
	uint64		lo;
	uint64		hi;
} u128;

static inline u128
u128_make(uint64 hi, uint64 lo)
{
	u128		r;

	r.lo = lo;
	r.hi = hi;
	return r;
}

#define u128_of(x)			u128_make(0, (x))
#define u128_hi(a)			((a).hi)
#define u128_lo(a)			((a).lo)

static inline u128
u128_add(u128 a, u128 b)
{
	uint64		lo = a.lo + b.lo;

	return u128_make(a.hi + b.hi + (lo < a.lo), lo);
}

static inline u128
u128_sub(u128 a, u128 b)
{
	return u128_make(a.hi - b.hi - (a.lo < b.lo), a.lo - b.lo);
}

static inline u128
u128_shr(u128 a, int n)
{
	if (n == 0)
		return a;
	if (n >= 64)
		return u128_make(0, a.hi >> (n - 64));
	return u128_make(a.hi >> n, (a.lo >> n) | (a.hi << (64 - n)));
}

static inline u128
u128_shl(u128 a, int n)
{
	if (n == 0)
		return a;
	if (n >= 64)
		return u128_make(a.lo << (n - 64), 0);
	return u128_make((a.hi << n) | (a.lo >> (64 - n)), a.lo << n);
}

static inline u128
u128_mul64(uint64 a, uint64 b)
{
	uint64		al = a & 0xFFFFFFFF,
				ah = a >> 32,
				bl = b & 0xFFFFFFFF,
				bh = b >> 32;
	uint64		ll = al * bl,
				mid = ah * bl + (ll >> 32),
				mid2 = al * bh + (mid & 0xFFFFFFFF);

	return u128_make(ah * bh + (mid >> 32) + (mid2 >> 32),
					 (mid2 << 32) | (ll & 0xFFFFFFFF));
}

static inline bool
u128_lt(u128 a, u128 b)
{
	return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo);
}

static inline bool
u128_eq(u128 a, u128 b)
{
	return a.hi == b.hi && a.lo == b.lo;
}

/* Quotient and remainder of (hi, lo) by d, where hi < d: bit by bit. */
static inline uint64
u128_divrem64(uint64 hi, uint64 lo, uint64 d, uint64 *rem)
{
	uint64		q = 0;
	int			i;

	for (i = 63; i >= 0; i--)
	{
		bool		carry = (hi >> 63) != 0;

		hi = (hi << 1) | ((lo >> i) & 1);
		q <<= 1;
		if (carry || hi >= d)
		{
			hi -= d;
			q |= 1;
		}
	}
	*rem = hi;
	return q;
}

#endif							/* HAVE_INT128 */

#endif							/* ABC_COMPAT_H */
