#include <stdlib.h>

#include "base/container.h"
#include "session/internal.h"

/* A page that was asked for and waits for the log's end, or for the store. */
struct page_request {
	struct session *session;
	struct conversation *conversation;
	uint64_t before;
	size_t limit;
	struct load_waiter loading;
};

static void finish(struct page_request *p)
{
	conversation_unref(p->conversation);
	session_unref(p->session);
	free(p);
}

static void fail(struct page_request *p)
{
	session_send_error(p->session, TEXT_NONE, ERR_UNAVAILABLE,
			   "the history cannot be read right now", 1000);
	finish(p);
}

static void send(struct page_request *p, struct entry *const *entries, size_t n)
{
	struct history_page page = {
		.conversation = conversation_id(p->conversation),
		.state = conversation_standing(p->conversation)->state,
		.newest = conversation_last(p->conversation),
		.entries = entries,
		.n = n,
		.first = p->before > p->limit ? p->before - p->limit : 1,
		.last = p->before - 1,
		.newest_first = true,
		.bytes = HISTORY_BYTES,
	};

	session_send(p->session, event_history(&page));
	finish(p);
}

static void read_done(void *ctx, bool is_available, struct entry *const *entries, size_t n)
{
	if (is_available)
		send(ctx, entries, n);
	else
		fail(ctx);
}

static void proceed(struct page_request *p)
{
	uint64_t last = conversation_last(p->conversation);
	struct store_range range = {.conversation = conversation_id(p->conversation),
				    .limit = p->limit,
				    .newest_first = true};
	struct entry *const *entries;
	size_t n;

	if (p->before == 0 || p->before > last + 1)
		p->before = p->before == 0 ? 1 : last + 1;
	range.before = p->before;
	if (p->before == 1)
		send(p, NULL, 0);
	else if (conversation_recent(p->conversation,
				     p->before > p->limit ? p->before - p->limit - 1 : 0, &entries,
				     &n))
		send(p, entries, n);
	else if (!store_read(conversations_options(p->session->all->options.conversations)->store,
			     &range, read_done, p))
		fail(p);
}

static void load_done(struct load_waiter *waiter, bool is_loaded)
{
	struct page_request *p = container_of(waiter, struct page_request, loading);

	if (is_loaded)
		proceed(p);
	else
		fail(p);
}

void session_send_history(struct session *s, struct conversation *conversation, uint64_t before,
			  size_t limit)
{
	struct page_request *p = malloc(sizeof(*p));

	if (!p) {
		session_send_error(s, TEXT_NONE, ERR_UNAVAILABLE, "out of memory", 1000);
		return;
	}
	*p = (struct page_request){.session = session_ref(s),
				   .conversation = conversation_ref(conversation),
				   .before = before,
				   .limit = limit,
				   .loading.done = load_done};
	if (conversation_is_loaded(conversation))
		proceed(p);
	else if (!conversation_load(conversation, &p->loading))
		fail(p);
}
