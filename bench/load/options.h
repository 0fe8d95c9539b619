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

#include "bench/load/speaker.h"

enum { OPTIONS_PROCESSES_MAX = 8, OPTIONS_PORTS_MAX = 8 };

struct watched_process {
	const char *name;
	int pid;
};

struct options {
	const char *scenario;
	const char *address;
	const struct speaker *speaker;
	unsigned ports[OPTIONS_PORTS_MAX]; /* servers; users take them in turn */
	unsigned port_count;
	int64_t users, window, rate, seconds, warmup, text_bytes, readers, senders, readers_on,
		senders_on, history, sources, at_once, runs, run_number;
	bool joins_lines, is_filled, is_json;
	struct watched_process processes[OPTIONS_PROCESSES_MAX];
	size_t process_count;
	char *const *command; /* behind "--"; ends with NULL */
	uint32_t run;         /* sets this run's names and ids apart */
};

bool options_read(struct options *options, int argc, char *argv[]);

#endif
