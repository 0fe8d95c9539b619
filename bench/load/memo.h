/* memo.h: lines that many hear, read once.
 *
 * Purpose    a room's readers all get the same bytes. The generator shares the machine with the
 *            server, so it reads the first copy of a message and only compares the others.
 * Ownership  the memo owns copies of the newest lines; an event points into them.
 * Errors     none: what could not be kept is read again.
 * Threads    one.
 */
#ifndef LOAD_MEMO_H
#define LOAD_MEMO_H

#include "bench/load/speaker.h"

enum { MEMO_SLOTS = 256 };

struct memo {
	struct {
		struct buffer line;
		struct event event; /* of that line; seq 0: none */
	} slots[MEMO_SLOTS];        /* message n at n % MEMO_SLOTS */
};

void memo_release(struct memo *memo);
/* Whether `line` is message `seq` once more. */
bool memo_recall(const struct memo *memo, uint64_t seq, struct text line, struct event *event);
void memo_keep(struct memo *memo, struct text line, const struct event *message);

#endif
