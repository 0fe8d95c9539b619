#include "store/mongo/initiate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "store/mongo/key_file.h"
#include "store/mongo/server.h"
#include "store/threaded.h"

enum {
	NOT_YET_INITIALIZED = 94, /* the server's code for a member that is in no set */
	AGAIN_MS = 1000,
	SELECT_MS = 5000,
	CALL_MS = 60000 /* an initiation asks all members */
};

struct work {
	const struct mongo_initiation *asked;
	char key[KEY_SIZE];
	mongoc_uri_t *members;
	mongoc_client_t *set;  /* of the members' own user: finds the primary */
	struct server *server; /* as the service will see it */
};

/* The members log in to each other as this user, with the key as its password. It is there before any other,
 * and may initiate; the localhost exception would not reach over the network. */
static bool log_in(const struct work *work, mongoc_uri_t *uri)
{
	mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, SELECT_MS);
	mongoc_uri_set_option_as_int32(uri, MONGOC_URI_CONNECTTIMEOUTMS, SELECT_MS);
	mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SOCKETTIMEOUTMS, CALL_MS);
	return !work->asked->key_file ||
	       (mongoc_uri_set_username(uri, "__system") && mongoc_uri_set_password(uri, work->key) &&
		mongoc_uri_set_auth_source(uri, "local") &&
		mongoc_uri_set_auth_mechanism(uri, "SCRAM-SHA-256"));
}

static bool run(mongoc_client_t *client, bson_t *command, bson_t *reply, bson_error_t *why)
{
	bool is_done = mongoc_client_command_simple(client, "admin", command, NULL, reply, why);

	bson_destroy(command);
	return is_done;
}

/* ---- the set ---- */

/* Whether this member answers that it is in no set; if not, `why`. */
static bool is_empty(const struct work *work, const char *member, bson_error_t *why)
{
	char *text = bson_strdup_printf("mongodb://%s/?directConnection=true", member);
	mongoc_uri_t *uri = mongoc_uri_new_with_error(text, why);
	mongoc_client_t *client = uri && log_in(work, uri) ? mongoc_client_new_from_uri(uri) : NULL;
	bool is_initiated = client && run(client, BCON_NEW("replSetGetConfig", BCON_INT32(1)), NULL, why);
	bool is_empty = client && !is_initiated && why->code == NOT_YET_INITIALIZED;

	if (is_initiated)
		bson_set_error(why, 0, 0, "%s is in a replica set already, which has no primary", member);
	mongoc_client_destroy(client);
	mongoc_uri_destroy(uri);
	bson_free(text);
	return is_empty;
}

static void add_member(bson_t *list, uint32_t index, int32_t id, const char *host)
{
	char space[16];
	const char *key;
	bson_t member;

	bson_uint32_to_string(index, &key, space, sizeof(space));
	bson_append_document_begin(list, key, -1, &member);
	BSON_APPEND_INT32(&member, "_id", id);
	BSON_APPEND_UTF8(&member, "host", host);
	bson_append_document_end(list, &member);
}

/* One that lost its disk is empty too, and a set of its own would be a second one. So only where all members
 * answer, and all are empty. */
static bool initiate(const struct work *work, bson_error_t *why)
{
	const mongoc_host_list_t *first = mongoc_uri_get_hosts(work->members), *host;
	bson_t command = BSON_INITIALIZER, config, list;
	int32_t n = 0;
	char *text;
	mongoc_uri_t *uri;
	mongoc_client_t *client;
	bool is_done;

	for (host = first; host; host = host->next)
		if (!is_empty(work, host->host_and_port, why))
			return false;
	BSON_APPEND_DOCUMENT_BEGIN(&command, "replSetInitiate", &config);
	BSON_APPEND_UTF8(&config, "_id", work->asked->replica_set);
	BSON_APPEND_ARRAY_BEGIN(&config, "members", &list);
	for (host = first; host; host = host->next, n++)
		add_member(&list, (uint32_t)n, n, host->host_and_port);
	bson_append_array_end(&config, &list);
	bson_append_document_end(&command, &config);
	text = bson_strdup_printf("mongodb://%s/?directConnection=true", first->host_and_port);
	uri = mongoc_uri_new_with_error(text, why);
	client = uri && log_in(work, uri) ? mongoc_client_new_from_uri(uri) : NULL;
	is_done = client && mongoc_client_command_simple(client, "admin", &command, NULL, NULL, why);
	mongoc_client_destroy(client);
	mongoc_uri_destroy(uri);
	bson_free(text);
	bson_destroy(&command);
	return is_done;
}

static bool has_member(const bson_t *config, const char *host, int32_t *next_id)
{
	bson_iter_t members, member;
	bool is_there = false;

	*next_id = 0;
	if (!bson_iter_init_find(&members, config, "members") || !bson_iter_recurse(&members, &members))
		return false;
	while (bson_iter_next(&members)) {
		if (bson_iter_recurse(&members, &member) && bson_iter_find(&member, "host") &&
		    BSON_ITER_HOLDS_UTF8(&member) && strcasecmp(bson_iter_utf8(&member, NULL), host) == 0)
			is_there = true;
		if (bson_iter_recurse(&members, &member) && bson_iter_find(&member, "_id") &&
		    bson_iter_as_int64(&member) >= *next_id)
			*next_id = (int32_t)bson_iter_as_int64(&member) + 1;
	}
	return is_there;
}

/* The server takes one new member at a time, and counts its vote once it has copied everything. */
static bool add_to_set(const struct work *work, const bson_t *config, const char *host, int32_t id,
		       bson_error_t *why)
{
	bson_t command = BSON_INITIALIZER, next, list;
	bson_iter_t at, members;
	uint32_t n = 0;
	bool is_done;

	BSON_APPEND_DOCUMENT_BEGIN(&command, "replSetReconfig", &next);
	bson_copy_to_excluding_noinit(config, &next, "version", "members", NULL);
	if (bson_iter_init_find(&at, config, "version"))
		BSON_APPEND_INT64(&next, "version", bson_iter_as_int64(&at) + 1);
	BSON_APPEND_ARRAY_BEGIN(&next, "members", &list);
	if (bson_iter_init_find(&at, config, "members") && bson_iter_recurse(&at, &members))
		for (; bson_iter_next(&members); n++)
			bson_append_iter(&list, bson_iter_key(&members), -1, &members);
	add_member(&list, n, id, host);
	bson_append_array_end(&next, &list);
	bson_append_document_end(&command, &next);
	is_done = mongoc_client_command_simple(work->set, "admin", &command, NULL, NULL, why);
	bson_destroy(&command);
	return is_done;
}

/* True: a primary answers, and every member that was named is in its set. */
static bool ensure_set(const struct work *work, bson_error_t *why)
{
	const mongoc_host_list_t *host = mongoc_uri_get_hosts(work->members);
	bson_t reply, config;
	bson_iter_t at;
	const uint8_t *bytes;
	uint32_t n;
	int32_t next_id;
	bool is_whole = true;

	if (!run(work->set, BCON_NEW("replSetGetConfig", BCON_INT32(1)), &reply, why)) {
		bson_destroy(&reply);
		if (initiate(work, why))
			bson_set_error(why, 0, 0, "the replica set is initiated and elects its primary");
		return false;
	}
	if (!bson_iter_init_find(&at, &reply, "config") || !BSON_ITER_HOLDS_DOCUMENT(&at)) {
		bson_set_error(why, 0, 0, "the server tells no config");
		is_whole = false;
		goto out;
	}
	bson_iter_document(&at, &n, &bytes);
	is_whole = bson_init_static(&config, bytes, n);
	for (; is_whole && host; host = host->next) {
		if (has_member(&config, host->host_and_port, &next_id))
			continue;
		if (add_to_set(work, &config, host->host_and_port, next_id, why))
			bson_set_error(why, 0, 0, "%s was added to the replica set", host->host_and_port);
		is_whole = false; /* the config is another now */
	}
out:
	bson_destroy(&reply);
	return is_whole;
}

/* ---- the user ---- */

static bool user_exists(const struct work *work, bool *exists, bson_error_t *why)
{
	bson_t reply;
	bson_iter_t users;
	bool is_told = run(work->set,
			   BCON_NEW("usersInfo", "{", "user", BCON_UTF8(work->asked->username), "db",
				    BCON_UTF8("admin"), "}"),
			   &reply, why);

	*exists = is_told && bson_iter_init_find(&users, &reply, "users") &&
		  bson_iter_recurse(&users, &users) && bson_iter_next(&users);
	bson_destroy(&reply);
	return is_told;
}

/* One that is there keeps its roles and gets the password. */
static bool ensure_user(const struct work *work, bson_error_t *why)
{
	const struct mongo_initiation *asked = work->asked;
	const char *password = asked->password ? asked->password : "";
	bool exists;
	bson_t *command;

	if (!asked->username)
		return true;
	if (!user_exists(work, &exists, why))
		return false;
	if (exists)
		command = BCON_NEW("updateUser", BCON_UTF8(asked->username), "pwd", BCON_UTF8(password),
				   "writeConcern", "{", "w", BCON_UTF8("majority"), "}");
	else
		command = BCON_NEW("createUser", BCON_UTF8(asked->username), "pwd", BCON_UTF8(password),
				   "roles", "[", "{", "role", BCON_UTF8("readWrite"), "db",
				   BCON_UTF8(asked->database), "}", "]", "writeConcern", "{", "w",
				   BCON_UTF8("majority"), "}");
	return run(work->set, command, NULL, why);
}

/* ---- all of it ---- */

/* By the service's own address and user, so that what follows will find them good. */
static bool ensure_indexes(const struct work *work, bson_error_t *why)
{
	mongoc_client_t *client = mongoc_client_pool_pop(work->server->pool);
	bool is_done = server_ensure_indexes(work->server, client, why);

	mongoc_client_pool_push(work->server->pool, client);
	return is_done;
}

static bool attempt(const struct work *work, bson_error_t *why)
{
	return (!work->set || (ensure_set(work, why) && ensure_user(work, why))) &&
	       ensure_indexes(work, why);
}

static bool attempt_until(const struct log *log, const struct work *work, char *error, size_t error_size)
{
	int64_t deadline_ms = store_clock_ms() + work->asked->wait_ms;
	const struct timespec pause = {.tv_sec = AGAIN_MS / 1000, .tv_nsec = AGAIN_MS % 1000 * 1000000};
	bson_error_t why = {0};

	error[0] = '\0';
	while (!attempt(work, &why)) {
		if (strcmp(error, why.message) != 0)
			log_info(log, "not yet", LOG_STRING("because", why.message));
		snprintf(error, error_size, "%s", why.message);
		if (store_clock_ms() >= deadline_ms)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* False: MONGO_MEMBERS is wrong. */
static bool open_set(struct work *work, bson_error_t *why)
{
	char *text = bson_strdup_printf("mongodb://%s/?replicaSet=%s", work->asked->members,
					work->asked->replica_set);

	work->members = mongoc_uri_new_with_error(text, why);
	bson_free(text);
	if (work->members && log_in(work, work->members))
		work->set = mongoc_client_new_from_uri_with_error(work->members, why);
	if (work->set)
		mongoc_client_set_error_api(work->set, MONGOC_ERROR_API_VERSION_2);
	return work->set != NULL;
}

bool mongo_initiate(const struct log *log, const struct mongo_initiation *initiation, char *error,
		    size_t error_size)
{
	struct work work = {.asked = initiation};
	bson_error_t why = {0};
	bool is_done = false;

	if (initiation->members && initiation->key_file &&
	    !key_file_read(initiation->key_file, work.key, error, error_size))
		return false;
	work.server = server_open(log, initiation->uri, initiation->database, CALL_MS, error, error_size);
	if (!work.server)
		goto out;
	if (initiation->members && !open_set(&work, &why)) {
		snprintf(error, error_size,
			 "MONGO_MEMBERS is '%.200s', but must be host:port, separated by commas: %s",
			 initiation->members, why.message);
		goto out;
	}
	is_done = attempt_until(log, &work, error, error_size);
	if (is_done)
		log_info(log, "the store is ready", LOG_STRING("store", work.server->hosts),
			 LOG_STRING("database", initiation->database));
out:
	mongoc_client_destroy(work.set);
	mongoc_uri_destroy(work.members);
	server_close(work.server);
	explicit_bzero(work.key, sizeof(work.key));
	return is_done;
}
