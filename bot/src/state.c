#include "bot/src/state.h"

#include <stdlib.h>

#include "bot/src/arena.h"
#include "bot/src/chars.h"

enum {
	VARIABLES_MOST = 10000, /* bytes of written variables */
	HISTORY_BYTES = 3000,   /* of written inputs; as much again for replies */
	ENTRY_MOST = 1000,      /* bytes of one message in the history */
	ENTRY_LEAST = 480,      /* so many of any bytes fit when written */
};

struct rs_state *rs_state_new(void)
{
	return calloc(1, sizeof(struct rs_state));
}

static void release_variables(struct variables *vars)
{
	for (size_t i = 0; i < vars->n; i++)
		free((char *)vars->v[i].name.p);
	free(vars->v);
}

static void release_history(struct history *history)
{
	for (unsigned i = 0; i < history->n; i++)
		free((char *)history->entries[i].p);
}

void rs_state_free(struct rs_state *state)
{
	if (!state)
		return;
	for (int i = 0; i < SCOPES; i++)
		release_variables(&state->scopes[i]);
	release_history(&state->inputs);
	release_history(&state->replies);
	free(state);
}

/* Quotes, backslashes and control characters are written longer than they are. */
size_t state_json_size(struct text t)
{
	size_t n = t.n + 2;
	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];
		n += c < 0x20 ? 5 : c == '"' || c == '\\' ? 1 : 0;
	}
	return n;
}

static size_t written_size(struct text name, struct text value)
{
	return state_json_size(name) + state_json_size(value) + 2;
}

static struct variable *find(const struct variables *vars, struct text name)
{
	for (size_t i = 0; i < vars->n; i++)
		if (text_equal(vars->v[i].name, name))
			return &vars->v[i];
	return NULL;
}

struct text state_get(const struct rs_state *state, enum scope scope, struct text name)
{
	const struct variable *v = find(&state->scopes[scope], name);
	return v ? v->value : TEXT_NONE;
}

static void drop(struct rs_state *state, struct variables *vars, struct variable *v)
{
	size_t at = (size_t)(v - vars->v);
	state->written -= written_size(v->name, v->value);
	free((char *)v->name.p);
	memmove(v, v + 1, (vars->n - at - 1) * sizeof *v);
	vars->n--;
}

/* Name and value in one piece of memory, the name first; p is NULL when there is none. */
static struct variable make_variable(struct text name, struct text value)
{
	char *p = malloc(name.n + value.n + 2);
	if (!p)
		return (struct variable){TEXT_NONE, TEXT_NONE};
	memcpy(p, name.p, name.n);
	p[name.n] = '\0';
	if (value.n)
		memcpy(p + name.n + 1, value.p, value.n);
	p[name.n + 1 + value.n] = '\0';
	return (struct variable){text_of(p, name.n), text_of(p + name.n + 1, value.n)};
}

bool state_set(struct rs_state *state, enum scope scope, struct text name, struct text value)
{
	struct variables *vars = &state->scopes[scope];
	struct variable *old = find(vars, name);
	if (name.n == 0)
		return false;
	if (!value.p) {
		if (old)
			drop(state, vars, old);
		return true;
	}
	size_t freed = old ? written_size(old->name, old->value) : 0;
	size_t written = state->written - freed + written_size(name, value);
	if (written > VARIABLES_MOST)
		return false;
	if (!old && !array_reserve(&vars->v, &vars->size, vars->n + 1, sizeof *vars->v))
		return false;
	struct variable made = make_variable(name, value);
	if (!made.name.p)
		return false;
	if (old)
		free((char *)old->name.p);
	else
		old = &vars->v[vars->n++];
	*old = made;
	state->written = written;
	return true;
}

/* The end of a text that is too long: a % line looks at how a reply ended. */
static struct text clip_start(struct text t, size_t limit)
{
	size_t skip = t.n > limit ? t.n - limit : 0;
	while (skip && skip < t.n && ((unsigned char)t.p[skip] & 0xc0) == 0x80)
		skip++;
	return chars_after(t, skip);
}

static void drop_last(struct history *history)
{
	free((char *)history->entries[--history->n].p);
}

void state_forget(struct history *history, unsigned keep)
{
	while (history->n > keep)
		drop_last(history);
}

bool state_remember(struct history *history, struct text entry, unsigned keep)
{
	if (keep > HISTORY_MOST)
		keep = HISTORY_MOST;
	while (history->n > 0 && history->n >= keep)
		drop_last(history);
	if (keep == 0)
		return true;
	entry = clip_start(entry, ENTRY_MOST);
	if (state_json_size(entry) > HISTORY_BYTES)
		entry = clip_start(entry, ENTRY_LEAST);
	char *p = malloc(entry.n + 1);
	if (!p)
		return false;
	if (entry.n)
		memcpy(p, entry.p, entry.n);
	p[entry.n] = '\0';
	memmove(history->entries + 1, history->entries, history->n * sizeof *history->entries);
	history->entries[0] = text_of(p, entry.n);
	history->n++;
	size_t written = 0;
	for (unsigned i = 0; i < history->n; i++) {
		written += state_json_size(history->entries[i]) + 1;
		if (i > 0 && written > HISTORY_BYTES)
			while (history->n > i)
				drop_last(history);
	}
	return true;
}

struct text rs_state_get(const struct rs_state *state, struct text name)
{
	return state_get(state, SCOPE_USER, name);
}

bool rs_state_set(struct rs_state *state, struct text name, struct text value)
{
	if (!text_is_utf8(name) || !text_is_utf8(value))
		return false;
	return state_set(state, SCOPE_USER, name, value);
}

void rs_state_each(const struct rs_state *state,
		   void (*each)(void *context, struct text name, struct text value), void *context)
{
	const struct variables *vars = &state->scopes[SCOPE_USER];
	for (size_t i = 0; i < vars->n; i++)
		each(context, vars->v[i].name, vars->v[i].value);
}

static bool copy_history(struct history *to, const struct history *from)
{
	for (unsigned i = from->n; i-- > 0;)
		if (!state_remember(to, from->entries[i], HISTORY_MOST))
			return false;
	return true;
}

struct rs_state *rs_state_copy(const struct rs_state *state)
{
	struct rs_state *copy = rs_state_new();
	bool done = copy != NULL;
	for (int scope = 0; done && scope < SCOPES; scope++) {
		const struct variables *vars = &state->scopes[scope];
		for (size_t i = 0; done && i < vars->n; i++)
			done = state_set(copy, (enum scope)scope, vars->v[i].name,
					 vars->v[i].value);
	}
	done = done && copy_history(&copy->inputs, &state->inputs) &&
	       copy_history(&copy->replies, &state->replies);
	if (done)
		return copy;
	rs_state_free(copy);
	return NULL;
}
