/* visitors.h: one purse for all connections of a name.
 *
 * Purpose    a token bucket a name, so that many tabs, or reconnecting, buy nobody more than one. A full bucket is
 *            as good as none: it is kept only while it is not full, and silent visitors cost nothing.
 * Ownership  names are copied.
 * Errors     NULL without memory. A name that there is no room for is not limited; its connections still are.
 * Threads    loop thread only.
 */
#ifndef SESSION_VISITORS_H
#define SESSION_VISITORS_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum { VISITORS_MAX = 100000 /* names at a time, some 150 bytes each */ };

struct visitors;

/* A rate of 0 is no limit. */
struct visitors *visitors_new(int64_t rate);
void visitors_free(struct visitors *visitors); /* NULL is allowed */

/* Takes a token of the name's (normal form): 0; or says in how many milliseconds there will be one. */
int64_t visitors_take(struct visitors *visitors, struct text name, int64_t now_ms);
/* Forgets those who are full; to be called now and then. */
void visitors_sweep(struct visitors *visitors, int64_t now_ms);
size_t visitors_count(const struct visitors *visitors);

#endif
