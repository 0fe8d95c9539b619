/* buffer.h: bytes that grow.
 *
 * Purpose    puts output together piece by piece.
 * Ownership  the buffer owns its bytes; buffer_take hands them to the caller, who frees them.
 * Errors     sticky: when memory runs out (or the limit is passed) `failed` is set, what is added
 *            later is dropped, and the caller asks once, at the end. The bytes stay NUL-terminated.
 * Threads    one at a time.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct buffer {
	char *p;         /* NULL, or `size` bytes with a NUL after the first n */
	size_t n;        /* bytes in use, without the NUL */
	size_t size;     /* bytes allocated */
	size_t limit;    /* most bytes it may hold; 0: no limit */
	bool failed;     /* something did not fit */
};

#define BUFFER_INIT ((struct buffer){0})

void buffer_init(struct buffer *b);
/* Frees the bytes; the buffer is as after init (its limit stays). */
void buffer_release(struct buffer *b);
/* Empties it and keeps the memory for the next use. */
void buffer_clear(struct buffer *b);

/* Room for `n` more bytes and a NUL; false (and failed) when there is none. */
bool buffer_reserve(struct buffer *b, size_t n);

/* Most additions fit: they are worth doing in place. (`size` never passes `limit` and its NUL.) */
void buffer_grow_and_add(struct buffer *b, const void *p, size_t n);
static inline void buffer_add(struct buffer *b, const void *p, size_t n)
{
	if (n == 0 || n >= b->size - b->n || b->failed) {
		buffer_grow_and_add(b, p, n);
		return;
	}
	memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

static inline void buffer_add_char(struct buffer *b, char c)
{
	buffer_add(b, &c, 1);
}

static inline void buffer_add_text(struct buffer *b, struct text t)
{
	buffer_add(b, t.p, t.n);
}

static inline void buffer_add_string(struct buffer *b, const char *s)
{
	buffer_add(b, s, strlen(s));
}

void buffer_add_int(struct buffer *b, int64_t value);
void buffer_add_format(struct buffer *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Cuts it back to n bytes. */
void buffer_truncate(struct buffer *b, size_t n);

static inline struct text buffer_text(const struct buffer *b)
{
	return text_of(b->p, b->n);
}

/* The bytes, NUL-terminated, now the caller's; NULL when the buffer failed. Releases the buffer. */
char *buffer_take(struct buffer *b);

#endif
