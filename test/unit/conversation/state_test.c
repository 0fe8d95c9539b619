#include "conversation/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* While live chat is off. */
static void every_cell(void **state)
{
	static const struct {
		enum state_action action;
		enum err refusal;
	} expected[STATE_COUNT][EVENT_COUNT] = {
		/*                   write                                       escalate                        cancel */
		[STATE_BOT] = {{ACTION_ANSWER, ERR_NONE}, {ACTION_ESCALATE, ERR_NONE}, {ACTION_REFUSE, ERR_CONFLICT}},
		[STATE_ESCALATED] = {{ACTION_REFUSE, ERR_LIVE_CHAT_UNAVAILABLE}, {ACTION_REFUSE, ERR_CONFLICT},
				     {ACTION_REFUSE, ERR_LIVE_CHAT_UNAVAILABLE}},
		[STATE_LIVE] = {{ACTION_REFUSE, ERR_LIVE_CHAT_UNAVAILABLE}, {ACTION_REFUSE, ERR_CONFLICT},
				{ACTION_REFUSE, ERR_CONFLICT}},
	};

	(void)state;
	for (int s = 0; s < STATE_COUNT; s++)
		for (int e = 0; e < EVENT_COUNT; e++) {
			struct state_rule rule = state_rule((enum state)s, (enum state_event)e);

			if (rule.action != expected[s][e].action || rule.refusal != expected[s][e].refusal)
				fail_msg("%s, event %d: action %d, refusal %s", state_name((enum state)s), e,
					 rule.action, err_name(rule.refusal));
		}
}

static void what_turns_lead_to(void **state)
{
	static const bool expected[STATE_COUNT][STATE_COUNT] = {
		[STATE_BOT] = {[STATE_BOT] = true, [STATE_ESCALATED] = true},
	};

	(void)state;
	for (int from = 0; from < STATE_COUNT; from++)
		for (int to = 0; to < STATE_COUNT; to++)
			assert_int_equal(state_may_become((enum state)from, (enum state)to),
					 expected[from][to]);
}

static void refusals_have_words(void **state)
{
	(void)state;
	assert_string_equal(state_refusal_message(ERR_LIVE_CHAT_UNAVAILABLE),
			    "Live chat not implemented yet");
	assert_true(strlen(state_refusal_message(ERR_CONFLICT)) > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell),
		cmocka_unit_test(what_turns_lead_to),
		cmocka_unit_test(refusals_have_words),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
