/* mark.h: messages that can be told apart.
 *
 * Purpose    writes a text that a visitor might write, which ends in who sent it and the
 *            how-manieth of theirs it is, and reads that back from a text or an id.
 * Ownership  none.
 * Errors     reading says false when there is no mark of ours.
 * Threads    any.
 */
#ifndef LOAD_MARK_H
#define LOAD_MARK_H

#include "base/buffer.h"
#include "base/text.h"

struct mark {
	unsigned user;
	uint32_t n; /* from 1 */
};

/* What sets this run's messages apart, and how long their texts are. */
struct marking {
	uint32_t run;
	size_t text_bytes;
};

/* The text is cut to its length, and ends in the mark. */
void mark_add_text(struct buffer *out, const struct marking *marking, struct mark mark);
void mark_add_id(struct buffer *out, const struct marking *marking, struct mark mark);

bool mark_of_id(struct text id, struct mark *mark);
bool mark_of_text(struct text text, struct mark *mark);

#endif
