#include "bot/src/match.h"

#include <stdlib.h>

#include "bot/src/chars.h"

/* What is still to be tried: go on at a step, or put a capture back as it was. */
struct match_job {
	uint32_t at; /* the step; JOB_RESTORE + slot: a capture */
	uint32_t position;
};

#define JOB_RESTORE UINT32_C(0x80000000)

void matcher_release(struct matcher *m)
{
	free(m->jobs);
	free(m->seen);
	m->jobs = NULL;
	m->seen = NULL;
	m->job_size = m->seen_size = 0;
}

static void push(struct matcher *m, uint32_t at, uint32_t position)
{
	if (m->job_count == m->job_size &&
	    !array_reserve(&m->jobs, &m->job_size, m->job_count + 1, sizeof *m->jobs)) {
		m->failed = true;
		return;
	}
	m->jobs[m->job_count++] = (struct match_job){at, position};
}

static bool clear_seen(struct matcher *m, size_t choices, size_t positions)
{
	size_t words = (choices * positions + 63) / 64;
	if (!budget_take(m->budget, words))
		return false;
	if (!array_reserve(&m->seen, &m->seen_size, words, sizeof *m->seen)) {
		m->failed = true;
		return false;
	}
	memset(m->seen, 0, words * sizeof *m->seen);
	return true;
}

static bool was_seen(struct matcher *m, size_t bit)
{
	uint64_t mask = UINT64_C(1) << (bit & 63);
	bool was = (m->seen[bit / 64] & mask) != 0;
	m->seen[bit / 64] |= mask;
	return was;
}

/* Bytes of the literal's match at the start of t; SIZE_MAX: none. */
static size_t match_literal(struct text t, struct text literal, bool fold)
{
	if (literal.n == 0)
		return 0;
	if (fold) {
		size_t n = chars_starts_folded(t, literal);
		return n ? n : SIZE_MAX;
	}
	if (t.n < literal.n || memcmp(t.p, literal.p, literal.n) != 0)
		return SIZE_MAX;
	return literal.n;
}

/* A value of user or bot: compared in lower case, as formatted messages are. */
static size_t match_value(struct matcher *m, const struct value *value, struct text t)
{
	struct buffer lower = BUFFER_INIT;
	chars_add_lower(&lower, m->value(m->context, value));
	if (lower.failed)
		m->failed = true;
	size_t n = match_literal(t, buffer_text(&lower), true);
	if (!budget_take(m->budget, lower.n / 8))
		n = SIZE_MAX;
	buffer_release(&lower);
	return n;
}

/* Blanks, as many as possible first; or nothing, at a word's edge. The last in is tried first. */
static bool push_gap(struct matcher *m, struct text t, uint32_t next, uint32_t *position)
{
	uint32_t start = *position;
	uint32_t end = start;
	while (end < t.n && chars_is_space((unsigned char)t.p[end]) &&
	       (unsigned char)t.p[end] < 0x80)
		end++;
	bool is_edge = chars_is_edge(t, start);
	if (end == start)
		return is_edge;
	if (is_edge)
		push(m, next, start);
	for (uint32_t p = start + 1; p < end; p++)
		push(m, next, p);
	if (!budget_take(m->budget, end - start))
		return false;
	*position = end;
	return true;
}

/* Is the step a literal whose first byte is not there? Most alternatives are. */
static bool is_dead_end(const struct pattern *p, const struct step *s, struct text rest, bool fold)
{
	return s->op == OP_LITERAL && !fold && s->length > 0 &&
	       (rest.n == 0 || rest.p[0] != p->literals[s->x]);
}

/* Follows one path until it ends; true: at the end of the pattern and of the text. */
static bool follow(struct matcher *m, const struct pattern *p, const struct subject *subject,
		   uint32_t at, uint32_t position, uint32_t *slots)
{
	struct text t = subject->text.p ? subject->text : TEXT("");
	uint32_t c;
	for (;; at++) {
		const struct step *s = &p->steps[at];
		struct text rest = text_of(t.p + position, t.n - position);
		size_t n = 0;
		if (!budget_take(m->budget, 1) || m->failed)
			return false;
		switch ((enum op)s->op) {
		case OP_LITERAL:
			if (!budget_take(m->budget, s->length / 64))
				return false;
			n = match_literal(rest, text_of(p->literals + s->x, s->length),
					  subject->has_upper);
			break;
		case OP_ANY:
			n = rest.n ? chars_decode(rest, 0, &c) : SIZE_MAX;
			break;
		case OP_REST:
			n = rest.n >= s->x ? rest.n : SIZE_MAX;
			break;
		case OP_DIGIT:
			n = rest.n && chars_is_digit((unsigned char)rest.p[0]) ? 1 : SIZE_MAX;
			break;
		case OP_LETTER:
			n = rest.n ? chars_decode(rest, 0, &c) : SIZE_MAX;
			if (rest.n && (chars_is_digit(c) || chars_is_space(c)))
				n = SIZE_MAX;
			break;
		case OP_VALUE:
			n = match_value(m, &p->values[s->x], rest);
			break;
		case OP_SPLIT:
			if (p->needs_memory && was_seen(m, s->length * (t.n + 1) + position))
				return false;
			if (is_dead_end(p, s + 1, rest, subject->has_upper))
				at = s->x - 1; /* as if it had been tried */
			else
				push(m, s->x, position);
			break;
		case OP_GAP:
			if (p->needs_memory && was_seen(m, s->length * (t.n + 1) + position))
				return false;
			if (!push_gap(m, t, at + 1, &position))
				return false;
			break;
		case OP_JUMP:
			at = s->x - 1;
			break;
		case OP_SAVE:
			push(m, JOB_RESTORE + s->slot, slots[s->slot]);
			slots[s->slot] = position;
			break;
		case OP_END:
			return rest.n == 0;
		}
		if (n == SIZE_MAX)
			return false;
		position += (uint32_t)n;
	}
}

bool matcher_run(struct matcher *m, const struct pattern *p, const struct subject *subject,
		 struct capture *captures)
{
	uint32_t slots[2 * CAPTURES_MOST];
	if (subject->text.n >= UINT32_MAX / 2 || m->failed || m->budget->is_spent)
		return false;
	if (p->needs_memory && !clear_seen(m, p->choices, subject->text.n + 1))
		return false;
	for (unsigned i = 0; i < 2u * p->captures; i++)
		slots[i] = UINT32_MAX;
	m->job_count = 0;
	bool is_match = follow(m, p, subject, 0, 0, slots);
	while (!is_match && m->job_count > 0 && !m->failed && !m->budget->is_spent) {
		struct match_job job = m->jobs[--m->job_count];
		if (job.at >= JOB_RESTORE)
			slots[job.at - JOB_RESTORE] = job.position;
		else
			is_match = follow(m, p, subject, job.at, job.position, slots);
	}
	for (unsigned i = 0; is_match && i < p->captures; i++)
		captures[i] = slots[2 * i + 1] == UINT32_MAX
				      ? (struct capture){UINT32_MAX, UINT32_MAX}
				      : (struct capture){slots[2 * i], slots[2 * i + 1]};
	return is_match;
}
