#include "base/json_text.h"

static void add_escape(struct buffer *b, unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		buffer_add_char(b, '\\');
		buffer_add_char(b, (char)c);
		break;
	case '\n':
		buffer_add(b, "\\n", 2);
		break;
	default:
		buffer_add_format(b, "\\u%04x", c);
	}
}

/* DEL too: a log line goes to terminals. */
static bool needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c == 0x7F;
}

void buffer_add_json_escaped(struct buffer *b, struct text t)
{
	size_t start = 0;

	for (size_t i = 0; i < t.n; i++) {
		if (!needs_escape((unsigned char)t.p[i]))
			continue;
		buffer_add(b, t.p + start, i - start);
		add_escape(b, (unsigned char)t.p[i]);
		start = i + 1;
	}
	if (start < t.n)
		buffer_add(b, t.p + start, t.n - start);
}

void buffer_add_json(struct buffer *b, struct text t)
{
	buffer_add_char(b, '"');
	buffer_add_json_escaped(b, t);
	buffer_add_char(b, '"');
}
