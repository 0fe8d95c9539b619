/* The speaker of Tinode: an anonymous account for each user, and a topic that only it is in. */
#include "bench/load/speaker.h"

#include <stdio.h>

static void hello(struct seat *seat, struct buffer *out)
{
	(void)seat;
	buffer_add_string(out, "{\"hi\":{\"id\":\"hi\",\"ver\":\"0.22\",\"ua\":\"chat-load\"}}");
}

static void log_in(const struct seat *seat, struct buffer *out)
{
	if (seat->token[0])
		buffer_add_format(out,
				  "{\"login\":{\"id\":\"login\",\"scheme\":\"token\","
				  "\"secret\":\"%s\"}}",
				  seat->token);
	else
		buffer_add_format(out,
				  "{\"acc\":{\"id\":\"login\",\"user\":\"new\","
				  "\"scheme\":\"anonymous\",\"login\":true,"
				  "\"desc\":{\"public\":{\"fn\":\"%s\"}}}}",
				  seat->name);
}

/* A page has at most so many messages, whatever is asked for. */
enum { PAGE_MOST = 100 };

static void ask_for_page(struct seat *seat, struct buffer *out)
{
	buffer_add_string(out, "\"what\":\"data\",\"data\":{");
	if (seat->after < 0)
		buffer_add_format(out, "\"limit\":%u}", seat->limit);
	else if (seat->first > 0)
		buffer_add_format(out, "\"since\":%lld,\"before\":%lld}",
				  (long long)seat->after + 1, (long long)seat->first);
	else
		buffer_add_format(out, "\"since\":%lld}", (long long)seat->after + 1);
}

static void open_topic(struct seat *seat, struct buffer *out, int64_t after, unsigned limit)
{
	seat->after = after;
	seat->limit = limit;
	seat->first = 0;
	buffer_clear(&seat->page);
	if (seat->topic[0] == '\0') {
		buffer_add_string(out, "{\"sub\":{\"id\":\"open\",\"topic\":\"new\"}}");
		return;
	}
	buffer_add_format(out, "{\"sub\":{\"id\":\"open\",\"topic\":\"%s\",\"get\":{", seat->topic);
	ask_for_page(seat, out);
	buffer_add_string(out, "}}}");
}

static void send_message(struct seat *seat, struct buffer *out, const struct marking *marking,
			 struct mark mark)
{
	buffer_add_string(out, "{\"pub\":{\"id\":\"");
	mark_add_id(out, marking, mark);
	buffer_add_format(out, "\",\"topic\":\"%s\",\"noecho\":true,\"content\":\"", seat->topic);
	mark_add_text(out, marking, mark);
	buffer_add_string(out, "\"}}");
}

/* The members of {ctrl} and {data} that matter here, and of the params in a {ctrl}. */
struct fields {
	struct text id, topic, text, content, params, token, what;
	int64_t code, seq, count;
};

static bool read_fields(struct text object, struct fields *fields)
{
	const struct {
		struct text key;
		struct text *text;
		int64_t *number;
	} known[] = {
		{TEXT("id"), &fields->id, NULL},           {TEXT("topic"), &fields->topic, NULL},
		{TEXT("text"), &fields->text, NULL},       {TEXT("params"), &fields->params, NULL},
		{TEXT("content"), &fields->content, NULL}, {TEXT("token"), &fields->token, NULL},
		{TEXT("what"), &fields->what, NULL},       {TEXT("code"), NULL, &fields->code},
		{TEXT("seq"), NULL, &fields->seq},         {TEXT("count"), NULL, &fields->count},
	};
	struct json_cursor c = json_cursor_of(object);
	struct json_value value;
	struct text key;

	while (json_next_member(&c, &key, &value))
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			if (!text_equal(key, known[i].key))
				continue;
			if (known[i].text)
				*known[i].text = value.raw;
			else if (!text_to_int(value.raw, 0, UINT32_MAX, known[i].number))
				return false;
		}
	return !c.failed;
}

static bool keep_word(char *word, size_t size, struct text value)
{
	return snprintf(word, size, "%.*s", (int)value.n, value.p ? value.p : "") < (int)size;
}

/* Pages come newest first, a frame for each message; a history has the oldest first. */
static bool prepend_to_page(struct seat *seat, const struct fields *data)
{
	struct buffer page = BUFFER_INIT;

	buffer_add_format(&page, "{\"seq\":%lld,\"role\":\"user\",\"text\":\"%.*s\"},",
			  (long long)data->seq, (int)data->content.n, data->content.p);
	buffer_add_text(&page, buffer_text(&seat->page));
	if (page.failed) {
		buffer_release(&page);
		return false;
	}
	if (seat->page.n == 0)
		seat->last = data->seq;
	seat->first = data->seq;
	buffer_release(&seat->page);
	seat->page = page;
	return true;
}

static void end_page(struct seat *seat, struct event *event)
{
	struct buffer array = BUFFER_INIT;

	buffer_add_char(&array, '[');
	buffer_add_text(&array, buffer_text(&seat->page));
	buffer_add_char(&array, ']');
	buffer_release(&seat->page);
	seat->page = array;
	seat->is_paging = false;
	event->type = EVENT_HISTORY;
	event->messages = buffer_text(&array);
	event->last = (uint64_t)seat->last;
}

/* First the answer to the subscription, then one behind each page. */
static bool read_page_end(struct seat *seat, const struct fields *ctrl, struct event *event,
			  struct buffer *out)
{
	if (seat->topic[0] && ctrl->what.n == 0) {
		seat->is_paging = true;
	} else if (ctrl->count >= PAGE_MOST && seat->after >= 0) {
		buffer_add_format(out, "{\"get\":{\"id\":\"open\",\"topic\":\"%s\",", seat->topic);
		ask_for_page(seat, out);
		buffer_add_string(out, "}}");
	} else {
		end_page(seat, event);
		return seat->topic[0] || keep_word(seat->topic, sizeof(seat->topic), ctrl->topic);
	}
	return true;
}

static bool read_ctrl(struct seat *seat, const struct fields *ctrl, struct event *event,
		      struct buffer *out)
{
	if (ctrl->code >= 400) {
		event->type = EVENT_ERROR;
		event->reason = ctrl->text;
	} else if (text_equal(ctrl->id, TEXT("hi"))) {
		log_in(seat, out);
	} else if (text_equal(ctrl->id, TEXT("login"))) {
		event->type = EVENT_WELCOME;
		return keep_word(seat->token, sizeof(seat->token), ctrl->token);
	} else if (text_equal(ctrl->id, TEXT("open"))) {
		return read_page_end(seat, ctrl, event, out);
	} else if (ctrl->seq > 0) {
		event->type = EVENT_ACK;
		event->id = ctrl->id;
		event->seq = (uint64_t)ctrl->seq;
	}
	return true;
}

static bool read_line(struct seat *seat, struct text line, struct event *event, struct buffer *out)
{
	struct json_cursor c = json_cursor_of(line);
	struct fields fields = {0};
	struct json_value value;
	struct text kind;

	*event = (struct event){.type = EVENT_OTHER};
	if (!json_next_member(&c, &kind, &value))
		return false;
	if (text_equal(kind, TEXT("ctrl")))
		return read_fields(value.raw, &fields) &&
		       (fields.params.n == 0 || read_fields(fields.params, &fields)) &&
		       read_ctrl(seat, &fields, event, out);
	if (!text_equal(kind, TEXT("data")))
		return true;
	if (!read_fields(value.raw, &fields))
		return false;
	if (seat->is_paging)
		return prepend_to_page(seat, &fields);
	event->type = EVENT_MESSAGE;
	event->seq = (uint64_t)fields.seq;
	event->text = fields.content;
	event->is_of_user = true;
	return true;
}

/* The key is the one that Tinode's example configuration comes with. */
const struct speaker tinode_speaker = {
	.name = "tinode",
	.path = "/v0/channels?apikey=AQEAAAABAAD_rAp4DJh05a1HAwFT3A6K",
	.keeps_log = true,
	.hello = hello,
	.open = open_topic,
	.send = send_message,
	.read = read_line};
