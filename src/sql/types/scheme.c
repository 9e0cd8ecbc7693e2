/*
 * scheme.c
 *		The type abc_scheme, and a scheme from its parts.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "compat.h"
#include "scheme/scheme.h"
#include "sql/argument.h"

PG_FUNCTION_INFO_V1(abc_scheme_in);
PG_FUNCTION_INFO_V1(abc_scheme_recv);
PG_FUNCTION_INFO_V1(abc_scheme_from_text);
PG_FUNCTION_INFO_V1(abc_make_scheme);

#define CUTS_HINT	"Give them as in ARRAY[80, 95]: 1 to 25 cuts, for the tiers A to Z."
#define NAMES_HINT	"Give them as in ARRAY['gold', 'iron', 'lead']: one more than cuts, the last that of the rest."

static const ArrayRule cuts_rule = {"cuts", ABC_MAX_TIERS, false, false, CUTS_HINT};
static const ArrayRule names_rule = {"names", ABC_MAX_TIERS, false, false, NAMES_HINT};

/* Input: any form of a scheme.  Errors are soft on PostgreSQL 16 and later. */
Datum
abc_scheme_in(PG_FUNCTION_ARGS)
{
	return scheme_datum_from_text(PG_GETARG_CSTRING(0), abc_escontext(fcinfo));
}

/*
 * Binary input: the text of a scheme in the client's encoding, checked like
 * text input.
 */
Datum
abc_scheme_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			nbytes;
	char	   *str = pq_getmsgtext(buf, buf->len - buf->cursor, &nbytes);

	if ((int) strlen(str) != nbytes)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type abc_scheme: it contains a zero byte"),
				 errhint("Send the text of a scheme, such as \"share 80/95\".")));
	return scheme_datum_from_text(str, NULL);
}

/* text, varchar -> abc_scheme: any form of a scheme. */
Datum
abc_scheme_from_text(PG_FUNCTION_ARGS)
{
	return scheme_datum_from_text(text_to_cstring(PG_GETARG_TEXT_PP(0)), NULL);
}

/* Append a word of the caller's, which must be one: nothing may hide behind it. */
static void
append_word(StringInfo buf, const char *what, text *word)
{
	char	   *str = text_to_cstring(word);

	if (*str == '\0' || strspn(str, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(str))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid %s for an abc_scheme: \"%s\"", what, str),
				 errhint("It is a single word; NULL stands for the default.")));
	appendStringInfoString(buf, str);
}

/*
 * Append the rule and return the sign of its cuts: "value >" says that all cuts
 * are exceeded, "value" and "value >=" that they are reached.
 */
static const char *
append_rule(StringInfo buf, text *rule)
{
	char	   *str = text_to_cstring(rule);
	char	   *sign = strchr(str, '>');
	const char *result = "";
	int			len = strcspn(str, ">");

	if (sign != NULL)
	{
		if (strcmp(sign, ">") == 0)
			result = ">";
		else if (strcmp(sign, ">=") == 0)
			result = ">=";
		else
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid rule for an abc_scheme: \"%s\"", str),
					 errhint("The rules are share, count, top, value, value > and fill.")));
	}
	while (len > 0 && str[len - 1] == ' ')
		len--;
	append_word(buf, "rule", cstring_to_text_with_len(str, len));
	return result;
}

/* Append cuts and names; of names there are as many as cuts, or one more. */
static void
append_cuts(StringInfo buf, const char *sign, ArrayType *cut_array, ArrayType *name_array)
{
	bool		fill = pg_strncasecmp(buf->data, "fill", 4) == 0;
	int			ncuts;
	int			nnames = 0;
	Datum	   *cuts = argument_array(&cuts_rule, cut_array, NULL, &ncuts);
	Datum	   *names = NULL;
	const char *separator;

	if (name_array != NULL)
	{
		names = argument_array(&names_rule, name_array, NULL, &nnames);
		if (nnames != ncuts + 1 && !(fill && nnames == ncuts))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("names of an abc_scheme are one more than its cuts: %d, not %d",
							ncuts + 1, nnames),
					 errhint("The last name is that of the rest.")));
	}
	separator = names ? (fill ? " + " : " / ") : (fill ? "+" : "/");
	for (int i = 0; i < ncuts; i++)
	{
		if (i > 0)
			appendStringInfoString(buf, separator);
		if (names)
		{
			scheme_append_quoted(buf, TextDatumGetCString(names[i]));
			appendStringInfoChar(buf, ' ');
		}
		appendStringInfo(buf, "%s%s", sign,
						 DatumGetCString(DirectFunctionCall1(numeric_out, cuts[i])));
	}
	if (nnames > ncuts)
	{
		appendStringInfoString(buf, separator);
		scheme_append_quoted(buf, TextDatumGetCString(names[ncuts]));
	}
}

/*
 * abc_make_scheme(cuts numeric[], rule, names text[], crossing, ties, negative):
 * a scheme from its parts, for programs.  The parts are put together to the text
 * of a scheme, so that every check is that of the text: cuts are cumulative
 * (share, count, top), each tier's width (fill), or values; names are one more
 * than cuts.  NULL stands for the default of everything but the cuts, which
 * must not be NULL.
 */
Datum
abc_make_scheme(PG_FUNCTION_ARGS)
{
	static const char *const options[] = {"crossing", "ties", "negative"};
	const char *sign = "";
	StringInfoData buf;

	if (PG_ARGISNULL(0))
		argument_refuse_null("cuts", CUTS_HINT);
	initStringInfo(&buf);
	if (PG_ARGISNULL(1))
		appendStringInfoString(&buf, "share");
	else
		sign = append_rule(&buf, PG_GETARG_TEXT_PP(1));
	appendStringInfoChar(&buf, ' ');
	append_cuts(&buf, sign, PG_GETARG_ARRAYTYPE_P(0),
				PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2));
	for (int i = 0; i < (int) lengthof(options); i++)
	{
		if (PG_ARGISNULL(3 + i))
			continue;
		appendStringInfo(&buf, "; %s ", options[i]);
		append_word(&buf, options[i], PG_GETARG_TEXT_PP(3 + i));
	}
	return scheme_datum_from_text(buf.data, NULL);
}
