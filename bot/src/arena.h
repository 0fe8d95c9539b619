/* arena.h: memory that is freed all at once.
 *
 * Purpose    holds what a brain is made of: many small things that live equally long.
 * Ownership  the arena owns all that it hands out; nothing is freed on its own.
 * Errors     sticky: NULL and `failed` once memory ran out; asked once, at the end.
 * Threads    one at a time.
 */
#ifndef BOT_ARENA_H
#define BOT_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* newest first */
	char *next;
	size_t left;  /* bytes after `next` in the newest chunk */
	size_t bytes; /* in all chunks */
	bool failed;
};

void arena_init(struct arena *a);
void arena_release(struct arena *a);

/* n zeroed bytes, aligned for anything. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_alloc_array(struct arena *a, size_t count, size_t item);
/* A copy, NUL-terminated; on failure the empty text. */
struct text arena_text(struct arena *a, struct text t);

/* Makes room for `need` items in an array that grows by doubling (not in an arena). `items` points
 * to the pointer to the array; it is copied as bytes, so that any type of array will do. */
bool array_reserve(void *items, size_t *size, size_t need, size_t item);

#endif
