/* server.h: the MongoDB deployment that a URI names.
 *
 * Purpose    the pool of clients, with timeouts; the collections with their concerns; their indexes.
 * Ownership  server_open's result is the caller's; clients go back to `pool` before server_close.
 * Errors     server_open gives NULL and a line in `error`. That nobody is there, a call finds out.
 * Threads    server_ensure_indexes and server_collection: any, each with a client of its own.
 */
#ifndef STORE_MONGO_SERVER_H
#define STORE_MONGO_SERVER_H

#include <mongoc/mongoc.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/log.h"

struct server {
	mongoc_client_pool_t *pool;
	char *hosts;     /* for the log: no password */
	char *database;
	int32_t call_ms; /* most that the driver waits at one point of a call */
	atomic_bool has_indexes;
};

/* The driver has one log for the whole process: its lines become debug lines of `log`. */
struct server *server_open(const struct log *log, const char *uri, const char *database,
			   int64_t timeout_ms, char *error, size_t error_size);
void server_close(struct server *server);

/* A collection, written and read so that what is acknowledged is on a majority's disks and is seen by
 * every read. */
mongoc_collection_t *server_collection(const struct server *server, mongoc_client_t *client,
				       const char *name);

/* Without the index on client ids a send could be stored twice, so nothing may be appended before
 * this was true once. */
bool server_ensure_indexes(struct server *server, mongoc_client_t *client, bson_error_t *error);

#endif
