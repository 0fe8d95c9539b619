/* lag.h: how late the loop is.
 *
 * Purpose    sets itself a time four times a second and counts by how much it was missed: what one long turn
 *            of the loop keeps everybody waiting.
 * Ownership  lives inside its user, who stops it before it goes.
 * Errors     none.
 * Threads    loop thread only.
 */
#ifndef LOOP_LAG_H
#define LOOP_LAG_H

#include "base/histogram.h"
#include "loop/loop.h"

struct lag {
	struct timer timer;
	int64_t due_us;
	struct histogram late_us;
};

void lag_start(struct lag *lag, struct loop *loop);
void lag_stop(struct lag *lag);

#endif
