/*
 * summary.c
 *		The type abc_summary: its packed form, text and binary input and output.
 *
 * After the head a summary in canonical form has the number of buckets of
 * negative values, then the buckets, the negative ones first, each sign from
 * zero away:
 *
 *	bucket		the difference to the bucket before of the same sign, or itself
 *	count		rows
 *	size		bytes of the sum, without leading zeros
 *	sum			least byte first
 *
 * Numbers are written seven bits to a byte, least first, the highest bit set
 * on all but the last.  The external form is the same with the head's fields in
 * network order; as text it is written in hexadecimal after "\x".
 *
 * Whatever comes from outside is checked field by field, and against itself:
 * buckets in order, not more than allowed and not coarser than they must be,
 * every sum possible for so many values of its bucket, counts that add up.
 */
#include "postgres.h"

#include "common/int.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "summary/summary_io.h"

PG_FUNCTION_INFO_V1(abc_summary_in);
PG_FUNCTION_INFO_V1(abc_summary_out);
PG_FUNCTION_INFO_V1(abc_summary_recv);
PG_FUNCTION_INFO_V1(abc_summary_send);
PG_FUNCTION_INFO_V1(abc_summary_eq);
PG_FUNCTION_INFO_V1(abc_summary_ne);

#define VARINT_MAX_BYTES	10
#define EXTERNAL_HEAD		28		/* bytes of the head without the varlena header */
#define SHOWN_CHARACTERS	40		/* of a text that is no summary */

/*
 * Writing
 */

static void
write_varint(StringInfo buffer, uint64 value)
{
	while (value >= 0x80)
	{
		appendStringInfoCharMacro(buffer, (char) (value | 0x80));
		value >>= 7;
	}
	appendStringInfoCharMacro(buffer, (char) value);
}

void
summary_write_begin(SummaryWriter *writer, const AbcSummary *head, int nnegative)
{
	AbcSummary	start = *head;

	start.version = SUMMARY_VERSION;
	start.flags = 0;
	initStringInfo(&writer->buffer);
	appendBinaryStringInfo(&writer->buffer, (const char *) &start, sizeof(start));
	write_varint(&writer->buffer, nnegative);
	writer->nnegative = nnegative;
	writer->previous = 0;
}

void
summary_write(SummaryWriter *writer, uint64 bucket, int64 count, const uint64 *sum, int words)
{
	int			size = words * (int) sizeof(uint64);

	if (writer->nnegative > 0)
		bucket &= ~SUMMARY_NEGATIVE;
	write_varint(&writer->buffer, bucket - writer->previous);
	writer->previous = bucket;
	if (writer->nnegative > 0 && --writer->nnegative == 0)
		writer->previous = 0;
	write_varint(&writer->buffer, count);
	while (size > 0 && (uint8) (sum[(size - 1) / 8] >> (8 * ((size - 1) % 8))) == 0)
		size--;
	write_varint(&writer->buffer, size);
	for (int i = 0; i < size; i++)
		appendStringInfoCharMacro(&writer->buffer, (char) (sum[i / 8] >> (8 * (i % 8))));
}

AbcSummary *
summary_write_end(SummaryWriter *writer)
{
	SET_VARSIZE(writer->buffer.data, writer->buffer.len);
	return (AbcSummary *) writer->buffer.data;
}

/*
 * Reading
 */

/* The next number; a fault unless it is written in the fewest bytes. */
static inline uint64
read_varint(SummaryReader *reader)
{
	uint64		value = 0;

	if (likely(reader->at < reader->end && (uint8) *reader->at < 0x80))
		return (uint8) *reader->at++;
	for (int i = 0; reader->at < reader->end && i < VARINT_MAX_BYTES; i++)
	{
		uint8		byte = (uint8) *reader->at++;

		if (i == VARINT_MAX_BYTES - 1 && byte > 1)
			break;
		value |= (uint64) (byte & 0x7F) << (7 * i);
		if ((byte & 0x80) == 0)
		{
			if (byte == 0 && i > 0)
				break;
			return value;
		}
	}
	reader->fault = "a number in it is cut short or too long";
	return 0;
}

void
summary_read(SummaryReader *reader, const AbcSummary *summary)
{
	uint64		nnegative;

	memset(reader, 0, sizeof(*reader));
	reader->summary = summary;
	reader->at = (const char *) (summary + 1);
	reader->end = (const char *) summary + VARSIZE(summary);
	nnegative = read_varint(reader);
	if (nnegative > (uint64) summary->nbuckets)
		reader->fault = "it has more buckets of negative values than buckets";
	else
		reader->nnegative = (int) nnegative;
}

/* Read a bucket; false at the end or at a fault. */
bool
summary_next(SummaryReader *reader)
{
	const AbcSummary *summary = reader->summary;
	bool		negative = reader->done < reader->nnegative;
	bool		first = reader->done == 0 || reader->done == reader->nnegative;
	uint64		largest = PG_INT64_MAX >> summary->shift;
	uint64		previous = first ? 0 : reader->bucket & ~SUMMARY_NEGATIVE;
	uint64		step,
				count,
				size;

	if (reader->fault != NULL || reader->done == summary->nbuckets)
		return false;
	step = read_varint(reader);
	count = read_varint(reader);
	size = read_varint(reader);
	if (reader->fault != NULL)
		return false;
	if ((step == 0 && !first) || step > largest || previous + step > largest)
		reader->fault = "its buckets are not in order";
	else if (count == 0 || count > PG_INT64_MAX)
		reader->fault = "a bucket has no valid count";
	else if (size == 0 || size > (uint64) (reader->end - reader->at) || reader->at[size - 1] == 0)
		reader->fault = "a bucket has no valid sum";
	if (reader->fault != NULL)
		return false;
	reader->bucket = (previous + step) | (negative ? SUMMARY_NEGATIVE : 0);
	reader->count = (int64) count;
	reader->sum_size = (int) size;
	reader->sum = reader->at;
	reader->at += size;
	reader->done++;
	return true;
}

/* An argument in canonical form. */
AbcSummary *
summary_arg(Datum datum)
{
	AbcSummary *summary = (AbcSummary *) PG_DETOAST_DATUM(datum);

	if ((summary->flags & SUMMARY_WORKING) != 0)
		summary = summary_state_freeze((const SummaryState *) summary);
	return summary;
}

/*
 * Checking
 */

/* What is wrong with the fields of the head, or NULL. */
static const char *
head_fault(const AbcSummary *summary)
{
	if (summary->version != SUMMARY_VERSION)
		return "its version is unknown";
	if (summary->flags != 0)
		return "it has flags that are unknown";
	if (summary->kind > VALUE_NUMERIC)
		return "its kind of values is unknown";
	if (summary->shift > SUMMARY_MAX_SHIFT)
		return "its buckets are too wide";
	if (summary->scale < 0 || summary->scale > SUMMARY_MAX_SCALE ||
		(summary->kind != VALUE_NUMERIC && summary->scale != 0))
		return "its scale is out of range";
	if (summary->nbuckets < 0 || summary->nbuckets > SUMMARY_MAX_BUCKETS)
		return "its number of buckets is out of range";
	if (summary->zeros < 0 || summary->count < 1)
		return "its number of rows is out of range";
	return NULL;
}

/* What is wrong with the buckets of a summary whose head is right, or NULL. */
static const char *
bucket_fault(const AbcSummary *summary)
{
	SummaryReader reader;
	int64		count = summary->zeros;
	int			finer = 0;		/* buckets that one bit less of shift can occupy */

	summary_read(&reader, summary);
	while (summary_next(&reader))
	{
		if (pg_add_s64_overflow(count, reader.count, &count))
			return "its number of rows is out of range";
		finer += reader.count > 1 ? 2 : 1;
	}
	if (reader.fault != NULL)
		return reader.fault;
	if (reader.at != reader.end)
		return "bytes follow its last bucket";
	if (count != summary->count)
		return "its counts do not add up to its number of rows";
	if (summary->shift > 0 && finer <= SUMMARY_MAX_BUCKETS)
		return "its buckets are coarser than they must be";
	return summary_check(summary);
}

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
	*fault = head_fault(summary);
	if (*fault == NULL)
		*fault = bucket_fault(summary);
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

Datum
abc_summary_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(bytes_of_summary(summary_arg(PG_GETARG_DATUM(0))));
}

/*
 * Equality: of the canonical bytes, hence of counts and sums in every bucket.
 */

static bool
summaries_equal(Datum x, Datum y)
{
	AbcSummary *a = summary_arg(x);
	AbcSummary *b = summary_arg(y);

	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

Datum
abc_summary_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(summaries_equal(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}

Datum
abc_summary_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!summaries_equal(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}
