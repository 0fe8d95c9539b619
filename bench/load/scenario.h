/* scenario.h: the things that chat-load can do.
 *
 * Purpose    each runs against the server, prints a report, and says whether all went well.
 * Ownership  none.
 * Errors     a line on stderr, and false; also when a message was lost, doubled or out of order.
 * Threads    one.
 */
#ifndef LOAD_SCENARIO_H
#define LOAD_SCENARIO_H

#include "bench/load/options.h"

bool scenario_send(const struct options *options);
bool scenario_idle(const struct options *options);
bool scenario_room(const struct options *options);
bool scenario_fill(const struct options *options);
bool scenario_storm(const struct options *options);
bool scenario_start(const struct options *options);

#endif
