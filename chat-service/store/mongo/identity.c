/* The collection of entries has a UUID, the same on all members of the deployment and never given twice: a
 * restored copy has another. */
#include <stdio.h>

#include "store/mongo/internal.h"

/* From the collection as the server lists it. */
static bool read_uuid(const bson_t *collection, char identity[STORE_IDENTITY_MAX + 1])
{
	bson_iter_t at, uuid;
	bson_subtype_t subtype;
	const uint8_t *bytes;
	uint32_t n;

	if (!bson_iter_init(&at, collection) || !bson_iter_find_descendant(&at, "info.uuid", &uuid) ||
	    !BSON_ITER_HOLDS_BINARY(&uuid))
		return false;
	bson_iter_binary(&uuid, &subtype, &n, &bytes);
	if (n == 0 || n > STORE_IDENTITY_MAX / 2)
		return false;
	for (uint32_t i = 0; i < n; i++)
		snprintf(identity + 2 * i, 3, "%02x", bytes[i]);
	return true;
}

bool mongo_identify(void *ctx, void *arg, char identity[STORE_IDENTITY_MAX + 1])
{
	struct mongo_store *store = ctx;
	struct mongo_thread *thread = arg;
	mongoc_database_t *database;
	mongoc_cursor_t *cursor;
	const bson_t *collection;
	bson_error_t error = {.message = "the collection of entries has no UUID"};
	bson_t *options;
	bool is_found;

	if (!mongo_ensure_indexes(store, thread)) /* which make the collection */
		return false;
	options = BCON_NEW("filter", "{", "name", "entries", "}");
	database = mongoc_client_get_database(thread->client, store->server->database);
	cursor = mongoc_database_find_collections_with_opts(database, options);
	is_found = mongoc_cursor_next(cursor, &collection) && read_uuid(collection, identity);
	if (!is_found) {
		mongoc_cursor_error(cursor, &error);
		outage_begin(&thread->outage, error.message);
	}
	mongoc_cursor_destroy(cursor);
	mongoc_database_destroy(database);
	bson_destroy(options);
	return is_found && outage_end(&thread->outage);
}
