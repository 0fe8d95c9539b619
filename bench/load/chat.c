/* The speaker of chat.v1, Frontdesk's own protocol and that of the plain Node peer. */
#include "bench/load/speaker.h"

static void hello(struct seat *seat, struct buffer *out)
{
	buffer_add_format(out, "{\"type\":\"hello\",\"name\":\"%s\"}", seat->name);
}

static void open_chat(struct seat *seat, struct buffer *out, int64_t after, unsigned limit)
{
	(void)seat;
	buffer_add_string(out, "{\"type\":\"open\"");
	if (after >= 0)
		buffer_add_format(out, ",\"after\":%lld", (long long)after);
	buffer_add_format(out, ",\"limit\":%u}", limit);
}

static void send_message(struct seat *seat, struct buffer *out, const struct marking *marking,
			 struct mark mark)
{
	(void)seat;
	buffer_add_string(out, "{\"type\":\"send\",\"id\":\"");
	mark_add_id(out, marking, mark);
	buffer_add_string(out, "\",\"text\":\"");
	mark_add_text(out, marking, mark);
	buffer_add_string(out, "\"}");
}

static bool read_line(struct seat *seat, struct text line, struct event *event, struct buffer *out)
{
	(void)seat;
	(void)out;
	return event_read(line, event);
}

const struct speaker chat_speaker = {.name = "chat",
				     .path = "/chat",
				     .protocol = "chat.v1",
				     .keeps_log = true,
				     .hello = hello,
				     .open = open_chat,
				     .send = send_message,
				     .read = read_line};
