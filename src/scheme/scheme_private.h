/*
 * scheme_private.h
 *		What the parts of the scheme parser share, and nobody else sees.
 */
#ifndef ABC_SCHEME_PRIVATE_H
#define ABC_SCHEME_PRIVATE_H

#include "scheme/scheme.h"

#define SCHEME_MAX_LENGTH	10000	/* bytes of text, in and out */
#define SCHEME_MAX_NAME		63	/* bytes of a name */

typedef enum SchemeSign
{
	SIGN_NONE,
	SIGN_ABOVE,					/* > */
	SIGN_AT_LEAST				/* >= */
} SchemeSign;

/* One item as it is written, between two separators. */
typedef struct SchemeItem
{
	char	   *name;			/* or NULL */
	SchemeSign	sign;
	char	   *number;			/* or NULL: the name of the rest */
	bool		percent;		/* a % follows the number */
} SchemeItem;

typedef struct SchemeInput
{
	const char *text;			/* the whole input, for messages */
	const char *p;				/* the next byte to read, all in narrow digits and signs */
	const char *quote;			/* where the last quoted name began */
	Node	   *escontext;
	char		separator;		/* '/', '+', or 0 with a single item */
	int			nitems;
	SchemeItem	items[ABC_MAX_TIERS];
	bool		rest_named;		/* the last item is a name alone */
} SchemeInput;

/*
 * Bytes
 */

static inline bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || IS_HIGHBIT_SET(c);
}

static inline bool
is_name_char(char c)
{
	return is_name_start(c) || is_digit(c);
}

/* Does a number begin here?  A "-" alone does not make one. */
static inline bool
is_number_start(const char *p)
{
	return is_digit(*p) || *p == '.' || (*p == '-' && (is_digit(p[1]) || p[1] == '.'));
}

/* scheme_read.c */
extern bool scheme_error(SchemeInput *in, int errcode_value, const char *hint,
						 const char *fmt,...) pg_attribute_printf(4, 5);
extern char *scheme_excerpt(const char *text, int max);
extern bool scheme_too_many_cuts(SchemeInput *in);
extern bool scheme_name_is_plain(const char *name);
extern const char *scheme_rule_word(AbcRule rule);
extern void scheme_skip_space(SchemeInput *in);
extern char *scheme_read_word(SchemeInput *in);

/* scheme_fullwidth.c */
extern const char *scheme_narrow(const char *text);

/* scheme_options.c */
extern bool scheme_read_options(SchemeInput *in, AbcScheme *scheme);
extern bool scheme_default_ties_down(AbcRule rule);

/* scheme_cuts.c: what the items mean under the rule. */
extern bool scheme_read_cuts(SchemeInput *in, AbcScheme *scheme);
extern bool scheme_cuts_look_like_fractions(const AbcScheme *scheme);
extern char *scheme_fraction_text(const AbcFraction *fraction);
extern char *scheme_value_text(Numeric value);

#endif							/* ABC_SCHEME_PRIVATE_H */
