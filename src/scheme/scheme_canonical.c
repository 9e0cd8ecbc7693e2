/*
 * scheme_canonical.c
 *		The canonical text of a scheme, which is what a Datum holds.
 *
 * It holds its canonical text: the rule always, cuts in their cumulative
 * form (widths under fill), numbers without idle zeros, names quoted where they
 * must be, and the options that differ from the rule's defaults, in a fixed
 * order.  Two texts that mean the same give the same bytes, which is why the
 * type compares and hashes like bytea, and the canonical text reads back to
 * the same value.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "compat.h"
#include "scheme/scheme.h"
#include "scheme/scheme_private.h"

void
scheme_append_quoted(StringInfo buf, const char *name)
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
		scheme_append_quoted(buf, name);
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
Datum
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
