/*
 * tier.c
 *		The type abc_tier: one letter, 'A' (best) to 'Z', that behaves like text outwards.
 *
 * A tier is compared with a tier and with a text, byte by byte, whatever the
 * collation: a text equals a tier when it is exactly that letter, and any other
 * text equals no tier, sorts by its bytes and is never an error.
 *
 * Hashing.  The hash family holds abc_tier and text, so that joins, NOT IN
 * over a text column, hash indexes and hash partitions work across the two
 * types.  The executor hashes and compares the texts of one side among
 * themselves (a hashed subplan drops duplicates, and so does a semijoin made
 * unique), and there text's own "=" would be wrong: under a nondeterministic
 * collation it takes 'a' and 'A' for one value and keeps either, while only 'A'
 * equals the tier.  Hence the family's member for text and text is an operator
 * of our own, ~=~, the same bytes, and every hash is of the bytes.  So the
 * answer depends on no collation, and there need not be one: hash indexes and
 * hash partitions over abc_tier pass none.  Under every deterministic collation
 * the hashes are those of text.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/sortsupport.h"

#include "compat.h"
#include "scheme/tier.h"

#define TIER_HINT	"A tier is one capital letter, \"A\" (best) to \"Z\"."
/* a bare literal beside a tier is taken for one: tier = 'gold' */
#define TIER_TEXT_HINT	"A tier is one capital letter, \"A\" (best) to \"Z\"; beside any other text write tier::text."

#define is_tier_letter(c)	((c) >= 'A' && (c) <= 'Z')

PG_FUNCTION_INFO_V1(abc_tier_in);
PG_FUNCTION_INFO_V1(abc_tier_out);
PG_FUNCTION_INFO_V1(abc_tier_recv);
PG_FUNCTION_INFO_V1(abc_tier_send);
PG_FUNCTION_INFO_V1(abc_tier_to_text);
PG_FUNCTION_INFO_V1(abc_tier_from_text);

PG_FUNCTION_INFO_V1(abc_tier_cmp);
PG_FUNCTION_INFO_V1(abc_tier_cmp_text);
PG_FUNCTION_INFO_V1(abc_tier_text_cmp_tier);
PG_FUNCTION_INFO_V1(abc_tier_text_cmp_text);
PG_FUNCTION_INFO_V1(abc_tier_text_eq_text);
PG_FUNCTION_INFO_V1(abc_tier_sortsupport);

PG_FUNCTION_INFO_V1(abc_tier_hash);
PG_FUNCTION_INFO_V1(abc_tier_hash_extended);
PG_FUNCTION_INFO_V1(abc_tier_hash_text);
PG_FUNCTION_INFO_V1(abc_tier_hash_text_extended);

PG_FUNCTION_INFO_V1(abc_better);
PG_FUNCTION_INFO_V1(abc_worse);
PG_FUNCTION_INFO_V1(abc_rank);
PG_FUNCTION_INFO_V1(abc_tier_of_rank);

/*
 * The tier written as len bytes: exactly one letter A to Z, no blanks, no lower
 * case.  Anything else is an error that names the value (softly, where the
 * caller asks for it); the result is then 0.
 */
static AbcTier
tier_from_bytes(const char *bytes, int len, Node *escontext)
{
	if (len == 1 && is_tier_letter(bytes[0]))
		return bytes[0];

	ereturn(escontext, 0,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type abc_tier: \"%s\"",
					pnstrdup(bytes, len)),
			 errhint(TIER_TEXT_HINT)));
}

/* Input: one letter A to Z.  Errors are soft on PostgreSQL 16 and later. */
Datum
abc_tier_in(PG_FUNCTION_ARGS)
{
	char	   *str = PG_GETARG_CSTRING(0);
	AbcTier		tier = tier_from_bytes(str, strlen(str), abc_escontext(fcinfo));

	PG_RETURN_ABC_TIER(tier);
}

/* Output: the letter. */
Datum
abc_tier_out(PG_FUNCTION_ARGS)
{
	char	   *result = palloc(2);

	result[0] = PG_GETARG_ABC_TIER(0);
	result[1] = '\0';
	PG_RETURN_CSTRING(result);
}

/* Binary input: exactly one byte, a letter A to Z; anything else is an error. */
Datum
abc_tier_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	int			byte;

	if (len != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type abc_tier: %d bytes instead of 1", len),
				 errhint(TIER_HINT)));
	byte = pq_getmsgbyte(buf);
	if (!is_tier_letter(byte))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type abc_tier: byte 0x%02X", byte),
				 errhint(TIER_HINT)));
	PG_RETURN_ABC_TIER((AbcTier) byte);
}

/* Binary output: the letter, the same byte that text would send. */
Datum
abc_tier_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, (uint8) PG_GETARG_ABC_TIER(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* abc_tier -> text, varchar: the letter. */
Datum
abc_tier_to_text(PG_FUNCTION_ARGS)
{
	AbcTier		tier = PG_GETARG_ABC_TIER(0);

	PG_RETURN_TEXT_P(cstring_to_text_with_len(&tier, 1));
}

/* text, varchar -> abc_tier: exactly one letter A to Z, else an error. */
Datum
abc_tier_from_text(PG_FUNCTION_ARGS)
{
	text	   *str = PG_GETARG_TEXT_PP(0);
	AbcTier		tier = tier_from_bytes(VARDATA_ANY(str), VARSIZE_ANY_EXHDR(str), NULL);

	PG_RETURN_ABC_TIER(tier);
}

/*
 * Comparisons.  Each pair of types has one three-way comparison, by bytes: a
 * shorter text sorts before the longer ones that begin with it.
 */
static inline int
compare_tiers(AbcTier a, AbcTier b)
{
	return (int) (uint8) a - (int) (uint8) b;
}

/* Does the text, which may be toasted, consist of this letter alone? */
static bool
tier_is_text(AbcTier tier, Datum str)
{
	bool		equal;
	text	   *t;

	/* A toasted text knows its length: the usual "no" needs no detoasting. */
	if (toast_raw_datum_size(str) - VARHDRSZ != 1)
		return false;
	t = DatumGetTextPP(str);
	equal = VARDATA_ANY(t)[0] == tier;
	if ((Pointer) t != DatumGetPointer(str))
		pfree(t);
	return equal;
}

/* The sign says which comes first by bytes; only a prefix of str is fetched. */
static int
compare_tier_with_text(AbcTier tier, Datum str)
{
	text	   *t = DatumGetTextPSlice(str, 0, 2);
	int			len = VARSIZE_ANY_EXHDR(t);
	int			result;

	if (len == 0)
		result = 1;
	else
	{
		result = compare_tiers(tier, VARDATA_ANY(t)[0]);
		if (result == 0 && len > 1)
			result = -1;
	}
	if ((Pointer) t != DatumGetPointer(str))
		pfree(t);
	return result;
}

/* The six comparisons of abc_tier and abc_tier. */
#define TIER_OPERATOR(name, op) \
PG_FUNCTION_INFO_V1(abc_tier_##name); \
Datum \
abc_tier_##name(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(compare_tiers(PG_GETARG_ABC_TIER(0), PG_GETARG_ABC_TIER(1)) op 0); \
}

TIER_OPERATOR(eq, ==)
TIER_OPERATOR(ne, !=)
TIER_OPERATOR(lt, <)
TIER_OPERATOR(le, <=)
TIER_OPERATOR(ge, >=)
TIER_OPERATOR(gt, >)

/* The ordering comparisons of abc_tier with text, and of text with abc_tier. */
#define CROSS_OPERATOR(name, op) \
PG_FUNCTION_INFO_V1(abc_tier_##name##_text); \
Datum \
abc_tier_##name##_text(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(compare_tier_with_text(PG_GETARG_ABC_TIER(0), PG_GETARG_DATUM(1)) op 0); \
} \
PG_FUNCTION_INFO_V1(abc_tier_text_##name##_tier); \
Datum \
abc_tier_text_##name##_tier(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(0 op compare_tier_with_text(PG_GETARG_ABC_TIER(1), PG_GETARG_DATUM(0))); \
}

CROSS_OPERATOR(lt, <)
CROSS_OPERATOR(le, <=)
CROSS_OPERATOR(ge, >=)
CROSS_OPERATOR(gt, >)

/* Equality of the two types looks at the length first. */
#define CROSS_EQUALITY(name, is_equal) \
PG_FUNCTION_INFO_V1(abc_tier_##name##_text); \
Datum \
abc_tier_##name##_text(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(tier_is_text(PG_GETARG_ABC_TIER(0), PG_GETARG_DATUM(1)) == is_equal); \
} \
PG_FUNCTION_INFO_V1(abc_tier_text_##name##_tier); \
Datum \
abc_tier_text_##name##_tier(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(tier_is_text(PG_GETARG_ABC_TIER(1), PG_GETARG_DATUM(0)) == is_equal); \
}

CROSS_EQUALITY(eq, true)
CROSS_EQUALITY(ne, false)

/* btree support: abc_tier with abc_tier. */
Datum
abc_tier_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_tiers(PG_GETARG_ABC_TIER(0), PG_GETARG_ABC_TIER(1)));
}

/* btree support: abc_tier with text. */
Datum
abc_tier_cmp_text(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_tier_with_text(PG_GETARG_ABC_TIER(0), PG_GETARG_DATUM(1)));
}

/* btree support: text with abc_tier. */
Datum
abc_tier_text_cmp_tier(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(-compare_tier_with_text(PG_GETARG_ABC_TIER(1), PG_GETARG_DATUM(0)));
}

/*
 * btree support: text with text, by bytes, as the operators ~<~ and so on of
 * PostgreSQL.  An index scan for tier = ANY (text[]) sorts the array first.
 */
Datum
abc_tier_text_cmp_text(PG_FUNCTION_ARGS)
{
	text	   *a = PG_GETARG_TEXT_PP(0);
	text	   *b = PG_GETARG_TEXT_PP(1);
	int			alen = VARSIZE_ANY_EXHDR(a);
	int			blen = VARSIZE_ANY_EXHDR(b);
	int			result = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(alen, blen));

	if (result == 0)
		result = (alen > blen) - (alen < blen);
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	PG_RETURN_INT32(result);
}

/* text ~=~ text: the same bytes, whatever the collation; see the top of the file. */
Datum
abc_tier_text_eq_text(PG_FUNCTION_ARGS)
{
	Size		len = toast_raw_datum_size(PG_GETARG_DATUM(0));
	bool		equal;
	text	   *a;
	text	   *b;

	if (len != toast_raw_datum_size(PG_GETARG_DATUM(1)))
		PG_RETURN_BOOL(false);
	a = PG_GETARG_TEXT_PP(0);
	b = PG_GETARG_TEXT_PP(1);
	equal = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), len - VARHDRSZ) == 0;
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	PG_RETURN_BOOL(equal);
}

static int
tier_fastcmp(Datum a, Datum b, SortSupport ssup)
{
	return compare_tiers(DatumGetAbcTier(a), DatumGetAbcTier(b));
}

/* btree support: sorting tiers without a function call per comparison. */
Datum
abc_tier_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport ssup = (SortSupport) PG_GETARG_POINTER(0);

	ssup->comparator = tier_fastcmp;
	PG_RETURN_VOID();
}

/* Hash support: the hash of the letter as a text of one byte. */
Datum
abc_tier_hash(PG_FUNCTION_ARGS)
{
	AbcTier		tier = PG_GETARG_ABC_TIER(0);

	return hash_any((const unsigned char *) &tier, 1);
}

/* The same, 64 bits and seeded: hash partitions. */
Datum
abc_tier_hash_extended(PG_FUNCTION_ARGS)
{
	AbcTier		tier = PG_GETARG_ABC_TIER(0);

	return hash_any_extended((const unsigned char *) &tier, 1, PG_GETARG_INT64(1));
}

/* Hash support: the hash of the text's bytes, whatever the collation. */
Datum
abc_tier_hash_text(PG_FUNCTION_ARGS)
{
	text	   *str = PG_GETARG_TEXT_PP(0);
	Datum		result = hash_any((unsigned char *) VARDATA_ANY(str), VARSIZE_ANY_EXHDR(str));

	PG_FREE_IF_COPY(str, 0);
	return result;
}

/* The same, 64 bits and seeded. */
Datum
abc_tier_hash_text_extended(PG_FUNCTION_ARGS)
{
	text	   *str = PG_GETARG_TEXT_PP(0);
	Datum		result = hash_any_extended((unsigned char *) VARDATA_ANY(str),
										   VARSIZE_ANY_EXHDR(str), PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(str, 0);
	return result;
}

/*
 * abc_better(tier, tier): the better of two tiers, the earlier letter; also the
 * transition and combine function of min().  Strict in SQL: NULL in, NULL out.
 */
Datum
abc_better(PG_FUNCTION_ARGS)
{
	AbcTier		a = PG_GETARG_ABC_TIER(0);
	AbcTier		b = PG_GETARG_ABC_TIER(1);

	PG_RETURN_ABC_TIER(compare_tiers(a, b) <= 0 ? a : b);
}

/*
 * abc_worse(tier, tier): the worse of two tiers, the later letter; also the
 * transition and combine function of max().  Strict in SQL: NULL in, NULL out.
 */
Datum
abc_worse(PG_FUNCTION_ARGS)
{
	AbcTier		a = PG_GETARG_ABC_TIER(0);
	AbcTier		b = PG_GETARG_ABC_TIER(1);

	PG_RETURN_ABC_TIER(compare_tiers(a, b) >= 0 ? a : b);
}

/* abc_rank(tier): 1 for A to 26 for Z.  Strict in SQL: NULL in, NULL out. */
Datum
abc_rank(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT16(rank_of_tier(PG_GETARG_ABC_TIER(0)) + 1);
}

/*
 * abc_tier_of_rank(rank): the tier with this rank, 1 is A; NULL for a number
 * that no tier has (the rank before A's, say).  Strict in SQL.
 */
Datum
abc_tier_of_rank(PG_FUNCTION_ARGS)
{
	int32		rank = PG_GETARG_INT32(0);

	if (rank < 1 || rank > ABC_MAX_TIERS)
		PG_RETURN_NULL();
	PG_RETURN_ABC_TIER(tier_of_rank(rank - 1));
}
