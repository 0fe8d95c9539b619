/* visit.h: a WebSocket as a browser opens it, through whatever is in between.
 *
 * Purpose    opens ws:// or wss:// and stays silent, to see whether proxies let it through and for how long.
 * Ownership  the finding is the caller's.
 * Errors     are findings.
 * Threads    a process of its own, which may wait.
 */
#ifndef NET_VISIT_H
#define NET_VISIT_H

#include <stdint.h>

#include "base/finding.h"

/* Waits up to 10 s for the connection, then `idle_s`. */
void visit(const char *url, int64_t idle_s, struct finding *finding);

#endif
