/*
 * merge_sort.h
 *		A merge sort without branches on the data; included once for each type.
 *
 * Comparing random keys in a branch costs a wrong prediction every other time.
 * Here a comparison only moves indexes, and two merges, from both ends of a
 * pair of runs, go on side by side: some three times as fast as
 * lib/sort_template.h, for a second array of the same size.
 *
 * The includer defines, and this file undefines again,
 *		SORT_NAME			the name of the function
 *		SORT_ELEMENT		the type of an element
 *		SORT_AFTER(a, b)	whether element a belongs after b
 *
 * void SORT_NAME(SORT_ELEMENT *elements, SORT_ELEMENT *scratch, int64 n)
 *		sorts n elements; scratch has room for as many.
 */

#define SORT_PASTE_(a, b)	a##_##b
#define SORT_PASTE(a, b)	SORT_PASTE_(a, b)
#define SORT_PICK	SORT_PASTE(SORT_NAME, pick)
#define SORT_EXCHANGE	SORT_PASTE(SORT_NAME, exchange)
#define SORT_FEW	SORT_PASTE(SORT_NAME, few)
#define SORT_MERGE	SORT_PASTE(SORT_NAME, merge)
#define SORT_MERGE_EVEN	SORT_PASTE(SORT_NAME, merge_even)

#define SORT_RUN	4			/* elements sorted by exchanges before any merge */
#define SORT_CHECK	(1 << 16)	/* elements between two interrupt checks */

/* j if second, else i; compilers turn a ?: of two loads into a branch. */
static inline int64
SORT_PICK(bool second, int64 i, int64 j)
{
	return i ^ ((i ^ j) & -(int64) second);
}

static inline void
SORT_EXCHANGE(SORT_ELEMENT *elements, int i, int j)
{
	bool		swap = SORT_AFTER(elements[i], elements[j]);
	SORT_ELEMENT first = elements[SORT_PICK(swap, i, j)];
	SORT_ELEMENT second = elements[SORT_PICK(swap, j, i)];

	elements[i] = first;
	elements[j] = second;
}

/* Sort up to SORT_RUN elements. */
static inline void
SORT_FEW(SORT_ELEMENT *elements, int64 n)
{
	if (n == SORT_RUN)
	{
		SORT_EXCHANGE(elements, 0, 2);
		SORT_EXCHANGE(elements, 1, 3);
		SORT_EXCHANGE(elements, 0, 1);
		SORT_EXCHANGE(elements, 2, 3);
		SORT_EXCHANGE(elements, 1, 2);
	}
	else
		for (int end = 1; end < n; end++)
			for (int i = end; i > 0; i--)
				SORT_EXCHANGE(elements, i - 1, i);
}

/* Merge two runs of the same length that follow each other, from both ends. */
static inline void
SORT_MERGE_EVEN(const SORT_ELEMENT *from, int64 length, SORT_ELEMENT *to)
{
	int64		first = 0;
	int64		second = length;
	int64		first_last = length - 1;
	int64		second_last = 2 * length - 1;

	for (int64 i = 0; i < length; i++)
	{
		bool		after = SORT_AFTER(from[first], from[second]);

		if (i % SORT_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		to[i] = from[SORT_PICK(after, first, second)];
		first += !after;
		second += after;

		after = SORT_AFTER(from[first_last], from[second_last]);
		to[2 * length - 1 - i] = from[SORT_PICK(after, second_last, first_last)];
		first_last -= after;
		second_last -= !after;
	}
}

/* Merge a run of length elements and what follows it, n in all. */
static inline void
SORT_MERGE(const SORT_ELEMENT *from, int64 length, int64 n, SORT_ELEMENT *to)
{
	int64		first = 0;
	int64		second = Min(length, n);
	int64		end = second;

	while (first < end && second < n)
	{
		bool		after = SORT_AFTER(from[first], from[second]);

		if ((first + second) % SORT_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		*to++ = from[SORT_PICK(after, first, second)];
		first += !after;
		second += after;
	}
	memcpy(to, from + first, (end - first) * sizeof(SORT_ELEMENT));
	to += end - first;
	memcpy(to, from + second, (n - second) * sizeof(SORT_ELEMENT));
}

static void
SORT_NAME(SORT_ELEMENT *elements, SORT_ELEMENT *scratch, int64 n)
{
	SORT_ELEMENT *from = elements;
	SORT_ELEMENT *to = scratch;

	for (int64 start = 0; start < n; start += SORT_RUN)
	{
		if (start % SORT_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		SORT_FEW(elements + start, Min(SORT_RUN, n - start));
	}
	for (int64 length = SORT_RUN; length < n; length *= 2)
	{
		SORT_ELEMENT *merged = to;

		for (int64 start = 0; start < n; start += 2 * length)
		{
			if (2 * length <= n - start)
				SORT_MERGE_EVEN(from + start, length, to + start);
			else
				SORT_MERGE(from + start, length, n - start, to + start);
		}
		to = from;
		from = merged;
	}
	if (from != elements)
		memcpy(elements, from, n * sizeof(SORT_ELEMENT));
}

#undef SORT_NAME
#undef SORT_ELEMENT
#undef SORT_AFTER
#undef SORT_PICK
#undef SORT_EXCHANGE
#undef SORT_FEW
#undef SORT_MERGE
#undef SORT_MERGE_EVEN
#undef SORT_RUN
#undef SORT_CHECK
#undef SORT_PASTE
#undef SORT_PASTE_
