/* macros.h: what a brain can ask of the service, as <call>name arguments</call>.
 *
 * Purpose    escalate          hands the chat to a person; says nothing itself
 *            history_count     how many messages the chat has had
 *            time [FORMAT]     the time, as strftime has it (%H:%M); in the service's zone (TZ)
 *            open_hours DAYS HOURS   "open" or "closed": open_hours Mon-Fri 09:00-17:00
 * Ownership  lives on the stack of one answer.
 * Errors     arguments that make no sense: the macro fails, which the reply shows.
 * Threads    loop thread only.
 */
#ifndef CONVERSATION_MACROS_H
#define CONVERSATION_MACROS_H

#include <rivescript.h>

#include "conversation/bot.h"

enum { MACRO_COUNT = 4 };

struct macros {
	const struct bot_turn *turn;
	bool escalates; /* it was asked for */
	struct rs_macro table[MACRO_COUNT];
	struct rs_host host; /* for rs_reply */
};

void macros_init(struct macros *macros, const struct bot_turn *turn);

#endif
