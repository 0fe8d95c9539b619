/* index.h: the triggers of a topic in matching order, found by the words of a message.
 *
 * Purpose    finds the best trigger that matches without looking at the others: triggers that are
 * plain text by the hash of the whole message, the rest by something that they need. Ownership  an
 * index belongs to the brain's arena. Errors     NULL or false when memory ran out. Threads    an
 * index never changes.
 *
 * Each trigger of the rest stands under the rarest word (or words, one of which is enough) that it
 * needs, together with a mask of all its words, so that most of those that cannot match are passed
 * over without running them. Those that need no word at all ("* or *" needs "or", "_ #" none) are
 * in a list that is always looked at.
 */
#ifndef BOT_INDEX_H
#define BOT_INDEX_H

#include "bot/src/arena.h"
#include "bot/src/pattern.h"

struct index_slot {
	uint32_t hash;
	uint32_t count; /* of postings; 0: a free slot */
	uint32_t rank;  /* of the best */
	uint32_t at;    /* in postings; of a single one its trigger */
};

struct posting {
	uint32_t rank;
	uint32_t words; /* a bit for each word that the message must have */
	uint32_t trigger;
};

struct index {
	const uint32_t *triggers; /* numbers of triggers, best first */
	uint32_t n;
	uint32_t best_rest; /* the best rank of those that are not plain text */
	uint32_t slot_mask;
	const struct index_slot *slots;
	const uint64_t
		*filter; /* a bit set for each hash in the slots, small enough to stay in cache */
	const struct posting *postings; /* of one slot: best rank first */
	const struct posting *always;
	uint32_t always_count;
};

/* What a trigger is filed under. */
struct index_entry {
	uint32_t trigger;
	const struct clause *clauses;
	struct text atomic; /* p is NULL: not atomic */
};

/* `entries` are in matching order. */
bool index_make(struct index *index, struct arena *arena, const struct index_entry *entries,
		size_t n);

/* The features of a message (words.h). */
struct message_words {
	uint32_t whole;
	uint32_t mask;     /* a bit for each word */
	uint64_t features; /* a bit for each feature */
	uint32_t n;
	uint32_t *hashes; /* each once */
	uint32_t size;
	uint32_t inline_hashes[64];
};

/* `lowered` is the message in lower case, where that differs. */
bool message_words_init(struct message_words *words, struct text message, struct text lowered);
void message_words_release(struct message_words *words);
/* Whether a message of these words can match what needs those of pattern_words.h (NULL: anything).
 */
bool message_words_suffice(const struct message_words *words, const uint32_t *needs);

/* Says that a message comes soon, so that the memory for it can be on its way. */
void index_expect(const struct index *index, struct text message);

/* The best rank whose trigger `try` says true to, or UINT32_MAX. Candidates come in no certain
 * order, but one that ranks behind the best so far never comes. `looked_at` grows by how many were
 * passed. */
uint32_t index_find(const struct index *index, const struct message_words *words,
		    bool (*try)(void *context, uint32_t trigger), void *context,
		    uint64_t *looked_at);

#endif
