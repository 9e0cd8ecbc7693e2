/*
 * decimal.c
 *		Numerics as integers: the one reader of numeric's stored form.
 *
 * PostgreSQL offers no way to read a numeric as a scaled integer but through
 * text or through numeric_send, either of which costs more than the sum it
 * feeds.  The stored form is read here instead.  It cannot change without
 * breaking pg_upgrade; a regression test compares this reader with
 * numeric_send all the same.
 *
 *	header (uint16)		short form: 10 sign(1) dscale(6) weight(7, signed)
 *						long form:  sign(2) dscale(14), then weight (int16)
 *						11....: NaN, +infinity, -infinity
 *	digits (int16)		base 10000, most significant first, no zeros at the ends
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/fmgrprotos.h"

#include "arith/decimal.h"

#define NUM_FORM_MASK		0xC000
#define NUM_NEGATIVE		0x4000
#define NUM_SHORT			0x8000
#define NUM_SPECIAL			0xC000
#define NUM_SHORT_NEGATIVE	0x2000
#define NUM_SHORT_DSCALE(h)	(((h) & 0x1F80) >> 7)
#define NUM_SHORT_WEIGHT(h) ((int) ((h) & 0x003F) - (int) ((h) & 0x0040))
#define NUM_LONG_DSCALE(h)	((h) & 0x3FFF)

#define DIGIT_BASE			10000
#define DIGITS_OF_UINT64	4	/* base-10000 digits that always fit */
#define U128_USABLE_BITS	127
#define MAX_SHORT_SCALE		38	/* decimal_make is used up to here */
#define CHUNK_DIGITS		18	/* digits taken off a long number at once */

#define EXACT_FLOAT8_BITS	53	/* integers below 2^53, and powers of ten up to this, */
#define EXACT_FLOAT8_SCALE	18	/* are float8 without rounding */

static inline uint16
word_at(const char *p)
{
	uint16		w;

	memcpy(&w, p, sizeof(w));
	return w;
}

static inline int
digit_at(const DecimalView *view, int i)
{
	return (int16) word_at(view->digits + i * sizeof(int16));
}

/* The decimal exponent of the last stored digit's unit. */
static inline int
last_exponent(const DecimalView *view)
{
	return 4 * (view->weight - view->ndigits + 1);
}

/* Look into a numeric; of NaN and infinity only "finite" is set, false. */
void
decimal_view(Datum numeric, DecimalView *view)
{
	struct varlena *raw = (struct varlena *) DatumGetPointer(numeric);
	const char *p;
	int			size;
	uint16		header;

	if (unlikely(VARATT_IS_COMPRESSED(raw) || VARATT_IS_EXTERNAL(raw)))
		raw = PG_DETOAST_DATUM_PACKED(numeric);
	p = VARDATA_ANY(raw);
	size = VARSIZE_ANY_EXHDR(raw);
	header = word_at(p);
	view->finite = (header & NUM_FORM_MASK) != NUM_SPECIAL;
	if (!view->finite)
		return;
	if ((header & NUM_SHORT) != 0)
	{
		view->negative = (header & NUM_SHORT_NEGATIVE) != 0;
		view->dscale = NUM_SHORT_DSCALE(header);
		view->weight = NUM_SHORT_WEIGHT(header);
		p += sizeof(uint16);
		size -= sizeof(uint16);
	}
	else
	{
		view->negative = (header & NUM_FORM_MASK) == NUM_NEGATIVE;
		view->dscale = NUM_LONG_DSCALE(header);
		view->weight = (int16) word_at(p + sizeof(uint16));
		p += 2 * sizeof(uint16);
		size -= 2 * sizeof(uint16);
	}
	view->digits = p;
	view->ndigits = size / (int) sizeof(int16);
}

/* Times 10^power; 0 stays 0. */
bool
decimal_rescale(u128 *magnitude, int power)
{
	while (power > 0)
	{
		int			step = Min(power, POWER10_MAX);
		u128		high = u128_mul64(u128_hi(*magnitude), power10[step]);
		u128		low = u128_mul64(u128_lo(*magnitude), power10[step]);

		high = u128_add(high, u128_of(u128_hi(low)));
		if (u128_hi(high) != 0 || (u128_lo(high) >> 63) != 0)
			return false;
		*magnitude = u128_make(u128_lo(high), u128_lo(low));
		if (u128_eq(*magnitude, u128_of(0)))
			return true;
		power -= step;
	}
	return true;
}

/*
 * Nearly every value there is: a few digits, the last with none to three
 * decimals beyond the scale, which must be zero.  Dividing by constants.
 */
static inline bool
short_to_u128(const DecimalView *view, int zeros, u128 *magnitude)
{
	uint64		head = 0;
	unsigned	last = digit_at(view, view->ndigits - 1);
	unsigned	rest = 0;

	for (int i = 0; i < view->ndigits - 1; i++)
		head = head * DIGIT_BASE + digit_at(view, i);
	switch (zeros)
	{
		case 0:
			head = head * 10000 + last;
			break;
		case 1:
			head = head * 1000 + last / 10;
			rest = last % 10;
			break;
		case 2:
			head = head * 100 + last / 100;
			rest = last % 100;
			break;
		default:
			head = head * 10 + last / 1000;
			rest = last % 1000;
			break;
	}
	*magnitude = u128_of(head);
	return rest == 0;
}

/*
 * The magnitude of a finite numeric as a whole number of units 10^-scale; 0
 * for 0; false if it has more decimals or is too large.
 */
bool
decimal_to_u128(const DecimalView *view, int scale, u128 *magnitude)
{
	int			power = scale + last_exponent(view);
	int			ndigits = view->ndigits;
	uint64		head = 0;
	int			i;

	if (ndigits == 0)
	{
		*magnitude = u128_of(0);
		return true;
	}
	if (ndigits <= DIGITS_OF_UINT64 && power <= 0 && power > -4)
		return short_to_u128(view, -power, magnitude);
	for (i = 0; i < Min(ndigits, DIGITS_OF_UINT64); i++)
		head = head * DIGIT_BASE + digit_at(view, i);

	*magnitude = u128_of(head);
	for (; i < ndigits; i++)
	{
		/* the last digit may hold decimals beyond the scale, all zero */
		int			zeros = (i == ndigits - 1 && power < 0) ? -power : 0;
		int			digit = digit_at(view, i);
		int			unit;

		if (zeros > 3)
			return false;
		unit = (int) power10[zeros];
		if (digit % unit != 0 || !decimal_rescale(magnitude, 4 - zeros))
			return false;
		*magnitude = u128_add(*magnitude, u128_of(digit / unit));
	}
	if ((u128_hi(*magnitude) >> 63) != 0)
		return false;
	return power <= 0 ? power > -4 : decimal_rescale(magnitude, power);
}

/* At least 1, also for 0. */
int
decimal_bits(const DecimalView *view, int scale)
{
	return power10_bits((int64) view->ndigits * 4 + scale + last_exponent(view));
}

/*
 * The magnitude of a finite numeric as a whole number of units 10^-scale, of
 * any width.
 */
void
decimal_to_exact(const DecimalView *view, int scale, ExactSum *sum)
{
	int			power = scale + last_exponent(view);
	int			i = 0;

	exact_set_zero(sum);
	/* four digits at a time keep the long multiplications few */
	while (i < view->ndigits)
	{
		int			last = Min(i + DIGITS_OF_UINT64, view->ndigits);
		uint64		chunk = 0;
		uint64		base = 1;

		CHECK_FOR_INTERRUPTS();
		for (; i < last; i++)
		{
			/* the last digit may hold decimals beyond the scale, all zero */
			int			zeros = (i == view->ndigits - 1 && power < 0) ? -power : 0;

			Assert(zeros <= 3);
			base *= power10[4 - zeros];
			chunk = chunk * power10[4 - zeros] + digit_at(view, i) / power10[zeros];
		}
		exact_mul(sum, base);
		exact_add_shifted(sum, u128_of(chunk), 0);
	}
	if (power > 0)
		exact_mul_power10(sum, power);
}

/* A numeric of up to 127 bits and scale 38 at most; -0 does not exist. */
Numeric
decimal_make(bool negative, u128 magnitude, int scale)
{
	char		digits[48];
	char		text[128];
	int			n = 0;
	int			pos = 0;

	if (u128_hi(magnitude) == 0 && (u128_lo(magnitude) >> 63) == 0)
	{
		int64		value = (int64) u128_lo(magnitude);

		return int64_div_fast_to_numeric(negative ? -value : value, scale);
	}

	/* decimal digits, last first */
	Assert(scale <= 64);
	while (!u128_eq(magnitude, u128_of(0)) || n <= scale)
	{
		uint64		rem;
		uint64		hi = u128_divrem64(0, u128_hi(magnitude), 10, &rem);

		magnitude = u128_make(hi, u128_divrem64(rem, u128_lo(magnitude), 10, &rem));
		if (n < (int) sizeof(digits))
			digits[n] = '0' + (char) rem;
		n++;
	}
	Assert(n <= (int) sizeof(digits));
	if (negative)
		text[pos++] = '-';
	while (n > 0)
	{
		if (n == scale)
			text[pos++] = '.';
		text[pos++] = digits[--n];
	}
	text[pos] = '\0';
	return DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text),
											   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

/*
 * A numeric of any width, in chunks of digits; an error where numeric has no
 * room for it.
 */
Numeric
decimal_make_exact(bool negative, ExactSum *magnitude, int scale)
{
	int			size = Max(exact_bits(magnitude) * 10 / 33 + POWER10_MAX, scale) + 4;
	char	   *text = palloc(size);
	char	   *at = text + size;
	int			n = 0;
	Numeric		result;

	if (exact_bits(magnitude) < U128_USABLE_BITS && scale <= MAX_SHORT_SCALE)
		return decimal_make(negative, exact_to_u128(magnitude), scale);

	/* decimal digits, last first */
	*--at = '\0';
	while (n <= scale || !exact_is_zero(magnitude))
	{
		uint64		chunk = exact_divrem(magnitude, power10[CHUNK_DIGITS]);
		bool		last = exact_is_zero(magnitude);

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < CHUNK_DIGITS; i++)
		{
			if (last && chunk == 0 && n > scale)
				break;
			if (n > 0 && n == scale)
				*--at = '.';
			*--at = '0' + chunk % 10;
			chunk /= 10;
			n++;
		}
	}
	if (negative)
		*--at = '-';
	Assert(at >= text);
	result = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(at),
												 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	pfree(text);
	return result;
}

/*
 * False where magnitude or power of ten is no float8: then more than one
 * rounding would be needed.
 */
bool
decimal_scaled_to_float8(u128 magnitude, int scale, double *result)
{
	if (scale > EXACT_FLOAT8_SCALE || u128_hi(magnitude) != 0 ||
		(u128_lo(magnitude) >> EXACT_FLOAT8_BITS) != 0)
		return false;
	/* two exact operands: the division is the one rounding */
	*result = (double) u128_lo(magnitude) / (double) (int64) power10[scale];
	return true;
}

/* NaN and infinity become those of float8. */
double
decimal_to_float8(Datum numeric)
{
	DecimalView view;
	u128		magnitude;
	double		result;

	decimal_view(numeric, &view);
	if (view.finite && decimal_to_u128(&view, view.dscale, &magnitude) &&
		decimal_scaled_to_float8(magnitude, view.dscale, &result))
		return view.negative ? -result : result;
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8, numeric));
}
