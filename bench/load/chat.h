/* chat.h: the frames of chat.v1 that a load generator needs.
 *
 * Purpose    writes hello, open and send; reads what the server answers.
 * Ownership  an event points into the line that it was read from.
 * Errors     chat_read says false when a line is not a JSON object with a type.
 * Threads    any.
 */
#ifndef LOAD_CHAT_H
#define LOAD_CHAT_H

#include "base/buffer.h"
#include "base/text.h"
#include "bench/load/json.h"

enum event_type {
	EVENT_WELCOME,
	EVENT_HISTORY,
	EVENT_ACK,
	EVENT_MESSAGE,
	EVENT_ERROR,
	EVENT_GOODBYE,
	EVENT_OTHER
};

/* Of an event, what it has; the rest is empty or 0. */
struct event {
	enum event_type type;
	struct text id, text, code, reason;
	struct text messages; /* JSON, for chat_next_message */
	uint64_t seq, last;
	bool has_more, is_of_user;
};

/* A message's identity, as its text carries it: who sent it and the how-manieth of theirs it is. */
struct mark {
	unsigned user;
	uint32_t n; /* from 1 */
};

void chat_hello(struct buffer *out, const char *name);
/* With `after` below 0: the newest `limit` messages. */
void chat_open(struct buffer *out, int64_t after, unsigned limit);
/* The text is what a visitor might write, cut to `text_bytes`, and ends in the mark. */
void chat_send(struct buffer *out, uint32_t run, struct mark mark, size_t text_bytes);

bool chat_read(struct text line, struct event *event);
bool chat_next_message(struct json_cursor *messages, struct event *event);

/* False: none of ours. */
bool chat_mark_of_id(struct text id, struct mark *mark);
bool chat_mark_of_text(struct text text, struct mark *mark);

#endif
