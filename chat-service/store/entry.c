#include "store/entry.h"

#include <assert.h>
#include <stdlib.h>

static const char *const role_names[ROLE_COUNT] = {
	[ROLE_USER] = "user",
	[ROLE_BOT] = "bot",
	[ROLE_AGENT] = "agent",
	[ROLE_SYSTEM] = "system",
};

static const char *const state_names[STATE_COUNT] = {
	[STATE_BOT] = "bot",
	[STATE_ESCALATED] = "escalated",
	[STATE_LIVE] = "live",
};

const char *role_name(enum role role)
{
	assert(role < ROLE_COUNT);
	return role_names[role];
}

enum role role_of_name(struct text name)
{
	enum role role = 0;

	while (role < ROLE_COUNT && !text_equal(name, text_of_string(role_names[role])))
		role++;
	return role;
}

const char *state_name(enum state state)
{
	assert(state < STATE_COUNT);
	return state_names[state];
}

enum state state_of_name(struct text name)
{
	enum state state = 0;

	while (state < STATE_COUNT && !text_equal(name, text_of_string(state_names[state])))
		state++;
	return state;
}

static size_t texts_size(struct text conversation, const struct standing *after,
			 const struct message *messages, size_t n)
{
	size_t size = conversation.n + after->agent.n + after->bot.n;

	for (size_t i = 0; i < n; i++)
		size += messages[i].from.n + messages[i].text.n + messages[i].id.n;
	return size;
}

struct entry *entry_make(struct text conversation, uint64_t first, int64_t at_ms,
			 const struct standing *after, const struct message *messages, size_t n)
{
	size_t size = texts_size(conversation, after, messages, n);
	struct entry *entry;
	char *at;

	assert(n > 0 && first > 0);
	entry = malloc(sizeof(*entry) + n * sizeof(entry->messages[0]) + size);
	if (!entry)
		return NULL;
	at = (char *)&entry->messages[n];
	entry->refs = 1;
	entry->conversation = text_put(&at, conversation);
	entry->first = first;
	entry->at_ms = at_ms;
	entry->after = *after;
	entry->after.agent = text_put(&at, after->agent);
	entry->after.bot = text_put(&at, after->bot);
	entry->n = n;
	for (size_t i = 0; i < n; i++) {
		entry->messages[i].role = messages[i].role;
		entry->messages[i].from = text_put(&at, messages[i].from);
		entry->messages[i].text = text_put(&at, messages[i].text);
		entry->messages[i].id = text_put(&at, messages[i].id);
	}
	return entry;
}

struct entry *entry_ref(struct entry *entry)
{
	entry->refs++;
	return entry;
}

void entry_unref(struct entry *entry)
{
	if (entry && --entry->refs == 0)
		free(entry);
}

static bool message_equal(const struct message *a, const struct message *b)
{
	return a->role == b->role && text_equal(a->from, b->from) && text_equal(a->text, b->text) &&
	       text_equal(a->id, b->id);
}

bool entry_equal(const struct entry *a, const struct entry *b)
{
	const struct standing *x = &a->after, *y = &b->after;
	bool is_equal = text_equal(a->conversation, b->conversation) && a->first == b->first &&
			a->at_ms == b->at_ms && a->n == b->n && x->state == y->state &&
			text_equal(x->agent, y->agent) && x->since_ms == y->since_ms &&
			text_equal(x->bot, y->bot);

	for (size_t i = 0; is_equal && i < a->n; i++)
		is_equal = message_equal(&a->messages[i], &b->messages[i]);
	return is_equal;
}

size_t entry_size(const struct entry *entry)
{
	return sizeof(*entry) + entry->n * sizeof(entry->messages[0]) +
	       texts_size(entry->conversation, &entry->after, entry->messages, entry->n);
}
