/* mongo_store.h: the store in MongoDB, for many replicas.
 *
 * Purpose    one document an entry (document.h) in the collection `entries`; all appends that wait
 *            are one unordered bulk insert, acknowledged by a majority and journaled. Reads see what
 *            a majority has. The view is the collection `conversations` (rows.c).
 * Ownership  log and loop outlive the store; store_close ends it.
 * Errors     mongo_store_open gives NULL and one line in `error` (no newline) when the URI is wrong.
 *            A server that is away is no error: the store goes on trying, and is unavailable until
 *            it is there and its indexes are made.
 * Threads    as store.h.
 */
#ifndef STORE_MONGO_MONGO_STORE_H
#define STORE_MONGO_MONGO_STORE_H

#include "store/store.h"

struct store *mongo_store_open(struct loop *loop, const struct log *log, const char *uri,
			       const char *database, int64_t timeout_ms, char *error,
			       size_t error_size);

#endif
