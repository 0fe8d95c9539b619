#include "upkeep/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/container.h"

static void open_stream(struct stream *s, struct loop *loop, struct store *store,
			void (*again)(struct timer *), void (*ready)(void *ctx), void *ctx)
{
	*s = (struct stream){.store = store, .ready = ready, .ctx = ctx};
	timer_init(&s->retry, loop, again);
}

/* Whether what came is to be taken. */
static bool answered(struct stream *s, bool is_available)
{
	s->is_asking = false;
	if (is_available) {
		s->tries = 0;
		return true;
	}
	if (++s->tries < STREAM_TRIES) {
		timer_start(&s->retry, STREAM_RETRY_MS);
		return false;
	}
	s->has_failed = true;
	s->ready(s->ctx);
	return false;
}

static void asked(struct stream *s, bool is_taken)
{
	s->is_asking = is_taken;
	if (!is_taken)
		timer_start(&s->retry, STREAM_RETRY_MS); /* its queue is full */
}

static bool is_idle(const struct stream *s)
{
	return !s->is_asking && !s->is_at_end && !s->has_failed && !timer_is_running(&s->retry);
}

/* ---- entries ---- */

static void release_items(struct entry_stream *s)
{
	for (size_t i = 0; i < s->n; i++) {
		entry_unref(s->items[i].entry);
		if (!s->items[i].entry)
			free((char *)s->items[i].why);
	}
	free(s->items);
	s->items = NULL;
	s->n = s->at = 0;
}

/* A copy that outlives the callback. False: memory is short. */
static bool keep_item(struct store_scanned *to, const struct store_scanned *from)
{
	size_t length;
	char *texts;

	*to = *from;
	if (from->entry) {
		to->entry = entry_ref(from->entry);
		return true;
	}
	length = strlen(from->why) + 1;
	texts = malloc(length + from->conversation.n);
	if (!texts)
		return false;
	to->why = memcpy(texts, from->why, length);
	texts += length;
	to->conversation = text_put(&texts, from->conversation);
	return true;
}

static void page_came(void *ctx, bool is_available, const struct store_scanned *items, size_t n,
		      struct text next)
{
	struct entry_stream *s = ctx;
	struct store_scanned *kept = n > 0 && is_available ? calloc(n, sizeof(*kept)) : NULL;

	if (!answered(&s->stream, is_available))
		return;
	s->items = kept;
	while (kept && s->n < n && keep_item(&kept[s->n], &items[s->n]))
		s->n++;
	buffer_clear(&s->next);
	buffer_add_text(&s->next, next);
	s->stream.is_at_end = next.n == 0;
	s->stream.has_failed = s->n < n || s->next.failed;
	s->has_asked = true;
	s->stream.ready(s->stream.ctx);
}

static void ask_page(struct entry_stream *s)
{
	struct text after = s->has_asked ? buffer_text(&s->next) : TEXT_NONE;

	asked(&s->stream, store_scan(s->stream.store, after, STREAM_PAGE, page_came, s));
}

static void ask_page_again(struct timer *timer)
{
	ask_page(container_of(timer, struct entry_stream, stream.retry));
}

void entry_stream_open(struct entry_stream *s, struct loop *loop, struct store *store,
		       void (*ready)(void *ctx), void *ctx)
{
	*s = (struct entry_stream){0};
	open_stream(&s->stream, loop, store, ask_page_again, ready, ctx);
	ask_page(s);
}

void entry_stream_close(struct entry_stream *s)
{
	timer_stop(&s->stream.retry);
	release_items(s);
	buffer_release(&s->next);
}

const struct store_scanned *entry_stream_peek(struct entry_stream *s)
{
	if (s->at < s->n)
		return &s->items[s->at];
	if (is_idle(&s->stream)) {
		release_items(s);
		ask_page(s);
	}
	return NULL;
}

void entry_stream_step(struct entry_stream *s)
{
	s->at++;
}

/* ---- rows ---- */

static void release_rows(struct row_stream *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->rows[i]);
	free(s->rows);
	s->rows = NULL;
	s->n = s->at = 0;
}

static void rows_came(void *ctx, bool is_available, struct store_row *const *rows, size_t n)
{
	struct row_stream *s = ctx;
	struct store_row **kept = n > 0 ? calloc(n, sizeof(struct store_row *)) : NULL;

	if (!answered(&s->stream, is_available)) {
		free(kept);
		return;
	}
	s->rows = kept;
	while (kept && s->n < n && (kept[s->n] = row_copy(rows[s->n])))
		s->n++;
	s->stream.is_at_end = n == 0;
	s->stream.has_failed = s->n < n;
	if (s->n > 0) {
		buffer_clear(&s->next);
		buffer_add_text(&s->next, kept[s->n - 1]->conversation);
		s->stream.has_failed |= s->next.failed;
	}
	s->has_asked = true;
	s->stream.ready(s->stream.ctx);
}

static void ask_rows(struct row_stream *s)
{
	struct store_row_range range = {.from = buffer_text(&s->next),
					.includes_from = !s->has_asked,
					.limit = STREAM_PAGE};

	asked(&s->stream, store_rows(s->stream.store, &range, rows_came, s));
}

static void ask_rows_again(struct timer *timer)
{
	ask_rows(container_of(timer, struct row_stream, stream.retry));
}

void row_stream_open(struct row_stream *s, struct loop *loop, struct store *store,
		     void (*ready)(void *ctx), void *ctx)
{
	*s = (struct row_stream){0};
	open_stream(&s->stream, loop, store, ask_rows_again, ready, ctx);
	ask_rows(s);
}

void row_stream_close(struct row_stream *s)
{
	timer_stop(&s->stream.retry);
	release_rows(s);
	buffer_release(&s->next);
}

const struct store_row *row_stream_peek(struct row_stream *s)
{
	if (s->at < s->n)
		return s->rows[s->at];
	if (is_idle(&s->stream)) {
		release_rows(s);
		ask_rows(s);
	}
	return NULL;
}

void row_stream_step(struct row_stream *s)
{
	s->at++;
}
