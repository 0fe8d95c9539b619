/* open_store.h: the store that the settings, or an operator, name.
 *
 * Purpose    chooses the backend and opens it.
 * Ownership  the caller ends it with store_close.
 * Errors     NULL, and one line in `error`.
 * Threads    loop thread.
 */
#ifndef OPEN_STORE_H
#define OPEN_STORE_H

#include "service_settings.h"
#include "store/store.h"

struct store *open_store(const struct service_settings *settings, struct loop *loop,
			 const struct log *log, char *error, size_t error_size);

/* "sqlite:PATH", or a MongoDB connection string, whose database is the one of the settings unless it names one. */
struct store *open_store_at(const char *uri, const struct service_settings *settings,
			    struct loop *loop, const struct log *log, char *error,
			    size_t error_size);

#endif
