/* --check: the linter. What the load found to say was said by then, and counts. */
#include <stdio.h>
#include <stdlib.h>

#include "bot/cli/modes.h"
#include "bot/cli/session.h"

int mode_check(const struct cli_options *options, const struct rs_brain *brain)
{
	size_t found = options->load_warnings + rs_brain_check(brain, session_report, stderr);
	printf("%s: %zu triggers, %zu finding%s\n", options->path, rs_brain_triggers(brain), found,
	       found == 1 ? "" : "s");
	return found ? EXIT_FAILURE : EXIT_SUCCESS;
}
