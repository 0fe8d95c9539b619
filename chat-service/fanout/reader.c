#include "fanout/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "fanout/reader_list.h"

static struct conversation *of(const struct reader *r)
{
	return r->options.conversation;
}

static struct store *store_of(const struct reader *r)
{
	return conversations_options(conversation_all(of(r)))->store;
}

static void show(struct reader *r, struct frame *frame)
{
	r->options.calls->show(r->options.owner, frame);
}

static void fail(struct reader *r)
{
	void (*failed)(void *, enum err) = r->options.calls->failed;
	void *owner = r->options.owner;

	reader_close(r);
	failed(owner, ERR_UNAVAILABLE);
}

/* ---- entries as live events ---- */

void encoding_release(struct encoding *e)
{
	frame_unref(e->whole);
	frame_unref(e->state);
	for (size_t i = 0; i < e->entry->n; i++)
		frame_unref(e->messages[i]);
}

static bool is_own(const struct reader *r, uint64_t seq)
{
	for (size_t i = 0; i < r->own_n && r->own[i] <= seq; i++)
		if (r->own[i] == seq)
			return true;
	return false;
}

static void saw(struct reader *r, uint64_t seq)
{
	size_t n = 0;

	r->seen = seq;
	while (n < r->own_n && r->own[n] <= seq)
		n++;
	r->own_n -= n;
	if (n > 0 && r->own_n > 0)
		memmove(r->own, r->own + n, r->own_n * sizeof(r->own[0]));
}

void reader_acknowledged(struct reader *r, uint64_t seq)
{
	/* A repeated send is answered with an old number, which has its place already. */
	if (seq <= r->seen || (r->own_n > 0 && seq <= r->own[r->own_n - 1]))
		return;
	if (r->own_n == r->own_size) {
		size_t size = r->own_size ? r->own_size * 2 : 8;
		uint64_t *own = realloc(r->own, size * sizeof(own[0]));

		if (!own)
			return; /* shown twice, then; its number tells the client */
		r->own = own;
		r->own_size = size;
	}
	r->own[r->own_n++] = seq;
}

static bool encode_parts(struct encoding *e, const struct reader *r)
{
	for (size_t i = 0; i < e->entry->n; i++)
		if (!is_own(r, e->entry->first + i) && !e->messages[i] &&
		    !(e->messages[i] = event_message(e->entry, i)))
			return false;
	return true;
}

bool reader_show_entry(struct reader *r, struct encoding *e)
{
	uint64_t first = e->entry->first, last = entry_last(e->entry);
	/* In the middle of an entry, or with words of one's own in it, only some messages are shown. */
	bool in_parts = r->seen + 1 != first || (r->own_n > 0 && r->own[0] <= last);

	if (e->state_changed && !e->state &&
	    !(e->state = event_state(e->entry->conversation, &e->entry->after)))
		return false;
	if (in_parts ? !encode_parts(e, r) : !e->whole && !(e->whole = event_entry(e->entry)))
		return false;
	if (!in_parts) {
		show(r, e->whole);
		e->shown += e->entry->n;
	}
	for (size_t i = 0; in_parts && i < e->entry->n; i++)
		if (first + i > r->seen && !is_own(r, first + i)) {
			show(r, e->messages[i]);
			e->shown++;
		}
	if (e->state)
		show(r, e->state);
	saw(r, last);
	return true;
}

/* The state is sent along: what changed in between is not known here. */
static bool show_entries(struct reader *r, struct entry *const *entries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct encoding encoding = {.entry = entries[i], .state_changed = i + 1 == n};
		bool is_shown = true;

		if (entry_last(entries[i]) > r->seen)
			is_shown = reader_show_entry(r, &encoding);
		conversations_stats(conversation_all(of(r)))->messages_shown += encoding.shown;
		encoding_release(&encoding);
		if (!is_shown)
			return false;
	}
	return true;
}

/* ---- history pages ---- */

static bool show_page(struct reader *r, struct entry *const *entries, size_t n)
{
	uint64_t end = r->page_end;
	struct history_page page = {
		.conversation = conversation_id(of(r)),
		.state = conversation_standing(of(r))->state,
		.newest = end,
		.entries = entries,
		.n = n,
		.bytes = HISTORY_BYTES,
		.last = end,
		.newest_first = !r->options.has_after,
	};
	struct frame *frame;

	if (page.newest_first) {
		page.first = end > r->options.limit ? end - r->options.limit + 1 : 1;
	} else {
		page.first = r->seen + 1;
		if (end - r->seen > r->options.limit)
			page.last = r->seen + r->options.limit;
	}
	frame = event_history(&page);
	if (!frame)
		return false;
	saw(r, page.newest_first ? end : page.shown_last);
	if (r->seen >= end)
		r->phase = READER_BEHIND; /* for what came meanwhile; usually nothing */
	show(r, frame);
	frame_unref(frame);
	return true;
}

/* ---- bringing a reader on ---- */

static void free_when_closed(struct reader *r)
{
	if (!r->is_closed || r->is_reading)
		return;
	conversation_unref(of(r));
	free(r->own);
	free(r);
}

static bool take(struct reader *r, struct entry *const *entries, size_t n)
{
	return r->phase == READER_PAGING ? show_page(r, entries, n) : show_entries(r, entries, n);
}

static void read_done(void *ctx, bool is_available, struct entry *const *entries, size_t n)
{
	struct reader *r = ctx;
	uint64_t seen = r->seen;
	enum reader_phase phase = r->phase;

	r->is_reading = false;
	if (r->is_closed) {
		free_when_closed(r);
		return;
	}
	/* What was asked for is in the log: nothing shown means that the store does not have it. */
	if (!is_available || !take(r, entries, n) || (r->seen == seen && r->phase == phase)) {
		fail(r);
		return;
	}
	reader_pump(r);
}

/* True: it goes on when the read is done. */
static bool read_store(struct reader *r)
{
	struct store_range range = {.conversation = conversation_id(of(r)),
				    .limit = r->options.limit};

	if (r->phase == READER_PAGING && !r->options.has_after) {
		range.before = r->page_end + 1;
		range.newest_first = true;
	} else {
		range.after = r->seen;
	}
	r->is_reading = store_read(store_of(r), &range, read_done, r);
	return r->is_reading;
}

static void load_done(struct load_waiter *waiter, bool is_loaded)
{
	struct reader *r = container_of(waiter, struct reader, loading);

	r->is_reading = false;
	if (!is_loaded)
		fail(r);
	else
		reader_pump(r);
}

static void load(struct reader *r)
{
	r->loading.done = load_done;
	r->is_reading = conversation_load(of(r), &r->loading);
	if (!r->is_reading)
		fail(r);
}

static void start_paging(struct reader *r)
{
	r->phase = READER_PAGING;
	r->page_end = conversation_last(of(r));
	if (r->options.has_after)
		r->seen = r->options.after < r->page_end ? r->options.after : r->page_end;
}

/* The first number that the next step shows. */
static uint64_t wanted_after(const struct reader *r)
{
	if (r->phase == READER_PAGING && !r->options.has_after)
		return r->page_end > r->options.limit ? r->page_end - r->options.limit : 0;
	return r->seen;
}

void reader_pump(struct reader *r)
{
	while (!r->is_closed && !r->is_reading && r->phase != READER_LIVE) {
		struct entry *const *entries;
		size_t n;

		if (!conversation_is_loaded(of(r))) {
			load(r);
			return;
		}
		if (r->phase == READER_LOADING)
			start_paging(r);
		if (r->phase == READER_BEHIND && r->seen >= conversation_last(of(r))) {
			r->phase = READER_LIVE;
			return;
		}
		if (r->options.calls->is_full(r->options.owner))
			return; /* reader_resume */
		if (conversation_recent(of(r), wanted_after(r), &entries, &n)) {
			if (!take(r, entries, n)) {
				fail(r);
				return;
			}
		} else if (!read_store(r)) {
			fail(r);
			return;
		}
	}
}

void reader_resume(struct reader *r)
{
	reader_pump(r);
}

struct reader *reader_open(const struct reader_options *options)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct reader **list;

	if (!r)
		return NULL;
	r->options = *options;
	list = (struct reader **)conversation_readers(options->conversation);
	conversation_ref(options->conversation);
	r->next = *list;
	r->at = list;
	if (r->next)
		r->next->at = &r->next;
	*list = r;
	return r;
}

void reader_close(struct reader *r)
{
	if (!r || r->is_closed)
		return;
	r->is_closed = true;
	*r->at = r->next;
	if (r->next)
		r->next->at = r->at;
	if (r->phase == READER_LOADING && r->is_reading) {
		conversation_load_cancel(of(r), &r->loading);
		r->is_reading = false;
	}
	free_when_closed(r);
}

struct conversation *reader_conversation(const struct reader *r)
{
	return r->options.conversation;
}
