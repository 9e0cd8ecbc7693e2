/*
 * scheme_cuts.c
 *		What the numbers of a scheme mean under its rule, and how they are written.
 *
 * share and count: cumulative shares of 100 %, or widths that add up to 100 %;
 * fill: widths only; top: cumulative numbers of rows, or widths; value: decimal
 * numbers.  Everything is exact: shares are decimal fractions of at most 15
 * decimals of a per cent, value cuts are numeric.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "compat.h"
#include "scheme/scheme_private.h"

#define MAX_DECIMALS	15		/* of a per cent */
#define MAX_VALUE_SCALE	1000	/* digits of a value cut on either side of the point */
#define PLAIN_WIDTH		40		/* a longer number prints with an exponent */

#define HINT_PER_CENT	"Cuts are per cent above 0 and at most 100, such as 80 or 33.3."

static const uint64 ten_to[] = {
	UINT64CONST(1), UINT64CONST(10), UINT64CONST(100), UINT64CONST(1000), UINT64CONST(10000),
	UINT64CONST(100000), UINT64CONST(1000000), UINT64CONST(10000000), UINT64CONST(100000000),
	UINT64CONST(1000000000), UINT64CONST(10000000000), UINT64CONST(100000000000),
	UINT64CONST(1000000000000), UINT64CONST(10000000000000), UINT64CONST(100000000000000),
	UINT64CONST(1000000000000000)
};

/* Report a cut and what is wrong with it. */
static bool
cut_error(SchemeInput *in, const char *number, const char *what, const char *hint)
{
	return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE, hint, "the cut %s %s",
						scheme_excerpt(number, 64), what);
}

/*
 * A decimal number without exponent, taken apart: digits before and behind the
 * point, without leading and trailing zeros.  The parts point into the text.
 */
typedef struct PlainNumber
{
	bool		negative;
	const char *whole;
	int			nwhole;
	const char *decimals;
	int			ndecimals;
} PlainNumber;

/* Take a number apart; false if it is anything but [-]digits[.digits]. */
static bool
split_number(const char *number, PlainNumber *parts)
{
	const char *p = number;
	int			ndigits;

	parts->negative = *p == '-';
	if (parts->negative)
		p++;
	parts->nwhole = strspn(p, "0123456789");
	parts->whole = p;
	p += parts->nwhole;
	ndigits = parts->nwhole;
	parts->ndecimals = 0;
	if (*p == '.')
	{
		p++;
		parts->ndecimals = strspn(p, "0123456789");
	}
	parts->decimals = p;
	p += parts->ndecimals;
	ndigits += parts->ndecimals;
	if (*p != '\0' || ndigits == 0)
		return false;

	while (parts->nwhole > 0 && *parts->whole == '0')
	{
		parts->whole++;
		parts->nwhole--;
	}
	while (parts->ndecimals > 0 && parts->decimals[parts->ndecimals - 1] == '0')
		parts->ndecimals--;
	return true;
}

/* Drop the decimals of a fraction that are zero: 800/1000 is 80/100. */
static void
reduce_fraction(AbcFraction *fraction)
{
	while (fraction->den > 100 && fraction->num % 10 == 0)
	{
		fraction->num /= 10;
		fraction->den /= 10;
	}
}

/* a - b, of two fractions up to 1, has this sign. */
static int
compare_fractions(const AbcFraction *a, const AbcFraction *b)
{
	uint64		den = Max(a->den, b->den);
	uint64		anum = a->num * (den / a->den);
	uint64		bnum = b->num * (den / b->den);

	return (anum > bnum) - (anum < bnum);
}

/* a + b, exactly; both are at most 1, so the sum is far from overflow. */
static AbcFraction
add_fractions(const AbcFraction *a, const AbcFraction *b)
{
	AbcFraction sum;

	sum.den = Max(a->den, b->den);
	sum.num = a->num * (sum.den / a->den) + b->num * (sum.den / b->den);
	reduce_fraction(&sum);
	return sum;
}

/* A fraction in per cent: 80, 33.3. */
char *
scheme_fraction_text(const AbcFraction *fraction)
{
	uint64		unit = fraction->den / 100;
	uint64		decimals = fraction->num % unit;
	int			width = 0;

	if (decimals == 0)
		return psprintf(UINT64_FORMAT, fraction->num / unit);
	while (ten_to[width] < unit)
		width++;
	while (decimals % 10 == 0)
	{
		decimals /= 10;
		width--;
	}
	return psprintf(UINT64_FORMAT ".%0*llu", fraction->num / unit, width,
					(unsigned long long) decimals);
}

/* Read a per cent: above 0, at most 100, at most 15 decimals, no exponent. */
static bool
read_per_cent(SchemeInput *in, const char *number, AbcFraction *fraction)
{
	PlainNumber parts;
	uint64		num = 0;

	if (!split_number(number, &parts))
		return cut_error(in, number, "is not a number in per cent", HINT_PER_CENT);
	if (parts.negative || (parts.nwhole == 0 && parts.ndecimals == 0))
		return cut_error(in, number, "is not above 0", HINT_PER_CENT);
	if (parts.ndecimals > MAX_DECIMALS)
		return cut_error(in, number, "has too many decimals",
						 psprintf("A cut in per cent has at most %d decimals.", MAX_DECIMALS));
	for (int i = 0; i < parts.nwhole && i <= 3; i++)
		num = num * 10 + (parts.whole[i] - '0');
	for (int i = 0; i < parts.ndecimals; i++)
		num = num * 10 + (parts.decimals[i] - '0');
	fraction->num = num;
	fraction->den = 100 * ten_to[parts.ndecimals];
	if (parts.nwhole > 3 || num > fraction->den)
		return cut_error(in, number, "is above 100", HINT_PER_CENT);
	return true;
}

/* Read a number of rows: a whole number, 1 to 2^63-1. */
static bool
read_rows(SchemeInput *in, const char *number, int64 *rows)
{
	const char *hint = "Cuts of top are whole numbers of rows, such as top 50/200.";
	PlainNumber parts;

	if (!split_number(number, &parts) || parts.ndecimals > 0)
		return cut_error(in, number, "is not a whole number", hint);
	if (parts.negative || parts.nwhole == 0)
		return cut_error(in, number, "is not above 0", hint);
	*rows = 0;
	for (int i = 0; i < parts.nwhole; i++)
	{
		int			digit = parts.whole[i] - '0';

		if (*rows > (PG_INT64_MAX - digit) / 10)
			return cut_error(in, number, "is too large",
							 psprintf("A cut of top is at most " INT64_FORMAT ".", PG_INT64_MAX));
		*rows = *rows * 10 + digit;
	}
	return true;
}

/*
 * Read a value cut: any decimal number with or without exponent that has at most
 * 1000 digits on either side of the point, so that numeric takes it.
 */
static bool
read_value(SchemeInput *in, const char *number, Numeric *value)
{
	char	   *mantissa = pstrdup(number);
	char	   *e = strpbrk(mantissa, "eE");
	int			exponent = 0;
	PlainNumber parts;
	bool		valid;

	if (e != NULL)
	{
		const char *p = e + 1;
		bool		negative = *p == '-';

		*e = '\0';
		if (*p == '+' || *p == '-')
			p++;
		valid = *p != '\0' && strspn(p, "0123456789") == strlen(p);
		for (; valid && *p; p++)
			exponent = Min(exponent * 10 + (*p - '0'), 100000);
		if (negative)
			exponent = -exponent;
	}
	else
		valid = true;

	if (!valid || !split_number(mantissa, &parts))
		return cut_error(in, number, "is not a number",
						 "Cuts of value are numbers, such as 5000, -0.5 or 1e6.");
	if (parts.nwhole + exponent > MAX_VALUE_SCALE || parts.ndecimals - exponent > MAX_VALUE_SCALE)
		return cut_error(in, number, "has too many digits",
						 psprintf("A cut of value has at most %d digits before the decimal point, "
								  "and as many behind it.", MAX_VALUE_SCALE));
	*value = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(number),
												 ObjectIdGetDatum(InvalidOid),
												 Int32GetDatum(-1)));
	return true;
}

/*
 * A number as numeric_out writes it, without the zeros that say nothing, and
 * with an exponent where it would be long: 5000, -0.5, 1e300.
 */
char *
scheme_value_text(Numeric value)
{
	char	   *out = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value)));
	PlainNumber parts;
	StringInfoData digits;
	int			leading;
	int			ndigits;
	int			exponent;

	if (!split_number(out, &parts))
		elog(ERROR, "unexpected number \"%s\" in abc_scheme", out);
	if (parts.nwhole == 0 && parts.ndecimals == 0)
		return pstrdup("0");

	initStringInfo(&digits);
	appendBinaryStringInfo(&digits, parts.whole, parts.nwhole);
	appendBinaryStringInfo(&digits, parts.decimals, parts.ndecimals);
	leading = strspn(digits.data, "0");
	ndigits = digits.len - leading;
	while (digits.data[leading + ndigits - 1] == '0')
		ndigits--;
	exponent = parts.nwhole - leading - 1;

	if (digits.len <= Max(ndigits + 4, PLAIN_WIDTH))
		return psprintf("%s%.*s%s%.*s", parts.negative ? "-" : "",
						Max(parts.nwhole, 1), parts.nwhole ? parts.whole : "0",
						parts.ndecimals ? "." : "", parts.ndecimals, parts.decimals);
	return psprintf("%s%c%s%.*se%d", parts.negative ? "-" : "", digits.data[leading],
					ndigits > 1 ? "." : "", ndigits - 1, digits.data + leading + 1, exponent);
}

/* Check what is the same for all cuts of an item list: signs and per cent marks. */
static bool
check_marks(SchemeInput *in, const AbcScheme *scheme)
{
	bool		per_cent = scheme->rule != ABC_TOP && scheme->rule != ABC_VALUE;

	for (int i = 0; i < in->nitems; i++)
	{
		SchemeItem *item = &in->items[i];

		if (item->sign != SIGN_NONE && scheme->rule != ABC_VALUE)
			return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE,
								"> and >= belong to the cuts of value, as in: value >5000/500.",
								"the rule %s does not know \"%s\"", scheme_rule_word(scheme->rule),
								item->sign == SIGN_ABOVE ? ">" : ">=");
		if (item->percent && !per_cent)
			return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE,
								scheme->rule == ABC_TOP ? "For a share of the rows write count, as in: count 15/50." :
								"For a share of the total write share, as in: share 80/95.",
								"cuts of %s are not in per cent", scheme_rule_word(scheme->rule));
	}
	return true;
}

/* There are no more cuts than tiers can hold. */
static bool
check_ncuts(SchemeInput *in, int n)
{
	return n <= ABC_MAX_CUTS || scheme_too_many_cuts(in);
}

/* Does the scheme have a name for the rest, where it has names? */
static bool
check_rest_named(SchemeInput *in)
{
	if (in->items[0].name == NULL || in->rest_named)
		return true;
	return scheme_error(in, ERRCODE_INVALID_TEXT_REPRESENTATION,
						"Names are one more than cuts: add the name of the rest, as in: "
						"share gold 80 / iron 95 / lead.",
						"the last tier, the rest, has no name");
}

/* "share 80/15/5": the hint for cuts that fall but would do as widths. */
static const char *
hint_cumulative(SchemeInput *in, const AbcScheme *scheme, const AbcFraction *shares, int n)
{
	AbcFraction sum = {0, 100};
	StringInfoData widths;

	initStringInfo(&widths);
	for (int i = 0; i < n; i++)
	{
		sum = add_fractions(&sum, &shares[i]);
		appendStringInfo(&widths, "%s%s", i ? "+" : "", scheme_fraction_text(&shares[i]));
	}
	if (sum.num == sum.den && in->items[0].name == NULL)
		return psprintf("Cuts between / are cumulative; the widths of the tiers are written with +: %s %s.",
						scheme_rule_word(scheme->rule), widths.data);
	return "Cuts between / are cumulative and rise, as in 80/95; widths of the tiers are written with +, "
		"as in 80+15+5.";
}

/* share and count with "/": cumulative cuts, which rise. */
static bool
finish_cumulative(SchemeInput *in, AbcScheme *scheme, const AbcFraction *shares, int n)
{
	for (int i = 1; i < n; i++)
		if (compare_fractions(&shares[i - 1], &shares[i]) >= 0)
			return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE,
								hint_cumulative(in, scheme, shares, n),
								"cuts must rise, but %s follows %s",
								scheme_fraction_text(&shares[i]),
								scheme_fraction_text(&shares[i - 1]));
	if (!check_rest_named(in) || !check_ncuts(in, n))
		return false;
	for (int i = 0; i < n; i++)
		scheme->cuts[i].share = shares[i];
	scheme->ncuts = n;
	return true;
}

/*
 * Widths of share, count and fill.  Written out they add up to 100 and the last
 * is the rest, which is no cut; under fill they may also stop short of it.  With
 * a name of its own the rest may have anything left to it, nothing included.
 */
static bool
finish_widths(SchemeInput *in, AbcScheme *scheme, const AbcFraction *shares, int n)
{
	bool		fill = scheme->rule == ABC_FILL;
	AbcFraction sum = {0, 100};
	bool		written_out;

	for (int i = 0; i < n; i++)
		sum = add_fractions(&sum, &shares[i]);
	written_out = n > 1 && !in->rest_named && sum.num == sum.den;
	if (sum.num > sum.den || (!fill && !in->rest_named && !written_out))
		return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE,
							fill ? "The widths of the tiers add up to at most 100, as in: fill 70+20." :
							"The widths of all tiers add up to 100, as in 80+15+5.",
							"the widths add up to %s, %s", scheme_fraction_text(&sum),
							sum.num > sum.den ? "which is more than 100" : "not to 100");
	if (written_out)
		n--;
	else if (!check_rest_named(in))
		return false;
	if (!check_ncuts(in, n))
		return false;

	sum.num = 0;
	for (int i = 0; i < n; i++)
	{
		sum = add_fractions(&sum, &shares[i]);
		scheme->cuts[i].share = fill ? shares[i] : sum;
	}
	scheme->ncuts = n;
	return true;
}

/* Is every one of these at most 1 per cent, as fractions of 1 are? */
static bool
look_like_fractions(const AbcFraction *shares, int n)
{
	for (int i = 0; i < n; i++)
		if (shares[i].num > shares[i].den / 100)
			return false;
	return true;
}

/* Are the cuts so small that they are written with a %, lest they pass for fractions? */
bool
scheme_cuts_look_like_fractions(const AbcScheme *scheme)
{
	AbcFraction shares[ABC_MAX_CUTS];

	if (scheme->rule == ABC_TOP || scheme->rule == ABC_VALUE)
		return false;
	for (int i = 0; i < scheme->ncuts; i++)
		shares[i] = scheme->cuts[i].share;
	return look_like_fractions(shares, scheme->ncuts);
}

/* "0.8/0.95" is less than a per cent; who means it writes a %. */
static bool
check_no_fractions(SchemeInput *in, const AbcScheme *scheme, const AbcFraction *shares, int n)
{
	StringInfoData times_100;
	StringInfoData with_sign;

	if (!look_like_fractions(shares, n))
		return true;
	initStringInfo(&times_100);
	initStringInfo(&with_sign);
	for (int i = 0; i < n; i++)
	{
		AbcFraction fraction = {shares[i].num * 100, shares[i].den};
		char		separator[2] = {in->separator, '\0'};

		if (in->items[i].percent)
			return true;
		appendStringInfo(&times_100, "%s%s", i ? separator : "", scheme_fraction_text(&fraction));
		appendStringInfo(&with_sign, "%s%s%%", i ? separator : "", scheme_fraction_text(&shares[i]));
	}
	return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE,
						psprintf("Cuts are in per cent: write %s %s; or, if so little is meant, %s %s.",
								 scheme_rule_word(scheme->rule), times_100.data,
								 scheme_rule_word(scheme->rule), with_sign.data),
						"its cuts are all at most 1, as if they were fractions");
}

/* The n cuts of share, count and fill. */
static bool
read_shares(SchemeInput *in, AbcScheme *scheme, int n)
{
	AbcFraction shares[ABC_MAX_TIERS];

	for (int i = 0; i < n; i++)
		if (!read_per_cent(in, in->items[i].number, &shares[i]))
			return false;
	if (!check_no_fractions(in, scheme, shares, n))
		return false;
	if (scheme->rule == ABC_FILL && in->separator == '/')
		return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE,
							"Each tier's own width is written with +, as in: fill 70+20.",
							"the rule fill has no cumulative cuts");
	if (scheme->rule == ABC_FILL || in->separator == '+')
		return finish_widths(in, scheme, shares, n);
	return finish_cumulative(in, scheme, shares, n);
}

/* The n cuts of top: cumulative numbers of rows that rise, or widths. */
static bool
read_tops(SchemeInput *in, AbcScheme *scheme, int n)
{
	int64		total = 0;

	if (!check_rest_named(in) || !check_ncuts(in, n))
		return false;
	for (int i = 0; i < n; i++)
	{
		int64		rows = 0;

		if (!read_rows(in, in->items[i].number, &rows))
			return false;
		if (in->separator == '+')
		{
			if (rows > PG_INT64_MAX - total)
				return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE,
									psprintf("Together they are at most " INT64_FORMAT " rows.",
											 PG_INT64_MAX),
									"the widths are too large together");
			rows += total;
		}
		else if (rows <= total)
			return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE,
								"Cuts between / are cumulative, as in: top 50/200; the same as widths is: top 50+150.",
								"cuts must rise, but " INT64_FORMAT " follows " INT64_FORMAT,
								rows, total);
		scheme->cuts[i].rows = total = rows;
	}
	scheme->ncuts = n;
	return true;
}

/* The n cuts of value, which fall; "more than x" may precede "at least x". */
static bool
read_values(SchemeInput *in, AbcScheme *scheme, int n)
{
	if (in->separator == '+')
		return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE,
							"Cuts of value are separated by /, as in: value 5000/500.",
							"the rule value has no widths");
	if (!check_rest_named(in) || !check_ncuts(in, n))
		return false;
	for (int i = 0; i < n; i++)
	{
		AbcCut	   *cut = &scheme->cuts[i];
		int			fall;

		if (!read_value(in, in->items[i].number, &cut->value))
			return false;
		cut->above = in->items[i].sign == SIGN_ABOVE;
		if (i == 0)
			continue;
		fall = DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(cut[-1].value),
												 NumericGetDatum(cut->value)));
		if (fall < 0 || (fall == 0 && !(cut[-1].above && !cut->above)))
			return scheme_error(in, ERRCODE_INVALID_PARAMETER_VALUE,
								"Cuts of value fall, the best tier first, as in: value 5000/500.",
								"cuts must fall, but %s%s follows %s%s",
								cut->above ? ">" : "", scheme_value_text(cut->value),
								cut[-1].above ? ">" : "", scheme_value_text(cut[-1].value));
	}
	scheme->ncuts = n;
	return true;
}

/*
 * Give the items their meaning under the rule: sets ncuts and cuts.  The names
 * are checked before, except for the name of the rest: written-out widths have
 * it at their last width, everything else alone at the end.
 */
bool
scheme_read_cuts(SchemeInput *in, AbcScheme *scheme)
{
	int			n = in->nitems - (in->rest_named ? 1 : 0);

	if (!check_marks(in, scheme))
		return false;
	switch (scheme->rule)
	{
		case ABC_SHARE:
		case ABC_COUNT:
		case ABC_FILL:
			return read_shares(in, scheme, n);
		case ABC_TOP:
			return read_tops(in, scheme, n);
		case ABC_VALUE:
			return read_values(in, scheme, n);
	}
	elog(ERROR, "unexpected rule %d in abc_scheme", (int) scheme->rule);
	return false;				/* keep the compiler quiet */
}
