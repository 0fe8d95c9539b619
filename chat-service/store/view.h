/* view.h: keeps the rows of the conversations up, behind those who append.
 *
 * Purpose    notes what was stored, one row a conversation, the newest wins; a thread of its own writes
 *            what was noted, VIEW_FLUSH_ROWS every VIEW_FLUSH_MS at most, so that an append does not
 *            pay for it. What could not be written is noted again.
 * Ownership  copies what it is told. view_close writes what is left, once, and frees.
 * Errors     view_open gives NULL without memory or threads. A note that does not fit any more is
 *            dropped, with a line in the log: its row is behind until the conversation's next entry.
 * Threads    loop thread only.
 */
#ifndef STORE_VIEW_H
#define STORE_VIEW_H

#include "store/threaded.h"

enum {
	VIEW_FLUSH_MS = 50,
	VIEW_FLUSH_ROWS = 10, /* at a time: many at once would hold up the appends; and no more than 200 a second */
	VIEW_NOTED_BYTES = 16 * 1024 * 1024, /* of rows that wait to be written */
};

struct view;

/* The backend and its ctx outlive it. */
struct view *view_open(struct loop *loop, const struct log *log, const struct backend *backend,
		       void *ctx);
void view_note(struct view *view, const struct entry *entry);
/* Blocks until the thread is done. NULL is allowed. */
void view_close(struct view *view);

#endif
