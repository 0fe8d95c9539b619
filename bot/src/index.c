#include "bot/src/index.h"

#include <stdlib.h>

#include "bot/src/chars.h"
#include "bot/src/words.h"

struct filed {
	uint32_t hash;
	struct posting posting;
};

struct count {
	uint32_t feature;
	uint32_t n; /* 0: free */
};

struct filing {
	struct filed *v;
	size_t n;
	size_t size;
	struct count *counts; /* how often each feature occurs in all clauses, by its hash */
	size_t count_mask;
	struct posting *always;
	size_t always_count;
	size_t always_size;
};

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static int by_hash(const void *a, const void *b)
{
	const struct filed *x = a;
	const struct filed *y = b;
	if (x->hash != y->hash)
		return x->hash > y->hash ? 1 : -1;
	return (x->posting.rank > y->posting.rank) - (x->posting.rank < y->posting.rank);
}

static struct count *count_of(const struct filing *f, uint32_t feature)
{
	size_t i = feature & f->count_mask;
	while (f->counts[i].n && f->counts[i].feature != feature)
		i = (i + 1) & f->count_mask;
	return &f->counts[i];
}

static bool count_features(struct filing *f, const struct index_entry *entries, size_t n)
{
	size_t total = 0;
	size_t size = 16;
	for (size_t i = 0; i < n; i++)
		for (const struct clause *c = entries[i].clauses; c; c = c->next)
			total += c->n;
	while (size < 2 * total)
		size *= 2;
	f->count_mask = size - 1;
	f->counts = calloc(size, sizeof *f->counts);
	if (!f->counts)
		return false;
	for (size_t i = 0; i < n; i++)
		for (const struct clause *c = entries[i].clauses; c; c = c->next)
			for (uint32_t k = 0; k < c->n; k++) {
				struct count *count = count_of(f, c->words[k]);
				count->feature = c->words[k];
				count->n++;
			}
	return true;
}

static const struct clause *rarest(const struct filing *f, const struct clause *clauses)
{
	const struct clause *best = NULL;
	size_t best_count = SIZE_MAX;
	for (const struct clause *c = clauses; c; c = c->next) {
		size_t count = 0;
		for (uint32_t i = 0; i < c->n; i++)
			count += count_of(f, c->words[i])->n;
		if (count < best_count) {
			best = c;
			best_count = count;
		}
	}
	return best;
}

static bool file(struct filing *f, uint32_t hash, struct posting posting)
{
	if (!array_reserve(&f->v, &f->size, f->n + 1, sizeof *f->v))
		return false;
	f->v[f->n++] = (struct filed){hash, posting};
	return true;
}

static bool file_entry(struct filing *f, const struct index_entry *entry, uint32_t rank)
{
	struct posting posting = {.rank = rank, .trigger = entry->trigger};
	if (entry->atomic.p)
		return file(f, words_whole(entry->atomic), posting);
	for (const struct clause *c = entry->clauses; c; c = c->next)
		if (c->is_word)
			posting.words |= UINT32_C(1) << (c->words[0] & 31);
	const struct clause *clause = rarest(f, entry->clauses);
	if (!clause) {
		if (!array_reserve(&f->always, &f->always_size, f->always_count + 1,
				   sizeof *f->always))
			return false;
		f->always[f->always_count++] = posting;
		return true;
	}
	for (uint32_t i = 0; i < clause->n; i++)
		if (!file(f, clause->words[i], posting))
			return false;
	return true;
}

/* The filter has eight bits for each slot. */
static uint32_t filter_bit(uint32_t slot_mask, uint32_t hash)
{
	return (hash * UINT32_C(0x9e3779b1) >> 3) & (slot_mask << 3 | 7);
}

static uint32_t slot_of(const struct index_slot *slots, uint32_t mask, uint32_t hash)
{
	uint32_t i = hash & mask;
	while (slots[i].count && slots[i].hash != hash)
		i = (i + 1) & mask;
	return i;
}

/* Lays out the sorted filing: a slot for each hash, its postings side by side. */
static bool lay_out(struct index *index, struct arena *arena, const struct filing *f)
{
	size_t distinct = 0;
	for (size_t i = 0; i < f->n; i++)
		distinct += i == 0 || f->v[i].hash != f->v[i - 1].hash;
	size_t size = 4;
	while (size * 3 < distinct * 4)
		size *= 2;
	struct index_slot *slots = arena_alloc_array(arena, size, sizeof *slots);
	uint64_t *filter = arena_alloc_array(arena, (size + 7) / 8, sizeof *filter);
	struct posting *postings = arena_alloc_array(arena, f->n, sizeof *postings);
	struct posting *always = arena_alloc_array(arena, f->always_count, sizeof *always);
	if (arena->failed)
		return false;
	index->slot_mask = (uint32_t)size - 1;
	for (size_t i = 0; i < f->n; i++) {
		uint32_t at = slot_of(slots, index->slot_mask, f->v[i].hash);
		struct posting first = f->v[i].posting;
		if (slots[at].count == 0)
			slots[at] = (struct index_slot){f->v[i].hash, 0, first.rank, first.trigger};
		else if (slots[at].count == 1)
			slots[at].at = (uint32_t)i - 1;
		slots[at].count++;
		postings[i] = first;
		uint32_t bit = filter_bit(index->slot_mask, f->v[i].hash);
		filter[bit / 64] |= UINT64_C(1) << (bit & 63);
	}
	if (f->always_count)
		memcpy(always, f->always, f->always_count * sizeof *always);
	index->slots = slots;
	index->filter = filter;
	index->postings = postings;
	index->always = always;
	index->always_count = (uint32_t)f->always_count;
	return true;
}

bool index_make(struct index *index, struct arena *arena, const struct index_entry *entries,
		size_t n)
{
	struct filing f = {0};
	uint32_t *triggers = arena_alloc_array(arena, n, sizeof *triggers);
	bool done = triggers && n < UINT32_MAX && count_features(&f, entries, n);
	index->best_rest = UINT32_MAX;
	for (size_t i = 0; done && i < n; i++) {
		triggers[i] = entries[i].trigger;
		if (!entries[i].atomic.p && index->best_rest == UINT32_MAX)
			index->best_rest = (uint32_t)i;
		done = file_entry(&f, &entries[i], (uint32_t)i);
	}
	if (done && f.n)
		qsort(f.v, f.n, sizeof *f.v, by_hash);
	done = done && f.n < UINT32_MAX / 2 && lay_out(index, arena, &f);
	index->triggers = triggers;
	index->n = done ? (uint32_t)n : 0;
	free(f.v);
	free(f.counts);
	free(f.always);
	return done;
}

static bool is_inline(const struct message_words *words)
{
	return words->hashes == words->inline_hashes;
}

/* Few are looked through, many are sorted. */
static bool is_known(const struct message_words *words, uint32_t hash)
{
	if (!(words->features >> (hash & 63) & 1))
		return false;
	if (!is_inline(words))
		return bsearch(&hash, words->hashes, words->n, sizeof hash, by_number) != NULL;
	for (uint32_t i = 0; i < words->n; i++)
		if (words->hashes[i] == hash)
			return true;
	return false;
}

/* Of many features the repeated ones are taken out at the end, of few at once. */
static bool add_feature(struct message_words *words, uint32_t hash)
{
	if (is_inline(words) && is_known(words, hash))
		return true;
	words->features |= UINT64_C(1) << (hash & 63);
	if (words->n == words->size) {
		uint32_t *grown = malloc(2 * (size_t)words->size * sizeof *grown);
		if (!grown)
			return false;
		memcpy(grown, words->hashes, words->n * sizeof *grown);
		if (!is_inline(words))
			free(words->hashes);
		words->hashes = grown;
		words->size *= 2;
	}
	words->hashes[words->n++] = hash;
	return true;
}

static void drop_repeated(struct message_words *words)
{
	if (is_inline(words))
		return;
	qsort(words->hashes, words->n, sizeof *words->hashes, by_number);
	uint32_t n = 1;
	for (uint32_t i = 1; i < words->n; i++)
		if (words->hashes[i] != words->hashes[n - 1])
			words->hashes[n++] = words->hashes[i];
	words->n = n;
}

/* The features of the word at `start`, the one before it having ended at `before_end`. */
static bool add_word(struct message_words *words, struct text t, size_t start, size_t end,
		     uint32_t before, size_t before_end)
{
	uint32_t word = words_one(text_of(t.p + start, end - start));
	words->mask |= UINT32_C(1) << (word & 31);
	if (!add_feature(words, word))
		return false;
	if (start == 0 && !add_feature(words, words_first(word)))
		return false;
	if (end == t.n && !add_feature(words, words_last(word)))
		return false;
	if (before_end == SIZE_MAX || start != before_end + 1 || t.p[before_end] != ' ')
		return true;
	return add_feature(words, words_pair(before, word));
}

bool message_words_init(struct message_words *words, struct text message, struct text lowered)
{
	uint32_t before = 0;
	size_t before_end = SIZE_MAX;
	words->n = 0;
	words->mask = 0;
	words->features = 0;
	words->hashes = words->inline_hashes;
	words->size = sizeof words->inline_hashes / sizeof *words->inline_hashes;
	words->whole = words_whole(message);
	for (size_t i = 0; i < lowered.n;) {
		size_t n = chars_word_length(lowered, i);
		if (n == 0) {
			uint32_t c;
			i += chars_decode(lowered, i, &c);
			continue;
		}
		if (!add_word(words, lowered, i, i + n, before, before_end))
			return false;
		before = words_one(text_of(lowered.p + i, n));
		i += n;
		before_end = i;
	}
	drop_repeated(words);
	return true;
}

void message_words_release(struct message_words *words)
{
	if (!is_inline(words))
		free(words->hashes);
	words->hashes = words->inline_hashes;
}

bool message_words_suffice(const struct message_words *words, const uint32_t *needs)
{
	while (needs && *needs) {
		uint32_t n = *needs++;
		bool is_met = false;
		for (uint32_t i = 0; i < n && !is_met; i++)
			is_met = is_known(words, needs[i]);
		if (!is_met)
			return false;
		needs += n;
	}
	return true;
}

/* Tries postings in order until one matches or the rest cannot be better than `best`. */
static uint32_t try_postings(const struct posting *p, uint32_t n, uint32_t mask, uint32_t best,
			     bool (*try)(void *context, uint32_t trigger), void *context,
			     uint64_t *looked_at)
{
	uint32_t i = 0;
	for (; i < n && p[i].rank < best; i++)
		if ((p[i].words & ~mask) == 0 && try(context, p[i].trigger))
			best = p[i].rank;
	*looked_at += i;
	return best;
}

static bool may_have(const struct index *index, uint32_t hash)
{
	uint32_t bit = filter_bit(index->slot_mask, hash);
	return index->filter[bit / 64] >> (bit & 63) & 1;
}

void index_expect(const struct index *index, struct text message)
{
	if (index->n)
		__builtin_prefetch(&index->slots[words_whole(message) & index->slot_mask]);
}

/* In a large brain the slots come from memory: all of them are asked for before the first is
 * needed. */
static void expect_features(const struct index *index, const struct message_words *words)
{
	enum { FEW = 32 };
	for (uint32_t i = 0; i < words->n && i < FEW; i++)
		if (may_have(index, words->hashes[i]))
			__builtin_prefetch(&index->slots[words->hashes[i] & index->slot_mask]);
}

uint32_t index_find(const struct index *index, const struct message_words *words,
		    bool (*try)(void *context, uint32_t trigger), void *context,
		    uint64_t *looked_at)
{
	uint32_t best = UINT32_MAX;
	if (index->n == 0)
		return best;
	expect_features(index, words);
	for (uint32_t i = 0; i <= words->n && (i == 0 || best > index->best_rest); i++) {
		uint32_t hash = i == 0 ? words->whole : words->hashes[i - 1];
		if (!may_have(index, hash))
			continue;
		const struct index_slot *slot =
			&index->slots[slot_of(index->slots, index->slot_mask, hash)];
		if (slot->count == 0 || slot->rank >= best)
			continue;
		if (slot->count > 1)
			best = try_postings(index->postings + slot->at, slot->count, words->mask,
					    best, try, context, looked_at);
		else if (try(context, slot->at))
			best = slot->rank;
	}
	return try_postings(index->always, index->always_count, words->mask, best, try, context,
			    looked_at);
}
