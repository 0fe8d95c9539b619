/* redis_examine.h: whether the Redis of REDIS_URL carries messages for us.
 *
 * Purpose    connects, logs in, and publishes to a channel that nobody listens to.
 * Ownership  the finding is the caller's.
 * Errors     are findings.
 * Threads    a process of its own, which may wait.
 */
#ifndef FANOUT_REDIS_EXAMINE_H
#define FANOUT_REDIS_EXAMINE_H

#include "base/finding.h"

void redis_examine(const char *url, struct finding *finding);

#endif
