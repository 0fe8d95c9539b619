#include "session/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct load_limits limits = {.turns = 1000, .wait_ms = 2000};

static void the_decision(void **state)
{
	static const struct {
		const char *what;
		struct load load;
		size_t bytes;
		enum shed shed;
		int64_t retry_after_ms;
	} cases[] = {
		{"nothing waits", {0}, 100, SHED_NOT, 0},
		{"one less than may wait", {.turns = 999, .stored_at_ms = 10000}, 1, SHED_NOT, 0},
		{"as many as may wait", {.turns = 1000, .stored_at_ms = 10000}, 1, SHED_TURNS, 1000},
		{"the same, and it is known how fast it goes",
		 {.turns = 1000, .turn_us = 4000, .stored_at_ms = 10000}, 1, SHED_TURNS, 3000},
		{"the same, very fast", {.turns = 1000, .turn_us = 10, .stored_at_ms = 10000}, 1, SHED_TURNS, 250},
		{"the same, very slowly", {.turns = 1000, .turn_us = 90000, .stored_at_ms = 10000}, 1, SHED_TURNS,
		 5000},
		{"the store is away: the bound holds",
		 {.turns = 1000, .turn_us = 4000, .stored_at_ms = 8999}, 1, SHED_TURNS, 1000},
		{"one byte too much", {.turns = 1, .bytes = LOAD_BYTES_MOST - 99}, 100, SHED_BYTES, 1000},
		{"as much as may be", {.turns = 1, .bytes = LOAD_BYTES_MOST - 100}, 100, SHED_NOT, 0},
		{"alone anything", {0}, LOAD_BYTES_MOST + 1, SHED_NOT, 0},
		{"too long, and it is seen",
		 {.turns = 501, .turn_us = 4000, .waited_ms = 1001, .stored_at_ms = 9000}, 1, SHED_WAIT, 1004},
		{"not too long", {.turns = 500, .turn_us = 4000, .waited_ms = 1001, .stored_at_ms = 9000}, 1,
		 SHED_NOT, 0},
		{"the few after an outage, that came back one by one",
		 {.turns = LOAD_CROWD - 1, .turn_us = 900000, .waited_ms = 9000, .stored_at_ms = 9500}, 1, SHED_NOT, 0},
		{"too long as it seems, but nobody has waited",
		 {.turns = 900, .turn_us = 4000, .waited_ms = 1000, .stored_at_ms = 9000}, 1, SHED_NOT, 0},
		{"too long, but the store went away",
		 {.turns = 900, .turn_us = 4000, .waited_ms = 3000, .stored_at_ms = 8999}, 1, SHED_NOT, 0},
		{"not known how long", {.turns = 900, .waited_ms = 3000, .stored_at_ms = 10000}, 1, SHED_NOT, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t retry_after_ms = 0;
		enum shed shed = load_judge(&cases[i].load, &limits, cases[i].bytes, 10000, &retry_after_ms);

		if (shed != cases[i].shed || retry_after_ms != cases[i].retry_after_ms)
			fail_msg("%s: %s, %lld ms", cases[i].what, shed_names[shed], (long long)retry_after_ms);
	}
}

/* A store that takes so many a second, and clients that send so many: plays it by the millisecond, in which each
 * turn waits for those before it. Gives how many were shed; *longest is what one that was taken has waited. */
static size_t play(struct load *load, int64_t *now, int64_t ms, size_t stored_a_s, size_t sent_a_s, int64_t *longest)
{
	enum { MOST = 100000 };
	static int64_t taken_at[MOST];
	static size_t first, end;
	size_t shed = 0, due_in = 0, due_out = 0;
	const struct load_limits no_bound = {.turns = MOST - 1, .wait_ms = 2000};

	if (load->turns == 0)
		first = end = 0;
	*longest = 0;
	for (int64_t stop = *now + ms; *now < stop; ++*now) {
		for (due_in += sent_a_s; due_in >= 1000; due_in -= 1000) {
			int64_t retry_after_ms;

			if (load_judge(load, &no_bound, 10, *now, &retry_after_ms) != SHED_NOT) {
				shed++;
				continue;
			}
			load_add(load, 10, *now);
			taken_at[end++ % MOST] = *now;
		}
		for (due_out += stored_a_s; due_out >= 1000; due_out -= 1000) {
			int64_t waited;

			if (load->turns == 0)
				continue;
			waited = *now - taken_at[first++ % MOST];
			*longest = waited > *longest ? waited : *longest;
			load_stored(load, waited, *now);
			load_remove(load, 10);
		}
	}
	return shed;
}

static void what_can_be_done_is_taken(void **state)
{
	struct load load = {0};
	int64_t now = 1000, longest;

	(void)state;
	assert_int_equal(play(&load, &now, 10000, 5000, 4900, &longest), 0);
	assert_true(longest < 10);
}

/* Twice as many as can be done: half of them go, the others wait for about as long as they may. And it is over
 * when it is over. */
static void too_much_is_shed(void **state)
{
	struct load load = {0};
	int64_t now = 1000, longest;
	size_t shed;

	(void)state;
	play(&load, &now, 10000, 5000, 10000, &longest);
	assert_true(longest < 2500);
	shed = play(&load, &now, 10000, 5000, 10000, &longest);
	assert_true(shed > 49000 && shed < 51000);
	assert_true(longest > 1500 && longest < 2500);
	play(&load, &now, 1000, 5000, 1000, &longest);
	assert_int_equal(play(&load, &now, 5000, 5000, 4000, &longest), 0);
}

/* A crowd that comes at once, on a store that was seen to take its time with the few. */
static void a_burst_is_taken(void **state)
{
	struct load load = {0};
	int64_t now = 1000, longest;

	(void)state;
	play(&load, &now, 2000, 5, 4, &longest);
	assert_int_equal(play(&load, &now, 500, 20000, 20000, &longest), 0);
}

/* What was sent while the store was away is served; nobody is shed for having waited for it. */
static void an_outage_sheds_nobody(void **state)
{
	struct load load = {0};
	int64_t now = 1000, longest;

	(void)state;
	play(&load, &now, 2000, 5000, 1000, &longest);
	assert_int_equal(play(&load, &now, 4000, 0, 1000, &longest), 0);
	assert_int_equal(load.turns, 4000);
	assert_int_equal(play(&load, &now, 3000, 5000, 1000, &longest), 0);
	assert_true(longest >= 3900);
	assert_int_equal(play(&load, &now, 1000, 5000, 1000, &longest), 0);
	assert_true(longest < 10);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_decision),
		cmocka_unit_test(what_can_be_done_is_taken),
		cmocka_unit_test(too_much_is_shed),
		cmocka_unit_test(a_burst_is_taken),
		cmocka_unit_test(an_outage_sheds_nobody),
	};

	return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
