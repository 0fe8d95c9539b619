/* Interactive talk. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bot/cli/modes.h"
#include "bot/cli/session.h"

static bool is_quit(struct text line)
{
	return text_equal(line, TEXT("/quit")) || text_equal(line, TEXT("/exit"));
}

int mode_talk(const struct cli_options *options, const struct rs_brain *brain)
{
	struct session s;
	char *line = NULL;
	size_t size = 0;
	ssize_t n = 0;
	bool is_terminal = isatty(STDIN_FILENO);
	int status = EXIT_SUCCESS;
	if (!session_init(&s, brain, options->user, options->seed, options->is_debug))
		return EXIT_FAILURE;
	if (is_terminal)
		printf("%zu triggers. Write, and press Enter; /quit ends it.\n",
		       rs_brain_triggers(brain));
	for (;;) {
		if (is_terminal)
			fputs("You> ", stdout);
		fflush(stdout);
		n = getline(&line, &size, stdin);
		if (n < 0 || is_quit(text_trim(text_of(line, (size_t)n))))
			break;
		const char *reply = session_say(&s, text_trim(text_of(line, (size_t)n)));
		if (!reply) {
			fputs("rivescript: out of memory\n", stderr);
			status = EXIT_FAILURE;
			break;
		}
		printf("%s%s\n", is_terminal ? "Bot> " : "", reply);
	}
	free(line);
	session_release(&s);
	return status;
}
