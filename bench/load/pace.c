#include "bench/load/pace.h"

#include "bench/load/clock.h"

/* An open loop wakes at most this often: what it sends together it would have sent within that
 * time. */
static const int64_t tick_ns = 100 * 1000;

void pace_acked(struct pace *pace, struct crowd *crowd, struct user *user, int64_t due_ns)
{
	int64_t now_ns = clock_now_ns();

	if (now_ns >= pace->from_ns && now_ns < pace->until_ns)
		pace->counted++;
	if (due_ns >= pace->from_ns && due_ns < pace->until_ns)
		histogram_add(&pace->latency, now_ns - due_ns);
	if (crowd->options->rate == 0 && now_ns < pace->until_ns)
		crowd_send(crowd, user, now_ns);
}

static int64_t due_ns(const struct pace *pace, const struct options *options)
{
	return pace->begin_ns + (int64_t)((double)pace->due * NS_PER_S / (double)options->rate);
}

/* What was due before the end is sent, however late it has become. */
static void run_open_loop(struct pace *pace, struct crowd *crowd, int64_t until_ns)
{
	int64_t now_ns, next_ns;

	do {
		now_ns = clock_now_ns();
		while ((next_ns = due_ns(pace, crowd->options)) <= now_ns && next_ns < until_ns) {
			crowd_send(crowd, &crowd->users[pace->due % pace->senders], next_ns);
			pace->due++;
		}
		if (next_ns < now_ns + tick_ns)
			next_ns = now_ns + tick_ns;
		wire_turn(crowd->wire, next_ns < until_ns ? next_ns : until_ns);
	} while (now_ns < until_ns);
}

static void run_until(struct pace *pace, struct crowd *crowd, int64_t until_ns)
{
	if (crowd->options->rate > 0)
		run_open_loop(pace, crowd, until_ns);
	else
		crowd_run_until(crowd, until_ns);
}

bool pace_run(struct pace *pace, struct crowd *crowd, unsigned senders)
{
	const struct options *options = crowd->options;

	pace->senders = senders;
	pace->begin_ns = clock_now_ns();
	pace->from_ns = pace->begin_ns + options->warmup * NS_PER_S;
	pace->until_ns = pace->from_ns + options->seconds * NS_PER_S;
	histogram_init(&pace->latency);
	for (unsigned i = 0; i < senders && options->rate == 0; i++)
		for (int64_t k = 0; k < options->window; k++)
			crowd_send(crowd, &crowd->users[i], pace->begin_ns);
	run_until(pace, crowd, pace->from_ns);
	if (!processes_read(options, &pace->before))
		return false;
	run_until(pace, crowd, pace->until_ns);
	if (!processes_read(options, &pace->after))
		return false;
	crowd_drain(crowd);
	return true;
}

void pace_report(const struct pace *pace, struct report *r, const struct options *options)
{
	report_number(r, "acked_per_s",
		      (double)pace->counted * NS_PER_S / (double)(pace->until_ns - pace->from_ns),
		      0);
	report_latency(r, "ack", &pace->latency);
	report_cpu(r, options, &pace->before, &pace->after, pace->counted);
}
