#include "store/view.h"

#include <stdlib.h>
#define HASH_NONFATAL_OOM 1 /* what cannot be added is told by a NULL table */
#include <uthash.h>

#include "base/container.h"
#include "loop/workers.h"

struct noted {
	struct store_row *row; /* ours; its conversation is the key */
	UT_hash_handle hh;
};

struct view {
	struct loop *loop;
	const struct log *log;
	const struct backend *backend;
	void *ctx;
	struct workers *workers; /* one thread */
	struct timer timer;
	struct noted *noted; /* by conversation */
	size_t bytes;        /* of the rows noted and under way */
	bool is_flushing, has_dropped;
};

struct flush {
	struct job job;
	struct view *view;
	size_t n, written; /* written: by the thread, from the beginning */
	struct store_row *rows[];
};

static void write_rows(void *ctx, void *thread, struct job *jobs)
{
	struct flush *flush = container_of(jobs, struct flush, job); /* one job a batch */
	struct view *view = ctx;

	while (thread && flush->written < flush->n) {
		size_t n = flush->n - flush->written;

		if (n > STORE_BATCH_ENTRIES)
			n = STORE_BATCH_ENTRIES;
		if (!view->backend->write_rows(
			    view->ctx, thread,
			    (const struct store_row *const *)flush->rows + flush->written, n))
			break;
		flush->written += n;
	}
}

static void *open_thread(void *ctx)
{
	struct view *view = ctx;

	return view->backend->open(view->ctx, THREAD_VIEW);
}

static void close_thread(void *ctx, void *thread)
{
	struct view *view = ctx;

	if (thread)
		view->backend->close(view->ctx, thread);
}

static void give_up(struct view *view, struct store_row *row)
{
	view->bytes -= row_size(row);
	free(row);
}

/* The newer of two rows of one conversation, ours both; the name that only the older one knows goes
 * over. */
static struct store_row *merge(struct view *view, struct store_row *a, struct store_row *b)
{
	struct store_row *newer = a->n > b->n ? a : b, *older = newer == a ? b : a;

	if (newer->name.n == 0 && older->name.n > 0) {
		struct store_row named = *newer, *copy;

		named.name = older->name;
		copy = row_copy(&named);
		if (copy) {
			view->bytes += row_size(copy);
			give_up(view, newer);
			newer = copy;
		}
	}
	give_up(view, older);
	return newer;
}

/* Takes the row over. */
static void note(struct view *view, struct store_row *row)
{
	struct noted *noted;

	HASH_FIND(hh, view->noted, row->conversation.p, row->conversation.n, noted);
	if (noted) {
		noted->row = merge(view, row, noted->row);
		noted->hh.key =
			noted->row->conversation.p; /* the same bytes, in memory that stays */
		return;
	}
	noted = calloc(1, sizeof(*noted));
	if (noted) {
		noted->row = row;
		HASH_ADD_KEYPTR(hh, view->noted, row->conversation.p, row->conversation.n, noted);
	}
	if (!noted || !noted->hh.tbl) {
		give_up(view, row);
		free(noted);
	}
}

static void wait_a_little(struct view *view)
{
	if (view->noted && !view->is_flushing && !timer_is_running(&view->timer))
		timer_start(&view->timer, VIEW_FLUSH_MS);
}

static void flushed(struct job *job)
{
	struct flush *flush = container_of(job, struct flush, job);
	struct view *view = flush->view;

	view->is_flushing = false;
	for (size_t i = 0; i < flush->n; i++) {
		if (i < flush->written)
			give_up(view, flush->rows[i]);
		else
			note(view, flush->rows[i]);
	}
	if (flush->written == flush->n)
		view->has_dropped = false;
	free(flush);
	wait_a_little(view);
}

/* What was noted first, and has waited longest. */
static void start_flush(struct view *view, size_t most)
{
	size_t n = HASH_COUNT(view->noted);
	struct flush *flush;
	struct noted *noted, *next;

	if (n == 0)
		return;
	if (n > most)
		n = most;
	flush = calloc(1, sizeof(*flush) + n * sizeof(flush->rows[0]));
	if (!flush) {
		wait_a_little(view);
		return;
	}
	flush->job.done = flushed;
	flush->view = view;
	HASH_ITER(hh, view->noted, noted, next)
	{
		if (flush->n == n)
			break;
		HASH_DEL(view->noted, noted);
		flush->rows[flush->n++] = noted->row;
		free(noted);
	}
	view->is_flushing = true;
	workers_submit(view->workers, &flush->job);
}

static void fire(struct timer *timer)
{
	start_flush(container_of(timer, struct view, timer), VIEW_FLUSH_ROWS);
}

void view_note(struct view *view, const struct entry *entry)
{
	struct store_row row = row_after(entry), *copy = NULL;

	if (view->bytes + row_size(&row) <= VIEW_NOTED_BYTES)
		copy = row_copy(&row);
	if (!copy) {
		if (!view->has_dropped)
			log_warn(view->log, "the view of conversations falls behind; "
					    "chat-service --rebuild-view makes it right");
		view->has_dropped = true;
		return;
	}
	view->bytes += row_size(copy);
	note(view, copy);
	wait_a_little(view);
}

static void free_notes(struct view *view)
{
	struct noted *noted, *next;

	if (view->noted)
		log_warn(view->log, "the view of conversations stays behind",
			 LOG_NUMBER("rows", HASH_COUNT(view->noted)));
	HASH_ITER(hh, view->noted, noted, next)
	{
		HASH_DEL(view->noted, noted);
		free(noted->row);
		free(noted);
	}
}

struct view *view_open(struct loop *loop, const struct log *log, const struct backend *backend,
		       void *ctx)
{
	struct view *view = calloc(1, sizeof(*view));

	if (!view)
		return NULL;
	view->loop = loop;
	view->log = log;
	view->backend = backend;
	view->ctx = ctx;
	timer_init(&view->timer, loop, fire);
	view->workers = workers_start(
		loop, &(struct workers_options){
			      .name = "store-view",
			      .threads = 1,
			      .queue_bytes = 1,
			      .queue_jobs = 2, /* the last one while one is under way */
			      .batch_jobs = 1,
			      .open = open_thread,
			      .run = write_rows,
			      .close = close_thread,
			      .ctx = view,
		      });
	if (!view->workers) {
		free(view);
		return NULL;
	}
	return view;
}

void view_close(struct view *view)
{
	if (!view)
		return;
	timer_stop(&view->timer);
	start_flush(view, SIZE_MAX);
	workers_stop(view->workers);
	timer_stop(&view->timer);
	free_notes(view);
	free(view);
}
