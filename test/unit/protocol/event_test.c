#include "protocol/event.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Compares, and drops the frame. */
static void assert_frame(struct frame *frame, const char *expected)
{
	assert_non_null(frame);
	if (!text_equal(text_of(frame->text, frame->n), text_of_string(expected)))
		fail_msg("%.*s\ninstead of\n%s", (int)frame->n, frame->text, expected);
	frame_unref(frame);
}

/* An entry of n messages, alternately a visitor's with an id and the bot's. */
static struct entry *make_entry(uint64_t first, size_t n, struct text text)
{
	struct message messages[8];

	assert_true(n <= COUNT(messages));
	for (size_t i = 0; i < n; i++)
		messages[i] = i % 2 == 0
				      ? (struct message){ROLE_USER, TEXT("Ada"), text, TEXT("id")}
				      : (struct message){ROLE_BOT, TEXT("Bot"), text, TEXT_NONE};
	return entry_make(TEXT("ada"), first, 1, &(struct standing){0}, messages, n);
}

static void each_event_is_one_line_of_json(void **state)
{
	static const struct welcome welcome = {.name = {"Ada", 3}, .role = ROLE_USER, .version = "1.2",
					       .auth = "open", .max_text = 8192, .history_limit = 50,
					       .rate = 20};
	static const struct standing live = {.state = STATE_LIVE, .agent = {"Eva", 3}};

	(void)state;
	assert_frame(event_welcome(&welcome),
		     "{\"type\":\"welcome\",\"name\":\"Ada\",\"role\":\"user\",\"version\":\"1.2\","
		     "\"features\":{\"live_chat\":false,\"auth\":\"open\"},"
		     "\"limits\":{\"max_text\":8192,\"history\":50,\"rate\":20}}");
	assert_frame(event_ack(TEXT("i"), TEXT("ada"), 7, 0),
		     "{\"type\":\"ack\",\"id\":\"i\",\"conversation\":\"ada\",\"seq\":7,"
		     "\"at\":\"1970-01-01T00:00:00.000Z\"}");
	assert_frame(event_error(TEXT_NONE, ERR_CONFLICT, "no", 0),
		     "{\"type\":\"error\",\"code\":\"conflict\",\"message\":\"no\"}");
	assert_frame(event_error(TEXT("i"), ERR_RATE_LIMITED, "no", 50),
		     "{\"type\":\"error\",\"id\":\"i\",\"code\":\"rate_limited\",\"message\":\"no\","
		     "\"retry_after_ms\":50}");
	assert_frame(event_state(TEXT("ada"), &(struct standing){.state = STATE_ESCALATED}),
		     "{\"type\":\"state\",\"conversation\":\"ada\",\"state\":\"escalated\"}");
	assert_frame(event_state(TEXT("ada"), &live),
		     "{\"type\":\"state\",\"conversation\":\"ada\",\"state\":\"live\",\"agent\":\"Eva\"}");
	assert_frame(event_typing(TEXT("ada"), TEXT("Ada"), true),
		     "{\"type\":\"typing\",\"conversation\":\"ada\",\"from\":\"Ada\",\"on\":true}");
	assert_frame(event_read(TEXT("ada"), TEXT("Ada"), 3),
		     "{\"type\":\"read\",\"conversation\":\"ada\",\"from\":\"Ada\",\"seq\":3}");
	assert_frame(event_goodbye("shutdown", 1000),
		     "{\"type\":\"goodbye\",\"reason\":\"shutdown\",\"retry_after_ms\":1000}");
}

static void messages_with_and_without_an_id(void **state)
{
	struct entry *entry = make_entry(4, 2, TEXT("\"\\\n\x01\xC3\xA9</script>"));

	(void)state;
	assert_frame(event_message(entry, 1),
		     "{\"type\":\"message\",\"conversation\":\"ada\",\"seq\":5,\"from\":\"Bot\",\"role\":\"bot\","
		     "\"text\":\"\\\"\\\\\\n\\u0001\xC3\xA9</script>\",\"at\":\"1970-01-01T00:00:00.001Z\"}");
	entry_unref(entry);
}

static void an_entry_is_a_line_a_message(void **state)
{
	struct entry *entry = make_entry(4, 3, TEXT("t\n"));
	struct frame *whole = event_entry(entry);
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct frame *one = event_message(entry, i);

		assert_true(text_equal(text_of(whole->text + at, one->n), text_of(one->text, one->n)));
		at += one->n;
		assert_true(i == 2 ? at == whole->n : whole->text[at++] == '\n');
		frame_unref(one);
	}
	frame_unref(whole);
	entry_unref(entry);
}

static void times_are_rfc_3339(void **state)
{
	static const struct {
		int64_t at_ms;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00.000Z"},
		{951782399999, "2000-02-28T23:59:59.999Z"},
		{951782400000, "2000-02-29T00:00:00.000Z"},
		{253402300799999, "9999-12-31T23:59:59.999Z"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[25];

		event_time(text, cases[i].at_ms);
		assert_string_equal(text, cases[i].text);
	}
}

/* The numbers that a page shows, and its `more`. */
static void assert_page(struct history_page *page, uint64_t first, uint64_t last, bool more)
{
	struct frame *frame = event_history(page);
	json_t *json = json_loadb(frame->text, frame->n, 0, NULL);
	json_t *messages = json_object_get(json, "messages"), *message;
	size_t i;

	assert_non_null(json);
	assert_int_equal(json_array_size(messages), last + 1 - first);
	json_array_foreach(messages, i, message)
		assert_int_equal(json_integer_value(json_object_get(message, "seq")), first + i);
	assert_int_equal(page->shown_first, first);
	assert_int_equal(page->shown_last, last);
	assert_int_equal(json_is_true(json_object_get(json, "more")), more);
	assert_int_equal(json_integer_value(json_object_get(json, "last")), page->newest);
	json_decref(json);
	frame_unref(frame);
}

/* Three entries of four: 1 to 12. */
static void pages_show_what_was_asked_for(void **state)
{
	static const struct {
		uint64_t asked_first, asked_last;
		bool newest_first, more;
	} cases[] = {
		{1, 12, true, false}, {3, 12, true, true},   {12, 12, true, true}, {1, 1, true, false},
		{2, 5, true, true},   {1, 12, false, false}, {1, 11, false, true}, {6, 7, false, true},
		{12, 12, false, false},
	};
	struct entry *entries[] = {make_entry(1, 4, TEXT("a")), make_entry(5, 4, TEXT("b")),
				   make_entry(9, 4, TEXT("c"))};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct history_page page = {.conversation = TEXT("ada"), .newest = 12,
					    .entries = entries, .n = 3,
					    .first = cases[i].asked_first, .last = cases[i].asked_last,
					    .newest_first = cases[i].newest_first, .bytes = 1 << 20};

		assert_page(&page, cases[i].asked_first, cases[i].asked_last, cases[i].more);
	}
	for (size_t i = 0; i < COUNT(entries); i++)
		entry_unref(entries[i]);
}

/* Messages of about 1,160 bytes: a page of 3,000 holds two of them, a page of 1 byte one. */
static void pages_end_where_they_are_full(void **state)
{
	static char words[1000];
	struct entry *entries[2];

	(void)state;
	memset(words, 'w', sizeof(words));
	entries[0] = make_entry(1, 4, text_of(words, sizeof(words)));
	entries[1] = make_entry(5, 4, text_of(words, sizeof(words)));
	for (int newest_first = 0; newest_first <= 1; newest_first++)
		for (uint64_t fits = 1; fits <= 2; fits++) {
			struct history_page page = {.conversation = TEXT("ada"), .newest = 8,
						    .entries = entries, .n = 2, .first = 1, .last = 8,
						    .newest_first = newest_first,
						    .bytes = fits == 1 ? 1 : 3000};

			assert_page(&page, newest_first ? 9 - fits : 1, newest_first ? 8 : fits, true);
		}
	entry_unref(entries[0]);
	entry_unref(entries[1]);
}

static void a_page_may_be_empty(void **state)
{
	struct history_page page = {.conversation = TEXT("ada"), .first = 1, .last = 0,
				    .newest_first = true, .bytes = 1};

	(void)state;
	assert_page(&page, 1, 0, false);
	page.newest_first = false;
	assert_page(&page, 1, 0, false);
}

static void a_frame_lives_until_its_last_reader_is_done(void **state)
{
	struct frame *frame = event_goodbye("x", 1);

	(void)state;
	assert_ptr_equal(frame_ref(frame), frame);
	frame_unref(frame);
	memset(frame->text - FRAME_HEADROOM, 'h', FRAME_HEADROOM); /* the transport's */
	assert_frame(frame, "{\"type\":\"goodbye\",\"reason\":\"x\",\"retry_after_ms\":1}");
	frame_unref(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_is_one_line_of_json),
		cmocka_unit_test(messages_with_and_without_an_id),
		cmocka_unit_test(an_entry_is_a_line_a_message),
		cmocka_unit_test(times_are_rfc_3339),
		cmocka_unit_test(pages_show_what_was_asked_for),
		cmocka_unit_test(pages_end_where_they_are_full),
		cmocka_unit_test(a_page_may_be_empty),
		cmocka_unit_test(a_frame_lives_until_its_last_reader_is_done),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
