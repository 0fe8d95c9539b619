/* modes.h: what `rivescript` can do, a file each.
 *
 * Purpose    each mode runs to its end and says the exit status.
 * Ownership  the brain is the caller's.
 * Errors     written to stderr.
 * Threads    one.
 */
#ifndef CLI_MODES_H
#define CLI_MODES_H

#include "bot/cli/options.h"

int mode_talk(const struct cli_options *options, const struct rs_brain *brain);
int mode_json(const struct cli_options *options, const struct rs_brain *brain);
int mode_check(const struct cli_options *options, const struct rs_brain *brain);
int mode_explain(const struct cli_options *options, const struct rs_brain *brain);
int mode_test(const struct cli_options *options, const struct rs_brain *brain);
int mode_sort(const struct cli_options *options, const struct rs_brain *brain);

#endif
