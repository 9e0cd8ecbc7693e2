/*
 * exact_sums.c
 *		The type abc_exact_sums: its checks, text and binary input and output.
 *
 *	text	weighted float8 3: 1f40@-64, 28@0
 *			purpose, kind, rows (and "/periods" if given); then each sum in hexadecimal, with a sign if it
 *			is negative, @ the binary exponent of its unit (float8, a multiple of
 *			64), or @ its decimals (decimal)
 *	binary	version, purpose, kind (a byte each), rows, periods (int8 each); then for each
 *			sum scale, place of limb 0, number of limbs (int4 each), limbs (int8 each)
 *
 * Only the canonical form is read: what comes in goes out again unchanged, and
 * is checked for everything that no rows could have led to.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "nodes/nodes.h"

#include "sql/exact_sums.h"

PG_FUNCTION_INFO_V1(abc_exact_sums_in);
PG_FUNCTION_INFO_V1(abc_exact_sums_out);
PG_FUNCTION_INFO_V1(abc_exact_sums_recv);
PG_FUNCTION_INFO_V1(abc_exact_sums_send);

static const char *const purposes[] = {NULL, "weighted", "moments"};
static const char *const kinds[] = {NULL, "float8", "decimal"};

/* An error for a text, soft where the server can. */
#define refuse_text(escontext, text, reason) \
	ereturn(escontext, (Datum) 0, \
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION), \
			 errmsg("invalid input syntax for type %s: \"%s\"", "abc_exact_sums", text), \
			 errdetail("%s.", reason), \
			 errhint("Only what the type itself has written can be read.")))

/* What no rows could have led to, beyond the bare form: NULL if nothing is wrong. */
const char *
exact_sums_check(const ExactState *state)
{
	const StateSum *first = state_sum(state, 0);
	const StateSum *second = state_sum(state, 1);
	const char *fault = exact_state_fault(state);

	if (state->purpose != EXACT_WEIGHTED && state->purpose != EXACT_MOMENTS)
		return "What the sums are of is unknown";
	if (fault != NULL)
		return fault;
	if (state->periods < 0 || (state->periods > 0 && state->purpose != EXACT_MOMENTS))
		return "The number of periods is out of range";
	if (exact_state_sign(second) < 0)
		return "The sum of weights or squares is negative";
	if (state->purpose == EXACT_WEIGHTED && exact_state_sign(second) == 0 &&
		exact_state_sign(first) != 0)
		return "There is a sum without weight";
	if (state->purpose == EXACT_MOMENTS && state->kind == EXACT_DECIMAL &&
		second->scale != 2 * first->scale)
		return "The scale of the squares is not twice that of the values";
	return NULL;
}

static void
append_sum(StringInfo buf, const StateSum *sum, ExactKind kind)
{
	bool		negative;
	ExactSum   *magnitude = exact_state_magnitude(sum, 0, &negative);
	int			top = magnitude->nlimbs - 1;

	while (top > 0 && magnitude->limbs[top] == 0)
		top--;
	if (negative)
		appendStringInfoChar(buf, '-');
	appendStringInfo(buf, "%llx", (unsigned long long) magnitude->limbs[top]);
	for (int i = top - 1; i >= 0; i--)
		appendStringInfo(buf, "%08x%08x", (uint32) (magnitude->limbs[i] >> 32),
						 (uint32) magnitude->limbs[i]);
	appendStringInfo(buf, "@%d", kind == EXACT_FLOAT8 ? 64 * sum->low : sum->scale);
	pfree(magnitude);
}

/* The text of a canonical state. */
static char *
state_text(const ExactState *state)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "%s %s " INT64_FORMAT, purposes[state->purpose],
					 kinds[state->kind], state->count);
	if (state->periods != 0)
		appendStringInfo(&buf, "/" INT64_FORMAT, state->periods);
	appendStringInfoChar(&buf, ':');
	for (int i = 0; i < EXACT_STATE_SUMS; i++)
	{
		appendStringInfoString(&buf, i == 0 ? " " : ", ");
		append_sum(&buf, state_sum(state, i), state->kind);
	}
	return buf.data;
}

/* One of the words, or 0. */
static int
parse_word(const char **at, const char *const *words)
{
	for (int i = 1; i <= 2; i++)
	{
		size_t		len = strlen(words[i]);

		if (strncmp(*at, words[i], len) == 0 && (*at)[len] == ' ')
		{
			*at += len + 1;
			return i;
		}
	}
	return 0;
}

static inline int
hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Read "[-]hex@number" into a sum; NULL, or what is wrong. */
static const char *
parse_sum(const char **at, ExactKind kind, ExactState **state, int i)
{
	bool		negative = **at == '-';
	const char *digits = negative ? ++*at : *at;
	int			ndigits = 0;
	ExactSum   *magnitude;
	long		unit;
	char	   *end;

	while (hex_value(digits[ndigits]) >= 0)
		ndigits++;
	if (ndigits == 0)
		return "A sum has no digits";
	if (ndigits > 16 * (kind == EXACT_FLOAT8 ? EXACT_FLOAT8_HIGH - EXACT_FLOAT8_LOW : EXACT_STATE_MAX_LIMBS))
		return "A sum has too many digits";
	if (digits[ndigits] != '@')
		return "The unit of a sum is missing";
	errno = 0;
	unit = strtol(digits + ndigits + 1, &end, 10);
	if (errno != 0 || end == digits + ndigits + 1 ||
		unit < 64 * EXACT_FLOAT8_LOW || unit > EXACT_STATE_MAX_SCALE ||
		(kind == EXACT_FLOAT8 ? unit % 64 != 0 || unit > 64 * EXACT_FLOAT8_HIGH : unit < 0))
		return "The unit of a sum is out of range";

	magnitude = exact_create(ndigits / 16 + 1);
	for (int d = 0; d < ndigits; d++)
	{
		int			place = ndigits - 1 - d;

		magnitude->limbs[place / 16] |= (uint64) hex_value(digits[d]) << (4 * (place % 16));
	}
	if (kind == EXACT_DECIMAL)
		*state = exact_state_add_exact(*state, i, negative, magnitude, unit);
	else
		for (int j = 0; j < magnitude->nlimbs; j++)
			*state = exact_state_add_binary(*state, i, negative, u128_of(magnitude->limbs[j]),
											(int) unit + 64 * j);
	*at = end;
	return NULL;
}

/* text -> abc_exact_sums: the canonical form only. */
Datum
abc_exact_sums_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	Node	   *escontext = abc_escontext(fcinfo);
	const char *at = text;
	int			purpose = parse_word(&at, purposes);
	int			kind = purpose == 0 ? 0 : parse_word(&at, kinds);
	const char *reason = NULL;
	ExactState *state;
	char	   *end;
	long long	count;
	long long	periods = 0;

	if (kind == 0)
		refuse_text(escontext, text, "It does not begin with what the sums are of and their kind");
	errno = 0;
	count = strtoll(at, &end, 10);
	if (errno == 0 && end > at && *end == '/')
	{
		at = end + 1;
		periods = strtoll(at, &end, 10);
	}
	if (errno != 0 || end == at || count < 1 || *end != ':')
		refuse_text(escontext, text, "The number of rows is missing or out of range");
	state = exact_state_create(purpose, kind);
	state->count = count;
	state->periods = periods;
	at = end;
	for (int i = 0; i < EXACT_STATE_SUMS && reason == NULL; i++)
	{
		const char *separator = i == 0 ? ": " : ", ";

		if (strncmp(at, separator, 2) != 0)
			refuse_text(escontext, text, "There are not two sums");
		at += 2;
		reason = parse_sum(&at, kind, &state, i);
	}
	if (reason == NULL)
	{
		state = exact_state_canonical(state);
		reason = exact_sums_check(state);
	}
	if (reason == NULL && strcmp(state_text(state), text) != 0)
		reason = "It is not in its canonical form";
	if (reason != NULL)
		refuse_text(escontext, text, reason);
	PG_RETURN_POINTER(state);
}

/* abc_exact_sums -> text */
Datum
abc_exact_sums_out(PG_FUNCTION_ARGS)
{
	ExactState *state = (ExactState *) PG_GETARG_VARLENA_P(0);

	PG_RETURN_CSTRING(state_text(exact_state_canonical(state)));
}

static void
refuse_binary(const char *reason)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary value for type %s", "abc_exact_sums"),
			 errdetail("%s.", reason),
			 errhint("Only what the type itself has sent can be received.")));
}

/* binary -> abc_exact_sums: every field checked. */
Datum
abc_exact_sums_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	Size		size = offsetof(ExactState, sums) + EXACT_STATE_SUMS * state_sum_size(0);
	ExactState *state = palloc0(size + buf->len);
	ExactState *canonical;
	const char *reason;
	char	   *to;

	if (pq_getmsgbyte(buf) != EXACT_STATE_VERSION)
		refuse_binary("Its version is unknown");
	state->version = EXACT_STATE_VERSION;
	state->purpose = pq_getmsgbyte(buf);
	state->kind = pq_getmsgbyte(buf);
	state->count = pq_getmsgint64(buf);
	state->periods = pq_getmsgint64(buf);
	to = state->sums;
	for (int i = 0; i < EXACT_STATE_SUMS; i++)
	{
		StateSum   *sum = (StateSum *) to;

		sum->scale = pq_getmsgint(buf, 4);
		sum->low = pq_getmsgint(buf, 4);
		sum->nlimbs = pq_getmsgint(buf, 4);
		if (sum->nlimbs < 0 || sum->nlimbs > EXACT_STATE_MAX_LIMBS ||
			sum->nlimbs > (buf->len - buf->cursor) / (int) sizeof(uint64))
			refuse_binary("A number of limbs is out of range");
		for (int j = 0; j < sum->nlimbs; j++)
			sum->limbs[j] = pq_getmsgint64(buf);
		to = state_sum_end(sum);
	}
	pq_getmsgend(buf);
	SET_VARSIZE(state, to - (char *) state);

	reason = exact_sums_check(state);
	if (reason != NULL)
		refuse_binary(reason);
	canonical = exact_state_canonical(state);
	if (VARSIZE(canonical) != VARSIZE(state) ||
		memcmp(canonical, state, VARSIZE(state)) != 0)
		refuse_binary("It is not in its canonical form");
	PG_RETURN_POINTER(canonical);
}

/* abc_exact_sums -> binary */
Datum
abc_exact_sums_send(PG_FUNCTION_ARGS)
{
	ExactState *state = exact_state_canonical((ExactState *) PG_GETARG_VARLENA_P(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, state->version);
	pq_sendbyte(&buf, state->purpose);
	pq_sendbyte(&buf, state->kind);
	pq_sendint64(&buf, state->count);
	pq_sendint64(&buf, state->periods);
	for (int i = 0; i < EXACT_STATE_SUMS; i++)
	{
		StateSum   *sum = state_sum(state, i);

		pq_sendint32(&buf, sum->scale);
		pq_sendint32(&buf, sum->low);
		pq_sendint32(&buf, sum->nlimbs);
		for (int j = 0; j < sum->nlimbs; j++)
			pq_sendint64(&buf, sum->limbs[j]);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
