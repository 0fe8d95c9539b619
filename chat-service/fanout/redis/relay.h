/* relay.h: to the other replicas, and from them, through Redis.
 *
 * One channel for each conversation, subscribed while somebody here has it open. Redis only carries news:
 * what it loses is in the store, so a relay that is away, or was, says so, and its user compares.
 *
 *     start ──> RESOLVING ──> CONNECTING ──> SUBSCRIBING ── first own beat heard ──> UP
 *                   ^                                                                │
 *                   └── a while later ── an error, an end, no beat for BEAT_LIMIT_MS ┘
 *
 * Every second the relay tells itself something: only what makes the whole way shows that Redis is there.
 *
 * Purpose    publishes what was stored here and what is of the moment; hands on what others publish.
 * Ownership  copies what it sends; what it hands on is lent.
 * Errors     relay_open explains itself in `error`; later ones are logged once, and tried again.
 * Threads    loop thread only (names are looked up on a thread of its own).
 */
#ifndef FANOUT_RELAY_H
#define FANOUT_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "base/text.h"
#include "loop/loop.h"
#include "protocol/event.h"
#include "store/entry.h"

struct relay;

struct relay_options {
	struct loop *loop;
	const struct log *log;
	const char *url;   /* redis_url.h */
	/* Another replica stored this. */
	void (*entry_came)(void *ctx, struct entry *entry);
	/* Typing and the like, as the client gets it. */
	void (*moment_came)(void *ctx, struct text conversation, struct frame *frame);
	/* After relay_follow said false: from now on everything is heard of (or Redis has gone away). */
	void (*followed)(void *ctx, struct text conversation);
	/* UP or not any more. What was published in between is lost. */
	void (*changed)(void *ctx, bool is_up);
	void *ctx;
};

struct relay_stats {
	uint64_t published, received; /* entries and moments; own ones are not received */
	uint64_t malformed;           /* parcels that were not understood */
	uint64_t losses;              /* times that it went away */
};

struct relay *relay_open(const struct relay_options *options, char *error, size_t error_size);
void relay_close(struct relay *relay); /* NULL is allowed */
/* Begins to connect. Only relays of one realm hear each other: those of one store, and no others. Once. */
void relay_start(struct relay *relay, struct text realm);
bool relay_is_up(const struct relay *relay);
const struct relay_stats *relay_stats(const struct relay *relay);

/* True: it is heard of from now on, or Redis is away; else `followed` tells. */
bool relay_follow(struct relay *relay, struct text conversation);
void relay_unfollow(struct relay *relay, struct text conversation);

/* Without effect while it is not UP. */
void relay_publish_entry(struct relay *relay, const struct entry *entry);
void relay_publish_moment(struct relay *relay, struct text conversation, const struct frame *frame);

#endif
