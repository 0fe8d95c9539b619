/* site.h: what the server answers.
 *
 * Purpose    decides a response from a request: the web client's files, /config.json, /healthz,
 *            /version, and nothing else. Pure: no sockets here.
 * Ownership  the site owns all that its responses point to; they are good until site_free.
 * Errors     site_new gives NULL and one line; a request always has a response.
 * Threads    any number once made.
 */
#ifndef CHAT_CLIENT_SITE_H
#define CHAT_CLIENT_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "chat-client/server/negotiation.h"
#include "chat-client/server/service_address.h"

enum method { METHOD_GET, METHOD_HEAD, METHOD_OTHER };

struct request {
	enum method method;
	struct text path;                           /* decoded, without the query */
	struct text accept_encoding, if_none_match; /* empty: not sent */
};

struct response {
	int status;
	const char *type;  /* Content-Type; NULL: none */
	const char *cache; /* Cache-Control */
	const char *etag;  /* NULL: none */
	const char *allow; /* NULL: none */
	enum encoding encoding;
	bool varies; /* by Accept-Encoding */
	struct text body;
	bool is_body_sent; /* false for HEAD and 304 */
};

struct site;

struct site *site_new(const char *web_root, const struct service_address *address, char *error,
		      size_t error_size);
void site_free(struct site *site);

struct response site_answer(const struct site *site, const struct request *request);

/* The Content-Security-Policy of every page. */
const char *site_policy(const struct site *site);

/* How many files it serves, and the bytes that they and their siblings take. */
size_t site_files(const struct site *site);
size_t site_bytes(const struct site *site);

#endif
