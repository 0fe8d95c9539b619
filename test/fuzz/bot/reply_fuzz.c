/* Any brain, any messages: there is always a reply, it ends, and it does not depend on how the trigger
 * was found (by the index, or in order when somebody looks on) or on the state being written and read. */
#include <stdlib.h>
#include <string.h>

#include "bot/include/rivescript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MESSAGES_MOST = 12, STEPS = 200000 };

static bool echo(void *context, const struct text *args, size_t n, struct buffer *result)
{
	(void)context;
	for (size_t i = 0; i < n; i++)
		buffer_add_text(result, args[i]);
	return n != 3;
}

static void look_on(void *context, const struct rs_trace *event)
{
	(void)context;
	(void)event;
}

static struct rs_state *through_json(struct rs_state *state)
{
	struct buffer json = BUFFER_INIT;
	rs_state_write(state, &json);
	if (json.n > RS_STATE_MAX)
		abort();
	struct rs_state *read = rs_state_read(json.p, json.n);
	if (!read)
		abort();
	buffer_release(&json);
	rs_state_free(state);
	return read;
}

static void talk(const struct rs_brain *brain, const char *text, size_t n)
{
	static const struct rs_macro macros[] = {{"echo", echo, NULL}};
	const struct rs_host host = {.macros = macros, .macro_count = 1};
	struct rs_host watched = host;
	struct rs_state *a = rs_state_new();
	struct rs_state *b = rs_state_new();
	watched.trace = look_on;
	rs_state_set(a, TEXT("name"), TEXT("<call>echo a b c</call>{topic=x}"));
	rs_state_set(b, TEXT("name"), TEXT("<call>echo a b c</call>{topic=x}"));
	for (unsigned i = 0; i < MESSAGES_MOST && n > 0; i++) {
		const char *end = memchr(text, '\n', n);
		size_t length = end ? (size_t)(end - text) : n;
		struct rs_request request = {
			.user = TEXT("fuzz"), .text = {text, length}, .seed = i, .steps = STEPS};
		struct buffer first = BUFFER_INIT;
		struct buffer second = BUFFER_INIT;
		enum rs_status x = rs_reply(brain, a, &request, &host, &first, NULL);
		enum rs_status y = rs_reply(brain, b, &request, &watched, &second, NULL);
		bool is_comparable = x != RS_TOO_LONG && y != RS_TOO_LONG;
		if (is_comparable &&
		    (x != y || !text_equal(buffer_text(&first), buffer_text(&second))))
			abort();
		if (!text_is_utf8(buffer_text(&first)))
			abort();
		buffer_release(&first);
		buffer_release(&second);
		if (!is_comparable)
			break;
		b = through_json(b);
		text += length + (end != NULL);
		n -= length + (end != NULL);
	}
	rs_state_free(a);
	rs_state_free(b);
}

/* Options, a brain, a line "===", messages. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	const char *text = (const char *)data + 1;
	const char *part = memmem(text, size - 1, "\n===\n", 5);
	size_t brain_size = part ? (size_t)(part - text) : size - 1;
	const struct rs_options options = {
		.utf8 = data[0] & 1, .lenient = data[0] & 2, .case_sensitive = data[0] & 4};
	const struct rs_source source = {"fuzz", {text, brain_size}};
	struct rs_brain *brain = rs_brain_compile(&source, 1, &options, NULL, NULL);
	if (brain && part)
		talk(brain, part + 5, size - 1 - brain_size - 5);
	else if (brain)
		talk(brain, text, size - 1);
	rs_brain_free(brain);
	return 0;
}
