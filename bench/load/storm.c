#include "bench/load/scenario.h"

#include <stdlib.h>

#include "bench/load/clock.h"
#include "bench/load/histogram.h"
#include "bench/load/report.h"
#include "bench/load/users.h"

/* What a user was served. It is judged after the storm, whose time is the server's, not ours. */
struct served {
	struct buffer messages;
	uint64_t last;
};

struct storm {
	struct histogram took;
	struct served *served; /* of each user */
	bool is_raging;        /* not filling or checking */
	int64_t took_ns;
	struct processes_use before, after;
};

static void joined(struct crowd *crowd, struct user *user, const struct event *history)
{
	struct storm *storm = crowd->ctx;
	struct served *served = &storm->served[user->index];

	if (!storm->is_raging)
		return;
	histogram_add(&storm->took, clock_now_ns() - user->began_ns);
	buffer_add_text(&served->messages, history->messages);
	served->last = history->last;
}

/* All that a user wrote must be in what was loaded, up to the newest. */
static void judge(struct crowd *crowd, const struct user *user, const struct served *served)
{
	struct json_cursor messages = json_cursor_of(buffer_text(&served->messages));
	uint64_t loaded = 0, last = 0, due = (uint64_t)crowd->options->history;
	struct event message;

	while (event_next_message(&messages, &message)) {
		tally_number(&crowd->tally, &last, message.seq, loaded > 0);
		loaded++;
	}
	if (loaded < due)
		crowd->tally.lost += due - loaded;
	if (last < user->ledger.last_ack || last != served->last)
		crowd->tally.lost++;
}

static bool fill(struct crowd *crowd)
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

/* From the first connection to the last history. */
static bool rage(struct crowd *crowd, struct storm *storm)
{
	int64_t began_ns = clock_now_ns();

	if (!processes_read(crowd->options, &storm->before))
		return false;
	storm->is_raging = true;
	if (!crowd_join(crowd, 0, crowd->count, crowd->count))
		return false;
	storm->took_ns = clock_now_ns() - began_ns;
	if (!processes_read(crowd->options, &storm->after))
		return false;
	for (unsigned i = 0; i < crowd->count; i++)
		judge(crowd, &crowd->users[i], &storm->served[i]);
	return true;
}

static struct storm *storm_new(unsigned users)
{
	struct storm *storm = calloc(1, sizeof(*storm));

	if (storm)
		storm->served = calloc(users, sizeof(*storm->served));
	if (storm && storm->served)
		return storm;
	free(storm);
	return NULL;
}

static void storm_free(struct storm *storm, unsigned users)
{
	for (unsigned i = 0; storm && i < users; i++)
		buffer_release(&storm->served[i].messages);
	if (storm)
		free(storm->served);
	free(storm);
}

bool scenario_fill(const struct options *options)
{
	struct crowd crowd = {.options = options};
	struct report report;
	bool is_good = false;

	if (!crowd_init(&crowd, (unsigned)options->users) || !fill(&crowd))
		goto out;
	report_begin(&report, options);
	report_tally(&report, &crowd.tally);
	report_end(&report);
	is_good = crowd.tally.acked == crowd.tally.sent && crowd_is_clean(&crowd);
out:
	crowd_release(&crowd);
	return is_good;
}

bool scenario_storm(const struct options *options)
{
	unsigned users = (unsigned)options->users;
	struct storm *storm = storm_new(users);
	struct crowd crowd = {.options = options, .ctx = storm, .joined = joined};
	struct report report;
	bool is_good = false;

	if (!storm || !crowd_init(&crowd, users) || !(options->is_filled || fill(&crowd)) ||
	    !rage(&crowd, storm) || !(options->is_filled || crowd_check(&crowd)))
		goto out;
	report_begin(&report, options);
	report_number(&report, "all_served_s", (double)storm->took_ns / NS_PER_S, 3);
	report_latency(&report, "served", &storm->took);
	report_cpu(&report, options, &storm->before, &storm->after, crowd.count);
	report_tally(&report, &crowd.tally);
	report_end(&report);
	is_good = crowd_is_clean(&crowd);
out:
	crowd_release(&crowd);
	storm_free(storm, users);
	return is_good;
}
