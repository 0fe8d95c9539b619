/* Any bytes as a client's line: a request or an error with a sentence; what was read comes back as it was, by way of an event. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/event.h"
#include "protocol/request.h"
#include "store/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

/* Texts of a request are UTF-8 without NUL, which is what all behind it relies on. */
static void check_text(struct text t)
{
	require(text_is_utf8(t) && (t.n == 0 || !memchr(t.p, 0, t.n)));
}

static void check_request(const struct request *r)
{
	require(r->verb < VERB_COUNT && !r->why[0]);
	require(!(r->has & FIELD_ID) == (r->id.n == 0) && r->id.n <= CLIENT_ID_MAX);
	check_text(r->id);
	check_text(r->name);
	check_text(r->conversation);
	check_text(r->text);
	require(r->after <= INT64_MAX && r->before <= INT64_MAX && r->limit <= INT64_MAX && r->seq <= INT64_MAX);
}

/* The text as a message's, encoded, and read by another. */
static void check_round_trip(const struct request *r)
{
	struct entry *entry = entry_make(r->conversation, 1, 0, &(struct standing){0},
					 &(struct message){.from = r->name, .text = r->text, .id = r->id}, 1);
	struct frame *frame = event_message(entry, 0);
	json_t *json = json_loadb(frame->text, frame->n, JSON_REJECT_DUPLICATES, NULL);
	const json_t *text = json_object_get(json, "text");

	require(text && text_equal(r->text, text_of(json_string_value(text), json_string_length(text))));
	require(!memchr(frame->text, '\n', frame->n));
	json_decref(json);
	frame_unref(frame);
	entry_unref(entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request r;
	enum err err = request_parse(&r, text_of((const char *)data, size));

	if (err == ERR_NONE) {
		check_request(&r);
		check_round_trip(&r);
		if (request_needs(&r, FIELD_ID | FIELD_TEXT | FIELD_ON) != ERR_NONE)
			require(r.why[0]);
	} else {
		require((err == ERR_BAD_REQUEST || err == ERR_UNKNOWN_TYPE) && r.why[0]);
		require(text_is_utf8(text_of_string(r.why)));
	}
	request_release(&r);
	return 0;
}
