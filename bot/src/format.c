#include "bot/src/format.h"

#include "bot/src/chars.h"

void format_valid(struct text t, struct buffer *out)
{
	size_t n;
	if (text_is_utf8(t)) {
		buffer_add_text(out, t);
		return;
	}
	for (size_t i = 0; i < t.n; i += n) {
		uint32_t c;
		n = chars_decode(t, i, &c);
		bool is_valid = n == 1 ? c < 0x80 : text_is_utf8(text_of(t.p + i, n));
		if (is_valid)
			buffer_add(out, t.p + i, n);
		else
			buffer_add_string(out, "\xef\xbf\xbd");
		if (!is_valid)
			n = 1;
	}
}

static bool is_punctuation(const char *set, struct text character)
{
	return *set && memmem(set, strlen(set), character.p, character.n) != NULL;
}

/* Without UTF-8 mode: letters and digits of ASCII, and blanks. */
static bool is_kept_ascii(uint32_t c)
{
	return c == ' ' || chars_is_digit(c) || (c | 0x20) - 'a' < 26;
}

static bool is_kept_utf8(const char *punctuation, uint32_t c, struct text character, bool is_reply)
{
	if (c < ' ' || c == 0x7f || c == '\\' || c == '<' || c == '>')
		return false;
	if (is_reply && c < 0x80 && strchr(".?,!;:@#$%^&*()", (int)c))
		return false;
	return !is_punctuation(punctuation, character);
}

void format_prepare(struct rs_brain *brain)
{
	const char *punctuation = brain->options.punctuation;
	for (int c = 0; punctuation && c < 128; c++)
		for (int is_reply = 0; is_reply < 2; is_reply++) {
			char byte = (char)c;
			brain->keeps_ascii[is_reply][c] =
				brain->options.utf8 ? is_kept_utf8(punctuation, (uint32_t)c,
								   text_of(&byte, 1), is_reply)
						    : is_kept_ascii((uint32_t)c);
		}
}

static bool is_kept(const struct rs_brain *brain, uint32_t c, struct text character, bool is_reply)
{
	if (c < 0x80)
		return brain->keeps_ascii[is_reply][c];
	return brain->options.utf8 &&
	       is_kept_utf8(brain->options.punctuation, c, character, is_reply);
}

/* Drops what is not kept; runs of white space become one blank, those at the ends nothing. */
static void strip(const struct rs_brain *brain, struct text t, bool is_reply, struct buffer *out)
{
	bool utf8 = brain->options.utf8;
	bool is_blank_due = false;
	size_t start = out->n;
	size_t n;
	for (size_t i = 0; i < t.n; i += n) {
		uint32_t c = (unsigned char)t.p[i];
		n = c < 0x80 ? 1 : chars_decode(t, i, &c);
		if (utf8 ? chars_is_space(c) : c == ' ') {
			is_blank_due = out->n > start;
			continue;
		}
		if (!is_kept(brain, c, text_of(t.p + i, n), is_reply))
			continue;
		if (is_blank_due)
			buffer_add_char(out, ' ');
		is_blank_due = false;
		buffer_add(out, t.p + i, n);
	}
}

void format_strip(const struct rs_brain *brain, struct text t, struct buffer *out)
{
	strip(brain, t, false, out);
}

void format_message(const struct rs_brain *brain, struct text message, bool is_reply,
		    struct budget *budget, struct buffer *out)
{
	struct buffer lowered = BUFFER_INIT;
	struct buffer substituted = BUFFER_INIT;
	struct text t = message;
	if (!brain->options.case_sensitive) {
		chars_add_lower(&lowered, t);
		t = buffer_text(&lowered);
	}
	if (!brain->message_subs.is_empty) {
		substitutions_apply(&brain->message_subs, t, budget, &substituted);
		t = buffer_text(&substituted);
	}
	if (lowered.failed || substituted.failed)
		out->failed = true;
	strip(brain, t, is_reply, out);
	buffer_release(&lowered);
	buffer_release(&substituted);
}
