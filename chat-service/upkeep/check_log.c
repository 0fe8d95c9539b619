/* --check-log: the logs are checked as they pass (log_check.h), and beside them the view. A row
 * that is not as the walk has seen its log is looked at again, with the log's end as it is then:
 * services may be at work, and their rows come a little later than their entries. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/container.h"
#include "upkeep/join.h"
#include "upkeep/log_check.h"
#include "upkeep/report.h"
#include "upkeep/row_check.h"
#include "upkeep/upkeep.h"

enum {
	LATE_MS = 3000, /* a row may be this much later than its entry */
	LOOK_AGAIN_MS = 500
};

struct check {
	struct report report;
	struct log_check log;
	struct join join;
	uint64_t conversations;
	bool has_failed;
};

/* A row that is looked at again. */
struct look {
	struct row_case row;
	struct check *check;
	struct entry *newest; /* of its log; NULL: there is none */
};

static void row_came(void *ctx, bool is_available, struct store_row *const *rows, size_t n)
{
	struct look *look = ctx;
	struct text conversation = look->row.conversation;
	const struct store_row *is =
		n > 0 && text_equal(rows[0]->conversation, conversation) ? rows[0] : NULL;
	struct store_row should = {0}, *expected = look->newest ? &should : NULL;
	const char *fault;

	if (!is_available) {
		case_try_later(&look->row);
		return;
	}
	if (look->newest)
		should = row_after(look->newest);
	fault = row_fault(is, expected);
	if (fault && row_may_just_be_late(is, expected) &&
	    should.at_ms + LATE_MS > loop_wall_ms()) {
		case_step_in(&look->row, LOOK_AGAIN_MS);
		return;
	}
	if (fault)
		report_fault(&look->check->report, conversation,
			     (int64_t)(expected ? should.n : is->n), fault);
	case_close(&look->row);
}

static void log_came(void *ctx, bool is_available, struct entry *const *entries, size_t n)
{
	struct look *look = ctx;
	struct store_row_range range = {
		.from = look->row.conversation, .includes_from = true, .limit = 1};

	if (is_available) {
		entry_unref(look->newest);
		look->newest = n > 0 ? entry_ref(entries[n - 1]) : NULL;
	}
	if (!is_available || !store_rows(look->row.join->store, &range, row_came, look))
		case_try_later(&look->row);
}

static void look_again(struct row_case *c)
{
	struct look *look = container_of(c, struct look, row);
	struct store_range range = {
		.conversation = c->conversation, .limit = 1, .newest_first = true};

	if (!store_read(look->row.join->store, &range, log_came, look))
		case_try_later(c);
}

static void end_look(struct row_case *c)
{
	struct look *look = container_of(c, struct look, row);

	entry_unref(look->newest);
	free(look);
}

static void pair_seen(void *ctx, const struct store_row *is, const struct store_row *should)
{
	struct check *check = ctx;
	struct look *look;

	check->conversations += should != NULL;
	if (!row_fault(is, should))
		return;
	look = calloc(1, sizeof(*look));
	if (look) {
		look->row.step = look_again;
		look->row.end = end_look;
		look->check = check;
	}
	if (!look ||
	    !case_open(&look->row, &check->join, is ? is->conversation : should->conversation)) {
		free(look);
		check->has_failed = true;
	}
}

static void item_seen(void *ctx, const struct store_scanned *item)
{
	struct check *check = ctx;

	check->report.done++;
	if (!log_check_add(&check->log, item))
		check->has_failed = true;
}

static void log_fault(void *ctx, struct text conversation, int64_t number, const char *what)
{
	struct check *check = ctx;

	report_fault(&check->report, conversation, number, what);
}

bool upkeep_check_log(struct loop *loop, struct store *store)
{
	struct check check = {.has_failed = false};
	bool is_whole;

	report_begin(&check.report, loop, store, "checking");
	log_check_init(&check.log, log_fault, &check);
	check.join.item = item_seen;
	check.join.pair = pair_seen;
	check.join.ctx = &check;
	join_run(&check.join, loop, store);
	check.has_failed |= check.join.has_failed;
	log_check_release(&check.log);
	report_end(&check.report);
	is_whole = !check.has_failed && check.report.faults == 0;
	printf("%s: %" PRIu64 " entries of %" PRIu64 " conversations checked, %" PRIu64
	       " faults found\n",
	       check.has_failed ? "FAILED, the store stayed away or memory is short"
	       : is_whole       ? "ok"
				: "NOT OK",
	       check.report.done, check.conversations, check.report.faults);
	return is_whole;
}
