#include "conversation/conversation.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "conversation/tail.h"
#include "conversation/writer.h"

enum {
	LOAD_MESSAGES = 50, /* an ordinary page of history: opening needs no second read */
	RIVAL_MS = 100      /* so long after another replica's entry there may be more */
};

struct conversations {
	struct conversations_options options;
	struct conversation_stats stats;
	struct conversation *table;
	struct writers *writers;
};

struct conversation {
	UT_hash_handle hh;
	struct conversations *all;
	unsigned refs;
	bool is_loaded : 1, is_loading : 1;
	bool is_followed : 1;          /* what others append is told of */
	bool is_waiting_to_follow : 1; /* before it is loaded */
	bool is_behind : 1;            /* the store may have more than `last` */
	uint64_t last;
	int64_t rival_ms; /* loop time of another replica's newest entry; 0: there was none */
	struct tail tail; /* ends with entry `last`, when the log has any */
	struct rs_state *memory; /* of the bot after it; NULL: not in memory */
	struct load_waiter *waiters;
	struct writer *writer; /* NULL: no turn waits */
	void *readers;
	char id[]; /* hh.keylen bytes */
};

static const struct standing new_standing;

struct conversations *conversations_new(const struct conversations_options *options)
{
	struct conversations *all = calloc(1, sizeof(*all));

	if (!all)
		return NULL;
	all->options = *options;
	all->writers = writers_new(all);
	if (!all->writers) {
		free(all);
		return NULL;
	}
	return all;
}

static void conversation_free(struct conversation *c)
{
	const struct conversations_options *options = &c->all->options;

	HASH_DEL(c->all->table, c);
	c->all->stats.open--;
	if (c->is_followed)
		options->unfollow(options->ctx, conversation_id(c));
	tail_release(&c->tail);
	bot_memory_free(c->memory);
	free(c);
}

const struct conversations_options *conversations_options(const struct conversations *all)
{
	return &all->options;
}

struct conversation_stats *conversations_stats(struct conversations *all)
{
	return &all->stats;
}

struct conversation *conversations_find(struct conversations *all, struct text id)
{
	struct conversation *c;

	HASH_FIND(hh, all->table, id.p, id.n, c);
	return c;
}

struct conversation *conversation_get(struct conversations *all, struct text id)
{
	struct conversation *c = conversations_find(all, id);

	if (c)
		return conversation_ref(c);
	c = calloc(1, sizeof(*c) + id.n);
	if (!c)
		return NULL;
	c->all = all;
	c->refs = 1;
	memcpy(c->id, id.p, id.n);
	HASH_ADD_KEYPTR(hh, all->table, c->id, id.n, c);
	all->stats.open++;
	return c;
}

struct conversation **conversations_list(struct conversations *all, size_t *n)
{
	struct conversation **list = NULL;

	*n = 0;
	if (all->table)
		list = malloc(HASH_COUNT(all->table) * sizeof(struct conversation *));
	for (struct conversation *c = list ? all->table : NULL; c; c = c->hh.next)
		if (c->is_loaded)
			list[(*n)++] = conversation_ref(c);
	return list;
}

struct conversation *conversation_ref(struct conversation *c)
{
	c->refs++;
	return c;
}

void conversation_unref(struct conversation *c)
{
	if (c && --c->refs == 0)
		conversation_free(c);
}

struct text conversation_id(const struct conversation *c)
{
	return text_of(c->id, c->hh.keylen);
}

struct conversations *conversation_all(const struct conversation *c)
{
	return c->all;
}

void **conversation_readers(struct conversation *c)
{
	return &c->readers;
}

bool conversation_is_loaded(const struct conversation *c)
{
	return c->is_loaded;
}

static void remember(struct conversation *c, struct entry *const *entries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!tail_add(&c->tail, entries[i])) {
			tail_release(&c->tail);
			return;
		}
	c->last = n > 0 ? entry_last(entries[n - 1]) : 0;
	c->is_loaded = true;
	/* Whoever escalated it may have died before the view knew. */
	if (n > 0 && entries[n - 1]->after.state != STATE_BOT)
		store_follow(c->all->options.store, entries[n - 1]);
}

static void loaded(void *ctx, bool is_available, struct entry *const *entries, size_t n)
{
	struct conversation *c = ctx;
	struct load_waiter *waiter;

	c->is_loading = false;
	/* A writer may have gone on meanwhile; then memory is ahead of what was read. */
	if (is_available && !c->is_loaded)
		remember(c, entries, n);
	while ((waiter = c->waiters)) {
		c->waiters = waiter->next;
		waiter->done(waiter, c->is_loaded);
	}
	if (c->is_loaded && c->is_behind)
		writer_wake(c->all->writers, c, &c->writer);
	conversation_unref(c);
}

static bool read_end(struct conversation *c)
{
	struct store_range range = {.conversation = conversation_id(c),
				    .limit = LOAD_MESSAGES,
				    .newest_first = true};

	return store_read(c->all->options.store, &range, loaded, c);
}

/* Others' entries have to be heard of before the end is read, or one could fall in between. */
static bool start_loading(struct conversation *c)
{
	const struct conversations_options *options = &c->all->options;

	if (options->follow && !c->is_followed) {
		c->is_followed = true;
		c->is_waiting_to_follow = !options->follow(options->ctx, conversation_id(c));
		if (c->is_waiting_to_follow)
			return true; /* conversations_followed */
	}
	return read_end(c);
}

bool conversation_load(struct conversation *c, struct load_waiter *waiter)
{
	if (!c->is_loading) {
		if (!start_loading(c))
			return false;
		c->is_loading = true;
		conversation_ref(c);
	}
	waiter->next = c->waiters;
	c->waiters = waiter;
	return true;
}

void conversations_followed(struct conversations *all, struct text id)
{
	struct conversation *c = conversations_find(all, id);

	if (!c || !c->is_waiting_to_follow)
		return;
	c->is_waiting_to_follow = false;
	if (!read_end(c))
		loaded(c, false, NULL, 0);
}

void conversation_load_cancel(struct conversation *c, struct load_waiter *waiter)
{
	for (struct load_waiter **at = &c->waiters; *at; at = &(*at)->next)
		if (*at == waiter) {
			*at = waiter->next;
			return;
		}
}

uint64_t conversation_last(const struct conversation *c)
{
	return c->last;
}

struct entry *conversation_newest(const struct conversation *c)
{
	return tail_newest(&c->tail);
}

const struct standing *conversation_standing(const struct conversation *c)
{
	const struct entry *newest = tail_newest(&c->tail);

	return newest ? &newest->after : &new_standing;
}

bool conversation_recent(const struct conversation *c, uint64_t after,
			 struct entry *const **entries, size_t *n)
{
	*entries = NULL;
	*n = 0;
	return after >= c->last || tail_since(&c->tail, after + 1, entries, n);
}

bool conversation_add(struct conversation *c, const struct turn_request *request)
{
	return writer_add(c->all->writers, c, &c->writer, request);
}

/* The relay, which would have told, has gone. */
static void give_up_following(struct conversations *all)
{
	for (struct conversation *c = all->table, *next; c; c = next) {
		next = c->hh.next;
		if (!c->is_waiting_to_follow)
			continue;
		c->is_waiting_to_follow = false;
		loaded(c, false, NULL, 0);
	}
}

void conversations_free(struct conversations *all)
{
	if (!all)
		return;
	give_up_following(all);
	writers_free(all->writers);
	assert(!all->table);
	free(all);
}

/* ---- the log goes on ---- */

void conversation_apply(struct conversation *c, struct entry *entry, bool is_ours)
{
	enum state before = conversation_standing(c)->state;
	bool state_changed = entry->after.state != before;

	assert(entry->first == c->last + 1);
	conversation_keep_memory(c, NULL);
	if (!tail_add(&c->tail, entry)) {
		/* Without memory for the newest entry nothing may be decided here: read it again. */
		tail_release(&c->tail);
		c->is_loaded = false;
	}
	c->last = entry_last(entry);
	if (!is_ours)
		c->rival_ms = loop_now_ms(c->all->options.loop);
	c->all->options.shown(c->all->options.ctx, c, entry, state_changed, is_ours);
}

void conversations_heard(struct conversations *all, struct entry *entry)
{
	struct conversation *c = conversations_find(all, entry->conversation);

	if (!c || (c->is_loaded && entry_last(entry) <= c->last))
		return;
	if (!c->is_loaded || entry->first != c->last + 1) {
		conversation_missed(c);
		return;
	}
	conversation_ref(c);
	if (c->writer)
		writer_heard(c->writer, entry);
	conversation_apply(c, entry, false);
	conversation_unref(c);
}

void conversation_missed(struct conversation *c)
{
	c->is_behind = true;
	if (c->is_loaded)
		writer_wake(c->all->writers, c, &c->writer);
}

void conversation_mistrust(struct conversation *c)
{
	log_error(c->all->options.log, "conversation_disagrees",
		  LOG_TEXT_FIELD("conversation", conversation_id(c)),
		  LOG_STRING("why", "another replica told of an entry that the store does not have"));
	tail_release(&c->tail);
	conversation_keep_memory(c, NULL);
	c->is_loaded = false;
}

bool conversation_is_behind(const struct conversation *c)
{
	return c->is_behind;
}

void conversation_set_behind(struct conversation *c, bool is_behind)
{
	c->is_behind = is_behind;
}

bool conversation_has_rivals(const struct conversation *c)
{
	return c->rival_ms && loop_now_ms(c->all->options.loop) - c->rival_ms < RIVAL_MS;
}

struct rs_state *conversation_take_memory(struct conversation *c)
{
	struct rs_state *memory = c->memory;

	c->memory = NULL;
	return memory;
}

void conversation_keep_memory(struct conversation *c, struct rs_state *memory)
{
	bot_memory_free(c->memory);
	c->memory = memory;
}
