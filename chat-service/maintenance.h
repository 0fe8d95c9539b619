/* maintenance.h: the commands of the program that are not the service.
 *
 * Purpose    chat-service --check-log | --rebuild-view | --copy-to URI: opens the stores, has it done (upkeep.h);
 *            --init-store: makes there be one (init_store.h). --doctor: tries the settings (doctor.h).
 * Ownership  none.
 * Errors     maintenance_run says false; why was printed.
 * Threads    the thread that calls it is the loop thread meanwhile.
 */
#ifndef MAINTENANCE_H
#define MAINTENANCE_H

#include <stdbool.h>

#include "base/log.h"
#include "service_settings.h"

extern const char maintenance_usage[]; /* for --help */

/* Whether the arguments ask for one, as they should. */
bool maintenance_is_asked(int argc, char **argv);
bool maintenance_run(int argc, char **argv, const struct service_settings *settings,
		     const struct log *log);

#endif
