/* --sort: every trigger in the order in which it is tried. */
#include <stdio.h>
#include <stdlib.h>

#include "bot/cli/modes.h"

struct listing {
	struct text topic;
	unsigned n;
};

static void show(void *context, const struct rs_trigger *t)
{
	struct listing *listing = context;
	if (!text_equal(listing->topic, t->topic)) {
		printf("%s> topic %.*s\n", listing->topic.p ? "\n" : "", (int)t->topic.n,
		       t->topic.p);
		*listing = (struct listing){t->topic, 0};
	}
	printf("%6u  + %.*s", ++listing->n, (int)t->text.n, t->text.p);
	if (t->previous.n)
		printf("  %% %.*s", (int)t->previous.n, t->previous.p);
	printf("  [%s:%u]\n", t->file, t->line);
}

int mode_sort(const struct cli_options *options, const struct rs_brain *brain)
{
	struct listing listing = {TEXT_NONE, 0};
	(void)options;
	rs_brain_each_trigger(brain, show, &listing);
	return EXIT_SUCCESS;
}
