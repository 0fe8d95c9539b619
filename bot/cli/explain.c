/* --explain: one message, and how its reply came about. */
#include <stdio.h>
#include <stdlib.h>

#include "bot/cli/modes.h"
#include "bot/cli/session.h"

int mode_explain(const struct cli_options *options, const struct rs_brain *brain)
{
	struct session s;
	const char *reply = NULL;
	if (session_init(&s, brain, options->user, options->seed, true)) {
		s.host.trace_context = stdout;
		if (options->topic)
			rs_state_set(s.state, TEXT("topic"), text_of_string(options->topic));
		reply = session_say(&s, text_of_string(options->argument));
	}
	if (reply)
		printf("reply (%s): %s\n", rs_status_name(s.result.status), reply);
	else
		fputs("rivescript: out of memory\n", stderr);
	session_release(&s);
	return reply ? EXIT_SUCCESS : EXIT_FAILURE;
}
