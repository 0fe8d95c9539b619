#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "store/entry.h"

static void an_entry_owns_copies_of_all_its_texts(void **state)
{
	char bytes[] = "conversation agent bot from text id";
	char saved[sizeof(bytes)];
	struct message messages[2] = {
		{ROLE_AGENT, text_of(bytes + 23, 4), text_of(bytes + 28, 4),
		 text_of(bytes + 33, 2)},
		{ROLE_SYSTEM, TEXT_NONE, TEXT_NONE, TEXT_NONE},
	};
	struct standing after = {STATE_LIVE, text_of(bytes + 13, 5), 7, text_of(bytes + 19, 3)};
	struct entry *entry = entry_make(text_of(bytes, 12), 5, -1, &after, messages, 2);

	(void)state;
	memcpy(saved, bytes, sizeof(bytes));
	memset(bytes, 'x', sizeof(bytes));
	memset(messages, 0, sizeof(messages));
	assert_non_null(entry);
	assert_true(text_equal(entry->conversation, text_of(saved, 12)));
	assert_true(text_equal(entry->after.agent, TEXT("agent")));
	assert_true(text_equal(entry->after.bot, TEXT("bot")));
	assert_true(text_equal(entry->messages[0].from, TEXT("from")));
	assert_true(text_equal(entry->messages[0].text, TEXT("text")));
	assert_true(text_equal(entry->messages[0].id, TEXT("id")));
	assert_int_equal(entry->messages[0].role, ROLE_AGENT);
	assert_int_equal(entry->messages[1].role, ROLE_SYSTEM);
	assert_int_equal(entry->messages[1].text.n + entry->messages[1].id.n, 0);
	assert_int_equal(entry->first, 5);
	assert_int_equal(entry_last(entry), 6);
	assert_int_equal(entry->at_ms, -1);
	assert_int_equal(entry->after.state, STATE_LIVE);
	assert_int_equal(entry->after.since_ms, 7);
	assert_int_equal(entry_size(entry),
			 sizeof(*entry) + 2 * sizeof(struct message) + 12 + 5 + 3 + 10);
	assert_ptr_equal(entry_ref(entry), entry);
	entry_unref(entry);
	assert_true(text_equal(entry->messages[0].id, TEXT("id"))); /* one reference is left */
	entry_unref(entry);
	entry_unref(NULL);
}

static void names_go_both_ways(void **state)
{
	(void)state;
	for (enum role role = 0; role < ROLE_COUNT; role++)
		assert_int_equal(role_of_name(text_of_string(role_name(role))), role);
	for (enum state s = 0; s < STATE_COUNT; s++)
		assert_int_equal(state_of_name(text_of_string(state_name(s))), s);
	assert_int_equal(role_of_name(TEXT("User")), ROLE_COUNT);
	assert_int_equal(role_of_name(TEXT("use")), ROLE_COUNT);
	assert_int_equal(role_of_name(TEXT_NONE), ROLE_COUNT);
	assert_int_equal(state_of_name(TEXT("bots")), STATE_COUNT);
	assert_int_equal(state_of_name(TEXT_NONE), STATE_COUNT);
}

static struct entry *changed(size_t field)
{
	struct message messages[2] = {{ROLE_USER, TEXT("from"), TEXT("text"), TEXT("id")},
				      {ROLE_BOT, TEXT("Bot"), TEXT("reply"), TEXT_NONE}};
	struct standing after = {.state = field == 1 ? STATE_LIVE : STATE_BOT,
				 .agent = field == 2 ? TEXT("x") : TEXT_NONE,
				 .since_ms = field == 3,
				 .bot = field == 4 ? TEXT("{}") : TEXT_NONE};

	if (field == 5)
		messages[1].role = ROLE_SYSTEM;
	if (field == 6)
		messages[1].text = TEXT("replies");
	if (field == 7)
		messages[0].id = TEXT("ix");
	if (field == 8)
		messages[0].from = TEXT_NONE;
	return entry_make(field == 9 ? TEXT("anna") : TEXT("ann"), field == 10 ? 2 : 1,
			  field == 11, &after, messages, field == 12 ? 1 : 2);
}

static void entries_are_equal_when_nothing_differs(void **state)
{
	struct entry *one = changed(0);

	(void)state;
	for (size_t field = 0; field <= 12; field++) {
		struct entry *other = changed(field);

		assert_int_equal(entry_equal(one, other), field == 0);
		assert_int_equal(entry_equal(other, one), field == 0);
		entry_unref(other);
	}
	entry_unref(one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_equal_when_nothing_differs),
		cmocka_unit_test(an_entry_owns_copies_of_all_its_texts),
		cmocka_unit_test(names_go_both_ways),
	};

	return cmocka_run_group_tests_name("entry", tests, NULL, NULL);
}
