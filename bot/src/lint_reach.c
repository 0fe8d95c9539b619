/* Can a trigger with wildcards be reached? It is asked with messages that are made of it: if others
 * get all of them, whatever the wildcards stand for, nothing is left for it. */
#include "bot/src/chars.h"
#include "bot/src/lint.h"
#include "bot/src/pattern_parse.h"

enum { BRANCHES_MOST = 16, FILLERS = 4 };

/* What stands for a * in turn: words, numbers, both. Unlikely ones, so that no other trigger means
 * them. */
static const char *const fillers[FILLERS] = {"qzqz", "qzqz zqzq", "7351", "qzqz 7351 zqzq"};

struct sample {
	struct buffer text;
	unsigned filler;
	bool with_optionals;
	unsigned branch;
	bool cannot_tell; /* the trigger depends on a variable */
};

static unsigned count_branches(const struct node *node)
{
	unsigned most = 1;
	for (; node; node = node->next) {
		unsigned n = 0;
		for (const struct branch *b = node->branches; b; b = b->next) {
			unsigned inner = count_branches(b->first);
			most = inner > most ? inner : most;
			n++;
		}
		most = n > most ? n : most;
	}
	return most < BRANCHES_MOST ? most : BRANCHES_MOST;
}

static void add_nodes(struct sample *s, const struct node *node);

static void add_branch(struct sample *s, const struct node *node)
{
	const struct branch *b = node->branches;
	for (unsigned i = 0; i < s->branch && b; i++)
		b = b->next ? b->next : node->branches;
	if (b)
		add_nodes(s, b->first);
}

static void add_nodes(struct sample *s, const struct node *node)
{
	for (; node; node = node->next) {
		switch (node->kind) {
		case NODE_LITERAL:
			buffer_add_text(&s->text, node->text);
			break;
		case NODE_WILD:
			buffer_add_string(&s->text, node->wild == '*'   ? fillers[s->filler]
						    : node->wild == '#' ? "7351"
									: "qzqz");
			break;
		case NODE_GROUP:
			add_branch(s, node);
			break;
		case NODE_OPTIONAL:
			buffer_add_char(&s->text, ' ');
			if (s->with_optionals)
				add_branch(s, node);
			buffer_add_char(&s->text, ' ');
			break;
		case NODE_VALUE:
			s->cannot_tell = true;
			break;
		}
	}
}

/* The message in the form that messages have. */
static struct text squeeze(struct buffer *b)
{
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++)
		if (b->p[i] != ' ' || (n > 0 && b->p[n - 1] != ' '))
			b->p[n++] = b->p[i];
	buffer_truncate(b, n);
	return text_trim(buffer_text(b));
}

/* Who gets the messages that are made of this trigger; NULL: itself, some of them. */
static const struct trigger *winner(struct lint *l, const struct trigger *t,
				    const struct node *first)
{
	const struct trigger *other = NULL;
	unsigned branches = count_branches(first);
	for (unsigned i = 0; i < branches * 2 * FILLERS; i++) {
		struct sample s = {.filler = i % FILLERS,
				   .with_optionals = i / FILLERS % 2,
				   .branch = i / FILLERS / 2};
		add_nodes(&s, first);
		l->failed |= s.text.failed;
		other = s.cannot_tell || l->failed ? NULL
						   : lint_match(l, t->topic, squeeze(&s.text));
		buffer_release(&s.text);
		if (!other || other == t)
			return NULL;
	}
	return other;
}

void lint_reach(struct lint *l, const struct trigger *t)
{
	struct arena scratch = {0};
	struct diagnose silent = {0};
	struct pattern_maker maker = {.scratch = &scratch,
				      .d = &silent,
				      .array = brain_array,
				      .context = (void *)l->brain,
				      .steps_left = SIZE_MAX};
	const struct branch *tree = pattern_parse(&maker, t->match.text, lint_place(t));
	const struct trigger *other = tree ? winner(l, t, tree->first) : NULL;
	l->failed |= scratch.failed;
	if (other && !text_equal(other->match.text, t->match.text))
		diagnose_warning(&l->d, lint_place(t),
				 "never reached: + %.*s (%s:%u) comes first and matches all that "
				 "this one does",
				 (int)other->written.n, other->written.p, other->file, other->line);
	arena_release(&scratch);
}
