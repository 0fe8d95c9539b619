/* wire.h: many WebSocket connections on one epoll loop.
 *
 * Purpose    connects, upgrades, hands over what the server says line by line, and sends what was
 *            put together during a turn of the loop in one write for each connection.
 * Ownership  connections belong to the caller, in memory that does not move, until they are closed.
 * Errors     a connection that breaks is closed, and `closed` says why, once; no call on it fails.
 * Threads    one.
 */
#ifndef LOAD_WIRE_H
#define LOAD_WIRE_H

#include "base/buffer.h"
#include "base/text.h"

struct wire;
struct connection;

struct wire_options {
	const char *address;         /* the server's, IPv4 */
	const char *path, *protocol; /* of the upgrade; no protocol: NULL */
	unsigned sources; /* so many local addresses, from 127.0.0.1; 0: the system chooses */
	bool joins_lines; /* what a turn sends on a connection goes in one message, one object a
			     line */
	void (*opened)(struct connection *c);
	void (*line)(struct connection *c, struct text line); /* one JSON object */
	void (*closed)(struct connection *c,
		       const char *why); /* by the server, never by connection_close */
};

enum connection_phase {
	CONNECTION_CLOSED,
	CONNECTION_CONNECTING,
	CONNECTION_UPGRADING,
	CONNECTION_OPEN
};

struct connection {
	enum connection_phase phase;
	int fd;
	unsigned port; /* the server's */
	struct wire *wire;
	void *owner;             /* the caller's */
	struct buffer in;        /* part of a frame */
	struct buffer fragments; /* of a message */
	struct buffer lines;     /* not framed yet (joins_lines) */
	struct buffer out;       /* framed, from out_done on not sent */
	size_t out_done;
	bool waits_to_write, is_dirty;
	struct connection *next_dirty;
};

struct wire *wire_new(const struct wire_options *options); /* NULL: errno says why */
void wire_free(struct wire *wire);                         /* close the connections first */

/* Begins to connect; `opened` or `closed` follows. Not to be called from inside a callback. */
void connection_open(struct wire *wire, struct connection *c, void *owner, unsigned port);
void connection_send(struct connection *c, struct text line);
/* Without a goodbye; releases all that it holds. */
void connection_close(struct connection *c);

/* Sends what waits, sleeps until something happens or the time `until_ns` comes, handles it. */
void wire_turn(struct wire *wire, int64_t until_ns);

#endif
