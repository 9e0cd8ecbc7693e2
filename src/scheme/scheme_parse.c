/*
 * scheme_parse.c
 *		Reading the text of an abc_scheme.
 *
 *		scheme  := [ rule ] item { "/" item }  { ";" option value }
 *				 | [ rule ] item { "+" item }  { ";" option value }
 *		rule    := share | count | top | value | fill
 *		item    := [ name ] [ ">" | ">=" ] number [ "%" ]  |  name
 *		name    := letters, digits, _, not beginning with a digit | "anything, "" for a quote"
 *		option  := crossing up|down | ties up|down | negative zero|error|drop
 *
 * Between "/" the numbers are cumulative cuts, between "+" the widths of the
 * tiers.  Names are one more than cuts, the last that of the rest; only a
 * scheme that says its rule may have them, so that no name can be taken for a
 * rule.  Rule and option words are read in any case.  Digits, signs and blanks
 * may be full-width; any other byte that is not ASCII belongs to a name: in every
 * server encoding such a byte is part of a multibyte or accented character and
 * never of one of the signs above.
 *
 * The parser works in steps: the rule, the items (what is written), the names,
 * the cuts (what the items mean under the rule, scheme_cuts.c) and the options
 * (scheme_options.c).  It makes one pass over a text of at most
 * SCHEME_MAX_LENGTH bytes.
 */
#include "postgres.h"

#include "compat.h"
#include "scheme/scheme_private.h"

/* Report names without a rule: no name may be taken for one. */
static bool
rule_missing_error(SchemeInput *in, const char *text)
{
	return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION,
						psprintf("The word share is missing: share %s", scheme_excerpt(text, 200)),
						"a scheme with names begins with its rule");
}

/* Is what follows a first word a cut and a second name? */
static bool
names_follow(const SchemeInput *in)
{
	const char *p = in->p + strcspn(in->p, "/+;\"");

	if (*p != '/' && *p != '+')
		return false;
	p++;
	while (is_space(*p))
		p++;
	return *p == '"' || is_name_start(*p);
}

/* Read the rule word that a scheme may begin with; without one it is share. */
static bool
read_rule(SchemeInput *in, AbcScheme *scheme)
{
	const char *start;
	char	   *word;

	scheme->rule = ABC_SHARE;
	scheme_skip_space(in);
	start = in->p;
	if (*start == '\0')
		return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION,
							"Write the cuts, such as \"80/95\" or \"count 15/50\".",
							"it is empty");
	if (*start == '"')
		return rule_missing_error(in, start);
	word = scheme_read_word(in);
	if (word == NULL)
		return true;
	for (int i = 0; i <= ABC_FILL; i++)
	{
		if (pg_strcasecmp(word, scheme_rule_word((AbcRule) i)) == 0)
		{
			scheme->rule = (AbcRule) i;
			return true;
		}
	}
	if (names_follow(in))
		return rule_missing_error(in, start);
	return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION,
						"The rules are share, count, top, value and fill, such as \"share 80/95\".",
						"unknown rule \"%s\"", scheme_excerpt(word, 63));
}

/* Read a name in double quotes, in which a doubled quote stands for one. */
static bool
read_quoted_name(SchemeInput *in, char **name)
{
	char	   *to = palloc(strlen(in->p));

	*name = to;
	for (in->p++;; in->p++)
	{
		if (*in->p == '\0')
			return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION,
								"A double quote inside a name is written twice.",
								"the quoted name \"%s\" has no closing quote",
								scheme_excerpt(in->quote + 1, 63));
		if (*in->p == '"' && *++in->p != '"')
			break;
		*to++ = *in->p;
	}
	*to = '\0';
	return true;
}

/* A name has 1 to 63 bytes, no control characters, and is not all blanks. */
static bool
check_name(SchemeInput *in, const char *name)
{
	bool		blank = true;

	for (const char *p = name; *p; p++)
	{
		if ((unsigned char) *p < ' ' || *p == 0x7f)
			return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION,
								"Names are of printable characters.",
								"a name contains the control character 0x%02X",
								(unsigned char) *p);
		if (*p != ' ')
			blank = false;
	}
	if (blank)
		return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION,
							"Give every tier a name, or none.",
							"a name is empty");
	if (strlen(name) > SCHEME_MAX_NAME)
		return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE,
							psprintf("A name has at most %d bytes.", SCHEME_MAX_NAME),
							"the name \"%s\" is too long", scheme_excerpt(name, SCHEME_MAX_NAME));
	return true;
}

/*
 * Read a number as it is written: everything up to the next blank or sign that
 * can follow one, the sign of an exponent included.  What it may look like is
 * for the rule to say.
 */
static char *
read_number(SchemeInput *in)
{
	const char *start = in->p;

	if (*in->p == '-')
		in->p++;
	while (is_name_char(*in->p) || *in->p == '.' ||
		   ((*in->p == '+' || *in->p == '-') && in->p > start &&
			(in->p[-1] == 'e' || in->p[-1] == 'E') && is_digit(in->p[1])))
		in->p++;
	return pnstrdup(start, in->p - start);
}

/* Read the name that an item may begin with. */
static bool
read_item_name(SchemeInput *in, SchemeItem *item)
{
	bool		quoted = *in->p == '"';

	if (!quoted)
		item->name = scheme_read_word(in);
	else
	{
		in->quote = in->p;
		if (!read_quoted_name(in, &item->name))
			return false;
	}
	if (!check_name(in, item->name))
		return false;
	scheme_skip_space(in);
	if (!quoted && !scheme_name_is_plain(item->name) && *in->p != '>' && !is_number_start(in->p))
		return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE,
							"Cuts are finite numbers; a name that reads like this one is written in double quotes.",
							"\"%s\" is not a cut", item->name);
	return true;
}

/* Read the sign before a cut. */
static SchemeSign
read_sign(SchemeInput *in)
{
	SchemeSign	sign = SIGN_NONE;

	if (*in->p == '>')
	{
		in->p++;
		sign = SIGN_ABOVE;
		if (*in->p == '=')
		{
			in->p++;
			sign = SIGN_AT_LEAST;
		}
		scheme_skip_space(in);
	}
	return sign;
}

/* Read the number of a cut, and the % behind it. */
static void
read_cut(SchemeInput *in, SchemeItem *item)
{
	item->number = read_number(in);
	scheme_skip_space(in);
	if (*in->p != '%')
		return;
	in->p++;
	item->percent = true;
	scheme_skip_space(in);
}

/* Report an item that has no cut where it must have one. */
static bool
cut_missing_error(SchemeInput *in)
{
	if (*in->p == '\0' || *in->p == ';')
		return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION,
							"Write the cuts, such as \"80/95\" or \"count 15/50\".",
							"a cut is missing at the end");
	return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION,
						"Cuts are numbers, such as 80 or 33.3, with one / or + between two of them.",
						"expected a cut before \"%s\"", scheme_excerpt(in->p, 32));
}

/* Read one item: a name, a cut, or a name and its cut. */
static bool
read_item(SchemeInput *in, SchemeItem *item)
{
	memset(item, 0, sizeof(*item));
	scheme_skip_space(in);
	if ((*in->p == '"' || is_name_start(*in->p)) && !read_item_name(in, item))
		return false;
	item->sign = read_sign(in);
	if (is_number_start(in->p))
		read_cut(in, item);
	else if (item->name == NULL || item->sign != SIGN_NONE)
		return cut_missing_error(in);
	return true;
}

/* Report what stands where the next separator should. */
static bool
unexpected_error(SchemeInput *in)
{
	SchemeItem *item = &in->items[in->nitems - 1];
	const char *hint = "Cuts are separated by /, widths by +, names stand before their cut, and options follow a ;.";

	if (*in->p == ',')
		hint = "Numbers have a decimal point and no thousands separators; cuts are separated by /.";
	else if (item->number == NULL)
		hint = "A name of anything but letters, digits and _ is written in double quotes.";
	return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION, hint,
						"unexpected \"%s\"", scheme_excerpt(in->p, 32));
}

/* Read all items up to ";" or the end of the text. */
static bool
read_items(SchemeInput *in)
{
	for (;;)
	{
		if (in->nitems == ABC_MAX_TIERS)
			return scheme_too_many_cuts(in);
		if (!read_item(in, &in->items[in->nitems++]))
			return false;
		if (*in->p == '\0' || *in->p == ';')
			return true;
		if (*in->p != '/' && *in->p != '+')
			return unexpected_error(in);
		if (in->separator != '\0' && in->separator != *in->p)
			return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION,
								"Cumulative cuts are separated by /, as in 80/95; widths of the tiers by +, "
								"as in 80+15+5.",
								"/ and + do not mix");
		in->separator = *in->p++;
	}
}

/*
 * Check that every tier has a name or none has, and find how the items end:
 * with the name of the rest alone (rest_named), or with a number.
 */
static bool
check_names(SchemeInput *in)
{
	int			named = 0;
	int			last = in->nitems - 1;

	for (int i = 0; i <= last; i++)
	{
		const char *name = in->items[i].name;

		if (name == NULL)
			continue;
		named++;
		for (int j = 0; j < i; j++)
			if (in->items[j].name && strcmp(name, in->items[j].name) == 0)
				return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE,
									"Every tier has a name of its own.",
									"the name \"%s\" is given twice", name);
		if (in->items[i].number == NULL && (i < last || last == 0))
			return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION,
								"Every tier but the last has a cut behind its name, as in: share gold 80 / iron.",
								"the tier \"%s\" has no cut", name);
	}
	if (named != 0 && named != in->nitems)
		return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION,
							"Name every tier, the rest included, as in: share gold 80 / iron 95 / lead; or none.",
							"some tiers have a name and some have none");
	in->rest_named = in->items[last].number == NULL;
	return true;
}

/*
 * Parse any accepted text into a palloc'd AbcScheme, everything it points to in
 * the current memory context.  On bad input the error goes to escontext, where
 * that is a soft one the result is NULL.
 */
AbcScheme *
scheme_parse(const char *text, Node *escontext)
{
	AbcScheme  *scheme = palloc0(sizeof(AbcScheme));
	SchemeInput in;

	memset(&in, 0, sizeof(in));
	in.text = text;
	in.escontext = escontext;

	if (strlen(text) > SCHEME_MAX_LENGTH)
	{
		scheme_error(&in, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
					 psprintf("A scheme has at most %d bytes.", SCHEME_MAX_LENGTH),
					 "it is too long");
		return NULL;
	}
	in.p = scheme_narrow(text);
	if (!read_rule(&in, scheme) || !read_items(&in) || !check_names(&in) ||
		!scheme_read_cuts(&in, scheme) || !scheme_read_options(&in, scheme))
		return NULL;
	for (int i = 0; in.items[0].name && i <= scheme->ncuts; i++)
		scheme->names[i] = in.items[i].name;
	return scheme;
}
