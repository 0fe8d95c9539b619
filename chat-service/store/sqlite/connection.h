/* connection.h: one thread's connection to the database file, with its prepared statements.
 *
 * Purpose    opens the file, brings its schema up to date, holds what is prepared.
 * Schema     entry: one row an entry, `messages` as JSON (messages.h), the rest as struct entry has it.
 *            client_id: which entry holds the message with a client's id.
 *            conversations: the view, one row a conversation.
 *            application_id marks the file as ours, user_version counts the schema's versions.
 * Ownership  connection_open fills a struct that connection_close empties; closing an empty one is fine.
 * Errors     connection_open says false with a line in `error`; a later failure is SQLite's to tell
 *            (sqlite3_errmsg of `db`).
 * Threads    one at a time; opened on one, it may be used on another.
 */
#ifndef STORE_SQLITE_CONNECTION_H
#define STORE_SQLITE_CONNECTION_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum statement {
	STATEMENT_BEGIN,
	STATEMENT_COMMIT,
	STATEMENT_ROLLBACK,
	STATEMENT_ID_TAKEN,    /* ?1 conversation, ?2 client id */
	STATEMENT_ADD_ENTRY,
	STATEMENT_ADD_ID,
	STATEMENT_NEWEST,      /* entries downwards: ?1 conversation, ?2 first below this */
	STATEMENT_OLDEST,      /* entries upwards: ?1 conversation, ?2 from the one with this number */
	STATEMENT_FIND,        /* ?1 conversation, ?2 client id */
	STATEMENT_BEGINS,      /* ?1 conversation, ?2 where an entry begins */
	STATEMENT_SCAN,        /* entries behind ?1 conversation, ?2 first */
	STATEMENT_COUNT_ENTRIES,
	STATEMENT_PUT_ROW,
	STATEMENT_ROWS,        /* ?1 from this conversation on */
	STATEMENT_ADD_ROW,     /* as PUT_ROW, where there is none that can be read */
	STATEMENT_REPLACE_ROW, /* as PUT_ROW, ?9 the number that was seen */
	STATEMENT_REMOVE_ROW,  /* ?1 conversation, ?2 the number that was seen */
	STATEMENT_PING,
	STATEMENT_COUNT
};

struct connection {
	sqlite3 *db; /* NULL: not open */
	sqlite3_stmt *statements[STATEMENT_COUNT]; /* prepared when first used */
};

/* A connection that may write also makes the file, its folder and the schema. */
bool connection_open(struct connection *c, const char *path, bool may_write, int64_t busy_ms,
		     char *error, size_t error_size);
void connection_close(struct connection *c);

/* Reset and without values; NULL when it cannot be prepared. */
sqlite3_stmt *connection_statement(struct connection *c, enum statement statement);

#endif
