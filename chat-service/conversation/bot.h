/* bot.h: the bot's part of a turn.
 *
 * Purpose    turns what a visitor wrote into a reply and what the bot remembers, by a brain of
 *            RiveScript files. Same brain, state, text, seed and time, same answer.
 * Ownership  the bot owns its brain; an answer owns its buffers.
 * Errors     bot_open says in the log what is wrong with the files and gives NULL. bot_answer has none: a
 *            brain that has nothing to say gives an empty reply.
 * Threads    loop thread only.
 */
#ifndef CONVERSATION_BOT_H
#define CONVERSATION_BOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/histogram.h"
#include "base/log.h"
#include "base/text.h"
#include "loop/loop.h"

/* The name that the bot's messages are from. */
#define BOT_NAME "Frontdesk"

struct bot;

/* Reads the .rive files of a folder, now, and again whenever they change: a brain without mistakes then
 * takes the old one's place between two messages; one with mistakes is named in the log and left. */
struct bot *bot_open(struct loop *loop, const struct log *log, const char *folder);
void bot_close(struct bot *bot); /* NULL is allowed */

struct bot_stats {
	uint64_t loads;    /* brains that were taken, the first among them */
	uint64_t refusals; /* brains with mistakes */
	uint64_t triggers; /* of the brain now */
	uint64_t limits;   /* replies that were cut off for costing too much */
	struct histogram turn_us;
};
const struct bot_stats *bot_stats(const struct bot *bot);

/* What the bot knows of a visitor, read from the state: kept from one turn to the next, it need not be
 * read again. Whoever has it frees it. */
struct rs_state;
void bot_memory_free(struct rs_state *memory); /* NULL is allowed */

struct bot_turn {
	struct text visitor; /* name as shown */
	struct text state;   /* JSON from the turn before; empty: they have not met */
	struct text last_reply; /* what the bot said last: the log has it, so the state does not; may be empty */
	struct text text;
	uint64_t messages;   /* that the conversation has had before */
	int64_t at_ms;       /* Unix time */
	uint64_t seed;
};

struct bot_answer {
	struct buffer reply; /* empty: the bot is silent */
	struct buffer state;
	bool escalates;      /* the brain called for a person */
};

/* Fills the answer; false when memory ran out. Release it in both cases. `*memory` is the turn's state, or
 * NULL, then it is read; afterwards it is the answer's state, or NULL. */
bool bot_answer(struct bot *bot, const struct bot_turn *turn, struct rs_state **memory,
		struct bot_answer *answer);
void bot_answer_release(struct bot_answer *answer);

#endif
