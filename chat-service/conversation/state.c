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

const char *state_refusal_message(enum err refusal)
{
	if (refusal == ERR_LIVE_CHAT_UNAVAILABLE)
		return "Live chat not implemented yet";
	return "the chat's state does not allow this";
}
