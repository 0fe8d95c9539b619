/* mongo-insert: what a MongoDB takes from one connection that does nothing but insert.
 *
 * The same documents and indexes as chat-service's MongoDB backend (chat-service/store/mongo), one
 * unordered bulk after the other, each acknowledged by the majority and journaled. It is the limit
 * that the service is compared with: no sockets, no sessions, no bot, no waiting for the next
 * message.
 */
#include <getopt.h>
#include <mongoc/mongoc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "bench/load/clock.h"
#include "bench/load/histogram.h"
#include "bench/load/process.h"

enum { NAME_SIZE = 48, WAIT_FOR_PRIMARY_S = 30 };

struct options {
	const char *uri, *database;
	int users, batch, seconds, warmup, text_bytes, mongod_pid;
	bool has_reply, is_initiation;
	unsigned run;
};

static const char usage[] =
	"Usage: mongo-insert --uri URI [OPTION...]\n"
	"\n"
	"  --uri URI        a replica set; its writes are acknowledged by the majority and "
	"journaled\n"
	"  --database NAME  (bare); its collection \"entries\" is emptied first\n"
	"  --users N        conversations, written in turn (200)\n"
	"  --batch N        entries of one bulk (100)\n"
	"  --reply          each entry also holds a bot's reply\n"
	"  --seconds N      measured (10)\n"
	"  --warmup N       seconds before that (2)\n"
	"  --text-bytes N   length of a message's text (64)\n"
	"  --mongod PID     report this process's CPU time\n"
	"  --initiate       make the one mongod at URI a replica set of its own, and end\n"
	"\n"
	"Prints one line of JSON.\n";

static bool read_number(const char *argument, int *value)
{
	int64_t number;

	if (!text_to_int(text_of_string(argument), 1, 1000000, &number)) {
		fprintf(stderr, "mongo-insert: \"%s\" is no number from 1 to 1000000\n", argument);
		return false;
	}
	*value = (int)number;
	return true;
}

static bool read_options(struct options *o, int argc, char *argv[])
{
	enum { URI, DATABASE, REPLY, INITIATE, FIRST_NUMBER };
	struct {
		const char *name;
		int *value;
	} const numbers[] = {{"users", &o->users},           {"batch", &o->batch},
			     {"seconds", &o->seconds},       {"warmup", &o->warmup},
			     {"text-bytes", &o->text_bytes}, {"mongod", &o->mongod_pid}};
	enum { NUMBER_COUNT = sizeof(numbers) / sizeof(numbers[0]) };
	struct option known[FIRST_NUMBER + NUMBER_COUNT + 1] = {
		{"uri", required_argument, NULL, URI},
		{"database", required_argument, NULL, DATABASE},
		{"reply", no_argument, NULL, REPLY},
		{"initiate", no_argument, NULL, INITIATE},
	};
	bool is_good = true;
	int which;

	*o = (struct options){.database = "bare",
			      .users = 200,
			      .batch = 100,
			      .seconds = 10,
			      .warmup = 2,
			      .text_bytes = 64,
			      .run = (unsigned)clock_now_ns()};
	for (int i = 0; i < NUMBER_COUNT; i++)
		known[FIRST_NUMBER + i] =
			(struct option){numbers[i].name, required_argument, NULL, FIRST_NUMBER + i};
	while (is_good && (which = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (which == URI)
			o->uri = optarg;
		else if (which == DATABASE)
			o->database = optarg;
		else if (which == REPLY)
			o->has_reply = true;
		else if (which == INITIATE)
			o->is_initiation = true;
		else if (which >= FIRST_NUMBER && which < FIRST_NUMBER + NUMBER_COUNT)
			is_good = read_number(optarg, numbers[which - FIRST_NUMBER].value);
		else
			is_good = false;
	}
	return is_good && o->uri && optind == argc;
}

static bool fail(const char *what, const bson_error_t *error)
{
	fprintf(stderr, "mongo-insert: %s: %s\n", what, error->message);
	return false;
}

static bool run_command(mongoc_client_t *client, const char *database, bson_t *command,
			const char *what)
{
	bson_error_t error;
	bool is_done = mongoc_client_command_simple(client, database, command, NULL, NULL, &error);

	bson_destroy(command);
	return is_done || fail(what, &error);
}

static bool is_primary(mongoc_client_t *client)
{
	bson_t *hello = BCON_NEW("hello", BCON_INT32(1)), reply;
	bson_iter_t it;
	bool is_writable =
		mongoc_client_command_simple(client, "admin", hello, NULL, &reply, NULL) &&
		bson_iter_init_find(&it, &reply, "isWritablePrimary") && bson_iter_as_bool(&it);

	bson_destroy(&reply);
	bson_destroy(hello);
	return is_writable;
}

/* A fresh mongod becomes a set of one member; done when it takes writes. */
static bool initiate(mongoc_client_t *client, const char *host)
{
	const struct timespec pause = {.tv_nsec = 20 * NS_PER_MS};
	int64_t deadline = clock_now_ns() + WAIT_FOR_PRIMARY_S * NS_PER_S;

	if (!run_command(client, "admin",
			 BCON_NEW("replSetInitiate", "{", "_id", BCON_UTF8("rs0"), "members", "[",
				  "{", "_id", BCON_INT32(0), "host", BCON_UTF8(host), "}", "]",
				  "}"),
			 "cannot initiate the replica set"))
		return false;
	while (!is_primary(client)) {
		if (clock_now_ns() > deadline) {
			fprintf(stderr, "mongo-insert: no primary in %d s\n", WAIT_FOR_PRIMARY_S);
			return false;
		}
		nanosleep(&pause, NULL);
	}
	return true;
}

/* As the service makes them: `_id` is unique by itself, the other index finds a repeated client id.
 */
static bool prepare(mongoc_client_t *client, const struct options *o)
{
	mongoc_collection_t *entries = mongoc_client_get_collection(client, o->database, "entries");

	mongoc_collection_drop(entries, NULL); /* fails when there is none */
	mongoc_collection_destroy(entries);
	return run_command(client, o->database,
			   BCON_NEW("createIndexes", BCON_UTF8("entries"), "indexes", "[", "{",
				    "key", "{", "_id.c", BCON_INT32(1), "ids", BCON_INT32(1), "}",
				    "name", BCON_UTF8("ids"), "unique", BCON_BOOL(true),
				    "partialFilterExpression", "{", "ids", "{", "$exists",
				    BCON_BOOL(true), "}", "}", "}", "]"),
			   "cannot make the index");
}

static void add_message(bson_t *messages, const char *index, const char *role, const char *from,
			const char *text, const char *id)
{
	bson_t message;

	BSON_APPEND_DOCUMENT_BEGIN(messages, index, &message);
	BSON_APPEND_UTF8(&message, "r", role);
	BSON_APPEND_UTF8(&message, "f", from);
	BSON_APPEND_UTF8(&message, "t", text);
	if (id)
		BSON_APPEND_UTF8(&message, "id", id);
	bson_append_document_end(messages, &message);
}

static bson_t *make_entry(const struct options *o, unsigned user, unsigned k, const char *text)
{
	unsigned messages_each = o->has_reply ? 2 : 1;
	char conversation[NAME_SIZE], id[NAME_SIZE];
	bson_t *entry = bson_new();
	bson_t key, messages, ids, standing;

	snprintf(conversation, sizeof(conversation), "load-%08x-%u", o->run, user);
	snprintf(id, sizeof(id), "%08x-%u.%u", o->run, user, k + 1);
	BSON_APPEND_DOCUMENT_BEGIN(entry, "_id", &key);
	BSON_APPEND_UTF8(&key, "c", conversation);
	BSON_APPEND_INT64(&key, "s", (int64_t)k * messages_each + 1);
	bson_append_document_end(entry, &key);
	BSON_APPEND_INT32(entry, "n", (int32_t)messages_each);
	BSON_APPEND_DATE_TIME(entry, "at", clock_now_ns() / NS_PER_MS);
	BSON_APPEND_ARRAY_BEGIN(entry, "m", &messages);
	add_message(&messages, "0", "user", conversation, text, id);
	if (o->has_reply)
		add_message(&messages, "1", "bot", "Frontdesk", text, NULL);
	bson_append_array_end(entry, &messages);
	BSON_APPEND_ARRAY_BEGIN(entry, "ids", &ids);
	BSON_APPEND_UTF8(&ids, "0", id);
	bson_append_array_end(entry, &ids);
	BSON_APPEND_DOCUMENT_BEGIN(entry, "st", &standing);
	BSON_APPEND_UTF8(&standing, "state", "bot");
	bson_append_document_end(entry, &standing);
	return entry;
}

struct result {
	uint64_t entries; /* in the window */
	int64_t cpu_ns;   /* of mongod, in the window */
	struct histogram bulk;
};

static bool insert_bulk(mongoc_collection_t *entries, const struct options *o, uint64_t *next,
			const char *text)
{
	const bson_t **bulk = calloc((size_t)o->batch, sizeof(*bulk));
	bson_t *unordered = BCON_NEW("ordered", BCON_BOOL(false));
	bson_error_t error;
	bool is_done = false;

	if (!bulk)
		goto out;
	for (int i = 0; i < o->batch; i++, ++*next)
		bulk[i] = make_entry(o, (unsigned)(*next % (unsigned)o->users),
				     (unsigned)(*next / (unsigned)o->users), text);
	is_done = mongoc_collection_insert_many(entries, bulk, (size_t)o->batch, unordered, NULL,
						&error);
	if (!is_done)
		fail("cannot insert", &error);
	for (int i = 0; i < o->batch; i++)
		bson_destroy((bson_t *)bulk[i]);
out:
	free(bulk);
	bson_destroy(unordered);
	return is_done;
}

static int64_t cpu_of_mongod(const struct options *o)
{
	struct process_use use = {0};

	if (o->mongod_pid && !process_read(o->mongod_pid, &use))
		fprintf(stderr, "mongo-insert: there is no process %d\n", o->mongod_pid);
	return use.cpu_ns;
}

static bool measure(mongoc_collection_t *entries, const struct options *o, const char *text,
		    struct result *result)
{
	int64_t from_ns = clock_now_ns() + o->warmup * NS_PER_S;
	int64_t until_ns = from_ns + o->seconds * NS_PER_S;
	int64_t began_ns, cpu_ns = -1;
	uint64_t next = 0;

	histogram_init(&result->bulk);
	while ((began_ns = clock_now_ns()) < until_ns) {
		if (cpu_ns < 0 && began_ns >= from_ns)
			cpu_ns = cpu_of_mongod(o);
		if (!insert_bulk(entries, o, &next, text))
			return false;
		if (began_ns < from_ns)
			continue;
		result->entries += (uint64_t)o->batch;
		histogram_add(&result->bulk, clock_now_ns() - began_ns);
	}
	result->cpu_ns = cpu_of_mongod(o) - cpu_ns;
	return true;
}

static void print_result(const struct options *o, const struct result *r)
{
	printf("{\"entries_per_s\":%.0f,\"batch\":%d,\"bulk_p50_ms\":%.3f,\"bulk_p99_ms\":%.3f,"
	       "\"cpu_mongod_us\":%.2f}\n",
	       (double)r->entries / o->seconds, o->batch,
	       (double)histogram_at(&r->bulk, 50) / NS_PER_MS,
	       (double)histogram_at(&r->bulk, 99) / NS_PER_MS,
	       r->entries ? (double)r->cpu_ns / 1000 / (double)r->entries : 0);
}

static bool run(mongoc_client_t *client, const struct options *o)
{
	mongoc_write_concern_t *durable = mongoc_write_concern_new();
	struct result *result = calloc(1, sizeof(*result));
	char *text = malloc((size_t)o->text_bytes + 1);
	mongoc_collection_t *entries = NULL;
	bool is_good = false;

	if (!result || !text || !prepare(client, o))
		goto out;
	memset(text, 'x', (size_t)o->text_bytes);
	text[o->text_bytes] = '\0';
	entries = mongoc_client_get_collection(client, o->database, "entries");
	mongoc_write_concern_set_w(durable, MONGOC_WRITE_CONCERN_W_MAJORITY);
	mongoc_write_concern_set_journal(durable, true);
	mongoc_collection_set_write_concern(entries, durable);
	if (!measure(entries, o, text, result))
		goto out;
	print_result(o, result);
	is_good = true;
out:
	if (entries)
		mongoc_collection_destroy(entries);
	mongoc_write_concern_destroy(durable);
	free(result);
	free(text);
	return is_good;
}

int main(int argc, char *argv[])
{
	mongoc_client_t *client = NULL;
	struct options options;
	mongoc_uri_t *uri;
	bson_error_t error;
	bool is_good = false;

	if (!read_options(&options, argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	mongoc_init();
	uri = mongoc_uri_new_with_error(options.uri, &error);
	if (uri)
		client = mongoc_client_new_from_uri_with_error(uri, &error);
	if (!client)
		fail("cannot use the URI", &error);
	else if (options.is_initiation)
		is_good = initiate(client, mongoc_uri_get_hosts(uri)->host_and_port);
	else
		is_good = run(client, &options);
	if (client)
		mongoc_client_destroy(client);
	if (uri)
		mongoc_uri_destroy(uri);
	mongoc_cleanup();
	return is_good ? 0 : 1;
}
