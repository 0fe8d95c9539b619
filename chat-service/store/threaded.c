#include "store/threaded.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/container.h"
#include "loop/workers.h"

/* Oldest first: all have the same timeout. */
struct waiting {
	struct request *oldest, *newest;
};

struct threaded {
	struct store store;
	const struct backend *backend;
	void *ctx;
	int64_t timeout_ms;
	bool is_closing;
	struct workers *writer, *readers;

	/* Who still waits for an answer. */
	struct waiting appends, others;
	struct timer timer;
	struct store_stats stats;
};

enum request_kind { REQUEST_APPEND, REQUEST_READ, REQUEST_FIND, REQUEST_COMPARE, REQUEST_PING };

/* One allocation with the texts of its places. */
struct comparison {
	size_t n;
	bool has_more[STORE_PLACES_MAX];
	struct store_place places[];
};

struct request {
	struct job job;
	struct threaded *store;
	enum request_kind kind;
	int64_t asked_us, deadline_ms;

	/* Loop thread only. */
	struct request *older, *newer;
	bool is_answered;
	union {
		void (*append)(void *ctx, enum append_result result);
		void (*read)(void *ctx, bool is_available, struct entry *const *entries, size_t n);
		void (*find)(void *ctx, bool is_available, struct entry *entry);
		void (*compare)(void *ctx, bool is_available, const bool *has_more, size_t n);
		void (*ping)(void *ctx, bool is_available);
	} done;
	void *done_ctx;

	/* What is asked, and the answer, which the thread writes. */
	struct entry *entry; /* of an append, ours; of a find, what was found */
	struct append append;
	size_t batch_entries; /* of the batch that this append came first in; else 0 */
	struct gathering gathering;
	struct text conversation, client_id;
	struct comparison *comparison; /* ours */
	bool is_available;
	char texts[];
};

static int64_t clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t store_clock_ms(void)
{
	return clock_us() / 1000;
}

/* On the threads. */

static void run_appends(void *ctx, void *thread, struct job *jobs)
{
	struct threaded *store = ctx;
	struct append *appends[STORE_BATCH_ENTRIES];
	struct request *first = NULL;
	int64_t now = store_clock_ms(), deadline_ms = now;
	size_t n = 0;

	for (struct job *job = jobs; job; job = job->next) {
		struct request *request = container_of(job, struct request, job);

		if (request->deadline_ms <= now)
			continue; /* it was answered, or is about to be */
		if (!first)
			first = request;
		appends[n++] = &request->append;
		deadline_ms = request->deadline_ms;
	}
	if (n == 0 || !thread)
		return;
	first->batch_entries = n;
	store->backend->append(store->ctx, thread, appends, n, deadline_ms);
}

static void run_one(struct threaded *store, void *thread, struct request *request)
{
	const struct backend *backend = store->backend;

	switch (request->kind) {
	case REQUEST_READ:
		request->is_available = backend->read(store->ctx, thread, &request->gathering);
		break;
	case REQUEST_FIND:
		request->is_available = backend->find(store->ctx, thread, request->conversation,
						      request->client_id, &request->entry);
		break;
	case REQUEST_COMPARE:
		request->is_available = backend->compare(
			store->ctx, thread, request->comparison->places, request->comparison->n,
			request->comparison->has_more);
		break;
	case REQUEST_PING:
		request->is_available = backend->ping(store->ctx, thread);
		break;
	case REQUEST_APPEND:
		assert(false);
	}
}

static void run_reads(void *ctx, void *thread, struct job *jobs)
{
	for (struct job *job = jobs; job; job = job->next) {
		struct request *request = container_of(job, struct request, job);

		if (thread && request->deadline_ms > store_clock_ms())
			run_one(ctx, thread, request);
	}
}

static void *open_writer(void *ctx)
{
	struct threaded *store = ctx;

	return store->backend->open(store->ctx, true);
}

static void *open_reader(void *ctx)
{
	struct threaded *store = ctx;

	return store->backend->open(store->ctx, false);
}

static void close_thread(void *ctx, void *thread)
{
	struct threaded *store = ctx;

	if (thread)
		store->backend->close(store->ctx, thread);
}

/* On the loop. */

static struct waiting *list_of(struct request *request)
{
	struct threaded *store = request->store;

	return request->kind == REQUEST_APPEND ? &store->appends : &store->others;
}

static void answer(struct request *request, bool is_available)
{
	struct gathering *gathering = &request->gathering;
	struct waiting *list = list_of(request);

	request->is_answered = true;
	*(request->older ? &request->older->newer : &list->oldest) = request->newer;
	*(request->newer ? &request->newer->older : &list->newest) = request->older;
	switch (request->kind) {
	case REQUEST_APPEND:
		histogram_add(&request->store->stats.append_us,
			      (uint64_t)(clock_us() - request->asked_us));
		request->done.append(request->done_ctx,
				     is_available ? request->append.result : APPEND_UNAVAILABLE);
		break;
	case REQUEST_READ:
		request->done.read(request->done_ctx, is_available,
				   is_available ? gathering->entries : NULL,
				   is_available ? gathering->n : 0);
		break;
	case REQUEST_FIND:
		request->done.find(request->done_ctx, is_available,
				   is_available ? request->entry : NULL);
		break;
	case REQUEST_COMPARE:
		request->done.compare(request->done_ctx, is_available,
				      is_available ? request->comparison->has_more : NULL,
				      is_available ? request->comparison->n : 0);
		break;
	case REQUEST_PING:
		request->done.ping(request->done_ctx, is_available);
		break;
	}
}

static void request_free(struct request *request)
{
	entry_unref(request->entry);
	gathering_release(&request->gathering);
	free(request->comparison);
	free(request);
}

static void finished(struct job *job)
{
	struct request *request = container_of(job, struct request, job);

	if (request->batch_entries > 0)
		histogram_add(&request->store->stats.batch_entries, request->batch_entries);
	if (!request->is_answered)
		answer(request, request->kind == REQUEST_APPEND || request->is_available);
	request_free(request);
}

/* The thread still has what it works on, so nothing of a request but its place in the list is touched. */
static void answer_late(struct waiting *list, int64_t now_ms)
{
	while (list->oldest && list->oldest->deadline_ms <= now_ms)
		answer(list->oldest, false);
}

/* Those that are left move the timer on. */
static void time_out(struct timer *timer)
{
	struct threaded *store = container_of(timer, struct threaded, timer);
	const struct request *append, *other;
	int64_t now = store_clock_ms(), next = INT64_MAX;

	answer_late(&store->appends, now);
	answer_late(&store->others, now);
	append = store->appends.oldest;
	other = store->others.oldest;
	if (append)
		next = append->deadline_ms;
	if (other && other->deadline_ms < next)
		next = other->deadline_ms;
	if (append || other) /* started anew: a callback may have started it for a later one */
		timer_start(timer, next - now);
}

static struct request *request_new(struct threaded *store, enum request_kind kind,
				   struct text conversation, struct text client_id)
{
	struct request *request = calloc(1, sizeof(*request) + conversation.n + client_id.n);
	char *texts;

	if (!request)
		return NULL;
	texts = request->texts;
	request->job.size = sizeof(*request) + conversation.n + client_id.n;
	request->job.done = finished;
	request->store = store;
	request->kind = kind;
	request->asked_us = clock_us();
	request->deadline_ms = request->asked_us / 1000 + store->timeout_ms;
	request->conversation = text_put(&texts, conversation);
	request->client_id = text_put(&texts, client_id);
	return request;
}

static bool submit(struct threaded *store, struct request *request, void *ctx)
{
	struct workers *workers = request->kind == REQUEST_APPEND ? store->writer : store->readers;
	struct waiting *list = list_of(request);

	request->done_ctx = ctx;
	request->older = list->newest; /* before the thread has it: afterwards only on the loop */
	if (store->is_closing || !workers_submit(workers, &request->job)) {
		request_free(request);
		return false;
	}
	*(list->newest ? &list->newest->newer : &list->oldest) = request;
	list->newest = request;
	if (!timer_is_running(&store->timer))
		timer_start(&store->timer, store->timeout_ms);
	return true;
}

static bool threaded_append(struct store *base, struct entry *entry,
			    void (*done)(void *ctx, enum append_result result), void *ctx)
{
	struct threaded *store = container_of(base, struct threaded, store);
	struct request *request = request_new(store, REQUEST_APPEND, TEXT_NONE, TEXT_NONE);

	if (!request)
		return false;
	request->entry = entry_ref(entry);
	request->append = (struct append){.entry = entry, .result = APPEND_UNAVAILABLE};
	request->job.size += entry_size(entry);
	request->done.append = done;
	return submit(store, request, ctx);
}

static bool threaded_read(struct store *base, const struct store_range *range,
			  void (*done)(void *ctx, bool is_available, struct entry *const *entries,
				       size_t n),
			  void *ctx)
{
	struct threaded *store = container_of(base, struct threaded, store);
	struct request *request = request_new(store, REQUEST_READ, range->conversation, TEXT_NONE);

	if (!request)
		return false;
	gathering_init(&request->gathering, range);
	request->gathering.range.conversation = request->conversation;
	request->done.read = done;
	return submit(store, request, ctx);
}

static bool threaded_find(struct store *base, struct text conversation, struct text client_id,
			  void (*done)(void *ctx, bool is_available, struct entry *entry),
			  void *ctx)
{
	struct threaded *store = container_of(base, struct threaded, store);
	struct request *request = request_new(store, REQUEST_FIND, conversation, client_id);

	if (!request)
		return false;
	request->done.find = done;
	return submit(store, request, ctx);
}

/* *size: what it takes. NULL: memory is short. */
static struct comparison *comparison_new(const struct store_place *places, size_t n, size_t *size)
{
	struct comparison *comparison;
	char *texts;

	*size = sizeof(*comparison) + n * sizeof(places[0]);
	for (size_t i = 0; i < n; i++)
		*size += places[i].conversation.n;
	comparison = calloc(1, *size);
	if (!comparison)
		return NULL;
	comparison->n = n;
	texts = (char *)&comparison->places[n];
	for (size_t i = 0; i < n; i++)
		comparison->places[i] = (struct store_place){
			.conversation = text_put(&texts, places[i].conversation),
			.last = places[i].last};
	return comparison;
}

static bool threaded_compare(struct store *base, const struct store_place *places, size_t n,
			     void (*done)(void *ctx, bool is_available, const bool *has_more,
					  size_t n),
			     void *ctx)
{
	struct threaded *store = container_of(base, struct threaded, store);
	struct request *request = request_new(store, REQUEST_COMPARE, TEXT_NONE, TEXT_NONE);
	size_t size;

	assert(n >= 1 && n <= STORE_PLACES_MAX);
	if (!request)
		return false;
	request->comparison = comparison_new(places, n, &size);
	if (!request->comparison) {
		request_free(request);
		return false;
	}
	request->job.size += size;
	request->done.compare = done;
	return submit(store, request, ctx);
}

static bool threaded_ping(struct store *base, void (*done)(void *ctx, bool is_available), void *ctx)
{
	struct threaded *store = container_of(base, struct threaded, store);
	struct request *request = request_new(store, REQUEST_PING, TEXT_NONE, TEXT_NONE);

	if (!request)
		return false;
	request->done.ping = done;
	return submit(store, request, ctx);
}

static const struct store_stats *threaded_stats(struct store *base)
{
	struct threaded *store = container_of(base, struct threaded, store);
	const struct request *oldest = store->appends.oldest;
	struct store_stats *stats = &store->stats;

	stats->append_jobs = workers_pending_jobs(store->writer);
	stats->append_bytes = workers_pending_bytes(store->writer);
	stats->read_jobs = workers_pending_jobs(store->readers);
	stats->read_bytes = workers_pending_bytes(store->readers);
	stats->oldest_append_ms = oldest ? (clock_us() - oldest->asked_us) / 1000 : 0;
	return stats;
}

static void threaded_close(struct store *base)
{
	struct threaded *store = container_of(base, struct threaded, store);

	store->is_closing = true; /* callbacks may ask for more: refused */
	workers_stop(store->writer);
	workers_stop(store->readers);
	timer_stop(&store->timer);
	store->backend->free(store->ctx);
	free(store);
}

static const struct store_operations operations = {
	.append = threaded_append,
	.read = threaded_read,
	.find = threaded_find,
	.compare = threaded_compare,
	.ping = threaded_ping,
	.stats = threaded_stats,
	.close = threaded_close,
};

struct store *threaded_store_open(struct loop *loop, const struct backend *backend, void *ctx,
				  unsigned readers, int64_t timeout_ms)
{
	struct threaded *store = calloc(1, sizeof(*store));
	struct workers_options writer = {
		.name = "store-writer",
		.threads = 1,
		.queue_bytes = STORE_WRITE_QUEUE_BYTES,
		.queue_jobs = STORE_WRITE_QUEUE_ENTRIES,
		.batch_jobs = STORE_BATCH_ENTRIES,
		.batch_bytes = STORE_BATCH_BYTES,
		.open = open_writer,
		.run = run_appends,
		.close = close_thread,
		.ctx = store,
	};
	struct workers_options reader = {
		.name = "store-reader",
		.threads = readers,
		.queue_bytes = STORE_READ_QUEUE_BYTES,
		.queue_jobs = STORE_READ_QUEUE_REQUESTS,
		.batch_jobs = 1,
		.open = open_reader,
		.run = run_reads,
		.close = close_thread,
		.ctx = store,
	};

	if (!store) {
		backend->free(ctx);
		return NULL;
	}
	store->store.operations = &operations;
	store->backend = backend;
	store->ctx = ctx;
	store->timeout_ms = timeout_ms;
	timer_init(&store->timer, loop, time_out);
	store->writer = workers_start(loop, &writer);
	store->readers = workers_start(loop, &reader);
	if (!store->writer || !store->readers) {
		threaded_close(&store->store);
		return NULL;
	}
	return &store->store;
}
