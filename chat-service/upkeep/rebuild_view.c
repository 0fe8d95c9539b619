/* --rebuild-view: walks over the logs and the view side by side and puts right the rows that
 * differ. Services may be at work: a row that has changed since it was seen is right already and
 * stays. A row that was ahead of its log had kept the writers from writing theirs, so behind each
 * correction the log's end is read, and what has come meanwhile is followed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/container.h"
#include "upkeep/join.h"
#include "upkeep/report.h"
#include "upkeep/row_check.h"
#include "upkeep/upkeep.h"

enum { REPAIRS_MAX = 200 /* at a time */ };

struct rebuild {
	struct loop *loop;
	struct store *store;
	struct report report;
	struct join join;
	size_t repairs;
	uint64_t rows, repaired;
	bool has_failed;
};

struct repair {
	struct rebuild *rebuild;
	uint64_t seen;
	struct store_row *row; /* ours; NULL: there should be none */
	bool is_corrected;
	struct timer again;
	int tries; /* that the store was away */
	size_t n;
	char conversation[];
};

static bool is_done(const struct rebuild *rebuild)
{
	return rebuild->join.is_done && rebuild->repairs == 0 && join_is_idle(&rebuild->join);
}

static void go_on(void *ctx)
{
	struct rebuild *rebuild = ctx;

	join_go_on(&rebuild->join);
	if (is_done(rebuild))
		loop_stop(rebuild->loop);
}

static void end_repair(struct repair *repair)
{
	struct rebuild *rebuild = repair->rebuild;

	timer_stop(&repair->again);
	free(repair->row);
	free(repair);
	rebuild->repairs--;
	go_on(rebuild);
}

static void try_later(struct repair *repair)
{
	if (++repair->tries < STREAM_TRIES) {
		timer_start(&repair->again, STREAM_RETRY_MS);
		return;
	}
	repair->rebuild->has_failed = true;
	end_repair(repair);
}

static void log_came(void *ctx, bool is_available, struct entry *const *entries, size_t n)
{
	struct repair *repair = ctx;
	uint64_t written = repair->row ? repair->row->n : 0;

	if (!is_available) {
		try_later(repair);
		return;
	}
	if (n > 0 && entry_last(entries[n - 1]) > written)
		store_follow(repair->rebuild->store, entries[n - 1]);
	repair->rebuild->repaired++;
	end_repair(repair);
}

static void corrected(void *ctx, bool is_available)
{
	struct repair *repair = ctx;

	repair->is_corrected = is_available;
	if (is_available)
		timer_start(&repair->again, 0);
	else
		try_later(repair);
}

static void take_step(struct timer *timer)
{
	struct repair *repair = container_of(timer, struct repair, again);
	struct store *store = repair->rebuild->store;
	struct text conversation = text_of(repair->conversation, repair->n);
	struct store_range range = {.conversation = conversation, .limit = 1, .newest_first = true};

	if (repair->is_corrected ? !store_read(store, &range, log_came, repair)
				 : !store_correct(store, conversation, repair->seen, repair->row,
						  corrected, repair))
		try_later(repair);
}

static bool pair_seen(void *ctx, const struct store_row *is, const struct store_row *should)
{
	struct rebuild *rebuild = ctx;
	struct text conversation = is ? is->conversation : should->conversation;
	struct repair *repair;

	if (!row_fault(is, should)) {
		rebuild->rows++;
		return true;
	}
	if (rebuild->repairs == REPAIRS_MAX)
		return false;
	repair = calloc(1, sizeof(*repair) + conversation.n);
	if (repair && should)
		repair->row = row_copy(should);
	if (!repair || (should && !repair->row)) {
		free(repair);
		rebuild->has_failed = true;
		return true;
	}
	rebuild->rows += should != NULL;
	rebuild->repairs++;
	repair->rebuild = rebuild;
	repair->seen = is ? is->n : 0;
	repair->n = conversation.n;
	memcpy(repair->conversation, conversation.p, conversation.n);
	timer_init(&repair->again, rebuild->loop, take_step);
	timer_start(&repair->again, 0);
	return true;
}

static void item_seen(void *ctx, const struct store_scanned *item)
{
	struct rebuild *rebuild = ctx;

	rebuild->report.done++;
	if (!item->entry) /* its row is made from what can be read */
		report_fault(&rebuild->report, item->conversation, item->first, item->why);
}

bool upkeep_rebuild_view(struct loop *loop, struct store *store)
{
	struct rebuild rebuild = {.loop = loop, .store = store};

	report_begin(&rebuild.report, loop, store, "rebuilding the view");
	rebuild.join.item = item_seen;
	rebuild.join.pair = pair_seen;
	rebuild.join.ctx = &rebuild;
	join_open(&rebuild.join, loop, store, go_on);
	while (!is_done(&rebuild)) /* in the turn that it stopped in, more may have been asked */
		loop_run(loop);
	rebuild.has_failed |= rebuild.join.has_failed;
	join_close(&rebuild.join);
	report_end(&rebuild.report);
	printf("%s: %" PRIu64 " rows, %" PRIu64 " of them made right\n",
	       rebuild.has_failed          ? "FAILED, the store stayed away or memory is short"
	       : rebuild.report.faults > 0 ? "NOT OK, some entries cannot be read"
					   : "ok",
	       rebuild.rows, rebuild.repaired);
	return !rebuild.has_failed && rebuild.report.faults == 0;
}
