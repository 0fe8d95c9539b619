#include "bot/src/chars.h"

#include <unicase.h>
#include <unictype.h>

size_t chars_decode(struct text t, size_t at, uint32_t *c)
{
	const unsigned char *p = (const unsigned char *)t.p + at;
	size_t left = t.n - at;
	*c = p[0];
	if (p[0] < 0x80)
		return 1;
	size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > left) {
		*c = 0xfffd;
		return 1;
	}
	uint32_t value = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			*c = 0xfffd;
			return 1;
		}
		value = value << 6 | (p[i] & 0x3f);
	}
	*c = value;
	return n;
}

void chars_add(struct buffer *out, uint32_t c)
{
	char p[4];
	size_t n = 0;
	if (c < 0x80) {
		p[n++] = (char)c;
	} else if (c < 0x800) {
		p[n++] = (char)(0xc0 | c >> 6);
		p[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		p[n++] = (char)(0xe0 | c >> 12);
		p[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		p[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		p[n++] = (char)(0xf0 | c >> 18);
		p[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		p[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		p[n++] = (char)(0x80 | (c & 0x3f));
	}
	buffer_add(out, p, n);
}

bool chars_is_word_slow(uint32_t c)
{
	const uint32_t mask = UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_M;
	return c != 0xfffd && uc_is_general_category_withtable(c, mask);
}

bool chars_is_space_slow(uint32_t c)
{
	return c == 0xfeff || uc_is_property_white_space(c);
}

uint32_t chars_lower(uint32_t c)
{
	if (c < 0x80)
		return c - 'A' < 26 ? c + 32 : c;
	return uc_tolower(c);
}

uint32_t chars_upper(uint32_t c)
{
	if (c < 0x80)
		return c - 'a' < 26 ? c - 32 : c;
	return uc_toupper(c);
}

bool chars_word_at(struct text t, size_t at)
{
	uint32_t c;
	if (at >= t.n)
		return false;
	chars_decode(t, at, &c);
	return chars_is_word(c);
}

bool chars_word_before(struct text t, size_t at)
{
	uint32_t c;
	if (at == 0 || at > t.n)
		return false;
	size_t start = at - 1;
	while (start > 0 && at - start < 4 && ((unsigned char)t.p[start] & 0xc0) == 0x80)
		start--;
	if (chars_decode(text_of(t.p, at), start, &c) != at - start)
		return false;
	return chars_is_word(c);
}

bool chars_is_edge(struct text t, size_t at)
{
	return chars_word_before(t, at) != chars_word_at(t, at);
}

size_t chars_word_length(struct text t, size_t at)
{
	size_t i = at;
	while (i < t.n) {
		uint32_t c = (unsigned char)t.p[i];
		size_t n = c < 0x80 ? 1 : chars_decode(t, i, &c);
		if (!chars_is_word(c))
			break;
		i += n;
	}
	return i - at;
}

size_t chars_count(struct text t)
{
	size_t count = 0;
	for (size_t i = 0; i < t.n; i++)
		count += ((unsigned char)t.p[i] & 0xc0) != 0x80;
	return count;
}

/* Adds the ASCII that t begins with, at most a chunk; returns how much that was. */
static size_t add_mapped_ascii(struct buffer *out, struct text t, uint32_t (*map)(uint32_t))
{
	char chunk[128];
	size_t n = 0;
	while (n < t.n && n < sizeof chunk && (unsigned char)t.p[n] < 0x80) {
		chunk[n] = (char)map((unsigned char)t.p[n]);
		n++;
	}
	buffer_add(out, chunk, n);
	return n;
}

/* Bytes that are not UTF-8 are kept as they are. */
static void add_mapped(struct buffer *out, struct text t, uint32_t (*map)(uint32_t))
{
	for (size_t i = 0; i < t.n;) {
		uint32_t c;
		i += add_mapped_ascii(out, chars_after(t, i), map);
		if (i >= t.n)
			break;
		size_t n = chars_decode(t, i, &c);
		if (n == 1)
			buffer_add_char(out, t.p[i]);
		else if (n > 1)
			chars_add(out, map(c));
		i += n;
	}
}

void chars_add_lower(struct buffer *out, struct text t)
{
	add_mapped(out, t, chars_lower);
}

void chars_add_upper(struct buffer *out, struct text t)
{
	add_mapped(out, t, chars_upper);
}

bool chars_has_upper(struct text t)
{
	size_t n;
	for (size_t i = 0; i < t.n; i += n) {
		uint32_t c;
		n = chars_decode(t, i, &c);
		if (chars_lower(c) != c)
			return true;
	}
	return false;
}

size_t chars_starts_folded(struct text t, struct text literal)
{
	size_t at = 0;
	size_t n;
	for (size_t i = 0; i < literal.n; i += n) {
		uint32_t want;
		uint32_t have;
		n = chars_decode(literal, i, &want);
		if (at >= t.n)
			return 0;
		at += chars_decode(t, at, &have);
		if (have != want && chars_lower(have) != want)
			return 0;
	}
	return at;
}

struct text chars_trim(struct text t)
{
	uint32_t c;
	while (t.n) {
		size_t n = chars_decode(t, 0, &c);
		if (!chars_is_space(c))
			break;
		t = text_of(t.p + n, t.n - n);
	}
	while (t.n) {
		size_t start = t.n - 1;
		while (start > 0 && t.n - start < 4 && ((unsigned char)t.p[start] & 0xc0) == 0x80)
			start--;
		if (start + chars_decode(t, start, &c) != t.n || !chars_is_space(c))
			break;
		t.n = start;
	}
	return t;
}
