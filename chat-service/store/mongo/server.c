#include "store/mongo/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_MS_MAX = 10000 };

/* What the URI asks for stands when it is shorter. */
static void limit_ms(mongoc_uri_t *uri, const char *option, int32_t limit)
{
	int32_t asked = mongoc_uri_get_option_as_int32(uri, option, 0);

	if (asked <= 0 || asked > limit)
		mongoc_uri_set_option_as_int32(uri, option, limit);
}

static char *join_hosts(const mongoc_uri_t *uri)
{
	const mongoc_host_list_t *host = mongoc_uri_get_hosts(uri);
	char *hosts = strdup(host ? host->host_and_port : "(from DNS)");

	for (host = host ? host->next : NULL; hosts && host; host = host->next) {
		char *longer = NULL;

		if (asprintf(&longer, "%s,%s", hosts, host->host_and_port) < 0)
			longer = NULL;
		free(hosts);
		hosts = longer;
	}
	return hosts;
}

/* What matters of it comes back as the error of a call. */
static void pass_on(mongoc_log_level_t level, const char *domain, const char *message, void *log)
{
	(void)level;
	log_debug(log, "mongodb_driver", LOG_STRING("part", domain),
		  LOG_STRING("message", message));
}

struct server *server_open(const struct log *log, const char *uri_text, const char *database,
			   int64_t timeout_ms, char *error, size_t error_size)
{
	struct server *server = NULL;
	mongoc_uri_t *uri;
	bson_error_t cause;

	mongoc_init();
	mongoc_log_set_handler(pass_on, (void *)log);
	uri = mongoc_uri_new_with_error(uri_text, &cause);
	if (!uri) {
		snprintf(error, error_size, "the MongoDB URI is wrong: %s", cause.message);
		return NULL;
	}
	server = calloc(1, sizeof(*server));
	if (!server)
		goto short_of_memory;
	/* A call that hangs ends after the driver's second try: two such waits. */
	server->call_ms = (int32_t)(timeout_ms / 2 > INT32_MAX ? INT32_MAX : timeout_ms / 2);
	limit_ms(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, server->call_ms);
	limit_ms(uri, MONGOC_URI_SOCKETTIMEOUTMS, server->call_ms);
	limit_ms(uri, MONGOC_URI_CONNECTTIMEOUTMS,
		 server->call_ms < CONNECT_MS_MAX ? server->call_ms : CONNECT_MS_MAX);
	mongoc_uri_set_option_as_bool(uri, MONGOC_URI_RETRYREADS, false); /* query.h is for that */
	if (!mongoc_uri_get_appname(uri))
		mongoc_uri_set_appname(uri, "chat-service");
	server->hosts = join_hosts(uri);
	server->database = strdup(database);
	if (!server->hosts || !server->database)
		goto short_of_memory;
	server->pool = mongoc_client_pool_new_with_error(uri, &cause);
	if (!server->pool) {
		snprintf(error, error_size, "the MongoDB URI cannot be used: %s", cause.message);
		goto failed;
	}
	mongoc_client_pool_set_error_api(server->pool, MONGOC_ERROR_API_VERSION_2);
	mongoc_uri_destroy(uri);
	return server;

short_of_memory:
	snprintf(error, error_size, "memory is short");
failed:
	mongoc_uri_destroy(uri);
	server_close(server);
	return NULL;
}

void server_close(struct server *server)
{
	if (!server)
		return;
	if (server->pool)
		mongoc_client_pool_destroy(server->pool);
	mongoc_log_set_handler(NULL, NULL);
	free(server->hosts);
	free(server->database);
	free(server);
}

mongoc_collection_t *server_collection(const struct server *server, mongoc_client_t *client,
				       const char *name)
{
	mongoc_collection_t *collection =
		mongoc_client_get_collection(client, server->database, name);
	mongoc_write_concern_t *write = mongoc_write_concern_new();
	mongoc_read_concern_t *read = mongoc_read_concern_new();
	mongoc_read_prefs_t *primary = mongoc_read_prefs_new(MONGOC_READ_PRIMARY);

	mongoc_write_concern_set_wmajority(write, server->call_ms);
	mongoc_write_concern_set_journal(write, true);
	mongoc_read_concern_set_level(read, MONGOC_READ_CONCERN_LEVEL_MAJORITY);
	mongoc_collection_set_write_concern(collection, write);
	mongoc_collection_set_read_concern(collection, read);
	mongoc_collection_set_read_prefs(collection, primary);
	mongoc_write_concern_destroy(write);
	mongoc_read_concern_destroy(read);
	mongoc_read_prefs_destroy(primary);
	return collection;
}

/* clang-format off */
static bson_t *entries_indexes(void)
{
	return BCON_NEW(
		"createIndexes", "entries",
		"indexes", "[", "{",
			"name", "client_ids",
			"key", "{", "_id.c", BCON_INT32(1), "ids", BCON_INT32(1), "}",
			"unique", BCON_BOOL(true),
			"partialFilterExpression", "{", "ids", "{", "$exists", BCON_BOOL(true), "}", "}",
		"}", "]",
		"writeConcern", "{", "w", "majority", "}");
}

/* "bot" is the first of the states by name: what is greater is with people, or waits for them. A partial
 * index takes no $ne. */
static bson_t *rows_indexes(void)
{
	return BCON_NEW(
		"createIndexes", "conversations",
		"indexes", "[", "{",
			"name", "waiting",
			"key", "{", "s", BCON_INT32(1), "since", BCON_INT32(1), "}",
			"partialFilterExpression", "{", "s", "{", "$gt", "bot", "}", "}",
		"}", "]",
		"writeConcern", "{", "w", "majority", "}");
}
/* clang-format on */

static bool run(struct server *server, mongoc_client_t *client, bson_t *command,
		bson_error_t *error)
{
	bool is_done = mongoc_client_write_command_with_opts(client, server->database, command, NULL,
							     NULL, error);

	bson_destroy(command);
	return is_done;
}

bool server_ensure_indexes(struct server *server, mongoc_client_t *client, bson_error_t *error)
{
	if (!atomic_load(&server->has_indexes) && run(server, client, entries_indexes(), error) &&
	    run(server, client, rows_indexes(), error))
		atomic_store(&server->has_indexes, true);
	return atomic_load(&server->has_indexes);
}
