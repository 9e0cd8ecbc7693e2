/*
 * scheme.c
 *		The type abc_scheme: how to cut, parsed and checked once.
 *
 * A value holds its canonical text: the rule always, cuts in their cumulative
 * form (widths under fill), numbers without idle zeros, names quoted where they
 * must be, and the options that differ from the rule's defaults, in a fixed
 * order.  Two texts that mean the same give the same bytes, which is why the
 * type compares and hashes like bytea, and the canonical text reads back to
 * the same value.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "compat.h"
#include "scheme/scheme.h"
#include "scheme/scheme_private.h"

PG_FUNCTION_INFO_V1(abc_scheme_in);
PG_FUNCTION_INFO_V1(abc_scheme_recv);
PG_FUNCTION_INFO_V1(abc_scheme_from_text);
PG_FUNCTION_INFO_V1(abc_make_scheme);

/* Append a name in double quotes, one inside it doubled. */
static void
append_quoted(StringInfo buf, const char *name)
{
	appendStringInfoChar(buf, '"');
	for (; *name; name++)
	{
		if (*name == '"')
			appendStringInfoChar(buf, '"');
		appendStringInfoChar(buf, *name);
	}
	appendStringInfoChar(buf, '"');
}

/* Append a name, in double quotes unless it is a plain word. */
static void
append_name(StringInfo buf, const char *name)
{
	if (scheme_name_is_plain(name))
		appendStringInfoString(buf, name);
	else
		append_quoted(buf, name);
}

/* Append one cut as its rule writes it. */
static void
append_cut(StringInfo buf, const AbcScheme *scheme, const AbcCut *cut)
{
	switch (scheme->rule)
	{
		case ABC_SHARE:
		case ABC_COUNT:
		case ABC_FILL:
			appendStringInfo(buf, "%s%s", scheme_fraction_text(&cut->share),
							 scheme_cuts_look_like_fractions(scheme) ? "%" : "");
			break;
		case ABC_TOP:
			appendStringInfo(buf, INT64_FORMAT, cut->rows);
			break;
		case ABC_VALUE:
			appendStringInfo(buf, "%s%s", cut->above ? ">" : "", scheme_value_text(cut->value));
			break;
	}
}

/* The canonical text, palloc'd: parses back to an equal scheme. */
char *
scheme_canonical(const AbcScheme *scheme)
{
	bool		named = scheme->names[0] != NULL;
	char		separator = scheme->rule == ABC_FILL ? '+' : '/';
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "%s ", scheme_rule_word(scheme->rule));
	for (int i = 0; i < scheme->ncuts; i++)
	{
		if (i > 0)
			appendStringInfo(&buf, named ? " %c " : "%c", separator);
		if (named)
		{
			append_name(&buf, scheme->names[i]);
			appendStringInfoChar(&buf, ' ');
		}
		append_cut(&buf, scheme, &scheme->cuts[i]);
	}
	if (named)
	{
		appendStringInfo(&buf, " %c ", separator);
		append_name(&buf, scheme->names[scheme->ncuts]);
	}

	if (scheme->crossing_down)
		appendStringInfoString(&buf, "; crossing down");
	if (scheme->ties_down != scheme_default_ties_down(scheme->rule))
		appendStringInfo(&buf, "; ties %s", scheme->ties_down ? "down" : "up");
	if (scheme->negative != ABC_NEGATIVE_ZERO)
		appendStringInfo(&buf, "; negative %s",
						 scheme->negative == ABC_NEGATIVE_ERROR ? "error" : "drop");
	return buf.data;
}

/* A cut as a number: per cent (under fill the tier's own width), rows, or a value. */
Numeric
scheme_cut_number(const AbcScheme *scheme, int i)
{
	const AbcCut *cut = &scheme->cuts[i];

	switch (scheme->rule)
	{
		case ABC_TOP:
			return int64_to_numeric(cut->rows);
		case ABC_VALUE:
			return cut->value;
		default:
			return DatumGetNumeric(DirectFunctionCall3(numeric_in,
													   CStringGetDatum(scheme_fraction_text(&cut->share)),
													   ObjectIdGetDatum(InvalidOid),
													   Int32GetDatum(-1)));
	}
}

/* Parse the Datum of a valid abc_scheme into mcxt. */
AbcScheme *
scheme_of_datum(Datum scheme, MemoryContext mcxt)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(mcxt);
	char	   *canonical = TextDatumGetCString(scheme);
	AbcScheme  *result = scheme_parse(canonical, NULL);

	pfree(canonical);
	MemoryContextSwitchTo(oldcontext);
	return result;
}

/*
 * The Datum of any accepted text.  A soft error returns 0; so does a canonical
 * text beyond the limit, which only the digits of very long numbers can reach.
 */
static Datum
scheme_datum_from_text(const char *text, Node *escontext)
{
	AbcScheme  *scheme = scheme_parse(text, escontext);
	char	   *canonical;

	if (scheme == NULL)
		return (Datum) 0;
	canonical = scheme_canonical(scheme);
	if (strlen(canonical) > SCHEME_MAX_LENGTH)
		ereturn(escontext, (Datum) 0,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the canonical form of the abc_scheme is too long"),
				 errhint("A scheme has at most %d bytes.", SCHEME_MAX_LENGTH)));
	return CStringGetTextDatum(canonical);
}

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

/* The elements of a one-dimensional array without NULLs; NULL for no elements. */
static Datum *
array_elements(ArrayType *array, const char *what, Oid elmtype, int elmlen, char elmalign, int *n)
{
	Datum	   *elements;
	bool	   *nulls;

	*n = 0;
	if (ARR_NDIM(array) == 0)
		return NULL;
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s of an abc_scheme must be a one-dimensional array, not one of %d dimensions",
						what, ARR_NDIM(array)),
				 errhint("Give them as in ARRAY[80, 95].")));
	deconstruct_array(array, elmtype, elmlen, false, elmalign, &elements, &nulls, n);
	for (int i = 0; i < *n; i++)
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s of an abc_scheme must not be NULL, but element %d is", what, i + 1),
					 errhint("Leave the element out.")));
	return elements;
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
	Datum	   *cuts = array_elements(cut_array, "cuts", NUMERICOID, -1, TYPALIGN_INT, &ncuts);
	Datum	   *names = NULL;
	const char *separator;

	if (ncuts > ABC_MAX_TIERS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an abc_scheme cannot have %d cuts", ncuts),
				 errhint("A scheme has 1 to %d cuts, for the tiers A to Z.", ABC_MAX_CUTS)));
	if (name_array != NULL)
	{
		names = array_elements(name_array, "names", TEXTOID, -1, TYPALIGN_INT, &nnames);
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
			append_quoted(buf, TextDatumGetCString(names[i]));
			appendStringInfoChar(buf, ' ');
		}
		appendStringInfo(buf, "%s%s", sign,
						 DatumGetCString(DirectFunctionCall1(numeric_out, cuts[i])));
	}
	if (nnames > ncuts)
	{
		appendStringInfoString(buf, separator);
		append_quoted(buf, TextDatumGetCString(names[ncuts]));
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
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("cuts of an abc_scheme must not be NULL"),
				 errhint("Give them as in ARRAY[80, 95].")));
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
