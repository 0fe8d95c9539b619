#include "conversation/decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct fixture {
	struct loop *loop;
	struct log log;
	struct bot *bot;
	struct draft draft;
};

/* The bot of BRAIN answers everything, and escalates when somebody wants a person. */
static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->loop = loop_new();
	f->log = (struct log){.fd = STDERR_FILENO, .process = "test", .level = LOG_WARN};
	f->bot = bot_open(f->loop, &f->log, BRAIN);
	*state = f;
	return f->bot ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	bot_close(f->bot);
	loop_free(f->loop);
	free(f);
	return 0;
}

static struct entry *newest(enum state state, uint64_t first)
{
	return entry_make(TEXT("ada"), first, 5, &(struct standing){.state = state},
			  &(struct message){.from = TEXT("Ada"), .text = TEXT("x")}, 1);
}

static void asked(void *ctx, const struct turn_request *request, const struct turn_answer *answer)
{
	(void)ctx;
	(void)request;
	(void)answer;
}

/* Decides one more turn; its number, 0 when it is refused. */
static uint64_t decide_one(struct draft *draft, struct bot *bot, enum state_event event, const char *text,
			   enum err expected)
{
	struct turn *turn = turn_make(&(struct turn_request){.event = event, .role = ROLE_USER,
							      .from = TEXT("Ada"), .id = TEXT("id"),
							      .text = text_of_string(text), .done = asked});
	uint64_t seq;

	assert_int_equal(decide(bot, draft, turn), expected);
	seq = turn->seq;
	/* A draft points into its turns: what is looked at below must not. */
	for (size_t i = 0; i < draft->n; i++)
		if (draft->messages[i].text.p == turn->request.text.p)
			draft->messages[i].text = text_of_string(text);
	for (size_t i = 0; i < draft->n; i++) {
		if (draft->messages[i].from.p == turn->request.from.p)
			draft->messages[i].from = TEXT("Ada");
		if (draft->messages[i].id.p == turn->request.id.p)
			draft->messages[i].id = TEXT("id");
	}
	turn_finish(turn, &(struct turn_answer){0});
	return seq;
}

static void assert_roles(const struct draft *draft, const char *roles)
{
	assert_int_equal(draft->n, strlen(roles));
	for (size_t i = 0; i < draft->n; i++)
		assert_int_equal(role_name(draft->messages[i].role)[0], roles[i]);
}

static void a_message_and_its_reply(void **state)
{
	struct fixture *f = *state;

	draft_init(&f->draft, TEXT("ada"), 9, NULL);
	assert_int_equal(decide_one(&f->draft, f->bot, EVENT_WRITE, "hello", ERR_NONE), 1);
	assert_int_equal(decide_one(&f->draft, f->bot, EVENT_WRITE, "again", ERR_NONE), 3);
	assert_roles(&f->draft, "ubub");
	assert_true(text_equal(f->draft.messages[0].id, TEXT("id")));
	assert_true(text_equal(f->draft.messages[1].from, TEXT(BOT_NAME)));
	assert_int_equal(f->draft.messages[1].id.n, 0);
	assert_true(f->draft.after.bot.n > 0);
	assert_int_equal(f->draft.after.state, STATE_BOT);
	draft_release(&f->draft);
}

static void numbers_go_on_from_the_log(void **state)
{
	struct fixture *f = *state;
	struct entry *entry = newest(STATE_BOT, 41);

	draft_init(&f->draft, TEXT("ada"), 9, entry);
	assert_int_equal(f->draft.first, 42);
	assert_int_equal(decide_one(&f->draft, NULL, EVENT_WRITE, "hello", ERR_NONE), 42);
	assert_int_equal(decide_one(&f->draft, NULL, EVENT_WRITE, "hello", ERR_NONE), 43);
	assert_roles(&f->draft, "uu");
	draft_release(&f->draft);
	entry_unref(entry);
}

static void ways_to_escalate(void **state)
{
	static const struct {
		enum state_event event;
		const char *text, *roles;
	} cases[] = {
		{EVENT_ESCALATE, "", "s"},
		{EVENT_WRITE, " /Escalate\n", "us"},
		{EVENT_WRITE, "I want a person", "ubs"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		draft_init(&f->draft, TEXT("ada"), 9, NULL);
		assert_int_equal(decide_one(&f->draft, f->bot, cases[i].event, cases[i].text, ERR_NONE), 1);
		assert_roles(&f->draft, cases[i].roles);
		assert_int_equal(f->draft.after.state, STATE_ESCALATED);
		assert_int_equal(f->draft.after.since_ms, 9);
		/* The client's id stands at what the client asked for. */
		assert_int_equal(f->draft.messages[0].id.n, 2);
		assert_true(f->draft.n == 1 || f->draft.messages[f->draft.n - 1].id.n == 0);
		/* What follows in the same draft meets the new state, and leaves it as it is. */
		decide_one(&f->draft, f->bot, EVENT_WRITE, "hello", ERR_LIVE_CHAT_UNAVAILABLE);
		decide_one(&f->draft, f->bot, EVENT_ESCALATE, "", ERR_CONFLICT);
		assert_roles(&f->draft, cases[i].roles);
		draft_release(&f->draft);
	}
}

static void refusals_leave_the_draft_alone(void **state)
{
	static const struct {
		enum state state;
		enum state_event event;
		enum err err;
	} cases[] = {
		{STATE_BOT, EVENT_CANCEL, ERR_CONFLICT},
		{STATE_ESCALATED, EVENT_WRITE, ERR_LIVE_CHAT_UNAVAILABLE},
		{STATE_ESCALATED, EVENT_ESCALATE, ERR_CONFLICT},
		{STATE_ESCALATED, EVENT_CANCEL, ERR_LIVE_CHAT_UNAVAILABLE},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct entry *entry = newest(cases[i].state, 1);

		draft_init(&f->draft, TEXT("ada"), 9, entry);
		decide_one(&f->draft, f->bot, cases[i].event, "escalate", cases[i].err);
		assert_int_equal(f->draft.n, 0);
		assert_int_equal(f->draft.bytes, 0);
		assert_int_equal(f->draft.after.state, cases[i].state);
		draft_release(&f->draft);
		entry_unref(entry);
	}
}

static void the_same_place_says_the_same(void **state)
{
	struct fixture *f = *state;
	char reply[256];

	for (int i = 0; i < 2; i++) {
		struct text said;

		draft_init(&f->draft, TEXT("ada"), 9, NULL);
		decide_one(&f->draft, f->bot, EVENT_WRITE, "tell me", ERR_NONE);
		said = f->draft.messages[1].text;
		assert_true(said.n > 0 && said.n < sizeof(reply));
		if (i == 0)
			memcpy(reply, said.p, said.n);
		else
			assert_memory_equal(reply, said.p, said.n);
		draft_release(&f->draft);
	}
}

static void an_entry_holds_so_many_turns(void **state)
{
	struct fixture *f = *state;
	struct turn small = {.size = 100}, large = {.size = ENTRY_BYTES_MAX + 1};
	size_t turns = 0;

	draft_init(&f->draft, TEXT("ada"), 9, NULL);
	assert_true(draft_has_room(&f->draft, &large)); /* alone, whatever its size */
	for (; draft_has_room(&f->draft, &small); turns++)
		decide_one(&f->draft, f->bot, EVENT_WRITE, "hello", ERR_NONE);
	assert_true(f->draft.n <= ENTRY_MESSAGES_MAX && f->draft.n > ENTRY_MESSAGES_MAX - 2 * DRAFT_MESSAGES_PER_TURN);
	assert_int_equal(f->draft.n, 2 * turns);
	draft_release(&f->draft);

	draft_init(&f->draft, TEXT("ada"), 9, NULL);
	decide_one(&f->draft, f->bot, EVENT_WRITE, "hello", ERR_NONE);
	assert_false(draft_has_room(&f->draft, &large));
	draft_release(&f->draft);
}

static void words_that_escalate(void **state)
{
	static const char *const commands[] = {"escalate", "ESCALATE", " Escalate ", "/escalate", "\t/eSCALATE\r\n"};
	static const char *const others[] = {"", "/", "//escalate", "/ escalate", "escalate!", "escalate me", "escalat"};

	(void)state;
	for (size_t i = 0; i < COUNT(commands); i++)
		assert_true(is_escalate_command(text_of_string(commands[i])));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(is_escalate_command(text_of_string(others[i])));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_and_its_reply),
		cmocka_unit_test(numbers_go_on_from_the_log),
		cmocka_unit_test(ways_to_escalate),
		cmocka_unit_test(refusals_leave_the_draft_alone),
		cmocka_unit_test(the_same_place_says_the_same),
		cmocka_unit_test(an_entry_holds_so_many_turns),
		cmocka_unit_test(words_that_escalate),
	};

	return cmocka_run_group_tests_name("decide", tests, set_up, tear_down);
}
