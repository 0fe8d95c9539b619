/* replicas.h: this process among others that serve the same store.
 *
 * Purpose    wires the relay (news through Redis) and the comparison (news from the store) to the
 *            conversations: with Redis the comparison only looks for what got lost on the way, without
 *            it, or while it is away, it is what brings the others' messages.
 * Ownership  owns both.
 * Errors     replicas_new explains itself in `error`.
 * Threads    loop thread only.
 */
#ifndef REPLICAS_H
#define REPLICAS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/histogram.h"
#include "conversation/conversation.h"
#include "fanout/redis/relay.h"

struct replicas;

struct replicas_options {
	struct loop *loop;
	const struct log *log;
	struct conversations *conversations;
	const char *redis_url; /* NULL: none */
};

struct replicas_stats {
	bool has_redis, redis_is_up;
	struct relay_stats relay;
	struct histogram lag_us; /* from an entry's time to its arrival by Redis; clocks may differ */
};

struct replicas *replicas_new(const struct replicas_options *options, char *error,
			      size_t error_size);
/* The store is closed by then. */
void replicas_free(struct replicas *replicas); /* NULL is allowed */
const struct replicas_stats *replicas_stats(struct replicas *replicas);

/* As conversations_options has them. */
bool replicas_follow(struct replicas *replicas, struct text conversation);
void replicas_unfollow(struct replicas *replicas, struct text conversation);

void replicas_tell_entry(struct replicas *replicas, const struct entry *entry);
void replicas_tell_moment(struct replicas *replicas, struct text conversation,
			  const struct frame *frame);

#endif
