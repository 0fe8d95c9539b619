#include "bot/src/arena.h"

#include <stdlib.h>

enum { ALIGNMENT = 8, CHUNK_FIRST = 4096, CHUNK_MOST = 1 << 20 };

struct arena_chunk {
	struct arena_chunk *next;
	_Alignas(ALIGNMENT) char bytes[];
};

void arena_init(struct arena *a)
{
	*a = (struct arena){0};
}

void arena_release(struct arena *a)
{
	struct arena_chunk *next;
	for (struct arena_chunk *c = a->chunks; c; c = next) {
		next = c->next;
		free(c);
	}
	arena_init(a);
}

static bool add_chunk(struct arena *a, size_t need)
{
	size_t n = a->bytes < CHUNK_FIRST ? CHUNK_FIRST : a->bytes;
	if (n > CHUNK_MOST)
		n = CHUNK_MOST;
	if (n < need)
		n = need;
	struct arena_chunk *c = calloc(1, sizeof *c + n);
	if (!c) {
		a->failed = true;
		return false;
	}
	c->next = a->chunks;
	a->chunks = c;
	a->next = c->bytes;
	a->left = n;
	a->bytes += n;
	return true;
}

/* Takes n bytes from the newest chunk; texts need no alignment and waste none. */
static char *take(struct arena *a, size_t n, size_t alignment)
{
	size_t pad = (alignment - ((uintptr_t)a->next & (alignment - 1))) & (alignment - 1);
	if (!a->next || n + pad > a->left) {
		if (n > SIZE_MAX / 2 || a->failed || !add_chunk(a, n)) {
			a->failed = true;
			return NULL;
		}
		pad = 0;
	}
	char *p = a->next + pad;
	a->next += pad + n;
	a->left -= pad + n;
	return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	return take(a, n, ALIGNMENT);
}

void *arena_alloc_array(struct arena *a, size_t count, size_t item)
{
	if (item && count > SIZE_MAX / 2 / item) {
		a->failed = true;
		return NULL;
	}
	return arena_alloc(a, count * item);
}

struct text arena_text(struct arena *a, struct text t)
{
	char *p = t.n < SIZE_MAX / 2 ? take(a, t.n + 1, 1) : NULL;
	if (!p)
		return TEXT_NONE;
	if (t.n)
		memcpy(p, t.p, t.n);
	p[t.n] = '\0';
	return text_of(p, t.n);
}

bool array_reserve(void *items, size_t *size, size_t need, size_t item)
{
	if (need <= *size)
		return true;
	size_t grown = *size ? *size * 2 : 16;
	if (grown < need)
		grown = need;
	if (grown > SIZE_MAX / 2 / item)
		return false;
	void *p;
	memcpy(&p, items, sizeof p);
	p = realloc(p, grown * item);
	if (!p)
		return false;
	memcpy(items, &p, sizeof p);
	*size = grown;
	return true;
}
