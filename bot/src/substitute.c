#include "bot/src/substitute.h"

#include <stdlib.h>

#include "bot/src/arena.h"
#include "bot/src/chars.h"

void substitutions_release(struct substitutions *s)
{
	table_release(&s->names);
	free(s->v);
	free(s->order);
	free(s->rank);
	*s = (struct substitutions){0};
}

bool substitutions_set(struct substitutions *s, struct text from, struct text to)
{
	uint32_t at = table_get(&s->names, from);
	if (at == TABLE_NONE) {
		if (!to.p)
			return true;
		at = (uint32_t)s->n;
		if (!array_reserve(&s->v, &s->size, s->n + 1, sizeof *s->v) ||
		    !table_put(&s->names, from, at))
			return false;
		s->n++;
	}
	s->v[at] = (struct substitution){to.p ? from : TEXT_NONE, to};
	return true;
}

static size_t count_words(struct text t)
{
	size_t n = 1;
	for (size_t i = 0; i < t.n; i++)
		n += t.p[i] == ' ';
	return n;
}

/* More words first, then more bytes, then the alphabet. */
static int compare(const struct substitution *a, const struct substitution *b)
{
	size_t x = count_words(a->from);
	size_t y = count_words(b->from);
	if (x != y)
		return x > y ? -1 : 1;
	if (a->from.n != b->from.n)
		return a->from.n > b->from.n ? -1 : 1;
	return a->from.n ? memcmp(a->from.p, b->from.p, a->from.n) : 0;
}

static int compare_pointers(const void *a, const void *b)
{
	return compare(*(const struct substitution *const *)a,
		       *(const struct substitution *const *)b);
}

bool substitutions_prepare(struct substitutions *s)
{
	const struct substitution **sorted = calloc(s->n + 1, sizeof *sorted);
	s->order = calloc(s->n + 1, sizeof *s->order);
	s->rank = calloc(s->n + 1, sizeof *s->rank);
	s->is_empty = true;
	if (!sorted || !s->order || !s->rank) {
		free(sorted);
		return false;
	}
	for (size_t i = 0; i < s->n; i++) {
		sorted[i] = &s->v[i];
		if (s->v[i].from.n) {
			s->starts[(unsigned char)s->v[i].from.p[0] + 1]++;
			s->is_empty = false;
		}
	}
	qsort(sorted, s->n, sizeof *sorted, compare_pointers);
	for (size_t b = 0; b < 256; b++)
		s->starts[b + 1] += s->starts[b];
	uint32_t next[256];
	memcpy(next, s->starts, sizeof next);
	for (size_t i = 0; i < s->n; i++) {
		size_t at = (size_t)(sorted[i] - s->v);
		s->rank[at] = (uint32_t)i;
		if (s->v[at].from.n)
			s->order[next[(unsigned char)s->v[at].from.p[0]]++] = (uint32_t)at;
	}
	free(sorted);
	return true;
}

enum { COST_OF_HIT = 16 };

/* A place where a phrase stands. */
struct hit {
	uint32_t rank;
	uint32_t which;
	size_t at;
};

struct hits {
	struct hit *v;
	size_t n;
	size_t size;
};

static int compare_hits(const void *a, const void *b)
{
	const struct hit *x = a;
	const struct hit *y = b;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static int compare_places(const void *a, const void *b)
{
	const struct hit *x = a;
	const struct hit *y = b;
	return (x->at > y->at) - (x->at < y->at);
}

static bool is_ascii_word(char c)
{
	return (unsigned char)c < 0x80 && chars_is_word((unsigned char)c);
}

static bool find_hits(const struct substitutions *s, struct text t, struct budget *budget,
		      struct hits *hits)
{
	for (size_t i = 0; i < t.n; i++) {
		unsigned char first = (unsigned char)t.p[i];
		/* In the middle of a word nothing stands alone, whatever is taken beside it. */
		if (i > 0 && is_ascii_word(t.p[i - 1]) && is_ascii_word(t.p[i]))
			continue;
		if (!budget_take(budget, (s->starts[first + 1] - s->starts[first]) / 2))
			return true;
		for (uint32_t k = s->starts[first]; k < s->starts[first + 1]; k++) {
			uint32_t which = s->order[k];
			struct text from = s->v[which].from;
			if (from.n > t.n - i || memcmp(from.p, t.p + i, from.n) != 0)
				continue;
			if (!budget_take(budget, COST_OF_HIT + from.n / 16))
				return true;
			if (!array_reserve(&hits->v, &hits->size, hits->n + 1, sizeof *hits->v))
				return false;
			hits->v[hits->n++] = (struct hit){s->rank[which], which, i};
		}
	}
	return true;
}

/* Keeps the hits that stand alone, better ones first; a taken place counts as a gap to its
 * neighbours. What is kept comes back in the order of the text. */
static void choose(const struct substitutions *s, struct text t, struct hits *hits, char *taken)
{
	size_t kept = 0;
	qsort(hits->v, hits->n, sizeof *hits->v, compare_hits);
	for (size_t i = 0; i < hits->n; i++) {
		struct hit hit = hits->v[i];
		size_t n = s->v[hit.which].from.n;
		size_t end = hit.at + n;
		if (memchr(taken + hit.at, 1, n))
			continue;
		if (hit.at > 0 && !taken[hit.at - 1] && chars_word_before(t, hit.at))
			continue;
		if (end < t.n && !taken[end] && chars_word_at(t, end))
			continue;
		memset(taken + hit.at, 1, n);
		hits->v[kept++] = hit;
	}
	hits->n = kept;
	if (kept)
		qsort(hits->v, kept, sizeof *hits->v, compare_places);
}

void substitutions_apply(const struct substitutions *s, struct text t, struct budget *budget,
			 struct buffer *out)
{
	struct hits hits = {0};
	char *taken = NULL;
	size_t done = 0;
	if (s->is_empty || t.n == 0) {
		buffer_add_text(out, t);
		return;
	}
	if (!find_hits(s, t, budget, &hits) || (hits.n && !(taken = calloc(1, t.n)))) {
		out->failed = true;
		goto out;
	}
	if (hits.n)
		choose(s, t, &hits, taken);
	for (size_t i = 0; i < hits.n; i++) {
		const struct substitution *sub = &s->v[hits.v[i].which];
		buffer_add(out, t.p + done, hits.v[i].at - done);
		buffer_add_text(out, sub->to);
		done = hits.v[i].at + sub->from.n;
	}
	buffer_add_text(out, chars_after(t, done));
out:
	free(hits.v);
	free(taken);
}
