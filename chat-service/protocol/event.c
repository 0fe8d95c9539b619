#include "protocol/event.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buffer.h"

struct frame *frame_ref(struct frame *frame)
{
	frame->refs++;
	return frame;
}

void frame_unref(struct frame *frame)
{
	if (!frame || --frame->refs > 0)
		return;
	free(frame->text - FRAME_HEADROOM);
	free(frame);
}

static void start(struct buffer *out)
{
	static const char headroom[FRAME_HEADROOM];

	buffer_init(out);
	buffer_add(out, headroom, sizeof(headroom));
}

static struct frame *finish(struct buffer *out)
{
	size_t n = out->n;
	char *bytes = buffer_take(out);
	struct frame *frame = bytes ? malloc(sizeof(*frame)) : NULL;

	if (!frame) {
		free(bytes);
		return NULL;
	}
	*frame = (struct frame){.refs = 1, .n = n - FRAME_HEADROOM, .text = bytes + FRAME_HEADROOM};
	return frame;
}

static int put(const char *p, size_t n, void *out)
{
	buffer_add(out, p, n);
	return ((struct buffer *)out)->failed ? -1 : 0;
}

/* Takes the reference; a NULL object (memory ran out in between) fails the buffer. */
static void add_object(struct buffer *out, json_t *object)
{
	if (!object || json_dump_callback(object, put, out, JSON_COMPACT) != 0)
		out->failed = true;
	json_decref(object);
}

static struct frame *frame_of(json_t *object)
{
	struct buffer out;

	start(&out);
	add_object(&out, object);
	return finish(&out);
}

static json_t *string(struct text t)
{
	return json_stringn(t.p ? t.p : "", t.n);
}

void event_time(char out[25], int64_t at_ms)
{
	time_t seconds = (time_t)(at_ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	snprintf(out, 25, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)(tm.tm_year + 1900) % 10000,
		 (unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100,
		 (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100,
		 (unsigned)(at_ms % 1000) % 1000);
}

struct frame *event_welcome(const struct welcome *w)
{
	return frame_of(json_pack("{s:s, s:o, s:s, s:s, s:{s:b, s:s}, s:{s:I, s:I, s:I}}", "type",
				  "welcome", "name", string(w->name), "role", role_name(w->role),
				  "version", w->version, "features", "live_chat", (int)w->live_chat,
				  "auth", w->auth, "limits", "max_text", (json_int_t)w->max_text,
				  "history", (json_int_t)w->history_limit, "rate",
				  (json_int_t)w->rate));
}

struct frame *event_ack(struct text id, struct text conversation, uint64_t seq, int64_t at_ms)
{
	char at[25];

	event_time(at, at_ms);
	return frame_of(json_pack("{s:s, s:o, s:o, s:I, s:s}", "type", "ack", "id", string(id),
				  "conversation", string(conversation), "seq", (json_int_t)seq, "at",
				  at));
}

struct frame *event_error(struct text id, enum err code, const char *message,
			  int64_t retry_after_ms)
{
	return frame_of(json_pack("{s:s, s:o*, s:s, s:s, s:o*}", "type", "error", "id",
				  id.n > 0 ? string(id) : NULL, "code", err_name(code), "message",
				  message, "retry_after_ms",
				  retry_after_ms > 0 ? json_integer(retry_after_ms) : NULL));
}

static json_t *message_object(const struct entry *entry, size_t i)
{
	const struct message *m = &entry->messages[i];
	char at[25];

	event_time(at, entry->at_ms);
	return json_pack("{s:s, s:o, s:I, s:o, s:s, s:o, s:s, s:o*}", "type", "message",
			 "conversation", string(entry->conversation), "seq",
			 (json_int_t)(entry->first + i), "from", string(m->from), "role",
			 role_name(m->role), "text", string(m->text), "at", at, "id",
			 m->id.n > 0 ? string(m->id) : NULL);
}

struct frame *event_message(const struct entry *entry, size_t i)
{
	return frame_of(message_object(entry, i));
}

struct frame *event_entry(const struct entry *entry)
{
	struct buffer out;

	start(&out);
	for (size_t i = 0; i < entry->n; i++) {
		if (i > 0)
			buffer_add_char(&out, '\n');
		add_object(&out, message_object(entry, i));
	}
	return finish(&out);
}

struct frame *event_state(struct text conversation, const struct standing *s)
{
	return frame_of(json_pack("{s:s, s:o, s:s, s:o*}", "type", "state", "conversation",
				  string(conversation), "state", state_name(s->state), "agent",
				  s->agent.n > 0 ? string(s->agent) : NULL));
}

/* About what a message takes on the wire; escapes may make it more. */
static size_t wire_size(const struct entry *entry, size_t i)
{
	const struct message *m = &entry->messages[i];

	return 160 + entry->conversation.n + m->from.n + m->text.n + m->id.n;
}

/* Finds out what is shown: from the end where the page begins, as many messages as fit. */
static void fit(struct history_page *page)
{
	size_t bytes = 0, shown = 0;

	page->shown_first = page->newest_first ? page->last + 1 : page->first;
	page->shown_last = page->newest_first ? page->last : page->first - 1;
	for (size_t k = 0; k < page->n; k++) {
		const struct entry *e = page->entries[page->newest_first ? page->n - 1 - k : k];

		for (size_t j = 0; j < e->n; j++) {
			size_t i = page->newest_first ? e->n - 1 - j : j;
			uint64_t seq = e->first + i;

			if (seq < page->first || seq > page->last)
				continue;
			bytes += wire_size(e, i);
			if (shown++ > 0 && bytes > page->bytes)
				return;
			if (page->newest_first)
				page->shown_first = seq;
			else
				page->shown_last = seq;
		}
	}
}

struct frame *event_history(struct history_page *page)
{
	json_t *messages = json_array();
	bool more;

	fit(page);
	for (size_t k = 0; k < page->n; k++) {
		const struct entry *e = page->entries[k];

		for (size_t i = 0; i < e->n; i++)
			if (e->first + i >= page->shown_first && e->first + i <= page->shown_last &&
			    json_array_append_new(messages, message_object(e, i)) != 0) {
				json_decref(messages);
				return NULL;
			}
	}
	if (page->newest_first)
		more = page->shown_first > 1 && page->shown_first <= page->shown_last;
	else
		more = page->shown_last < page->newest;
	return frame_of(json_pack("{s:s, s:o, s:s, s:o, s:I, s:b}", "type", "history",
				  "conversation", string(page->conversation), "state",
				  state_name(page->state), "messages", messages, "last",
				  (json_int_t)page->newest, "more", (int)more));
}

struct frame *event_typing(struct text conversation, struct text from, bool on)
{
	return frame_of(json_pack("{s:s, s:o, s:o, s:b}", "type", "typing", "conversation",
				  string(conversation), "from", string(from), "on", (int)on));
}

struct frame *event_read(struct text conversation, struct text from, uint64_t seq)
{
	return frame_of(json_pack("{s:s, s:o, s:o, s:I}", "type", "read", "conversation",
				  string(conversation), "from", string(from), "seq",
				  (json_int_t)seq));
}

struct frame *event_goodbye(const char *reason, int64_t retry_after_ms)
{
	return frame_of(json_pack("{s:s, s:s, s:I}", "type", "goodbye", "reason", reason,
				  "retry_after_ms", (json_int_t)retry_after_ms));
}
