#include "store/mongo/examine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/mongo/server.h"
#include "store/threaded.h"

enum { VERSION_MIN = 5, CLOCK_MS_MAX = 1000 };

static bool ask(mongoc_client_t *client, const char *what, bson_t *reply, bson_error_t *why)
{
	bson_t *command = BCON_NEW(what, BCON_INT32(1));
	bool is_told = mongoc_client_command_simple(client, "admin", command, NULL, reply, why);

	bson_destroy(command);
	return is_told;
}

static const char *text_in(const bson_t *reply, const char *key)
{
	bson_iter_t at;

	return bson_iter_init_find(&at, reply, key) && BSON_ITER_HOLDS_UTF8(&at) ? bson_iter_utf8(&at, NULL) : NULL;
}

static void examine_version(const bson_t *hello, const bson_t *build, const char *hosts, struct finding *f)
{
	const char *version = text_in(build, "version"), *set = text_in(hello, "setName");
	bool is_router = text_in(hello, "msg") != NULL; /* isdbgrid */

	if (!version || atoi(version) < VERSION_MIN)
		finding_bad(f, "MongoDB", "upgrade it to 5.0 or newer", "%s is version %s", hosts,
			    version ? version : "unknown");
	else if (!set && !is_router)
		finding_bad(f, "MongoDB", "start mongod with --replSet, then run chat-service --init-store",
			    "%s, version %s, is no replica set: it cannot say what a majority has", hosts, version);
	else
		finding_good(f, "MongoDB", "%s, version %s, %s %s", hosts, version,
			     is_router ? "through" : "replica set", is_router ? "mongos" : set);
}

/* As the service writes. What is written is the same each time, and nobody reads it. */
static void examine_write(struct server *server, mongoc_client_t *client, struct finding *f)
{
	mongoc_collection_t *collection = server_collection(server, client, "doctor");
	bson_t *selector = BCON_NEW("_id", "doctor"), *options = BCON_NEW("upsert", BCON_BOOL(true));
	int64_t begun_ms = store_clock_ms();
	bson_error_t why;

	if (mongoc_collection_replace_one(collection, selector, selector, options, NULL, &why))
		finding_good(f, "MongoDB write", "on a majority's disks within %" PRId64 " ms", store_clock_ms() - begun_ms);
	else
		finding_bad(f, "MongoDB write",
			    "give the user the role readWrite on MONGO_DATABASE; see whether a majority of the members is up",
			    "%s", why.message);
	mongoc_collection_destroy(collection);
	bson_destroy(options);
	bson_destroy(selector);
}

static void examine_clock(mongoc_client_t *client, struct finding *f)
{
	int64_t before_ms = loop_wall_ms(), after_ms, theirs_ms = 0, apart_ms;
	bson_error_t why;
	bson_iter_t at;
	bson_t reply;

	if (ask(client, "hello", &reply, &why) && bson_iter_init_find(&at, &reply, "localTime"))
		theirs_ms = bson_iter_date_time(&at);
	bson_destroy(&reply);
	after_ms = loop_wall_ms();
	apart_ms = theirs_ms < before_ms ? before_ms - theirs_ms : theirs_ms > after_ms ? theirs_ms - after_ms : 0;
	if (apart_ms > CLOCK_MS_MAX)
		finding_bad(f, "MongoDB clock", "let both machines take the time from NTP",
			    "%" PRId64 " ms apart from this machine's", apart_ms);
	else
		finding_good(f, "MongoDB clock", "%" PRId64 " ms apart from this machine's", apart_ms);
}

size_t mongo_examine(const struct log *log, const char *uri, const char *database, int64_t timeout_ms,
		     struct finding findings[MONGO_FINDINGS])
{
	char error[256];
	struct server *server = server_open(log, uri, database, timeout_ms, error, sizeof(error));
	mongoc_client_t *client;
	bson_t hello = BSON_INITIALIZER, build = BSON_INITIALIZER;
	bson_error_t why;
	size_t n = 1;

	if (!server) {
		finding_bad(findings, "MongoDB", "correct MONGO_URI, or MONGO_IP and the others", "%s", error);
		return n;
	}
	client = mongoc_client_pool_pop(server->pool);
	bson_destroy(&hello);
	if (!ask(client, "hello", &hello, &why)) {
		finding_bad(findings, "MongoDB",
			    "is it running, and are address, user and password right? chat-service --init-store makes "
			    "a replica set and the user on members that were never used",
			    "%s: %s", server->hosts, why.message);
		goto out;
	}
	bson_destroy(&build);
	ask(client, "buildInfo", &build, &why);
	examine_version(&hello, &build, server->hosts, &findings[0]);
	if (findings[0].is_good) {
		examine_write(server, client, &findings[1]);
		examine_clock(client, &findings[2]);
		n = MONGO_FINDINGS;
	}
out:
	bson_destroy(&hello);
	bson_destroy(&build);
	mongoc_client_pool_push(server->pool, client);
	server_close(server);
	return n;
}
