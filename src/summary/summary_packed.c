/*
 * summary_packed.c
 *		The packed form of a summary: writing and reading its bytes.
 *
 * After the head a summary in canonical form has the number of buckets of
 * negative values, then the buckets, the negative ones first, each sign from
 * zero away:
 *
 *	bucket		the difference to the bucket before of the same sign, or itself
 *	count		rows
 *	size		bytes of the sum, without leading zeros
 *	sum			least byte first
 *
 * Numbers are written seven bits to a byte, least first, the highest bit set
 * on all but the last.
 */
#include "postgres.h"

#include "summary/summary_io.h"

#define VARINT_MAX_BYTES	10

/*
 * Writing
 */

static void
write_varint(StringInfo buffer, uint64 value)
{
	while (value >= 0x80)
	{
		appendStringInfoCharMacro(buffer, (char) (value | 0x80));
		value >>= 7;
	}
	appendStringInfoCharMacro(buffer, (char) value);
}

/* Begin with the head; so many of the buckets to come are of negative values. */
void
summary_write_begin(SummaryWriter *writer, const AbcSummary *head, int nnegative)
{
	AbcSummary	start = *head;

	start.version = SUMMARY_VERSION;
	start.flags = 0;
	initStringInfo(&writer->buffer);
	appendBinaryStringInfo(&writer->buffer, (const char *) &start, sizeof(start));
	write_varint(&writer->buffer, nnegative);
	writer->nnegative = nnegative;
	writer->previous = 0;
}

/* One bucket; its sum is not 0. */
void
summary_write(SummaryWriter *writer, uint64 bucket, int64 count, const uint64 *sum, int words)
{
	int			size = words * (int) sizeof(uint64);

	if (writer->nnegative > 0)
		bucket &= ~SUMMARY_NEGATIVE;
	write_varint(&writer->buffer, bucket - writer->previous);
	writer->previous = bucket;
	if (writer->nnegative > 0 && --writer->nnegative == 0)
		writer->previous = 0;
	write_varint(&writer->buffer, count);
	while (size > 0 && (uint8) (sum[(size - 1) / 8] >> (8 * ((size - 1) % 8))) == 0)
		size--;
	write_varint(&writer->buffer, size);
	for (int i = 0; i < size; i++)
		appendStringInfoCharMacro(&writer->buffer, (char) (sum[i / 8] >> (8 * (i % 8))));
}

/* The summary. */
AbcSummary *
summary_write_end(SummaryWriter *writer)
{
	SET_VARSIZE(writer->buffer.data, writer->buffer.len);
	return (AbcSummary *) writer->buffer.data;
}

/*
 * Reading
 */

/* The next number; a fault unless it is written in the fewest bytes. */
static inline uint64
read_varint(SummaryReader *reader)
{
	uint64		value = 0;

	if (likely(reader->at < reader->end && (uint8) *reader->at < 0x80))
		return (uint8) *reader->at++;
	for (int i = 0; reader->at < reader->end && i < VARINT_MAX_BYTES; i++)
	{
		uint8		byte = (uint8) *reader->at++;

		if (i == VARINT_MAX_BYTES - 1 && byte > 1)
			break;
		value |= (uint64) (byte & 0x7F) << (7 * i);
		if ((byte & 0x80) == 0)
		{
			if (byte == 0 && i > 0)
				break;
			return value;
		}
	}
	reader->fault = "a number in it is cut short or too long";
	return 0;
}

/*
 * Begin to read; what is wrong with the bytes is in reader->fault, here and
 * after summary_next.
 */
void
summary_read(SummaryReader *reader, const AbcSummary *summary)
{
	uint64		nnegative;

	memset(reader, 0, sizeof(*reader));
	reader->summary = summary;
	reader->at = (const char *) (summary + 1);
	reader->end = (const char *) summary + VARSIZE(summary);
	nnegative = read_varint(reader);
	if (nnegative > (uint64) summary->nbuckets)
		reader->fault = "it has more buckets of negative values than buckets";
	else
		reader->nnegative = (int) nnegative;
}

/* Read a bucket; false at the end or at a fault. */
bool
summary_next(SummaryReader *reader)
{
	const AbcSummary *summary = reader->summary;
	bool		negative = reader->done < reader->nnegative;
	bool		first = reader->done == 0 || reader->done == reader->nnegative;
	uint64		largest = PG_INT64_MAX >> summary->shift;
	uint64		previous = first ? 0 : reader->bucket & ~SUMMARY_NEGATIVE;
	uint64		step,
				count,
				size;

	if (reader->fault != NULL || reader->done == summary->nbuckets)
		return false;
	step = read_varint(reader);
	count = read_varint(reader);
	size = read_varint(reader);
	if (reader->fault != NULL)
		return false;
	if ((step == 0 && !first) || step > largest || previous + step > largest)
		reader->fault = "its buckets are not in order";
	else if (count == 0 || count > PG_INT64_MAX)
		reader->fault = "a bucket has no valid count";
	else if (size == 0 || size > (uint64) (reader->end - reader->at) || reader->at[size - 1] == 0)
		reader->fault = "a bucket has no valid sum";
	if (reader->fault != NULL)
		return false;
	reader->bucket = (previous + step) | (negative ? SUMMARY_NEGATIVE : 0);
	reader->count = (int64) count;
	reader->sum_size = (int) size;
	reader->sum = reader->at;
	reader->at += size;
	reader->done++;
	return true;
}
