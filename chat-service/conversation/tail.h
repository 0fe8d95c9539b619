/* tail.h: the newest entries of a log, in memory.
 *
 * Purpose    what a reader who comes back soon, or the next turn, needs without asking the store.
 * Ownership  refers to its entries.
 * Errors     tail_add says false when memory ran out.
 * Threads    loop thread only.
 */
#ifndef CONVERSATION_TAIL_H
#define CONVERSATION_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/entry.h"

enum {
	TAIL_ENTRIES = 64,
	TAIL_BYTES = 256 * 1024 /* the newest entry stays, whatever its size */
};

/* All zero is empty. */
struct tail {
	struct entry **entries; /* consecutive, oldest first */
	unsigned n, size;
	size_t bytes;
};

void tail_release(struct tail *tail);
/* The entry follows the newest one; older ones leave when there are too many. */
bool tail_add(struct tail *tail, struct entry *entry);
struct entry *tail_newest(const struct tail *tail); /* NULL: empty */
/* The entries from the one that holds number `from` on; false when it is older than the tail, or newer. */
bool tail_since(const struct tail *tail, uint64_t from, struct entry *const **entries, size_t *n);

#endif
