#include "fanout/redis/relay.h"

#include <hiredis/sds.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/buffer.h"
#include "base/container.h"
#include "fanout/redis/redis_link.h"
#include "fanout/redis/subscriptions.h"
#include "protocol/parcel.h"

enum {
	BEAT_MS = 1000,
	BEAT_LIMIT_MS = 3500, /* without a beat heard; from a start or an end on, too */
	FIRST_RETRY_MS = 50,
	LONGEST_RETRY_MS = 2000,
	UNSENT_LIMIT = 16 * 1024 * 1024 /* bytes that wait for Redis */
};

struct relay {
	struct relay_options options;
	struct relay_stats stats;
	struct redis_link link;
	struct subscriptions subscriptions;
	uint64_t id; /* of this replica */
	char beat_name[32]; /* stands for a conversation: none has such a name */
	struct buffer channel, parcel; /* scratch; a channel's name begins with prefix_n bytes of the realm's */
	size_t prefix_n;
	struct timer beat, retry;
	int64_t heard_ms; /* loop time of the last beat */
	int64_t retry_ms;
	bool is_up, is_told; /* that it is away, in the log */
};

static int64_t now_ms(const struct relay *r)
{
	return loop_now_ms(r->options.loop);
}

static struct text channel_of(struct relay *r, struct text conversation)
{
	buffer_truncate(&r->channel, r->prefix_n);
	buffer_add_text(&r->channel, conversation);
	return buffer_text(&r->channel);
}

static struct text beat_name(const struct relay *r)
{
	return text_of_string(r->beat_name);
}

/* ---- sending ---- */

static void publish(struct relay *r, struct text conversation, struct text bytes)
{
	struct text channel = channel_of(r, conversation);
	const char *words[] = {"PUBLISH", channel.p, bytes.p};
	size_t sizes[] = {7, channel.n, bytes.n};
	redisAsyncContext *to = r->link.publisher;

	if (!to || r->channel.failed)
		return; /* without memory the others find out when they compare */
	if (sdslen(to->c.obuf) > UNSENT_LIMIT)
		redis_link_fail(&r->link, "it does not take what is sent");
	else
		redisAsyncCommandArgv(to, NULL, NULL, 3, words, sizes);
}

static void publish_parcel(struct relay *r, struct text conversation)
{
	if (r->parcel.failed) {
		buffer_release(&r->parcel);
		return;
	}
	r->stats.published++;
	publish(r, conversation, buffer_text(&r->parcel));
}

void relay_publish_entry(struct relay *r, const struct entry *entry)
{
	if (!r->is_up)
		return;
	buffer_clear(&r->parcel);
	parcel_add_entry(&r->parcel, r->id, entry);
	publish_parcel(r, entry->conversation);
}

void relay_publish_moment(struct relay *r, struct text conversation, const struct frame *frame)
{
	if (!r->is_up)
		return;
	buffer_clear(&r->parcel);
	parcel_add_moment(&r->parcel, r->id, conversation, text_of(frame->text, frame->n));
	publish_parcel(r, conversation);
}

static void beat(struct timer *timer)
{
	struct relay *r = container_of(timer, struct relay, beat);

	timer_start(timer, BEAT_MS);
	if (now_ms(r) - r->heard_ms > BEAT_LIMIT_MS)
		redis_link_fail(&r->link, "it does not answer");
	else if (r->subscriptions.is_connected && r->subscriptions.unconfirmed == 0)
		publish(r, beat_name(r), TEXT("beat"));
}

/* ---- receiving ---- */

static void beat_heard(struct relay *r)
{
	r->heard_ms = now_ms(r);
	if (r->is_up)
		return;
	r->is_up = true;
	r->retry_ms = 0;
	log_info(r->options.log, "redis_available", LOG_STRING("host", r->link.url.host),
		 LOG_NUMBER("port", r->link.url.port));
	r->is_told = false;
	r->options.changed(r->options.ctx, true);
}

static void moment_came(struct relay *r, const struct parcel *parcel)
{
	struct text conversation, line;
	struct frame *frame;

	if (!parcel_moment(parcel, &conversation, &line)) {
		r->stats.malformed++;
		return;
	}
	frame = frame_of(line);
	if (frame)
		r->options.moment_came(r->options.ctx, conversation, frame);
	frame_unref(frame);
}

static void message_came(struct relay *r, struct text bytes)
{
	struct parcel parcel;
	struct entry *entry;

	if (!parcel_open(bytes, &parcel)) {
		r->stats.malformed++;
		return;
	}
	if (parcel.sender == r->id)
		return;
	r->stats.received++;
	if (parcel.kind == PARCEL_MOMENT) {
		moment_came(r, &parcel);
		return;
	}
	entry = parcel_entry(&parcel);
	if (entry)
		r->options.entry_came(r->options.ctx, entry);
	else
		r->stats.malformed++;
	entry_unref(entry);
}

static void listener_heard(redisAsyncContext *context, void *reply_arg, void *data)
{
	const redisReply *reply = reply_arg;
	struct relay *r = data;
	struct text kind, conversation;

	if (!reply || !context->data || reply->type != REDIS_REPLY_ARRAY || reply->elements != 3 ||
	    reply->element[1]->len < r->prefix_n)
		return;
	kind = text_of(reply->element[0]->str, reply->element[0]->len);
	conversation = text_of(reply->element[1]->str + r->prefix_n,
			       reply->element[1]->len - r->prefix_n);
	if (!text_equal(kind, TEXT("message"))) {
		subscriptions_confirmed(&r->subscriptions, conversation,
					text_equal(kind, TEXT("subscribe")));
		if (r->is_up)
			return;
		r->heard_ms = now_ms(r); /* there may be many to confirm */
		if (r->subscriptions.unconfirmed == 0)
			beat(&r->beat); /* as soon as it can come back */
	} else if (text_equal(conversation, beat_name(r))) {
		beat_heard(r);
	} else {
		message_came(r, text_of(reply->element[2]->str, reply->element[2]->len));
	}
}

static void tell_listener(struct relay *r, const char *command, struct text conversation)
{
	struct text channel = channel_of(r, conversation);
	const char *words[] = {command, channel.p};
	size_t sizes[] = {strlen(command), channel.n};

	if (!r->channel.failed)
		redisAsyncCommandArgv(r->link.listener, listener_heard, r, 2, words, sizes);
}

static void subscribe(void *ctx, struct text conversation)
{
	tell_listener(ctx, "SUBSCRIBE", conversation);
}

static void unsubscribe(void *ctx, struct text conversation)
{
	tell_listener(ctx, "UNSUBSCRIBE", conversation);
}

static void settled(void *ctx, struct text conversation)
{
	struct relay *r = ctx;

	r->options.followed(r->options.ctx, conversation);
}

/* ---- coming and going ---- */

static void opened(struct redis_link *link)
{
	struct relay *r = container_of(link, struct relay, link);

	subscriptions_connected(&r->subscriptions);
}

static void lost(struct redis_link *link, const char *why)
{
	struct relay *r = container_of(link, struct relay, link);
	bool was_up = r->is_up;

	r->is_up = false;
	if (!r->is_told) {
		log_error(r->options.log, "redis_unavailable", LOG_STRING("host", link->url.host),
			  LOG_NUMBER("port", link->url.port), LOG_STRING("why", why),
			  LOG_STRING("meanwhile", "the store is asked for news"));
		r->stats.losses++;
	}
	r->is_told = true;
	timer_stop(&r->beat);
	subscriptions_disconnected(&r->subscriptions);
	r->retry_ms = r->retry_ms ? r->retry_ms * 2 : FIRST_RETRY_MS;
	if (r->retry_ms > LONGEST_RETRY_MS)
		r->retry_ms = LONGEST_RETRY_MS;
	/* Not all replicas at once. */
	timer_start(&r->retry, r->retry_ms / 2 + (int64_t)(r->id % (uint64_t)r->retry_ms));
	if (was_up)
		r->options.changed(r->options.ctx, false);
}

static void try_again(struct timer *timer)
{
	struct relay *r = container_of(timer, struct relay, retry);

	r->heard_ms = now_ms(r);
	timer_start(&r->beat, BEAT_MS);
	redis_link_open(&r->link);
}

bool relay_is_up(const struct relay *r)
{
	return r->is_up;
}

const struct relay_stats *relay_stats(const struct relay *r)
{
	return &r->stats;
}

bool relay_follow(struct relay *r, struct text conversation)
{
	/* Without memory for a row it is as if Redis were away; comparing goes on when it is not, too. */
	return !subscriptions_want(&r->subscriptions, conversation) || !r->is_up ||
	       subscriptions_await(&r->subscriptions, conversation);
}

void relay_unfollow(struct relay *r, struct text conversation)
{
	subscriptions_drop(&r->subscriptions, conversation);
}

/* No conversation is called so: names have no control characters. */
static bool make_beat_name(struct relay *r)
{
	if (getrandom(&r->id, sizeof(r->id), 0) != sizeof(r->id))
		return false;
	snprintf(r->beat_name, sizeof(r->beat_name), "\001beat:%016llx", (unsigned long long)r->id);
	return subscriptions_want(&r->subscriptions, beat_name(r));
}

struct relay *relay_open(const struct relay_options *options, char *error, size_t error_size)
{
	struct relay *r = calloc(1, sizeof(*r));
	const char *why;

	snprintf(error, error_size, "out of memory");
	if (!r)
		return NULL;
	r->options = *options;
	r->link.opened = opened;
	r->link.lost = lost;
	r->subscriptions = (struct subscriptions){
		.subscribe = subscribe, .unsubscribe = unsubscribe, .settled = settled, .ctx = r};
	timer_init(&r->beat, options->loop, beat);
	timer_init(&r->retry, options->loop, try_again);
	if (!redis_url_read(&r->link.url, options->url, &why)) {
		snprintf(error, error_size,
			 "REDIS_URL is '(secret)', but must be redis://[user:password@]host[:port]: %s",
			 why);
		goto fail;
	}
	if (!make_beat_name(r) || !redis_link_init(&r->link, options->loop))
		goto fail;
	return r;
fail:
	relay_close(r);
	return NULL;
}

void relay_start(struct relay *r, struct text realm)
{
	buffer_add_string(&r->channel, "frontdesk:");
	buffer_add_text(&r->channel, realm);
	buffer_add_char(&r->channel, ':');
	r->prefix_n = r->channel.n;
	try_again(&r->retry);
}

void relay_close(struct relay *r)
{
	if (!r)
		return;
	timer_stop(&r->beat);
	timer_stop(&r->retry);
	redis_link_flush(&r->link);
	redis_link_release(&r->link);
	subscriptions_release(&r->subscriptions);
	buffer_release(&r->channel);
	buffer_release(&r->parcel);
	free(r);
}
