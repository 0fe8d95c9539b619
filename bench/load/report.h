/* report.h: what a run found, for people or for programs.
 *
 * Purpose    prints named numbers as a table, or as one line of JSON.
 * Ownership  keeps nothing.
 * Errors     none.
 * Threads    one.
 */
#ifndef LOAD_REPORT_H
#define LOAD_REPORT_H

#include "bench/load/histogram.h"
#include "bench/load/ledger.h"
#include "bench/load/options.h"
#include "bench/load/process.h"

struct report {
	bool is_json, has_any;
};

void report_begin(struct report *r, const struct options *options);
void report_number(struct report *r, const char *name, double value, int decimals);
/* p50, p99, p99.9 and the highest, in milliseconds; names begin with `name`. */
void report_latency(struct report *r, const char *name, const struct histogram *h);
void report_tally(struct report *r, const struct tally *t);
void report_end(struct report *r);

/* All processes that the options name, in their order, then this one. */
struct processes_use {
	struct process_use each[OPTIONS_PROCESSES_MAX + 1];
	int64_t at_ns, machine_ns;
};

/* False, and a line on stderr: one of them is gone. */
bool processes_read(const struct options *options, struct processes_use *use);
/* CPU time of each for one of `messages`; and how many cores everything else kept busy meanwhile.
 */
void report_cpu(struct report *r, const struct options *options, const struct processes_use *before,
		const struct processes_use *after, uint64_t messages);

#endif
