/* options.h: the command line of `rivescript`.
 *
 * Purpose    flags to a record.
 * Ownership  texts are those of argv.
 * Errors     a wrong flag: a line on stderr, and false.
 * Threads    one.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "bot/include/rivescript.h"

enum mode {
	MODE_TALK,
	MODE_JSON,
	MODE_CHECK,
	MODE_EXPLAIN,
	MODE_TEST,
	MODE_SORT,
	MODE_HELP,
	MODE_VERSION
};

struct cli_options {
	enum mode mode;
	struct rs_options brain;
	const char *argument; /* of --explain and --test */
	const char *path;     /* the brain */
	const char *user;
	const char *topic; /* of --explain */
	uint64_t seed;
	bool has_seed;
	bool is_debug;
	size_t load_warnings; /* what the load has already said */
};

bool cli_options_parse(struct cli_options *options, int argc, char **argv);
void cli_options_help(void);

#endif
