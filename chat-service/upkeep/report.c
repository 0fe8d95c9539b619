#include "upkeep/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/container.h"
#include "base/json_text.h"

enum { PROGRESS_MS = 1000 };

static void show(struct timer *timer)
{
	struct report *report = container_of(timer, struct report, timer);

	if (report->of > 0)
		fprintf(stderr, "%s: %" PRIu64 " of about %" PRIu64 " entries\n", report->what,
			report->done, report->of);
	else
		fprintf(stderr, "%s: %" PRIu64 " entries\n", report->what, report->done);
	timer_start(timer, PROGRESS_MS);
}

static void counted(void *ctx, bool is_available, uint64_t entries)
{
	struct report *report = ctx;

	report->is_asking = false;
	report->of = is_available ? entries : 0;
	if (report->is_ending)
		loop_stop(report->timer.loop);
}

void report_begin(struct report *report, struct loop *loop, struct store *store, const char *what)
{
	*report = (struct report){.what = what, .begun_ms = loop_now_ms(loop)};
	timer_init(&report->timer, loop, show);
	timer_start(&report->timer, PROGRESS_MS);
	report->is_asking = store_count(store, counted, report);
}

void report_end(struct report *report)
{
	timer_stop(&report->timer);
	report->is_ending = true;
	if (report->is_asking) /* its answer has to come while there is a report */
		loop_run(report->timer.loop);
	fflush(stdout);
}

/* In quotes, so that a name can put no line of its own among these. */
static void add_quoted(struct buffer *line, struct text conversation)
{
	if (text_is_utf8(conversation)) {
		buffer_add_json(line, conversation);
		return;
	}
	buffer_add_string(line, "(bytes) ");
	for (size_t i = 0; i < conversation.n; i++)
		buffer_add_format(line, "%02x", (unsigned char)conversation.p[i]);
}

void report_fault(struct report *report, struct text conversation, int64_t number, const char *what)
{
	struct buffer line = BUFFER_INIT;

	report->faults++;
	add_quoted(&line, conversation);
	printf("%s %" PRId64 ": %s\n", line.failed ? "?" : line.p, number, what);
	buffer_release(&line);
}

int64_t report_elapsed_ms(const struct report *report)
{
	int64_t elapsed = loop_now_ms(report->timer.loop) - report->begun_ms;

	return elapsed > 0 ? elapsed : 1;
}
