/* report.h: what a maintenance command tells its operator.
 *
 * Purpose    how far it is, on stderr about once a second; what is wrong, on stdout, a line each.
 * Ownership  lives inside its user.
 * Errors     none: an output that is gone is no reason to stop.
 * Threads    loop thread.
 */
#ifndef UPKEEP_REPORT_H
#define UPKEEP_REPORT_H

#include "base/text.h"
#include "store/store.h"

struct report {
	const char *what; /* such as "checking" */
	struct timer timer;
	uint64_t done, of; /* of: 0 while it is not known */
	int64_t begun_ms;
	uint64_t faults;
	bool is_asking, is_ending;
};

/* The store is asked how many entries there are. */
void report_begin(struct report *report, struct loop *loop, struct store *store, const char *what);
void report_end(struct report *report);

/* Counts it too. "conversation" number: what. */
void report_fault(struct report *report, struct text conversation, int64_t number,
		  const char *what);

/* Since report_begin, at least 1. */
int64_t report_elapsed_ms(const struct report *report);

#endif
