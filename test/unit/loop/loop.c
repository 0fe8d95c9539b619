#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <cmocka.h>

#include "loop/loop.h"

struct probe {
	struct timer timer;
	struct turn_end end;
	struct signal_watch watch;
	struct loop *loop;
	int calls;
	int *order; /* a counter shared by several probes */
	int place;  /* what it said at the last call */
};

static void called(struct probe *probe)
{
	probe->calls++;
	if (probe->order)
		probe->place = ++*probe->order;
}

static void timer_fires(struct timer *timer)
{
	called((struct probe *)((char *)timer - offsetof(struct probe, timer)));
}

static void timer_fires_and_stops(struct timer *timer)
{
	timer_fires(timer);
	loop_stop(timer->loop);
}

static void timers_fire_once_in_their_order(void **state)
{
	struct loop *loop = loop_new();
	struct probe first = {0}, second = {0}, last = {0};
	int order = 0;

	(void)state;
	first.order = second.order = last.order = &order;
	timer_init(&last.timer, loop, timer_fires_and_stops);
	timer_init(&first.timer, loop, timer_fires);
	timer_init(&second.timer, loop, timer_fires);
	timer_start(&last.timer, 60);
	timer_start(&second.timer, 20);
	timer_start(&first.timer, 0);
	assert_true(timer_is_running(&first.timer));
	loop_run(loop);
	assert_int_equal(first.place, 1);
	assert_int_equal(second.place, 2);
	assert_int_equal(last.place, 3);
	assert_int_equal(first.calls + second.calls + last.calls, 3);
	assert_false(timer_is_running(&first.timer));
	loop_free(loop);
}

static void a_timer_that_is_started_again_moves(void **state)
{
	struct loop *loop = loop_new();
	struct probe moved = {0}, stopped = {0}, other = {0};
	int order = 0;

	(void)state;
	moved.order = other.order = &order;
	timer_init(&moved.timer, loop, timer_fires_and_stops);
	timer_init(&stopped.timer, loop, timer_fires);
	timer_init(&other.timer, loop, timer_fires);
	timer_start(&moved.timer, 0);
	timer_start(&stopped.timer, 0);
	timer_start(&other.timer, 20);
	timer_start(&moved.timer, 60);
	timer_stop(&stopped.timer);
	loop_run(loop);
	assert_int_equal(other.place, 1);
	assert_int_equal(moved.place, 2);
	assert_int_equal(stopped.calls, 0);
	loop_free(loop);
}

static void a_timer_does_not_fire_early(void **state)
{
	struct loop *loop = loop_new();
	struct probe probe = {0};
	struct timespec before, after;
	int64_t passed_ms;

	(void)state;
	timer_init(&probe.timer, loop, timer_fires_and_stops);
	clock_gettime(CLOCK_MONOTONIC, &before);
	timer_start(&probe.timer, 30);
	loop_run(loop);
	clock_gettime(CLOCK_MONOTONIC, &after);
	passed_ms =
		(after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
	assert_in_range(passed_ms, 29, INT64_MAX);
	loop_free(loop);
}

static void turn_ends(struct turn_end *end)
{
	struct probe *probe = (struct probe *)((char *)end - offsetof(struct probe, end));

	called(probe);
	if (probe->calls == 3 && probe->loop)
		loop_stop(probe->loop);
}

static void every_turn_calls_its_ends_until_they_stop(void **state)
{
	struct loop *loop = loop_new();
	struct probe first = {0}, second = {0}, tick = {0};

	(void)state;
	second.loop = loop;
	turn_end_start(&first.end, loop, TURN_SENDS, turn_ends);
	turn_end_start(&second.end, loop, TURN_SENDS, turn_ends);
	timer_init(&tick.timer, loop, timer_fires);
	for (int turn = 1; turn <= 2; turn++) {
		timer_start(&tick.timer, 0);
		ev_run(loop_ev(loop), EVRUN_ONCE);
		assert_int_equal(first.calls, turn);
		assert_int_equal(second.calls, turn);
	}
	turn_end_stop(&first.end, loop);
	timer_start(&tick.timer, 0);
	loop_run(loop);
	assert_int_equal(first.calls, 2);
	assert_int_equal(second.calls, 3);
	turn_end_stop(&second.end, loop);
	loop_free(loop);
}

struct ordered {
	struct turn_end end;
	char **at;
	char name;
};

static void notes_its_name(struct turn_end *end)
{
	struct ordered *ordered = (struct ordered *)((char *)end - offsetof(struct ordered, end));

	*(*ordered->at)++ = ordered->name;
}

static void who_decides_comes_before_who_sends(void **state)
{
	struct loop *loop = loop_new();
	char story[8] = "", *at = story;
	struct ordered sends = {.at = &at, .name = 's'}, decides = {.at = &at, .name = 'd'};
	struct probe tick = {0};

	(void)state;
	turn_end_start(&sends.end, loop, TURN_SENDS, notes_its_name);
	turn_end_start(&decides.end, loop, TURN_DECIDES, notes_its_name);
	timer_init(&tick.timer, loop, timer_fires);
	timer_start(&tick.timer, 0);
	ev_run(loop_ev(loop), EVRUN_ONCE);
	assert_string_equal(story, "ds");
	turn_end_stop(&sends.end, loop);
	turn_end_stop(&decides.end, loop);
	loop_free(loop);
}

static void signal_comes(struct signal_watch *watch)
{
	struct probe *probe = (struct probe *)((char *)watch - offsetof(struct probe, watch));

	called(probe);
	loop_stop(probe->loop);
}

static void a_signal_calls_on_the_loop(void **state)
{
	struct loop *loop = loop_new();
	struct probe probe = {.loop = loop};

	(void)state;
	signal_watch_start(&probe.watch, loop, SIGUSR1, signal_comes);
	raise(SIGUSR1);
	assert_int_equal(probe.calls, 0);
	loop_run(loop);
	assert_int_equal(probe.calls, 1);
	signal_watch_stop(&probe.watch, loop);
	loop_free(loop);
}

static void the_clocks_go_forward(void **state)
{
	struct loop *loop = loop_new();
	int64_t now = loop_now_ms(loop), wall = loop_wall_ms();

	(void)state;
	assert_true(loop_now_ms(loop) >= now);
	assert_true(wall > 1700000000000); /* milliseconds of Unix time */
	loop_free(loop);
	loop_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_fire_once_in_their_order),
		cmocka_unit_test(a_timer_that_is_started_again_moves),
		cmocka_unit_test(a_timer_does_not_fire_early),
		cmocka_unit_test(every_turn_calls_its_ends_until_they_stop),
		cmocka_unit_test(who_decides_comes_before_who_sends),
		cmocka_unit_test(a_signal_calls_on_the_loop),
		cmocka_unit_test(the_clocks_go_forward),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
