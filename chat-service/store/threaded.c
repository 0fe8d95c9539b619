#include "store/threaded.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/container.h"
#include "loop/workers.h"
#include "store/request.h"
#include "store/view.h"

/* Oldest first: all have the same timeout. */
struct waiting {
	struct request *oldest, *newest;
};

struct threaded {
	struct store store;
	struct store_operations operations;
	const struct backend *backend;
	void *ctx;
	int64_t timeout_ms;
	bool is_closing;
	struct workers *writer, *readers;
	struct view *view;

	/* Who still waits for an answer. */
	struct waiting appends, others;
	struct timer timer;
	struct store_stats stats;
};

struct append_request {
	struct request request;
	struct entry *entry; /* ours */
	struct append append;
	size_t batch_entries; /* of the batch that this append came first in; else 0 */
	void (*done)(void *ctx, enum append_result result);
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

static bool changes_state(const struct entry *entry)
{
	for (size_t i = 0; i < entry->n; i++)
		if (entry->messages[i].role == ROLE_SYSTEM)
			return true;
	return false;
}

/* Who is told that a chat changed hands finds it so in every list. A failure is logged by the
 * backend; the rows are noted again, as all are. */
static void write_changed_rows(struct threaded *store, void *thread, struct append *const *appends,
			       size_t n)
{
	struct store_row rows[STORE_BATCH_ENTRIES];
	const struct store_row *changed[STORE_BATCH_ENTRIES];
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (appends[i]->result == APPEND_STORED && changes_state(appends[i]->entry)) {
			rows[count] = row_after(appends[i]->entry);
			changed[count] = &rows[count];
			count++;
		}
	if (count > 0)
		store->backend->write_rows(store->ctx, thread, changed, count);
}

static void run_appends(struct threaded *store, void *thread, struct append *const *appends,
			size_t n, int64_t deadline_ms)
{
	store->backend->append(store->ctx, thread, appends, n, deadline_ms);
	write_changed_rows(store, thread, appends, n);
}

static void run_question(struct threaded *store, void *thread, struct request *request)
{
	request->is_available = request->question->run(store->backend, store->ctx, thread, request);
}

static void run_writes(void *ctx, void *thread, struct job *jobs)
{
	struct threaded *store = ctx;
	struct append *appends[STORE_BATCH_ENTRIES];
	struct append_request *first = NULL;
	int64_t now = store_clock_ms(), deadline_ms = now;
	size_t n = 0;

	for (struct job *job = jobs; job && thread; job = job->next) {
		struct request *request = container_of(job, struct request, job);
		struct append_request *append =
			container_of(request, struct append_request, request);

		if (request->deadline_ms <= now)
			continue; /* it was answered, or is about to be */
		if (!request->question->is_append) {
			run_question(store, thread, request);
			continue;
		}
		if (!first)
			first = append;
		appends[n++] = &append->append;
		deadline_ms = request->deadline_ms;
	}
	if (n == 0)
		return;
	first->batch_entries = n;
	run_appends(store, thread, appends, n, deadline_ms);
}

static void run_reads(void *ctx, void *thread, struct job *jobs)
{
	for (struct job *job = jobs; job; job = job->next) {
		struct request *request = container_of(job, struct request, job);

		if (thread && request->deadline_ms > store_clock_ms())
			run_question(ctx, thread, request);
	}
}

static void *open_writer(void *ctx)
{
	struct threaded *store = ctx;

	return store->backend->open(store->ctx, THREAD_WRITER);
}

static void *open_reader(void *ctx)
{
	struct threaded *store = ctx;

	return store->backend->open(store->ctx, THREAD_READER);
}

static void close_thread(void *ctx, void *thread)
{
	struct threaded *store = ctx;

	if (thread)
		store->backend->close(store->ctx, thread);
}

/* On the loop. */

static void append_finished(struct append_request *append)
{
	struct threaded *store = append->request.store;

	if (append->append.result == APPEND_STORED)
		view_note(store->view, append->entry);
	if (append->batch_entries > 0)
		histogram_add(&store->stats.batch_entries, append->batch_entries);
}

static struct waiting *list_of(struct request *request)
{
	struct threaded *store = request->store;

	return request->question->is_append ? &store->appends : &store->others;
}

static void answer(struct request *request, bool is_available)
{
	struct waiting *list = list_of(request);

	request->is_answered = true;
	*(request->older ? &request->older->newer : &list->oldest) = request->newer;
	*(request->newer ? &request->newer->older : &list->newest) = request->older;
	request->question->answer(request, is_available);
}

void request_free(struct request *request)
{
	if (request->question->release)
		request->question->release(request);
	free(request);
}

static void finished(struct job *job)
{
	struct request *request = container_of(job, struct request, job);

	if (request->question->is_append)
		append_finished(container_of(request, struct append_request, request));
	if (!request->is_answered)
		answer(request, request->is_available);
	request_free(request);
}

/* The thread still has what it works on, so nothing of a request but its place in the list is
 * touched. */
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

void *request_new(struct store *base, const struct question *question, size_t size)
{
	struct threaded *store = container_of(base, struct threaded, store);
	struct request *request = calloc(1, size);

	if (!request)
		return NULL;
	request->job.size = size;
	request->job.done = finished;
	request->store = store;
	request->question = question;
	request->asked_us = clock_us();
	request->deadline_ms = request->asked_us / 1000 + store->timeout_ms;
	return request;
}

bool request_submit(struct request *request, void *ctx)
{
	struct threaded *store = request->store;
	bool is_write = request->question->is_append || request->question->is_for_writer;
	struct workers *workers = is_write ? store->writer : store->readers;
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

static void answer_append(struct request *request, bool is_available)
{
	struct append_request *append = container_of(request, struct append_request, request);

	histogram_add(&request->store->stats.append_us, (uint64_t)(clock_us() - request->asked_us));
	append->done(request->done_ctx, is_available ? append->append.result : APPEND_UNAVAILABLE);
}

static void release_append(struct request *request)
{
	entry_unref(container_of(request, struct append_request, request)->entry);
}

static const struct question append_question = {
	.is_append = true, .answer = answer_append, .release = release_append};

static bool threaded_append(struct store *store, struct entry *entry,
			    void (*done)(void *ctx, enum append_result result), void *ctx)
{
	struct append_request *append = request_new(store, &append_question, sizeof(*append));

	if (!append)
		return false;
	append->entry = entry_ref(entry);
	append->append = (struct append){.entry = entry, .result = APPEND_UNAVAILABLE};
	append->done = done;
	append->request.is_available = true; /* its result tells */
	append->request.job.size += entry_size(entry);
	return request_submit(&append->request, ctx);
}

static void threaded_follow(struct store *base, const struct entry *entry)
{
	view_note(container_of(base, struct threaded, store)->view, entry);
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
	view_close(store->view);
	timer_stop(&store->timer);
	store->backend->free(store->ctx);
	free(store);
}

struct store *threaded_store_open(struct loop *loop, const struct log *log,
				  const struct backend *backend, void *ctx, unsigned readers,
				  int64_t timeout_ms)
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
		.run = run_writes,
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
	store->operations = store_questions;
	store->operations.append = threaded_append;
	store->operations.follow = threaded_follow;
	store->operations.stats = threaded_stats;
	store->operations.close = threaded_close;
	store->store.operations = &store->operations;
	store->backend = backend;
	store->ctx = ctx;
	store->timeout_ms = timeout_ms;
	timer_init(&store->timer, loop, time_out);
	store->writer = workers_start(loop, &writer);
	store->readers = workers_start(loop, &reader);
	store->view = view_open(loop, log, backend, ctx);
	if (!store->writer || !store->readers || !store->view) {
		threaded_close(&store->store);
		return NULL;
	}
	return &store->store;
}
