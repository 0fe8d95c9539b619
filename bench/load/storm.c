#include "bench/load/scenario.h"

#include <stdlib.h>

#include "bench/load/clock.h"
#include "bench/load/histogram.h"
#include "bench/load/report.h"
#include "bench/load/users.h"

struct storm {
	struct histogram served;
	bool is_raging; /* not the preparations */
};

/* All that a user wrote must be in what is loaded, up to the newest. */
static void joined(struct crowd *crowd, struct user *user, const struct event *history)
{
	struct storm *storm = crowd->ctx;
	struct json_cursor messages = json_cursor_of(history->messages);
	uint64_t loaded = 0, last = 0;
	struct event message;

	if (!storm->is_raging)
		return;
	histogram_add(&storm->served, clock_now_ns() - user->began_ns);
	while (chat_next_message(&messages, &message)) {
		tally_number(&crowd->tally, &last, message.seq, loaded > 0);
		loaded++;
	}
	if (loaded < (uint64_t)crowd->options->history)
		crowd->tally.lost += (uint64_t)crowd->options->history - loaded;
	if (last < user->ledger.last_ack)
		crowd->tally.lost++;
}

static bool prepare(struct crowd *crowd)
{
	const struct options *options = crowd->options;

	if (!crowd_join(crowd, 0, crowd->count, (unsigned)options->at_once))
		return false;
	for (int64_t k = 0; k < options->history; k++) {
		for (unsigned i = 0; i < crowd->count; i++)
			crowd_send(crowd, &crowd->users[i], clock_now_ns());
		crowd_drain(crowd);
	}
	crowd_leave(crowd);
	return true;
}

bool scenario_storm(const struct options *options)
{
	struct storm *storm = calloc(1, sizeof(*storm));
	struct crowd crowd = {.options = options, .ctx = storm, .joined = joined};
	struct processes_use before, after;
	struct report report;
	bool is_good = false;
	int64_t began_ns;

	if (!storm || !crowd_init(&crowd, (unsigned)options->users) || !prepare(&crowd) ||
	    !processes_read(options, &before))
		goto out;
	storm->is_raging = true;
	began_ns = clock_now_ns();
	if (!crowd_join(&crowd, 0, crowd.count, crowd.count))
		goto out;
	began_ns = clock_now_ns() - began_ns;
	if (!processes_read(options, &after) || !crowd_check(&crowd))
		goto out;
	report_begin(&report, options);
	report_number(&report, "all_served_s", (double)began_ns / NS_PER_S, 3);
	report_latency(&report, "served", &storm->served);
	report_cpu(&report, options, &before, &after, crowd.count);
	report_tally(&report, &crowd.tally);
	report_end(&report);
	is_good = crowd_is_clean(&crowd);
out:
	crowd_release(&crowd);
	free(storm);
	return is_good;
}
