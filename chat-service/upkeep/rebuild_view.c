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

struct rebuild {
	struct report report;
	struct join join;
	uint64_t rows, repaired;
	bool has_failed;
};

struct repair {
	struct row_case row;
	struct rebuild *rebuild;
	uint64_t seen;
	struct store_row *should; /* ours; NULL: there should be none */
	bool is_corrected;
};

static void log_came(void *ctx, bool is_available, struct entry *const *entries, size_t n)
{
	struct repair *repair = ctx;
	uint64_t written = repair->should ? repair->should->n : 0;

	if (!is_available) {
		case_try_later(&repair->row);
		return;
	}
	if (n > 0 && entry_last(entries[n - 1]) > written)
		store_follow(repair->row.join->store, entries[n - 1]);
	repair->rebuild->repaired++;
	case_close(&repair->row);
}

static void corrected(void *ctx, bool is_available)
{
	struct repair *repair = ctx;

	repair->is_corrected = is_available;
	if (is_available)
		case_step_in(&repair->row, 0);
	else
		case_try_later(&repair->row);
}

static void take_step(struct row_case *c)
{
	struct repair *repair = container_of(c, struct repair, row);
	struct store *store = repair->row.join->store;
	struct store_range range = {
		.conversation = c->conversation, .limit = 1, .newest_first = true};

	if (repair->is_corrected ? !store_read(store, &range, log_came, repair)
				 : !store_correct(store, c->conversation, repair->seen,
						  repair->should, corrected, repair))
		case_try_later(c);
}

static void end_repair(struct row_case *c)
{
	struct repair *repair = container_of(c, struct repair, row);

	free(repair->should);
	free(repair);
}

static struct repair *new_repair(struct rebuild *rebuild, const struct store_row *is,
				 const struct store_row *should)
{
	struct repair *repair = calloc(1, sizeof(*repair));

	if (!repair)
		return NULL;
	repair->row.step = take_step;
	repair->row.end = end_repair;
	repair->rebuild = rebuild;
	repair->seen = is ? is->n : 0;
	repair->should = should ? row_copy(should) : NULL;
	if ((!should || repair->should) &&
	    case_open(&repair->row, &rebuild->join, is ? is->conversation : should->conversation))
		return repair;
	end_repair(&repair->row);
	return NULL;
}

static void pair_seen(void *ctx, const struct store_row *is, const struct store_row *should)
{
	struct rebuild *rebuild = ctx;

	rebuild->rows += should != NULL;
	if (row_fault(is, should) && !new_repair(rebuild, is, should))
		rebuild->has_failed = true;
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
	struct rebuild rebuild = {.has_failed = false};

	report_begin(&rebuild.report, loop, store, "rebuilding the view");
	rebuild.join.item = item_seen;
	rebuild.join.pair = pair_seen;
	rebuild.join.ctx = &rebuild;
	join_run(&rebuild.join, loop, store);
	rebuild.has_failed |= rebuild.join.has_failed;
	report_end(&rebuild.report);
	printf("%s: %" PRIu64 " rows, %" PRIu64 " of them made right\n",
	       rebuild.has_failed          ? "FAILED, the store stayed away or memory is short"
	       : rebuild.report.faults > 0 ? "NOT OK, some entries cannot be read"
					   : "ok",
	       rebuild.rows, rebuild.repaired);
	return !rebuild.has_failed && rebuild.report.faults == 0;
}
