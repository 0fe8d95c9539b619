#include <stdio.h>

#include "fanout/fanout.h"
#include "session/internal.h"

/* Every verb is a row: what the line must hold, what it costs, and two functions. `check` decides and
 * changes nothing (a sentence for the client goes to request->why); `proceed` acts. The rows are in the
 * order of docs/protocol.md. */

enum {
	FLOOD = 20000, /* frames refused by the rate limit, one after the other, that end the connection */
	HISTORY_LIMIT_MAX = 500,
	RETRY_OPEN_MS = 1000
};

enum cost {
	COST_SEND,  /* RATE_LIMIT is about these, and NAME_RATE_LIMIT */
	COST_OTHER, /* as many again */
	COST_QUIET  /* the same purse, but what is too much is dropped without a word */
};

struct verb_row {
	unsigned needs;
	enum cost cost;
	bool needs_name;
	enum err (*check)(const struct session *session, struct request *request); /* NULL: nothing */
	void (*proceed)(struct session *session, struct request *request);
};

static enum err refuse(struct request *r, enum err err, const char *why)
{
	snprintf(r->why, sizeof(r->why), "%s", why);
	return err;
}

static const struct sessions_options *options(const struct session *s)
{
	return &s->all->options;
}

/* ---- reading ---- */

/* A visitor has one conversation; naming another's is forbidden, whether it exists or not. */
static enum err check_conversation(const struct session *s, struct request *r)
{
	if (!(r->has & FIELD_CONVERSATION) ||
	    text_equal(r->conversation, conversation_id(s->own)))
		return ERR_NONE;
	return refuse(r, ERR_FORBIDDEN, "this conversation is not yours");
}

static size_t limit_of(const struct session *s, const struct request *r)
{
	if (!(r->has & FIELD_LIMIT))
		return (size_t)options(s)->history_limit;
	if (r->limit > HISTORY_LIMIT_MAX)
		return HISTORY_LIMIT_MAX;
	return r->limit > 0 ? (size_t)r->limit : 1;
}

static void reader_shows(void *owner, struct frame *frame)
{
	session_send(owner, frame_ref(frame));
}

static bool reader_owner_is_full(void *owner)
{
	struct session *s = owner;

	return outbox_is_full(&s->outbox);
}

static void reader_failed(void *owner, enum err err)
{
	struct session *s = owner;

	s->reader = NULL;
	session_send_error(s, TEXT_NONE, err, "the history cannot be read right now; open it again",
			   RETRY_OPEN_MS);
}

static const struct reader_owner reader_calls = {
	.show = reader_shows, .is_full = reader_owner_is_full, .failed = reader_failed};

static void open_conversation(struct session *s, struct request *r)
{
	reader_close(s->reader);
	s->reader = reader_open(&(struct reader_options){
		.conversation = s->own,
		.calls = &reader_calls,
		.owner = s,
		.has_after = r->has & FIELD_AFTER,
		.after = r->after,
		.limit = limit_of(s, r),
	});
	if (s->reader)
		reader_resume(s->reader);
	else
		reader_failed(s, ERR_UNAVAILABLE);
}

static void history(struct session *s, struct request *r)
{
	session_send_history(s, s->own, r->before, limit_of(s, r));
}

/* To all who read along, here and elsewhere, but not to this connection. Without memory: to nobody. */
static void show_moment(struct session *s, struct frame *frame)
{
	if (!frame)
		return;
	fanout_moment(s->own, frame, s->reader);
	if (options(s)->moment)
		options(s)->moment(options(s)->ctx, conversation_id(s->own), frame);
	frame_unref(frame);
}

static void typing(struct session *s, struct request *r)
{
	show_moment(s, event_typing(conversation_id(s->own), s->name.shown, r->on));
}

static void seen(struct session *s, struct request *r)
{
	show_moment(s, event_read(conversation_id(s->own), s->name.shown, r->seq));
}

/* ---- writing ---- */

static enum err check_send(const struct session *s, struct request *r)
{
	enum err err = check_conversation(s, r);

	if (err != ERR_NONE)
		return err;
	if (text_trim(r->text).n == 0)
		return refuse(r, ERR_BAD_REQUEST, "\"text\" is empty");
	if (r->text.n > (size_t)options(s)->max_text) {
		snprintf(r->why, sizeof(r->why), "a message has at most %lld bytes, this one has %zu",
			 (long long)options(s)->max_text, r->text.n);
		return ERR_TOO_LONG;
	}
	return ERR_NONE;
}

static bool is_read_here(const struct session *s, struct text conversation)
{
	return s->reader &&
	       text_equal(conversation, conversation_id(reader_conversation(s->reader)));
}

static void turn_done(void *ctx, const struct turn_request *request,
		      const struct turn_answer *answer)
{
	struct session *s = ctx;
	int64_t now = loop_now_ms(options(s)->loop);
	int64_t taken_at_ms = request->deadline_ms - options(s)->store_timeout_ms;

	s->waiting--;
	s->waiting_bytes -= request->text.n;
	if (answer->err == ERR_NONE) {
		load_stored(&s->all->load, now - taken_at_ms, now);
		histogram_add(&s->all->stats.turn_us, (uint64_t)(now - taken_at_ms) * 1000);
	}
	load_remove(&s->all->load, request->text.n);
	if (answer->err == ERR_NONE) {
		s->all->stats.acknowledged++;
		if (request->event == EVENT_WRITE && is_read_here(s, answer->conversation))
			reader_acknowledged(s->reader, answer->seq);
		session_send(s, event_ack(request->id, answer->conversation, answer->seq,
					  answer->at_ms));
	} else {
		s->all->stats.refused++;
		session_send_error(s, request->id, answer->err, answer->message, 0);
	}
	session_touch(s);
	session_unref(s);
}

static void take_turn(struct session *s, const struct request *r, enum state_event event)
{
	int64_t now = loop_now_ms(options(s)->loop);
	struct turn_request turn = {
		.event = event,
		.role = ROLE_USER,
		.from = s->name.shown,
		.id = r->id,
		.text = event == EVENT_WRITE ? r->text : TEXT_NONE,
		.deadline_ms = now + options(s)->store_timeout_ms,
		.done = turn_done,
		.ctx = s,
	};

	if (!session_may_add(s, r->id, turn.text.n))
		return;
	session_ref(s);
	s->waiting++;
	s->waiting_bytes += turn.text.n;
	load_add(&s->all->load, turn.text.n, now);
	s->all->stats.accepted++;
	if (!conversation_add(s->own, &turn))
		turn_done(s, &turn, &(struct turn_answer){.err = ERR_UNAVAILABLE,
							  .message = "out of memory"});
}

static void send(struct session *s, struct request *r)
{
	take_turn(s, r, EVENT_WRITE);
}

static void escalate(struct session *s, struct request *r)
{
	take_turn(s, r, EVENT_ESCALATE);
}

static void cancel(struct session *s, struct request *r)
{
	take_turn(s, r, EVENT_CANCEL);
}

/* ---- the table ---- */

static const struct verb_row rows[VERB_COUNT] = {
	[VERB_HELLO] = {0, COST_OTHER, false, NULL, session_hello},
	[VERB_OPEN] = {0, COST_OTHER, true, check_conversation, open_conversation},
	[VERB_HISTORY] = {FIELD_BEFORE, COST_OTHER, true, check_conversation, history},
	[VERB_SEND] = {FIELD_ID | FIELD_TEXT, COST_SEND, true, check_send, send},
	[VERB_TYPING] = {FIELD_ON, COST_QUIET, true, check_conversation, typing},
	[VERB_READ] = {FIELD_SEQ, COST_QUIET, true, check_conversation, seen},
	[VERB_ESCALATE] = {FIELD_ID, COST_SEND, true, check_conversation, escalate},
	[VERB_CANCEL] = {FIELD_ID, COST_SEND, true, check_conversation, cancel},
};

/* The connection pays before its name does: a tab that floods leaves something to the others. */
static int64_t take_token(struct session *s, enum cost cost)
{
	struct bucket *bucket = cost == COST_SEND ? &s->sends : &s->others;
	int64_t now = loop_now_ms(options(s)->loop);
	int64_t wait_ms = bucket_take(bucket, options(s)->rate, now);

	if (wait_ms == 0 && cost == COST_SEND && s->own)
		wait_ms = visitors_take(s->all->visitors, s->name.normal, now);
	return wait_ms;
}

/* False: the rate limit stops it, and the client knows. What is not understood costs, too. */
static bool pay(struct session *s, const struct request *r, enum cost cost)
{
	int64_t wait_ms = take_token(s, cost);

	if (wait_ms == 0) {
		s->refused_in_a_row = 0;
		return true;
	}
	if (++s->refused_in_a_row > FLOOD)
		session_leave(s, CLOSE_POLICY, "flood", wait_ms);
	else if (cost != COST_QUIET)
		session_send_error(s, r->id, ERR_RATE_LIMITED, "too many at once; wait a moment",
				   wait_ms);
	return false;
}

static enum err check(const struct session *s, struct request *r, const struct verb_row *row)
{
	enum err err;

	if (row->needs_name && !s->own)
		return refuse(r, ERR_NAME_REQUIRED, name_error_message(ERR_NAME_REQUIRED));
	err = request_needs(r, row->needs);
	if (err == ERR_NONE && row->check)
		err = row->check(s, r);
	return err;
}

void session_take_line(struct session *s, struct text line)
{
	struct request r;
	enum err err = request_parse(&r, line);
	enum verb verb = err == ERR_NONE ? r.verb : VERB_COUNT;

	s->all->stats.frames[verb]++;
	if (pay(s, &r, verb == VERB_COUNT ? COST_OTHER : rows[verb].cost)) {
		if (err == ERR_NONE)
			err = check(s, &r, &rows[verb]);
		if (err == ERR_NONE)
			rows[verb].proceed(s, &r);
		else
			session_send_error(s, r.id, err, r.why, 0);
	}
	request_release(&r);
}
