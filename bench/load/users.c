#include "bench/load/users.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/load/clock.h"

enum {
	JOIN_PATIENCE_S = 60, /* without any progress */
	DRAIN_PATIENCE_S = 15,
	CHECK_AT_ONCE = 8
};

static void note_trouble(struct crowd *crowd, const char *what, struct text detail)
{
	if (crowd->trouble[0] == '\0')
		snprintf(crowd->trouble, sizeof(crowd->trouble), "%s: %.*s", what, (int)detail.n,
			 detail.p ? detail.p : "");
}

static void send_line(struct user *user)
{
	connection_send(&user->connection, buffer_text(&user->crowd->line));
}

static void opened(struct connection *c)
{
	struct user *user = c->owner;
	struct crowd *crowd = user->crowd;

	buffer_clear(&crowd->line);
	crowd->options->speaker->hello(&user->seat, &crowd->line);
	send_line(user);
}

static void welcomed(struct user *user)
{
	struct crowd *crowd = user->crowd;
	int64_t after = user->phase == USER_CHECKING ? (int64_t)user->base : -1;

	buffer_clear(&crowd->line);
	crowd->options->speaker->open(&user->seat, &crowd->line, after,
				      (unsigned)crowd->options->history);
	send_line(user);
}

static void check_history(struct user *user, const struct event *history)
{
	struct crowd *crowd = user->crowd;
	struct json_cursor messages = json_cursor_of(history->messages);
	struct event message;
	struct mark mark;

	while (event_next_message(&messages, &message)) {
		tally_number(&crowd->tally, &user->last_message, message.seq, true);
		if (!message.is_of_user)
			continue;
		if (!mark_of_text(message.text, &mark) || mark.user >= crowd->count ||
		    (mark.user != user->index && !crowd->is_one_conversation)) {
			note_trouble(crowd, "a message that nobody sent", message.text);
			crowd->tally.out_of_order++;
			continue;
		}
		ledger_stored(&crowd->users[mark.user].ledger, &crowd->tally, mark.n, message.seq);
	}
	if (history->has_more)
		return;
	user->phase = USER_CHECKED;
	crowd->in++;
	connection_close(&user->connection);
}

static void take_history(struct user *user, const struct event *history)
{
	struct crowd *crowd = user->crowd;

	if (user->phase == USER_CHECKING) {
		check_history(user, history);
	} else if (user->phase == USER_JOINING) {
		user->phase = USER_IN;
		user->last_message = history->last;
		if (user->ledger.sent == 0)
			user->base = history->last;
		crowd->in++;
		if (crowd->joined)
			crowd->joined(crowd, user, history);
	}
}

static void acknowledge(struct user *user, struct mark mark, uint64_t seq)
{
	struct crowd *crowd = user->crowd;
	int64_t due_ns = ledger_ack(&user->ledger, &crowd->tally, mark.n, seq);

	if (due_ns >= 0 && crowd->acked)
		crowd->acked(crowd, user, due_ns);
}

static void take_ack(struct user *user, const struct event *ack)
{
	struct crowd *crowd = user->crowd;
	struct mark mark;

	if (mark_of_id(ack->id, &mark) && mark.user == user->index) {
		acknowledge(user, mark, ack->seq);
		return;
	}
	note_trouble(crowd, "an answer to what was not asked", ack->id);
	crowd->tally.out_of_order++;
}

static void take_message(struct user *user, const struct event *message)
{
	struct crowd *crowd = user->crowd;
	struct mark mark;

	if (crowd->options->speaker->shows_sender_own && user->ledger.sent > 0 &&
	    mark_of_text(message->text, &mark) && mark.user == user->index) {
		tally_number(&crowd->tally, &user->last_message, message->seq, false);
		acknowledge(user, mark, message->seq);
		return;
	}
	crowd->tally.delivered++;
	if (crowd->shown)
		crowd->shown(crowd, user, message);
	else
		tally_number(&crowd->tally, &user->last_message, message->seq, false);
}

/* What came was `line`; what the protocol itself wants answered is sent. */
static bool read_line(struct user *user, struct text line, struct event *event)
{
	struct crowd *crowd = user->crowd;

	if (crowd->is_one_conversation &&
	    memo_recall(&crowd->memo, user->last_message + 1, line, event))
		return true;
	buffer_clear(&crowd->line);
	if (!crowd->options->speaker->read(&user->seat, line, event, &crowd->line))
		return false;
	if (crowd->line.n > 0)
		send_line(user);
	if (crowd->is_one_conversation && event->type == EVENT_MESSAGE)
		memo_keep(&crowd->memo, line, event);
	return true;
}

static void line(struct connection *c, struct text line)
{
	struct user *user = c->owner;
	struct crowd *crowd = user->crowd;
	struct event event;

	if (!read_line(user, line, &event)) {
		note_trouble(crowd, "not of the protocol", line);
		crowd->tally.refused++;
		return;
	}
	switch (event.type) {
	case EVENT_WELCOME:
		welcomed(user);
		break;
	case EVENT_HISTORY:
		take_history(user, &event);
		break;
	case EVENT_ACK:
		take_ack(user, &event);
		break;
	case EVENT_MESSAGE:
		take_message(user, &event);
		break;
	case EVENT_ERROR:
		note_trouble(crowd, "refused", event.reason.n ? event.reason : event.code);
		crowd->tally.refused++;
		break;
	case EVENT_GOODBYE:
		note_trouble(crowd, "goodbye", event.reason);
		break;
	case EVENT_OTHER:
		break;
	}
}

static void closed(struct connection *c, const char *why)
{
	struct user *user = c->owner;

	note_trouble(user->crowd, "connection closed", text_of_string(why));
	user->crowd->tally.closed++;
	if (user->phase == USER_JOINING || user->phase == USER_CHECKING)
		user->crowd->out++;
	user->phase = USER_OUT;
}

static void user_init(struct user *user, struct crowd *crowd, unsigned index)
{
	const struct options *options = crowd->options;

	user->crowd = crowd;
	user->index = index;
	user->port = options->ports[index % options->port_count];
	if (crowd->is_one_conversation)
		snprintf(user->seat.name, sizeof(user->seat.name), "load-%08x", options->run);
	else
		snprintf(user->seat.name, sizeof(user->seat.name), "load-%08x-%u", options->run,
			 index);
}

bool crowd_init(struct crowd *crowd, unsigned count)
{
	const struct wire_options wire = {
		.address = crowd->options->address,
		.path = crowd->options->speaker->path,
		.protocol = crowd->options->speaker->protocol,
		.sources = (unsigned)crowd->options->sources,
		.joins_lines = crowd->options->joins_lines,
		.opened = opened,
		.line = line,
		.closed = closed,
	};

	crowd->wire = wire_new(&wire);
	crowd->users = calloc(count, sizeof(*crowd->users));
	if (!crowd->wire || !crowd->users) {
		fprintf(stderr, "chat-load: cannot begin: %s\n", strerror(errno));
		return false;
	}
	crowd->marking = (struct marking){.run = crowd->options->run,
					  .text_bytes = (size_t)crowd->options->text_bytes};
	crowd->count = count;
	for (unsigned i = 0; i < count; i++)
		user_init(&crowd->users[i], crowd, i);
	return true;
}

void crowd_release(struct crowd *crowd)
{
	if (crowd->users)
		crowd_leave(crowd);
	for (unsigned i = 0; i < crowd->count; i++) {
		ledger_release(&crowd->users[i].ledger);
		seat_release(&crowd->users[i].seat);
	}
	free(crowd->users);
	wire_free(crowd->wire);
	memo_release(&crowd->memo);
	buffer_release(&crowd->line);
}

/* Opens connections until all of them got as far as `phase` leads. */
static bool enter(struct crowd *crowd, unsigned first, unsigned count, unsigned at_once,
		  enum user_phase phase)
{
	int64_t deadline = clock_now_ns() + JOIN_PATIENCE_S * NS_PER_S;
	unsigned begun = 0, in = 0;

	crowd->in = crowd->out = 0;
	while (crowd->in < count && crowd->out == 0 && clock_now_ns() < deadline) {
		while (begun < count && begun - crowd->in < at_once) {
			struct user *user = &crowd->users[first + begun++];

			user->phase = phase;
			user->began_ns = clock_now_ns();
			connection_open(crowd->wire, &user->connection, user, user->port);
		}
		wire_turn(crowd->wire, deadline);
		if (crowd->in > in) {
			in = crowd->in;
			deadline = clock_now_ns() + JOIN_PATIENCE_S * NS_PER_S;
		}
	}
	if (crowd->in == count)
		return true;
	fprintf(stderr, "chat-load: %u of %u users got in. %s\n", crowd->in, count, crowd->trouble);
	return false;
}

bool crowd_join(struct crowd *crowd, unsigned first, unsigned count, unsigned at_once)
{
	return enter(crowd, first, count, at_once, USER_JOINING);
}

void crowd_leave(struct crowd *crowd)
{
	for (unsigned i = 0; i < crowd->count; i++) {
		connection_close(&crowd->users[i].connection);
		crowd->users[i].phase = USER_OUT;
	}
}

void crowd_send(struct crowd *crowd, struct user *user, int64_t due_ns)
{
	struct mark mark = {.user = user->index};

	mark.n = ledger_send(&user->ledger, &crowd->tally, due_ns);
	if (mark.n == 0) {
		note_trouble(crowd, "out of memory", TEXT_NONE);
		crowd->tally.refused++;
		return;
	}
	buffer_clear(&crowd->line);
	crowd->options->speaker->send(&user->seat, &crowd->line, &crowd->marking, mark);
	send_line(user);
}

void crowd_run_until(struct crowd *crowd, int64_t until_ns)
{
	while (clock_now_ns() < until_ns)
		wire_turn(crowd->wire, until_ns);
}

void crowd_drain(struct crowd *crowd)
{
	int64_t deadline = clock_now_ns() + DRAIN_PATIENCE_S * NS_PER_S;

	while (crowd->tally.acked < crowd->tally.sent && clock_now_ns() < deadline)
		wire_turn(crowd->wire, deadline);
}

bool crowd_check(struct crowd *crowd)
{
	unsigned logs = crowd->is_one_conversation ? 1 : crowd->count;

	crowd_leave(crowd);
	if (!crowd->options->speaker->keeps_log) {
		crowd->tally.lost += crowd->tally.sent - crowd->tally.acked;
		return true;
	}
	for (unsigned i = 0; i < logs; i++)
		crowd->users[i].last_message = crowd->users[i].base;
	if (!enter(crowd, 0, logs, CHECK_AT_ONCE, USER_CHECKING))
		return false;
	for (unsigned i = 0; i < crowd->count; i++)
		ledger_finish(&crowd->users[i].ledger, &crowd->tally);
	return true;
}

bool crowd_is_clean(const struct crowd *crowd)
{
	if (tally_is_clean(&crowd->tally))
		return true;
	fprintf(stderr, "chat-load: messages were lost, doubled, out of order or refused. %s%s\n",
		crowd->trouble[0] ? "First trouble: " : "", crowd->trouble);
	return false;
}
