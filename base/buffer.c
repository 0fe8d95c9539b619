#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 64 };

void buffer_init(struct buffer *b)
{
	*b = BUFFER_INIT;
}

void buffer_release(struct buffer *b)
{
	free(b->p);
	*b = (struct buffer){.limit = b->limit};
}

void buffer_clear(struct buffer *b)
{
	b->n = 0;
	b->failed = false;
	if (b->p)
		b->p[0] = '\0';
}

bool buffer_reserve(struct buffer *b, size_t n)
{
	size_t need, size;
	char *p;

	if (b->failed)
		return false;
	if (__builtin_add_overflow(b->n, n, &need) || (b->limit && need > b->limit) ||
	    __builtin_add_overflow(need, 1, &need))
		goto fail;
	if (need <= b->size)
		return true;
	size = b->size ? b->size : FIRST_SIZE;
	while (size < need)
		if (__builtin_mul_overflow(size, 2, &size))
			goto fail;
	if (b->limit && size > b->limit)
		size = b->limit + 1; /* with the NUL; need is no more */
	p = realloc(b->p, size);
	if (!p)
		goto fail;
	b->p = p;
	b->size = size;
	return true;
fail:
	b->failed = true;
	return false;
}

void buffer_grow_and_add(struct buffer *b, const void *p, size_t n)
{
	if (!buffer_reserve(b, n))
		return;
	if (n > 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void buffer_add_int(struct buffer *b, int64_t value)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		digits[--at] = '-';
	buffer_add(b, digits + at, sizeof(digits) - at);
}

void buffer_add_format(struct buffer *b, const char *format, ...)
{
	va_list args, again;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n < 0)
		b->failed = true;
	else if (buffer_reserve(b, (size_t)n)) {
		vsnprintf(b->p + b->n, (size_t)n + 1, format, again);
		b->n += (size_t)n;
	}
	va_end(again);
	va_end(args);
}

void buffer_truncate(struct buffer *b, size_t n)
{
	if (n >= b->n)
		return;
	b->n = n;
	b->p[n] = '\0';
}

char *buffer_take(struct buffer *b)
{
	char *p = NULL;

	if (buffer_reserve(b, 0)) {
		p = b->p;
		p[b->n] = '\0';
		b->p = NULL;
	}
	buffer_release(b);
	return p;
}
