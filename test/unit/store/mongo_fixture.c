#include "mongo_fixture.h"

#include <mongoc/mongoc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/mongo/mongo_store.h"

/* MONGOD_FOLDER: where test/mongod.py keeps the set that it started. MONGOD_PY: the command to tell it more. */

static const char *wanted(const char *variable)
{
	const char *value = getenv(variable);

	if (!value)
		fail_msg("%s is not set", variable);
	return value;
}

static char *uri_of_set(void)
{
	char path[512], *uri = calloc(1, 512);
	FILE *file;

	snprintf(path, sizeof(path), "%s/uri", wanted("MONGOD_FOLDER"));
	file = fopen(path, "r");
	if (!file || !fgets(uri, 512, file))
		fail_msg("no address in %s: is mongod started?", path);
	fclose(file);
	return uri;
}

void tell_mongod(const char *command)
{
	char line[1024];

	snprintf(line, sizeof(line), "%s %s %s > /dev/null", wanted("MONGOD_PY"), command,
		 wanted("MONGOD_FOLDER"));
	if (system(line) != 0)
		fail_msg("failed: %s", line);
}

void run_command(struct fixture *f, bool is_admin, const char *json)
{
	mongoc_client_t *client = mongoc_client_new(f->state);
	bson_error_t error;
	bson_t *command = bson_new_from_json((const uint8_t *)json, -1, &error);

	if (!command || !mongoc_client_command_simple(client, is_admin ? "admin" : f->place,
						      command, NULL, NULL, &error))
		fail_msg("%s: %s", json, error.message);
	bson_destroy(command);
	mongoc_client_destroy(client);
}

static void begin(struct fixture *f)
{
	static unsigned count;

	snprintf(f->place, sizeof(f->place), "contract_%d_%u", (int)getpid(), count++);
	f->state = uri_of_set();
}

static void end(struct fixture *f)
{
	mongoc_client_t *client = mongoc_client_new(f->state);
	mongoc_database_t *database = mongoc_client_get_database(client, f->place);

	mongoc_database_drop(database, NULL);
	mongoc_database_destroy(database);
	mongoc_client_destroy(client);
	free(f->state);
}

static struct store *open_store(struct fixture *f, int64_t timeout_ms, char *error,
				size_t error_size)
{
	return mongo_store_open(f->loop, &f->log, f->state, f->place, timeout_ms, error,
				error_size);
}

static void take_away(struct fixture *f)
{
	(void)f;
	tell_mongod("pause");
}

static void bring_back(struct fixture *f)
{
	(void)f;
	tell_mongod("resume");
}

static void damage(struct fixture *f, const char *conversation, uint64_t first)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "{\"update\": \"entries\", \"updates\": [{\"q\": {\"_id.c\": \"%s\", \"_id.s\": %llu},"
		 " \"u\": {\"$set\": {\"m\": 1}}}]}",
		 conversation, (unsigned long long)first);
	run_command(f, false, command);
}

const struct test_backend mongo_backend = {
	.name = "mongo",
	.begin = begin,
	.end = end,
	.open = open_store,
	.take_away = take_away,
	.bring_back = bring_back,
	.damage = damage,
};
