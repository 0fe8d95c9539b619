/* find.h: the trigger that a message matches.
 *
 * Purpose    looks through a topic's %Previous triggers and then its others, by the index.
 * Ownership  what is captured points into the message and the turn's last reply.
 * Errors     turn_is_over afterwards.
 * Threads    one at a time.
 */
#ifndef BOT_FIND_H
#define BOT_FIND_H

#include "bot/src/turn.h"

struct match {
	const struct trigger *trigger;
	struct stars stars;
	struct stars botstars;
};

bool find_match(struct turn *t, uint32_t topic, struct text message, unsigned step,
		struct match *match);
/* What <bot x>, <get x>, <input1> and <reply1> mean in a trigger; `turn` is a struct turn. */
struct text find_value(void *turn, const struct value *value);
void find_trace(const struct turn *t, enum rs_trace_kind kind, unsigned step, struct text topic,
		struct text text, const struct trigger *trigger);
/* Frees what the turn keeps for finding. */
void find_release(struct turn *t);

#endif
