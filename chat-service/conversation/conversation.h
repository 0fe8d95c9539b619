/* conversation.h: a log of entries, as this process knows it.
 *
 * Purpose    opens conversations, keeps the newest part of each in memory, takes turns and says what was
 *            stored. What is in memory only follows the store; the store decides (see writer.h).
 * Ownership  a conversation lives while somebody refers to it; entries are lent (entry_ref to keep one).
 * Errors     NULL or ERR_UNAVAILABLE when memory runs out or the store is away.
 * Threads    loop thread only.
 */
#ifndef CONVERSATION_CONVERSATION_H
#define CONVERSATION_CONVERSATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "conversation/bot.h"
#include "conversation/turn.h"
#include "loop/loop.h"
#include "store/store.h"

struct conversation;
struct conversations; /* all that are open here */

struct conversations_options {
	struct loop *loop;
	const struct log *log;
	struct store *store;
	struct bot *bot; /* NULL: nobody answers */
	/* An entry joined the log; those whose turns are in it have been answered. `is_ours`: this process
	 * appended it, others may not know of it. */
	void (*shown)(void *ctx, struct conversation *conversation, struct entry *entry,
		      bool state_changed, bool is_ours);
	/* Asks to hear of what other replicas append (conversations_heard). False: conversations_followed
	 * tells from when on. NULL: nobody else appends, or nobody tells. */
	bool (*follow)(void *ctx, struct text conversation);
	void (*unfollow)(void *ctx, struct text conversation);
	void *ctx;
};

struct conversation_stats {
	uint64_t entries_stored, messages_stored;
	uint64_t conflicts; /* appends that another was first with */
	uint64_t failures;  /* appends whose outcome was unknown */
	uint64_t missed;    /* times that a log turned out to have gone on unheard */
	uint64_t open;      /* conversations in memory */
	uint64_t messages_shown; /* to readers, live; counted by the fan-out */
};

struct conversations *conversations_new(const struct conversations_options *options);
/* Turns that still wait are answered ERR_UNAVAILABLE. The store is closed by then. */
void conversations_free(struct conversations *all);
const struct conversations_options *conversations_options(const struct conversations *all);
struct conversation_stats *conversations_stats(struct conversations *all);

/* From other replicas. */
void conversations_followed(struct conversations *all, struct text id);
void conversations_heard(struct conversations *all, struct entry *entry);

/* All that are loaded, each referred to; NULL: none, or no memory. The caller frees the list. */
struct conversation **conversations_list(struct conversations *all, size_t *n);

/* Opens it where it is not open yet, and refers to it. */
struct conversation *conversation_get(struct conversations *all, struct text id);
/* Where it is open; NULL: it is not. Does not refer to it. */
struct conversation *conversations_find(struct conversations *all, struct text id);
struct conversation *conversation_ref(struct conversation *c);
void conversation_unref(struct conversation *c);

struct text conversation_id(const struct conversation *c);
struct conversations *conversation_all(const struct conversation *c);
/* A place where the fan-out keeps its readers of this conversation. */
void **conversation_readers(struct conversation *c);

/* The end of the log has been read; before that the functions below know of nothing. */
bool conversation_is_loaded(const struct conversation *c);
/* Reads it; calls back once, later. False (the store's queue is full): never. Cancel before the waiter goes. */
struct load_waiter {
	struct load_waiter *next;
	void (*done)(struct load_waiter *waiter, bool is_loaded);
};
bool conversation_load(struct conversation *c, struct load_waiter *waiter);
void conversation_load_cancel(struct conversation *c, struct load_waiter *waiter);

uint64_t conversation_last(const struct conversation *c); /* 0: it has not begun */
struct entry *conversation_newest(const struct conversation *c); /* NULL: it has not begun */
const struct standing *conversation_standing(const struct conversation *c);

/* The entries in memory that hold the messages after + 1 to the last; false: memory does not reach back so
 * far. Lent until the loop goes on. */
bool conversation_recent(const struct conversation *c, uint64_t after,
			 struct entry *const **entries, size_t *n);

/* Takes a turn; false (and no answer) when memory ran out. */
bool conversation_add(struct conversation *c, const struct turn_request *request);

/* The store may have more than is known here: it is read. */
void conversation_missed(struct conversation *c);

/* For the writer: the entry is in the store, right after the last one known. */
void conversation_apply(struct conversation *c, struct entry *entry, bool is_ours);
/* For the writer: whether to read before the next decision. */
bool conversation_is_behind(const struct conversation *c);
void conversation_set_behind(struct conversation *c, bool is_behind);
/* For the writer: other replicas append to it these days. */
bool conversation_has_rivals(const struct conversation *c);
/* For the writer: what is in memory is not what the store has; it is read again. */
void conversation_mistrust(struct conversation *c);
/* For the writer: what the bot remembers after the last entry. Taking gives it away (NULL: it is not in
 * memory), keeping takes it over. */
struct rs_state *conversation_take_memory(struct conversation *c);
void conversation_keep_memory(struct conversation *c, struct rs_state *memory);

#endif
