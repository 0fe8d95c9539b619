#include "conversation/comparison.h"

#include <stdlib.h>

#include "base/container.h"
#include "conversation/conversation.h"

struct comparison {
	struct conversations *all;
	struct timer timer;
	int64_t every_ms;
	bool is_wanted_again; /* by something that happened after this round began */

	/* The round: those from `next` on are still to be asked for. */
	struct conversation **list;
	size_t n, next;
	struct store_place asked[STORE_PLACES_MAX]; /* of those before `next` */
};

static const struct conversations_options *options(const struct comparison *c)
{
	return conversations_options(c->all);
}

static bool is_under_way(const struct comparison *c)
{
	return c->list != NULL;
}

static void end_round(struct comparison *c)
{
	for (size_t i = 0; i < c->n; i++)
		conversation_unref(c->list[i]);
	free(c->list);
	c->list = NULL;
	c->n = c->next = 0;
	if (c->every_ms)
		timer_start(&c->timer, c->is_wanted_again ? 0 : c->every_ms);
}

static void ask(struct comparison *c);

static void answered(void *ctx, bool is_available, const bool *has_more, size_t n)
{
	struct comparison *c = ctx;
	struct conversation **list = c->list + c->next - n;

	for (size_t i = 0; is_available && i < n; i++) {
		if (!has_more[i] || conversation_last(list[i]) != c->asked[i].last)
			continue;
		conversations_stats(c->all)->missed++;
		conversation_missed(list[i]);
	}
	if (is_available)
		ask(c);
	else
		end_round(c);
}

static void ask(struct comparison *c)
{
	size_t n = 0;

	while (n < STORE_PLACES_MAX && c->next < c->n) {
		struct conversation *conversation = c->list[c->next++];

		c->asked[n++] = (struct store_place){.conversation = conversation_id(conversation),
						     .last = conversation_last(conversation)};
	}
	if (n == 0 || !store_compare(options(c)->store, c->asked, n, answered, c))
		end_round(c);
}

static void begin_round(struct timer *timer)
{
	struct comparison *c = container_of(timer, struct comparison, timer);

	c->is_wanted_again = false;
	c->list = conversations_list(c->all, &c->n);
	if (c->list)
		ask(c);
	else
		end_round(c);
}

struct comparison *comparison_new(struct conversations *all)
{
	struct comparison *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->all = all;
	timer_init(&c->timer, options(c)->loop, begin_round);
	return c;
}

void comparison_free(struct comparison *c)
{
	if (!c)
		return;
	c->every_ms = 0;
	if (is_under_way(c))
		end_round(c);
	timer_stop(&c->timer);
	free(c);
}

void comparison_every(struct comparison *c, int64_t every_ms)
{
	c->every_ms = every_ms;
	c->is_wanted_again = every_ms > 0;
	if (is_under_way(c))
		return;
	timer_stop(&c->timer);
	if (every_ms)
		timer_start(&c->timer, 0);
}
