/*
 * exact.c
 *		Exact unsigned sums of any width.
 *
 * Callers size their sums from the largest value and the number of values, so
 * no operation here can overflow; asserts check it.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "arith/exact.h"

/* A sum of so many limbs, 0. */
ExactSum *
exact_create(int nlimbs)
{
	ExactSum   *a = palloc0(offsetof(ExactSum, limbs) + nlimbs * sizeof(uint64));

	a->nlimbs = nlimbs;
	return a;
}

/* a = 0 */
void
exact_set_zero(ExactSum *a)
{
	memset(a->limbs, 0, a->nlimbs * sizeof(uint64));
}

/* to = from, whatever their widths. */
void
exact_assign(ExactSum *to, const ExactSum *from)
{
	int			n = Min(to->nlimbs, from->nlimbs);

	Assert(limbs_bits(from->limbs, from->nlimbs) <= 64 * to->nlimbs);
	exact_set_zero(to);
	memcpy(to->limbs, from->limbs, n * sizeof(uint64));
}

/* a = 0? */
bool
exact_is_zero(const ExactSum *a)
{
	return limbs_bits(a->limbs, a->nlimbs) == 0;
}

/* The length of a: 0 for 0, 1 for 1, 2 for 2 and 3. */
int
exact_bits(const ExactSum *a)
{
	return limbs_bits(a->limbs, a->nlimbs);
}

/* a += b, of one width. */
void
exact_add(ExactSum *a, const ExactSum *b)
{
	uint64		carry PG_USED_FOR_ASSERTS_ONLY;

	Assert(a->nlimbs == b->nlimbs);
	carry = limbs_add(a->limbs, b->limbs, a->nlimbs);
	Assert(carry == 0);
}

/* a -= b, of one width and no larger. */
void
exact_sub(ExactSum *a, const ExactSum *b)
{
	uint64		borrow PG_USED_FOR_ASSERTS_ONLY;

	Assert(a->nlimbs == b->nlimbs);
	borrow = limbs_sub(a->limbs, b->limbs, a->nlimbs);
	Assert(borrow == 0);
}

/* a += v * n << shift */
void
exact_add_product(ExactSum *a, u128 v, uint64 n, int shift)
{
	exact_add_shifted(a, u128_mul64(u128_lo(v), n), shift);
	if (u128_hi(v) != 0)
		exact_add_shifted(a, u128_mul64(u128_hi(v), n), shift + 64);
}

/* a += b * n, of one width. */
void
exact_add_multiple(ExactSum *a, const ExactSum *b, uint64 n)
{
	uint64		carry PG_USED_FOR_ASSERTS_ONLY;

	Assert(a->nlimbs == b->nlimbs);
	carry = limbs_add_multiple(a->limbs, b->limbs, a->nlimbs, n);
	Assert(carry == 0);
}

/* a += b * c, limb by limb of b. */
void
exact_add_mul(ExactSum *a, const ExactSum *b, const ExactSum *c)
{
	int			top = (limbs_bits(c->limbs, c->nlimbs) + 63) / 64;

	for (int i = 0; i < b->nlimbs; i++)
	{
		if (b->limbs[i] == 0 || top == 0)
			continue;
		CHECK_FOR_INTERRUPTS();
		Assert(i + top <= a->nlimbs);
		exact_add_word(a, i + top, limbs_add_multiple(a->limbs + i, c->limbs, top, b->limbs[i]));
	}
}

/* a *= m */
void
exact_mul(ExactSum *a, uint64 m)
{
	uint64		carry PG_USED_FOR_ASSERTS_ONLY = limbs_mul(a->limbs, a->nlimbs, m);

	Assert(carry == 0);
}

/* a *= 10^power */
void
exact_mul_power10(ExactSum *a, int power)
{
	uint64		carry PG_USED_FOR_ASSERTS_ONLY = limbs_mul_power10(a->limbs, a->nlimbs, power);

	Assert(carry == 0);
}

/* a /= d, not 0; returns the rest. */
uint64
exact_divrem(ExactSum *a, uint64 d)
{
	return limbs_divrem(a->limbs, a->nlimbs, d);
}
