#include "protocol/parcel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

static struct entry *make_entry(void)
{
	struct standing after = {.state = STATE_LIVE, .agent = TEXT("Grace"), .since_ms = 1234567890123,
				 .bot = TEXT("{\"vars\":{}}")};
	struct message messages[] = {
		{.role = ROLE_USER, .from = TEXT("Ada"), .text = TEXT("h\xc3\xb6 \n"), .id = TEXT("id-1")},
		{.role = ROLE_BOT, .from = TEXT("Frontdesk"), .text = TEXT("")},
		{.role = ROLE_SYSTEM, .from = TEXT("system"), .text = TEXT("x")},
	};

	return entry_make(TEXT("ada"), UINT64_C(1) << 40, 1700000000123, &after, messages, 3);
}

static void an_entry_arrives_as_it_was(void **state)
{
	struct entry *sent = make_entry(), *got;
	struct buffer bytes = BUFFER_INIT, again = BUFFER_INIT;
	struct parcel parcel;

	(void)state;
	parcel_add_entry(&bytes, 42, sent);
	assert_true(parcel_open(buffer_text(&bytes), &parcel));
	assert_int_equal(parcel.kind, PARCEL_ENTRY);
	assert_int_equal(parcel.sender, 42);
	got = parcel_entry(&parcel);
	assert_non_null(got);
	assert_true(got->first == sent->first && got->at_ms == sent->at_ms && got->n == 3);
	assert_true(text_equal(got->conversation, TEXT("ada")) && text_equal(got->after.agent, TEXT("Grace")));
	assert_true(got->after.state == STATE_LIVE && got->after.since_ms == 1234567890123);
	assert_true(text_equal(got->messages[0].id, TEXT("id-1")) && got->messages[2].role == ROLE_SYSTEM);
	/* All of it: encoded again it is the same. */
	parcel_add_entry(&again, 42, got);
	assert_true(text_equal(buffer_text(&bytes), buffer_text(&again)));
	entry_unref(got);
	entry_unref(sent);
	buffer_release(&bytes);
	buffer_release(&again);
}

static void a_moment_arrives_as_it_was(void **state)
{
	struct buffer bytes = BUFFER_INIT;
	struct parcel parcel;
	struct text conversation, frame;

	(void)state;
	parcel_add_moment(&bytes, 7, TEXT("ada"), TEXT("{\"type\":\"typing\"}"));
	assert_true(parcel_open(buffer_text(&bytes), &parcel));
	assert_int_equal(parcel.kind, PARCEL_MOMENT);
	assert_true(parcel_moment(&parcel, &conversation, &frame));
	assert_true(text_equal(conversation, TEXT("ada")) && text_equal(frame, TEXT("{\"type\":\"typing\"}")));
	buffer_release(&bytes);
}

static bool is_taken(struct text bytes)
{
	struct parcel parcel;
	struct entry *entry;
	bool is_entry;

	if (!parcel_open(bytes, &parcel))
		return false;
	entry = parcel_entry(&parcel);
	is_entry = entry != NULL;
	entry_unref(entry);
	return is_entry;
}

static void what_is_cut_or_too_long_is_refused(void **state)
{
	struct entry *entry = make_entry();
	struct buffer bytes = BUFFER_INIT;

	(void)state;
	parcel_add_entry(&bytes, 42, entry);
	assert_true(is_taken(buffer_text(&bytes)));
	for (size_t n = 0; n < bytes.n; n++) {
		/* Of its own size, so that reading past the end is noticed. */
		char *copy = malloc(n + 1);

		memcpy(copy, bytes.p, n);
		assert_false(is_taken(text_of(copy, n)));
		free(copy);
	}
	buffer_add_char(&bytes, 'x');
	assert_false(is_taken(buffer_text(&bytes)));
	entry_unref(entry);
	buffer_release(&bytes);
}

/* The byte at a place becomes another. */
static void what_cannot_be_is_refused(void **state)
{
	static const struct {
		const char *what;
		size_t at;
		unsigned char value;
	} cases[] = {
		{"version", 0, 2}, {"kind", 1, 'x'},
		{"length of the conversation", 10 + 3, 0xff},
		{"UTF-8", 14, 0xff},
		{"first: above what stores can hold", 17 + 7, 0x80},
		{"state", 33, STATE_COUNT},
		{"messages: none", 66, 0},
		{"messages: too many", 67, 0xff},
		{"role", 68, ROLE_COUNT},
	};
	struct entry *entry = make_entry();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buffer bytes = BUFFER_INIT;

		parcel_add_entry(&bytes, 42, entry);
		bytes.p[cases[i].at] = (char)cases[i].value;
		if (is_taken(buffer_text(&bytes)))
			fail_msg("%s", cases[i].what);
		buffer_release(&bytes);
	}
	entry_unref(entry);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_arrives_as_it_was),
		cmocka_unit_test(a_moment_arrives_as_it_was),
		cmocka_unit_test(what_is_cut_or_too_long_is_refused),
		cmocka_unit_test(what_cannot_be_is_refused),
	};

	return cmocka_run_group_tests_name("parcel", tests, NULL, NULL);
}
