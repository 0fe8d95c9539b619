/* websocket.h: RFC 6455 as a client speaks it, on bytes alone.
 *
 * Purpose    masks what goes out, cuts what comes in into frames.
 * Ownership  a frame's payload points into the input.
 * Errors     WEBSOCKET_BROKEN: the server broke the protocol, the connection is of no more use.
 * Threads    any.
 */
#ifndef LOAD_WEBSOCKET_H
#define LOAD_WEBSOCKET_H

#include "base/buffer.h"
#include "base/text.h"

enum websocket_opcode {
	WEBSOCKET_CONTINUATION = 0,
	WEBSOCKET_TEXT = 1,
	WEBSOCKET_CLOSE = 8,
	WEBSOCKET_PING = 9,
	WEBSOCKET_PONG = 10
};

struct websocket_frame {
	bool is_last; /* of its message */
	unsigned opcode;
	struct text payload;
};

enum websocket_result { WEBSOCKET_FRAME, WEBSOCKET_MORE, WEBSOCKET_BROKEN };

/* The request that opens a connection; `protocol` may be NULL. */
void websocket_add_upgrade(struct buffer *out, const char *host, unsigned port, const char *path,
			   const char *protocol);
/* Takes the response off `in` when all of it is there (WEBSOCKET_FRAME). */
enum websocket_result websocket_take_upgrade(struct text *in);

void websocket_add_frame(struct buffer *out, enum websocket_opcode opcode, struct text payload,
			 uint32_t mask);
/* Takes one frame off `in`, or nothing. */
enum websocket_result websocket_take_frame(struct text *in, struct websocket_frame *frame);

#endif
