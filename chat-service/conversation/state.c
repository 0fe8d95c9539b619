#include "conversation/state.h"

#include <assert.h>

static const struct state_rule rules[STATE_COUNT][EVENT_COUNT] = {
	[STATE_BOT] = {
		[EVENT_WRITE] = {ACTION_ANSWER, ERR_NONE},
		[EVENT_ESCALATE] = {ACTION_ESCALATE, ERR_NONE},
		[EVENT_CANCEL] = {ACTION_REFUSE, ERR_CONFLICT},
	},
	[STATE_ESCALATED] = {
		[EVENT_WRITE] = {ACTION_REFUSE, ERR_LIVE_CHAT_UNAVAILABLE},
		[EVENT_ESCALATE] = {ACTION_REFUSE, ERR_CONFLICT},
		[EVENT_CANCEL] = {ACTION_REFUSE, ERR_LIVE_CHAT_UNAVAILABLE},
	},
	[STATE_LIVE] = {
		[EVENT_WRITE] = {ACTION_REFUSE, ERR_LIVE_CHAT_UNAVAILABLE},
		[EVENT_ESCALATE] = {ACTION_REFUSE, ERR_CONFLICT},
		[EVENT_CANCEL] = {ACTION_REFUSE, ERR_CONFLICT},
	},
};

struct state_rule state_rule(enum state state, enum state_event event)
{
	assert(state < STATE_COUNT && event < EVENT_COUNT);
	return rules[state][event];
}

static enum state state_after(enum state state, enum state_action action)
{
	return action == ACTION_ESCALATE ? STATE_ESCALATED : state;
}

bool state_may_become(enum state from, enum state to)
{
	bool is_reached[STATE_COUNT] = {0}, is_left[STATE_COUNT] = {0};
	enum state next = from;

	while (next != STATE_COUNT) {
		is_left[next] = true;
		for (enum state_event event = 0; event < EVENT_COUNT; event++)
			if (rules[next][event].action != ACTION_REFUSE)
				is_reached[state_after(next, rules[next][event].action)] = true;
		for (next = 0; next < STATE_COUNT; next++)
			if (is_reached[next] && !is_left[next])
				break;
	}
	return is_reached[to];
}

const char *state_refusal_message(enum err refusal)
{
	if (refusal == ERR_LIVE_CHAT_UNAVAILABLE)
		return "Live chat not implemented yet";
	return "the chat's state does not allow this";
}
