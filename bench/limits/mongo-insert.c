/* mongo-insert: what a MongoDB takes from one connection that does nothing but insert.
 *
 * The same documents and indexes as chat-service's MongoDB backend (chat-service/store/mongo), one
 * unordered bulk after the other, each acknowledged by the majority and journaled. It is the limit
 * that the service is compared with: no sockets, no sessions, no bot, no waiting for the next
 * message.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "bench/load/clock.h"
#include "bench/load/histogram.h"
#include "bench/load/process.h"
#include "store/mongo/document.h"
#include "store/mongo/server.h"

enum { NAME_SIZE = 48, WAIT_FOR_PRIMARY_S = 30, TIMEOUT_MS = 20000 };

struct options {
	const char *uri, *database;
	int users, batch, seconds, warmup, text_bytes, mongod_pid;
	const char *initiate_host;
	bool has_reply, is_checkpoint;
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
	"  --initiate HOST  make the one mongod at URI a replica set of its own, called HOST:PORT, "
	"and end\n"
	"  --checkpoint     have the data files written now, and end\n"
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
	enum { URI, DATABASE, REPLY, INITIATE, CHECKPOINT, FIRST_NUMBER };
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
		{"initiate", required_argument, NULL, INITIATE},
		{"checkpoint", no_argument, NULL, CHECKPOINT},
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
			o->initiate_host = optarg;
		else if (which == CHECKPOINT)
			o->is_checkpoint = true;
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

/* The bytes that the service would store for this message; the texts are of the size that matters.
 */
static bool write_entry(bson_t *document, const struct options *o, unsigned user, unsigned k,
			struct text text)
{
	unsigned messages_each = o->has_reply ? 2 : 1;
	char conversation[NAME_SIZE], id[NAME_SIZE];
	struct standing after = {.state = STATE_BOT};
	struct message messages[2] = {{.role = ROLE_USER, .text = text},
				      {.role = ROLE_BOT, .from = TEXT("Frontdesk"), .text = text}};
	struct entry *entry;
	bool is_written;

	snprintf(conversation, sizeof(conversation), "load-%08x-%u", o->run, user);
	snprintf(id, sizeof(id), "%08x-%u.%u", o->run, user, k + 1);
	messages[0].from = text_of_string(conversation);
	messages[0].id = text_of_string(id);
	entry = entry_make(messages[0].from, (uint64_t)k * messages_each + 1,
			   (int64_t)time(NULL) * 1000, &after, messages, messages_each);
	is_written = entry && document_write(document, entry);
	entry_unref(entry);
	return is_written;
}

struct result {
	uint64_t entries; /* in the window */
	int64_t cpu_ns;   /* of mongod, in the window */
	struct histogram bulk;
};

static bool insert_bulk(mongoc_collection_t *entries, const struct options *o, uint64_t *next,
			struct text text)
{
	const bson_t **bulk = calloc((size_t)o->batch, sizeof(*bulk));
	bson_t *unordered = BCON_NEW("ordered", BCON_BOOL(false), "validate", BCON_BOOL(false));
	bson_error_t error = {.message = "out of memory"};
	bool is_done = bulk;
	int n = 0;

	for (; is_done && n < o->batch; n++, ++*next) {
		bson_t *document = bson_new();

		is_done = write_entry(document, o, (unsigned)(*next % (unsigned)o->users),
				      (unsigned)(*next / (unsigned)o->users), text);
		bulk[n] = document;
	}
	is_done = is_done &&
		  mongoc_collection_insert_many(entries, bulk, (size_t)n, unordered, NULL, &error);
	if (!is_done)
		fail("cannot insert", &error);
	while (n > 0)
		bson_destroy((bson_t *)bulk[--n]);
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

static bool measure(mongoc_collection_t *entries, const struct options *o, struct text text,
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
	printf("{\"acked_per_s\":%.0f,\"batch\":%d,\"bulk_p50_ms\":%.3f,\"bulk_p99_ms\":%.3f,"
	       "\"cpu_mongod_us\":%.2f}\n",
	       (double)r->entries / o->seconds, o->batch,
	       (double)histogram_at(&r->bulk, 50) / NS_PER_MS,
	       (double)histogram_at(&r->bulk, 99) / NS_PER_MS,
	       r->entries ? (double)r->cpu_ns / 1000 / (double)r->entries : 0);
}

static bool run(struct server *server, mongoc_client_t *client, const struct options *o)
{
	mongoc_collection_t *entries = server_collection(server, client, "entries");
	struct result *result = calloc(1, sizeof(*result));
	char *text = malloc((size_t)o->text_bytes);
	bson_error_t error;
	bool is_good = false;

	if (!result || !text)
		goto out;
	memset(text, 'x', (size_t)o->text_bytes);
	mongoc_collection_drop(entries, NULL); /* fails when there is none */
	if (!server_ensure_indexes(server, client, &error)) {
		fail("cannot make the index", &error);
		goto out;
	}
	if (!measure(entries, o, text_of(text, (size_t)o->text_bytes), result))
		goto out;
	print_result(o, result);
	is_good = true;
out:
	mongoc_collection_destroy(entries);
	free(result);
	free(text);
	return is_good;
}

int main(int argc, char *argv[])
{
	const struct log log = {.level = LOG_WARN, .fd = STDERR_FILENO, .process = "mongo-insert"};
	struct server *server;
	mongoc_client_t *client;
	struct options options;
	char error[256];
	bool is_good;

	if (!read_options(&options, argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	server = server_open(&log, options.uri, options.database, TIMEOUT_MS, error, sizeof(error));
	if (!server) {
		fprintf(stderr, "mongo-insert: %s\n", error);
		return 1;
	}
	client = mongoc_client_pool_pop(server->pool);
	if (options.initiate_host)
		is_good = initiate(client, options.initiate_host);
	else if (options.is_checkpoint)
		is_good = run_command(client, "admin", BCON_NEW("fsync", BCON_INT32(1)),
				      "cannot write a checkpoint");
	else
		is_good = run(server, client, &options);
	mongoc_client_pool_push(server->pool, client);
	server_close(server);
	mongoc_cleanup();
	return is_good ? 0 : 1;
}
