/*
 * scheme_read.c
 *		The letters and words of a scheme's text, and errors that quote it.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "compat.h"
#include "scheme/scheme_private.h"

static const char *const rule_words[] = {"share", "count", "top", "value", "fill"};

/* The word of a rule, for output. */
const char *
scheme_rule_word(AbcRule rule)
{
	return rule_words[rule];
}

/* At most max bytes of text for an error message, cut between characters. */
char *
scheme_excerpt(const char *text, int max)
{
	int			len = strlen(text);

	if (len <= max)
		return pstrdup(text);
	return psprintf("%s...", pnstrdup(text, pg_mbcliplen(text, len, max)));
}

/*
 * Report an error: what is wrong, formatted as by printf, behind the text it is
 * wrong with.  Returns false, so that a caller can return it in turn.
 */
bool
scheme_error(SchemeInput *in, int errcode_value, const char *hint, const char *fmt,...)
{
	StringInfoData what;

	initStringInfo(&what);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, fmt);
		needed = appendStringInfoVA(&what, fmt, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&what, needed);
	}

	errsave(in->escontext,
			(errcode(errcode_value),
			 errmsg("invalid abc_scheme \"%s\": %s", scheme_excerpt(in->text, 200), what.data),
			 hint ? errhint("%s", hint) : 0));
	return false;
}

/* Report more cuts than there are letters for. */
bool
scheme_too_many_cuts(SchemeInput *in)
{
	return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE,
						psprintf("A scheme has 1 to %d cuts, for the tiers A to Z.", ABC_MAX_CUTS),
						"it has more than %d cuts", ABC_MAX_CUTS);
}

/* Go to the next byte that is no blank. */
void
scheme_skip_space(SchemeInput *in)
{
	while (is_space(*in->p))
		in->p++;
}

/*
 * Can this name stand without quotes?  NaN and Inf cannot, lest they pass for
 * cuts, nor can what would be narrowed.
 */
bool
scheme_name_is_plain(const char *name)
{
	if (!is_name_start(*name))
		return false;
	for (const char *p = name; *p; p++)
		if (!is_name_char(*p))
			return false;
	return pg_strcasecmp(name, "nan") != 0 && pg_strcasecmp(name, "inf") != 0 &&
		pg_strcasecmp(name, "infinity") != 0 && strcmp(name, scheme_narrow(name)) == 0;
}

/* Read a run of name characters, or return NULL where none begins. */
char *
scheme_read_word(SchemeInput *in)
{
	const char *start = in->p;

	if (!is_name_start(*start))
		return NULL;
	while (is_name_char(*in->p))
		in->p++;
	return pnstrdup(start, in->p - start);
}
