/* rank.h: which of two triggers is tried first.
 *
 * Purpose    the sort order of triggers, apart from where they come from.
 * Ownership  none.
 * Errors     none.
 * Threads    any.
 *
 * Best first: weight; level of inheritance (none after all levels); class (plain text, optionals,
 * _, #, *, then those without a word: _, #, *); words; length; alphabet; order of definition.
 */
#ifndef BOT_RANK_H
#define BOT_RANK_H

#include <stdint.h>

#include "base/text.h"

#define LEVEL_NONE UINT32_MAX

struct rank_key {
	uint32_t weight;
	uint32_t level;
	uint32_t kind;
	uint32_t words;
	uint32_t length; /* in characters */
	uint32_t order;
	struct text text;
};

/* `trigger` is the text as written; weight and order are the caller's to set. */
struct rank_key rank_key_of(struct text trigger);
/* Less than 0: a comes first. */
int rank_compare(const struct rank_key *a, const struct rank_key *b);

#endif
