/* options.h: what the command line asks for.
 *
 * Purpose    reads the arguments of chat-load, and explains them.
 * Ownership  strings point into argv.
 * Errors     a wrong argument is explained on stderr and options_read says false.
 * Threads    at the start.
 */
#ifndef LOAD_OPTIONS_H
#define LOAD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OPTIONS_PROCESSES_MAX = 4 };

struct watched_process {
	const char *name;
	int pid;
};

struct options {
	const char *scenario;
	const char *address;
	int64_t port, users, window, rate, seconds, warmup, text_bytes, readers, senders, history,
		sources, at_once, runs;
	bool joins_lines, is_json;
	struct watched_process processes[OPTIONS_PROCESSES_MAX];
	size_t process_count;
	char *const *command; /* behind "--"; ends with NULL */
	uint32_t run;         /* sets this run's names and ids apart */
};

bool options_read(struct options *options, int argc, char *argv[]);

#endif
