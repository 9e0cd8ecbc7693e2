/*
 * scheme_options.c
 *		The options of a scheme, behind its cuts: crossing, ties, negative.
 */
#include "postgres.h"

#include "compat.h"
#include "scheme/scheme_private.h"

/* Which options a rule knows, and what to say about it. */
typedef struct RuleOptions
{
	bool		crossing;
	bool		ties;
	bool		negative;
	const char *hint;
} RuleOptions;

static const RuleOptions rule_options[] = {
	[ABC_SHARE] = {true, true, true, "The options of share are crossing, ties and negative."},
	[ABC_COUNT] = {true, true, false, "The options of count are crossing and ties."},
	[ABC_TOP] = {false, true, false, "The only option of top is ties."},
	[ABC_VALUE] = {false, false, false, "The rule value has no options."},
	[ABC_FILL] = {true, true, true, "The options of fill are crossing, ties and negative."},
};

/* Is the value of "ties" that a rule has unless told otherwise "down"? */
bool
scheme_default_ties_down(AbcRule rule)
{
	return rule == ABC_COUNT || rule == ABC_TOP;
}

/* Read the value of an option that is one of two or three words. */
static bool
read_option_value(SchemeInput *in, const char *option, const char *const *words, int nwords,
				  const char *hint, int *value)
{
	char	   *word;

	scheme_skip_space(in);
	word = scheme_read_word(in);
	for (int i = 0; word && i < nwords; i++)
	{
		if (pg_strcasecmp(word, words[i]) == 0)
		{
			*value = i;
			return true;
		}
	}
	if (word == NULL && (*in->p == '\0' || *in->p == ';'))
		return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION, hint,
							"the option \"%s\" has no value", option);
	return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE, hint,
						"\"%s\" is not a value of the option \"%s\"",
						scheme_excerpt(word ? word : in->p, 63), option);
}

typedef enum Option
{
	OPTION_CROSSING,
	OPTION_TIES,
	OPTION_NEGATIVE,
	NOPTIONS
} Option;

static const char *const option_words[] = {"crossing", "ties", "negative"};

/* Read the word of an option that the rule knows. */
static bool
read_option_word(SchemeInput *in, AbcRule rule, Option *option)
{
	const RuleOptions *known = &rule_options[rule];
	const bool	applies[] = {known->crossing, known->ties, known->negative};
	char	   *word;
	int			i = 0;

	scheme_skip_space(in);
	word = scheme_read_word(in);
	if (word == NULL)
		return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION, known->hint,
							"expected an option after \";\"");
	while (i < NOPTIONS && pg_strcasecmp(word, option_words[i]) != 0)
		i++;
	if (i == NOPTIONS)
		return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE, known->hint,
							"unknown option \"%s\"", scheme_excerpt(word, 63));
	if (!applies[i])
		return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE, known->hint,
							"the rule %s does not know the option \"%s\"",
							scheme_rule_word(rule), option_words[i]);
	*option = (Option) i;
	return true;
}

/* Read one option behind its ";".  seen[] tells which the scheme has had. */
static bool
read_option(SchemeInput *in, AbcScheme *scheme, bool *seen)
{
	static const char *const directions[] = {"up", "down"};
	static const char *const negatives[] = {"zero", "error", "drop"};
	Option		option = OPTION_CROSSING;
	bool		two;			/* it has two values */
	int			value = 0;

	if (!read_option_word(in, scheme->rule, &option))
		return false;
	if (seen[option])
		return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE,
							"Give every option once.",
							"the option \"%s\" is given twice", option_words[option]);
	seen[option] = true;
	two = option != OPTION_NEGATIVE;
	if (!read_option_value(in, option_words[option], two ? directions : negatives,
						   two ? lengthof(directions) : lengthof(negatives),
						   two ? "It is \"up\" or \"down\"." : "It is \"zero\", \"error\" or \"drop\".", &value))
		return false;
	if (option == OPTION_CROSSING)
		scheme->crossing_down = value == 1;
	else if (option == OPTION_TIES)
		scheme->ties_down = value == 1;
	else
		scheme->negative = (AbcNegative) value;
	return true;
}

/*
 * Read the options up to the end of the text, and set those that are not given
 * to the defaults of the rule.
 */
bool
scheme_read_options(SchemeInput *in, AbcScheme *scheme)
{
	bool		seen[NOPTIONS] = {false};

	scheme->crossing_down = false;
	scheme->ties_down = scheme_default_ties_down(scheme->rule);
	scheme->negative = ABC_NEGATIVE_ZERO;
	while (*in->p == ';')
	{
		in->p++;
		if (!read_option(in, scheme, seen))
			return false;
		scheme_skip_space(in);
	}
	if (*in->p != '\0')
		return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION,
							"Options are separated by ;, as in \"80/95; crossing down; ties down\".",
							"unexpected \"%s\"", scheme_excerpt(in->p, 32));
	return true;
}
