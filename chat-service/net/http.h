/* http.h: GETs over plain HTTP, from inside the net. See net.h. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <libwebsockets.h>
#include <stdbool.h>

#include "net/net.h"

struct http_exchange {
	struct http_answer answer;
	bool is_head;
};

/* Each gives what the callback returns to the library: not 0 closes the connection. */
int http_request(struct http_exchange *exchange, struct lws *wsi, const struct net_options *options,
		 const char *path, size_t n);
int http_writable(struct http_exchange *exchange, struct lws *wsi);
void http_closed(struct http_exchange *exchange);

/* Answers a request with a status and nothing more; false: the connection is to be closed. */
bool http_refuse(struct lws *wsi, unsigned status);
/* Whether the list, separated by commas, holds the origin. */
bool http_origin_is_listed(const char *list, const char *origin);

#endif
