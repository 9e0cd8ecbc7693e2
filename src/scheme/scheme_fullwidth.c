/*
 * scheme_fullwidth.c
 *		Full-width digits and signs in the text of a scheme, taken for what they are.
 *
 * A Chinese, Japanese or Korean keyboard writes 80／95 as readily as 80/95.  Outside
 * quoted names the digits and signs of a scheme, and the blank, may have either
 * width; letters may not, since they are parts of names.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "mb/pg_wchar.h"

#include "scheme/scheme_private.h"

#define FULLWIDTH(c)	(0xFF00 + ((c) - 0x20))	/* U+FF01 is "!", U+FF5E is "~" */
#define IDEOGRAPHIC_SPACE	0x3000

static const char narrow_forms[] = " 0123456789/+->=%;.,";

/* The wide form of each in the server's encoding; empty where there is none. */
static char wide_forms[sizeof(narrow_forms) - 1][MAX_MULTIBYTE_CHAR_LEN + 1];

/* A code point in the server's encoding; empty where that does not have it. */
static void
encode(pg_wchar c, char *out)
{
	int			encoding = GetDatabaseEncoding();
	unsigned char utf8[MAX_MULTIBYTE_CHAR_LEN + 1];
	unsigned char converted[MAX_MULTIBYTE_CHAR_LEN * MAX_CONVERSION_GROWTH + 1];
	int			length;
	Oid			proc;

	unicode_to_utf8(c, utf8);
	length = pg_utf_mblen(utf8);
	if (encoding == PG_UTF8)
	{
		memcpy(out, utf8, length);
		return;
	}
	proc = FindDefaultConversionProc(PG_UTF8, encoding);
	if (OidIsValid(proc) &&
		pg_do_encoding_conversion_buf(proc, PG_UTF8, encoding, utf8, length, converted,
									  sizeof(converted), true) == length)
		strlcpy(out, (char *) converted, MAX_MULTIBYTE_CHAR_LEN + 1);
}

/* Fill wide_forms, once in a session: its database has one encoding. */
static void
learn_wide_forms(void)
{
	static bool learnt = false;

	if (learnt)
		return;
	for (int i = 0; narrow_forms[i]; i++)
		encode(narrow_forms[i] == ' ' ? IDEOGRAPHIC_SPACE : FULLWIDTH(narrow_forms[i]), wide_forms[i]);
	learnt = true;
}

/* The narrow form of the character of this length, or 0 if it is no wide form. */
static char
narrow_form(const char *p, int length)
{
	for (int i = 0; narrow_forms[i]; i++)
		if (strncmp(p, wide_forms[i], length) == 0 && wide_forms[i][length] == '\0')
			return narrow_forms[i];
	return '\0';
}

static bool
is_ascii(const char *text)
{
	for (; *text; text++)
		if (IS_HIGHBIT_SET(*text))
			return false;
	return true;
}

/* The text with its full-width digits, signs and blanks narrowed, but in quoted names. */
const char *
scheme_narrow(const char *text)
{
	char	   *result;
	char	   *to;
	bool		quoted = false;
	int			length;

	if (pg_database_encoding_max_length() == 1 || is_ascii(text))
		return text;
	learn_wide_forms();
	result = to = palloc(strlen(text) + 1);
	for (const char *p = text; *p; p += length)
	{
		char		narrow = '\0';

		length = strnlen(p, pg_encoding_mblen(GetDatabaseEncoding(), p));
		if (*p == '"')
			quoted = !quoted;
		if (length > 1 && !quoted)
			narrow = narrow_form(p, length);
		if (narrow != '\0')
			*to++ = narrow;
		else
		{
			memcpy(to, p, length);
			to += length;
		}
	}
	*to = '\0';
	return result;
}
