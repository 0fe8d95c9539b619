/* redis_url.h: where Redis is.
 *
 * Purpose    reads redis://[[user]:password@]host[:port][/[number]], percent-encoded where it must be. The
 *            number of a database means nothing: messages between replicas belong to none.
 * Ownership  the struct has copies.
 * Errors     redis_url_read says in `why` what is wrong, never showing the password.
 * Threads    any.
 */
#ifndef FANOUT_REDIS_URL_H
#define FANOUT_REDIS_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redis_url {
	char host[256]; /* a name or an address; IPv6 without brackets */
	uint16_t port;
	char user[256];     /* empty: Redis' default user */
	char password[512]; /* empty: none is asked for */
};

bool redis_url_read(struct redis_url *url, const char *text, const char **why);

#endif
