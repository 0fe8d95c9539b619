/* stream.h: everything in a store, one after the other.
 *
 * Purpose    entries (or rows of the view) in their order, a page at a time. A store that
 *            is away is asked again for a while.
 * Ownership  lives inside its user; what it gives is lent until the stream is stepped.
 * Errors     has_failed: the store stayed away.
 * Threads    loop thread; `ready` is never called inside a call.
 */
#ifndef UPKEEP_STREAM_H
#define UPKEEP_STREAM_H

#include "base/buffer.h"
#include "store/store.h"

enum {
	STREAM_PAGE = 1000,  /* entries or rows */
	STREAM_TRIES = 5,    /* each waits for the store's timeout */
	STREAM_RETRY_MS = 500
};

struct stream {
	struct store *store;
	void (*ready)(void *ctx); /* there is something new to look at: an item, the end, a failure */
	void *ctx;
	struct timer retry;
	int tries;
	bool is_asking, is_at_end, has_failed;
};

struct entry_stream {
	struct stream stream;
	struct store_scanned *items;
	size_t n, at;
	struct buffer next;
	bool has_asked; /* `next` is from a page */
};

struct row_stream {
	struct stream stream;
	struct store_row **rows;
	size_t n, at;
	struct buffer next; /* the last row's conversation */
	bool has_asked;
};

void entry_stream_open(struct entry_stream *s, struct loop *loop, struct store *store,
		       void (*ready)(void *ctx), void *ctx);
/* Not while the store still works for it (stream.is_asking). */
void entry_stream_close(struct entry_stream *s);
/* NULL: at the end, or `ready` will tell. */
const struct store_scanned *entry_stream_peek(struct entry_stream *s);
void entry_stream_step(struct entry_stream *s);

void row_stream_open(struct row_stream *s, struct loop *loop, struct store *store,
		     void (*ready)(void *ctx), void *ctx);
void row_stream_close(struct row_stream *s);
const struct store_row *row_stream_peek(struct row_stream *s);
void row_stream_step(struct row_stream *s);

#endif
