/* The walk over all entries of the SQLite file. Where it goes on: "<first> <conversation>". */
#include <inttypes.h>

#include "store/sqlite/internal.h"

/* The number in front of the first space; what is behind it is left in *rest. */
static int64_t parse_place(struct text place, struct text *rest)
{
	const char *space = place.n > 0 ? memchr(place.p, ' ', place.n) : NULL;
	int64_t first = INT64_MIN;

	*rest = TEXT_NONE;
	if (space &&
	    text_to_int(text_of(place.p, (size_t)(space - place.p)), INT64_MIN, INT64_MAX, &first))
		*rest = text_of(space + 1, place.n - (size_t)(space + 1 - place.p));
	return first;
}

static bool add_row(struct scan_page *page, sqlite3_stmt *row)
{
	struct text conversation = sqlite_column(row, 8);
	struct entry *entry = NULL;

	if (text_is_utf8(conversation))
		entry = sqlite_entry(row, conversation);
	if (entry)
		return scan_page_add(page, entry);
	return scan_page_add_malformed(page, conversation, sqlite3_column_int64(row, 0),
				       "its columns are not those of an entry");
}

bool sqlite_scan(void *ctx, void *arg, struct text after, struct scan_page *page)
{
	struct sqlite_thread *thread = arg;
	struct text conversation;
	int64_t first = parse_place(after, &conversation);
	bool has_memory = true;
	int step = SQLITE_ROW;
	sqlite3_stmt *rows;

	if (!sqlite_ensure_open(ctx, thread))
		return false;
	rows = sqlite_prepare(thread, STATEMENT_SCAN, conversation);
	if (!rows)
		return sqlite_failed(thread);
	sqlite3_bind_int64(rows, 2, first);
	while (has_memory && !scan_page_is_full(page) && (step = sqlite3_step(rows)) == SQLITE_ROW)
		has_memory = add_row(page, rows);
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		return sqlite_failed(thread);
	if (step == SQLITE_ROW && page->n > 0) {
		const struct store_scanned *last = &page->items[page->n - 1];

		buffer_add_format(&page->next, "%" PRId64 " ", last->first);
		buffer_add_text(&page->next, last->conversation);
	}
	sqlite3_reset(rows);
	return has_memory && outage_end(&thread->outage);
}

/* Rows are never removed: the newest row's number is their count, and is found at once. */
bool sqlite_count(void *ctx, void *arg, uint64_t *entries)
{
	struct sqlite_thread *thread = arg;
	sqlite3_stmt *row;

	if (!sqlite_ensure_open(ctx, thread))
		return false;
	row = connection_statement(&thread->connection, STATEMENT_COUNT_ENTRIES);
	if (!row || sqlite3_step(row) != SQLITE_ROW)
		return sqlite_failed(thread);
	*entries = (uint64_t)sqlite3_column_int64(row, 0);
	sqlite3_reset(row);
	return outage_end(&thread->outage);
}
