/* pattern_words.h: which words a message must have for a trigger to match.
 *
 * Purpose    lets the index find the few triggers that can match at all.
 * Ownership  clauses live in the maker's scratch arena.
 * Errors     none: when memory runs out the arena says so.
 * Threads    one at a time.
 *
 * A run of letters in a trigger is a whole word of the message when gaps are on both sides of it:
 * the trigger's ends, blanks, symbols, or a [ ]. Next to a wildcard or a group it may be part of
 * one.
 */
#ifndef BOT_PATTERN_WORDS_H
#define BOT_PATTERN_WORDS_H

#include "bot/src/pattern_parse.h"

/* A list of clauses that must all hold; NULL: nothing is known. */
const struct clause *pattern_words(struct pattern_maker *maker, const struct branch *tree);

/* The clauses in one array, to be kept with the brain: a count, so many hashes, again, and 0 at the
 * end. NULL when there are none. */
const uint32_t *pattern_words_pack(struct arena *arena, const struct clause *clauses);

#endif
