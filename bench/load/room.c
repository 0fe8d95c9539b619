#include "bench/load/scenario.h"

#include <stdlib.h>

#include "bench/load/clock.h"
#include "bench/load/pace.h"

/* Latency of a delivery is taken of one in so many. */
enum { SAMPLE_EVERY = 16, SHOW_PATIENCE_S = 15 };

struct room {
	struct pace pace;
	struct histogram shown;
	uint64_t shown_in_window;
	unsigned readers; /* all users behind the senders */
};

static void acked(struct crowd *crowd, struct user *user, int64_t due_ns)
{
	struct room *room = crowd->ctx;

	pace_acked(&room->pace, crowd, user, due_ns);
}

/* A reader sees every number; a sender's own come to it as acknowledgements. */
static void shown(struct crowd *crowd, struct user *user, const struct event *message)
{
	struct room *room = crowd->ctx;
	int64_t now_ns = clock_now_ns();
	struct mark mark;
	bool is_reader = user->index >= room->pace.senders;

	tally_number(&crowd->tally, &user->last_message, message->seq, is_reader);
	if (now_ns >= room->pace.from_ns && now_ns < room->pace.until_ns)
		room->shown_in_window++;
	if (message->seq % SAMPLE_EVERY == 0 && message->is_of_user &&
	    mark_of_text(message->text, &mark) && mark.user < room->pace.senders && mark.n > 0 &&
	    mark.n <= crowd->users[mark.user].ledger.sent)
		histogram_add(&room->shown,
			      now_ns - crowd->users[mark.user].ledger.records[mark.n - 1].due_ns);
}

/* The newest number that any sender was given, this one apart. */
static uint64_t newest_of_others(const struct crowd *crowd, const struct room *room, unsigned user)
{
	uint64_t newest = 0;

	for (unsigned i = 0; i < room->pace.senders; i++)
		if (i != user && crowd->users[i].ledger.last_ack > newest)
			newest = crowd->users[i].ledger.last_ack;
	return newest;
}

/* Numbers that the users from `first` on have still to see: of others, for one's own are acknowledged. */
static uint64_t missing(const struct crowd *crowd, const struct room *room, unsigned first)
{
	uint64_t missing = 0;

	for (unsigned i = first; i < crowd->count; i++) {
		uint64_t newest = newest_of_others(crowd, room, i);

		if (crowd->users[i].last_message < newest)
			missing += newest - crowd->users[i].last_message;
	}
	return missing;
}

/* Who wrote may get its acknowledgement before the others are shown the message. */
static void wait_for_all(struct crowd *crowd, struct room *room)
{
	int64_t deadline = clock_now_ns() + SHOW_PATIENCE_S * NS_PER_S;

	while (missing(crowd, room, 0) > 0 && clock_now_ns() < deadline)
		wire_turn(crowd->wire, clock_now_ns() + 10 * NS_PER_MS);
	crowd->tally.lost += missing(crowd, room, room->pace.senders);
}

/* Who sits at which server; those that are told nothing take turns. */
static void seat_everyone(struct crowd *crowd, unsigned senders)
{
	const struct options *options = crowd->options;

	for (unsigned i = 0; i < crowd->count; i++) {
		int64_t server = i < senders ? options->senders_on : options->readers_on;

		if (server > 0)
			crowd->users[i].port = options->ports[server - 1];
	}
}

bool scenario_room(const struct options *options)
{
	struct room *room = calloc(1, sizeof(*room));
	struct crowd crowd = {.options = options,
			      .is_one_conversation = true,
			      .ctx = room,
			      .acked = acked,
			      .shown = shown};
	struct report report;
	bool is_good = false;

	if (!room || !crowd_init(&crowd, (unsigned)(options->senders + options->readers)))
		goto out;
	seat_everyone(&crowd, (unsigned)options->senders);
	if (!crowd_join(&crowd, 0, crowd.count, (unsigned)options->at_once) ||
	    !pace_run(&room->pace, &crowd, (unsigned)options->senders))
		goto out;
	wait_for_all(&crowd, room);
	if (!crowd_check(&crowd))
		goto out;
	report_begin(&report, options);
	report_number(&report, "deliveries_per_s",
		      (double)room->shown_in_window / (double)options->seconds, 0);
	report_latency(&report, "shown", &room->shown);
	pace_report(&room->pace, &report, options);
	report_tally(&report, &crowd.tally);
	report_end(&report);
	is_good = crowd_is_clean(&crowd);
out:
	crowd_release(&crowd);
	free(room);
	return is_good;
}
