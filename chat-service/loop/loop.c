#include "loop/loop.h"

#include <stdlib.h>
#include <time.h>

struct loop {
	struct ev_loop *ev;
};

struct loop *loop_new(void)
{
	struct loop *loop = malloc(sizeof(*loop));

	if (!loop)
		return NULL;
	loop->ev = ev_loop_new(EVFLAG_AUTO);
	if (!loop->ev) {
		free(loop);
		return NULL;
	}
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	ev_loop_destroy(loop->ev);
	free(loop);
}

void loop_run(struct loop *loop)
{
	ev_run(loop->ev, 0);
}

void loop_stop(struct loop *loop)
{
	ev_break(loop->ev, EVBREAK_ALL);
}

struct ev_loop *loop_ev(struct loop *loop)
{
	return loop->ev;
}

int64_t loop_now_ms(const struct loop *loop)
{
	struct timespec now;

	(void)loop; /* ev_now is wall clock time, which jumps */
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t loop_wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t loop_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void timer_fired(struct ev_loop *ev, ev_timer *watcher, int events)
{
	struct timer *timer = watcher->data;

	(void)ev;
	(void)events;
	timer->fire(timer);
}

void timer_init(struct timer *timer, struct loop *loop, void (*fire)(struct timer *))
{
	ev_init(&timer->watcher, timer_fired);
	timer->watcher.data = timer;
	timer->loop = loop;
	timer->fire = fire;
}

void timer_start(struct timer *timer, int64_t after_ms)
{
	ev_timer_stop(timer->loop->ev, &timer->watcher);
	ev_now_update(timer->loop->ev);
	ev_timer_set(&timer->watcher, (double)after_ms / 1000.0, 0.0);
	ev_timer_start(timer->loop->ev, &timer->watcher);
}

void timer_stop(struct timer *timer)
{
	ev_timer_stop(timer->loop->ev, &timer->watcher);
}

bool timer_is_running(const struct timer *timer)
{
	return ev_is_active(&timer->watcher);
}

static void turn_ended(struct ev_loop *ev, ev_prepare *watcher, int events)
{
	struct turn_end *end = watcher->data;

	(void)ev;
	(void)events;
	end->call(end);
}

void turn_end_start(struct turn_end *end, struct loop *loop, enum turn_phase phase,
		    void (*call)(struct turn_end *))
{
	ev_prepare_init(&end->watcher, turn_ended);
	ev_set_priority(&end->watcher, (int)phase);
	end->watcher.data = end;
	end->call = call;
	ev_prepare_start(loop->ev, &end->watcher);
}

void turn_end_stop(struct turn_end *end, struct loop *loop)
{
	ev_prepare_stop(loop->ev, &end->watcher);
}

static void signal_came(struct ev_loop *ev, ev_signal *watcher, int events)
{
	struct signal_watch *watch = watcher->data;

	(void)ev;
	(void)events;
	watch->call(watch);
}

void signal_watch_start(struct signal_watch *watch, struct loop *loop, int number,
			void (*call)(struct signal_watch *))
{
	ev_signal_init(&watch->watcher, signal_came, number);
	watch->watcher.data = watch;
	watch->call = call;
	ev_signal_start(loop->ev, &watch->watcher);
}

void signal_watch_stop(struct signal_watch *watch, struct loop *loop)
{
	ev_signal_stop(loop->ev, &watch->watcher);
}
