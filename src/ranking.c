/*
 * ranking.c
 *		A number for every row of a store that depends on where its value stands
 *		among the others.
 *
 * Rows are sorted by value together with their position, the groups of equal
 * values are walked from the largest down, and each group's number goes back to
 * the positions of its rows.  In memory these are one sort of small fixed pairs
 * and one array.  Beyond work_mem the rows are distributed by value over files
 * that fit in memory one after the other, and their numbers over files by
 * position in the same way.  A file that does not fit after all (many rows in
 * one narrow range of values) and numerics of the wide form go through
 * PostgreSQL's tuplesort.
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

#define MAX_FILES		256		/* over which rows or numbers are distributed */
#define READ_PAIRS		512		/* numbers read from a file at once */

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
	RowNumber	pairs[READ_PAIRS];

	for (int64 i = 0; i < ranking->span; i++)
		ranking->numbers[i] = get_float8_nan();
	for (int64 at = 0; at < file->size; at += sizeof(pairs))
	{
		Size		size = Min(sizeof(pairs), (Size) (file->size - at));

		CHECK_FOR_INTERRUPTS();
		tempfile_read(file, at, pairs, size);
		for (Size i = 0; i < size / sizeof(RowNumber); i++)
			ranking->numbers[pairs[i].row - index * ranking->span] = pairs[i].number;
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
			put_number(walk->ranking, rows[i].row, number);
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
			put_number(walk->ranking, rows[i].row, number);
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
 * Through tuplesort
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

/* Sort the numerics of a wide store. */
static void
sort_store(RankWalk *walk, SortedRows *sorted)
{
	double		others = number_of_others(walk);
	int64		row = 0;
	ValueReader reader;
	const void *block;
	int64		size;

	values_read(&reader, walk->selection.store);
	while ((block = values_next_block(&reader, &size)) != NULL)
	{
		const WideValue *end = (const WideValue *) ((const char *) block + size);

		for (const WideValue *w = block; w < end; w = wide_next(w), row++)
		{
			RowRole		role = role_of_wide(&walk->selection, w);

			if (role == ROW_OTHER)
				put_number(walk->ranking, row, others);
			else if (role == ROW_MEMBER)
				sorted_put(sorted, u128_of(0), wide_datum(w), row);
		}
	}
	values_read_end(&reader);
}

/* Sort the rows of a file. */
static void
sort_file(RankWalk *walk, SortedRows *sorted, TempFile *file)
{
	bool		narrow = walk->selection.store->form == FORM_KEY64;
	Size		pair = narrow ? sizeof(KeyRow64) : sizeof(KeyRow128);

	for (int64 at = 0; at < file->size; at += pair)
	{
		KeyRow64	row64;
		KeyRow128	row128;

		CHECK_FOR_INTERRUPTS();
		tempfile_read(file, at, narrow ? (void *) &row64 : (void *) &row128, pair);
		if (narrow)
			sorted_put(sorted, u128_of(row64.key), (Datum) 0, row64.row);
		else
			sorted_put(sorted, row128.key, (Datum) 0, row128.row);
	}
}

/* Rank the rows of a file of keys, or if there is none, of the wide store. */
static void
rank_by_sorting(RankWalk *walk, TempFile *file)
{
	SortedRows	sorted;
	int64		ngroups;
	u128		key = u128_of(0);
	Datum		numeric;
	int64		row;

	sorted_begin(&sorted, file == NULL, walk->ranking->mcxt);
	if (file == NULL)
		sort_store(walk, &sorted);
	else
		sort_file(walk, &sorted, file);
	tuplesort_performsort(sorted.sort);
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

/*
 * Beyond work_mem: by ranges of values
 */

/* The files over which rows are distributed: some neighbouring buckets each. */
typedef struct RangeFiles
{
	Histogram  *histogram;		/* NULL: one file for all */
	int			nfiles;
	int		   *file_of_bucket;
	TempFile  **files;			/* largest values first */
} RangeFiles;

/* Put neighbouring buckets together as long as their rows fit in memory. */
static void
plan_ranges(RankWalk *walk, RangeFiles *ranges, int64 fitting)
{
	Histogram  *histogram = walk->selection.histogram;
	int64		limit = Max(fitting, walk->selection.nmembers / (MAX_FILES / 2));
	int64		rows = 0;

	ranges->histogram = histogram;
	ranges->nfiles = 1;
	ranges->file_of_bucket = NULL;
	if (histogram != NULL)
	{
		ranges->file_of_bucket = palloc(histogram->nbuckets * sizeof(int));
		for (int b = histogram->nbuckets - 1; b >= 0; b--)
		{
			if (rows > 0 && rows + histogram->counts[b] > limit)
			{
				ranges->nfiles++;
				rows = 0;
			}
			rows += histogram->counts[b];
			ranges->file_of_bucket[b] = ranges->nfiles - 1;
		}
	}
	ranges->files = palloc(ranges->nfiles * sizeof(TempFile *));
	for (int i = 0; i < ranges->nfiles; i++)
	{
		ranges->files[i] = tempfile_create(walk->ranking->mcxt);
		tempfile_open(ranges->files[i]);
	}
}

static void
distribute_row(const RangeFiles *ranges, bool narrow, u128 key, int64 row)
{
	const Histogram *h = ranges->histogram;
	int			file = 0;

	if (h != NULL)
		file = ranges->file_of_bucket[u128_lo(u128_shr(u128_sub(key, h->low), h->shift))];
	if (narrow)
	{
		KeyRow64	pair = {u128_lo(key), row};

		tempfile_append(ranges->files[file], &pair, sizeof(pair));
	}
	else
	{
		KeyRow128	pair = {key, row};

		tempfile_append(ranges->files[file], &pair, sizeof(pair));
	}
}

static void
rank_by_ranges(RankWalk *walk)
{
	bool		narrow = walk->selection.store->form == FORM_KEY64;
	Size		pair = narrow ? sizeof(KeyRow64) : sizeof(KeyRow128);
	int64		fitting = (int64) work_mem * 1024 / 2 / (int64) pair;
	double		others = number_of_others(walk);
	RangeFiles	ranges;
	int64		row = 0;
	ValueReader reader;
	const void *block;
	int64		nkeys;

	plan_ranges(walk, &ranges, fitting);
	values_read(&reader, walk->selection.store);
	while ((block = values_next_block(&reader, &nkeys)) != NULL)
	{
		for (int64 i = 0; i < nkeys; i++, row++)
		{
			u128		key = narrow ? u128_of(((const uint64 *) block)[i]) : ((const u128 *) block)[i];
			RowRole		role = role_of_key(&walk->selection, key);

			if (role == ROW_OTHER)
				put_number(walk->ranking, row, others);
			else if (role == ROW_MEMBER)
				distribute_row(&ranges, narrow, key, row);
		}
	}
	values_read_end(&reader);

	for (int i = 0; i < ranges.nfiles; i++)
	{
		TempFile   *file = ranges.files[i];
		int64		n = file->size / (int64) pair;

		CHECK_FOR_INTERRUPTS();
		if (n > fitting && n > walk->selection.nmembers / (MAX_FILES / 2))
			rank_by_sorting(walk, file);
		else if (n > 0)
		{
			void	   *rows = MemoryContextAllocHuge(walk->ranking->mcxt, file->size);

			tempfile_read(file, 0, rows, file->size);
			if (narrow)
				rank_rows64(walk, rows, n);
			else
				rank_rows128(walk, rows, n);
			pfree(rows);
		}
		tempfile_close(file);
	}
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
		walk.group.scale = store->scale;
	}

	pair = store->form == FORM_KEY64 ? sizeof(KeyRow64) : sizeof(KeyRow128);
	in_memory = store->form != FORM_WIDE &&
		store->nrows * (pair + sizeof(double)) <= (Size) work_mem * 1024;
	prepare_numbers(ranking, in_memory);
	if (in_memory)
		rank_in_memory(&walk);
	else if (store->form == FORM_WIDE)
		rank_by_sorting(&walk, NULL);
	else
		rank_by_ranges(&walk);

	selection_end(&walk.selection);
	if (walk.through != NULL)
		pfree(walk.through);
	MemoryContextSwitchTo(old);
	return ranking;
}
