#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "loop/workers.h"

enum { JOBS = 64, WAIT_S = 30 };

struct bench;

struct item {
	struct job job;
	struct bench *bench;
	int done; /* how often */
	pthread_t ran_on;
	bool submits_another;
};

/* Workers, what they were given, and gates that hold their threads. */
struct bench {
	struct loop *loop;
	struct workers *workers;
	pthread_t loop_thread;
	struct item items[JOBS];
	size_t done;
	bool is_inside_submit;

	pthread_mutex_t mutex; /* guards what follows */
	char batches[256];     /* their sizes, such as "8 8 4" */
	int opened, closed;
	bool has_wrong_thread_value;

	bool is_gated; /* constant while threads run */
	sem_t entered, gate;
};

static bool wait_for(sem_t *semaphore)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_S;
	return sem_timedwait(semaphore, &until) == 0;
}

static void *open_one(void *ctx)
{
	struct bench *bench = ctx;

	pthread_mutex_lock(&bench->mutex);
	bench->opened++;
	pthread_mutex_unlock(&bench->mutex);
	return &bench->opened;
}

static void close_one(void *ctx, void *thread)
{
	struct bench *bench = ctx;

	pthread_mutex_lock(&bench->mutex);
	bench->closed++;
	bench->has_wrong_thread_value |= thread != &bench->opened;
	pthread_mutex_unlock(&bench->mutex);
}

static void run(void *ctx, void *thread, struct job *jobs)
{
	struct bench *bench = ctx;
	size_t n = 0, length;

	for (struct job *job = jobs; job; job = job->next, n++)
		((struct item *)job)->ran_on = pthread_self();
	pthread_mutex_lock(&bench->mutex);
	length = strlen(bench->batches);
	snprintf(bench->batches + length, sizeof(bench->batches) - length, "%s%zu",
		 length ? " " : "", n);
	bench->has_wrong_thread_value |= thread != &bench->opened;
	pthread_mutex_unlock(&bench->mutex);
	if (bench->is_gated) {
		sem_post(&bench->entered);
		wait_for(&bench->gate);
	}
}

static bool submit(struct bench *bench, size_t index, size_t size);

static void done(struct job *job)
{
	struct item *item = (struct item *)job;
	struct bench *bench = item->bench;

	assert_false(bench->is_inside_submit);
	assert_true(pthread_equal(pthread_self(), bench->loop_thread));
	item->done++;
	bench->done++;
	if (item->submits_another)
		submit(bench, (size_t)(item - bench->items) + 1, 1);
}

static bool submit(struct bench *bench, size_t index, size_t size)
{
	struct item *item = &bench->items[index];
	bool is_taken;

	item->job.size = size;
	item->job.done = done;
	item->bench = bench;
	bench->is_inside_submit = true;
	is_taken = workers_submit(bench->workers, &item->job);
	bench->is_inside_submit = false;
	return is_taken;
}

static void start(struct bench *bench, struct workers_options options)
{
	memset(bench, 0, sizeof(*bench));
	bench->loop = loop_new();
	bench->loop_thread = pthread_self();
	pthread_mutex_init(&bench->mutex, NULL);
	sem_init(&bench->entered, 0, 0);
	sem_init(&bench->gate, 0, 0);
	options.name = "test-worker";
	options.open = open_one;
	options.run = run;
	options.close = close_one;
	options.ctx = bench;
	bench->workers = workers_start(bench->loop, &options);
	assert_non_null(bench->workers);
}

static void stop(struct bench *bench)
{
	workers_stop(bench->workers);
	assert_int_equal(bench->opened, bench->closed);
	assert_false(bench->has_wrong_thread_value);
	loop_free(bench->loop);
	pthread_mutex_destroy(&bench->mutex);
	sem_destroy(&bench->entered);
	sem_destroy(&bench->gate);
}

static void too_late(struct timer *timer)
{
	(void)timer;
	fail_msg("no answer in %d s", WAIT_S);
}

static void turn_until_done(struct bench *bench, size_t n)
{
	struct timer deadline;

	timer_init(&deadline, bench->loop, too_late);
	timer_start(&deadline, WAIT_S * 1000);
	while (bench->done < n)
		ev_run(loop_ev(bench->loop), EVRUN_ONCE);
	timer_stop(&deadline);
}

static void turn_once(struct bench *bench)
{
	ev_run(loop_ev(bench->loop), EVRUN_NOWAIT);
}

static void a_turns_jobs_come_in_batches_and_back_in_order(void **state)
{
	struct bench bench;

	(void)state;
	start(&bench,
	      (struct workers_options){
		      .threads = 1, .queue_bytes = 1000, .queue_jobs = 100, .batch_jobs = 8, .batch_bytes = 1000});
	for (size_t i = 0; i < 20; i++)
		assert_true(submit(&bench, i, 1));
	assert_int_equal(workers_pending_bytes(bench.workers), 20);
	turn_until_done(&bench, 20);
	assert_int_equal(workers_pending_bytes(bench.workers), 0);
	assert_string_equal(bench.batches, "8 8 4");
	for (size_t i = 0; i < 20; i++) {
		assert_int_equal(bench.items[i].done, 1);
		assert_false(pthread_equal(bench.items[i].ran_on, bench.loop_thread));
	}
	stop(&bench);
	assert_int_equal(bench.opened, 1);
}

static void a_batch_ends_at_its_bytes_and_has_one_job_at_least(void **state)
{
	static const size_t sizes[] = {40, 60, 1, 500, 100, 99, 1, 1};
	struct bench bench;

	(void)state;
	start(&bench,
	      (struct workers_options){
		      .threads = 1, .queue_bytes = 1000, .queue_jobs = 100, .batch_jobs = 100, .batch_bytes = 100});
	for (size_t i = 0; i < 8; i++)
		assert_true(submit(&bench, i, sizes[i]));
	turn_until_done(&bench, 8);
	assert_string_equal(bench.batches, "2 1 1 1 2 1");
	stop(&bench);
}

static void what_comes_while_a_thread_works_is_its_next_batch(void **state)
{
	struct bench bench;

	(void)state;
	start(&bench,
	      (struct workers_options){
		      .threads = 1, .queue_bytes = 1000, .queue_jobs = 100, .batch_jobs = 100, .batch_bytes = 1000});
	bench.is_gated = true;
	assert_true(submit(&bench, 0, 1));
	turn_once(&bench);
	assert_true(wait_for(&bench.entered));
	for (size_t i = 1; i < 6; i++) {
		assert_true(submit(&bench, i, 1));
		turn_once(&bench);
	}
	sem_post(&bench.gate);
	sem_post(&bench.gate);
	turn_until_done(&bench, 6);
	assert_string_equal(bench.batches, "1 5");
	stop(&bench);
}

static void a_full_queue_refuses_until_there_is_room(void **state)
{
	struct bench bench;

	(void)state;
	start(&bench,
	      (struct workers_options){
		      .threads = 1, .queue_bytes = 100, .queue_jobs = 100, .batch_jobs = 100, .batch_bytes = 100});
	bench.is_gated = true;
	assert_true(submit(&bench, 0, 60));
	turn_once(&bench);
	assert_true(wait_for(&bench.entered)); /* what is worked on counts too */
	assert_false(submit(&bench, 1, 41));
	assert_true(submit(&bench, 2, 40));
	assert_false(submit(&bench, 3, 1));
	assert_false(submit(&bench, 4, SIZE_MAX));
	sem_post(&bench.gate);
	sem_post(&bench.gate);
	turn_until_done(&bench, 2);
	assert_true(submit(&bench, 5, 100));
	sem_post(&bench.gate);
	turn_until_done(&bench, 3);
	assert_int_equal(bench.items[1].done + bench.items[3].done + bench.items[4].done, 0);
	stop(&bench);
}

static void a_queue_is_full_of_jobs_too(void **state)
{
	struct bench bench;

	(void)state;
	start(&bench, (struct workers_options){.threads = 1, .queue_bytes = 100, .queue_jobs = 3,
					       .batch_jobs = 100, .batch_bytes = 100});
	bench.is_gated = true;
	assert_true(submit(&bench, 0, 1));
	turn_once(&bench);
	assert_true(wait_for(&bench.entered)); /* what is worked on counts too */
	assert_true(submit(&bench, 1, 0));
	assert_true(submit(&bench, 2, 1));
	assert_false(submit(&bench, 3, 0));
	assert_int_equal(workers_pending_jobs(bench.workers), 3);
	sem_post(&bench.gate);
	sem_post(&bench.gate);
	turn_until_done(&bench, 3);
	assert_int_equal(workers_pending_jobs(bench.workers), 0);
	assert_true(submit(&bench, 4, 1));
	sem_post(&bench.gate);
	turn_until_done(&bench, 4);
	assert_int_equal(bench.items[3].done, 0);
	stop(&bench);
}

static void threads_work_side_by_side(void **state)
{
	struct bench bench;

	(void)state;
	start(&bench,
	      (struct workers_options){
		      .threads = 3, .queue_bytes = 100, .queue_jobs = 100, .batch_jobs = 1, .batch_bytes = 100});
	bench.is_gated = true;
	for (size_t i = 0; i < 3; i++)
		assert_true(submit(&bench, i, 1));
	turn_once(&bench);
	for (size_t i = 0; i < 3; i++)
		assert_true(wait_for(&bench.entered)); /* all are inside, none has left */
	for (size_t i = 0; i < 3; i++)
		sem_post(&bench.gate);
	turn_until_done(&bench, 3);
	stop(&bench);
	assert_int_equal(bench.opened, 3);
}

static void a_callback_may_submit(void **state)
{
	struct bench bench;

	(void)state;
	start(&bench,
	      (struct workers_options){
		      .threads = 1, .queue_bytes = 100, .queue_jobs = 100, .batch_jobs = 10, .batch_bytes = 100});
	for (size_t i = 0; i < 10; i++)
		bench.items[i].submits_another = true;
	assert_true(submit(&bench, 0, 100)); /* its own room is free again by then */
	turn_until_done(&bench, 11);
	stop(&bench);
}

static void stop_works_off_what_waits(void **state)
{
	struct bench bench;

	(void)state;
	start(&bench,
	      (struct workers_options){
		      .threads = 2, .queue_bytes = 100, .queue_jobs = 100, .batch_jobs = 3, .batch_bytes = 100});
	for (size_t i = 0; i < 30; i++)
		assert_true(submit(&bench, i, 1));
	bench.items[29].submits_another = true; /* refused: it is stopping */
	stop(&bench);
	for (size_t i = 0; i < 30; i++)
		assert_int_equal(bench.items[i].done, 1);
	assert_int_equal(bench.done, 30);
	workers_stop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_turns_jobs_come_in_batches_and_back_in_order),
		cmocka_unit_test(a_batch_ends_at_its_bytes_and_has_one_job_at_least),
		cmocka_unit_test(what_comes_while_a_thread_works_is_its_next_batch),
		cmocka_unit_test(a_full_queue_refuses_until_there_is_room),
		cmocka_unit_test(a_queue_is_full_of_jobs_too),
		cmocka_unit_test(threads_work_side_by_side),
		cmocka_unit_test(a_callback_may_submit),
		cmocka_unit_test(stop_works_off_what_waits),
	};

	return cmocka_run_group_tests_name("workers", tests, NULL, NULL);
}
