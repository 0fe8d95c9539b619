/* reader.h: one connection that reads one conversation.
 *
 * The only rule: `seen` is the number that the connection has got to; what it gets next begins at seen + 1.
 * An entry that goes on from there is shown at once; whoever is behind is brought up from memory or from
 * the store, at the connection's own pace, and joins the live ones when nothing is left:
 *
 *     open ──> LOADING ──> PAGING (history) ──> LIVE <──> BEHIND (a gap, or a slow connection)
 *
 * Purpose    history first, then every entry, once, in order, without a gap.
 * Ownership  the reader belongs to the fan-out from reader_open until reader_close; its owner is only
 *            called back in between. Frames are lent.
 * Errors     `failed` tells that history could not be read; the reader is closed by then.
 * Threads    loop thread only.
 */
#ifndef FANOUT_READER_H
#define FANOUT_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "conversation/conversation.h"
#include "protocol/event.h"

struct reader;

/* What the connection must offer. */
struct reader_owner {
	void (*show)(void *owner, struct frame *frame);
	/* Whether it has so much to send already that catching up should wait for reader_resume. */
	bool (*is_full)(void *owner);
	void (*failed)(void *owner, enum err err);
};

struct reader_options {
	struct conversation *conversation; /* the reader refers to it */
	const struct reader_owner *calls;
	void *owner;
	bool has_after;   /* resume behind number `after`; else the newest `limit` messages */
	uint64_t after;
	size_t limit;     /* messages a page, at least 1 */
};

/* NULL when memory ran out. Nothing is shown before the first reader_resume. */
struct reader *reader_open(const struct reader_options *options);
void reader_close(struct reader *reader); /* NULL is allowed; not inside of `show` */
/* The connection has room (again). Calls back from inside. */
void reader_resume(struct reader *reader);
/* Message `seq` is the connection's own and was acknowledged to it just now: it is not shown again, unless
 * in a page of history. Comes before the entry is shown. */
void reader_acknowledged(struct reader *reader, uint64_t seq);
struct conversation *reader_conversation(const struct reader *reader);

#endif
