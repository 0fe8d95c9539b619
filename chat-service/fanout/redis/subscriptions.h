/* subscriptions.h: which channels are to be heard, and which Redis has confirmed.
 *
 *     want ──> ASKED ── confirmed ──> HEARD ── drop ──> LEAVING ── confirmed ──> (gone, or asked again)
 *
 * Redis confirms in order, and the library forgets a channel when its leaving is confirmed: whoever wants
 * it again before that is asked for only then.
 *
 * Purpose    one row for each channel; the commands that have to be sent are asked for by callbacks.
 * Ownership  copies names.
 * Errors     false when memory ran out.
 * Threads    loop thread only; pure.
 */
#ifndef FANOUT_SUBSCRIPTIONS_H
#define FANOUT_SUBSCRIPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct subscription;

struct subscriptions {
	struct subscription *rows;
	size_t unconfirmed; /* ASKED */
	bool is_connected;
	/* Sends the command. */
	void (*subscribe)(void *ctx, struct text channel);
	void (*unsubscribe)(void *ctx, struct text channel);
	/* A channel that was awaited is heard, or the connection is gone. */
	void (*settled)(void *ctx, struct text channel);
	void *ctx;
};

void subscriptions_release(struct subscriptions *all);
bool subscriptions_want(struct subscriptions *all, struct text channel);
/* Of one that is wanted. True: it is heard; else `settled` tells when. */
bool subscriptions_await(struct subscriptions *all, struct text channel);
void subscriptions_drop(struct subscriptions *all, struct text channel);

/* A new connection: asks for all channels. */
void subscriptions_connected(struct subscriptions *all);
void subscriptions_disconnected(struct subscriptions *all);
/* What Redis confirms. */
void subscriptions_confirmed(struct subscriptions *all, struct text channel, bool is_subscribed);

#endif
