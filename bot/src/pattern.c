#include "bot/src/pattern.h"

#include <stdlib.h>

#include "bot/src/pattern_parse.h"
#include "bot/src/pattern_words.h"

enum { STEPS_MOST = 60000 };

struct emitter {
	struct step *steps;
	size_t n;
	size_t size;
	struct buffer literals;
	struct value *values;
	size_t value_count;
	size_t value_size;
	unsigned captures;
	unsigned choices;
	unsigned loops;
	bool is_too_large;
	bool failed;
};

bool pattern_is_atomic(struct text trigger)
{
	for (size_t i = 0; i < trigger.n; i++) {
		char c = trigger.p[i];
		if (c == '*' || c == '#' || c == '_' || c == '(' || c == '[' || c == '<' ||
		    c == '@')
			return false;
	}
	return true;
}

static size_t emit(struct emitter *e, enum op op, uint32_t x)
{
	if (e->failed || e->n >= STEPS_MOST ||
	    !array_reserve(&e->steps, &e->size, e->n + 1, sizeof *e->steps)) {
		e->is_too_large = e->is_too_large || e->n >= STEPS_MOST;
		e->failed = true;
		return 0;
	}
	e->steps[e->n] = (struct step){.op = (uint8_t)op, .x = x};
	if (op == OP_SPLIT || op == OP_GAP)
		e->steps[e->n].length = (uint16_t)e->choices++;
	return e->n++;
}

static void set_target(struct emitter *e, size_t step, size_t target)
{
	if (!e->failed)
		e->steps[step].x = (uint32_t)target;
}

static void emit_save(struct emitter *e, unsigned slot)
{
	size_t step = emit(e, OP_SAVE, 0);
	if (!e->failed)
		e->steps[step].slot = (uint8_t)slot;
}

/* The number of a new capture, or -1 when this one is not to be kept. */
static int begin_capture(struct emitter *e, bool captures)
{
	if (!captures)
		return -1;
	if (e->captures >= CAPTURES_MOST) {
		e->is_too_large = true;
		e->failed = true;
		return -1;
	}
	int number = (int)e->captures++;
	emit_save(e, (unsigned)number * 2);
	return number;
}

static void end_capture(struct emitter *e, int number)
{
	if (number >= 0)
		emit_save(e, (unsigned)number * 2 + 1);
}

static void emit_literal(struct emitter *e, struct text t)
{
	while (t.n && !e->failed) {
		size_t n = t.n < UINT16_MAX ? t.n : UINT16_MAX;
		size_t step = emit(e, OP_LITERAL, (uint32_t)e->literals.n);
		if (e->failed)
			return;
		e->steps[step].length = (uint16_t)n;
		buffer_add(&e->literals, t.p, n);
		t = text_of(t.p + n, t.n - n);
	}
	if (e->literals.failed)
		e->failed = true;
}

static void emit_wild(struct emitter *e, const struct node *node, bool is_last)
{
	int number = begin_capture(e, node->captures);
	enum op op = node->wild == '*' ? OP_ANY : node->wild == '#' ? OP_DIGIT : OP_LETTER;
	if (is_last && op == OP_ANY) {
		emit(e, OP_REST, 1);
	} else {
		size_t loop = emit(e, op, 0);
		emit(e, OP_SPLIT, (uint32_t)loop);
		e->loops++;
	}
	end_capture(e, number);
}

static void emit_sequence(struct emitter *e, const struct node *node, bool is_outermost);

static void emit_branches(struct emitter *e, const struct node *node)
{
	bool is_optional = node->kind == NODE_OPTIONAL;
	int number = begin_capture(e, node->captures);
	size_t to_end = SIZE_MAX; /* the jumps to the end, chained through their targets */
	for (const struct branch *b = node->branches; b && !e->failed; b = b->next) {
		bool is_last = !b->next && !is_optional;
		size_t split = is_last ? 0 : emit(e, OP_SPLIT, 0);
		if (is_optional)
			emit(e, OP_GAP, 0);
		emit_sequence(e, b->first, false);
		if (is_optional)
			emit(e, OP_GAP, 0);
		if (is_last)
			break;
		to_end = emit(e, OP_JUMP, (uint32_t)to_end);
		set_target(e, split, e->n);
	}
	if (is_optional)
		emit(e, OP_GAP, 0);
	while (to_end != SIZE_MAX && !e->failed) {
		uint32_t next = e->steps[to_end].x;
		set_target(e, to_end, e->n);
		to_end = next == UINT32_MAX ? SIZE_MAX : next;
	}
	end_capture(e, number);
}

static void emit_value(struct emitter *e, struct value value)
{
	if (!array_reserve(&e->values, &e->value_size, e->value_count + 1, sizeof *e->values)) {
		e->failed = true;
		return;
	}
	emit(e, OP_VALUE, (uint32_t)e->value_count);
	e->values[e->value_count++] = value;
}

static void emit_sequence(struct emitter *e, const struct node *node, bool is_outermost)
{
	for (; node && !e->failed; node = node->next) {
		switch (node->kind) {
		case NODE_LITERAL:
			emit_literal(e, node->text);
			break;
		case NODE_WILD:
			emit_wild(e, node, is_outermost && !node->next);
			break;
		case NODE_GROUP:
		case NODE_OPTIONAL:
			emit_branches(e, node);
			break;
		case NODE_VALUE:
			emit_value(e, node->value);
			break;
		}
	}
}

/* Moves what was emitted to the arena. */
static const struct pattern *finish(struct emitter *e, struct pattern_maker *maker)
{
	struct pattern *p = arena_alloc(maker->arena, sizeof *p);
	struct step *steps = arena_alloc_array(maker->arena, e->n, sizeof *steps);
	struct value *values = NULL;
	if (e->value_count)
		values = arena_alloc_array(maker->arena, e->value_count, sizeof *values);
	struct text literals = arena_text(maker->arena, buffer_text(&e->literals));
	if (maker->arena->failed)
		return NULL;
	p->literals = literals.p;
	memcpy(steps, e->steps, e->n * sizeof *steps);
	if (values)
		memcpy(values, e->values, e->value_count * sizeof *values);
	p->steps = steps;
	p->values = values;
	p->choices = (uint16_t)e->choices;
	p->captures = (uint8_t)e->captures;
	p->needs_memory = e->loops > 1 || e->choices > 6;
	return p;
}

const struct pattern *pattern_make(struct pattern_maker *maker, struct text text, bool is_lone_star,
				   struct place at, const struct clause **clauses)
{
	struct emitter e = {0};
	const struct pattern *pattern = NULL;
	const struct branch *tree = pattern_parse(maker, text, at);
	if (!tree)
		goto out;
	if (is_lone_star) {
		int number = begin_capture(&e, true);
		emit(&e, OP_REST, 0);
		end_capture(&e, number);
	} else {
		emit_sequence(&e, tree->first, true);
	}
	emit(&e, OP_END, 0);
	if (e.n > maker->steps_left)
		e.is_too_large = true;
	if (e.is_too_large) {
		diagnose_error(
			maker->d, at,
			"the trigger is too large: at most %d wildcards and groups, and arrays "
			"of fewer words",
			CAPTURES_MOST);
		goto out;
	}
	if (e.failed)
		goto out;
	maker->steps_left -= e.n;
	if (clauses)
		*clauses = pattern_words(maker, tree);
	pattern = finish(&e, maker);
out:
	free(e.steps);
	free(e.values);
	buffer_release(&e.literals);
	return pattern;
}
