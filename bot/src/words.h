/* words.h: what triggers and messages have in common.
 *
 * Purpose    features of a message that a trigger can require, as hashes: a word, two words side by
 *            side, the first and the last word.
 * Ownership  none.
 * Errors     none: two features with one hash only cost a comparison.
 * Threads    any.
 */
#ifndef BOT_WORDS_H
#define BOT_WORDS_H

#include "bot/src/table.h"

static inline uint32_t words_one(struct text word)
{
	return text_hash(word);
}

/* Parted by exactly one blank. */
static inline uint32_t words_pair(uint32_t left, uint32_t right)
{
	return (left * UINT32_C(0x9e3779b1)) ^ (right * UINT32_C(0x85ebca6b) + 1);
}

static inline uint32_t words_first(uint32_t word)
{
	return word ^ UINT32_C(0x3c6ef372);
}

static inline uint32_t words_last(uint32_t word)
{
	return word ^ UINT32_C(0xa54ff53a);
}

/* The message as a whole. */
static inline uint32_t words_whole(struct text message)
{
	return text_hash(message) ^ UINT32_C(0x5bd1e995);
}

#endif
