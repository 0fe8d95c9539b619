#include "bench/load/speaker.h"

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

bool event_read(struct text object, struct event *event)
{
	struct json_cursor c = json_cursor_of(object);
	struct json_value value;
	struct text key;

	*event = (struct event){.type = EVENT_OTHER};
	while (json_next_member(&c, &key, &value))
		keep_member(event, key, &value);
	return !c.failed;
}

bool event_next_message(struct json_cursor *messages, struct event *event)
{
	struct json_value value;

	return json_next_element(messages, &value) && value.kind == JSON_OBJECT &&
	       event_read(value.raw, event);
}
