/* sqlite_store.h: the store in one SQLite file, the default.
 *
 * Purpose    durable on one machine (WAL, synchronous=FULL); all appends that wait are one transaction.
 *            Several processes may have the same file open: they take turns.
 * Ownership  log, path and loop outlive the store; store_close ends it.
 * Errors     sqlite_store_open gives NULL and one line in `error` (no newline): the path cannot be
 *            opened or written, is not ours, or was written by a newer version. What fails
 *            later is logged once, until it works again.
 * Threads    as store.h.
 */
#ifndef STORE_SQLITE_SQLITE_STORE_H
#define STORE_SQLITE_SQLITE_STORE_H

#include "store/store.h"

/* Makes the file and its folder when they are not there. */
struct store *sqlite_store_open(struct loop *loop, const struct log *log, const char *path,
				int64_t timeout_ms, char *error, size_t error_size);

#endif
