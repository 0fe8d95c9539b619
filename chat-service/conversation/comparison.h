/* comparison.h: what is in memory, held against the store.
 *
 * Purpose    again and again finds the conversations whose log went on without this process hearing of
 *            it, and has what they missed read. All that are open are compared in one round, some
 *            hundred with each question to the store.
 * Ownership  a round refers to its conversations.
 * Errors     a round that the store does not answer, or that has no memory, ends; the next one comes.
 * Threads    loop thread only.
 */
#ifndef CONVERSATION_COMPARISON_H
#define CONVERSATION_COMPARISON_H

#include <stdint.h>

struct comparison;
struct conversations;

/* NULL when memory ran out. */
struct comparison *comparison_new(struct conversations *all);
/* The store is closed by then. */
void comparison_free(struct comparison *comparison); /* NULL is allowed */

/* A round begins now, and then so long after the end of the one before; 0: never again. */
void comparison_every(struct comparison *comparison, int64_t every_ms);

#endif
