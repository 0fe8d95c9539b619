#include "store/mongo/mongo_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/mongo/document.h"
#include "store/mongo/internal.h"
#include "store/mongo/outcome.h"

enum {
	READERS = 2,
	FIND_ENTRIES_MAX = 500, /* in one find */
	LEARN_FROM_MESSAGES = 10,
	KEPT_BYTES = 16 * 1024, /* of each document's memory, from one batch to the next */
};

bool mongo_ensure_indexes(struct mongo_store *store, struct mongo_thread *thread)
{
	bson_error_t error;

	return server_ensure_indexes(store->server, thread->client, &error) ||
	       outage_begin(&thread->outage, error.message);
}

static void *open_thread(void *ctx, enum store_thread kind)
{
	struct mongo_store *store = ctx;
	size_t n = kind == THREAD_WRITER ? STORE_BATCH_ENTRIES : 0;
	struct mongo_thread *thread = calloc(1, sizeof(*thread) + n * sizeof(bson_t *));

	if (!thread)
		return NULL;
	thread->outage = (struct outage){.log = store->log,
					 .store = store->server->hosts,
					 .what = kind == THREAD_READER ? "read" : "write"};
	thread->entries_per_256 = 256;
	thread->client = mongoc_client_pool_pop(store->server->pool);
	thread->entries = server_collection(store->server, thread->client, "entries");
	thread->rows = server_collection(store->server, thread->client, "conversations");
	/* Not validated again: they are built here. */
	thread->insert_options =
		BCON_NEW("ordered", BCON_BOOL(false), "validate", BCON_BOOL(false));
	thread->n = n;
	for (size_t i = 0; i < n; i++)
		thread->documents[i] = bson_new();
	if (kind == THREAD_WRITER)
		mongo_ensure_indexes(store, thread); /* else the first append or ping that can */
	return thread;
}

static void close_thread(void *ctx, void *arg)
{
	struct mongo_store *store = ctx;
	struct mongo_thread *thread = arg;

	for (size_t i = 0; i < thread->n; i++)
		bson_destroy(thread->documents[i]);
	bson_destroy(thread->insert_options);
	mongoc_collection_destroy(thread->entries);
	mongoc_collection_destroy(thread->rows);
	mongoc_client_pool_push(store->server->pool, thread->client);
	free(thread);
}

static void reset_document(bson_t **document)
{
	if ((*document)->len <= KEPT_BYTES) {
		bson_reinit(*document);
	} else {
		bson_destroy(*document);
		*document = bson_new();
	}
}

/* A server that is away has got nothing: ask again as long as somebody waits. Whatever else fails
 * leaves the outcome open: the driver has tried twice, and the server knows a second try when it sees
 * one. */
static bool insert(struct mongo_thread *thread, size_t n, int64_t deadline_ms, bson_t *reply,
		   bson_error_t *error)
{
	while (!mongoc_collection_insert_many(thread->entries, (const bson_t **)thread->documents,
					      n, thread->insert_options, reply, error)) {
		if (error->domain != MONGOC_ERROR_SERVER_SELECTION ||
		    store_clock_ms() >= deadline_ms)
			return false;
		outage_begin(&thread->outage, error->message);
		bson_destroy(reply);
	}
	return true;
}

static void mongo_append(void *ctx, void *arg, struct append *const *appends, size_t n,
			 int64_t deadline_ms)
{
	struct append *sent[STORE_BATCH_ENTRIES];
	struct mongo_thread *thread = arg;
	bson_error_t error = {0};
	bson_t reply;
	size_t count = 0;
	bool is_done;

	if (!mongo_ensure_indexes(ctx, thread))
		return;
	for (size_t i = 0; i < n; i++) {
		if (document_write(thread->documents[count], appends[i]->entry))
			sent[count++] = appends[i];
		else
			reset_document(&thread->documents[count]);
	}
	if (count == 0)
		return;
	is_done = insert(thread, count, deadline_ms, &reply, &error);
	if (outcome_read(&reply, is_done, sent, count))
		outage_end(&thread->outage);
	else
		outage_begin(&thread->outage, error.message);
	bson_destroy(&reply);
	for (size_t i = 0; i < count; i++)
		reset_document(&thread->documents[i]);
}

static bool malformed(struct mongo_store *store, const bson_t *document, const char *why)
{
	char *shown = bson_as_relaxed_extended_json(document, NULL);
	struct text beginning = text_clip_utf8(text_of_string(shown ? shown : ""), 200);

	log_error(store->log, "store_malformed", LOG_STRING("store", store->server->hosts),
		  LOG_STRING("why", why), LOG_TEXT_FIELD("document", beginning));
	bson_free(shown);
	return false;
}

/* The next entry, NULL at the end and when it cannot be had. False: it is none. */
static bool next_entry(struct mongo_store *store, struct query *query, struct entry **entry)
{
	const bson_t *document = query_next(query);
	const char *why;

	*entry = document ? document_read(document, &why) : NULL;
	return *entry || !document || malformed(store, document, why);
}

/* Places in a log, both ends included, and the way through them. */
struct span {
	uint64_t low, high;
	bool is_down;
};

static struct query find_span(struct mongo_thread *thread, struct text conversation,
			      const struct span *span, int64_t limit)
{
	bson_t filter = BSON_INITIALIZER, options = BSON_INITIALIZER, item;
	struct query query = {0};

	bson_append_document_begin(&filter, "_id", 3, &item);
	document_add_place(&item, "$gte", conversation, (int64_t)span->low);
	document_add_place(&item, "$lte", conversation, (int64_t)span->high);
	bson_append_document_end(&filter, &item);
	bson_append_document_begin(&options, "sort", 4, &item);
	bson_append_int32(&item, "_id", 3, span->is_down ? -1 : 1);
	bson_append_document_end(&options, &item);
	bson_append_int64(&options, "limit", 5, limit);
	query.cursor = mongoc_collection_find_with_opts(thread->entries, &filter, &options, NULL);
	bson_destroy(&filter);
	bson_destroy(&options);
	return query;
}

/* Offers at most `limit` entries of the span, and cuts off the span what it has seen. When there are
 * no more, that is enough. False: unavailable. */
static bool walk(struct mongo_store *store, struct mongo_thread *thread, struct gathering *gathering,
		 struct span *span, int64_t limit, enum gather *gather)
{
	struct query query = find_span(thread, gathering->range.conversation, span, limit);
	bool is_available = true;
	int64_t seen = 0;

	*gather = GATHER_MORE;
	while (*gather == GATHER_MORE) {
		struct entry *entry;
		uint64_t first;

		is_available = next_entry(store, &query, &entry);
		if (!entry)
			break;
		seen++;
		first = entry->first;
		*(span->is_down ? &span->high : &span->low) = span->is_down ? first - 1 : first + 1;
		*gather = gathering_offer(gathering, entry);
		if (*gather == GATHER_BROKEN) {
			log_error(store->log, "store_malformed",
				  LOG_STRING("store", store->server->hosts),
				  LOG_TEXT_FIELD("conversation", gathering->range.conversation),
				  LOG_NUMBER("first", first), LOG_STRING("why", gathering->broken));
			is_available = false;
		}
	}
	is_available = query_end(&query, &thread->outage) && is_available;
	if (*gather == GATHER_MORE && seen < limit)
		*gather = GATHER_ENOUGH;
	return is_available;
}

/* An entry may hold one message or hundreds. What this thread has read lately tells how many to ask for,
 * and some to spare: a second find costs more than a few entries too many. */
static int64_t entries_for(const struct mongo_thread *thread, uint64_t messages)
{
	uint64_t n = messages * thread->entries_per_256 / 256;

	n += n / 8 + 1;
	return n < FIND_ENTRIES_MAX ? (int64_t)n : FIND_ENTRIES_MAX;
}

static void learn(struct mongo_thread *thread, const struct gathering *gathering)
{
	int seen = gathering->n < gathering->messages ? (int)(gathering->n * 256 / gathering->messages)
						      : 256;

	if (gathering->messages >= LEARN_FROM_MESSAGES)
		thread->entries_per_256 += (seen - thread->entries_per_256) / 4;
}

/* Upwards, the entry that holds after + 1 may begin before it: it is the newest one that begins there
 * or before. When that ends at `after`, the log does too: one find tells a reader who is up to date. */
static bool mongo_read(void *ctx, void *arg, struct gathering *gathering)
{
	const struct store_range *range = &gathering->range;
	struct mongo_thread *thread = arg;
	struct span span = {.low = 1, .high = range_end(range), .is_down = range->newest_first};
	enum gather gather = GATHER_MORE;

	if (!range_is_possible(range))
		return true;
	if (!range->newest_first && range->after > 0) {
		struct span start = {.low = 1, .high = range->after + 1, .is_down = true};

		if (!walk(ctx, thread, gathering, &start, 1, &gather))
			return false;
		if (gathering->n == 0)
			gather = GATHER_ENOUGH;
		else
			span.low = entry_last(gathering->entries[0]) + 1;
	}
	while (gather == GATHER_MORE && span.low <= span.high)
		if (!walk(ctx, thread, gathering, &span,
			  entries_for(thread, range->limit - gathering->messages), &gather))
			return false;
	learn(thread, gathering);
	gathering_finish(gathering);
	return outage_end(&thread->outage);
}

static bool mongo_find(void *ctx, void *arg, struct text conversation, struct text client_id,
		       struct entry **entry)
{
	struct mongo_thread *thread = arg;
	bson_t filter = BSON_INITIALIZER, *options = BCON_NEW("limit", BCON_INT64(1));
	struct query query = {0};
	bool is_available;

	bson_append_utf8(&filter, "_id.c", 5, conversation.p, (int)conversation.n);
	bson_append_utf8(&filter, "ids", 3, client_id.p, (int)client_id.n);
	query.cursor = mongoc_collection_find_with_opts(thread->entries, &filter, options, NULL);
	is_available = next_entry(ctx, &query, entry);
	is_available = query_end(&query, &thread->outage) && is_available;
	bson_destroy(options);
	bson_destroy(&filter);
	return is_available && outage_end(&thread->outage);
}

/* What is equal to a place is that place, in whatever type of number. */
static void mark_place(const bson_t *document, const struct store_place *places, size_t n,
		       bool *has_more)
{
	struct text conversation;
	uint64_t first;

	if (!document_read_place(document, &conversation, &first))
		return;
	for (size_t i = 0; i < n; i++)
		if (places[i].last + 1 == first && text_equal(places[i].conversation, conversation))
			has_more[i] = true;
}

/* A log has no gaps: it goes on where its next entry begins. So each place is one look into the index of
 * _id, which has all that is asked, and a log that has grown much costs no more than another. */
static bool mongo_compare(void *ctx, void *arg, const struct store_place *places, size_t n,
			  bool *has_more)
{
	struct mongo_thread *thread = arg;
	bson_t filter = BSON_INITIALIZER, field, list;
	bson_t *options = BCON_NEW("projection", "{", "_id", BCON_INT32(1), "}", "hint", "{", "_id",
				   BCON_INT32(1), "}", "batchSize", BCON_INT32(STORE_PLACES_MAX + 1));
	struct query query = {0};
	const bson_t *document;
	bool is_available;

	(void)ctx;
	bson_append_document_begin(&filter, "_id", 3, &field);
	bson_append_array_begin(&field, "$in", 3, &list);
	for (size_t i = 0; i < n; i++) {
		char space[16];
		const char *key;

		bson_uint32_to_string((uint32_t)i, &key, space, sizeof(space));
		document_add_place(&list, key, places[i].conversation, (int64_t)(places[i].last + 1));
	}
	bson_append_array_end(&field, &list);
	bson_append_document_end(&filter, &field);
	query.cursor = mongoc_collection_find_with_opts(thread->entries, &filter, options, NULL);
	while ((document = query_next(&query)))
		mark_place(document, places, n, has_more);
	is_available = query_end(&query, &thread->outage);
	bson_destroy(options);
	bson_destroy(&filter);
	return is_available && outage_end(&thread->outage);
}

/* The primary answers, and appends are possible. */
static bool mongo_ping(void *ctx, void *arg)
{
	struct mongo_store *store = ctx;
	struct mongo_thread *thread = arg;
	bson_t *command = BCON_NEW("ping", BCON_INT32(1));
	bson_error_t error;
	bool is_available = mongoc_client_command_simple(thread->client, store->server->database,
							 command, NULL, NULL, &error);

	bson_destroy(command);
	if (!is_available)
		return outage_begin(&thread->outage, error.message);
	return mongo_ensure_indexes(store, thread) && outage_end(&thread->outage);
}

static void mongo_free(void *ctx)
{
	struct mongo_store *store = ctx;

	server_close(store->server);
	free(store);
}

static const struct backend backend = {
	.open = open_thread,
	.close = close_thread,
	.append = mongo_append,
	.write_rows = mongo_write_rows,
	.read_rows = mongo_read_rows,
	.correct_row = mongo_correct_row,
	.scan = mongo_scan,
	.count = mongo_count,
	.identify = mongo_identify,
	.read = mongo_read,
	.find = mongo_find,
	.compare = mongo_compare,
	.ping = mongo_ping,
	.free = mongo_free,
};

struct store *mongo_store_open(struct loop *loop, const struct log *log, const char *uri,
			       const char *database, int64_t timeout_ms, char *error,
			       size_t error_size)
{
	struct mongo_store *store = calloc(1, sizeof(*store));
	struct store *opened;

	if (!store) {
		snprintf(error, error_size, "memory is short");
		return NULL;
	}
	store->log = log;
	store->server = server_open(log, uri, database, timeout_ms, error, error_size);
	if (!store->server) {
		free(store);
		return NULL;
	}
	opened = threaded_store_open(loop, log, &backend, store, READERS, timeout_ms);
	if (!opened)
		snprintf(error, error_size, "memory or threads are short");
	return opened;
}
