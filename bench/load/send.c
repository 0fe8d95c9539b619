#include "bench/load/scenario.h"

#include <stdlib.h>

#include "bench/load/pace.h"

static void acked(struct crowd *crowd, struct user *user, int64_t due_ns)
{
	pace_acked(crowd->ctx, crowd, user, due_ns);
}

bool scenario_send(const struct options *options)
{
	struct pace *pace = calloc(1, sizeof(*pace));
	struct crowd crowd = {.options = options, .ctx = pace, .acked = acked};
	struct report report;
	bool is_good = false;

	if (!pace || !crowd_init(&crowd, (unsigned)options->users) ||
	    !crowd_join(&crowd, 0, crowd.count, (unsigned)options->at_once) ||
	    !pace_run(pace, &crowd, crowd.count) || !crowd_check(&crowd))
		goto out;
	report_begin(&report, options);
	pace_report(pace, &report, options);
	report_tally(&report, &crowd.tally);
	report_end(&report);
	is_good = crowd_is_clean(&crowd);
out:
	crowd_release(&crowd);
	free(pace);
	return is_good;
}
