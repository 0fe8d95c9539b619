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
	CASES_MAX = 200, /* rows that are looked at again, at a time */
	LATE_MS = 3000,  /* a row may be this much later than its entry */
	LOOK_AGAIN_MS = 500
};

struct check {
	struct loop *loop;
	struct store *store;
	struct report report;
	struct log_check log;
	struct join join;
	size_t cases;
	uint64_t conversations;
	bool has_failed;
};

/* A row that is looked at again. */
struct row_case {
	struct check *check;
	struct entry *newest; /* of its log; NULL: there is none */
	struct timer again;
	int tries; /* that the store was away */
	size_t n;
	char conversation[];
};

static bool is_done(const struct check *check)
{
	return check->join.is_done && check->cases == 0 && join_is_idle(&check->join);
}

static void go_on(void *ctx)
{
	struct check *check = ctx;

	join_go_on(&check->join);
	if (is_done(check))
		loop_stop(check->loop);
}

static void end_case(struct row_case *c)
{
	struct check *check = c->check;

	timer_stop(&c->again);
	entry_unref(c->newest);
	free(c);
	check->cases--;
	go_on(check);
}

static void try_later(struct row_case *c)
{
	if (++c->tries < STREAM_TRIES) {
		timer_start(&c->again, STREAM_RETRY_MS);
		return;
	}
	c->check->has_failed = true;
	end_case(c);
}

static void row_came(void *ctx, bool is_available, struct store_row *const *rows, size_t n)
{
	struct row_case *c = ctx;
	struct text conversation = text_of(c->conversation, c->n);
	const struct store_row *is =
		n > 0 && text_equal(rows[0]->conversation, conversation) ? rows[0] : NULL;
	struct store_row should = {0}, *expected = c->newest ? &should : NULL;
	const char *fault;

	if (!is_available) {
		try_later(c);
		return;
	}
	if (c->newest)
		should = row_after(c->newest);
	fault = row_fault(is, expected);
	if (fault && row_may_just_be_late(is, expected) &&
	    should.at_ms + LATE_MS > loop_wall_ms()) {
		timer_start(&c->again, LOOK_AGAIN_MS);
		return;
	}
	if (fault)
		report_fault(&c->check->report, conversation,
			     (int64_t)(expected ? should.n : is->n), fault);
	end_case(c);
}

static void log_came(void *ctx, bool is_available, struct entry *const *entries, size_t n)
{
	struct row_case *c = ctx;
	struct store_row_range range = {
		.from = text_of(c->conversation, c->n), .includes_from = true, .limit = 1};

	if (is_available) {
		entry_unref(c->newest);
		c->newest = n > 0 ? entry_ref(entries[n - 1]) : NULL;
	}
	if (!is_available || !store_rows(c->check->store, &range, row_came, c))
		try_later(c);
}

static void look(struct timer *timer)
{
	struct row_case *c = container_of(timer, struct row_case, again);
	struct store_range range = {
		.conversation = text_of(c->conversation, c->n), .limit = 1, .newest_first = true};

	if (!store_read(c->check->store, &range, log_came, c))
		try_later(c);
}

static bool pair_seen(void *ctx, const struct store_row *is, const struct store_row *should)
{
	struct check *check = ctx;
	struct text conversation = is ? is->conversation : should->conversation;
	struct row_case *c;

	if (!row_fault(is, should)) {
		check->conversations++;
		return true;
	}
	if (check->cases == CASES_MAX)
		return false;
	c = calloc(1, sizeof(*c) + conversation.n);
	if (!c) {
		check->has_failed = true;
		return true;
	}
	check->conversations += should != NULL;
	check->cases++;
	c->check = check;
	c->n = conversation.n;
	memcpy(c->conversation, conversation.p, conversation.n);
	timer_init(&c->again, check->loop, look);
	timer_start(&c->again, 0);
	return true;
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
	struct check check = {.loop = loop, .store = store};
	bool is_whole;

	report_begin(&check.report, loop, store, "checking");
	log_check_init(&check.log, log_fault, &check);
	check.join.item = item_seen;
	check.join.pair = pair_seen;
	check.join.ctx = &check;
	join_open(&check.join, loop, store, go_on);
	while (!is_done(&check)) /* in the turn that it stopped in, more may have been asked */
		loop_run(loop);
	check.has_failed |= check.join.has_failed;
	join_close(&check.join);
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
