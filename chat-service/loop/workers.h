/* workers.h: threads that do what would block the loop.
 *
 * Purpose    a queue of jobs, worked off by threads in batches: a thread takes all that waits (up to
 *            the batch limits), so that the busier it is, the larger the batches, and nothing waits
 *            on a timer. What one turn of the loop submits reaches the threads together, at its end (loop.h);
 *            what is done comes back on the loop thread.
 * Ownership  a job belongs to its submitter, embedded in a larger struct; the workers lend it to the
 *            thread from workers_submit until its `done` is called.
 * Errors     workers_start gives NULL without memory or threads; workers_submit says false when the queue
 *            is full, and then `done` is never called.
 * Threads    workers_* and `done`: loop thread only. `open`, `run`, `close`: on the worker threads.
 */
#ifndef LOOP_WORKERS_H
#define LOOP_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/loop.h"

struct job {
	struct job *next;
	size_t size;                     /* bytes it stands for, counted against the limits */
	void (*done)(struct job *job);   /* on the loop thread, exactly once, never inside workers_submit */
};

struct workers_options {
	const char *name;                 /* of the threads, at most 15 characters */
	unsigned threads;
	size_t queue_bytes, queue_jobs;   /* most that may wait or be under way, in bytes of job.size and in jobs */
	size_t batch_jobs, batch_bytes;   /* most that one `run` gets; at least one job always */
	void *(*open)(void *ctx);         /* once in each thread; its result is handed to run and close; may be NULL */
	void (*run)(void *ctx, void *thread, struct job *jobs); /* a list by `next`; must not free the jobs */
	void (*close)(void *ctx, void *thread); /* may be NULL */
	void *ctx;
};

struct workers;

struct workers *workers_start(struct loop *loop, const struct workers_options *options);
bool workers_submit(struct workers *workers, struct job *job);
/* What waits or is being worked on. */
size_t workers_pending_bytes(const struct workers *workers);
size_t workers_pending_jobs(const struct workers *workers);
/* Works off what waits, ends the threads, calls every `done` that is left, then frees. */
void workers_stop(struct workers *workers);

#endif
