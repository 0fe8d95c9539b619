#include "bench/load/report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/load/clock.h"

void report_begin(struct report *r, const struct options *options)
{
	*r = (struct report){.is_json = options->is_json};
	if (r->is_json)
		putchar('{');
	else
		printf("%s\n", options->scenario);
}

void report_number(struct report *r, const char *name, double value, int decimals)
{
	if (r->is_json)
		printf("%s\"%s\":%.*f", r->has_any ? "," : "", name, decimals, value);
	else
		printf("  %-28s %14.*f\n", name, decimals, value);
	r->has_any = true;
}

void report_latency(struct report *r, const char *name, const struct histogram *h)
{
	static const struct {
		const char *name;
		double percent;
	} points[] = {{"p50", 50}, {"p99", 99}, {"p99.9", 99.9}, {"max", 100}};
	char full[64];

	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		snprintf(full, sizeof(full), "%s_%s_ms", name, points[i].name);
		report_number(r, full, (double)histogram_at(h, points[i].percent) / NS_PER_MS, 3);
	}
}

void report_tally(struct report *r, const struct tally *t)
{
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{"sent", t->sent}, {"acked", t->acked},     {"delivered", t->delivered},
		{"lost", t->lost}, {"doubled", t->doubled}, {"out_of_order", t->out_of_order},
		{"gaps", t->gaps}, {"refused", t->refused}, {"closed", t->closed},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		report_number(r, rows[i].name, (double)rows[i].value, 0);
}

void report_end(struct report *r)
{
	if (r->is_json)
		puts("}");
	fflush(stdout);
}

bool processes_read(const struct options *options, struct processes_use *use)
{
	for (size_t i = 0; i < options->process_count; i++) {
		if (!process_read(options->processes[i].pid, &use->each[i])) {
			fprintf(stderr, "chat-load: %s: there is no such process\n",
				options->processes[i].name);
			return false;
		}
	}
	use->at_ns = clock_now_ns();
	use->machine_ns = process_read_machine_ns();
	return process_read(getpid(), &use->each[options->process_count]);
}

void report_cpu(struct report *r, const struct options *options, const struct processes_use *before,
		const struct processes_use *after, uint64_t messages)
{
	int64_t others_ns = after->machine_ns - before->machine_ns;
	char name[64];

	for (size_t i = 0; i <= options->process_count; i++) {
		const char *process =
			i < options->process_count ? options->processes[i].name : "load=";

		int64_t used_ns = after->each[i].cpu_ns - before->each[i].cpu_ns;

		snprintf(name, sizeof(name), "cpu_%.*s_us", (int)strcspn(process, "="), process);
		report_number(r, name, messages ? (double)used_ns / 1000 / (double)messages : 0, 2);
		others_ns -= used_ns;
	}
	report_number(r, "others_cores", (double)others_ns / (double)(after->at_ns - before->at_ns),
		      2);
}
