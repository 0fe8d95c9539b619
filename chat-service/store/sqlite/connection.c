#include "store/sqlite/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	APPLICATION_ID = 0x46726465, /* "Frde" */
	SCHEMA_VERSION = 2,
	CHECKPOINT_PAGES = 8000, /* of the write-ahead log: 32 MB */
	CACHE_KIB = 16000,       /* of the writer: the ends of the conversations that are busy */
};

#define ENTRY_COLUMNS "first, n, at_ms, state, agent, since_ms, bot, messages"
#define ROW_COLUMNS "id, n, state, agent, since_ms, at_ms, name, preview"
#define PUT_ROW "INSERT INTO conversations (" ROW_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
#define SET_ROW                                                                                    \
	" n = excluded.n, state = excluded.state, agent = excluded.agent,"                         \
	" since_ms = excluded.since_ms, at_ms = excluded.at_ms, preview = excluded.preview,"

/* Entries lie in the order in which they came, so that a transaction of many conversations writes
 * few pages: clustered by conversation, half as many are stored in a second. */
static const char schema[] =
	"CREATE TABLE entry ("
	" conversation TEXT NOT NULL, first INTEGER NOT NULL, n INTEGER NOT NULL,"
	" at_ms INTEGER NOT NULL, state TEXT NOT NULL, agent TEXT NOT NULL,"
	" since_ms INTEGER NOT NULL, bot TEXT NOT NULL, messages TEXT NOT NULL,"
	" UNIQUE (conversation, first)) STRICT;"
	"CREATE TABLE client_id ("
	" conversation TEXT NOT NULL, id TEXT NOT NULL, first INTEGER NOT NULL,"
	" PRIMARY KEY (conversation, id)) WITHOUT ROWID, STRICT;";

/* Since version 2: what lists show of a conversation. */
static const char view_schema[] =
	"CREATE TABLE conversations ("
	" id TEXT PRIMARY KEY, n INTEGER NOT NULL, state TEXT NOT NULL, agent TEXT NOT NULL,"
	" since_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL, name TEXT NOT NULL,"
	" preview TEXT NOT NULL) WITHOUT ROWID, STRICT;"
	"CREATE INDEX conversations_waiting ON conversations (state, since_ms) WHERE state <> 'bot';";

static const char *const sql[STATEMENT_COUNT] = {
	[STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
	[STATEMENT_COMMIT] = "COMMIT",
	[STATEMENT_ROLLBACK] = "ROLLBACK",
	[STATEMENT_ID_TAKEN] = "SELECT 1 FROM client_id WHERE conversation = ?1 AND id = ?2",
	[STATEMENT_ADD_ENTRY] = "INSERT INTO entry (conversation, " ENTRY_COLUMNS ")"
				" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
	[STATEMENT_ADD_ID] = "INSERT INTO client_id (conversation, id, first) VALUES (?, ?, ?)"
			     " ON CONFLICT DO NOTHING",
	[STATEMENT_NEWEST] = "SELECT " ENTRY_COLUMNS " FROM entry"
			     " WHERE conversation = ?1 AND first < ?2 ORDER BY first DESC",
	[STATEMENT_OLDEST] =
		"SELECT " ENTRY_COLUMNS " FROM entry WHERE conversation = ?1 AND first >="
		" (SELECT coalesce(max(first), 0) FROM entry"
		"  WHERE conversation = ?1 AND first <= ?2) ORDER BY first",
	[STATEMENT_FIND] =
		"SELECT " ENTRY_COLUMNS " FROM client_id JOIN entry USING (conversation, first)"
		" WHERE conversation = ?1 AND id = ?2",
	[STATEMENT_BEGINS] = "SELECT 1 FROM entry WHERE conversation = ?1 AND first = ?2",
	[STATEMENT_SCAN] = "SELECT " ENTRY_COLUMNS ", conversation FROM entry"
			   " WHERE (conversation, first) > (?1, ?2) ORDER BY conversation, first",
	[STATEMENT_COUNT_ENTRIES] = "SELECT coalesce(max(rowid), 0) FROM entry",
	[STATEMENT_PUT_ROW] = PUT_ROW
	" ON CONFLICT (id) DO UPDATE SET" SET_ROW
	" name = iif(excluded.name = '', name, excluded.name) WHERE n <= excluded.n",
	[STATEMENT_ROWS] = "SELECT " ROW_COLUMNS " FROM conversations WHERE id >= ?1 ORDER BY id",
	[STATEMENT_ADD_ROW] = PUT_ROW
	" ON CONFLICT (id) DO UPDATE SET" SET_ROW " name = excluded.name WHERE n <= 0",
	[STATEMENT_REPLACE_ROW] = "UPDATE conversations SET n = ?2, state = ?3, agent = ?4,"
				  " since_ms = ?5, at_ms = ?6, name = ?7, preview = ?8"
				  " WHERE id = ?1 AND n = ?9",
	[STATEMENT_REMOVE_ROW] = "DELETE FROM conversations WHERE id = ?1 AND"
				 " (n = ?2 OR (?2 <= 0 AND n <= 0))",
	[STATEMENT_PING] = "SELECT count(*) FROM sqlite_schema",
};

/* A new folder's name is durable once the folder above it is flushed; SQLite flushes the last one. */
static void make_folder(const char *path)
{
	char *copy = strdup(path);
	int above;

	if (copy && mkdir(path, 0750) == 0) {
		above = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (above >= 0) {
			fsync(above);
			close(above);
		}
	}
	free(copy);
}

/* Makes every folder above the file. What fails here, opening the file reports. */
static void make_folders(const char *path)
{
	char *copy = strdup(path);

	if (!copy)
		return;
	for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		make_folder(copy);
		*slash = '/';
	}
	free(copy);
}

static bool run(sqlite3 *db, const char *statements)
{
	return sqlite3_exec(db, statements, NULL, NULL, NULL) == SQLITE_OK;
}

/* A number that a query gives; false when it gives none. */
static bool ask(sqlite3 *db, const char *query, int64_t *value)
{
	sqlite3_stmt *statement = NULL;
	bool is_there;

	is_there = sqlite3_prepare_v2(db, query, -1, &statement, NULL) == SQLITE_OK &&
		   sqlite3_step(statement) == SQLITE_ROW;
	if (is_there)
		*value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return is_there;
}

/* Whose file it is. NULL: ours, of this schema's version or an older one (0: still empty); else why it
 * must not be touched. */
static const char *look(sqlite3 *db, int64_t *version)
{
	int64_t id, tables;

	if (!ask(db, "PRAGMA application_id", &id) || !ask(db, "PRAGMA user_version", version) ||
	    !ask(db, "SELECT count(*) FROM sqlite_schema", &tables))
		return sqlite3_errmsg(db);
	if (id == APPLICATION_ID)
		return *version >= 1 && *version <= SCHEMA_VERSION
			       ? NULL
			       : "it was written by a newer version of chat-service";
	return id == 0 && *version == 0 && tables == 0 ? NULL
						       : "it is a database of another program";
}

/* Two processes may come here at once with an empty file: the write lock lets one make it. */
static const char *make_schema(sqlite3 *db)
{
	const char *wrong;
	int64_t version;
	char marks[80];

	if (!run(db, "BEGIN IMMEDIATE"))
		return sqlite3_errmsg(db);
	wrong = look(db, &version);
	if (wrong)
		return wrong; /* closing rolls back */
	snprintf(marks, sizeof(marks), "PRAGMA application_id = %d; PRAGMA user_version = %d;",
		 APPLICATION_ID, SCHEMA_VERSION);
	if ((version < 1 && !run(db, schema)) || (version < 2 && !run(db, view_schema)) ||
	    !run(db, marks) || !run(db, "COMMIT"))
		return sqlite3_errmsg(db);
	return NULL;
}

/* A transaction takes milliseconds. SQLite's own waiting grows to a tenth of a second, and whoever wrote
 * beside the writer held up all who wait for it. */
static int wait_for_lock(void *busy_ms, int tries)
{
	struct timespec moment = {.tv_nsec = 1000 * 1000};

	if (tries >= (intptr_t)busy_ms)
		return 0;
	nanosleep(&moment, NULL); /* a signal may cut it short: then it is one more try */
	return 1;
}

/* Nothing is changed before it is known to be ours. */
static const char *set_up(sqlite3 *db, bool may_write, int64_t busy_ms)
{
	const char *wrong;
	int64_t version;
	char pragmas[200];

	sqlite3_busy_handler(db, wait_for_lock, (void *)(intptr_t)busy_ms);
	if (!may_write)
		return run(db, "PRAGMA query_only = ON") ? NULL : sqlite3_errmsg(db);
	if (!run(db, "BEGIN")) /* one view for all that look asks: another process may be making it */
		return sqlite3_errmsg(db);
	wrong = look(db, &version);
	if (wrong)
		return wrong;
	if (!run(db, "COMMIT"))
		return sqlite3_errmsg(db);
	snprintf(pragmas, sizeof(pragmas),
		 "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		 "PRAGMA wal_autocheckpoint = %d; PRAGMA journal_size_limit = %d;"
		 "PRAGMA cache_size = -%d;",
		 CHECKPOINT_PAGES, CHECKPOINT_PAGES * 4096, CACHE_KIB);
	if (!run(db, pragmas))
		return sqlite3_errmsg(db);
	return version == SCHEMA_VERSION ? NULL : make_schema(db);
}

bool connection_open(struct connection *c, const char *path, bool may_write, int64_t busy_ms,
		     char *error, size_t error_size)
{
	int flags =
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (may_write ? SQLITE_OPEN_CREATE : 0);
	const char *wrong;

	*c = (struct connection){0};
	if (may_write)
		make_folders(path);
	errno = 0;
	if (sqlite3_open_v2(path, &c->db, flags, NULL) != SQLITE_OK) {
		int cause = errno;

		snprintf(error, error_size, "%s cannot be opened: %s%s%s", path,
			 c->db ? sqlite3_errmsg(c->db) : "memory is short", cause ? ": " : "",
			 cause ? strerror(cause) : "");
		connection_close(c);
		return false;
	}
	wrong = set_up(c->db, may_write, busy_ms);
	if (wrong) {
		snprintf(error, error_size, "%s cannot be used: %s", path, wrong);
		connection_close(c);
		return false;
	}
	return true;
}

void connection_close(struct connection *c)
{
	for (size_t i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(c->statements[i]);
	sqlite3_close(c->db);
	*c = (struct connection){0};
}

sqlite3_stmt *connection_statement(struct connection *c, enum statement statement)
{
	sqlite3_stmt **prepared = &c->statements[statement];

	if (*prepared) {
		sqlite3_reset(*prepared);
		sqlite3_clear_bindings(*prepared);
	} else {
		sqlite3_prepare_v3(c->db, sql[statement], -1, SQLITE_PREPARE_PERSISTENT, prepared,
				   NULL);
	}
	return *prepared;
}
