#include "bot/src/json_text.h"

#include "bot/src/chars.h"

static void add_escape(struct buffer *out, unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		buffer_add_char(out, '\\');
		buffer_add_char(out, (char)c);
		break;
	case '\n':
		buffer_add_string(out, "\\n");
		break;
	default:
		buffer_add_format(out, "\\u%04x", c);
		break;
	}
}

void json_text_add(struct buffer *out, struct text t)
{
	size_t start = 0;
	size_t n;
	buffer_add_char(out, '"');
	for (size_t i = 0; i < t.n; i += n) {
		uint32_t c;
		n = chars_decode(t, i, &c);
		bool is_invalid = n == 1 && c >= 0x80;
		if (c >= 0x20 && c != '"' && c != '\\' && !is_invalid)
			continue;
		buffer_add(out, t.p + start, i - start);
		start = i + n;
		if (is_invalid)
			buffer_add_string(out, "\xef\xbf\xbd");
		else
			add_escape(out, (unsigned char)c);
	}
	buffer_add_text(out, chars_after(t, start));
	buffer_add_char(out, '"');
}
