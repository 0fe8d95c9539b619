/* table.h: numbers by name.
 *
 * Purpose    finds variables, arrays and topics by their names.
 * Ownership  the table owns its slots; names are the caller's and outlive it.
 * Errors     table_put says false when memory ran out, and nothing changed.
 * Threads    reading from any thread, as long as nobody writes.
 */
#ifndef BOT_TABLE_H
#define BOT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct table_slot {
	struct text name; /* p is NULL: free */
	uint32_t value;
};

struct table {
	struct table_slot *slots; /* a power of two of them, or NULL */
	size_t size;
	size_t n;
};

#define TABLE_NONE UINT32_MAX

void table_release(struct table *t);
/* The value, or TABLE_NONE. */
uint32_t table_get(const struct table *t, struct text name);
/* Sets or replaces; the first name stays. */
bool table_put(struct table *t, struct text name, uint32_t value);

/* The hash of all tables and of the trigger index. */
static inline uint32_t text_hash(struct text t)
{
	uint64_t h = UINT64_C(0x9e3779b97f4a7c15) ^ t.n;
	size_t i = 0;
	for (; i + 8 <= t.n; i += 8) {
		uint64_t word;
		memcpy(&word, t.p + i, sizeof word);
		h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
		h ^= h >> 32;
	}
	uint64_t rest = 0;
	if (i < t.n)
		memcpy(&rest, t.p + i, t.n - i);
	h = (h ^ rest) * UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 29;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return (uint32_t)(h >> 32);
}

#endif
