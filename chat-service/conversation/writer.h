/* writer.h: turns become entries.
 *
 * One writer for each conversation that has turns waiting, or that is behind the store:
 *
 *             ┌──────────────── nothing waits: the writer goes ────────────────┐
 *     add ──> LOADING ──> YIELDING ──> decide ──> APPENDING ── stored ──> answer, show ┴─> YIELDING ...
 *                      (to other         │            ├── taken ───────┐
 *                       replicas)        │ refused    └── unknown ──> PAUSING ──┐
 *                                        v                                      v
 *                     FINDING (was this id stored before?) ──> READING (what was missed) ──> decide
 *
 * A refusal is only given after FINDING and READING: on what the store has, not on what is remembered.
 * While an append is under way further turns wait, and leave together as the next entry. Entries that
 * other replicas tell of join the log in any phase; one in APPENDING has lost its race then, and knows.
 *
 * Purpose    decides, appends, answers; when another was first or the outcome is unknown, reads what
 *            was missed and decides again. Turns keep their order.
 * Ownership  a writer refers to its conversation and owns the turns until they are answered.
 * Errors     a turn that cannot be stored before its deadline is answered ERR_UNAVAILABLE.
 * Threads    loop thread only.
 */
#ifndef CONVERSATION_WRITER_H
#define CONVERSATION_WRITER_H

#include <stdbool.h>

#include "conversation/turn.h"

struct conversation;
struct conversations;
struct writer;
struct writers; /* all that are busy */

struct writers *writers_new(struct conversations *all);
void writers_free(struct writers *writers);

/* `slot` is where the conversation keeps its writer; NULL there while it has none. */
bool writer_add(struct writers *writers, struct conversation *c, struct writer **slot,
		const struct turn_request *request);
/* The conversation is behind the store (conversation_is_behind): reads what was missed. */
void writer_wake(struct writers *writers, struct conversation *c, struct writer **slot);
/* Another replica told of an entry that is about to join the log: answers the turns that are in it. */
void writer_heard(struct writer *w, const struct entry *entry);

#endif
