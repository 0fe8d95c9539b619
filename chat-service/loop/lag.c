#include "loop/lag.h"

#include "base/container.h"

enum { STEP_MS = 250 };

static void set(struct lag *lag)
{
	lag->due_us = loop_clock_us() + STEP_MS * 1000;
	timer_start(&lag->timer, STEP_MS);
}

static void is_due(struct timer *timer)
{
	struct lag *lag = container_of(timer, struct lag, timer);
	int64_t late_us = loop_clock_us() - lag->due_us;

	histogram_add(&lag->late_us, late_us > 0 ? (uint64_t)late_us : 0);
	set(lag);
}

void lag_start(struct lag *lag, struct loop *loop)
{
	*lag = (struct lag){0};
	timer_init(&lag->timer, loop, is_due);
	set(lag);
}

void lag_stop(struct lag *lag)
{
	timer_stop(&lag->timer);
}
