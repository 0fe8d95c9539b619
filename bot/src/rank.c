#include "bot/src/rank.h"

#include "bot/src/chars.h"

enum kind { ATOMIC, OPTION, LETTERS, NUMBER, WILD, LONE_LETTERS, LONE_NUMBER, LONE_WILD };

static bool has(struct text t, char c)
{
	return memchr(t.p, c, t.n) != NULL;
}

static bool is_parting(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '*' || c == '#' || c == '_' || c == '|';
}

/* Pieces between blanks and wildcards. Brackets and {weight} are pieces, too. */
static uint32_t count_words(struct text t)
{
	uint32_t count = 0;
	bool is_in_word = false;
	for (size_t i = 0; i < t.n; i++) {
		bool parts = is_parting(t.p[i]);
		count += !parts && !is_in_word;
		is_in_word = !parts;
	}
	return count;
}

struct rank_key rank_key_of(struct text trigger)
{
	struct rank_key key = {.level = LEVEL_NONE, .text = trigger};
	if (trigger.n == 0)
		return key;
	key.words = count_words(trigger);
	key.length = (uint32_t)chars_count(trigger);
	if (has(trigger, '_'))
		key.kind = key.words ? LETTERS : LONE_LETTERS;
	else if (has(trigger, '#'))
		key.kind = key.words ? NUMBER : LONE_NUMBER;
	else if (has(trigger, '*'))
		key.kind = key.words ? WILD : LONE_WILD;
	else
		key.kind = has(trigger, '[') ? OPTION : ATOMIC;
	return key;
}

static int compare_numbers(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

int rank_compare(const struct rank_key *a, const struct rank_key *b)
{
	int order = compare_numbers(b->weight, a->weight);
	if (!order)
		order = compare_numbers(a->level, b->level);
	if (!order)
		order = compare_numbers(a->kind, b->kind);
	if (!order)
		order = compare_numbers(b->words, a->words);
	if (!order)
		order = compare_numbers(b->length, a->length);
	if (!order) {
		size_t n = a->text.n < b->text.n ? a->text.n : b->text.n;
		order = n ? memcmp(a->text.p, b->text.p, n) : 0;
		if (!order)
			order = (a->text.n > b->text.n) - (a->text.n < b->text.n);
	}
	return order ? order : compare_numbers(a->order, b->order);
}
