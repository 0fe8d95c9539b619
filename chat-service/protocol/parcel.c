#include "protocol/parcel.h"

#include <endian.h>

enum { VERSION = 1 };

static void add_number(struct buffer *out, uint64_t value, size_t bytes)
{
	value = htole64(value);
	buffer_add(out, &value, bytes);
}

static void add_text(struct buffer *out, struct text t)
{
	add_number(out, t.n, 4);
	buffer_add_text(out, t);
}

static void add_head(struct buffer *out, enum parcel_kind kind, uint64_t sender)
{
	add_number(out, VERSION, 1);
	add_number(out, kind, 1);
	add_number(out, sender, 8);
}

void parcel_add_entry(struct buffer *out, uint64_t sender, const struct entry *entry)
{
	add_head(out, PARCEL_ENTRY, sender);
	add_text(out, entry->conversation);
	add_number(out, entry->first, 8);
	add_number(out, (uint64_t)entry->at_ms, 8);
	add_number(out, entry->after.state, 1);
	add_number(out, (uint64_t)entry->after.since_ms, 8);
	add_text(out, entry->after.agent);
	add_text(out, entry->after.bot);
	add_number(out, entry->n, 2);
	for (size_t i = 0; i < entry->n; i++) {
		add_number(out, entry->messages[i].role, 1);
		add_text(out, entry->messages[i].from);
		add_text(out, entry->messages[i].text);
		add_text(out, entry->messages[i].id);
	}
}

void parcel_add_moment(struct buffer *out, uint64_t sender, struct text conversation,
		       struct text frame)
{
	add_head(out, PARCEL_MOMENT, sender);
	add_text(out, conversation);
	add_text(out, frame);
}

/* Reading: `is_broken` sticks, and what is read then is 0 or empty. */
struct source {
	struct text rest;
	bool is_broken;
};

static uint64_t take_number(struct source *from, size_t bytes)
{
	uint64_t value = 0;

	if (from->rest.n < bytes) {
		from->is_broken = true;
		return 0;
	}
	memcpy(&value, from->rest.p, bytes);
	from->rest.p += bytes;
	from->rest.n -= bytes;
	return le64toh(value);
}

static struct text take_text(struct source *from)
{
	size_t n = (size_t)take_number(from, 4);
	struct text t = text_of(from->rest.p, n);

	if (from->is_broken || from->rest.n < n || !text_is_utf8(t)) {
		from->is_broken = true;
		return TEXT_NONE;
	}
	from->rest.p += n;
	from->rest.n -= n;
	return t;
}

bool parcel_open(struct text bytes, struct parcel *parcel)
{
	struct source from = {.rest = bytes};
	bool is_known = take_number(&from, 1) == VERSION;

	parcel->kind = (enum parcel_kind)take_number(&from, 1);
	parcel->sender = take_number(&from, 8);
	parcel->content = from.rest;
	return is_known && !from.is_broken &&
	       (parcel->kind == PARCEL_ENTRY || parcel->kind == PARCEL_MOMENT);
}

struct entry *parcel_entry(const struct parcel *parcel)
{
	struct source from = {.rest = parcel->content};
	struct message messages[ENTRY_MESSAGES_MAX];
	struct text conversation = take_text(&from);
	uint64_t first = take_number(&from, 8);
	int64_t at_ms = (int64_t)take_number(&from, 8);
	struct standing after = {.state = (enum state)take_number(&from, 1)};
	size_t n;

	after.since_ms = (int64_t)take_number(&from, 8);
	after.agent = take_text(&from);
	after.bot = take_text(&from);
	n = (size_t)take_number(&from, 2);
	if (from.is_broken || first == 0 || first > INT64_MAX || after.state >= STATE_COUNT || n == 0 ||
	    n > ENTRY_MESSAGES_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		messages[i].role = (enum role)take_number(&from, 1);
		messages[i].from = take_text(&from);
		messages[i].text = take_text(&from);
		messages[i].id = take_text(&from);
		if (messages[i].role >= ROLE_COUNT || messages[i].id.n > CLIENT_ID_MAX)
			return NULL;
	}
	if (from.is_broken || from.rest.n > 0)
		return NULL;
	return entry_make(conversation, first, at_ms, &after, messages, n);
}

bool parcel_moment(const struct parcel *parcel, struct text *conversation, struct text *frame)
{
	struct source from = {.rest = parcel->content};

	*conversation = take_text(&from);
	*frame = take_text(&from);
	return !from.is_broken && from.rest.n == 0;
}
