/* The first pass over a reply: stars, history, shortcuts, escapes, and {weight} goes. */
#include "bot/src/chars.h"
#include "bot/src/quote.h"
#include "bot/src/tags.h"

struct pass {
	struct turn *t;
	const struct stars *stars;
	const struct stars *botstars;
	struct buffer *out;
};

/* False: there is no star of this number, and the tag stays. */
static bool add_star(struct pass *p, const struct stars *stars, unsigned number)
{
	unsigned n = stars ? stars->n : 0;
	if (number < 1 || (number > n && !(n == 0 && number == 1)))
		return false;
	struct capture c = n ? stars->v[number - 1] : (struct capture){UINT32_MAX, UINT32_MAX};
	if (c.start == UINT32_MAX)
		buffer_add_string(p->out, "undefined");
	else
		quote_add(p->out, chars_slice(stars->subject, c.start, c.end));
	return true;
}

static bool add_entry(struct pass *p, const struct history *history, unsigned number)
{
	if (number < 1 || number > HISTORY_MOST)
		return false;
	if (number > history->n)
		buffer_add_string(p->out, "undefined");
	else
		quote_add(p->out, history->entries[number - 1]);
	return true;
}

/* <star>, <star2>: the number after the name, 1 when there is none, 0 when it is no number. */
static unsigned number_after(struct text tag, size_t name)
{
	unsigned number = 0;
	if (tag.n == name)
		return 1;
	if (tag.n > name + 3 || tag.p[name] == '0')
		return 0;
	for (size_t i = name; i < tag.n; i++) {
		if (!chars_is_digit((unsigned char)tag.p[i]))
			return 0;
		number = number * 10 + (unsigned)(tag.p[i] - '0');
	}
	return number;
}

static bool is_whole(struct text tag, const char *name)
{
	return tag.n == strlen(name) && tag_is(tag, name);
}

/* <formal> is short for {formal}<star>{/formal}, and so on. */
static bool add_shortcut(struct pass *p, struct text tag)
{
	static const char *const names[] = {"person", "formal", "sentence", "uppercase",
					    "lowercase"};
	if (is_whole(tag, "@")) {
		buffer_add_string(p->out, "{@");
		add_star(p, p->stars, 1);
		buffer_add_char(p->out, '}');
		return true;
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!is_whole(tag, names[i]))
			continue;
		buffer_add_format(p->out, "{%s}", names[i]);
		add_star(p, p->stars, 1);
		buffer_add_format(p->out, "{/%s}", names[i]);
		return true;
	}
	return false;
}

/* `tag` is what stands between < and >; false: it is none of these. */
static bool add_tag(struct pass *p, struct text tag)
{
	if (tag_is(tag, "star"))
		return add_star(p, p->stars, number_after(tag, 4));
	if (tag_is(tag, "botstar"))
		return add_star(p, p->botstars, number_after(tag, 7));
	if (tag_is(tag, "input"))
		return add_entry(p, &p->t->state->inputs, number_after(tag, 5));
	if (tag_is(tag, "reply"))
		return add_entry(p, &p->t->state->replies, number_after(tag, 5));
	if (is_whole(tag, "id")) {
		quote_add(p->out, p->t->request->user);
		return true;
	}
	return add_shortcut(p, tag);
}

/* Bytes of the text that were used; 0: nothing special is here. */
static size_t add_special(struct pass *p, struct text rest)
{
	enum { TAG_MOST = 16 };
	uint32_t weight;
	size_t n;
	switch (rest.p[0]) {
	case '<':
		n = 1;
		while (n < rest.n && n < TAG_MOST && rest.p[n] != '>' && rest.p[n] != '<')
			n++;
		if (n < rest.n && rest.p[n] == '>' && add_tag(p, text_of(rest.p + 1, n - 1)))
			return n + 1;
		return 0;
	case '{':
		n = tag_weight(rest, &weight);
		if (n == 0)
			return 0;
		while (p->out->n && chars_is_space((unsigned char)p->out->p[p->out->n - 1]))
			buffer_truncate(p->out, p->out->n - 1);
		while (n < rest.n && (unsigned char)rest.p[n] < 0x80 &&
		       chars_is_space((unsigned char)rest.p[n]))
			n++;
		return n;
	case '\\':
		n = rest.n > 1 ? 2 : 0;
		if (n && (rest.p[1] | 32) == 's')
			buffer_add_char(p->out, ' ');
		else if (n && (rest.p[1] | 32) == 'n')
			buffer_add_char(p->out, '\n');
		else if (n && rest.p[1] == '#')
			buffer_add_char(p->out, '#');
		else
			n = 0;
		return n;
	default:
		return 0;
	}
}

void tags_stars(struct turn *t, struct text text, const struct stars *stars,
		const struct stars *botstars, struct buffer *out)
{
	struct pass p = {t, stars, botstars, out};
	for (size_t i = 0; i < text.n;) {
		size_t n = add_special(&p, text_of(text.p + i, text.n - i));
		if (n == 0)
			buffer_add_char(out, text.p[i++]);
		i += n;
	}
}
