/* bot.h: the bot's part of a turn.
 *
 * Purpose    turns what a visitor wrote into a reply and what the bot remembers, by a brain of
 *            RiveScript files. Pure: same state, text and seed, same answer.
 * Ownership  the bot owns its brain; an answer owns its buffers.
 * Errors     bot_load says in the log what is wrong with the files and gives NULL. bot_answer has none: a
 *            brain without a reply gives an empty one.
 * Threads    loop thread only.
 */
#ifndef CONVERSATION_BOT_H
#define CONVERSATION_BOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/text.h"

/* The name that the bot's messages are from. */
#define BOT_NAME "Frontdesk"

struct bot;

/* Reads the .rive files of a folder. */
struct bot *bot_load(const char *folder, const struct log *log);
void bot_free(struct bot *bot); /* NULL is allowed */

struct bot_turn {
	struct text visitor; /* name as shown */
	struct text state;   /* JSON from the turn before; empty: they have not met */
	struct text text;
	uint64_t seed;
};

struct bot_answer {
	struct buffer reply; /* empty: the bot is silent */
	struct buffer state;
	bool escalates;      /* the brain called for a person */
};

/* Fills the answer; false when memory ran out. Release it in both cases. */
bool bot_answer(const struct bot *bot, const struct bot_turn *turn, struct bot_answer *answer);
void bot_answer_release(struct bot_answer *answer);

#endif
