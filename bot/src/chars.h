/* chars.h: characters of UTF-8 text.
 *
 * Purpose    steps over characters, tells words from gaps, changes case.
 * Ownership  none.
 * Errors     none: a byte that is not UTF-8 counts as one character of its own, no letter.
 * Threads    any.
 */
#ifndef BOT_CHARS_H
#define BOT_CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/text.h"

/* Reads the character at `at` (< t.n); returns its length in bytes. */
size_t chars_decode(struct text t, size_t at, uint32_t *c);
void chars_add(struct buffer *out, uint32_t c);

bool chars_is_word_slow(uint32_t c);
bool chars_is_space_slow(uint32_t c);
uint32_t chars_lower(uint32_t c);
uint32_t chars_upper(uint32_t c);

/* Pieces of a text, which may be the empty one without a pointer. */
static inline struct text chars_slice(struct text t, size_t start, size_t end)
{
	return start < end ? text_of(t.p + start, end - start) : TEXT_NONE;
}

static inline struct text chars_after(struct text t, size_t start)
{
	return chars_slice(t, start, t.n);
}

static inline bool chars_is_digit(uint32_t c)
{
	return c - '0' < 10;
}

/* A letter, digit or underscore of any script. */
static inline bool chars_is_word(uint32_t c)
{
	if (c < 0x80)
		return (c | 0x20) - 'a' < 26 || chars_is_digit(c) || c == '_';
	return chars_is_word_slow(c);
}

static inline bool chars_is_space(uint32_t c)
{
	if (c < 0x80)
		return c == ' ' || c - '\t' < 5;
	return chars_is_space_slow(c);
}

/* Is there a word's edge between the characters before and after `at`, as \b has it? */
bool chars_is_edge(struct text t, size_t at);
/* Is the character that ends before `at` (or begins there) part of a word? False at the ends. */
bool chars_word_before(struct text t, size_t at);
bool chars_word_at(struct text t, size_t at);

/* Bytes of the word that begins at `at`; 0: none does. */
size_t chars_word_length(struct text t, size_t at);

size_t chars_count(struct text t);

void chars_add_lower(struct buffer *out, struct text t);
void chars_add_upper(struct buffer *out, struct text t);
bool chars_has_upper(struct text t);

/* Does t begin with the lower-case text `literal`, capitals aside? Bytes of t used, or 0 for no
 * (an empty literal never is one). */
size_t chars_starts_folded(struct text t, struct text literal);

/* `t` without white space at both ends, that of other scripts included. */
struct text chars_trim(struct text t);

#endif
