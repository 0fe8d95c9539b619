/* internal.h: what the files of the MongoDB backend share.
 *
 * Purpose    the backend's struct and a thread's.
 * Ownership  as threaded.h.
 * Errors     false: unavailable; why was logged.
 * Threads    a struct mongo_thread belongs to its thread.
 */
#ifndef STORE_MONGO_INTERNAL_H
#define STORE_MONGO_INTERNAL_H

#include "store/mongo/mongo_store.h"
#include "store/mongo/query.h"
#include "store/mongo/server.h"
#include "store/outage.h"
#include "store/threaded.h"

struct mongo_store {
	const struct log *log;
	struct server *server;
};

struct mongo_thread {
	struct outage outage;
	mongoc_client_t *client;
	mongoc_collection_t *entries, *rows;
	bson_t *insert_options;
	int entries_per_256; /* messages, of what was read lately */
	size_t n;            /* of documents: for a batch, in the writer */
	bson_t *documents[]; /* on their own: a bson_t is aligned more than malloc does */
};

bool mongo_ensure_indexes(struct mongo_store *store, struct mongo_thread *thread);

/* rows.c */
bool mongo_write_rows(void *ctx, void *thread, const struct store_row *const *rows, size_t n);
bool mongo_read_rows(void *ctx, void *thread, const struct store_row_range *range,
		     struct row_page *page);
bool mongo_correct_row(void *ctx, void *thread, struct text conversation, uint64_t seen,
		       const struct store_row *row);

/* identity.c */
bool mongo_identify(void *ctx, void *thread, char identity[STORE_IDENTITY_MAX + 1]);

/* scan.c */
bool mongo_scan(void *ctx, void *thread, struct text after, struct scan_page *page);
bool mongo_count(void *ctx, void *thread, uint64_t *entries);

#endif
