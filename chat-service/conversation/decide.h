/* decide.h: what a turn would append.
 *
 * Purpose    (where the conversation stands, turn) -> messages and where it stands then, or a refusal. Several
 *            turns are decided one after the other into one draft, which becomes one entry.
 * Ownership  a draft owns the bot's replies; its messages point there and into the turns.
 * Errors     a refusal, or ERR_UNAVAILABLE when memory ran out; the draft is untouched then.
 * Threads    loop thread only; does no I/O.
 */
#ifndef CONVERSATION_DECIDE_H
#define CONVERSATION_DECIDE_H

#include <stddef.h>

#include "conversation/bot.h"
#include "conversation/turn.h"
#include "store/entry.h"

enum { DRAFT_MESSAGES_PER_TURN = 3 /* what was written, the reply, the change of state */ };

struct draft {
	struct text conversation;
	uint64_t first;        /* number that the first message will have */
	int64_t at_ms;         /* Unix time of the entry */
	struct standing after; /* so far */
	struct text last_reply; /* of the bot, so far; may be empty */
	size_t n;
	size_t bytes;
	struct message messages[ENTRY_MESSAGES_MAX];
	char *owned[ENTRY_MESSAGES_MAX];      /* the bot's replies */
	size_t owned_n;
	struct buffer bot_state; /* what `after.bot` points to, once the bot has answered */
	struct rs_state *memory; /* the same as the bot has it; NULL: it is to be read from there */
};

/* `newest` is the log's last entry, NULL while there is none. */
void draft_init(struct draft *draft, struct text conversation, int64_t at_ms,
		const struct entry *newest);
void draft_release(struct draft *draft);
/* Whether another turn of this size may join the entry. */
bool draft_has_room(const struct draft *draft, const struct turn *turn);

/* Adds the turn's messages and sets turn->seq. `bot` may be NULL: nobody answers. */
enum err decide(struct bot *bot, struct draft *draft, struct turn *turn);

/* Whether a text is the command: `escalate` in any case, spaces around it, a slash before it. */
bool is_escalate_command(struct text text);

#endif
