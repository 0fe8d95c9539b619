/* redis_link.h: the two connections to Redis, one to publish and one to listen, as one thing.
 *
 * Purpose    looks the host up, connects, authenticates; what fails on one of them ends both.
 * Ownership  the link owns the library's contexts.
 * Errors     `lost` says why, once for each redis_link_open, never inside of it.
 * Threads    loop thread only; the lookup has a thread.
 */
#ifndef FANOUT_REDIS_LINK_H
#define FANOUT_REDIS_LINK_H

#include <hiredis/async.h>
#include <stdbool.h>

#include "fanout/redis/redis_url.h"
#include "loop/loop.h"
#include "loop/workers.h"

struct lookup {
	struct job job;
	struct redis_link *link;
	char address[64]; /* empty: none was found */
	char why[128];
};

struct redis_link {
	struct loop *loop;
	struct redis_url url;
	struct workers *resolver;
	struct lookup lookup;
	bool is_looking_up, is_wanted;
	unsigned connected; /* of both */
	redisAsyncContext *publisher, *listener; /* NULL: not open */
	void (*opened)(struct redis_link *link);
	void (*lost)(struct redis_link *link, const char *why);
};

/* With url, opened and lost set. False: no memory or thread. */
bool redis_link_init(struct redis_link *link, struct loop *loop);
void redis_link_release(struct redis_link *link);

void redis_link_open(struct redis_link *link);
/* As much of what is to be published as Redis takes right now, when the loop turns no more. */
void redis_link_flush(struct redis_link *link);
/* Ends it without a word. */
void redis_link_close(struct redis_link *link);
/* Ends it, and `lost` says why. */
void redis_link_fail(struct redis_link *link, const char *why);

#endif
