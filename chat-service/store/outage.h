/* outage.h: says in the log that a thread cannot reach its data, once, and once that it can again.
 *
 * Purpose    an outage is two lines, however many calls fail meanwhile.
 * Ownership  refers to what it is given.
 * Errors     none.
 * Threads    one at a time; each thread has its own.
 */
#ifndef STORE_OUTAGE_H
#define STORE_OUTAGE_H

#include <stdbool.h>

#include "base/log.h"

struct outage {
	const struct log *log;
	const char *store; /* a path, a host: where the data is */
	const char *what;  /* "write" or "read" */
	bool is_on;
};

/* Both answer whether the store is available, for a caller to return. */
static inline bool outage_begin(struct outage *outage, const char *why)
{
	if (!outage->is_on)
		log_error(outage->log, "store_unavailable", LOG_STRING("store", outage->store),
			  LOG_STRING("what", outage->what), LOG_STRING("why", why));
	outage->is_on = true;
	return false;
}

static inline bool outage_end(struct outage *outage)
{
	if (outage->is_on)
		log_info(outage->log, "store_available", LOG_STRING("store", outage->store),
			 LOG_STRING("what", outage->what));
	outage->is_on = false;
	return true;
}

#endif
