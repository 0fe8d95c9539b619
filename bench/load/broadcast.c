/* The speaker of bench/limits/broadcast.c: no JSON, no log. A message is "SEQ TEXT" to all, its
 * sender too, and is its own answer. */
#include "bench/load/speaker.h"

static void hello(struct seat *seat, struct buffer *out)
{
	(void)seat;
	buffer_add_string(out, "hello");
}

static void send_message(struct seat *seat, struct buffer *out, const struct marking *marking,
			 struct mark mark)
{
	(void)seat;
	mark_add_text(out, marking, mark);
}

static uint64_t take_number(struct text *t)
{
	uint64_t value = 0;

	while (t->n > 0 && *t->p >= '0' && *t->p <= '9') {
		value = value * 10 + (uint64_t)(*t->p - '0');
		*t = text_of(t->p + 1, t->n - 1);
	}
	return value;
}

/* "hello SEQ" to one, who is in from there on; or "SEQ TEXT" to all. */
static bool read_line(struct seat *seat, struct text line, struct event *event, struct buffer *out)
{
	static const char greeting[] = "hello ";
	size_t n = sizeof(greeting) - 1;

	(void)seat;
	(void)out;
	*event = (struct event){.is_of_user = true};
	if (line.n > n && memcmp(line.p, greeting, n) == 0) {
		line = text_of(line.p + n, line.n - n);
		event->type = EVENT_HISTORY;
		event->last = take_number(&line);
		return line.n == 0;
	}
	event->type = EVENT_MESSAGE;
	event->seq = take_number(&line);
	if (event->seq == 0 || line.n == 0 || *line.p != ' ')
		return false;
	event->text = text_of(line.p + 1, line.n - 1);
	return true;
}

const struct speaker broadcast_speaker = {.name = "broadcast",
					  .path = "/",
					  .shows_sender_own = true,
					  .hello = hello,
					  .send = send_message,
					  .read = read_line};
