#include "bot/src/pattern_words.h"

#include "bot/src/chars.h"
#include "bot/src/words.h"

static bool ends_in_gap(const struct node *node)
{
	return node->kind == NODE_OPTIONAL || (node->kind == NODE_LITERAL && node->text.n &&
					       !chars_word_before(node->text, node->text.n));
}

static bool begins_with_gap(const struct node *node)
{
	return node->kind == NODE_OPTIONAL ||
	       (node->kind == NODE_LITERAL && node->text.n && !chars_word_at(node->text, 0));
}

/* What is on one side of a part of the trigger. */
enum edge { EDGE_NONE, EDGE_GAP, EDGE_END };

static void add_clause(struct pattern_maker *maker, uint32_t feature, bool is_word,
		       const struct clause **clauses)
{
	struct clause *c = arena_alloc(maker->scratch, sizeof *c + sizeof c->words[0]);
	if (!c)
		return;
	c->n = 1;
	c->is_word = is_word;
	c->words[0] = feature;
	c->next = *clauses;
	*clauses = c;
}

/* Every word of the literal, and then, so that they come to stand before them, what says more. */
static void add_literal(struct pattern_maker *maker, struct text t, enum edge left, enum edge right,
			const struct clause **clauses)
{
	const struct clause *pairs = NULL;
	uint32_t before = 0;
	size_t before_end = SIZE_MAX; /* of the word before, when it is a whole one */
	for (size_t i = 0; i < t.n;) {
		size_t start = i;
		size_t n = chars_word_length(t, i);
		if (n == 0) {
			uint32_t c;
			i += chars_decode(t, i, &c);
			continue;
		}
		i += n;
		if ((start == 0 && left == EDGE_NONE) || (i == t.n && right == EDGE_NONE))
			continue;
		uint32_t word = words_one(text_of(t.p + start, n));
		add_clause(maker, word, true, clauses);
		if (start == 0 && left == EDGE_END)
			add_clause(maker, words_first(word), false, clauses);
		if (i == t.n && right == EDGE_END)
			add_clause(maker, words_last(word), false, clauses);
		if (before_end != SIZE_MAX && start == before_end + 1 && t.p[before_end] == ' ')
			add_clause(maker, words_pair(before, word), false, &pairs);
		before = word;
		before_end = i;
	}
	while (pairs) {
		struct clause *pair = (struct clause *)pairs;
		pairs = pair->next;
		pair->next = *clauses;
		*clauses = pair;
	}
}

static const struct clause *of_sequence(struct pattern_maker *maker, const struct node *first,
					enum edge left, enum edge right);

/* The words of all branches together: one of them must be there. Of each branch the clause with the
 * fewest words is taken; a branch that needs none spoils it. */
static void add_group(struct pattern_maker *maker, const struct node *node, enum edge left,
		      enum edge right, const struct clause **clauses)
{
	struct best {
		const struct clause *clause;
		struct best *next;
	} *all = NULL;
	size_t n = 0;
	for (const struct branch *b = node->branches; b; b = b->next) {
		const struct clause *best = NULL;
		const struct clause *c = of_sequence(maker, b->first, left, right);
		for (; c; c = c->next)
			if (!best || c->n < best->n)
				best = c;
		struct best *one = arena_alloc(maker->scratch, sizeof *one);
		if (!best || !one)
			return;
		*one = (struct best){best, all};
		all = one;
		n += best->n;
	}
	struct clause *sum = arena_alloc(maker->scratch, sizeof *sum + n * sizeof sum->words[0]);
	if (!sum || n == 0)
		return;
	for (; all; all = all->next)
		for (uint32_t i = 0; i < all->clause->n; i++)
			sum->words[sum->n++] = all->clause->words[i];
	sum->next = *clauses;
	*clauses = sum;
}

/* Literals whose blanks were all taken by an optional beside them are nothing. */
static const struct node *skip_empty(const struct node *node)
{
	while (node && node->kind == NODE_LITERAL && node->text.n == 0)
		node = node->next;
	return node;
}

static const struct clause *of_sequence(struct pattern_maker *maker, const struct node *first,
					enum edge left, enum edge right)
{
	const struct clause *clauses = NULL;
	const struct node *before = NULL;
	const struct node *after;
	for (const struct node *node = skip_empty(first); node; before = node, node = after) {
		after = skip_empty(node->next);
		bool gap_left = before ? ends_in_gap(before) : left;
		bool gap_right = after ? begins_with_gap(after) : right;
		if (node->kind == NODE_LITERAL)
			add_literal(maker, node->text, gap_left, gap_right, &clauses);
		else if (node->kind == NODE_GROUP)
			add_group(maker, node, gap_left, gap_right, &clauses);
	}
	return clauses;
}

const struct clause *pattern_words(struct pattern_maker *maker, const struct branch *tree)
{
	return of_sequence(maker, tree->first, EDGE_END, EDGE_END);
}

/* A pair, or a first or last word, is what the index looks for and the match itself soon sees. */
static bool is_packed(const struct clause *c)
{
	return c->is_word || c->n > 1;
}

const uint32_t *pattern_words_pack(struct arena *arena, const struct clause *clauses)
{
	size_t n = 1;
	for (const struct clause *c = clauses; c; c = c->next)
		n += is_packed(c) ? 1 + c->n : 0;
	uint32_t *packed = n > 1 ? arena_alloc_array(arena, n, sizeof *packed) : NULL;
	uint32_t *at = packed;
	if (!packed)
		return NULL;
	for (const struct clause *c = clauses; c; c = c->next) {
		if (!is_packed(c))
			continue;
		*at++ = c->n;
		memcpy(at, c->words, c->n * sizeof *c->words);
		at += c->n;
	}
	*at = 0;
	return packed;
}
