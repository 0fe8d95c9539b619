/* init_store.h: what --init-store does.
 *
 * Purpose    makes in MongoDB what the service needs: the replica set, its user, the indexes. Safe to repeat.
 * Ownership  borrows both.
 * Errors     false and one line in `error`, which names the setting where one is wrong.
 * Threads    a process of its own: it waits.
 */
#ifndef INIT_STORE_H
#define INIT_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"
#include "service_settings.h"

bool init_store(const struct service_settings *settings, const struct log *log, char *error, size_t error_size);

#endif
