#include "bot/src/quote.h"

#include "bot/src/chars.h"

/* The code of a character is its place here, from 1. */
static const char characters[] = "<>{}\\(|=";

enum { CODES = sizeof characters - 1 };

static unsigned char code_of(char c)
{
	for (unsigned i = 0; i < CODES; i++)
		if (characters[i] == c)
			return (unsigned char)(i + 1);
	return 0;
}

void quote_add(struct buffer *out, struct text t)
{
	size_t start = 0;
	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];
		bool is_word = (c | 0x20u) - 'a' < 26u || c == ' ' || c >= 0x80;
		bool is_code = c >= 1 && c <= CODES;
		unsigned char code = is_word || is_code ? 0 : code_of((char)c);
		if (!code && !is_code)
			continue;
		buffer_add(out, t.p + start, i - start);
		if (code)
			buffer_add_char(out, (char)code);
		start = i + 1;
	}
	buffer_add_text(out, chars_after(t, start));
}

void quote_remove(struct buffer *out, struct text t)
{
	size_t start = 0;
	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];
		if (c < 1 || c > CODES)
			continue;
		buffer_add(out, t.p + start, i - start);
		buffer_add_char(out, characters[c - 1]);
		start = i + 1;
	}
	buffer_add_text(out, chars_after(t, start));
}
