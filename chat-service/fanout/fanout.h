/* fanout.h: who reads which conversation here.
 *
 * Purpose    shows what was stored, and what is only of the moment, to the readers of a conversation.
 *            Everything is encoded once and shared.
 * Ownership  the list of readers hangs on the conversation.
 * Errors     without memory for an encoding the readers fall behind and catch up later.
 * Threads    loop thread only.
 */
#ifndef FANOUT_FANOUT_H
#define FANOUT_FANOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "conversation/conversation.h"
#include "fanout/reader.h"
#include "protocol/event.h"

/* An entry joined the log: to every reader that is at its place. */
void fanout_entry(struct conversation *conversation, struct entry *entry, bool state_changed);

/* Something that is not stored, such as typing: to every reader but the author's own (may be NULL). */
void fanout_moment(struct conversation *conversation, struct frame *frame,
		   const struct reader *author);

#endif
