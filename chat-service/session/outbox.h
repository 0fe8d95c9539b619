/* outbox.h: what one connection has still to send.
 *
 * Purpose    gathers the frames of one turn of the loop and sends them together: several frames, one a
 *            line, in one message and one write.
 * Ownership  refers to its frames until they are sent.
 * Errors     outbox_add says false when the limit or memory is passed; the connection is to be closed.
 * Threads    loop thread only.
 */
#ifndef SESSION_OUTBOX_H
#define SESSION_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "net/net.h"
#include "protocol/event.h"

enum {
	OUTBOX_FULL = 256 * 1024,        /* from here on nothing more is read for the connection */
	OUTBOX_LIMIT = 2 * 1024 * 1024,  /* beyond this it is closed as too slow */
	OUTBOX_WRITE = 64 * 1024         /* joined in one message, if more than one frame */
};

/* All zero is empty. */
struct outbox {
	struct frame **frames;
	size_t n, size;
	size_t bytes;
};

void outbox_release(struct outbox *outbox);
bool outbox_add(struct outbox *outbox, struct frame *frame);
static inline bool outbox_is_full(const struct outbox *outbox)
{
	return outbox->bytes >= OUTBOX_FULL;
}
/* Sends as much as leaves now; `scratch` is for joining. True: all of it. */
bool outbox_flush(struct outbox *outbox, struct socket *socket, struct buffer *scratch);

#endif
