/* request.h: what is asked of a threaded store, from the asking to the answer.
 *
 * Purpose    the part that all requests share, and what makes one kind another.
 * Ownership  request_new's result goes with request_submit: it is freed behind its answer, or when it is
 *            refused. Each kind's struct begins with a struct request.
 * Errors     request_new gives NULL without memory; request_submit says false as store.h has it.
 * Threads    loop thread, but for `run`.
 */
#ifndef STORE_REQUEST_H
#define STORE_REQUEST_H

#include "loop/workers.h"
#include "store/threaded.h"

struct threaded;
struct request;

struct question {
	bool is_append, is_for_writer;
	/* On a thread; not of an append, which goes with others. False: unavailable. */
	bool (*run)(const struct backend *backend, void *ctx, void *thread, struct request *request);
	/* Calls back. When it is not available, the thread may still be working on the request. */
	void (*answer)(struct request *request, bool is_available);
	/* Frees what the request holds; NULL: nothing. */
	void (*release)(struct request *request);
};

struct request {
	struct job job;
	struct threaded *store;
	const struct question *question;
	int64_t asked_us, deadline_ms;
	void *done_ctx;

	/* Loop thread only. */
	struct request *older, *newer;
	bool is_answered;

	bool is_available; /* the thread's */
};

/* All zero behind the struct request; `size` is the whole kind's, and counts against the queue's limit. */
void *request_new(struct store *store, const struct question *question, size_t size);
void request_free(struct request *request);
bool request_submit(struct request *request, void *ctx);

/* The operations of store.h that are questions (questions.c); the others are threaded.c's. */
extern const struct store_operations store_questions;

#endif
