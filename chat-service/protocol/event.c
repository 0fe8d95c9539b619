#include "protocol/event.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/json_text.h"

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

struct frame *frame_of(struct text text)
{
	struct buffer out;

	start(&out);
	buffer_add_text(&out, text);
	return finish(&out);
}

/* ---- one object, member by member ---- */

static void open_event(struct buffer *out, const char *type)
{
	buffer_add_string(out, "{\"type\":\"");
	buffer_add_string(out, type);
	buffer_add_char(out, '"');
}

static void add_key(struct buffer *out, const char *key)
{
	buffer_add(out, ",\"", 2);
	buffer_add_string(out, key);
	buffer_add(out, "\":", 2);
}

static void add_text(struct buffer *out, const char *key, struct text value)
{
	add_key(out, key);
	buffer_add_json(out, value);
}

static void add_string(struct buffer *out, const char *key, const char *value)
{
	add_text(out, key, text_of_string(value));
}

static void add_number(struct buffer *out, const char *key, uint64_t value)
{
	add_key(out, key);
	buffer_add_int(out, (int64_t)value);
}

static void add_flag(struct buffer *out, const char *key, bool value)
{
	add_key(out, key);
	buffer_add_string(out, value ? "true" : "false");
}

static void add_time(struct buffer *out, const char *key, int64_t at_ms)
{
	char at[25];

	event_time(at, at_ms);
	add_key(out, key);
	buffer_add_char(out, '"');
	buffer_add(out, at, sizeof(at) - 1);
	buffer_add_char(out, '"');
}

static struct frame *close_event(struct buffer *out)
{
	buffer_add_char(out, '}');
	return finish(out);
}

/* The digits of `value`, as many as asked for, from the right. */
static void put_digits(char *at, int n, int value)
{
	while (n-- > 0) {
		at[n] = (char)('0' + value % 10);
		value /= 10;
	}
}

void event_time(char out[25], int64_t at_ms)
{
	time_t seconds = (time_t)(at_ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	memcpy(out, "0000-00-00T00:00:00.000Z", 25);
	put_digits(out, 4, tm.tm_year + 1900);
	put_digits(out + 5, 2, tm.tm_mon + 1);
	put_digits(out + 8, 2, tm.tm_mday);
	put_digits(out + 11, 2, tm.tm_hour);
	put_digits(out + 14, 2, tm.tm_min);
	put_digits(out + 17, 2, tm.tm_sec);
	put_digits(out + 20, 3, (int)(at_ms % 1000));
}

struct frame *event_welcome(const struct welcome *w)
{
	struct buffer out;

	start(&out);
	open_event(&out, "welcome");
	add_text(&out, "name", w->name);
	add_string(&out, "role", role_name(w->role));
	add_string(&out, "version", w->version);
	buffer_add_string(&out, ",\"features\":{\"live_chat\":");
	buffer_add_string(&out, w->live_chat ? "true" : "false");
	add_string(&out, "auth", w->auth);
	buffer_add_string(&out, "},\"limits\":{\"max_text\":");
	buffer_add_int(&out, w->max_text);
	add_number(&out, "history", (uint64_t)w->history_limit);
	add_number(&out, "rate", (uint64_t)w->rate);
	buffer_add_char(&out, '}');
	return close_event(&out);
}

struct frame *event_ack(struct text id, struct text conversation, uint64_t seq, int64_t at_ms)
{
	struct buffer out;

	start(&out);
	open_event(&out, "ack");
	add_text(&out, "id", id);
	add_text(&out, "conversation", conversation);
	add_number(&out, "seq", seq);
	add_time(&out, "at", at_ms);
	return close_event(&out);
}

struct frame *event_error(struct text id, enum err code, const char *message,
			  int64_t retry_after_ms)
{
	struct buffer out;

	start(&out);
	open_event(&out, "error");
	if (id.n > 0)
		add_text(&out, "id", id);
	add_string(&out, "code", err_name(code));
	add_string(&out, "message", message);
	if (retry_after_ms > 0)
		add_number(&out, "retry_after_ms", (uint64_t)retry_after_ms);
	return close_event(&out);
}

static void add_message(struct buffer *out, const struct entry *entry, size_t i)
{
	const struct message *m = &entry->messages[i];

	open_event(out, "message");
	add_text(out, "conversation", entry->conversation);
	add_number(out, "seq", entry->first + i);
	add_text(out, "from", m->from);
	add_string(out, "role", role_name(m->role));
	add_text(out, "text", m->text);
	add_time(out, "at", entry->at_ms);
	if (m->id.n > 0)
		add_text(out, "id", m->id);
	buffer_add_char(out, '}');
}

struct frame *event_message(const struct entry *entry, size_t i)
{
	struct buffer out;

	start(&out);
	add_message(&out, entry, i);
	return finish(&out);
}

struct frame *event_entry(const struct entry *entry)
{
	struct buffer out;

	start(&out);
	for (size_t i = 0; i < entry->n; i++) {
		if (i > 0)
			buffer_add_char(&out, '\n');
		add_message(&out, entry, i);
	}
	return finish(&out);
}

struct frame *event_state(struct text conversation, const struct standing *s)
{
	struct buffer out;

	start(&out);
	open_event(&out, "state");
	add_text(&out, "conversation", conversation);
	add_string(&out, "state", state_name(s->state));
	if (s->agent.n > 0)
		add_text(&out, "agent", s->agent);
	return close_event(&out);
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

static bool has_more(const struct history_page *page)
{
	if (page->newest_first)
		return page->shown_first > 1 && page->shown_first <= page->shown_last;
	return page->shown_last < page->newest;
}

struct frame *event_history(struct history_page *page)
{
	const char *separator = "";
	struct buffer out;

	fit(page);
	start(&out);
	open_event(&out, "history");
	add_text(&out, "conversation", page->conversation);
	add_string(&out, "state", state_name(page->state));
	add_key(&out, "messages");
	buffer_add_char(&out, '[');
	for (size_t k = 0; k < page->n; k++) {
		const struct entry *e = page->entries[k];

		for (size_t i = 0; i < e->n; i++) {
			if (e->first + i < page->shown_first || e->first + i > page->shown_last)
				continue;
			buffer_add_string(&out, separator);
			add_message(&out, e, i);
			separator = ",";
		}
	}
	buffer_add_char(&out, ']');
	add_number(&out, "last", page->newest);
	add_flag(&out, "more", has_more(page));
	return close_event(&out);
}

struct frame *event_typing(struct text conversation, struct text from, bool on)
{
	struct buffer out;

	start(&out);
	open_event(&out, "typing");
	add_text(&out, "conversation", conversation);
	add_text(&out, "from", from);
	add_flag(&out, "on", on);
	return close_event(&out);
}

struct frame *event_read(struct text conversation, struct text from, uint64_t seq)
{
	struct buffer out;

	start(&out);
	open_event(&out, "read");
	add_text(&out, "conversation", conversation);
	add_text(&out, "from", from);
	add_number(&out, "seq", seq);
	return close_event(&out);
}

struct frame *event_goodbye(const char *reason, int64_t retry_after_ms)
{
	struct buffer out;

	start(&out);
	open_event(&out, "goodbye");
	add_string(&out, "reason", reason);
	add_number(&out, "retry_after_ms", (uint64_t)retry_after_ms);
	return close_event(&out);
}
