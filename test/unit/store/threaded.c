/* What threaded.h promises for every backend, on one that hangs when it is told to. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fixture.h"
#include "store/threaded.h"

struct hanging {
	sem_t gate;      /* every operation passes it */
	size_t appended; /* by the writer thread; read after the store is closed */
	size_t frees;
	bool has_no_threads;

	pthread_mutex_t mutex; /* guards what follows */
	bool view_is_away;
	size_t bulks;
	char rows[4096];
};

static void *hanging_open(void *ctx, enum store_thread kind)
{
	struct hanging *backend = ctx;

	(void)kind;
	return backend->has_no_threads ? NULL : backend;
}

static void hanging_close(void *ctx, void *thread)
{
	assert_ptr_equal(ctx, thread);
}

static void pass(struct hanging *backend)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_MS / 1000;
	sem_timedwait(&backend->gate, &until);
}

static void hanging_append(void *ctx, void *thread, struct append *const *appends, size_t n,
			   int64_t deadline_ms)
{
	struct hanging *backend = thread;

	(void)ctx;
	(void)deadline_ms;
	pass(backend);
	for (size_t i = 0; i < n; i++)
		appends[i]->result = APPEND_STORED;
	backend->appended += n;
}

/* The view alone does not hang: its rows are told, newest first. */
static bool hanging_write_rows(void *ctx, void *thread, const struct store_row *const *rows, size_t n)
{
	struct hanging *backend = thread;

	(void)ctx;
	pthread_mutex_lock(&backend->mutex);
	for (size_t i = 0; i < n && !backend->view_is_away; i++) {
		size_t at = strlen(backend->rows);

		snprintf(backend->rows + at, sizeof(backend->rows) - at, "%.*s=%llu(%.*s) ",
			 (int)rows[i]->conversation.n, rows[i]->conversation.p,
			 (unsigned long long)rows[i]->n, (int)rows[i]->name.n, rows[i]->name.p);
	}
	backend->bulks++;
	n = backend->view_is_away ? 0 : n;
	pthread_mutex_unlock(&backend->mutex);
	return n > 0;
}

static bool hanging_read(void *ctx, void *thread, struct gathering *gathering)
{
	(void)ctx;
	pass(thread);
	return gathering_offer(gathering, plain_entry("ann", 1, 1, NULL)) != GATHER_BROKEN;
}

static bool hanging_find(void *ctx, void *thread, struct text conversation, struct text client_id,
			 struct entry **entry)
{
	(void)ctx;
	(void)conversation;
	(void)client_id;
	pass(thread);
	*entry = plain_entry("ann", 1, 1, NULL);
	return true;
}

static bool hanging_compare(void *ctx, void *thread, const struct store_place *places, size_t n,
			    bool *has_more)
{
	(void)ctx;
	(void)places;
	pass(thread);
	for (size_t i = 0; i < n; i++)
		has_more[i] = true;
	return true;
}

static bool hanging_ping(void *ctx, void *thread)
{
	(void)ctx;
	pass(thread);
	return true;
}

static void hanging_free(void *ctx)
{
	struct hanging *backend = ctx;

	backend->frees++;
}

static const struct backend hanging_backend = {
	.open = hanging_open,
	.close = hanging_close,
	.append = hanging_append,
	.write_rows = hanging_write_rows,
	.read = hanging_read,
	.find = hanging_find,
	.compare = hanging_compare,
	.ping = hanging_ping,
	.free = hanging_free,
};

static struct hanging hang;

static void begin(struct fixture *f)
{
	hang = (struct hanging){0};
	sem_init(&hang.gate, 0, 0);
	pthread_mutex_init(&hang.mutex, NULL);
	f->state = &hang;
}

static void end(struct fixture *f)
{
	(void)f;
	assert_true(hang.frees >= 1); /* one for each store */
	sem_destroy(&hang.gate);
	pthread_mutex_destroy(&hang.mutex);
}

static struct store *open_store(struct fixture *f, int64_t timeout_ms, char *error,
				size_t error_size)
{
	(void)error;
	(void)error_size;
	return threaded_store_open(f->loop, &f->log, &hanging_backend, f->state, 2, timeout_ms);
}

static void let_pass(int n)
{
	while (n-- > 0)
		sem_post(&hang.gate);
}

static void everything_is_answered_in_time_while_the_backend_hangs(void **state)
{
	struct answer appended = {0}, read = {0}, found = {0}, pinged = {0}, late = {0};
	struct comparison_answer compared = {0};
	struct fixture *f = *state;

	fixture_open(f, 300);
	start_append(f, plain_entry("ann", 1, 1, NULL), &appended);
	assert_true(store_read(f->store,
			       &(struct store_range){.conversation = TEXT("ann"), .limit = 1},
			       answer_read, &read));
	assert_true(store_find(f->store, TEXT("ann"), TEXT("x"), answer_find, &found));
	assert_true(store_compare(f->store, &(struct store_place){TEXT("ann"), 0}, 1, answer_compare,
				  &compared));
	assert_true(store_ping(f->store, answer_ping, &pinged));
	fixture_wait(f, &pinged.calls, 1); /* the youngest; it never reached a thread */
	start_append(f, plain_entry("ann", 2, 1, NULL), &late);
	fixture_wait(f, &late.calls, 1);
	assert_int_equal(appended.calls, 1);
	assert_int_equal(appended.result, APPEND_UNAVAILABLE);
	assert_int_equal(read.calls, 1);
	assert_false(read.is_available);
	assert_int_equal(read.n, 0);
	assert_int_equal(found.calls, 1);
	assert_false(found.is_available);
	assert_int_equal(compared.calls, 1);
	assert_string_equal(compared.has_more, "");
	assert_false(pinged.is_available);
	assert_int_equal(late.result, APPEND_UNAVAILABLE);

	/* What comes late from the threads is dropped, and what waited too long is not begun. */
	let_pass(3);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(appended.calls + read.calls + found.calls + pinged.calls + late.calls, 5);
	assert_in_range(hang.appended, 0, 1);
	answer_release(&read);
	answer_release(&found);
}

static void an_append_after_the_hang_is_stored(void **state)
{
	struct answer first = {0}, second = {0};
	struct fixture *f = *state;

	fixture_open(f, 300);
	start_append(f, plain_entry("ann", 1, 1, NULL), &first);
	fixture_wait(f, &first.calls, 1);
	assert_int_equal(first.result, APPEND_UNAVAILABLE);
	let_pass(2);
	do { /* the thread may still be on its way back */
		second = (struct answer){0};
		let_pass(1);
		start_append(f, plain_entry("ann", 2, 1, NULL), &second);
		fixture_wait(f, &second.calls, 1);
	} while (second.result != APPEND_STORED);
}

static void a_thread_that_cannot_open_is_an_outage(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	hang.has_no_threads = true;
	fixture_open(f, TIMEOUT_MS);
	assert_int_equal(append_plain(f, "ann", 1, 1, NULL), APPEND_UNAVAILABLE);
	answer = find(f, "ann", "x");
	assert_false(answer.is_available);
	answer_release(&answer);
	assert_false(ping(f));
}

static void the_stats_tell_what_waits_and_what_was_answered(void **state)
{
	struct answer appended[3] = {0}, read = {0};
	struct fixture *f = *state;
	const struct store_stats *stats;
	size_t bytes;

	fixture_open(f, 300);
	assert_int_equal(store_stats(f->store)->append_jobs, 0);
	assert_int_equal(store_stats(f->store)->oldest_append_ms, 0);
	for (size_t i = 0; i < 3; i++)
		start_append(f, plain_entry("ann", i + 1, 1, NULL), &appended[i]);
	assert_true(store_read(f->store,
			       &(struct store_range){.conversation = TEXT("ann"), .limit = 1},
			       answer_read, &read));
	stats = store_stats(f->store);
	assert_int_equal(stats->append_jobs, 3);
	assert_int_equal(stats->read_jobs, 1);
	bytes = stats->append_bytes;
	assert_true(bytes > stats->read_bytes && stats->read_bytes > 0);
	fixture_wait(f, &appended[2].calls, 1); /* they time out, and are still under way */
	stats = store_stats(f->store);
	assert_int_equal(stats->append_jobs, 3);
	assert_int_equal(stats->append_bytes, bytes);
	assert_int_equal(stats->oldest_append_ms, 0);
	assert_int_equal(histogram_count(&stats->append_us), 3);
	assert_true(stats->append_us.sum >= 3 * 290 * 1000);
	assert_int_equal(histogram_count(&stats->batch_entries), 0);
	let_pass(2);
	while (store_stats(f->store)->append_jobs > 0)
		ev_run(loop_ev(f->loop), EVRUN_ONCE);
	stats = store_stats(f->store);
	assert_int_equal(stats->append_bytes, 0);
	assert_int_equal(histogram_count(&stats->batch_entries), 1);
	assert_int_equal(stats->batch_entries.sum, 3);
	assert_int_equal(histogram_count(&stats->append_us), 3);
	answer_release(&read);
}

static bool rows_are(const char *expected)
{
	bool are;

	pthread_mutex_lock(&hang.mutex);
	are = strcmp(hang.rows, expected) == 0;
	pthread_mutex_unlock(&hang.mutex);
	return are;
}

static void set_view_away(bool is_away)
{
	pthread_mutex_lock(&hang.mutex);
	hang.view_is_away = is_away;
	pthread_mutex_unlock(&hang.mutex);
}

static void store_one(struct fixture *f, struct entry *entry)
{
	let_pass(1);
	assert_int_equal(append(f, entry), APPEND_STORED);
	entry_unref(entry);
}

static struct entry *system_entry(uint64_t first)
{
	struct message message = {.role = ROLE_SYSTEM, .text = TEXT("x")};

	return entry_make(TEXT("ann"), first, 0, &(struct standing){0}, &message, 1);
}

static void rows_wait_for_their_turn_and_are_one_a_conversation(void **state)
{
	struct fixture *f = *state;

	fixture_open(f, TIMEOUT_MS);
	for (uint64_t first = 1; first <= 3; first++)
		store_one(f, plain_entry("ann", first, 1, NULL));
	store_one(f, plain_entry("bob", 1, 1, NULL));
	assert_true(rows_are(""));
	fixture_reopen(f);
	assert_true(rows_are("ann=3(Ann) bob=1(Ann) "));
	assert_int_equal(hang.bulks, 1);
}

static void an_entry_of_the_system_has_its_row_first(void **state)
{
	struct fixture *f = *state;

	fixture_open(f, TIMEOUT_MS);
	store_one(f, plain_entry("ann", 1, 1, NULL));
	store_one(f, system_entry(2));
	assert_true(rows_are("ann=2() "));
	fixture_reopen(f);
	assert_true(rows_are("ann=2() ann=2(Ann) ")); /* with the name, which only the loop knew */
}

static void rows_that_cannot_be_written_come_later(void **state)
{
	struct fixture *f = *state;
	struct timer tick;
	bool is_tried_twice;

	fixture_open(f, TIMEOUT_MS);
	set_view_away(true);
	store_one(f, system_entry(1)); /* stored all the same */
	timer_init(&tick, f->loop, timer_stop);
	do {
		timer_start(&tick, 10);
		ev_run(loop_ev(f->loop), EVRUN_ONCE);
		pthread_mutex_lock(&hang.mutex);
		is_tried_twice = hang.bulks > 1;
		pthread_mutex_unlock(&hang.mutex);
	} while (!is_tried_twice);
	timer_stop(&tick);
	set_view_away(false);
	fixture_reopen(f);
	assert_true(rows_are("ann=1() "));
}

struct nested {
	struct fixture *f;
	struct entry *entry;
	struct answer answer;
	bool is_taken;
};

static void ask_again(void *ctx, enum append_result result)
{
	struct nested *nested = ctx;

	(void)result;
	nested->is_taken =
		store_append(nested->f->store, nested->entry, answer_append, &nested->answer);
}

static void ask_after_a_read(void *ctx, bool is_available, struct entry *const *entries, size_t n)
{
	(void)is_available;
	(void)entries;
	(void)n;
	ask_again(ctx, APPEND_UNAVAILABLE);
}

static void a_callback_may_ask_again_but_not_during_close(void **state)
{
	struct fixture *f = *state;
	struct nested nested = {.f = f, .entry = plain_entry("ann", 1, 1, NULL)};

	fixture_open(f, 300);
	/* It times out, and so does what its callback asks. */
	assert_true(store_append(f->store, nested.entry, ask_again, &nested));
	fixture_wait(f, &nested.answer.calls, 1);
	assert_true(nested.is_taken);
	let_pass(2);
	assert_true(store_append(f->store, nested.entry, ask_again, &nested));
	assert_true(store_read(f->store,
			       &(struct store_range){.conversation = TEXT("ann"), .limit = 1},
			       ask_after_a_read, &nested)); /* the writer is gone by then */
	let_pass(3);
	store_close(f->store);
	assert_false(nested.is_taken);
	assert_int_equal(nested.answer.calls, 1);
	f->store = NULL;
	entry_unref(nested.entry);
}

static int setup(void **state)
{
	static const struct test_backend backend = {
		.name = "hanging", .begin = begin, .end = end, .open = open_store};

	*state = fixture_begin(&backend);
	return 0;
}

static int teardown(void **state)
{
	fixture_end(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			everything_is_answered_in_time_while_the_backend_hangs, setup, teardown),
		cmocka_unit_test_setup_teardown(an_append_after_the_hang_is_stored, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_thread_that_cannot_open_is_an_outage, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_stats_tell_what_waits_and_what_was_answered,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			rows_wait_for_their_turn_and_are_one_a_conversation, setup, teardown),
		cmocka_unit_test_setup_teardown(an_entry_of_the_system_has_its_row_first, setup,
						teardown),
		cmocka_unit_test_setup_teardown(rows_that_cannot_be_written_come_later, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_callback_may_ask_again_but_not_during_close,
						setup, teardown),
	};

	return cmocka_run_group_tests_name("threaded", tests, NULL, NULL);
}
