#include "fanout/redis/redis_link.h"

#include <arpa/inet.h>
#include <hiredis/adapters/libev.h>
#include <hiredis/sds.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "base/container.h"

/* ---- looking the host up, which may take a while ---- */

static void look_up(void *ctx, void *thread, struct job *jobs)
{
	struct lookup *lookup = container_of(jobs, struct lookup, job);
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
	int failed = getaddrinfo(lookup->link->url.host, NULL, &hints, &found);

	(void)ctx;
	(void)thread;
	lookup->address[0] = '\0';
	if (failed) {
		snprintf(lookup->why, sizeof(lookup->why), "its host is not known: %s",
			 gai_strerror(failed));
		return;
	}
	if (getnameinfo(found->ai_addr, found->ai_addrlen, lookup->address, sizeof(lookup->address),
			NULL, 0, NI_NUMERICHOST) != 0) {
		lookup->address[0] = '\0';
		snprintf(lookup->why, sizeof(lookup->why), "its host has no address");
	}
	freeaddrinfo(found);
}

/* ---- the library's callbacks ---- */

static struct redis_link *of(const redisAsyncContext *context)
{
	return context->data; /* NULL: it was let go */
}

/* The library frees the context itself after it told of its end. */
static void forget(struct redis_link *c, const redisAsyncContext *context)
{
	if (c->publisher == context)
		c->publisher = NULL;
	if (c->listener == context)
		c->listener = NULL;
}

static void disconnected(const redisAsyncContext *context, int status)
{
	struct redis_link *c = of(context);

	(void)status;
	if (!c)
		return;
	forget(c, context);
	redis_link_fail(c, context->errstr && context->errstr[0] ? context->errstr
								 : "it closed the connection");
}

static void connected(const redisAsyncContext *context, int status)
{
	struct redis_link *c = of(context);
	int on = 1;

	if (!c)
		return;
	if (status != REDIS_OK) {
		forget(c, context);
		redis_link_fail(c, context->errstr);
		return;
	}
	setsockopt(context->c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (++c->connected == 2)
		c->opened(c);
}

static void authenticated(redisAsyncContext *context, void *reply_arg, void *data)
{
	const redisReply *reply = reply_arg;

	(void)data;
	if (reply && reply->type == REDIS_REPLY_ERROR && of(context))
		redis_link_fail(of(context), reply->str);
}

/* ---- opening ---- */

static redisAsyncContext *open_context(struct redis_link *c)
{
	redisAsyncContext *context = redisAsyncConnect(c->lookup.address, c->url.port);
	int failed;

	if (!context)
		return NULL;
	if (context->err || redisLibevAttach(loop_ev(c->loop), context) != REDIS_OK) {
		redisAsyncFree(context);
		return NULL;
	}
	context->data = c;
	redisAsyncSetDisconnectCallback(context, disconnected);
	redisAsyncSetConnectCallback(context, connected);
	if (!c->url.password[0])
		return context;
	if (c->url.user[0])
		failed = redisAsyncCommand(context, authenticated, NULL, "AUTH %s %s", c->url.user,
					   c->url.password);
	else
		failed = redisAsyncCommand(context, authenticated, NULL, "AUTH %s", c->url.password);
	if (failed) {
		context->data = NULL;
		redisAsyncFree(context);
		return NULL;
	}
	return context;
}

static void open_both(struct redis_link *c)
{
	c->connected = 0;
	c->publisher = open_context(c);
	c->listener = c->publisher ? open_context(c) : NULL;
	if (!c->listener)
		redis_link_fail(c, "no connection can be opened");
}

static void looked_up(struct job *job)
{
	struct redis_link *c = container_of(job, struct lookup, job)->link;

	c->is_looking_up = false;
	if (!c->is_wanted)
		return;
	if (c->lookup.address[0])
		open_both(c);
	else
		redis_link_fail(c, c->lookup.why);
}

bool redis_link_init(struct redis_link *c, struct loop *loop)
{
	struct workers_options options = {.name = "redis-lookup",
					  .threads = 1,
					  .queue_bytes = 1,
					  .queue_jobs = 1,
					  .batch_jobs = 1,
					  .batch_bytes = 1,
					  .run = look_up};

	c->loop = loop;
	c->lookup = (struct lookup){.job.done = looked_up, .job.size = 1, .link = c};
	c->resolver = workers_start(loop, &options);
	return c->resolver != NULL;
}

void redis_link_release(struct redis_link *c)
{
	redis_link_close(c);
	if (c->resolver)
		workers_stop(c->resolver);
}

void redis_link_open(struct redis_link *c)
{
	c->is_wanted = true;
	if (!c->is_looking_up)
		c->is_looking_up = workers_submit(c->resolver, &c->lookup.job);
}

/* ---- ending ---- */

static void let_go(redisAsyncContext **context)
{
	redisAsyncContext *gone = *context;

	*context = NULL;
	if (!gone)
		return;
	gone->data = NULL; /* its callbacks find nobody */
	redisAsyncFree(gone);
}

void redis_link_flush(struct redis_link *c)
{
	if (c->connected == 2 && sdslen(c->publisher->c.obuf) > 0)
		redisAsyncHandleWrite(c->publisher);
}

void redis_link_close(struct redis_link *c)
{
	c->is_wanted = false;
	c->connected = 0;
	let_go(&c->publisher);
	let_go(&c->listener);
}

void redis_link_fail(struct redis_link *c, const char *why)
{
	char copy[128];

	snprintf(copy, sizeof(copy), "%s", why); /* it may lie in what is freed */
	redis_link_close(c);
	c->lost(c, copy);
}
