/* state.h: what may happen to a conversation in each of its states.
 *
 *            visitor writes: the bot replies
 *                 ┌───┐
 *                 │   v
 *     (new) ───> bot ────────────────────────> escalated
 *                     escalate, in any form       └── everything is refused until live chat is there
 *
 * Purpose    the table of states and events. Pure.
 * Ownership  none.   Errors  none.   Threads  any.
 */
#ifndef CONVERSATION_STATE_H
#define CONVERSATION_STATE_H

#include <stdbool.h>

#include "base/err.h"
#include "store/entry.h"

enum state_event { EVENT_WRITE, EVENT_ESCALATE, EVENT_CANCEL, EVENT_COUNT };

enum state_action {
	ACTION_REFUSE,
	ACTION_ANSWER,  /* store what was written, and the bot's reply */
	ACTION_ESCALATE /* hand the chat to a person */
};

struct state_rule {
	enum state_action action;
	enum err refusal; /* with ACTION_REFUSE */
};

struct state_rule state_rule(enum state state, enum state_event event);

/* Whether the turns of one entry, at least one, can lead from the one state to the other. */
bool state_may_become(enum state from, enum state to);

/* The sentence for a refusal; LIVE_CHAT_UNAVAILABLE's is part of the protocol. */
const char *state_refusal_message(enum err refusal);

#endif
