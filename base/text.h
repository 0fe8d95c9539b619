/* text.h: a run of bytes that somebody else owns.
 *
 * Purpose    pointer and length, so that parts can pass pieces of a message without copying.
 * Ownership  none: a text is valid as long as what it points into. It is not NUL-terminated.
 * Errors     none; a text of length 0 may have a NULL pointer.
 * Threads    any.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
	const char *p;
	size_t n; /* bytes */
};

#define TEXT(literal) ((struct text){"" literal, sizeof(literal) - 1})
#define TEXT_NONE ((struct text){NULL, 0})

static inline struct text text_of(const char *p, size_t n)
{
	return (struct text){p, n};
}

/* A NULL string is the empty text. */
static inline struct text text_of_string(const char *s)
{
	return (struct text){s, s ? strlen(s) : 0};
}

static inline bool text_equal(struct text a, struct text b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Copies t to *at, which has room for it, and moves *at behind it. */
static inline struct text text_put(char **at, struct text t)
{
	struct text copy = text_of(*at, t.n);

	if (t.n > 0)
		memcpy(*at, t.p, t.n);
	*at += t.n;
	return copy;
}

/* ASCII letters compare without case, all other bytes as they are. */
bool text_equal_ignoring_case(struct text a, struct text b);

/* Without ASCII white space at both ends. */
struct text text_trim(struct text t);

/* Well-formed UTF-8 as RFC 3629 has it: no surrogates, nothing overlong, at most U+10FFFF. */
bool text_is_utf8(struct text t);

/* The longest prefix of at most `limit` bytes that does not cut a UTF-8 sequence. */
struct text text_clip_utf8(struct text t, size_t limit);

/* A decimal integer and nothing else; false when it is not one or lies outside [min, max]. */
bool text_to_int(struct text t, int64_t min, int64_t max, int64_t *value);

#endif
