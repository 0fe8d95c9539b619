/* internal.h: what the files of the SQLite backend share.
 *
 * Purpose    the backend's struct, a thread's, and how a statement is run on it.
 * Ownership  as threaded.h.
 * Errors     sqlite_failed logs why, closes the connection, and says false: unavailable. A call on the
 *            connection that gave a SQLite error must end in it.
 * Threads    a struct sqlite_thread belongs to its thread.
 */
#ifndef STORE_SQLITE_INTERNAL_H
#define STORE_SQLITE_INTERNAL_H

#include "base/buffer.h"
#include "store/outage.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/sqlite_store.h"
#include "store/threaded.h"

struct sqlite_store {
	const struct log *log;
	char *path;
	int64_t busy_ms;
	struct connection first; /* opened at the start, becomes the writer's */
};

struct sqlite_thread {
	struct connection connection; /* a failure closes it, the next operation opens it */
	struct buffer json;
	bool may_write;
	struct outage outage;
};

bool sqlite_failed(struct sqlite_thread *thread);
bool sqlite_ensure_open(struct sqlite_store *store, struct sqlite_thread *thread);

/* The statement, with the text as its first value; NULL when it cannot be prepared. */
sqlite3_stmt *sqlite_prepare(struct sqlite_thread *thread, enum statement which, struct text first);
void sqlite_bind_text(sqlite3_stmt *statement, int at, struct text value);
/* Runs a statement that gives no rows. */
bool sqlite_run(struct sqlite_thread *thread, enum statement which);
/* Valid until the statement's next step. */
struct text sqlite_column(sqlite3_stmt *row, int column);

/* The entry of a row of ENTRY_COLUMNS; NULL when the row is malformed or memory is short. */
struct entry *sqlite_entry(sqlite3_stmt *row, struct text conversation);

/* rows.c */
bool sqlite_write_rows(void *ctx, void *thread, const struct store_row *const *rows, size_t n);
bool sqlite_read_rows(void *ctx, void *thread, const struct store_row_range *range,
		      struct row_page *page);
bool sqlite_correct_row(void *ctx, void *thread, struct text conversation, uint64_t seen,
			const struct store_row *row);

/* scan.c */
bool sqlite_scan(void *ctx, void *thread, struct text after, struct scan_page *page);
bool sqlite_count(void *ctx, void *thread, uint64_t *entries);

#endif
