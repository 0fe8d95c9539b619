#include "chat-client/server/negotiation.h"

#include <stddef.h>

enum { QUALITY_ONE = 1000, QUALITY_LEAST = 1, UNNAMED = -1 };

static const char *const names[ENCODING_COUNT] = {
	[ENCODING_IDENTITY] = "identity",
	[ENCODING_GZIP] = "gzip",
	[ENCODING_BROTLI] = "br",
};

const char *encoding_name(enum encoding e)
{
	return names[e];
}

/* The text before the next `mark`, trimmed; `rest` moves behind the mark. */
static struct text take_until(struct text *rest, char mark)
{
	const char *end = rest->n > 0 ? memchr(rest->p, mark, rest->n) : NULL;
	struct text taken = *rest;

	if (end) {
		taken.n = (size_t)(end - rest->p);
		*rest = text_of(end + 1, rest->n - taken.n - 1);
	} else {
		*rest = TEXT_NONE;
	}
	return text_trim(taken);
}

/* "0.5" in thousandths; what is not a quality is 0, so that it is not sent. */
static int parse_quality(struct text t)
{
	int value, scale = QUALITY_ONE / 10;

	if (t.n == 0 || t.n > 5 || (t.p[0] != '0' && t.p[0] != '1') || (t.n > 1 && t.p[1] != '.'))
		return 0;
	value = (t.p[0] - '0') * QUALITY_ONE;
	for (size_t i = 2; i < t.n; i++, scale /= 10) {
		if (t.p[i] < '0' || t.p[i] > '9')
			return 0;
		value += (t.p[i] - '0') * scale;
	}
	return value > QUALITY_ONE ? 0 : value;
}

static int quality_of(struct text parameters)
{
	while (parameters.n > 0) {
		struct text value = take_until(&parameters, ';');
		struct text name = take_until(&value, '=');

		if (text_equal_ignoring_case(name, TEXT("q")))
			return parse_quality(text_trim(value));
	}
	return QUALITY_ONE;
}

/* Fills what the header says of each encoding; gives what "*" says of the others. */
static int parse_accepted(struct text header, int quality[ENCODING_COUNT])
{
	int others = UNNAMED;

	for (int e = 0; e < ENCODING_COUNT; e++)
		quality[e] = UNNAMED;
	while (header.n > 0) {
		struct text parameters = take_until(&header, ',');
		struct text name = take_until(&parameters, ';');
		int q = quality_of(parameters);

		if (text_equal(name, TEXT("*")))
			others = q;
		else if (text_equal_ignoring_case(name, TEXT("x-gzip")))
			quality[ENCODING_GZIP] = q;
		for (int e = 0; e < ENCODING_COUNT; e++)
			if (text_equal_ignoring_case(name, text_of_string(names[e])))
				quality[e] = q;
	}
	return others;
}

enum encoding negotiation_encoding(struct text accept_encoding, unsigned offered)
{
	int quality[ENCODING_COUNT];
	int others = parse_accepted(accept_encoding, quality);
	enum encoding best = ENCODING_IDENTITY;
	int best_quality = 0;

	for (int e = ENCODING_COUNT - 1; e >= 0; e--) {
		int q = quality[e];

		if (!(offered & 1U << e))
			continue;
		if (q == UNNAMED)
			q = others;
		if (q == UNNAMED) /* plain bytes are welcome unless the header says otherwise */
			q = e == ENCODING_IDENTITY ? QUALITY_LEAST : 0;
		if (q > best_quality) {
			best = (enum encoding)e;
			best_quality = q;
		}
	}
	return best;
}

bool negotiation_matches(struct text list, struct text etag)
{
	if (text_equal(text_trim(list), TEXT("*")))
		return true;
	while (list.n > 0) { /* not cut at commas: a tag may hold some */
		const char *open = memchr(list.p, '"', list.n);
		const char *close;

		if (!open)
			return false;
		list.n -= (size_t)(open + 1 - list.p);
		list.p = open + 1;
		close = list.n > 0 ? memchr(list.p, '"', list.n) : NULL;
		if (!close)
			return false;
		if (text_equal(text_of(open, (size_t)(close + 1 - open)), etag))
			return true;
		list.n -= (size_t)(close + 1 - list.p);
		list.p = close + 1;
	}
	return false;
}
