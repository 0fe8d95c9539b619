/* examine.h: whether the MongoDB that the settings name is one that the service can use.
 *
 * Purpose    its version and kind, a write that a majority has on disk, its clock beside ours.
 * Ownership  borrows all; `findings` are the caller's.
 * Errors     are findings.
 * Threads    a process of its own, which may wait.
 */
#ifndef STORE_MONGO_EXAMINE_H
#define STORE_MONGO_EXAMINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/finding.h"
#include "base/log.h"

enum { MONGO_FINDINGS = 3 };

/* How many there are. */
typedef size_t mongo_examine_fn(const struct log *log, const char *uri, const char *database, int64_t timeout_ms,
				struct finding findings[MONGO_FINDINGS]);
mongo_examine_fn mongo_examine;

#endif
