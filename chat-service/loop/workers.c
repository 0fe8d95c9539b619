#include "loop/workers.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

/* Where threads meet. Two lists behind one mutex: `waiting`, which the loop fills and the threads
 * empty, and `finished`, which goes the other way. ev_async_send wakes the loop; wake-ups coalesce,
 * so the loop takes the whole list each time. Everything else in a job belongs to one side at a
 * time: to the thread from the moment it leaves `waiting` until it is on `finished`.
 *
 * What a turn of the loop submits is handed over at its end, all at once. Otherwise an idle thread
 * takes the first job alone, and the rest of the turn waits for a whole round of the store. */
struct workers {
	struct loop *loop;
	struct workers_options options;
	ev_async wake;

	/* Loop thread only. */
	size_t pending_bytes, pending_jobs;
	struct job *fresh, **fresh_end; /* submitted in this turn */
	ev_prepare decided, sent; /* what was submitted before is handed over */

	pthread_mutex_t mutex; /* guards what follows */
	pthread_cond_t work;
	struct job *waiting, **waiting_end;
	struct job *finished, **finished_end;
	bool is_stopping;

	unsigned started;
	pthread_t threads[];
};

/* Cuts the next batch off the waiting list; the mutex is held and the list is not empty. */
static struct job *take_batch(struct workers *w)
{
	struct job *first = w->waiting, *last = first;
	size_t jobs = 1, bytes = first->size;

	while (last->next && jobs < w->options.batch_jobs &&
	       bytes + last->next->size <= w->options.batch_bytes) {
		last = last->next;
		bytes += last->size;
		jobs++;
	}
	w->waiting = last->next;
	if (!w->waiting)
		w->waiting_end = &w->waiting;
	last->next = NULL;
	return first;
}

/* The mutex is held. */
static void hand_back(struct workers *w, struct job *jobs)
{
	*w->finished_end = jobs;
	while (*w->finished_end)
		w->finished_end = &(*w->finished_end)->next;
	ev_async_send(loop_ev(w->loop), &w->wake);
}

static void *work(void *arg)
{
	struct workers *w = arg;
	void *thread = w->options.open ? w->options.open(w->options.ctx) : NULL;

	pthread_mutex_lock(&w->mutex);
	for (;;) {
		struct job *batch;

		while (!w->waiting && !w->is_stopping)
			pthread_cond_wait(&w->work, &w->mutex);
		if (!w->waiting)
			break;
		batch = take_batch(w);
		pthread_mutex_unlock(&w->mutex);
		w->options.run(w->options.ctx, thread, batch);
		pthread_mutex_lock(&w->mutex);
		hand_back(w, batch);
	}
	pthread_mutex_unlock(&w->mutex);
	if (w->options.close)
		w->options.close(w->options.ctx, thread);
	return NULL;
}

static void deliver(struct workers *w)
{
	struct job *job, *next;

	pthread_mutex_lock(&w->mutex);
	job = w->finished;
	w->finished = NULL;
	w->finished_end = &w->finished;
	pthread_mutex_unlock(&w->mutex);
	for (; job; job = next) {
		next = job->next;
		w->pending_bytes -= job->size;
		w->pending_jobs--;
		job->done(job); /* may free the job, may submit another */
	}
}

static void woken(struct ev_loop *ev, ev_async *watcher, int events)
{
	(void)ev;
	(void)events;
	deliver(watcher->data);
}

static void hand_over(struct workers *w)
{
	if (!w->fresh)
		return;
	pthread_mutex_lock(&w->mutex);
	*w->waiting_end = w->fresh;
	w->waiting_end = w->fresh_end;
	if (w->fresh->next)
		pthread_cond_broadcast(&w->work);
	else
		pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->mutex);
	w->fresh = NULL;
	w->fresh_end = &w->fresh;
}

static void phase_ended(struct ev_loop *ev, ev_prepare *watcher, int events)
{
	(void)ev;
	(void)events;
	hand_over(watcher->data);
}

static void end_threads(struct workers *w)
{
	hand_over(w);
	pthread_mutex_lock(&w->mutex);
	w->is_stopping = true;
	pthread_cond_broadcast(&w->work);
	pthread_mutex_unlock(&w->mutex);
	for (unsigned i = 0; i < w->started; i++)
		pthread_join(w->threads[i], NULL);
	w->started = 0;
}

static void free_workers(struct workers *w)
{
	ev_async_stop(loop_ev(w->loop), &w->wake);
	ev_prepare_stop(loop_ev(w->loop), &w->decided);
	ev_prepare_stop(loop_ev(w->loop), &w->sent);
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->mutex);
	free(w);
}

static void watch(struct workers *w, ev_prepare *watcher, int priority)
{
	ev_prepare_init(watcher, phase_ended);
	ev_set_priority(watcher, priority);
	watcher->data = w;
	ev_prepare_start(loop_ev(w->loop), watcher);
}

struct workers *workers_start(struct loop *loop, const struct workers_options *options)
{
	struct workers *w = calloc(1, sizeof(*w) + options->threads * sizeof(w->threads[0]));

	assert(options->queue_jobs > 0);
	if (!w)
		return NULL;
	w->loop = loop;
	w->options = *options;
	w->fresh_end = &w->fresh;
	w->waiting_end = &w->waiting;
	w->finished_end = &w->finished;
	pthread_mutex_init(&w->mutex, NULL);
	pthread_cond_init(&w->work, NULL);
	ev_async_init(&w->wake, woken);
	w->wake.data = w;
	ev_async_start(loop_ev(loop), &w->wake);
	/* While the loop sends, the threads work already. */
	watch(w, &w->decided, (TURN_DECIDES + TURN_SENDS) / 2);
	watch(w, &w->sent, EV_MINPRI);
	for (; w->started < options->threads; w->started++) {
		if (pthread_create(&w->threads[w->started], NULL, work, w) != 0) {
			end_threads(w);
			free_workers(w);
			return NULL;
		}
		pthread_setname_np(w->threads[w->started], options->name);
	}
	return w;
}

bool workers_submit(struct workers *w, struct job *job)
{
	assert(job->done);
	if (w->started == 0 || w->pending_jobs >= w->options.queue_jobs ||
	    job->size > w->options.queue_bytes - w->pending_bytes)
		return false;
	w->pending_bytes += job->size;
	w->pending_jobs++;
	job->next = NULL;
	*w->fresh_end = job;
	w->fresh_end = &job->next;
	return true;
}

size_t workers_pending_bytes(const struct workers *w)
{
	return w->pending_bytes;
}

size_t workers_pending_jobs(const struct workers *w)
{
	return w->pending_jobs;
}

void workers_stop(struct workers *w)
{
	if (!w)
		return;
	end_threads(w);
	deliver(w);
	free_workers(w);
}
