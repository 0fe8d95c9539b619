#include "bot/src/tags.h"

#include "bot/src/chars.h"
#include "bot/src/quote.h"

enum { ARRAYS_DEEP = 8 };

static struct text from(struct text t, size_t at)
{
	return text_of(t.p + at, t.n - at);
}

bool tag_is(struct text t, const char *tag)
{
	for (size_t i = 0; tag[i]; i++) {
		if (i >= t.n)
			return false;
		char c = t.p[i];
		if (c != tag[i] && !(c >= 'A' && c <= 'Z' && c + 32 == tag[i]))
			return false;
	}
	return true;
}

size_t tag_find(struct text t, size_t at, const char *tag)
{
	while (at < t.n) {
		const char *next = memchr(t.p + at, tag[0], t.n - at);
		if (!next)
			return t.n;
		at = (size_t)(next - t.p);
		if (tag_is(from(t, at), tag))
			return at;
		at++;
	}
	return t.n;
}

size_t tag_weight(struct text t, uint32_t *weight)
{
	size_t i = strlen("{weight=");
	uint64_t value = 0;
	if (!tag_is(t, "{weight="))
		return 0;
	size_t digits = i;
	for (; i < t.n && chars_is_digit((unsigned char)t.p[i]); i++)
		if (value < UINT32_MAX)
			value = value * 10 + (uint64_t)(t.p[i] - '0');
	if (i == digits || i >= t.n || t.p[i] != '}')
		return 0;
	*weight = value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
	return i + 1;
}

/* (@name) becomes one of the array's items by {random}; an unknown one stays. */
static void add_arrays(struct turn *t, struct text text, unsigned deep, struct buffer *out)
{
	size_t done = 0;
	for (size_t i = tag_find(text, 0, "(@"); i < text.n; i = tag_find(text, i + 1, "(@")) {
		size_t n = 0;
		while (i + 2 + n < text.n && (unsigned char)text.p[i + 2 + n] < 0x80 &&
		       chars_is_word((unsigned char)text.p[i + 2 + n]))
			n++;
		if (n == 0 || i + 2 + n >= text.n || text.p[i + 2 + n] != ')')
			continue;
		uint32_t at = table_get(&t->brain->array_names, text_of(text.p + i + 2, n));
		if (at == TABLE_NONE || deep > ARRAYS_DEEP)
			continue;
		const struct array *array = &t->brain->arrays[at];
		buffer_add(out, text.p + done, i - done);
		buffer_add_string(out, "{random}");
		for (size_t k = 0; k < array->n && !turn_is_over(t); k++) {
			if (k)
				buffer_add_char(out, '|');
			budget_take(&t->budget, 1 + array->items[k].n / 8);
			add_arrays(t, array->items[k], deep + 1, out);
		}
		buffer_add_string(out, "{/random}");
		done = i + n + 3;
	}
	buffer_add_text(out, chars_after(text, done));
}

/* The end tag that belongs to an open one before `at`, others of its kind in between; t.n: none. */
static size_t find_close(struct text t, size_t at, const char *open, const char *close)
{
	unsigned depth = 1;
	for (; at < t.n; at++) {
		if (t.p[at] != '{')
			continue;
		if (tag_is(from(t, at), open))
			depth++;
		else if (tag_is(from(t, at), close) && --depth == 0)
			return at;
	}
	return t.n;
}

/* Parts t at `part` outside of inner {random}s; returns how many parts, and the wanted one. */
static uint32_t find_part(struct text t, char part, uint32_t wanted, struct text *found)
{
	uint32_t count = 0;
	size_t start = 0;
	unsigned depth = 0;
	for (size_t i = 0; i <= t.n; i++) {
		if (i < t.n && t.p[i] == '{') {
			if (tag_is(from(t, i), "{random}"))
				depth++;
			else if (depth && tag_is(from(t, i), "{/random}"))
				depth--;
		}
		if (i < t.n && (t.p[i] != part || depth))
			continue;
		if (count++ == wanted)
			*found = text_of(t.p + start, i - start);
		start = i + 1;
	}
	return count;
}

/* {random}a|b{/random}, or of words without a |. What was chosen may hold another one. */
static void add_random(struct turn *t, struct text text, unsigned deep, struct buffer *out)
{
	const size_t open = strlen("{random}");
	size_t done = 0;
	for (size_t i = tag_find(text, 0, "{random}"); i < text.n && !turn_is_over(t);
	     i = tag_find(text, done, "{random}")) {
		size_t end = find_close(text, i + open, "{random}", "{/random}");
		buffer_add(out, text.p + done, i - done);
		done = i;
		budget_take(&t->budget, 1 + (end - i) / 8);
		if (end == text.n || deep > t->brain->depth)
			break;
		struct text inner = text_of(text.p + i + open, end - i - open);
		struct text chosen = TEXT_NONE;
		char part = find_part(inner, '|', UINT32_MAX, &chosen) > 1 ? '|' : ' ';
		uint32_t count = find_part(inner, part, UINT32_MAX, &chosen);
		find_part(inner, part, turn_roll(t, count), &chosen);
		add_random(t, chosen, deep + 1, out);
		done = end + strlen("{/random}");
	}
	buffer_add_text(out, chars_after(text, done));
}

/* The first letter of each word large; runs of white space become one blank. */
static void add_formal(struct text t, struct buffer *out)
{
	bool is_start = true;
	bool was_space = false;
	size_t n;
	for (size_t i = 0; i < t.n; i += n) {
		uint32_t c;
		n = chars_decode(t, i, &c);
		if (chars_is_space(c)) {
			if (!was_space)
				buffer_add_char(out, ' ');
			was_space = is_start = true;
			continue;
		}
		if (is_start)
			chars_add_upper(out, text_of(t.p + i, n));
		else
			buffer_add(out, t.p + i, n);
		was_space = is_start = false;
	}
}

static void add_sentence(struct text t, struct buffer *out)
{
	uint32_t c;
	size_t n = t.n ? chars_decode(t, 0, &c) : 0;
	chars_add_upper(out, chars_slice(t, 0, n));
	buffer_add_text(out, chars_after(t, n));
}

enum format { PERSON, FORMAL, SENTENCE, UPPERCASE, LOWERCASE, FORMATS };

static const char *const format_tags[FORMATS][2] = {
	{"{person}", "{/person}"},       {"{formal}", "{/formal}"},
	{"{sentence}", "{/sentence}"},   {"{uppercase}", "{/uppercase}"},
	{"{lowercase}", "{/lowercase}"},
};

static void add_format(struct turn *t, enum format format, struct text text, struct buffer *out)
{
	switch (format) {
	case PERSON:
		substitutions_apply(&t->brain->person_subs, text, &t->budget, out);
		break;
	case FORMAL:
		add_formal(text, out);
		break;
	case SENTENCE:
		add_sentence(text, out);
		break;
	case UPPERCASE:
		chars_add_upper(out, text);
		break;
	default:
		chars_add_lower(out, text);
		break;
	}
}

static void add_formats(struct turn *t, enum format format, struct text text, struct buffer *out)
{
	const char *open = format_tags[format][0];
	const char *close = format_tags[format][1];
	size_t done = 0;
	for (size_t i = tag_find(text, 0, open); i < text.n; i = tag_find(text, done, open)) {
		size_t start = i + strlen(open);
		size_t end = tag_find(text, start, close);
		if (end == text.n)
			break;
		buffer_add(out, text.p + done, i - done);
		add_format(t, format, text_of(text.p + start, end - start), out);
		done = end + strlen(close);
	}
	buffer_add_text(out, chars_after(text, done));
}

static void set_topic(struct turn *t, struct text name)
{
	struct buffer plain = turn_buffer();
	quote_remove(&plain, name);
	struct text topic =
		text_equal(buffer_text(&plain), TEXT("random")) ? TEXT_NONE : buffer_text(&plain);
	state_set(t->state, SCOPE_USER, TEXT("topic"), topic);
	buffer_release(&plain);
}

static void add_topics(struct turn *t, struct text text, struct buffer *out)
{
	const size_t open = strlen("{topic=");
	size_t done = 0;
	for (size_t i = tag_find(text, 0, "{topic="); i < text.n;
	     i = tag_find(text, done, "{topic=")) {
		size_t end = tag_find(text, i + open, "}");
		if (end == text.n)
			break;
		buffer_add(out, text.p + done, i - done);
		set_topic(t, text_of(text.p + i + open, end - i - open));
		done = end + 1;
	}
	buffer_add_text(out, chars_after(text, done));
}

static void add_redirects(struct turn *t, struct text text, unsigned step, struct buffer *out)
{
	size_t done = 0;
	for (size_t i = tag_find(text, 0, "{@"); i < text.n && !turn_is_over(t);
	     i = tag_find(text, done, "{@")) {
		size_t end = tag_find(text, i, "}");
		if (end == text.n)
			break;
		buffer_add(out, text.p + done, i - done);
		turn_answer(t, text_of(text.p + i + 2, end - i - 2), false, step + 1, out);
		done = end + 1;
	}
	buffer_add_text(out, chars_after(text, done));
}

/* The texts between two passes: each reads the one and writes the other. */
struct passes {
	struct turn *t;
	struct buffer buffers[2];
	unsigned written; /* which of them the next pass writes */
	struct text text;
};

static struct buffer *begin_pass(struct passes *p)
{
	struct buffer *out = &p->buffers[p->written];
	buffer_clear(out);
	budget_take(&p->t->budget, 1 + p->text.n / 16);
	return out;
}

static void end_pass(struct passes *p)
{
	struct buffer *out = &p->buffers[p->written];
	turn_check(p->t, out);
	p->text = buffer_text(out);
	p->written ^= 1;
}

static bool has(struct text t, char c)
{
	return t.n && memchr(t.p, c, t.n) != NULL;
}

static bool has_tag(const struct passes *p, const char *tag)
{
	return tag_find(p->text, 0, tag) < p->text.n;
}

void tags_process(struct turn *t, struct text text, const struct stars *stars,
		  const struct stars *botstars, unsigned step, struct buffer *out)
{
	struct passes p = {.t = t, .text = text};
	p.buffers[0] = p.buffers[1] = turn_buffer();
	budget_take(&t->budget, 4 + text.n / 4);
	if (has_tag(&p, "(@")) {
		add_arrays(t, p.text, 0, begin_pass(&p));
		end_pass(&p);
	}
	if (has(p.text, '<') || has(p.text, '\\') || has(p.text, '{')) {
		tags_stars(t, p.text, stars, botstars, begin_pass(&p));
		end_pass(&p);
	}
	bool has_braces = has(p.text, '{');
	if (has_braces && has_tag(&p, "{random}")) {
		add_random(t, p.text, 0, begin_pass(&p));
		end_pass(&p);
	}
	for (int format = 0; format < FORMATS && has_braces; format++) {
		if (!has_tag(&p, format_tags[format][0]))
			continue;
		add_formats(t, (enum format)format, p.text, begin_pass(&p));
		end_pass(&p);
	}
	if (has(p.text, '<')) {
		tags_variables(t, p.text, begin_pass(&p));
		end_pass(&p);
	}
	if (has(p.text, '{') && has_tag(&p, "{topic=")) {
		add_topics(t, p.text, begin_pass(&p));
		end_pass(&p);
	}
	if (has(p.text, '{') && has_tag(&p, "{@"))
		add_redirects(t, p.text, step, out);
	else
		buffer_add_text(out, p.text);
	turn_check(t, out);
	buffer_release(&p.buffers[0]);
	buffer_release(&p.buffers[1]);
}

void tags_process_begin(struct turn *t, struct text text, struct buffer *out)
{
	struct passes p = {.t = t, .text = text};
	p.buffers[0] = p.buffers[1] = turn_buffer();
	if (has_tag(&p, "{topic=")) {
		add_topics(t, p.text, begin_pass(&p));
		end_pass(&p);
	}
	size_t done = 0;
	for (size_t i = tag_find(p.text, 0, "<set "); i < p.text.n;
	     i = tag_find(p.text, i + 1, "<set ")) {
		size_t end = tag_find(p.text, i, ">");
		if (end == p.text.n || has(text_of(p.text.p + i + 1, end - i - 1), '<'))
			continue; /* a tag in the tag: it waits for its turn */
		buffer_add(out, p.text.p + done, i - done);
		tags_variables(t, text_of(p.text.p + i, end + 1 - i), out);
		done = end + 1;
	}
	buffer_add(out, p.text.p + done, p.text.n - done);
	turn_check(t, out);
	buffer_release(&p.buffers[0]);
	buffer_release(&p.buffers[1]);
}
