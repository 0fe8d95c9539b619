#include "store/sqlite/sqlite_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/sqlite/internal.h"
#include "store/sqlite/messages.h"

enum { READERS = 2 };

bool sqlite_failed(struct sqlite_thread *thread)
{
	int cause = sqlite3_system_errno(thread->connection.db);
	char why[160];

	snprintf(why, sizeof(why), "%s%s%s", sqlite3_errmsg(thread->connection.db),
		 cause ? ": " : "", cause ? strerror(cause) : "");
	outage_begin(&thread->outage, why);
	connection_close(&thread->connection);
	return false;
}

bool sqlite_ensure_open(struct sqlite_store *store, struct sqlite_thread *thread)
{
	char error[256];

	if (thread->connection.db ||
	    connection_open(&thread->connection, store->path, thread->may_write, store->busy_ms,
			    error, sizeof(error)))
		return true;
	return outage_begin(&thread->outage, error);
}

static void *open_thread(void *ctx, enum store_thread kind)
{
	struct sqlite_store *store = ctx;
	struct sqlite_thread *thread = calloc(1, sizeof(*thread));

	if (!thread)
		return NULL;
	thread->may_write = kind != THREAD_READER;
	thread->outage = (struct outage){
		.log = store->log, .store = store->path, .what = thread->may_write ? "write" : "read"};
	if (kind == THREAD_WRITER) {
		thread->connection = store->first;
		store->first = (struct connection){0};
	}
	return thread;
}

static void close_thread(void *ctx, void *arg)
{
	struct sqlite_thread *thread = arg;

	(void)ctx;
	connection_close(&thread->connection);
	buffer_release(&thread->json);
	free(thread);
}

void sqlite_bind_text(sqlite3_stmt *statement, int at, struct text value)
{
	/* A NULL pointer would be the SQL NULL. */
	sqlite3_bind_text64(statement, at, value.p ? value.p : "", value.n, SQLITE_STATIC,
			    SQLITE_UTF8);
}

sqlite3_stmt *sqlite_prepare(struct sqlite_thread *thread, enum statement which, struct text first)
{
	sqlite3_stmt *statement = connection_statement(&thread->connection, which);

	if (statement)
		sqlite_bind_text(statement, 1, first);
	return statement;
}

bool sqlite_run(struct sqlite_thread *thread, enum statement which)
{
	sqlite3_stmt *statement = connection_statement(&thread->connection, which);
	bool is_done = statement && sqlite3_step(statement) == SQLITE_DONE;

	sqlite3_reset(statement);
	return is_done;
}

static bool any_id_taken(struct sqlite_thread *thread, const struct entry *entry, bool *is_taken)
{
	*is_taken = false;
	for (size_t i = 0; i < entry->n && !*is_taken; i++) {
		sqlite3_stmt *statement;
		int step;

		if (entry->messages[i].id.n == 0)
			continue;
		statement = sqlite_prepare(thread, STATEMENT_ID_TAKEN, entry->conversation);
		if (!statement)
			return false;
		sqlite_bind_text(statement, 2, entry->messages[i].id);
		step = sqlite3_step(statement);
		sqlite3_reset(statement);
		if (step != SQLITE_ROW && step != SQLITE_DONE)
			return false;
		*is_taken = step == SQLITE_ROW;
	}
	return true;
}

/* The messages are in thread->json. */
static bool add_entry(struct sqlite_thread *thread, const struct entry *entry)
{
	sqlite3_stmt *statement = sqlite_prepare(thread, STATEMENT_ADD_ENTRY, entry->conversation);
	const struct standing *after = &entry->after;

	if (!statement)
		return false;
	sqlite3_bind_int64(statement, 2, (int64_t)entry->first);
	sqlite3_bind_int64(statement, 3, (int64_t)entry->n);
	sqlite3_bind_int64(statement, 4, entry->at_ms);
	sqlite_bind_text(statement, 5, text_of_string(state_name(after->state)));
	sqlite_bind_text(statement, 6, after->agent);
	sqlite3_bind_int64(statement, 7, after->since_ms);
	sqlite_bind_text(statement, 8, after->bot);
	sqlite_bind_text(statement, 9, buffer_text(&thread->json));
	return sqlite3_step(statement) == SQLITE_DONE;
}

/* An id that comes twice in one entry stands for its first message. */
static bool add_ids(struct sqlite_thread *thread, const struct entry *entry)
{
	for (size_t i = 0; i < entry->n; i++) {
		sqlite3_stmt *statement;

		if (entry->messages[i].id.n == 0)
			continue;
		statement = sqlite_prepare(thread, STATEMENT_ADD_ID, entry->conversation);
		if (!statement)
			return false;
		sqlite_bind_text(statement, 2, entry->messages[i].id);
		sqlite3_bind_int64(statement, 3, (int64_t)entry->first);
		if (sqlite3_step(statement) != SQLITE_DONE)
			return false;
	}
	return true;
}

/* Inside the writer's transaction, so that what is looked up first stays true. False: SQLite failed,
 * which costs the whole batch. */
static bool append_one(struct sqlite_thread *thread, struct append *append)
{
	bool is_taken;

	buffer_clear(&thread->json);
	if (!messages_write(&thread->json, append->entry->messages, append->entry->n))
		return true; /* memory is short: unavailable, and it alone */
	if (!any_id_taken(thread, append->entry, &is_taken))
		return false;
	if (!is_taken) {
		if (!add_entry(thread, append->entry))
			return false;
		is_taken = sqlite3_changes(thread->connection.db) == 0;
	}
	append->result = is_taken ? APPEND_TAKEN : APPEND_STORED;
	return is_taken || add_ids(thread, append->entry);
}

static bool append_all(struct sqlite_thread *thread, struct append *const *appends, size_t n)
{
	if (!sqlite_run(thread, STATEMENT_BEGIN))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!append_one(thread, appends[i]))
			return false;
	return sqlite_run(thread, STATEMENT_COMMIT);
}

static void sqlite_append(void *ctx, void *arg, struct append *const *appends, size_t n,
			  int64_t deadline_ms)
{
	struct sqlite_store *store = ctx;
	struct sqlite_thread *thread = arg;

	(void)deadline_ms; /* the busy timeout is shorter */
	if (sqlite_ensure_open(store, thread) && append_all(thread, appends, n)) {
		outage_end(&thread->outage);
		return;
	}
	if (thread->connection.db)
		sqlite_failed(thread); /* closing it rolls back */
	for (size_t i = 0; i < n; i++)
		appends[i]->result = APPEND_UNAVAILABLE;
}

struct text sqlite_column(sqlite3_stmt *row, int column)
{
	/* The text first: it may convert, and then its size is right. */
	const char *p = (const char *)sqlite3_column_text(row, column);

	return text_of(p, (size_t)sqlite3_column_bytes(row, column));
}

struct entry *sqlite_entry(sqlite3_stmt *row, struct text conversation)
{
	struct entry like = {
		.conversation = conversation,
		.first = (uint64_t)sqlite3_column_int64(row, 0),
		.n = (size_t)sqlite3_column_int64(row, 1),
		.at_ms = sqlite3_column_int64(row, 2),
		.after = {.state = state_of_name(sqlite_column(row, 3)),
			  .agent = sqlite_column(row, 4),
			  .since_ms = sqlite3_column_int64(row, 5),
			  .bot = sqlite_column(row, 6)},
	};

	if (sqlite3_column_int64(row, 0) <= 0 || like.after.state == STATE_COUNT ||
	    !text_is_utf8(like.after.agent) || !text_is_utf8(like.after.bot))
		return NULL;
	return messages_read(&like, sqlite_column(row, 7));
}

/* The same, and the log says it when there is none. */
static struct entry *entry_of_row(struct sqlite_store *store, sqlite3_stmt *row,
				  struct text conversation)
{
	struct entry *entry = sqlite_entry(row, conversation);

	if (!entry)
		log_error(store->log, "store_malformed", LOG_STRING("path", store->path),
			  LOG_TEXT_FIELD("conversation", conversation),
			  LOG_NUMBER("first", sqlite3_column_int64(row, 0)));
	return entry;
}

static bool walk(struct sqlite_store *store, struct sqlite_thread *thread, sqlite3_stmt *rows,
		 struct gathering *gathering)
{
	int step;

	while ((step = sqlite3_step(rows)) == SQLITE_ROW) {
		struct entry *entry = entry_of_row(store, rows, gathering->range.conversation);
		enum gather gather;
		uint64_t first;

		if (!entry)
			return false;
		first = entry->first;
		gather = gathering_offer(gathering, entry);
		if (gather == GATHER_BROKEN)
			log_error(store->log, "store_malformed", LOG_STRING("path", store->path),
				  LOG_TEXT_FIELD("conversation", gathering->range.conversation),
				  LOG_NUMBER("first", first), LOG_STRING("why", gathering->broken));
		if (gather != GATHER_MORE)
			return gather == GATHER_ENOUGH;
	}
	return step == SQLITE_DONE || sqlite_failed(thread);
}

static bool sqlite_read(void *ctx, void *arg, struct gathering *gathering)
{
	const struct store_range *range = &gathering->range;
	struct sqlite_thread *thread = arg;
	sqlite3_stmt *rows;
	bool is_available;

	if (!range_is_possible(range))
		return true;
	if (!sqlite_ensure_open(ctx, thread))
		return false;
	rows = sqlite_prepare(thread, range->newest_first ? STATEMENT_NEWEST : STATEMENT_OLDEST,
		       range->conversation);
	if (!rows)
		return sqlite_failed(thread);
	if (!range->newest_first)
		sqlite3_bind_int64(rows, 2, (int64_t)range->after + 1);
	else if (range->before > 0 && range->before < INT64_MAX)
		sqlite3_bind_int64(rows, 2, (int64_t)range->before);
	else
		sqlite3_bind_int64(rows, 2, INT64_MAX);
	is_available = walk(ctx, thread, rows, gathering);
	if (thread->connection.db)
		sqlite3_reset(rows); /* lets go of the snapshot */
	gathering_finish(gathering);
	return is_available && outage_end(&thread->outage);
}

static bool sqlite_find(void *ctx, void *arg, struct text conversation, struct text client_id,
			struct entry **entry)
{
	struct sqlite_thread *thread = arg;
	sqlite3_stmt *row;
	int step;

	if (!sqlite_ensure_open(ctx, thread))
		return false;
	row = sqlite_prepare(thread, STATEMENT_FIND, conversation);
	if (!row)
		return sqlite_failed(thread);
	sqlite_bind_text(row, 2, client_id);
	step = sqlite3_step(row);
	if (step == SQLITE_ROW)
		*entry = entry_of_row(ctx, row, conversation);
	else if (step != SQLITE_DONE)
		return sqlite_failed(thread);
	sqlite3_reset(row);
	return (step == SQLITE_DONE || *entry) && outage_end(&thread->outage);
}

/* A log has no gaps: it goes on where its next entry begins. */
static bool sqlite_compare(void *ctx, void *arg, const struct store_place *places, size_t n,
			   bool *has_more)
{
	struct sqlite_thread *thread = arg;

	if (!sqlite_ensure_open(ctx, thread))
		return false;
	for (size_t i = 0; i < n; i++) {
		sqlite3_stmt *row = sqlite_prepare(thread, STATEMENT_BEGINS, places[i].conversation);
		int step;

		if (!row)
			return sqlite_failed(thread);
		sqlite3_bind_int64(row, 2, (int64_t)(places[i].last + 1));
		step = sqlite3_step(row);
		if (step != SQLITE_ROW && step != SQLITE_DONE)
			return sqlite_failed(thread);
		sqlite3_reset(row);
		has_more[i] = step == SQLITE_ROW;
	}
	return outage_end(&thread->outage);
}

static bool sqlite_ping(void *ctx, void *arg)
{
	struct sqlite_thread *thread = arg;
	sqlite3_stmt *row;

	if (!sqlite_ensure_open(ctx, thread))
		return false;
	row = connection_statement(&thread->connection, STATEMENT_PING);
	if (!row || sqlite3_step(row) != SQLITE_ROW)
		return sqlite_failed(thread);
	sqlite3_reset(row);
	return outage_end(&thread->outage);
}

static void sqlite_free(void *ctx)
{
	struct sqlite_store *store = ctx;

	connection_close(&store->first);
	free(store->path);
	free(store);
}

/* The file is this process's alone. */
static bool sqlite_identify(void *ctx, void *arg, char identity[STORE_IDENTITY_MAX + 1])
{
	(void)ctx;
	(void)arg;
	identity[0] = '\0';
	return true;
}

static const struct backend backend = {
	.open = open_thread,
	.close = close_thread,
	.append = sqlite_append,
	.write_rows = sqlite_write_rows,
	.read_rows = sqlite_read_rows,
	.correct_row = sqlite_correct_row,
	.scan = sqlite_scan,
	.count = sqlite_count,
	.identify = sqlite_identify,
	.read = sqlite_read,
	.find = sqlite_find,
	.compare = sqlite_compare,
	.ping = sqlite_ping,
	.free = sqlite_free,
};

struct store *sqlite_store_open(struct loop *loop, const struct log *log, const char *path,
				int64_t timeout_ms, char *error, size_t error_size)
{
	struct sqlite_store *store = calloc(1, sizeof(*store));
	struct store *opened = NULL;

	if (store)
		store->path = strdup(path);
	if (!store || !store->path) {
		snprintf(error, error_size, "memory is short");
		free(store);
		return NULL;
	}
	store->log = log;
	store->busy_ms = timeout_ms / 2;
	if (!connection_open(&store->first, path, true, store->busy_ms, error, error_size)) {
		sqlite_free(store);
		return NULL;
	}
	opened = threaded_store_open(loop, log, &backend, store, READERS, timeout_ms);
	if (!opened)
		snprintf(error, error_size, "memory or threads are short");
	return opened;
}
