/* net.h: the process's sockets.
 *
 * Purpose    listens, accepts WebSockets on /chat (RFC 6455) and answers GETs over HTTP. The only place that
 *            knows libwebsockets. Forwards bytes, parses no message.
 * Ownership  a socket belongs to the net, from `opened` until `closed` returns.
 * Errors     net_open explains itself in `error`. A socket that fails is closed; `closed` tells.
 * Threads    loop thread only.
 */
#ifndef NET_NET_H
#define NET_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/text.h"
#include "loop/loop.h"

enum { SOCKET_HEADROOM = 16 /* bytes that socket_write overwrites in front of its text */ };

/* RFC 6455, section 7.4.1 */
enum close_code {
	CLOSE_GOING_AWAY = 1001,
	CLOSE_PROTOCOL_ERROR = 1002,
	CLOSE_POLICY = 1008,
	CLOSE_TOO_BIG = 1009,
	CLOSE_TRY_AGAIN_LATER = 1013
};

/* Why a WebSocket was refused. */
enum net_refusal {
	REFUSED_FULL,     /* as many are open as there may be */
	REFUSED_CROWDED,  /* the same of all peers: hung up on without a word */
	REFUSED_DRAINING,
	REFUSED_ORIGIN,
	REFUSED_REQUEST,  /* another path, another version */
	REFUSED_COUNT
};
extern const char *const net_refusal_names[REFUSED_COUNT];

struct net_stats {
	int64_t sockets; /* now */
	uint64_t refused[REFUSED_COUNT];
};

struct net;
struct socket;

struct http_answer {
	unsigned status;
	const char *content_type;
	struct buffer body;
};

struct net_options {
	struct loop *loop;
	const struct log *log;
	const char *host;
	uint16_t port;           /* 0: any free one */
	const char *tls_cert, *tls_key; /* PEM files, read again when they change; both NULL: no TLS */
	const char *origins;     /* allowed Origin values, separated by commas; NULL: all */
	size_t message_bytes;    /* most that one WebSocket message may have */
	int64_t max_sockets;     /* WebSockets at a time; more are refused with 503 */
	int64_t max_peers;       /* with plain HTTP, and those that have not spoken; more are hung up on */

	/* The session of a new socket, which the calls below get; NULL: there is no memory, close it. */
	void *(*opened)(void *ctx, struct socket *socket);
	/* A whole text message (`is_text`), or that a binary one came, which is not kept. */
	void (*received)(void *session, struct text message, bool is_text);
	/* What was written has left; asked for by socket_write's false or socket_want_write. */
	void (*writable)(void *session);
	void (*closed)(void *session);
	/* Fills the answer to GET or HEAD; false: there is no such path. */
	bool (*get)(void *ctx, struct text path, struct http_answer *answer);
	void *ctx;
};

struct net *net_open(const struct net_options *options, char *error, size_t error_size);
uint16_t net_port(const struct net *net);
const struct net_stats *net_stats(const struct net *net);
/* From now on WebSockets are refused with 503; HTTP goes on. */
void net_refuse_sockets(struct net *net);
void net_close(struct net *net);

/* Whether a write would leave now, rather than wait inside the library. */
bool socket_is_ready(const struct socket *socket);
/* Sends one text message of n bytes, which have SOCKET_HEADROOM bytes in front that are overwritten. */
void socket_write(struct socket *socket, char *text, size_t n);
/* `writable` comes as soon as the socket is ready. */
void socket_want_write(struct socket *socket);
/* Stops and resumes reading from the peer. */
void socket_pause(struct socket *socket, bool is_paused);
/* Closes it soon, with a close frame; nothing may be written any more. `closed` comes later. */
void socket_close(struct socket *socket, enum close_code code, const char *reason);

#endif
