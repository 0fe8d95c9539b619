/* service.h: the whole chat service, wired together.
 *
 * Purpose    makes every part and hands out the callbacks; nothing else knows all parts.
 * Ownership  settings and log outlive it.
 * Errors     service_start explains itself in `error`, in one line.
 * Threads    the thread that calls service_start is the loop thread.
 */
#ifndef SERVICE_H
#define SERVICE_H

#include <stddef.h>

#include "base/log.h"
#include "service_settings.h"

struct service;

struct service *service_start(const struct service_settings *settings, const struct log *log,
			      char *error, size_t error_size);
/* Runs until SIGTERM or SIGINT, and until everybody has been let go. */
void service_run(struct service *service);
/* Closes and frees everything; NULL is allowed. */
void service_stop(struct service *service);

#endif
