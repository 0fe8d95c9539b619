#include "fanout/redis/redis_examine.h"

#include <hiredis/hiredis.h>

#include "fanout/redis/redis_url.h"

enum { TIMEOUT_S = 5 };

/* Says why not, unless Redis took the command. */
static bool is_taken(redisContext *c, redisReply *reply, struct finding *f)
{
	bool is_good = reply && reply->type != REDIS_REPLY_ERROR;

	if (!is_good)
		finding_bad(f, "Redis", "give the user of REDIS_URL the right to publish and subscribe; is the password right?",
			    "%s", reply ? reply->str : c->errstr);
	if (reply)
		freeReplyObject(reply);
	return is_good;
}

static bool log_in(redisContext *c, const struct redis_url *url, struct finding *f)
{
	if (!url->password[0])
		return true;
	return is_taken(c,
			url->user[0] ? redisCommand(c, "AUTH %s %s", url->user, url->password)
				     : redisCommand(c, "AUTH %s", url->password),
			f);
}

void redis_examine(const char *text, struct finding *f)
{
	const struct timeval timeout = {.tv_sec = TIMEOUT_S};
	struct redis_url url;
	redisContext *c;
	const char *why;

	if (!redis_url_read(&url, text, &why)) {
		finding_bad(f, "Redis", "write REDIS_URL as redis://[user:password@]host[:port]", "%s", why);
		return;
	}
	c = redisConnectWithTimeout(url.host, url.port, timeout);
	if (!c || c->err)
		finding_bad(f, "Redis", "start it, or correct REDIS_URL; meanwhile replicas ask the store, and are up to 2 s behind",
			    "%s:%u: %s", url.host, url.port, c ? c->errstr : "memory is short");
	else if (redisSetTimeout(c, timeout) == REDIS_OK && log_in(c, &url, f) &&
		 is_taken(c, redisCommand(c, "PUBLISH frontdesk-doctor hello"), f))
		finding_good(f, "Redis", "%s:%u takes what replicas tell each other", url.host, url.port);
	if (c)
		redisFree(c);
}
