/* doctor.h: what --doctor does.
 *
 * Purpose    tries what the settings say and prints a table: what works, and how to mend what does not.
 * Ownership  borrows all.
 * Errors     false: something does not work.
 * Threads    a process of its own: it waits.
 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>

#include "base/log.h"
#include "service_settings.h"

/* `url`: where browsers reach the service, NULL: that is not tried. It is kept open for `idle_s`. */
bool doctor(const struct service_settings *settings, const struct log *log, const char *url, int64_t idle_s);

#endif
