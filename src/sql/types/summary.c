/*
 * summary.c
 *		The type abc_summary: text and binary input and output, comparison, hashing.
 *
 * The external form is the packed form (summary_packed.c) with the head's fields
 * in network order; as text it is written in hexadecimal after "\x".
 *
 * Whatever comes from outside is checked field by field, and against itself:
 * buckets in order and not more than allowed, every sum possible for so many
 * values of its bucket, counts that add up.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "summary/summary_io.h"

PG_FUNCTION_INFO_V1(abc_summary_in);
PG_FUNCTION_INFO_V1(abc_summary_out);
PG_FUNCTION_INFO_V1(abc_summary_recv);
PG_FUNCTION_INFO_V1(abc_summary_send);
PG_FUNCTION_INFO_V1(abc_summary_eq);
PG_FUNCTION_INFO_V1(abc_summary_ne);
PG_FUNCTION_INFO_V1(abc_summary_lt);
PG_FUNCTION_INFO_V1(abc_summary_le);
PG_FUNCTION_INFO_V1(abc_summary_gt);
PG_FUNCTION_INFO_V1(abc_summary_ge);
PG_FUNCTION_INFO_V1(abc_summary_cmp);
PG_FUNCTION_INFO_V1(abc_summary_hash);
PG_FUNCTION_INFO_V1(abc_summary_hash_extended);

#define EXTERNAL_HEAD		28		/* bytes of the head without the varlena header */
#define SHOWN_CHARACTERS	40		/* of a text that is no summary */

/*
 * A summary of external bytes; on a fault, what is wrong.
 */
static AbcSummary *
summary_of_bytes(const char *bytes, int size, const char **fault)
{
	StringInfoData in;
	AbcSummary *summary;

	*fault = "it is too short";
	if (size < EXTERNAL_HEAD)
		return NULL;
	in.data = unconstify(char *, bytes);
	in.len = size;
	in.maxlen = size;
	in.cursor = 0;

	summary = palloc(sizeof(AbcSummary) + size - EXTERNAL_HEAD);
	SET_VARSIZE(summary, sizeof(AbcSummary) + size - EXTERNAL_HEAD);
	summary->version = pq_getmsgbyte(&in);
	summary->flags = pq_getmsgbyte(&in);
	summary->kind = pq_getmsgbyte(&in);
	summary->shift = pq_getmsgbyte(&in);
	summary->scale = (int32) pq_getmsgint(&in, sizeof(int32));
	summary->nbuckets = (int32) pq_getmsgint(&in, sizeof(int32));
	summary->count = pq_getmsgint64(&in);
	summary->zeros = pq_getmsgint64(&in);
	memcpy(summary + 1, pq_getmsgbytes(&in, size - EXTERNAL_HEAD), size - EXTERNAL_HEAD);
	*fault = summary_head_fault(summary);
	if (*fault == NULL)
		*fault = summary_bucket_fault(summary);
	return summary;
}

static bytea *
bytes_of_summary(const AbcSummary *summary)
{
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, summary->version);
	pq_sendbyte(&out, summary->flags);
	pq_sendbyte(&out, summary->kind);
	pq_sendbyte(&out, summary->shift);
	pq_sendint32(&out, summary->scale);
	pq_sendint32(&out, summary->nbuckets);
	pq_sendint64(&out, summary->count);
	pq_sendint64(&out, summary->zeros);
	pq_sendbytes(&out, (const char *) (summary + 1), VARSIZE(summary) - sizeof(AbcSummary));
	return pq_endtypsend(&out);
}

/*
 * Input and output
 */

/* The bytes that the text stands for, NULL after a soft error of the hexadecimal digits. */
static char *
decode_text(const char *text, Size length, int *size, struct Node *escontext)
{
	char	   *bytes = palloc(length / 2);

	*size = (int) hex_decode_safe(text + 2, length - 2, bytes, escontext);
	return SOFT_ERROR_OCCURRED(escontext) ? NULL : bytes;
}

/*
 * abc_summary_in(cstring): what abc_summary_out writes; "\x" and hexadecimal
 * digits, as bytea takes them.
 */
Datum
abc_summary_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	Size		length = strlen(text);
	struct Node *escontext = abc_escontext(fcinfo);
	const char *fault = "it does not begin with \"\\x\"";
	AbcSummary *summary = NULL;

	if (length >= 2 && text[0] == '\\' && text[1] == 'x')
	{
		int			size;
		char	   *bytes = decode_text(text, length, &size, escontext);

		if (bytes == NULL)
			PG_RETURN_NULL();
		summary = summary_of_bytes(bytes, size, &fault);
		pfree(bytes);
	}
	if (fault != NULL)
		ereturn(escontext, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%.*s%s\"", "abc_summary",
						(int) pg_mbcliplen(text, (int) length, SHOWN_CHARACTERS), text,
						length > SHOWN_CHARACTERS ? "..." : ""),
				 errdetail("This is no summary: %s.", fault),
				 errhint("Summaries are made by abc_summarize and abc_merge; copy them whole.")));
	PG_RETURN_POINTER(summary);
}

/* What abc_summary_in reads back to the same summary. */
Datum
abc_summary_out(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = bytes_of_summary(summary_arg(PG_GETARG_DATUM(0)));
	Size		size = VARSIZE_ANY_EXHDR(bytes);
	char	   *text = palloc(2 * size + 3);

	memcpy(text, "\\x", 2);
	text[2 + hex_encode(VARDATA_ANY(bytes), size, text + 2)] = '\0';
	PG_RETURN_CSTRING(text);
}

/* Binary input: an error for whatever is not the external form of a summary. */
Datum
abc_summary_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			size = message->len - message->cursor;
	const char *fault;
	AbcSummary *summary = summary_of_bytes(pq_getmsgbytes(message, size), size, &fault);

	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value of type %s, %d bytes", "abc_summary", size),
				 errdetail("This is no summary: %s.", fault)));
	PG_RETURN_POINTER(summary);
}

/* Binary output: the external form. */
Datum
abc_summary_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(bytes_of_summary(summary_arg(PG_GETARG_DATUM(0))));
}

/*
 * Comparison: of the external bytes, hence of counts and sums in every bucket.
 * Equal are summaries that nothing can tell apart; the order of others means
 * nothing, but is the same on every machine, which is enough for DISTINCT, GROUP BY,
 * UNION and sorting.
 */

static int
compare_summaries(Datum x, Datum y)
{
	bytea	   *a = bytes_of_summary(summary_arg(x));
	bytea	   *b = bytes_of_summary(summary_arg(y));
	int			a_size = VARSIZE_ANY_EXHDR(a);
	int			b_size = VARSIZE_ANY_EXHDR(b);
	int			result = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(a_size, b_size));

	if (result == 0)
		result = a_size - b_size;
	pfree(a);
	pfree(b);
	return result < 0 ? -1 : result > 0;
}

#define COMPARISON(name, operator) \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(compare_summaries(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)) operator 0); \
}

COMPARISON(abc_summary_eq, ==)
COMPARISON(abc_summary_ne, !=)
COMPARISON(abc_summary_lt, <)
COMPARISON(abc_summary_le, <=)
COMPARISON(abc_summary_gt, >)
COMPARISON(abc_summary_ge, >=)

/* btree support: -1, 0 or 1. */
Datum
abc_summary_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_summaries(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}

/* hash support: of the external bytes. */
Datum
abc_summary_hash(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = bytes_of_summary(summary_arg(PG_GETARG_DATUM(0)));

	return hash_any((unsigned char *) VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

/* The same with a seed. */
Datum
abc_summary_hash_extended(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = bytes_of_summary(summary_arg(PG_GETARG_DATUM(0)));

	return hash_any_extended((unsigned char *) VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), PG_GETARG_INT64(1));
}
