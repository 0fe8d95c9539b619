/* The view of conversations in the SQLite file. */
#include "store/sqlite/internal.h"

static bool put_row(struct sqlite_thread *thread, enum statement which, const struct store_row *row,
		    uint64_t seen)
{
	sqlite3_stmt *statement = sqlite_prepare(thread, which, row->conversation);
	bool is_done;

	if (!statement)
		return false;
	sqlite3_bind_int64(statement, 2, (int64_t)row->n);
	sqlite_bind_text(statement, 3, text_of_string(state_name(row->state)));
	sqlite_bind_text(statement, 4, row->agent);
	sqlite3_bind_int64(statement, 5, row->since_ms);
	sqlite3_bind_int64(statement, 6, row->at_ms);
	sqlite_bind_text(statement, 7, row->name);
	sqlite_bind_text(statement, 8, row->preview);
	if (which == STATEMENT_REPLACE_ROW)
		sqlite3_bind_int64(statement, 9, (int64_t)seen);
	is_done = sqlite3_step(statement) == SQLITE_DONE;
	sqlite3_reset(statement);
	return is_done;
}

static bool put_rows(struct sqlite_thread *thread, const struct store_row *const *rows, size_t n)
{
	if (!sqlite_run(thread, STATEMENT_BEGIN))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!put_row(thread, STATEMENT_PUT_ROW, rows[i], 0))
			return false;
	return sqlite_run(thread, STATEMENT_COMMIT);
}

bool sqlite_write_rows(void *ctx, void *arg, const struct store_row *const *rows, size_t n)
{
	struct sqlite_thread *thread = arg;

	if (!sqlite_ensure_open(ctx, thread))
		return false;
	if (!put_rows(thread, rows, n))
		return sqlite_failed(thread); /* closing it rolls back */
	return outage_end(&thread->outage);
}

static struct store_row row_of(sqlite3_stmt *columns)
{
	int64_t n = sqlite3_column_int64(columns, 1);
	struct store_row row = {
		.conversation = sqlite_column(columns, 0),
		.n = n > 0 ? (uint64_t)n : 0,
		.state = state_of_name(sqlite_column(columns, 2)),
		.agent = sqlite_column(columns, 3),
		.since_ms = sqlite3_column_int64(columns, 4),
		.at_ms = sqlite3_column_int64(columns, 5),
		.name = sqlite_column(columns, 6),
		.preview = sqlite_column(columns, 7),
	};

	if (n <= 0 || !text_is_utf8(row.agent) || !text_is_utf8(row.name) ||
	    !text_is_utf8(row.preview))
		row.state = STATE_COUNT;
	return row;
}

bool sqlite_read_rows(void *ctx, void *arg, const struct store_row_range *range,
		      struct row_page *page)
{
	struct sqlite_thread *thread = arg;
	sqlite3_stmt *columns;
	bool has_memory = true;
	int step = SQLITE_ROW;

	if (!sqlite_ensure_open(ctx, thread))
		return false;
	columns = sqlite_prepare(thread, STATEMENT_ROWS, range->from);
	if (!columns)
		return sqlite_failed(thread);
	while (has_memory && !row_page_is_full(page) &&
	       (step = sqlite3_step(columns)) == SQLITE_ROW) {
		struct store_row row = row_of(columns);

		if (range->includes_from || !text_equal(row.conversation, range->from))
			has_memory = row_page_add(page, &row);
	}
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		return sqlite_failed(thread);
	sqlite3_reset(columns);
	return has_memory && outage_end(&thread->outage);
}

bool sqlite_correct_row(void *ctx, void *arg, struct text conversation, uint64_t seen,
			const struct store_row *row)
{
	struct sqlite_thread *thread = arg;
	sqlite3_stmt *statement;

	if (!sqlite_ensure_open(ctx, thread))
		return false;
	if (row)
		return put_row(thread, seen > 0 ? STATEMENT_REPLACE_ROW : STATEMENT_ADD_ROW, row,
			       seen)
			       ? outage_end(&thread->outage)
			       : sqlite_failed(thread);
	statement = sqlite_prepare(thread, STATEMENT_REMOVE_ROW, conversation);
	if (!statement)
		return sqlite_failed(thread);
	sqlite3_bind_int64(statement, 2, (int64_t)seen);
	if (sqlite3_step(statement) != SQLITE_DONE)
		return sqlite_failed(thread);
	sqlite3_reset(statement);
	return outage_end(&thread->outage);
}
