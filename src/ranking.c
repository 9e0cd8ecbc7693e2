/*
 * ranking.c
 *		A number for every row of a store that depends on where its value stands
 *		among the others.
 *
 * Rows are sorted by value together with their position, the groups of equal
 * values are walked from the largest down, and each group's number goes back to
 * the positions of its rows.  In memory these are one sort of small fixed pairs
 * and one array.  Beyond work_mem PostgreSQL's tuplesort does the sorting, and
 * the numbers are distributed over files by position, each of which fits in
 * memory when its turn comes.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/float.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/tuplesort.h"
#include "utils/typcache.h"

#include "ranking.h"
#include "tempfile.h"

#define MAX_FILES		256		/* over which numbers are distributed */

typedef struct KeyRow64
{
	uint64		key;
	int64		row;
} KeyRow64;

typedef struct KeyRow128
{
	u128		key;
	int64		row;
} KeyRow128;

typedef struct RowNumber
{
	int64		row;
	double		number;
} RowNumber;

struct Ranking
{
	MemoryContext mcxt;
	int64		nrows;
	int64		next;			/* row to be given next */
	int64		span;			/* rows of one file; all of them in memory if there is none */
	int			nfiles;
	TempFile  **files;
	double	   *numbers;		/* of the rows of the current file; NaN for NULL */
};

/* One walk over the groups. */
typedef struct RankWalk
{
	Ranking    *ranking;
	Selection	selection;
	RankFunction function;
	void	   *arg;
	RankedGroup group;			/* the group the walk stands on */
	ExactSum   *through;		/* its exact sum, if by value */
} RankWalk;

/*
 * The numbers, by row
 */

static void
put_number(Ranking *ranking, int64 row, double number)
{
	if (ranking->nfiles == 0)
		ranking->numbers[row] = number;
	else
	{
		RowNumber	pair = {row, number};

		tempfile_append(ranking->files[row / ranking->span], &pair, sizeof(pair));
	}
}

static void
prepare_numbers(Ranking *ranking, bool in_memory)
{
	ranking->span = ranking->nrows;
	if (!in_memory)
	{
		ranking->span = Max((int64) work_mem * 1024 / 2 / (int64) sizeof(double),
							ranking->nrows / MAX_FILES + 1);
		ranking->nfiles = (int) ((ranking->nrows + ranking->span - 1) / ranking->span);
		ranking->files = palloc(ranking->nfiles * sizeof(TempFile *));
		for (int i = 0; i < ranking->nfiles; i++)
		{
			ranking->files[i] = tempfile_create(ranking->mcxt);
			tempfile_open(ranking->files[i]);
		}
	}
	ranking->numbers = MemoryContextAllocHuge(ranking->mcxt,
											  Max(ranking->span, 1) * sizeof(double));
	for (int64 i = 0; i < ranking->span; i++)
		ranking->numbers[i] = get_float8_nan();
}

/* Bring the numbers of one file into memory. */
static void
load_numbers(Ranking *ranking, int index)
{
	TempFile   *file = ranking->files[index];

	for (int64 i = 0; i < ranking->span; i++)
		ranking->numbers[i] = get_float8_nan();
	for (int64 at = 0; at < file->size; at += sizeof(RowNumber))
	{
		RowNumber	pair;

		if (at % (1024 * sizeof(RowNumber)) == 0)
			CHECK_FOR_INTERRUPTS();
		tempfile_read(file, at, &pair, sizeof(pair));
		ranking->numbers[pair.row - index * ranking->span] = pair.number;
	}
	tempfile_close(file);
}

bool
ranking_next(Ranking *ranking, double *number)
{
	int64		at = ranking->next % Max(ranking->span, 1);

	Assert(ranking->next < ranking->nrows);
	if (at == 0 && ranking->nfiles > 0)
		load_numbers(ranking, (int) (ranking->next / ranking->span));
	ranking->next++;
	*number = ranking->numbers[at];
	return !isnan(*number);
}

void
ranking_free(Ranking *ranking)
{
	for (int i = 0; i < ranking->nfiles; i++)
		tempfile_close(ranking->files[i]);
	MemoryContextDelete(ranking->mcxt);
}

/*
 * The walk over the groups
 */

/* Step to the next group, of count rows; its number. */
static double
enter_group(RankWalk *walk, u128 key, Datum numeric, int64 count)
{
	walk->group.rows_before += walk->group.count;
	walk->group.count = count;
	if (walk->through != NULL && count > 0)
	{
		ValueGroup	value = {0};

		value.key = key;
		value.numeric = numeric;
		selection_add_rows(&walk->selection, &value, count, walk->through);
	}
	return walk->function(&walk->group, walk->arg);
}

/* The number of rows that do not take part: zero and negative values. */
static double
number_of_others(RankWalk *walk)
{
	RankWalk	after = *walk;
	double		number;

	after.group.rows_before = walk->selection.nmembers;
	after.group.count = 0;
	after.group.through = walk->group.total;
	number = walk->function(&after.group, walk->arg);
	return number;
}

/* Rows that take part, are NULL, or neither. */
typedef enum RowRole
{
	ROW_MEMBER,
	ROW_NULL,
	ROW_OTHER
} RowRole;

static inline RowRole
role_of_key(const Selection *selection, u128 key)
{
	if (u128_eq(key, u128_of(0)))
		return ROW_NULL;
	if (selection->by_value && !u128_lt(selection->zero, key))
		return ROW_OTHER;
	return ROW_MEMBER;
}

/*
 * In memory
 */

#define ST_SORT sort_rows64
#define ST_ELEMENT_TYPE KeyRow64
#define ST_COMPARE(a, b) ((a)->key > (b)->key ? -1 : (a)->key < (b)->key)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

#define ST_SORT sort_rows128
#define ST_ELEMENT_TYPE KeyRow128
#define ST_COMPARE(a, b) (u128_lt((b)->key, (a)->key) ? -1 : u128_lt((a)->key, (b)->key))
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

static void
rank_rows64(RankWalk *walk, KeyRow64 *rows, int64 n)
{
	sort_rows64(rows, n);
	for (int64 i = 0; i < n;)
	{
		int64		end = i + 1;
		double		number;

		while (end < n && rows[end].key == rows[i].key)
			end++;
		number = enter_group(walk, u128_of(rows[i].key), (Datum) 0, end - i);
		for (; i < end; i++)
			walk->ranking->numbers[rows[i].row] = number;
	}
}

static void
rank_rows128(RankWalk *walk, KeyRow128 *rows, int64 n)
{
	sort_rows128(rows, n);
	for (int64 i = 0; i < n;)
	{
		int64		end = i + 1;
		double		number;

		while (end < n && u128_eq(rows[end].key, rows[i].key))
			end++;
		number = enter_group(walk, rows[i].key, (Datum) 0, end - i);
		for (; i < end; i++)
			walk->ranking->numbers[rows[i].row] = number;
	}
}

static void
rank_in_memory(RankWalk *walk)
{
	ValueStore *store = walk->selection.store;
	bool		narrow = store->form == FORM_KEY64;
	void	   *rows = MemoryContextAllocHuge(walk->ranking->mcxt,
											  Max(walk->selection.nmembers, 1) *
											  (narrow ? sizeof(KeyRow64) : sizeof(KeyRow128)));
	double		others = number_of_others(walk);
	int64		row = 0;
	int64		n = 0;
	ValueReader reader;
	const void *block;
	int64		nkeys;

	values_read(&reader, store);
	while ((block = values_next_block(&reader, &nkeys)) != NULL)
	{
		for (int64 i = 0; i < nkeys; i++, row++)
		{
			u128		key = narrow ? u128_of(((const uint64 *) block)[i]) : ((const u128 *) block)[i];
			RowRole		role = role_of_key(&walk->selection, key);

			if (role == ROW_OTHER)
				walk->ranking->numbers[row] = others;
			else if (role == ROW_MEMBER && narrow)
				((KeyRow64 *) rows)[n++] = (KeyRow64) {u128_lo(key), row};
			else if (role == ROW_MEMBER)
				((KeyRow128 *) rows)[n++] = (KeyRow128) {key, row};
		}
	}
	values_read_end(&reader);

	Assert(n == walk->selection.nmembers);
	if (narrow)
		rank_rows64(walk, rows, n);
	else
		rank_rows128(walk, rows, n);
	pfree(rows);
}

/*
 * Beyond work_mem, and for the wide form: through tuplesort
 */

/* Columns of the tuples: the value, as numeric or as the two words of its key, and the row. */
#define SORT_VALUE		0
#define SORT_LOW_WORD	1
#define SORT_ROW		2

typedef struct SortedRows
{
	bool		wide;
	Tuplesortstate *sort;
	TupleTableSlot *put;
	TupleTableSlot *get;
	TempFile   *counts;			/* rows of each group, in order */
} SortedRows;

static void
sorted_begin(SortedRows *sorted, bool wide, MemoryContext mcxt)
{
	TupleDesc	desc = CreateTemplateTupleDesc(3);
	AttrNumber	columns[2] = {SORT_VALUE + 1, SORT_LOW_WORD + 1};
	Oid			collations[2] = {InvalidOid, InvalidOid};
	bool		nulls_first[2] = {false, false};
	Oid			descending[2];

	TupleDescInitEntry(desc, SORT_VALUE + 1, "value", wide ? NUMERICOID : INT8OID, -1, 0);
	TupleDescInitEntry(desc, SORT_LOW_WORD + 1, "low_word", INT8OID, -1, 0);
	TupleDescInitEntry(desc, SORT_ROW + 1, "row", INT8OID, -1, 0);
	descending[0] = lookup_type_cache(wide ? NUMERICOID : INT8OID, TYPECACHE_GT_OPR)->gt_opr;
	descending[1] = lookup_type_cache(INT8OID, TYPECACHE_GT_OPR)->gt_opr;

	sorted->wide = wide;
	sorted->sort = tuplesort_begin_heap(desc, 2, columns, descending, collations, nulls_first,
										work_mem, NULL, TUPLESORT_RANDOMACCESS);
	sorted->put = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
	sorted->get = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	sorted->counts = tempfile_create(mcxt);
	tempfile_open(sorted->counts);
}

static void
sorted_end(SortedRows *sorted)
{
	tempfile_close(sorted->counts);
	ExecDropSingleTupleTableSlot(sorted->put);
	ExecDropSingleTupleTableSlot(sorted->get);
	tuplesort_end(sorted->sort);
}

/* A word of an unsigned key as a bigint that sorts the same. */
static inline Datum
sortable_word(uint64 word)
{
	return Int64GetDatum((int64) (word ^ KEY64_ZERO));
}

static inline uint64
word_of_sortable(Datum datum)
{
	return (uint64) DatumGetInt64(datum) ^ KEY64_ZERO;
}

static void
sorted_put(SortedRows *sorted, u128 key, Datum numeric, int64 row)
{
	TupleTableSlot *slot = sorted->put;

	ExecClearTuple(slot);
	slot->tts_values[SORT_VALUE] = sorted->wide ? numeric : sortable_word(u128_hi(key));
	slot->tts_values[SORT_LOW_WORD] = sortable_word(sorted->wide ? 0 : u128_lo(key));
	slot->tts_values[SORT_ROW] = Int64GetDatum(row);
	memset(slot->tts_isnull, 0, 3 * sizeof(bool));
	ExecStoreVirtualTuple(slot);
	tuplesort_puttupleslot(sorted->sort, slot);
}

/* The next row in order, its value into *key or *numeric (valid until the next call). */
static bool
sorted_get(SortedRows *sorted, u128 *key, Datum *numeric, int64 *row)
{
	TupleTableSlot *slot = sorted->get;

	CHECK_FOR_INTERRUPTS();
	if (!tuplesort_gettupleslot(sorted->sort, true, false, slot, NULL))
		return false;
	slot_getallattrs(slot);
	*row = DatumGetInt64(slot->tts_values[SORT_ROW]);
	*numeric = slot->tts_values[SORT_VALUE];
	if (!sorted->wide)
		*key = u128_make(word_of_sortable(slot->tts_values[SORT_VALUE]),
						 word_of_sortable(slot->tts_values[SORT_LOW_WORD]));
	return true;
}

/* Write down how many rows each group has, for the second pass. */
static void
count_groups(SortedRows *sorted)
{
	u128		key = u128_of(0);
	u128		group_key = u128_of(0);
	Datum		numeric;
	Datum		group_numeric = (Datum) 0;
	int64		count = 0;
	int64		row;

	while (sorted_get(sorted, &key, &numeric, &row))
	{
		bool		same = count > 0 &&
			(sorted->wide ? DatumGetBool(DirectFunctionCall2(numeric_eq, numeric, group_numeric)) :
			 u128_eq(key, group_key));

		if (!same)
		{
			if (count > 0)
				tempfile_append(sorted->counts, &count, sizeof(count));
			count = 0;
			group_key = key;
			if (sorted->wide)
			{
				if (group_numeric != (Datum) 0)
					pfree(DatumGetPointer(group_numeric));
				group_numeric = PointerGetDatum(PG_DETOAST_DATUM_COPY(numeric));
			}
		}
		count++;
	}
	if (count > 0)
		tempfile_append(sorted->counts, &count, sizeof(count));
	if (group_numeric != (Datum) 0)
		pfree(DatumGetPointer(group_numeric));
}

/* Put a row of the store in its place: into the sort, or straight among the numbers. */
static void
sort_row(RankWalk *walk, SortedRows *sorted, RowRole role, u128 key, Datum numeric,
		 int64 row, double others)
{
	if (role == ROW_OTHER)
		put_number(walk->ranking, row, others);
	else if (role == ROW_MEMBER)
		sorted_put(sorted, key, numeric, row);
}

static RowRole
role_of_wide(const Selection *selection, const WideValue *w)
{
	DecimalView view;

	if (w->size == 0)
		return ROW_NULL;
	decimal_view(wide_datum(w), &view);
	if (selection->by_value && (view.negative || view.ndigits == 0))
		return ROW_OTHER;
	return ROW_MEMBER;
}

static void
sort_rows(RankWalk *walk, SortedRows *sorted)
{
	ValueStore *store = walk->selection.store;
	double		others = number_of_others(walk);
	int64		row = 0;
	ValueReader reader;
	const void *block;
	int64		size;

	values_read(&reader, store);
	while ((block = values_next_block(&reader, &size)) != NULL)
	{
		if (store->form == FORM_WIDE)
		{
			const WideValue *end = (const WideValue *) ((const char *) block + size);

			for (const WideValue *w = block; w < end; w = wide_next(w))
				sort_row(walk, sorted, role_of_wide(&walk->selection, w), u128_of(0),
						 w->size > 0 ? wide_datum(w) : (Datum) 0, row++, others);
			continue;
		}
		for (int64 i = 0; i < size; i++)
		{
			u128		key = store->form == FORM_KEY64 ?
				u128_of(((const uint64 *) block)[i]) : ((const u128 *) block)[i];

			sort_row(walk, sorted, role_of_key(&walk->selection, key), key, (Datum) 0, row++, others);
		}
	}
	values_read_end(&reader);
	tuplesort_performsort(sorted->sort);
}

static void
rank_by_sorting(RankWalk *walk)
{
	SortedRows	sorted;
	int64		ngroups;
	u128		key = u128_of(0);
	Datum		numeric;
	int64		row;

	sorted_begin(&sorted, walk->selection.store->form == FORM_WIDE, walk->ranking->mcxt);
	sort_rows(walk, &sorted);
	count_groups(&sorted);
	tuplesort_rescan(sorted.sort);

	ngroups = sorted.counts->size / (int64) sizeof(int64);
	for (int64 g = 0; g < ngroups; g++)
	{
		int64		count;
		double		number = 0;

		tempfile_read(sorted.counts, g * sizeof(count), &count, sizeof(count));
		for (int64 i = 0; i < count; i++)
		{
			if (!sorted_get(&sorted, &key, &numeric, &row))
				elog(ERROR, "sorted rows ended in group %lld", (long long) g);
			if (i == 0)
				number = enter_group(walk, key, numeric, count);
			put_number(walk->ranking, row, number);
		}
	}
	sorted_end(&sorted);
}

Ranking *
ranking_create(ValueStore *store, bool by_value, RankFunction function, void *arg)
{
	MemoryContext mcxt = AllocSetContextCreate(CurrentMemoryContext, "abc_tier ranking",
											   ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(mcxt);
	Ranking    *ranking = palloc0(sizeof(Ranking));
	RankWalk	walk = {0};
	Size		pair;
	bool		in_memory;

	selection_begin(&walk.selection, store, by_value);
	ranking->mcxt = mcxt;
	ranking->nrows = store->nrows;
	walk.ranking = ranking;
	walk.function = function;
	walk.arg = arg;
	walk.group.members = walk.selection.nmembers;
	if (by_value)
	{
		walk.through = selection_sum(&walk.selection);
		walk.group.through = walk.through;
		walk.group.total = walk.selection.total;
	}

	pair = store->form == FORM_KEY64 ? sizeof(KeyRow64) : sizeof(KeyRow128);
	in_memory = store->form != FORM_WIDE &&
		store->nrows * (pair + sizeof(double)) <= (Size) work_mem * 1024;
	prepare_numbers(ranking, in_memory);
	if (in_memory)
		rank_in_memory(&walk);
	else
		rank_by_sorting(&walk);

	selection_end(&walk.selection);
	if (walk.through != NULL)
		pfree(walk.through);
	MemoryContextSwitchTo(old);
	return ranking;
}
