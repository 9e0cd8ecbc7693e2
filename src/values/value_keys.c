/*
 * value_keys.c
 *		Keys of decimals, many at a time.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "values/values_private.h"

#define CHECK_BYTES			(1024 * 1024)	/* or keys, between two interrupt checks */

/* The largest magnitude of so many bytes of keys; 0 where there are NULLs alone. */
u128
values_largest_magnitude(ValueForm form, const char *keys, Size size)
{
	Size		width = form_width(form);
	u128		largest = u128_of(0);

	for (Size i = 0; i < size; i += width)
	{
		u128		magnitude;

		if (i % CHECK_BYTES == 0)
			CHECK_FOR_INTERRUPTS();
		if (values_is_null(form, keys + i))
			continue;
		key_split(form, keys + i, &magnitude);
		if (u128_lt(largest, magnitude))
			largest = magnitude;
	}
	return largest;
}

/* Convert n keys of decimals; every one is known to fit. */
void
values_convert_keys(char *to, ValueForm to_form, const char *from, ValueForm from_form, int64 n, int power)
{
	for (int64 i = 0; i < n; i++)
	{
		char	   *out = to + i * form_width(to_form);
		const char *in = from + i * form_width(from_form);
		u128		magnitude;
		bool		negative;

		if (i % CHECK_BYTES == 0)
			CHECK_FOR_INTERRUPTS();
		if (values_is_null(from_form, in))
		{
			memset(out, 0, form_width(to_form));
			continue;
		}
		negative = key_split(from_form, in, &magnitude);
		if (power > 0)
			decimal_rescale(&magnitude, power);
		key_put(to_form, out, negative, magnitude);
	}
}
