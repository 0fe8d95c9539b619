/* What a reply names, and tags that do nothing where they stand. */
#include "bot/src/chars.h"
#include "bot/src/lint.h"
#include "bot/src/tags.h"

static void check_topic_tags(struct lint *l, const struct trigger *t, struct text text)
{
	const size_t open = strlen("{topic=");
	for (size_t i = tag_find(text, 0, "{topic="); i < text.n;
	     i = tag_find(text, i + 1, "{topic=")) {
		size_t end = tag_find(text, i, "}");
		struct text name = chars_slice(text, i + open, end);
		if (end == text.n || name.n == 0 || memchr(name.p, '<', name.n))
			continue;
		uint32_t topic = table_get(&l->brain->topic_names, name);
		if (topic == TABLE_NONE || !l->brain->topics[topic].is_defined)
			diagnose_warning(&l->d, lint_place(t), "topic %.*s does not exist",
					 (int)name.n, name.p);
	}
}

static void check_array_tags(struct lint *l, const struct trigger *t, struct text text)
{
	for (size_t i = tag_find(text, 0, "(@"); i < text.n; i = tag_find(text, i + 1, "(@")) {
		size_t n = chars_word_length(text, i + 2);
		struct text name = chars_slice(text, i + 2, i + 2 + n);
		if (n == 0 || i + 2 + n >= text.n || text.p[i + 2 + n] != ')')
			continue;
		if (table_get(&l->brain->array_names, name) == TABLE_NONE)
			diagnose_warning(&l->d, lint_place(t), "array (@%.*s) does not exist",
					 (int)n, name.p);
	}
}

/* Formats run before variables: they would change the variable's name, not its value. */
static void check_formats(struct lint *l, const struct trigger *t, struct text text)
{
	static const char *const tags[] = {"{formal}<get ", "{sentence}<get ", "{uppercase}<get ",
					   "{formal}<bot ", "{sentence}<bot ", "{uppercase}<bot "};
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
		if (tag_find(text, 0, tags[i]) < text.n)
			diagnose_warning(
				&l->d, lint_place(t),
				"%s...>: formats run before variables, so this changes the "
				"name and not the value",
				tags[i]);
}

/* <star3> of a trigger that captures two; <formal2>, which is no tag. */
static void check_stars(struct lint *l, const struct trigger *t, struct text text)
{
	static const char *const names[] = {"<person", "<formal", "<sentence", "<uppercase",
					    "<lowercase"};
	unsigned captures = t->match.pattern ? t->match.pattern->captures : 0;
	for (size_t i = tag_find(text, 0, "<star"); i < text.n;
	     i = tag_find(text, i + 1, "<star")) {
		char c = i + 5 < text.n ? text.p[i + 5] : '>';
		unsigned number = c >= '1' && c <= '9' ? (unsigned)(c - '0') : 1;
		bool is_short = i + 6 < text.n && text.p[i + 6] == '>';
		if (c != '>' && !is_short)
			continue;
		if (number > captures)
			diagnose_warning(&l->d, lint_place(t),
					 "<star%u>, but the trigger captures only %u", number,
					 captures);
	}
	for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
		size_t n = strlen(names[k]);
		for (size_t i = tag_find(text, 0, names[k]); i < text.n;
		     i = tag_find(text, i + 1, names[k]))
			if (i + n + 1 < text.n && chars_is_digit((unsigned char)text.p[i + n]) &&
			    text.p[i + n + 1] == '>')
				diagnose_warning(&l->d, lint_place(t),
						 "%s%c> is not a tag: expected {%s}<star%c>{/%s}",
						 names[k], text.p[i + n], names[k] + 1,
						 text.p[i + n], names[k] + 1);
	}
}

void lint_text(struct lint *l, const struct trigger *t, struct text text)
{
	check_topic_tags(l, t, text);
	check_array_tags(l, t, text);
	check_formats(l, t, text);
	check_stars(l, t, text);
}
