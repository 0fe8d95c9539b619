#include "base/text.h"

static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool text_equal_ignoring_case(struct text a, struct text b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct text text_trim(struct text t)
{
	while (t.n > 0 && is_space(t.p[0])) {
		t.p++;
		t.n--;
	}
	while (t.n > 0 && is_space(t.p[t.n - 1]))
		t.n--;
	return t;
}

/* Bytes of the well-formed sequence at p, 0 when there is none (Unicode, table 3-7). */
static size_t sequence_length(const unsigned char *p, size_t n)
{
	unsigned char low = 0x80, high = 0xBF;
	size_t need;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xC2 && p[0] <= 0xDF)
		need = 2;
	else if (p[0] >= 0xE0 && p[0] <= 0xEF)
		need = 3;
	else if (p[0] >= 0xF0 && p[0] <= 0xF4)
		need = 4;
	else
		return 0;
	if (p[0] == 0xE0)
		low = 0xA0; /* overlong below */
	else if (p[0] == 0xED)
		high = 0x9F; /* surrogates above */
	else if (p[0] == 0xF0)
		low = 0x90;
	else if (p[0] == 0xF4)
		high = 0x8F; /* U+10FFFF is the last */
	if (n < need || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < need; i++)
		if (p[i] < 0x80 || p[i] > 0xBF)
			return 0;
	return need;
}

bool text_is_utf8(struct text t)
{
	const unsigned char *p = (const unsigned char *)t.p;
	size_t i = 0;

	while (i < t.n) {
		size_t length = sequence_length(p + i, t.n - i);

		if (length == 0)
			return false;
		i += length;
	}
	return true;
}

struct text text_clip_utf8(struct text t, size_t limit)
{
	if (t.n <= limit)
		return t;
	while (limit > 0 && ((unsigned char)t.p[limit] & 0xC0) == 0x80)
		limit--;
	return text_of(t.p, limit);
}

bool text_to_int(struct text t, int64_t min, int64_t max, int64_t *value)
{
	bool negative = t.n > 0 && t.p[0] == '-';
	size_t i = negative ? 1 : 0;
	int64_t sum = 0;

	if (i == t.n)
		return false;
	for (; i < t.n; i++) {
		int digit = t.p[i] - '0';

		if (digit < 0 || digit > 9)
			return false;
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_sub_overflow(sum, digit, &sum))
			return false; /* gathered below zero: that side has one more */
	}
	if (!negative && __builtin_sub_overflow(0, sum, &sum))
		return false;
	if (sum < min || sum > max)
		return false;
	*value = sum;
	return true;
}
