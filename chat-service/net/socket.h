/* socket.h: a WebSocket from inside the net. See net.h. */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include <libwebsockets.h>

#include "net/net.h"

struct socket {
	struct lws *wsi;
	const struct net_options *options;
	void *session;
	struct buffer message;    /* what came of a fragmented message so far */
	bool is_skipping;         /* the rest of a binary message */
	bool is_closing;
	bool has_left;            /* the peer's close frame came */
	enum close_code code;
	const char *reason;       /* a literal */
};

/* Each gives what the callback returns to the library: not 0 closes the connection. */
int socket_opened(struct socket *socket, struct lws *wsi, const struct net_options *options);
int socket_received(struct socket *socket, const char *bytes, size_t n);
int socket_writable(struct socket *socket);
int socket_peer_closes(struct socket *socket, const unsigned char *payload, size_t n);
void socket_closed(struct socket *socket);

#endif
