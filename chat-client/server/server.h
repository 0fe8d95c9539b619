/* server.h: the site on a port.
 *
 * Purpose    the only libwebsockets callbacks of this process: takes requests off the wire, asks
 * the site, sends what it says. Parses nothing itself. Ownership  the server borrows the site and
 * the log until server_free. Errors     server_new gives NULL and one line. What a peer does wrong
 * costs only its connection. Threads    one. server_new blocks SIGTERM and SIGINT and takes them on
 * the loop.
 */
#ifndef CHAT_CLIENT_SERVER_H
#define CHAT_CLIENT_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "chat-client/server/site.h"

struct server_options {
	const char *host; /* LISTEN_HOST */
	int64_t port;     /* PORT; 0: any free one */
	const char *tls_cert, *tls_key; /* PEM files, read again when they change; both NULL: no TLS */
	const struct site *site;
	const struct log *log;
};

struct server;

struct server *server_new(const struct server_options *options, char *error, size_t error_size);
void server_free(struct server *server);

/* The port it listens on. */
int server_port(const struct server *server);

/* Serves until SIGTERM or SIGINT. */
void server_run(struct server *server);

#endif
