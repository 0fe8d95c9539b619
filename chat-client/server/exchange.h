/* exchange.h: requests and responses on one connection.
 *
 * Purpose    the libwebsockets callback that takes a request off the wire, asks the site, and sends
 *            what it says, in pieces as the peer takes them. Parses nothing itself.
 * Ownership  lws keeps a struct exchange for each connection; a body is the site's and is not
 * copied. Errors     what a peer does wrong costs only its connection. Threads    one, that of the
 * lws context.
 */
#ifndef CHAT_CLIENT_EXCHANGE_H
#define CHAT_CLIENT_EXCHANGE_H

#include <libwebsockets.h>

#include "base/log.h"
#include "base/text.h"
#include "chat-client/server/site.h"

enum { EXCHANGE_PIECE = 16 * 1024 }; /* bytes sent at once */

/* What all exchanges share: the `user` of their protocol. */
struct exchange_parts {
	const struct site *site;
	const struct log *log;
};

struct exchange {
	struct text rest; /* of the body, still to be sent */
};

int exchange_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		      size_t n);

#endif
