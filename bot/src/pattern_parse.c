#include "bot/src/pattern_parse.h"

#include "bot/src/chars.h"

enum { NESTING_MOST = 32 };

struct parser {
	struct pattern_maker *maker;
	struct text text;
	struct place at;
	size_t i;
	unsigned depth;
	unsigned in_optional; /* how many [ ] are around */
	bool failed;
};

struct sequence {
	struct branch *branch;
	struct node *last;
};

static struct node *add_node(struct parser *p, struct sequence *s, enum node_kind kind)
{
	struct node *node = arena_alloc(p->maker->scratch, sizeof *node);
	if (!node) {
		p->failed = true;
		return NULL;
	}
	node->kind = kind;
	if (s->last)
		s->last->next = node;
	else
		s->branch->first = node;
	s->last = node;
	return node;
}

static struct text lowered(struct parser *p, struct text t)
{
	if (!chars_has_upper(t))
		return t;
	struct buffer b = BUFFER_INIT;
	chars_add_lower(&b, t);
	if (b.failed)
		p->failed = true;
	struct text copy = arena_text(p->maker->scratch, buffer_text(&b));
	buffer_release(&b);
	return copy;
}

static void add_literal(struct parser *p, struct sequence *s, struct text t)
{
	if (t.n == 0)
		return;
	struct node *node = add_node(p, s, NODE_LITERAL);
	if (node)
		node->text = lowered(p, t);
}

/* <bot x>, <get x>, <input>, <reply3>: the tag's length in the trigger, or 0. */
static size_t parse_value(struct text t, struct value *value)
{
	const char *end = memchr(t.p, '>', t.n);
	if (!end)
		return 0;
	struct text tag = text_of(t.p + 1, (size_t)(end - t.p) - 1);
	*value = (struct value){0};
	if (tag.n > 4 && (memcmp(tag.p, "bot ", 4) == 0 || memcmp(tag.p, "get ", 4) == 0)) {
		value->kind = tag.p[0] == 'b' ? VALUE_BOT : VALUE_GET;
		value->name = text_trim(text_of(tag.p + 4, tag.n - 4));
	} else if (tag.n >= 5 && tag.n <= 6 &&
		   (memcmp(tag.p, "input", 5) == 0 || memcmp(tag.p, "reply", 5) == 0)) {
		value->kind = tag.p[0] == 'i' ? VALUE_INPUT : VALUE_REPLY;
		value->number = tag.n == 5 ? 1 : (unsigned)(tag.p[5] - '0');
		if (value->number < 1 || value->number > 9)
			return 0;
	} else {
		return 0;
	}
	return tag.n + 2;
}

static void add_array(struct parser *p, struct sequence *s, struct text name)
{
	size_t n = 0;
	const struct text *items = p->maker->array(p->maker->context, name, &n);
	struct branch **next;
	if (n > p->maker->steps_left) {
		diagnose_error(p->maker->d, p->at, "arrays make the triggers too large");
		p->failed = true;
		return;
	}
	if (!items)
		return; /* an unknown array is nothing */
	struct node *node = add_node(p, s, NODE_GROUP);
	if (!node)
		return;
	next = &node->branches;
	for (size_t i = 0; i < n && !p->failed; i++) {
		struct sequence item = {arena_alloc(p->maker->scratch, sizeof *item.branch), NULL};
		if (!item.branch) {
			p->failed = true;
			return;
		}
		*next = item.branch;
		next = &item.branch->next;
		add_literal(p, &item, items[i]);
	}
}

static struct branch *parse_branches(struct parser *p, char close);

static void add_group(struct parser *p, struct sequence *s, char open)
{
	bool is_optional = open == '[';
	if (++p->depth > NESTING_MOST) {
		diagnose_error(p->maker->d, p->at, "brackets are nested too deeply");
		p->failed = true;
		return;
	}
	if (is_optional && s->last && s->last->kind == NODE_LITERAL)
		while (s->last->text.n && s->last->text.p[s->last->text.n - 1] == ' ')
			s->last->text.n--;
	p->in_optional += is_optional;
	struct branch *branches = parse_branches(p, is_optional ? ']' : ')');
	p->in_optional -= is_optional;
	p->depth--;
	struct node *node =
		p->failed ? NULL : add_node(p, s, is_optional ? NODE_OPTIONAL : NODE_GROUP);
	if (!node)
		return;
	node->branches = branches;
	node->captures = !is_optional;
	while (is_optional && p->i < p->text.n && p->text.p[p->i] == ' ')
		p->i++;
}

/* Takes the special element at p->i, if there is one, after the plain text before it. */
static bool parse_special(struct parser *p, struct sequence *s, struct text before)
{
	struct text rest = text_of(p->text.p + p->i, p->text.n - p->i);
	struct value value;
	char c = rest.p[0];
	size_t n = 0;
	if (c == '@')
		n = chars_word_length(rest, 1);
	else if (c == '<')
		n = parse_value(rest, &value);
	else if (c == '*' || c == '#' || c == '_' || c == '(' || c == '[')
		n = 1;
	if (n == 0)
		return false;
	add_literal(p, s, before);
	p->i += c == '@' ? n + 1 : n;
	if (c == '@') {
		add_array(p, s, text_of(rest.p + 1, n));
	} else if (c == '(' || c == '[') {
		add_group(p, s, c);
	} else {
		struct node *node = add_node(p, s, c == '<' ? NODE_VALUE : NODE_WILD);
		if (!node)
			return true;
		node->wild = c;
		node->captures = c != '<' && p->in_optional == 0;
		if (c == '<')
			node->value = value;
	}
	return true;
}

/* One side of a |, up to the next | or the closing bracket of the group that it is in. */
static struct branch *parse_branch(struct parser *p, char close)
{
	struct sequence s = {arena_alloc(p->maker->scratch, sizeof *s.branch), NULL};
	size_t start = p->i;
	if (!s.branch)
		p->failed = true;
	while (!p->failed && p->i < p->text.n) {
		char c = p->text.p[p->i];
		if (close && (c == '|' || c == close))
			break;
		if (parse_special(p, &s, text_of(p->text.p + start, p->i - start)))
			start = p->i;
		else
			p->i++;
	}
	if (!p->failed)
		add_literal(p, &s, text_of(p->text.p + start, p->i - start));
	return p->failed ? NULL : s.branch;
}

/* Blanks around the words of an optional mean nothing. */
static void trim_branch(struct branch *branch)
{
	struct node *node = branch->first;
	if (node && node->kind == NODE_LITERAL)
		while (node->text.n && node->text.p[0] == ' ')
			node->text = text_of(node->text.p + 1, node->text.n - 1);
	while (node && node->next)
		node = node->next;
	if (node && node->kind == NODE_LITERAL)
		while (node->text.n && node->text.p[node->text.n - 1] == ' ')
			node->text.n--;
}

/* All sides; empty ones are dropped unless all are. */
static struct branch *parse_branches(struct parser *p, char close)
{
	struct branch *first = NULL;
	struct branch *empty = NULL;
	struct branch **next = &first;
	while (!p->failed) {
		struct branch *branch = parse_branch(p, close);
		if (!branch)
			break;
		if (close == ']')
			trim_branch(branch);
		if (branch->first) {
			*next = branch;
			next = &branch->next;
		} else {
			empty = branch;
		}
		if (p->i >= p->text.n || p->text.p[p->i++] != '|')
			break;
	}
	return first ? first : empty;
}

struct branch *pattern_parse(struct pattern_maker *maker, struct text text, struct place at)
{
	struct parser p = {.maker = maker, .text = text, .at = at};
	struct branch *branch = parse_branch(&p, '\0');
	return p.failed ? NULL : branch;
}
