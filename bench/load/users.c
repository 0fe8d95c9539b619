#include "bench/load/users.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/load/clock.h"

enum {
	JOIN_PATIENCE_S = 60, /* without any progress */
	DRAIN_PATIENCE_S = 15,
	CHECK_AT_ONCE = 8,
	NAME_SIZE = 48
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
	char name[NAME_SIZE];

	if (crowd->is_one_conversation)
		snprintf(name, sizeof(name), "load-%08x", crowd->options->run);
	else
		snprintf(name, sizeof(name), "load-%08x-%u", crowd->options->run, user->index);
	buffer_clear(&crowd->line);
	chat_hello(&crowd->line, name);
	send_line(user);
}

static void welcomed(struct user *user)
{
	struct crowd *crowd = user->crowd;
	int64_t after = user->phase == USER_CHECKING ? (int64_t)user->base : -1;

	buffer_clear(&crowd->line);
	chat_open(&crowd->line, after, (unsigned)crowd->options->history);
	send_line(user);
}

static void check_history(struct user *user, const struct event *history)
{
	struct crowd *crowd = user->crowd;
	struct json_cursor messages = json_cursor_of(history->messages);
	struct event message;
	struct mark mark;

	while (chat_next_message(&messages, &message)) {
		tally_number(&crowd->tally, &user->last_message, message.seq, true);
		if (!message.is_of_user)
			continue;
		if (!chat_mark_of_text(message.text, &mark) || mark.user >= crowd->count ||
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

static void take_ack(struct user *user, const struct event *ack)
{
	struct crowd *crowd = user->crowd;
	struct mark mark;
	int64_t due_ns;

	if (!chat_mark_of_id(ack->id, &mark) || mark.user != user->index) {
		note_trouble(crowd, "an answer to what was not asked", ack->id);
		crowd->tally.out_of_order++;
		return;
	}
	due_ns = ledger_ack(&user->ledger, &crowd->tally, mark.n, ack->seq);
	if (due_ns >= 0 && crowd->acked)
		crowd->acked(crowd, user, due_ns);
}

static void line(struct connection *c, struct text line)
{
	struct user *user = c->owner;
	struct crowd *crowd = user->crowd;
	struct event event;

	if (!chat_read(line, &event)) {
		note_trouble(crowd, "not JSON", line);
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
		crowd->tally.delivered++;
		if (crowd->shown)
			crowd->shown(crowd, user, &event);
		else
			tally_number(&crowd->tally, &user->last_message, event.seq, false);
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

bool crowd_init(struct crowd *crowd, unsigned count)
{
	const struct wire_options wire = {
		.address = crowd->options->address,
		.port = (unsigned)crowd->options->port,
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
	crowd->count = count;
	for (unsigned i = 0; i < count; i++) {
		crowd->users[i].crowd = crowd;
		crowd->users[i].index = i;
	}
	return true;
}

void crowd_release(struct crowd *crowd)
{
	if (crowd->users)
		crowd_leave(crowd);
	for (unsigned i = 0; i < crowd->count; i++)
		ledger_release(&crowd->users[i].ledger);
	free(crowd->users);
	wire_free(crowd->wire);
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
			connection_open(crowd->wire, &user->connection, user);
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
	chat_send(&crowd->line, crowd->options->run, mark, (size_t)crowd->options->text_bytes);
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
