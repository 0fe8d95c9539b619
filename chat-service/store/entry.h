/* entry.h: what one turn appended to a conversation.
 *
 * Purpose    the record that is stored whole or not at all, and is shown to readers.
 * Shape      messages first, first + 1, ... first + n - 1 of one conversation, all of one time, and
 *            where the conversation stands after them. At least one message.
 * Ownership  immutable once made, counted by reference; one allocation holds it and all its texts.
 * Errors     entry_make gives NULL when memory runs out.
 * Threads    entry_ref and entry_unref on the loop thread only; any thread may read one that is lent to it.
 */
#ifndef STORE_ENTRY_H
#define STORE_ENTRY_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum {
	ENTRY_MESSAGES_MAX = 256,
	ENTRY_BYTES_MAX = 1024 * 1024, /* of one entry's texts, unless it holds a single turn */
	CLIENT_ID_MAX = 64             /* bytes */
};

enum role { ROLE_USER, ROLE_BOT, ROLE_AGENT, ROLE_SYSTEM, ROLE_COUNT };

/* The wire's and the stores' word: "user", "bot", "agent", "system". */
const char *role_name(enum role role);
/* ROLE_COUNT when it is none of them. */
enum role role_of_name(struct text name);

enum state { STATE_BOT, STATE_ESCALATED, STATE_LIVE, STATE_COUNT };

const char *state_name(enum state state);
enum state state_of_name(struct text name);

struct message {
	enum role role;
	struct text from; /* name as shown, UTF-8 */
	struct text text; /* UTF-8 */
	struct text id;   /* the client's own, 1 to CLIENT_ID_MAX bytes; empty: it has none */
};

/* Where a conversation stands. All zero is a conversation that has not begun. */
struct standing {
	enum state state;
	struct text agent;  /* who has it, in STATE_LIVE; else empty */
	int64_t since_ms;   /* Unix time of the escalation; 0 with the bot */
	struct text bot;    /* what the bot knows of the visitor: JSON as the bot library writes it; may be empty */
};

struct entry {
	unsigned refs;
	struct text conversation; /* its id: the normal form of the name */
	uint64_t first;           /* number of the first message, from 1 */
	int64_t at_ms;            /* Unix time */
	struct standing after;
	size_t n;
	struct message messages[];
};

/* Copies everything it is given; the caller has the one reference. */
struct entry *entry_make(struct text conversation, uint64_t first, int64_t at_ms,
			 const struct standing *after, const struct message *messages, size_t n);
struct entry *entry_ref(struct entry *entry);
void entry_unref(struct entry *entry); /* NULL is allowed */

static inline uint64_t entry_last(const struct entry *entry)
{
	return entry->first + entry->n - 1;
}

/* Whether all that is stored of them is the same. */
bool entry_equal(const struct entry *a, const struct entry *b);

/* Bytes that it takes in memory. */
size_t entry_size(const struct entry *entry);

#endif
