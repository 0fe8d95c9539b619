/* loop.h: the one event loop of the process.
 *
 * Purpose    runs libev, tells the time, calls what must happen at the end of a turn.
 * Ownership  timers, signals and turn ends live inside their users; stop them before they go.
 * Errors     loop_new gives NULL without memory or descriptors; nothing else fails.
 * Threads    loop thread only. What other threads have to say comes through a mailbox (mailbox.h).
 */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

struct loop;

struct loop *loop_new(void);
void loop_free(struct loop *loop);
/* Turns until loop_stop. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* For libraries that bring watchers of their own. */
struct ev_loop *loop_ev(struct loop *loop);

/* Monotonic, as of the start of this turn; and the wall clock (Unix time), read anew. */
int64_t loop_now_ms(const struct loop *loop);
int64_t loop_wall_ms(void);
/* Monotonic and exact, for measuring. */
int64_t loop_clock_us(void);

/* A timer calls once, `after_ms` from now, and may be started again; starting a running one moves it. */
struct timer {
	ev_timer watcher;
	struct loop *loop;
	void (*fire)(struct timer *timer);
};
void timer_init(struct timer *timer, struct loop *loop, void (*fire)(struct timer *));
void timer_start(struct timer *timer, int64_t after_ms);
void timer_stop(struct timer *timer);
bool timer_is_running(const struct timer *timer);

/* Calls at the end of every turn, before the loop sleeps: first all who decide on what the turn brought,
 * then all who send what came of it. Behind each of the two, workers get the jobs that were submitted. */
enum turn_phase { TURN_DECIDES = 2, TURN_SENDS = 0 }; /* libev's priorities */
struct turn_end {
	ev_prepare watcher;
	void (*call)(struct turn_end *end);
};
void turn_end_start(struct turn_end *end, struct loop *loop, enum turn_phase phase,
		    void (*call)(struct turn_end *));
void turn_end_stop(struct turn_end *end, struct loop *loop);

/* Calls on the loop when the process gets the signal. */
struct signal_watch {
	ev_signal watcher;
	void (*call)(struct signal_watch *watch);
};
void signal_watch_start(struct signal_watch *watch, struct loop *loop, int number,
			void (*call)(struct signal_watch *));
void signal_watch_stop(struct signal_watch *watch, struct loop *loop);

#endif
