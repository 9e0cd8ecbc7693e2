/*
 * values_private.h
 *		What filling and reading a store of values share.
 */
#ifndef ABC_VALUES_PRIVATE_H
#define ABC_VALUES_PRIVATE_H

#include "values/tempfile.h"
#include "values/values.h"

/* A run of values, in memory or in the file, that have one form and scale. */
typedef struct Segment
{
	char	   *memory;			/* NULL: in the file */
	ValueForm	form;
	int			scale;
	Size		size;			/* bytes */
	u128		largest;		/* largest magnitude; keys of decimals only */
} Segment;

/*
 * The older values of a store.  The first segment is what filled the memory and
 * stays there; all others are in a temporary file.
 */
typedef struct Spill
{
	TempFile   *file;
	int			nsegments;
	int			max_segments;
	Segment    *segments;
} Spill;

static inline bool
is_spilled(const ValueStore *store)
{
	return store->spill != NULL && store->spill->nsegments > 0;
}

/*
 * Keys of decimals, where they stand
 */

/* Sign and magnitude of a key; not for NULL. */
static inline bool
key_split(ValueForm form, const char *at, u128 *magnitude)
{
	u128		key = form == FORM_KEY64 ? key128_of_key64(*(const uint64 *) at) : *(const u128 *) at;
	bool		negative = u128_lt(key, KEY128_ZERO);

	*magnitude = negative ? u128_sub(KEY128_ZERO, key) : u128_sub(key, KEY128_ZERO);
	return negative;
}

static inline bool
fits_key64(u128 magnitude)
{
	return u128_hi(magnitude) == 0 && (u128_lo(magnitude) >> 63) == 0;
}

static inline void
key_put(ValueForm form, char *at, bool negative, u128 magnitude)
{
	u128		key = key128_of_decimal(negative, magnitude);

	if (form == FORM_KEY64)
		*(uint64 *) at = u128_lo(u128_sub(key, u128_sub(KEY128_ZERO, u128_of(KEY64_ZERO))));
	else
		*(u128 *) at = key;
}

extern u128 values_largest_magnitude(ValueForm form, const char *keys, Size size);

/* Convert n keys of decimals to a form and by a power of ten; every one is known to fit. */
extern void values_convert_keys(char *to, ValueForm to_form, const char *from,
								ValueForm from_form, int64 n, int power);

#endif							/* ABC_VALUES_PRIVATE_H */
