/*
 * ranking_sort.c
 *		Ranking through PostgreSQL's tuplesort: numerics of the wide form, and
 *		many rows in one range of values too narrow to divide.
 *
 * A group's number needs the count of its rows before the first of them is
 * answered, so the sorted rows are read twice: once to count, once to answer.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/tuplesort.h"
#include "utils/typcache.h"

#include "select/ranking_walk.h"

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
sorted_begin(SortedRows *sorted, bool wide, Size memory, MemoryContext mcxt)
{
	TupleDesc	desc = CreateTemplateTupleDesc(3);
	AttrNumber	columns[2] = {SORT_VALUE + 1, SORT_LOW_WORD + 1};
	Oid			collations[2] = {InvalidOid, InvalidOid};
	bool		nulls_first[2] = {false, false};
	Oid			descending[2];

	TupleDescInitEntry(desc, SORT_VALUE + 1, "value", wide ? NUMERICOID : INT8OID, -1, 0);
	TupleDescInitEntry(desc, SORT_LOW_WORD + 1, "low_word", INT8OID, -1, 0);
	TupleDescInitEntry(desc, SORT_ROW + 1, "row", INT8OID, -1, 0);
	TupleDescFinalize(desc);
	descending[0] = lookup_type_cache(wide ? NUMERICOID : INT8OID, TYPECACHE_GT_OPR)->gt_opr;
	descending[1] = lookup_type_cache(INT8OID, TYPECACHE_GT_OPR)->gt_opr;

	sorted->wide = wide;
	sorted->sort = tuplesort_begin_heap(desc, 2, columns, descending, collations, nulls_first,
										(int) (memory / 1024), NULL, TUPLESORT_RANDOMACCESS);
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
	double		others = ranking_number_of_others(walk);
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
				ranking_put_number(walk->ranking, row, others);
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
void
ranking_by_sorting(RankWalk *walk, TempFile *file)
{
	SortedRows	sorted;
	int64		ngroups;
	u128		key = u128_of(0);
	Datum		numeric;
	int64		row;

	sorted_begin(&sorted, file == NULL, values_memory(walk->selection.store), walk->ranking->mcxt);
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
				number = ranking_enter_group(walk, key, numeric, count);
			ranking_put_number(walk->ranking, row, number);
		}
	}
	sorted_end(&sorted);
}

