/* query.h: a find whose documents are read one after the other.
 *
 * Purpose    a primary that has just gone is not the end of a read: it is asked for once more, of the next
 *            one. That is the driver's own retryable read, which server.c turns off: the driver (1.23) loses
 *            the first answer's memory when it finds no next primary in time.
 * Ownership  a query owns its cursor, until query_end. A document stays until the next query_next.
 * Errors     query_end tells whether all that was asked for came; why not was logged.
 * Threads    that of the client.
 */
#ifndef STORE_MONGO_QUERY_H
#define STORE_MONGO_QUERY_H

#include <mongoc/mongoc.h>
#include <stdbool.h>

#include "store/outage.h"

struct query {
	mongoc_cursor_t *cursor;
	bool is_answered; /* a second try would begin anew */
};

/* The next document, NULL at the end and when it cannot be had. */
const bson_t *query_next(struct query *query);

bool query_end(struct query *query, struct outage *outage);

#endif
