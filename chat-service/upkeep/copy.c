/* --copy-to: walks over both stores side by side, in the same order. What both have must be equal,
 * what the source alone has is appended, hundreds at a time; what the target alone has stops the
 * copy. What is appended lies behind the target's walk, which so never sees it. Cut off anywhere,
 * the next run goes on where this one stopped. A second walk, which appends nothing, proves the
 * result. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "upkeep/report.h"
#include "upkeep/stream.h"
#include "upkeep/upkeep.h"

enum {
	APPENDS_MAX = 2000, /* under way */
	APPEND_BYTES_MAX = 16 * 1024 * 1024,
	APPEND_TRIES = 5
};

struct copy {
	struct loop *loop;
	struct store *from, *to;
	struct report report;
	struct entry_stream source, target;
	size_t appends, append_bytes; /* under way */
	uint64_t copied, same;
	bool may_append, is_stopped, is_refused, has_failed;
};

struct copied_entry {
	struct copy *copy;
	struct entry *entry; /* ours */
	struct timer again;
	int tries;
};

/* The stores differ: copying ends there, comparing goes on. */
static void differ(struct copy *copy, const struct store_scanned *at, const char *what)
{
	report_fault(&copy->report, at->conversation, at->first, what);
	copy->is_refused |= copy->may_append;
	copy->is_stopped |= copy->may_append;
}

static void go_on(void *ctx);

static void end_append(struct copied_entry *copied)
{
	struct copy *copy = copied->copy;

	copy->appends--;
	copy->append_bytes -= entry_size(copied->entry);
	entry_unref(copied->entry);
	timer_stop(&copied->again);
	free(copied);
	go_on(copy);
}

static void try_later(struct copied_entry *copied)
{
	if (++copied->tries < APPEND_TRIES) {
		timer_start(&copied->again, STREAM_RETRY_MS);
		return;
	}
	copied->copy->has_failed = true;
	end_append(copied);
}

static void appended(void *ctx, enum append_result result)
{
	struct copied_entry *copied = ctx;
	struct store_scanned at = {.conversation = copied->entry->conversation,
				   .first = (int64_t)copied->entry->first};

	if (result == APPEND_UNAVAILABLE) {
		try_later(copied);
		return;
	}
	if (result == APPEND_STORED)
		copied->copy->copied++;
	else if (copied->tries == 0) /* else it is ours, or the second walk tells */
		differ(copied->copy, &at, "the target has this number, or this client id, already");
	end_append(copied);
}

static void append(struct timer *timer)
{
	struct copied_entry *copied = container_of(timer, struct copied_entry, again);

	if (!store_append(copied->copy->to, copied->entry, appended, copied))
		try_later(copied);
}

/* False: wait. */
static bool start_append(struct copy *copy, struct entry *entry)
{
	struct copied_entry *copied;

	if (copy->appends == APPENDS_MAX || copy->append_bytes > APPEND_BYTES_MAX)
		return false;
	copied = calloc(1, sizeof(*copied));
	if (!copied) {
		copy->has_failed = true;
		return true;
	}
	copied->copy = copy;
	copied->entry = entry_ref(entry);
	copy->appends++;
	copy->append_bytes += entry_size(entry);
	timer_init(&copied->again, copy->loop, append);
	if (!store_append(copy->to, entry, appended, copied))
		try_later(copied);
	return true;
}

static int compare(const struct store_scanned *a, const struct store_scanned *b)
{
	struct text x = a->conversation, y = b->conversation;
	size_t n = x.n < y.n ? x.n : y.n;
	int order = n > 0 ? memcmp(x.p, y.p, n) : 0;

	if (order == 0)
		order = (x.n > y.n) - (x.n < y.n);
	return order ? order : (a->first > b->first) - (a->first < b->first);
}

/* One step of the walk. False: wait. */
static bool step(struct copy *copy, const struct store_scanned *source,
		 const struct store_scanned *target)
{
	int order = !source ? 1 : !target ? -1 : compare(source, target);

	if (source && !source->entry) {
		report_fault(&copy->report, source->conversation, source->first, source->why);
		copy->report.done++;
		entry_stream_step(&copy->source);
	} else if (target && !target->entry) {
		differ(copy, target, "what the target has here cannot be read");
		entry_stream_step(&copy->target);
	} else if (order > 0) {
		differ(copy, target, "the target has an entry here that the source has not");
		entry_stream_step(&copy->target);
	} else {
		if (order < 0 && !copy->may_append)
			differ(copy, source, "the target has not got this entry");
		else if (order < 0 && !start_append(copy, source->entry))
			return false;
		if (order == 0 && !entry_equal(source->entry, target->entry))
			differ(copy, source, "the target has another entry here");
		copy->same += order == 0;
		copy->report.done++;
		entry_stream_step(&copy->source);
		if (order == 0)
			entry_stream_step(&copy->target);
	}
	return true;
}

static void walk(struct copy *copy)
{
	while (!copy->is_stopped && !copy->has_failed) {
		const struct store_scanned *source = entry_stream_peek(&copy->source);
		const struct store_scanned *target = entry_stream_peek(&copy->target);

		if (copy->source.stream.has_failed || copy->target.stream.has_failed)
			copy->has_failed = true;
		else if ((!source && !copy->source.stream.is_at_end) ||
			 (!target && !copy->target.stream.is_at_end))
			return;
		else if (!source && !target)
			copy->is_stopped = true;
		else if (!step(copy, source, target))
			return;
	}
}

static bool is_done(const struct copy *copy)
{
	return (copy->is_stopped || copy->has_failed) && copy->appends == 0 &&
	       !copy->source.stream.is_asking && !copy->target.stream.is_asking;
}

static void go_on(void *ctx)
{
	struct copy *copy = ctx;

	walk(copy);
	if (is_done(copy))
		loop_stop(copy->loop);
}

/* True: both have the same, as far as this walk could see. */
static bool run(struct copy *copy, const char *what, bool may_append)
{
	report_begin(&copy->report, copy->loop, copy->from, what);
	copy->may_append = may_append;
	copy->is_stopped = false;
	copy->same = 0;
	entry_stream_open(&copy->source, copy->loop, copy->from, go_on, copy);
	entry_stream_open(&copy->target, copy->loop, copy->to, go_on, copy);
	while (!is_done(copy)) /* in the turn that it stopped in, more may have been asked */
		loop_run(copy->loop);
	entry_stream_close(&copy->source);
	entry_stream_close(&copy->target);
	report_end(&copy->report);
	return !copy->has_failed && copy->report.faults == 0;
}

bool upkeep_copy(struct loop *loop, struct store *from, struct store *to)
{
	struct copy copy = {.loop = loop, .from = from, .to = to};
	bool is_whole = run(&copy, "copying", true);

	printf("%s: %" PRIu64 " entries copied, %" PRIu64 " were there, %" PRIu64 " entries/s\n",
	       copy.has_failed   ? "FAILED, a store stayed away or memory is short"
	       : copy.is_refused ? "STOPPED, the target has a log of its own"
	       : is_whole        ? "ok"
				 : "NOT OK, some entries cannot be read",
	       copy.copied, copy.same,
	       copy.copied * 1000 / (uint64_t)report_elapsed_ms(&copy.report));
	if (copy.has_failed || copy.is_refused)
		return false;
	is_whole = run(&copy, "comparing", false);
	printf("%s: %" PRIu64 " entries are the same in both\n",
	       copy.has_failed ? "FAILED, a store stayed away or memory is short"
	       : is_whole      ? "ok"
			       : "NOT OK",
	       copy.same);
	return upkeep_rebuild_view(loop, to) && is_whole;
}
