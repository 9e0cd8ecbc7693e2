/*
 * abc_fuzz.c
 *		Mutation fuzzing of a type's input and receive functions, inside a backend.
 *
 * abc_fuzz(type, seeds, inputs, binary, seed) mutates the seeds (texts, or what
 * the type sends for them), and calls the input or receive function with each
 * mutant.  An error must be one that a user's data can cause: the classes of
 * data exceptions, protocol violations, limits.  What is accepted must survive:
 * its output is read back to the same output, what it sends is received to the
 * same bytes, and both ways lead to the same value.  Accepted mutants become
 * seeds.  The result counts inputs, accepted ones and the largest memory that a
 * call took; anything else is an error that shows the input in hexadecimal.
 *
 * A test module, for sql/t: not part of the extension, and never installed.
 * Errors are caught without a subtransaction, which is sound only because input
 * functions do nothing but allocate.
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(abc_fuzz);

#define MAX_SEEDS	512
#define MAX_LENGTH	20000
#define MAX_MEMORY	(64 * 1024 * 1024)

typedef struct Fuzz
{
	MemoryContext keep;			/* of the seeds */
	MemoryContext work;			/* of one input */
	pg_prng_state random;
	bool		binary;
	Oid			typioparam;
	FmgrInfo	in;
	FmgrInfo	out;
	FmgrInfo	recv;
	FmgrInfo	send;
	int			nseeds;
	StringInfoData seeds[MAX_SEEDS];
	int64		accepted;
	Size		memory;
} Fuzz;

/* Pieces that a text may be torn apart and put together with. */
static const char *const tokens[] = {
	"0", "1", "-1", "9", "00", ".", "..", "-", "+", "/", ";", "%", ">", ">=", "\"", "\"\"", " ", "\t", ",", ":", "@",
	"share", "count", "top", "value", "fill", "crossing", "ties", "negative", "up", "down", "zero", "error", "drop",
	"100", "99.999999999999999", "1e308", "1e-400", "9223372036854775807", "-9223372036854775808",
	"9223372036854775808", "18446744073709551616", "2147483648", "NaN", "nan", "inf", "Infinity",
	"weighted", "moments", "float8", "decimal", "bigint", "numeric", "ffffffffffffffff", "8000000000000000",
	"@-2176", "@2304", "@32766", "@64", "\xe9\x93\x82\xe9\x87\x91", "\xc3\xa9", "e", "E", "x", "A", "Z", "a", "[", "]", "{", "}", "(", ")"
};

/* Numbers that bytes are overwritten with. */
static const uint64 edges[] = {
	0, 1, 2, 3, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
	UINT64CONST(0x7fffffffffffffff), UINT64CONST(0x8000000000000000), UINT64CONST(0xffffffffffffffff),
	UINT64CONST(0x7ff0000000000000), UINT64CONST(0x7ff8000000000000), UINT64CONST(0x3ff0000000000000)
};

static uint64
below(Fuzz *fuzz, uint64 n)
{
	return n < 2 ? 0 : pg_prng_uint64(&fuzz->random) % n;
}

/* Replace cut bytes at a place by others. */
static void
replace(StringInfo s, int at, int cut, const char *bytes, int n)
{
	int			rest = s->len - at - cut;
	char	   *tail = palloc(rest + 1);

	memcpy(tail, s->data + at + cut, rest);
	s->len = at;
	appendBinaryStringInfo(s, bytes, n);
	appendBinaryStringInfo(s, tail, rest);
	pfree(tail);
}

static void
mutate_once(Fuzz *fuzz, StringInfo s)
{
	int			at = (int) below(fuzz, s->len + 1);
	int			span = (int) below(fuzz, Min(s->len - at, 40) + 1);
	const StringInfoData *other = &fuzz->seeds[below(fuzz, fuzz->nseeds)];
	const char *token = tokens[below(fuzz, lengthof(tokens))];
	uint64		edge = edges[below(fuzz, lengthof(edges))];
	int			width = 1 << below(fuzz, 4);
	int			from;
	char		byte;

	switch (below(fuzz, 9))
	{
		case 0:
			if (at < s->len)
				s->data[at] ^= 1 << below(fuzz, 8);
			break;
		case 1:
			byte = (char) below(fuzz, 256);
			replace(s, at, Min(1, s->len - at), &byte, 1);
			break;
		case 2:
			byte = (char) below(fuzz, fuzz->binary ? 256 : 128);
			replace(s, at, 0, &byte, 1);
			break;
		case 3:
			replace(s, at, span, "", 0);
			break;
		case 4:
			if (s->len + span <= MAX_LENGTH)
				replace(s, at, 0, memcpy(palloc(span + 1), s->data + at, span), span);
			break;
		case 5:
			from = (int) below(fuzz, other->len + 1);
			span = (int) below(fuzz, other->len - from + 1);
			if (s->len + span <= MAX_LENGTH)
				replace(s, at, below(fuzz, 2) ? Min(span, s->len - at) : 0, other->data + from, span);
			break;
		case 6:
		case 7:
			if (!fuzz->binary)
				replace(s, at, below(fuzz, 2) ? span : 0, token, strlen(token));
			else
			{
				char		bytes[8];

				for (int i = 0; i < width; i++)
					bytes[i] = (char) (edge >> (8 * (width - 1 - i)));
				replace(s, at, Min(width, s->len - at), bytes, width);
			}
			break;
		case 8:
			replace(s, at, s->len - at, "", 0);
			break;
	}
}

/* A mutant in the work context: of a text, one that the server would let pass. */
static StringInfo
mutant(Fuzz *fuzz)
{
	StringInfo	s = makeStringInfo();

	for (;;)
	{
		const StringInfoData *seed = &fuzz->seeds[below(fuzz, fuzz->nseeds)];

		resetStringInfo(s);
		appendBinaryStringInfo(s, seed->data, seed->len);
		for (int n = 1 + (int) below(fuzz, 4); n > 0; n--)
			mutate_once(fuzz, s);
		if (fuzz->binary || (strlen(s->data) == (size_t) s->len && pg_verifymbstr(s->data, s->len, true)))
			return s;
	}
}

static void
keep_seed(Fuzz *fuzz, const char *data, int len)
{
	MemoryContext old;
	StringInfo	slot;

	if (len > MAX_LENGTH)
		return;
	old = MemoryContextSwitchTo(fuzz->keep);
	if (fuzz->nseeds < MAX_SEEDS)
	{
		slot = &fuzz->seeds[fuzz->nseeds++];
		initStringInfo(slot);
	}
	else
		slot = &fuzz->seeds[below(fuzz, MAX_SEEDS)];
	resetStringInfo(slot);
	appendBinaryStringInfo(slot, data, len);
	MemoryContextSwitchTo(old);
}

static void
fail(const StringInfoData *input, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 errmsg("fuzzing: %s", what),
			 errdetail("The input, in hexadecimal: %s",
					   TextDatumGetCString(DirectFunctionCall2(binary_encode,
															   PointerGetDatum(cstring_to_text_with_len(input->data, input->len)),
															   CStringGetTextDatum("hex"))))));
}

static Datum
receive(Fuzz *fuzz, const char *data, int len)
{
	StringInfoData buf;
	Datum		value;

	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, data, len);
	value = ReceiveFunctionCall(&fuzz->recv, &buf, fuzz->typioparam, -1);
	if (buf.cursor != buf.len)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("incorrect binary data format")));
	return value;
}

/* What was accepted goes out and comes in again, both ways, unchanged. */
static void
check_value(Fuzz *fuzz, const StringInfoData *input, Datum value)
{
	char	   *shown = OutputFunctionCall(&fuzz->out, value);
	bytea	   *sent = SendFunctionCall(&fuzz->send, value);
	Datum		again = InputFunctionCall(&fuzz->in, shown, fuzz->typioparam, -1);
	Datum		received = receive(fuzz, VARDATA_ANY(sent), VARSIZE_ANY_EXHDR(sent));
	bytea	   *resent = SendFunctionCall(&fuzz->send, received);
	bytea	   *sent_again = SendFunctionCall(&fuzz->send, again);

	if (strcmp(shown, OutputFunctionCall(&fuzz->out, again)) != 0)
		fail(input, "the output reads back to another output");
	if (strcmp(shown, OutputFunctionCall(&fuzz->out, received)) != 0)
		fail(input, "what is sent is received as another value");
	if (VARSIZE(sent) != VARSIZE(resent) || memcmp(sent, resent, VARSIZE(sent)) != 0)
		fail(input, "what is received is sent as other bytes");
	if (VARSIZE(sent) != VARSIZE(sent_again) || memcmp(sent, sent_again, VARSIZE(sent)) != 0)
		fail(input, "what is read back is sent as other bytes");
	if (fuzz->binary)
		keep_seed(fuzz, VARDATA_ANY(sent), VARSIZE_ANY_EXHDR(sent));
	else
		keep_seed(fuzz, input->data, input->len);
}

/* Is this an error that data may cause? */
static bool
is_clean(int sqlstate)
{
	int			category = ERRCODE_TO_CATEGORY(sqlstate);

	return category == ERRCODE_TO_CATEGORY(ERRCODE_DATA_EXCEPTION) ||
		category == ERRCODE_TO_CATEGORY(ERRCODE_PROGRAM_LIMIT_EXCEEDED) ||
		category == ERRCODE_TO_CATEGORY(ERRCODE_ARRAY_SUBSCRIPT_ERROR) ||
		sqlstate == ERRCODE_PROTOCOL_VIOLATION;
}

static void
try_input(Fuzz *fuzz, StringInfo input)
{
	volatile bool accepted = false;
	Datum		value = (Datum) 0;
	MemoryContext old = CurrentMemoryContext;

	PG_TRY();
	{
		value = fuzz->binary ? receive(fuzz, input->data, input->len) :
			InputFunctionCall(&fuzz->in, input->data, fuzz->typioparam, -1);
		accepted = true;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(old);
		error = CopyErrorData();
		FlushErrorState();
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED || error->sqlerrcode == ERRCODE_ADMIN_SHUTDOWN)
			ReThrowError(error);
		if (!is_clean(error->sqlerrcode))
			fail(input, psprintf("error %s: %s", unpack_sql_state(error->sqlerrcode), error->message));
	}
	PG_END_TRY();
	fuzz->memory = Max(fuzz->memory, MemoryContextMemAllocated(fuzz->work, true));
	if (fuzz->memory > MAX_MEMORY)
		fail(input, "a call took too much memory");
	if (accepted)
	{
		fuzz->accepted++;
		check_value(fuzz, input, value);
	}
}

static void
fuzz_init(Fuzz *fuzz, Oid type, ArrayType *seeds, bool binary)
{
	Oid			function;
	Oid			typioparam;
	bool		varlena;
	Datum	   *texts;
	int			n;

	memset(fuzz, 0, sizeof(*fuzz));
	fuzz->binary = binary;
	fuzz->keep = CurrentMemoryContext;
	fuzz->work = AllocSetContextCreate(CurrentMemoryContext, "abc_fuzz", ALLOCSET_DEFAULT_SIZES);
	getTypeInputInfo(type, &function, &fuzz->typioparam);
	fmgr_info(function, &fuzz->in);
	getTypeOutputInfo(type, &function, &varlena);
	fmgr_info(function, &fuzz->out);
	getTypeBinaryInputInfo(type, &function, &typioparam);
	fmgr_info(function, &fuzz->recv);
	getTypeBinaryOutputInfo(type, &function, &varlena);
	fmgr_info(function, &fuzz->send);

	deconstruct_array(seeds, TEXTOID, -1, false, TYPALIGN_INT, &texts, NULL, &n);
	for (int i = 0; i < n; i++)
	{
		char	   *seed = TextDatumGetCString(texts[i]);

		if (binary)
		{
			bytea	   *sent = SendFunctionCall(&fuzz->send,
												InputFunctionCall(&fuzz->in, seed, fuzz->typioparam, -1));

			keep_seed(fuzz, VARDATA_ANY(sent), VARSIZE_ANY_EXHDR(sent));
		}
		else
			keep_seed(fuzz, seed, strlen(seed));
	}
}

/* abc_fuzz(type regtype, seeds text[], inputs bigint, binary boolean, seed bigint) -> text */
Datum
abc_fuzz(PG_FUNCTION_ARGS)
{
	int64		inputs = PG_GETARG_INT64(2);
	Fuzz	   *fuzz = palloc(sizeof(Fuzz));

	fuzz_init(fuzz, PG_GETARG_OID(0), PG_GETARG_ARRAYTYPE_P(1), PG_GETARG_BOOL(3));
	pg_prng_seed(&fuzz->random, (uint64) PG_GETARG_INT64(4));
	for (int64 i = 0; i < inputs; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(fuzz->work);

		CHECK_FOR_INTERRUPTS();
		try_input(fuzz, mutant(fuzz));
		MemoryContextSwitchTo(old);
		MemoryContextReset(fuzz->work);
	}
	PG_RETURN_TEXT_P(cstring_to_text(psprintf(INT64_FORMAT " inputs, " INT64_FORMAT " accepted, at most %d kB",
											  inputs, fuzz->accepted, (int) (fuzz->memory / 1024))));
}
