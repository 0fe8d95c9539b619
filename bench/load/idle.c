#include "bench/load/scenario.h"

#include <stdio.h>
#include <string.h>

#include "bench/load/clock.h"
#include "bench/load/report.h"
#include "bench/load/users.h"

/* The first connections make a server set up what it makes once; they are not counted. */
enum { FIRST_USERS = 100, SETTLE_S = 2 };

bool scenario_idle(const struct options *options)
{
	struct crowd crowd = {.options = options};
	struct processes_use before, after;
	struct report report;
	char name[64];
	bool is_good = false;

	if (!crowd_init(&crowd, FIRST_USERS + (unsigned)options->users) ||
	    !crowd_join(&crowd, 0, FIRST_USERS, (unsigned)options->at_once) ||
	    !processes_read(options, &before) ||
	    !crowd_join(&crowd, FIRST_USERS, (unsigned)options->users, (unsigned)options->at_once))
		goto out;
	crowd_run_until(&crowd, clock_now_ns() + SETTLE_S * NS_PER_S);
	if (!processes_read(options, &after))
		goto out;
	report_begin(&report, options);
	report_number(&report, "connections", (double)options->users, 0);
	for (size_t i = 0; i < options->process_count; i++) {
		snprintf(name, sizeof(name), "rss_%.*s_bytes",
			 (int)strcspn(options->processes[i].name, "="), options->processes[i].name);
		report_number(&report, name, (double)after.each[i].rss_bytes, 0);
		snprintf(name, sizeof(name), "rss_%.*s_bytes_each",
			 (int)strcspn(options->processes[i].name, "="), options->processes[i].name);
		report_number(&report, name,
			      (double)(after.each[i].rss_bytes - before.each[i].rss_bytes) /
				      (double)options->users,
			      0);
	}
	report_tally(&report, &crowd.tally);
	report_end(&report);
	is_good = crowd_is_clean(&crowd);
out:
	crowd_release(&crowd);
	return is_good;
}
