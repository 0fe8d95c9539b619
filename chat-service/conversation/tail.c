#include "conversation/tail.h"

#include <stdlib.h>
#include <string.h>

void tail_release(struct tail *tail)
{
	for (unsigned i = 0; i < tail->n; i++)
		entry_unref(tail->entries[i]);
	free(tail->entries);
	*tail = (struct tail){0};
}

static bool grow(struct tail *tail)
{
	unsigned size = tail->size ? tail->size * 2 : 4;
	struct entry **entries = realloc(tail->entries, size * sizeof(entries[0]));

	if (!entries)
		return false;
	tail->entries = entries;
	tail->size = size;
	return true;
}

static void drop_oldest(struct tail *tail, unsigned n)
{
	if (n == 0)
		return; /* there may be no array yet */
	for (unsigned i = 0; i < n; i++) {
		tail->bytes -= entry_size(tail->entries[i]);
		entry_unref(tail->entries[i]);
	}
	tail->n -= n;
	memmove(tail->entries, tail->entries + n, tail->n * sizeof(tail->entries[0]));
}

bool tail_add(struct tail *tail, struct entry *entry)
{
	size_t size = entry_size(entry), rest;
	unsigned drop = 0;

	if (tail->n == TAIL_ENTRIES)
		drop = TAIL_ENTRIES / 4; /* several at once: moving is paid for by many additions */
	rest = tail->bytes;
	for (unsigned i = 0; i < drop; i++)
		rest -= entry_size(tail->entries[i]);
	for (; drop < tail->n && rest + size > TAIL_BYTES; drop++)
		rest -= entry_size(tail->entries[drop]);
	drop_oldest(tail, drop);
	if (tail->n == tail->size && !grow(tail))
		return false;
	tail->entries[tail->n++] = entry_ref(entry);
	tail->bytes += size;
	return true;
}

struct entry *tail_newest(const struct tail *tail)
{
	return tail->n > 0 ? tail->entries[tail->n - 1] : NULL;
}

bool tail_since(const struct tail *tail, uint64_t from, struct entry *const **entries, size_t *n)
{
	unsigned i = tail->n;

	if (tail->n == 0 || from < tail->entries[0]->first || from > entry_last(tail->entries[tail->n - 1]))
		return false;
	while (tail->entries[i - 1]->first > from)
		i--;
	*entries = tail->entries + i - 1;
	*n = tail->n - (i - 1);
	return true;
}
