#include "session/visitors.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1 /* what cannot be added is told by a NULL table */
#include <uthash.h>

#include "session/bucket.h"

struct visitor {
	UT_hash_handle hh;
	struct bucket sends;
	char name[];
};

struct visitors {
	int64_t rate;
	struct visitor *table;
};

struct visitors *visitors_new(int64_t rate)
{
	struct visitors *all = calloc(1, sizeof(*all));

	if (all)
		all->rate = rate;
	return all;
}

static void forget(struct visitors *all, struct visitor *visitor)
{
	HASH_DEL(all->table, visitor);
	free(visitor);
}

void visitors_free(struct visitors *all)
{
	struct visitor *visitor, *next;

	if (!all)
		return;
	HASH_ITER(hh, all->table, visitor, next)
		forget(all, visitor);
	free(all);
}

static struct visitor *add(struct visitors *all, struct text name, int64_t now_ms)
{
	struct visitor *visitor;

	if (HASH_COUNT(all->table) >= VISITORS_MAX)
		return NULL;
	visitor = calloc(1, sizeof(*visitor) + name.n);
	if (!visitor)
		return NULL;
	memcpy(visitor->name, name.p, name.n);
	bucket_init(&visitor->sends, all->rate, now_ms);
	HASH_ADD_KEYPTR(hh, all->table, visitor->name, name.n, visitor);
	if (!visitor->hh.tbl) {
		free(visitor);
		return NULL;
	}
	return visitor;
}

int64_t visitors_take(struct visitors *all, struct text name, int64_t now_ms)
{
	struct visitor *visitor;

	if (all->rate == 0)
		return 0;
	HASH_FIND(hh, all->table, name.p, name.n, visitor);
	if (!visitor && !(visitor = add(all, name, now_ms)))
		return 0;
	return bucket_take(&visitor->sends, all->rate, now_ms);
}

void visitors_sweep(struct visitors *all, int64_t now_ms)
{
	struct visitor *visitor, *next;

	HASH_ITER(hh, all->table, visitor, next)
		if (bucket_is_full(&visitor->sends, all->rate, now_ms))
			forget(all, visitor);
}

size_t visitors_count(const struct visitors *all)
{
	return HASH_COUNT(all->table);
}
