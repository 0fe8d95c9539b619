#include "replicas.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/container.h"
#include "conversation/comparison.h"
#include "fanout/fanout.h"

enum {
	IDENTIFY_MS = 500,
	COMPARE_MS = 1500,           /* without Redis: news are at most 2 s old */
	COMPARE_ANYWAY_MS = 8 * 1000 /* with Redis: what a replica stored before it died, untold */
};

struct replicas {
	struct replicas_options options;
	struct replicas_stats stats;
	struct relay *relay; /* NULL: no Redis */
	struct comparison *comparison;
	struct timer identify; /* until the store has told its identity */
};

static void entry_came(void *ctx, struct entry *entry)
{
	struct replicas *r = ctx;
	int64_t lag_ms = loop_wall_ms() - entry->at_ms;

	histogram_add(&r->stats.lag_us, lag_ms > 0 ? (uint64_t)lag_ms * 1000 : 0);
	conversations_heard(r->options.conversations, entry);
}

static void moment_came(void *ctx, struct text id, struct frame *frame)
{
	struct replicas *r = ctx;
	struct conversation *conversation = conversations_find(r->options.conversations, id);

	if (conversation)
		fanout_moment(conversation, frame, NULL);
}

static void followed(void *ctx, struct text id)
{
	struct replicas *r = ctx;

	conversations_followed(r->options.conversations, id);
}

static void relay_changed(void *ctx, bool is_up)
{
	struct replicas *r = ctx;

	comparison_every(r->comparison, is_up ? COMPARE_ANYWAY_MS : COMPARE_MS);
}

/* Redis may serve several stores: only replicas of one and the same may hear each other. */
static void identified(void *ctx, bool is_available, struct text identity)
{
	struct replicas *r = ctx;

	if (!is_available)
		timer_start(&r->identify, IDENTIFY_MS);
	else if (identity.n > 0)
		relay_start(r->relay, identity);
	else
		log_warn(r->options.log, "REDIS_URL is not used: a SQLite file has no other replicas");
}

static void identify(struct timer *timer)
{
	struct replicas *r = container_of(timer, struct replicas, identify);
	struct store *store = conversations_options(r->options.conversations)->store;

	if (!store_identify(store, identified, r))
		timer_start(timer, IDENTIFY_MS);
}

static struct relay *open_relay(struct replicas *r, char *error, size_t error_size)
{
	return relay_open(&(struct relay_options){.loop = r->options.loop,
						  .log = r->options.log,
						  .url = r->options.redis_url,
						  .entry_came = entry_came,
						  .moment_came = moment_came,
						  .followed = followed,
						  .changed = relay_changed,
						  .ctx = r},
			  error, error_size);
}

struct replicas *replicas_new(const struct replicas_options *options, char *error,
			      size_t error_size)
{
	struct replicas *r = calloc(1, sizeof(*r));

	snprintf(error, error_size, "out of memory");
	if (!r)
		return NULL;
	r->options = *options;
	timer_init(&r->identify, options->loop, identify);
	r->comparison = comparison_new(options->conversations);
	if (!r->comparison)
		goto fail;
	if (options->redis_url) {
		r->relay = open_relay(r, error, error_size);
		if (!r->relay)
			goto fail;
		identify(&r->identify);
	}
	comparison_every(r->comparison, COMPARE_MS);
	return r;
fail:
	replicas_free(r);
	return NULL;
}

void replicas_free(struct replicas *r)
{
	if (!r)
		return;
	timer_stop(&r->identify);
	comparison_free(r->comparison); /* lets conversations go, which the relay then no longer follows */
	relay_close(r->relay);
	free(r);
}

const struct replicas_stats *replicas_stats(struct replicas *r)
{
	r->stats.has_redis = r->relay != NULL;
	r->stats.redis_is_up = r->relay && relay_is_up(r->relay);
	if (r->relay)
		r->stats.relay = *relay_stats(r->relay);
	return &r->stats;
}

bool replicas_follow(struct replicas *r, struct text conversation)
{
	return !r->relay || relay_follow(r->relay, conversation);
}

void replicas_unfollow(struct replicas *r, struct text conversation)
{
	if (r->relay)
		relay_unfollow(r->relay, conversation);
}

void replicas_tell_entry(struct replicas *r, const struct entry *entry)
{
	if (r->relay)
		relay_publish_entry(r->relay, entry);
}

void replicas_tell_moment(struct replicas *r, struct text conversation, const struct frame *frame)
{
	if (r->relay)
		relay_publish_moment(r->relay, conversation, frame);
}
