/* The speaker of socket.io: engine.io's packets as text, one a WebSocket message, and in them
 * events with callbacks, whose arguments the peer gives the members of chat.v1's frames. */
#include "bench/load/speaker.h"

static void hello(struct seat *seat, struct buffer *out)
{
	buffer_add_format(out, "40{\"name\":\"%s\"}", seat->name);
}

static void open_chat(struct seat *seat, struct buffer *out, int64_t after, unsigned limit)
{
	seat->after = after;
	seat->limit = limit;
	buffer_add_string(out, "420[\"open\",{");
	if (after >= 0)
		buffer_add_format(out, "\"after\":%lld,", (long long)after);
	buffer_add_format(out, "\"limit\":%u}]", limit);
}

static void send_message(struct seat *seat, struct buffer *out, const struct marking *marking,
			 struct mark mark)
{
	(void)seat;
	buffer_add_format(out, "42%u[\"send\",{\"id\":\"", mark.n);
	mark_add_id(out, marking, mark);
	buffer_add_string(out, "\",\"text\":\"");
	mark_add_text(out, marking, mark);
	buffer_add_string(out, "\"}]");
}

/* A page is one answer; the next one has to be asked for. */
static void ask_for_more(struct seat *seat, const struct event *history, struct buffer *out)
{
	struct json_cursor messages = json_cursor_of(history->messages);
	struct event message = {.seq = (uint64_t)seat->after};

	while (event_next_message(&messages, &message))
		;
	open_chat(seat, out, (int64_t)message.seq, seat->limit);
}

/* The arguments: of an event its name and an object, of an answer an object. */
static bool read_arguments(struct text arguments, struct event *event)
{
	struct json_cursor c = json_cursor_of(arguments);
	struct json_value value;
	bool is_message;

	if (!json_next_element(&c, &value))
		return false;
	is_message = value.kind == JSON_STRING && text_equal(value.raw, TEXT("message"));
	if (value.kind == JSON_STRING && !json_next_element(&c, &value))
		return false;
	if (value.kind != JSON_OBJECT || !event_read(value.raw, event))
		return false;
	if (is_message)
		event->type = EVENT_MESSAGE;
	return true;
}

static bool read_packet(struct seat *seat, struct text packet, struct event *event,
			struct buffer *out)
{
	char kind = packet.p[0];

	while (packet.n > 0 && packet.p[0] >= '0' && packet.p[0] <= '9') /* its callback's number */
		packet = text_of(packet.p + 1, packet.n - 1);
	switch (kind) {
	case '0':
		event->type = EVENT_WELCOME;
		return true;
	case '1':
		event->type = EVENT_GOODBYE;
		return true;
	case '2':
	case '3':
		if (!read_arguments(packet, event))
			return false;
		if (event->type == EVENT_HISTORY && event->has_more && seat->after >= 0)
			ask_for_more(seat, event, out);
		return true;
	default:
		event->type = EVENT_ERROR;
		event->reason = packet;
		return true;
	}
}

static bool read_line(struct seat *seat, struct text line, struct event *event, struct buffer *out)
{
	*event = (struct event){.type = EVENT_OTHER};
	if (line.n == 0)
		return false;
	if (line.p[0] == '2') /* a ping */
		buffer_add_char(out, '3');
	if (line.p[0] != '4')
		return true;
	return line.n > 1 && read_packet(seat, text_of(line.p + 1, line.n - 1), event, out);
}

const struct speaker socketio_speaker = {.name = "socketio",
					 .path = "/socket.io/?EIO=4&transport=websocket",
					 .keeps_log = true,
					 .hello = hello,
					 .open = open_chat,
					 .send = send_message,
					 .read = read_line};
