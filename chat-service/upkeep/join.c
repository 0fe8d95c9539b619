#include "upkeep/join.h"

#include <stdlib.h>
#include <string.h>

#include "base/container.h"

enum { CASES_MAX = 200 };

/* As both stores order them: by bytes. */
static int compare(struct text a, struct text b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* The rows in front of the log that was walked through are nobody's; behind the last log, all that
 * are left. False: wait. */
static bool pass_rows(struct join *join)
{
	const struct store_row *is;

	while ((is = row_stream_peek(&join->rows)) &&
	       (!join->newest || compare(is->conversation, join->newest->conversation) < 0)) {
		if (join->cases == CASES_MAX)
			return false;
		join->pair(join->ctx, is, NULL);
		row_stream_step(&join->rows);
	}
	return is || join->rows.stream.is_at_end;
}

/* The log's last entry was seen. False: wait. */
static bool end_log(struct join *join)
{
	struct store_row should;
	const struct store_row *is;

	if (!pass_rows(join))
		return false;
	if (!join->newest)
		return true;
	if (join->cases == CASES_MAX)
		return false;
	should = row_after(join->newest);
	if (should.name.n == 0)
		should.name = buffer_text(&join->name);
	is = row_stream_peek(&join->rows);
	if (is && !text_equal(is->conversation, should.conversation))
		is = NULL;
	join->pair(join->ctx, is, &should);
	if (is)
		row_stream_step(&join->rows);
	entry_unref(join->newest);
	join->newest = NULL;
	buffer_clear(&join->name);
	return true;
}

static void take(struct join *join, const struct store_scanned *item)
{
	struct store_row row;

	join->item(join->ctx, item);
	if (!item->entry)
		return;
	row = row_after(item->entry);
	if (row.name.n > 0) {
		buffer_clear(&join->name);
		buffer_add_text(&join->name, row.name);
	}
	entry_unref(join->newest);
	join->newest = entry_ref(item->entry);
}

/* What cannot be read ends no log: its conversation may not be known. */
static bool ends_log(const struct join *join, const struct store_scanned *item)
{
	return item->entry && join->newest &&
	       !text_equal(item->conversation, join->newest->conversation);
}

static void walk(struct join *join)
{
	while (!join->is_done) {
		const struct store_scanned *item = entry_stream_peek(&join->entries);
		bool was_log = join->newest;

		join->has_failed |= join->entries.stream.has_failed ||
				    join->rows.stream.has_failed || join->name.failed;
		if (join->has_failed) {
			join->is_done = true;
		} else if (item && !ends_log(join, item)) {
			take(join, item);
			entry_stream_step(&join->entries);
		} else if (!item && !join->entries.stream.is_at_end) {
			return;
		} else if (!end_log(join)) {
			return;
		} else if (!item && !was_log) {
			join->is_done = true;
		}
	}
}

/* Nothing is under way any more. */
static bool is_over(const struct join *join)
{
	return join->is_done && join->cases == 0 && !join->entries.stream.is_asking &&
	       !join->rows.stream.is_asking;
}

static void go_on(void *ctx)
{
	struct join *join = ctx;

	walk(join);
	if (is_over(join))
		loop_stop(join->loop);
}

void join_run(struct join *join, struct loop *loop, struct store *store)
{
	join->loop = loop;
	join->store = store;
	entry_stream_open(&join->entries, loop, store, go_on, join);
	row_stream_open(&join->rows, loop, store, go_on, join);
	while (!is_over(join)) /* in the turn that it stopped in, more may have been asked */
		loop_run(loop);
	entry_stream_close(&join->entries);
	row_stream_close(&join->rows);
	entry_unref(join->newest);
	buffer_release(&join->name);
}

/* ---- cases ---- */

static void take_step(struct timer *timer)
{
	struct row_case *c = container_of(timer, struct row_case, next);

	c->step(c);
}

bool case_open(struct row_case *c, struct join *join, struct text conversation)
{
	char *own = malloc(conversation.n + 1);

	if (!own)
		return false;
	memcpy(own, conversation.p, conversation.n);
	c->conversation = text_of(own, conversation.n);
	c->join = join;
	join->cases++;
	timer_init(&c->next, join->loop, take_step);
	timer_start(&c->next, 0);
	return true;
}

void case_step_in(struct row_case *c, int64_t ms)
{
	timer_start(&c->next, ms);
}

void case_close(struct row_case *c)
{
	struct join *join = c->join;

	timer_stop(&c->next);
	free((char *)c->conversation.p);
	c->end(c);
	join->cases--;
	go_on(join);
}

void case_try_later(struct row_case *c)
{
	if (++c->tries < STREAM_TRIES) {
		case_step_in(c, STREAM_RETRY_MS);
		return;
	}
	c->join->has_failed = true;
	case_close(c);
}
