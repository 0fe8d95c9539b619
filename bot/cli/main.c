/* rivescript: talk to a brain, check it, test it. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bot/cli/modes.h"
#include "bot/cli/session.h"

enum { EXIT_USAGE = 2 };

/* Shows what the load says, and counts it for --check. */
static void report(void *context, const struct rs_diagnostic *diagnostic)
{
	size_t *count = context;
	++*count;
	session_report(stderr, diagnostic);
}

static int run(const struct cli_options *options, const struct rs_brain *brain)
{
	switch (options->mode) {
	case MODE_JSON:
		return mode_json(options, brain);
	case MODE_CHECK:
		return mode_check(options, brain);
	case MODE_EXPLAIN:
		return mode_explain(options, brain);
	case MODE_TEST:
		return mode_test(options, brain);
	case MODE_SORT:
		return mode_sort(options, brain);
	default:
		return mode_talk(options, brain);
	}
}

int main(int argc, char **argv)
{
	struct cli_options options;
	if (!cli_options_parse(&options, argc, argv))
		return EXIT_USAGE;
	if (options.mode == MODE_HELP || options.mode == MODE_VERSION) {
		if (options.mode == MODE_HELP)
			cli_options_help();
		else
			puts("rivescript, RiveScript 2.0");
		return EXIT_SUCCESS;
	}
	if (options.mode == MODE_TEST && !options.has_seed)
		options.seed = 1; /* a test says the same in each run */
	else if (!options.has_seed)
		options.seed = (uint64_t)time(NULL) * 1000003u + (uint64_t)getpid();
	struct rs_brain *brain =
		rs_brain_load(options.path, &options.brain, report, &options.load_warnings);
	if (!brain) {
		fprintf(stderr, "rivescript: %s is refused\n", options.path);
		return EXIT_FAILURE;
	}
	int status = run(&options, brain);
	rs_brain_free(brain);
	return status;
}
