/* answer.h: what stands behind a trigger, taken apart once.
 *
 * Purpose    {weight} in triggers and replies, the parts of a condition, whether a reply has tags.
 * Ownership  texts are copied to the arena where they differ from what was given.
 * Errors     false where the input is not what it should be; the arena says when memory ran out.
 * Threads    any, with an arena of one's own.
 */
#ifndef BOT_ANSWER_H
#define BOT_ANSWER_H

#include "bot/src/brain.h"

/* The number in the first {weight=N}; unchanged when there is none. False when it is 0. */
bool answer_weight(struct text t, uint32_t *weight);
/* A trigger without {weight=N} and the blanks around it, and with single blanks. */
struct text answer_without_weight(struct arena *a, struct text t, uint32_t *weight);
/* `left OP right => answer`; false when it can never hold. */
bool answer_condition(struct arena *a, struct text t, struct condition *condition);
/* No character in it can begin a tag. */
bool answer_is_plain(struct text t);

#endif
