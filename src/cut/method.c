/*
 * method.c
 *		The text of a normalization method.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "cut/method.h"

#define MAX_BINS	PG_INT32_MAX

static const char *const method_names[] = {"none", "ratio", "minmax", "zscore", "rank", "ntile"};

#define METHOD_HINT \
	"Methods are none, ratio, minmax, zscore, rank and ntile N, each with \"lower\" in front where less is better."

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next word, into *start and *length; false at the end. */
static bool
next_word(const char **at, const char **start, int *length)
{
	while (is_space(**at))
		(*at)++;
	*start = *at;
	while (**at != '\0' && !is_space(**at))
		(*at)++;
	*length = (int) (*at - *start);
	return *length > 0;
}

static bool
is_word(const char *start, int length, const char *word)
{
	return (int) strlen(word) == length && pg_strncasecmp(start, word, length) == 0;
}

static void
refuse_method(const char *text)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown normalization method \"%s\"", text),
			 errhint(METHOD_HINT)));
}

static int64
parse_bins(const char *text, const char *word, int length)
{
	int64		bins = 0;

	for (int i = 0; i < length; i++)
	{
		if (word[i] < '0' || word[i] > '9')
			refuse_method(text);
		bins = Min(bins * 10 + (word[i] - '0'), (int64) MAX_BINS + 1);
	}
	if (bins < 1 || bins > MAX_BINS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of bins in \"%s\" is out of range", text),
				 errhint("ntile takes 1 to %d bins, such as \"ntile 5\".", MAX_BINS)));
	return bins;
}

void
method_parse(const char *text, Method *method)
{
	const char *at = text;
	const char *word;
	int			length;
	int			kind = 0;

	method->lower = false;
	method->bins = 0;
	if (!next_word(&at, &word, &length))
		refuse_method(text);
	if (is_word(word, length, "lower"))
	{
		method->lower = true;
		if (!next_word(&at, &word, &length))
			refuse_method(text);
	}
	while (!is_word(word, length, method_names[kind]))
		if (++kind == lengthof(method_names))
			refuse_method(text);
	method->kind = kind;
	if (method->kind == METHOD_NTILE)
	{
		if (!next_word(&at, &word, &length))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("method \"%s\" does not say how many bins", text),
					 errhint("Write, for example, \"ntile 5\".")));
		method->bins = parse_bins(text, word, length);
	}
	if (next_word(&at, &word, &length))
		refuse_method(text);
}
