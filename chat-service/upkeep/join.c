#include "upkeep/join.h"

#include <stdlib.h>
#include <string.h>

void join_open(struct join *join, struct loop *loop, struct store *store, void (*ready)(void *ctx))
{
	entry_stream_open(&join->entries, loop, store, ready, join->ctx);
	row_stream_open(&join->rows, loop, store, ready, join->ctx);
}

void join_close(struct join *join)
{
	entry_stream_close(&join->entries);
	row_stream_close(&join->rows);
	entry_unref(join->newest);
	buffer_release(&join->name);
}

bool join_is_idle(const struct join *join)
{
	return !join->entries.stream.is_asking && !join->rows.stream.is_asking;
}

/* As both stores order them: by bytes. */
static int compare(struct text a, struct text b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* The rows in front of the log that was walked through are nobody's; behind the last log, all that
 * are left. False: wait. */
static bool pass_rows(struct join *join)
{
	const struct store_row *is;

	while ((is = row_stream_peek(&join->rows)) &&
	       (!join->newest || compare(is->conversation, join->newest->conversation) < 0)) {
		if (!join->pair(join->ctx, is, NULL))
			return false;
		row_stream_step(&join->rows);
	}
	return is || join->rows.stream.is_at_end;
}

/* The log's last entry was seen. False: wait. */
static bool end_log(struct join *join)
{
	struct store_row should;
	const struct store_row *is;

	if (!pass_rows(join))
		return false;
	if (!join->newest)
		return true;
	should = row_after(join->newest);
	if (should.name.n == 0)
		should.name = buffer_text(&join->name);
	is = row_stream_peek(&join->rows);
	if (is && !text_equal(is->conversation, should.conversation))
		is = NULL;
	if (!join->pair(join->ctx, is, &should))
		return false;
	if (is)
		row_stream_step(&join->rows);
	entry_unref(join->newest);
	join->newest = NULL;
	buffer_clear(&join->name);
	return true;
}

static void take(struct join *join, const struct store_scanned *item)
{
	struct store_row row;

	if (join->item)
		join->item(join->ctx, item);
	if (!item->entry)
		return;
	row = row_after(item->entry);
	if (row.name.n > 0) {
		buffer_clear(&join->name);
		buffer_add_text(&join->name, row.name);
	}
	entry_unref(join->newest);
	join->newest = entry_ref(item->entry);
}

/* What cannot be read ends no log: its conversation may not be known. */
static bool ends_log(const struct join *join, const struct store_scanned *item)
{
	return item->entry && join->newest &&
	       !text_equal(item->conversation, join->newest->conversation);
}

void join_go_on(struct join *join)
{
	while (!join->is_done) {
		const struct store_scanned *item = entry_stream_peek(&join->entries);
		bool was_log = join->newest;

		join->has_failed = join->entries.stream.has_failed ||
				   join->rows.stream.has_failed || join->name.failed;
		if (join->has_failed) {
			join->is_done = true;
		} else if (item && !ends_log(join, item)) {
			take(join, item);
			entry_stream_step(&join->entries);
		} else if (!item && !join->entries.stream.is_at_end) {
			return;
		} else if (!end_log(join)) {
			return;
		} else if (!item && !was_log) {
			join->is_done = true;
		}
	}
}
