#include "bench/load/chat.h"

#include <stdio.h>

enum { MARK_SIZE = 32 };

/* Each is at least as long as a usual body, so that cutting gives the same size for all. None of
 * them asks for a person, or says yes when the bot offers one. */
static const char *const sentences[] = {
	"My parcel has not come yet, could you please look where it is now, it was sent last week",
	"Can I still change the address of my order before it leaves, or is it too late for that",
	"What are your opening hours on Saturday, and do I need an appointment to pick things up",
	"Thank you, that helps a lot. One more question about the invoice that came this morning",
	"The page shows an error after I enter my card number, and now I do not know if I paid it",
	"How long do I have to send something back, and who pays for the way back to the shop then",
};

void chat_hello(struct buffer *out, const char *name)
{
	buffer_add_format(out, "{\"type\":\"hello\",\"name\":\"%s\"}", name);
}

void chat_open(struct buffer *out, int64_t after, unsigned limit)
{
	buffer_add_string(out, "{\"type\":\"open\"");
	if (after >= 0)
		buffer_add_format(out, ",\"after\":%lld", (long long)after);
	buffer_add_format(out, ",\"limit\":%u}", limit);
}

void chat_send(struct buffer *out, uint32_t run, struct mark mark, size_t text_bytes)
{
	const char *sentence = sentences[mark.n % (sizeof(sentences) / sizeof(sentences[0]))];
	char tail[MARK_SIZE];
	int n = snprintf(tail, sizeof(tail), " #%u.%u", mark.user, mark.n);
	int room = (int)text_bytes - n;

	buffer_add_format(out, "{\"type\":\"send\",\"id\":\"%08x-%u.%u\",\"text\":\"%-*.*s%s\"}",
			  run, mark.user, mark.n, room > 0 ? room : 0, room > 0 ? room : 0,
			  sentence, tail);
}

static uint64_t number_of(struct text raw)
{
	uint64_t value = 0;

	for (size_t i = 0; i < raw.n && raw.p[i] >= '0' && raw.p[i] <= '9'; i++)
		value = value * 10 + (uint64_t)(raw.p[i] - '0');
	return value;
}

static enum event_type type_of(struct text name)
{
	static const char *const names[] = {
		[EVENT_WELCOME] = "welcome", [EVENT_HISTORY] = "history",
		[EVENT_ACK] = "ack",         [EVENT_MESSAGE] = "message",
		[EVENT_ERROR] = "error",     [EVENT_GOODBYE] = "goodbye",
	};
	unsigned type = 0;

	while (type < EVENT_OTHER && !text_equal(name, text_of_string(names[type])))
		type++;
	return (enum event_type)type;
}

static void keep_member(struct event *event, struct text key, const struct json_value *value)
{
	switch (key.n) {
	case 2:
		if (text_equal(key, TEXT("id")))
			event->id = value->raw;
		break;
	case 3:
		if (text_equal(key, TEXT("seq")))
			event->seq = number_of(value->raw);
		break;
	case 4:
		if (text_equal(key, TEXT("type")))
			event->type = type_of(value->raw);
		else if (text_equal(key, TEXT("text")))
			event->text = value->raw;
		else if (text_equal(key, TEXT("last")))
			event->last = number_of(value->raw);
		else if (text_equal(key, TEXT("more")))
			event->has_more = text_equal(value->raw, TEXT("true"));
		else if (text_equal(key, TEXT("role")))
			event->is_of_user = text_equal(value->raw, TEXT("user"));
		else if (text_equal(key, TEXT("code")))
			event->code = value->raw;
		break;
	case 6:
		if (text_equal(key, TEXT("reason")))
			event->reason = value->raw;
		break;
	case 7: /* an error's text, not a frame of that type */
		if (text_equal(key, TEXT("message")))
			event->reason = value->raw;
		break;
	case 8:
		if (text_equal(key, TEXT("messages")))
			event->messages = value->raw;
		break;
	}
}

static bool read_object(struct text object, struct event *event)
{
	struct json_cursor c = json_cursor_of(object);
	struct json_value value;
	struct text key;

	*event = (struct event){.type = EVENT_OTHER};
	while (json_next_member(&c, &key, &value))
		keep_member(event, key, &value);
	return !c.failed;
}

bool chat_read(struct text line, struct event *event)
{
	return read_object(line, event);
}

bool chat_next_message(struct json_cursor *messages, struct event *event)
{
	struct json_value value;

	return json_next_element(messages, &value) && value.kind == JSON_OBJECT &&
	       read_object(value.raw, event);
}

/* "user.n" after the last `before`. */
static bool read_mark(struct text t, char before, struct mark *mark)
{
	const char *start = t.n ? memrchr(t.p, before, t.n) : NULL;
	const char *point;

	if (!start)
		return false;
	start++;
	t = text_of(start, (size_t)(t.p + t.n - start));
	point = t.n ? memchr(t.p, '.', t.n) : NULL;
	if (!point)
		return false;
	mark->user = (unsigned)number_of(t);
	mark->n = (uint32_t)number_of(text_of(point + 1, (size_t)(t.p + t.n - point - 1)));
	return mark->n > 0;
}

bool chat_mark_of_id(struct text id, struct mark *mark)
{
	return read_mark(id, '-', mark);
}

bool chat_mark_of_text(struct text text, struct mark *mark)
{
	return read_mark(text, '#', mark);
}
