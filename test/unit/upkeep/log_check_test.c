#include "upkeep/log_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct found {
	char text[2048]; /* "ann 3: what; " for each fault */
};

static void found_fault(void *ctx, struct text conversation, int64_t number, const char *what)
{
	struct found *found = ctx;
	size_t at = strlen(found->text);

	snprintf(found->text + at, sizeof(found->text) - at, "%.*s %lld: %s; ",
		 (int)conversation.n, conversation.p, (long long)number, what);
}

/* What one entry of a log is. `ids` has a letter for each message: its id, '-': none, 'S': of the system. */
struct item {
	const char *conversation;
	uint64_t first;
	const char *ids;
	enum state state;
	const char *malformed;
};

static void add(struct log_check *check, const struct item *item)
{
	struct message messages[8] = {0};
	struct store_scanned scanned = {.conversation = text_of_string(item->conversation),
					.first = (int64_t)item->first,
					.why = item->malformed};
	size_t n = item->malformed ? 0 : strlen(item->ids);
	struct standing after = {.state = item->state, .since_ms = item->state != STATE_BOT};

	for (size_t i = 0; i < n; i++) {
		messages[i].role = item->ids[i] == 'S' ? ROLE_SYSTEM : ROLE_USER;
		if (item->ids[i] != 'S' && item->ids[i] != '-')
			messages[i].id = text_of(&item->ids[i], 1);
	}
	if (item->state == STATE_LIVE)
		after.agent = TEXT("agent");
	if (!item->malformed)
		scanned.entry = entry_make(scanned.conversation, item->first, 0, &after, messages, n);
	assert_true(log_check_add(check, &scanned));
	entry_unref(scanned.entry);
}

enum { ITEMS = 6 };

static void faults_are_found_where_they_are(void **state)
{
	static const struct {
		struct item items[ITEMS];
		const char *faults;
	} cases[] = {
		{{{"ann", 1, "ab", 0, NULL}, {"ann", 3, "--", 0, NULL}, {"bob", 1, "a", 0, NULL}}, ""},
		{{{"ann", 2, "-", 0, NULL}}, "ann 2: the message before is missing; "},
		{{{"ann", 1, "-", 0, NULL}, {"ann", 4, "-", 0, NULL}, {"ann", 5, "-", 0, NULL}},
		 "ann 4: the messages before are missing, from 2 on; "},
		{{{"ann", 1, "---", 0, NULL}, {"ann", 3, "--", 0, NULL}, {"ann", 5, "-", 0, NULL}},
		 "ann 3: is there twice: the entry before ends with 3; "},
		{{{"ann", 1, "-", 0, NULL}, {"bob", 3, "-", 0, NULL}},
		 "bob 3: the messages before are missing, from 1 on; "},
		{{{"ann", 1, "ab", 0, NULL}, {"ann", 3, "cb", 0, NULL}, {"ann", 5, "b", 0, NULL}},
		 "ann 4: its client id is that of a message in the entry at 1; "
		 "ann 5: its client id is that of a message in the entry at 1; "},
		{{{"ann", 1, "aa", 0, NULL}, {"bob", 1, "a", 0, NULL}}, ""},
		{{{"ann", 1, "-", 0, NULL}, {"ann", 2, "-S", STATE_ESCALATED, NULL}}, ""},
		{{{"ann", 1, "-", STATE_ESCALATED, NULL}},
		 "ann 1: the state goes from bot to escalated without a message of the system; "},
		{{{"ann", 1, "S", STATE_ESCALATED, NULL}, {"ann", 2, "-S", 0, NULL}},
		 "ann 2: the state may not go from escalated to bot; "},
		{{{"ann", 1, "S", STATE_LIVE, NULL}},
		 "ann 1: the state may not go from bot to live; "},
		{{{"ann", 1, "-", 0, NULL}, {"ann", 2, "", 0, "broken"}, {"ann", 3, "-", 0, NULL}},
		 "ann 2: broken; ann 3: the message before is missing; "},
		/* Behind what cannot be read, any state may be. */
		{{{"ann", 1, "", 0, "broken"}, {"ann", 2, "-", STATE_ESCALATED, NULL}},
		 "ann 1: broken; ann 2: the message before is missing; "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct found found = {0};
		struct log_check check;

		log_check_init(&check, found_fault, &found);
		for (size_t k = 0; k < ITEMS && cases[i].items[k].conversation; k++)
			add(&check, &cases[i].items[k]);
		assert_string_equal(found.text, cases[i].faults);
		log_check_release(&check);
	}
}

static void a_state_has_what_belongs_to_it(void **state)
{
	static const struct {
		struct standing after;
		const char *fault;
	} cases[] = {
		{{.state = STATE_ESCALATED}, "ann 1: the state is escalated, without a time of escalation; "},
		{{.state = STATE_ESCALATED, .since_ms = 5, .agent = {"x", 1}},
		 "ann 1: the state is escalated, with an agent; "},
		{{.state = STATE_BOT, .since_ms = 5}, "ann 1: the state is bot, with a time of escalation; "},
		{{.state = STATE_ESCALATED, .since_ms = 5}, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct message message = {.role = ROLE_SYSTEM};
		struct entry *entry = entry_make(TEXT("ann"), 1, 0, &cases[i].after, &message, 1);
		struct store_scanned item = {entry->conversation, 1, entry, NULL};
		struct found found = {0};
		struct log_check check;

		log_check_init(&check, found_fault, &found);
		assert_true(log_check_add(&check, &item));
		assert_string_equal(found.text, cases[i].fault);
		log_check_release(&check);
		entry_unref(entry);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_are_found_where_they_are),
		cmocka_unit_test(a_state_has_what_belongs_to_it),
	};

	return cmocka_run_group_tests_name("log_check", tests, NULL, NULL);
}
