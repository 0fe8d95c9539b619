/* row.h: what lists show of a conversation.
 *
 * Purpose    one small record a conversation, which follows its log: made of the newest entry alone, but for
 *            the visitor's name, which an entry without a word of the visitor leaves as it was.
 * Ownership  row_copy gives one allocation that holds the row and its texts: free() it.
 * Errors     NULL when memory runs out.
 * Threads    any.
 */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include "store/entry.h"

enum { ROW_PREVIEW_MAX = 120 }; /* bytes */

struct store_row {
	struct text conversation;
	uint64_t n;          /* the last number of the log that it has seen */
	enum state state;    /* STATE_COUNT: what the store holds is no row */
	struct text agent;   /* who has it, in STATE_LIVE; else empty */
	int64_t since_ms;    /* Unix time of the escalation; 0 with the bot */
	int64_t at_ms;       /* Unix time of the newest entry */
	struct text name;    /* of the visitor as shown: newest that is known; may be empty */
	struct text preview; /* the newest message's text, clipped */
};

/* The row that an entry leaves; its texts are the entry's. */
struct store_row row_after(const struct entry *entry);

struct store_row *row_copy(const struct store_row *row);
/* Bytes that a copy takes in memory. */
size_t row_size(const struct store_row *row);

#endif
