/* pace.h: when messages are due, for a closed and for an open loop.
 *
 * Purpose    a closed loop sends the next message when one is acknowledged; an open loop sends at a
 *            fixed rate whatever the server does, so that a message's wait for its turn counts.
 *            Latency is measured from the time that a message was due, and only in the window.
 * Ownership  none.
 * Errors     none.
 * Threads    one.
 */
#ifndef LOAD_PACE_H
#define LOAD_PACE_H

#include "bench/load/histogram.h"
#include "bench/load/report.h"
#include "bench/load/users.h"

struct pace {
	unsigned senders;                    /* the crowd's first users */
	int64_t begin_ns, from_ns, until_ns; /* the measured window is [from, until) */
	uint64_t due;                        /* messages sent by the open loop so far */
	uint64_t counted;                    /* acknowledged in the window */
	struct histogram latency;
	struct processes_use before, after;
};

/* Runs the crowd (all in) through warm-up and window, then waits for what is under way. */
bool pace_run(struct pace *pace, struct crowd *crowd, unsigned senders);
/* Call for each acknowledgement. */
void pace_acked(struct pace *pace, struct crowd *crowd, struct user *user, int64_t due_ns);
/* The window's rate, latency and CPU time. */
void pace_report(const struct pace *pace, struct report *r, const struct options *options);

#endif
