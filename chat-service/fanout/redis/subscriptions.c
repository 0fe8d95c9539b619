#include "fanout/redis/subscriptions.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum subscription_phase { IDLE, ASKED, HEARD, LEAVING };

struct subscription {
	UT_hash_handle hh;
	enum subscription_phase phase; /* IDLE while there is no connection */
	bool is_wanted;
	bool is_awaited; /* `settled` is owed */
	size_t n;
	char channel[];
};

static struct text name_of(const struct subscription *row)
{
	return text_of(row->channel, row->n);
}

static struct subscription *find(const struct subscriptions *all, struct text channel)
{
	struct subscription *row;

	HASH_FIND(hh, all->rows, channel.p, channel.n, row);
	return row;
}

static struct subscription *add(struct subscriptions *all, struct text channel)
{
	struct subscription *row = calloc(1, sizeof(*row) + channel.n);

	if (!row)
		return NULL;
	row->n = channel.n;
	memcpy(row->channel, channel.p, channel.n);
	HASH_ADD_KEYPTR(hh, all->rows, row->channel, row->n, row);
	return row;
}

static void forget(struct subscriptions *all, struct subscription *row)
{
	HASH_DEL(all->rows, row);
	free(row);
}

static void ask(struct subscriptions *all, struct subscription *row)
{
	row->phase = ASKED;
	all->unconfirmed++;
	all->subscribe(all->ctx, name_of(row));
}

static void settle(struct subscriptions *all, struct subscription *row)
{
	if (!row->is_awaited)
		return;
	row->is_awaited = false;
	all->settled(all->ctx, name_of(row));
}

void subscriptions_release(struct subscriptions *all)
{
	struct subscription *row, *next;

	HASH_ITER(hh, all->rows, row, next)
		forget(all, row);
}

bool subscriptions_want(struct subscriptions *all, struct text channel)
{
	struct subscription *row = find(all, channel);

	if (!row && !(row = add(all, channel)))
		return false;
	row->is_wanted = true;
	if (all->is_connected && row->phase == IDLE)
		ask(all, row);
	return true;
}

bool subscriptions_await(struct subscriptions *all, struct text channel)
{
	struct subscription *row = find(all, channel);

	row->is_awaited = row->phase != HEARD;
	return !row->is_awaited;
}

void subscriptions_drop(struct subscriptions *all, struct text channel)
{
	struct subscription *row = find(all, channel);

	if (!row)
		return;
	row->is_wanted = row->is_awaited = false;
	if (row->phase == HEARD) {
		row->phase = LEAVING;
		all->unsubscribe(all->ctx, name_of(row));
	} else if (row->phase == IDLE) {
		forget(all, row);
	}
}

void subscriptions_connected(struct subscriptions *all)
{
	all->is_connected = true;
	for (struct subscription *row = all->rows; row; row = row->hh.next)
		ask(all, row);
}

void subscriptions_disconnected(struct subscriptions *all)
{
	struct subscription *row, *next;

	all->is_connected = false;
	all->unconfirmed = 0;
	HASH_ITER(hh, all->rows, row, next) {
		row->phase = IDLE;
		if (row->is_wanted)
			settle(all, row);
		else
			forget(all, row);
	}
}

void subscriptions_confirmed(struct subscriptions *all, struct text channel, bool is_subscribed)
{
	struct subscription *row = find(all, channel);

	if (!row || row->phase != (is_subscribed ? ASKED : LEAVING))
		return;
	if (is_subscribed) {
		all->unconfirmed--;
		row->phase = HEARD;
		if (row->is_wanted) {
			settle(all, row);
		} else {
			row->phase = LEAVING;
			all->unsubscribe(all->ctx, name_of(row));
		}
	} else if (row->is_wanted) {
		ask(all, row);
	} else {
		forget(all, row);
	}
}
